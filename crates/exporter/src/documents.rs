//! One nested JSON file for each document.

use std::fs;
use std::path::{Path, PathBuf};

use crate::dataset::{Finished, Sink};
use crate::files::{Fingerprint, WriteError, sha256_hex, sync_folder, write_whole};
use crate::records::DocumentRecords;

/// Folder of the JSON files of a dataset.
pub const DOCUMENTS_FOLDER: &str = "documents";

/// Writes the JSON file of each document. A file that already says the same is left alone.
pub(crate) struct DocumentsSink {
    folder: PathBuf,
    sums: Vec<(String, Fingerprint)>,
}

impl DocumentsSink {
    pub(crate) fn create(folder: &Path) -> Result<Self, WriteError> {
        let folder = folder.join(DOCUMENTS_FOLDER);
        fs::create_dir_all(&folder).map_err(|error| WriteError::new(&folder, error))?;
        Ok(Self { folder, sums: Vec::new() })
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
        write_whole(&path, json.as_bytes())
    }

    fn finish(self: Box<Self>, finished: &mut Finished) -> Result<(), WriteError> {
        sync_folder(&self.folder);
        finished.sums.extend(self.sums);
        Ok(())
    }
}
