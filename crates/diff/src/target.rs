//! What a target means, and how far two targets are from each other.

use jixiao_exporter::CompactJson;
use jixiao_exporter::schema::IndicatorRow;
use jixiao_normalizer::Exact;
use serde_json::{Map, Value};

use crate::fold::{fold, relative_years};

/// Keys of a parsed value that say what is meant. The others say how it was written.
const MEANING: [&str; 25] = [
    "kind",
    "comparator",
    "value",
    "inclusive",
    "lower",
    "upper",
    "terms",
    "unit",
    "date",
    "edge",
    "relation",
    "anchor",
    "anchor_side",
    "start",
    "end",
    "named",
    "recurrence",
    "change",
    "direction",
    "mode",
    "basis",
    "refers_to",
    "parts",
    "before",
    "after",
];
/// Kinds whose meaning is their words.
const WORDS: [&str; 4] = ["qualitative", "reference", "not_applicable", "unparsed"];

/// What a target means, for asking whether two say the same.
#[derive(Debug, PartialEq)]
enum Meaning {
    /// The source has no target, or lost it.
    Missing,
    /// Words.
    Words(String),
    /// A number, a range, a date: the parsed fields.
    Parsed(Value),
}

/// True where two targets mean the same, as they stand or counted from the years of their forms.
pub(crate) fn is_same(before: &IndicatorRow, after: &IndicatorRow) -> bool {
    meaning(before, None) == meaning(after, None)
        || meaning(before, before.fiscal_year) == meaning(after, after.fiscal_year)
}

/// What the target of an indicator means; dates and years count from `year`, where it is given.
fn meaning(row: &IndicatorRow, year: Option<i16>) -> Meaning {
    let Some(raw) = &row.value_raw else { return Meaning::Missing };
    let in_words = row.value_kind.as_deref().is_none_or(|kind| WORDS.contains(&kind));
    match &row.value_parsed {
        Some(parsed) if !in_words => {
            let mut parsed = parsed.value();
            if let (Some(keys), Some(unit)) = (parsed.as_object_mut(), unit(row)) {
                keys.insert("unit".to_owned(), unit.into());
            }
            Meaning::Parsed(meant(&parsed, year))
        }
        _ => Meaning::Words(fold(raw, year)),
    }
}

/// A parsed value without what says only how it was written.
fn meant(value: &Value, year: Option<i16>) -> Value {
    match value {
        Value::Object(keys) => {
            let kept = keys.iter().filter(|(key, _)| MEANING.contains(&key.as_str()));
            Value::Object(kept.map(|(key, value)| (key.clone(), meant_at(key, value, year))).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| meant(item, year)).collect(),
        other => other.clone(),
    }
}

fn meant_at(key: &str, value: &Value, year: Option<i16>) -> Value {
    match (key, value) {
        ("date" | "start" | "end", Value::String(date)) => {
            // A year alone is a date, too: the sign after it shows that it is one.
            year.map_or_else(|| date.clone(), |year| relative_years(&format!("{date}-"), year)).into()
        }
        ("before" | "after" | "anchor" | "refers_to" | "basis", Value::String(words)) => fold(words, year).into(),
        _ => meant(value, year),
    }
}

/// The unit of a target: as printed, else the one that the indicator's name or its twin tells.
pub(crate) fn unit(row: &IndicatorRow) -> Option<&str> {
    row.unit.as_deref().or(row.inferred_unit.as_deref())
}

/// The number of a target, exact. A unit in the name of the indicator may carry a magnitude (（万元）).
pub(crate) fn number(row: &IndicatorRow) -> Option<Exact> {
    // Most values have none: only those that may are looked into.
    let with_inferred = row.value_parsed.as_ref().filter(|parsed| parsed.as_str().contains("\"inferred_unit\""));
    let parsed = with_inferred.map(CompactJson::value);
    let inferred = parsed.as_ref().and_then(|parsed| parsed["inferred_unit"]["value"].as_str());
    inferred.or(row.value_exact.as_deref())?.parse().ok()
}

/// How far a number moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Movement {
    /// after − before.
    pub(crate) difference: Exact,
    /// The difference by the amount of the number before; `None` where that is zero.
    pub(crate) relative: Option<Exact>,
}

/// The movement from one number to another; `None` where the numbers are too long.
pub(crate) fn movement(before: Exact, after: Exact) -> Option<Movement> {
    let difference = after.plus(before.negated())?;
    Some(Movement { difference, relative: Exact::quotient(difference, before.abs()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: &str, year: i16) -> IndicatorRow {
        let parsed = jixiao_normalizer::parse(value);
        IndicatorRow {
            value_raw: Some(value.to_owned()),
            value_kind: Some(parsed.kind.as_str().to_owned()),
            value_exact: parsed.value.map(|number| number.to_string()),
            unit: parsed.unit.as_ref().map(ToString::to_string),
            value_parsed: Some(parsed.to_json().into()),
            fiscal_year: Some(year),
            ..IndicatorRow::default()
        }
    }

    #[test]
    fn another_way_of_writing_is_the_same_target() {
        for (before, after) in [
            ("≥95%", "不低于95％"),
            ("=29 人", "29人"),
            ("≤50万元", "50万元以内"),
            ("2023年6月", "2024年6月"),
            ("2023年12月31日前", "2024年12月31日前"),
            ("2023年根据全市统一安排举办", "2024年根据全市统一安排举办"),
            ("12月31日前", "12月31日前"),
            ("保障", "保障。"),
            ("2022年12月30日前", "2022年12月30日前"),
            ("每年4次", "4次/年"),
        ] {
            assert!(is_same(&row(before, 2023), &row(after, 2024)), "{before} {after}");
        }
    }

    #[test]
    fn another_target_is_told() {
        for (before, after) in [
            ("≥95%", ">95%"),
            ("≥95%", "≥96%"),
            ("5人", "5次"),
            ("2023年6月", "2024年7月"),
            ("2023年6月", "2025年6月"),
            ("保障", "有效保障"),
            ("20-30人", "20-35人"),
            ("较上年增长5%", "较上年下降5%"),
        ] {
            assert!(!is_same(&row(before, 2023), &row(after, 2024)), "{before} {after}");
        }
        assert!(!is_same(&IndicatorRow::default(), &row("5人", 2024)));
        assert!(!is_same(&row("2023年6月", 2023), &row("2024年6月", 2023)));
    }

    #[test]
    fn parts_count_and_what_joins_them_does_not() {
        assert!(is_same(&row("≥95%，≤3天", 2023), &row("≥95%；≤3天", 2024)));
        assert!(!is_same(&row("≥95%，≤3天", 2023), &row("≥95%，≤4天", 2024)));
    }

    #[test]
    fn movements_are_exact() {
        let moved = |before: &str, after: &str| {
            let Movement { difference, relative } = movement(before.parse().unwrap(), after.parse().unwrap()).unwrap();
            (difference.to_string(), relative.map(|relative| relative.to_string()))
        };
        assert_eq!(moved("40000", "50000"), ("10000".to_owned(), Some("0.25".to_owned())));
        assert_eq!(moved("3", "4"), ("1".to_owned(), Some("1/3".to_owned())));
        assert_eq!(moved("-2", "-3"), ("-1".to_owned(), Some("-0.5".to_owned())));
        assert_eq!(moved("0", "7"), ("7".to_owned(), None));
    }
}
