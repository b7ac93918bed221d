//! The files of a dataset, written document by document.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::files::{WholeFile, WriteError, sync_folder, write_whole};
use crate::parquet::ParquetTable;
use crate::records::DocumentRecords;
use crate::schema::{TABLES, Table};

/// A format that tables can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One Parquet file a table.
    Parquet,
    /// One nested JSON file a document.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Parquet, Self::Json];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Json => "json",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == text);
        known.ok_or_else(|| format!("{text:?} is not a format: use {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// Folder of the JSON files of a dataset.
pub const DOCUMENTS_FOLDER: &str = "documents";

/// Writes the files of a dataset. Documents come in the order of the dataset; memory does not grow with their number.
pub struct DatasetWriter {
    sinks: Vec<Box<dyn Sink>>,
}

impl DatasetWriter {
    /// Begins the files of `formats`. They are written in `staging` and put into `folder` when all are whole.
    pub fn create(folder: &Path, staging: &Path, formats: &[Format]) -> Result<Self, WriteError> {
        let sink = |format: &Format| -> Result<Box<dyn Sink>, WriteError> {
            Ok(match format {
                Format::Parquet => Box::new(ParquetSink::create(folder, staging)?),
                Format::Json => Box::new(JsonSink::create(folder)?),
            })
        };
        Ok(Self { sinks: formats.iter().map(sink).collect::<Result<_, _>>()? })
    }

    /// Adds a document.
    pub fn push(&mut self, records: &DocumentRecords) -> Result<(), WriteError> {
        self.sinks.iter_mut().try_for_each(|sink| sink.push(records))
    }

    /// Ends every file, then puts all of them at their places.
    pub fn finish(self) -> Result<(), WriteError> {
        let files: Vec<Vec<WholeFile>> = self.sinks.into_iter().map(Sink::finish).collect::<Result<_, _>>()?;
        for file in files.into_iter().flatten() {
            let path = file.target().to_owned();
            file.commit().map_err(|error| WriteError::new(&path, error))?;
        }
        Ok(())
    }
}

/// One format of a dataset.
trait Sink {
    fn push(&mut self, records: &DocumentRecords) -> Result<(), WriteError>;

    /// Ends the files; they are whole, but not yet at their places.
    fn finish(self: Box<Self>) -> Result<Vec<WholeFile>, WriteError>;
}

/// One Parquet file for each table.
struct ParquetSink {
    tables: Vec<(&'static str, PathBuf, ParquetTable<WholeFile>)>,
}

impl ParquetSink {
    fn create(folder: &Path, staging: &Path) -> Result<Self, WriteError> {
        let table = |table: &Table| {
            let path = folder.join(format!("{}.parquet", table.name));
            let file = WholeFile::create_in(staging, &path).map_err(|error| WriteError::new(&path, error))?;
            let writer = ParquetTable::new(table, file).map_err(|error| WriteError::new(&path, error))?;
            Ok((table.name, path, writer))
        };
        Ok(Self { tables: TABLES.iter().map(table).collect::<Result<_, _>>()? })
    }
}

impl Sink for ParquetSink {
    fn push(&mut self, records: &DocumentRecords) -> Result<(), WriteError> {
        records.visit_rows(|table, row| {
            let Some((_, path, writer)) = self.tables.iter_mut().find(|(name, ..)| *name == table.name) else {
                return Ok(());
            };
            writer.push(&row.cells()).map_err(|error| WriteError::new(path, error))
        })
    }

    fn finish(self: Box<Self>) -> Result<Vec<WholeFile>, WriteError> {
        let finish = |(_, path, writer): (_, PathBuf, ParquetTable<_>)| {
            writer.finish().map_err(|error| WriteError::new(&path, error))
        };
        self.tables.into_iter().map(finish).collect()
    }
}

/// One JSON file for each document. A file that already says the same is left alone.
struct JsonSink {
    folder: PathBuf,
}

impl JsonSink {
    fn create(folder: &Path) -> Result<Self, WriteError> {
        let folder = folder.join(DOCUMENTS_FOLDER);
        fs::create_dir_all(&folder).map_err(|error| WriteError::new(&folder, error))?;
        Ok(Self { folder })
    }
}

impl Sink for JsonSink {
    fn push(&mut self, records: &DocumentRecords) -> Result<(), WriteError> {
        let path = self.folder.join(format!("{}.json", records.document.row.document_id));
        let mut json = records.to_json(false).map_err(|error| WriteError::new(&path, error))?;
        json.push('\n');
        if fs::read(&path).is_ok_and(|known| known == json.as_bytes()) {
            return Ok(());
        }
        write_whole(&path, json.as_bytes())
    }

    fn finish(self: Box<Self>) -> Result<Vec<WholeFile>, WriteError> {
        sync_folder(&self.folder);
        Ok(Vec::new())
    }
}
