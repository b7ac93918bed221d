//! What one file of a run holds: known from an earlier run, or read now.

use std::fs;
use std::io;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jixiao_exporter::files::WriteError;

use crate::document::{Source, process_beside};
use crate::ingest::{Ingest, Outcome};
use crate::store::{Input, Kept};

/// A file that changed so shortly before it was looked at may change again without its time telling.
const SETTLED: Duration = Duration::from_secs(2);

/// What looking at one file gave.
pub(crate) struct Look {
    /// How it went.
    pub(crate) outcome: Outcome,
    /// What is to be noted of the file; `None` where its bytes could not be had, or where nothing is new.
    pub(crate) input: Option<Input>,
}

impl Look {
    fn of(kept: &Kept, fresh: bool, input: Option<Input>) -> Self {
        let message = kept.message().map(str::to_owned);
        Self { outcome: Outcome { status: kept.status(), message, fresh }, input }
    }

    fn unreadable(error: &io::Error) -> Self {
        Self { outcome: Outcome::unreadable(error), input: None }
    }
}

/// Finds out what a file holds: from its size and time, from its hash, or by reading it. `only`: the run has no other.
pub(crate) fn look(run: &Ingest<'_>, path: &str, only: bool) -> Result<Look, WriteError> {
    let stat = match fs::metadata(path).and_then(|metadata| Stat::new(&metadata)) {
        Ok(stat) => stat,
        Err(error) => return Ok(Look::unreadable(&error)),
    };
    let known = run.store.known(path);
    if let Some(input) = known.as_ref().filter(|input| is_current(run, input, &stat)) {
        return Ok(Look::of(&input.kept, false, None));
    }
    run.loading.call_once(|| run.options.read.load_aside());
    let source = match Source::open(path, &run.options.read.limits) {
        Ok(source) => source,
        Err(error) => return Ok(Look::unreadable(&error)),
    };
    let (kept, fresh) = read(run, &source, only)?;
    let input = Input { bytes: stat.bytes, modified: stat.modified, kept: Arc::clone(&kept) };
    Ok(Look::of(&kept, fresh, Some(input).filter(|input| known.as_ref() != Some(input))))
}

fn is_current(run: &Ingest<'_>, input: &Input, stat: &Stat) -> bool {
    let same = input.modified.is_some() && input.modified == stat.modified && input.bytes == stat.bytes;
    same && !run.options.fresh && input.kept.key == run.key
}

/// The result of a document, and whether it was read for it.
fn read(run: &Ingest<'_>, source: &Source, only: bool) -> Result<(Arc<Kept>, bool), WriteError> {
    // Where there is nothing to find, the hash can wait.
    let is_first = run.store.is_empty();
    let known = if run.options.fresh || is_first { None } else { run.store.find(&run.key, source.sha256()) };
    if let Some(kept) = known {
        return Ok((kept, false));
    }
    let records = process_beside(source, &run.options.read, || _ = run.outline());
    let keep = || run.store.keep(&run.key, source.sha256(), &records);
    if !(only && is_first) {
        let kept = keep()?;
        run.held.put(*source.sha256(), records);
        return Ok((kept, true));
    }
    // It will be the whole dataset, which need not wait until it is kept.
    let (kept, ()) = rayon::join(keep, || run.begun.begin(run, source.sha256(), &records));
    // There is no other, so that the place is free.
    _ = run.served.set(records);
    Ok((kept?, true))
}

/// Size and time of a file.
struct Stat {
    bytes: u64,
    modified: Option<NonZeroU64>,
}

impl Stat {
    fn new(metadata: &fs::Metadata) -> io::Result<Self> {
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let modified = metadata.modified().ok().filter(|time| is_settled(*time));
        let since_epoch = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let nanoseconds = since_epoch.and_then(|time| u64::try_from(time.as_nanos()).ok());
        Ok(Self { bytes: metadata.len(), modified: nanoseconds.and_then(NonZeroU64::new) })
    }
}

fn is_settled(time: SystemTime) -> bool {
    SystemTime::now().duration_since(time).is_ok_and(|age| age >= SETTLED)
}
