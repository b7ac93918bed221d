//! The lexer proper: what begins at a place of the text.

use smallvec::SmallVec;

use super::{Cell, Kind, Token};
use crate::exact::Exact;
use crate::lexicon::{Hit, Lexicon, Numeral, Role, Roles};
use crate::number::{Number, Reader};
use crate::source::{Source, Span};
use crate::time::{Preceding, TimeSpan};
use crate::unit::{Measure, is_ideograph, multiply, power_text};
use crate::value::{Dimension, Text};

/// Words that the lexer looks for in running text.
pub(super) const WORDS: Roles = Roles::of(&[
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

/// One text while it is lexed.
pub(crate) struct Scanner<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) tokens: SmallVec<[Token; 12]>,
    pub(super) numbers: SmallVec<[Number; 1]>,
    pub(super) units: SmallVec<[Measure<'a>; 1]>,
    times: SmallVec<[TimeSpan; 1]>,
    repeats: SmallVec<[Text; 1]>,
    seen: Roles,
}

impl<'a> Scanner<'a> {
    /// A scanner that has read nothing yet; it is large, so it is filled where it stands.
    pub(crate) fn new(lexicon: &'a Lexicon, source: Source<'a>) -> Self {
        Self {
            reader: Reader { lexicon, source },
            tokens: SmallVec::new(),
            numbers: SmallVec::new(),
            units: SmallVec::new(),
            times: SmallVec::new(),
            repeats: SmallVec::new(),
            seen: Roles::default(),
        }
    }

    /// Reads all tokens.
    pub(crate) fn scan(&mut self) -> Cell<'_> {
        let mut at = 0;
        while at < self.source().len() {
            at = self.step(at);
        }
        Cell {
            reader: self.reader,
            tokens: &self.tokens,
            numbers: &self.numbers,
            units: &self.units,
            times: &self.times,
            repeats: &self.repeats,
            seen: self.seen,
        }
    }

    pub(super) fn source(&self) -> Source<'a> {
        self.reader.source
    }

    pub(super) fn lexicon(&self) -> &'a Lexicon {
        self.reader.lexicon
    }

    fn last(&self) -> Option<Token> {
        self.tokens.last().copied()
    }

    /// What the token does, if it is a word.
    fn roles(&self, kind: Kind) -> Roles {
        match kind {
            Kind::Word(word) => self.lexicon().roles(word),
            _ => Roles::default(),
        }
    }

    pub(super) fn push(&mut self, kind: Kind, start: usize, end: usize) -> usize {
        self.tokens.push(Token { kind, start, end });
        end
    }

    /// Reads the token that begins at `at`; gives where it ends.
    fn step(&mut self, at: usize) -> usize {
        let c = self.source().at(at);
        if c.is_ascii_digit() {
            return self.digits(at);
        }
        let numeral = self.lexicon().numeral(c);
        if let Some(end) = self.repetition(at, c, numeral).or_else(|| self.included(at, c)) {
            return end;
        }
        let word = self.lexicon().longest(self.source(), at, WORDS);
        if (numeral.is_some() || begins_figure(c))
            && let Some(end) = self.time(at, c, word).or_else(|| self.numeral(at, c, word))
        {
            return end;
        }
        if let Some(hit) = word.filter(|hit| self.lexicon().roles(hit.word).has(Role::Vague))
            && let Some(end) = self.vague(at, hit)
        {
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
        let run = self.source().digit_run(at);
        if let Some(end) = self.cycle(run) {
            return end;
        }
        if self.reader.may_be_date(run)
            && let Some(time) = self.reader.time_span(at, self.before_time())
        {
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
        let Some(last) = self.last() else {
            return Preceding::Nothing;
        };
        let roles = self.roles(last.kind);
        let month = matches!(last.kind, Kind::Text(_)) && self.source().at(last.end - 1) == '月';
        if roles.has(Role::Recurrence) || matches!(last.kind, Kind::Each(_)) || month {
            Preceding::Repetition
        } else if roles.has(Role::Prefix) {
            Preceding::Bound
        } else {
            Preceding::Nothing
        }
    }

    /// 每人, 每季度, 每两年; 人均 comes with the words.
    fn repetition(&mut self, at: usize, c: char, numeral: Option<Numeral>) -> Option<usize> {
        if let Some(end) = self.spelt_cycle(at, c, numeral) {
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
            measure.code = match count.to_integer() {
                Some(count) if count > 0 => smol_str::format_smolstr!("{}.{}", power_text(count), measure.code),
                _ => smol_str::format_smolstr!("{count}.{}", measure.code),
            };
        }
        let end = hit.end;
        self.units.push(measure);
        Some(self.push(Kind::Per(self.units.len() as u32 - 1), at, end))
    }

    /// 5年1次, 3天2次: a span of time right before a number of events.
    fn cycle(&mut self, run: Span) -> Option<usize> {
        let (at, unit_at) = (run.start(), run.end());
        // 5月1次 and 5日1次 name a date, and a year has four digits.
        if run.len() > 2 || !matches!(self.source().at(unit_at), '年' | '周' | '天' | '个' | '小' | '季') {
            return None;
        }
        let count = self.reader.number(at, false).filter(|number| number.end == unit_at)?.value?;
        self.recurs(at, unit_at, count)
    }

    /// 一年两次, 三年一次, 半年一次: the same in Chinese numerals; 三月一次 names a month.
    fn spelt_cycle(&mut self, at: usize, c: char, numeral: Option<Numeral>) -> Option<usize> {
        if c == '半' && self.source().at(at + 1) == '年' {
            return self.recurs(at, at, Exact::ONE);
        }
        let Some(Numeral::Digit(digit @ 1..)) = numeral else {
            return None;
        };
        let month = digit > 1 && matches!(self.source().at(at + 1), '月' | '日' | '号');
        (!month).then(|| self.recurs(at, at + 1, Exact::integer(digit.into())))?
    }

    fn recurs(&mut self, at: usize, unit_at: usize, count: Exact) -> Option<usize> {
        let hit = self.lexicon().longest(self.source(), unit_at, Roles::of(&[Role::Unit]))?;
        let duration = multiply(self.lexicon().unit(hit.entry)?.iso.as_deref()?, count)?;
        let number = self.reader.number(hit.end, false)?;
        let event = self.reader.lone(number.end).is_some_and(|unit| unit.is_event());
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
        let hit = self.lexicon().longest(self.source(), at + 1, Roles::of(&[Role::Included]))?;
        Some(self.push(Kind::Word(hit.word), at, close + 1))
    }

    /// Dates that begin with a word or a Chinese numeral.
    fn time(&mut self, at: usize, c: char, word: Option<Hit>) -> Option<usize> {
        let in_name = c.is_ascii_alphabetic() && at > 0 && self.source().at(at - 1).is_ascii_alphanumeric();
        if in_name || !may_begin_date(c) && self.lexicon().numeral(c).is_none() {
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
        if word.is_some_and(|hit| self.lexicon().roles(hit.word).has(Role::Vague)) {
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

    /// 数百家: no figure, but the place of one.
    fn vague(&mut self, at: usize, hit: Hit) -> Option<usize> {
        let measured = self.reader.measure(hit.end).is_some() || hit.end == self.source().len();
        if !measured {
            return None;
        }
        Some(self.push_number(Number::vague(Span::new(at, hit.end))))
    }

    /// A minus sign stands at the head, behind a bound or a bracket, not between two figures.
    fn sign_position(&self) -> bool {
        match self.last() {
            None => true,
            Some(token) => match token.kind {
                Kind::Word(word) => self.lexicon().roles(word).meets(LEADS.and(Roles::of(&[Role::Basis]))),
                Kind::Mark | Kind::Dash => self.source().at(token.start) != ')',
                Kind::Text(_) => self.source().at(token.end - 1) == ':',
                _ => false,
            },
        }
    }

    /// Whether what stands before calls for a number.
    fn led(&self) -> bool {
        self.last().is_some_and(|last| match last.kind {
            Kind::Word(word) => self.lexicon().roles(word).meets(LEADS),
            Kind::Each(_) | Kind::Per(_) | Kind::Dash => true,
            _ => false,
        })
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
            let single = number.written.len() == 1 && self.source().at(number.start) == '一';
            let whole = closed && (unit.is_some() || lead || number.start == 0 || ranged);
            return whole || unit.is_some() && !single && !self.builds_word(end);
        }
        let bounded =
            unit.is_some() && self.lexicon().longest(self.source(), end, Roles::of(&[Role::Suffix])).is_some();
        let large = bounded || number.written.len() > 1;
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

    /// A word of the lexicon, with a copula that leads over to a number (至少是3, 超过了80).
    fn known(&mut self, at: usize, hit: Hit) -> usize {
        let roles = self.lexicon().roles(hit.word);
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
        self.push(Kind::Word(hit.word), at, end)
    }

    fn sign(&mut self, at: usize, c: char) -> usize {
        let end = self.dash_end(at);
        if end > at && self.is_dash(at, end) {
            return self.push(Kind::Dash, at, end);
        }
        if c == '正' && self.source().at(at + 1) == '负' {
            return self.push(Kind::Mark, at, at + 2);
        }
        if is_mark(c) {
            return self.push(Kind::Mark, at, at + 1);
        }
        // A run of dashes that joins nothing is one piece of text.
        self.text(at, end.max(at + 1), !is_ideograph(c) && c.is_numeric())
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
            figure(token.kind) || self.roles(token.kind).meets(Roles::of(&[Role::Suffix, Role::Included]))
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

/// Signs that may begin a number or a date without being a digit.
fn begins_figure(c: char) -> bool {
    may_begin_date(c) || matches!(c, '-' | '+' | '.' | 'O' | 'o' | 'l' | 'I' | '半' | '负' | '廿' | '卅')
}

fn may_begin_date(c: char) -> bool {
    matches!(c, '第' | '上' | '下' | 'Q' | 'q' | '自' | '从' | '由' | '\'')
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '±' | ',' | ';' | '。' | '、' | '(' | ')' | ':' | '“' | '”' | '"' | '!' | '\n' | '/' | '*' | '×' | '[' | ']'
    ) && !is_ideograph(c)
}
