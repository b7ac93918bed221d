//! Which files a run is about: files, folders and patterns become one sorted list of paths.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use glob::{MatchOptions, glob_with};

/// Endings of the files that are taken from a folder. A file that is named itself is taken whatever its ending.
const ENDINGS: [&str; 3] = ["pdf", "txt", "text"];

/// Ending of the files beside documents that say what is expected of them; nobody misses them in a run.
pub const EXPECTATION: &str = ".expected.json";

/// The files of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inputs {
    /// Paths as given (or below a folder as given), sorted, each once.
    pub files: Vec<Arc<str>>,
    /// Files in folders that were passed over for their ending.
    pub passed_over: usize,
    /// What cannot be looked into or named: path and reason. It does not stop the rest.
    pub problems: Vec<(String, String)>,
}

impl Inputs {
    /// The files, where all of them can be looked into and named.
    pub fn all(self) -> Result<Vec<String>, InputError> {
        match self.problems.into_iter().next() {
            Some((path, reason)) => Err(InputError::Problem(path, reason)),
            None => Ok(self.files.iter().map(ToString::to_string).collect()),
        }
    }
}

/// What a run is to be about is not there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// Nothing is there.
    #[error("{0}: no such file or folder")]
    Missing(String),
    /// A pattern that matches nothing.
    #[error("{0}: no file matches this pattern")]
    NoMatch(String),
    /// A pattern that is none.
    #[error("{0}: not a pattern: {1}")]
    Pattern(String, &'static str),
    /// One that cannot be looked into or named.
    #[error("{0}: {1}")]
    Problem(String, String),
    /// Nothing to read.
    #[error("no file to read in {0} (from a folder, files ending in .pdf, .txt and .text are read)")]
    Empty(String),
}

/// A name that somebody gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// A file, a folder or a pattern with `*`, `?`, `[…]`. It has to be there.
    Given(String),
    /// A file or a folder of a list. One that is not there is a problem of its own.
    Listed(String),
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

/// Lists the files that the names stand for.
pub fn expand(names: &[Name], shard: Option<Shard>) -> Result<Inputs, InputError> {
    let mut found = Found::default();
    names.iter().try_for_each(|name| found.add(name))?;
    if found.files.is_empty() && found.problems.is_empty() {
        return Err(InputError::Empty(described(names)));
    }
    let mut files = found.files;
    files.retain(|path| shard.is_none_or(|shard| shard.holds(path)));
    files.sort_unstable();
    files.dedup();
    Ok(Inputs { files, passed_over: found.passed_over, problems: found.problems.into_iter().collect() })
}

/// The names that were given, and the first of those that were listed.
fn described(names: &[Name]) -> String {
    const SHOWN: usize = 3;
    let texts = names.iter().map(|(Name::Given(name) | Name::Listed(name))| name.as_str());
    let more = if names.len() > SHOWN { ", …" } else { "" };
    texts.take(SHOWN).collect::<Vec<_>>().join(", ") + more
}

#[derive(Default)]
struct Found {
    files: Vec<Arc<str>>,
    passed_over: usize,
    problems: BTreeMap<String, String>,
}

impl Found {
    /// A name that exists is that file, even if it looks like a pattern.
    fn add(&mut self, name: &Name) -> Result<(), InputError> {
        let (Name::Given(text) | Name::Listed(text)) = name;
        let path = Path::new(text);
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.add_folder(path),
            Ok(_) => self.add_file(path),
            Err(error) => match name {
                Name::Listed(_) => self.add_problem(path, error),
                Name::Given(text) if text.contains(['*', '?', '[']) => self.add_pattern(text)?,
                Name::Given(text) => return Err(InputError::Missing(text.clone())),
            },
        }
        Ok(())
    }

    fn add_file(&mut self, path: &Path) {
        let path = plain(path);
        match path.to_str() {
            Some(text) => self.files.push(text.replace(std::path::MAIN_SEPARATOR, "/").into()),
            None => self.add_problem(&path, "the name is not valid Unicode: rename the file"),
        }
    }

    fn add_problem(&mut self, path: &Path, reason: impl fmt::Display) {
        self.problems.insert(plain(path).display().to_string(), reason.to_string());
    }

    fn add_pattern(&mut self, pattern: &str) -> Result<(), InputError> {
        // As in a shell, `*` does not stand for hidden files.
        let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::default() };
        let paths = glob_with(pattern, options).map_err(|error| InputError::Pattern(pattern.to_owned(), error.msg))?;
        let mut any = false;
        for path in paths {
            any = true;
            match path {
                Ok(path) if path.is_dir() => self.add_folder(&path),
                Ok(path) => self.add_file(&path),
                Err(error) => self.add_problem(error.path(), error.error()),
            }
        }
        if any { Ok(()) } else { Err(InputError::NoMatch(pattern.to_owned())) }
    }

    /// Files below a folder. Hidden files and folders are left out; a link to a folder is not followed.
    fn add_folder(&mut self, folder: &Path) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.add_problem(folder, error),
        };
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.path(), entry.file_name(), entry.file_type()?))) {
                Ok((_, name, _)) if name.to_string_lossy().starts_with('.') => {}
                Ok((path, _, kind)) if kind.is_dir() => self.add_folder(&path),
                Ok((path, ..)) if has_known_ending(&path) => self.add_file(&path),
                Ok((_, name, _)) if name.to_string_lossy().ends_with(EXPECTATION) => {}
                Ok(_) => self.passed_over += 1,
                Err(error) => self.add_problem(folder, error),
            }
        }
    }
}

/// A path without `.` in it, so that `a` and `./a` are the same file.
fn plain(path: &Path) -> PathBuf {
    let plain: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    if plain.as_os_str().is_empty() { path.to_owned() } else { plain }
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

    fn given(names: &[String]) -> Result<Inputs, InputError> {
        let names: Vec<Name> = names.iter().cloned().map(Name::Given).collect();
        expand(&names, None)
    }

    #[test]
    fn folders_are_searched_for_known_endings() {
        let folder = folder(&["b.PDF", "b.PDF.expected.json", "a/c.txt", "a/d.docx", ".hidden/e.pdf", "f"]);
        let inputs = given(&[format!("{}/./", folder.path().display())]).unwrap();
        assert_eq!(names(&inputs, folder.path()), ["a/c.txt", "b.PDF"]);
        assert_eq!(inputs.passed_over, 2);
    }

    #[test]
    fn files_and_patterns_are_taken_as_named_and_once() {
        let folder = folder(&["a.txt", "b.dat", ".c.txt", "[1].txt"]);
        let path = |name: &str| format!("{}/{name}", folder.path().display());
        let inputs = given(&[path("b.dat"), path("*.txt"), path("./a.txt"), path("[1].txt")]).unwrap();
        assert_eq!(names(&inputs, folder.path()), ["[1].txt", "a.txt", "b.dat"]);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let folder = folder(&["a.docx"]);
        let path = |name: &str| format!("{}/{name}", folder.path().display());
        for (name, words) in [
            (path("x.pdf"), "no such file"),
            (path("*.pdf"), "matches"),
            (path("[a.pdf"), "not a pattern"),
            (path(""), "no file to read"),
        ] {
            let error = given(std::slice::from_ref(&name)).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains(&name), "{error}");
        }
    }

    #[test]
    fn what_a_list_names_in_vain_does_not_stop_the_rest() {
        let folder = folder(&["a.txt"]);
        let path = |name: &str| format!("{}/{name}", folder.path().display());
        let list = [path("gone.pdf"), path("a.txt"), path("*.pdf")].map(Name::Listed);
        let inputs = expand(&list, None).unwrap();
        assert_eq!(names(&inputs, folder.path()), ["a.txt"]);
        let problems: Vec<&String> = inputs.problems.iter().map(|(path, _)| path).collect();
        assert_eq!(problems, [&path("*.pdf"), &path("gone.pdf")]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_not_unicode_does_not_stop_the_rest() {
        use std::os::unix::ffi::OsStrExt;
        let folder = folder(&["a.txt"]);
        fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"\xB1\xED.pdf")), "x").unwrap();
        let inputs = given(&[folder.path().display().to_string()]).unwrap();
        assert_eq!((inputs.files.len(), inputs.problems.len()), (1, 1));
        assert!(inputs.problems[0].1.contains("rename"));
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
