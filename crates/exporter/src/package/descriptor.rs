//! `datapackage.json`: a Data Package, version 2.

use serde_json::{Value, json};

use crate::column::Kind;
use crate::dataset::{Format, WORKBOOK, WriteOptions};
use crate::files::Fingerprint;
use crate::schema::{Column, SCHEMA_VERSION, Table};

/// The descriptor of a dataset, without sizes and hashes.
pub(super) fn descriptor(options: &WriteOptions) -> Value {
    let mut resources = Vec::new();
    for (rank, format) in formats(options).into_iter().enumerate() {
        resources.extend(options.tables().map(|table| resource(table, format, rank == 0)));
    }
    resources.extend(options.formats().contains(&Format::Xlsx).then(workbook_resource));
    json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "jixiao-dataset",
        "title": "绩效目标 forms: projects, departments and their indicators",
        "description": "Read from published booklets of 绩效目标 forms. README.md says how far.",
        "version": format!("{SCHEMA_VERSION}.0.0"),
        "keywords": ["绩效目标", "预算绩效", "budget", "performance"],
        "resources": resources,
    })
}

/// Says in a descriptor how large the files are, and their hashes.
pub(super) fn add_sums(descriptor: &mut Value, sums: &[(String, Fingerprint)]) {
    for resource in descriptor["resources"].as_array_mut().into_iter().flatten() {
        if let Some((_, sum)) = sums.iter().find(|(name, _)| resource["path"] == **name) {
            resource["bytes"] = sum.bytes.into();
            resource["hash"] = format!("sha256:{}", sum.sha256).into();
        }
    }
}

/// Formats in which a table is a file. The first gives the resources their plain names.
fn formats(options: &WriteOptions) -> Vec<Format> {
    let mut formats: Vec<Format> = options.formats().iter().copied().filter(|format| format.is_tabular()).collect();
    // A reader of Data Packages reads CSV by itself, and the rest with additions.
    formats.sort_by_key(|format| *format != Format::Csv);
    formats
}

fn resource(table: &Table, format: Format, plain: bool) -> Value {
    let name = if plain { table.name.to_owned() } else { format!("{}-{}", table.name, format.as_str()) };
    let (word, mediatype) = match format {
        Format::Csv => ("csv", "text/csv"),
        Format::Jsonl => ("JSON Lines", "application/jsonl"),
        _ => ("Apache Parquet", "application/vnd.apache.parquet"),
    };
    let mut resource = json!({
        "name": name,
        "path": format.file_of(table),
        "title": table.title,
        "description": format!("A row is {}.", table.meaning),
        "format": word,
        "mediatype": mediatype,
        "encoding": "utf-8",
        "bytes": null,
        "hash": null,
        "schema": schema(table, plain),
    });
    // A reader of Data Packages checks the rows of what calls itself a table. The usual one reads other files than CSV
    // by way of pandas, which turns whole numbers with gaps into fractions: there it checks size and hash only.
    if format == Format::Csv {
        resource["type"] = "table".into();
    }
    resource
}

fn workbook_resource() -> Value {
    json!({
        "name": "workbook",
        "path": WORKBOOK,
        "format": "Excel workbook",
        "description": "Every table as a sheet, for reading in Excel.",
        "mediatype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "bytes": null,
        "hash": null,
    })
}

fn schema(table: &Table, with_references: bool) -> Value {
    let fields: Vec<Value> = table.columns.iter().map(|column| field(column, table)).collect();
    let mut schema = json!({ "fields": fields, "missingValues": [""] });
    if !table.key.is_empty() {
        schema["primaryKey"] = json!(table.key);
    }
    let references = references(table);
    if with_references && !references.is_empty() {
        schema["foreignKeys"] = references.into();
    }
    schema
}

fn field(column: &Column, table: &Table) -> Value {
    let kind = match column.kind {
        Kind::Text => "string",
        Kind::Bool => "boolean",
        Kind::Int16 | Kind::Int32 | Kind::Int64 => "integer",
        Kind::Double | Kind::Yuan => "number",
        Kind::Texts | Kind::Repairs => "array",
        Kind::Labelled | Kind::Json => "object",
    };
    let unique = table.key == [column.name];
    json!({
        "name": column.name,
        "type": kind,
        "title": column.title,
        "description": column.meaning,
        "constraints": { "required": !column.nullable, "unique": unique },
    })
}

/// A table's columns that name a row of another table.
fn references(table: &Table) -> Vec<Value> {
    let owners = [("document_id", "documents"), ("form_id", "forms"), ("indicator_id", "indicators")];
    let refers = |(column, owner): &(&str, &str)| {
        table.name != *owner && table.columns.iter().any(|known| known.name == *column)
    };
    let reference = |(column, owner): (&str, &str)| json!({ "fields": [column], "reference": { "resource": owner, "fields": [column] } });
    owners.into_iter().filter(refers).map(reference).collect()
}
