//! What the source says at a place.

use serde_json::Value;

use crate::expectation::{Comparable, rows};

/// Where a row stands: line of a text, or page and box of a PDF (points from the top left).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Place {
    /// 1-based line.
    pub line: Option<i64>,
    /// 1-based page.
    pub page: Option<i64>,
    /// Top and bottom edge on the page.
    edges: Option<(f64, f64)>,
}

impl Place {
    pub(crate) fn of(row: &Value) -> Self {
        let whole = |key: &str| row.get(key).and_then(Value::as_i64);
        let edge = |key: &str| row.get(key).and_then(Value::as_f64);
        Self { line: whole("line"), page: whole("page"), edges: edge("y0").zip(edge("y1")) }
    }

    /// `line 66` or `page 3`; empty where nothing is known.
    pub fn describe(&self) -> String {
        match (self.line, self.page) {
            (Some(line), _) => format!("line {line}"),
            (None, Some(page)) => format!("page {page}"),
            (None, None) => String::new(),
        }
    }

    /// Order in the document.
    fn order(&self) -> (Option<i64>, Option<i64>, f64) {
        (self.page.filter(|_| self.line.is_none()), self.line, self.edges.map_or(0.0, |(top, _)| top))
    }

    /// The cell stands in the same line, or beside this place on its page.
    fn meets(&self, cell: &Self) -> bool {
        let overlap = |((top, bottom), (other_top, other_bottom)): ((f64, f64), (f64, f64))| {
            top < other_bottom && other_top < bottom
        };
        match self.line {
            Some(_) => self.line == cell.line,
            None => self.page.is_some() && self.page == cell.page && self.edges.zip(cell.edges).is_some_and(overlap),
        }
    }
}

/// Characters by which the cell of a field is known.
const ENOUGH: usize = 16;

/// Where the text of a field of a form stands: the first cell from the form's title on that begins like it.
pub(crate) fn place_of_text(document: &Comparable, title: &Place, text: &str) -> Option<Place> {
    let beginning: String = text.chars().take(ENOUGH).collect();
    let begins = |cell: &&Value| cell.get("text").and_then(Value::as_str).is_some_and(|t| t.starts_with(&beginning));
    let cells = rows(&document.0, "cells").iter();
    cells.filter(begins).map(Place::of).find(|place| place.order() >= title.order())
}

/// The cells of the tables at a place as they were found in the source, from left to right; `None` where no table is.
/// The document must have been read with its cells.
pub(crate) fn source_text(document: &Comparable, place: &Place) -> Option<String> {
    let cells = rows(&document.0, "cells");
    let first = cells.iter().find(|cell| place.meets(&Place::of(cell)))?;
    let row = |cell: &Value| (cell.get("table_ordinal").cloned(), cell.get("row_ordinal").cloned());
    let of_row = cells.iter().filter(|cell| row(cell) == row(first));
    let texts: Vec<&str> = of_row.filter_map(|cell| cell.get("text").and_then(Value::as_str)).collect();
    Some(texts.join(" | ")).filter(|text| !text.is_empty())
}
