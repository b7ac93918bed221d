//! `jixiao schema`

use jixiao_exporter::dictionary;

use crate::args::{DictionaryFormat, SchemaArgs};
use crate::term::{Exit, Failure, print};

/// Prints the data dictionary.
pub(crate) fn run(args: &SchemaArgs) -> Result<Exit, Failure> {
    match args.format {
        DictionaryFormat::Markdown => print(dictionary::markdown())?,
        DictionaryFormat::Json => print(format!("{:#}\n", dictionary::json()))?,
    }
    Ok(Exit::Good)
}
