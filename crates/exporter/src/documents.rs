//! One nested JSON file for each document.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::dataset::{Finished, Sink};
use crate::files::{Fingerprint, WholeFile, WriteError, sha256_hex};
use crate::records::DocumentRecords;

/// Folder of the JSON files of a dataset.
pub const DOCUMENTS_FOLDER: &str = "documents";

/// Writes the JSON file of each document. A file that already says the same is left alone.
pub(crate) struct DocumentsSink {
    folder: PathBuf,
    staging: PathBuf,
    changed: Vec<WholeFile>,
    sums: Vec<(String, Fingerprint)>,
}

impl DocumentsSink {
    pub(crate) fn create(folder: &Path, staging: &Path) -> Result<Self, WriteError> {
        let folder = folder.join(DOCUMENTS_FOLDER);
        fs::create_dir_all(&folder).map_err(|error| WriteError::new(&folder, error))?;
        Ok(Self { folder, staging: staging.to_owned(), changed: Vec::new(), sums: Vec::new() })
    }

    fn stage(&mut self, path: &Path, json: &[u8]) -> io::Result<()> {
        let mut file = WholeFile::create_in(&self.staging, path)?;
        file.write_all(json)?;
        // Thousands of files wait for their turn: none of them is kept open.
        file.close()?;
        self.changed.push(file);
        Ok(())
    }
}

impl Sink for DocumentsSink {
    fn push(&mut self, records: &DocumentRecords) -> Result<(), WriteError> {
        let name = format!("{}.json", records.document.row.document_id);
        let path = self.folder.join(&name);
        let mut json = records.to_json(false).map_err(|error| WriteError::new(&path, error))?;
        json.push('\n');
        let sum = Fingerprint { sha256: sha256_hex(json.as_bytes()), bytes: json.len() as u64 };
        self.sums.push((format!("{DOCUMENTS_FOLDER}/{name}"), sum));
        if fs::read(&path).is_ok_and(|known| known == json.as_bytes()) {
            return Ok(());
        }
        self.stage(&path, json.as_bytes()).map_err(|error| WriteError::new(&path, error))
    }

    fn finish(self: Box<Self>, finished: &mut Finished) -> Result<(), WriteError> {
        finished.documents.extend(self.changed);
        finished.sums.extend(self.sums);
        Ok(())
    }
}
