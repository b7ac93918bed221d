//! Numbers: Arabic, Chinese and mixed, with magnitudes, fractions and the words that blur them.

mod chain;
mod digits;
mod share;

use chain::Chain;
use digits::arabic;

use crate::exact::Exact;
use crate::lexicon::{Entry, Lexicon, Numeral, Role, Roles};
use crate::source::{FoldedText, Source, Span};
use crate::value::{Comparator, Flag, Flags};

/// Digits and letters taken for digits in a row.
const MAX_REPAIRED: usize = 24;

/// A number as it stands in the text.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    /// `None` where only a vague word stands (数百), or where the digits make no number.
    pub(crate) value: Option<Exact>,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The digits, without sign of approximation and magnitude.
    pub(crate) written: Span,
    pub(crate) magnitude: Option<Span>,
    /// 余, 多, 几 with the comparator that they stand for.
    pub(crate) approx: Option<(Span, Comparator)>,
    pub(crate) flags: Flags,
    /// Written in Chinese numerals.
    pub(crate) chinese: bool,
    /// A unit that is part of the number: 百分之, 成.
    pub(crate) unit: Option<(Entry, Span)>,
    /// A fraction: needs no unit.
    pub(crate) fraction: bool,
    /// The half of 一个半月, written inside the unit.
    pub(crate) half: Option<Span>,
}

impl Number {
    fn plain(value: Option<Exact>, written: Span) -> Self {
        Self {
            value,
            start: written.start(),
            end: written.end(),
            written,
            magnitude: None,
            approx: None,
            flags: Flags::NONE,
            chinese: false,
            unit: None,
            fraction: false,
            half: None,
        }
    }

    /// The place of a number without a figure.
    pub(crate) fn vague(written: Span) -> Self {
        let mut number = Self::plain(None, written);
        number.flags.insert(Flag::VagueNumber);
        number
    }

    /// Digits that make no number.
    pub(crate) fn is_bad(&self) -> bool {
        self.flags.contains(Flag::BadGrouping)
    }
}

/// Reads numbers of one text.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) source: Source<'a>,
}

impl Reader<'_> {
    /// The number at `at`; `bare` allows 百 and 千 to begin it (近百, 百分之百).
    pub(crate) fn number(&self, at: usize, bare: bool) -> Option<Number> {
        let first = self.source.at(at);
        if first.is_ascii_digit() {
            return self.digits(at);
        }
        if !self.may_begin(at, first) {
            return None;
        }
        if matches!(first, 'O' | 'o' | 'l' | 'I') {
            return self.ocr(at);
        }
        let negative = matches!(first, '-' | '负' | '+');
        let start = at + usize::from(negative);
        let mut number = self.unsigned(start, bare)?;
        if negative {
            if first != '+' {
                number.value = number.value.map(Exact::negated);
            }
            number.start = at;
            if number.written.start() == start {
                number.written = Span::new(at, number.written.end());
            }
        }
        Some(number)
    }

    fn may_begin(&self, at: usize, first: char) -> bool {
        match first {
            '.' => self.source.at(at + 1).is_ascii_digit(),
            '-' | '+' | '负' => {
                let next = self.source.at(at + 1);
                next.is_ascii_digit() || self.may_begin_unsigned(at + 1, next)
            }
            'O' | 'o' | 'l' | 'I' | '半' | '廿' | '卅' => true,
            _ => self.lexicon.numeral(first).is_some(),
        }
    }

    fn may_begin_unsigned(&self, at: usize, first: char) -> bool {
        first == '.' && self.source.at(at + 1).is_ascii_digit() || self.lexicon.numeral(first).is_some()
    }

    /// A number that begins with a digit; most are digits and nothing else.
    fn digits(&self, at: usize) -> Option<Number> {
        let number = self.arabic_first(at)?;
        match self.source.at(number.end) {
            'O' | 'o' | 'l' | 'I' | '.' => self.ocr(at).or(Some(number)),
            '分' | '又' | '/' | '成' | '半' | '个' => Some(self.shared(number)),
            _ => Some(number),
        }
    }

    fn unsigned(&self, at: usize, bare: bool) -> Option<Number> {
        if self.source.at(at).is_ascii_digit() {
            return self.digits(at);
        }
        if let Some(share) = self.share(at) {
            return Some(share);
        }
        if self.source.at(at) == '半' {
            let mut half = Number::plain(Some(Exact::HALF), Span::new(at, at + 1));
            half.chinese = true;
            return Some(self.tenths(half));
        }
        self.primary(at, bare).map(|number| self.shared(number))
    }

    pub(crate) fn is_unit(&self, at: usize) -> bool {
        self.lexicon.longest(self.source, at, Roles::of(&[Role::Unit])).is_some()
    }

    /// Digits and magnitudes.
    fn primary(&self, at: usize, bare: bool) -> Option<Number> {
        let first = self.source.at(at);
        if first.is_ascii_digit() || first == '.' {
            return self.arabic_first(at);
        }
        let begins = bare || self.begins_numeral(at);
        begins.then(|| self.chained(Chain::new(at)))?
    }

    /// A number that begins with Arabic digits; most are nothing but that.
    fn arabic_first(&self, at: usize) -> Option<Number> {
        let read = arabic(self.source, at)?;
        let Some(value) = read.value else {
            let mut number = Number::plain(None, Span::new(at, read.end));
            number.flags.insert(Flag::BadGrouping);
            return Some(number);
        };
        let next = self.source.at(read.end);
        let goes_on = matches!(next, '余' | '多' | '几' | '来') || self.lexicon.numeral(next).is_some();
        let mut number = if goes_on {
            let mut chain = Chain::new(at);
            chain.arabic(value, read.end);
            self.chained(chain)?
        } else {
            Number::plain(Some(value), Span::new(at, read.end))
        };
        if read.spaced {
            number.flags.insert(Flag::InnerSpace);
        }
        self.latin(&mut number);
        Some(number)
    }

    fn chained(&self, mut chain: Chain) -> Option<Number> {
        self.run(&mut chain)?;
        chain.finish()
    }

    /// A digit or ten begins a numeral; 百 and 千 only before a digit (千三), 万 never (万 alone is a word).
    fn begins_numeral(&self, at: usize) -> bool {
        match self.lexicon.numeral(self.source.at(at)) {
            Some(Numeral::Digit(_) | Numeral::Power(1)) => true,
            Some(Numeral::Power(2 | 3)) => {
                let next = self.source.at(at + 1);
                matches!(next, '余' | '多') || matches!(self.lexicon.numeral(next), Some(Numeral::Digit(_)))
            }
            _ => matches!(self.source.at(at), '廿' | '卅'),
        }
    }

    /// 30w, 40k
    fn latin(&self, number: &mut Number) {
        let at = number.end;
        let power = match self.source.at(at) {
            'w' => 4,
            'W' if self.is_unit(at + 1) => 4,
            'k' | 'K' => 3,
            _ => return,
        };
        let alone = !self.source.at(at + 1).is_ascii_alphanumeric() && !self.unit_longer(at);
        if number.chinese || number.magnitude.is_some() || !alone {
            return;
        }
        if let Some(value) = number.value.and_then(|value| value.times_pow10(power)) {
            number.value = Some(value);
            number.magnitude = Some(Span::new(at, at + 1));
            number.end = at + 1;
            number.flags.insert(Flag::MagnitudeLatin);
        }
    }

    /// O, o, l and I inside a token that holds a real digit and is followed by a unit.
    fn ocr(&self, at: usize) -> Option<Number> {
        let rest = self.source.chars.get(at..).unwrap_or(&[]);
        let (mut end, mut digits, mut letters) = (at, 0, 0);
        for folded in rest.iter().take(MAX_REPAIRED) {
            match folded.c {
                '0'..='9' => digits += 1,
                'O' | 'o' | 'l' | 'I' => letters += 1,
                '.' => {}
                _ => break,
            }
            end += 1;
        }
        if digits == 0 || letters == 0 || self.after_letter(at) || self.source.at(end.saturating_sub(1)) == '.' {
            return None;
        }
        let unit = self.lexicon.longest(self.source, end, Roles::of(&[Role::Unit]))?;
        // 10l is ten litres: a letter that can be a unit and is not needed as a digit stays one.
        if unit.end == end {
            return None;
        }
        let repaired: String = (at..end).map(|index| repair(self.source.at(index))).collect();
        let folded = FoldedText::new(&repaired);
        let value = arabic(folded.source(), 0).filter(|read| read.end == end - at)?.value?;
        let mut number = Number::plain(Some(value), Span::new(at, end));
        number.flags.insert(Flag::OcrDigit);
        Some(number)
    }

    fn after_letter(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| self.source.at(before).is_ascii_alphanumeric())
    }
}

/// The digit that a letter was taken for.
pub(crate) fn repair(c: char) -> char {
    match c {
        'O' | 'o' => '0',
        'l' | 'I' => '1',
        _ => c,
    }
}
