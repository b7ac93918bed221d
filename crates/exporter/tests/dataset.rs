//! A document with every kind of value, written and read back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type, Int16Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use jixiao_exporter::column::{Cell, Kind, Labelled, RepairRow, Yuan};
use jixiao_exporter::schema::{Column, IndicatorRow};
use jixiao_exporter::{
    DatasetWriter, DocumentRecords, Format, JsonLayout, Outline, SourceInfo, TABLES, Table, ValueReader, WriteOptions,
    dictionary,
};
use jixiao_model::{
    self as model, Amount, Block, Contents, Diagnostic, Document, Field, FieldValue, Form, FormKind, Indicator,
    LedgerEntry, Line, Origin, Place, Reading, Rect, Repair, Scope, Severity, Staffing, Status, Task, Use,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

fn source() -> SourceInfo {
    SourceInfo {
        file_name: "一.pdf".to_owned(),
        source_path: "folder/一.pdf".to_owned(),
        sha256: "0123456789abcdef".repeat(4),
        bytes: 12_345,
        format: Some("pdf"),
    }
}

fn place() -> Place {
    Place::on_page(2, Rect { x0: 72_001, y0: 90_500, x1: 300_000, y1: 104_250 })
}

fn indicator(scope: Option<Scope>, level3: &str, value: Option<&str>) -> Indicator {
    Indicator {
        scope,
        level3: Some(level3.to_owned()),
        value: value.map(str::to_owned),
        place: place(),
        ..Indicator::default()
    }
}

fn repaired() -> Indicator {
    let repair = Repair {
        kind: "label_carried",
        field: "level1",
        from: None,
        to: Some("产出指标".to_owned()),
        evidence: "the cell above \"covers\" this row".to_owned(),
    };
    Indicator {
        status: Status::Repaired,
        repairs: vec![repair],
        extra: vec![("weight", "10".to_owned())],
        ..indicator(Some(Scope::Annual), "完成率", Some("≥95%"))
    }
}

fn amount(item: &str, fen: Option<i128>) -> Amount {
    let raw = fen.map(|fen| fen.to_string());
    Amount {
        item: item.to_owned(), label: "资金".to_owned(), raw, unit: Some("万元".to_owned()), fen, place: place()
    }
}

fn form() -> Form {
    let text = |text: &str| FieldValue::Text(text.to_owned());
    let list = |texts: &[&str]| FieldValue::List(texts.iter().map(|text| (*text).to_owned()).collect());
    let fields = vec![
        ("project_name", text("道路维修")),
        ("department", text("市政局")),
        ("annual_goals", list(&["一", "二\n三"])),
        ("subordinate_unit_count", FieldValue::Count(2)),
        ("internal_department_count", text("约三个")),
    ];
    Form {
        kind: FormKind::Project,
        layout: "test".to_owned(),
        title: "项目绩效目标申报表".to_owned(),
        fiscal_year: Some(2023),
        page_first: Some(2),
        page_last: Some(3),
        fields: fields.into_iter().map(|(name, value)| (name, Field::new(value, place()))).collect(),
        repairs: Vec::new(),
        other_fields: vec![("备注".to_owned(), Field::new("=1+1".to_owned(), place()))],
        amounts: vec![
            amount("total", Some(123_456_789)),
            amount("other", None),
            amount("fiscal", Some(10_i128.pow(30))),
        ],
        indicators: vec![
            indicator(Some(Scope::Overall), "数量", Some("=29人")),
            indicator(Some(Scope::Overall), "质量", None),
            repaired(),
            indicator(None, "满意度", Some("@满意")),
        ],
        tasks: vec![Task { budget: Some("1,234.5".to_owned()), is_total: true, place: place(), ..Task::default() }],
        staffing: vec![Staffing {
            item: "编制".to_owned(),
            previous: Some("23".to_owned()),
            current: Some("23人".to_owned()),
            place: place(),
        }],
        place: place(),
    }
}

fn document() -> Document {
    let finding = |form, indicator| Diagnostic {
        form,
        indicator,
        ..Diagnostic::new("value_lost", Severity::Warning, "质量 has no value", place())
    };
    let ledger = |text: &str, used| LedgerEntry { text: text.to_owned(), place: place(), used };
    Document {
        pages: Some(3),
        title: Some("2023年绩效目标".to_owned()),
        fiscal_year: Some(2023),
        preface: vec![Field::new("说明".to_owned(), place())],
        contents: vec![Contents { entry: "道路维修".to_owned(), form: Some(0), ..Contents::default() }],
        forms: vec![form()],
        diagnostics: vec![finding(Some(1), Some(1)), finding(None, None)],
        ledger: vec![ledger("道路", Use::Field), ledger("孤 字", Use::Unplaced)],
        partial: false,
    }
}

/// A reading with one table: a merged cell with two lines, and an empty cell.
fn reading() -> Reading {
    let line = |text: &str| Line { text: text.to_owned(), place: place(), starts_paragraph: false };
    let cell =
        |column, lines: Vec<Line>| model::Cell { column, column_span: 1, row_span: 2, lines, parts: vec![place()] };
    let cells = vec![cell(0, vec![line("产出"), line("指标")]), cell(1, Vec::new())];
    let row = model::Row { cells, after_page_break: false, spans_known: true, place: place() };
    let table = model::Table { origin: Origin::Ruled, columns: 2, rows: vec![row], joins: Vec::new() };
    Reading { blocks: vec![Block::PageBreak, Block::Table(table)], ..Reading::default() }
}

fn records() -> DocumentRecords {
    let mut records = DocumentRecords::new(&source(), document(), ValueReader::default().read(&document()));
    records.add_cells(&reading());
    records
}

#[test]
fn cells_are_listed_with_their_spans() {
    let records = records();
    let [merged, empty] = &records.cells[..] else { panic!("two cells") };
    assert_eq!((merged.text.as_deref(), merged.row_span, merged.origin.as_str()), (Some("产出指标"), 2, "ruled"));
    assert_eq!((empty.text.as_deref(), empty.column_ordinal, empty.table_ordinal), (None, 2, 1));
}

#[test]
fn ids_and_counts_follow_the_contract() {
    let records = records();
    let ids: Vec<&str> = records.forms[0].indicators.iter().map(|row| row.indicator_id.as_str()).collect();
    let form = "0123456789abcdef-01";
    assert_eq!(ids, ["o-001", "o-002", "a-001", "x-001"].map(|end| format!("{form}-{end}")));
    assert_eq!(records.contents[0].form_id.as_deref(), Some(form));
    assert_eq!(records.diagnostics[0].indicator_id.as_deref(), Some(ids[1]));
    assert_eq!(records.diagnostics[1].form_id, None);

    let row = &records.document.row;
    assert_eq!((row.status.as_str(), row.form_count, row.indicator_count), ("ok", 1, 4));
    assert_eq!((row.repaired_count, row.uncertain_count, row.unplaced_characters), (1, 0, 2));
    assert_eq!(row.diagnostic_count, 3, "two of the document, one about an amount that is too large");
}

#[test]
fn values_have_their_types() {
    let form = &records().forms[0];
    let [total, other, huge] = &form.amounts[..] else { panic!("three amounts") };
    assert_eq!((total.amount_wan, total.amount_yuan), (Some(123.456_789), Yuan::from_fen(123_456_789)));
    assert_eq!((other.amount_raw.as_ref(), other.amount_wan), (None, None));
    assert_eq!((huge.amount_wan, huge.amount_yuan), (None, None));
    assert!(huge.amount_raw.is_some());
    assert_eq!(
        (form.tasks[0].budget_wan, form.staffing[0].previous, form.staffing[0].current),
        (Some(1234.5), Some(23), None)
    );
    assert_eq!((form.row.x0, form.row.y1), (Some(72.001), Some(104.25)));
    let fields: Vec<_> = form.row.other_fields.iter().collect();
    assert_eq!(fields, [("备注", "=1+1"), ("internal_department_count", "约三个")], "a count that is none is kept");
}

#[test]
fn json_comes_back_and_has_every_column_in_order() {
    let records = records();
    for layout in [JsonLayout::Compact, JsonLayout::Indented, JsonLayout::Sparse] {
        let json = records.to_json(layout);
        assert_eq!(serde_json::from_str::<DocumentRecords>(&json).unwrap(), records);
        let mut file = Vec::new();
        records.write_json(layout, &mut file).unwrap();
        assert_eq!(file, (json + "\n").into_bytes());
    }
    let compact = records.to_json(JsonLayout::Compact);
    assert_eq!(compact, serde_json::to_string(&records).unwrap());
    assert_eq!(records.to_json(JsonLayout::Indented), serde_json::to_string_pretty(&records).unwrap());
    assert!(!records.to_json(JsonLayout::Sparse).contains(":null"));
    let json: serde_json::Value = serde_json::from_str(&compact).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&json), ["schema_version", "document", "contents", "forms", "diagnostics", "unplaced", "cells"]);
    let names = IndicatorRow::TABLE.columns.iter().map(|column| column.name.to_owned()).collect::<Vec<_>>();
    assert_eq!(keys(&json["forms"][0]["indicators"][0]), names);
    let form = keys(&json["forms"][0]);
    assert_eq!(form[form.len() - 4..], ["amounts", "indicators", "tasks", "staffing"]);
    assert_eq!(json["forms"][0]["amounts"][0]["amount_yuan"], "1234567.89");
    assert_eq!(json["unplaced"][0], serde_json::json!({"page": 2, "line": null, "text": "孤 字"}));
}

fn write(folder: &Path) {
    let staging = folder.join("staging");
    fs::create_dir(&staging).unwrap();
    let options = WriteOptions::new(Format::ALL.to_vec(), false).with_cells(true);
    let outline = Arc::new(Outline::new(options));
    let mut writer = DatasetWriter::create(folder, &staging, outline).unwrap();
    writer.push(&[records()]).unwrap();
    writer.finish().unwrap().commit().unwrap();
}

#[test]
fn parquet_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    for table in &TABLES {
        let path = folder.path().join(format!("{}.parquet", table.name));
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        assert_eq!(reader.schema().metadata()["schema_version"], "1");
        let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
        compare(table, &batches[0]);
    }
}

/// Every cell of a table against the records it was written from.
fn compare(table: &Table, batch: &RecordBatch) {
    let records = records();
    let mut position = 0;
    records
        .visit_rows(|of, row| -> Result<(), ()> {
            if of.name == table.name {
                for ((column, array), cell) in table.columns.iter().zip(batch.columns()).zip(row.cells()) {
                    check(column, array, position, &cell);
                }
                position += 1;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(position, batch.num_rows());
    assert!(position > 0, "{} has no row to compare", table.name);
}

fn check(column: &Column, array: &ArrayRef, row: usize, cell: &Cell<'_>) {
    assert_eq!(array.is_null(row), *cell == Cell::Null, "{}", column.name);
    if array.is_null(row) {
        return;
    }
    match (column.kind, cell) {
        (Kind::Text, Cell::Text(text)) => assert_eq!(array.as_string::<i32>().value(row), *text),
        (Kind::Json, cell) => assert_eq!(array.as_string::<i32>().value(row), cell.flat().unwrap()),
        (Kind::Bool, Cell::Bool(value)) => assert_eq!(array.as_boolean().value(row), *value),
        (Kind::Int16, Cell::Int(n)) => assert_eq!(i64::from(array.as_primitive::<Int16Type>().value(row)), *n),
        (Kind::Int32, Cell::Int(n)) => assert_eq!(i64::from(array.as_primitive::<Int32Type>().value(row)), *n),
        (Kind::Int64, Cell::Int(n)) => assert_eq!(array.as_primitive::<Int64Type>().value(row), *n),
        (Kind::Double, Cell::Double(x)) => {
            assert_eq!(array.as_primitive::<Float64Type>().value(row).to_bits(), x.to_bits());
        }
        (Kind::Yuan, Cell::Yuan(yuan)) => {
            assert_eq!(array.as_primitive::<Decimal128Type>().value(row), i128::from(yuan.fen()));
        }
        (Kind::Texts, Cell::Texts(texts)) => {
            let list = array.as_list::<i32>().value(row);
            let list: Vec<_> = list.as_string::<i32>().iter().flatten().collect();
            assert_eq!(list, *texts);
        }
        (Kind::Repairs, Cell::Repairs(repairs)) => check_repairs(&array.as_list::<i32>().value(row), repairs),
        (Kind::Labelled, Cell::Labelled(fields)) => {
            let map = array.as_map().value(row);
            let pairs: Vec<_> = map.column(0).as_string::<i32>().iter().zip(map.column(1).as_string::<i32>()).collect();
            let pairs = pairs.iter().map(|(key, value)| (key.unwrap(), value.unwrap()));
            assert_eq!(Labelled::new(pairs), **fields);
        }
        (kind, cell) => panic!("{}: {kind:?} against {cell:?}", column.name),
    }
}

fn check_repairs(array: &ArrayRef, repairs: &[RepairRow]) {
    let rows = array.as_struct();
    assert_eq!(rows.len(), repairs.len());
    for (position, repair) in repairs.iter().enumerate() {
        let text = |column: usize| {
            let texts = rows.column(column).as_string::<i32>();
            texts.is_valid(position).then(|| texts.value(position).to_owned())
        };
        let RepairRow { kind, field, from, to, evidence } = repair.clone();
        assert_eq!([text(0), text(1), text(2), text(3), text(4)], [Some(kind), Some(field), from, to, Some(evidence)]);
    }
}

#[test]
fn the_same_records_give_the_same_files() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(one.path());
    write(two.path());
    for table in &TABLES {
        let name = format!("{}.parquet", table.name);
        assert_eq!(fs::read(one.path().join(&name)).unwrap(), fs::read(two.path().join(&name)).unwrap(), "{name}");
    }
}

#[test]
fn the_dictionary_in_the_documentation_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/data-dictionary.md");
    let known = fs::read_to_string(path).unwrap_or_default();
    assert!(known == dictionary::markdown(), "run: cargo run --release -- schema > docs/data-dictionary.md");
}
