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
    fn push(&mut self, rows: &[&dyn Row]) -> Result<(), Reason> {
        for row in rows {
            let fields: Vec<String> = row.cells().iter().map(|cell| self.field(cell)).collect();
            self.writer.write_record(fields)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<WholeFile, Reason> {
        Ok(self.writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
    }
}

/// A text that a spreadsheet takes for text: one that it would calculate, `=100%` and `=29人` included, gets an
/// apostrophe before it.
///
/// (`="=100%"` would be a formula itself, and a tab is lost or, worse, passed over.) A text that begins with an
/// apostrophe gets one too: so whoever reads takes one away from each text that begins with one, and has what was
/// printed.
pub(crate) fn excel_text(text: &str) -> Cow<'_, str> {
    let blank = |c: char| c.is_whitespace() || c.is_control() || c == '\u{FEFF}';
    let begins_formula = text.trim_start_matches(blank).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let is_risky = begins_formula || text.starts_with(['\'', '\t', '\r', '\n']);
    if is_risky { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_would_calculate_is_kept_as_text() {
        for text in ["=29人", "=100%", "+1", "-5℃", "@满意", "＝1", " =1", "\t=1", "\n", "\u{FEFF}=1", "'=1", "'"]
        {
            assert_eq!(excel_text(text), format!("'{text}"));
        }
        for text in ["", "100%", "≥95%", "29人", "1-2", "—", "不低于=3"] {
            assert_eq!(excel_text(text), text);
        }
    }
}
