//! Files that are either whole or not there: written beside their place, synced, then renamed into it.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::iter;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Scope, ScopedJoinHandle};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {reason}", path.display())]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// Why, as the system says it.
    pub reason: String,
}

impl WriteError {
    /// The error of a path.
    pub fn new(path: &Path, reason: impl fmt::Display) -> Self {
        Self { path: path.to_owned(), reason: reason.to_string() }
    }
}

/// SHA-256 of some bytes; shown as 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || format!("{text:?} is not a SHA-256 in hex");
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(problem());
        }
        for (position, byte) in bytes.iter_mut().enumerate() {
            let digits = &text[2 * position..2 * position + 2];
            *byte = u8::from_str_radix(digits, 16).map_err(|_| problem())?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Size and hash of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// Hash.
    pub sha256: Digest,
    /// Number of bytes.
    pub bytes: u64,
}

impl Fingerprint {
    /// Measures some bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self { sha256: Digest::of(bytes), bytes: bytes.len() as u64 }
    }

    /// Measures everything that a reader gives, without holding it.
    pub fn of(reader: impl Read) -> io::Result<Self> {
        let mut measure = Measure::default();
        io::copy(&mut io::BufReader::with_capacity(1 << 16, reader), &mut measure)?;
        Ok(measure.finish())
    }
}

/// Measures everything that is written to it.
#[derive(Debug, Default)]
pub struct Measure {
    hasher: Sha256,
    bytes: u64,
}

impl Measure {
    /// Size and hash of what was written.
    pub fn finish(self) -> Fingerprint {
        Fingerprint { sha256: Digest(self.hasher.finalize().into()), bytes: self.bytes }
    }
}

impl Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that appears at its place only when it is whole. Dropped before [`WholeFile::commit`] it leaves no trace.
#[derive(Debug)]
pub struct WholeFile {
    target: PathBuf,
    temporary: PathBuf,
    file: Option<BufWriter<File>>,
}

impl WholeFile {
    /// Begins a file that is written beside its place.
    pub fn create(target: &Path) -> io::Result<Self> {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let temporary = format!(".{name}.{}.{}.tmp", std::process::id(), next_number());
        Self::create_at(target, target.with_file_name(temporary))
    }

    /// Begins a file that is written in `staging`, which must be on the same file system as its place.
    pub fn create_in(staging: &Path, target: &Path) -> io::Result<Self> {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        Self::create_at(target, staging.join(format!("{name}.{}", next_number())))
    }

    fn create_at(target: &Path, temporary: PathBuf) -> io::Result<Self> {
        let file = Some(BufWriter::with_capacity(1 << 16, File::create(&temporary)?));
        Ok(Self { target: target.to_owned(), temporary, file })
    }

    /// The name that the file will have.
    pub fn name(&self) -> String {
        self.target.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Size and hash of what was written so far.
    pub fn fingerprint(&mut self) -> Result<Fingerprint, WriteError> {
        let measure = |file: &mut Self| {
            file.flush()?;
            Fingerprint::of(File::open(&file.temporary)?)
        };
        measure(self).map_err(|error: io::Error| WriteError::new(&self.target, error))
    }

    /// Ends the file and closes it: it is whole and on disk, but not yet at its place.
    pub fn close(&mut self) -> Result<(), WriteError> {
        let closed = self.end().and_then(|file| file.map_or(Ok(()), |file| file.sync_all()));
        closed.map_err(|error| WriteError::new(&self.target, error))
    }

    /// Ends the file, which need not be on disk yet; `None` where it is ended already.
    fn end(&mut self) -> io::Result<Option<File>> {
        self.file.take().map(|file| file.into_inner().map_err(io::IntoInnerError::into_error)).transpose()
    }

    /// Puts the file, whole and on disk, at its place. The name is on disk after [`sync_folder`].
    pub fn commit(mut self) -> Result<(), WriteError> {
        self.close()?;
        fs::rename(&self.temporary, &self.target).map_err(|error| WriteError::new(&self.target, error))
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().map_or(Ok(0), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        // After a commit there is nothing to remove; otherwise a failure leaves a file that the next run removes.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Threads that wait until tables are on disk.
const WAITING: usize = 3;

/// Files that are being put on disk while others are written, by threads that only wait. Where there is a single thread
/// for all work, it waits, too.
pub(crate) struct Closing<'scope> {
    queue: Sender<Ended>,
    threads: Vec<ScopedJoinHandle<'scope, Result<Vec<WholeFile>, WriteError>>>,
    /// What nobody else can wait for.
    own: Arc<Mutex<Receiver<Ended>>>,
}

/// A file with what of it may not be on disk yet.
type Ended = (WholeFile, Option<File>);

impl<'scope> Closing<'scope> {
    /// No files yet.
    pub(crate) fn new(scope: &'scope Scope<'scope, '_>) -> Self {
        let (queue, ended) = channel();
        let own = Arc::new(Mutex::new(ended));
        let count = if rayon::current_num_threads() > 1 { WAITING } else { 0 };
        let begin = |_| {
            let ended = Arc::clone(&own);
            thread::Builder::new().spawn_scoped(scope, move || synced(&ended)).ok()
        };
        let threads = (0..count).filter_map(begin).collect();
        Self { queue, threads, own }
    }

    /// Ends these files, too.
    pub(crate) fn add(&self, files: Vec<WholeFile>) -> Result<(), WriteError> {
        for mut file in files {
            let ended = file.end().map_err(|error| WriteError::new(&file.target, error))?;
            // The receiver is there as long as this is.
            let _ = self.queue.send((file, ended));
        }
        Ok(())
    }

    /// The files, when all of them are whole and on disk.
    pub(crate) fn closed(self) -> Result<Vec<WholeFile>, WriteError> {
        let Self { queue, threads, own } = self;
        drop(queue);
        let mut files = synced(&own)?;
        for thread in threads {
            files.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        files.sort_unstable_by(|one, two| one.target.cmp(&two.target));
        Ok(files)
    }
}

/// Waits until each of the files is on disk, and until no more of them come.
fn synced(ended: &Mutex<Receiver<Ended>>) -> Result<Vec<WholeFile>, WriteError> {
    let next = || ended.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
    let sync = |(file, ended): Ended| {
        let synced = ended.map_or(Ok(()), |ended| ended.sync_all());
        synced.map_err(|error| WriteError::new(&file.target, error)).map(|()| file)
    };
    iter::from_fn(next).map(sync).collect()
}

/// Two threads may write the same file: each needs a name of its own for it.
fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Writes a file in one go, whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    // A device or a pipe (/dev/null, /dev/stdout) is written to, never replaced by a file.
    if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return fs::write(path, bytes).map_err(|error| WriteError::new(path, error));
    }
    put(path, WholeFile::create(path), bytes)
}

/// As [`write_whole`], by way of `staging`: what a killed run leaves of the file is there.
pub fn write_whole_in(staging: &Path, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    put(path, WholeFile::create_in(staging, path), bytes)
}

/// Writes a file that is to be put at its place later: it is whole and on disk, by way of `staging`.
pub fn stage_whole_in(staging: &Path, path: &Path, bytes: &[u8]) -> Result<WholeFile, WriteError> {
    let mut file = filled(path, WholeFile::create_in(staging, path), bytes)?;
    file.close()?;
    Ok(file)
}

fn put(path: &Path, file: io::Result<WholeFile>, bytes: &[u8]) -> Result<(), WriteError> {
    filled(path, file, bytes)?.commit()?;
    path.parent().into_iter().for_each(sync_folder);
    Ok(())
}

fn filled(path: &Path, file: io::Result<WholeFile>, bytes: &[u8]) -> Result<WholeFile, WriteError> {
    let written = file.and_then(|mut file| file.write_all(bytes).map(|()| file));
    written.map_err(|error| WriteError::new(path, error))
}

/// Many small files of one folder, put at their places together.
///
/// A [`WholeFile`] each would wait for the disk each; here the disk is waited for once. The files are not held in
/// memory, not even their names: they are all that is in the folder `staging`.
#[derive(Debug)]
pub struct FileSet {
    staging: PathBuf,
    folder: PathBuf,
}

/// Threads that wait for the disk: it takes many files at the price of a few.
const SYNCED_AT_A_TIME: usize = 16;
/// Names of files that are held in memory at a time.
const NAMES_AT_A_TIME: usize = 1024;

impl FileSet {
    /// A set without files. They are written in `staging`, which is made, on the same file system as `folder`.
    pub fn create(staging: PathBuf, folder: &Path) -> Result<Self, WriteError> {
        fs::create_dir_all(&staging).map_err(|error| WriteError::new(&staging, error))?;
        Ok(Self { staging, folder: folder.to_owned() })
    }

    /// Adds a file, which `write` fills.
    pub fn add(&self, name: &str, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), WriteError> {
        let written = File::create(self.staging.join(name)).and_then(|mut file| write(&mut file));
        written.map_err(|error| WriteError::new(&self.folder.join(name), error))
    }

    /// Waits until every file is on disk.
    pub fn sync(&self) -> Result<(), WriteError> {
        let problem = |error: io::Error| WriteError::new(&self.folder, error);
        let sync = |path: &PathBuf| File::open(path).and_then(|file| file.sync_all());
        // Paths are made here: a thread that allocates nothing has no memory of its own to hold.
        let mut paths = self.names().map_err(problem)?.map(|name| Ok(self.staging.join(name?)));
        loop {
            let some: Vec<PathBuf> = paths.by_ref().take(NAMES_AT_A_TIME).collect::<Result<_, _>>().map_err(problem)?;
            if some.is_empty() {
                return Ok(());
            }
            let synced = thread::scope(|scope| {
                let share = some.len().div_ceil(SYNCED_AT_A_TIME);
                let begin = |paths| scope.spawn(move || <[PathBuf]>::iter(paths).try_for_each(sync));
                let threads: Vec<_> = some.chunks(share).map(begin).collect();
                threads.into_iter().try_for_each(|thread| thread.join().unwrap_or(Ok(())))
            });
            synced.map_err(problem)?;
        }
    }

    /// Puts every file at its place.
    pub fn commit(self) -> Result<(), WriteError> {
        for name in self.names().map_err(|error| WriteError::new(&self.folder, error))? {
            let name = name.map_err(|error| WriteError::new(&self.folder, error))?;
            let place = self.folder.join(&name);
            fs::rename(self.staging.join(&name), &place).map_err(|error| WriteError::new(&place, error))?;
        }
        sync_folder(&self.folder);
        Ok(())
    }

    fn names(&self) -> io::Result<impl Iterator<Item = io::Result<OsString>>> {
        Ok(fs::read_dir(&self.staging)?.map(|entry| Ok(entry?.file_name())))
    }
}

impl Drop for FileSet {
    /// Files that do not come to their places give their room back: the disk may be full.
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.staging);
    }
}

/// Puts the names of a folder's new files on disk. Only some systems can, and need to, do this.
pub fn sync_folder(folder: &Path) {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_file_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_whole(&path, b"old").unwrap();
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_replaced_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(write_whole(&path, b"text").is_err(), "nothing can be written to a socket by its name");
        assert!(!fs::metadata(&path).unwrap().is_file());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_digest_prints_and_parses_back() {
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), text);
        assert_eq!(text.parse(), Ok(Digest::of(b"abc")));
        assert_eq!(Fingerprint::of(&b"abc"[..]).unwrap(), Fingerprint { sha256: Digest::of(b"abc"), bytes: 3 });
        for text in ["", "ba78", &"g".repeat(64), &"表".repeat(64)] {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_set_of_files_comes_together() {
        let folder = tempfile::tempdir().unwrap();
        let staging = folder.path().join("staging");
        let set = FileSet::create(staging.clone(), folder.path()).unwrap();
        let names: Vec<String> = (0..NAMES_AT_A_TIME + 40).map(|number| format!("{number}.json")).collect();
        for name in &names {
            set.add(name, |file| file.write_all(name.as_bytes())).unwrap();
        }
        set.sync().unwrap();
        assert!(!folder.path().join("39.json").exists(), "not before all are whole");
        set.commit().unwrap();
        for name in &names {
            assert_eq!(fs::read(folder.path().join(name)).unwrap(), name.as_bytes());
        }
        assert!(!staging.exists());
    }

    #[test]
    fn files_are_closed_on_any_number_of_threads() {
        for threads in [1, 2] {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| folder.path().join(name);
            let begin = |name: &str| {
                let mut file = WholeFile::create_in(folder.path(), &path(name)).unwrap();
                file.write_all(name.as_bytes()).unwrap();
                file
            };
            let close = || {
                thread::scope(|scope| {
                    let closing = Closing::new(scope);
                    closing.add(vec![begin("c"), begin("b")]).unwrap();
                    closing.add(vec![begin("a")]).unwrap();
                    closing.closed().unwrap()
                })
            };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let files = pool.install(close);
            assert_eq!(files.iter().map(WholeFile::name).collect::<String>(), "abc");
            assert!(files.iter().all(|file| file.file.is_none()));
            files.into_iter().try_for_each(WholeFile::commit).unwrap();
            assert_eq!(["a", "b", "c"].map(|name| fs::read_to_string(path(name)).unwrap()).concat(), "abc");
        }
    }

    #[test]
    fn an_error_names_the_file() {
        let error = write_whole(Path::new("no/such/folder/a.txt"), b"").unwrap_err().to_string();
        assert!(error.contains("no/such/folder/a.txt"), "{error}");
    }
}
