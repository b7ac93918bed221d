//! Tables as Parquet files.
//!
//! The same rows give the same bytes: nothing in the file depends on time, place or the number of threads.
//!
//! All tables grow side by side while documents come in, and a row group has to be held in memory until it is whole. So
//! rows are first put aside on disk, and each table is made into its Parquet file at the end, a row group after the
//! other, and in it a column after the other: only one column of one row group is in memory, and the size of files does
//! not show there.

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow_array::ArrayRef;
use arrow_schema::{ArrowError, DataType, Field, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::arrow::{BatchBuilder, SCHEMA_VERSION_KEY};
use crate::aside::Aside;
use crate::dataset::{Reason, TableFile};
use crate::files::WholeFile;
use crate::schema::{Row, SCHEMA_VERSION, Table};

/// Level of compression: above 3 zstd gains little on these tables.
const ZSTD_LEVEL: i32 = 3;
/// Bytes of a row group, before encoding: some 28,000 indicators.
const ROW_GROUP_BYTES: usize = 16 << 20;
/// Bytes of a page, and of a dictionary, after which the next page begins and values are written as they are. The
/// buffers of compression are as large, so this is what the widest column takes while it is written.
const PAGE_BYTES: usize = 256 << 10;
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
    /// Bytes of each batch, as its rows told.
    weights: Vec<usize>,
}

impl ParquetTable {
    /// Begins a file. Its rows are put aside in `staging`.
    pub(crate) fn new(table: &Table, file: WholeFile, staging: &Path) -> Self {
        let path = staging.join(format!("{}.arrow", table.name));
        Self { file, rows: BatchBuilder::new(table), aside: None, path, weights: Vec::new() }
    }

    fn put_aside(&mut self) -> Result<(), ArrowError> {
        let aside = match self.aside.take() {
            Some(aside) => aside,
            None => Aside::create(&self.path, self.rows.schema().fields().len())?,
        };
        self.weights.push(self.rows.weight());
        self.aside.insert(aside).push(&self.rows.finish()?)
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

    fn finish(self: Box<Self>) -> Result<WholeFile, Reason> {
        let Self { file, mut rows, mut aside, mut weights, .. } = *self;
        let held = weights.len();
        weights.extend((rows.rows() > 0).then(|| rows.weight()));
        let last = rows.finish()?;
        let column = |batch: usize, column: usize| match &mut aside {
            Some(aside) if batch < held => aside.column(batch, column),
            _ => Ok(last.column(column).clone()),
        };
        Ok(write_file(rows.schema(), file, &weights, column)?)
    }
}

/// Writes the rows of one table as a Parquet file, without putting them aside first.
pub fn write_parquet<R: Row, W: Write + Send>(table: &Table, rows: &[R], sink: W) -> Result<W, ParquetError> {
    let mut builder = BatchBuilder::new(table);
    let (mut weights, mut batches) = (Vec::new(), Vec::new());
    let mut end_batch = |builder: &mut BatchBuilder| -> Result<(), ArrowError> {
        weights.push(builder.weight());
        batches.push(builder.finish()?);
        Ok(())
    };
    for row in rows {
        builder.push(&row.cells());
        if is_full(&builder) {
            end_batch(&mut builder)?;
        }
    }
    if builder.rows() > 0 {
        end_batch(&mut builder)?;
    }
    write_file(builder.schema(), sink, &weights, |batch: usize, column| Ok(batches[batch].column(column).clone()))
}

/// True where a batch has enough rows, or enough bytes.
fn is_full(batch: &BatchBuilder) -> bool {
    batch.rows() >= BATCH_ROWS || batch.weight() >= BATCH_BYTES
}

/// Writes batches of these weights. `column` gives a column of a batch.
fn write_file<W: Write + Send>(
    schema: &SchemaRef,
    sink: W,
    weights: &[usize],
    mut column: impl FnMut(usize, usize) -> Result<ArrayRef, ArrowError>,
) -> Result<W, ParquetError> {
    let writer = ArrowWriter::try_new(sink, SchemaRef::clone(schema), Some(properties()?))?;
    let (mut file, factory) = writer.into_serialized_writer()?;
    for (number, batches) in row_groups(weights).into_iter().enumerate() {
        let mut group = file.next_row_group()?;
        let mut writers = factory.create_column_writers(number)?.into_iter();
        for (position, field) in schema.fields().iter().enumerate() {
            let arrays = batches.clone().map(|batch| column(batch, position));
            for chunk in chunks(field, &mut writers, arrays)? {
                chunk.append_to_row_group(&mut group)?;
            }
        }
        group.close()?;
    }
    file.into_inner()
}

/// The batches of each row group: a group is ended by its bytes.
fn row_groups(weights: &[usize]) -> Vec<Range<usize>> {
    let (mut groups, mut begin, mut bytes) = (Vec::new(), 0, 0);
    for (position, weight) in weights.iter().enumerate() {
        bytes += weight;
        if bytes >= ROW_GROUP_BYTES || position + 1 == weights.len() {
            groups.push(begin..position + 1);
            (begin, bytes) = (position + 1, 0);
        }
    }
    groups
}

/// One column of a row group: as many chunks as it has leaves, written by the next of the writers.
fn chunks(
    field: &Field,
    writers: &mut impl Iterator<Item = ArrowColumnWriter>,
    arrays: impl Iterator<Item = Result<ArrayRef, ArrowError>>,
) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
    let mut writers: Vec<ArrowColumnWriter> = writers.take(leaves(field.data_type())).collect();
    for array in arrays {
        for (writer, leaf) in writers.iter_mut().zip(compute_leaves(field, &array?)?) {
            writer.write(&leaf)?;
        }
    }
    writers.into_iter().map(ArrowColumnWriter::close).collect()
}

/// Columns of a Parquet file that a column of this type takes.
fn leaves(data_type: &DataType) -> usize {
    match data_type {
        DataType::List(item) | DataType::Map(item, _) => leaves(item.data_type()),
        DataType::Struct(fields) => fields.iter().map(|field| leaves(field.data_type())).sum(),
        _ => 1,
    }
}

fn properties() -> Result<WriterProperties, ParquetError> {
    let version = KeyValue::new(SCHEMA_VERSION_KEY.to_owned(), SCHEMA_VERSION.to_string());
    let properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_dictionary_enabled(true)
        .set_dictionary_page_size_limit(PAGE_BYTES)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        // Places of single pages help only beside statistics of pages, and are held in memory until the file ends.
        .set_offset_index_disabled(true)
        // Row groups are ended by their bytes, see `RowGroups`.
        .set_max_row_group_row_count(None)
        .set_key_value_metadata(Some(vec![version]));
    Ok(properties.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_groups_are_ended_by_their_bytes() {
        let half = ROW_GROUP_BYTES / 2;
        assert_eq!(row_groups(&[]), []);
        assert_eq!(row_groups(&[half, half, 3 * half, 1, 2]), [0..2, 2..3, 3..5]);
        assert_eq!(row_groups(&[half, half]).len(), 1);
    }

    #[test]
    fn nested_columns_have_a_writer_for_each_leaf() {
        use crate::schema::{FormRow, IndicatorRow};
        for table in [&FormRow::TABLE, &IndicatorRow::TABLE] {
            let rows = BatchBuilder::new(table);
            let own: usize = rows.schema().fields().iter().map(|field| leaves(field.data_type())).sum();
            let writer = ArrowWriter::try_new(Vec::new(), SchemaRef::clone(rows.schema()), None).unwrap();
            let (_, factory) = writer.into_serialized_writer().unwrap();
            assert_eq!(factory.create_column_writers(0).unwrap().len(), own, "{}", table.name);
        }
    }
}
