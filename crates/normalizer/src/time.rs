//! Dates and periods as they are written: 2023年6月, 2023.07-2024.01, 第四季度, 12月上旬.

use crate::date::{DatePart, IsoDate};
use crate::lexicon::{Lexicon, Numeral, Role, Roles};
use crate::number::Reader;
use crate::source::Span;
use crate::value::Edge;

const EDGE: Roles = Roles::of(&[Role::Edge]);
const AFTER_DAY: Roles = Roles::of(&[Role::Before]);

/// Years that a form can mean; other four-digit figures are numbers.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2100;

/// Years that two bare figures with a dash between them mean.
const PLAN_YEARS: std::ops::RangeInclusive<u32> = 2000..=2060;

/// What stands right before a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preceding {
    Nothing,
    /// ≥, 不少于: figures are meant, not dates.
    Bound,
    /// 每月: a day of the month is meant.
    Repetition,
}

/// A point in time or a period.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeSpan {
    pub(crate) start: IsoDate,
    /// Set for a period.
    pub(crate) finish: Option<IsoDate>,
    pub(crate) edge: Option<Edge>,
    /// No such date in the calendar.
    pub(crate) invalid: bool,
    /// Eight digits in a row.
    pub(crate) compact: bool,
    /// Place after the last character.
    pub(crate) end: usize,
}

/// A number of a date field.
#[derive(Clone, Copy)]
struct Field {
    value: u32,
    digits: usize,
    end: usize,
}

/// A field that may span two numbers: 4月12-19日.
#[derive(Clone, Copy)]
struct FieldSpan {
    first: u32,
    last: Option<u32>,
    digits: usize,
    end: usize,
}

impl Reader<'_> {
    /// The date or period at `at`.
    pub(crate) fn time_span(&self, at: usize, preceding: Preceding) -> Option<TimeSpan> {
        let from = matches!(self.source.at(at), '自' | '从' | '由');
        let begin = at + usize::from(from);
        let first = self
            .point(begin, None, preceding)
            .or_else(|| self.bare_year(begin, from))
            .or_else(|| self.year_pair(begin).filter(|_| preceding == Preceding::Nothing))?;
        if first.finish.is_some() {
            return Some(self.closed(first));
        }
        let second = self.dash(first.end).and_then(|next| {
            let inherited = Some(first.start);
            self.point(next, inherited, preceding).or_else(|| self.bare_year(next, from))
        });
        match second {
            Some(second) if second.finish.is_none() => Some(self.closed(TimeSpan {
                finish: Some(inherit(second.start, first.start)),
                edge: second.edge,
                invalid: first.invalid || second.invalid,
                end: second.end,
                ..first
            })),
            _ if from => None,
            _ => Some(first),
        }
    }

    /// Whether a sign of a date follows the digits `run`: a cheap look before the full reading.
    pub(crate) fn may_be_date(&self, run: Span) -> bool {
        let (count, end) = (run.len(), run.end());
        match self.source.at(end) {
            c if is_field_sign(c) => true,
            '.' | '/' | '0'..='9' => count == 4,
            '-' | '~' | '至' | '到' | '起' => {
                count == 4 || self.dash(end).is_some_and(|next| self.ends_in_field_sign(next))
            }
            _ => count == 8,
        }
    }

    fn ends_in_field_sign(&self, at: usize) -> bool {
        self.field(at).is_some_and(|field| is_field_sign(self.source.at(field.end)))
    }

    /// A period may end in 止 or 期间.
    fn closed(&self, mut span: TimeSpan) -> TimeSpan {
        if self.source.at(span.end) == '止' {
            span.end += 1;
        }
        span
    }

    /// A dash, 至 or 到, also behind 起; the place after it.
    fn dash(&self, at: usize) -> Option<usize> {
        let start = at + usize::from(self.source.at(at) == '起');
        let mut end = start;
        while matches!(self.source.at(end), '-' | '~') {
            end += 1;
        }
        if end == start && matches!(self.source.at(end), '至' | '到') {
            end += 1;
        }
        (end > start).then_some(end)
    }

    fn bare_year(&self, at: usize, from: bool) -> Option<TimeSpan> {
        let field = self.field(at)?;
        let year = from && field.digits == 4 && YEARS.contains(&field.value);
        year.then(|| span(Some(field.value), DatePart::Year, field.end))
    }

    /// 2023-2025, with nothing that says what is counted: both figures are years of plans.
    fn year_pair(&self, at: usize) -> Option<TimeSpan> {
        let year = |at| self.field(at).filter(|field| field.digits == 4 && PLAN_YEARS.contains(&field.value));
        let first = year(at)?;
        let last = year(self.dash(first.end)?).filter(|last| last.value > first.value && self.ends_figure(last.end))?;
        let finish = span(Some(last.value), DatePart::Year, last.end).start;
        Some(TimeSpan { finish: Some(finish), ..span(Some(first.value), DatePart::Year, last.end) })
    }

    fn point(&self, at: usize, inherited: Option<IsoDate>, preceding: Preceding) -> Option<TimeSpan> {
        if let Some(half) = self.half(at) {
            return Some(span(None, half, at + 3));
        }
        if let Some(compact) = self.compact(at) {
            return Some(compact);
        }
        if let Some(date) = self.separated(at, preceding) {
            return Some(date);
        }
        if let Some(date) = self.year(at) {
            return Some(date);
        }
        if preceding == Preceding::Bound && inherited.is_none() {
            return self.bounded_month(at);
        }
        self.quarter(at, None).or_else(|| self.month(at, None)).or_else(|| self.day(at, inherited, preceding))
    }

    /// ≤12月31日, ≤11月底; ≥3月 is a duration.
    fn bounded_month(&self, at: usize) -> Option<TimeSpan> {
        let date = self.month(at, None)?;
        let sure = matches!(date.start.part, DatePart::MonthDay(..)) || date.edge.is_some();
        (sure && date.finish.is_none()).then_some(date)
    }

    fn half(&self, at: usize) -> Option<DatePart> {
        if self.source.at(at + 1) != '半' || self.source.at(at + 2) != '年' {
            return None;
        }
        match self.source.at(at) {
            '上' => Some(DatePart::Half(1)),
            '下' => Some(DatePart::Half(2)),
            _ => None,
        }
    }

    /// 20241231
    fn compact(&self, at: usize) -> Option<TimeSpan> {
        let field = self.field(at).filter(|field| field.digits == 8)?;
        let (year, month, day) = (field.value / 10_000, field.value / 100 % 100, field.value % 100);
        let date = span(Some(year), month_day(month, day), field.end);
        let plausible = YEARS.contains(&year) && date.start.exists();
        (plausible && self.ends_figure(field.end)).then_some(TimeSpan { compact: true, ..date })
    }

    /// No digit, point, magnitude or unit follows.
    fn ends_figure(&self, at: usize) -> bool {
        let next = self.source.at(at);
        let number = next.is_ascii_digit() || next == '.' || next == ',' || self.lexicon.numeral(next).is_some();
        !number && self.lexicon.longest(self.source, at, Roles::of(&[Role::Unit])).is_none()
    }

    /// 2010-01-29, 2015.5.13, 2020/1/2, 2023.07 and, with spaces only, 2010 01 29.
    fn separated(&self, at: usize, preceding: Preceding) -> Option<TimeSpan> {
        let year = self.field(at).filter(|year| year.digits == 4 && YEARS.contains(&year.value))?;
        let sign = self.source.at(year.end);
        let spaced = sign.is_ascii_digit() && self.source.gap(year.end);
        let skip = match sign {
            '-' | '.' | '/' => 1,
            _ if spaced => 0,
            _ => return None,
        };
        let month = self.field(year.end + skip).filter(|month| month.digits <= 2)?;
        let repeats = if spaced { self.source.gap(month.end) } else { self.source.at(month.end) == sign };
        let day = self.field(month.end + skip).filter(|day| repeats && day.digits <= 2);
        match day {
            Some(day) if self.ends_figure(day.end) || self.source.at(day.end) == '日' => {
                let end = day.end + usize::from(self.source.at(day.end) == '日');
                Some(span(Some(year.value), month_day(month.value, day.value), end))
            }
            _ if spaced || preceding == Preceding::Bound => None,
            _ => self.year_month(year, month, sign),
        }
    }

    /// 2023.07 is a month; 2023.6 only where no unit follows; 2016-2018 is none.
    fn year_month(&self, year: Field, month: Field, sign: char) -> Option<TimeSpan> {
        let valid = (1..=12).contains(&month.value);
        let closed = self.ends_figure(month.end) && self.source.at(month.end) != sign;
        let range = self.dash(month.end).is_some();
        let written = month.digits == 2 || sign == '.' && range || sign == '.' && month.end == self.source.len();
        (valid && written && (closed || range))
            .then(|| span(Some(year.value), DatePart::Month(month.value as u8), month.end))
    }

    /// 2023年, with whatever is written below it.
    fn year(&self, at: usize) -> Option<TimeSpan> {
        let field = self.field_span(at, '年').or_else(|| self.school_year(at))?;
        let last = field.last.unwrap_or(field.first);
        let century = field.digits == 2 && field.last.is_none() && self.month(field.end, None).is_some();
        let year = if century { 2000 + field.first } else { field.first };
        if !century && (field.digits != 4 || !YEARS.contains(&field.first) || !YEARS.contains(&last)) {
            return None;
        }
        let mut end = field.end;
        if self.source.at(end) == '度' {
            end += 1;
        }
        if field.last.is_some() {
            let start = span(Some(year), DatePart::Year, end);
            return Some(TimeSpan { finish: Some(span(Some(last), DatePart::Year, end).start), ..start });
        }
        let below = self
            .half(end)
            .map(|half| span(Some(year), half, end + 3))
            .or_else(|| self.quarter(end, Some(year)))
            .or_else(|| self.month(end, Some(year)));
        below.map(|below| self.edged(below)).or_else(|| Some(self.edged(span(Some(year), DatePart::Year, end))))
    }

    /// 2022-2023学年
    fn school_year(&self, at: usize) -> Option<FieldSpan> {
        let field = self.field_span(at, '学')?;
        (self.source.at(field.end) == '年').then_some(FieldSpan { end: field.end + 1, ..field })
    }

    /// 底, 末, 初, 上旬 behind a date.
    fn edged(&self, mut date: TimeSpan) -> TimeSpan {
        if date.edge.is_some() || date.finish.is_some() {
            return date;
        }
        if let Some(hit) = self.lexicon.longest(self.source, date.end, EDGE) {
            date.edge = Edge::from_word(self.lexicon.value(hit.entry));
            date.end = hit.end;
        } else if self.source.at(date.end) == '中'
            && self.source.at(date.end - 1) == '年'
            && date.start.part == DatePart::Year
            && self.source.at(date.end + 1) == '\0'
        {
            date.edge = Some(Edge::Middle);
            date.end += 1;
        }
        date
    }

    /// 一季度, 第四季度, 1-3季度, Q4
    fn quarter(&self, at: usize, year: Option<u32>) -> Option<TimeSpan> {
        if self.source.at(at).eq_ignore_ascii_case(&'Q') {
            let field = self.field(at + 1).filter(|field| (1..=4).contains(&field.value))?;
            return Some(span(year, DatePart::Quarter(field.value as u8), field.end));
        }
        let ordinal = self.source.at(at) == '第';
        let field = self.field_span(at + usize::from(ordinal), '季')?;
        let last = field.last.unwrap_or(field.first);
        if !(1..=4).contains(&field.first) || !(1..=4).contains(&last) {
            return None;
        }
        let end = field.end + usize::from(self.source.at(field.end) == '度');
        if !ordinal && end == field.end {
            return None;
        }
        let mut date = span(year, DatePart::Quarter(field.first as u8), end);
        date.finish = field.last.map(|last| span(year, DatePart::Quarter(last as u8), end).start);
        Some(self.edged(date))
    }

    fn month(&self, at: usize, year: Option<u32>) -> Option<TimeSpan> {
        let field = self.field_span(at, '月')?;
        let mut end = field.end + usize::from(self.source.at(field.end) == '份');
        if let Some(last) = field.last {
            let start = span(year, DatePart::Month(field.first as u8), end);
            let finish = span(year, DatePart::Month(last as u8), end);
            let invalid = start.invalid || finish.invalid;
            return Some(TimeSpan { finish: Some(finish.start), invalid, ..start });
        }
        let day = self.field_span(end, '日').or_else(|| self.field_span(end, '号'));
        if field.first > 12 && day.is_none() && year.is_none() || field.first > 99 {
            return None;
        }
        let Some(day) = day else {
            let mut date = self.edged(span(year, DatePart::Month(field.first as u8), end));
            // 12月月底
            if date.edge.is_none() && self.source.at(end) == '月' {
                end += 1;
                date = self.edged(TimeSpan { end, ..date });
            }
            return Some(date);
        };
        let mut date = span(year, month_day(field.first, day.first), day.end);
        if let Some(last) = day.last {
            let finish = span(year, month_day(field.first, last), day.end);
            date.finish = Some(finish.start);
            date.invalid |= finish.invalid;
        }
        Some(date)
    }

    /// A day without its month: 12号, 每月5日, 5日前; otherwise 10日 is a duration.
    fn day(&self, at: usize, inherited: Option<IsoDate>, preceding: Preceding) -> Option<TimeSpan> {
        let named = self.field_span(at, '号');
        let field = named.or_else(|| self.field_span(at, '日'))?;
        if field.first == 0 || field.first > 31 || field.last.is_some_and(|last| last > 31) {
            return None;
        }
        let closed = self.source.at(field.end) == '\0' || self.dash(field.end).is_some();
        let before = self.lexicon.longest(self.source, field.end, AFTER_DAY).is_some();
        let meant = inherited.is_some() || preceding == Preceding::Repetition || before || named.is_some() && closed;
        if !meant {
            return None;
        }
        let mut date = span(None, DatePart::Day(field.first as u8), field.end);
        date.finish = field.last.map(|last| span(None, DatePart::Day(last as u8), field.end).start);
        Some(date)
    }

    /// One or two figures and the sign of the field.
    fn field_span(&self, at: usize, sign: char) -> Option<FieldSpan> {
        let first = self.field(at)?;
        if self.source.at(first.end) == sign {
            return Some(FieldSpan { first: first.value, last: None, digits: first.digits, end: first.end + 1 });
        }
        let next = self.dash(first.end)?;
        let last = self.field(next).filter(|last| self.source.at(last.end) == sign)?;
        Some(FieldSpan { first: first.value, last: Some(last.value), digits: first.digits, end: last.end + 1 })
    }

    fn field(&self, at: usize) -> Option<Field> {
        if self.source.at(at).is_ascii_digit() { self.arabic_field(at) } else { chinese_field(self, at) }
    }

    /// Up to eight digits without a space inside.
    fn arabic_field(&self, at: usize) -> Option<Field> {
        let (mut end, mut value) = (at, 0_u32);
        while let Some(digit) = self.source.at(end).to_digit(10) {
            if end - at == 8 {
                return None;
            }
            if end > at && self.source.gap(end) {
                break;
            }
            value = value * 10 + digit;
            end += 1;
        }
        (end > at).then_some(Field { value, digits: end - at, end })
    }
}

fn is_field_sign(c: char) -> bool {
    matches!(c, '年' | '月' | '日' | '号' | '季' | '学')
}

/// Digits by place (二〇二三) or a numeral below a hundred (三十一).
fn chinese_field(reader: &Reader<'_>, at: usize) -> Option<Field> {
    let (mut end, mut value, mut ten) = (at, 0_u32, false);
    while end - at < 5 {
        match numeral(reader.lexicon, reader.source.at(end)) {
            Some(Numeral::Digit(digit)) if ten => {
                value += u32::from(digit);
                end += 1;
                break;
            }
            Some(Numeral::Digit(digit)) => value = value * 10 + u32::from(digit),
            Some(Numeral::Power(1)) if end - at <= 1 && !ten => {
                value = value.max(1) * 10;
                ten = true;
            }
            _ => break,
        }
        end += 1;
    }
    (end > at).then_some(Field { value, digits: end - at, end })
}

fn numeral(lexicon: &Lexicon, c: char) -> Option<Numeral> {
    lexicon.numeral(c)
}

fn month_day(month: u32, day: u32) -> DatePart {
    DatePart::MonthDay(month.min(99) as u8, day.min(99) as u8)
}

fn span(year: Option<u32>, part: DatePart, end: usize) -> TimeSpan {
    let start = IsoDate { year: year.map(|year| year as i16), part };
    TimeSpan { start, finish: None, edge: None, invalid: !start.exists(), compact: false, end }
}

/// The second date of a period takes year and month from the first where it has none.
fn inherit(second: IsoDate, first: IsoDate) -> IsoDate {
    let part = match (second.part, first.part) {
        (DatePart::Day(day), DatePart::MonthDay(month, _)) => DatePart::MonthDay(month, day),
        (part, _) => part,
    };
    IsoDate { year: second.year.or(first.year), part }
}
