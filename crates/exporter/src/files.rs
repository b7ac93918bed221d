//! Files that are either whole or not there: written beside their place, synced, then renamed into it.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

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
    pub fn new(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self { path: path.to_owned(), reason: reason.to_string() }
    }
}

/// Size and hash of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// SHA-256, 64 hex digits.
    pub sha256: String,
    /// Number of bytes.
    pub bytes: u64,
}

impl Fingerprint {
    /// Measures everything that a reader gives, without holding it.
    pub fn of(mut reader: impl Read) -> io::Result<Self> {
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        let mut bytes = 0;
        loop {
            let count = reader.read(&mut buffer)?;
            if count == 0 {
                return Ok(Self { sha256: hex(&hasher.finalize()), bytes });
            }
            hasher.update(&buffer[..count]);
            bytes += count as u64;
        }
    }
}

/// SHA-256 of some bytes, 64 hex digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(2 * digest.len()), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
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

    /// The place of the file.
    pub fn target(&self) -> &Path {
        &self.target
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
    pub fn close(&mut self) -> io::Result<()> {
        match self.file.take() {
            Some(file) => file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all(),
            None => Ok(()),
        }
    }

    /// Puts the file, whole and on disk, at its place.
    pub fn commit(mut self) -> Result<(), WriteError> {
        let put = |file: &mut Self| {
            file.close()?;
            fs::rename(&file.temporary, &file.target)
        };
        put(&mut self).map_err(|error: io::Error| WriteError::new(&self.target, error))
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

/// Two threads may write the same file: each needs a name of its own for it.
fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Writes a file in one go, whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let write = || {
        let mut file = WholeFile::create(path)?;
        file.write_all(bytes).map(|()| file)
    };
    write().map_err(|error: io::Error| WriteError::new(path, error))?.commit()
}

/// Puts the names of a folder's new files on disk. Only some systems can, and need to, do this.
pub fn sync_folder(folder: &Path) {
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

    #[test]
    fn an_error_names_the_file() {
        let error = write_whole(Path::new("no/such/folder/a.txt"), b"").unwrap_err().to_string();
        assert!(error.contains("no/such/folder/a.txt"), "{error}");
    }
}
