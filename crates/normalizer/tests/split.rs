//! Layouts that print comparator, value and unit in columns of their own.

mod common;

use common::{differences, expectation, fixture, graded};
use jixiao_normalizer::{Lexicon, parse_split};
use serde_json::Value as Json;

#[test]
fn three_columns_are_one_value() {
    let cases = fixture("columns.json");
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let mut failures = Vec::new();
    for case in &cases {
        let columns: Vec<&str> = case["columns"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let &[comparator, value, unit] = columns.as_slice() else {
            panic!("not three columns: {case}");
        };
        let got = parse_split(Lexicon::builtin(), comparator, value, unit).to_json();
        let lines = differences(&graded(expectation(case)), &graded(&got), true);
        if !lines.is_empty() {
            failures.push(format!("{columns:?}\n{}", lines.join("\n")));
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
}
