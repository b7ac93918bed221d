//! Lexing: a folded text as numbers, units, dates, known words, marks and the rest.
//!
//! Context decides what a character means, so the lexer reads the larger things first:
//! a date before a number, a number with its unit before the words that look like numerals.

mod figure;
mod scan;

pub(crate) use scan::Scanner;

use crate::lexicon::{Entry, Lexicon, Role, Roles, Word};
use crate::number::{Number, Reader};
use crate::source::Source;
use crate::time::TimeSpan;
use crate::unit::Measure;
use crate::value::Text;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Index into the numbers.
    Number(u32),
    /// Index into the units.
    Unit(u32),
    /// Index into the dates and periods.
    Time(u32),
    /// A denominator before the number (每人): index into the units.
    Per(u32),
    /// A repetition (每季度, 每两年): index into the repetitions.
    Each(u32),
    /// A word of the lexicon.
    Word(Word),
    /// A sign between two bounds.
    Dash,
    /// Punctuation.
    Mark,
    /// Anything else; `true` if it holds a digit.
    Text(bool),
}

/// A token with its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// One text, lexed, as the rules read it.
pub(crate) struct Cell<'a> {
    pub(crate) reader: Reader<'a>,
    pub(crate) tokens: &'a [Token],
    pub(crate) numbers: &'a [Number],
    pub(crate) units: &'a [Measure<'a>],
    pub(crate) times: &'a [TimeSpan],
    pub(crate) repeats: &'a [Text],
    /// The roles of all words.
    pub(crate) seen: Roles,
}

impl<'a> Cell<'a> {
    pub(crate) fn source(&self) -> Source<'a> {
        self.reader.source
    }

    pub(crate) fn lexicon(&self) -> &'a Lexicon {
        self.reader.lexicon
    }

    /// The token at `index`.
    pub(crate) fn token(&self, index: usize) -> Option<Token> {
        self.tokens.get(index).copied()
    }

    pub(crate) fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// The meaning of the token at `index` in `role`, if it is a word that has it.
    pub(crate) fn word(&self, index: usize, role: Role) -> Option<Entry> {
        match self.kind(index)? {
            Kind::Word(word) => self.lexicon().meaning(word, Roles::of(&[role])),
            _ => None,
        }
    }

    /// What the token does, if it is a word.
    pub(crate) fn roles(&self, kind: Kind) -> Roles {
        match kind {
            Kind::Word(word) => self.lexicon().roles(word),
            _ => Roles::default(),
        }
    }

    pub(crate) fn is_word(&self, index: usize, roles: Roles) -> bool {
        self.kind(index).is_some_and(|kind| self.roles(kind).meets(roles))
    }

    pub(crate) fn mark(&self, index: usize) -> Option<char> {
        let token = self.token(index)?;
        (token.kind == Kind::Mark || token.kind == Kind::Dash).then(|| self.source().at(token.start))
    }

    pub(crate) fn number_at(&self, index: usize) -> Option<&'a Number> {
        match self.kind(index)? {
            Kind::Number(number) => self.numbers.get(number as usize),
            _ => None,
        }
    }

    pub(crate) fn unit_at(&self, index: usize) -> Option<&'a Measure<'a>> {
        match self.kind(index)? {
            Kind::Unit(unit) => self.units.get(unit as usize),
            _ => None,
        }
    }

    pub(crate) fn time_at(&self, index: usize) -> Option<&'a TimeSpan> {
        match self.kind(index)? {
            Kind::Time(time) => self.times.get(time as usize),
            _ => None,
        }
    }
}
