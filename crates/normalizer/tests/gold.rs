//! The values of the first booklet: every key of every value, and of every spelling of it.

mod common;

use common::{differences, expectation, fixture, graded, text_of};
use jixiao_normalizer::{Context, enrich, parse};
use serde_json::Value as Json;

#[test]
fn every_value_has_every_key() {
    let mut failures = Vec::new();
    let cases = fixture("values.json");
    assert_eq!(cases.len(), 284);
    for case in &cases {
        let want = graded(expectation(case));
        let raw = case.get("raw").and_then(Json::as_array).into_iter().flatten();
        let texts = raw.filter_map(Json::as_str).chain([text_of(case, "text")]);
        for text in texts {
            let mut got = graded(&parse(text).to_json());
            spaces_out(&mut got);
            let lines = differences(&want, &got, true);
            if !lines.is_empty() {
                failures.push(format!("{text}\n{}", lines.join("\n")));
            }
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
}

/// Residue of a spelling with spaces keeps them; the expectation is written without.
fn spaces_out(map: &mut serde_json::Map<String, Json>) {
    for (_, item) in map.iter_mut() {
        match item {
            Json::String(text) => *text = text.split_whitespace().collect(),
            Json::Array(items) => {
                for item in items {
                    if let Json::Object(part) = item {
                        spaces_out(part);
                    }
                }
            }
            _ => {}
        }
    }
}

#[test]
fn the_form_tells_units_and_years() {
    let mut failures = Vec::new();
    let mut checked = 0;
    for case in &fixture("values.json") {
        let text = text_of(case, "text");
        let names = case.get("indicators").and_then(Json::as_array).into_iter().flatten();
        for name in names.filter_map(Json::as_str) {
            let context = Context { fiscal_year: Some(2023), indicator_name: name, ..Context::default() };
            let got = enrich(&parse(text), &context).to_json();
            let unit = |json: Option<&Json>| json.and_then(|json| json.get("unit")).cloned();
            let (wanted, found) = (unit(case.get("inferred_unit")), unit(got.get("inferred_unit")));
            if wanted != found {
                failures.push(format!("{text} ({name}): unit wanted {wanted:?}, got {found:?}"));
            }
            checked += usize::from(wanted.is_some());
            let Some(resolved) = case.get("resolved") else {
                continue;
            };
            for key in ["date", "start", "end"] {
                let found = got.get("resolved").and_then(|resolved| resolved.get(key));
                if resolved.get(key) != found {
                    failures.push(format!("{text}: {key} wanted {:?}, got {found:?}", resolved.get(key)));
                }
            }
            checked += 1;
        }
    }
    assert!(checked >= 10, "only {checked} cases have a context");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
