//! Two numbers: ranges, tolerances and ratios.

use smallvec::SmallVec;

use super::phrase::{Bounds, Head, Phrase, apply_number, apply_unit};
use super::{Candidate, residue, unexplained};
use crate::exact::Exact;
use crate::lex::{Cell, Kind};
use crate::lexicon::{Role, Roles};
use crate::number::Number;
use crate::value::{Bound, Comparator, ComparatorSource, Dimension, Flag, Kind as ValueKind, Text, Value};

/// The name of a bounded figure is short: 得分, 年增长率.
const MAX_NAME: usize = 12;

const JOINS: Roles = Roles::of(&[Role::And, Role::Link]);

/// 3-5个, 10000与20000之间
pub(crate) fn range(cell: &Cell<'_, '_>) -> Option<Candidate> {
    if cell.numbers.len() < 2 {
        return None;
    }
    let (left, join, right) = (0..cell.tokens.len()).find_map(|index| range_at(cell, index))?;
    let low = Phrase::at(cell, left)?;
    let high = Phrase::at(cell, right)?;
    if low.number.value.is_none() || high.number.value.is_none() {
        return None;
    }
    if low.unit.zip(high.unit).is_some_and(|(low, high)| low.code != high.code) {
        return None;
    }
    let mut value = new_value(cell, ValueKind::Range);
    // 间 counts rooms, but behind 和 it closes the range.
    let unit = high.unit.filter(|_| !closes_span(cell, join, right)).or(low.unit);
    if let Some(unit) = unit {
        apply_unit(cell, unit, &mut value);
    } else if let Some((code, currency)) = low.sign(cell) {
        (value.unit, value.currency, value.dimension) = (Some(code), currency, Some(Dimension::Money));
    } else {
        value.flags.insert(Flag::UnitMissing);
    }
    distribute(cell, low.number, high.number, &mut value)?;
    if cell.kind(join) == Some(Kind::Dash) {
        value.separator = super::phrase::token_text(cell, join);
    }
    outer_bounds(&low, &high, &mut value);
    let mut last = high.last;
    if cell.is_word(last, Roles::of(&[Role::Span])) {
        last += 1;
    }
    let end = cell.token(last - 1).map_or(0, |token| token.end);
    Some(finish(cell, value, low.first, end))
}

/// [90%,100%), (5%,10%]: the brackets tell which ends belong to the range.
pub(crate) fn interval(cell: &Cell<'_, '_>) -> Option<Candidate> {
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
    let mut value = new_value(cell, ValueKind::Range);
    match high.unit.or(low.unit) {
        Some(unit) => apply_unit(cell, unit, &mut value),
        None => value.flags.insert(Flag::UnitMissing),
    }
    distribute(cell, low.number, high.number, &mut value)?;
    value.lower.as_mut()?.inclusive = open == '[';
    value.upper.as_mut()?.inclusive = close == ']';
    value.separator = super::phrase::token_text(cell, low.last);
    Some(Candidate::complete(value))
}

/// A number, a dash (or 和 … 之间), a number: their tokens.
fn range_at(cell: &Cell<'_, '_>, index: usize) -> Option<(usize, usize, usize)> {
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

fn closes_span(cell: &Cell<'_, '_>, join: usize, right: usize) -> bool {
    cell.is_word(join, JOINS)
        && cell.token(right + 1).is_some_and(|unit| cell.source().slice(unit.start, unit.end) == "间")
}

/// The bounds; a magnitude at the end also serves the lower one, unless that would then exceed the upper.
fn distribute(cell: &Cell<'_, '_>, low: &Number, high: &Number, value: &mut Value) -> Option<()> {
    let (mut lower, mut upper) = (bound(cell, low), bound(cell, high));
    upper.value = high.value?;
    lower.value = low.value?;
    if lower.value > upper.value && low.magnitude == high.magnitude {
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
        value.flags.insert(Flag::MagnitudeDistributed);
    }
    value.flags.extend(low.flags);
    value.flags.extend(high.flags);
    value.lower = Some(Box::new(lower));
    value.upper = Some(Box::new(upper));
    Some(())
}

/// The power of ten at the end of the upper bound, where the lower has none.
fn shared_power(cell: &Cell<'_, '_>, low: &Number, high: &Number) -> Option<(u32, Text)> {
    if low.magnitude.is_some() || low.value? >= high.value? {
        return None;
    }
    let source = cell.source();
    let power = |at: usize| match cell.lexicon().numeral(source.at(at)) {
        Some(crate::lexicon::Numeral::Power(power)) => Some(u32::from(power)),
        _ => None,
    };
    if let Some((from, to)) = high.magnitude {
        let total = (from..to).filter_map(power).sum();
        return Some((
            if source.at(from).is_ascii() { latin_power(source.at(from)) } else { total },
            Text::new(source.slice(from, to)),
        ));
    }
    // 两到三千: one digit each, and the magnitude is the last character.
    let single = low.chinese && high.chinese && low.written.1 - low.written.0 == 1;
    let last = high.written.1 - 1;
    let pair = single && high.written.1 - high.written.0 == 2;
    let power = power(last).filter(|&power| pair && power > 1)?;
    Some((power, Text::new(source.slice(last, last + 1))))
}

fn latin_power(c: char) -> u32 {
    if matches!(c, 'k' | 'K') { 3 } else { 4 }
}

fn bound(cell: &Cell<'_, '_>, number: &Number) -> Bound {
    let source = cell.source();
    Bound {
        value: number.value.unwrap_or(Exact::ZERO),
        inclusive: true,
        as_written: residue(source, number.written.0, number.written.1),
        magnitude: number.magnitude.and_then(|(from, to)| residue(source, from, to)),
    }
}

/// A comparator before or after the whole range (约3-5个, 3-5天以内).
fn outer_bounds(low: &Phrase<'_>, high: &Phrase<'_>, value: &mut Value) {
    let bounds: &Bounds = if low.bounds.op.is_some() { &low.bounds } else { &high.bounds };
    bounds.apply(value);
}

fn new_value(cell: &Cell<'_, '_>, kind: ValueKind) -> Value {
    let source = cell.source();
    Value::new(kind, source.slice(0, source.len()))
}

/// Head and residue around a core that begins at token `first` and ends at character `end`.
fn finish(cell: &Cell<'_, '_>, mut value: Value, first: usize, end: usize) -> Candidate {
    let source = cell.source();
    let head = Head::read(cell, 0, first);
    head.apply(cell, &mut value);
    value.after = residue(source, end, source.len());
    let mut candidate = Candidate::complete(value);
    for (from, to) in [head.before, head.between, (end, source.len())] {
        let (digits, tokens) = unexplained(cell, from, to);
        candidate.digits += digits;
        candidate.tokens += tokens;
    }
    candidate
}

/// Two bounded numbers: 大于100并且小于300, 3年以上7年以下, 60≤x<80.
pub(crate) fn bounds(cell: &Cell<'_, '_>) -> Option<Candidate> {
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
    let mut value = new_value(cell, ValueKind::Range);
    let unit = second.unit.or(first.unit);
    match unit {
        Some(unit) => apply_unit(cell, unit, &mut value),
        None => value.flags.insert(Flag::UnitMissing),
    }
    let mut lower = bound(cell, low.number);
    lower.inclusive = low_op == Comparator::Ge;
    let mut upper = bound(cell, high.number);
    upper.inclusive = high_op == Comparator::Le;
    value.flags.extend(low.number.flags);
    value.flags.extend(high.number.flags);
    value.lower = Some(Box::new(lower));
    value.upper = Some(Box::new(upper));
    let name = bounded_name(cell, &first, &second).filter(|_| first.bounds.op.is_none());
    let mut candidate = finish(cell, value, first.first, second.end(cell));
    // A letter stands for the figure, a word names it.
    if let Some((from, to)) = name.filter(|&(from, _)| !cell.source().at(from).is_ascii_alphabetic()) {
        candidate.value.between = residue(cell.source(), from, to);
    }
    Some(candidate)
}

/// The comparator of the first number, seen from the figure that is bounded.
fn side(cell: &Cell<'_, '_>, first: &Phrase<'_>, second: &Phrase<'_>) -> Option<Comparator> {
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
    match crate::lexicon::Lexicon::comparator(entry) {
        Comparator::Le => Some(Comparator::Ge),
        Comparator::Lt => Some(Comparator::Gt),
        Comparator::Ge => Some(Comparator::Le),
        Comparator::Gt => Some(Comparator::Lt),
        _ => None,
    }
}

/// What stands between two bounds: the x of 60≤x<80, the 合格率 of 90%≤合格率≤100%.
fn bounded_name(cell: &Cell<'_, '_>, first: &Phrase<'_>, second: &Phrase<'_>) -> Option<(usize, usize)> {
    let (from, to) = (first.last + 1, second.first);
    let words = (from..to).all(|index| matches!(cell.kind(index), Some(Kind::Text(false) | Kind::Word(_))));
    let (start, end) = (cell.token(from)?.start, cell.token(to)?.start);
    (from < to && words && end - start <= MAX_NAME).then_some((start, end))
}

/// ±10%, 20±2℃
pub(crate) fn tolerance(cell: &Cell<'_, '_>) -> Option<Candidate> {
    let sign = (0..cell.tokens.len()).find(|&index| is_tolerance_sign(cell, index))?;
    let phrase = Phrase::at(cell, sign + 1)?;
    let width = phrase.number.value?.abs();
    let centre = sign.checked_sub(1).and_then(|before| centre_at(cell, before));
    let one_unit = |index: &usize| {
        cell.unit_at(index + 1).zip(phrase.unit).is_none_or(|(centre, width)| centre.code == width.code)
    };
    let centre = centre.filter(one_unit);
    let mut value = new_value(cell, ValueKind::Tolerance);
    let middle = centre.and_then(|index| cell.number_at(index)).and_then(|number| number.value);
    let mut lower = bound(cell, phrase.number);
    let mut upper = lower.clone();
    lower.value = middle.unwrap_or(Exact::ZERO).plus(width.negated())?;
    upper.value = middle.unwrap_or(Exact::ZERO).plus(width)?;
    let mut first = sign;
    if let Some(number) = centre.and_then(|index| cell.number_at(index)) {
        apply_number(cell, number, &mut value);
        first = centre.unwrap_or(sign);
    }
    value.lower = Some(Box::new(lower));
    value.upper = Some(Box::new(upper));
    match phrase.unit.or_else(|| centre.and_then(|index| cell.unit_at(index + 1))) {
        Some(unit) => apply_unit(cell, unit, &mut value),
        None => value.flags.insert(Flag::UnitMissing),
    }
    phrase.bounds.apply(&mut value);
    first = leading_bound(cell, first, &mut value);
    Some(finish(cell, value, first, phrase.end(cell)))
}

fn is_tolerance_sign(cell: &Cell<'_, '_>, index: usize) -> bool {
    matches!(cell.mark(index), Some('±' | '正')) && cell.number_at(index + 1).is_some()
}

/// The number before the sign: 20±2, 20℃±2.
fn centre_at(cell: &Cell<'_, '_>, index: usize) -> Option<usize> {
    if cell.number_at(index).is_some() {
        return Some(index);
    }
    cell.unit_at(index)?;
    index.checked_sub(1).filter(|&number| cell.number_at(number).is_some())
}

/// A comparator before the sign: ≤±5%.
fn leading_bound(cell: &Cell<'_, '_>, first: usize, value: &mut Value) -> usize {
    let Some(index) = first.checked_sub(1) else {
        return first;
    };
    let Some(entry) = cell.word(index, Role::Prefix) else {
        return first;
    };
    if value.comparator == Comparator::None {
        value.comparator = crate::lexicon::Lexicon::comparator(entry);
        value.comparator_source = Some(ComparatorSource::Written);
        value.comparator_text = super::phrase::token_text(cell, index);
    }
    index
}

/// 1:15
pub(crate) fn ratio(cell: &Cell<'_, '_>) -> Option<Candidate> {
    if cell.numbers.len() < 2 {
        return None;
    }
    let index = (0..cell.tokens.len()).find(|&index| is_ratio(cell, index))?;
    let phrase = Phrase::at(cell, index)?;
    let mut value = new_value(cell, ValueKind::Ratio);
    let mut last = index;
    value.terms.push(phrase.number.value?);
    while is_ratio(cell, last) {
        last += 2;
        value.terms.push(cell.number_at(last)?.value?);
    }
    phrase.apply_bounds(&mut value);
    let closing = Phrase::at(cell, last)?;
    if closing.bounds.op.is_some() {
        closing.bounds.apply(&mut value);
    }
    Some(finish(cell, value, phrase.first, closing.end(cell)))
}

fn is_ratio(cell: &Cell<'_, '_>, index: usize) -> bool {
    let sign = cell.mark(index + 1) == Some(':')
        || cell
            .token(index + 1)
            .is_some_and(|token| token.end == token.start + 1 && cell.source().at(token.start) == '比');
    sign && cell.number_at(index).is_some() && cell.number_at(index + 2).is_some()
}
