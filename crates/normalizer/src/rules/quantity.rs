//! One number: a quantity, a frequency, a rank, or a deadline after an event.

use super::head::Head;
use super::phrase::{Phrase, apply_number, apply_unit, token_text};
use super::{Cost, residue};
use crate::lex::{Cell, Kind};
use crate::lexicon::{Lexicon, Role, Roles};
use crate::unit::Measure;
use crate::value::{
    AnchorSide, Comparator, ComparatorSource, Dimension, Flag, Kind as ValueKind, Relation, Text, Value,
};

/// Reads the cell as one number with what belongs to it.
pub(super) fn quantity(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    let index = main_number(cell)?;
    let phrase = Phrase::at(cell, index)?;
    if phrase.number.is_bad() {
        return None;
    }
    let source = cell.source();
    value.kind = ValueKind::Quantity;
    apply_number(cell, phrase.number, value);
    apply_measure(cell, &phrase, value);
    phrase.apply_bounds(cell, value);
    let detached = phrase.first > 0 && phrase.bounds.op.is_none() && leads(cell);
    let from = usize::from(detached);
    let head = if from < phrase.first { Head::read(cell, from, phrase.first) } else { Head::default() };
    if is_event(&phrase) && (head.recurrence.is_some() || has_time(&phrase)) {
        value.kind = ValueKind::Frequency;
        value.recurrence = phrase.unit.and_then(|unit| unit.iso.clone());
    }
    if from < phrase.first {
        head.apply(cell, value);
    }
    if detached {
        detach(cell, &head, value);
    }
    let end = phrase.end(cell);
    value.after = residue(source, end, source.len());
    let ranked = rank(cell, &phrase, value);
    let mut left = ranked.map_or(head.before, |end| (0, end));
    if detached && head.before.0 < head.before.1 {
        left = (head.before.0, head.between.1);
    }
    let mut between = if ranked.is_some() { (0, 0) } else { head.between };
    if deadline(cell, &phrase, value) {
        (left, between) = ((0, 0), (0, 0));
        value.between = None;
    }
    Some(Cost::of(cell, &[left, between, (end, source.len())]))
}

/// The number that the cell is about: with a comparator before all, then led by a change (由80%提高到95%),
/// with a unit, at the end of the cell (5G基站20个), and else the first.
fn main_number(cell: &Cell<'_>) -> Option<usize> {
    if cell.numbers.len() == 1 {
        return cell.tokens.iter().position(|token| matches!(token.kind, Kind::Number(_)));
    }
    let mut best = None;
    let (mut seen, mut depth) = (0, 0);
    for (index, token) in cell.tokens.iter().enumerate() {
        if !matches!(token.kind, Kind::Number(_)) {
            continue;
        }
        let bounded = index > 0 && cell.is_word(index - 1, Roles::of(&[Role::Prefix]));
        let unit = cell.unit_at(index + 1).is_some();
        let after = index + 1 + usize::from(unit);
        let closed = cell.is_word(after, Roles::of(&[Role::Suffix])) && ends_phrase(cell, after + 1);
        let led = index > 0 && cell.is_word(index - 1, Roles::of(&[Role::UpTo, Role::DownTo]));
        let last = after == cell.tokens.len();
        // A breakdown in brackets stands behind its sum: 854万(建设400万元,…).
        depth += bracket_depth(cell, seen, index);
        seen = index;
        let score = u8::from(depth <= 0) * 16
            + u8::from(bounded) * 8
            + u8::from(led) * 4
            + u8::from(closed) * 4
            + u8::from(unit) * 2
            + u8::from(last);
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, index));
        }
    }
    best.map(|(_, index)| index)
}

/// Behind 以上 the cell or the clause ends; 3岁以下婴幼儿50人 is about the 50.
fn ends_phrase(cell: &Cell<'_>, index: usize) -> bool {
    index >= cell.tokens.len() || cell.kind(index) == Some(Kind::Mark)
}

/// Brackets opened less brackets closed among the tokens `from..to`.
fn bracket_depth(cell: &Cell<'_>, from: usize, to: usize) -> i32 {
    (from..to).map(|index| i32::from(cell.mark(index) == Some('(')) - i32::from(cell.mark(index) == Some(')'))).sum()
}

fn apply_measure(cell: &Cell<'_>, phrase: &Phrase<'_>, value: &mut Value) {
    if let Some(unit) = phrase.unit {
        apply_unit(cell, unit, value);
    } else if let Some((code, currency)) = phrase.sign(cell) {
        value.unit_text = (phrase.first..phrase.last)
            .find(|&index| cell.word(index, Role::Sign).is_some())
            .and_then(|index| token_text(cell, index));
        value.unit = Some(code);
        value.currency = currency;
        value.dimension = Some(Dimension::Money);
    } else if !phrase.number.fraction {
        value.flags.insert(Flag::UnitMissing);
    }
}

fn is_event(phrase: &Phrase<'_>) -> bool {
    phrase.unit.is_some_and(Measure::is_event)
}

fn has_time(phrase: &Phrase<'_>) -> bool {
    phrase.unit.is_some_and(|unit| unit.iso.is_some())
}

/// A comparator at the head of the cell, away from its number.
fn leads(cell: &Cell<'_>) -> bool {
    cell.word(0, Role::Prefix).is_some()
}

fn detach(cell: &Cell<'_>, head: &Head, value: &mut Value) {
    let (Some(entry), Some(token)) = (cell.word(0, Role::Prefix), cell.token(0)) else {
        return;
    };
    value.comparator = Lexicon::comparator(entry);
    value.comparator_source = Some(ComparatorSource::Written);
    value.comparator_text = residue(cell.source(), token.start, token.end);
    value.flags.insert(Flag::DetachedComparator);
    // All that stands between the comparator and its number is residue of one kind.
    value.between = match (value.before.take(), value.between.take()) {
        (Some(_), Some(_)) => residue(cell.source(), head.before.0, head.between.1),
        (before, between) => before.or(between),
    };
}

/// 前3名 and 第1名: places in a ranking; gives where the residue before it ends.
fn rank(cell: &Cell<'_>, phrase: &Phrase<'_>, value: &mut Value) -> Option<usize> {
    let index = phrase.first.checked_sub(1)?;
    if value.comparator_source == Some(ComparatorSource::Written) || phrase.unit.is_some_and(Measure::is_time) {
        return None;
    }
    let first = cell.word(index, Role::Rank).is_some();
    if !first && cell.word(index, Role::Ordinal).is_none() {
        return None;
    }
    let token = cell.token(index)?;
    value.flags.insert(Flag::Rank);
    value.flags.remove(Flag::UnitMissing);
    value.comparator = if first { Comparator::Le } else { Comparator::Eq };
    value.comparator_source = Some(ComparatorSource::Written);
    value.comparator_text = residue(cell.source(), token.start, token.end);
    value.before = residue(cell.source(), 0, token.start);
    value.between = None;
    Some(token.start)
}

/// 接报后30分钟内: a duration that counts from an event.
fn deadline(cell: &Cell<'_>, phrase: &Phrase<'_>, value: &mut Value) -> bool {
    let bounded = matches!(value.comparator, Comparator::Le | Comparator::Lt);
    let Some(index) = phrase.first.checked_sub(1).filter(|_| bounded) else {
        return false;
    };
    if !phrase.unit.is_some_and(Measure::is_time) {
        return false;
    }
    let after = cell.word(index, Role::AnchorAfter).is_some();
    if !after && cell.word(index, Role::AnchorBefore).is_none() {
        return false;
    }
    let Some(word) = cell.token(index) else {
        return false;
    };
    let source = cell.source();
    let lead = matches!(source.at(0), '自' | '从' | '在' | '于' | '由') && word.start > 1;
    let from = usize::from(lead);
    let Some(anchor) = residue(source, from, word.start) else {
        return false;
    };
    value.kind = ValueKind::Deadline;
    value.relation = Some(Relation::Within);
    value.anchor = Some(Text::new(anchor.trim()));
    value.anchor_side = Some(if after { AnchorSide::After } else { AnchorSide::Before });
    value.before = residue(source, 0, from);
    true
}
