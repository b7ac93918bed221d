//! The first rows of a part of a table: the header to know again, or the labels of a form.

use jixiao_model::without_space;

use crate::grid::SNAP;
use crate::layout::{Part, PartCell};

/// Edges of one column of a header on two pages differ by no more than this (1/1000 pt).
const SAME_EDGE: i32 = 4_000;

/// A cell of one of the first rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeadCell {
    pub(crate) x0: i32,
    pub(crate) x1: i32,
    pub(crate) row_span: usize,
    pub(crate) text: String,
}

/// The first rows of a part.
pub(crate) fn head_rows(part: &Part, count: usize) -> Vec<Vec<HeadCell>> {
    let x = part.frame.0;
    let cells = part.cells.iter().map(|cell| (cell.row, head_cell(cell, cell.area.x0 - x, cell.area.x1 - x)));
    by_row(cells, count)
}

pub(crate) fn head_cell(cell: &PartCell, x0: i32, x1: i32) -> HeadCell {
    HeadCell { x0, x1, row_span: cell.row_span, text: text(cell) }
}

pub(crate) fn by_row(cells: impl Iterator<Item = (usize, HeadCell)>, count: usize) -> Vec<Vec<HeadCell>> {
    let mut rows: Vec<Vec<HeadCell>> = Vec::new();
    for (row, cell) in cells.take_while(|(row, _)| *row < count) {
        rows.resize_with(rows.len().max(row + 1), Vec::new);
        rows[row].push(cell);
    }
    rows
}

pub(crate) fn same_row(a: &[HeadCell], b: &[HeadCell]) -> bool {
    let near = |a: i32, b: i32| (a - b).abs() <= SAME_EDGE.max(SNAP);
    let same = |a: &HeadCell, b: &HeadCell| near(a.x0, b.x0) && near(a.x1, b.x1) && a.text == b.text;
    !a.is_empty() && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

/// All rows are divided in one way: what stands below a header. The rows of a form's head differ.
pub(crate) fn is_list(rows: &[Vec<HeadCell>]) -> bool {
    let near = |a: &HeadCell, b: &HeadCell| (a.x0 - b.x0).abs() <= SNAP && (a.x1 - b.x1).abs() <= SNAP;
    let alike = |a: &[HeadCell], b: &[HeadCell]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| near(a, b));
    rows.len() > 1 && rows.windows(2).all(|pair| alike(&pair[0], &pair[1]))
}

/// No cell of the rows reaches beyond them.
pub(crate) fn closes(rows: &[Vec<HeadCell>]) -> bool {
    rows.iter().enumerate().all(|(i, row)| row.iter().all(|cell| i + cell.row_span <= rows.len()))
}

/// The text of a cell without white space.
pub(crate) fn text(cell: &PartCell) -> String {
    cell.lines.iter().map(|line| without_space(&line.text)).collect()
}
