//! The parsed value of an indicator as columns.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use jixiao_model::{Document, Form, Indicator, Scope};
use jixiao_normalizer::{
    Bound, Comparator, Context, Enriched, Exact, Flag, Lexicon, LexiconError, SharedValue, Text, Value, enrich,
    parse_split, parse_with,
};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::schema::IndicatorRow;

/// Reads the values of indicators.
#[derive(Clone, Default)]
pub struct ValueReader {
    /// The built-in lexicon with an extension, and the text of the extension; `None` for the built-in alone.
    extended: Option<Arc<(Lexicon, String)>>,
}

impl fmt::Debug for ValueReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueReader").field("extension", &self.fingerprint()).finish()
    }
}

impl ValueReader {
    /// A reader whose lexicon is the built-in one with the entries of a TOML text.
    pub fn with_extension(text: &str) -> Result<Self, LexiconError> {
        let lexicon = Lexicon::builtin().with_extension(text)?;
        Ok(Self { extended: Some(Arc::new((lexicon, text.to_owned()))) })
    }

    /// Names the lexicon: two readers with the same name read alike.
    pub fn fingerprint(&self) -> &str {
        self.extended.as_deref().map_or("", |(_, text)| text)
    }

    /// The lexicon.
    pub fn lexicon(&self) -> &Lexicon {
        match self.extended.as_deref() {
            Some((lexicon, _)) => lexicon,
            None => Lexicon::builtin(),
        }
    }

    /// What the indicators of each form say, in the order of the document; `None` where no value is printed.
    pub fn read(&self, document: &Document) -> Vec<Vec<Option<Enriched>>> {
        let values = self.values(&document.forms);
        document.forms.par_iter().map(|form| read_form(form, &values)).collect()
    }

    /// The value of each text. Most are printed more than once in a booklet: each is read once.
    fn values<'a>(&self, forms: &'a [Form]) -> Values<'a> {
        let indicators = forms.iter().flat_map(|form| &form.indicators);
        let printed: FxHashSet<Printed<'_>> = indicators.filter_map(Printed::of).collect();
        let printed: Vec<Printed<'_>> = printed.into_iter().collect();
        let read = |printed: Printed<'a>| (printed, self.value(printed).into());
        let read: Vec<_> = printed.into_par_iter().with_min_len(TOGETHER).map(read).collect();
        read.into_iter().collect()
    }

    fn value(&self, Printed { comparator, value, unit }: Printed<'_>) -> Value {
        match (comparator, value, unit) {
            (None, Some(value), None) => parse_with(self.lexicon(), value),
            cells => {
                let [comparator, value, unit] = <[_; 3]>::from(cells).map(Option::unwrap_or_default);
                parse_split(self.lexicon(), comparator, value, unit)
            }
        }
    }
}

/// Texts that one thread reads, at least: those of a short document are not worth another thread.
const TOGETHER: usize = 64;

/// The values of the texts that a document prints.
type Values<'a> = FxHashMap<Printed<'a>, SharedValue>;

/// The cells that tell the value of an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Printed<'a> {
    comparator: Option<&'a str>,
    value: Option<&'a str>,
    unit: Option<&'a str>,
}

impl<'a> Printed<'a> {
    /// `None` where nothing is printed, or where the source lost it.
    fn of(Indicator { comparator_cell, value, unit_cell, .. }: &'a Indicator) -> Option<Self> {
        let (comparator, value, unit) = (comparator_cell.as_deref(), value.as_deref(), unit_cell.as_deref());
        (value.is_some() || unit.is_some()).then_some(Self { comparator, value, unit })
    }
}

fn read_form<'a>(form: &'a Form, values: &Values<'a>) -> Vec<Option<Enriched>> {
    let value_of = |indicator: &'a Indicator| values.get(&Printed::of(indicator)?);
    let enriched = |indicator: &'a Indicator| {
        let value = value_of(indicator)?;
        // The rest of the form is asked only where the cell leaves a question.
        let around = if value.lacks_unit() {
            Context {
                indicator_name: indicator.level3.as_deref().unwrap_or_default(),
                goal_text: goal_text(form, indicator.scope),
                twin: twin(form, indicator).and_then(value_of).map(Deref::deref),
                ..Context::default()
            }
        } else {
            Context::default()
        };
        let context = Context { fiscal_year: form.fiscal_year, ..around };
        Some(Enriched { enrichment: enrich(value, &context), value: value.clone() })
    };
    form.indicators.iter().map(enriched).collect()
}

/// What stands in columns of its own is kept as printed where the value has no place for it: the unit of a quality.
pub(crate) fn keep_cells(row: &mut IndicatorRow, (comparator, unit): (Option<String>, Option<String>)) {
    row.comparator_raw = row.comparator_raw.take().or(comparator);
    row.unit_raw = row.unit_raw.take().or(unit);
}

/// The goal that the indicator measures: it often repeats the figures with their units.
fn goal_text(form: &Form, scope: Option<Scope>) -> &str {
    let goals = match scope {
        Some(Scope::Overall) => ["overall_goal", "annual_goal"],
        Some(Scope::Annual) | None => ["annual_goal", "overall_goal"],
    };
    goals.iter().find_map(|name| form.text(name)).unwrap_or_default()
}

/// The same indicator in the other table (总体 / 年度) of the form.
fn twin<'a>(form: &'a Form, indicator: &Indicator) -> Option<&'a Indicator> {
    let (scope, name) = (indicator.scope?, indicator.level3.as_ref()?);
    let is_twin =
        |other: &&Indicator| other.scope.is_some_and(|other| other != scope) && other.level3.as_ref() == Some(name);
    form.indicators.iter().find(is_twin)
}

/// Fills the columns of the parsed value.
pub(crate) fn write(row: &mut IndicatorRow, enriched: &Enriched) {
    let Enriched { value, enrichment } = enriched;
    row.value_kind = Some(value.kind.as_str().to_owned());
    write_number(row, value);
    write_unit(row, value);
    write_time(row, value);
    row.refers_to = owned(value.refers_to.as_ref());
    row.qualifier = value.residue().map(str::to_owned).collect();
    row.flags = value.flags.iter().map(Flag::as_str).map(str::to_owned).collect();
    row.inferred_unit = owned(enrichment.inferred_unit.as_ref().map(|unit| &unit.unit));
    row.resolved_date = enrichment.resolved.as_ref().and_then(|resolved| resolved.date).map(|date| date.to_string());
    row.value_parsed = Some(enriched.into());
}

fn write_number(row: &mut IndicatorRow, value: &Value) {
    row.comparator = Some(Comparator::as_str(value.comparator).to_owned());
    row.comparator_source = value.comparator_source.map(|source| source.as_str().to_owned());
    row.comparator_raw = owned(value.comparator_text.as_ref());
    row.value = value.value.and_then(double);
    row.value_exact = value.value.map(|number| number.to_string());
    row.magnitude = owned(value.magnitude.as_ref());
    (row.lower, row.lower_exact, row.lower_inclusive) = bound(value.lower.as_deref());
    (row.upper, row.upper_exact, row.upper_inclusive) = bound(value.upper.as_deref());
}

fn write_unit(row: &mut IndicatorRow, value: &Value) {
    row.unit_raw = owned(value.unit_text.as_ref());
    row.unit = owned(value.unit.as_ref());
    row.dimension = value.dimension.map(|dimension| dimension.as_str().to_owned());
    row.currency = owned(value.currency.as_ref());
}

fn write_time(row: &mut IndicatorRow, value: &Value) {
    row.date = value.date.map(|date| date.to_string());
    row.date_relation = value.relation.map(|relation| relation.as_str().to_owned());
    row.period_start = value.start.map(|date| date.to_string());
    row.period_end = value.end.map(|date| date.to_string());
    row.recurrence = owned(value.recurrence.as_ref());
    if let Some(change) = &value.change {
        row.change_direction = Some(change.direction.as_str().to_owned());
        row.change_mode = Some(change.mode.as_str().to_owned());
        row.change_basis = owned(change.basis.as_ref());
    }
}

fn bound(bound: Option<&Bound>) -> (Option<f64>, Option<String>, Option<bool>) {
    (
        bound.and_then(|bound| double(bound.value)),
        bound.map(|bound| bound.value.to_string()),
        bound.map(|bound| bound.inclusive),
    )
}

fn double(number: Exact) -> Option<f64> {
    Some(number.to_f64()).filter(|number| number.is_finite())
}

fn owned(text: Option<&Text>) -> Option<String> {
    text.map(|text| text.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use std::slice;

    use jixiao_model::{FormKind, Place};

    use super::*;

    fn indicator(scope: Scope, name: &str, value: &str) -> Indicator {
        Indicator {
            scope: Some(scope),
            level3: Some(name.to_owned()),
            value: Some(value.to_owned()),
            ..Indicator::default()
        }
    }

    fn filled(indicators: Vec<Indicator>) -> Vec<IndicatorRow> {
        let form = Form {
            kind: FormKind::Project,
            layout: String::new(),
            title: String::new(),
            fiscal_year: Some(2023),
            page_first: None,
            page_last: None,
            fields: Vec::new(),
            repairs: Vec::new(),
            other_fields: Vec::new(),
            amounts: Vec::new(),
            indicators,
            tasks: Vec::new(),
            staffing: Vec::new(),
            place: Place::default(),
        };
        let fill = |value: Option<Enriched>| {
            let mut row = IndicatorRow::default();
            if let Some(value) = &value {
                write(&mut row, value);
            }
            row
        };
        let reader = ValueReader::default();
        let values = reader.values(slice::from_ref(&form));
        read_form(&form, &values).into_iter().map(fill).collect()
    }

    #[test]
    fn a_number_fills_its_columns() {
        let rows = filled(vec![indicator(Scope::Annual, "补助标准", "不低于1.2万元/人")]);
        let row = &rows[0];
        assert_eq!(
            (row.comparator.as_deref(), row.value, row.unit.as_deref()),
            (Some("ge"), Some(12_000.0), Some("CNY/{人}"))
        );
        assert_eq!((row.value_exact.as_deref(), row.currency.as_deref()), (Some("12000"), Some("CNY")));
        assert_eq!(row.value_parsed.as_ref().unwrap().value()["kind"], "quantity");
    }

    #[test]
    fn bounds_and_fractions_become_doubles() {
        let rows =
            filled(vec![indicator(Scope::Annual, "人数", "20-30人"), indicator(Scope::Annual, "比例", "三分之二")]);
        assert_eq!((rows[0].lower, rows[0].upper, rows[0].upper_inclusive), (Some(20.0), Some(30.0), Some(true)));
        assert_eq!((rows[1].value_exact.as_deref(), rows[1].value), (Some("2/3"), Some(2.0 / 3.0)));
    }

    #[test]
    fn a_lost_value_stays_missing() {
        let lost = Indicator { value: None, ..indicator(Scope::Annual, "人数", "") };
        assert_eq!(filled(vec![lost]), [IndicatorRow::default()]);
    }

    #[test]
    fn the_form_adds_the_year_and_the_twin_the_unit() {
        let rows = filled(vec![
            indicator(Scope::Overall, "完成时间", "12月31日前"),
            indicator(Scope::Overall, "培训人次", "≥500人次"),
            indicator(Scope::Annual, "培训人次", "≥500"),
        ]);
        assert_eq!((rows[0].date.as_deref(), rows[0].resolved_date.as_deref()), (Some("--12-31"), Some("2023-12-31")));
        assert_eq!(rows[2].unit, None);
        assert_eq!(rows[2].inferred_unit.as_deref(), Some("{人次}"));
        assert_eq!(rows[2].value_parsed.as_ref().unwrap().value()["inferred_unit"]["unit"], "{人次}");
    }

    #[test]
    fn columns_of_their_own_are_read_together() {
        let split = Indicator {
            comparator_cell: Some("≥".to_owned()),
            unit_cell: Some("%".to_owned()),
            ..indicator(Scope::Annual, "满意度", "95")
        };
        let row = &filled(vec![split])[0];
        assert_eq!((row.comparator.as_deref(), row.value, row.unit.as_deref()), (Some("ge"), Some(95.0), Some("%")));
    }
}
