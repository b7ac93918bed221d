//! `jixiao ingest`

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jixiao_exporter::files::Digest;
use jixiao_exporter::{CHECKSUMS, Format, SCHEMA_VERSION, WriteOptions};
use jixiao_model::Limits;
use jixiao_pipeline::{Ingest, IngestError, IngestOptions, Name, Outcome, Shard, Status, Summary, expand};
use serde_json::{Value, json};

use super::{counted, read_options, threads};
use crate::args::IngestArgs;
use crate::config::Config;
use crate::progress::Bar;
use crate::term::{Exit, Failure, on_interrupt, say, timestamp};

/// Problems that are listed one by one; the rest is in the table `documents`.
const LISTED: usize = 20;

/// Folder of the dataset when none is named.
const USUAL_OUTPUT: &str = "output";

/// Reads documents into a dataset folder.
pub(crate) fn run(args: IngestArgs) -> Result<Exit, Failure> {
    let plan = Plan::new(args)?;
    let started = SystemTime::now();
    let inputs = expand(&names(&plan.paths)?, plan.shard)?;
    let bar = Bar::new(on_interrupt()?);
    let ingest = Ingest::open(&plan.output, &plan.options, &bar)?;
    let summary = ingest.run(inputs);
    bar.end();
    let summary = summary.map_err(|error| interrupted(&error))?;
    let record = record(&plan, &summary, started);
    ingest.write_record(&format!("{record:#}\n"))?;
    report(&summary, &plan.output);
    ingest.end();
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
        let config = Config::load(args.reading.config.as_deref())?;
        let read = read_options(&args.reading, &config)?;
        let formats = args.to.or(config.to).unwrap_or_else(|| vec![Format::Parquet, Format::Json]);
        Ok(Self {
            paths: if args.paths.is_empty() { config.paths } else { args.paths },
            output: args.output.or(config.output).unwrap_or_else(|| USUAL_OUTPUT.into()),
            shard: args.shard,
            options: IngestOptions {
                jobs: threads(args.jobs.or(config.jobs)),
                write: WriteOptions::new(formats, args.excel || config.excel).with_cells(read.cells),
                read,
                prune: args.prune,
                fresh: args.fresh,
            },
        })
    }
}

/// How the run went, for `run.json`: the only file of a dataset that tells the time.
fn record(plan: &Plan, summary: &Summary, started: SystemTime) -> Value {
    let IngestOptions { read, write, jobs, prune, fresh } = &plan.options;
    let formats: Vec<&str> = write.formats().iter().map(|format| format.as_str()).collect();
    json!({
        "state": "finished",
        "program": concat!("jixiao ", env!("CARGO_PKG_VERSION")),
        "schema_version": SCHEMA_VERSION,
        "started": timestamp(started),
        "seconds": started.elapsed().unwrap_or_default().as_secs_f64(),
        "options": {
            "paths": plan.paths,
            "shard": plan.shard.map(|shard| shard.to_string()),
            "pages": read.pages.map(|pages| pages.to_string()),
            "cells": read.cells,
            "limits": limits(&read.limits),
            "formats": formats,
            "jobs": jobs,
            "prune": prune,
            "fresh": fresh,
        },
        "files": {
            "all": summary.files,
            "read": summary.fresh,
            "ok": summary.ok,
            "partial": summary.partial,
            "failed": summary.failed,
            "unreadable": unreadable(summary),
            "passed_over": summary.passed_over,
        },
        "dataset": {
            "documents": summary.documents,
            "written": summary.written,
            "checksums_sha256": checksums(&plan.output),
        },
    })
}

/// The limits by the names that they have in the configuration.
fn limits(limits: &Limits) -> Value {
    let Limits { bytes, pages, objects, nesting, decompressed, glyphs, time } = limits;
    json!({
        "bytes": bytes,
        "pages": pages,
        "objects": objects,
        "nesting": nesting,
        "decompressed": decompressed,
        "glyphs": glyphs,
        "time": time.as_secs(),
    })
}

/// Files without a row in the dataset: nothing else tells of them.
fn unreadable(summary: &Summary) -> Vec<Value> {
    let unreadable = summary.problems.iter().filter(|(_, outcome)| outcome.status == Status::Unreadable);
    unreadable.map(|(path, outcome)| json!({ "path": path, "message": outcome.message })).collect()
}

/// Names the dataset that the record is about.
fn checksums(folder: &Path) -> Option<String> {
    fs::read(folder.join(CHECKSUMS)).ok().map(|list| Digest::of(&list).to_string())
}

fn interrupted(error: &IngestError) -> Failure {
    let hint = match error {
        IngestError::Write(_) => {
            "\nEvery document that was finished is kept: make room, then run the same command again."
        }
        IngestError::Interrupted { .. } => {
            "\nEvery document that was finished is kept: run the same command again to go on."
        }
        _ => "",
    };
    Failure::Message(format!("{error}{hint}"))
}

/// The paths of the command line, with `-` replaced by what standard input lists.
fn names(paths: &[String]) -> Result<Vec<Name>, Failure> {
    let mut names = Vec::new();
    for path in paths {
        if path == "-" {
            let list = io::read_to_string(io::stdin());
            let list = list.map_err(|error| Failure::Message(format!("cannot read the list of paths: {error}")))?;
            names.extend(listed(&list));
        } else {
            names.push(Name::Given(path.clone()));
        }
    }
    if !names.is_empty() {
        return Ok(names);
    }
    let why = if paths.is_empty() { "" } else { "the list on standard input is empty: " };
    let message =
        format!("{why}nothing to read: name files or folders, for example: jixiao ingest booklets -o dataset");
    Err(Failure::Message(message))
}

/// Names one a line, or, as `find -print0` writes them, each ended by a NUL.
fn listed(list: &str) -> impl Iterator<Item = Name> {
    let list = list.trim_start_matches('\u{FEFF}');
    let end = if list.contains('\0') { '\0' } else { '\n' };
    let names = list.split(end).map(move |name| if end == '\n' { name.trim_end_matches('\r') } else { name });
    names.filter(|name| !name.is_empty()).map(|name| Name::Listed(name.to_owned()))
}

fn report(summary: &Summary, folder: &Path) {
    for (path, Outcome { status, message, .. }) in summary.problems.iter().take(LISTED) {
        say(&format!("{path}: {}: {}", status.as_str(), message.as_deref().unwrap_or("no reason is known")));
    }
    if summary.problems.len() > LISTED {
        let more = summary.problems.len() - LISTED;
        say(&format!("… and {more} more: see the columns status and message of the table documents"));
    }
    if summary.passed_over > 0 {
        let files = counted(summary.passed_over, "file");
        say(&format!("{files} in folders passed over (only .pdf, .txt and .text are read from folders)"));
    }
    say(&totals(summary));
    let folder = folder.display();
    let state = if summary.written { "written" } else { "up to date" };
    say(&format!("{folder}: {}, {state}", counted(summary.documents, "document")));
}

fn totals(summary: &Summary) -> String {
    let Summary { files, fresh, ok, partial, failed, unreadable, .. } = summary;
    let kept = files - fresh - unreadable;
    let lost = if *unreadable > 0 { format!(", {unreadable} cannot be opened") } else { String::new() };
    let files = counted(*files, "file");
    format!("{files} ({fresh} read, {kept} unchanged): {ok} ok, {partial} partial, {failed} failed{lost}")
}
