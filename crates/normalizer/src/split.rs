//! Layouts that print comparator, value and unit in columns of their own.

use crate::fold::Source;
use crate::lexicon::{Lexicon, Role, Roles};
use crate::rules;
use crate::value::{Comparator, ComparatorSource, Flag, Kind, Text, Value};

/// Reads one value whose comparator, figure and unit stand in three columns.
///
/// Words of the comparator column that compare nothing (定性, 正向, 文字描述) are passed over;
/// where the value column is empty, the unit column is read in its place (文字描述 puts the text there).
/// A unit that the value already has is not repeated; one that contradicts it is kept out and flagged.
pub fn parse_split(lexicon: &Lexicon, comparator: &str, value: &str, unit: &str) -> Value {
    let (comparator, value, unit) = (comparator.trim(), value.trim(), unit.trim());
    let bound = comparator_of(lexicon, comparator);
    if value.is_empty() {
        return alone(lexicon, bound.map_or("", |_| comparator), unit);
    }
    let plain = rules::read(lexicon, value, 0);
    if !takes_unit(&plain) {
        return plain;
    }
    let with_unit = join_unit(lexicon, &plain, value, unit);
    let mut read = match &with_unit {
        Some(text) => rules::read(lexicon, text, 0),
        None => plain,
    };
    if with_unit.is_none() && contradicts(lexicon, &read, unit) {
        read.flags.insert(Flag::UnitConflict);
    }
    if let Some(op) = bound {
        add_bound(&mut read, op, comparator);
    }
    read
}

/// Only a unit column: a text in the wrong column, or a unit without a figure.
fn alone(lexicon: &Lexicon, comparator: &str, unit: &str) -> Value {
    if comparator.is_empty() {
        return rules::read(lexicon, unit, 0);
    }
    rules::read(lexicon, &format!("{comparator}{unit}"), 0)
}

fn comparator_of(lexicon: &Lexicon, text: &str) -> Option<Comparator> {
    let source = Source::new(text);
    let hit = lexicon.longest(&source, 0, Roles::of(&[Role::Prefix]))?;
    (hit.end == source.len()).then(|| Lexicon::comparator(hit.entry))
}

fn takes_unit(value: &Value) -> bool {
    matches!(value.kind, Kind::Quantity | Kind::Range | Kind::Tolerance | Kind::Frequency | Kind::Ratio)
}

/// Value and unit as one text, where the value has no unit of its own.
fn join_unit(lexicon: &Lexicon, plain: &Value, value: &str, unit: &str) -> Option<String> {
    let missing = plain.unit.is_none() && plain.after.is_none();
    let source = Source::new(unit);
    let comparable = lexicon.longest(&source, 0, Roles::of(&[Role::Unit])).is_some()
        || matches!(source.at(0), '万' | '亿' | '千' | '百');
    if !missing || unit.is_empty() {
        return None;
    }
    // A unit that the lexicon does not know is still the column's unit if it is one word.
    (comparable || source.len() <= 4).then(|| format!("{value}{unit}"))
}

/// Whether the unit column names another unit than the value itself.
fn contradicts(lexicon: &Lexicon, value: &Value, unit: &str) -> bool {
    if unit.is_empty() || value.unit.is_none() {
        return false;
    }
    let named = rules::read(lexicon, &format!("1{unit}"), 0);
    named.unit.is_some() && named.unit != value.unit
}

fn add_bound(value: &mut Value, op: Comparator, text: &str) {
    if value.kind == Kind::Range || value.kind == Kind::Tolerance {
        return;
    }
    match value.comparator_source {
        Some(ComparatorSource::Written) if value.comparator == op => {
            value.flags.insert(Flag::DuplicateComparator);
        }
        Some(ComparatorSource::Written) => {
            value.comparator = Comparator::None;
            value.comparator_source = None;
            value.flags.insert(Flag::ComparatorConflict);
        }
        _ => {
            value.comparator = op;
            value.comparator_source = Some(ComparatorSource::Written);
            value.comparator_text = Some(Text::new(text));
        }
    }
}
