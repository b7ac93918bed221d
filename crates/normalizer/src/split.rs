//! Layouts that print comparator, value and unit in columns of their own.

use crate::lexicon::{Lexicon, Role, Roles};
use crate::rules;
use crate::source::FoldedText;
use crate::value::{Flag, Kind, Value};

/// Reads one value whose comparator, figure and unit stand in three columns.
///
/// The columns are read as the one cell that they would be in other layouts (`≥` `95` `%` as `≥95%`).
/// Words of the comparator column that compare nothing (定性, 正向, 文字描述) are passed over;
/// where the value column is empty, the unit column is read in its place (文字描述 puts the text there).
/// A unit that the value already has is not repeated; one that contradicts it is kept out and flagged.
pub fn parse_split(lexicon: &Lexicon, comparator: &str, value: &str, unit: &str) -> Value {
    let (comparator, value, unit) = (comparator.trim(), value.trim(), unit.trim());
    let comparator = if is_comparator(lexicon, comparator) { comparator } else { "" };
    if value.is_empty() {
        return rules::read(lexicon, &format!("{comparator}{unit}"), 0);
    }
    let plain = rules::read(lexicon, value, 0);
    let unit = if takes_unit(&plain) { unit } else { "" };
    let joined = join_unit(lexicon, &plain, value, unit);
    let conflict = joined.is_none() && contradicts(lexicon, &plain, unit);
    let text = joined.as_deref().unwrap_or(value);
    let mut read = if joined.is_some() { rules::read(lexicon, text, 0) } else { plain };
    if !comparator.is_empty() {
        let bounded = rules::read(lexicon, &format!("{comparator}{text}"), 0);
        if !loses(&read, &bounded) {
            read = bounded;
        }
    }
    if conflict {
        read.flags.insert(Flag::UnitConflict);
    }
    read
}

fn is_comparator(lexicon: &Lexicon, text: &str) -> bool {
    let folded = FoldedText::new(text);
    let source = folded.source();
    lexicon.longest(source, 0, Roles::of(&[Role::Prefix])).is_some_and(|hit| hit.end == source.len())
}

/// A comparator before words is not what they say (= 有效), unless they name a grade (≥ 合格).
fn loses(plain: &Value, bounded: &Value) -> bool {
    match bounded.kind {
        Kind::Unparsed | Kind::NotApplicable => true,
        Kind::Reference => plain.kind == Kind::Qualitative && !bounded.flags.contains(Flag::Grade),
        _ => false,
    }
}

fn takes_unit(value: &Value) -> bool {
    matches!(value.kind, Kind::Quantity | Kind::Range | Kind::Tolerance | Kind::Frequency | Kind::Ratio)
}

/// Value and unit as one text, where the value has no unit of its own.
fn join_unit(lexicon: &Lexicon, plain: &Value, value: &str, unit: &str) -> Option<String> {
    let missing = plain.unit.is_none() && plain.after.is_none();
    if !missing || unit.is_empty() {
        return None;
    }
    let folded = FoldedText::new(unit);
    let source = folded.source();
    let comparable = lexicon.longest(source, 0, Roles::of(&[Role::Unit])).is_some()
        || matches!(source.at(0), '万' | '亿' | '千' | '百' | '(' | '[');
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
