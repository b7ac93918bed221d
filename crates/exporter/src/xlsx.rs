//! All tables as one Excel workbook: a sheet a table, and the data dictionary as the last sheet.
//!
//! Rows go to disk as they come, so memory does not grow with the tables. Text is always written as text: no cell of
//! the workbook is a formula, whatever it begins with.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::column::{Cell, Kind};
use crate::dataset::{Effort, Finished, Sink, WORKBOOK, WriteOptions};
use crate::files::{WholeFile, WriteError};
use crate::records::DocumentRecords;
use crate::schema::{Column, Row, TABLES, Table};

/// Rows of a sheet, the two rows of the header included.
const MAX_ROWS: u32 = 1_048_576;
/// Characters of a cell. A longer text is cut; the other formats have all of it.
const MAX_TEXT: usize = 32_767;
/// Names of the columns, then their 中文 titles.
const HEADER_ROWS: u32 = 2;
/// Columns of the sheet that holds the data dictionary.
const DICTIONARY: [(&str, f64); 6] =
    [("table", 14.0), ("column", 26.0), ("中文", 20.0), ("type", 18.0), ("null", 6.0), ("meaning", 90.0)];

/// Writes the workbook.
pub(crate) struct WorkbookSink {
    path: PathBuf,
    file: WholeFile,
    workbook: Workbook,
    /// The table of each sheet, and its next row.
    sheets: Vec<(&'static Table, u32)>,
    styles: Styles,
}

struct Styles {
    header: Format,
    text: Format,
    money: Format,
}

impl WorkbookSink {
    pub(crate) fn create(folder: &Path, staging: &Path, options: &WriteOptions) -> Result<Self, WriteError> {
        let path = folder.join(WORKBOOK);
        let problem = |reason: &dyn std::fmt::Display| WriteError::new(&path, reason);
        let file = WholeFile::create_in(staging, &path).map_err(|error| problem(&error))?;
        let styles = Styles {
            header: Format::new().set_bold(),
            text: Format::new().set_num_format("@"),
            money: Format::new().set_num_format("#,##0.00"),
        };
        let sheets: Vec<_> = options.tables().map(|table| (table, HEADER_ROWS)).collect();
        let workbook = workbook(staging, &sheets, &styles).map_err(|error| problem(&error))?;
        Ok(Self { path, file, workbook, sheets, styles })
    }

    fn push_row(&mut self, table: &Table, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        let sheets = self.sheets.iter_mut().enumerate();
        let Some((sheet, (_, next))) = sheets.into_iter().find(|(_, (known, _))| known.name == table.name) else {
            return Ok(());
        };
        let row = *next;
        if row == MAX_ROWS {
            let reason = format!("{} has more rows than a sheet of Excel: use --to parquet or csv instead", table.name);
            return Err(WriteError::new(&self.path, reason));
        }
        *next += 1;
        let written = self.workbook.worksheet_from_index(sheet).and_then(|sheet| {
            (0_u16..).zip(cells).try_for_each(|(column, cell)| write_cell(sheet, row, column, cell, &self.styles))
        });
        written.map_err(|error| WriteError::new(&self.path, error))
    }

    fn end(&mut self) -> Result<(), XlsxError> {
        for (index, (table, next)) in self.sheets.iter().enumerate() {
            let last = (next - 1).max(HEADER_ROWS - 1);
            let sheet = self.workbook.worksheet_from_index(index)?;
            sheet.autofilter(HEADER_ROWS - 1, 0, last, table.columns.len() as u16 - 1)?;
        }
        self.workbook.save_to_writer(&mut self.file)
    }
}

impl Sink for WorkbookSink {
    fn push(&mut self, documents: &[DocumentRecords]) -> Result<(), WriteError> {
        let mut push = |table: &Table, row: &dyn Row| self.push_row(table, &row.cells());
        documents.iter().try_for_each(|records| records.visit_rows(&mut push))
    }

    fn effort(&self) -> Effort {
        Effort::Heavy
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, WriteError> {
        self.end().map_err(|error| WriteError::new(&self.path, error))?;
        Finished::file(self.file)
    }
}

/// A workbook with the headers of every table and the dictionary.
fn workbook(staging: &Path, sheets: &[(&Table, u32)], styles: &Styles) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_tempdir(staging)?;
    // The usual time of creation is now; the same dataset is to give the same file.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_author("jixiao").set_creation_datetime(&created));
    for (table, _) in sheets {
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        begin_sheet(sheet, table, styles)?;
    }
    dictionary(workbook.add_worksheet_with_constant_memory()?, styles)?;
    Ok(workbook)
}

fn begin_sheet(sheet: &mut Worksheet, table: &Table, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name(table.name)?.set_freeze_panes(HEADER_ROWS, 1)?;
    for (position, column) in (0_u16..).zip(table.columns) {
        sheet.set_column_width(position, width(column))?;
        sheet.write_string_with_format(0, position, column.name, &styles.header)?;
    }
    for (position, column) in (0_u16..).zip(table.columns) {
        sheet.write_string_with_format(1, position, column.title, &styles.header)?;
    }
    Ok(())
}

/// Wide enough for what usually stands in the column; long texts are not given the whole screen.
fn width(column: &Column) -> f64 {
    match column.kind {
        Kind::Bool | Kind::Int16 | Kind::Int32 | Kind::Int64 | Kind::Double => 10.0,
        Kind::Yuan => 18.0,
        Kind::Text if column.name.ends_with("_id") => 26.0,
        Kind::Text => 20.0,
        Kind::Texts | Kind::Repairs | Kind::Labelled | Kind::Json => 30.0,
    }
}

fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell<'_>, styles: &Styles) -> Result<(), XlsxError> {
    match cell {
        Cell::Null => {}
        Cell::Bool(value) => {
            sheet.write_boolean(row, column, *value)?;
        }
        Cell::Int(number) => {
            sheet.write_number(row, column, *number as f64)?;
        }
        Cell::Double(number) => {
            sheet.write_number(row, column, *number)?;
        }
        Cell::Yuan(yuan) => {
            sheet.write_number_with_format(row, column, yuan.fen() as f64 / 100.0, &styles.money)?;
        }
        Cell::Text(_) | Cell::Texts(_) | Cell::Repairs(_) | Cell::Labelled(_) | Cell::Json(_) => {
            sheet.write_string_with_format(row, column, fitting(cell.flat().unwrap_or_default()), &styles.text)?;
        }
    }
    Ok(())
}

/// A text that a cell can hold. Excel counts UTF-16 units.
fn fitting(text: String) -> String {
    if text.encode_utf16().count() <= MAX_TEXT {
        return text;
    }
    let mut units = 1;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= MAX_TEXT
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

fn dictionary(sheet: &mut Worksheet, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name("dictionary")?.set_freeze_panes(1, 0)?;
    for (position, (name, width)) in (0_u16..).zip(DICTIONARY) {
        sheet.set_column_width(position, width)?;
        sheet.write_string_with_format(0, position, name, &styles.header)?;
    }
    let columns = TABLES.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
    for (row, (table, column)) in (1_u32..).zip(columns) {
        let null = if column.nullable { "yes" } else { "no" };
        let texts = [table.name, column.name, column.title, column.kind.as_str(), null, column.meaning];
        for (position, text) in (0_u16..).zip(texts) {
            sheet.write_string_with_format(row, position, text, &styles.text)?;
        }
    }
    let last = TABLES.iter().map(|table| table.columns.len()).sum::<usize>() as u32;
    sheet.autofilter(0, 0, last, DICTIONARY.len() as u16 - 1)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_excel_would_refuse_it() {
        let fits = "表".repeat(MAX_TEXT);
        assert_eq!(fitting(fits.clone()), fits);
        let cut = fitting("𠀀".repeat(MAX_TEXT));
        assert!(cut.encode_utf16().count() <= MAX_TEXT && cut.ends_with('…'));
    }
}
