//! Several statements in one cell.

use smallvec::SmallVec;

use super::words::is_known;
use super::{Cost, MAX_DEPTH, read};
use crate::lex::{Cell, Kind};
use crate::lexicon::{Role, Roles};
use crate::signs::fold;
use crate::value::{Comparator, ComparatorSource, Flag, Kind as ValueKind, Text, Value};

/// A cell of more statements than this is a text about something else.
const MAX_PARTS: usize = 256;

/// A stretch between two joiners, in tokens.
#[derive(Clone, Copy)]
struct Segment {
    from: usize,
    to: usize,
    /// Holds a number, a date or a repetition.
    factual: bool,
    /// Holds a number, a date or a repetition, or known words only.
    stated: bool,
    /// The joiner behind it is a comma, a semicolon or a full stop.
    strong: bool,
}

/// Splits the cell at its joiners, where both sides state something.
pub(super) fn compound(cell: &Cell<'_>, value: &mut Value, depth: u8) -> Option<Cost> {
    if depth >= MAX_DEPTH || !(1..cell.tokens.len()).any(|index| joiner(cell, index).is_some()) {
        return None;
    }
    let segments = merge(cell, &segments(cell));
    let factual = segments.iter().filter(|segment| segment.factual).count();
    if !(2..=MAX_PARTS).contains(&segments.len()) || factual == 0 {
        return None;
    }
    let source = cell.source();
    value.kind = ValueKind::Compound;
    let mut cost = Cost::NONE;
    for (index, segment) in segments.iter().enumerate() {
        let (start, end) = bounds(cell, *segment);
        let part = read(cell.lexicon(), source.slice(start, end), depth + 1);
        cost.digits += left_digits(&part);
        cost.tokens += usize::from(part.kind == ValueKind::Unparsed);
        value.parts.push(part);
        let next = segments.get(index + 1).map_or(source.len(), |next| bounds(cell, *next).0);
        if end < next {
            value.joiners.push(Text::new(source.slice(end, next)));
        }
    }
    distribute(cell, value);
    Some(cost)
}

fn bounds(cell: &Cell<'_>, segment: Segment) -> (usize, usize) {
    let start = cell.token(segment.from).map_or(0, |token| token.start);
    (start, cell.token(segment.to - 1).map_or(start, |token| token.end))
}

fn left_digits(part: &Value) -> usize {
    let texts = part.residue().chain((part.kind == ValueKind::Unparsed).then_some(part.text.as_str()));
    texts.flat_map(str::chars).filter(|c| fold(*c).is_ascii_digit()).count()
}

/// The stretches between joiners, outside of brackets.
fn segments(cell: &Cell<'_>) -> SmallVec<[Segment; 4]> {
    let mut list: SmallVec<[Segment; 4]> = SmallVec::new();
    let (mut from, mut depth) = (0, 0_usize);
    for index in 0..cell.tokens.len() {
        match cell.mark(index) {
            Some('(') => depth += 1,
            Some(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let Some(strong) = joiner(cell, index).filter(|_| depth == 0) else {
            continue;
        };
        if from < index {
            list.push(segment(cell, from, index, strong));
        }
        from = index + 1;
    }
    if from < cell.tokens.len() {
        list.push(segment(cell, from, cell.tokens.len(), true));
    }
    if let Some(first) = list.first_mut() {
        // A joiner at the head joins nothing and stays with what follows it.
        first.from = 0;
    }
    list
}

/// Whether the token joins statements, and how strongly.
fn joiner(cell: &Cell<'_>, index: usize) -> Option<bool> {
    match cell.mark(index) {
        Some(',' | ';' | '。') => return Some(true),
        Some('、') => return Some(false),
        _ => {}
    }
    cell.is_word(index, Roles::of(&[Role::And])).then_some(false)
}

fn segment(cell: &Cell<'_>, from: usize, to: usize, strong: bool) -> Segment {
    let factual = (from..to).any(|index| match cell.kind(index) {
        Some(Kind::Number(_) | Kind::Time(_) | Kind::Each(_)) => true,
        Some(kind) => cell.roles(kind).meets(Roles::of(&[Role::Recurrence, Role::YearEdge, Role::Named])),
        None => false,
    });
    let stated = factual || {
        let start = cell.token(from).map_or(0, |token| token.start);
        let end = cell.token(to - 1).map_or(start, |token| token.end);
        end - start <= 8 && is_known(cell.lexicon(), cell.source().slice(start, end))
    };
    Segment { from, to, factual, stated, strong }
}

/// Joins neighbours again where a joiner stands inside one statement.
fn merge(cell: &Cell<'_>, segments: &[Segment]) -> SmallVec<[Segment; 4]> {
    let mut merged: SmallVec<[Segment; 4]> = SmallVec::new();
    for &segment in segments {
        let Some(last) = merged.last_mut() else {
            merged.push(segment);
            continue;
        };
        let cut = if last.strong {
            last.factual || segment.factual && last.stated || segment.stated && last.stated
        } else {
            last.stated && segment.stated && (last.factual || segment.factual)
        };
        if cut && !only_bound(cell, *last) {
            merged.push(segment);
        } else {
            last.to = segment.to;
            last.factual |= segment.factual;
            last.stated = last.factual;
            last.strong = segment.strong;
        }
    }
    merged
}

/// A stretch that is only a comparator states nothing.
fn only_bound(cell: &Cell<'_>, segment: Segment) -> bool {
    segment.to == segment.from + 1 && cell.is_word(segment.from, Roles::of(&[Role::Prefix]))
}

/// A comparator at the head of a list holds for the parts that have none.
fn distribute(cell: &Cell<'_>, value: &mut Value) {
    if cell.word(0, Role::Prefix).is_none() {
        return;
    }
    let mut parts = value.parts.iter_mut();
    let Some(op) = parts.next().map(|part| part.comparator).filter(|&op| op != Comparator::None) else {
        return;
    };
    for part in parts {
        let open = part.comparator_source == Some(ComparatorSource::Implied);
        if open && matches!(part.kind, ValueKind::Quantity | ValueKind::Frequency) {
            part.comparator = op;
            part.comparator_source = Some(ComparatorSource::Distributed);
            part.flags.remove(Flag::DetachedComparator);
        }
    }
}
