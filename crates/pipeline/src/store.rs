//! What an output folder remembers between runs, in its hidden folder `.jixiao`.
//!
//! ```text
//! .jixiao/lock                        held by the one process that may write
//! .jixiao/inputs.jsonl                every file of the dataset: path, size, time, hash, which result is its
//! .jixiao/results/<key>/<id>.json     what was read out of a document; <key> names program version and options
//! .jixiao/published                   fingerprint of the dataset that the files beside `.jixiao` hold
//! .jixiao/staging/                    files being written
//! ```
//!
//! A result is keyed by the bytes of the document and never by its name, so a renamed file is not read again. Every
//! file is written whole: a run that is killed leaves either the result of a document or nothing.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use jixiao_exporter::files::{WholeFile, WriteError, write_whole};
use jixiao_exporter::{DocumentRecords, PACKAGE_FILES};
use serde::{Deserialize, Serialize};

/// Name of the folder inside the output folder.
pub const FOLDER: &str = ".jixiao";

/// What is known of one file of the dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Size in bytes.
    pub bytes: u64,
    /// Time of the last change in nanoseconds; `None` where it cannot be relied on.
    pub modified: Option<u64>,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Which program version and options gave its result.
    pub key: String,
    /// Status of the document.
    pub status: String,
    /// Why it is not `ok`.
    pub message: Option<String>,
}

/// Every file of the dataset, by path.
pub type Manifest = BTreeMap<String, Input>;

#[derive(Serialize, Deserialize)]
struct ManifestLine<'a> {
    path: std::borrow::Cow<'a, str>,
    #[serde(flatten)]
    input: std::borrow::Cow<'a, Input>,
}

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
    /// Something cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The list of inputs cannot be read.
    #[error("{}: cannot be read ({reason}): remove it, and give all inputs again", path.display())]
    Manifest {
        /// The list.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// An output folder, locked for this process.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    /// The lock goes when the file is closed, by us or by the system.
    _lock: File,
}

impl Store {
    /// Locks a folder, which is made where it is missing, and clears away what a killed run left.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let root = folder.join(FOLDER);
        let staging = root.join("staging");
        refuse_foreign(folder, &root)?;
        fs::create_dir_all(&root).map_err(|error| WriteError::new(&root, error))?;
        let lock = lock(folder, &root.join("lock"))?;
        let _ = fs::remove_dir_all(&staging);
        fs::create_dir_all(&staging).map_err(|error| WriteError::new(&staging, error))?;
        Ok(Self { root, _lock: lock })
    }

    /// Where files are written before they are put at their places.
    pub fn staging(&self) -> PathBuf {
        self.root.join("staging")
    }

    /// The list of inputs; empty for a new folder.
    pub fn manifest(&self) -> Result<Manifest, StoreError> {
        let path = self.root.join("inputs.jsonl");
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Manifest::new()),
            Err(error) => return Err(StoreError::Manifest { path, reason: error.to_string() }),
        };
        let entry = |line: io::Result<String>| -> io::Result<(String, Input)> {
            let ManifestLine { path, input } = serde_json::from_str(&line?)?;
            Ok((path.into_owned(), input.into_owned()))
        };
        let entries = BufReader::new(file).lines().map(entry).collect::<io::Result<_>>();
        entries.map_err(|error| StoreError::Manifest { path, reason: error.to_string() })
    }

    /// Replaces the list of inputs.
    pub fn save_manifest(&self, manifest: &Manifest) -> Result<(), WriteError> {
        use std::borrow::Cow::Borrowed;
        let path = self.root.join("inputs.jsonl");
        let write = || {
            let mut file = WholeFile::create_in(&self.staging(), &path)?;
            for (path, input) in manifest {
                serde_json::to_writer(&mut file, &ManifestLine { path: Borrowed(path), input: Borrowed(input) })?;
                file.write_all(b"\n")?;
            }
            Ok(file)
        };
        write().map_err(|error: io::Error| WriteError::new(&path, error))?.commit()
    }

    /// True where a document with this hash was read under this key.
    pub fn has(&self, key: &str, sha256: &str) -> bool {
        fs::metadata(self.result_path(key, sha256)).is_ok_and(|metadata| metadata.len() > 0)
    }

    /// What was read out of a document; `None` where it was not, or where the result is damaged.
    pub fn load(&self, key: &str, sha256: &str) -> Option<DocumentRecords> {
        let json = fs::read(self.result_path(key, sha256)).ok()?;
        let records: DocumentRecords = serde_json::from_slice(&json).ok()?;
        (records.document.row.sha256 == sha256).then_some(records)
    }

    /// Keeps what was read out of a document.
    pub fn save(&self, key: &str, records: &DocumentRecords) -> Result<(), WriteError> {
        let path = self.result_path(key, &records.document.row.sha256);
        let write = || {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            let mut file = WholeFile::create_in(&self.staging(), &path)?;
            file.write_all(records.to_json(true)?.as_bytes())?;
            Ok(file)
        };
        write().map_err(|error: io::Error| WriteError::new(&path, error))?.commit()
    }

    /// Removes results that no input refers to.
    pub fn sweep(&self, manifest: &Manifest) {
        let wanted: std::collections::BTreeSet<PathBuf> =
            manifest.values().map(|input| self.result_path(&input.key, &input.sha256)).collect();
        for path in files_below(&self.root.join("results")) {
            if !wanted.contains(&path) {
                // A result that stays costs space only.
                let _ = fs::remove_file(path);
            }
        }
    }

    /// Fingerprint of the dataset that the folder holds; `None` while it is being replaced.
    pub fn published(&self) -> Option<String> {
        fs::read_to_string(self.root.join("published")).ok()
    }

    /// Says that the folder is about to be changed.
    pub fn unpublish(&self) -> Result<(), WriteError> {
        let path = self.root.join("published");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(WriteError::new(&path, error)),
            _ => Ok(()),
        }
    }

    /// Says which dataset the folder holds now.
    pub fn publish(&self, fingerprint: &str) -> Result<(), WriteError> {
        write_whole(&self.root.join("published"), fingerprint.as_bytes())
    }

    /// Results are spread over folders, because a folder with a million files is slow everywhere.
    fn result_path(&self, key: &str, sha256: &str) -> PathBuf {
        let id = jixiao_exporter::document_id(sha256);
        let folder = id.get(..2).unwrap_or(id);
        self.root.join("results").join(key).join(folder).join(format!("{id}.json"))
    }
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

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries
        .flat_map(|entry| if entry.path().is_dir() { files_below(&entry.path()) } else { vec![entry.path()] })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(sha256: &str) -> Input {
        Input {
            bytes: 3,
            modified: Some(1),
            sha256: sha256.to_owned(),
            key: "k".to_owned(),
            status: "ok".to_owned(),
            message: None,
        }
    }

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
    fn the_list_of_inputs_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.manifest().unwrap(), Manifest::new());
        let manifest = Manifest::from([("表/一.pdf".to_owned(), input("ab")), ("b".to_owned(), input("cd"))]);
        store.save_manifest(&manifest).unwrap();
        assert_eq!(store.manifest().unwrap(), manifest);
    }

    fn kept(store: &Store, text: &str) -> String {
        let source = crate::Source::new("a.txt", text.as_bytes().to_vec());
        store.save("k", &crate::process_one(&source, &crate::ReadOptions::default())).unwrap();
        source.sha256().to_owned()
    }

    #[test]
    fn a_damaged_result_is_no_result() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let sha256 = kept(&store, "no form");
        assert_eq!(store.load("k", &sha256).unwrap().document.row.sha256, sha256);
        assert_eq!(store.load("other", &sha256), None);
        fs::write(store.result_path("k", &sha256), r#"{"schema_version": 1, "docu"#).unwrap();
        assert_eq!(store.load("k", &sha256), None);
    }

    #[test]
    fn sweeping_leaves_what_is_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (wanted, gone) = (kept(&store, "one"), kept(&store, "two"));
        store.sweep(&Manifest::from([("a".to_owned(), input(&wanted))]));
        assert!(store.has("k", &wanted) && !store.has("k", &gone));
    }
}
