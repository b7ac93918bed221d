//! What stands before the core of a value: recurrence, denominators, a date, verbs, a change.

use smallvec::SmallVec;

use super::change::{basis_of, change_at, follows_only_copula, names_rate};
use super::phrase::{apply_time, token_text};
use super::residue;
use crate::lex::{Cell, Kind};
use crate::lexicon::{Role, Roles};
use crate::time::TimeSpan;
use crate::unit::MAX_DENOMINATORS;
use crate::value::{Change, Dimension, Flag, Flags, Kind as ValueKind, Relation, Text, Value};

/// Words that say something about the figure and stay in the residue.
const TELLING: Roles =
    Roles::of(&[Role::Attain, Role::Aspire, Role::Up, Role::UpTo, Role::Down, Role::DownTo, Role::Basis]);

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
    pub(crate) fn read(cell: &Cell<'_>, from: usize, to: usize) -> Self {
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
    fn take(&mut self, cell: &Cell<'_>, index: usize, to: usize) -> usize {
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
            Some(kind @ Kind::Word(_)) => self.take_word(cell, index, cell.roles(kind)),
            _ => 0,
        }
    }

    fn take_word(&mut self, cell: &Cell<'_>, index: usize, roles: Roles) -> usize {
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
    fn read_words(&mut self, cell: &Cell<'_>, from: usize, to: usize) {
        if !cell.seen.meets(TELLING) {
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
            let Some((direction, mode)) = change_at(cell, index) else {
                continue;
            };
            if index + 1 == to || basis.is_some() && !names_rate(cell, index) || follows_only_copula(cell, index, to) {
                self.change = Some(Change { direction, mode, basis: basis.clone() });
            }
        }
    }

    pub(crate) fn apply(&self, cell: &Cell<'_>, value: &mut Value) {
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
    fn apply_rates(&self, cell: &Cell<'_>, value: &mut Value) {
        let event = value.dimension == Some(Dimension::Count);
        let mut texts: SmallVec<[usize; 2]> = SmallVec::new();
        for (code, index) in &self.pers {
            value.divide(code);
            texts.push(*index);
        }
        if let Some((duration, index)) = &self.recurrence {
            let frequency = event && value.kind == ValueKind::Frequency;
            if frequency || self.change.is_some() || value.unit.is_none() || value.kind == ValueKind::Deadline {
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

/// A verb of attaining: right before the core, or at the head and not the name of a rate (完成率).
fn is_verb(cell: &Cell<'_>, index: usize, from: usize, to: usize) -> bool {
    let Some(token) = cell.token(index) else {
        return false;
    };
    let next = cell.source().at(token.end);
    let name = matches!(next, '率' | '度' | '量' | '情' | '时' | '数' | '进' | '比' | '质' | '及' | '后' | '前');
    index + 1 == to || index == from && !name
}

/// The relation that a word behind a date gives.
pub(crate) fn relation_after(cell: &Cell<'_>, index: usize) -> Option<Relation> {
    let roles = cell.roles(cell.kind(index)?);
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
