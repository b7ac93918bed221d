//! The commands: each turns its arguments into calls of the libraries.

pub(crate) mod extract;
pub(crate) mod ingest;
pub(crate) mod normalize;
pub(crate) mod schema;

use std::fs;

use jixiao_exporter::ValueReader;
use jixiao_pipeline::ReadOptions;

use crate::args::{LexiconArgs, ReadingArgs};
use crate::term::Failure;

/// How documents are read, from the arguments.
fn read_options(args: &ReadingArgs) -> Result<ReadOptions, Failure> {
    Ok(ReadOptions {
        limits: args.limits(),
        password: args.password.clone(),
        values: value_reader(&args.lexicon)?,
        pages: args.pages,
    })
}

/// The reader of values, with the words of the user's own lexicon.
fn value_reader(args: &LexiconArgs) -> Result<ValueReader, Failure> {
    let Some(path) = &args.lexicon else { return Ok(ValueReader::default()) };
    let file = path.display();
    let text =
        fs::read_to_string(path).map_err(|error| Failure::Message(format!("{file}: cannot be read: {error}")))?;
    ValueReader::with_extension(&text).map_err(|error| Failure::Message(format!("{file}: {error}")))
}
