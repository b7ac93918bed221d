//! What the form around a value adds: the unit that the cell leaves out, the year of a date.

mod common;

use common::{differences, fixture, text_of};
use jixiao_normalizer::{Context, enrich, parse};
use serde_json::{Map, Value as Json};

/// The expected additions; the evidence is words for people and not compared.
const ADDED: [&str; 2] = ["inferred_unit", "resolved"];

fn additions(json: &Json) -> Map<String, Json> {
    let mut map = Map::new();
    for key in ADDED {
        if let Some(added) = json.get(key) {
            let mut added = added.clone();
            added.as_object_mut().expect("an object").remove("evidence");
            map.insert(key.to_owned(), added);
        }
    }
    map
}

#[test]
fn the_form_adds_what_it_tells() {
    let cases = fixture("context.json");
    assert!(cases.len() >= 70, "{} cases", cases.len());
    let mut failures = Vec::new();
    for case in &cases {
        let text = |key: &str| case.get(key).and_then(Json::as_str).unwrap_or_default();
        let twin = case.get("twin").and_then(Json::as_str).map(parse);
        let context = Context {
            fiscal_year: case.get("year").and_then(Json::as_i64).map(|year| year as i16),
            indicator_name: text("indicator"),
            goal_text: text("goal"),
            twin: twin.as_ref(),
        };
        let value = parse(text_of(case, "text"));
        let added = enrich(&value, &context).to_json();
        for addition in ADDED.iter().filter_map(|key| added.get(key)) {
            assert!(addition["evidence"].as_str().is_some_and(|evidence| !evidence.is_empty()), "{added}");
        }
        let lines = differences(&additions(case), &additions(&added), true);
        if !lines.is_empty() {
            failures.push(format!("{} ({})\n{}", text("text"), text("indicator"), lines.join("\n")));
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
}
