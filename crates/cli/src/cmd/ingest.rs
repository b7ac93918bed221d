//! `jixiao ingest`

use std::io;
use std::num::NonZero;
use std::thread::available_parallelism;

use indicatif::{ProgressBar, ProgressStyle};
use jixiao_exporter::WriteOptions;
use jixiao_pipeline::{IngestOptions, Inputs, Outcome, Progress, Summary, expand, ingest};

use super::read_options;
use crate::args::IngestArgs;
use crate::term::{Exit, Failure, say};

/// Problems that are listed one by one; the rest is in the table `documents`.
const LISTED: usize = 20;

/// Reads documents into a dataset folder.
pub(crate) fn run(args: &IngestArgs) -> Result<Exit, Failure> {
    let mut formats = args.to.clone();
    formats.sort_unstable();
    formats.dedup();
    let options = IngestOptions {
        read: read_options(&args.reading)?,
        jobs: args.jobs.map_or_else(|| available_parallelism().map_or(1, NonZero::get), usize::from),
        write: WriteOptions { formats, excel: args.excel },
        prune: args.prune,
        fresh: args.fresh,
    };
    let inputs = expand(&names(&args.paths)?, args.shard)?;
    let bar = Bar::new();
    let summary = ingest(&inputs.files, &args.output, &options, &bar);
    bar.bar.finish_and_clear();
    let summary = summary.map_err(|error| interrupted(&error))?;
    report(&summary, &inputs, args);
    Ok(if summary.problems.is_empty() { Exit::Good } else { Exit::NotAllGood })
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
        return Err(Failure::Message("the list of paths on standard input is empty".to_owned()));
    }
    Ok(names)
}

fn report(summary: &Summary, inputs: &Inputs, args: &IngestArgs) {
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
    let folder = args.output.display();
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
