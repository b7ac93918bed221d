//! JSON for people: a row a line, the columns of a form below each other.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::columns::COLUMNS;
use crate::expectation::{FORMS, INSIDE};

/// Spaces of one step to the right.
const STEP: usize = 2;

/// The text of an expectation.
pub(crate) fn write(json: &Value) -> String {
    let mut out = String::new();
    match json {
        Value::Object(entries) => open_object(&mut out, entries, 0),
        _ => line(&mut out, json),
    }
    out.push('\n');
    out
}

/// The file, a form, or the list of columns: an entry a line.
fn open_object(out: &mut String, entries: &Map<String, Value>, depth: usize) {
    out.push('{');
    for (at, (key, value)) in entries.iter().enumerate() {
        begin(out, at, depth + 1);
        let _ = write!(out, "{}: ", Value::from(key.as_str()));
        match value {
            Value::Object(entries) if key == COLUMNS => open_object(out, entries, depth + 1),
            Value::Array(rows) if is_table(key, value) => table(out, rows, depth + 1, key == FORMS),
            _ => line(out, value),
        }
    }
    end(out, entries.len(), depth);
    out.push('}');
}

fn is_table(key: &str, value: &Value) -> bool {
    let rows = value.as_array().is_some_and(|rows| rows.iter().all(Value::is_object));
    rows && (INSIDE.contains(&key) || key == FORMS || key == "contents" || key == "diagnostics" || key == "unplaced")
}

fn table(out: &mut String, rows: &[Value], depth: usize, of_forms: bool) {
    out.push('[');
    for (at, row) in rows.iter().enumerate() {
        begin(out, at, depth + 1);
        match row {
            Value::Object(form) if of_forms => open_object(out, form, depth + 1),
            _ => line(out, row),
        }
    }
    end(out, rows.len(), depth);
    out.push(']');
}

fn begin(out: &mut String, at: usize, depth: usize) {
    out.push_str(if at == 0 { "\n" } else { ",\n" });
    out.extend(std::iter::repeat_n(' ', depth * STEP));
}

fn end(out: &mut String, entries: usize, depth: usize) {
    if entries > 0 {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', depth * STEP));
    }
}

/// A value on one line, with a space after each comma and colon.
fn line(out: &mut String, value: &Value) {
    let separate = |out: &mut String, at: usize| out.push_str(if at == 0 { "" } else { ", " });
    match value {
        Value::Object(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                separate(out, at);
                let _ = write!(out, "{}: ", Value::from(key.as_str()));
                line(out, value);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(out, at);
                line(out, item);
            }
            out.push(']');
        }
        // Writing to a String cannot fail.
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_stands_on_a_line() {
        let json = json!({
            "columns": {"unplaced": ["text"]},
            "forms": [{"project_name": "甲", "repairs": [{"kind": "x"}], "indicators": [{"level3": "人数"}, {}]}],
            "unplaced": [],
        });
        let text = "{\n  \"columns\": {\n    \"unplaced\": [\"text\"]\n  },\n  \"forms\": [\n    {\n      \
                    \"project_name\": \"甲\",\n      \"repairs\": [{\"kind\": \"x\"}],\n      \"indicators\": [\n        \
                    {\"level3\": \"人数\"},\n        {}\n      ]\n    }\n  ],\n  \"unplaced\": []\n}\n";
        assert_eq!(write(&json), text);
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), json);
    }
}
