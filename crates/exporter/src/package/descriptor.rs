//! `datapackage.json`: a Data Package, version 2.

use serde_json::{Value, json};

use crate::column::Kind;
use crate::dataset::{Format, WORKBOOK, WriteOptions};
use crate::files::Fingerprint;
use crate::schema::{Column, SCHEMA_VERSION, Table};

/// The descriptor of a dataset as text, but for the sizes and hashes of its files.
pub(super) struct Descriptor {
    /// The text, cut where size and hash of a file belong.
    parts: Vec<String>,
    /// The file of each cut.
    paths: Vec<String>,
}

/// A file whose size and hash are not known, as it is printed. No text looks like it: in a text, quotes are escaped.
const UNKNOWN: &str = "\"bytes\": null,\n      \"hash\": null";

impl Descriptor {
    pub(super) fn new(options: &WriteOptions) -> Self {
        let descriptor = descriptor(options);
        let path = |resource: &Value| resource["path"].as_str().unwrap_or_default().to_owned();
        let paths = descriptor["resources"].as_array().into_iter().flatten().map(path).collect();
        // A tree of texts and numbers can be printed.
        let text = serde_json::to_string_pretty(&descriptor).unwrap_or_default() + "\n";
        Self { parts: text.split(UNKNOWN).map(str::to_owned).collect(), paths }
    }

    /// The text with the size and hash of each file.
    pub(super) fn with_sums(&self, sums: &[(String, Fingerprint)]) -> String {
        let sum_of = |path: &String| sums.iter().find(|(name, _)| name == path).map_or(UNKNOWN.to_owned(), printed);
        let sums = self.paths.iter().map(sum_of).chain([String::new()]);
        self.parts.iter().zip(sums).fold(String::new(), |text, (part, sum)| text + part + &sum)
    }
}

fn printed((_, Fingerprint { sha256, bytes }): &(String, Fingerprint)) -> String {
    format!("\"bytes\": {bytes},\n      \"hash\": \"sha256:{sha256}\"")
}

fn descriptor(options: &WriteOptions) -> Value {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_stand_in_the_entry_of_their_file() {
        for formats in [vec![Format::Json], vec![Format::Parquet, Format::Csv, Format::Xlsx]] {
            let options = WriteOptions::new(formats, false);
            let names = options.files();
            let sums: Vec<(String, Fingerprint)> =
                names.iter().map(|name| (name.clone(), Fingerprint::of_bytes(name.as_bytes()))).collect();
            let text = Descriptor::new(&options).with_sums(&sums[1..]);
            let mut expected = descriptor(&options);
            for resource in expected["resources"].as_array_mut().unwrap() {
                if let Some((_, sum)) = sums[1..].iter().find(|(name, _)| resource["path"] == **name) {
                    resource["bytes"] = sum.bytes.into();
                    resource["hash"] = format!("sha256:{}", sum.sha256).into();
                }
            }
            assert_eq!(text, serde_json::to_string_pretty(&expected).unwrap() + "\n");
            assert_eq!(text.contains(UNKNOWN), expected["resources"] != json!([]), "the first file has no sum");
        }
    }
}
