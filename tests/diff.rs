//! `jixiao diff` as people meet it: sides of every kind, every format, exit codes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use std::fs::{self, File};
use std::process::{Command, Output};

use arrow_array::cast::AsArray;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use tempfile::TempDir;

const SEED: &str = include_str!("../seeds/jinan-shizhong-2023.txt");

/// Two booklets of a few forms: 2023, and 2024 with one target and one amount changed.
fn booklets() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let titles: Vec<usize> = SEED.match_indices("\n项目绩效目标申报表\n").map(|(at, _)| at).collect();
    let old = &SEED[titles[0]..titles[2]];
    let new = old.replace("2023", "2024").replacen("≥4 万篇", "≥5 万篇", 1).replacen("1,980.20", "2,079.21", 1);
    for (name, text) in [("2023/a.txt", old), ("2024/b.txt", &new)] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn jixiao(folder: &TempDir, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jixiao")).args(args).current_dir(folder).output().unwrap()
}

#[track_caller]
fn text(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn people_are_told_what_changed() {
    let folder = booklets();
    let said = text(&jixiao(&folder, &["diff", "2023/a.txt", "2024/b.txt"]));
    let changes: Vec<String> = said.lines().filter(|line| line.contains('→')).map(squeezed).collect();
    assert_eq!(
        changes,
        [
            "money 年度资金申请总额 1,980.20万元 → 2,079.21万元 +5.00 %",
            "target 总体 数量指标 新闻发稿量 ≥4万篇 → ≥5万篇 +25.00 %",
        ]
    );
    assert!(said.contains("~ 中国共产党济南市市中区委员会宣传部 · 宣传文化发展专项资金\n"), "{said}");
    assert!(said.ends_with("\n2 changes: money changed 1, target changed 1\n"), "{said}");
}

fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn sides_of_every_kind_give_the_same_changes() {
    let folder = booklets();
    for (name, of) in [("old", "2023"), ("new", "2024")] {
        assert!(jixiao(&folder, &["ingest", of, "-o", name]).status.success());
    }
    assert!(jixiao(&folder, &["extract", "2023/a.txt", "-o", "a.json"]).status.success());
    let changes = |before: &str, after: &str| {
        let json = text(&jixiao(&folder, &["diff", before, after, "--format", "json"]));
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["counts"], serde_json::json!({"money_changed": 1, "target_changed": 1}));
        json["changes"].clone()
    };
    let want = changes("2023/a.txt", "2024/b.txt");
    for (before, after) in [("2023", "2024"), ("old", "new"), ("a.json", "new"), ("old", "2024")] {
        assert_eq!(changes(before, after), want, "{before} {after}");
    }
}

#[test]
fn json_has_both_targets_and_the_exact_change() {
    let folder = booklets();
    text(&jixiao(&folder, &["diff", "2023", "2024", "-o", "changes.json"]));
    let json: Value = serde_json::from_slice(&fs::read(folder.path().join("changes.json")).unwrap()).unwrap();
    assert_eq!(json["before"]["fiscal_years"], serde_json::json!([2023]));
    let change = &json["changes"][1];
    for (column, want) in [
        ("number_before_exact", "40000"),
        ("number_after_exact", "50000"),
        ("difference_exact", "10000"),
        ("relative_change_exact", "0.25"),
        ("unit_after", "{篇}"),
        ("comparator_before", "ge"),
        ("matched", "exact"),
    ] {
        assert_eq!(change[column], want, "{column}");
    }
    assert_eq!(change["value_after"]["value_as_written"], "5");
    assert_eq!(json["changes"][0]["relative_change_exact"], "0.05");
}

#[test]
fn parquet_has_the_table_of_the_dictionary() {
    let folder = booklets();
    text(&jixiao(&folder, &["diff", "2023", "2024", "--all", "-o", "changes.parquet"]));
    let file = File::open(folder.path().join("changes.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    let kinds: Vec<&str> = batches
        .iter()
        .flat_map(|batch| batch.column_by_name("kind").unwrap().as_string::<i32>().iter().map(Option::unwrap))
        .collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "target_changed").count(), 1);
    assert!(kinds.iter().filter(|kind| **kind == "same").count() > 80, "--all tells what is the same");
    let dictionary: Value = serde_json::from_slice(&jixiao(&folder, &["schema", "--format", "json"]).stdout).unwrap();
    let tables = dictionary["tables"].as_array().unwrap();
    let columns = tables.iter().find(|table| table["name"] == "changes").unwrap()["columns"].as_array().unwrap();
    let names: Vec<&str> = columns.iter().map(|column| column["name"].as_str().unwrap()).collect();
    let schema = batches[0].schema();
    assert_eq!(schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), names);
}

#[test]
fn exit_codes_are_those_of_the_help() {
    let folder = booklets();
    fs::write(folder.path().join("2024/broken.pdf"), "%PDF-1.7").unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    for (args, code, words) in [
        (&["2023", "2023"][..], 0, ""),
        (&["2023/a.txt", "2024/b.txt"], 0, ""),
        (&["2023/a.txt", "2024/b.txt", "--exit-code"], 1, ""),
        (&["2023", "2023", "--all", "--exit-code"], 0, ""),
        (&["2023", "2024"], 1, "2024/broken.pdf: failed"),
        (&["2023", "2025"], 2, "2025: no such file"),
        (&["2023", "empty"], 2, "no file to read in empty"),
    ] {
        let output = jixiao(&folder, &[&["diff"], args].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(words) && said.is_empty() == words.is_empty(), "{args:?}: {said}");
    }
}
