//! Rows put aside on disk until their file is made, as Arrow batches whose columns can be read one by one.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, Field, Schema};

/// Batches in a file of their own, which goes when this is dropped.
pub(crate) struct Aside {
    path: PathBuf,
    file: BufWriter<File>,
    /// Number of columns of each batch.
    columns: usize,
    /// Where each column of each batch ends in the file, batch by batch.
    ends: Vec<u64>,
}

impl Aside {
    /// Begins a file for batches of so many columns.
    pub(crate) fn create(path: &Path, columns: usize) -> io::Result<Self> {
        let file = File::options().create(true).truncate(true).read(true).write(true).open(path)?;
        Ok(Self { path: path.to_owned(), file: BufWriter::new(file), columns, ends: Vec::new() })
    }

    /// Puts a batch aside.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            let bytes = encoded(field, column)?;
            self.file.write_all(&bytes)?;
            self.ends.push(self.ends.last().unwrap_or(&0) + bytes.len() as u64);
        }
        Ok(())
    }

    /// A column of a batch, both by their position.
    pub(crate) fn column(&mut self, batch: usize, column: usize) -> Result<ArrayRef, ArrowError> {
        let position = batch * self.columns + column;
        let begin = position.checked_sub(1).map_or(0, |before| self.ends[before]);
        // Seeking in the buffer puts what is in it into the file.
        self.file.seek(SeekFrom::Start(begin))?;
        let bytes = self.file.get_ref().take(self.ends[position] - begin);
        let missing = || ArrowError::IoError("a column ends early".to_owned(), io::ErrorKind::UnexpectedEof.into());
        let batch = StreamReader::try_new(BufReader::new(bytes), None)?.next().ok_or_else(missing)??;
        Ok(Arc::clone(batch.column(0)))
    }
}

/// A column as a stream of its own. What the column means is left out: the schema of its table says it.
fn encoded(field: &Field, column: &ArrayRef) -> Result<Vec<u8>, ArrowError> {
    let field = Field::new("", field.data_type().clone(), field.is_nullable());
    let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::clone(column)])?;
    let mut writer = StreamWriter::try_new(Vec::new(), batch.schema_ref())?;
    writer.write(&batch)?;
    writer.into_inner()
}

impl Drop for Aside {
    fn drop(&mut self) {
        // One that stays is removed by the next run.
        let _: io::Result<()> = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{Int64Array, StringArray};
    use arrow_schema::DataType;

    use super::*;

    #[test]
    fn columns_come_back_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.arrow");
        let fields = vec![Field::new("n", DataType::Int64, true), Field::new("t", DataType::Utf8, false)];
        let schema = Arc::new(Schema::new(fields));
        let mut aside = Aside::create(&path, 2).unwrap();
        let batches: Vec<RecordBatch> = (0..3)
            .map(|number| {
                let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(number), None]));
                let texts: ArrayRef = Arc::new(StringArray::from(vec!["甲".repeat(number as usize), String::new()]));
                RecordBatch::try_new(Arc::clone(&schema), vec![numbers, texts]).unwrap()
            })
            .collect();
        for batch in &batches {
            aside.push(batch).unwrap();
        }
        for column in [1, 0] {
            for batch in [2, 0, 1] {
                assert_eq!(aside.column(batch, column).unwrap().to_data(), batches[batch].column(column).to_data());
            }
        }
        drop(aside);
        assert!(!path.exists());
    }
}
