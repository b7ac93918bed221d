//! The commands: each turns its arguments into calls of the libraries.

pub(crate) mod extract;
pub(crate) mod ingest;
pub(crate) mod normalize;
pub(crate) mod schema;

use std::fs;
use std::path::PathBuf;

use jixiao_exporter::ValueReader;
use jixiao_model::Limits;
use jixiao_pipeline::ReadOptions;

use crate::args::ReadingArgs;
use crate::config::Config;
use crate::term::Failure;

/// How documents are read: from the arguments, and from the configuration where they say nothing.
fn read_options(args: &ReadingArgs, config: &Config) -> Result<ReadOptions, Failure> {
    let lexicon = args.lexicon.lexicon.as_ref().or(config.lexicon.as_ref());
    Ok(ReadOptions {
        limits: args.limits(config.limits.over(Limits::default())),
        password: args.password.clone().or_else(|| config.password.clone()),
        values: value_reader(lexicon)?,
        pages: args.pages,
        cells: args.cells,
    })
}

/// The reader of values, with the words of the user's own lexicon.
fn value_reader(lexicon: Option<&PathBuf>) -> Result<ValueReader, Failure> {
    let Some(path) = lexicon else { return Ok(ValueReader::default()) };
    let file = path.display();
    let text =
        fs::read_to_string(path).map_err(|error| Failure::Message(format!("{file}: cannot be read: {error}")))?;
    ValueReader::with_extension(&text).map_err(|error| Failure::Message(format!("{file}: {error}")))
}
