//! Cells about time: dates, deadlines, periods, and repetitions without a number.

use super::head::{Head, relation_after};
use super::phrase::{apply_time, token_text};
use super::words::class_of;
use super::{Cost, residue};
use crate::lex::{Cell, Kind};
use crate::lexicon::{Lexicon, Role, Roles};
use crate::value::{Class, Comparator, ComparatorSource, Edge, Kind as ValueKind, Relation, Text, Value};

/// Words that are a time or a part of one.
const TIMES: Roles = Roles::of(&[Role::Named, Role::YearEdge, Role::Edge]);

/// Residue around a bare repetition that is longer than this is prose about something else.
const MAX_PROSE: usize = 8;

/// A date, a deadline or a period.
pub(super) fn point(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    if cell.times.is_empty() && !cell.seen.meets(TIMES) {
        return None;
    }
    let index = (0..cell.tokens.len()).find(|&index| is_time(cell, index))?;
    let index = dated(cell, index)?;
    let source = cell.source();
    value.kind = ValueKind::Date;
    set_time(cell, index, value);
    let mut first = index;
    let mut last = index + 1;
    if let (Some(entry), Some(date)) = (cell.word(last, Role::Named), value.date) {
        // 2023年全年 is the year from its first day to its last.
        value.kind = ValueKind::Period;
        value.named = Some(Text::new(cell.lexicon().value(entry)));
        (value.start, value.end, value.date) = (Some(date), Some(date), None);
        last += 1;
    }
    if let Some(relation) = relation_after(cell, last).filter(|_| value.kind == ValueKind::Date) {
        deadline(cell, relation, last, value);
        last += 1;
    }
    if let Some(before) = index.checked_sub(1) {
        first = not_later(cell, before, value).unwrap_or(first);
    }
    let time_from = if first < index { first } else { index };
    let mut head = Head::read(cell, 0, time_from);
    head.time = None;
    let (date, edge, relation) = (value.date, value.edge, value.relation);
    head.apply(cell, value);
    (value.date, value.edge, value.relation) = (date, edge, relation);
    if let Some((duration, at)) = &head.recurrence {
        value.recurrence = Some(duration.clone());
        value.recurrence_text = token_text(cell, *at);
    }
    let end = cell.token(last - 1).map_or(0, |token| token.end);
    value.after = residue(source, end, source.len());
    Some(Cost::of(cell, &[head.before, head.between, (end, source.len())]))
}

fn is_time(cell: &Cell<'_>, index: usize) -> bool {
    match cell.kind(index) {
        Some(Kind::Time(_)) => true,
        Some(kind @ Kind::Word(_)) => {
            let roles = cell.roles(kind);
            roles.meets(Roles::of(&[Role::Named, Role::YearEdge]))
                || roles.has(Role::Edge) && follows_repetition(cell, index)
        }
        _ => false,
    }
}

/// The token that dates the cell: of 当年12月底 the month; 年初预算数 names a figure and no date.
fn dated(cell: &Cell<'_>, index: usize) -> Option<usize> {
    if cell.time_at(index).is_some() {
        return Some(index);
    }
    if cell.time_at(index + 1).is_some() && cell.word(index, Role::Named).is_some() {
        return Some(index + 1);
    }
    (!cell.is_word(index + 1, Roles::of(&[Role::Document]))).then_some(index)
}

/// 每季度末: an edge right behind a repetition.
fn follows_repetition(cell: &Cell<'_>, index: usize) -> bool {
    let Some(before) = index.checked_sub(1) else {
        return false;
    };
    matches!(cell.kind(before), Some(Kind::Each(_))) || cell.word(before, Role::Recurrence).is_some()
}

fn set_time(cell: &Cell<'_>, index: usize, value: &mut Value) {
    if let Some(time) = cell.time_at(index) {
        apply_time(time, value);
        if time.finish.is_some() {
            value.kind = ValueKind::Period;
        }
        return;
    }
    if let Some(entry) = cell.word(index, Role::Named) {
        value.kind = ValueKind::Period;
        value.named = Some(Text::new(cell.lexicon().value(entry)));
        return;
    }
    let entry = cell.word(index, Role::YearEdge).or_else(|| cell.word(index, Role::Edge));
    value.edge = entry.and_then(|entry| Edge::from_word(cell.lexicon().value(entry)));
}

fn deadline(cell: &Cell<'_>, relation: Relation, index: usize, value: &mut Value) {
    value.kind = ValueKind::Deadline;
    value.relation = Some(relation);
    value.comparator = if relation == Relation::After { Comparator::Ge } else { Comparator::Le };
    value.comparator_source = Some(ComparatorSource::Written);
    value.comparator_text = token_text(cell, index);
}

/// 不晚于, 截至 and ≤ before a date; the first token of the core.
fn not_later(cell: &Cell<'_>, index: usize, value: &mut Value) -> Option<usize> {
    let bound = cell.word(index, Role::Prefix).map(Lexicon::comparator);
    let later = cell.word(index, Role::NotLater).is_some();
    let op = match bound {
        Some(Comparator::Eq) if value.kind != ValueKind::Deadline => {
            value.comparator = Comparator::Eq;
            value.comparator_source = Some(ComparatorSource::Written);
            value.comparator_text = token_text(cell, index);
            return Some(index);
        }
        _ if value.kind == ValueKind::Period => return None,
        _ if later => Comparator::Le,
        Some(op @ (Comparator::Le | Comparator::Lt | Comparator::Ge | Comparator::Gt)) => op,
        _ => return None,
    };
    value.kind = ValueKind::Deadline;
    let late = matches!(op, Comparator::Le | Comparator::Lt);
    let written = value.comparator_text.take();
    if value.relation.is_none() {
        value.relation = Some(if late { Relation::NotLaterThan } else { Relation::After });
    }
    value.comparator = op;
    value.comparator_source = Some(ComparatorSource::Written);
    let text = token_text(cell, index);
    value.comparator_text = match (text, written) {
        (Some(prefix), Some(suffix)) => Some(smol_str::format_smolstr!("{prefix}…{suffix}")),
        (text, None) => text,
        (None, written) => written,
    };
    Some(index)
}

/// 每月, 按季度 without a number.
pub(super) fn recurrence(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    if !cell.numbers.is_empty() || !cell.times.is_empty() {
        return None;
    }
    let index = (0..cell.tokens.len()).find(|&index| {
        matches!(cell.kind(index), Some(Kind::Each(_))) || cell.is_word(index, Roles::of(&[Role::Recurrence]))
    })?;
    let token = cell.token(index)?;
    let source = cell.source();
    // 逐年提升 tells how something changes, not how often.
    if source.at(token.start) == '逐' && !matches!(class_of(cell.lexicon(), source), Class::Other | Class::Done) {
        return None;
    }
    if token.start + source.len() - token.end > MAX_PROSE {
        return None;
    }
    let head = Head::read(cell, index, index + 1);
    let (duration, _) = head.recurrence?;
    value.kind = ValueKind::Frequency;
    value.recurrence = Some(duration);
    value.recurrence_text = token_text(cell, index);
    value.before = residue(source, 0, token.start);
    value.after = residue(source, token.end, source.len());
    Some(Cost::of(cell, &[(0, token.start), (token.end, source.len())]))
}
