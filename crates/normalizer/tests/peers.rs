//! Cases of other parsers' public test data, restated in this schema.

mod common;

use common::{differences, expectation, fixture, graded, text_of};
use jixiao_normalizer::parse;

#[test]
fn core_cases_all_hold() {
    let failures = failures_of("core", 296);
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
}

/// The cases that are read otherwise on purpose; `docs/values.md` gives the reasons.
const NAMED_MISSES: [&str; 3] = ["p252", "p268", "p395"];

#[test]
fn extended_cases_hold_but_for_the_named() {
    let failures = failures_of("extended", 189);
    let ids: Vec<&str> = failures.iter().filter_map(|failure| failure.get(..4)).collect();
    assert_eq!(ids, NAMED_MISSES, "\n{}", failures.join("\n"));
}

fn failures_of(tier: &str, count: usize) -> Vec<String> {
    let cases: Vec<_> = fixture("peer_values.json").into_iter().filter(|case| text_of(case, "tier") == tier).collect();
    assert_eq!(cases.len(), count);
    let mut failures = Vec::new();
    for case in &cases {
        let text = text_of(case, "text");
        let want = graded(expectation(case));
        let mut got = graded(&parse(text).to_json());
        for side in ["lower", "upper"] {
            if let Some(bound) = got.get_mut(side).and_then(serde_json::Value::as_object_mut) {
                bound.retain(|key, _| key == "value" || key == "inclusive");
            }
        }
        keep_asked_flags(&want, &mut got);
        let lines = differences(&want, &got, false);
        if !lines.is_empty() {
            failures.push(format!("{} {text}\n{}", text_of(case, "id"), lines.join("\n")));
        }
    }
    failures
}

/// The cases name the flag that they are about; others (a missing unit) are not their subject.
fn keep_asked_flags(
    want: &serde_json::Map<String, serde_json::Value>,
    got: &mut serde_json::Map<String, serde_json::Value>,
) {
    let asked = want.get("flags").and_then(|flags| flags.as_array().cloned());
    if let (Some(asked), Some(found)) = (asked, got.get_mut("flags").and_then(|flags| flags.as_array_mut())) {
        found.retain(|flag| asked.contains(flag));
    }
}
