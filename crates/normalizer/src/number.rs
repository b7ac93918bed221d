//! Numbers: Arabic, Chinese and mixed, with magnitudes, fractions and the words that blur them.

use smallvec::SmallVec;

use crate::exact::Exact;
use crate::fold::Source;
use crate::lexicon::{Entry, Lexicon, Numeral, Role, Roles};
use crate::value::{Comparator, Flag, Flags, Text};

/// A stretch of folded characters.
pub(crate) type Span = (usize, usize);

/// Powers of ten from which on a magnitude multiplies everything before it (万, 亿, 兆).
const BIG: u32 = 4;

/// A numeral longer than this is none; the limit keeps reading linear.
const MAX_NUMERAL: usize = 48;

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
    pub(crate) repaired: Option<Text>,
}

impl Number {
    fn plain(value: Option<Exact>, written: Span) -> Self {
        Self {
            value,
            start: written.0,
            end: written.1,
            written,
            magnitude: None,
            approx: None,
            flags: Flags::NONE,
            chinese: false,
            unit: None,
            fraction: false,
            half: None,
            repaired: None,
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
pub(crate) struct Reader<'a, 't> {
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) source: &'a Source<'t>,
}

impl Reader<'_, '_> {
    /// The number at `at`; `bare` allows 百 and 千 to begin it (近百, 百分之百).
    pub(crate) fn number(&self, at: usize, bare: bool) -> Option<Number> {
        let first = self.source.at(at);
        let digits = first.is_ascii_digit();
        if !digits && !self.may_begin(at, first) {
            return None;
        }
        if let Some(repaired) = self.ocr(at) {
            return Some(repaired);
        }
        let negative = matches!(first, '-' | '负' | '+');
        let start = at + usize::from(negative);
        let mut number = self.unsigned(start, bare)?;
        if negative {
            if first != '+' {
                number.value = number.value.map(Exact::negated);
            }
            number.start = at;
            if number.written.0 == start {
                number.written.0 = at;
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

    fn unsigned(&self, at: usize, bare: bool) -> Option<Number> {
        if self.source.at(at).is_ascii_digit() {
            return self.compound(at, bare);
        }
        if let Some(share) = self.share(at) {
            return Some(share);
        }
        if self.source.at(at) == '半' {
            let mut half = Number::plain(Some(Exact::HALF), (at, at + 1));
            half.chinese = true;
            return Some(self.tenths(half));
        }
        self.compound(at, bare)
    }

    /// 百分之九十五: the denominator is a unit.
    fn share(&self, at: usize) -> Option<Number> {
        let prefix = self.lexicon.longest(self.source, at, Roles::of(&[Role::Fraction]))?;
        let mut number = self.primary(prefix.end, true)?;
        number.start = at;
        number.unit = Some((prefix.entry, (at, prefix.end)));
        Some(number)
    }

    /// A number that may be a fraction (三分之二), mixed (一又二分之一), a share of ten (九成) or a half (一半).
    fn compound(&self, at: usize, bare: bool) -> Option<Number> {
        let number = self.primary(at, bare)?;
        let end = number.end;
        match self.source.at(end) {
            '分' if self.source.at(end + 1) == '之' => self.fraction(&number, end + 2).or(Some(number)),
            '又' => self.mixed(&number, end + 1).or(Some(number)),
            '/' => Some(self.slash(&number).unwrap_or(number)),
            '成' => Some(self.tenths(number)),
            '半' => Some(self.half_of_one(number)),
            '个' if self.source.at(end + 1) == '半' => Some(self.inner_half(number)),
            _ => Some(number),
        }
    }

    fn fraction(&self, denominator: &Number, at: usize) -> Option<Number> {
        let numerator = self.primary(at, true)?;
        let value = Exact::quotient(numerator.value?, denominator.value?)?;
        let mut number = Number::plain(Some(value), (denominator.start, numerator.end));
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
        let mut number = Number::plain(Some(value), (whole.start, part.end));
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
        let mut number = Number::plain(Some(value), (top.start, bottom.end));
        number.fraction = true;
        Some(number)
    }

    fn is_unit(&self, at: usize) -> bool {
        self.lexicon.longest(self.source, at, Roles::of(&[Role::Unit])).is_some()
    }

    /// 九成, 七成六, 三成半: tenths, given as per cent.
    fn tenths(&self, number: Number) -> Number {
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
            tenths.written.1 = end;
        }
        tenths.unit = Some((entry, (at, at + 1)));
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
        let sign = Source::new("%");
        self.lexicon.longest(&sign, 0, Roles::of(&[Role::Unit])).map(|hit| hit.entry)
    }

    /// 一半 is a half; in 一年半 the half stands behind the unit and is read there.
    fn half_of_one(&self, number: Number) -> Number {
        if number.value == Some(Exact::ONE) && number.chinese && !self.is_unit(number.end + 1) {
            let mut half = Number::plain(Some(Exact::HALF), (number.start, number.end + 1));
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
            number.half = Some((number.end, number.end + 2));
        }
        number
    }

    /// Digits and magnitudes.
    fn primary(&self, at: usize, bare: bool) -> Option<Number> {
        let mut chain = Chain::new(at);
        let mut flags = Flags::NONE;
        let first = self.source.at(at);
        if first.is_ascii_digit() || first == '.' {
            let read = arabic(self.source, at)?;
            if read.spaced {
                flags.insert(Flag::InnerSpace);
            }
            let Some(value) = read.value else {
                let mut number = Number::plain(None, (at, read.end));
                number.flags.insert(Flag::BadGrouping);
                return Some(number);
            };
            chain.arabic(value, read.end);
        } else if !bare && !self.begins_numeral(at) {
            return None;
        }
        self.run(&mut chain)?;
        let mut number = chain.finish()?;
        number.flags.extend(flags);
        self.latin(&mut number);
        Some(number)
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

    fn run(&self, chain: &mut Chain) -> Option<()> {
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
    fn unit_longer(&self, at: usize) -> bool {
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
            number.magnitude = Some((at, at + 1));
            number.end = at + 1;
            number.flags.insert(Flag::MagnitudeLatin);
        }
    }

    /// O, o, l and I inside a token that holds a real digit and is followed by a unit.
    fn ocr(&self, at: usize) -> Option<Number> {
        let mut end = at;
        let (mut digits, mut letters) = (0, 0);
        while end - at < MAX_REPAIRED {
            match self.source.at(end) {
                c if c.is_ascii_digit() => digits += 1,
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
        let value = arabic(&Source::new(&repaired), 0).filter(|read| read.end == end - at)?.value?;
        let mut number = Number::plain(Some(value), (at, end));
        number.flags.insert(Flag::OcrDigit);
        number.repaired = Some(Text::new(&repaired));
        Some(number)
    }

    fn after_letter(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| self.source.at(before).is_ascii_alphanumeric())
    }
}

fn repair(c: char) -> char {
    match c {
        'O' | 'o' => '0',
        'l' | 'I' => '1',
        _ => c,
    }
}

/// Arabic digits with thousands groups and decimals.
struct Arabic {
    /// `None` where the groups are wrong or the digits too many.
    value: Option<Exact>,
    end: usize,
    spaced: bool,
}

fn arabic(source: &Source<'_>, at: usize) -> Option<Arabic> {
    let mut read = Digits { mantissa: Some(0), scale: 0, end: at, spaced: false };
    let whole = read.digits(source);
    let grouped = read.groups(source, whole);
    let point = source.at(read.end) == '.' && source.at(read.end + 1).is_ascii_digit();
    if point {
        read.end += 1;
        let before = read.end;
        read.digits(source);
        read.scale = (read.end - before) as u32;
    }
    if read.end == at {
        return None;
    }
    // A second point, or a comma behind decimals, belongs to no number: 1.2.3, 1.5,3.
    let tail = matches!(source.at(read.end), '.' | ',')
        && source.at(read.end + 1).is_ascii_digit()
        && !source.gap(read.end + 1);
    let sound = grouped && !tail;
    if !sound {
        read.rest(source);
    }
    let value = read.mantissa.filter(|_| sound).and_then(|mantissa| Exact::decimal(mantissa, read.scale));
    Some(Arabic { value, end: read.end, spaced: read.spaced })
}

struct Digits {
    mantissa: Option<i128>,
    scale: u32,
    end: usize,
    spaced: bool,
}

impl Digits {
    /// Reads a run of digits; gives its length.
    fn digits(&mut self, source: &Source<'_>) -> usize {
        let start = self.end;
        while let Some(digit) = source.at(self.end).to_digit(10) {
            self.spaced |= self.end > start && source.gap(self.end);
            self.mantissa = self.mantissa.and_then(|mantissa| mantissa.checked_mul(10)?.checked_add(i128::from(digit)));
            self.end += 1;
        }
        self.end - start
    }

    /// Reads thousands groups; whether they are well formed.
    fn groups(&mut self, source: &Source<'_>, first: usize) -> bool {
        let mut sound = true;
        while source.at(self.end) == ',' && source.at(self.end + 1).is_ascii_digit() && !source.gap(self.end + 1) {
            self.end += 1;
            let length = self.digits(source);
            sound &= length == 3 && (1..=3).contains(&first);
        }
        sound
    }

    /// Takes in whatever digits, points and commas follow a broken number.
    fn rest(&mut self, source: &Source<'_>) {
        while source.at(self.end).is_ascii_digit()
            || (matches!(source.at(self.end), '.' | ',') && source.at(self.end + 1).is_ascii_digit())
        {
            self.end += 1;
        }
    }
}

/// The state of reading digits and magnitudes from left to right.
struct Chain {
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
    fn new(at: usize) -> Self {
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

    fn arabic(&mut self, value: Exact, end: usize) {
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
        self.approx = Some(((self.at, self.at + 1), comparator));
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

    fn finish(mut self) -> Option<Number> {
        if self.is_empty() {
            return None;
        }
        let (start, end, tail, approx) = (self.start, self.at, self.tail, self.approx);
        let value = self.settle()?;
        let before_approx = approx.map_or(end, |(span, _)| span.0);
        let (written, magnitude) = match tail {
            // The approximation may stand before the magnitude (450余万) or behind it (3万余).
            Some(tail) if before_approx > tail => ((start, tail), Some((tail, before_approx))),
            Some(tail) => ((start, before_approx.min(tail)), Some((tail, end))),
            None => ((start, before_approx), None),
        };
        let mut number = Number::plain(Some(value), written);
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
