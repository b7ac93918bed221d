//! `jixiao normalize`

use std::io::{self, BufRead};

use jixiao_normalizer::{Lexicon, explain, parse_with};
use serde_json::{Map, Value};

use super::value_reader;
use crate::args::NormalizeArgs;
use crate::term::{Exit, Failure, print};

/// Prints what each value says.
pub(crate) fn run(args: &NormalizeArgs) -> Result<Exit, Failure> {
    let reader = value_reader(args.lexicon.lexicon.as_ref())?;
    let told = |text: &str| print(tell(reader.lexicon(), text, args.explain));
    if !args.values.is_empty() {
        args.values.iter().try_for_each(|text| told(text))?;
        return Ok(Exit::Good);
    }
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| Failure::Message(format!("standard input: {error}: is it UTF-8?")))?;
        told(&line)?;
    }
    Ok(Exit::Good)
}

fn tell(lexicon: &Lexicon, text: &str, explained: bool) -> String {
    let mut object = Map::new();
    object.insert("text".to_owned(), text.into());
    if let Value::Object(keys) = parse_with(lexicon, text).to_json() {
        object.extend(keys);
    }
    let json = Value::Object(object);
    if explained { format!("{text}\n{}{json}\n", explain(lexicon, text)) } else { format!("{json}\n") }
}
