//! Logical tables as JSON, CSV and HTML.

use std::fmt::Write as _;

use jixiao_model::{Block, Cell, JoinKind, Origin, Place, Reading, Row, Table, join_lines};

/// The logical tables of a reading as JSON: `{"tables": [{"origin", "columns", "rows": [{"page", "cells": […]}],
/// "joins": […]}]}`, a row a line. Boxes are points from the top left of the page as shown.
pub fn tables_json(reading: &Reading) -> String {
    let mut out = String::from("{\"tables\": [");
    for (i, table) in tables(reading).enumerate() {
        out.push_str(if i == 0 { "\n" } else { ",\n" });
        json_table(&mut out, i + 1, table);
    }
    out.push_str("\n]}\n");
    out
}

/// The logical tables of a reading as CSV (RFC 4180), one after the other with an empty line between. A merged cell's
/// text stands in its first place.
pub fn tables_csv(reading: &Reading) -> String {
    let mut out = String::new();
    for (i, table) in tables(reading).enumerate() {
        if i > 0 {
            out.push_str("\r\n");
        }
        for row in &table.rows {
            csv_row(&mut out, table.columns, row);
        }
    }
    out
}

/// The logical tables of a reading as an HTML page, with row and column spans.
pub fn tables_html(reading: &Reading) -> String {
    let mut out = String::from(
        "<!doctype html>\n<html lang=\"zh\">\n<meta charset=\"utf-8\">\n<title>表格</title>\n\
         <style>table { border-collapse: collapse; margin: 1em 0 } td { border: 1px solid; padding: 2px 6px; \
         white-space: pre-line }</style>\n",
    );
    for table in tables(reading) {
        out.push_str("<table>\n");
        for row in &table.rows {
            html_row(&mut out, row);
        }
        out.push_str("</table>\n");
    }
    out.push_str("</html>\n");
    out
}

fn tables(reading: &Reading) -> impl Iterator<Item = &Table> {
    reading.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    })
}

fn text(cell: &Cell) -> String {
    join_lines(&cell.lines)
}

fn json_table(out: &mut String, number: usize, table: &Table) {
    let origin = match table.origin {
        Origin::Ruled => "ruled",
        Origin::Aligned => "aligned",
        Origin::Delimited => "delimited",
    };
    let _ = write!(out, "{{\"table\": {number}, \"origin\": \"{origin}\", \"columns\": {}, \"rows\": [", table.columns);
    for (i, row) in table.rows.iter().enumerate() {
        out.push_str(if i == 0 { "\n  " } else { ",\n  " });
        json_row(out, row);
    }
    out.push_str("],\n \"joins\": [");
    for (i, join) in table.joins.iter().enumerate() {
        let kind = match join.kind {
            JoinKind::CutRow => "cut_row",
            JoinKind::MergedCell => "merged_cell",
            JoinKind::RepeatedLabel => "repeated_label",
            JoinKind::RepeatedHeader => "repeated_header",
        };
        let _ = write!(out, "{}{{\"kind\": \"{kind}\", \"row\": {}", if i == 0 { "" } else { ", " }, join.row);
        if let Some(column) = join.column {
            let _ = write!(out, ", \"column\": {column}");
        }
        json_place(out, &join.place);
        out.push_str(", \"dropped\": ");
        json_text(out, &join.dropped);
        out.push('}');
    }
    out.push_str("]}");
}

fn json_row(out: &mut String, row: &Row) {
    out.push_str("{\"cells\": [");
    for (i, cell) in row.cells.iter().enumerate() {
        let Cell { column, column_span, row_span, .. } = cell;
        let comma = if i == 0 { "" } else { ", " };
        let _ = write!(out, "{comma}{{\"column\": {column}, \"column_span\": {column_span}, \"row_span\": {row_span}");
        if let Some(place) = cell.parts.first() {
            json_place(out, place);
        }
        out.push_str(", \"text\": ");
        json_text(out, &text(cell));
        out.push('}');
    }
    out.push_str("]}");
}

fn json_place(out: &mut String, place: &Place) {
    if let Some(page) = place.page {
        let _ = write!(out, ", \"page\": {page}");
    }
    if let Some(area) = place.area {
        let point = |v: i32| f64::from(v) / 1000.0;
        let (x0, y0, x1, y1) = (point(area.x0), point(area.y0), point(area.x1), point(area.y1));
        let _ = write!(out, ", \"box\": [{x0}, {y0}, {x1}, {y1}]");
    }
}

fn json_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn csv_row(out: &mut String, columns: u16, row: &Row) {
    let mut cells = row.cells.iter().peekable();
    for column in 0..columns.max(1) {
        if column > 0 {
            out.push(',');
        }
        if let Some(cell) = cells.next_if(|cell| cell.column <= column) {
            csv_text(out, &text(cell));
        }
    }
    out.push_str("\r\n");
}

fn csv_text(out: &mut String, text: &str) {
    if text.contains(['"', ',', '\n', '\r']) {
        let _ = write!(out, "\"{}\"", text.replace('"', "\"\""));
    } else {
        out.push_str(text);
    }
}

fn html_row(out: &mut String, row: &Row) {
    out.push_str("<tr>");
    for cell in &row.cells {
        out.push_str("<td");
        if cell.row_span > 1 {
            let _ = write!(out, " rowspan=\"{}\"", cell.row_span);
        }
        if cell.column_span > 1 {
            let _ = write!(out, " colspan=\"{}\"", cell.column_span);
        }
        out.push('>');
        html_text(out, &text(cell));
        out.push_str("</td>");
    }
    out.push_str("</tr>\n");
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
    use jixiao_model::Line;

    use super::*;

    fn reading() -> Reading {
        let cell = |column, row_span, text: &str| Cell {
            column,
            column_span: 1,
            row_span,
            lines: vec![Line { text: text.to_owned(), ..Line::default() }],
            parts: Vec::new(),
        };
        let row = |cells| Row { cells, ..Row::default() };
        let rows = vec![row(vec![cell(0, 2, "甲\"乙"), cell(1, 1, "<5")]), row(vec![cell(1, 1, "6")])];
        let table = Table { origin: Origin::Ruled, columns: 2, rows, joins: Vec::new() };
        Reading { blocks: vec![Block::Table(table)], ..Reading::default() }
    }

    #[test]
    fn csv_quotes_and_keeps_columns() {
        assert_eq!(tables_csv(&reading()), "\"甲\"\"乙\",<5\r\n,6\r\n");
    }

    #[test]
    fn html_has_spans_and_escapes() {
        assert!(
            tables_html(&reading())
                .contains("<tr><td rowspan=\"2\">甲\"乙</td><td>&lt;5</td></tr>\n<tr><td>6</td></tr>")
        );
    }

    #[test]
    fn json_parses() {
        let value: serde_json::Value = serde_json::from_str(&tables_json(&reading())).unwrap();
        assert_eq!(value["tables"][0]["rows"][0]["cells"][0]["text"], "甲\"乙");
    }
}
