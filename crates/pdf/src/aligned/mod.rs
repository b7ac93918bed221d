//! Tables without column lines: columns from the alignment of text, rows from its distances and from whatever rules
//! there are.
//!
//! A page alone shows too little of such a table: which texts share an edge, and how far lines of one cell are apart,
//! is asked of all pages that the table runs over.
//! So the page is only cut into regions here (`regions`), and regions become parts of tables when all pages are known
//! (`resolve`).

mod cells;
mod columns;
mod part;
mod rows;
mod ruled;
mod run;
mod spans;
mod tell;

use jixiao_model::Rect;

use crate::layout::{Item, line};
use crate::lines::{TextLine, percent};
use crate::page::Rule;

use cells::Block;
pub(crate) use run::resolve;

/// Text of one page that may be a table, between titles and ruled tables.
#[derive(Debug, Default)]
pub(crate) struct Region {
    /// Printed lines from top to bottom, cut where columns may part.
    pub(crate) rows: Vec<Vec<TextLine>>,
    /// Horizontal rules of the page that belong to no grid, from top to bottom.
    rules: Vec<Rule>,
    /// Width of the page.
    width: i32,
    /// The text by itself looks like a table; otherwise it can only be the rest of one.
    is_table: bool,
}

impl Region {
    pub(crate) fn area(&self) -> Rect {
        rows::hull(self.rows.iter().flatten().map(|piece| piece.area))
    }

    /// The region as lines of text.
    pub(crate) fn into_lines(self) -> impl Iterator<Item = Item> {
        self.rows.into_iter().filter_map(line)
    }
}

/// Where a cell stands in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    row: usize,
    row_span: usize,
    column: usize,
    column_span: usize,
}

/// A line larger than the text of the page by this share (percent) is a title and ends a table.
const TITLE: i32 = 120;

/// A distance between lines beyond this share of the em (percent) ends a table.
const APART: i32 = 600;

/// A head of several pieces is further from the table than this share of the em (percent).
const HEAD: i32 = 250;

/// The share of the page's height (percent) that is head and foot: 2 cm of an A4 page.
const EDGE: i32 = 7;

/// The same for large pages, in 1/1000 pt.
const MAX_EDGE: i32 = 57_000;

/// Cuts the lines outside ruled tables into titles, prose, and regions that may be tables.
pub(crate) fn regions(rows: Vec<Vec<TextLine>>, loose: &[Rule], (width, height): (i32, i32)) -> Vec<Item> {
    let usual = usual_size(&rows);
    let mut items = Vec::new();
    let mut open: Vec<Vec<TextLine>> = Vec::new();
    for row in rows {
        let title = row.iter().any(|piece| piece.size > percent(usual, TITLE));
        let far = open.last().is_some_and(|last| top(&row) - top(last) > percent(usual, APART));
        let edge = open.last().is_some_and(|last| zone(last, height) != zone(&row, height) && apart(last, &row, usual));
        if title || far || edge {
            items.extend(region(std::mem::take(&mut open), loose, width));
        }
        if title {
            items.extend(line(row));
        } else {
            open.push(row);
        }
    }
    items.extend(region(open, loose, width));
    items
}

/// A region, or the lines of one that cannot be a table.
fn region(rows: Vec<Vec<TextLine>>, loose: &[Rule], width: i32) -> Vec<Item> {
    let is_table = tell::is_table(&rows, loose);
    if !is_table && rows.iter().all(|row| row.len() < 2) {
        return rows.into_iter().filter_map(line).collect();
    }
    vec![Item::Region(Region { rows, rules: loose.to_vec(), width, is_table })]
}

/// One of two lines is the head or foot of a page, and stands further from the other than rows do. Most heads are one
/// piece; several are like a row, which narrow margins leave at the edge of the page.
fn apart(above: &[TextLine], below: &[TextLine], usual: i32) -> bool {
    let one = above.len() == 1 || below.len() == 1;
    top(below) - bottom(above) > if one { usual } else { percent(usual, HEAD) }
}

/// Heads and feet of pages never belong to a table: 0 for the head, 1 for the body, 2 for the foot.
fn zone(row: &[TextLine], height: i32) -> u8 {
    let (top, edge) = (top(row), percent(height, EDGE).min(MAX_EDGE));
    if top < edge { 0 } else { 1 + u8::from(top > height - edge) }
}

fn top(row: &[TextLine]) -> i32 {
    row.iter().map(|piece| piece.area.y0).min().unwrap_or(0)
}

fn bottom(row: &[TextLine]) -> i32 {
    row.iter().map(|piece| piece.area.y1).max().unwrap_or(0)
}

fn usual_size(rows: &[Vec<TextLine>]) -> i32 {
    let mut sizes: Vec<i32> = rows.iter().flatten().map(|piece| piece.size).collect();
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied().unwrap_or(0)
}
