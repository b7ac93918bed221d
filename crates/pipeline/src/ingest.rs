//! Many documents: read what is new, keep it, and write the dataset out of everything that is kept.

use std::mem;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once, OnceLock, PoisonError};

use jixiao_exporter::files::{Digest, WholeFile, WriteError, stage_whole_in, write_whole_in};
use jixiao_exporter::{DocumentRecords, Outline, WriteOptions};

use crate::Layouts;
use crate::document::ReadOptions;
use crate::held::Held;
use crate::inputs::Inputs;
use crate::look::{Look, look};
use crate::publish::{Begun, publish};
use crate::status::Status;
use crate::store::{Store, StoreError};
use crate::threads::{ThreadsError, among_threads, beside, in_pool, side_by_side, use_threads};

/// Names the sources of this build: results of another build are not taken over.
pub(crate) const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("JIXIAO_SOURCES"));
/// Name of the file that says how the last run went.
pub const RUN_RECORD: &str = "run.json";
/// What [`RUN_RECORD`] says while files are put at their places, and after a run that ended there.
const REPLACING: &str = "{\n  \"state\": \"the files of the dataset are being replaced: if no jixiao is at work here, \
                         it was interrupted; run the same command again\"\n}\n";

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
    /// How far it could be read.
    pub status: Status,
    /// Why it is not `ok`.
    pub message: Option<String>,
    /// It was read in this run; otherwise an earlier result was kept, or there was nothing to read.
    pub fresh: bool,
}

impl Outcome {
    /// A file whose bytes cannot be had.
    pub(crate) fn unreadable(reason: impl std::fmt::Display) -> Self {
        let message = Some(format!("the file cannot be opened: {reason}"));
        Self { status: Status::Unreadable, message, fresh: false }
    }
}

/// Told how a run goes on, from every worker; asked whether it is to go on.
pub trait Progress: Sync {
    /// So many files will be looked at.
    fn begin(&self, _files: usize) {}
    /// One file is done.
    fn file(&self, _path: &str, _outcome: &Outcome) {}
    /// The files of the dataset will be written, out of so many documents.
    fn begin_writing(&self, _documents: usize) {}
    /// So many documents more are written.
    fn written(&self, _documents: usize) {}
    /// False where the run is to end as soon as it can.
    fn goes_on(&self) -> bool {
        true
    }
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
    /// Files in folders that were not looked at, for their ending.
    pub passed_over: usize,
    /// Documents in the dataset, those of earlier runs included.
    pub documents: usize,
    /// The files of the dataset were written; otherwise they were up to date.
    pub written: bool,
    /// Every file that is not `ok`, with the reason, by path.
    pub problems: Vec<(String, Outcome)>,
}

impl Summary {
    fn add(&mut self, path: &str, outcome: &Outcome) {
        let count = match outcome.status {
            Status::Ok => &mut self.ok,
            Status::Partial => &mut self.partial,
            Status::Failed => &mut self.failed,
            Status::Unreadable => &mut self.unreadable,
        };
        *count += 1;
        self.files += 1;
        self.fresh += usize::from(outcome.fresh);
        if outcome.status != Status::Ok {
            self.problems.push((path.to_owned(), outcome.clone()));
        }
    }
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
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// A kept result cannot be used, and its file is not there to be read again.
    #[error("the kept result of {0} cannot be used: give {0} among the inputs again, or leave it out with --prune")]
    Lost(String),
    /// The run was told to end.
    #[error("interrupted after {done} of {files} files")]
    Interrupted {
        /// Files that are done.
        done: usize,
        /// Files of the run.
        files: usize,
    },
}

/// Runs over many documents into one folder, which is locked from [`Ingest::open`] until this is dropped.
pub struct Ingest<'a> {
    /// Before the store, so that its files go while the folder is locked.
    pub(crate) begun: Begun<'a>,
    pub(crate) store: Store,
    pub(crate) folder: &'a Path,
    pub(crate) options: &'a IngestOptions,
    /// Names everything beside the bytes that decides what is read out of a document.
    pub(crate) key: Arc<Digest>,
    pub(crate) held: Held,
    /// What reading needs is being loaded, or is there.
    pub(crate) loading: Once,
    outline: OnceLock<Arc<Outline>>,
    /// The records of the only document of the run, which are many small texts: see [`Ingest::end`].
    pub(crate) served: OnceLock<DocumentRecords>,
    pub(crate) progress: &'a dyn Progress,
}

impl<'a> Ingest<'a> {
    /// Locks the folder, which is made where it is missing.
    pub fn open(folder: &'a Path, options: &'a IngestOptions, progress: &'a dyn Progress) -> Result<Self, IngestError> {
        Ok(Self {
            store: Store::open(folder)?,
            folder,
            options,
            key: Arc::new(key(&options.read)),
            held: Held::default(),
            begun: Begun::default(),
            loading: Once::new(),
            outline: OnceLock::new(),
            served: OnceLock::new(),
            progress,
        })
    }

    /// Reads what is new among the files, and writes the dataset where it is not up to date. What happened to the names
    /// in the folder is on disk after [`Ingest::write_record`].
    pub fn run(&self, inputs: Inputs) -> Result<Summary, IngestError> {
        if inputs.files.len() > 1 {
            use_threads(self.options.jobs)?;
            return self.read_and_write(inputs);
        }
        among_threads(self.options.jobs, || self.read_and_write(inputs))?
    }

    fn read_and_write(&self, inputs: Inputs) -> Result<Summary, IngestError> {
        let Inputs { files, passed_over, problems } = inputs;
        let mut summary = Summary { passed_over, ..self.look_at(&files)? };
        for (path, reason) in &problems {
            summary.add(path, &Outcome::unreadable(reason));
        }
        summary.problems.sort_by(|(one, _), (two, _)| one.cmp(two));
        self.forget(&files);
        // The list is as long as the dataset, and writing the dataset is what takes the most memory.
        drop((files, problems));
        (summary.documents, summary.written) = self.tidy_while(|| in_pool(|| publish(self)))?;
        self.tidy_while(|| Ok(()))?;
        Ok(summary)
    }

    /// Tidies up what is kept; meanwhile it is put on disk, `work` is done.
    fn tidy_while<T>(&self, work: impl FnOnce() -> Result<T, IngestError>) -> Result<T, IngestError> {
        let Some(unsynced) = self.store.tidy()? else { return work() };
        let (done, synced) = beside(|| self.store.sync(&unsynced), work);
        synced?;
        done
    }

    /// Writes [`RUN_RECORD`], and puts the names in the folder on disk: those of the tables with its own.
    pub fn write_record(&self, text: &str) -> Result<(), WriteError> {
        write_whole_in(&self.store.staging(), &self.folder.join(RUN_RECORD), text.as_bytes())
    }

    /// Ends the run together with the process: what was read is left to the system, which takes it back as a whole. Text
    /// by text, and from other threads than made them, it would take as long as reading some of the pages.
    pub fn end(self) {
        mem::forget(self.served);
    }

    /// What can be said of the dataset before it is there.
    pub(crate) fn outline(&self) -> Arc<Outline> {
        Arc::clone(self.outline.get_or_init(|| Arc::new(Outline::new(self.options.write.clone()))))
    }

    /// What says that files are being replaced: on disk, but not yet at its place.
    pub(crate) fn replacing(&self) -> Result<WholeFile, WriteError> {
        stage_whole_in(&self.store.staging(), &self.folder.join(RUN_RECORD), REPLACING.as_bytes())
    }

    /// Says to whoever looks into the folder that its files do not belong together at the moment. Nothing waits until
    /// that is on disk: what happens to the names in a folder gets there in order.
    pub(crate) fn begin_replacing(&self, record: WholeFile) -> Result<(), WriteError> {
        self.store.unpublish()?;
        record.commit()
    }

    /// Looks at the files, as many at a time as there are workers.
    fn look_at(&self, files: &[Arc<str>]) -> Result<Summary, IngestError> {
        self.progress.begin(files.len());
        let round = Round {
            run: self,
            files,
            next: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
            summary: Mutex::default(),
        };
        let ends = side_by_side(self.options.jobs.min(files.len()), || round.work())?;
        ends.into_iter().collect::<Result<(), _>>()?;
        let summary = round.summary.into_inner().unwrap_or_else(PoisonError::into_inner);
        if summary.files < files.len() {
            return Err(IngestError::Interrupted { done: summary.files, files: files.len() });
        }
        Ok(summary)
    }

    /// Leaves out what is not part of the dataset any more: with `prune`, every file that is not among the inputs;
    /// otherwise only the old names of files that were renamed.
    fn forget(&self, files: &[Arc<str>]) {
        let given = |path: &str| files.binary_search_by(|file| (**file).cmp(path)).is_ok();
        if self.options.prune {
            return self.store.retain(|path, _| given(path));
        }
        let is_gone = |path: &str| !given(path) && !Path::new(path).exists();
        let gone = self.store.documents(|path, _| is_gone(path));
        let found = self.store.documents(|path, sha256| gone.contains(sha256) && given(path));
        self.store.retain(|path, input| !(found.contains(&input.kept.sha256) && is_gone(path)));
    }
}

/// Names everything beside the bytes that decides what is read out of a document.
fn key(options: &ReadOptions) -> Digest {
    let ReadOptions { limits, password, values, layouts, rules, pages, cells } = options;
    let (words, rules) = (values.fingerprint(), rules.fingerprint());
    let layouts = layouts.as_deref().map_or("", Layouts::fingerprint);
    let text = format!("{BUILD}\n{limits:?}\n{password:?}\n{words:?}\n{layouts:?}\n{rules:?}\n{pages:?}\n{cells}");
    Digest::of(text.as_bytes())
}

/// The files of a run, shared out to the workers.
struct Round<'r, 'a> {
    run: &'r Ingest<'a>,
    files: &'r [Arc<str>],
    next: AtomicUsize,
    /// A worker met an error that ends the run.
    ended: AtomicBool,
    summary: Mutex<Summary>,
}

impl Round<'_, '_> {
    fn work(&self) -> Result<(), IngestError> {
        while !self.ended.load(Ordering::Relaxed) && self.run.progress.goes_on() {
            let Some(path) = self.files.get(self.next.fetch_add(1, Ordering::Relaxed)) else { break };
            self.look(path).inspect_err(|_| self.ended.store(true, Ordering::Relaxed))?;
        }
        Ok(())
    }

    fn look(&self, path: &Arc<str>) -> Result<(), IngestError> {
        let Look { outcome, input } = look(self.run, path, self.files.len() == 1)?;
        if let Some(input) = input {
            self.run.store.note(path, input)?;
        }
        self.run.progress.file(path, &outcome);
        self.summary.lock().unwrap_or_else(PoisonError::into_inner).add(path, &outcome);
        Ok(())
    }
}
