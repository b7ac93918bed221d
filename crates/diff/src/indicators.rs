//! The indicators of two forms that were matched.

use jixiao_exporter::schema::{ChangeRow, IndicatorRow};
use jixiao_names::{Likeness, Pair, closeness, pair};

use crate::change::{At, Change, Kind};
use crate::fold::fold_name;
use crate::target::{is_same, number, unit};

/// Names whose closeness is below this are not the same indicator.
const THRESHOLD: f64 = 0.6;

/// Tells what changed between the indicators of two forms. `form` is the row of the form.
pub(crate) fn compare(form: &ChangeRow, before: &[IndicatorRow], after: &[IndicatorRow], changes: &mut Vec<ChangeRow>) {
    let (b_keys, a_keys) = (keys(before), keys(after));
    let likeness = |b: usize, a: usize| Likeness {
        score: if b_keys[b].0 == a_keys[a].0 { closeness(&b_keys[b].1, &a_keys[a].1) } else { 0.0 },
        favour: favour(&before[b], &after[a]),
    };
    for pair in pair(&b_keys, &a_keys, THRESHOLD, likeness) {
        match pair.members(before, after) {
            (Some(b), Some(a)) => compare_matched(form, pair, b, a, changes),
            (b, a) => changes.push(one_sided(form, pair, b, a)),
        }
    }
}

/// Scope and folded name. A form with one table of indicators is for the year: its rows meet those of 年度绩效指标.
fn keys(rows: &[IndicatorRow]) -> Vec<(&str, String)> {
    let scope = |row: &'_ IndicatorRow| if row.scope.as_deref() == Some("overall") { "overall" } else { "annual" };
    let name = |row: &IndicatorRow| fold_name(row.level3.as_deref().unwrap_or_default());
    rows.iter().map(|row| (scope(row), name(row))).collect()
}

fn favour(before: &IndicatorRow, after: &IndicatorRow) -> f64 {
    let same_level = f64::from(u8::from(before.level2 == after.level2));
    let same_target = f64::from(u8::from(is_same(before, after)));
    f64::midpoint(same_level, same_target)
}

fn one_sided(form: &ChangeRow, pair: Pair, before: Option<&IndicatorRow>, after: Option<&IndicatorRow>) -> ChangeRow {
    let kind = Kind::of(pair, Kind::IndicatorRemoved, Kind::IndicatorAdded, Kind::IndicatorRenamed);
    let target = |row: Option<&IndicatorRow>| row.and_then(|row| row.value_raw.clone());
    with_numbers(row(form, before, after).made(kind, pair).told(target(before), target(after)), before, after)
}

fn compare_matched(
    form: &ChangeRow,
    pair: Pair,
    before: &IndicatorRow,
    after: &IndicatorRow,
    changes: &mut Vec<ChangeRow>,
) {
    let told = changes.len();
    let base = row(form, Some(before), Some(after));
    let texts = |kind, b: Option<String>, a: Option<String>| base.clone().made(kind, pair).told(b, a);
    if matches!(pair, Pair::Fuzzy(..)) {
        changes.push(texts(Kind::IndicatorRenamed, before.level3.clone(), after.level3.clone()));
    }
    if has_moved(before, after) {
        changes.push(texts(Kind::IndicatorMoved, Some(levels(before)), Some(levels(after))));
    }
    let target = |kind| {
        let change = texts(kind, before.value_raw.clone(), after.value_raw.clone());
        with_numbers(change, Some(before), Some(after))
    };
    if !is_same(before, after) {
        changes.push(target(Kind::TargetChanged));
    } else if changes.len() == told {
        changes.push(target(Kind::Same));
    }
}

/// A row about an indicator, without what happened.
fn row(form: &ChangeRow, before: Option<&IndicatorRow>, after: Option<&IndicatorRow>) -> ChangeRow {
    let later = after.or(before);
    let at = |row: Option<&IndicatorRow>| row.map_or(At::default(), |row| At { page: row.page, line: row.line });
    let base = ChangeRow {
        scope: later.and_then(|row| row.scope.clone()),
        level1: later.and_then(|row| row.level1.clone()),
        level2: later.and_then(|row| row.level2.clone()),
        indicator_id_before: before.map(|row| row.indicator_id.clone()),
        indicator_id_after: after.map(|row| row.indicator_id.clone()),
        ..form.clone()
    };
    base.named(later.and_then(|row| row.level3.clone())).at(at(before), at(after))
}

fn with_numbers(change: ChangeRow, before: Option<&IndicatorRow>, after: Option<&IndicatorRow>) -> ChangeRow {
    let comparator = |row: Option<&IndicatorRow>| row.and_then(|row| row.comparator.clone());
    let parsed = |row: Option<&IndicatorRow>| row.and_then(|row| row.value_parsed.clone());
    let counted = change
        .counted((before.and_then(number), after.and_then(number)), (before.and_then(unit), after.and_then(unit)));
    ChangeRow {
        comparator_before: comparator(before),
        comparator_after: comparator(after),
        value_before: parsed(before),
        value_after: parsed(after),
        ..counted
    }
}

/// A level that one side does not print is no move.
fn has_moved(before: &IndicatorRow, after: &IndicatorRow) -> bool {
    let differ = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => fold_name(one) != fold_name(other),
        _ => false,
    };
    differ(&before.level1, &after.level1) || differ(&before.level2, &after.level2)
}

fn levels(row: &IndicatorRow) -> String {
    let levels: Vec<&str> = [&row.level1, &row.level2].into_iter().flatten().map(String::as_str).collect();
    levels.join(" / ")
}
