//! Tables as Parquet files.
//!
//! The same rows give the same bytes: nothing in the file depends on time, place or the number of threads.
//!
//! A row group has to be held in memory until it is whole, and all tables grow side by side while documents come in. So
//! rows are first put aside on disk, as Arrow batches, and each table is made into its Parquet file at the end.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::arrow::{BatchBuilder, SCHEMA_VERSION_KEY};
use crate::dataset::{Reason, TableFile};
use crate::files::WholeFile;
use crate::schema::{Row, SCHEMA_VERSION, Table};

/// Level of compression: above 3 zstd gains little on these tables.
const ZSTD_LEVEL: i32 = 3;
/// Bytes of a row group, before encoding: some 28,000 indicators.
const ROW_GROUP_BYTES: usize = 16 << 20;
/// Rows of a batch, at most.
const BATCH_ROWS: usize = 1024;
/// Bytes of a batch, unless a single row has more.
const BATCH_BYTES: usize = 256 << 10;
/// The name that the files carry as their maker.
const CREATED_BY: &str = concat!("jixiao version ", env!("CARGO_PKG_VERSION"));

/// The Parquet file of one table.
pub(crate) struct ParquetTable {
    file: WholeFile,
    rows: BatchBuilder,
    /// The batches that are full; a short table has none.
    aside: Option<Aside>,
    /// Where they are put aside.
    path: PathBuf,
}

impl ParquetTable {
    /// Begins a file. Its rows are put aside in `staging`.
    pub(crate) fn new(table: &Table, file: WholeFile, staging: &Path) -> Self {
        let path = staging.join(format!("{}.arrow", table.name));
        Self { file, rows: BatchBuilder::new(table), aside: None, path }
    }

    fn put_aside(&mut self) -> Result<(), ArrowError> {
        let weight = self.rows.weight();
        let aside = match self.aside.take() {
            Some(aside) => aside,
            None => Aside::create(&self.path, &self.rows)?,
        };
        self.aside.insert(aside).push(&self.rows.finish()?, weight)
    }
}

impl TableFile for ParquetTable {
    fn push(&mut self, row: &dyn Row) -> Result<(), Reason> {
        self.rows.push(&row.cells());
        if is_full(&self.rows) {
            self.put_aside()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<WholeFile, Reason> {
        let mut groups = RowGroups::new(&self.rows, self.file)?;
        if let Some(aside) = &mut self.aside {
            for batch in aside.batches()? {
                let (batch, weight) = batch?;
                groups.push(&batch, weight)?;
            }
        }
        groups.push_rows(&mut self.rows)?;
        Ok(groups.writer.into_inner()?)
    }
}

/// Writes the rows of one table as a Parquet file, without putting them aside first.
pub fn write_parquet<R: Row, W: Write + Send>(table: &Table, rows: &[R], sink: W) -> Result<W, ParquetError> {
    let mut batch = BatchBuilder::new(table);
    let mut groups = RowGroups::new(&batch, sink)?;
    for row in rows {
        batch.push(&row.cells());
        if is_full(&batch) {
            groups.push_rows(&mut batch)?;
        }
    }
    groups.push_rows(&mut batch)?;
    groups.writer.into_inner()
}

/// True where a batch has enough rows, or enough bytes.
fn is_full(batch: &BatchBuilder) -> bool {
    batch.rows() >= BATCH_ROWS || batch.weight() >= BATCH_BYTES
}

/// A Parquet file whose row groups are ended by their bytes.
struct RowGroups<W: Write + Send> {
    writer: ArrowWriter<W>,
    /// Bytes of the row group that is being filled.
    weight: usize,
}

impl<W: Write + Send> RowGroups<W> {
    fn new(rows: &BatchBuilder, sink: W) -> Result<Self, ParquetError> {
        Ok(Self { writer: ArrowWriter::try_new(sink, rows.schema().clone(), Some(properties()?))?, weight: 0 })
    }

    fn push_rows(&mut self, rows: &mut BatchBuilder) -> Result<(), ParquetError> {
        let weight = rows.weight();
        self.push(&rows.finish()?, weight)
    }

    fn push(&mut self, batch: &RecordBatch, weight: usize) -> Result<(), ParquetError> {
        self.writer.write(batch)?;
        self.weight += weight;
        if self.weight >= ROW_GROUP_BYTES {
            self.writer.flush()?;
            self.weight = 0;
        }
        Ok(())
    }
}

/// Batches in a file of their own, which goes when this is dropped.
struct Aside {
    path: PathBuf,
    writer: StreamWriter<BufWriter<File>>,
    /// Bytes of each batch, as its rows told.
    weights: Vec<usize>,
}

impl Aside {
    fn create(path: &Path, rows: &BatchBuilder) -> Result<Self, ArrowError> {
        let file = File::options().create(true).truncate(true).read(true).write(true).open(path)?;
        let writer = StreamWriter::try_new(BufWriter::new(file), rows.schema())?;
        Ok(Self { path: path.to_owned(), writer, weights: Vec::new() })
    }

    fn push(&mut self, batch: &RecordBatch, weight: usize) -> Result<(), ArrowError> {
        self.weights.push(weight);
        self.writer.write(batch)
    }

    /// All batches, each with its bytes.
    fn batches(&mut self) -> Result<impl Iterator<Item = Result<(RecordBatch, usize), ArrowError>>, ArrowError> {
        self.writer.finish()?;
        let mut file = self.writer.get_ref().get_ref().try_clone()?;
        file.rewind()?;
        let batches = StreamReader::try_new(BufReader::new(file), None)?;
        let weights = self.weights.iter().copied();
        Ok(batches.zip(weights).map(|(batch, weight)| Ok((batch?, weight))))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // One that stays is removed by the next run.
        let _: io::Result<()> = fs::remove_file(&self.path);
    }
}

fn properties() -> Result<WriterProperties, ParquetError> {
    let version = KeyValue::new(SCHEMA_VERSION_KEY.to_owned(), SCHEMA_VERSION.to_string());
    let properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_dictionary_enabled(true)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        // Places of single pages help only beside statistics of pages, and are held in memory until the file ends.
        .set_offset_index_disabled(true)
        // Row groups are ended by their bytes, see `RowGroups`.
        .set_max_row_group_row_count(None)
        .set_key_value_metadata(Some(vec![version]));
    Ok(properties.build())
}
