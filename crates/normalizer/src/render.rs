//! Writing a value back as text that reads as the same value.

use std::fmt::Write as _;

use crate::value::{ChangeMode, Comparator, ComparatorSource, Flag, Kind, Value};

/// A text that parses to a value of the same meaning.
///
/// Numbers with a comparator are written in one way (`≥12000元/人`), so that two spellings of one fact render alike.
/// Kinds that are made of words, and lists, are given as they stood: in a list a comma may not meet new digits.
pub fn render(value: &Value) -> String {
    let canonical = match value.kind {
        Kind::Quantity if is_plain(value) => quantity(value),
        Kind::Range if is_plain(value) => range(value),
        _ => return value.text.to_string(),
    };
    // What is written in one way may read as something else, so it is read: 0万月 is a quantity, 0月 would be a month.
    if crate::parse(&canonical).means_the_same(value) { canonical } else { value.text.to_string() }
}

/// Whether the canonical form can say all that the value says.
fn is_plain(value: &Value) -> bool {
    let told_by_words = [
        Flag::Rank,
        Flag::VagueNumber,
        Flag::ApproxOver,
        Flag::NearBelow,
        Flag::DetachedComparator,
        Flag::ComparatorConflict,
        Flag::DigitsInResidue,
        Flag::UnitConflict,
        Flag::UnitUnknown,
    ];
    let words = value.before.is_some() || value.between.is_some() || value.after.is_some();
    let change = value.change.as_ref().is_some_and(|change| change.mode == ChangeMode::To);
    let elsewhere = value.per_text.is_some() || value.recurrence.is_some() || value.date.is_some();
    !words && !change && !elsewhere && !told_by_words.iter().any(|&flag| value.flags.contains(flag))
}

fn quantity(value: &Value) -> String {
    let Some(number) = value.value else {
        return value.text.to_string();
    };
    let number = number.to_string();
    let unit = unit_text(value);
    if let Some((top, bottom)) = number.split_once('/') {
        let fraction = format!("{}{bottom}分之{}", sign(value), top.trim_start_matches('-'));
        return if unit.is_empty() && !top.starts_with('-') { fraction } else { value.text.to_string() };
    }
    format!("{}{number}{unit}", sign(value))
}

/// The unit as written, without white space; a unit that was converted by its code.
fn unit_text(value: &Value) -> String {
    let code = value.unit.as_deref().unwrap_or("");
    match code {
        "%" | "CNY" | "USD" | "HKD" => return code.to_owned(),
        "[ppth]" => return "‰".to_owned(),
        "10*-4" => return "‱".to_owned(),
        _ => {}
    }
    value.unit_text.as_deref().unwrap_or("").split_whitespace().collect()
}

fn sign(value: &Value) -> &'static str {
    if value.comparator_source != Some(ComparatorSource::Written) {
        return "";
    }
    match value.comparator {
        Comparator::Eq => "=",
        Comparator::Ge => "≥",
        Comparator::Le => "≤",
        Comparator::Gt => ">",
        Comparator::Lt => "<",
        Comparator::Approx => "约",
        Comparator::None => "",
    }
}

fn range(value: &Value) -> String {
    let (Some(lower), Some(upper)) = (&value.lower, &value.upper) else {
        return value.text.to_string();
    };
    let unit = unit_text(value);
    if unit.contains('分') && value.unit.as_deref() != Some("min") && value.unit.as_deref() != Some("[score]") {
        return value.text.to_string();
    }
    let mut text = String::new();
    let closed = lower.inclusive && upper.inclusive;
    let fraction = |bound: &crate::value::Bound| bound.value.to_string().contains('/');
    if fraction(lower) || fraction(upper) {
        return value.text.to_string();
    }
    let written = if closed {
        write!(text, "{}{}~{}{unit}", sign(value), lower.value, upper.value)
    } else {
        let low = if lower.inclusive { "≥" } else { ">" };
        let high = if upper.inclusive { "≤" } else { "<" };
        write!(text, "{low}{}{unit}且{high}{}{unit}", lower.value, upper.value)
    };
    // Writing into a string cannot fail.
    debug_assert!(written.is_ok());
    text
}
