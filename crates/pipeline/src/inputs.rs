//! Which files a run is about: files, folders and patterns become one sorted list of paths.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Endings of the files that are taken from a folder. A file that is named itself is taken whatever its ending.
const ENDINGS: [&str; 3] = ["pdf", "txt", "text"];

/// Ending of the files beside documents that say what is expected of them; nobody misses them in a run.
pub const EXPECTATION: &str = ".expected.json";

/// The files of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inputs {
    /// Paths as given (or below a folder as given), sorted, each once.
    pub files: Vec<String>,
    /// Files in folders that were passed over for their ending.
    pub passed_over: usize,
}

/// What was named cannot be found or looked into.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// Nothing is there.
    #[error("{0}: no such file or folder")]
    Missing(String),
    /// A pattern that matches nothing.
    #[error("{0}: no file matches this pattern")]
    NoMatch(String),
    /// A folder that cannot be listed.
    #[error("{path}: cannot list this folder: {reason}")]
    Folder {
        /// The folder.
        path: String,
        /// Why, as the system says it.
        reason: String,
    },
    /// A name that is not Unicode.
    #[error("{0}: the name is not valid Unicode: rename the file")]
    Name(String),
    /// Nothing to read.
    #[error("no file to read in {0} (from a folder, files ending in .pdf, .txt and .text are read)")]
    Empty(String),
}

/// One of `n` parts of the files, for runs on several machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    part: u64,
    parts: u64,
}

impl FromStr for Shard {
    type Err = String;

    /// `2/8`: the second of eight parts.
    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        match parsed {
            Some((part, parts)) if 1 <= part && part <= parts => Ok(Self { part, parts }),
            _ => Err(format!("{text:?} is not a part such as 2/8")),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.parts)
    }
}

impl Shard {
    /// True for the files of this part. Which part a file belongs to depends on its path alone.
    fn holds(self, path: &str) -> bool {
        // FNV-1a: every byte counts, and the same path gives the same part everywhere.
        let hash = path
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        // The low bits of FNV mix poorly; fold the high half in.
        (hash ^ (hash >> 32)) % self.parts == self.part - 1
    }
}

/// Lists the files that `names` (files, folders, patterns with `*`, `?`, `[…]`) stand for.
pub fn expand(names: &[String], shard: Option<Shard>) -> Result<Inputs, InputError> {
    let mut found = Found::default();
    names.iter().try_for_each(|name| found.add(name))?;
    if found.files.is_empty() {
        return Err(InputError::Empty(names.join(", ")));
    }
    let in_shard = |path: &String| shard.is_none_or(|shard| shard.holds(path));
    Ok(Inputs { files: found.files.into_iter().filter(in_shard).collect(), passed_over: found.passed_over })
}

#[derive(Default)]
struct Found {
    files: BTreeSet<String>,
    passed_over: usize,
}

impl Found {
    /// A name that exists is that file, even if it looks like a pattern.
    fn add(&mut self, name: &str) -> Result<(), InputError> {
        let path = Path::new(name);
        if path.is_dir() {
            self.add_folder(path)
        } else if path.exists() {
            self.add_file(path)
        } else if name.contains(['*', '?', '[']) {
            self.add_pattern(name)
        } else {
            Err(InputError::Missing(name.to_owned()))
        }
    }

    fn add_file(&mut self, path: &Path) -> Result<(), InputError> {
        let text = path.to_str().ok_or_else(|| InputError::Name(path.display().to_string()))?;
        self.files.insert(text.replace(std::path::MAIN_SEPARATOR, "/"));
        Ok(())
    }

    fn add_pattern(&mut self, pattern: &str) -> Result<(), InputError> {
        let paths = glob::glob(pattern).map_err(|_| InputError::NoMatch(pattern.to_owned()))?;
        let paths: Vec<PathBuf> = paths.filter_map(Result::ok).collect();
        if paths.is_empty() {
            return Err(InputError::NoMatch(pattern.to_owned()));
        }
        paths.iter().try_for_each(|path| if path.is_dir() { self.add_folder(path) } else { self.add_file(path) })
    }

    /// Files below a folder. Hidden files and folders are left out; a link to a folder is not followed.
    fn add_folder(&mut self, folder: &Path) -> Result<(), InputError> {
        let problem = |error: std::io::Error| InputError::Folder {
            path: folder.display().to_string(),
            reason: error.to_string(),
        };
        for entry in fs::read_dir(folder).map_err(problem)? {
            let entry = entry.map_err(problem)?;
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if entry.file_type().map_err(problem)?.is_dir() {
                self.add_folder(&path)?;
            } else if has_known_ending(&path) {
                self.add_file(&path)?;
            } else if !path.to_string_lossy().ends_with(EXPECTATION) {
                self.passed_over += 1;
            }
        }
        Ok(())
    }
}

fn has_known_ending(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        folder
    }

    fn names(inputs: &Inputs, folder: &Path) -> Vec<String> {
        let prefix = format!("{}/", folder.display());
        inputs.files.iter().map(|path| path.strip_prefix(&prefix).unwrap().to_owned()).collect()
    }

    #[test]
    fn folders_are_searched_for_known_endings() {
        let folder = folder(&["b.PDF", "b.PDF.expected.json", "a/c.txt", "a/d.docx", ".hidden/e.pdf", "f"]);
        let inputs = expand(&[folder.path().display().to_string()], None).unwrap();
        assert_eq!(names(&inputs, folder.path()), ["a/c.txt", "b.PDF"]);
        assert_eq!(inputs.passed_over, 2);
    }

    #[test]
    fn files_and_patterns_are_taken_as_named_and_once() {
        let folder = folder(&["a.txt", "b.dat"]);
        let path = |name: &str| format!("{}/{name}", folder.path().display());
        let inputs = expand(&[path("b.dat"), path("*.txt"), path("a.txt")], None).unwrap();
        assert_eq!(names(&inputs, folder.path()), ["a.txt", "b.dat"]);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let folder = folder(&["a.docx"]);
        let path = |name: &str| format!("{}/{name}", folder.path().display());
        for (name, words) in
            [(path("x.pdf"), "no such file"), (path("*.pdf"), "matches"), (path(""), "no file to read")]
        {
            let error = expand(std::slice::from_ref(&name), None).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains(&name), "{error}");
        }
    }

    #[test]
    fn shards_share_out_every_file_once() {
        let files: Vec<String> = (0..1000).map(|n| format!("folder/{n}.pdf")).collect();
        let shards: Vec<Shard> = (1..=8).map(|k| format!("{k}/8").parse().unwrap()).collect();
        let sizes: Vec<usize> = shards.iter().map(|s| files.iter().filter(|f| s.holds(f)).count()).collect();
        assert_eq!(sizes.iter().sum::<usize>(), 1000);
        assert!(sizes.iter().all(|size| (80..180).contains(size)), "{sizes:?}");
        assert!("0/8".parse::<Shard>().is_err() && "9/8".parse::<Shard>().is_err() && "x".parse::<Shard>().is_err());
    }
}
