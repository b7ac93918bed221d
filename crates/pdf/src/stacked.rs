//! Rows between which no rule is drawn.
//!
//! Tables of figures often have rules between groups of rows only: the rows of a group then lie in one drawn row, a line of
//! each in every cell, and the label of the group beside their middle. They are told from text that wraps, and from
//! headings on several lines, by what the cells show together: equally many lines at equal heights, far apart, lines that
//! the next one would have fitted on, and figures in each line of some.

use std::collections::BTreeMap;

use jixiao_model::Rect;

use crate::layout::{Part, PartCell};
use crate::lines::percent;
use crate::page::{Direction, mean};

/// Cells that must show the rows.
const CELLS: usize = 4;

/// Cells of them with a figure in every line.
const FIGURES: usize = 2;

/// Cells of them with lines that do not wrap. In a narrow cell a figure never fits on the line of another.
const NOT_WRAPPED: usize = 2;

/// How far apart lines of rows stand, from top to top, in percent of the em. Lines that wrap stand at 120 to 160 %.
const PITCH: i32 = 170;

/// How much the heights of the lines of one row may differ, in percent of the em.
const LEVEL: i32 = 30;

/// Room that a line must leave for it not to wrap, beyond the first word of the next line, in percent of the em.
const ROOM: i32 = 50;

/// Gives every row a row of its own.
pub(crate) fn split(mut part: Part) -> Part {
    let mut found: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
    for row in 0..part.rows {
        let own: Vec<&PartCell> = part.cells.iter().filter(|cell| cell.row == row && cell.row_span == 1).collect();
        if let Some(edges) = edges(&own) {
            found.insert(row, edges);
        }
    }
    // From the last on, so that the numbers of the rows before stay.
    for (row, edges) in found.into_iter().rev() {
        part.cells = part.cells.into_iter().flat_map(|cell| divided(cell, row, &edges)).collect();
        part.rows += edges.len();
    }
    part.cells.sort_by_key(|cell| (cell.row, cell.area.x0));
    part
}

/// Where the rows of one drawn row meet; `None` where it is one row.
fn edges(cells: &[&PartCell]) -> Option<Vec<i32>> {
    let count = cells.iter().map(|cell| cell.lines.len()).max().filter(|count| *count > 1)?;
    let stacks: Vec<&PartCell> = cells.iter().copied().filter(|cell| cell.lines.len() == count).collect();
    let figures = stacks.iter().filter(|cell| cell.lines.iter().all(|line| has_figure(&line.text))).count();
    let whole = stacks.iter().filter(|cell| !wraps(cell)).count();
    let others_are_labels = cells.iter().all(|cell| cell.lines.len() < 2 || cell.lines.len() == count);
    let stacked = stacks.len() >= CELLS && figures >= FIGURES && whole >= NOT_WRAPPED && others_are_labels;
    if !stacked || !stacks.iter().all(|cell| apart(cell)) {
        return None;
    }
    (1..count).map(|i| edge(&stacks, i)).collect()
}

fn has_figure(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

/// Some line of the cell may go on in the next.
fn wraps(cell: &PartCell) -> bool {
    cell.lines.windows(2).any(|pair| {
        let (above, below) = (&pair[0], &pair[1]);
        above.area.x1 - above.area.x0 + below.lead + percent(above.size, ROOM) > cell.inner
    })
}

/// The lines of the cell are as far apart as rows.
fn apart(cell: &PartCell) -> bool {
    cell.lines.windows(2).all(|pair| {
        let pitch = pair[1].area.y0 - pair[0].area.y0;
        pair[0].direction == Direction::Right && pitch >= percent(pair[0].size, PITCH)
    })
}

/// The edge above the lines with a number, where these stand at one height.
fn edge(stacks: &[&PartCell], line: usize) -> Option<i32> {
    let tops = || stacks.iter().map(|cell| cell.lines[line].area.y0);
    let (highest, lowest) = (tops().min()?, tops().max()?);
    let above = stacks.iter().map(|cell| cell.lines[line - 1].area.y1).max()?;
    (lowest - highest <= percent(stacks[0].lines[line].size, LEVEL)).then(|| mean(above, highest))
}

/// What becomes of a cell where a row is divided.
fn divided(cell: PartCell, row: usize, edges: &[i32]) -> Vec<PartCell> {
    let more = edges.len();
    if cell.row > row {
        return vec![PartCell { row: cell.row + more, ..cell }];
    }
    if cell.row + cell.row_span <= row {
        return vec![cell];
    }
    if cell.row < row || cell.row_span > 1 || cell.lines.len() != more + 1 {
        return vec![PartCell { row_span: cell.row_span + more, ..cell }];
    }
    let PartCell { area, inner, lines, .. } = cell;
    let tops = std::iter::once(area.y0).chain(edges.iter().copied());
    let bottoms = edges.iter().copied().chain(std::iter::once(area.y1));
    let areas = tops.zip(bottoms).map(|(y0, y1)| Rect { y0, y1, ..area });
    let piece = |(i, (line, area))| PartCell { row: row + i, row_span: 1, area, inner, lines: vec![line] };
    lines.into_iter().zip(areas).enumerate().map(piece).collect()
}
