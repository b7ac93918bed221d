//! The files beside the tables that tell people and programs what the dataset is.
//!
//! | file | for |
//! | --- | --- |
//! | `datapackage.json` | programs: a Data Package (version 2) with the schema, size and hash of every table |
//! | `README.md` | people: what is in it, what is missing, how to begin |
//! | `dictionary.md` | people: every column |
//! | `create_views.sql` | DuckDB: a view for every table |
//! | `checksums.sha256` | `sha256sum -c` |
//!
//! None of them says when it was made: the same dataset gives the same files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::column::Kind;
use crate::dataset::{Finished, Format, WORKBOOK, WriteOptions};
use crate::dictionary;
use crate::files::{Fingerprint, WholeFile, WriteError};
use crate::records::DocumentRecords;
use crate::schema::{Column, SCHEMA_VERSION, Table};

/// Names of the files of the package.
pub const PACKAGE_FILES: [&str; 5] =
    ["datapackage.json", "README.md", "dictionary.md", "create_views.sql", "checksums.sha256"];

/// What the dataset card counts.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    rows: BTreeMap<&'static str, u64>,
    status: BTreeMap<String, u64>,
    years: BTreeMap<Option<i16>, u64>,
    kinds: BTreeMap<String, u64>,
    values: BTreeMap<String, u64>,
    indicator_status: BTreeMap<String, u64>,
    unplaced_characters: i64,
    contents_without_form: u64,
}

impl Counts {
    /// Counts a document.
    pub(crate) fn add(&mut self, records: &DocumentRecords) {
        let Ok(()) = records.visit_rows(|table, _| {
            *self.rows.entry(table.name).or_default() += 1;
            Ok::<(), std::convert::Infallible>(())
        });
        let row = &records.document.row;
        *self.status.entry(row.status.clone()).or_default() += 1;
        self.unplaced_characters += row.unplaced_characters;
        self.contents_without_form += records.contents.iter().filter(|entry| entry.form_id.is_none()).count() as u64;
        for form in &records.forms {
            *self.years.entry(form.row.fiscal_year).or_default() += 1;
            *self.kinds.entry(form.row.kind.clone()).or_default() += 1;
            for indicator in &form.indicators {
                *self.indicator_status.entry(indicator.status.clone()).or_default() += 1;
                let kind = indicator.value_kind.as_deref().unwrap_or("(none printed)");
                *self.values.entry(kind.to_owned()).or_default() += 1;
            }
        }
    }

    fn rows_of(&self, table: &str) -> u64 {
        self.rows.get(table).copied().unwrap_or_default()
    }
}

/// The files of a package that is being written.
pub(crate) struct Package<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) staging: &'a Path,
    pub(crate) options: &'a WriteOptions,
    pub(crate) counts: &'a Counts,
}

impl Package<'_> {
    /// Writes the files of the package. Those of the dataset must be ended, but not yet at their places.
    pub(crate) fn write(&self, finished: &mut Finished) -> Result<(), WriteError> {
        let mut sums = std::mem::take(&mut finished.sums);
        for file in &mut finished.files {
            sums.insert(file.name(), file.fingerprint()?);
        }
        let descriptor = format!("{:#}\n", self.descriptor(&sums));
        let texts = [descriptor, self.card(), dictionary::markdown(), self.views()];
        for (name, text) in PACKAGE_FILES.into_iter().zip(texts) {
            let mut file = self.file(name, &text)?;
            sums.insert(name.to_owned(), file.fingerprint()?);
            finished.files.push(file);
        }
        let lines = sums.iter().fold(String::new(), |lines, (name, sum)| lines + &sum.sha256 + "  " + name + "\n");
        finished.files.push(self.file(PACKAGE_FILES[4], &lines)?);
        Ok(())
    }

    fn file(&self, name: &str, text: &str) -> Result<WholeFile, WriteError> {
        let path = self.folder.join(name);
        let problem = |error: std::io::Error| WriteError::new(&path, error);
        let mut file = WholeFile::create_in(self.staging, &path).map_err(problem)?;
        file.write_all(text.as_bytes()).map_err(problem)?;
        Ok(file)
    }

    /// Formats in which a table is a file. The first gives the resources their plain names.
    fn tabular(&self) -> Vec<Format> {
        let mut formats: Vec<Format> =
            self.options.formats().iter().copied().filter(|format| format.is_tabular()).collect();
        // A reader of Data Packages reads CSV by itself, and the rest with additions.
        formats.sort_by_key(|format| *format != Format::Csv);
        formats
    }

    fn descriptor(&self, sums: &BTreeMap<String, Fingerprint>) -> Value {
        let mut resources = Vec::new();
        for (rank, format) in self.tabular().into_iter().enumerate() {
            for table in self.options.tables() {
                if let Some(sum) = sums.get(&format.file_of(table)) {
                    resources.push(resource(table, format, rank == 0, sum));
                }
            }
        }
        if let Some(sum) = sums.get(WORKBOOK) {
            resources.push(workbook_resource(sum));
        }
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

    /// The dataset card.
    fn card(&self) -> String {
        let counts = self.counts;
        let mut out = self.front_matter();
        out.push_str(CARD_INTRODUCTION);
        out.push_str("\n## Contents\n\n| table | 中文 | a row is | rows |\n| --- | --- | --- | ---: |\n");
        for table in self.options.tables() {
            let Table { name, title, meaning, .. } = table;
            // Writing to a String cannot fail, here and below.
            let _ = writeln!(out, "| {name} | {title} | {meaning} | {} |", counts.rows_of(name));
        }
        out.push_str("\nEvery column is explained in [dictionary.md](dictionary.md).\n");
        let years = counts.years.iter().map(|(year, n)| (year.map_or("not known".to_owned(), |y| y.to_string()), *n));
        tally(&mut out, "Forms by year 预算年度", years);
        tally(&mut out, "Forms by kind", owned(&counts.kinds));
        tally(&mut out, "Indicator values by kind", owned(&counts.values));
        self.gaps(&mut out);
        out.push_str(CARD_START);
        out
    }

    fn front_matter(&self) -> String {
        let mut out = "---\nlanguage:\n- zh\npretty_name: 绩效目标\n".to_owned();
        if let Some(format) = self.tabular().into_iter().find(|format| *format == Format::Parquet) {
            out.push_str("configs:\n");
            for table in self.options.tables() {
                let _ = write!(out, "- config_name: {}\n  data_files: {}\n", table.name, format.file_of(table));
            }
        }
        out + "---\n\n"
    }

    fn gaps(&self, out: &mut String) {
        let counts = self.counts;
        out.push_str("\n## Known gaps\n");
        tally(out, "Documents by status", owned(&counts.status));
        tally(out, "Indicators by status", owned(&counts.indicator_status));
        let _ = write!(
            out,
            "\n- Entries of a 目录 without a form: {}.\n- Characters of the sources that went into no column: {}; \
             the JSON of each document lists them under `unplaced`.\n- What is odd about a document, and what the \
             program could not decide, is in the table `diagnostics`.\n",
            counts.contents_without_form, counts.unplaced_characters
        );
    }

    fn views(&self) -> String {
        let mut out = "-- Run in the folder of the dataset: duckdb -init create_views.sql\n".to_owned();
        let Some(format) = self.tabular().into_iter().min_by_key(|format| *format != Format::Parquet) else {
            out.push_str("-- No table is here as a file: write the dataset with --to parquet.\n");
            return out;
        };
        for table in self.options.tables() {
            let file = format.file_of(table);
            let source = match format {
                Format::Csv => format!("read_csv('{file}', header = true, all_varchar = false)"),
                Format::Jsonl => format!("read_json('{file}', format = 'newline_delimited')"),
                _ => format!("read_parquet('{file}')"),
            };
            let _ = writeln!(out, "CREATE OR REPLACE VIEW {} AS SELECT * FROM {source};", table.name);
        }
        out
    }
}

const CARD_INTRODUCTION: &str = "\
# 绩效目标 dataset

Project and department performance goals (绩效目标) as published by Chinese budget units, read by
jixiao from booklets in PDF or text form. Every row says where it stands in its source; every parsed
value stands beside the text that was printed.
";

const CARD_START: &str = "
## First steps

```python
import pandas as pd
indicators = pd.read_parquet(\"indicators.parquet\")
indicators[\"status\"].value_counts()
```

```python
# Targets in percent, by department; rows that are not certain are left out.
percent = indicators[(indicators[\"unit\"] == \"%\") & (indicators[\"status\"] != \"uncertain\")]
percent.groupby(\"department\")[\"value\"].describe()
```

```sql
-- DuckDB, after create_views.sql: money of every form
SELECT f.project_name, a.item, a.amount_wan
FROM forms f JOIN amounts a USING (form_id)
ORDER BY a.amount_wan DESC;
```

`status` tells how far to trust an indicator: `as_printed`, `repaired` (the column `repairs` says what and why) or
`uncertain`. A missing value is null; what was printed is in the columns that end in `_raw`.
";

fn owned(counts: &BTreeMap<String, u64>) -> impl Iterator<Item = (String, u64)> {
    counts.iter().map(|(name, count)| (name.clone(), *count))
}

fn tally(out: &mut String, title: &str, counts: impl Iterator<Item = (String, u64)>) {
    let _ = write!(out, "\n| {title} | |\n| --- | ---: |\n");
    for (name, count) in counts {
        let _ = writeln!(out, "| {name} | {count} |");
    }
}

fn resource(table: &Table, format: Format, plain: bool, sum: &Fingerprint) -> Value {
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
        "bytes": sum.bytes,
        "hash": format!("sha256:{}", sum.sha256),
        "schema": schema(table, plain),
    });
    // A reader of Data Packages checks the rows of what calls itself a table. The usual one reads other files than CSV
    // by way of pandas, which turns whole numbers with gaps into fractions: there it checks size and hash only.
    if format == Format::Csv {
        resource["type"] = "table".into();
    }
    resource
}

fn workbook_resource(sum: &Fingerprint) -> Value {
    json!({
        "name": "workbook",
        "path": WORKBOOK,
        "format": "Excel workbook",
        "description": "Every table as a sheet, for reading in Excel.",
        "mediatype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "bytes": sum.bytes,
        "hash": format!("sha256:{}", sum.sha256),
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
