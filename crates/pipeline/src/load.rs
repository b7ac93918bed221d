//! The records of whatever a user names: a dataset, the JSON of a document, a document, or a folder of documents.

use std::fs;
use std::path::{Path, PathBuf};

use jixiao_exporter::{DOCUMENTS_FOLDER, DocumentRecords, SCHEMA_VERSION};

use crate::document::{ReadOptions, Source, process_one};
use crate::inputs::{InputError, Name, expand};
use crate::store::FOLDER;
use crate::threads::{ThreadsError, map_side_by_side, use_threads};

/// What was named cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Nothing to read is there.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A file cannot be opened.
    #[error("{}: cannot be opened: {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why, as the system says it.
        reason: String,
    },
    /// A JSON file is not one of a document.
    #[error("{}: is not the JSON of a document of schema version {SCHEMA_VERSION}: {reason}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A dataset without the files that hold documents.
    #[error("{}: this dataset has no folder {DOCUMENTS_FOLDER}: write it with --to json among the formats", .0.display())]
    NoDocuments(PathBuf),
    /// Workers cannot be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
}

/// Loads the records of what `name` stands for, in the order of paths.
///
/// The output folder of an earlier run and a file that ends in `.json` are taken as they are; anything else is read with
/// `options`, on `jobs` threads. A document that cannot be read is among the result, with status `failed`.
pub fn load(name: &str, options: &ReadOptions, jobs: usize) -> Result<Vec<DocumentRecords>, LoadError> {
    let path = Path::new(name);
    if is_dataset(path) {
        return load_dataset(path);
    }
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) && path.is_file() {
        return Ok(vec![load_json(path)?]);
    }
    let files = expand(&[Name::Given(name.to_owned())], None)?.all()?;
    let read = |file: &String| {
        let source = Source::open(file, &options.limits).map_err(|error| open_error(Path::new(file), &error))?;
        Ok(process_one(&source, options))
    };
    use_threads(jobs)?;
    map_side_by_side(&files, jobs, read)?.into_iter().collect()
}

fn is_dataset(path: &Path) -> bool {
    path.join(FOLDER).is_dir() || path.join("datapackage.json").is_file()
}

fn load_dataset(folder: &Path) -> Result<Vec<DocumentRecords>, LoadError> {
    let entries = fs::read_dir(folder.join(DOCUMENTS_FOLDER)).map_err(|_| LoadError::NoDocuments(folder.to_owned()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    paths.sort();
    paths.iter().map(|path| load_json(path)).collect()
}

fn load_json(path: &Path) -> Result<DocumentRecords, LoadError> {
    let json = fs::read(path).map_err(|error| open_error(path, &error))?;
    let problem = |reason: String| LoadError::Json { path: path.to_owned(), reason };
    let records: DocumentRecords = serde_json::from_slice(&json).map_err(|error| problem(error.to_string()))?;
    let version = records.schema_version;
    if version == SCHEMA_VERSION { Ok(records) } else { Err(problem(format!("its version is {version}"))) }
}

fn open_error(path: &Path, error: &std::io::Error) -> LoadError {
    LoadError::Open { path: path.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use jixiao_exporter::JsonLayout;

    use super::*;

    const FORM: &str = "项目绩效目标申报表\n\n（2023年度）\n\n项目名称\t甲\n总体绩效指标\n";

    fn load_in(folder: &tempfile::TempDir, name: &str) -> Result<Vec<DocumentRecords>, LoadError> {
        load(&folder.path().join(name).display().to_string(), &ReadOptions::default(), 1)
    }

    #[test]
    fn a_document_and_its_json_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), FORM).unwrap();
        let read = load_in(&folder, "a.txt").unwrap();
        assert_eq!(read[0].document.row.file_name, "a.txt");
        fs::write(folder.path().join("a.json"), read[0].to_json(JsonLayout::Indented)).unwrap();
        assert_eq!(load_in(&folder, "a.json").unwrap(), read);
        assert_eq!(load_in(&folder, "").unwrap().len(), 1, "only the text is a document of the folder");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("other.json"), r#"{"schema_version": 1}"#).unwrap();
        fs::create_dir_all(folder.path().join("set").join(FOLDER)).unwrap();
        for (name, words) in [
            ("other.json", "missing field"),
            ("set", "--to json"),
            ("no.json", "no such file"),
            ("no.pdf", "no such file"),
        ] {
            let error = load_in(&folder, name).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains(name), "{error}");
        }
    }
}
