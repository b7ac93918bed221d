//! What the program says and how it ends.

use std::io::{self, Write};
use std::process::ExitCode;

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
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
        _ => Failure::Message(format!("cannot write to standard output: {error}")),
    })
}
