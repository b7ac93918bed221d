//! Forms of other provinces and years ↔ what they say, field by field.
//!
//! `fixtures/layouts` holds a file `NAME.json` for each form, and next to it the form itself: `NAME.txt` (cells of a
//! grid between tabs), `NAME.compact.txt` (without the empty cells of wide ones), `NAME.middle.txt` (merged labels on
//! the middle row of their cells) and `NAME.pdf`, as far as each exists.

#![allow(clippy::unwrap_used, reason = "a test stops where its files are missing")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use jixiao_extractor::{Layouts, assemble, read_text};
use jixiao_model::{Document, FieldValue, Form, Indicator, Limits, Task, without_space};
use serde_json::{Map, Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/layouts");
const SOURCES: [&str; 4] = ["txt", "compact.txt", "middle.txt", "pdf"];

fn goldens() -> Vec<PathBuf> {
    let entries = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let mut goldens: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    goldens.sort();
    goldens
}

fn read(path: &Path) -> Document {
    let bytes = fs::read(path).unwrap();
    let limits = Limits::default();
    let reading = if path.extension().is_some_and(|e| e == "pdf") {
        jixiao_pdf::read_pdf(&bytes, None, &limits)
    } else {
        read_text(&bytes, &limits)
    };
    assemble(&reading.unwrap(), Layouts::builtin())
}

/// What a golden says of a form, in its shape.
fn said(form: &Form) -> Value {
    let fields: Map<String, Value> = form.fields.iter().map(|(n, f)| ((*n).to_owned(), field(&f.value))).collect();
    let amounts = form.amounts.iter().filter(|a| a.raw.is_some()).map(|a| json!([a.item, a.raw, a.unit]));
    let mut all = json!({
        "kind": form.kind.as_str(),
        "layout": form.layout,
        "title": form.title,
        "fiscal_year": form.fiscal_year,
        "fields": fields,
        "amounts": amounts.collect::<Vec<_>>(),
        "other_fields": form.other_fields.iter().map(|(label, text)| json!([label, text.value])).collect::<Vec<_>>(),
        "tasks": form.tasks.iter().map(task).collect::<Vec<_>>(),
        "indicators": form.indicators.iter().map(indicator).collect::<Vec<_>>(),
    });
    if let Value::Object(all) = &mut all {
        all.retain(|_, value| value != &json!([]));
    }
    all
}

fn field(value: &FieldValue) -> Value {
    match value {
        FieldValue::Text(text) => json!(text),
        // Texts without line breaks do not show where one ends and the next begins.
        FieldValue::List(texts) => json!(texts.concat()),
        FieldValue::Count(count) => json!(count),
    }
}

fn task(task: &Task) -> Value {
    json!([task.function, task.task, task.project, task.budget, task.fiscal, task.other])
}

fn indicator(indicator: &Indicator) -> Value {
    let cells = [("comparator", &indicator.comparator_cell), ("unit", &indicator.unit_cell)];
    let cells = cells.into_iter().filter_map(|(name, cell)| Some((name.to_owned(), json!(cell.as_ref()?))));
    let extra = indicator.extra.iter().map(|(name, text)| ((*name).to_owned(), json!(text)));
    let more: Map<String, Value> = cells.chain(extra).collect();
    let scope = indicator.scope.map(jixiao_model::Scope::as_str);
    let mut row = vec![
        json!(scope),
        json!(indicator.level1),
        json!(indicator.level2),
        json!(indicator.level3),
        json!(indicator.value),
    ];
    if !more.is_empty() {
        row.push(Value::Object(more));
    }
    Value::Array(row)
}

/// The leaves of a value by their path, white space apart; the entries of a list count, their order does not.
fn leaves(value: &Value, path: &str, all: &mut BTreeMap<String, usize>) {
    match value {
        Value::Object(map) if path.matches('/').count() < 2 => {
            map.iter().for_each(|(key, value)| leaves(value, &format!("{path}/{key}"), all));
        }
        Value::Array(list) if path.contains("/fields/") => {
            let texts: String = list.iter().filter_map(Value::as_str).collect();
            leaves(&json!(texts), path, all);
        }
        Value::Array(list) if path.matches('/').count() < 3 && !is_row(list) => {
            for value in list {
                leaves(value, path, all);
            }
        }
        leaf => *all.entry(format!("{path}: {}", plain(leaf))).or_default() += 1,
    }
}

/// A row of a table is one leaf.
fn is_row(list: &[Value]) -> bool {
    list.len() > 1 && list.iter().all(|v| !v.is_array())
}

/// The same value without white space, with the keys of its maps in order.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let ordered: BTreeMap<&String, Value> = map.iter().map(|(k, v)| (k, plain(v))).collect();
            json!(ordered)
        }
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::String(text) => json!(without_space(text)),
        other => other.clone(),
    }
}

/// What differs between a golden and a document, for a person.
fn differences(golden: &Value, document: &Document) -> String {
    let mut wanted = BTreeMap::new();
    let mut got = BTreeMap::new();
    let empty = Vec::new();
    for (at, form) in golden["forms"].as_array().unwrap_or(&empty).iter().enumerate() {
        leaves(form, &format!("form {}", at + 1), &mut wanted);
    }
    for (at, form) in document.forms.iter().enumerate() {
        leaves(&said(form), &format!("form {}", at + 1), &mut got);
    }
    let unplaced: Vec<&str> = document.unplaced().map(|u| u.text.trim()).collect();
    leaves(&golden["unplaced"].as_array().map_or(json!([]), |list| json!(list)), "unplaced", &mut wanted);
    leaves(&json!(unplaced), "unplaced", &mut got);
    let mut report = String::new();
    for (leaf, count) in &wanted {
        if got.get(leaf) != Some(count) {
            let _ = writeln!(report, "    wanted {leaf}");
        }
    }
    for (leaf, count) in &got {
        if wanted.get(leaf) != Some(count) {
            let _ = writeln!(report, "    got    {leaf}");
        }
    }
    report
}

#[test]
fn forms_of_other_provinces_say_what_they_say() {
    let mut report = String::new();
    let mut sources = 0;
    for path in goldens() {
        let golden: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for source in SOURCES.map(|extension| path.with_extension(extension)).iter().filter(|s| s.exists()) {
            sources += 1;
            let found = differences(&golden, &read(source));
            if !found.is_empty() {
                let name = source.file_name().unwrap_or_default().to_string_lossy();
                let _ = writeln!(report, "  {name}\n{found}");
            }
        }
    }
    assert!(report.is_empty(), "forms read otherwise than they must:\n{report}");
    assert!(sources >= goldens().len(), "a golden has no form beside it");
}

#[test]
fn a_difference_is_reported_with_its_place() {
    let path = Path::new(FOLDER).join("13_ningxia_yuanzhou_2022.json");
    let mut golden: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let document = read(&path.with_extension("txt"));
    assert_eq!(differences(&golden, &document), "");
    golden["forms"][0]["fields"]["project_name"] = json!("别的项目");
    golden["forms"][0]["indicators"][0][4] = json!("8000");
    let report = differences(&golden, &document);
    assert!(report.contains("wanted form 1/fields/project_name: \"别的项目\""), "{report}");
    assert_eq!(report.lines().filter(|line| line.contains("form 1/indicators")).count(), 2, "{report}");
}
