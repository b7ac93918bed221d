//! Cells without a number: fillers, placeholders, units alone, qualitative words.

use super::change::change_in_words;
use super::phrase::apply_unit;
use super::{Cost, residue};
use crate::lex::Cell;
use crate::lexicon::{Lexicon, Role, Roles};
use crate::source::{FoldedText, Source, Span};
use crate::unit::is_blank;
use crate::value::{Class, ComparatorSource, Flag, Kind as ValueKind, Text, Value};

/// Longer texts are prose; no class is looked for in them.
const MAX_CLASSED: usize = 64;

/// Classes by weight: where several words are found, the first of these wins.
const CLASS_ORDER: [Class; 9] = [
    Class::Coverage,
    Class::LongTerm,
    Class::Timely,
    Class::Reduce,
    Class::Improve,
    Class::Absent,
    Class::State,
    Class::Maintain,
    Class::Done,
];

/// Fillers, placeholders and cells that hold only a unit.
pub(super) fn not_applicable(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    let source = cell.source();
    if !cell.numbers.is_empty() || !cell.times.is_empty() || source.len() > MAX_CLASSED {
        return None;
    }
    let is = |role| cell.lexicon().exact(source, 0, source.len(), role).is_some();
    if is(Role::Filler) || only_marks(cell) {
        value.kind = ValueKind::NotApplicable;
        return Some(Cost::NONE);
    }
    if is(Role::Placeholder) {
        value.kind = ValueKind::Qualitative;
        value.flags.insert(Flag::Placeholder);
        value.class = Some(Class::Other);
        return Some(Cost::NONE);
    }
    unit_only(cell, value)
}

fn only_marks(cell: &Cell<'_>) -> bool {
    cell.source()
        .chars
        .iter()
        .all(|folded| !folded.c.is_alphanumeric() && !matches!(folded.c, '≥' | '≤' | '%' | '‰' | '℃' | '㎡'))
}

/// 公里, ≥ %, ≥**%: a sign or a unit without a figure.
fn unit_only(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    let source = cell.source();
    let bound = cell.lexicon().longest(source, 0, Roles::of(&[Role::Prefix]));
    let mut at = bound.map_or(0, |hit| hit.end);
    while is_blank(source.at(at)) || matches!(source.at(at), '(' | ')') {
        at += 1;
    }
    let placed = at > bound.map_or(0, |hit| hit.end);
    let magnitude = cell.reader.magnitude(at);
    let unit = cell.reader.measure(magnitude.map_or(at, Span::end));
    let end = unit.as_ref().map_or(at, |unit| unit.end);
    let closes = end == source.len() || source.at(end) == ')' && end + 1 == source.len();
    if !closes || unit.is_none() && !(placed || bound.is_some_and(|hit| hit.end == source.len())) {
        return None;
    }
    value.kind = ValueKind::NotApplicable;
    value.flags.insert(Flag::Placeholder);
    if let Some(unit) = &unit {
        apply_unit(cell, unit, value);
        value.magnitude = magnitude.map(|span| Text::new(source.text(span)));
    }
    if let Some(hit) = bound {
        value.comparator = Lexicon::comparator(hit.entry);
        value.comparator_source = Some(ComparatorSource::Written);
        value.comparator_text = residue(source, 0, hit.end);
    }
    Some(Cost::NONE)
}

/// Words without a digit.
pub(super) fn qualitative(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    let source = cell.source();
    let digits = source.chars.iter().filter(|folded| folded.c.is_ascii_digit()).count();
    let named = cell.numbers.is_empty() && cell.times.is_empty();
    if digits > 0 && !named {
        return None;
    }
    value.kind = ValueKind::Qualitative;
    value.class = Some(class_of(cell.lexicon(), source));
    value.change = change_in_words(cell).map(Box::new);
    let lone = cell.lexicon().exact(source, 0, source.len(), Role::None).is_some();
    if lone && source.at(0) == '无' {
        value.flags.insert(Flag::AmbiguousNone);
    }
    Some(Cost { digits, tokens: usize::from(digits > 0) })
}

/// The advisory class: the whole text, else its end, else the weightiest word in it.
pub(super) fn class_of(lexicon: &Lexicon, source: Source<'_>) -> Class {
    if source.len() > MAX_CLASSED {
        return Class::Other;
    }
    if let Some(entry) = lexicon.exact(source, 0, source.len(), Role::Class) {
        return Lexicon::class(entry);
    }
    let mut found = [false; 10];
    let mut at = 0;
    while at < source.len() {
        let hit = lexicon.longest(source, at, Roles::of(&[Role::Class]));
        if let Some(hit) = hit.filter(|hit| hit.end - at > 1)
            && let Some(seen) = found.get_mut(Lexicon::class(hit.entry) as usize)
        {
            *seen = true;
        }
        at = hit.map_or(at + 1, |hit| hit.end);
    }
    let first = CLASS_ORDER.iter().find(|class| found.get(**class as usize) == Some(&true));
    first.copied().unwrap_or(Class::Other)
}

/// Whether a short text is made of words with a class: 长期公示, 及时足额.
pub(super) fn is_known(lexicon: &Lexicon, text: &str) -> bool {
    let folded = FoldedText::new(text);
    let source = folded.source();
    source.len() <= 8 && class_of(lexicon, source) != Class::Other
}
