//! `jixiao rules`

use jixiao_findings::{markdown, rules_file};

use crate::args::{RulesArgs, RulesFormat};
use crate::term::{Exit, Failure, print};

/// Prints what is looked for in a document.
pub(crate) fn run(args: &RulesArgs) -> Result<Exit, Failure> {
    match args.format {
        RulesFormat::Markdown => print(markdown())?,
        RulesFormat::Toml => print(rules_file())?,
    }
    Ok(Exit::Good)
}
