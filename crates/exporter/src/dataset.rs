//! The files of a dataset, written document by document.

use std::cmp::Reverse;
use std::convert::Infallible;
use std::mem;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::thread;

use rayon::prelude::*;

use crate::csv::CsvTable;
use crate::documents::DocumentsSink;
use crate::files::{Closing, FileSet, Fingerprint, WholeFile, WriteError};
use crate::jsonl::JsonLinesTable;
use crate::package::{Counts, Outline, PACKAGE_FILES, Package};
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

    /// True where CSV is written for Excel.
    pub(crate) fn excel(&self) -> bool {
        self.excel
    }

    /// The formats, each once.
    pub fn formats(&self) -> &[Format] {
        &self.formats
    }
}

/// Writes the files of a dataset. Documents come in the order of the dataset; memory does not grow with their number.
pub struct DatasetWriter<'a> {
    folder: &'a Path,
    staging: PathBuf,
    outline: Arc<Outline>,
    sinks: Vec<Box<dyn Sink>>,
    counts: Counts,
}

impl<'a> DatasetWriter<'a> {
    /// Begins the files. They are written in `staging` and put into `folder` when all of them are whole.
    pub fn create(folder: &'a Path, staging: &Path, outline: Arc<Outline>) -> Result<Self, WriteError> {
        let options = &outline.options;
        let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
        for format in &options.formats {
            match format {
                Format::Json => sinks.push(Box::new(DocumentsSink::create(folder, staging)?)),
                Format::Xlsx => sinks.push(Box::new(WorkbookSink::create(folder, staging, options)?)),
                tabular => {
                    for table in options.tables() {
                        sinks.push(Box::new(TableSink::create(folder, staging, *tabular, table, options)?));
                    }
                }
            }
        }
        Ok(Self { folder, staging: staging.to_owned(), outline, sinks, counts: Counts::default() })
    }

    /// Adds documents. The files are independent of each other: the pool that this is called in writes them side by
    /// side.
    pub fn push(&mut self, documents: &[DocumentRecords]) -> Result<(), WriteError> {
        for records in documents {
            self.counts.add(records);
        }
        self.sinks.par_iter_mut().try_for_each(|sink| sink.push(documents))
    }

    /// Ends every file and describes them in the files of the package. All are whole and on disk then.
    pub fn finish(self) -> Result<WrittenDataset, WriteError> {
        let Self { folder, staging, outline, sinks, counts } = self;
        let package = Package { outline: &outline, folder, staging: &staging, counts: &counts };
        thread::scope(|scope| {
            let closing = Closing::new(scope);
            let (finished, begun) = rayon::join(|| finish(sinks, &closing), || package.begin());
            let mut finished = finished?;
            package.finish(begun?, &mut finished)?;
            closing.add(finished.files)?;
            let documents = finished.documents.map(|(files, _)| files);
            documents.as_ref().map_or(Ok(()), FileSet::sync)?;
            Ok(WrittenDataset { files: closing.closed()?, documents })
        })
    }
}

/// Ends the files: first, side by side, those for which little is to be done; then the others one after the other, so
/// that only one table at a time is held in memory. Their columns are written side by side.
fn finish(sinks: Vec<Box<dyn Sink>>, closing: &Closing<'_>) -> Result<Finished, WriteError> {
    let (mut light, heavy): (Vec<_>, Vec<_>) = sinks.into_iter().partition(|sink| sink.effort() != Effort::Heavy);
    // The rest of the largest would otherwise be done last, by one thread alone.
    light.sort_by_key(|sink| Reverse(sink.effort()));
    let light = light.into_par_iter().with_max_len(1).map(Sink::finish);
    let light: Vec<Finished> = light.collect::<Result<_, WriteError>>()?;
    let mut all = Finished::default();
    for finished in light {
        all.extend(finished);
    }
    // Now, not all at the end: the disk takes these together, and meanwhile others are written.
    closing.add(mem::take(&mut all.files))?;
    for sink in heavy {
        all.extend(sink.finish()?);
        closing.add(mem::take(&mut all.files))?;
    }
    Ok(all)
}

/// The files of a dataset: whole and on disk, but not yet at their places.
#[derive(Debug)]
pub struct WrittenDataset {
    files: Vec<WholeFile>,
    documents: Option<FileSet>,
}

impl WrittenDataset {
    /// Puts all files at their places. This needs no room on the disk, so little can stop it half-way; whoever reads
    /// meanwhile finds that the checksums do not fit. The names of tables are on disk after
    /// [`sync_folder`](crate::files::sync_folder).
    pub fn commit(self) -> Result<(), WriteError> {
        self.documents.map_or(Ok(()), FileSet::commit)?;
        self.files.into_iter().try_for_each(WholeFile::commit)
    }
}

/// What it takes to end files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effort {
    /// Little memory, and time that grows with this.
    Light(usize),
    /// The memory of a whole table.
    Heavy,
}

/// One file of a dataset, or those of one kind.
pub(crate) trait Sink: Send {
    /// Adds documents.
    fn push(&mut self, documents: &[DocumentRecords]) -> Result<(), WriteError>;

    /// What ending the files takes.
    fn effort(&self) -> Effort {
        Effort::Light(0)
    }

    /// Ends the files.
    fn finish(self: Box<Self>) -> Result<Finished, WriteError>;
}

/// What a sink has written.
#[derive(Default)]
pub(crate) struct Finished {
    /// Files of tables: whole, but not yet at their places.
    pub(crate) files: Vec<WholeFile>,
    /// Files of single documents that changed, and a file with the checksums of those of all documents.
    pub(crate) documents: Option<(FileSet, PathBuf)>,
    /// Size and hash of every file of a table or of the package, by its name.
    pub(crate) sums: Vec<(String, Fingerprint)>,
}

impl Finished {
    /// A file that is ended.
    pub(crate) fn file(mut file: WholeFile) -> Result<Self, WriteError> {
        let sums = vec![(file.name(), file.fingerprint()?)];
        Ok(Self { files: vec![file], documents: None, sums })
    }

    /// Takes in what another sink has written.
    pub(crate) fn extend(&mut self, other: Self) {
        self.files.extend(other.files);
        self.documents = self.documents.take().or(other.documents);
        self.sums.extend(other.sums);
    }
}

/// Why a table cannot be written, in words.
pub(crate) type Reason = Box<dyn std::error::Error + Send + Sync>;

/// The file of one table.
pub(crate) trait TableFile: Send {
    /// Adds rows.
    fn push(&mut self, rows: &[&dyn Row]) -> Result<(), Reason>;

    /// What ending the file takes.
    fn effort(&self) -> Effort {
        Effort::Light(0)
    }

    /// Ends the file.
    fn finish(self: Box<Self>) -> Result<WholeFile, Reason>;
}

/// A table in a format in which each table is a file of its own.
struct TableSink {
    table: &'static Table,
    path: PathBuf,
    file: Box<dyn TableFile>,
}

impl TableSink {
    fn create(
        folder: &Path,
        staging: &Path,
        format: Format,
        table: &'static Table,
        options: &WriteOptions,
    ) -> Result<Self, WriteError> {
        let path = folder.join(format.file_of(table));
        let file = begin_table(format, options.excel, table, staging, &path);
        let file = file.map_err(|reason| WriteError::new(&path, reason))?;
        Ok(Self { table, path, file })
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
        Format::Jsonl => Box::new(JsonLinesTable::new(table, file)),
        _ => Box::new(ParquetTable::new(table, file, staging)),
    })
}

impl Sink for TableSink {
    fn push(&mut self, documents: &[DocumentRecords]) -> Result<(), WriteError> {
        let mut rows: Vec<&dyn Row> = Vec::new();
        for records in documents {
            let Ok(()) = records.visit_rows(|table, row| {
                rows.extend((table.name == self.table.name).then_some(row));
                Ok::<(), Infallible>(())
            });
        }
        self.file.push(&rows).map_err(|reason| WriteError::new(&self.path, reason))
    }

    fn effort(&self) -> Effort {
        self.file.effort()
    }

    fn finish(self: Box<Self>) -> Result<Finished, WriteError> {
        let file = self.file.finish().map_err(|reason| WriteError::new(&self.path, reason))?;
        Finished::file(file)
    }
}
