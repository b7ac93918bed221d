//! Real producers: every indicator of the published booklet must be read from its tables.
#![allow(clippy::unwrap_used, reason = "a test that cannot read its fixture must fail")]

use std::path::PathBuf;

use jixiao_model::{Block, Cell, Limits, Origin, Reading, Table, join_lines, without_space};
use jixiao_pdf::read_pdf;
use serde_json::Value;

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn read(name: &str) -> Reading {
    let bytes = std::fs::read(fixtures().join("booklets").join(name)).unwrap();
    read_pdf(&bytes, None, &Limits::default()).unwrap()
}

fn tables(reading: &Reading) -> Vec<&Table> {
    let mut tables = Vec::new();
    for block in &reading.blocks {
        if let Block::Table(table) = block {
            tables.push(table);
        }
    }
    tables
}

fn text(cell: &Cell) -> String {
    without_space(&join_lines(&cell.lines)).into_owned()
}

/// The texts of every row, with those of the cells that cover it from above.
fn rows(table: &Table) -> Vec<Vec<String>> {
    let mut open: Vec<(usize, u16, String)> = Vec::new();
    let mut rows = Vec::new();
    for (i, row) in table.rows.iter().enumerate() {
        open.retain(|(end, ..)| *end > i);
        open.extend(row.cells.iter().map(|cell| (i + usize::from(cell.row_span), cell.column, text(cell))));
        open.sort_by_key(|(_, column, _)| *column);
        rows.push(open.iter().map(|(.., text)| text.clone()).collect());
    }
    rows
}

struct Indicator {
    labels: [String; 2],
    name: String,
    value: String,
}

/// The gold's indicators of every form, in order.
fn gold() -> Vec<Vec<Indicator>> {
    let path = fixtures().join("gold/jinan-shizhong-2023.part.json");
    let gold: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let field =
        |indicator: &Value, name: &str| without_space(indicator[name].as_str().unwrap_or_default()).into_owned();
    let indicator = |i: &Value| Indicator {
        labels: [field(i, "l1"), field(i, "l2")],
        name: field(i, "l3"),
        value: field(i, "value"),
    };
    let of_form = |form: &Value| {
        let lists = ["overall", "annual", "indicators"].into_iter().filter_map(|list| form[list].as_array());
        lists.flatten().map(indicator).collect()
    };
    gold["forms"].as_array().unwrap().iter().map(of_form).collect()
}

/// Every form is one table, whose rows hold the form's indicators in order, each beside its labels.
#[test]
fn ruled_booklets_give_every_indicator_with_its_labels() {
    for name in [
        "part-canvas-cid.pdf",
        "part-canvas-cid-norestart.pdf",
        "part-chromium.pdf",
        "part-qpdf-encrypted.pdf",
        "part-typst.pdf",
        "part-writer.pdf",
        "part-writer-top-nosplit.pdf",
    ] {
        let reading = read(name);
        let tables = tables(&reading);
        assert_eq!(tables.len(), 10, "{name}");
        assert!(tables.iter().all(|table| table.origin == Origin::Ruled), "{name}");
        for (table, form) in tables.into_iter().zip(gold()) {
            let mut rows = rows(table).into_iter();
            for Indicator { labels, name: indicator, value } in form {
                let is = |row: &Vec<String>| matches!(row.as_slice(), [.., n, v] if *n == indicator && *v == value);
                let row = rows.find(is).unwrap_or_else(|| panic!("{name}: {indicator} {value}"));
                assert!(labels.iter().all(|label| row.contains(label)), "{name}: {row:?} {labels:?}");
            }
        }
    }
}

#[test]
fn without_rules_names_and_values_stand_in_one_row() {
    let reading = read("part-canvas-norules.pdf");
    let rows: Vec<Vec<String>> = tables(&reading).into_iter().flat_map(rows).collect();
    let of_forms: Vec<Indicator> = gold().into_iter().flatten().collect();
    let found = |i: &&Indicator| {
        rows.iter().any(|row| match row.as_slice() {
            [.., name, value] if *name == i.name && *value == i.value => true,
            [.., name] => i.value.is_empty() && *name == i.name,
            [] => false,
        })
    };
    let count = of_forms.iter().filter(found).count();
    assert_eq!(count, of_forms.len());
}

#[test]
fn page_numbers_are_furniture_and_titles_are_not() {
    for name in ["part-writer.pdf", "part-typst.pdf", "part-canvas-cid.pdf", "part-canvas-norules.pdf"] {
        let reading = read(name);
        let furniture = reading.blocks.iter().filter(|block| matches!(block, Block::Furniture(_))).count();
        assert_eq!(furniture, reading.pages.unwrap() as usize, "{name}");
        let title = |block: &&Block| match block {
            Block::Paragraph(lines) => join_lines(lines).contains("申报表") && lines[0].text.ends_with('表'),
            _ => false,
        };
        // Ten forms and the two section titles of the contents.
        assert_eq!(reading.blocks.iter().filter(title).count(), 12, "{name}");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let bytes = std::fs::read(fixtures().join("booklets/part-typst.pdf")).unwrap();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| read_pdf(&bytes, None, &Limits::default()).unwrap())
    };
    assert_eq!(with(1), with(3));
}
