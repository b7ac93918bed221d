//! The commands: each turns its arguments into calls of the libraries.

pub(crate) mod accept;
pub(crate) mod diff;
pub(crate) mod extract;
pub(crate) mod ingest;
pub(crate) mod inspect;
pub(crate) mod normalize;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod schema;
pub(crate) mod tables;
pub(crate) mod verify;

use std::fmt::Display;
use std::fs;
use std::io::{self, Read};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;

use jixiao_exporter::files::write_whole;
use jixiao_exporter::{DocumentRecords, ValueReader};
use jixiao_findings::Rules;
use jixiao_model::Limits;
use jixiao_pipeline::{Layouts, ReadOptions, Source};

use crate::args::ReadingArgs;
use crate::config::Config;
use crate::term::{Exit, Failure, print, say};

/// How documents are read: from the arguments, and from the configuration where they say nothing.
fn read_options(args: &ReadingArgs, config: &Config) -> Result<ReadOptions, Failure> {
    let lexicon = args.lexicon.lexicon.as_ref().or(config.lexicon.as_ref());
    Ok(ReadOptions {
        limits: args.opening.limits.over(config.limits.over(Limits::default())),
        password: args.opening.password.clone().or_else(|| config.password.clone()),
        values: value_reader(lexicon)?,
        layouts: match args.layout.as_ref().or(config.layout.as_ref()) {
            Some(path) => Some(Arc::new(from_file(path, |text| Layouts::builtin().with_extension(text))?)),
            None => None,
        },
        rules: match args.rules.as_ref().or(config.rules.as_ref()) {
            Some(path) => from_file(path, |text| Rules::builtin().with_changes(text))?,
            None => Rules::default(),
        },
        pages: args.pages,
        cells: args.cells || config.cells,
    })
}

/// Opens a document by its name; `-` is standard input.
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

/// Writes data to the file that is named, or to standard output.
fn deliver(data: impl AsRef<[u8]>, output: Option<&PathBuf>) -> Result<(), Failure> {
    match output {
        Some(path) => Ok(write_whole(path, data.as_ref())?),
        None => print(data),
    }
}

/// Says on standard error why a document is not all good; the exit code for it.
fn tell(file: &str, records: &DocumentRecords) -> Exit {
    let row = &records.document.row;
    if row.status == "ok" {
        return Exit::Good;
    }
    let message = row.message.as_deref().unwrap_or("no reason is known");
    say(&format!("{file}{}: {}: {message}", place(records), row.status));
    Exit::NotAllGood
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

/// Threads: as many as were asked for, else one a processor.
fn threads(asked: Option<u16>) -> usize {
    let asked = asked.filter(|jobs| *jobs > 0);
    asked.map_or_else(|| available_parallelism().map_or(1, NonZero::get), usize::from)
}

/// `1 document`, `2 documents`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The reader of values, with the words of the user's own lexicon.
fn value_reader(lexicon: Option<&PathBuf>) -> Result<ValueReader, Failure> {
    lexicon.map_or_else(|| Ok(ValueReader::default()), |path| from_file(path, ValueReader::with_extension))
}

/// What the text of a file says; an error names the file.
fn from_file<T, E: Display>(path: &Path, read: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Failure> {
    let file = path.display();
    let text =
        fs::read_to_string(path).map_err(|error| Failure::Message(format!("{file}: cannot be read: {error}")))?;
    read(&text).map_err(|error| Failure::Message(format!("{file}: {error}")))
}
