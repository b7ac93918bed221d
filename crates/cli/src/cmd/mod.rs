//! The commands: each turns its arguments into calls of the libraries.

pub(crate) mod extract;
pub(crate) mod ingest;
pub(crate) mod schema;

use jixiao_exporter::ValueReader;
use jixiao_pipeline::ReadOptions;

use crate::args::ReadingArgs;
use crate::term::Failure;

/// How documents are read, from the arguments.
fn read_options(args: &ReadingArgs) -> Result<ReadOptions, Failure> {
    Ok(ReadOptions {
        limits: args.limits(),
        password: args.password.clone(),
        values: ValueReader::default(),
        pages: args.pages,
    })
}
