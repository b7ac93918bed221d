//! Tables as JSON Lines: one object a row, keys in the order of the schema.

use std::io::Write;

use crate::dataset::{Reason, TableFile};
use crate::files::WholeFile;
use crate::schema::Row;

/// The JSON Lines file of one table.
pub(crate) struct JsonLinesTable {
    file: WholeFile,
}

impl JsonLinesTable {
    pub(crate) fn new(file: WholeFile) -> Self {
        Self { file }
    }
}

impl TableFile for JsonLinesTable {
    fn push(&mut self, row: &dyn Row) -> Result<(), Reason> {
        self.file.write_all(row.json()?.as_bytes())?;
        Ok(self.file.write_all(b"\n")?)
    }

    fn finish(self: Box<Self>) -> Result<WholeFile, Reason> {
        Ok(self.file)
    }
}
