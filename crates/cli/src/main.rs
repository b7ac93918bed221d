//! The command line of jixiao: arguments in, data on stdout, words on stderr, an exit code that means something.

mod args;
mod cmd;
mod config;
mod fonts;
mod progress;
mod term;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

use args::{Cli, Command};
use term::{Exit, Failure};

/// Records are many small texts: a fifth of all time goes into allocation with the allocator of most systems, and what
/// is freed between documents stays scattered there. Without huge pages, which would double the memory of a run.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    // A defect that makes a worker panic is reported with its document; the backtrace is for those who ask for one.
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
    let cli = Cli::parse();
    let exit = term::outlive_file_size_limit().and_then(|()| run(cli.command));
    match exit {
        Ok(exit) => exit.into(),
        // Whoever reads our output has seen enough, as in `jixiao extract FILE | head`.
        Err(Failure::BrokenPipe) => Exit::Good.into(),
        Err(Failure::Message(message)) => {
            term::say(&format!("error: {message}"));
            Exit::CouldNotRun.into()
        }
    }
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Diff(args) => cmd::diff::run(&args),
        Command::Extract(args) => cmd::extract::run(&args),
        Command::Ingest(args) => cmd::ingest::run(args),
        Command::Tables(args) => cmd::tables::run(&args),
        Command::Inspect(args) => cmd::inspect::run(&args),
        Command::Normalize(args) => cmd::normalize::run(&args),
        Command::Verify(args) => cmd::verify::run(&args),
        Command::Accept(args) => cmd::accept::run(&args),
        Command::Rules(args) => cmd::rules::run(&args),
        Command::Report(args) => cmd::report::run(&args),
        Command::Schema(args) => cmd::schema::run(&args),
    }
}
