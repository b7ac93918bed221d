//! Tables as Parquet files.
//!
//! The same rows give the same bytes: nothing in the file depends on time, place or the number of threads.

use std::io::Write;

use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::arrow::{BatchBuilder, SCHEMA_VERSION_KEY};
use crate::column::Cell;
use crate::schema::{SCHEMA_VERSION, Table};

/// Level of compression: above 3 zstd gains little on these tables.
pub const ZSTD_LEVEL: i32 = 3;
/// Rows of a row group at most. Bounds the memory of writer and readers.
pub const ROW_GROUP_ROWS: usize = 65_536;
/// Rows that are collected before they are handed to the writer.
const BATCH_ROWS: usize = 4096;
/// The name that the files carry as their maker.
const CREATED_BY: &str = concat!("jixiao version ", env!("CARGO_PKG_VERSION"));

/// Writes the rows of one table to a Parquet file.
pub struct ParquetTable<W: Write + Send> {
    builder: BatchBuilder,
    writer: ArrowWriter<W>,
}

impl<W: Write + Send> ParquetTable<W> {
    /// Begins a file.
    pub fn new(table: &Table, sink: W) -> Result<Self, ParquetError> {
        let builder = BatchBuilder::new(table);
        let writer = ArrowWriter::try_new(sink, builder.schema().clone(), Some(properties()?))?;
        Ok(Self { builder, writer })
    }

    /// Adds a row.
    pub fn push(&mut self, cells: &[Cell<'_>]) -> Result<(), ParquetError> {
        self.builder.push(cells);
        if self.builder.rows() < BATCH_ROWS { Ok(()) } else { self.write_batch() }
    }

    /// Ends the file and gives the sink back.
    pub fn finish(mut self) -> Result<W, ParquetError> {
        self.write_batch()?;
        self.writer.into_inner()
    }

    fn write_batch(&mut self) -> Result<(), ParquetError> {
        let batch = self.builder.finish()?;
        self.writer.write(&batch)
    }
}

fn properties() -> Result<WriterProperties, ParquetError> {
    let version = KeyValue::new(SCHEMA_VERSION_KEY.to_owned(), SCHEMA_VERSION.to_string());
    let properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_dictionary_enabled(true)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_key_value_metadata(Some(vec![version]));
    Ok(properties.build())
}
