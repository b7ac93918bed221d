//! What a document may cost, and what of it is spent.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use jixiao_model::{Limits, ReadError};

/// What is left to spend on a document; shared by the workers, which count apart what happens often: a number that two
/// processors change in turns costs each some hundred times as much.
pub(crate) struct Budget {
    limits: Limits,
    started: Instant,
    glyphs: AtomicU64,
    decompressed: AtomicU64,
    /// The deepest nesting that was met.
    nesting: AtomicU64,
}

thread_local! {
    /// How often this thread was asked to watch the time.
    static TICKS: Cell<u64> = const { Cell::new(0) };
}

/// Thrown (by unwinding, not by a panic) out of the library when the budget is spent in the middle of a page.
struct Spent;

/// How often (in objects that are looked up) the clock is read: a look-up is some 100 ns.
const TICK: u64 = 64;

/// The largest share of the decompressed bytes that one stream may take. Streams are held in memory as a whole, and
/// what is read from them takes a multiple of their size.
const STREAM_SHARE: u64 = 32;

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        let zero = || AtomicU64::new(0);
        let (glyphs, decompressed, nesting) = (zero(), zero(), zero());
        Self { limits, started: Instant::now(), glyphs, decompressed, nesting }
    }

    /// The limits.
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// An error where a limit is passed.
    pub(crate) fn check(&self) -> Result<(), ReadError> {
        let spent = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Limits { glyphs, decompressed, nesting, time, .. } = self.limits;
        over("the number of glyphs", spent(&self.glyphs), glyphs, "--limit-glyphs")?;
        over("the decompressed size", spent(&self.decompressed), decompressed, "--limit-decompressed")?;
        over("the depth of nesting", spent(&self.nesting), nesting.into(), "--limit-nesting")?;
        let (spent, limit) = (self.started.elapsed(), time.as_millis() as u64);
        let millis = (spent.as_millis() as u64).max(limit + u64::from(spent > time));
        over("the time in ms", millis, limit, "--limit-time")
    }

    /// Counts decompressed bytes.
    pub(super) fn spend_decompressed(&self, bytes: usize) -> Result<(), ReadError> {
        self.decompressed.fetch_add(bytes as u64, Ordering::Relaxed);
        self.check()
    }

    /// The most bytes that one stream may give.
    pub(super) fn max_stream(&self) -> usize {
        (self.limits.decompressed / STREAM_SHARE) as usize
    }

    /// The error of a stream that gives more.
    pub(super) fn stream_too_big(&self) -> ReadError {
        let limit = self.max_stream() as u64;
        let what = "the decompressed size of one stream (a 32nd of the whole)";
        ReadError::OverLimit { what, got: limit + 1, limit, flag: "--limit-decompressed" }
    }

    /// False where something is nested too deeply; the next [`Budget::check`] says so.
    pub(super) fn nests(&self, depth: u32) -> bool {
        self.nesting.fetch_max(depth.into(), Ordering::Relaxed);
        depth <= self.limits.nesting
    }

    /// Ends the page where time is up.
    pub(super) fn watch(&self) {
        if self.started.elapsed() > self.limits.time {
            stop();
        }
    }

    /// As [`Budget::watch`], for what happens so often that reading the clock would cost more than the work.
    pub(super) fn tick(&self) {
        if TICKS.replace(TICKS.get().wrapping_add(1)).is_multiple_of(TICK) {
            self.watch();
        }
    }
}

/// The glyphs of a page that is being read. They count for the document when the page ends.
pub(super) struct PageGlyphs {
    spent: u64,
    /// What the document had left when the page began.
    limit: u64,
}

impl PageGlyphs {
    pub(super) fn new(budget: &Budget) -> Self {
        Self { spent: 0, limit: budget.limits.glyphs.saturating_sub(budget.glyphs.load(Ordering::Relaxed)) }
    }

    /// Counts glyphs; ends the page where they are too many.
    pub(super) fn spend(&mut self, count: u64) {
        self.spent += count;
        if self.spent > self.limit {
            stop();
        }
    }

    /// Counts them for the document, and begins anew.
    pub(super) fn settle(&mut self, budget: &Budget) {
        budget.glyphs.fetch_add(self.spent, Ordering::Relaxed);
        *self = Self::new(budget);
    }
}

/// Leaves the library. Nothing is reported: no defect was met.
pub(super) fn stop() -> ! {
    resume_unwind(Box::new(Spent))
}

pub(super) fn over(what: &'static str, got: u64, limit: u64, flag: &'static str) -> Result<(), ReadError> {
    if got > limit { Err(ReadError::OverLimit { what, got, limit, flag }) } else { Ok(()) }
}

/// The bytes of a file. The library asks for them whenever it looks up an object, so that work which draws nothing is
/// watched, too.
pub(super) struct Watched {
    bytes: Vec<u8>,
    budget: std::sync::Arc<Budget>,
}

impl Watched {
    pub(super) fn new(bytes: Vec<u8>, budget: std::sync::Arc<Budget>) -> Self {
        Self { bytes, budget }
    }
}

impl AsRef<[u8]> for Watched {
    fn as_ref(&self) -> &[u8] {
        self.budget.tick();
        &self.bytes
    }
}
