//! How a long run shows itself on a terminal, and how it is told to end.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use jixiao_pipeline::{Outcome, Progress, Status};

/// What stands on the line: it has to fit into 80 columns.
const TEMPLATE: &str = "{bar:16} {pos}/{len} {rate} ETA {eta} {msg}";
/// How often the line is drawn anew while nothing happens, so that the time that is left goes on.
const TICK: Duration = Duration::from_millis(250);

/// A progress bar on a terminal; nothing elsewhere. Ctrl-C makes it ask the run to end.
pub(crate) struct Bar {
    line: ProgressBar,
    ok: AtomicUsize,
    partial: AtomicUsize,
    failed: AtomicUsize,
    interrupted: Arc<AtomicBool>,
}

impl Bar {
    /// A bar that asks the run to end when `interrupted` is set.
    pub(crate) fn new(interrupted: Arc<AtomicBool>) -> Self {
        let line = ProgressBar::new(0);
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        let rate = |state: &ProgressState, out: &mut dyn Write| {
            // Nothing can be done where the line cannot be drawn.
            let _ = write!(out, "{:.1}/s", state.per_sec());
        };
        line.set_style(style.with_key("rate", rate));
        Self { line, ok: 0.into(), partial: 0.into(), failed: 0.into(), interrupted }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.line.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begin(&self, files: usize) {
        self.line.set_length(files as u64);
        if !self.line.is_hidden() {
            self.line.enable_steady_tick(TICK);
        }
    }

    fn file(&self, _path: &str, outcome: &Outcome) {
        let count = match outcome.status {
            Status::Ok => &self.ok,
            Status::Partial => &self.partial,
            Status::Failed | Status::Unreadable => &self.failed,
        };
        count.fetch_add(1, Ordering::Relaxed);
        let [ok, partial, failed] = [&self.ok, &self.partial, &self.failed].map(|count| count.load(Ordering::Relaxed));
        self.line.set_message(format!("{ok} ok, {partial} partial, {failed} failed"));
        self.line.inc(1);
    }

    fn begin_writing(&self, documents: usize) {
        self.line.reset();
        self.line.set_length(documents as u64);
        self.line.set_message("writing the dataset");
    }

    fn written(&self, documents: usize) {
        self.line.inc(documents as u64);
    }

    fn goes_on(&self) -> bool {
        !self.interrupted.load(Ordering::Relaxed)
    }
}
