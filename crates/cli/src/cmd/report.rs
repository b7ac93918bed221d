//! `jixiao report`

use std::convert::identity;

use jixiao_pipeline::{ReadOptions, Source, process_alone};
use jixiao_report::{View, html};

use super::{deliver, open, read_options, tell};
use crate::args::ReportArgs;
use crate::config::Config;
use crate::term::{Exit, Failure};

/// Writes the report of one document.
pub(crate) fn run(args: &ReportArgs) -> Result<Exit, Failure> {
    let config = Config::load(args.reading.config.as_deref())?;
    let options = read_options(&args.reading, &config)?;
    let source = open(&args.file, &options.limits)?;
    let records = process_alone(&source, &options, identity)?;
    let exit = tell(&args.file, &records);
    if records.document.row.status != "failed" {
        let format = records.document.row.format.as_deref().unwrap_or_default();
        let view = view(&source, format, &options)?;
        deliver(html(&records, &view)?, args.output.as_ref())?;
    }
    Ok(exit)
}

/// What the document looks like.
fn view(source: &Source, format: &str, options: &ReadOptions) -> Result<View, Failure> {
    let bytes = source.bytes().unwrap_or_default();
    Ok(View::new(bytes, format, options.password.as_deref(), &options.limits)?)
}
