//! Layouts that print comparator, value and unit in columns of their own.

use jixiao_normalizer::{Lexicon, parse_split};
use serde_json::Value as Json;

/// Columns, then kind, comparator, value, unit and flags.
type Row = (
    [&'static str; 3],
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
    &'static [&'static str],
);

const ROWS: [Row; 18] = [
    (["≥", "95", "%"], "quantity", "ge", Some("95"), Some("%"), &[]),
    (["=", "100", "%"], "quantity", "eq", Some("100"), Some("%"), &[]),
    (["≧", "735", "人次"], "quantity", "ge", Some("735"), Some("{人次}"), &[]),
    (["═", "100", "%"], "quantity", "eq", Some("100"), Some("%"), &[]),
    (["大于等于", "98", "%"], "quantity", "ge", Some("98"), Some("%"), &[]),
    (["小于等于", "12", "万元"], "quantity", "le", Some("120000"), Some("CNY"), &[]),
    (["<=", "62.73", ""], "quantity", "le", Some("62.73"), None, &["unit_missing"]),
    (["=", "6", "万立方米"], "quantity", "eq", Some("60000"), Some("m3"), &[]),
    (["≥", "1", "人/年"], "quantity", "ge", Some("1"), Some("{人}/a"), &[]),
    (["定性", "长期", ""], "qualitative", "none", None, None, &[]),
    (["定性", "11月底之前", ""], "deadline", "le", None, None, &[]),
    (["文字描述", "", "2021年12月31日前完成"], "deadline", "le", None, None, &[]),
    (["定量", "28.8万元", "%"], "quantity", "eq", Some("288000"), Some("CNY"), &["unit_conflict"]),
    (["定性", "应保尽保", "%"], "qualitative", "none", None, None, &[]),
    (["定量", "按月安排", ""], "frequency", "none", None, None, &[]),
    (["正向", "30", "%"], "quantity", "eq", Some("30"), Some("%"), &[]),
    (["≥", "≥95", "%"], "quantity", "ge", Some("95"), Some("%"), &["duplicate_comparator"]),
    (["≤", "3-5", "个"], "range", "none", None, Some("{个}"), &[]),
];

#[test]
fn three_columns_are_one_value() {
    let mut failures = Vec::new();
    for (columns, kind, comparator, value, unit, flags) in ROWS {
        let [first, second, third] = columns;
        let got = parse_split(Lexicon::builtin(), first, second, third).to_json();
        let wanted = [Some(kind), Some(comparator), value, unit].map(|word| word.map(Json::from));
        let found = ["kind", "comparator", "value", "unit"].map(|key| got.get(key).cloned());
        let told: Vec<&str> =
            got.get("flags").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        if wanted != found || told != flags {
            failures.push(format!("{columns:?}: {got}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
