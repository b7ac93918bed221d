//! Tables as JSON Lines: one object a row, keys in the order of the schema.

use std::io::Write;

use crate::dataset::{Reason, TableFile};
use crate::files::WholeFile;
use crate::json::{JsonLayout, JsonText};
use crate::schema::{Row, Table};

/// The JSON Lines file of one table.
pub(crate) struct JsonLinesTable {
    table: &'static Table,
    file: WholeFile,
}

impl JsonLinesTable {
    pub(crate) fn new(table: &'static Table, file: WholeFile) -> Self {
        Self { table, file }
    }
}

impl TableFile for JsonLinesTable {
    fn push(&mut self, row: &dyn Row) -> Result<(), Reason> {
        let line = JsonText::printed(JsonLayout::Compact, |json| {
            json.row(self.table, row);
            json.end_line();
        });
        Ok(self.file.write_all(line.as_bytes())?)
    }

    fn finish(self: Box<Self>) -> Result<WholeFile, Reason> {
        Ok(self.file)
    }
}
