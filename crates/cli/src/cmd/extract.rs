//! `jixiao extract`

use jixiao_exporter::JsonLayout;
use jixiao_pipeline::process_alone;

use super::{deliver, open, read_options, tell};
use crate::args::ExtractArgs;
use crate::config::Config;
use crate::term::{Exit, Failure};

/// Prints one document as JSON.
pub(crate) fn run(args: &ExtractArgs) -> Result<Exit, Failure> {
    let config = Config::load(args.reading.config.as_deref())?;
    let options = read_options(&args.reading, &config)?;
    let source = open(&args.file, &options.limits)?;
    let records = process_alone(&source, &options)?;
    let exit = tell(&args.file, &records);
    if records.document.row.status != "failed" {
        let layout = if args.compact { JsonLayout::Compact } else { JsonLayout::Indented };
        deliver(records.to_json(layout) + "\n", args.output.as_ref())?;
    }
    Ok(exit)
}
