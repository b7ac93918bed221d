//! The files beside the tables that tell people and programs what the dataset is.
//!
//! | file | for |
//! | --- | --- |
//! | `datapackage.json` | programs: a Data Package (version 2) with the schema, size and hash of every table |
//! | `README.md` | people: what is in it, what is missing, how to begin |
//! | `dictionary.md` | people: every column |
//! | `create_views.sql` | DuckDB: a view for every table |
//! | `checksums.sha256` | `sha256sum -c` |
//!
//! None of them says when it was made: the same dataset gives the same files.

mod card;
mod descriptor;
mod views;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

pub(crate) use card::Counts;
use descriptor::Descriptor;

use crate::dataset::{Finished, Format, WriteOptions};
use crate::dictionary;
use crate::files::{Digest, Fingerprint, WholeFile, WriteError};

/// Names of the files of the package.
pub const PACKAGE_FILES: [&str; 5] = ["datapackage.json", "README.md", "dictionary.md", "create_views.sql", CHECKSUMS];

/// The list of all other files with their hashes.
pub const CHECKSUMS: &str = "checksums.sha256";

/// What the files of a package say of a dataset whatever its documents are.
pub struct Outline {
    /// What is written.
    pub(crate) options: WriteOptions,
    descriptor: Descriptor,
    dictionary: String,
    views: String,
}

impl Outline {
    /// The outline of a dataset with these options.
    pub fn new(options: WriteOptions) -> Self {
        let (descriptor, views) = (Descriptor::new(&options), views::views(&options));
        Self { options, descriptor, dictionary: dictionary::markdown(), views }
    }
}

/// The files of a package that is being written.
pub(crate) struct Package<'a> {
    pub(crate) outline: &'a Outline,
    pub(crate) folder: &'a Path,
    pub(crate) staging: &'a Path,
    pub(crate) counts: &'a Counts,
}

impl Package<'_> {
    /// Writes the files for people, which need nothing of the other files.
    pub(crate) fn begin(&self) -> Result<Finished, WriteError> {
        let card = card::card(&self.outline.options, self.counts);
        let mut written = Finished::default();
        for (name, text) in PACKAGE_FILES[1..].iter().zip([&card, &self.outline.dictionary, &self.outline.views]) {
            self.add(name, text, &mut written)?;
        }
        Ok(written)
    }

    /// Ends the package. The files of the dataset must be ended, but not yet at their places.
    pub(crate) fn finish(&self, begun: Finished, finished: &mut Finished) -> Result<(), WriteError> {
        self.add(PACKAGE_FILES[0], &self.outline.descriptor.with_sums(&finished.sums), finished)?;
        finished.extend(begun);
        let path = self.folder.join(CHECKSUMS);
        let checksums = self.checksums(finished).map_err(|error| WriteError::new(&path, error))?;
        finished.files.push(checksums);
        Ok(())
    }

    fn checksums(&self, finished: &mut Finished) -> io::Result<WholeFile> {
        let mut file = WholeFile::create_in(self.staging, &self.folder.join(CHECKSUMS))?;
        finished.sums.sort_unstable_by(|(one, _), (two, _)| one.cmp(two));
        for (name, sum) in &finished.sums {
            file.write_all(checksum_line(name, &sum.sha256).as_bytes())?;
        }
        if let Some((_, lines)) = &finished.documents {
            io::copy(&mut File::open(lines)?, &mut file)?;
            fs::remove_file(lines)?;
        }
        Ok(file)
    }

    fn add(&self, name: &str, text: &str, finished: &mut Finished) -> Result<(), WriteError> {
        let path = self.folder.join(name);
        let problem = |error: io::Error| WriteError::new(&path, error);
        let mut file = WholeFile::create_in(self.staging, &path).map_err(problem)?;
        file.write_all(text.as_bytes()).map_err(problem)?;
        finished.files.push(file);
        finished.sums.push((name.to_owned(), Fingerprint::of_bytes(text.as_bytes())));
        Ok(())
    }
}

/// A line of the checksums, as `sha256sum` writes it.
pub(crate) fn checksum_line(name: &str, sum: &Digest) -> String {
    format!("{sum}  {name}\n")
}

/// The format that programs are sent to first: the earliest of `preferred` in which the tables are written.
fn first_of(options: &WriteOptions, preferred: &[Format]) -> Option<Format> {
    preferred.iter().copied().find(|format| options.formats().contains(format))
}
