//! A number with the comparators and the unit that belong to it.

use super::residue;
use crate::lex::Cell;
use crate::lexicon::{Lexicon, Role, Roles};
use crate::number::{Number, repair};
use crate::source::Span;
use crate::time::TimeSpan;
use crate::unit::{Measure, join_code};
use crate::value::{Comparator, ComparatorSource, Flag, Flags, Text, Value};

/// Comparators on one side of a number; more are noise.
const MAX_BOUNDS: usize = 4;

/// Number, unit and the comparators around them; token indices.
pub(crate) struct Phrase<'c> {
    /// First token, a comparator or the number.
    pub(crate) first: usize,
    /// Token after the last.
    pub(crate) last: usize,
    pub(crate) number: &'c Number,
    pub(crate) unit: Option<&'c Measure<'c>>,
    pub(crate) bounds: Bounds,
}

/// The comparators of one number.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bounds {
    pub(crate) op: Option<Comparator>,
    /// The characters before the number.
    prefix: Option<Span>,
    /// The characters behind the number.
    suffix: Option<Span>,
    pub(crate) flags: Flags,
}

impl Bounds {
    /// Adds a comparator; two that agree are one, two that disagree are none.
    fn add(&mut self, op: Comparator, span: Span, role: Role) {
        match self.op {
            None => self.op = Some(op),
            Some(known) => self.merge(known, op),
        }
        let side = if role == Role::Suffix { &mut self.suffix } else { &mut self.prefix };
        *side = Some(side.map_or(span, |known| known.up_to(span.end())));
    }

    fn merge(&mut self, known: Comparator, op: Comparator) {
        let direction = |op| match op {
            Comparator::Ge | Comparator::Gt => 1,
            Comparator::Le | Comparator::Lt => -1,
            _ => 0,
        };
        let (left, right) = (direction(known), direction(op));
        if known == op || left == right && left != 0 {
            self.flags.insert(Flag::DuplicateComparator);
        } else if left != 0 && right == 0 {
            // 约 beside a bound says nothing more.
            self.flags.insert(Flag::DuplicateComparator);
        } else if left == 0 && right != 0 && known == Comparator::Approx {
            self.op = Some(op);
            self.flags.insert(Flag::DuplicateComparator);
        } else {
            self.op = Some(Comparator::None);
            self.flags.insert(Flag::ComparatorConflict);
        }
    }

    /// The comparator as written; `≥…以上` when it stands on both sides.
    fn text(&self, cell: &Cell<'_>) -> Option<Text> {
        let text = |span: Span| cell.source().text(span);
        match (self.prefix.map(text), self.suffix.map(text)) {
            (Some(prefix), Some(suffix)) => Some(smol_str::format_smolstr!("{prefix}…{suffix}")),
            (text, None) | (None, text) => text.map(Text::new),
        }
    }

    pub(crate) fn apply(&self, cell: &Cell<'_>, value: &mut Value) {
        value.flags.extend(self.flags);
        if let Some(op) = self.op {
            value.comparator = op;
            value.comparator_text = self.text(cell);
            value.comparator_source = (op != Comparator::None).then_some(ComparatorSource::Written);
        }
    }
}

impl<'c> Phrase<'c> {
    /// The phrase around the number token at `index`.
    pub(crate) fn at(cell: &'c Cell<'_>, index: usize) -> Option<Self> {
        let number = cell.number_at(index)?;
        let unit = cell.unit_at(index + 1);
        let last = index + 1 + usize::from(unit.is_some());
        let mut phrase = Self { first: index, last, number, unit, bounds: Bounds::default() };
        phrase.take_prefixes(cell);
        phrase.take_suffixes(cell);
        Some(phrase)
    }

    fn take_prefixes(&mut self, cell: &Cell<'_>) {
        let number = self.first;
        while let Some(before) = self.first.checked_sub(1).filter(|before| number - before <= MAX_BOUNDS) {
            let roles = cell.kind(before).map(|kind| cell.roles(kind)).unwrap_or_default();
            let bound = roles.has(Role::Prefix) && !roles.has(Role::NotLater);
            // A sign of money belongs to a number without another unit.
            if !bound && (!roles.has(Role::Sign) || self.unit.is_some_and(|unit| unit.currency().is_none())) {
                break;
            }
            self.first = before;
        }
        for index in self.first..number {
            self.add(cell, index, index, Role::Prefix);
        }
    }

    fn take_suffixes(&mut self, cell: &Cell<'_>) {
        let (from, mut begin) = (self.last, self.last);
        if cell.is_word(begin, Roles::of(&[Role::Included])) && !cell.is_word(begin, Roles::of(&[Role::Suffix])) {
            self.last += 1;
        }
        while self.last - from <= MAX_BOUNDS && suffix_holds(cell, self.last) {
            self.add(cell, begin, self.last, Role::Suffix);
            self.last += 1;
            begin = self.last;
        }
        if begin < self.last
            && cell.token(begin).is_some_and(|token| cell.source().at(token.start + 2).is_ascii_digit())
        {
            // (含12个) without 以上 behind it bounds nothing.
            self.last = begin;
        }
    }

    /// Adds the comparator at the token `index`; its text begins at the token `begin`.
    fn add(&mut self, cell: &Cell<'_>, begin: usize, index: usize, role: Role) {
        let (Some(entry), Some(first), Some(token)) = (cell.word(index, role), cell.token(begin), cell.token(index))
        else {
            return;
        };
        if role == Role::Prefix && matches!(cell.source().at(token.start), '近' | '将' | '接') {
            self.bounds.flags.insert(Flag::NearBelow);
        }
        self.bounds.add(Lexicon::comparator(entry), Span::new(first.start, token.end), role);
    }

    /// The money that a sign before the number names (¥300).
    pub(crate) fn sign(&self, cell: &Cell<'_>) -> Option<(Text, Option<Text>)> {
        let entry = (self.first..self.last).find_map(|index| cell.word(index, Role::Sign))?;
        let unit = cell.lexicon().unit(entry)?;
        Some((unit.code.clone(), unit.currency.clone()))
    }

    pub(crate) fn end(&self, cell: &Cell<'_>) -> usize {
        self.last.checked_sub(1).and_then(|last| cell.token(last)).map_or(0, |token| token.end)
    }

    /// The comparator, the one that 余 and 来 imply included.
    pub(crate) fn apply_bounds(&self, cell: &Cell<'_>, value: &mut Value) {
        self.bounds.apply(cell, value);
        if self.bounds.op.is_some() {
            return;
        }
        if let Some((_, op)) = self.number.approx {
            value.comparator = op;
            value.comparator_source = Some(ComparatorSource::Written);
            value.comparator_text.clone_from(&value.approx_text);
        } else if self.number.value.is_some() {
            value.comparator = Comparator::Eq;
            value.comparator_source = Some(ComparatorSource::Implied);
        }
    }
}

/// Whether a suffix stands at `index`: 内 in 内容 or 起 in 起来 is none, a suffix ends the phrase.
fn suffix_holds(cell: &Cell<'_>, index: usize) -> bool {
    let Some(token) = cell.token(index).filter(|token| cell.roles(token.kind).has(Role::Suffix)) else {
        return false;
    };
    let source = cell.source();
    let lone = token.end - token.start == 1;
    let next = source.at(token.end);
    let joined = lone && matches!(next, '容' | '部' | '涵' | '外' | '来' | '诉' | '草' | '重' | '可' | '愿');
    // 起 counts only at the end: 3起 is a unit, 500元起 a bound.
    !(joined || lone && source.at(token.start) == '起' && token.end != source.len())
}

/// The figures of a number.
pub(crate) fn apply_number(cell: &Cell<'_>, number: &Number, value: &mut Value) {
    let source = cell.source();
    let text = |span: Span| Text::new(source.text(span));
    value.value = number.value;
    value.flags.extend(number.flags);
    if number.flags.contains(Flag::OcrDigit) {
        value.repaired = Some(number.written.places().map(|at| repair(source.at(at))).collect());
    }
    if number.value.is_some() {
        let written = text(number.written);
        value.value_as_written = Some(match number.half {
            Some(_) => smol_str::format_smolstr!("{written}…半"),
            None => written,
        });
        value.magnitude = number.magnitude.map(text);
        value.approx_text = number.approx.map(|(span, _)| text(span));
    } else {
        value.approx_text = Some(text(number.written));
    }
}

/// The unit, with its code and denominators.
pub(crate) fn apply_unit(cell: &Cell<'_>, unit: &Measure<'_>, value: &mut Value) {
    let source = cell.source();
    let first = source.text(unit.span);
    value.unit_text = Some(match unit.rest {
        Some(rest) => smol_str::format_smolstr!("{first}{}", source.text(rest)),
        None => Text::new(first),
    });
    value.unit = (!unit.code.is_empty()).then(|| unit.code.clone());
    value.dimension = unit.dimension;
    value.currency = unit.currency().cloned();
    value.per.extend(unit.per.iter().cloned());
    value.flags.extend(unit.flags);
}

/// A date or a period.
pub(crate) fn apply_time(time: &TimeSpan, value: &mut Value) {
    value.edge = time.edge;
    if time.compact {
        value.flags.insert(Flag::CompactDate);
    }
    if time.invalid {
        // A date that does not exist is told and not repaired.
        value.flags.insert(Flag::InvalidDate);
        return;
    }
    match time.finish {
        Some(finish) => {
            value.start = Some(time.start);
            value.end = Some(finish);
        }
        None => value.date = Some(time.start),
    }
}

pub(crate) fn token_text(cell: &Cell<'_>, index: usize) -> Option<Text> {
    let token = cell.token(index)?;
    residue(cell.source(), token.start, token.end)
}

impl Value {
    /// Adds a denominator to the unit; without a unit there is nothing to divide.
    pub(crate) fn divide(&mut self, code: &Text) {
        if let Some(unit) = &self.unit {
            self.unit = Some(join_code(unit, code));
            self.per.push(code.clone());
        }
    }
}
