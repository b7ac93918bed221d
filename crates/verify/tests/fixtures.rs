//! The expectations of this repository: the program meets them, and whatever is damaged in one of them is reported,
//! that cell and no other.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jixiao_pipeline::ReadOptions;
use jixiao_verify::{
    Columns, Comparable, Difference, Expectation, compare, expectation_path, junit, read_document, read_expectation,
    verify,
};
use serde_json::{Value, json};

const SEED: &str = "seeds/jinan-shizhong-2023.txt";

fn path(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    path.to_str().unwrap().to_owned()
}

#[test]
fn every_fixture_is_read_as_expected() {
    let report = verify(&[path("seeds"), path("fixtures")], &ReadOptions::default(), 2, &|| ()).unwrap();
    let differences = report.cases.iter().flat_map(|case| &case.comparison.differences);
    let told: Vec<String> = differences.map(Difference::describe).collect();
    assert!(report.passes(), "{}\n{:?}", told.join("\n"), report.orphans);
    assert_eq!(report.cases.len(), 8);
    let indicators = report.scores().into_iter().find(|score| score.table == "indicators").unwrap();
    assert_eq!((indicators.wanted, indicators.right), (1004 + 7 * 401, 1004 + 7 * 401));
}

/// The booklet of text, read once, and its expectation as JSON.
fn seed() -> &'static (Comparable, Value) {
    static SEED_READ: OnceLock<(Comparable, Value)> = OnceLock::new();
    SEED_READ.get_or_init(|| {
        let document = read_document(&path(SEED), &ReadOptions::default()).unwrap();
        let text = fs::read_to_string(expectation_path(&path(SEED))).unwrap();
        (document, serde_json::from_str(&text).unwrap())
    })
}

/// What is reported of the booklet when its expectation was changed.
fn reported(damage: impl FnOnce(&mut Value)) -> Vec<Difference> {
    let (document, expectation) = seed();
    let mut damaged = expectation.clone();
    damage(&mut damaged);
    assert_ne!(damaged, *expectation, "nothing was damaged");
    let expectation = Expectation::read(&damaged.to_string()).unwrap();
    compare(&expectation, document).with_sources(document).differences
}

/// Damages one cell; exactly this cell is reported, with both texts and the line.
#[track_caller]
fn cell(pointer: &str, wrong: &Value, table: &str, line: Option<i64>) -> Difference {
    let (row, column) = pointer.rsplit_once('/').unwrap();
    let mut right = Value::Null;
    let mut all = reported(|json| {
        let row = json.pointer_mut(row).unwrap().as_object_mut().unwrap();
        right = row.insert(column.to_owned(), wrong.clone()).unwrap_or_default();
    });
    assert_eq!(all.len(), 1, "{}", all.iter().map(Difference::describe).collect::<Vec<_>>().join("\n"));
    let difference = all.remove(0);
    assert_eq!((difference.table, difference.column.as_deref()), (table, Some(column)));
    assert_eq!((difference.expected.as_ref(), difference.got.as_ref()), (Some(wrong), Some(&right)));
    assert_eq!(difference.place.line, line);
    difference
}

#[test]
fn a_damaged_cell_is_reported_and_no_other() {
    let level = cell("/forms/7/indicators/11/level2", &json!("数量指标"), "indicators", Some(532));
    assert_eq!(level.title(), "indicators, form 8 租赁住房补贴: 购房及租房补贴发放对象符合率, level2 (line 532)");
    assert_eq!(level.source.as_deref(), Some("质量指标 | 购房及租房补贴发放对 | =100%"));
    cell("/forms/0/indicators/0/value_raw", &json!("=30人"), "indicators", Some(65));
    cell("/forms/0/indicators/20/value_raw", &json!("创新驱动"), "indicators", Some(86));
    cell("/forms/0/indicators/16/repairs", &json!([]), "indicators", Some(82));
    cell("/forms/4/indicators/2/status", &json!("as_printed"), "indicators", Some(339));
    cell("/forms/6/amounts/1/amount_raw", &json!("51.00"), "amounts", Some(465));
    cell("/forms/19/tasks/2/other_raw", &json!("-"), "tasks", Some(1402));
    cell("/forms/18/staffing/0/current_raw", &json!("55"), "staffing", Some(1304));
    cell("/contents/5/unit", &json!("济南市市中区发展和改革局"), "contents", Some(24));
    cell("/document/title", &json!("2022年"), "documents", None);
    let schedule = cell("/forms/1/schedule", &json!("计划2023年1月1日开始"), "forms", Some(128));
    assert!(schedule.describe().contains("本年项目结束日期为2022年12月31日"), "{}", schedule.describe());
}

#[test]
fn rows_that_are_missing_or_too_many_move_no_other() {
    let extra = reported(|json| drop(json["forms"][3]["indicators"].as_array_mut().unwrap().remove(4)));
    assert_eq!(extra.len(), 1);
    assert_eq!((extra[0].row.as_str(), &extra[0].column, &extra[0].expected), ("货物、服务验收合格率", &None, &None));
    let missing = reported(|json| {
        let row = json!({"scope": "annual", "level3": "没有的指标", "value_raw": "1个"});
        json["forms"][3]["indicators"].as_array_mut().unwrap().insert(9, row);
    });
    assert_eq!(missing.len(), 1);
    assert_eq!((missing[0].row.as_str(), &missing[0].got, missing[0].position), ("没有的指标", &None, None));
    assert!(missing[0].title().contains("missing row (after line 283)"), "{}", missing[0].title());
}

#[test]
fn a_form_or_a_finding_that_is_not_expected_is_one_difference() {
    let form = reported(|json| drop(json["forms"].as_array_mut().unwrap().remove(10)));
    assert_eq!(form.len(), 1);
    assert_eq!((form[0].table, form[0].row.as_str()), ("forms", "老年事业发展资金"));
    let finding = reported(|json| drop(json["diagnostics"].as_array_mut().unwrap().remove(7)));
    assert_eq!((finding.len(), finding[0].table), (1, "diagnostics"));
    let unplaced = reported(|json| json["unplaced"] = json!([{"text": "孤行"}]));
    assert_eq!((unplaced.len(), unplaced[0].row.as_str()), (1, "孤行"));
}

#[test]
fn only_the_columns_that_are_named_are_compared() {
    let rows = [("经纬领军人才扶持人数", "29"), ("经纬优秀人才生活补助人数", "74")]
        .map(|(name, value)| json!({"level3": name, "value_exact": value}));
    let expectation = json!({
        "columns": {"forms": ["project_name"], "indicators": ["level3", "value_exact"]},
        "forms": [{"project_name": "人才建设资金", "indicators": rows}],
    });
    let result = compare(&Expectation::read(&expectation.to_string()).unwrap(), &seed().0);
    let tables: Vec<&str> = result.scores.iter().map(|score| score.table).collect();
    assert_eq!(tables, ["forms", "indicators"]);
    let wrong: Vec<_> = result.differences.iter().filter(|difference| difference.column.is_some()).collect();
    assert_eq!(wrong.len(), 1);
    assert_eq!((wrong[0].column.as_deref(), wrong[0].row.as_str()), (Some("value_exact"), "经纬优秀人才生活补助人数"));
}

#[test]
fn an_expectation_that_cannot_be_meant_is_refused() {
    for (json, why) in [
        ("[1]", "no JSON object"),
        ("{\"forms\": [{\"x\": 1}]}", "a row of forms has x"),
        ("{\"forms\": [{\"indicators\": [{\"level4\": 1}]}]}", "a row of indicators has level4"),
        ("{\"form\": []}", "there is no table form"),
        ("{\"contents\": {}}", "contents is no list"),
        ("{\"columns\": {\"indicators\": [\"nothing\"]}}", "has no column nothing"),
        ("{\"forms\": [", "EOF"),
    ] {
        let error = Expectation::read(json).unwrap_err();
        assert!(error.contains(why), "{json}: {error}");
    }
}

#[test]
fn what_is_written_is_what_is_expected() {
    let text = fs::read_to_string(expectation_path(&path(SEED))).unwrap();
    let known = read_expectation(&expectation_path(&path(SEED))).unwrap().unwrap();
    assert_eq!(Expectation::of(&seed().0, known.columns()).to_text(), text);
    assert!(text.lines().all(|line| line.matches("\"level3\": ").count() <= 1), "a row is a line");
}

/// A folder with a form and an expectation that it does not meet, a form without, and an expectation without a form.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let seed = fs::read_to_string(path(SEED)).unwrap();
    let form: String = seed.lines().skip(711).take(37).collect::<Vec<_>>().join("\n");
    let known = folder.path().join("2023/form.txt");
    fs::create_dir(folder.path().join("2023")).unwrap();
    fs::write(&known, &form).unwrap();
    fs::write(folder.path().join("new.txt"), form).unwrap();
    fs::write(folder.path().join("gone.pdf.expected.json"), "{}").unwrap();
    let document = read_document(known.to_str().unwrap(), &ReadOptions::default()).unwrap();
    let text = Expectation::of(&document, &Columns::default()).to_text();
    fs::write(expectation_path(known.to_str().unwrap()), text.replace("≥95%", "≥96%")).unwrap();
    folder
}

#[test]
fn a_folder_is_searched_and_what_is_missing_is_told() {
    let folder = folder();
    let name = folder.path().to_str().unwrap().to_owned();
    let run = |name: &String| verify(std::slice::from_ref(name), &ReadOptions::default(), 1, &|| ());
    let report = run(&name).unwrap();
    assert!(!report.passes());
    assert_eq!(report.cases[0].comparison.differences.len(), 2, "总体 and 年度 have the value");
    assert_eq!(report.without, [format!("{name}/new.txt")]);
    assert_eq!(report.orphans, [format!("{name}/gone.pdf.expected.json")]);

    let xml = junit(&report);
    let parsed = roxmltree::Document::parse(&xml).unwrap();
    let count = |tag: &str| parsed.descendants().filter(|node| node.has_tag_name(tag)).count();
    assert_eq!((count("testsuite"), count("testcase"), count("failure")), (2, 10, 2));
    let suites = parsed.root_element();
    assert_eq!((suites.attribute("tests"), suites.attribute("failures")), (Some("10"), Some("2")));
    let failure = parsed.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert!(failure.text().unwrap().contains("expected  ≥96%\n  got       ≥95%"), "{xml}");

    fs::write(folder.path().join("2023/form.txt.expected.json"), "{\"forms\": 1}").unwrap();
    let error = run(&name).unwrap_err().to_string();
    assert!(error.contains("form.txt.expected.json: forms is no list"), "{error}");
    let error = run(&path("crates/names/src")).unwrap_err().to_string();
    assert!(error.contains("jixiao accept FILE writes one"), "{error}");
}
