//! One nested JSON file for each document.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::dataset::{Finished, Sink};
use crate::files::{Digest, FileSet, Measure, WriteError};
use crate::json::JsonLayout;
use crate::package::checksum_line;
use crate::records::DocumentRecords;

/// Folder of the JSON files of a dataset.
pub const DOCUMENTS_FOLDER: &str = "documents";

const LAYOUT: JsonLayout = JsonLayout::Indented;

/// Writes the JSON file of each document. A file that already says the same is left alone.
pub(crate) struct DocumentsSink {
    folder: PathBuf,
    changed: FileSet,
    /// Lines of the checksums, on disk as they come.
    sums: BufWriter<File>,
    sums_path: PathBuf,
}

impl DocumentsSink {
    pub(crate) fn create(folder: &Path, staging: &Path) -> Result<Self, WriteError> {
        let folder = folder.join(DOCUMENTS_FOLDER);
        fs::create_dir_all(&folder).map_err(|error| WriteError::new(&folder, error))?;
        let sums_path = staging.join("documents.sha256");
        let sums = File::create(&sums_path).map_err(|error| WriteError::new(&sums_path, error))?;
        let changed = FileSet::create(staging.join(DOCUMENTS_FOLDER), &folder)?;
        Ok(Self { folder, changed, sums: BufWriter::new(sums), sums_path })
    }

    /// Writes the file of a document where it says something new. Gives its line of the checksums.
    fn write(&self, records: &DocumentRecords) -> Result<String, WriteError> {
        let name = format!("{}.json", records.document.row.document_id);
        let path = self.folder.join(&name);
        let same = same_as(&path, records).map_err(|error| WriteError::new(&path, error))?;
        let sha256 = match same {
            Some(sha256) => sha256,
            None => self.write_changed(&name, records)?,
        };
        Ok(checksum_line(&format!("{DOCUMENTS_FOLDER}/{name}"), &sha256))
    }

    fn write_changed(&self, name: &str, records: &DocumentRecords) -> Result<Digest, WriteError> {
        let mut measure = Measure::default();
        self.changed.add(name, |file| records.write_json(LAYOUT, Measured { file, measure: &mut measure }))?;
        Ok(measure.finish().sha256)
    }
}

/// The hash of a file that says the same of a document; `None` where it says something else, or is not there.
fn same_as(path: &Path, records: &DocumentRecords) -> io::Result<Option<Digest>> {
    let Ok(file) = File::open(path) else { return Ok(None) };
    let mut comparison = Comparison { known: Some(BufReader::new(file)), measure: Measure::default() };
    records.write_json(LAYOUT, &mut comparison)?;
    let ended = comparison.known.is_some_and(|mut known| known.fill_buf().is_ok_and(<[u8]>::is_empty));
    Ok(ended.then(|| comparison.measure.finish().sha256))
}

/// Measures what is written to a file.
struct Measured<'a> {
    file: &'a mut File,
    measure: &'a mut Measure,
}

impl Write for Measured<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.measure.write(&bytes[..written])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Compares what is written to it with what a file has, and measures it.
struct Comparison {
    /// What comes next in the file; `None` after a difference.
    known: Option<BufReader<File>>,
    measure: Measure,
}

impl Write for Comparison {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(known) = &mut self.known {
            if goes_on_with(known, bytes) {
                return self.measure.write(bytes);
            }
            self.known = None;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// True where a file has these bytes next; one that cannot be read has not.
fn goes_on_with(known: &mut impl BufRead, mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let Ok(found) = known.fill_buf() else { return false };
        let length = found.len().min(bytes.len());
        if length == 0 || found[..length] != bytes[..length] {
            return false;
        }
        known.consume(length);
        bytes = &bytes[length..];
    }
    true
}

impl Sink for DocumentsSink {
    fn push(&mut self, documents: &[DocumentRecords]) -> Result<(), WriteError> {
        let lines: Vec<Result<String, WriteError>> = documents.par_iter().map(|records| self.write(records)).collect();
        for line in lines {
            self.sums.write_all(line?.as_bytes()).map_err(|error| WriteError::new(&self.sums_path, error))?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, WriteError> {
        self.sums.flush().map_err(|error| WriteError::new(&self.sums_path, error))?;
        Ok(Finished { documents: Some((self.changed, self.sums_path)), ..Finished::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::SourceInfo;

    #[test]
    fn only_a_file_that_says_the_same_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let records = DocumentRecords::failed(&SourceInfo::default(), "not_readable", "no");
        assert_eq!(same_as(&path, &records).unwrap(), None, "it is not there");
        let text = records.to_json(LAYOUT) + "\n";
        fs::write(&path, &text).unwrap();
        assert_eq!(same_as(&path, &records).unwrap(), Some(Digest::of(text.as_bytes())));
        for other in ["", &text[..text.len() - 1], &(text.clone() + " "), &text.replacen("no", "ho", 1)] {
            fs::write(&path, other).unwrap();
            assert_eq!(same_as(&path, &records).unwrap(), None, "{other}");
        }
    }
}
