//! A form as read ↔ the form as it must be.

use std::collections::BTreeSet;

use jixiao_exporter::{DocumentRecords, SourceInfo};
use jixiao_model::{Document, Form, Status, without_space};
use jixiao_verify::{Columns, Comparable, Difference, Expectation, compare_by};
use serde_json::Value;

/// What differs between two forms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Rows of indicators that are wrong or missing.
    pub wrong_rows: usize,
    /// Of these, the ones that are marked repaired or uncertain.
    pub marked_rows: usize,
    /// The head (fields, amounts, tasks, staffing) differs.
    pub head_differs: bool,
    /// The differences in words, for a person.
    pub report: Vec<String>,
}

impl Comparison {
    /// Nothing differs.
    pub fn is_exact(&self) -> bool {
        self.wrong_rows == 0 && !self.head_differs
    }
}

/// Compares all that a form says. White space does not count, nor how its reading is marked, nor where the rows of a
/// list are cut, which is the source's matter.
pub fn compare(wanted: &Form, got: &Form) -> Comparison {
    let columns = Columns::default()
        .without("forms", &["repairs", "other_fields"])
        .without("amounts", &["label", "amount_raw", "unit_raw"])
        .without("indicators", &["status", "repairs", "value_suggested"]);
    let result = compare_by(&Expectation::of(&comparable(wanted), &columns), &comparable(got), same);
    let (rows, head): (Vec<&Difference>, Vec<_>) = result.differences.iter().partition(|d| d.table == "indicators");
    let wrong: BTreeSet<usize> = rows.iter().filter_map(|difference| difference.position).collect();
    let marked = wrong.iter().filter(|at| got.indicators[**at].status != Status::AsPrinted).count();
    Comparison {
        wrong_rows: wrong.len() + wanted.indicators.len().saturating_sub(got.indicators.len()),
        marked_rows: marked,
        head_differs: !head.is_empty(),
        report: result.differences.iter().map(Difference::describe).collect(),
    }
}

/// A document that has this form alone.
fn comparable(form: &Form) -> Comparable {
    let document = Document { forms: vec![form.clone()], ..Document::default() };
    let records = DocumentRecords::new(&SourceInfo::default(), document, Vec::new());
    match Comparable::new(&records) {
        Ok(comparable) => comparable,
        Err(error) => panic!("records are JSON: {error}"),
    }
}

fn same(wanted: &Value, got: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => without_space(text).into_owned(),
        Value::Array(texts) if texts.iter().all(Value::is_string) => {
            texts.iter().filter_map(Value::as_str).map(without_space).collect()
        }
        other => other.to_string(),
    };
    text(wanted) == text(got)
}
