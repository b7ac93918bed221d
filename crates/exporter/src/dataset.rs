//! The files of a dataset, written document by document.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::csv::CsvTable;
use crate::documents::DocumentsSink;
use crate::files::{Fingerprint, WholeFile, WriteError};
use crate::jsonl::JsonLinesTable;
use crate::package::{Counts, PACKAGE_FILES, Package};
use crate::parquet::ParquetTable;
use crate::records::DocumentRecords;
use crate::schema::{Row, TABLES, Table};
use crate::xlsx::WorkbookSink;

/// A format that a dataset can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One Parquet file a table.
    Parquet,
    /// One nested JSON file a document.
    Json,
    /// One JSON Lines file a table.
    Jsonl,
    /// One CSV file a table.
    Csv,
    /// One workbook, one sheet a table.
    Xlsx,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Parquet, Self::Json, Self::Jsonl, Self::Csv, Self::Xlsx];

    /// The name on the command line, and the ending of the files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// True where each table is a file of its own.
    pub(crate) fn is_tabular(self) -> bool {
        matches!(self, Self::Parquet | Self::Jsonl | Self::Csv)
    }

    /// The files of these tables; those of single documents are left out.
    fn files(self, tables: impl Iterator<Item = &'static Table>) -> Vec<String> {
        match self {
            Self::Json => Vec::new(),
            Self::Xlsx => vec![WORKBOOK.to_owned()],
            Self::Parquet | Self::Jsonl | Self::Csv => tables.map(|table| self.file_of(table)).collect(),
        }
    }

    /// The name of a table's file.
    pub(crate) fn file_of(self, table: &Table) -> String {
        format!("{}.{}", table.name, self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == text);
        known.ok_or_else(|| format!("{text:?} is not a format: use {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// Name of the Excel workbook.
pub(crate) const WORKBOOK: &str = "dataset.xlsx";

/// What is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteOptions {
    formats: Vec<Format>,
    excel: bool,
    cells: bool,
}

impl WriteOptions {
    /// These formats; with `excel`, CSV has a byte order mark and no text that Excel would take for a formula.
    pub fn new(mut formats: Vec<Format>, excel: bool) -> Self {
        formats.sort_unstable();
        formats.dedup();
        Self { formats, excel, cells: false }
    }

    /// These options, with the table `cells` or without it.
    #[must_use]
    pub fn with_cells(self, cells: bool) -> Self {
        Self { cells, ..self }
    }

    /// The tables that are written.
    pub fn tables(&self) -> impl Iterator<Item = &'static Table> {
        TABLES.iter().filter(|table| self.cells || !table.optional)
    }

    /// Names of the files below the folder of the dataset; those of single documents are left out.
    pub fn files(&self) -> Vec<String> {
        let tables = self.formats.iter().flat_map(|format| format.files(self.tables()));
        tables.chain(PACKAGE_FILES.map(str::to_owned)).collect()
    }

    /// Names of files that other options would write: left by an earlier run, they would tell of another dataset.
    pub fn other_files(&self) -> Vec<String> {
        let files = self.files();
        let all = Format::ALL.into_iter().flat_map(|format| format.files(TABLES.iter()));
        all.filter(|name| !files.contains(name)).collect()
    }

    /// The formats, each once.
    pub fn formats(&self) -> &[Format] {
        &self.formats
    }
}

/// Writes the files of a dataset. Documents come in the order of the dataset; memory does not grow with their number.
pub struct DatasetWriter<'a> {
    folder: &'a Path,
    staging: &'a Path,
    options: &'a WriteOptions,
    sinks: Vec<Box<dyn Sink>>,
    counts: Counts,
}

impl<'a> DatasetWriter<'a> {
    /// Begins the files. They are written in `staging` and put into `folder` when all of them are whole.
    pub fn create(folder: &'a Path, staging: &'a Path, options: &'a WriteOptions) -> Result<Self, WriteError> {
        let sink = |format: &Format| -> Result<Box<dyn Sink>, WriteError> {
            Ok(match format {
                Format::Json => Box::new(DocumentsSink::create(folder, staging)?),
                Format::Xlsx => Box::new(WorkbookSink::create(folder, staging, options)?),
                tabular => Box::new(Tables::create(folder, staging, *tabular, options)?),
            })
        };
        let sinks = options.formats.iter().map(sink).collect::<Result<_, _>>()?;
        Ok(Self { folder, staging, options, sinks, counts: Counts::default() })
    }

    /// Adds a document.
    pub fn push(&mut self, records: &DocumentRecords) -> Result<(), WriteError> {
        self.counts.add(records);
        self.sinks.iter_mut().try_for_each(|sink| sink.push(records))
    }

    /// Ends every file, describes them in the files of the package, then puts all of them at their places.
    pub fn finish(self) -> Result<(), WriteError> {
        let mut finished = Finished::default();
        for sink in self.sinks {
            sink.finish(&mut finished)?;
        }
        let package =
            Package { staging: self.staging, folder: self.folder, options: self.options, counts: &self.counts };
        package.write(&mut finished)?;
        finished.documents.into_iter().chain(finished.files).try_for_each(WholeFile::commit)?;
        crate::files::sync_folder(self.folder);
        Ok(())
    }
}

/// One format of a dataset.
pub(crate) trait Sink {
    /// Adds a document.
    fn push(&mut self, records: &DocumentRecords) -> Result<(), WriteError>;

    /// Ends the files.
    fn finish(self: Box<Self>, finished: &mut Finished) -> Result<(), WriteError>;
}

/// What the sinks have written.
#[derive(Default)]
pub(crate) struct Finished {
    /// Files of tables: whole, but not yet at their places.
    pub(crate) files: Vec<WholeFile>,
    /// Files of single documents that changed: closed, but not yet at their places.
    pub(crate) documents: Vec<WholeFile>,
    /// Size and hash of the files of all documents, by their path below the folder.
    pub(crate) sums: BTreeMap<String, Fingerprint>,
}

/// Why a table cannot be written, in words.
pub(crate) type Reason = Box<dyn std::error::Error + Send + Sync>;

/// The file of one table.
pub(crate) trait TableFile {
    /// Adds a row.
    fn push(&mut self, row: &dyn Row) -> Result<(), Reason>;

    /// Ends the file.
    fn finish(self: Box<Self>) -> Result<WholeFile, Reason>;
}

/// A format in which each table is a file of its own.
struct Tables {
    files: Vec<(&'static str, PathBuf, Box<dyn TableFile>)>,
}

impl Tables {
    fn create(folder: &Path, staging: &Path, format: Format, options: &WriteOptions) -> Result<Self, WriteError> {
        let begin = |table: &'static Table| {
            let path = folder.join(format.file_of(table));
            let file = begin_table(format, options.excel, table, staging, &path);
            file.map(|file| (table.name, path.clone(), file)).map_err(|reason| WriteError::new(&path, reason))
        };
        Ok(Self { files: options.tables().map(begin).collect::<Result<_, _>>()? })
    }
}

fn begin_table(
    format: Format,
    excel: bool,
    table: &'static Table,
    staging: &Path,
    path: &Path,
) -> Result<Box<dyn TableFile>, Reason> {
    let file = WholeFile::create_in(staging, path)?;
    Ok(match format {
        Format::Csv => Box::new(CsvTable::new(table, file, excel)?),
        Format::Jsonl => Box::new(JsonLinesTable::new(file)),
        _ => Box::new(ParquetTable::new(table, file)?),
    })
}

impl Sink for Tables {
    fn push(&mut self, records: &DocumentRecords) -> Result<(), WriteError> {
        records.visit_rows(|table, row| {
            let Some((_, path, file)) = self.files.iter_mut().find(|(name, ..)| *name == table.name) else {
                return Ok(());
            };
            file.push(row).map_err(|reason| WriteError::new(path, reason))
        })
    }

    fn finish(self: Box<Self>, finished: &mut Finished) -> Result<(), WriteError> {
        for (_, path, file) in self.files {
            finished.files.push(file.finish().map_err(|reason| WriteError::new(&path, reason))?);
        }
        Ok(())
    }
}

impl TableFile for ParquetTable<WholeFile> {
    fn push(&mut self, row: &dyn Row) -> Result<(), Reason> {
        Ok(self.push(&row.cells())?)
    }

    fn finish(self: Box<Self>) -> Result<WholeFile, Reason> {
        Ok((*self).finish()?)
    }
}
