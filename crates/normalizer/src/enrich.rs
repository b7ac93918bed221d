//! What the form around a cell tells about it.

use std::ops::Deref;
use std::sync::Arc;

use smol_str::format_smolstr;

use crate::date::{DatePart, IsoDate};
use crate::exact::Exact;
use crate::lexicon::{Lexicon, Role, Roles};
use crate::number::Reader;
use crate::signs::{fold, is_blank};
use crate::source::FoldedText;
use crate::value::{Kind, Text, Value};

/// What is known about the place of a value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The year of the form.
    pub fiscal_year: Option<i16>,
    /// The name of the indicator (三级指标).
    pub indicator_name: &'a str,
    /// The goal text of the form, where figures are repeated with their units.
    pub goal_text: &'a str,
    /// The value of the same indicator in the twin table.
    pub twin: Option<&'a Value>,
}

/// A unit that is not written with the value.
#[derive(Clone, Debug, PartialEq)]
pub struct InferredUnit {
    /// The canonical code.
    pub unit: Text,
    /// What the written number has to be multiplied with (万元 gives 10000).
    pub factor: Option<Exact>,
    /// The number, multiplied out.
    pub value: Option<Exact>,
    /// Where the unit comes from.
    pub evidence: Text,
}

/// A date or a period with the year of the form.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The date.
    pub date: Option<IsoDate>,
    /// First month or day of the period.
    pub start: Option<IsoDate>,
    /// Last month or day of the period.
    pub end: Option<IsoDate>,
    /// Where the year comes from.
    pub evidence: Text,
}

/// What a context adds to a value; it never changes a parsed field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Enrichment {
    /// The unit that the context tells.
    pub inferred_unit: Option<InferredUnit>,
    /// The dates with their year.
    pub resolved: Option<Resolved>,
}

/// A value with its JSON, shared by all cells that say the same.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedValue(Arc<(Value, String)>);

impl From<Value> for SharedValue {
    fn from(value: Value) -> Self {
        let json = value.json_text();
        Self(Arc::new((value, json)))
    }
}

impl Deref for SharedValue {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0.0
    }
}

impl SharedValue {
    /// The JSON object of the value, as compact text.
    pub fn json(&self) -> &str {
        &self.0.1
    }
}

/// A value together with what the form tells about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Enriched {
    /// What the cell says.
    pub value: SharedValue,
    /// What the form adds.
    pub enrichment: Enrichment,
}

impl Enrichment {
    /// Whether nothing is added.
    pub fn is_empty(&self) -> bool {
        self.inferred_unit.is_none() && self.resolved.is_none()
    }
}

/// Adds what the context tells.
pub fn enrich(value: &Value, context: &Context<'_>) -> Enrichment {
    Enrichment { inferred_unit: infer_unit(value, context), resolved: resolve(value, context) }
}

fn infer_unit(value: &Value, context: &Context<'_>) -> Option<InferredUnit> {
    if !value.lacks_unit() {
        return None;
    }
    let found = unit_in_brackets(value, context.indicator_name)
        .or_else(|| unit_of_name(value, context.indicator_name))
        .or_else(|| unit_of_twin(context.twin))
        .or_else(|| unit_in_goal(value, context.goal_text))?;
    // A bare 0.95 may be a rate or its hundredfold, and so may 1: nothing decides.
    let small = value.value.is_some_and(|number| number.abs() <= Exact::ONE && number != Exact::ZERO);
    (found.unit != "%" || !small).then_some(found)
}

/// （万元） or （≥**万元） at the end of the name.
fn unit_in_brackets(value: &Value, name: &str) -> Option<InferredUnit> {
    let Bracketed { unit, power, text } = bracketed_unit(name)?;
    // A magnitude that the cell already has is not applied twice.
    let power = power.filter(|_| value.magnitude.is_none());
    let product = power.and_then(|power| value.value?.times_pow10(power));
    Some(InferredUnit {
        unit,
        factor: power.and_then(|power| Exact::ONE.times_pow10(power)),
        value: product,
        evidence: format_smolstr!("indicator name: {text}"),
    })
}

/// A unit that stands in brackets at the end of an indicator's name.
#[derive(Clone, Debug, PartialEq)]
pub struct Bracketed {
    /// The canonical code.
    pub unit: Text,
    /// The magnitude, as a power of ten: 4 for 万.
    pub power: Option<u32>,
    /// The brackets with what they hold.
    pub text: Text,
}

/// The unit in brackets that closes the name of an indicator: 改造面积（万平方米）, 满意度（≥**%）.
pub fn bracketed_unit(name: &str) -> Option<Bracketed> {
    // Most names close with no bracket: a look at their end is enough.
    if name.chars().rev().find(|&c| !is_blank(c)).map(fold) != Some(')') {
        return None;
    }
    let folded = FoldedText::new(name);
    let source = folded.source();
    let reader = Reader { lexicon: Lexicon::builtin(), source };
    let open = (0..source.len()).rev().find(|&at| source.at(at) == '(')?;
    let (magnitude, measure) = reader.named_unit(open + 1)?;
    if measure.end + 1 != source.len() || source.at(measure.end) != ')' || measure.code.is_empty() {
        return None;
    }
    let power = magnitude.map(|span| reader.power(span));
    Some(Bracketed { unit: measure.code, power, text: Text::new(source.slice(open, source.len())) })
}

/// The same figure with a unit in the goal text: 走访企业不少于50家.
fn unit_in_goal(value: &Value, goal: &str) -> Option<InferredUnit> {
    let digits = value.value_as_written.as_deref()?;
    let magnitude = value.magnitude.as_deref().unwrap_or("");
    let figure = format!("{digits}{magnitude}");
    let mut found: Option<InferredUnit> = None;
    for (at, _) in goal.match_indices(&figure) {
        let before = goal.get(..at)?.chars().next_back();
        let after = goal.get(at + figure.len()..)?;
        if before.is_some_and(|c| c.is_ascii_digit() || c == '.') || after.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let window: String = after.chars().take(8).collect();
        let folded = FoldedText::new(&window);
        let source = folded.source();
        let Some(measure) = (Reader { lexicon: Lexicon::builtin(), source }).measure(0) else {
            continue;
        };
        if found.as_ref().is_some_and(|found| found.unit != measure.code) {
            // Two units for one figure decide nothing.
            return None;
        }
        let text = source.slice(0, measure.end);
        found = Some(InferredUnit {
            unit: measure.code,
            factor: None,
            value: None,
            evidence: format_smolstr!("goal text: {figure}{text}"),
        });
    }
    found
}

/// 率, 人数, 金额 at the end of the name, brackets left out.
fn unit_of_name(value: &Value, name: &str) -> Option<InferredUnit> {
    let lexicon = Lexicon::builtin();
    let plain = without_brackets(name);
    let folded = FoldedText::new(&plain);
    let source = folded.source();
    let entry = (0..source.len()).find_map(|at| lexicon.exact(source, at, source.len(), Role::Name))?;
    let unit = lexicon.value(entry);
    // A share has no magnitude of ten thousand.
    if unit == "%" && value.magnitude.is_some() {
        return None;
    }
    Some(InferredUnit {
        unit: Text::new(unit),
        factor: None,
        value: None,
        evidence: format_smolstr!("indicator name: {plain}"),
    })
}

fn without_brackets(name: &str) -> String {
    let mut depth = 0_usize;
    let mut plain = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}

fn unit_of_twin(twin: Option<&Value>) -> Option<InferredUnit> {
    let unit = twin?.unit.clone()?;
    Some(InferredUnit { unit, factor: None, value: None, evidence: Text::new("twin row") })
}

fn resolve(value: &Value, context: &Context<'_>) -> Option<Resolved> {
    let year = context.fiscal_year?;
    let evidence = || format_smolstr!("form year ({year}年度)");
    let of_year = matches!(value.named.as_deref(), Some("full_year" | "this_year"));
    if of_year {
        let month = |month| Some(IsoDate { year: Some(year), part: DatePart::Month(month) });
        return Some(Resolved { date: None, start: month(1), end: month(12), evidence: evidence() });
    }
    // A day that recurs, or that has no month, lies in no year.
    let open =
        |date: IsoDate| date.year.is_none() && !matches!(date.part, DatePart::Day(_)) && value.recurrence.is_none();
    let edge_only = value.edge.is_some()
        && value.date.is_none()
        && value.recurrence.is_none()
        && matches!(value.kind, Kind::Date | Kind::Deadline)
        && names_year(&value.text);
    let year_only = IsoDate { year: Some(year), part: DatePart::Year };
    // 29 February does not exist in every year.
    let in_year = |date: IsoDate| Some(date.in_year(year)).filter(|date| date.exists());
    let date = value.date.filter(|&date| open(date)).and_then(in_year).or(edge_only.then_some(year_only));
    let start = value.start.filter(|&date| open(date)).and_then(in_year);
    let end = value.end.filter(|&date| open(date)).and_then(in_year);
    [date, start, end].iter().any(Option::is_some).then(|| Resolved { date, start, end, evidence: evidence() })
}

/// 年底 and its like name the form's year; 月底 does not.
fn names_year(text: &str) -> bool {
    let folded = FoldedText::new(text);
    let source = folded.source();
    (0..source.len()).any(|at| {
        let edge = Lexicon::builtin().longest(source, at, Roles::of(&[Role::YearEdge]));
        edge.is_some() && (at..at + 3).any(|at| source.at(at) == '年')
    })
}
