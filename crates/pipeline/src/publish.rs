//! The dataset, assembled from what is kept of each document.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::slice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jixiao_exporter::files::{Digest, Measure, WriteError};
use jixiao_exporter::{DOCUMENTS_FOLDER, DatasetWriter, DocumentRecords, Format, document_id};
use jixiao_model::Severity;
use rayon::prelude::*;

use crate::document::{Source, file_name, process_one};
use crate::ingest::{BUILD, Ingest, IngestError};
use crate::store::{Input, Kept};
use crate::threads::beside;

/// Documents for each thread that are held in memory at a time, at most; while these are written, the next are loaded.
const CHUNK: usize = 4;
/// Bytes of results, compressed, that are loaded at a time, unless a single one has more.
const CHUNK_BYTES: u64 = 1 << 18;

/// A file of the dataset with the result of its document.
type Entry = (Arc<str>, Arc<Kept>);

/// A document of the dataset: the files in which it was found, each with its result. There is at least one, and the
/// first result is the one that counts.
type Member<'a> = &'a [Entry];

/// Writes the dataset, unless the folder already holds it. Gives the number of documents, and whether it was written.
pub(crate) fn publish(run: &Ingest<'_>) -> Result<(usize, bool), IngestError> {
    let mut entries = run.store.inputs();
    // By document; a result of this program version comes before that of another.
    let order = |(_, kept): &Entry| (kept.sha256, kept.key != run.key);
    entries.sort_unstable_by(|one, two| order(one).cmp(&order(two)).then_with(|| one.0.cmp(&two.0)));
    let documents = members(&entries).count();
    let fingerprint = fingerprint(run, &entries);
    let begun = run.begun.take(&entries);
    if run.store.published().as_ref() == Some(&fingerprint) && is_complete(run, documents) {
        return Ok((documents, false));
    }
    run.progress.begin_writing(documents);
    let writer = begun.map_or_else(|| filled(run, &entries), |begun| Ok(begun?))?;
    let (written, replacing) = beside(|| run.replacing(), || writer.finish());
    let written = written?;
    run.begin_replacing(replacing?)?;
    written.commit()?;
    remove_strays(run, &entries)?;
    run.store.publish(&fingerprint)?;
    Ok((documents, true))
}

/// The documents of entries that are in order.
fn members(entries: &[Entry]) -> impl Iterator<Item = Member<'_>> {
    entries.chunk_by(|(_, one), (_, two)| one.sha256 == two.sha256)
}

/// Names the dataset: what it is made of, and how.
fn fingerprint(run: &Ingest<'_>, entries: &[Entry]) -> String {
    let mut measure = Measure::default();
    // Measuring does not fail.
    let _ = writeln!(measure, "{BUILD}\n{:?}", run.options.write);
    for member in members(entries) {
        let kept = result(member);
        let _ = writeln!(measure, "{} {} {}", kept.sha256, kept.key, sorted_paths(member).join("\t"));
    }
    measure.finish().sha256.to_string()
}

fn result(member: Member<'_>) -> &Kept {
    &member[0].1
}

fn sorted_paths(member: Member<'_>) -> Vec<&str> {
    let mut paths: Vec<&str> = member.iter().map(|(path, _)| &**path).collect();
    paths.sort_unstable();
    paths
}

/// A file that somebody removed is written again.
fn is_complete(run: &Ingest<'_>, documents: usize) -> bool {
    let write = &run.options.write;
    write.files().iter().all(|name| run.folder.join(name).is_file())
        && (!write.formats().contains(&Format::Json) || document_files(run.folder).count() == documents)
}

fn create<'a>(run: &Ingest<'a>) -> Result<DatasetWriter<'a>, WriteError> {
    DatasetWriter::create(run.folder, &run.store.staging(), run.outline())
}

/// A dataset with all documents, in order. While some are written, the next are loaded.
fn filled<'a>(run: &Ingest<'a>, entries: &[Entry]) -> Result<DatasetWriter<'a>, IngestError> {
    let mut writer = create(run)?;
    let load = |entries: &[Entry]| -> Result<Vec<DocumentRecords>, IngestError> {
        let members: Vec<Member<'_>> = members(entries).collect();
        members.par_iter().map(|member| records(run, member)).collect()
    };
    let (mut loaded, mut rest) = (Vec::new(), entries);
    loop {
        let next;
        (next, rest) = rest.split_at(portion(rest));
        let (written, following) = rayon::join(|| writer.push(&loaded), || load(next));
        written?;
        run.progress.written(loaded.len());
        loaded.into_par_iter().for_each(DocumentRecords::give_back);
        loaded = following?;
        if loaded.is_empty() {
            return Ok(writer);
        }
        if !run.progress.goes_on() {
            let documents = members(entries).count();
            return Err(IngestError::Interrupted { done: documents, files: documents });
        }
    }
}

/// The dataset of a single document, begun before it is known what else belongs to it.
#[derive(Default)]
pub(crate) struct Begun<'a>(Mutex<Option<(Digest, Result<DatasetWriter<'a>, WriteError>)>>);

impl<'a> Begun<'a> {
    /// Begins the dataset of this document alone.
    pub(crate) fn begin(&self, run: &Ingest<'a>, sha256: &Digest, records: &DocumentRecords) {
        let begin = || {
            let mut writer = create(run)?;
            writer.push(slice::from_ref(records))?;
            Ok(writer)
        };
        *self.lock() = Some((*sha256, begin()));
    }

    /// Hands over what was begun, where it is the dataset of these entries.
    fn take(&self, entries: &[Entry]) -> Option<Result<DatasetWriter<'a>, WriteError>> {
        let (sha256, begun) = self.lock().take()?;
        matches!(entries, [(_, kept)] if kept.sha256 == sha256).then_some(begun)
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Digest, Result<DatasetWriter<'a>, WriteError>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many of the entries are loaded together: those of at least one document, where there is any.
fn portion(entries: &[Entry]) -> usize {
    let mut bytes = 0;
    let fits = |(number, member): &(usize, Member<'_>)| {
        bytes += u64::from(result(member).result.length());
        *number == 0 || bytes <= CHUNK_BYTES
    };
    let chunk = members(entries).take(CHUNK * rayon::current_num_threads()).enumerate().take_while(fits);
    chunk.map(|(_, member)| member.len()).sum()
}

/// The kept records of a document, under the names that its file has now.
fn records(run: &Ingest<'_>, member: Member<'_>) -> Result<DocumentRecords, IngestError> {
    let held = run.held.take(&result(member).sha256).filter(|_| result(member).key == run.key);
    let kept = held.or_else(|| run.store.load(result(member)));
    let mut records = kept.map_or_else(|| read_again(run, member), Ok)?;
    let paths = sorted_paths(member);
    file_name(paths[0]).clone_into(&mut records.document.row.file_name);
    paths[0].clone_into(&mut records.document.row.source_path);
    for path in &paths[1..] {
        let message = format!("the same bytes are also found at {path}");
        records.add_finding("duplicate_file", Severity::Info, &message);
    }
    Ok(records)
}

/// Reads a document again whose kept result is damaged.
fn read_again(run: &Ingest<'_>, member: Member<'_>) -> Result<DocumentRecords, IngestError> {
    let (path, kept) = &member[0];
    let lost = || IngestError::Lost(path.to_string());
    let source = Source::open(path, &run.options.read.limits).map_err(|_| lost())?;
    if kept.key != run.key || *source.sha256() != kept.sha256 {
        return Err(lost());
    }
    let records = process_one(&source, &run.options.read);
    let kept = run.store.keep(&run.key, source.sha256(), &records)?;
    for (path, _) in member {
        let known = run.store.known(path);
        let input = known.map(|known| Input { kept: Arc::clone(&kept), ..known });
        input.map_or(Ok(()), |input| run.store.note(path, input))?;
    }
    Ok(records)
}

/// Removes what an earlier run left and this dataset does not have: documents, tables, formats.
fn remove_strays(run: &Ingest<'_>, entries: &[Entry]) -> Result<(), WriteError> {
    let write = &run.options.write;
    let entries = if write.formats().contains(&Format::Json) { entries } else { &[] };
    let is_member = |id: &str| entries.binary_search_by(|(_, kept)| identity(kept).as_str().cmp(id)).is_ok();
    let documents = document_files(run.folder).filter(|(id, _)| !is_member(id)).map(|(_, path)| path);
    let tables = write.other_files().into_iter().map(|name| run.folder.join(name)).filter(|path| path.is_file());
    let mut strays = documents.chain(tables);
    strays.try_for_each(|path| fs::remove_file(&path).map_err(|error| WriteError::new(&path, error)))
}

fn identity(kept: &Kept) -> String {
    document_id(&kept.sha256.to_string()).to_owned()
}

/// The JSON files of documents in an output folder: id and path. Other files are nobody's business.
fn document_files(folder: &Path) -> impl Iterator<Item = (String, PathBuf)> {
    let entries = fs::read_dir(folder.join(DOCUMENTS_FOLDER)).into_iter().flatten().filter_map(Result::ok);
    let with_id = |path: PathBuf| {
        let id = path.file_name()?.to_str()?.strip_suffix(".json")?.to_owned();
        (id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some((id, path))
    };
    entries.filter_map(move |entry| with_id(entry.path()))
}
