//! Tables as Parquet files.
//!
//! The same rows give the same bytes: nothing in the file depends on time, place or the number of threads.
//!
//! All tables grow side by side while documents come in, and a row group has to be held in memory until it is whole. So
//! rows are first put aside, on disk where they are many, and each table is made into its Parquet file at the end, a row
//! group after the other, its columns side by side: of a row group only the columns that are being written are in memory,
//! beside what is written of the others, and the size of files does not show there.

use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowWriterOptions, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use rayon::prelude::*;

use crate::arrow::{BatchBuilder, MANY, RowCells, SCHEMA_VERSION_KEY};
use crate::aside::Aside;
use crate::dataset::{Effort, Reason, TableFile};
use crate::files::WholeFile;
use crate::schema::{Row, SCHEMA_VERSION, Table};

/// Level of compression: above 3 zstd gains little on these tables.
const ZSTD_LEVEL: i32 = 3;
/// Bytes of an encoded column that are not worth to be compressed: to begin with zstd takes longer than to encode it.
/// Most columns of a single booklet are shorter.
const SHORT: u64 = 4 << 10;
/// Bytes of a small table: all its columns are written before they go into the file, and short ones are looked for.
const SMALL: usize = 4 << 20;
/// Bytes of a row group, before encoding: some 28,000 indicators.
const ROW_GROUP_BYTES: usize = 16 << 20;
/// Bytes of a page, and of a dictionary, after which the next page begins and values are written as they are. The
/// buffers of compression are as large, so this is what the widest column takes while it is written.
const PAGE_BYTES: usize = 256 << 10;
/// Columns of a row group for each thread that are written before they go into the file, where the table is not small.
const SHARE: usize = 2;
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
    /// The batches that are full.
    full: Aside,
}

impl ParquetTable {
    /// Begins a file. Where its rows are many, they are put aside in `staging`.
    pub(crate) fn new(table: &Table, file: WholeFile, staging: &Path) -> Self {
        let full = Aside::new(staging.join(format!("{}.arrow", table.name)));
        Self { file, rows: BatchBuilder::new(table), full }
    }
}

impl TableFile for ParquetTable {
    fn push(&mut self, rows: &[&dyn Row]) -> Result<(), Reason> {
        Ok(fill(&mut self.rows, rows, |batch, weight| self.full.push(batch, weight))?)
    }

    fn effort(&self) -> Effort {
        let weight = self.rows.weight() + self.full.weights().iter().sum::<usize>();
        if self.full.is_held() { Effort::Light(weight) } else { Effort::Heavy }
    }

    fn finish(self: Box<Self>) -> Result<WholeFile, Reason> {
        let Self { file, mut rows, mut full } = *self;
        end_batch(&mut rows, &mut |batch, weight| full.push(batch, weight))?;
        Ok(write_file(rows.schema(), file, full.weights(), |batch, column| full.column(batch, column))?)
    }
}

/// Writes the rows of one table as a Parquet file, without putting them aside first.
pub fn write_parquet<R: Row, W: Write + Send>(table: &Table, rows: &[R], sink: W) -> Result<W, ParquetError> {
    let mut builder = BatchBuilder::new(table);
    let (mut weights, mut batches) = (Vec::new(), Vec::new());
    let mut take = |batch, weight| {
        weights.push(weight);
        batches.push(batch);
        Ok(())
    };
    let rows: Vec<&dyn Row> = rows.iter().map(|row| -> &dyn Row { row }).collect();
    fill(&mut builder, &rows, &mut take)?;
    end_batch(&mut builder, &mut take)?;
    write_file(builder.schema(), sink, &weights, |batch, column| Ok(Arc::clone(batches[batch].column(column))))
}

/// Adds rows to a batch. `take` is given each batch that is full, with its weight.
fn fill(
    batch: &mut BatchBuilder,
    rows: &[&dyn Row],
    mut take: impl FnMut(RecordBatch, usize) -> Result<(), ArrowError>,
) -> Result<(), ArrowError> {
    for rows in rows.chunks(BATCH_ROWS) {
        let rows: Vec<RowCells<'_>> = rows.par_iter().with_min_len(MANY).map(|row| RowCells::of(*row)).collect();
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let (fitting, more) = rest.split_at(room(batch, rest));
            batch.extend(fitting);
            if !has_room(batch.rows(), batch.weight()) {
                end_batch(batch, &mut take)?;
            }
            rest = more;
        }
    }
    Ok(())
}

/// How many of the rows a batch takes until it is full.
fn room(batch: &BatchBuilder, rows: &[RowCells<'_>]) -> usize {
    let (mut count, mut weight) = (batch.rows(), batch.weight());
    let fits = |row: &&RowCells<'_>| {
        let fits = has_room(count, weight);
        (count, weight) = (count + 1, weight + row.weight());
        fits
    };
    rows.iter().take_while(fits).count().max(1)
}

fn has_room(rows: usize, weight: usize) -> bool {
    rows < BATCH_ROWS && weight < BATCH_BYTES
}

fn end_batch(
    batch: &mut BatchBuilder,
    take: &mut impl FnMut(RecordBatch, usize) -> Result<(), ArrowError>,
) -> Result<(), ArrowError> {
    let weight = batch.weight();
    if batch.rows() > 0 { take(batch.finish()?, weight) } else { Ok(()) }
}

/// Writes batches of these weights. `column` gives a column of a batch.
fn write_file<W: Write + Send>(
    schema: &SchemaRef,
    sink: W,
    weights: &[usize],
    column: impl Fn(usize, usize) -> Result<ArrayRef, ArrowError> + Sync,
) -> Result<W, ParquetError> {
    let writer = ArrowWriter::try_new(sink, SchemaRef::clone(schema), Some(properties(zstd()?)))?;
    let (mut file, _) = writer.into_serialized_writer()?;
    let small = weights.iter().sum::<usize>() <= SMALL;
    let together = if small { schema.fields().len() } else { SHARE * rayon::current_num_threads() };
    for batches in row_groups(weights) {
        let write = |position: usize| {
            let arrays = batches.clone().map(|batch| column(batch, position));
            let field = schema.field(position);
            if small { small_column(field, arrays.collect::<Result<_, _>>()?) } else { chunks(field, zstd()?, arrays) }
        };
        let mut group = file.next_row_group()?;
        let mut rest = 0..schema.fields().len();
        while !rest.is_empty() {
            let some: Vec<usize> = rest.by_ref().take(together).collect();
            let written: Vec<Vec<ArrowColumnChunk>> =
                some.into_par_iter().map(write).collect::<Result<_, ParquetError>>()?;
            written.into_iter().flatten().try_for_each(|chunk| chunk.append_to_row_group(&mut group))?;
        }
        group.close()?;
    }
    file.into_inner()
}

/// A column of a small table. It is compressed where that is worth it, which its encoding shows.
fn small_column(field: &Field, arrays: Vec<ArrayRef>) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
    let plain = chunks(field, Compression::UNCOMPRESSED, arrays.iter().cloned().map(Ok))?;
    let is_short = plain.iter().map(|chunk| chunk.close().bytes_written).sum::<u64>() <= SHORT;
    if is_short { Ok(plain) } else { chunks(field, zstd()?, arrays.into_iter().map(Ok)) }
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

/// One column of a row group: as many chunks as it has leaves.
fn chunks(
    field: &Field,
    compression: Compression,
    arrays: impl Iterator<Item = Result<ArrayRef, ArrowError>>,
) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
    let mut writers = writers(field, compression)?;
    for array in arrays {
        for (writer, leaf) in writers.iter_mut().zip(compute_leaves(field, &array?)?) {
            writer.write(&leaf)?;
        }
    }
    writers.into_iter().map(ArrowColumnWriter::close).collect()
}

/// The writers of the leaves of a column. Those of a file are made for all its columns at once and one after the other,
/// which takes as long as to write a short column; those of a file with this column alone are the same.
fn writers(field: &Field, compression: Compression) -> Result<Vec<ArrowColumnWriter>, ParquetError> {
    let schema = Schema::new(vec![field.clone().with_metadata(HashMap::new())]);
    let options = ArrowWriterOptions::new().with_properties(properties(compression)).with_skip_arrow_metadata(true);
    let file = ArrowWriter::try_new_with_options(io::sink(), Arc::new(schema), options)?;
    let (_, factory) = file.into_serialized_writer()?;
    factory.create_column_writers(0)
}

fn zstd() -> Result<Compression, ParquetError> {
    Ok(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
}

fn properties(compression: Compression) -> WriterProperties {
    let version = KeyValue::new(SCHEMA_VERSION_KEY.to_owned(), SCHEMA_VERSION.to_string());
    WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(compression)
        .set_dictionary_enabled(true)
        .set_dictionary_page_size_limit(PAGE_BYTES)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        // Places of single pages help only beside statistics of pages, and are held in memory until the file ends.
        .set_offset_index_disabled(true)
        // Row groups are ended by their bytes, see `row_groups`.
        .set_max_row_group_row_count(None)
        .set_key_value_metadata(Some(vec![version]))
        .build()
}

#[cfg(test)]
mod tests {
    use arrow_array::StringArray;
    use arrow_schema::DataType;

    use super::*;
    use crate::schema::{FormRow, IndicatorRow};

    #[test]
    fn row_groups_are_ended_by_their_bytes() {
        let half = ROW_GROUP_BYTES / 2;
        assert_eq!(row_groups(&[]), []);
        assert_eq!(row_groups(&[half, half, 3 * half, 1, 2]), [0..2, 2..3, 3..5]);
        assert_eq!(row_groups(&[half, half]).len(), 1);
    }

    #[test]
    fn short_columns_are_not_compressed() {
        let column = |text: &str| -> Vec<ArrayRef> { vec![Arc::new(StringArray::from(vec![text; 4]))] };
        let field = Field::new("text", DataType::Utf8, false);
        let codec = |arrays| small_column(&field, arrays).unwrap()[0].close().metadata.compression();
        assert_eq!(codec(column("甲")), Compression::UNCOMPRESSED);
        assert!(matches!(codec(column(&"甲".repeat(2_000))), Compression::ZSTD(_)));
    }

    #[test]
    fn nested_columns_have_a_writer_for_each_leaf() {
        let leaves = |table| {
            let schema = Arc::clone(BatchBuilder::new(table).schema());
            let of = |name| writers(schema.field_with_name(name).unwrap(), Compression::UNCOMPRESSED).unwrap().len();
            (of("form_id"), of(if table.name == "forms" { "other_fields" } else { "repairs" }))
        };
        assert_eq!(leaves(&FormRow::TABLE), (1, 2));
        assert_eq!(leaves(&IndicatorRow::TABLE), (1, 5));
    }
}
