//! The changes for programs: JSON and Parquet.

use std::collections::BTreeSet;
use std::io::Write;

use jixiao_exporter::schema::ChangeRow;
use jixiao_exporter::{DocumentRecords, SCHEMA_VERSION, write_parquet};
use parquet::errors::ParquetError;
use serde_json::{Map, Value, json};

use crate::change::Kind;

/// What was compared: one side in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What the user called it.
    pub name: String,
    /// Number of documents.
    pub documents: usize,
    /// Number of forms.
    pub forms: usize,
    /// Number of indicators.
    pub indicators: usize,
    /// The years of its forms.
    pub years: BTreeSet<i16>,
}

impl Side {
    /// Counts a side.
    pub fn new(name: &str, documents: &[DocumentRecords]) -> Self {
        let forms = || documents.iter().flat_map(|document| &document.forms);
        Self {
            name: name.to_owned(),
            documents: documents.len(),
            forms: forms().count(),
            indicators: forms().map(|form| form.indicators.len()).sum(),
            years: forms().filter_map(|form| form.row.fiscal_year).collect(),
        }
    }

    fn json(&self) -> Value {
        let Self { name, documents, forms, indicators, years } = self;
        json!({
            "name": name, "documents": documents, "forms": forms, "indicators": indicators, "fiscal_years": years,
        })
    }
}

/// How many changes there are of each kind that occurs, in the order of the kinds.
pub(crate) fn counts(changes: &[ChangeRow]) -> Vec<(Kind, usize)> {
    let count = |kind: Kind| (kind, changes.iter().filter(|change| change.kind == kind.as_str()).count());
    Kind::ALL.into_iter().map(count).filter(|(_, count)| *count > 0).collect()
}

/// The comparison as one JSON object: both sides, counts, and the rows of the table `changes`.
///
/// # Errors
///
/// None that can occur: rows have text keys and finite numbers.
pub fn to_json(before: &Side, after: &Side, changes: &[ChangeRow]) -> serde_json::Result<String> {
    let counts: Map<String, Value> =
        counts(changes).into_iter().map(|(kind, count)| (kind.as_str().to_owned(), count.into())).collect();
    let whole = json!({
        "schema_version": SCHEMA_VERSION,
        "before": before.json(),
        "after": after.json(),
        "counts": counts,
        "changes": changes,
    });
    serde_json::to_string_pretty(&whole)
}

/// The rows of the table `changes` as a Parquet file.
///
/// # Errors
///
/// Whatever writing to `sink` gives.
pub fn to_parquet<W: Write + Send>(changes: &[ChangeRow], sink: W) -> Result<W, ParquetError> {
    write_parquet(&ChangeRow::TABLE, changes, sink)
}
