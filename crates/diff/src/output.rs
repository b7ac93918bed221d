//! The changes for programs: JSON and Parquet.

use std::collections::BTreeSet;
use std::io::Write;

use jixiao_exporter::column::Cell;
use jixiao_exporter::json::{JsonLayout, JsonText};
use jixiao_exporter::schema::ChangeRow;
use jixiao_exporter::{DocumentRecords, SCHEMA_VERSION, write_parquet};
use parquet::errors::ParquetError;

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

    fn write(&self, json: &mut JsonText<'_>) {
        let Self { name, documents, forms, indicators, years } = self;
        json.object(|json| {
            json.entry("name", &Cell::Text(name));
            json.entry("documents", &count_cell(*documents));
            json.entry("forms", &count_cell(*forms));
            json.entry("indicators", &count_cell(*indicators));
            json.key("fiscal_years");
            json.list(years, |json, year| json.cell(&Cell::Int((*year).into())));
        });
    }
}

fn count_cell(count: usize) -> Cell<'static> {
    Cell::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// How many changes there are of each kind that occurs, in the order of the kinds.
pub(crate) fn counts(changes: &[ChangeRow]) -> Vec<(Kind, usize)> {
    let count = |kind: Kind| (kind, changes.iter().filter(|change| change.kind == kind.as_str()).count());
    Kind::ALL.into_iter().map(count).filter(|(_, count)| *count > 0).collect()
}

/// The comparison as one JSON object: both sides, counts, and the rows of the table `changes`.
pub fn to_json(before: &Side, after: &Side, changes: &[ChangeRow]) -> String {
    JsonText::printed(JsonLayout::Indented, |json| write_comparison(json, before, after, changes))
}

fn write_comparison(json: &mut JsonText<'_>, before: &Side, after: &Side, changes: &[ChangeRow]) {
    json.object(|json| {
        json.entry("schema_version", &Cell::Int(SCHEMA_VERSION.into()));
        for (key, side) in [("before", before), ("after", after)] {
            json.key(key);
            side.write(json);
        }
        json.key("counts");
        json.object(|json| {
            for (kind, count) in counts(changes) {
                json.entry(kind.as_str(), &count_cell(count));
            }
        });
        json.rows("changes", &ChangeRow::TABLE, changes);
    });
}

/// The rows of the table `changes` as a Parquet file.
///
/// # Errors
///
/// Whatever writing to `sink` gives.
pub fn to_parquet<W: Write + Send>(changes: &[ChangeRow], sink: W) -> Result<W, ParquetError> {
    write_parquet(&ChangeRow::TABLE, changes, sink)
}
