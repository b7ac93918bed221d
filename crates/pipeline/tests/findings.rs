//! What the published booklet gets wrong: every finding is in a list that was checked against the source by eye, and
//! the same forms give the same findings as PDFs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jixiao_exporter::{DocumentRecords, FormObject};
use jixiao_findings::Rules;
use jixiao_pipeline::{ReadOptions, Source, process_one};
use serde::Deserialize;

const SEED: &str = "seeds/jinan-shizhong-2023.txt";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    finding: Vec<Known>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    code: String,
    form: Option<usize>,
    indicator: Option<String>,
    line: i32,
    message: String,
    proof: Vec<Quotation>,
}

/// Words that stand in a line of the source.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quotation {
    line: usize,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn golden() -> Vec<Known> {
    let text = fs::read_to_string(root().join("fixtures/findings/jinan-shizhong-2023.toml")).unwrap();
    toml::from_str::<Golden>(&text).unwrap().finding
}

fn read(path: &str, rules: Rules) -> DocumentRecords {
    let bytes = fs::read(root().join(path)).unwrap();
    process_one(&Source::new(path, bytes), &ReadOptions { rules, ..ReadOptions::default() })
}

/// The part of an `indicator_id` behind document and form.
fn local(id: &str) -> String {
    id.splitn(3, '-').nth(2).unwrap().to_owned()
}

/// A finding apart from its place: unit and project of the form, indicator, code, message.
type Finding = (Option<String>, Option<String>, String, String);

/// Unit and project of a form.
fn name(form: &FormObject) -> String {
    let unit = form.row.implementing_unit.as_ref().or(form.row.department.as_ref());
    format!("{unit:?} {:?}", form.row.project_name)
}

fn findings(records: &DocumentRecords) -> BTreeSet<Finding> {
    let named = |id: &String| records.forms.iter().find(|form| form.row.form_id == *id).map(name).unwrap();
    let of_reading = ["page_furniture", "glyphs_left_out"];
    let rows = records.diagnostics.iter().filter(|row| !of_reading.contains(&row.code.as_str()));
    rows.map(|row| {
        let indicator = row.indicator_id.as_deref().map(local);
        (row.form_id.as_ref().map(named), indicator, row.code.clone(), row.message.clone())
    })
    .collect()
}

#[test]
fn every_finding_is_known_and_every_known_one_is_found() {
    let records = read(SEED, Rules::default());
    let form = |id: &String| records.forms.iter().position(|form| form.row.form_id == *id).map(|at| at + 1);
    let row = |code: &str, form, indicator, line, message: &str| {
        format!("{code} form {form:?} {indicator:?} line {line}: {message}")
    };
    let got: Vec<String> = records
        .diagnostics
        .iter()
        .map(|d| {
            let indicator = d.indicator_id.as_deref().map(local);
            row(&d.code, d.form_id.as_ref().and_then(form), indicator, d.line.unwrap(), &d.message)
        })
        .collect();
    let wanted: Vec<String> =
        golden().into_iter().map(|k| row(&k.code, k.form, k.indicator, k.line, &k.message)).collect();
    assert_eq!(got, wanted);
    assert_eq!(records.document.row.status, "ok", "findings are no errors of the reading");
    assert_eq!(usize::try_from(records.document.row.diagnostic_count), Ok(wanted.len()));
}

#[test]
fn every_known_finding_is_proven_by_the_source() {
    let source = fs::read_to_string(root().join(SEED)).unwrap();
    let lines: Vec<&str> = source.lines().collect();
    for known in golden() {
        assert!(!known.proof.is_empty(), "{} has no proof", known.message);
        for Quotation { line, text } in known.proof {
            assert!(lines[line - 1].contains(&text), "line {line} does not say {text:?} ({})", known.message);
        }
    }
}

#[test]
fn what_must_be_found_is_found() {
    let known = golden();
    let count = |code: &str, text: &str| known.iter().filter(|k| k.code == code && k.message.contains(text)).count();
    assert_eq!(count("plan_outside_year", "2022年1月1日, 2022年12月31日"), 1);
    assert_eq!(count("deadline_outside_year", "2022年12月30日前"), 1);
    assert_eq!(count("value_lost", ""), 4);
    assert_eq!(count("twin_name_differs", "在乡复原"), 1);
    assert_eq!(count("twin_name_differs", "及时性"), 2);
    assert_eq!(count("tasks_above_budget", "4,905.04万元"), 1);
    assert_eq!(count("rate_without_percent", "≥80"), 1);
    assert_eq!(count("contents_name_differs", "发展和改革委员会"), 1);
}

#[test]
fn pdfs_of_the_same_forms_have_the_same_findings() {
    let seed = findings(&read(SEED, Rules::default()));
    for entry in fs::read_dir(root().join("fixtures/booklets")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "pdf") {
            continue;
        }
        let file = path.file_name().unwrap().to_str().unwrap();
        let records = read(&format!("fixtures/booklets/{file}"), Rules::default());
        let forms: BTreeSet<String> = records.forms.iter().map(name).collect();
        let wanted: BTreeSet<Finding> =
            seed.iter().filter(|(form, ..)| form.as_ref().is_some_and(|form| forms.contains(form))).cloned().collect();
        assert_eq!(findings(&records), wanted, "{file}");
        assert_eq!(wanted.len(), 20, "{file}");
    }
}

#[test]
fn a_file_of_rules_changes_what_is_found() {
    let rules =
        Rules::builtin().with_changes("[value_lost]\nenabled = false\n[unit_missing]\nseverity = \"warning\"\n");
    let records = read(SEED, rules.unwrap());
    let severities = |code: &str| {
        records.diagnostics.iter().filter(|row| row.code == code).map(|row| row.severity.clone()).collect::<Vec<_>>()
    };
    assert!(severities("value_lost").is_empty());
    assert_eq!(severities("unit_missing"), vec!["warning"; 9]);
}
