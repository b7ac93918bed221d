//! `jixiao diff`

use std::io::{self, IsTerminal};
use std::path::Path;

use jixiao_diff::{Side, compare, to_json, to_parquet, to_text};
use jixiao_exporter::DocumentRecords;
use jixiao_pipeline::load;

use super::{deliver, read_options, threads};
use crate::args::{DiffArgs, DiffFormat};
use crate::config::Config;
use crate::term::{Exit, Failure, say};

/// Compares two sides and tells what changed.
pub(crate) fn run(args: &DiffArgs) -> Result<Exit, Failure> {
    let format = format(args)?;
    let config = Config::load(args.reading.config.as_deref())?;
    let options = read_options(&args.reading, &config)?;
    let read = |name: &str| load(name, &options, threads(args.jobs.or(config.jobs)));
    let (before, after) = (read(&args.before)?, read(&args.after)?);
    let good = [&before, &after].map(|side| report(side)) == [true, true];
    let changes = compare(&before, &after, args.all);
    let sides = (Side::new(&args.before, &before), Side::new(&args.after, &after));
    let bytes = match format {
        DiffFormat::Text => to_text(&sides.0, &sides.1, &changes).into_bytes(),
        DiffFormat::Json => (to_json(&sides.0, &sides.1, &changes) + "\n").into_bytes(),
        DiffFormat::Parquet => to_parquet(&changes, Vec::new())?,
    };
    deliver(bytes, args.output.as_ref())?;
    let differs = changes.iter().any(|change| change.kind != "same");
    Ok(if good && !(args.exit_code && differs) { Exit::Good } else { Exit::NotAllGood })
}

/// The format that was asked for, else the one that the ending of the output names.
fn format(args: &DiffArgs) -> Result<DiffFormat, Failure> {
    let ending = args.output.as_deref().and_then(Path::extension).map(|ending| ending.to_string_lossy().to_lowercase());
    let named = match ending.as_deref() {
        Some("json") => DiffFormat::Json,
        Some("parquet") => DiffFormat::Parquet,
        _ => DiffFormat::Text,
    };
    let format = args.format.unwrap_or(named);
    if format == DiffFormat::Parquet && args.output.is_none() && io::stdout().is_terminal() {
        let message = "Parquet is not for terminals: name a file with -o, for example: -o changes.parquet";
        return Err(Failure::Message(message.to_owned()));
    }
    Ok(format)
}

/// Names the documents that were not read well; true where there is none.
fn report(side: &[DocumentRecords]) -> bool {
    let problems = side.iter().map(|records| &records.document.row).filter(|row| row.status != "ok");
    let mut good = true;
    for row in problems {
        good = false;
        say(&format!(
            "{}: {}: {}",
            row.source_path,
            row.status,
            row.message.as_deref().unwrap_or("no reason is known")
        ));
    }
    good
}
