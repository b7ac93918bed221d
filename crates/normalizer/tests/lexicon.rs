//! A user's lexicon: the example of the documentation is run.

use std::path::PathBuf;

use jixiao_normalizer::{Comparator, Dimension, Lexicon, parse, parse_with};

/// The TOML example of `docs/values.md`.
fn example() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/values.md");
    let text = std::fs::read_to_string(path).expect("the documentation is there");
    let (_, rest) = text.split_once("```toml\n").expect("an example in the documentation");
    rest.split_once("```").expect("the example ends").0.to_owned()
}

#[test]
fn the_documented_example_works() {
    let lexicon = Lexicon::builtin().with_extension(&example()).unwrap();
    let area = parse_with(&lexicon, "≥5畦");
    assert_eq!(area.unit.as_deref(), Some("[qi]"));
    assert_eq!(area.dimension, Some(Dimension::Area));
    assert!(area.flags.is_empty(), "{:?}", area.to_json());
    let bound = parse_with(&lexicon, "封底30船次");
    assert_eq!((bound.comparator, bound.unit.as_deref()), (Comparator::Ge, Some("{船次}")));
    assert_eq!(parse_with(&lexicon, "红火").class.unwrap().as_str(), "improve");
    assert_ne!(parse("≥5畦").unit, area.unit, "the built-in lexicon is as it was");
}

#[test]
fn a_mistake_is_told_with_its_line() {
    let error = Lexicon::builtin().with_extension("\n[[unit]]\ncode = \"x\"\ndimension = \"size\"\ntext = [\"x\"]\n");
    assert_eq!(error.err().unwrap().to_string(), "lexicon, line 4: `dimension` has no value `size`");
}
