//! What is expected of a document: the nested JSON of the contract, restricted to the columns that are compared.

use jixiao_exporter::DocumentRecords;
use serde_json::{Map, Value};

use crate::columns::{COLUMNS, Columns};
use crate::text;

/// Key of the row of `documents` in the JSON.
pub(crate) const DOCUMENT: &str = "document";
/// Key of the forms.
pub(crate) const FORMS: &str = "forms";
/// Tables of the document beside its forms, by key: before the forms, and after them.
pub(crate) const BESIDE: [&str; 3] = ["contents", "diagnostics", "unplaced"];
/// Tables inside a form.
pub(crate) const INSIDE: [&str; 4] = ["amounts", "indicators", "tasks", "staffing"];
/// Key of the version of the contract.
const VERSION: &str = "schema_version";

/// A document as it is compared: the nested JSON of `jixiao extract`, with identities and repairs as expectations have
/// them. Identities keep their part behind the document (`06-o-001`), repairs their kind and field.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparable(pub(crate) Value);

impl Comparable {
    /// A document that was read.
    pub fn new(records: &DocumentRecords) -> serde_json::Result<Self> {
        let mut json = serde_json::to_value(records)?;
        shorten(&mut json, &format!("{}-", records.document.row.document_id));
        Ok(Self(json))
    }

    /// Why nothing could be read of the document; `None` where something was.
    pub fn failure(&self) -> Option<&str> {
        let row = &self.0[DOCUMENT];
        let failed = row["status"].as_str() == Some("failed");
        failed.then(|| row["message"].as_str().unwrap_or("no reason is known"))
    }
}

fn shorten(json: &mut Value, prefix: &str) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, prefix)),
        Value::Object(object) => object.iter_mut().for_each(|(key, value)| shorten_entry(key, value, prefix)),
        _ => {}
    }
}

fn shorten_entry(key: &str, value: &mut Value, prefix: &str) {
    match (key, &mut *value) {
        ("form_id" | "indicator_id", Value::String(id)) => *id = id.strip_prefix(prefix).unwrap_or(id).to_owned(),
        ("repairs", Value::Array(repairs)) => {
            for repair in repairs.iter_mut().filter_map(Value::as_object_mut) {
                repair.retain(|key, _| key == "kind" || key == "field");
            }
        }
        _ => shorten(value, prefix),
    }
}

/// What is expected of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    pub(crate) columns: Columns,
    pub(crate) json: Value,
}

impl Expectation {
    /// The expectation that a document meets as it is read now.
    pub fn of(document: &Comparable, columns: &Columns) -> Self {
        let mut json = Map::new();
        json.insert(VERSION.to_owned(), document.0.get(VERSION).cloned().unwrap_or_default());
        json.insert(COLUMNS.to_owned(), columns.to_json());
        if let Some(columns) = columns.of("documents") {
            json.insert(DOCUMENT.to_owned(), restricted(&document.0[DOCUMENT], columns).into());
        }
        insert_table(&mut json, &document.0, BESIDE[0], columns);
        if let Some(own) = columns.of(FORMS) {
            let form = |form: &Value| {
                let mut row = restricted(form, own);
                for table in INSIDE {
                    insert_table(&mut row, form, table, columns);
                }
                Value::Object(row)
            };
            json.insert(FORMS.to_owned(), rows(&document.0, FORMS).iter().map(form).collect());
        }
        for table in &BESIDE[1..] {
            insert_table(&mut json, &document.0, table, columns);
        }
        Self { columns: columns.clone(), json: json.into() }
    }

    /// Which columns it compares.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Reads the text of a file. The error says what is wrong, and where.
    pub fn read(text: &str) -> Result<Self, String> {
        let json: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let object = json.as_object().ok_or("it is no JSON object")?;
        let columns = object.get(COLUMNS).map_or_else(|| Ok(Columns::default()), Columns::from_json)?;
        let is_key = |key: &str| [VERSION, COLUMNS, DOCUMENT].contains(&key) || key == FORMS || BESIDE.contains(&key);
        if let Some(key) = object.keys().find(|key| !is_key(key)) {
            return Err(format!("there is no table {key}"));
        }
        check_row(&json[DOCUMENT], "documents", &columns, &[])?;
        for table in BESIDE {
            check_rows(&json, table, &columns, &[])?;
        }
        check_rows(&json, FORMS, &columns, &INSIDE)?;
        for form in rows(&json, FORMS) {
            INSIDE.iter().try_for_each(|table| check_rows(form, table, &columns, &[]))?;
        }
        Ok(Self { columns, json })
    }

    /// The text of the file: a row a line, so that people can read it and that versions differ line by line.
    pub fn to_text(&self) -> String {
        text::write(&self.json)
    }
}

/// The rows of a table; none where it is not there.
pub(crate) fn rows<'a>(json: &'a Value, table: &str) -> &'a [Value] {
    json.get(table).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// True for a value that says nothing: it is left out of expectations.
pub(crate) fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    }
}

fn restricted(row: &Value, columns: &[String]) -> Map<String, Value> {
    let cell = |name: &String| Some((name.clone(), row.get(name).filter(|value| !says_nothing(value))?.clone()));
    columns.iter().filter_map(cell).collect()
}

fn insert_table(json: &mut Map<String, Value>, from: &Value, table: &str, columns: &Columns) {
    if let Some(columns) = columns.of(table) {
        let rows = rows(from, table).iter().map(|row| Value::Object(restricted(row, columns)));
        json.insert(table.to_owned(), rows.collect());
    }
}

fn check_rows(json: &Value, table: &str, columns: &Columns, also: &[&str]) -> Result<(), String> {
    match json.get(table) {
        None => Ok(()),
        Some(Value::Array(rows)) => rows.iter().try_for_each(|row| check_row(row, table, columns, also)),
        Some(_) => Err(format!("{table} is no list of rows")),
    }
}

/// A column that is not compared must not look as if it were.
fn check_row(row: &Value, table: &str, columns: &Columns, also: &[&str]) -> Result<(), String> {
    let known = columns.of(table).unwrap_or_default();
    match row {
        Value::Null => Ok(()),
        Value::Object(row) => match row.keys().find(|key| !known.contains(key) && !also.contains(&key.as_str())) {
            Some(key) => Err(format!("a row of {table} has {key}, which is not among its `columns`")),
            None => Ok(()),
        },
        _ => Err(format!("a row of {table} is no object")),
    }
}
