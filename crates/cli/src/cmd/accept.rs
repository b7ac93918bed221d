//! `jixiao accept`

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::path::Path;

use jixiao_exporter::files::write_whole;
use jixiao_pipeline::ReadOptions;
use jixiao_verify::{Columns, Comparison, Expectation, compare, expectation_path, read_document, read_expectation};

use super::read_options;
use super::verify::table;
use crate::args::AcceptArgs;
use crate::config::Config;
use crate::term::{Exit, Failure, print, say};

/// Writes or updates the expectations of documents, after showing what changes.
pub(crate) fn run(args: &AcceptArgs) -> Result<Exit, Failure> {
    let options = read_options(&args.reading, &Config::load(args.reading.config.as_deref())?)?;
    let mut exit = Exit::Good;
    for file in &args.files {
        if !accept(file, &options, args.yes)? {
            exit = Exit::NotAllGood;
        }
    }
    Ok(exit)
}

/// True where the expectation is there and says what was read.
fn accept(file: &str, options: &ReadOptions, yes: bool) -> Result<bool, Failure> {
    let path = expectation_path(file);
    let (earlier, document) = (read_expectation(&path)?, read_document(file, options)?);
    if let Some(message) = document.failure() {
        say(&format!("{file}: failed: {message}: there is nothing to expect of it"));
        return Ok(false);
    }
    let columns = earlier.as_ref().map_or_else(Columns::default, |earlier| earlier.columns().clone());
    let expectation = Expectation::of(&document, &columns);
    let name = path.display();
    let comparison = compare(earlier.as_ref().unwrap_or(&expectation), &document).with_sources(&document);
    if earlier.is_none() {
        print(format!("{file}: a new expectation\n{}", table(&comparison.scores)))?;
    } else if comparison.differences.is_empty() {
        say(&format!("{name}: nothing changes"));
        return Ok(true);
    } else {
        print(changes(file, &comparison))?;
    }
    if !(yes || agreed(&path)?) {
        say(&format!("{name}: not written"));
        return Ok(false);
    }
    write_whole(&path, expectation.to_text().as_bytes())?;
    say(&format!("{name}: written; read it before you rely on it"));
    Ok(true)
}

/// What the expectation said, and what it would say.
fn changes(file: &str, comparison: &Comparison) -> String {
    let mut out = format!("{file}: the expectation changes to what is got\n");
    for difference in &comparison.differences {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}", difference.describe());
    }
    out
}

/// Asks a person; where none is there, the flag must have been given.
fn agreed(path: &Path) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        let message = format!("{}: nobody is there to agree: look at the changes, then use --yes", path.display());
        return Err(Failure::Message(message));
    }
    let mut err = io::stderr().lock();
    let asked = write!(err, "Write {}? [y/N] ", path.display()).and_then(|()| err.flush());
    let mut answer = String::new();
    asked.and_then(|()| io::stdin().read_line(&mut answer))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
