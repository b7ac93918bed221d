//! `jixiao extract`

use jixiao_exporter::{DocumentRecords, JsonLayout};
use jixiao_pipeline::process_alone;

use super::{deliver, open, read_options, tell};
use crate::args::ExtractArgs;
use crate::config::Config;
use crate::term::{Exit, Failure, print_with};

/// Prints one document as JSON.
pub(crate) fn run(args: &ExtractArgs) -> Result<Exit, Failure> {
    let config = Config::load(args.reading.config.as_deref())?;
    let options = read_options(&args.reading, &config)?;
    let source = open(&args.file, &options.limits)?;
    process_alone(&source, &options, |records| show(&records, args))?
}

fn show(records: &DocumentRecords, args: &ExtractArgs) -> Result<Exit, Failure> {
    let exit = tell(&args.file, records);
    let layout = if args.compact { JsonLayout::Compact } else { JsonLayout::Indented };
    match &args.output {
        _ if records.document.row.status == "failed" => {}
        Some(_) => deliver(records.to_json(layout) + "\n", args.output.as_ref())?,
        None => print_with(|out| records.write_json(layout, out))?,
    }
    Ok(exit)
}
