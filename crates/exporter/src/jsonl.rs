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
    fn push(&mut self, rows: &[&dyn Row]) -> Result<(), Reason> {
        for row in rows {
            let line = JsonText::printed(JsonLayout::Compact, |json| {
                json.row(self.table, *row);
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
