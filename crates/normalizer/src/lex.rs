//! Lexing: a folded text as numbers, units, dates, known words, marks and the rest.
//!
//! Context decides what a character means, so the lexer reads the larger things first:
//! a date before a number, a number with its unit before the words that look like numerals.

use smallvec::SmallVec;

use crate::exact::Exact;
use crate::fold::Source;
use crate::lexicon::{Entry, Hit, Lexicon, Numeral, Role, Roles};
use crate::number::{Number, Reader, Span};
use crate::time::{Preceding, TimeSpan};
use crate::unit::{Measure, is_ideograph, multiply};
use crate::value::{Comparator, Dimension, Flag, Text};

/// Words that the lexer looks for in running text.
const WORDS: Roles = Roles::of(&[
    Role::Prefix,
    Role::Suffix,
    Role::Attain,
    Role::Aspire,
    Role::Verb,
    Role::Up,
    Role::UpTo,
    Role::Down,
    Role::DownTo,
    Role::Basis,
    Role::Refer,
    Role::Document,
    Role::Limit,
    Role::Named,
    Role::Edge,
    Role::YearEdge,
    Role::Before,
    Role::Within,
    Role::NotLater,
    Role::Since,
    Role::AnchorAfter,
    Role::AnchorBefore,
    Role::Each,
    Role::Recurrence,
    Role::Mean,
    Role::Rank,
    Role::Ordinal,
    Role::Vague,
    Role::Link,
    Role::And,
    Role::Span,
    Role::Included,
    Role::Plain,
    Role::Sign,
]);

/// Words after which a Chinese numeral is a number whatever follows.
const LEADS: Roles = Roles::of(&[
    Role::Prefix,
    Role::Attain,
    Role::Aspire,
    Role::Verb,
    Role::Up,
    Role::UpTo,
    Role::Down,
    Role::DownTo,
    Role::Recurrence,
    Role::Mean,
    Role::Rank,
    Role::Ordinal,
    Role::Sign,
    Role::AnchorAfter,
    Role::AnchorBefore,
]);

const CLOSES: Roles =
    Roles::of(&[Role::Suffix, Role::Prefix, Role::Before, Role::Within, Role::Included, Role::Span, Role::Link]);

/// Characters of the longest bracket that repeats a bound: (含10000元).
const MAX_INCLUDED: usize = 12;

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
    Word(Roles),
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

/// One text, lexed.
pub(crate) struct Cell<'a, 't> {
    pub(crate) reader: Reader<'a, 't>,
    pub(crate) tokens: SmallVec<[Token; 12]>,
    pub(crate) numbers: SmallVec<[Number; 1]>,
    pub(crate) units: SmallVec<[Measure; 1]>,
    pub(crate) times: SmallVec<[TimeSpan; 1]>,
    pub(crate) repeats: SmallVec<[Text; 1]>,
    /// The roles of all words.
    pub(crate) seen: Roles,
}

impl<'a, 't> Cell<'a, 't> {
    pub(crate) fn new(lexicon: &'a Lexicon, source: &'a Source<'t>) -> Self {
        let mut cell = Self {
            reader: Reader { lexicon, source },
            tokens: SmallVec::new(),
            numbers: SmallVec::new(),
            units: SmallVec::new(),
            times: SmallVec::new(),
            repeats: SmallVec::new(),
            seen: Roles::default(),
        };
        let mut at = 0;
        while at < source.len() {
            at = cell.step(at);
        }
        cell
    }

    pub(crate) fn source(&self) -> &'a Source<'t> {
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
        let token = self.token(index)?;
        match token.kind {
            Kind::Word(roles) if roles.has(role) => {
                let exact = self.lexicon().exact(self.source(), token.start, token.end, role);
                exact.or_else(|| {
                    self.lexicon().longest(self.source(), token.start, Roles::of(&[role])).map(|hit| hit.entry)
                })
            }
            _ => None,
        }
    }

    pub(crate) fn is_word(&self, index: usize, roles: Roles) -> bool {
        matches!(self.kind(index), Some(Kind::Word(found)) if found.meets(roles))
    }

    pub(crate) fn mark(&self, index: usize) -> Option<char> {
        let token = self.token(index)?;
        (token.kind == Kind::Mark || token.kind == Kind::Dash).then(|| self.source().at(token.start))
    }

    pub(crate) fn number_at(&self, index: usize) -> Option<&Number> {
        match self.kind(index)? {
            Kind::Number(number) => self.numbers.get(number as usize),
            _ => None,
        }
    }

    pub(crate) fn unit_at(&self, index: usize) -> Option<&Measure> {
        match self.kind(index)? {
            Kind::Unit(unit) => self.units.get(unit as usize),
            _ => None,
        }
    }

    pub(crate) fn time_at(&self, index: usize) -> Option<&TimeSpan> {
        match self.kind(index)? {
            Kind::Time(time) => self.times.get(time as usize),
            _ => None,
        }
    }

    fn last(&self) -> Option<Token> {
        self.tokens.last().copied()
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) -> usize {
        self.tokens.push(Token { kind, start, end });
        end
    }

    fn step(&mut self, at: usize) -> usize {
        let c = self.source().at(at);
        if c.is_ascii_digit() {
            return self.digits(at);
        }
        if let Some(end) = self.repetition(at, c) {
            return end;
        }
        if let Some(end) = self.included(at, c) {
            return end;
        }
        let word = self.lexicon().longest(self.source(), at, WORDS);
        if let Some(end) = self.time(at, c, word) {
            return end;
        }
        if let Some(end) = self.numeral(at, c, word) {
            return end;
        }
        match word {
            // 》 is a damaged ≥ before a figure and a quotation mark elsewhere.
            Some(hit) if !matches!(c, '《' | '》') || self.source().at(hit.end).is_ascii_digit() => {
                self.known(at, hit)
            }
            _ => self.sign(at, c),
        }
    }

    /// At an Arabic digit: a date, a period by name, or a number.
    fn digits(&mut self, at: usize) -> usize {
        if self.inside_name(at) {
            return self.name(at);
        }
        if let Some(hit) = self.lexicon().longest(self.source(), at, Roles::of(&[Role::Named, Role::Plain])) {
            // 12345热线 is a name.
            return if hit.entry.role == Role::Plain { self.text(at, hit.end, true) } else { self.known(at, hit) };
        }
        if let Some(end) = self.cycle(at) {
            return end;
        }
        let before = self.before_time();
        if let Some(time) = self.reader.time_span(at, before) {
            return self.push_time(at, time);
        }
        match self.reader.number(at, false) {
            Some(number) => self.push_number(number),
            None => self.text(at, at + 1, true),
        }
    }

    /// A digit that belongs to a Latin name: PM2.5, A4.
    fn inside_name(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return false;
        };
        self.source().at(before).is_ascii_alphabetic()
            && matches!(self.last().map(|token| token.kind), Some(Kind::Text(_)))
            && !self.source().gap(at)
    }

    fn name(&mut self, at: usize) -> usize {
        let mut end = at;
        loop {
            let c = self.source().at(end);
            // The year of a standard belongs to its number: GB3095-2012.
            let point = matches!(c, '.' | '-') && self.source().at(end + 1).is_ascii_digit();
            if !c.is_ascii_alphanumeric() && !point {
                break;
            }
            end += 1;
        }
        self.text(at, end, true)
    }

    /// What stands right before a date: behind a bound 5月 is a duration and 2023.12 a number.
    fn before_time(&self) -> Preceding {
        match self.last() {
            Some(Token { kind: Kind::Word(roles), .. }) if roles.has(Role::Recurrence) => Preceding::Repetition,
            Some(Token { kind: Kind::Word(roles), .. }) if roles.has(Role::Prefix) => Preceding::Bound,
            Some(Token { kind: Kind::Each(_), .. }) => Preceding::Repetition,
            Some(Token { kind: Kind::Text(_), end, .. }) if self.source().at(end - 1) == '月' => Preceding::Repetition,
            _ => Preceding::Nothing,
        }
    }

    /// 每人, 每季度, 每两年; 人均 comes with the words.
    fn repetition(&mut self, at: usize, c: char) -> Option<usize> {
        if let Some(end) = self.spelt_cycle(at, c) {
            return Some(end);
        }
        if c != '每' && c != '逐' && c != '平' {
            return None;
        }
        let each = self.lexicon().longest(self.source(), at, Roles::of(&[Role::Each]))?;
        if let Some(hit) = self.lexicon().longest(self.source(), at, Roles::of(&[Role::Recurrence])) {
            return Some(self.known(at, hit));
        }
        let number = self.reader.number(each.end, true);
        let unit_at = number.as_ref().map_or(each.end, |number| number.end);
        let hit = self.lexicon().longest(self.source(), unit_at, Roles::of(&[Role::Unit]))?;
        let unit = self.lexicon().unit(hit.entry)?;
        if unit.dimension == Dimension::Time
            && let Some(count) = number.as_ref().map_or(Some(Exact::ONE), |number| number.value)
            && let Some(duration) = unit.iso.as_deref().and_then(|iso| multiply(iso, count))
        {
            self.repeats.push(duration);
            return Some(self.push(Kind::Each(self.repeats.len() as u32 - 1), at, hit.end));
        }
        let mut measure = self.reader.lone(unit_at)?;
        if let Some(count) = number.and_then(|number| number.value) {
            measure.code = smol_str::format_smolstr!("{}.{}", factor_text(count), measure.code);
        }
        let end = hit.end;
        self.units.push(measure);
        Some(self.push(Kind::Per(self.units.len() as u32 - 1), at, end))
    }

    /// 5年1次, 3天2次: a span of time right before a number of events.
    fn cycle(&mut self, at: usize) -> Option<usize> {
        let unit_at = (at..at + 3).find(|&at| !self.source().at(at).is_ascii_digit())?;
        // 5月1次 and 5日1次 name a date, and a year has four digits.
        if !matches!(self.source().at(unit_at), '年' | '周' | '天' | '个' | '小' | '季') {
            return None;
        }
        let count = self.reader.number(at, false).filter(|number| number.end == unit_at)?.value?;
        self.recurs(at, unit_at, count)
    }

    /// 一年两次, 三年一次, 半年一次: the same in Chinese numerals; 三月一次 names a month.
    fn spelt_cycle(&mut self, at: usize, c: char) -> Option<usize> {
        if c == '半' && self.source().at(at + 1) == '年' {
            return self.recurs(at, at, Exact::ONE);
        }
        let Some(Numeral::Digit(digit @ 1..)) = self.lexicon().numeral(c) else {
            return None;
        };
        let month = digit > 1 && matches!(self.source().at(at + 1), '月' | '日' | '号');
        (!month).then(|| self.recurs(at, at + 1, Exact::integer(digit.into())))?
    }

    fn recurs(&mut self, at: usize, unit_at: usize, count: Exact) -> Option<usize> {
        let hit = self.lexicon().longest(self.source(), unit_at, Roles::of(&[Role::Unit]))?;
        let duration = multiply(self.lexicon().unit(hit.entry)?.iso.as_deref()?, count)?;
        let number = self.reader.number(hit.end, false)?;
        let event = self.reader.lone(number.end).is_some_and(|unit| unit.event);
        if !event {
            return None;
        }
        self.repeats.push(duration);
        Some(self.push(Kind::Each(self.repeats.len() as u32 - 1), at, hit.end))
    }

    /// (含12个) behind a number: the bound itself belongs to it.
    fn included(&mut self, at: usize, c: char) -> Option<usize> {
        let figure = c == '(' && self.source().at(at + 1) == '含' && self.source().at(at + 2).is_ascii_digit();
        if !figure || !matches!(self.last()?.kind, Kind::Number(_) | Kind::Unit(_)) {
            return None;
        }
        let close = (at..at + MAX_INCLUDED).find(|&at| self.source().at(at) == ')')?;
        Some(self.push(Kind::Word(Roles::of(&[Role::Included])), at, close + 1))
    }

    /// Dates that begin with a word or a Chinese numeral.
    fn time(&mut self, at: usize, c: char, word: Option<Hit>) -> Option<usize> {
        let may = matches!(c, '第' | '上' | '下' | 'Q' | 'q' | '自' | '从' | '由' | '\'')
            || self.lexicon().numeral(c).is_some();
        let in_name = c.is_ascii_alphabetic() && at > 0 && self.source().at(at - 1).is_ascii_alphanumeric();
        if !may || in_name {
            return None;
        }
        let before = self.before_time();
        let time = self.reader.time_span(at, before)?;
        let plain = word.filter(|hit| hit.end >= time.end && hit.entry.role != Role::Prefix);
        (plain.is_none_or(|hit| hit.end < time.end || hit.entry.role == Role::Ordinal))
            .then(|| self.push_time(at, time))
    }

    fn push_time(&mut self, at: usize, time: TimeSpan) -> usize {
        let end = time.end;
        self.times.push(time);
        self.push(Kind::Time(self.times.len() as u32 - 1), at, end)
    }

    /// A number that begins with a sign, a letter misread, or a Chinese numeral.
    fn numeral(&mut self, at: usize, c: char, word: Option<Hit>) -> Option<usize> {
        let signed = matches!(c, '-' | '+' | '.' | 'O' | 'o' | 'l' | 'I');
        let vague = word.filter(|hit| hit.entry.role == Role::Vague || self.has_role(at, *hit, Role::Vague));
        if let Some(hit) = vague {
            return self.vague(at, hit);
        }
        if !signed && c != '半' && c != '负' && c != '廿' && c != '卅' && self.lexicon().numeral(c).is_none() {
            return None;
        }
        if matches!(c, '-' | '+') && !self.sign_position() {
            return None;
        }
        if c == '.' && self.last().is_some_and(|token| token.end == at && matches!(token.kind, Kind::Number(_))) {
            return None;
        }
        let lead = self.led();
        let number = self.reader.number(at, lead)?;
        if number.chinese && !self.accepts(&number, lead) {
            return None;
        }
        let reach = self.reader.measure(number.end).map_or(number.end, |unit| unit.end);
        let whole = at == 0 && reach == self.source().len();
        let swallowed = word.is_some_and(|hit| hit.end >= reach && hit.entry.role == Role::Plain) && !whole;
        (!swallowed).then(|| self.push_number(number))
    }

    fn has_role(&self, at: usize, hit: Hit, role: Role) -> bool {
        self.lexicon().exact(self.source(), at, hit.end, role).is_some()
    }

    /// 数百家: no figure, but the place of one.
    fn vague(&mut self, at: usize, hit: Hit) -> Option<usize> {
        let measured = self.reader.measure(hit.end).is_some() || hit.end == self.source().len();
        if !measured {
            return None;
        }
        let mut number = Number::vague((at, hit.end));
        number.flags.insert(Flag::VagueNumber);
        Some(self.push_number(number))
    }

    /// A minus sign stands at the head, behind a bound or a bracket, not between two figures.
    fn sign_position(&self) -> bool {
        match self.last() {
            None => true,
            Some(token) => match token.kind {
                Kind::Word(roles) => roles.meets(LEADS) || roles.has(Role::Basis),
                Kind::Mark | Kind::Dash => self.source().at(token.start) != ')',
                Kind::Text(_) => self.source().at(token.end - 1) == ':',
                _ => false,
            },
        }
    }

    /// Whether what stands before calls for a number.
    fn led(&self) -> bool {
        match self.last() {
            Some(Token { kind: Kind::Word(roles), .. }) => roles.meets(LEADS),
            Some(Token { kind: Kind::Each(_) | Kind::Per(_) | Kind::Dash, .. }) => true,
            _ => false,
        }
    }

    /// Chinese numerals count only in a number position.
    fn accepts(&self, number: &Number, lead: bool) -> bool {
        if number.fraction || number.unit.is_some() {
            return true;
        }
        let at = number.end;
        if self.is_zero_of(number) {
            return true;
        }
        let unit = self.reader.measure(at);
        let end = unit.as_ref().map_or(at, |unit| unit.end);
        let closed = end == self.source().len()
            || self.lexicon().longest(self.source(), end, CLOSES).is_some()
            || matches!(
                self.source().at(end),
                ',' | ';' | '。' | '、' | ')' | '-' | '~' | '至' | '到' | '和' | '与' | '半'
            );
        let head = self.last().is_none_or(|token| token.kind == Kind::Mark || matches!(token.kind, Kind::Unit(_)));
        if lead || head {
            let ranged = unit.is_none() && matches!(self.source().at(end), '-' | '~' | '至' | '到');
            let single = number.written.1 - number.written.0 == 1 && self.source().at(number.start) == '一';
            let whole = closed && (unit.is_some() || lead || number.start == 0 || ranged);
            return whole || unit.is_some() && !single && !self.builds_word(end);
        }
        let bounded =
            unit.is_some() && self.lexicon().longest(self.source(), end, Roles::of(&[Role::Suffix])).is_some();
        let large = bounded || number.written.1 - number.written.0 > 1;
        large && unit.is_some() && !self.builds_word(end) || closed && unit.is_some() && large
    }

    /// 零事故, 零投诉: none of something.
    fn is_zero_of(&self, number: &Number) -> bool {
        let head = number.start == 0 || self.tokens.last().is_some_and(|token| token.kind == Kind::Mark);
        let rest = self.source().len() - number.end;
        head && number.chinese && number.value == Some(Exact::ZERO) && (1..=4).contains(&rest)
    }

    /// 式, 性, 化 make a word of what stands before them.
    fn builds_word(&self, at: usize) -> bool {
        matches!(self.source().at(at), '式' | '性' | '化' | '体' | '制' | '型' | '路')
    }

    fn push_number(&mut self, mut number: Number) -> usize {
        let measure = self.measure_of(&mut number);
        let closing = measure.as_ref().and_then(|measure| self.subunits(&mut number, measure));
        let (start, end, half) = (number.start, number.end, number.half);
        self.numbers.push(number);
        self.push(Kind::Number(self.numbers.len() as u32 - 1), start, end);
        let Some(mut measure) = measure else {
            return end;
        };
        if let Some(span) = half.filter(|span| span.1 == measure.span.0) {
            measure.rest = Some(measure.span);
            measure.span = (span.0, span.0 + 1);
        }
        measure.end = closing.unwrap_or(measure.end);
        let unit_end = measure.end;
        self.units.push(measure);
        self.push(Kind::Unit(self.units.len() as u32 - 1), end, unit_end)
    }

    fn measure_of(&self, number: &mut Number) -> Option<Measure> {
        if let Some((entry, span)) = number.unit {
            return self.reader.inner_measure(entry, span, number.end);
        }
        if let Some((magnitude, measure)) = self.reader.bracketed(number.end) {
            self.apply_magnitude(number, magnitude);
            return Some(measure);
        }
        let at = number.half.map_or(number.end, |span| span.1);
        if let Some(measure) = self.reader.measure(at).or_else(|| self.reader.denominators_only(at)) {
            return Some(measure);
        }
        let known = self.lexicon().longest(self.source(), at, WORDS).is_some();
        if number.chinese && number.value != Some(Exact::ZERO) || known {
            None
        } else {
            self.reader.unknown_measure(at)
        }
    }

    fn apply_magnitude(&self, number: &mut Number, magnitude: Option<Span>) {
        let Some(span) = magnitude.filter(|_| number.magnitude.is_none()) else {
            return;
        };
        let power: u32 = (span.0..span.1)
            .filter_map(|at| match self.lexicon().numeral(self.source().at(at)) {
                Some(Numeral::Power(power)) => Some(u32::from(power)),
                _ => None,
            })
            .sum();
        if let Some(value) = number.value.and_then(|value| value.times_pow10(power)) {
            number.value = Some(value);
            number.magnitude = Some(span);
        }
    }

    /// 50元6角三分, 三年半: what follows the unit and still belongs to the number.
    fn subunits(&self, number: &mut Number, measure: &Measure) -> Option<usize> {
        if !measure.per.is_empty() || number.half.is_some() || number.unit.is_some() {
            return None;
        }
        let at = measure.end;
        if matches!(self.source().at(at), '多' | '余') && number.approx.is_none() && !self.is_unit(at + 1) {
            number.approx = Some(((at, at + 1), Comparator::Gt));
            number.flags.insert(Flag::ApproxOver);
            return Some(at + 1);
        }
        if self.source().at(at) == '半' && number.chinese && !self.is_unit(at + 1) {
            number.value = number.value.and_then(|value| value.plus(Exact::HALF));
            number.half = Some((at, at + 1));
            return Some(at + 1);
        }
        measure.currency.as_ref()?;
        let mut end = at;
        for (names, places) in [("角毛", 1), ("分", 2)] {
            let Some(small) = self.reader.number(end, false) else {
                continue;
            };
            if !names.contains(self.source().at(small.end)) || small.magnitude.is_some() {
                continue;
            }
            let part = small.value.and_then(|value| Exact::quotient(value, Exact::ONE.times_pow10(places)?));
            number.value = number.value.and_then(|value| value.plus(part?));
            end = small.end + 1;
        }
        if end == at {
            return None;
        }
        number.written.1 = end;
        Some(end)
    }

    fn is_unit(&self, at: usize) -> bool {
        self.lexicon().longest(self.source(), at, Roles::of(&[Role::Unit])).is_some()
    }

    /// A word of the lexicon, with a copula that leads over to a number (至少是3, 超过了80).
    fn known(&mut self, at: usize, hit: Hit) -> usize {
        let roles = self.lexicon().roles(self.source(), at, hit.end);
        let mut end = hit.end;
        if roles.has(Role::Prefix)
            && matches!(self.source().at(end), '是' | '为' | '有' | '了' | '达' | '到')
            && self.reader.number(end + 1, false).is_some()
        {
            end += 1;
        }
        if self.is_dash(at, end) {
            return self.push(Kind::Dash, at, end);
        }
        self.seen = self.seen.and(roles);
        self.push(Kind::Word(roles), at, end)
    }

    fn sign(&mut self, at: usize, c: char) -> usize {
        let end = self.dash_end(at);
        if end > at && self.is_dash(at, end) {
            return self.push(Kind::Dash, at, end);
        }
        if self.source().spells(at, "正负") {
            return self.push(Kind::Mark, at, at + 2);
        }
        if is_mark(c) {
            return self.push(Kind::Mark, at, at + 1);
        }
        // A run of dashes that joins nothing is one piece of text.
        self.text(at, end.max(at + 1), c.is_numeric())
    }

    fn dash_end(&self, at: usize) -> usize {
        let mut end = at;
        while matches!(self.source().at(end), '-' | '~') {
            end += 1;
        }
        if end == at && matches!(self.source().at(at), '至' | '到') { at + 1 } else { end }
    }

    /// A dash joins two figures.
    fn is_dash(&self, at: usize, end: usize) -> bool {
        let sign = matches!(self.source().at(at), '-' | '~' | '至' | '到') && self.dash_end(at) == end;
        let figure = |kind| matches!(kind, Kind::Number(_) | Kind::Unit(_) | Kind::Time(_));
        let before = self.tokens.last().is_some_and(|token| {
            figure(token.kind)
                || matches!(token.kind, Kind::Word(roles) if roles.meets(Roles::of(&[Role::Suffix, Role::Included])))
        });
        sign && before && self.reader.number(end, false).is_some()
    }

    fn text(&mut self, at: usize, end: usize, digit: bool) -> usize {
        if let Some(token) = self.tokens.last_mut()
            && token.end == at
            && let Kind::Text(had) = token.kind
        {
            token.kind = Kind::Text(had || digit);
            token.end = end;
            return end;
        }
        self.push(Kind::Text(digit), at, end)
    }
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '±' | ',' | ';' | '。' | '、' | '(' | ')' | ':' | '“' | '”' | '"' | '!' | '\n' | '/' | '*' | '×' | '[' | ']'
    ) && !is_ideograph(c)
}

fn factor_text(count: Exact) -> Text {
    match count.to_integer() {
        Some(value) if value > 9 && value == 10_i128.pow(value.ilog10()) => {
            smol_str::format_smolstr!("10*{}", value.ilog10())
        }
        _ => smol_str::format_smolstr!("{count}"),
    }
}
