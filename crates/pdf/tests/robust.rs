//! Nothing is lost, and nothing breaks the reader.
#![allow(clippy::unwrap_used, reason = "a test that cannot read its fixture must fail")]

mod support;

use std::path::PathBuf;
use std::time::Duration;

use jixiao_model::{Block, Limits, Line, Reading, without_space};
use jixiao_pdf::{Page, Rule, grids, pages, read_pdf};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn booklets() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/booklets");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // What a booklet is expected to give stands beside it.
    files.retain(|path| path.extension().is_some_and(|extension| extension == "pdf"));
    files.sort();
    assert!(!files.is_empty());
    files.into_iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
}

fn sorted(text: &str) -> Vec<char> {
    let mut chars: Vec<char> = without_space(text).chars().collect();
    chars.sort_unstable();
    chars
}

/// Everything a reading holds: lines, and what joins left out.
fn read_text(reading: &Reading) -> String {
    let lines = |lines: &[Line]| lines.iter().map(|line| line.text.as_str()).collect::<String>();
    let mut out = String::new();
    for block in &reading.blocks {
        match block {
            Block::Paragraph(paragraph) => out.push_str(&lines(paragraph)),
            Block::Furniture(line) => out.push_str(&line.text),
            Block::PageBreak => {}
            Block::Table(table) => {
                table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| out.push_str(&lines(&cell.lines)));
                table.joins.iter().for_each(|join| out.push_str(&join.dropped));
            }
        }
    }
    out
}

/// Glyphs that were drawn again at their place, as the diagnostics count them.
fn drawn_again(reading: &Reading) -> usize {
    let count = |message: &str| message.split("left out: ").nth(1)?.split(' ').next()?.parse::<usize>().ok();
    reading.diagnostics.iter().filter(|d| d.code == "glyphs_left_out").filter_map(|d| count(&d.message)).sum::<usize>()
}

/// Every character that a page shows is in the reading, once; what is left out is counted.
#[test]
fn every_character_is_kept() {
    for (name, bytes) in booklets() {
        let pages = pages(&bytes, None, &Limits::default()).unwrap();
        let mut shown = String::new();
        pages.iter().flat_map(|page| &page.glyphs).for_each(|glyph| glyph.text.push_to(&mut shown));
        let reading = read_pdf(&bytes, None, &Limits::default()).unwrap();
        let (read, mut rest) = (sorted(&read_text(&reading)), sorted(&shown));
        let again = drawn_again(&reading);
        assert_eq!(rest.len() - read.len(), again, "{name}");
        for c in read {
            let at = rest.binary_search(&c).unwrap_or_else(|_| panic!("{name}: {c} is read too often"));
            rest.remove(at);
        }
        assert_eq!(rest.len(), again, "{name}");
    }
}

/// Reads bytes that may be anything; what comes out does not matter here.
fn fuzz_pages(bytes: &[u8]) {
    let limits = Limits { time: Duration::from_secs(20), decompressed: 256 << 20, ..Limits::default() };
    if let Ok(reading) = read_pdf(bytes, None, &limits) {
        assert!(!reading.blocks.is_empty());
    }
}

/// A page of arbitrary rules.
fn fuzz_tables(rules: Vec<Rule>) {
    let page = Page { number: 1, width: 600_000, height: 800_000, rules, ..Page::default() };
    for grid in grids(&page) {
        for cell in &grid.cells {
            assert!(cell.row + cell.row_span < grid.ys.len() && cell.column + cell.column_span < grid.xs.len());
        }
        let squares: usize = grid.cells.iter().map(|cell| cell.row_span * cell.column_span).sum();
        assert!(squares <= (grid.xs.len() - 1) * (grid.ys.len() - 1), "cells overlap");
    }
}

/// A generator of numbers that is the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

fn mutate_and_read(files: &[Vec<u8>], rounds: usize) {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for round in 0..rounds {
        let mut bytes = files[round % files.len()].clone();
        for _ in 0..=numbers.below(30) {
            let at = numbers.below(bytes.len());
            bytes[at] = numbers.below(256) as u8;
        }
        if numbers.below(8) == 0 {
            bytes.truncate(numbers.below(bytes.len()));
        }
        fuzz_pages(&bytes);
    }
}

fn small() -> Vec<Vec<u8>> {
    let rows =
        [support::Laid { label: "数量指标", text: "开展预算执行审计单位个数", value: "≥7个" }];
    let style = support::Style { page: 300, header: true, ..support::PLAIN };
    vec![support::lay_out(&rows, style).bytes()]
}

#[test]
fn damaged_files_break_nothing() {
    mutate_and_read(&small(), 2_000);
    let norules: Vec<Vec<u8>> =
        booklets().into_iter().filter(|(name, _)| name.contains("canvas")).map(|b| b.1).collect();
    mutate_and_read(&norules, 12);
}

#[test]
#[ignore = "takes minutes"]
fn thousands_of_damaged_files_break_nothing() {
    mutate_and_read(&booklets().into_iter().map(|(_, bytes)| bytes).collect::<Vec<_>>(), 5_000);
}

#[test]
fn odd_bytes() {
    for bytes in
        [&b""[..], b"%PDF-1.7", b"%PDF-1.4\ntrailer<</Root 1 0 R>>", b"\0\0\0\0", b"%PDF-1.5\n1 0 obj\n<</Type/Catalog"]
    {
        assert!(read_pdf(bytes, None, &Limits::default()).is_err());
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    (any::<bool>(), 0..200_i32, 0..200_i32, 0..120_i32).prop_map(|(horizontal, at, from, length)| Rule {
        horizontal,
        at: at * 1_700,
        from: from * 1_700,
        to: (from + length) * 1_700,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(2023), ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_rules_make_sound_grids(rules in proptest::collection::vec(rule(), 0..80)) {
        fuzz_tables(rules);
    }
}
