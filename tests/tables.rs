//! `tables` and `inspect`: what they print and draw, and how they end.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

#[path = "../crates/pdf/tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use support::Made;
use tempfile::TempDir;

fn jixiao(folder: &TempDir, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jixiao")).args(args).current_dir(folder).output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)
}

/// Runs `tables` on a fixture that is read without a complaint.
fn tables(name: &str, args: &[&str]) -> String {
    let file = fixture(name);
    let output = jixiao(&tempfile::tempdir().unwrap(), &[&["tables", file.to_str().unwrap()], args].concat());
    assert_eq!((output.status.code(), words(&output).as_str()), (Some(0), ""), "{name} {args:?}");
    String::from_utf8(output.stdout).unwrap()
}

const BOOKLET: &str = "booklets/part-canvas-cid.pdf";

#[test]
fn json_has_spans_and_the_box_of_each_part() {
    let json: Value = serde_json::from_str(&tables(BOOKLET, &[])).unwrap();
    let form = json["tables"].as_array().unwrap().iter().find(|table| table["pages"][0] == 3).unwrap();
    assert_eq!(form["origin"], "ruled");
    let cells: Vec<&Value> = form["rows"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap()).collect();
    let label = cells.iter().find(|cell| cell["text"] == "绩效指标").unwrap();
    assert!(label["row_span"].as_u64().unwrap() > 10, "{label}");
    let pages: Vec<&Value> = label["parts"].as_array().unwrap().iter().map(|part| &part["page"]).collect();
    assert_eq!(pages, [3, 4], "a merged cell that goes on after a page break has a part on each page");
    // This producer prints merged labels again on each page.
    assert!(form["joins"].as_array().unwrap().iter().any(|join| join["kind"] == "repeated_label"));
}

#[test]
fn pages_choose_tables_and_merged_cells_go_on() {
    let html = tables(BOOKLET, &["--page", "4", "--format", "html"]);
    assert!(html.contains("<td rowspan=\"11\" data-parts=\"3:60,513,112.28,774 4:60,60,112.28,396\">绩效指标</td>"));
    let csv = tables(BOOKLET, &["--pages", "4", "--table", "1", "--format", "csv", "--fill"]);
    assert!(csv.contains("\r\n绩效指标,产出指标,成本指标,预评审项目成本,≤200万元\r\n"), "{csv}");
    let plain = tables(BOOKLET, &["--pages", "4", "--table", "1", "--format", "csv"]);
    assert!(plain.contains("\r\n,,,预评审项目成本,≤200万元\r\n"), "{plain}");
}

#[test]
fn a_text_has_tables_too() {
    let folder = folder(&[("a.txt", "指标\t指标值\n合格率\t=100%\n".as_bytes()), ("b.txt", "一封信。\n".as_bytes())]);
    let output = jixiao(&folder, &["tables", "a.txt", "--format", "csv", "--excel", "-o", "a.csv"]);
    assert_eq!((output.status.code(), words(&output).as_str()), (Some(0), ""));
    let csv = fs::read_to_string(folder.path().join("a.csv")).unwrap();
    assert_eq!(csv, "\u{feff}指标,指标值\r\n合格率,'=100%\r\n");
    let none = jixiao(&folder, &["tables", "b.txt"]);
    assert_eq!(none.status.code(), Some(0));
    assert_eq!(none.stdout, b"{\"tables\": [\n]}\n");
    assert_eq!(words(&none), "b.txt: there are no tables\n");
    let wrong = jixiao(&folder, &["tables", "a.txt", "--table", "2"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(words(&wrong).contains("no table 2"), "{}", words(&wrong));
}

/// A page with a ruled table, and one with nothing but a picture.
fn with_a_scan() -> Vec<u8> {
    let mut made = Made::new(400, 400);
    for line in [100.0, 130.0, 160.0] {
        made.rule(50.0, line, 250.0, line);
    }
    for line in [50.0, 150.0, 250.0] {
        made.rule(line, 100.0, line, 160.0);
    }
    made.text(60.0, 120.0, 10.0, "验收合格率");
    made.text(160.0, 120.0, 10.0, "≥95%");
    made.pages.push("q 400 0 0 400 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u{1} EI Q".to_owned());
    made.bytes()
}

#[test]
fn a_page_that_cannot_be_read_is_named() {
    let folder = folder(&[("scan.pdf", &with_a_scan())]);
    let output = jixiao(&folder, &["tables", "scan.pdf", "--format", "csv"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "验收合格率,≥95%\r\n,\r\n");
    assert!(words(&output).starts_with("scan.pdf: page 2 is a picture"), "{}", words(&output));
    let first = jixiao(&folder, &["tables", "scan.pdf", "--page", "1"]);
    assert_eq!((first.status.code(), words(&first).as_str()), (Some(0), ""), "the other page was not asked for");
}

#[test]
fn what_cannot_be_read_gives_one_line() {
    let folder = folder(&[("broken.pdf", b"%PDF-1.7\nnothing more"), ("a.txt", b"a")]);
    for args in [
        &["tables", "broken.pdf"][..],
        &["inspect", "broken.pdf", "--page", "1", "-o", "out.png"],
        &["inspect", "a.txt", "--page", "1", "-o", "out.png"],
        &["tables", "a.txt", "--limit-bytes", "0"],
    ] {
        let output = jixiao(&folder, args);
        let said = words(&output);
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{args:?}: {said}");
        assert!(said.starts_with(args[1]) && said.contains("failed"), "{said}");
        assert!(output.stdout.is_empty());
    }
    assert!(!folder.path().join("out.png").exists());
    for args in [&["tables", "missing.pdf"][..], &["inspect", "a.txt", "--page", "0", "-o", "x"], &["inspect", "a.txt"]]
    {
        assert_eq!(jixiao(&folder, args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn a_password_opens_an_encrypted_file() {
    let folder = folder(&[("locked.pdf", &fs::read(fixture("pdf/password.pdf")).unwrap())]);
    for command in [&["tables", "locked.pdf"][..], &["inspect", "locked.pdf", "--page", "1", "-o", "page.png"]] {
        for wrong in [&[][..], &["--password", "guess"]] {
            let output = jixiao(&folder, &[command, wrong].concat());
            assert_eq!(output.status.code(), Some(1));
            assert!(
                words(&output).contains("encrypted") && words(&output).contains("--password"),
                "{}",
                words(&output)
            );
        }
        let output = jixiao(&folder, &[command, &["--password", "公开"]].concat());
        let said = words(&output);
        // Where the system has no Chinese font, a page is drawn all the same.
        let of_system = |line: &&str| command[0] == "inspect" && line.contains("no Chinese font was found");
        let of_file: Vec<&str> = said.lines().filter(|line| !of_system(line)).collect();
        assert_eq!((output.status.code(), of_file), (Some(0), Vec::new()), "{command:?}");
    }
    assert!(folder.path().join("page.png").exists());
    let output = jixiao(&folder, &["tables", "locked.pdf", "--password", "公开", "--format", "csv"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("数量指标,开展预算执行审计单位个数,≥7个"));
}

#[test]
fn a_page_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let booklet = fixture("booklets/part-typst.pdf");
    let draw = |page: &str| {
        let file = booklet.to_str().unwrap();
        jixiao(&folder, &["inspect", file, "--page", page, "--scale", "1", "-o", "page.png"])
    };
    let output = draw("2");
    assert_eq!((output.status.code(), words(&output).as_str()), (Some(0), ""));
    let png = fs::read(folder.path().join("page.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() > 10_000, "{} bytes", png.len());
    let beyond = draw("999");
    assert_eq!(beyond.status.code(), Some(1));
    assert!(words(&beyond).contains("there is no page 999"), "{}", words(&beyond));
}
