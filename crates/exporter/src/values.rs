//! The parsed value of an indicator as columns.

use std::fmt;
use std::sync::Arc;

use jixiao_model::{Document, Form, Indicator, Scope};
use jixiao_normalizer::{
    Bound, Comparator, Context, Enriched, Exact, Flag, Lexicon, LexiconError, Value, enrich, parse_split, parse_with,
};

use rayon::prelude::*;

use crate::compact::CompactJson;
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
        document.forms.par_iter().map(|form| self.read_form(form)).collect()
    }

    fn read_form(&self, form: &Form) -> Vec<Option<Enriched>> {
        let values: Vec<Option<Value>> = form.indicators.iter().map(|indicator| self.value(indicator)).collect();
        let enriched = |(indicator, value): (&Indicator, &Option<Value>)| {
            let value = value.as_ref()?;
            let context = Context {
                fiscal_year: form.fiscal_year,
                indicator_name: indicator.level3.as_deref().unwrap_or_default(),
                goal_text: goal_text(form, indicator.scope),
                twin: twin(form, indicator).and_then(|position| values[position].as_ref()),
            };
            Some(Enriched { enrichment: enrich(value, &context), value: value.clone() })
        };
        form.indicators.iter().zip(&values).map(enriched).collect()
    }

    /// The value of an indicator; `None` where nothing is printed, or where the source lost it.
    fn value(&self, indicator: &Indicator) -> Option<Value> {
        let Indicator { value, comparator_cell, unit_cell, .. } = indicator;
        match (value, comparator_cell, unit_cell) {
            (None, _, None) => None,
            (Some(value), None, None) => Some(parse_with(self.lexicon(), value)),
            (value, comparator, unit) => {
                let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
                Some(parse_split(self.lexicon(), &text(comparator), &text(value), &text(unit)))
            }
        }
    }
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

/// Position of the same indicator in the other table (总体 / 年度) of the form.
fn twin(form: &Form, indicator: &Indicator) -> Option<usize> {
    let (scope, name) = (indicator.scope?, indicator.level3.as_ref()?);
    let is_twin =
        |other: &Indicator| other.scope.is_some_and(|other| other != scope) && other.level3.as_ref() == Some(name);
    form.indicators.iter().position(is_twin)
}

/// Fills the columns of the parsed value.
pub(crate) fn write(row: &mut IndicatorRow, enriched: &Enriched) {
    let Enriched { value, enrichment } = enriched;
    row.value_kind = Some(value.kind.as_str().to_owned());
    write_number(row, value);
    write_unit(row, value);
    write_time(row, value);
    row.refers_to = value.refers_to.as_ref().map(ToString::to_string);
    row.qualifier = value.residue().map(str::to_owned).collect();
    row.flags = value.flags.iter().map(Flag::as_str).map(str::to_owned).collect();
    row.inferred_unit = enrichment.inferred_unit.as_ref().map(|unit| unit.unit.to_string());
    row.resolved_date = enrichment.resolved.as_ref().and_then(|resolved| resolved.date).map(|date| date.to_string());
    row.value_parsed = CompactJson::of(enriched);
}

fn write_number(row: &mut IndicatorRow, value: &Value) {
    row.comparator = Some(Comparator::as_str(value.comparator).to_owned());
    row.comparator_source = value.comparator_source.map(|source| source.as_str().to_owned());
    row.comparator_raw = value.comparator_text.as_ref().map(ToString::to_string);
    row.value = value.value.and_then(double);
    row.value_exact = value.value.map(|number| number.to_string());
    row.magnitude = value.magnitude.as_ref().map(ToString::to_string);
    (row.lower, row.lower_exact, row.lower_inclusive) = bound(value.lower.as_deref());
    (row.upper, row.upper_exact, row.upper_inclusive) = bound(value.upper.as_deref());
}

fn write_unit(row: &mut IndicatorRow, value: &Value) {
    row.unit_raw = value.unit_text.as_ref().map(ToString::to_string);
    row.unit = value.unit.as_ref().map(ToString::to_string);
    row.dimension = value.dimension.map(|dimension| dimension.as_str().to_owned());
    row.currency = value.currency.as_ref().map(ToString::to_string);
}

fn write_time(row: &mut IndicatorRow, value: &Value) {
    row.date = value.date.map(|date| date.to_string());
    row.date_relation = value.relation.map(|relation| relation.as_str().to_owned());
    row.period_start = value.start.map(|date| date.to_string());
    row.period_end = value.end.map(|date| date.to_string());
    row.recurrence = value.recurrence.as_ref().map(ToString::to_string);
    if let Some(change) = &value.change {
        row.change_direction = Some(change.direction.as_str().to_owned());
        row.change_mode = Some(change.mode.as_str().to_owned());
        row.change_basis = change.basis.as_ref().map(ToString::to_string);
    }
}

fn bound(bound: Option<&Bound>) -> (Option<f64>, Option<String>, Option<bool>) {
    (
        bound.and_then(|bound| double(bound.value)),
        bound.map(|bound| bound.value.to_string()),
        bound.map(|bound| bound.inclusive),
    )
}

/// The nearest double of an exact number, which prints as a decimal or as a fraction.
fn double(number: Exact) -> Option<f64> {
    let text = number.to_string();
    let (over, under) = text.split_once('/').unwrap_or((&text, "1"));
    let (over, under): (f64, f64) = (over.parse().ok()?, under.parse().ok()?);
    Some(over / under).filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
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
        ValueReader::default().read_form(&form).into_iter().map(fill).collect()
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
