//! `jixiao verify`

use std::fmt::Write as _;

use indicatif::ProgressBar;
use jixiao_exporter::files::write_whole;
use jixiao_verify::{Report, Score, junit, verify};

use super::{counted, read_options, threads};
use crate::args::VerifyArgs;
use crate::config::Config;
use crate::term::{Exit, Failure, print, say};

/// Documents without expectation that are named one by one.
const LISTED: usize = 5;

/// Compares known documents with what is expected of them.
pub(crate) fn run(args: &VerifyArgs) -> Result<Exit, Failure> {
    let config = Config::load(args.reading.config.as_deref())?;
    let options = read_options(&args.reading, &config)?;
    let bar = ProgressBar::new_spinner();
    let report = verify(&args.paths, &options, threads(args.jobs.or(config.jobs)), &|| bar.inc(1));
    bar.finish_and_clear();
    let report = report?;
    if let Some(path) = &args.junit {
        write_whole(path, junit(&report).as_bytes())?;
    }
    print(told(&report))?;
    say(&totals(&report));
    Ok(if report.passes() { Exit::Good } else { Exit::NotAllGood })
}

/// What differs, document by document, and the scores of all of them.
fn told(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    for case in report.cases.iter().filter(|case| !case.passes()) {
        let _ = writeln!(out, "{}: {}", case.path, counted(case.comparison.differences.len(), "difference"));
        for difference in &case.comparison.differences {
            let _ = writeln!(out, "{}", difference.describe());
        }
        out.push('\n');
    }
    for orphan in &report.orphans {
        let _ = writeln!(out, "{orphan}: the document is not there\n");
    }
    out + &table(&report.scores())
}

/// Right, wanted, got and share of right cells, table by table.
pub(super) fn table(scores: &[Score]) -> String {
    let mut out = format!("{:<12} {:>7} {:>7} {:>7} {:>9}\n", "table", "right", "wanted", "got", "fields");
    for score in scores {
        let Score { table, right, wanted, got, .. } = score;
        let _ = writeln!(out, "{table:<12} {right:>7} {wanted:>7} {got:>7} {:>8.2}%", score.accuracy());
    }
    out
}

fn totals(report: &Report) -> String {
    let (all, failing) = (report.cases.len(), report.cases.iter().filter(|case| !case.passes()).count());
    let mut words = format!("{}: {} as expected, {failing} not", counted(all, "document"), all - failing);
    if !report.orphans.is_empty() {
        let _ = write!(words, "; {} without a document", counted(report.orphans.len(), "expectation"));
    }
    if !report.without.is_empty() {
        let more = report.without.len().saturating_sub(LISTED);
        let listed = report.without.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = write!(words, "; without expectation: {listed}{more} (jixiao accept FILE writes one)");
    }
    words
}
