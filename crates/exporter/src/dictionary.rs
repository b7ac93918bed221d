//! The data dictionary, for people and for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::schema::{ChangeRow, Column, SCHEMA_VERSION, TABLES, Table};

/// The dictionary as Markdown: one table of columns for each table.
pub fn markdown() -> String {
    let mut out = format!(
        "# Data dictionary\n\n\
         Schema version {SCHEMA_VERSION}. \
         The names are the same in Parquet, JSON, CSV and XLSX. A missing value is null.\n"
    );
    for table in &TABLES {
        describe(&mut out, table, if table.optional { " Written on request (`--cells`)." } else { "" });
    }
    describe(&mut out, &ChangeRow::TABLE, " Written by `jixiao diff`.");
    out
}

fn describe(out: &mut String, table: &Table, request: &str) {
    let key = if table.key.is_empty() { String::new() } else { format!(" Key: {}.", code_list(table.key)) };
    // Writing to a String cannot fail.
    let _ = write!(out, "\n## {} {}\n\nA row is {}.{key}{request}\n\n", table.name, table.title, table.meaning);
    out.push_str("| column | 中文 | type | null | meaning |\n| --- | --- | --- | --- | --- |\n");
    for column in table.columns {
        let Column { name, title, meaning, .. } = column;
        let null = if column.nullable { "yes" } else { "no" };
        let kind = column.kind.as_str().replace('<', "\\<");
        let meaning = meaning.replace('|', "\\|").replace('<', "\\<");
        let _ = writeln!(out, "| {name} | {title} | {kind} | {null} | {meaning} |");
    }
}

fn code_list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The dictionary as JSON.
pub fn json() -> Value {
    let tables: Vec<Value> = TABLES.iter().chain([&ChangeRow::TABLE]).map(table_json).collect();
    json!({ "schema_version": SCHEMA_VERSION, "tables": tables })
}

fn table_json(table: &Table) -> Value {
    let columns: Vec<Value> = table.columns.iter().map(column_json).collect();
    json!({
        "name": table.name,
        "title": table.title,
        "description": table.meaning,
        "key": table.key,
        "optional": table.optional,
        "columns": columns,
    })
}

fn column_json(column: &Column) -> Value {
    json!({
        "name": column.name,
        "type": column.kind.as_str(),
        "nullable": column.nullable,
        "title": column.title,
        "description": column.meaning,
    })
}
