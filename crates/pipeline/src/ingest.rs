//! Many documents: read what is new, keep it, and write the dataset out of everything that is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jixiao_exporter::files::{WriteError, sha256_hex};
use jixiao_exporter::{DOCUMENTS_FOLDER, DatasetWriter, DocumentRecords, Format, WriteOptions, document_id};
use jixiao_model::Severity;
use rayon::prelude::*;

use crate::document::{ReadOptions, Source, file_name, process_one};
use crate::store::{Input, Manifest, Store, StoreError};

/// Names the sources of this build: results of another build are not taken over.
const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("JIXIAO_SOURCES"));
/// Documents that are loaded at a time when the dataset is written. Bounds the memory.
const CHUNK: usize = 64;
/// Stack of a worker: deep nesting in a file must not exhaust it before the limits are reached.
const STACK: usize = 16 << 20;
/// A file that changed so shortly before it was looked at may change again without its time telling.
const SETTLED: Duration = Duration::from_secs(2);

/// What a run does.
#[derive(Debug, Clone)]
pub struct IngestOptions {
    /// How documents are read.
    pub read: ReadOptions,
    /// Threads.
    pub jobs: usize,
    /// What to write.
    pub write: WriteOptions,
    /// Leave documents out that are no longer among the inputs.
    pub prune: bool,
    /// Read every document again.
    pub fresh: bool,
}

/// How one file went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// `ok`, `partial`, `failed`, or `unreadable` for a file whose bytes cannot be had.
    pub status: String,
    /// Why it is not `ok`.
    pub message: Option<String>,
    /// It was read in this run; otherwise an earlier result was kept.
    pub fresh: bool,
}

/// Told how a run goes on; called from every worker.
pub trait Progress: Sync {
    /// So many files will be looked at.
    fn begin(&self, _files: usize) {}
    /// One file is done.
    fn file(&self, _path: &str, _outcome: &Outcome) {}
    /// The files of the dataset are being written, out of so many documents.
    fn writing(&self, _documents: usize) {}
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Files looked at.
    pub files: usize,
    /// Of these, files read in this run.
    pub fresh: usize,
    /// Files whose status is `ok`.
    pub ok: usize,
    /// Files of which a part could not be read.
    pub partial: usize,
    /// Files of which nothing could be read.
    pub failed: usize,
    /// Files whose bytes could not be had; they have no row.
    pub unreadable: usize,
    /// Documents in the dataset, those of earlier runs included.
    pub documents: usize,
    /// The files of the dataset were written; otherwise they were up to date.
    pub written: bool,
    /// Every file that is not `ok`, with the reason.
    pub problems: Vec<(String, Outcome)>,
}

/// A run could not be carried out. What was finished before is kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The output folder cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Workers cannot be started.
    #[error("cannot start {0} threads: try fewer with --jobs")]
    Threads(usize),
    /// A kept result cannot be used, and its file is not there to be read again.
    #[error("the kept result of {0} cannot be used: give {0} among the inputs again, or leave it out with --prune")]
    Lost(String),
}

/// Reads the files and writes the dataset to `folder`.
pub fn ingest(
    files: &[String],
    folder: &Path,
    options: &IngestOptions,
    progress: &dyn Progress,
) -> Result<Summary, IngestError> {
    let pool = workers(options.jobs).map_err(|_| IngestError::Threads(options.jobs))?;
    let run = Run { store: Store::open(folder)?, folder, options, key: key(&options.read), progress };
    pool.install(|| run.carry_out(files))
}

/// Threads on which documents are read.
pub fn workers(jobs: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK).build()
}

/// Names everything beside the bytes that decides what is read out of a document.
fn key(options: &ReadOptions) -> String {
    let ReadOptions { limits, password, values, rules, pages, cells } = options;
    let (words, rules) = (values.fingerprint(), rules.fingerprint());
    let text = format!("{BUILD}\n{limits:?}\n{password:?}\n{words:?}\n{rules:?}\n{pages:?}\n{cells}");
    sha256_hex(text.as_bytes())[..16].to_owned()
}

struct Run<'a> {
    store: Store,
    folder: &'a Path,
    options: &'a IngestOptions,
    key: String,
    progress: &'a dyn Progress,
}

/// A document of the dataset: its result, and the paths at which it was found.
struct Member<'a> {
    input: &'a Input,
    paths: Vec<&'a str>,
}

impl Run<'_> {
    fn carry_out(&self, files: &[String]) -> Result<Summary, IngestError> {
        let known = self.store.manifest()?;
        self.progress.begin(files.len());
        let look = |path: &String| self.look_and_tell(path, known.get(path));
        let looks: Vec<Look> = files.par_iter().map(look).collect::<Result<_, _>>()?;

        let mut summary = summarize(files, &looks);
        let manifest = self.merge(&known, files, looks)?;
        let members = members(&manifest, &self.key);
        summary.documents = members.len();
        summary.written = self.publish(&members)?;
        Ok(summary)
    }

    fn look_and_tell(&self, path: &str, known: Option<&Input>) -> Result<Look, WriteError> {
        let look = self.look(path, known)?;
        self.progress.file(path, &look.outcome);
        Ok(look)
    }

    /// Finds out what a file holds: from its size and time, from its hash, or by reading it.
    fn look(&self, path: &str, known: Option<&Input>) -> Result<Look, WriteError> {
        let stat = match fs::metadata(path).and_then(|metadata| Stat::new(&metadata)) {
            Ok(stat) => stat,
            Err(error) => return Ok(Look::unreadable(&error)),
        };
        if let Some(input) = known.filter(|input| self.is_current(input, &stat)) {
            return Ok(Look::of(input.clone(), false));
        }
        let source = match Source::open(path, &self.options.read.limits) {
            Ok(source) => source,
            Err(error) => return Ok(Look::unreadable(&error)),
        };
        let (records, fresh) = self.read(&source)?;
        Ok(Look::of(self.input(&records, &stat), fresh))
    }

    fn is_current(&self, input: &Input, stat: &Stat) -> bool {
        let same = input.modified.is_some() && input.modified == stat.modified && input.bytes == stat.bytes;
        same && !self.options.fresh && input.key == self.key && self.store.has(&input.key, &input.sha256)
    }

    /// The records of a document, and whether it was read for them.
    fn read(&self, source: &Source) -> Result<(DocumentRecords, bool), WriteError> {
        if !self.options.fresh
            && let Some(records) = self.store.load(&self.key, source.sha256())
        {
            return Ok((records, false));
        }
        let records = process_one(source, &self.options.read);
        self.store.save(&self.key, &records)?;
        Ok((records, true))
    }

    fn input(&self, records: &DocumentRecords, stat: &Stat) -> Input {
        let row = &records.document.row;
        Input {
            bytes: stat.bytes,
            modified: stat.modified,
            sha256: row.sha256.clone(),
            key: self.key.clone(),
            status: row.status.clone(),
            message: row.message.clone(),
        }
    }

    /// The files of the dataset from now on: those known before, unless they are pruned, and those of this run.
    fn merge(&self, known: &Manifest, files: &[String], looks: Vec<Look>) -> Result<Manifest, WriteError> {
        let mut manifest = known.clone();
        if self.options.prune {
            let wanted: BTreeSet<&String> = files.iter().collect();
            manifest.retain(|path, _| wanted.contains(path));
        }
        let found = files.iter().zip(looks).filter_map(|(path, look)| Some((path.clone(), look.input?)));
        manifest.extend(found);
        if manifest != *known {
            self.store.save_manifest(&manifest)?;
        }
        if self.options.prune {
            self.store.sweep(&manifest);
        }
        Ok(manifest)
    }

    /// Writes the dataset, unless the folder already holds it.
    fn publish(&self, members: &[Member<'_>]) -> Result<bool, IngestError> {
        let fingerprint = self.fingerprint(members);
        if self.store.published().as_ref() == Some(&fingerprint) && self.is_complete(members.len()) {
            return Ok(false);
        }
        self.progress.writing(members.len());
        self.store.unpublish()?;
        let staging = self.store.staging();
        let mut writer = DatasetWriter::create(self.folder, &staging, &self.options.write)?;
        for chunk in members.chunks(CHUNK) {
            let records: Vec<_> = chunk.par_iter().map(|member| self.records(member)).collect::<Result<_, _>>()?;
            records.iter().try_for_each(|records| writer.push(records))?;
        }
        writer.finish()?;
        self.remove_strays(members)?;
        self.store.publish(&fingerprint)?;
        Ok(true)
    }

    fn fingerprint(&self, members: &[Member<'_>]) -> String {
        let mut text = format!("{BUILD}\n{:?}\n", self.options.write);
        for Member { input, paths } in members {
            text.extend([input.sha256.as_str(), " ", &input.key, " ", &paths.join("\t"), "\n"]);
        }
        sha256_hex(text.as_bytes())
    }

    /// A file that somebody removed is written again.
    fn is_complete(&self, documents: usize) -> bool {
        let write = &self.options.write;
        write.files().iter().all(|name| self.folder.join(name).is_file())
            && (!write.formats().contains(&Format::Json) || document_files(self.folder).len() == documents)
    }

    /// Removes what an earlier run left and this dataset does not have: documents, tables, formats.
    fn remove_strays(&self, members: &[Member<'_>]) -> Result<(), WriteError> {
        let write = &self.options.write;
        let members = if write.formats().contains(&Format::Json) { members } else { &[] };
        let wanted: BTreeSet<&str> = members.iter().map(|member| document_id(&member.input.sha256)).collect();
        let documents = document_files(self.folder).into_iter().filter(|(id, _)| !wanted.contains(id.as_str()));
        let tables = write.other_files().into_iter().map(|name| self.folder.join(name)).filter(|path| path.is_file());
        let mut strays = documents.map(|(_, path)| path).chain(tables);
        strays.try_for_each(|path| fs::remove_file(&path).map_err(|error| WriteError::new(&path, error)))
    }

    /// The kept records of a document, under the names that its file has now.
    fn records(&self, member: &Member<'_>) -> Result<DocumentRecords, IngestError> {
        let kept = self.store.load(&member.input.key, &member.input.sha256);
        let mut records = kept.map_or_else(|| self.read_again(member), Ok)?;
        let mut paths = member.paths.iter();
        if let Some(path) = paths.next() {
            file_name(path).clone_into(&mut records.document.row.file_name);
            (*path).clone_into(&mut records.document.row.source_path);
        }
        for path in paths {
            let message = format!("the same bytes are also found at {path}");
            records.add_finding("duplicate_file", Severity::Info, &message);
        }
        Ok(records)
    }

    /// Reads a document again whose kept result is damaged.
    fn read_again(&self, member: &Member<'_>) -> Result<DocumentRecords, IngestError> {
        let path = member.paths.first().copied().unwrap_or_default();
        let lost = || IngestError::Lost(path.to_owned());
        let source = Source::open(path, &self.options.read.limits).map_err(|_| lost())?;
        if member.input.key != self.key || source.sha256() != member.input.sha256 {
            return Err(lost());
        }
        Ok(self.read(&source)?.0)
    }
}

/// The documents of the dataset, by id. The same bytes at several paths are one document.
fn members<'a>(manifest: &'a Manifest, key: &str) -> Vec<Member<'a>> {
    let mut members: BTreeMap<&str, Member<'a>> = BTreeMap::new();
    for (path, input) in manifest {
        let member = members.entry(&input.sha256).or_insert_with(|| Member { input, paths: Vec::new() });
        if input.key == key {
            member.input = input;
        }
        member.paths.push(path);
    }
    members.into_values().collect()
}

/// The JSON files of documents in an output folder: id and path. Other files are nobody's business.
fn document_files(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder.join(DOCUMENTS_FOLDER)).into_iter().flatten().filter_map(Result::ok);
    let with_id = |path: PathBuf| {
        let id = path.file_name()?.to_str()?.strip_suffix(".json")?.to_owned();
        (id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some((id, path))
    };
    entries.filter_map(|entry| with_id(entry.path())).collect()
}

/// What looking at one file gave.
struct Look {
    outcome: Outcome,
    /// `None` where its bytes could not be had.
    input: Option<Input>,
}

impl Look {
    fn of(input: Input, fresh: bool) -> Self {
        let outcome = Outcome { status: input.status.clone(), message: input.message.clone(), fresh };
        Self { outcome, input: Some(input) }
    }

    fn unreadable(error: &io::Error) -> Self {
        let message = Some(format!("the file cannot be opened: {error}"));
        Self { outcome: Outcome { status: "unreadable".to_owned(), message, fresh: true }, input: None }
    }
}

/// Size and time of a file.
struct Stat {
    bytes: u64,
    modified: Option<u64>,
}

impl Stat {
    fn new(metadata: &fs::Metadata) -> io::Result<Self> {
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let modified = metadata.modified().ok().filter(|time| is_settled(*time));
        let since_epoch = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Self { bytes: metadata.len(), modified: since_epoch.and_then(|time| u64::try_from(time.as_nanos()).ok()) })
    }
}

fn is_settled(time: SystemTime) -> bool {
    SystemTime::now().duration_since(time).is_ok_and(|age| age >= SETTLED)
}

fn summarize(files: &[String], looks: &[Look]) -> Summary {
    let mut summary = Summary { files: files.len(), ..Summary::default() };
    for (path, Look { outcome, .. }) in files.iter().zip(looks) {
        let count = match outcome.status.as_str() {
            "ok" => &mut summary.ok,
            "partial" => &mut summary.partial,
            "failed" => &mut summary.failed,
            _ => &mut summary.unreadable,
        };
        *count += 1;
        summary.fresh += usize::from(outcome.fresh);
        if outcome.status != "ok" {
            summary.problems.push((path.clone(), outcome.clone()));
        }
    }
    summary
}
