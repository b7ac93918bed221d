//! The logical tables of a reading as JSON, CSV and HTML: for who wants tables, whatever they are about.

use std::fmt::Write as _;

use jixiao_model::{Block, Cell, Join, Place, Reading, Rect, Row, Table, join_lines};
use serde::Serialize;

use crate::csv::{BYTE_ORDER_MARK, excel_text};

/// The tables of a reading, in order.
pub fn tables(reading: &Reading) -> impl Iterator<Item = &Table> {
    reading.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    })
}

/// As JSON, one row a line. Tables, rows and columns are counted from 1; boxes are `[x0, y0, x1, y1]` in points from the
/// top left of the page as shown. Columns that a cell from further up or left covers have no cell of their own.
pub fn tables_json<'a>(tables: impl IntoIterator<Item = (usize, &'a Table)>) -> serde_json::Result<String> {
    let mut out = String::from("{\"tables\": [");
    for (i, (number, table)) in tables.into_iter().enumerate() {
        out.push_str(if i == 0 { "\n" } else { ",\n" });
        json_table(&mut out, number, table)?;
    }
    out.push_str("\n]}\n");
    Ok(out)
}

fn json_table(out: &mut String, number: usize, table: &Table) -> serde_json::Result<()> {
    let head = JsonHead {
        table: number,
        origin: table.origin.as_str(),
        pages: pages(table),
        columns: table.columns,
        row_count: table.rows.len(),
    };
    let head = serde_json::to_string(&head)?;
    out.push_str(head.strip_suffix('}').unwrap_or(&head));
    out.push_str(",\"rows\":[");
    json_lines(out, table.rows.iter().map(|row| row.cells.iter().map(JsonCell::new).collect::<Vec<_>>()))?;
    out.push_str("],\"joins\":[");
    json_lines(out, table.joins.iter().map(JsonJoin::new))?;
    out.push_str("]}");
    Ok(())
}

fn json_lines(out: &mut String, items: impl Iterator<Item = impl Serialize>) -> serde_json::Result<()> {
    for (i, item) in items.enumerate() {
        out.push_str(if i == 0 { "\n  " } else { ",\n  " });
        out.push_str(&serde_json::to_string(&item)?);
    }
    Ok(())
}

#[derive(Serialize)]
struct JsonHead {
    table: usize,
    origin: &'static str,
    pages: Vec<u32>,
    columns: u16,
    row_count: usize,
}

#[derive(Serialize)]
struct JsonCell {
    column: u32,
    row_span: u16,
    column_span: u16,
    text: String,
    parts: Vec<JsonPlace>,
}

impl JsonCell {
    fn new(cell: &Cell) -> Self {
        Self {
            column: u32::from(cell.column) + 1,
            row_span: cell.row_span,
            column_span: cell.column_span,
            text: join_lines(&cell.lines),
            parts: cell.parts.iter().map(JsonPlace::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct JsonPlace {
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    area: Option<[f64; 4]>,
}

impl JsonPlace {
    fn new(place: &Place) -> Self {
        Self { page: place.page, line: place.line, area: place.area.map(Rect::points) }
    }
}

#[derive(Serialize)]
struct JsonJoin<'a> {
    kind: &'static str,
    row: usize,
    column: Option<u32>,
    #[serde(flatten)]
    place: JsonPlace,
    dropped: &'a str,
}

impl<'a> JsonJoin<'a> {
    fn new(join: &'a Join) -> Self {
        Self {
            kind: join.kind.as_str(),
            row: join.row + 1,
            column: join.column.map(|column| u32::from(column) + 1),
            place: JsonPlace::new(&join.place),
            dropped: &join.dropped,
        }
    }
}

/// The pages that a table stands on.
fn pages(table: &Table) -> Vec<u32> {
    let places = table.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.parts);
    let mut pages: Vec<u32> = places.filter_map(|place| place.page).collect();
    pages.sort_unstable();
    pages.dedup();
    pages
}

/// How CSV is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct CsvStyle {
    /// For Excel: a byte order mark, and text that looks like a formula stays text.
    pub excel: bool,
    /// The text of a merged cell stands in every place that it covers, otherwise in the first only.
    pub fill: bool,
}

/// As CSV (RFC 4180), one table after the other with an empty line between.
pub fn tables_csv<'a>(tables: impl IntoIterator<Item = (usize, &'a Table)>, style: CsvStyle) -> String {
    let mut out = String::from(if style.excel { BYTE_ORDER_MARK } else { "" });
    for (i, (_, table)) in tables.into_iter().enumerate() {
        if i > 0 {
            out.push_str("\r\n");
        }
        csv_table(&mut out, table, style);
    }
    out
}

/// A text with one very wide line and a great many short ones would give far more commas than text.
const MAX_PADDED: usize = 20_000_000;

fn csv_table(out: &mut String, table: &Table, style: CsvStyle) {
    let columns = usize::from(table.columns).max(1);
    let padded = columns * table.rows.len() <= MAX_PADDED;
    // What goes on below: the text and the number of rows left, by column.
    let mut above: Vec<(String, u16)> = Vec::new();
    if style.fill {
        above.resize(columns, (String::new(), 0));
    }
    for row in &table.rows {
        let mut fields = vec![String::new(); if padded { columns } else { row.cells.len() }];
        for (field, (text, left)) in fields.iter_mut().zip(&mut above).filter(|(_, (_, left))| *left > 0) {
            field.clone_from(text);
            *left -= 1;
        }
        for (i, cell) in row.cells.iter().enumerate() {
            let first = if padded { usize::from(cell.column) } else { i };
            let last = first + if style.fill && padded { usize::from(cell.column_span) } else { 1 };
            let text = join_lines(&cell.lines);
            for at in first..last.min(fields.len()) {
                if let Some(below) = above.get_mut(at) {
                    *below = (text.clone(), cell.row_span - 1);
                }
                fields[at].clone_from(&text);
            }
        }
        csv_row(out, &fields, style);
    }
}

fn csv_row(out: &mut String, fields: &[String], style: CsvStyle) {
    for (i, field) in fields.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        let field = if style.excel { excel_text(field) } else { field.into() };
        if field.contains(['"', ',', '\n', '\r']) {
            let _ = write!(out, "\"{}\"", field.replace('"', "\"\""));
        } else {
            out.push_str(&field);
        }
    }
    out.push_str("\r\n");
}

const HTML_HEAD: &str = "<!doctype html>
<html lang=\"zh\">
<meta charset=\"utf-8\">
<title>表格</title>
<style>
table { border-collapse: collapse; margin: 1em 0 }
caption { text-align: left; color: #666 }
td { border: 1px solid; padding: 2px 6px; white-space: pre-line; vertical-align: top }
</style>
";

/// As a page of HTML, with row and column spans. The attribute `data-parts` of a cell has page and box of each of its
/// parts: `3:56.7,100,200,120`, with spaces between.
pub fn tables_html<'a>(tables: impl IntoIterator<Item = (usize, &'a Table)>) -> String {
    let mut out = HTML_HEAD.to_owned();
    for (number, table) in tables {
        let pages: Vec<String> = pages(table).iter().map(u32::to_string).collect();
        let pages = if pages.is_empty() { String::new() } else { format!(", page {}", pages.join(", ")) };
        let _ = writeln!(out, "<table>\n<caption>{number}: {}{pages}</caption>", table.origin.as_str());
        table.rows.iter().for_each(|row| html_row(&mut out, row));
        out.push_str("</table>\n");
    }
    out.push_str("</html>\n");
    out
}

fn html_row(out: &mut String, row: &Row) {
    out.push_str("<tr>");
    for cell in &row.cells {
        out.push_str("<td");
        html_span(out, "rowspan", cell.row_span);
        html_span(out, "colspan", cell.column_span);
        let parts: Vec<String> = cell.parts.iter().filter_map(html_place).collect();
        if !parts.is_empty() {
            let _ = write!(out, " data-parts=\"{}\"", parts.join(" "));
        }
        out.push('>');
        html_text(out, &join_lines(&cell.lines));
        out.push_str("</td>");
    }
    out.push_str("</tr>\n");
}

fn html_span(out: &mut String, name: &str, span: u16) {
    if span > 1 {
        let _ = write!(out, " {name}=\"{span}\"");
    }
}

fn html_place(place: &Place) -> Option<String> {
    let [x0, y0, x1, y1] = place.area?.points();
    Some(format!("{}:{x0},{y0},{x1},{y1}", place.page?))
}

fn html_text(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use jixiao_model::{JoinKind, Line, Origin};

    use super::*;

    fn table() -> Table {
        let cell = |column, row_span, text: &str| Cell {
            column,
            column_span: 1,
            row_span,
            lines: vec![Line { text: text.to_owned(), ..Line::default() }],
            parts: vec![Place::on_page(3, Rect { x0: 56_700, y0: 100_000, x1: 200_000, y1: 120_000 })],
        };
        let row = |cells| Row { cells, ..Row::default() };
        let rows = vec![row(vec![cell(0, 2, "甲\"乙"), cell(1, 1, "=5<6")]), row(vec![cell(1, 1, "6")])];
        let join = Join {
            kind: JoinKind::MergedCell,
            row: 1,
            column: Some(0),
            place: Place::on_page(4, Rect::default()),
            dropped: String::new(),
        };
        Table { origin: Origin::Ruled, columns: 2, rows, joins: vec![join] }
    }

    #[test]
    fn csv_quotes_and_keeps_columns() {
        let csv = |style| tables_csv([(1, &table())], style);
        assert_eq!(csv(CsvStyle::default()), "\"甲\"\"乙\",=5<6\r\n,6\r\n");
        assert_eq!(csv(CsvStyle { fill: true, excel: true }), "\u{feff}\"甲\"\"乙\",'=5<6\r\n\"甲\"\"乙\",6\r\n");
    }

    #[test]
    fn html_has_spans_and_places_and_escapes() {
        let html = tables_html([(1, &table())]);
        assert!(html.contains("<caption>1: ruled, page 3</caption>"), "{html}");
        assert!(html.contains("<td rowspan=\"2\" data-parts=\"3:56.7,100,200,120\">甲\"乙</td>"), "{html}");
        assert!(html.contains(">=5&lt;6</td></tr>\n<tr><td data-parts="), "{html}");
    }

    #[test]
    fn json_has_spans_places_and_joins() {
        let json = tables_json([(7, &table())]).unwrap();
        assert_eq!(json.lines().count(), 6, "{json}");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        let table = &value["tables"][0];
        assert_eq!((&table["table"], &table["pages"][0]), (&7.into(), &3.into()));
        assert_eq!(table["rows"][0][0]["text"], "甲\"乙");
        assert_eq!(table["rows"][1][0]["column"], 2);
        assert_eq!(table["rows"][0][0]["parts"][0]["box"][0], 56.7);
        assert_eq!((&table["joins"][0]["kind"], &table["joins"][0]["page"]), (&"merged_cell".into(), &4.into()));
    }
}
