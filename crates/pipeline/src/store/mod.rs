//! What an output folder remembers between runs, in its hidden folder `.jixiao`.
//!
//! ```text
//! .jixiao/lock            held by the one process that may write
//! .jixiao/inputs.jsonl    every file of the dataset: path, size, time, hash, where its result is
//! .jixiao/results-<n>     what was read out of the documents
//! .jixiao/published       fingerprint of the dataset that the files beside `.jixiao` hold
//! .jixiao/staging/        files being written
//! ```
//!
//! A result is found by the bytes of the document, the program version and the options, and never by the name of the
//! file, so a renamed file is not read again.

mod kept;

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jixiao_exporter::files::{Digest, WriteError, sync_folder};
use jixiao_exporter::{DocumentRecords, JsonLayout, PACKAGE_FILES};

pub(crate) use kept::{Input, Kept, Unsynced};
use kept::{Log, Problem, read_result};

use crate::status::Status;

/// Name of the folder inside the output folder.
pub(crate) const FOLDER: &str = ".jixiao";
/// Name of the folder of files that are being written, inside [`FOLDER`].
const STAGING: &str = "staging";
/// Level of compression of results: they are written once and read often, and time counts for more than room.
const ZSTD_LEVEL: i32 = 1;

/// The output folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process writes there.
    #[error("{}: another jixiao is writing to this folder: wait for it to end, or choose another folder with -o", .0.display())]
    Busy(PathBuf),
    /// The folder holds files that are not ours and would be replaced.
    #[error("{} already has a file {name} that is not part of a dataset: choose another folder with -o", folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// The file.
        name: &'static str,
    },
    /// A file has the name of the folder.
    #[error("{} is a file and not a folder: choose another folder with -o", .0.display())]
    File(PathBuf),
    /// Something cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The list of inputs cannot be read.
    #[error("{}: cannot be read ({reason}): remove it, and give all inputs again", path.display())]
    Inputs {
        /// The list.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// An output folder, locked for this process.
#[derive(Debug)]
pub(crate) struct Store {
    root: PathBuf,
    log: Mutex<Log>,
    /// The lock goes when the file is closed, by us or by the system.
    _lock: File,
}

impl Store {
    /// Locks a folder, which is made where it is missing, and clears away what a killed run left.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let root = folder.join(FOLDER);
        let staging = root.join(STAGING);
        if folder.is_file() {
            return Err(StoreError::File(folder.to_owned()));
        }
        refuse_foreign(folder, &root)?;
        fs::create_dir_all(&root).map_err(|error| WriteError::new(&root, error))?;
        let lock = lock(folder, &root.join("lock"))?;
        let _ = fs::remove_dir_all(&staging);
        fs::create_dir_all(&staging).map_err(|error| WriteError::new(&staging, error))?;
        let log = Mutex::new(Log::open(&root)?);
        Ok(Self { root, log, _lock: lock })
    }

    /// Where files are written before they are put at their places.
    pub(crate) fn staging(&self) -> PathBuf {
        self.root.join(STAGING)
    }

    /// What is known of a file.
    pub(crate) fn known(&self, path: &str) -> Option<Input> {
        let log = self.log();
        log.inputs().get(path).filter(|input| log.has(&input.kept)).cloned()
    }

    /// The result of a document that was read by this program version with these options.
    pub(crate) fn find(&self, key: &Digest, sha256: &Digest) -> Option<Arc<Kept>> {
        self.log().find(key, sha256)
    }

    /// True where nothing was read yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.log().is_empty()
    }

    /// What was read out of a document; `None` where the result is damaged.
    pub(crate) fn load(&self, kept: &Kept) -> Option<DocumentRecords> {
        let bytes = read_result(&self.root, kept.result).ok()?;
        let json = zstd::decode_all(&bytes[..]).ok()?;
        let records: DocumentRecords = serde_json::from_slice(&json).ok()?;
        (records.document.row.sha256 == kept.sha256.to_string()).then_some(records)
    }

    /// Keeps what was read out of a document.
    pub(crate) fn keep(
        &self,
        key: &Arc<Digest>,
        sha256: &Digest,
        records: &DocumentRecords,
    ) -> Result<Arc<Kept>, WriteError> {
        let bytes = compressed(records).map_err(|error| WriteError::new(&self.root, error))?;
        let result = self.log().add_result(&bytes)?;
        let row = &records.document.row;
        let problem = Problem::new(Status::of_row(&row.status), row.message.clone());
        Ok(Arc::new(Kept { sha256: *sha256, key: Arc::clone(key), problem, result }))
    }

    /// Says what is known of a file.
    pub(crate) fn note(&self, path: &Arc<str>, input: Input) -> Result<(), WriteError> {
        let mut log = self.log();
        log.add_input(path, input)?;
        let due = log.due();
        drop(log);
        let synced = due.map_or(Ok(()), |unsynced| unsynced.sync());
        synced.map_err(|error| WriteError::new(&self.root, error))
    }

    /// Leaves only files for which `wanted` is true.
    pub(crate) fn retain(&self, wanted: impl Fn(&str, &Input) -> bool) {
        self.log().retain(wanted);
    }

    /// The documents of the files for which `wanted` is true.
    pub(crate) fn documents(&self, wanted: impl Fn(&str, &Digest) -> bool) -> BTreeSet<Digest> {
        let log = self.log();
        let found = log.inputs().iter().filter(|(path, input)| wanted(path, &input.kept.sha256));
        found.map(|(_, input)| input.kept.sha256).collect()
    }

    /// Every file of the dataset.
    pub(crate) fn inputs(&self) -> Vec<(Arc<str>, Arc<Kept>)> {
        let pair = |(path, input): (&Arc<str>, &Input)| (Arc::clone(path), Arc::clone(&input.kept));
        self.log().inputs().iter().map(pair).collect()
    }

    /// Gives back the room that nothing needs, and has everything on disk as soon as the result is waited for.
    pub(crate) fn tidy(&self) -> Result<Option<Unsynced>, WriteError> {
        self.log().tidy(&self.staging())
    }

    /// Waits until what was added is on disk.
    pub(crate) fn sync(&self, unsynced: &Unsynced) -> Result<(), WriteError> {
        unsynced.sync_with_names(&self.root)
    }

    /// Fingerprint of the dataset that the folder holds; `None` while it is being replaced.
    pub(crate) fn published(&self) -> Option<String> {
        fs::read_to_string(self.root.join("published")).ok()
    }

    /// Says that the folder is about to be changed.
    pub(crate) fn unpublish(&self) -> Result<(), WriteError> {
        let path = self.root.join("published");
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => {
                removed.map_err(|error| WriteError::new(&path, error))?;
                sync_folder(&self.root);
            }
        }
        Ok(())
    }

    /// Says which dataset the folder holds now. Nothing waits until that is on disk: a power cut costs no more than
    /// that the same dataset is written again.
    pub(crate) fn publish(&self, fingerprint: &str) -> Result<(), WriteError> {
        let path = self.root.join("published");
        let staged = self.staging().join("published");
        let written = fs::write(&staged, fingerprint).and_then(|()| fs::rename(&staged, &path));
        written.map_err(|error| WriteError::new(&path, error))
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        // No call leaves the log half changed where it panics.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn compressed(records: &DocumentRecords) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
    encoder.include_checksum(true)?;
    records.write_json(JsonLayout::Sparse, &mut encoder)?;
    encoder.finish()
}

/// A folder that is not a dataset yet must not have files of the names that a dataset has.
fn refuse_foreign(folder: &Path, root: &Path) -> Result<(), StoreError> {
    let taken = PACKAGE_FILES.into_iter().find(|name| folder.join(name).exists());
    match taken {
        Some(name) if !root.exists() => Err(StoreError::Foreign { folder: folder.to_owned(), name }),
        _ => Ok(()),
    }
}

fn lock(folder: &Path, path: &Path) -> Result<File, StoreError> {
    let file = File::create(path).map_err(|error| WriteError::new(path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(WriteError::new(path, error).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ReadOptions, Source, process_one};

    #[test]
    fn only_one_process_may_write() {
        let folder = tempfile::tempdir().unwrap();
        let first = Store::open(folder.path()).unwrap();
        assert!(matches!(Store::open(folder.path()), Err(StoreError::Busy(_))));
        drop(first);
        Store::open(folder.path()).unwrap();
    }

    #[test]
    fn the_files_of_others_are_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("README.md"), "mine").unwrap();
        let error = Store::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("README.md") && error.contains("-o"), "{error}");
    }

    #[test]
    fn a_file_is_no_folder() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Store::open(file.path()).unwrap_err().to_string();
        assert!(error.contains("is a file") && error.contains("-o"), "{error}");
    }

    #[test]
    fn a_damaged_result_is_no_result() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let source = Source::new("a.txt", b"no form".to_vec());
        let records = process_one(&source, &ReadOptions::default());
        let kept = store.keep(&Arc::new(Digest::of(b"key")), source.sha256(), &records).unwrap();
        assert_eq!(store.load(&kept), Some(records));
        let path = store.root.join("results-1");
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(store.load(&kept), None);
        let mut damaged = whole.clone();
        damaged[whole.len() / 2] ^= 0x10;
        fs::write(&path, damaged).unwrap();
        assert_eq!(store.load(&kept), None);
    }
}
