//! One nested JSON file for each document.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::dataset::{Finished, Sink};
use crate::files::{Digest, FileSet, WriteError};
use crate::package::checksum_line;
use crate::records::DocumentRecords;

/// Folder of the JSON files of a dataset.
pub const DOCUMENTS_FOLDER: &str = "documents";

/// Writes the JSON file of each document. A file that already says the same is left alone.
pub(crate) struct DocumentsSink {
    folder: PathBuf,
    changed: FileSet,
    /// Lines of the checksums, on disk as they come.
    sums: BufWriter<File>,
    sums_path: PathBuf,
}

impl DocumentsSink {
    pub(crate) fn create(folder: &Path, staging: &Path) -> Result<Self, WriteError> {
        let folder = folder.join(DOCUMENTS_FOLDER);
        fs::create_dir_all(&folder).map_err(|error| WriteError::new(&folder, error))?;
        let sums_path = staging.join("documents.sha256");
        let sums = File::create(&sums_path).map_err(|error| WriteError::new(&sums_path, error))?;
        let changed = FileSet::create(staging.join(DOCUMENTS_FOLDER), &folder)?;
        Ok(Self { folder, changed, sums: BufWriter::new(sums), sums_path })
    }

    /// Writes the file of a document where it says something new. Gives its line of the checksums.
    fn write(&self, records: &DocumentRecords) -> Result<String, WriteError> {
        let name = format!("{}.json", records.document.row.document_id);
        let path = self.folder.join(&name);
        let mut json = records.to_json(false).map_err(|error| WriteError::new(&path, error))?;
        json.push('\n');
        if fs::read(&path).ok().is_none_or(|known| known != json.as_bytes()) {
            self.changed.write(&name, json.as_bytes())?;
        }
        Ok(checksum_line(&format!("{DOCUMENTS_FOLDER}/{name}"), &Digest::of(json.as_bytes())))
    }
}

impl Sink for DocumentsSink {
    fn push(&mut self, documents: &[DocumentRecords]) -> Result<(), WriteError> {
        let lines: Vec<Result<String, WriteError>> = documents.par_iter().map(|records| self.write(records)).collect();
        for line in lines {
            self.sums.write_all(line?.as_bytes()).map_err(|error| WriteError::new(&self.sums_path, error))?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, WriteError> {
        self.sums.flush().map_err(|error| WriteError::new(&self.sums_path, error))?;
        self.changed.sync()?;
        Ok(Finished { documents: Some((self.changed, self.sums_path)), ..Finished::default() })
    }
}
