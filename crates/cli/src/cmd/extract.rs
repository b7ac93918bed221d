//! `jixiao extract`

use std::mem;

use jixiao_exporter::files::write_whole;
use jixiao_exporter::{DocumentRecords, JsonLayout};
use jixiao_pipeline::process_alone;

use super::{open, read_options, tell};
use crate::args::ExtractArgs;
use crate::config::Config;
use crate::term::{Exit, Failure, print_by};

/// Prints one document as JSON.
pub(crate) fn run(args: &ExtractArgs) -> Result<Exit, Failure> {
    let config = Config::load(args.reading.config.as_deref())?;
    let options = read_options(&args.reading, &config)?;
    let source = open(&args.file, &options.limits)?;
    process_alone(&source, &options, |records| tell_and_print(args, records))?
}

fn tell_and_print(args: &ExtractArgs, records: DocumentRecords) -> Result<Exit, Failure> {
    let exit = tell(&args.file, &records);
    if records.document.row.status != "failed" {
        let layout = if args.compact { JsonLayout::Compact } else { JsonLayout::Indented };
        match &args.output {
            Some(path) => write_whole(path, (records.to_json(layout) + "\n").as_bytes())?,
            None => print_by(|out| records.write_json(layout, out))?,
        }
    }
    // The program ends here: to give the records back, text by text, would be for nothing.
    mem::forget(records);
    Ok(exit)
}
