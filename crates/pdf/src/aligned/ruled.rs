//! Rules in one direction: the rows of a table whose columns only the text tells.

use super::cells::overlap;
use super::{Block, Place, Region};
use crate::grid;
use crate::lines::{TextLine, joined};
use crate::page::{Rule, mean, middle};

/// Levels of rules that make a table, whatever stands between them: its top, its bottom and one between.
const TABLE_LEVELS: usize = 3;

/// How far (1/1000 pt) the rules of a table stand outside its text.
const SLACK: i32 = 15_000;

/// The rules around and between the lines of a region.
pub(super) struct Levels {
    /// From top to bottom.
    pub(super) at: Vec<i32>,
}

impl Levels {
    pub(super) fn of(rows: &[Vec<TextLine>], rules: &[Rule]) -> Self {
        let area = super::rows::hull(rows.iter().flatten().map(|piece| piece.area));
        // Underlines and strokes of drawings are shorter than half of the text's width.
        let near = |rule: &&Rule| rule.at >= area.y0 - SLACK && rule.at <= area.y1 + SLACK;
        let wide = |rule: &&Rule| i64::from(rule.to - rule.from) * 2 > i64::from(area.x1 - area.x0);
        Self { at: grid::cluster(rules.iter().filter(near).filter(wide).map(|rule| rule.at).collect()) }
    }

    pub(super) fn is_table(&self) -> bool {
        self.at.len() >= TABLE_LEVELS
    }
}

/// The rows that rules part: tops and bottoms, and for every line of text the first and the number of rows of its cell.
pub(super) struct Bands {
    levels: Vec<i32>,
    rules: Vec<Rule>,
}

impl Bands {
    /// `open` tells whether the first row may lack its top and the last its bottom, at the end of a page.
    pub(super) fn of(region: &Region, open: (bool, bool)) -> Self {
        let area = super::rows::hull(region.rows.iter().flatten().map(|piece| piece.area));
        let near = |rule: &&Rule| rule.at >= area.y0 - SLACK && rule.at <= area.y1 + SLACK;
        let rules: Vec<Rule> = region.rules.iter().filter(near).copied().collect();
        let mut levels = grid::cluster(rules.iter().map(|rule| rule.at).collect());
        let outside = |above: bool| {
            let edge = if above { levels.first() } else { levels.last() };
            edge.is_none_or(|edge| if above { area.y0 < edge - SLACK / 3 } else { area.y1 > edge + SLACK / 3 })
        };
        // A row that fills the page has no rule at all.
        let bare = levels.is_empty() && open.0;
        let (top, bottom) = (open.0 && outside(true), (open.1 || bare) && outside(false));
        if top {
            levels.insert(0, area.y0);
        }
        if bottom {
            levels.push(area.y1);
        }
        Self { levels, rules }
    }

    pub(super) fn bounds(&self) -> Vec<(i32, i32)> {
        self.levels.windows(2).map(|pair| (pair[0], pair[1])).collect()
    }

    /// The number of bands that look like a row, and of rows that seem to be left in the others.
    pub(super) fn rows(&self, rows: &[Vec<TextLine>]) -> (usize, usize) {
        let (mut parted, mut left) = (0, 0);
        let mut rest = rows;
        for pair in self.levels.windows(2) {
            let below = rest.partition_point(|row| line_middle(row) < pair[1]);
            let band = &rest[rest[..below].partition_point(|row| line_middle(row) < pair[0])..below];
            rest = &rest[below..];
            match band.len() {
                0 => {}
                1..=LOW => parted += 1,
                _ => left += band.iter().filter(|row| row.len() > 1 && !goes_on(row, band)).count(),
            }
        }
        (parted, left)
    }

    /// For every square of the grid between `edges`, row by row: no rule parts it from the one below.
    pub(super) fn open_below(&self, edges: &[i32]) -> Vec<bool> {
        let middles: Vec<i32> = edges.windows(2).map(|pair| mean(pair[0], pair[1])).collect();
        let mut open = vec![true; middles.len() * self.levels.len().saturating_sub(1)];
        for rule in &self.rules {
            let Some(row) = grid::nearest(&self.levels, rule.at).checked_sub(1) else { continue };
            let over = middles.iter().enumerate().filter(|(_, x)| rule.from <= **x && **x <= rule.to);
            for (column, _) in over {
                if let Some(square) = open.get_mut(row * middles.len() + column) {
                    *square = false;
                }
            }
        }
        open
    }

    /// First row and number of rows of the cell that a piece of text stands in; `None` outside of all.
    fn cell(&self, piece: &TextLine) -> Option<(usize, usize)> {
        let (x, y) = middle(piece.area);
        let over = |rule: &&Rule| rule.from <= x && x <= rule.to;
        let below = self.rules.partition_point(|rule| rule.at < y);
        let top = self.rules[..below].iter().rev().find(over).map(|rule| grid::nearest(&self.levels, rule.at));
        let bottom = self.rules[below..].iter().find(over).map(|rule| grid::nearest(&self.levels, rule.at));
        let (first, last) = (*self.levels.first()?, *self.levels.last()?);
        let inside = first <= y && y <= last;
        let (top, bottom) = (top.unwrap_or(0), bottom.unwrap_or(self.levels.len() - 1));
        (inside && top < bottom).then_some((top, bottom - top))
    }

    /// The cells of the region's text, and the lines that stand in none.
    pub(super) fn cells(&self, rows: Vec<Vec<TextLine>>) -> (Vec<(Block, Place)>, Vec<Vec<TextLine>>) {
        let mut cells: Vec<(Block, Place)> = Vec::new();
        let mut outside = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for row in rows {
            let mut lost = Vec::new();
            for piece in row {
                match self.cell(&piece) {
                    Some((first, count)) => {
                        open.retain(|i| cells[*i].1.row + cells[*i].1.row_span > first || cells[*i].1.row >= first);
                        put(&mut cells, &mut open, piece, (first, count));
                    }
                    None => lost.push(piece),
                }
            }
            if !lost.is_empty() {
                outside.push(lost);
            }
        }
        cells.retain(|(block, _)| !block.lines.is_empty());
        (cells, outside)
    }
}

/// Lines of text in a band that is a row for certain.
const LOW: usize = 3;

fn line_middle(row: &[TextLine]) -> i32 {
    row.first().map_or(0, |piece| middle(piece.area).1)
}

/// A piece of the line is about as wide as any that begins at its edge: it goes on in the next line.
fn goes_on(row: &[TextLine], band: &[Vec<TextLine>]) -> bool {
    let width = |piece: &TextLine| piece.area.x1 - piece.area.x0;
    let widest = |piece: &TextLine| {
        let same = |other: &&TextLine| (other.area.x0 - piece.area.x0).abs() <= SAME_EDGE;
        band.iter().flatten().filter(same).map(width).max().unwrap_or(0)
    };
    let wide = |piece: &&TextLine| width(piece) > piece.size * 4;
    row.iter().filter(wide).any(|piece| i64::from(width(piece)) * 100 >= i64::from(widest(piece)) * 85)
}

/// Left edges within this distance (1/1000 pt) are one.
const SAME_EDGE: i32 = 2_000;

/// Puts a piece to the cell that it goes on, or begins one.
fn put(cells: &mut Vec<(Block, Place)>, open: &mut Vec<usize>, piece: TextLine, (row, row_span): (usize, usize)) {
    let same = |i: &usize| cells[*i].1.row == row && cells[*i].1.row_span == row_span;
    let over: Vec<usize> = open.iter().copied().filter(|i| same(i) && overlap(cells[*i].0.area, piece.area)).collect();
    match over.as_slice() {
        [] => {
            open.push(cells.len());
            let place = Place { row, row_span, column: 0, column_span: 1 };
            cells.push((Block::of(vec![piece]), place));
        }
        [first, rest @ ..] => {
            let mut lines = std::mem::take(&mut cells[*first].0.lines);
            for other in rest {
                lines.append(&mut cells[*other].0.lines);
            }
            lines.push(piece);
            cells[*first].0 = Block::of(in_lines(lines));
            // What was joined to another is empty, and taken out at the end.
            open.retain(|i| !rest.contains(i));
        }
    }
}

/// Pieces of one cell as lines: pieces of one printed line become one.
fn in_lines(mut pieces: Vec<TextLine>) -> Vec<TextLine> {
    pieces.sort_by_key(|piece| (piece.area.y0, piece.area.x0));
    let mut lines: Vec<TextLine> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match lines.pop() {
            Some(line) if piece.area.y0 - line.area.y0 < line.size / 3 => lines.extend(joined(vec![line, piece])),
            Some(line) => lines.extend([line, piece]),
            None => lines.push(piece),
        }
    }
    lines
}
