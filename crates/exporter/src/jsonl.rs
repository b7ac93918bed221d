//! Tables as JSON Lines: one object a row, keys in the order of the schema.

use std::io::Write;

use crate::dataset::{Reason, TableFile};
use crate::files::WholeFile;
use crate::json::{BlankRow, JsonLayout, JsonText};
use crate::schema::{Row, Table};

const LAYOUT: JsonLayout = JsonLayout::Compact;

/// How deep the columns of a row stand.
const DEPTH: usize = 1;

/// The JSON Lines file of one table.
pub(crate) struct JsonLinesTable {
    blank: BlankRow,
    file: WholeFile,
}

impl JsonLinesTable {
    pub(crate) fn new(table: &'static Table, file: WholeFile) -> Self {
        Self { blank: BlankRow::new(table, LAYOUT, DEPTH), file }
    }
}

impl TableFile for JsonLinesTable {
    fn push(&mut self, rows: &[&dyn Row]) -> Result<(), Reason> {
        for row in rows {
            let line = JsonText::printed(LAYOUT, |json| {
                json.row(&self.blank, *row);
                json.end_line();
            });
            self.file.write_all(line.as_bytes())?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<WholeFile, Reason> {
        Ok(self.file)
    }
}
