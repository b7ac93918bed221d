//! A document as one nested JSON object.

use std::io;

use crate::column::{Cell, ColumnType};
use crate::json::{JsonLayout, JsonText};
use crate::records::{DocumentObject, DocumentRecords, FormObject, Unplaced};
use crate::schema::{
    AmountRow, CellRow, ContentsRow, DiagnosticRow, DocumentRow, FormRow, IndicatorRow, StaffingRow, TaskRow,
};

impl DocumentRecords {
    /// The document as JSON.
    pub fn to_json(&self, layout: JsonLayout) -> String {
        JsonText::printed(layout, |json| write_document(json, self))
    }

    /// Writes the document as a file of JSON, with a newline at the end. Never more than a part of it is held.
    ///
    /// # Errors
    ///
    /// Whatever writing to `sink` gives.
    pub fn write_json(&self, layout: JsonLayout, mut sink: impl io::Write + Send) -> io::Result<()> {
        let mut json = JsonText::onto(&mut sink, layout);
        write_document(&mut json, self);
        json.end_line();
        json.finish()
    }
}

fn write_document(json: &mut JsonText<'_>, records: &DocumentRecords) {
    let DocumentRecords { schema_version, document, contents, forms, diagnostics, unplaced, cells } = records;
    json.object(|json| {
        json.entry("schema_version", &Cell::Int((*schema_version).into()));
        json.key("document");
        write_head(json, document);
        json.rows("contents", &ContentsRow::TABLE, contents);
        json.key("forms");
        json.list_side_by_side(forms, write_form);
        json.rows("diagnostics", &DiagnosticRow::TABLE, diagnostics);
        json.key("unplaced");
        json.list(unplaced, write_unplaced);
        if !cells.is_empty() {
            json.rows("cells", &CellRow::TABLE, cells);
        }
    });
}

fn write_head(json: &mut JsonText<'_>, DocumentObject { row, preface }: &DocumentObject) {
    json.object(|json| {
        json.entries(&DocumentRow::TABLE, row);
        json.entry("preface", &preface.cell());
    });
}

fn write_form(json: &mut JsonText<'_>, FormObject { row, amounts, indicators, tasks, staffing }: &FormObject) {
    json.object(|json| {
        json.entries(&FormRow::TABLE, row);
        json.rows("amounts", &AmountRow::TABLE, amounts);
        json.rows("indicators", &IndicatorRow::TABLE, indicators);
        json.rows("tasks", &TaskRow::TABLE, tasks);
        json.rows("staffing", &StaffingRow::TABLE, staffing);
    });
}

fn write_unplaced(json: &mut JsonText<'_>, Unplaced { page, line, text }: &Unplaced) {
    json.object(|json| {
        json.entry("page", &page.cell());
        json.entry("line", &line.cell());
        json.entry("text", &text.cell());
    });
}
