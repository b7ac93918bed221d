//! What the program says and how it ends.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{SystemTime, UNIX_EPOCH};

/// How a run ends, as far as it was a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All good.
    Good,
    /// Some documents are partial or failed.
    NotAllGood,
    /// The run could not be carried out.
    CouldNotRun,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Good => 0,
            Exit::NotAllGood => 1,
            Exit::CouldNotRun => 2,
        })
    }
}

/// Why a run could not be carried out.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody reads our output any more.
    BrokenPipe,
    /// What is wrong and what to do.
    Message(String),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Message(error.to_string())
    }
}

/// Says one line on stderr. Nothing can be done where nobody listens.
pub(crate) fn say(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Writes data to stdout.
pub(crate) fn print(data: impl AsRef<[u8]>) -> Result<(), Failure> {
    print_by(|out| out.write_all(data.as_ref()))
}

/// Lets `write` write to stdout.
pub(crate) fn print_by(write: impl FnOnce(&mut io::Stdout) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = io::stdout();
    write(&mut out).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
        _ => Failure::Message(format!("cannot write to standard output: {error}")),
    })
}

/// A limit on the size of files (`ulimit -f`) ends a process without a word. With the signal taken, the write that
/// would exceed the limit fails instead, and is reported like any other.
#[cfg(unix)]
pub(crate) fn outlive_file_size_limit() -> Result<(), Failure> {
    use signal_hook::{consts::SIGXFSZ, flag};
    // That the signal came is told by the write that fails.
    flag::register(SIGXFSZ, Arc::default()).map(|_| ()).map_err(Failure::from)
}

/// Other systems have no such signal.
#[cfg(not(unix))]
pub(crate) fn outlive_file_size_limit() -> Result<(), Failure> {
    Ok(())
}

/// A flag that is set when somebody presses Ctrl-C, or the system asks the process to end: what was begun is put in
/// order first. Whoever asks a second time is obeyed at once.
pub(crate) fn on_interrupt() -> Result<Arc<AtomicBool>, Failure> {
    use signal_hook::{consts::TERM_SIGNALS, flag};
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in TERM_SIGNALS {
        // In this order: the second signal finds the flag set.
        flag::register_conditional_default(*signal, Arc::clone(&interrupted))?;
        flag::register(*signal, Arc::clone(&interrupted))?;
    }
    Ok(interrupted)
}

/// A time as `2026-11-23T08:15:30Z`.
pub(crate) fn timestamp(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Year, month and day of a number of days since 1970-01-01 (Gregorian, counted in years that begin in March, so that
/// the leap day is the last of its year).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(timestamp(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }
}
