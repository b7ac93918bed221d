//! Values of indicators: lost, and at odds with what the name says they measure.

use std::collections::BTreeSet;

use jixiao_model::{Form, Scope};
use jixiao_normalizer::{Bracketed, Exact, Flag, Kind, Value, bracketed_unit};

use crate::measures::Measure;
use crate::note::{Notes, Row};
use crate::rules::Code;

pub(crate) fn check(notes: &mut Notes<'_>) {
    lost_values(notes);
    for row in notes.rows() {
        let Some(value) = row.value() else { continue };
        let measure = Measure::of(row.folded);
        let in_brackets = bracketed_unit(row.name()).or_else(|| bracketed_unit(explanation(row)));
        match measure.filter(|measure| measure.rate) {
            Some(_) => rate(notes, row, value, in_brackets.as_ref()),
            None => unit_missing(notes, row, value, in_brackets.as_ref()),
        }
        contradiction(notes, row, value, measure, in_brackets.as_ref());
        if let Some(rule) = notes.rule(Code::UnitsDisagree).filter(|_| value.flags.contains(Flag::UnitConflict)) {
            let unit = row.indicator.unit_cell.as_deref().unwrap_or_default();
            notes.add_row(
                rule,
                row,
                format!("{}: the value is {}, the unit column says {unit}", row.name(), row.printed()),
            );
        }
    }
}

/// What the name means, in layouts that say so: it may close with a unit, too.
fn explanation(row: Row<'_>) -> &str {
    row.indicator.extra.iter().find(|(name, _)| *name == "explanation").map_or("", |(_, text)| text.as_str())
}

/// Rows without a value, in tables that have values.
fn lost_values(notes: &mut Notes<'_>) {
    let Some(rule) = notes.rule(Code::ValueLost) else { return };
    let filled: BTreeSet<Option<Scope>> = scopes_with_values(notes.form);
    for row in notes.rows() {
        let indicator = row.indicator;
        let printed = indicator.value.is_some() || indicator.comparator_cell.is_some() || indicator.unit_cell.is_some();
        if printed || row.name().is_empty() || !filled.contains(&indicator.scope) {
            continue;
        }
        let twin = match (&indicator.value_suggested, indicator.scope) {
            (Some(value), Some(Scope::Overall)) => format!("; 年度 says {value}"),
            (Some(value), _) => format!("; 总体 says {value}"),
            (None, _) => String::new(),
        };
        notes.add_row(rule, row, format!("{} has no value{twin}", row.name()));
    }
}

/// A table without any value is a blank form: nothing was lost there.
fn scopes_with_values(form: &Form) -> BTreeSet<Option<Scope>> {
    form.indicators.iter().filter(|indicator| indicator.value.is_some()).map(|indicator| indicator.scope).collect()
}

/// The number that a value asks for: its figure, or the lower end of a range.
fn asked(value: &Value) -> Option<Exact> {
    value.value.or_else(|| value.lower.as_ref().map(|bound| bound.value))
}

fn rate(notes: &mut Notes<'_>, row: Row<'_>, value: &Value, in_brackets: Option<&Bracketed>) {
    let above = |code: Code| {
        let rule = notes.rule(code)?;
        let limit = Exact::integer(i128::from(rule.above.unwrap_or(0)));
        asked(value).is_some_and(|number| number > limit).then_some(rule)
    };
    let percent = value.unit.as_deref() == Some("%") || in_brackets.is_some_and(|bracketed| bracketed.unit == "%");
    let at_most = matches!(value.comparator, jixiao_normalizer::Comparator::Le | jixiao_normalizer::Comparator::Lt);
    let (name, printed) = (row.name(), row.printed());
    if percent {
        if let Some(rule) = above(Code::RateAboveHundred).filter(|_| !at_most && value.change.is_none()) {
            notes.add_row(rule, row, format!("{name} is a rate, but {printed} is more than all"));
        }
    } else if value.kind == Kind::Qualitative {
        if let Some(rule) = notes.rule(Code::RateWithoutNumber).filter(|_| !value.flags.contains(Flag::Placeholder)) {
            notes.add_row(rule, row, format!("{name} is a rate, but {printed} has no number"));
        }
    } else if lacks_unit(row, value)
        && let Some(rule) = above(Code::RateWithoutPercent)
    {
        notes.add_row(rule, row, format!("{name} is a rate, but {printed} has no %"));
    }
}

fn unit_missing(notes: &mut Notes<'_>, row: Row<'_>, value: &Value, in_brackets: Option<&Bracketed>) {
    let Some(rule) = notes.rule(Code::UnitMissing) else { return };
    // None of something needs no unit.
    let nothing = asked(value) == Some(Exact::ZERO);
    if lacks_unit(row, value) && in_brackets.is_none() && !nothing {
        notes.add_row(rule, row, format!("{}: {} has no unit", row.name(), row.printed()));
    }
}

/// A number that counts or measures something, without a unit of its own.
fn lacks_unit(row: Row<'_>, value: &Value) -> bool {
    let told_by_words = [Flag::Rank, Flag::Grade, Flag::Placeholder, Flag::VagueNumber];
    let measured = matches!(value.kind, Kind::Quantity | Kind::Range | Kind::Tolerance);
    measured
        && value.flags.contains(Flag::UnitMissing)
        && row.indicator.unit_cell.is_none()
        && value.residue().next().is_none()
        && !told_by_words.iter().any(|flag| value.flags.contains(*flag))
}

/// A unit that cannot be one of what the name measures, or of what stands in brackets after it.
fn contradiction(
    notes: &mut Notes<'_>,
    row: Row<'_>,
    value: &Value,
    measure: Option<&Measure>,
    in_brackets: Option<&Bracketed>,
) {
    let Some(rule) = notes.rule(Code::UnitContradictsName) else { return };
    let measured = matches!(value.kind, Kind::Quantity | Kind::Range | Kind::Tolerance | Kind::Frequency);
    // A rise by 5% is no unit of what rises.
    if !measured || value.change.is_some() || value.flags.contains(Flag::UnitUnknown) {
        return;
    }
    let unit = value.unit_text.as_deref().unwrap_or_default();
    let other = in_brackets.filter(|bracketed| value.unit.as_ref().is_some_and(|unit| *unit != bracketed.unit));
    let message = match (other, measure.filter(|measure| !measure.fits(value))) {
        (Some(bracketed), _) => {
            format!("{} asks for {}, but {} is in {unit}", row.name(), bracketed.text, row.printed())
        }
        (None, Some(measure)) => {
            format!("{} measures {}, but {} is in {unit}", row.name(), measure.name, row.printed())
        }
        (None, None) => return,
    };
    notes.add_row(rule, row, message);
}
