//! The dataset card: what is in the dataset, what is missing, and the first cells of a notebook.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::first_of;
use crate::dataset::{Format, WORKBOOK, WriteOptions};
use crate::documents::DOCUMENTS_FOLDER;
use crate::records::DocumentRecords;
use crate::schema::Table;

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

/// The dataset card, `README.md`.
pub(super) fn card(options: &WriteOptions, counts: &Counts) -> String {
    let mut out = front_matter(options);
    out.push_str(INTRODUCTION);
    out.push_str("\n## Contents\n\n| table | 中文 | a row is | rows |\n| --- | --- | --- | ---: |\n");
    for table in options.tables() {
        let Table { name, title, meaning, .. } = table;
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(out, "| {name} | {title} | {meaning} | {} |", counts.rows_of(name));
    }
    out.push_str("\nEvery column is explained in [dictionary.md](dictionary.md).\n");
    files(&mut out, options);
    let years = counts.years.iter().map(|(year, n)| (year.map_or("not known".to_owned(), |y| y.to_string()), *n));
    tally(&mut out, "Forms by year 预算年度", years);
    tally(&mut out, "Forms by kind", owned(&counts.kinds));
    tally(&mut out, "Indicator values by kind", owned(&counts.values));
    gaps(&mut out, counts);
    first_steps(&mut out, options);
    out
}

fn front_matter(options: &WriteOptions) -> String {
    let mut out = "---\nlanguage:\n- zh\npretty_name: 绩效目标\n".to_owned();
    if options.formats().contains(&Format::Parquet) {
        out.push_str("configs:\n");
        for table in options.tables() {
            let file = Format::Parquet.file_of(table);
            let _ = write!(out, "- config_name: {}\n  data_files: {file}\n", table.name);
        }
    }
    out + "---\n\n"
}

fn files(out: &mut String, options: &WriteOptions) {
    out.push('\n');
    for format in options.formats() {
        let _ = match format {
            Format::Parquet => writeln!(out, "- `<table>.parquet`: each table with its types; made for analysis."),
            Format::Json => writeln!(out, "- `{DOCUMENTS_FOLDER}/<document_id>.json`: each document, nested."),
            Format::Jsonl => writeln!(out, "- `<table>.jsonl`: each table, one JSON object a row."),
            Format::Csv if options.excel() => writeln!(out, "- `<table>.csv`: each table. {CSV_FOR_EXCEL}"),
            Format::Csv => writeln!(out, "- `<table>.csv`: each table; lists and maps are JSON text."),
            Format::Xlsx => writeln!(out, "- `{WORKBOOK}`: each table as a sheet, and the dictionary; for reading."),
        };
    }
}

const CSV_FOR_EXCEL: &str = "A text that Excel would take for a formula (`=100%`) has an apostrophe before it, and so \
has a text that begins with one: take one apostrophe away where a field begins so.";

fn gaps(out: &mut String, counts: &Counts) {
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

fn first_steps(out: &mut String, options: &WriteOptions) {
    let preferred = [Format::Parquet, Format::Csv, Format::Jsonl, Format::Xlsx, Format::Json];
    let Some(format) = first_of(options, &preferred) else { return };
    let read = reading_cell(format, options.excel());
    let _ = write!(out, "\n## First steps\n\n```python\n{read}indicators[\"status\"].value_counts()\n```\n");
    out.push_str(SECOND_CELL);
    if first_of(options, &preferred[..3]).is_some() {
        out.push_str(QUERY);
    }
    out.push_str(LAST_WORDS);
}

/// Python that gives the table of indicators as a data frame.
fn reading_cell(format: Format, excel: bool) -> String {
    let read = match format {
        Format::Parquet => r#"indicators = pd.read_parquet("indicators.parquet")"#,
        Format::Csv if excel => READ_CSV_FOR_EXCEL,
        Format::Csv => r#"indicators = pd.read_csv("indicators.csv", dtype={"document_id": str})"#,
        Format::Jsonl => r#"indicators = pd.read_json("indicators.jsonl", lines=True, dtype={"document_id": str})"#,
        Format::Xlsx => r#"indicators = pd.read_excel("dataset.xlsx", sheet_name="indicators", skiprows=[1])"#,
        Format::Json => READ_DOCUMENTS,
    };
    format!("import pandas as pd\n{read}\n")
}

const READ_CSV_FOR_EXCEL: &str = r#"indicators = pd.read_csv("indicators.csv", encoding="utf-8-sig", dtype={"document_id": str})
indicators = indicators.replace(r"^'", "", regex=True)"#;

const READ_DOCUMENTS: &str = r#"import json, pathlib
documents = [json.loads(path.read_text("utf-8")) for path in sorted(pathlib.Path("documents").glob("*.json"))]
forms = [form for document in documents for form in document["forms"]]
indicators = pd.DataFrame([row for form in forms for row in form["indicators"]])"#;

const INTRODUCTION: &str = "\
# 绩效目标 dataset

Project and department performance goals (绩效目标) as published by Chinese budget units, read by
jixiao from booklets in PDF or text form. Every row says where it stands in its source; every parsed
value stands beside the text that was printed.
";

const SECOND_CELL: &str = r#"
```python
# Targets in percent, by department; rows that are not certain are left out.
percent = indicators[(indicators["unit"] == "%") & (indicators["status"] != "uncertain")]
percent.groupby("department")["value"].describe()
```
"#;

const QUERY: &str = "
```sql
-- DuckDB, after create_views.sql: money of every form
SELECT f.project_name, a.item, a.amount_wan
FROM forms f JOIN amounts a USING (form_id)
ORDER BY a.amount_wan DESC;
```
";

const LAST_WORDS: &str = "
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
