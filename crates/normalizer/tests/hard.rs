//! Values of other provinces' forms and years, with expectations thought out by hand.

mod common;

use common::{differences, expectation, fixture, graded, text_of};
use jixiao_normalizer::parse;

#[test]
fn hard_values_have_every_key() {
    let cases = fixture("hard.json");
    assert!(cases.len() >= 400, "{} cases", cases.len());
    let mut failures = Vec::new();
    for case in &cases {
        let text = text_of(case, "text");
        let lines = differences(&graded(expectation(case)), &graded(&parse(text).to_json()), true);
        if !lines.is_empty() {
            failures.push(format!("{text}\n{}", lines.join("\n")));
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn hard_values_are_not_those_of_the_first_booklet() {
    let known: Vec<_> = fixture("values.json").iter().map(|case| text_of(case, "text").to_owned()).collect();
    let mut texts: Vec<_> = fixture("hard.json").iter().map(|case| text_of(case, "text").to_owned()).collect();
    let repeated: Vec<_> = texts.iter().filter(|text| known.contains(text)).cloned().collect();
    assert!(repeated.is_empty(), "{repeated:?}");
    let count = texts.len();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), count, "a text stands twice");
}
