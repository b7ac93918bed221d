//! `jixiao extract`

use std::io::{self, Read};

use jixiao_exporter::DocumentRecords;
use jixiao_exporter::files::write_whole;
use jixiao_model::Limits;
use jixiao_pipeline::{Source, process_one};

use super::read_options;
use crate::args::ExtractArgs;
use crate::config::Config;
use crate::term::{Exit, Failure, print, say};

/// Prints one document as JSON.
pub(crate) fn run(args: &ExtractArgs) -> Result<Exit, Failure> {
    let options = read_options(&args.reading, &Config::default())?;
    let source = open(&args.file, &options.limits)?;
    let records = process_one(&source, &options);
    let row = &records.document.row;
    if row.status != "ok" {
        let message = row.message.as_deref().unwrap_or("no reason is known");
        say(&format!("{}{}: {}: {message}", args.file, place(&records), row.status));
    }
    if row.status != "failed" {
        write(&records, args)?;
    }
    Ok(if row.status == "ok" { Exit::Good } else { Exit::NotAllGood })
}

fn open(file: &str, limits: &Limits) -> Result<Source, Failure> {
    let source = if file == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(limits.bytes.saturating_add(1)).read_to_end(&mut bytes);
        read.map(|_| Source::new("-", bytes))
    } else {
        Source::open(file, limits)
    };
    source.map_err(|error| Failure::Message(format!("{file}: cannot be opened: {error}")))
}

/// Where the first error is, as `:page 3` or `:17` for a line.
fn place(records: &DocumentRecords) -> String {
    let error = records.diagnostics.iter().find(|row| row.severity == "error");
    match error.map(|row| (row.page, row.line)) {
        Some((_, Some(line))) => format!(":{line}"),
        Some((Some(page), None)) => format!(": page {page}"),
        _ => String::new(),
    }
}

fn write(records: &DocumentRecords, args: &ExtractArgs) -> Result<(), Failure> {
    let json = records.to_json(args.compact)? + "\n";
    match &args.output {
        Some(path) => Ok(write_whole(path, json.as_bytes())?),
        None => print(&json),
    }
}
