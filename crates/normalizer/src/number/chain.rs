//! Digits and magnitudes from left to right: 四千五百六十九万八千, 1万2千, 450余万.

use smallvec::SmallVec;

use super::{Number, Reader, arabic};
use crate::exact::Exact;
use crate::lexicon::{Numeral, Role, Roles};
use crate::source::Span;
use crate::value::{Comparator, Flag};

/// Powers of ten from which on a magnitude multiplies everything before it (万, 亿, 兆).
const BIG: u32 = 4;

/// A numeral longer than this is none; the limit keeps reading linear.
const MAX_NUMERAL: usize = 48;

impl Reader<'_> {
    /// Reads on until something else begins; `None` where the magnitudes make no number.
    pub(super) fn run(&self, chain: &mut Chain) -> Option<()> {
        loop {
            if chain.at - chain.start > MAX_NUMERAL && !chain.is_arabic {
                return None;
            }
            let c = self.source.at(chain.at);
            if c < '\u{80}' {
                if c.is_ascii_digit() && chain.takes_digits() {
                    let read = arabic(self.source, chain.at)?;
                    chain.arabic(read.value?, read.end);
                    continue;
                }
                return Some(());
            }
            let step = match self.lexicon.numeral(c) {
                Some(Numeral::Digit(digit)) => chain.digit(digit),
                Some(Numeral::Power(power)) => !self.unit_longer(chain.at) && chain.power(u32::from(power))?,
                None => self.other(chain, c)?,
            };
            if !step {
                return Some(());
            }
        }
    }

    /// Units win over magnitudes: 千米, 千克, 百分点.
    pub(super) fn unit_longer(&self, at: usize) -> bool {
        let unit = self.lexicon.longest(self.source, at, Roles::of(&[Role::Unit]));
        unit.is_some_and(|hit| hit.end > at + 1)
    }

    /// 点, 廿, 余 and their like; whether the number goes on.
    fn other(&self, chain: &mut Chain, c: char) -> Option<bool> {
        match c {
            '点' => self.decimal_point(chain),
            '廿' if chain.is_empty() => Some(chain.tens(2)),
            '卅' if chain.is_empty() => Some(chain.tens(3)),
            '余' | '多' | '几' if chain.takes_over() => Some(chain.over(Comparator::Gt)),
            '来' if chain.takes_over() && self.closes_about(chain.at + 1) => Some(chain.over(Comparator::Approx)),
            _ => Some(false),
        }
    }

    fn closes_about(&self, at: usize) -> bool {
        self.is_unit(at) || matches!(self.lexicon.numeral(self.source.at(at)), Some(Numeral::Power(_)))
    }

    /// 十点二三三
    fn decimal_point(&self, chain: &mut Chain) -> Option<bool> {
        let mut at = chain.at + 1;
        let (mut mantissa, mut places) = (0_i128, 0_u32);
        while let Some(Numeral::Digit(digit)) = self.lexicon.numeral(self.source.at(at)).filter(|_| places < 38) {
            mantissa = mantissa.checked_mul(10)?.checked_add(i128::from(digit))?;
            places += 1;
            at += 1;
        }
        if places == 0 || chain.is_empty() || chain.is_arabic {
            return Some(false);
        }
        chain.decimals(Exact::decimal(mantissa, places)?, at)?;
        Some(true)
    }
}

/// The state of reading digits and magnitudes from left to right.
pub(super) struct Chain {
    start: usize,
    at: usize,
    total: Exact,
    section: Exact,
    current: Option<Exact>,
    last_power: u32,
    smallest_big: u32,
    zero: bool,
    is_arabic: bool,
    run: u32,
    approx: Option<(Span, Comparator)>,
    /// Where the closing magnitudes begin, while nothing but magnitudes has followed.
    tail: Option<usize>,
    /// Digits have followed a magnitude (1万2千), so that no magnitude stands apart.
    broken: bool,
    powers: SmallVec<[u32; 4]>,
}

impl Chain {
    pub(super) fn new(at: usize) -> Self {
        Self {
            start: at,
            at,
            total: Exact::ZERO,
            section: Exact::ZERO,
            current: None,
            last_power: 0,
            smallest_big: u32::MAX,
            zero: false,
            is_arabic: false,
            run: 0,
            approx: None,
            tail: None,
            broken: false,
            powers: SmallVec::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.at == self.start
    }

    fn takes_digits(&self) -> bool {
        self.current.is_none() && self.approx.is_none() && !self.is_empty()
    }

    fn takes_over(&self) -> bool {
        !self.is_empty() && self.approx.is_none()
    }

    pub(super) fn arabic(&mut self, value: Exact, end: usize) {
        self.is_arabic |= self.is_empty();
        // 5万4 means 54000; 3万4000 and 1千零20 say it in full.
        self.run = if end - self.at == 1 { 1 } else { 2 };
        self.current = Some(value);
        self.at = end;
        self.breaks_tail();
    }

    fn digit(&mut self, digit: u8) -> bool {
        if self.approx.is_some() || (self.is_arabic && self.current.is_some()) {
            return false;
        }
        if digit == 0 && self.current.is_none() && !self.is_empty() {
            self.zero = true;
            self.at += 1;
            return true;
        }
        let digit_value = Exact::integer(i128::from(digit));
        let value = match self.current {
            None => Some(digit_value),
            // 二〇二三: digits in a row are read by place, unless magnitudes have been used.
            Some(current) if self.powers.is_empty() => current.times_pow10(1).and_then(|tens| tens.plus(digit_value)),
            Some(_) => None,
        };
        let Some(value) = value else { return false };
        self.run = if self.current.is_some() { self.run + 1 } else { 1 };
        self.current = Some(value);
        self.at += 1;
        self.breaks_tail();
        true
    }

    fn breaks_tail(&mut self) {
        self.broken |= self.tail.is_some();
        self.tail = None;
    }

    fn power(&mut self, power: u32) -> Option<bool> {
        let big = power >= BIG;
        if self.approx.is_some() && !big {
            return Some(false);
        }
        if big {
            if self.is_empty() {
                return Some(false);
            }
            self.big_power(power)?;
        } else {
            // Within a section powers fall: behind 百 no 千 can stand.
            let rises = self.last_power != 0 && self.last_power < BIG && self.last_power <= power;
            if rises {
                self.broken |= self.current.is_some();
                return if self.current.is_some() && !self.is_arabic { None } else { Some(false) };
            }
            let digit = self.current.take().filter(|digit| *digit != Exact::ZERO).unwrap_or(Exact::ONE);
            self.section = self.section.plus(digit.times_pow10(power)?)?;
        }
        if self.tail.is_none() && !self.broken && (big || self.is_arabic) {
            self.tail = Some(self.at);
        }
        self.powers.push(power);
        self.last_power = power;
        self.zero = false;
        self.run = 0;
        self.at += 1;
        Some(true)
    }

    fn big_power(&mut self, power: u32) -> Option<()> {
        let pending = self.section.plus(self.current.take().unwrap_or(Exact::ZERO))?;
        self.section = Exact::ZERO;
        if power >= self.smallest_big {
            // 一万五千亿, 四万万: the magnitude multiplies all that stands before it.
            self.total = self.total.plus(pending)?.times_pow10(power)?;
        } else {
            self.total = self.total.plus(pending.times_pow10(power)?)?;
        }
        self.smallest_big = power;
        Some(())
    }

    fn tens(&mut self, tens: i128) -> bool {
        self.section = Exact::integer(tens * 10);
        self.last_power = 1;
        self.powers.push(1);
        self.at += 1;
        true
    }

    fn over(&mut self, comparator: Comparator) -> bool {
        self.approx = Some((Span::new(self.at, self.at + 1), comparator));
        self.at += 1;
        true
    }

    fn decimals(&mut self, part: Exact, end: usize) -> Option<()> {
        let whole = self.settle()?;
        self.current = Some(whole.plus(part)?);
        (self.total, self.section) = (Exact::ZERO, Exact::ZERO);
        self.at = end;
        self.run = 2;
        self.breaks_tail();
        Some(())
    }

    /// The value so far; a single digit right behind a magnitude counts the next lower place (一万三).
    fn settle(&mut self) -> Option<Exact> {
        let current = self.current.take().unwrap_or(Exact::ZERO);
        let elliptic = self.run == 1 && self.last_power >= 2 && !self.zero;
        let current = if elliptic { current.times_pow10(self.last_power - 1)? } else { current };
        self.total.plus(self.section)?.plus(current)
    }

    pub(super) fn finish(mut self) -> Option<Number> {
        if self.is_empty() {
            return None;
        }
        let (start, end, tail, approx) = (self.start, self.at, self.tail, self.approx);
        let value = self.settle()?;
        let before_approx = approx.map_or(end, |(span, _)| span.start());
        let (written, magnitude) = match tail {
            // The approximation may stand before the magnitude (450余万) or behind it (3万余).
            Some(tail) if before_approx > tail => (tail, Some(Span::new(tail, before_approx))),
            Some(tail) => (before_approx.min(tail), Some(Span::new(tail, end))),
            None => (before_approx, None),
        };
        let mut number = Number::plain(Some(value), Span::new(start, written));
        number.start = start;
        number.end = end;
        number.magnitude = magnitude;
        number.approx = approx;
        number.chinese = !self.is_arabic;
        if approx.is_some_and(|(_, comparator)| comparator == Comparator::Gt) {
            number.flags.insert(Flag::ApproxOver);
        }
        Some(number)
    }
}
