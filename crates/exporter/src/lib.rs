//! What was read out of a document, as records and as files.
//!
//! [`schema`] lists every table and column once; everything else follows from it. A [`DocumentRecords`] is built from
//! the [`jixiao_model::Document`] of one file. It prints itself as nested JSON, and its rows go to the files of a
//! [`DatasetWriter`].

pub mod arrow;
mod aside;
pub mod column;
mod compact;
mod csv;
mod dataset;
pub mod dictionary;
mod documents;
pub mod files;
pub mod json;
mod jsonl;
mod nested;
mod number;
mod package;
mod parquet;
mod records;
pub mod schema;
mod tables;
mod values;
mod xlsx;

pub use compact::CompactJson;
pub use dataset::{DatasetWriter, Format, WriteOptions, WrittenDataset};
pub use documents::DOCUMENTS_FOLDER;
pub use json::JsonLayout;
pub use package::{CHECKSUMS, Outline, PACKAGE_FILES};
pub use parquet::write_parquet;
pub use records::{DocumentObject, DocumentRecords, FormObject, SourceInfo, Unplaced, document_id};
pub use schema::{SCHEMA_VERSION, TABLES, Table};
pub use tables::{CsvStyle, tables, tables_csv, tables_html, tables_json};
pub use values::ValueReader;
