//! `jixiao ingest`

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use indicatif::{ProgressBar, ProgressStyle};
use jixiao_exporter::files::write_whole;
use jixiao_exporter::{Format, SCHEMA_VERSION, WriteOptions};
use jixiao_pipeline::{IngestOptions, Inputs, Outcome, Progress, Shard, Summary, expand, ingest};
use serde_json::{Value, json};

use super::{read_options, threads};
use crate::args::IngestArgs;
use crate::config::Config;
use crate::term::{Exit, Failure, say, timestamp};

/// Problems that are listed one by one; the rest is in the table `documents`.
const LISTED: usize = 20;

/// Folder of the dataset when none is named.
const USUAL_OUTPUT: &str = "output";

/// Reads documents into a dataset folder.
pub(crate) fn run(args: IngestArgs) -> Result<Exit, Failure> {
    let plan = Plan::new(args)?;
    let started = SystemTime::now();
    let inputs = expand(&names(&plan.paths)?, plan.shard)?;
    let bar = Bar::new();
    let summary = ingest(&inputs.files, &plan.output, &plan.options, &bar);
    bar.bar.finish_and_clear();
    let summary = summary.map_err(|error| interrupted(&error))?;
    let record = record(&plan, &inputs, &summary, started);
    write_whole(&plan.output.join("run.json"), format!("{record:#}\n").as_bytes())?;
    report(&summary, &inputs, &plan.output);
    Ok(if summary.problems.is_empty() { Exit::Good } else { Exit::NotAllGood })
}

/// What is to be done, from the arguments and the configuration.
struct Plan {
    paths: Vec<String>,
    output: PathBuf,
    shard: Option<Shard>,
    options: IngestOptions,
}

impl Plan {
    fn new(args: IngestArgs) -> Result<Self, Failure> {
        let config = Config::load(args.config.as_deref())?;
        let read = read_options(&args.reading, &config)?;
        let formats = match (args.to, &config.to) {
            (Some(formats), _) => formats,
            (None, Some(names)) => parse_formats(names)?,
            (None, None) => vec![Format::Parquet, Format::Json],
        };
        Ok(Self {
            paths: if args.paths.is_empty() { config.paths } else { args.paths },
            output: args.output.or(config.output).unwrap_or_else(|| USUAL_OUTPUT.into()),
            shard: args.shard,
            options: IngestOptions {
                read,
                jobs: threads(args.jobs.or(config.jobs)),
                write: WriteOptions::new(formats, args.excel || config.excel).with_cells(args.reading.cells),
                prune: args.prune,
                fresh: args.fresh,
            },
        })
    }
}

fn parse_formats(names: &[String]) -> Result<Vec<Format>, Failure> {
    names.iter().map(|name| name.parse().map_err(|error| Failure::Message(format!("to: {error}")))).collect()
}

/// How the run went, for `run.json`: the only file of a dataset that tells the time.
fn record(plan: &Plan, inputs: &Inputs, summary: &Summary, started: SystemTime) -> Value {
    let options = &plan.options;
    let formats: Vec<&str> = options.write.formats().iter().map(|format| format.as_str()).collect();
    let unreadable = summary.problems.iter().filter(|(_, outcome)| outcome.status == "unreadable");
    let unreadable: Vec<Value> =
        unreadable.map(|(path, outcome)| json!({ "path": path, "message": outcome.message })).collect();
    json!({
        "program": concat!("jixiao ", env!("CARGO_PKG_VERSION")),
        "schema_version": SCHEMA_VERSION,
        "started": timestamp(started),
        "seconds": started.elapsed().unwrap_or_default().as_secs_f64(),
        "paths": plan.paths,
        "shard": plan.shard.map(|shard| shard.to_string()),
        "formats": formats,
        "jobs": options.jobs,
        "pages": options.read.pages.map(|pages| pages.to_string()),
        "limits": format!("{:?}", options.read.limits),
        "files": summary.files,
        "read": summary.fresh,
        "ok": summary.ok,
        "partial": summary.partial,
        "failed": summary.failed,
        "passed_over": inputs.passed_over,
        "unreadable": unreadable,
        "documents": summary.documents,
        "written": summary.written,
    })
}

fn interrupted(error: &jixiao_pipeline::IngestError) -> Failure {
    use jixiao_pipeline::IngestError::Write;
    let hint = match error {
        Write(_) => "\nEvery document that was finished is kept: make room, then run the same command again.",
        _ => "",
    };
    Failure::Message(format!("{error}{hint}"))
}

/// The paths of the command line, with `-` replaced by the lines of standard input.
fn names(paths: &[String]) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for path in paths {
        if path == "-" {
            let lines = io::read_to_string(io::stdin());
            let lines = lines.map_err(|error| Failure::Message(format!("cannot read the list of paths: {error}")))?;
            names.extend(lines.lines().filter(|line| !line.is_empty()).map(str::to_owned));
        } else {
            names.push(path.clone());
        }
    }
    if names.is_empty() {
        let message = "nothing to read: name files or folders, for example: jixiao ingest booklets -o dataset";
        return Err(Failure::Message(message.to_owned()));
    }
    Ok(names)
}

fn report(summary: &Summary, inputs: &Inputs, folder: &Path) {
    for (path, Outcome { status, message, .. }) in summary.problems.iter().take(LISTED) {
        say(&format!("{path}: {status}: {}", message.as_deref().unwrap_or("no reason is known")));
    }
    if summary.problems.len() > LISTED {
        let more = summary.problems.len() - LISTED;
        say(&format!("… and {more} more: see the columns status and message of the table documents"));
    }
    if inputs.passed_over > 0 {
        let count = inputs.passed_over;
        say(&format!("{count} files in folders were passed over (only .pdf, .txt and .text are read from folders)"));
    }
    say(&totals(summary));
    let folder = folder.display();
    let state = if summary.written { "written" } else { "up to date" };
    say(&format!("{folder}: {} documents, {state}", summary.documents));
}

fn totals(summary: &Summary) -> String {
    let Summary { files, fresh, ok, partial, failed, unreadable, .. } = summary;
    let kept = files - fresh;
    let lost = if *unreadable > 0 { format!(", {unreadable} cannot be opened") } else { String::new() };
    format!("{files} files ({fresh} read, {kept} unchanged): {ok} ok, {partial} partial, {failed} failed{lost}")
}

/// A progress bar on a terminal; nothing elsewhere.
struct Bar {
    bar: ProgressBar,
    counts: std::sync::Mutex<[usize; 3]>,
}

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::new(0);
        let template = "{bar:30} {pos}/{len} {per_sec} ETA {eta} {msg}";
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, counts: std::sync::Mutex::default() }
    }
}

impl Progress for Bar {
    fn begin(&self, files: usize) {
        self.bar.set_length(files as u64);
    }

    fn file(&self, _path: &str, outcome: &Outcome) {
        if let Ok(mut counts) = self.counts.lock() {
            counts[match outcome.status.as_str() {
                "ok" => 0,
                "partial" => 1,
                _ => 2,
            }] += 1;
            let [ok, partial, failed] = *counts;
            self.bar.set_message(format!("{ok} ok, {partial} partial, {failed} failed"));
        }
        self.bar.inc(1);
    }

    fn writing(&self, documents: usize) {
        self.bar.set_message(format!("writing {documents} documents"));
    }
}
