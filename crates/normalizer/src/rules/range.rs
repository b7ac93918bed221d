//! Two numbers: ranges, tolerances and ratios.

use smallvec::SmallVec;

use super::head::Head;
use super::phrase::{Bounds, Phrase, apply_number, apply_unit, token_text};
use super::{Cost, residue};
use crate::exact::Exact;
use crate::lex::{Cell, Kind};
use crate::lexicon::{Lexicon, Role, Roles};
use crate::number::Number;
use crate::source::Span;
use crate::value::{Bound, Comparator, ComparatorSource, Dimension, Flag, Flags, Kind as ValueKind, Text, Value};

/// The name of a bounded figure is short: 得分, 年增长率.
const MAX_NAME: usize = 12;

const JOINS: Roles = Roles::of(&[Role::And, Role::Link]);

/// 3-5个, 10000与20000之间
pub(super) fn range(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    if cell.numbers.len() < 2 {
        return None;
    }
    let (left, join, right) = (0..cell.tokens.len()).find_map(|index| range_at(cell, index))?;
    let low = Phrase::at(cell, left)?;
    let high = Phrase::at(cell, right)?;
    let ends = ends(cell, low.number, high.number)?;
    if low.unit.zip(high.unit).is_some_and(|(low, high)| low.code != high.code) {
        return None;
    }
    value.kind = ValueKind::Range;
    // 间 counts rooms, but behind 和 it closes the range.
    let unit = high.unit.filter(|_| !closes_span(cell, join, right)).or(low.unit);
    if let Some(unit) = unit {
        apply_unit(cell, unit, value);
    } else if let Some((code, currency)) = low.sign(cell) {
        (value.unit, value.currency, value.dimension) = (Some(code), currency, Some(Dimension::Money));
    } else {
        value.flags.insert(Flag::UnitMissing);
    }
    apply_ends(ends, value);
    if cell.kind(join) == Some(Kind::Dash) {
        value.separator = token_text(cell, join);
    }
    outer_bounds(cell, &low, &high, value);
    let mut last = high.last;
    if cell.is_word(last, Roles::of(&[Role::Span])) {
        last += 1;
    }
    let end = cell.token(last - 1).map_or(0, |token| token.end);
    Some(finish(cell, value, low.first, end))
}

/// [90%,100%), (5%,10%]: the brackets tell which ends belong to the range.
pub(super) fn interval(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    let open = cell.mark(0).filter(|sign| matches!(sign, '[' | '('))?;
    let last = cell.tokens.len() - 1;
    let close = cell.mark(last).filter(|sign| matches!(sign, ']' | ')'))?;
    let numbers: SmallVec<[usize; 2]> = (0..last).filter(|&index| cell.number_at(index).is_some()).collect();
    let &[left, right] = numbers.as_slice() else {
        return None;
    };
    let (low, high) = (Phrase::at(cell, left)?, Phrase::at(cell, right)?);
    let joined = low.last + 1 == right && matches!(cell.mark(low.last), Some(',' | '-' | '~'));
    let mixed = cell.mark(low.last) == Some(',') || open == '[' || close == ']';
    if left != 1 || high.last != last || !joined || !mixed {
        return None;
    }
    let mut ends = ends(cell, low.number, high.number)?;
    ends.lower.inclusive = open == '[';
    ends.upper.inclusive = close == ']';
    value.kind = ValueKind::Range;
    match high.unit.or(low.unit) {
        Some(unit) => apply_unit(cell, unit, value),
        None => value.flags.insert(Flag::UnitMissing),
    }
    apply_ends(ends, value);
    value.separator = token_text(cell, low.last);
    Some(Cost::NONE)
}

/// A number, a dash (or 和 … 之间), a number: their tokens.
fn range_at(cell: &Cell<'_>, index: usize) -> Option<(usize, usize, usize)> {
    cell.number_at(index)?;
    let mut join = index + 1;
    if cell.unit_at(join).is_some() {
        join += 1;
    }
    if cell.is_word(join, Roles::of(&[Role::Included])) {
        join += 1;
    }
    let right = join + 1;
    cell.number_at(right)?;
    let dash = cell.kind(join) == Some(Kind::Dash);
    let after = right + 1 + usize::from(cell.unit_at(right + 1).is_some());
    let span = cell.is_word(after, Roles::of(&[Role::Span])) || closes_span(cell, join, right);
    let between = cell.is_word(join, JOINS) && span;
    (dash || between).then_some((index, join, right))
}

fn closes_span(cell: &Cell<'_>, join: usize, right: usize) -> bool {
    cell.is_word(join, JOINS)
        && cell.token(right + 1).is_some_and(|unit| cell.source().slice(unit.start, unit.end) == "间")
}

/// The two ends of a range, with the flags of their numbers.
struct Ends {
    lower: Bound,
    upper: Bound,
    flags: Flags,
}

/// The ends; a magnitude at the end also serves the lower one, unless that would then exceed the upper.
fn ends(cell: &Cell<'_>, low: &Number, high: &Number) -> Option<Ends> {
    let (mut lower, mut upper) = (bound(cell, low)?, bound(cell, high)?);
    let mut flags = low.flags;
    flags.extend(high.flags);
    if lower.value > upper.value && low.magnitude.is_none() && high.magnitude.is_none() {
        // 100-80%: a range has no direction.
        std::mem::swap(&mut lower, &mut upper);
    }
    let power = shared_power(cell, low, high);
    if let Some((power, text)) = power
        && let Some(raised) = lower.value.times_pow10(power)
        && raised <= upper.value
    {
        lower.value = raised;
        lower.magnitude = Some(text);
        flags.insert(Flag::MagnitudeDistributed);
    }
    Some(Ends { lower, upper, flags })
}

fn apply_ends(ends: Ends, value: &mut Value) {
    value.flags.extend(ends.flags);
    value.lower = Some(Box::new(ends.lower));
    value.upper = Some(Box::new(ends.upper));
}

/// The power of ten at the end of the upper bound, where the lower has none.
fn shared_power(cell: &Cell<'_>, low: &Number, high: &Number) -> Option<(u32, Text)> {
    if low.magnitude.is_some() || low.value? >= high.value? {
        return None;
    }
    let source = cell.source();
    if let Some(span) = high.magnitude {
        let first = source.at(span.start());
        let power = if first.is_ascii() { latin_power(first) } else { cell.reader.power(span) };
        return Some((power, Text::new(source.text(span))));
    }
    // 两到三千: one digit each, and the magnitude is the last character.
    let pair = low.chinese && high.chinese && low.written.len() == 1 && high.written.len() == 2;
    let last = Span::new(high.written.end().saturating_sub(1), high.written.end());
    let power = Some(cell.reader.power(last)).filter(|&power| pair && power > 1)?;
    Some((power, Text::new(source.text(last))))
}

fn latin_power(c: char) -> u32 {
    if matches!(c, 'k' | 'K') { 3 } else { 4 }
}

fn bound(cell: &Cell<'_>, number: &Number) -> Option<Bound> {
    let source = cell.source();
    Some(Bound {
        value: number.value?,
        inclusive: true,
        as_written: Some(Text::new(source.text(number.written))),
        magnitude: number.magnitude.map(|span| Text::new(source.text(span))),
    })
}

/// A comparator before or after the whole range (约3-5个, 3-5天以内).
fn outer_bounds(cell: &Cell<'_>, low: &Phrase<'_>, high: &Phrase<'_>, value: &mut Value) {
    let bounds: &Bounds = if low.bounds.op.is_some() { &low.bounds } else { &high.bounds };
    bounds.apply(cell, value);
}

/// Head and residue around a core that begins at token `first` and ends at character `end`.
fn finish(cell: &Cell<'_>, value: &mut Value, first: usize, end: usize) -> Cost {
    let source = cell.source();
    let head = Head::read(cell, 0, first);
    head.apply(cell, value);
    value.after = residue(source, end, source.len());
    Cost::of(cell, &[head.before, head.between, (end, source.len())])
}

/// Two bounded numbers: 大于100并且小于300, 3年以上7年以下, 60≤x<80.
pub(super) fn bounds(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    if cell.numbers.len() != 2 {
        return None;
    }
    let mut numbers = (0..cell.tokens.len()).filter(|&index| cell.number_at(index).is_some());
    let (first, second) = (Phrase::at(cell, numbers.next()?)?, Phrase::at(cell, numbers.next()?)?);
    let left = side(cell, &first, &second)?;
    let right = second.bounds.op?;
    let (low, high, low_op, high_op) = match (left, right) {
        (Comparator::Ge | Comparator::Gt, Comparator::Le | Comparator::Lt) => (&first, &second, left, right),
        (Comparator::Le | Comparator::Lt, Comparator::Ge | Comparator::Gt) => (&second, &first, right, left),
        _ => return None,
    };
    let other_unit = first.unit.zip(second.unit).is_some_and(|(first, second)| first.code != second.code);
    if other_unit || low.number.value? > high.number.value? {
        return None;
    }
    let mut flags = low.number.flags;
    flags.extend(high.number.flags);
    let lower = Bound { inclusive: low_op == Comparator::Ge, ..bound(cell, low.number)? };
    let upper = Bound { inclusive: high_op == Comparator::Le, ..bound(cell, high.number)? };
    value.kind = ValueKind::Range;
    match second.unit.or(first.unit) {
        Some(unit) => apply_unit(cell, unit, value),
        None => value.flags.insert(Flag::UnitMissing),
    }
    apply_ends(Ends { lower, upper, flags }, value);
    let name = bounded_name(cell, &first, &second).filter(|_| first.bounds.op.is_none());
    let cost = finish(cell, value, first.first, second.end(cell));
    // A letter stands for the figure, a word names it.
    if let Some((from, to)) = name.filter(|&(from, _)| !cell.source().at(from).is_ascii_alphabetic()) {
        value.between = residue(cell.source(), from, to);
    }
    Some(cost)
}

/// The comparator of the first number, seen from the figure that is bounded.
fn side(cell: &Cell<'_>, first: &Phrase<'_>, second: &Phrase<'_>) -> Option<Comparator> {
    let (from, to) = (first.last, second.first);
    if let Some(op) = first.bounds.op {
        let linked = (from..to).all(|index| {
            cell.is_word(index, JOINS)
                || matches!(cell.mark(index), Some(',' | '、' | '-' | '~'))
                || cell.kind(index) == Some(Kind::Dash)
        });
        return linked.then_some(op);
    }
    // 60≤x<80: the sign behind the first number looks the other way.
    let entry = cell.word(from, Role::Prefix)?;
    bounded_name(cell, first, second)?;
    match Lexicon::comparator(entry) {
        Comparator::Le => Some(Comparator::Ge),
        Comparator::Lt => Some(Comparator::Gt),
        Comparator::Ge => Some(Comparator::Le),
        Comparator::Gt => Some(Comparator::Lt),
        _ => None,
    }
}

/// What stands between two bounds: the x of 60≤x<80, the 合格率 of 90%≤合格率≤100%.
fn bounded_name(cell: &Cell<'_>, first: &Phrase<'_>, second: &Phrase<'_>) -> Option<(usize, usize)> {
    let (from, to) = (first.last + 1, second.first);
    let words = (from..to).all(|index| matches!(cell.kind(index), Some(Kind::Text(false) | Kind::Word(_))));
    let (start, end) = (cell.token(from)?.start, cell.token(to)?.start);
    let plain = (start..end).all(|at| !cell.source().at(at).is_ascii_digit());
    (from < to && words && plain && end - start <= MAX_NAME).then_some((start, end))
}

/// ±10%, 20±2℃
pub(super) fn tolerance(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    let sign = (0..cell.tokens.len()).find(|&index| is_tolerance_sign(cell, index))?;
    let phrase = Phrase::at(cell, sign + 1)?;
    let width = phrase.number.value?.abs();
    let centre = sign.checked_sub(1).and_then(|before| centre_at(cell, before));
    let one_unit = |index: &usize| {
        cell.unit_at(index + 1).zip(phrase.unit).is_none_or(|(centre, width)| centre.code == width.code)
    };
    let centre = centre.filter(one_unit);
    let middle = centre.and_then(|index| cell.number_at(index)?.value).unwrap_or(Exact::ZERO);
    let end = bound(cell, phrase.number)?;
    let lower = Bound { value: middle.plus(width.negated())?, ..end.clone() };
    let upper = Bound { value: middle.plus(width)?, ..end };
    value.kind = ValueKind::Tolerance;
    let mut first = sign;
    if let Some(number) = centre.and_then(|index| cell.number_at(index)) {
        apply_number(cell, number, value);
        first = centre.unwrap_or(sign);
    }
    apply_ends(Ends { lower, upper, flags: phrase.number.flags }, value);
    match phrase.unit.or_else(|| centre.and_then(|index| cell.unit_at(index + 1))) {
        Some(unit) => apply_unit(cell, unit, value),
        None => value.flags.insert(Flag::UnitMissing),
    }
    phrase.bounds.apply(cell, value);
    first = leading_bound(cell, first, value);
    Some(finish(cell, value, first, phrase.end(cell)))
}

fn is_tolerance_sign(cell: &Cell<'_>, index: usize) -> bool {
    matches!(cell.mark(index), Some('±' | '正')) && cell.number_at(index + 1).is_some()
}

/// The number before the sign: 20±2, 20℃±2.
fn centre_at(cell: &Cell<'_>, index: usize) -> Option<usize> {
    if cell.number_at(index).is_some() {
        return Some(index);
    }
    cell.unit_at(index)?;
    index.checked_sub(1).filter(|&number| cell.number_at(number).is_some())
}

/// A comparator before the sign: ≤±5%.
fn leading_bound(cell: &Cell<'_>, first: usize, value: &mut Value) -> usize {
    let Some(index) = first.checked_sub(1) else {
        return first;
    };
    let Some(entry) = cell.word(index, Role::Prefix) else {
        return first;
    };
    if value.comparator == Comparator::None {
        value.comparator = Lexicon::comparator(entry);
        value.comparator_source = Some(ComparatorSource::Written);
        value.comparator_text = token_text(cell, index);
    }
    index
}

/// 1:15
pub(super) fn ratio(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    if cell.numbers.len() < 2 {
        return None;
    }
    let index = (0..cell.tokens.len()).find(|&index| is_ratio(cell, index))?;
    let phrase = Phrase::at(cell, index)?;
    let mut last = index;
    let mut terms = vec![phrase.number.value?];
    while is_ratio(cell, last) {
        last += 2;
        terms.push(cell.number_at(last)?.value?);
    }
    let closing = Phrase::at(cell, last)?;
    value.kind = ValueKind::Ratio;
    value.terms = terms;
    phrase.apply_bounds(cell, value);
    if closing.bounds.op.is_some() {
        closing.bounds.apply(cell, value);
    }
    Some(finish(cell, value, phrase.first, closing.end(cell)))
}

fn is_ratio(cell: &Cell<'_>, index: usize) -> bool {
    let sign = cell.mark(index + 1) == Some(':')
        || cell
            .token(index + 1)
            .is_some_and(|token| token.end == token.start + 1 && cell.source().at(token.start) == '比');
    sign && cell.number_at(index).is_some() && cell.number_at(index + 2).is_some()
}
