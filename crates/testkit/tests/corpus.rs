//! Replays the fuzz corpora on stable: the same bodies as the fuzz targets.
//!
//! A corpus holds one file for each way through the program that fuzzing found, and every input that once broke it.
#![allow(clippy::unwrap_used, reason = "a test that cannot read its fixture must fail")]

use std::path::PathBuf;

#[path = "../../../fuzz/fuzz_targets/pdf_body.rs"]
#[allow(unreachable_pub, reason = "shared with the fuzz target")]
mod pdf;
#[path = "../../../fuzz/fuzz_targets/sound.rs"]
#[allow(unreachable_pub, reason = "shared with the fuzz targets")]
mod sound;
#[path = "../../../fuzz/fuzz_targets/tables_body.rs"]
#[allow(unreachable_pub, reason = "shared with the fuzz target")]
mod tables;
#[path = "../../../fuzz/fuzz_targets/text_body.rs"]
#[allow(unreachable_pub, reason = "shared with the fuzz target")]
mod text;

/// Runs `body` on every file of a corpus that has at least `least` files.
fn replay(corpus: &str, least: usize, body: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(corpus);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        let outcome = std::panic::catch_unwind(|| body(&bytes));
        assert!(outcome.is_ok(), "{} breaks the target {corpus}", file.display());
    }
    assert!(files.len() >= least, "{} files in {}", files.len(), folder.display());
}

#[test]
fn pdfs() {
    replay("pdf", 30, pdf::run);
}

#[test]
fn glyphs_and_rules() {
    replay("tables", 40, tables::run);
}

#[test]
fn texts() {
    replay("text", 5, text::run);
}
