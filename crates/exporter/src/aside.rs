//! Batches put aside until their file is made: a few in memory, many on disk, where their columns can be read one by one.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, Field, Schema};
use rayon::prelude::*;

/// Weight of the batches that are held in memory, at most.
const HELD: usize = 3 << 19;

/// Batches of one table, in order.
#[derive(Debug)]
pub(crate) struct Aside {
    /// Where they are put when there are too many to hold.
    path: PathBuf,
    /// The weight of each.
    weights: Vec<usize>,
    held: Vec<RecordBatch>,
    /// All of them, and none is held any more.
    on_disk: Option<Mutex<OnDisk>>,
}

impl Aside {
    /// No batches yet.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, weights: Vec::new(), held: Vec::new(), on_disk: None }
    }

    /// The weight of each batch.
    pub(crate) fn weights(&self) -> &[usize] {
        &self.weights
    }

    /// True while all of them are in memory.
    pub(crate) fn is_held(&self) -> bool {
        self.on_disk.is_none()
    }

    /// Puts a batch aside.
    pub(crate) fn push(&mut self, batch: RecordBatch, weight: usize) -> Result<(), ArrowError> {
        self.weights.push(weight);
        self.held.push(batch);
        if self.on_disk.is_none() && self.weights.iter().sum::<usize>() > HELD {
            self.on_disk = Some(Mutex::new(OnDisk::create(&self.path)?));
        }
        let Some(on_disk) = &mut self.on_disk else { return Ok(()) };
        let on_disk = on_disk.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.held.drain(..).try_for_each(|batch| on_disk.push(&batch))
    }

    /// A column of a batch, both by their position.
    pub(crate) fn column(&self, batch: usize, column: usize) -> Result<ArrayRef, ArrowError> {
        let Some(on_disk) = &self.on_disk else { return Ok(Arc::clone(self.held[batch].column(column))) };
        let bytes = on_disk.lock().unwrap_or_else(PoisonError::into_inner).bytes(batch, column)?;
        decoded(&bytes)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if self.on_disk.is_some() {
            // One that stays is removed by the next run.
            let _: io::Result<()> = fs::remove_file(&self.path);
        }
    }
}

/// The file of batches that are not held.
#[derive(Debug)]
struct OnDisk {
    file: BufWriter<File>,
    /// Number of columns of each batch.
    columns: usize,
    /// Where each column of each batch ends in the file, batch by batch.
    ends: Vec<u64>,
}

impl OnDisk {
    fn create(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).truncate(true).read(true).write(true).open(path)?;
        Ok(Self { file: BufWriter::new(file), columns: 0, ends: Vec::new() })
    }

    fn push(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        self.columns = batch.num_columns();
        let columns = batch.schema_ref().fields().par_iter().zip(batch.columns());
        let encoded: Vec<Vec<u8>> = columns.map(|(field, column)| encoded(field, column)).collect::<Result<_, _>>()?;
        for bytes in encoded {
            self.file.write_all(&bytes)?;
            self.ends.push(self.ends.last().unwrap_or(&0) + bytes.len() as u64);
        }
        Ok(())
    }

    fn bytes(&mut self, batch: usize, column: usize) -> io::Result<Vec<u8>> {
        let position = batch * self.columns + column;
        let begin = position.checked_sub(1).map_or(0, |before| self.ends[before]);
        // Seeking in the buffer puts what is in it into the file.
        self.file.seek(SeekFrom::Start(begin))?;
        let mut bytes = vec![0; (self.ends[position] - begin) as usize];
        self.file.get_ref().read_exact(&mut bytes)?;
        Ok(bytes)
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

fn decoded(bytes: &[u8]) -> Result<ArrayRef, ArrowError> {
    let missing = || ArrowError::IoError("a column ends early".to_owned(), io::ErrorKind::UnexpectedEof.into());
    let batch = StreamReader::try_new(bytes, None)?.next().ok_or_else(missing)??;
    Ok(Arc::clone(batch.column(0)))
}

#[cfg(test)]
mod tests {
    use arrow_array::{Int64Array, StringArray};
    use arrow_schema::DataType;

    use super::*;

    #[test]
    fn columns_come_back_in_any_order() {
        for (weight, on_disk) in [(1, false), (HELD / 2, true), (HELD + 1, true)] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("t.arrow");
            let mut aside = Aside::new(path.clone());
            let batches: Vec<RecordBatch> = (0..3).map(batch).collect();
            for batch in &batches {
                aside.push(batch.clone(), weight).unwrap();
            }
            assert_eq!(path.exists(), on_disk);
            for column in [1, 0] {
                for batch in [2, 0, 1] {
                    assert_eq!(aside.column(batch, column).unwrap().to_data(), batches[batch].column(column).to_data());
                }
            }
            drop(aside);
            assert!(!path.exists());
        }
    }

    fn batch(number: i64) -> RecordBatch {
        let fields = vec![Field::new("n", DataType::Int64, true), Field::new("t", DataType::Utf8, false)];
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(number), None]));
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["甲".repeat(number as usize), String::new()]));
        RecordBatch::try_new(Arc::new(Schema::new(fields)), vec![numbers, texts]).unwrap()
    }
}
