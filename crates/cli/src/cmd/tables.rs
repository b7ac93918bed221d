//! `jixiao tables`

use jixiao_exporter::{CsvStyle, tables, tables_csv, tables_html, tables_json};
use jixiao_model::{Diagnostic, Limits, Reading, Severity, Table};
use jixiao_pipeline::{ReadOptions, read_blocks};

use super::{deliver, open};
use crate::args::{TablesArgs, TablesFormat};
use crate::term::{Exit, Failure, say};

/// Prints the tables of a document.
pub(crate) fn run(args: &TablesArgs) -> Result<Exit, Failure> {
    let options = ReadOptions {
        limits: args.opening.limits.over(Limits::default()),
        password: args.opening.password.clone(),
        pages: args.pages,
        ..ReadOptions::default()
    };
    let reading = match read_blocks(&open(&args.file, &options.limits)?, &options) {
        Ok(reading) => reading,
        Err(error) => {
            say(&format!("{}: failed: {error}", args.file));
            return Ok(Exit::NotAllGood);
        }
    };
    let tables = chosen(&reading, args)?;
    deliver(&written(&tables, args)?, args.output.as_ref())?;
    reading.diagnostics.iter().filter(|finding| finding.severity == Severity::Error).for_each(|finding| {
        say(&format!("{}{}: {}", args.file, place(finding), finding.message));
    });
    if tables.is_empty() {
        say(&format!("{}: there are no tables", args.file));
    }
    Ok(if reading.partial { Exit::NotAllGood } else { Exit::Good })
}

/// The tables that are asked for, with their numbers.
fn chosen<'a>(reading: &'a Reading, args: &TablesArgs) -> Result<Vec<(usize, &'a Table)>, Failure> {
    let all: Vec<(usize, &Table)> = (1..).zip(tables(reading)).collect();
    let Some(number) = args.table else { return Ok(all) };
    match all.get(number as usize - 1) {
        Some(table) => Ok(vec![*table]),
        None => Err(Failure::Message(format!("{}: there is no table {number}: there are {}", args.file, all.len()))),
    }
}

fn written(tables: &[(usize, &Table)], args: &TablesArgs) -> Result<String, Failure> {
    let tables = tables.iter().copied();
    Ok(match args.format {
        TablesFormat::Json => tables_json(tables)?,
        TablesFormat::Csv => tables_csv(tables, CsvStyle { excel: args.excel, fill: args.fill }),
        TablesFormat::Html => tables_html(tables),
    })
}

/// Where a finding is, as `:17` for a line; messages name their pages.
fn place(finding: &Diagnostic) -> String {
    finding.place.line.map(|line| format!(":{line}")).unwrap_or_default()
}
