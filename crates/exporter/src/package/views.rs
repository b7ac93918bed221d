//! `create_views.sql`: a DuckDB view for every table, with the types of the dictionary whatever the format is.

use super::first_of;
use crate::column::Kind;
use crate::dataset::{Format, WriteOptions};
use crate::schema::{Column, Table};

/// The statements. They name files without a folder, so DuckDB has to run in the folder of the dataset.
pub(super) fn views(options: &WriteOptions) -> String {
    let Some(format) = first_of(options, &[Format::Parquet, Format::Jsonl, Format::Csv]) else {
        return "-- No table is here as a file of its own: write the dataset with --to parquet.\n".to_owned();
    };
    let mut out = "-- Run in the folder of the dataset: duckdb -init create_views.sql\n".to_owned();
    for table in options.tables() {
        let view = view(table, format, options.excel());
        out.extend(["CREATE OR REPLACE VIEW ", table.name, " AS ", &view, ";\n"]);
    }
    out
}

fn view(table: &Table, format: Format, excel: bool) -> String {
    let file = format.file_of(table);
    let select = |change: &dyn Fn(&Column) -> String| {
        table.columns.iter().map(|column| format!("\n    {}", change(column))).collect::<Vec<_>>().join(",")
    };
    let types = |of: fn(Kind) -> &'static str| {
        let types = table.columns.iter().map(|column| format!("{}: '{}'", column.name, of(column.kind)));
        types.collect::<Vec<_>>().join(", ")
    };
    match format {
        Format::Csv => format!(
            "SELECT{}\nFROM read_csv('{file}', header = true, quote = '\"', escape = '\"', columns = {{{}}})",
            select(&|column| from_csv(column, excel)),
            types(csv_type)
        ),
        Format::Jsonl => {
            format!(
                "SELECT *\nFROM read_json('{file}', format = 'newline_delimited', columns = {{{}}})",
                types(sql_type)
            )
        }
        _ => format!("SELECT{}\nFROM read_parquet('{file}')", select(&from_parquet)),
    }
}

fn sql_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "VARCHAR",
        Kind::Bool => "BOOLEAN",
        Kind::Int16 => "SMALLINT",
        Kind::Int32 => "INTEGER",
        Kind::Int64 => "BIGINT",
        Kind::Double => "DOUBLE",
        Kind::Yuan => "DECIMAL(18,2)",
        Kind::Texts => "VARCHAR[]",
        Kind::Repairs => r#"STRUCT(kind VARCHAR, field VARCHAR, "from" VARCHAR, "to" VARCHAR, evidence VARCHAR)[]"#,
        Kind::Labelled => "MAP(VARCHAR, VARCHAR)",
        Kind::Json => "JSON",
    }
}

/// In CSV, lists and maps are JSON text. DuckDB would make a cast of a column that is read as JSON part of reading the
/// file, and take the text for its own notation, which knows no `\n`; so the column is read as text.
fn csv_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Texts | Kind::Repairs | Kind::Labelled | Kind::Json => "VARCHAR",
        flat => sql_type(flat),
    }
}

fn from_csv(column: &Column, excel: bool) -> String {
    let name = column.name;
    match column.kind {
        // The apostrophe that keeps Excel from taking the text for a formula.
        Kind::Text if excel => format!("regexp_replace({name}, '^''', '') AS {name}"),
        Kind::Texts | Kind::Repairs | Kind::Labelled => {
            format!("CAST(CAST({name} AS JSON) AS {}) AS {name}", sql_type(column.kind))
        }
        Kind::Json => format!("CAST({name} AS JSON) AS {name}"),
        _ => name.to_owned(),
    }
}

fn from_parquet(column: &Column) -> String {
    let name = column.name;
    if column.kind == Kind::Json { format!("CAST({name} AS JSON) AS {name}") } else { name.to_owned() }
}
