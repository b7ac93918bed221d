//! What is known of each file, and what was read out of it, as two files that only grow during a run.
//!
//! `inputs.jsonl` has a line for each file: its path, size, time and hash, how it went, and where its result is. A later
//! line about a path replaces an earlier one. `results-<n>` holds the results one after the other, each compressed and
//! with a checksum. A result is written before its line, so that a line never speaks of what is not there; what a
//! killed run was in the middle of writing is passed over.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jixiao_exporter::files::{Digest, WholeFile, WriteError, sync_folder};
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::status::Status;

/// What a power cut may cost: results that were finished so shortly before it. (A killed process costs none.)
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// Results that nobody needs any more may take so much room beside as much as those in use.
const DEAD_ALLOWED: u64 = 1 << 20;
/// Names of the files of results begin so.
const RESULTS: &str = "results-";

/// Where a result is: the number of its file, and its first byte and length there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Slot(u32, u64, u32);

impl Slot {
    /// Bytes that the result takes.
    pub(crate) fn length(self) -> u32 {
        self.2
    }
}

/// What was read out of a document, in short, and where the whole is.
///
/// There is one for each document as long as a run goes on, so it has little in it that is the same for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// SHA-256 of the document's bytes.
    pub(crate) sha256: Digest,
    /// Names the program version and the options by which it was read.
    pub(crate) key: Arc<Digest>,
    /// What is not good about it; `None` for a document that is `ok`.
    pub(crate) problem: Option<Box<Problem>>,
    /// The whole result.
    pub(crate) result: Slot,
}

/// Why a document is not `ok`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    status: Status,
    message: Option<String>,
}

impl Problem {
    /// `None` where there is none.
    pub(crate) fn new(status: Status, message: Option<String>) -> Option<Box<Self>> {
        (status != Status::Ok).then(|| Box::new(Self { status, message }))
    }
}

impl Kept {
    /// How it went.
    pub(crate) fn status(&self) -> Status {
        self.problem.as_ref().map_or(Status::Ok, |problem| problem.status)
    }

    /// Why it is not `ok`.
    pub(crate) fn message(&self) -> Option<&str> {
        self.problem.as_ref()?.message.as_deref()
    }
}

/// The result of a document, found by the hash of the document's bytes.
#[derive(Debug)]
struct ByDocument(Arc<Kept>);

impl Borrow<Digest> for ByDocument {
    fn borrow(&self) -> &Digest {
        &self.0.sha256
    }
}

impl Ord for ByDocument {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.sha256.cmp(&other.0.sha256)
    }
}

impl PartialOrd for ByDocument {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByDocument {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ByDocument {}

/// What is known of one file of the dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    /// Size in bytes.
    pub(crate) bytes: u64,
    /// Time of the last change in nanoseconds; `None` where it cannot be relied on.
    pub(crate) modified: Option<NonZeroU64>,
    /// What was read out of it.
    pub(crate) kept: Arc<Kept>,
}

/// Every file of the dataset, by path.
pub(crate) type Inputs = BTreeMap<Arc<str>, Input>;

/// A line of the list.
#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    path: Cow<'a, str>,
    bytes: u64,
    modified: Option<NonZeroU64>,
    sha256: Digest,
    key: Digest,
    status: Status,
    message: Option<Cow<'a, str>>,
    result: Slot,
}

/// The two files, and what they say.
#[derive(Debug)]
pub(crate) struct Log {
    root: PathBuf,
    inputs: Inputs,
    /// The newest result of each document.
    results: BTreeSet<ByDocument>,
    /// The program versions and options of the results, each once.
    keys: BTreeSet<Arc<Digest>>,
    /// Sizes of the files of results.
    sizes: BTreeMap<u32, u64>,
    /// The ends at which the files grow; opened when something is to be added.
    ends: Option<Ends>,
    /// The list says more, or less, than it has to.
    untidy: bool,
}

#[derive(Debug)]
struct Ends {
    list: Arc<File>,
    results: Arc<File>,
    number: u32,
    synced: Instant,
}

impl Log {
    /// Reads the list in the folder `root`. Nothing there is an empty list.
    pub(crate) fn open(root: &Path) -> Result<Self, StoreError> {
        let mut log = Self {
            root: root.to_owned(),
            inputs: Inputs::new(),
            results: BTreeSet::new(),
            keys: BTreeSet::new(),
            sizes: sizes(root),
            ends: None,
            untidy: false,
        };
        let path = log.list_path();
        let problem = |error: io::Error| StoreError::Inputs { path: path.clone(), reason: error.to_string() };
        match File::open(&path) {
            Ok(file) => log.read(BufReader::new(file)).map_err(problem)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(problem(error)),
        }
        log.remove_unused();
        Ok(log)
    }

    /// Takes the lines of the list in. The last one may be cut short, by a kill or a full disk.
    fn read(&mut self, mut file: impl BufRead) -> io::Result<()> {
        let mut line = Vec::new();
        while file.read_until(b'\n', &mut line)? > 0 {
            let whole = line.last() == Some(&b'\n');
            match serde_json::from_slice::<Entry<'_>>(&line) {
                Ok(entry) if whole => self.take_in(entry),
                Err(error) if whole && !file.fill_buf()?.is_empty() => return Err(error.into()),
                _ => self.untidy = true,
            }
            line.clear();
        }
        Ok(())
    }

    fn take_in(&mut self, Entry { path, bytes, modified, sha256, key, status, message, result }: Entry<'_>) {
        let problem = Problem::new(status, message.map(Cow::into_owned));
        let kept = Arc::new(Kept { sha256, key: self.shared(key), problem, result });
        self.set(path.into(), Input { bytes, modified, kept });
    }

    fn shared(&mut self, key: Digest) -> Arc<Digest> {
        if let Some(known) = self.keys.get(&key) {
            return Arc::clone(known);
        }
        let key = Arc::new(key);
        self.keys.insert(Arc::clone(&key));
        key
    }

    fn set(&mut self, path: Arc<str>, mut input: Input) {
        match self.results.get(&input.kept.sha256) {
            Some(ByDocument(known)) if *known == input.kept => input.kept = Arc::clone(known),
            _ => drop(self.results.replace(ByDocument(Arc::clone(&input.kept)))),
        }
        self.untidy |= self.inputs.insert(path, input).is_some();
    }

    /// Every file of the dataset.
    pub(crate) fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// The result of a document that was read by this program version with these options.
    pub(crate) fn find(&self, key: &Digest, sha256: &Digest) -> Option<Arc<Kept>> {
        let ByDocument(kept) = self.results.get(sha256)?;
        (*kept.key == *key && self.has(kept)).then(|| Arc::clone(kept))
    }

    /// True where nothing was read yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.results.is_empty()
    }

    /// True where the result is there, as far as can be told without reading it.
    pub(crate) fn has(&self, kept: &Kept) -> bool {
        let Slot(number, first, length) = kept.result;
        self.sizes.get(&number).is_some_and(|size| first + u64::from(length) <= *size)
    }

    /// Adds a result.
    pub(crate) fn add_result(&mut self, bytes: &[u8]) -> Result<Slot, WriteError> {
        let ends = self.ends()?;
        let number = ends.number;
        let written = append(&ends.results, bytes);
        written.map_err(|error| WriteError::new(&self.results_path(number), error))?;
        let size = self.sizes.entry(number).or_default();
        let slot = Slot(number, *size, bytes.len() as u32);
        *size += bytes.len() as u64;
        Ok(slot)
    }

    /// Says what is known of a file. Its path is shared with whoever has it.
    pub(crate) fn add_input(&mut self, path: &Arc<str>, input: Input) -> Result<(), WriteError> {
        let line = line(path, &input);
        let written = append(&self.ends()?.list, line.as_bytes());
        written.map_err(|error| WriteError::new(&self.list_path(), error))?;
        self.set(Arc::clone(path), input);
        Ok(())
    }

    /// What has to be put on disk by now.
    pub(crate) fn due(&mut self) -> Option<Unsynced> {
        self.ends.as_mut().filter(|ends| ends.synced.elapsed() >= SYNC_EVERY).map(Ends::unsynced)
    }

    /// Leaves only files for which `wanted` is true.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&str, &Input) -> bool) {
        let before = self.inputs.len();
        self.inputs.retain(|path, input| wanted(path, input));
        self.untidy |= self.inputs.len() < before;
    }

    /// Writes the list anew where it says more than it has to. Gives what is to be put on disk.
    pub(crate) fn tidy(&mut self, staging: &Path) -> Result<Option<Unsynced>, WriteError> {
        let unsynced = self.ends.take().map(|mut ends| ends.unsynced());
        let is_wasteful = self.is_wasteful();
        if !self.untidy && !is_wasteful {
            return Ok(unsynced);
        }
        // The new list must not speak of what a power cut may take.
        unsynced.map_or(Ok(()), |unsynced| unsynced.sync_with_names(&self.root))?;
        // The room that old results take is not worth a failure: the disk may be full.
        let compacted = is_wasteful && self.compact(staging).is_ok();
        if self.untidy || compacted {
            self.write_list(staging)?;
            self.untidy = false;
            self.remove_unused();
        }
        Ok(None)
    }

    fn write_list(&self, staging: &Path) -> Result<(), WriteError> {
        let path = self.list_path();
        let write = || {
            let mut file = WholeFile::create_in(staging, &path)?;
            self.inputs.iter().try_for_each(|(path, input)| file.write_all(line(path, input).as_bytes()))?;
            Ok(file)
        };
        write().map_err(|error: io::Error| WriteError::new(&path, error))?.commit()?;
        sync_folder(&self.root);
        Ok(())
    }

    fn live(&self) -> BTreeSet<Slot> {
        self.inputs.values().map(|input| input.kept.result).collect()
    }

    fn is_wasteful(&self) -> bool {
        let live: u64 = self.live().iter().map(|slot| u64::from(slot.length())).sum();
        self.sizes.values().sum::<u64>() > 2 * live + DEAD_ALLOWED
    }

    /// Copies the results that are in use to a new file. The old ones go when the list speaks of the new.
    fn compact(&mut self, staging: &Path) -> Result<(), WriteError> {
        let number = self.last_number() + 1;
        let path = self.results_path(number);
        let problem = |error: io::Error| WriteError::new(&path, error);
        let mut file = WholeFile::create_in(staging, &path).map_err(problem)?;
        let (mut size, mut moved) = (0, BTreeMap::new());
        for slot in self.live() {
            let bytes = read_result(&self.root, slot).map_err(problem)?;
            file.write_all(&bytes).map_err(problem)?;
            moved.insert(slot, Slot(number, size, slot.length()));
            size += u64::from(slot.length());
        }
        file.commit()?;
        self.sizes.insert(number, size);
        self.results.clear();
        for (path, mut input) in std::mem::take(&mut self.inputs) {
            let kept = Arc::make_mut(&mut input.kept);
            kept.result = moved.get(&kept.result).copied().unwrap_or(kept.result);
            self.set(path, input);
        }
        Ok(())
    }

    /// Removes files of results that the list does not speak of.
    fn remove_unused(&mut self) {
        let used: BTreeSet<u32> = self.inputs.values().map(|input| input.kept.result.0).collect();
        let unused: Vec<u32> = self.sizes.keys().copied().filter(|number| !used.contains(number)).collect();
        for number in unused {
            // One that stays costs room only.
            let _ = fs::remove_file(self.results_path(number));
            self.sizes.remove(&number);
        }
    }

    fn ends(&mut self) -> Result<&mut Ends, WriteError> {
        let ends = match self.ends.take() {
            Some(ends) => ends,
            None => self.open_ends()?,
        };
        Ok(self.ends.insert(ends))
    }

    fn open_ends(&mut self) -> Result<Ends, WriteError> {
        // What a killed run left of a line must not become the beginning of the next.
        if self.untidy {
            self.write_list(&self.root.join(super::STAGING))?;
            self.untidy = false;
        }
        let number = self.last_number().max(1);
        let (list, results) = (append_to(&self.list_path())?, append_to(&self.results_path(number))?);
        Ok(Ends { list: Arc::new(list), results: Arc::new(results), number, synced: Instant::now() })
    }

    fn last_number(&self) -> u32 {
        self.sizes.last_key_value().map_or(0, |(number, _)| *number)
    }

    fn list_path(&self) -> PathBuf {
        self.root.join("inputs.jsonl")
    }

    fn results_path(&self, number: u32) -> PathBuf {
        results_path(&self.root, number)
    }
}

impl Ends {
    fn unsynced(&mut self) -> Unsynced {
        self.synced = Instant::now();
        Unsynced { list: Arc::clone(&self.list), results: Arc::clone(&self.results) }
    }
}

/// Files with additions that may not be on disk yet.
#[must_use]
pub(crate) struct Unsynced {
    list: Arc<File>,
    results: Arc<File>,
}

impl Unsynced {
    /// Waits until they are.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.results.sync_data()?;
        self.list.sync_data()
    }

    /// Waits until they are, and their names in the folder `root`.
    pub(crate) fn sync_with_names(&self, root: &Path) -> Result<(), WriteError> {
        self.sync().map_err(|error| WriteError::new(root, error))?;
        sync_folder(root);
        Ok(())
    }
}

/// Adds all of the bytes or none: another thread may still add something after a failure.
fn append(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    let before = file.metadata()?.len();
    file.write_all(bytes).inspect_err(|_| drop(file.set_len(before)))
}

fn append_to(path: &Path) -> Result<File, WriteError> {
    File::options().create(true).append(true).open(path).map_err(|error| WriteError::new(path, error))
}

/// The bytes of a result in the folder `root`.
pub(crate) fn read_result(root: &Path, Slot(number, first, length): Slot) -> io::Result<Vec<u8>> {
    let mut file = File::open(results_path(root, number))?;
    file.seek(SeekFrom::Start(first))?;
    let mut bytes = vec![0; length as usize];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn results_path(root: &Path, number: u32) -> PathBuf {
    root.join(format!("{RESULTS}{number}"))
}

/// The files of results in a folder: their numbers and sizes.
fn sizes(root: &Path) -> BTreeMap<u32, u64> {
    let entries = fs::read_dir(root).into_iter().flatten().filter_map(Result::ok);
    let numbered = |entry: fs::DirEntry| {
        let number = entry.file_name().to_str()?.strip_prefix(RESULTS)?.parse().ok()?;
        Some((number, entry.metadata().ok()?.len()))
    };
    entries.filter_map(numbered).collect()
}

fn line(path: &str, Input { bytes, modified, kept }: &Input) -> String {
    let entry = Entry {
        path: path.into(),
        bytes: *bytes,
        modified: *modified,
        sha256: kept.sha256,
        key: *kept.key,
        status: kept.status(),
        message: kept.message().map(Cow::Borrowed),
        result: kept.result,
    };
    // Texts, numbers and lists of numbers: nothing can fail.
    serde_json::to_string(&entry).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(text: &str, result: Slot) -> Input {
        let kept = Kept { sha256: Digest::of(text.as_bytes()), key: Arc::new(Digest::of(b"k")), problem: None, result };
        Input { bytes: text.len() as u64, modified: NonZeroU64::new(1), kept: Arc::new(kept) }
    }

    /// A log to which each text was added as a file of that name and as its result.
    fn log(root: &Path, texts: &[&str]) -> Log {
        fs::create_dir_all(root.join(super::super::STAGING)).unwrap();
        let mut log = Log::open(root).unwrap();
        for text in texts {
            let slot = log.add_result(text.as_bytes()).unwrap();
            log.add_input(&(*text).into(), input(text, slot)).unwrap();
        }
        log
    }

    fn results(log: &Log) -> Vec<(String, Vec<u8>)> {
        let inputs = log.inputs().iter();
        inputs.map(|(path, input)| (path.to_string(), read_result(&log.root, input.kept.result).unwrap())).collect()
    }

    #[test]
    fn what_was_added_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let before = log(folder.path(), &["表/一.pdf", "b"]);
        let after = Log::open(folder.path()).unwrap();
        assert_eq!(after.inputs(), before.inputs());
        assert_eq!(results(&after), [("b".to_owned(), b"b".to_vec()), ("表/一.pdf".to_owned(), "表/一.pdf".into())]);
        assert!(after.find(&Digest::of(b"k"), &Digest::of(b"b")).is_some());
        assert!(after.find(&Digest::of(b"another version"), &Digest::of(b"b")).is_none());
    }

    #[test]
    fn a_cut_off_line_is_passed_over_and_mended() {
        let folder = tempfile::tempdir().unwrap();
        log(folder.path(), &["a", "b"]);
        let list = folder.path().join("inputs.jsonl");
        let whole = fs::read_to_string(&list).unwrap();
        for cut in 1..whole.lines().last().unwrap().len() {
            fs::write(&list, &whole[..whole.len() - cut]).unwrap();
            let log = log(folder.path(), &["c"]);
            assert_eq!(log.inputs().keys().map(|path| &**path).collect::<Vec<_>>(), ["a", "c"], "{cut} bytes less");
            assert_eq!(results(&Log::open(folder.path()).unwrap()), results(&log));
        }
    }

    #[test]
    fn a_damaged_line_is_told() {
        let folder = tempfile::tempdir().unwrap();
        log(folder.path(), &["a", "b"]);
        let list = folder.path().join("inputs.jsonl");
        let text = fs::read_to_string(&list).unwrap().replacen("\"path\"", "\"pth\"", 1);
        fs::write(&list, text).unwrap();
        assert!(matches!(Log::open(folder.path()), Err(StoreError::Inputs { .. })));
    }

    #[test]
    fn a_later_line_replaces_an_earlier_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = log(folder.path(), &["a", "b"]);
        let slot = log.add_result(b"new").unwrap();
        log.add_input(&"a".into(), input("new", slot)).unwrap();
        assert_eq!(results(&Log::open(folder.path()).unwrap()), results(&log));
        log.tidy(&folder.path().join(super::super::STAGING)).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("inputs.jsonl")).unwrap().lines().count(), 2);
    }

    #[test]
    fn results_without_use_give_their_room_back() {
        let folder = tempfile::tempdir().unwrap();
        let staging = folder.path().join(super::super::STAGING);
        let mut log = log(folder.path(), &["a", "b", "c"]);
        log.retain(|path, _| path != "b");
        log.compact(&staging).unwrap();
        log.tidy(&staging).unwrap();
        let kept = [("a".to_owned(), b"a".to_vec()), ("c".to_owned(), b"c".to_vec())];
        assert_eq!(results(&Log::open(folder.path()).unwrap()), kept);
        assert_eq!(sizes(folder.path()), BTreeMap::from([(2, 2)]));
    }

    #[test]
    fn a_result_that_is_not_there_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        log(folder.path(), &["a"]);
        fs::remove_file(folder.path().join("results-1")).unwrap();
        assert!(Log::open(folder.path()).unwrap().find(&Digest::of(b"k"), &Digest::of(b"a")).is_none());
    }
}
