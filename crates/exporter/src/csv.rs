//! Tables as CSV: UTF-8, quoted where needed, an empty field for a missing value, JSON text for lists.

use std::borrow::Cow;
use std::io::Write;

use csv::Writer;

use crate::column::Cell;
use crate::dataset::{Reason, TableFile};
use crate::files::WholeFile;
use crate::schema::{Row, Table};

/// Says to Excel that a file is UTF-8. Other readers take it for part of the first name, so it is written on request.
pub(crate) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The CSV file of one table.
pub(crate) struct CsvTable {
    writer: Writer<WholeFile>,
    excel: bool,
}

impl CsvTable {
    /// Begins a file with its header.
    pub(crate) fn new(table: &Table, mut file: WholeFile, excel: bool) -> Result<Self, Reason> {
        if excel {
            file.write_all(BYTE_ORDER_MARK.as_bytes())?;
        }
        let mut writer = Writer::from_writer(file);
        writer.write_record(table.columns.iter().map(|column| column.name))?;
        Ok(Self { writer, excel })
    }

    fn field(&self, cell: &Cell<'_>) -> String {
        let text = cell.flat().unwrap_or_default();
        if self.excel && matches!(cell, Cell::Text(_)) { excel_text(&text).into_owned() } else { text }
    }
}

impl TableFile for CsvTable {
    fn push(&mut self, row: &dyn Row) -> Result<(), Reason> {
        let fields: Vec<String> = row.cells().iter().map(|cell| self.field(cell)).collect();
        Ok(self.writer.write_record(fields)?)
    }

    fn finish(self: Box<Self>) -> Result<WholeFile, Reason> {
        Ok(self.writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
    }
}

/// Excel takes a field that begins so for a formula, `=100%` and `=29人` included.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A text that stays text. An apostrophe before a formula does that, in Excel as in LibreOffice.
pub(crate) fn excel_text(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA) { format!("'{text}").into() } else { text.into() }
}
