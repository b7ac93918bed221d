//! Every document of a folder that has an expectation beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jixiao_pipeline::{
    EXPECTATION, InputError, Inputs, Name, ReadOptions, Source, ThreadsError, expand, map_side_by_side, process_one,
    use_threads,
};

use crate::compare::{Comparison, Score, TABLES, compare};
use crate::expectation::{Comparable, Expectation};

/// The expectation of a document: `booklet.pdf` has `booklet.pdf.expected.json` beside it.
pub fn expectation_path(document: &str) -> PathBuf {
    format!("{document}{EXPECTATION}").into()
}

/// A run could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// The folder cannot be looked into.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Nothing to verify.
    #[error("no expectation ({EXPECTATION}) in {0}: jixiao accept FILE writes one")]
    Nothing(String),
    /// A document or an expectation cannot be opened.
    #[error("{path}: cannot be read: {error}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why, as the system says it.
        error: io::Error,
    },
    /// An expectation does not say what it expects.
    #[error("{path}: {reason}")]
    Expectation {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// Workers cannot be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// The records of a document cannot be written as JSON.
    #[error("{path}: {error}")]
    Json {
        /// The document.
        path: String,
        /// Why.
        error: serde_json::Error,
    },
}

/// A document with its expectation.
#[derive(Debug)]
pub struct Case {
    /// Path of the document.
    pub path: String,
    /// How it compares.
    pub comparison: Comparison,
}

impl Case {
    /// Nothing differs.
    pub fn passes(&self) -> bool {
        self.comparison.differences.is_empty()
    }
}

/// How a folder went.
#[derive(Debug)]
pub struct Report {
    /// Documents with an expectation, by path.
    pub cases: Vec<Case>,
    /// Expectations whose document is not there.
    pub orphans: Vec<String>,
    /// Documents without an expectation.
    pub without: Vec<String>,
}

impl Report {
    /// Every document is as expected, and every expectation has its document.
    pub fn passes(&self) -> bool {
        self.orphans.is_empty() && self.cases.iter().all(Case::passes)
    }

    /// The scores of all documents together, in the order of [`TABLES`].
    pub fn scores(&self) -> Vec<Score> {
        let sum = |table: &&'static str| {
            let mut sum = Score { table, ..Score::default() };
            self.cases.iter().for_each(|case| sum.add(&case.comparison.score(table)));
            sum
        };
        TABLES.iter().map(sum).collect()
    }
}

/// Reads a document as expectations want it.
pub fn read_document(path: &str, options: &ReadOptions) -> Result<Comparable, SuiteError> {
    let unreadable = |error| SuiteError::Unreadable { path: path.to_owned(), error };
    let source = Source::open(path, &options.limits).map_err(unreadable)?;
    // The cells are what the source says where something differs.
    let options = ReadOptions { cells: true, ..options.clone() };
    let records = process_one(&source, &options);
    Comparable::new(&records).map_err(|error| SuiteError::Json { path: path.to_owned(), error })
}

/// Reads an expectation; `None` where there is none.
pub fn read_expectation(path: &Path) -> Result<Option<Expectation>, SuiteError> {
    let name = || path.display().to_string();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SuiteError::Unreadable { path: name(), error }),
    };
    let read = Expectation::read(&text);
    read.map(Some).map_err(|reason| SuiteError::Expectation { path: name(), reason })
}

/// Compares every document below the folders (or among the files) that has an expectation beside it, on `jobs` threads.
/// `progress` is called after each.
pub fn verify(
    paths: &[String],
    options: &ReadOptions,
    jobs: usize,
    progress: &(dyn Fn() + Sync),
) -> Result<Report, SuiteError> {
    let orphans = orphans(paths)?;
    let names: Vec<Name> = paths.iter().cloned().map(Name::Given).collect();
    let files = match expand(&names, None).and_then(Inputs::all) {
        Ok(files) => files,
        Err(InputError::Empty(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let (with, without): (Vec<String>, Vec<String>) =
        files.into_iter().partition(|path| expectation_path(path).exists());
    if with.is_empty() && orphans.is_empty() {
        return Err(SuiteError::Nothing(paths.join(", ")));
    }
    let one = |path: &String| {
        let case = case(path.clone(), options);
        progress();
        case
    };
    use_threads(jobs)?;
    let cases = map_side_by_side(&with, jobs, one)?.into_iter().collect::<Result<Vec<Case>, SuiteError>>()?;
    Ok(Report { cases, orphans, without })
}

fn case(path: String, options: &ReadOptions) -> Result<Case, SuiteError> {
    let expectation = read_expectation(&expectation_path(&path))?;
    let document = read_document(&path, options)?;
    let comparison = expectation.map(|expectation| compare(&expectation, &document).with_sources(&document));
    Ok(Case { comparison: comparison.ok_or_else(|| SuiteError::Nothing(path.clone()))?, path })
}

/// Expectations below folders whose document is gone.
fn orphans(paths: &[String]) -> Result<Vec<String>, SuiteError> {
    let mut found = Vec::new();
    for path in paths.iter().filter(|path| Path::new(path).is_dir()) {
        collect_orphans(Path::new(path), &mut found)
            .map_err(|error| SuiteError::Unreadable { path: path.clone(), error })?;
    }
    found.sort();
    Ok(found)
}

fn collect_orphans(folder: &Path, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name.starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect_orphans(&path, found)?;
        } else if let Some(document) = path.to_string_lossy().strip_suffix(EXPECTATION)
            && !Path::new(document).exists()
        {
            found.push(path.display().to_string());
        }
    }
    Ok(())
}
