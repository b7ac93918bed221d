//! Units: a lexicon word or a classifier, with any number of denominators.

use smallvec::SmallVec;
use smol_str::format_smolstr;

use crate::exact::Exact;
use crate::lexicon::{Entry, Numeral, Role, Roles, Unit, classifier_code};
use crate::number::Reader;
use crate::source::Span;
use crate::value::{Dimension, Flag, Flags, Text};

const UNIT: Roles = Roles::of(&[Role::Unit]);

/// The longest unit that is accepted without being in the lexicon, in ideographs.
const UNKNOWN_LENGTH: usize = 2;

/// More denominators than this belong to no unit.
pub(crate) const MAX_DENOMINATORS: usize = 4;

/// A unit as it stands in the text.
#[derive(Clone, Debug)]
pub(crate) struct Measure<'a> {
    /// The canonical code; empty where only denominators stand.
    pub(crate) code: Text,
    /// The unit of the lexicon above all denominators.
    base: Option<&'a Unit>,
    pub(crate) dimension: Option<Dimension>,
    pub(crate) per: SmallVec<[Text; 1]>,
    /// The written form; a magnitude is not part of it.
    pub(crate) span: Span,
    /// A second stretch of a unit that is written in two (一个半月).
    pub(crate) rest: Option<Span>,
    pub(crate) flags: Flags,
    /// The duration of the last denominator, if it is a time.
    pub(crate) iso: Option<Text>,
    pub(crate) end: usize,
}

impl<'a> Measure<'a> {
    fn of(unit: &'a Unit, span: Span) -> Self {
        let flags = unit.flag.into_iter().collect();
        Self { base: Some(unit), flags, ..Self::plain(unit.code.clone(), Some(unit.dimension), span) }
    }

    fn unknown(word: &str, span: Span) -> Self {
        let flags = [Flag::UnitUnknown].into_iter().collect();
        Self { flags, ..Self::plain(classifier_code(word), Some(Dimension::Count), span) }
    }

    fn plain(code: Text, dimension: Option<Dimension>, span: Span) -> Self {
        let end = span.end();
        let (base, rest, iso, flags) = (None, None, None, Flags::NONE);
        Self { code, base, dimension, per: SmallVec::new(), span, rest, flags, iso, end }
    }

    /// Adds a denominator.
    fn divide(&mut self, code: Text, iso: Option<Text>) {
        if !self.code.is_empty() {
            self.code = join_code(&self.code, &code);
        }
        self.per.push(code);
        self.iso = iso;
    }

    /// ISO 4217, where it is money.
    pub(crate) fn currency(&self) -> Option<&'a Text> {
        self.base?.currency.as_ref()
    }

    /// Whether it counts what happens.
    pub(crate) fn is_event(&self) -> bool {
        self.base.is_some_and(|unit| unit.event)
    }

    /// Whether it is a time and nothing else.
    pub(crate) fn is_time(&self) -> bool {
        self.per.is_empty() && self.base.is_some_and(|unit| unit.dimension == Dimension::Time)
    }
}

/// `CNY` and `{人}` make `CNY/{人}`; a denominator with a factor is bracketed.
pub(crate) fn join_code(code: &Text, per: &Text) -> Text {
    let factor = per.contains('.') || per.starts_with("10*");
    if factor { [code, "/(", per, ")"].into_iter().collect() } else { [code, "/", per].into_iter().collect() }
}

impl<'a> Reader<'a> {
    /// The unit entry of a number that brings its unit along (百分之, 成).
    pub(crate) fn inner_measure(&self, entry: Entry, span: Span, end: usize) -> Option<Measure<'a>> {
        let mut measure = Measure::of(self.lexicon.unit(entry)?, span);
        measure.end = end;
        Some(measure)
    }

    /// A known unit at `at`, without denominators.
    pub(crate) fn lone(&self, at: usize) -> Option<Measure<'a>> {
        let hit = self.lexicon.longest(self.source, at, UNIT)?;
        // The G of GHz is no unit.
        let (last, next) = (self.source.at(hit.end.saturating_sub(1)), self.source.at(hit.end));
        if last.is_ascii_alphabetic() && next.is_ascii_alphabetic() {
            return None;
        }
        Some(Measure::of(self.lexicon.unit(hit.entry)?, Span::new(at, hit.end)))
    }

    /// A known unit at `at`, with its denominators.
    pub(crate) fn measure(&self, at: usize) -> Option<Measure<'a>> {
        let mut measure = self.lone(at)?;
        self.denominators(&mut measure);
        Some(measure)
    }

    /// A unit in brackets, with the magnitude before it: （万元）.
    pub(crate) fn bracketed(&self, at: usize) -> Option<(Option<Span>, Measure<'a>)> {
        let (open, close) = (self.source.at(at), if self.source.at(at) == '[' { ']' } else { ')' });
        if open != '(' && open != '[' {
            return None;
        }
        let magnitude = self.magnitude(at + 1);
        let mut measure = self.measure(magnitude.map_or(at + 1, Span::end))?;
        (self.source.at(measure.end) == close).then(|| {
            measure.end += 1;
            (magnitude, measure)
        })
    }

    /// 万, 亿, 百万 … before a unit.
    pub(crate) fn magnitude(&self, at: usize) -> Option<Span> {
        let mut end = at;
        while end - at < MAX_DENOMINATORS
            && matches!(self.source.at(end), '十' | '百' | '千' | '万' | '亿')
            && self.lexicon.longest(self.source, end, UNIT).is_none_or(|hit| hit.end == end + 1)
        {
            end += 1;
        }
        (end > at).then(|| Span::new(at, end))
    }

    /// The power of ten that magnitudes stand for; letters are none of them.
    pub(crate) fn power(&self, magnitudes: Span) -> u32 {
        let power = |at| match self.lexicon.numeral(self.source.at(at)) {
            Some(Numeral::Power(power)) => u32::from(power),
            _ => 0,
        };
        magnitudes.places().map(power).sum()
    }

    /// One or two ideographs, or Latin letters, up to the end of the cell.
    pub(crate) fn unknown_measure(&self, at: usize) -> Option<Measure<'a>> {
        let mut end = at;
        let latin = self.source.at(at).is_ascii_alphabetic();
        while end < at + if latin { 8 } else { UNKNOWN_LENGTH } && fits(self.source.at(end), latin) {
            end += 1;
        }
        if end == at {
            return None;
        }
        let at_end = end == self.source.len();
        let mut measure = Measure::unknown(self.source.slice(at, end), Span::new(at, end));
        self.denominators(&mut measure);
        (at_end || !measure.per.is_empty()).then_some(measure)
    }

    /// The unit of a figure that stands elsewhere, with the magnitude before it: 万元, ≥**万元, 1/10万.
    pub(crate) fn named_unit(&self, at: usize) -> Option<(Option<Span>, Measure<'a>)> {
        let bound = self.lexicon.longest(self.source, at, Roles::of(&[Role::Prefix])).map_or(at, |hit| hit.end);
        let blank = (bound..=self.source.len()).find(|&at| !is_blank(self.source.at(at))).unwrap_or(bound);
        let figure = blank + usize::from(self.source.at(blank) == '1');
        if let Some(share) = self.denominators_only(figure) {
            return Some((None, share));
        }
        let magnitude = self.magnitude(blank);
        Some((magnitude, self.measure(magnitude.map_or(blank, Span::end))?))
    }

    /// Denominators without a unit above them: 18/10万, 620万/月.
    pub(crate) fn denominators_only(&self, at: usize) -> Option<Measure<'a>> {
        if self.source.at(at) != '/' {
            return None;
        }
        let mut measure = Measure::plain(Text::default(), None, Span::new(at, at));
        self.denominators(&mut measure);
        if !measure.per.is_empty() {
            measure.flags.insert(Flag::UnitMissing);
            return Some(measure);
        }
        let (factor, end) = self.factor(at + 1);
        measure.code = format_smolstr!("10*-{}", factor.as_deref()?.strip_prefix("10*")?);
        measure.dimension = Some(Dimension::Ratio);
        (measure.span, measure.end) = (Span::new(at, end), end);
        Some(measure)
    }

    fn denominators(&self, measure: &mut Measure<'a>) {
        self.factors(measure);
        while measure.per.len() < MAX_DENOMINATORS {
            let Some(at) = self.denominator_start(measure) else {
                break;
            };
            let Some((code, iso, end)) = self.denominator(at) else {
                break;
            };
            measure.divide(code, iso);
            measure.span = measure.span.up_to(end);
            measure.end = end;
        }
        // 元/(人·年): the bracket that was opened is closed.
        if self.opens_bracket(measure) && self.source.at(measure.end) == ')' {
            measure.end += 1;
            measure.span = measure.span.up_to(measure.end);
        }
    }

    /// 人·月, 人次·天: units multiplied.
    fn factors(&self, measure: &mut Measure<'a>) {
        if measure.code.is_empty() || self.source.at(measure.end) != '·' {
            return;
        }
        let hit = self.lexicon.longest(self.source, measure.end + 1, UNIT);
        if let Some((hit, unit)) = hit.and_then(|hit| Some((hit, self.lexicon.unit(hit.entry)?))) {
            measure.code = format_smolstr!("{}.{}", measure.code, unit.code);
            // Person-months are no time.
            (measure.span, measure.end, measure.base) = (measure.span.up_to(hit.end), hit.end, None);
        }
    }

    fn opens_bracket(&self, measure: &Measure<'_>) -> bool {
        !measure.per.is_empty()
            && (measure.span.start()..measure.end).any(|at| self.source.at(at) == '(' && self.source.at(at - 1) == '/')
    }

    /// Where the next denominator begins, if a sign for one stands here.
    fn denominator_start(&self, measure: &Measure<'_>) -> Option<usize> {
        let at = measure.end;
        let after = match self.source.at(at) {
            '/' => at + 1 + usize::from(self.source.at(at + 1) == '('),
            '每' => at,
            '·' | '.' | '*' | '、' if !measure.per.is_empty() && self.source.at(at) != '、' => at + 1,
            _ => return None,
        };
        Some(after + usize::from(self.source.at(after) == '每'))
    }

    /// One denominator: 人, 10万人, 万元, 个月, 3个月.
    fn denominator(&self, at: usize) -> Option<(Text, Option<Text>, usize)> {
        let (factor, unit_at) = self.factor(at);
        if let Some(hit) = self.lexicon.longest(self.source, unit_at, UNIT) {
            let unit = self.lexicon.unit(hit.entry)?;
            let code = scaled(factor.as_deref(), &unit.code);
            let iso = match (&unit.iso, &factor) {
                (Some(iso), Some(_)) => self.number(at, false).and_then(|number| multiply(iso, number.value?)),
                (iso, _) => iso.clone(),
            };
            return Some((code, iso, hit.end));
        }
        let mut end = unit_at;
        while end < unit_at + 3 && is_ideograph(self.source.at(end)) {
            end += 1;
        }
        let closed = end > unit_at && !is_ideograph(self.source.at(end));
        closed.then(|| (scaled(factor.as_deref(), &classifier_code(self.source.slice(unit_at, end))), None, end))
    }

    /// The factor before a denominator as UCUM writes it: 10万 is `10*5`.
    fn factor(&self, at: usize) -> (Option<Text>, usize) {
        if let Some(number) = self.number(at, false)
            && let Some(value) = number.value.and_then(Exact::to_integer)
            && value > 0
        {
            return (Some(power_text(value)), number.end);
        }
        let Some(span) = self.magnitude(at) else {
            return (None, at);
        };
        (Some(format_smolstr!("10*{}", self.power(span))), span.end())
    }
}

/// `P1M` taken three times is `P3M`.
pub(crate) fn multiply(iso: &str, count: Exact) -> Option<Text> {
    let count = count.to_integer().filter(|count| (1..=999).contains(count))?;
    let digits = iso.find(|c: char| c.is_ascii_digit())?;
    let rest = iso.get(digits..)?.find(|c: char| !c.is_ascii_digit())?;
    let number: i128 = iso.get(digits..digits + rest)?.parse().ok()?;
    Some(smol_str::format_smolstr!("{}{}{}", iso.get(..digits)?, number * count, iso.get(digits + rest..)?))
}

/// Signs that keep the place of a figure in a form.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(c, '*' | '×' | '…' | '_' | 'X' | 'x' | '-')
}

/// A factor as UCUM writes it: 100000 is `10*5`.
pub(crate) fn power_text(value: i128) -> Text {
    let power = value.ilog10();
    if power > 0 && value == 10_i128.pow(power) { format_smolstr!("10*{power}") } else { format_smolstr!("{value}") }
}

fn scaled(factor: Option<&str>, code: &Text) -> Text {
    match factor {
        Some(factor) if factor != "1" => format_smolstr!("{factor}.{code}"),
        _ => code.clone(),
    }
}

fn fits(c: char, latin: bool) -> bool {
    if latin { c.is_ascii_alphabetic() } else { is_ideograph(c) }
}

pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
