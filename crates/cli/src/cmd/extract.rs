//! `jixiao extract`

use jixiao_exporter::DocumentRecords;
use jixiao_pipeline::process_alone;

use super::{deliver, open, read_options};
use crate::args::ExtractArgs;
use crate::config::Config;
use crate::term::{Exit, Failure, say};

/// Prints one document as JSON.
pub(crate) fn run(args: &ExtractArgs) -> Result<Exit, Failure> {
    let config = Config::load(args.reading.config.as_deref())?;
    let options = read_options(&args.reading, &config)?;
    let source = open(&args.file, &options.limits)?;
    let records = process_alone(&source, &options)?;
    let row = &records.document.row;
    if row.status != "ok" {
        let message = row.message.as_deref().unwrap_or("no reason is known");
        say(&format!("{}{}: {}: {message}", args.file, place(&records), row.status));
    }
    if row.status != "failed" {
        deliver(&(records.to_json(args.compact)? + "\n"), args.output.as_ref())?;
    }
    Ok(if row.status == "ok" { Exit::Good } else { Exit::NotAllGood })
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
