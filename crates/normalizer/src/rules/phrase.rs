//! A number with the comparators and the unit that belong to it, and the words before it.

use smallvec::SmallVec;

use super::residue;
use crate::lex::{Cell, Kind};
use crate::lexicon::{Lexicon, Role, Roles};
use crate::number::Number;
use crate::time::TimeSpan;
use crate::unit::{MAX_DENOMINATORS, Measure, join_code};
use crate::value::{
    Change, ChangeMode, Comparator, ComparatorSource, Dimension, Direction, Flag, Flags, Relation, Text, Value,
};

/// Comparators on one side of a number; more are noise.
const MAX_BOUNDS: usize = 4;

/// Number, unit and the comparators around them; token indices.
pub(crate) struct Phrase<'c> {
    /// First token, a comparator or the number.
    pub(crate) first: usize,
    /// Token after the last.
    pub(crate) last: usize,
    pub(crate) number: &'c Number,
    pub(crate) unit: Option<&'c Measure>,
    pub(crate) bounds: Bounds,
}

/// The comparators of one number.
#[derive(Default)]
pub(crate) struct Bounds {
    pub(crate) op: Option<Comparator>,
    prefix: Option<Text>,
    suffix: Option<Text>,
    pub(crate) flags: Flags,
}

impl Bounds {
    /// Adds a comparator; two that agree are one, two that disagree are none.
    fn add(&mut self, op: Comparator, text: Text, suffix: bool) {
        match self.op {
            None => self.op = Some(op),
            Some(known) => self.merge(known, op),
        }
        let side = if suffix { &mut self.suffix } else { &mut self.prefix };
        *side = Some(match side.take() {
            Some(before) => smol_str::format_smolstr!("{before}{text}"),
            None => text,
        });
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
    pub(crate) fn text(&self) -> Option<Text> {
        match (&self.prefix, &self.suffix) {
            (Some(prefix), Some(suffix)) => Some(smol_str::format_smolstr!("{prefix}…{suffix}")),
            (Some(text), None) | (None, Some(text)) => Some(text.clone()),
            (None, None) => None,
        }
    }

    pub(crate) fn apply(&self, value: &mut Value) {
        value.flags.extend(self.flags);
        if let Some(op) = self.op {
            value.comparator = op;
            value.comparator_text = self.text();
            value.comparator_source = (op != Comparator::None).then_some(ComparatorSource::Written);
        }
    }
}

impl<'c> Phrase<'c> {
    /// The phrase around the number token at `index`.
    pub(crate) fn at(cell: &'c Cell<'_, '_>, index: usize) -> Option<Self> {
        let number = cell.number_at(index)?;
        let unit = cell.unit_at(index + 1);
        let mut bounds = Bounds::default();
        let mut first = index;
        let mut prefixes: SmallVec<[usize; 2]> = SmallVec::new();
        while let Some(before) = first.checked_sub(1).filter(|before| index - before <= MAX_BOUNDS) {
            if cell.word(before, Role::Prefix).is_some() && !is_relation(cell, before) {
                prefixes.push(before);
            } else if cell.word(before, Role::Sign).is_none() || unit.is_some_and(|unit| unit.currency.is_none()) {
                break;
            }
            first = before;
        }
        for &token in prefixes.iter().rev() {
            add_word(cell, (token, token), Role::Prefix, &mut bounds);
        }
        let mut last = index + 1 + usize::from(unit.is_some());
        let mut begin = last;
        if cell.is_word(last, Roles::of(&[Role::Included])) && !cell.is_word(last, Roles::of(&[Role::Suffix])) {
            last += 1;
        }
        while last - index <= MAX_BOUNDS && cell.word(last, Role::Suffix).is_some() && suffix_holds(cell, last) {
            add_word(cell, (begin, last), Role::Suffix, &mut bounds);
            last += 1;
            begin = last;
        }
        if begin < last && cell.token(begin).is_some_and(|token| cell.source().at(token.start + 2).is_ascii_digit()) {
            // (含12个) without 以上 behind it bounds nothing.
            last = begin;
        }
        Some(Self { first, last, number, unit, bounds })
    }

    /// The money that a sign before the number names (¥300).
    pub(crate) fn sign(&self, cell: &Cell<'_, '_>) -> Option<(Text, Option<Text>)> {
        let entry = (self.first..self.last).find_map(|index| cell.word(index, Role::Sign))?;
        let unit = cell.lexicon().unit(entry)?;
        Some((unit.code.clone(), unit.currency.clone()))
    }

    pub(crate) fn end(&self, cell: &Cell<'_, '_>) -> usize {
        self.last.checked_sub(1).and_then(|last| cell.token(last)).map_or(0, |token| token.end)
    }

    /// The comparator, the one that 余 and 来 imply included.
    pub(crate) fn apply_bounds(&self, value: &mut Value) {
        self.bounds.apply(value);
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

/// Adds the comparator at the last of the tokens `span`; all of them are its text.
fn add_word(cell: &Cell<'_, '_>, span: (usize, usize), role: Role, bounds: &mut Bounds) {
    let (Some(entry), Some(first), Some(token)) = (cell.word(span.1, role), cell.token(span.0), cell.token(span.1))
    else {
        return;
    };
    let text = cell.source().slice(first.start, token.end);
    if role == Role::Prefix && matches!(cell.source().at(token.start), '近' | '将' | '接') {
        bounds.flags.insert(Flag::NearBelow);
    }
    bounds.add(Lexicon::comparator(entry), Text::new(text), role == Role::Suffix);
}

/// 不晚于 bounds dates, not figures.
fn is_relation(cell: &Cell<'_, '_>, index: usize) -> bool {
    cell.is_word(index, Roles::of(&[Role::NotLater]))
}

/// 内 in 内容 or 起 in 起来 is no comparator: a suffix ends the phrase.
fn suffix_holds(cell: &Cell<'_, '_>, index: usize) -> bool {
    let Some(token) = cell.token(index) else {
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
pub(crate) fn apply_number(cell: &Cell<'_, '_>, number: &Number, value: &mut Value) {
    let source = cell.source();
    let text = |(from, to): (usize, usize)| Text::new(source.slice(from, to));
    value.value = number.value;
    value.flags.extend(number.flags);
    value.repaired.clone_from(&number.repaired);
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
pub(crate) fn apply_unit(cell: &Cell<'_, '_>, unit: &Measure, value: &mut Value) {
    let source = cell.source();
    let first = source.slice(unit.span.0, unit.span.1);
    value.unit_text = Some(match unit.rest {
        Some((from, to)) => smol_str::format_smolstr!("{first}{}", source.slice(from, to)),
        None => Text::new(first),
    });
    value.unit = Some(unit.code.clone()).filter(|code| !code.is_empty());
    value.dimension = unit.dimension;
    value.currency.clone_from(&unit.currency);
    value.per.clone_from(&unit.per);
    value.flags.extend(unit.flags);
}

/// What stands before the core: recurrence, denominators, a date, a change; the rest is residue.
#[derive(Default)]
pub(crate) struct Head {
    pub(crate) recurrence: Option<(Text, usize)>,
    pers: SmallVec<[(Text, usize); 2]>,
    pub(crate) time: Option<(TimeSpan, Option<Relation>)>,
    change: Option<Change>,
    flags: Flags,
    /// Characters before the first consumed token.
    pub(crate) before: (usize, usize),
    /// Characters between the last consumed token and the core.
    pub(crate) between: (usize, usize),
}

impl Head {
    /// Reads the tokens `from..to` before a core that begins at token `to`.
    pub(crate) fn read(cell: &Cell<'_, '_>, from: usize, to: usize) -> Self {
        let mut head = Self::default();
        let begin = cell.token(from).map_or(0, |token| token.start);
        let core = cell.token(to).map_or(cell.source().len(), |token| token.start);
        let (mut first, mut rest) = (None, None);
        let mut index = from;
        while index < to {
            let used = head.take(cell, index, to);
            if used > 0 && rest.is_none() {
                first = first.or(cell.token(index).map(|token| token.start));
            } else if used == 0 && first.is_some() && rest.is_none() {
                rest = cell.token(index).map(|token| token.start);
            }
            index += used.max(1);
        }
        head.before = (begin, first.unwrap_or(core));
        head.between = (rest.unwrap_or(core), core);
        head.read_words(cell, from, to);
        head
    }

    /// Takes in the token at `index`; gives the number of tokens used.
    fn take(&mut self, cell: &Cell<'_, '_>, index: usize, to: usize) -> usize {
        match cell.kind(index) {
            Some(Kind::Each(repeat)) if self.recurrence.is_none() => {
                let duration = cell.repeats.get(repeat as usize).cloned();
                self.recurrence = duration.map(|duration| (duration, index));
                1
            }
            Some(Kind::Per(unit)) if self.pers.len() < MAX_DENOMINATORS => {
                let Some(unit) = cell.units.get(unit as usize) else {
                    return 0;
                };
                self.pers.push((unit.code.clone(), index));
                1
            }
            Some(Kind::Time(_)) if self.time.is_none() => {
                let Some(time) = cell.time_at(index) else {
                    return 0;
                };
                let relation = relation_after(cell, index + 1).filter(|_| index + 1 < to);
                self.time = Some((*time, relation));
                1 + usize::from(relation.is_some())
            }
            Some(Kind::Word(roles)) => self.take_word(cell, index, roles),
            _ => 0,
        }
    }

    fn take_word(&mut self, cell: &Cell<'_, '_>, index: usize, roles: Roles) -> usize {
        if roles.has(Role::Recurrence) && self.recurrence.is_none() {
            let entry = cell.word(index, Role::Recurrence);
            self.recurrence = entry.map(|entry| (Text::new(cell.lexicon().value(entry)), index));
            return 1;
        }
        if roles.has(Role::Mean) && self.pers.len() < MAX_DENOMINATORS {
            if let Some(entry) = cell.word(index, Role::Mean) {
                self.pers.push((Text::new(cell.lexicon().value(entry)), index));
            }
            return 1;
        }
        0
    }

    /// Verbs and changes: they stay in the residue and are told by flags.
    fn read_words(&mut self, cell: &Cell<'_, '_>, from: usize, to: usize) {
        if !cell.seen.meets(CHANGES) {
            return;
        }
        let basis = basis_of(cell, from, to);
        for index in from..to {
            if cell.word(index, Role::Aspire).is_some() {
                self.flags.insert(Flag::Aspirational);
            }
            if cell.word(index, Role::Attain).is_some() && is_verb(cell, index, from, to) {
                self.flags.insert(Flag::Attain);
            }
            let Some((direction, mode)) = change_of(cell, index) else {
                continue;
            };
            if index + 1 == to || basis.is_some() && !names_rate(cell, index) || follows_only_copula(cell, index, to) {
                self.change = Some(Change { direction, mode, basis: basis.clone() });
            }
        }
    }

    pub(crate) fn apply(&self, cell: &Cell<'_, '_>, value: &mut Value) {
        let source = cell.source();
        value.before = residue(source, self.before.0, self.before.1);
        value.between = residue(source, self.between.0, self.between.1);
        value.flags.extend(self.flags);
        value.change = self.change.clone().map(Box::new);
        if let Some((time, relation)) = self.time {
            apply_time(&time, value);
            value.relation = relation;
        }
        self.apply_rates(cell, value);
    }

    /// Denominators and recurrences before the number.
    fn apply_rates(&self, cell: &Cell<'_, '_>, value: &mut Value) {
        let event = value.dimension == Some(Dimension::Count);
        let mut texts: SmallVec<[usize; 2]> = SmallVec::new();
        for (code, index) in &self.pers {
            value.divide(code);
            texts.push(*index);
        }
        if let Some((duration, index)) = &self.recurrence {
            let frequency = event && value.kind == crate::value::Kind::Frequency;
            if frequency || self.change.is_some() || value.unit.is_none() || value.kind == crate::value::Kind::Deadline
            {
                value.recurrence = Some(duration.clone());
                value.recurrence_text = token_text(cell, *index);
                if frequency && let Some(code) = time_code(duration) {
                    value.divide(&code);
                }
            } else if let Some(code) = time_code(duration) {
                value.divide(&code);
                texts.push(*index);
            }
        }
        texts.sort_unstable();
        if let (Some(&first), Some(&last)) = (texts.first(), texts.last())
            && let (Some(first), Some(last)) = (cell.token(first), cell.token(last))
        {
            value.per_text = residue(cell.source(), first.start, last.end);
        }
    }
}

const CHANGES: Roles =
    Roles::of(&[Role::Attain, Role::Aspire, Role::Up, Role::UpTo, Role::Down, Role::DownTo, Role::Basis]);

/// What a change is compared with, as written: 同比, 上一年 of 较上一年.
fn basis_of(cell: &Cell<'_, '_>, from: usize, to: usize) -> Option<Text> {
    let token =
        (from..to).find(|&index| cell.word(index, Role::Basis).is_some()).and_then(|index| cell.token(index))?;
    let text = cell.source().slice(token.start, token.end);
    let bare = ["相较", "相比", "对比", "较", "比", "与"].iter().find_map(|word| text.strip_prefix(word));
    Some(Text::new(bare.unwrap_or(text).trim_end_matches("相比")))
}

/// A change told in words alone: 较上一年提升.
pub(crate) fn change_in_words(cell: &Cell<'_, '_>) -> Option<Change> {
    let count = cell.tokens.len();
    let basis = basis_of(cell, 0, count)?;
    let (direction, mode) = (0..count).find_map(|index| change_of(cell, index))?;
    Some(Change { direction, mode, basis: Some(basis) })
}

fn change_of(cell: &Cell<'_, '_>, index: usize) -> Option<(Direction, ChangeMode)> {
    let Some(Kind::Word(roles)) = cell.kind(index) else {
        return None;
    };
    let table = [
        (Role::UpTo, Direction::Increase, ChangeMode::To),
        (Role::DownTo, Direction::Decrease, ChangeMode::To),
        (Role::Up, Direction::Increase, ChangeMode::By),
        (Role::Down, Direction::Decrease, ChangeMode::By),
    ];
    table.iter().find(|(role, ..)| roles.has(*role)).map(|&(_, direction, mode)| (direction, mode))
}

/// 增长率, 下降幅度: the name of a rate, not a verb.
fn names_rate(cell: &Cell<'_, '_>, index: usize) -> bool {
    let Some(token) = cell.token(index) else {
        return false;
    };
    matches!(cell.source().at(token.end), '率' | '比' | '量' | '数' | '度' | '值')
}

/// 增长为, 提高了, 增长幅度
fn follows_only_copula(cell: &Cell<'_, '_>, index: usize, to: usize) -> bool {
    let (Some(token), Some(core)) = (cell.token(index), cell.token(to)) else {
        return false;
    };
    let between = cell.source().slice(token.end, core.start);
    matches!(between, "了" | "为" | "在" | "幅度" | "幅度为" | "达" | "达到" | "约" | "：" | ":")
}

/// A verb of attaining: right before the core, or at the head and not the name of a rate (完成率).
fn is_verb(cell: &Cell<'_, '_>, index: usize, from: usize, to: usize) -> bool {
    let Some(token) = cell.token(index) else {
        return false;
    };
    let next = cell.source().at(token.end);
    let name = matches!(next, '率' | '度' | '量' | '情' | '时' | '数' | '进' | '比' | '质' | '及' | '后' | '前');
    index + 1 == to || index == from && !name
}

/// The relation that a word behind a date gives.
pub(crate) fn relation_after(cell: &Cell<'_, '_>, index: usize) -> Option<Relation> {
    let Some(Kind::Word(roles)) = cell.kind(index) else {
        return None;
    };
    if roles.has(Role::Before) {
        Some(Relation::Before)
    } else if roles.has(Role::Within) {
        Some(Relation::Within)
    } else if roles.has(Role::Since) {
        Some(Relation::After)
    } else {
        None
    }
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

pub(crate) fn token_text(cell: &Cell<'_, '_>, index: usize) -> Option<Text> {
    let token = cell.token(index)?;
    residue(cell.source(), token.start, token.end)
}

/// P3M as a denominator: `3.mo`.
pub(crate) fn time_code(duration: &str) -> Option<Text> {
    let body = duration.trim_start_matches('P');
    let time = body.starts_with('T');
    let body = body.trim_start_matches('T');
    let letter = body.chars().last()?;
    let count = body.strip_suffix(letter)?;
    let unit = match (letter, time) {
        ('Y', _) => "a",
        ('M', false) => "mo",
        ('W', _) => "wk",
        ('D', _) => "d",
        ('H', _) => "h",
        ('M', true) => "min",
        ('S', _) => "s",
        _ => return None,
    };
    Some(if count == "1" { Text::new(unit) } else { smol_str::format_smolstr!("{count}.{unit}") })
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
