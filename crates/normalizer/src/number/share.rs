//! Shares: fractions, per cent in words, tenths and halves.

use super::{Number, Reader, arabic};
use crate::exact::Exact;
use crate::lexicon::{Entry, Numeral, Role, Roles};
use crate::source::{FoldedText, Span};
use crate::value::Flag;

impl Reader<'_> {
    /// 百分之九十五: the denominator is a unit.
    pub(super) fn share(&self, at: usize) -> Option<Number> {
        let prefix = self.lexicon.longest(self.source, at, Roles::of(&[Role::Fraction]))?;
        let mut number = self.primary(prefix.end, true)?;
        number.start = at;
        number.unit = Some((prefix.entry, Span::new(at, prefix.end)));
        Some(number)
    }

    /// A number that may be a fraction (三分之二), mixed (一又二分之一), a share of ten (九成) or a half (一半).
    pub(super) fn shared(&self, number: Number) -> Number {
        let end = number.end;
        match self.source.at(end) {
            '分' if self.source.at(end + 1) == '之' => self.fraction(&number, end + 2).unwrap_or(number),
            '又' => self.mixed(&number, end + 1).unwrap_or(number),
            '/' => self.slash(&number).unwrap_or(number),
            '成' => self.tenths(number),
            '半' => self.half_of_one(number),
            '个' if self.source.at(end + 1) == '半' => self.inner_half(number),
            _ => number,
        }
    }

    fn fraction(&self, denominator: &Number, at: usize) -> Option<Number> {
        let numerator = self.primary(at, true)?;
        let value = Exact::quotient(numerator.value?, denominator.value?)?;
        let mut number = Number::plain(Some(value), Span::new(denominator.start, numerator.end));
        number.fraction = true;
        number.chinese = denominator.chinese;
        Some(number)
    }

    fn mixed(&self, whole: &Number, at: usize) -> Option<Number> {
        let denominator = self.primary(at, true)?;
        if !self.source.spells(denominator.end, "分之") {
            return None;
        }
        let part = self.fraction(&denominator, denominator.end + 2)?;
        let value = whole.value?.plus(part.value?)?;
        let mut number = Number::plain(Some(value), Span::new(whole.start, part.end));
        number.fraction = true;
        number.chinese = whole.chinese;
        Some(number)
    }

    /// 3/5, where both terms are whole and no third follows.
    fn slash(&self, top: &Number) -> Option<Number> {
        let at = top.end + 1;
        if top.magnitude.is_some() || top.chinese || !self.source.at(at).is_ascii_digit() {
            return None;
        }
        let bottom = arabic(self.source, at)?;
        let next = self.source.at(bottom.end);
        let whole = bottom.value.is_some_and(|value| value.to_integer().is_some());
        if !whole || matches!(next, '/' | '.' | '十' | '百' | '千' | '万' | '亿') || self.is_unit(bottom.end) {
            return None;
        }
        top.value?.to_integer()?;
        let value = Exact::quotient(top.value?, bottom.value?)?;
        let mut number = Number::plain(Some(value), Span::new(top.start, bottom.end));
        number.fraction = true;
        Some(number)
    }

    /// 九成, 七成六, 三成半: tenths, given as per cent.
    pub(super) fn tenths(&self, number: Number) -> Number {
        let at = number.end;
        if self.source.at(at) != '成' || number.magnitude.is_some() {
            return number;
        }
        let Some((extra, end)) = self.tenths_tail(at + 1) else {
            return number;
        };
        let percent = self.percent();
        let value = number.value.and_then(|value| value.times_pow10(1)).and_then(|value| value.plus(extra));
        let (Some(value), Some(entry)) = (value, percent) else {
            return number;
        };
        let mut tenths = number;
        tenths.value = Some(value);
        tenths.end = end;
        if end > at + 1 {
            tenths.written = tenths.written.up_to(end);
        }
        tenths.unit = Some((entry, Span::new(at, at + 1)));
        tenths.flags.insert(Flag::UnitConverted);
        tenths
    }

    /// What may follow 成: nothing, a digit, a half, or a word that cannot be the end of 成-words (成本, 成果).
    fn tenths_tail(&self, at: usize) -> Option<(Exact, usize)> {
        let next = self.source.at(at);
        if next == '半' {
            return Some((Exact::integer(5), at + 1));
        }
        if let Some(Numeral::Digit(digit)) = self.lexicon.numeral(next) {
            return Some((Exact::integer(i128::from(digit)), at + 1));
        }
        let closes = !next.is_alphanumeric()
            || self.lexicon.longest(self.source, at, Roles::of(&[Role::Suffix, Role::And, Role::Before])).is_some()
            || matches!(next, '至' | '到' | '的');
        closes.then_some((Exact::ZERO, at))
    }

    fn percent(&self) -> Option<Entry> {
        let sign = FoldedText::new("%");
        self.lexicon.longest(sign.source(), 0, Roles::of(&[Role::Unit])).map(|hit| hit.entry)
    }

    /// 一半 is a half; in 一年半 the half stands behind the unit and is read there.
    fn half_of_one(&self, number: Number) -> Number {
        if number.value == Some(Exact::ONE) && number.chinese && !self.is_unit(number.end + 1) {
            let mut half = Number::plain(Some(Exact::HALF), Span::new(number.start, number.end + 1));
            half.chinese = true;
            half.fraction = true;
            return half;
        }
        number
    }

    /// 一个半月: the half stands inside the unit.
    fn inner_half(&self, mut number: Number) -> Number {
        if self.is_unit(number.end + 2) {
            number.value = number.value.and_then(|value| value.plus(Exact::HALF));
            number.half = Some(Span::new(number.end, number.end + 2));
        }
        number
    }
}
