//! Placed cells → the part of a table on a page, with its empty cells.

use std::collections::BTreeMap;

use jixiao_model::{Origin, Rect};

use super::Place;
use super::cells::Block;
use crate::layout::{Item, Part, PartCell, line};
use crate::lines::TextLine;

/// What one page shows of a table.
#[derive(Default)]
pub(super) struct Sketch {
    /// Width of the page.
    pub(super) width: i32,
    /// Tops and bottoms of rows.
    pub(super) bounds: Vec<(i32, i32)>,
    /// Positions of the lines between columns, one more than columns.
    pub(super) edges: Vec<i32>,
    pub(super) cells: Vec<(Block, Place)>,
    /// Lines over and under the table.
    pub(super) above: Vec<Vec<TextLine>>,
    pub(super) below: Vec<Vec<TextLine>>,
    /// For every square of the grid, row by row: nothing parts it from the one below, if both are empty.
    pub(super) open_below: Vec<bool>,
    /// Nothing contradicts the rows that cells were given.
    pub(super) sound: bool,
}

impl Sketch {
    /// What turned out to be no table.
    pub(super) fn only_lines(mut self, blocks: Vec<Block>) -> Self {
        let mut lines: Vec<TextLine> = blocks.into_iter().flat_map(|block| block.lines).collect();
        lines.sort_by_key(|line| (line.area.y0, line.area.x0));
        self.above.extend(lines.into_iter().map(|line| vec![line]));
        self
    }
}

/// The widest text of the cells with some first column and number of columns.
pub(super) type Widths = BTreeMap<(usize, usize), i32>;

/// The items of a page: lines, the part, lines. `widths` tells how wide text can be.
pub(super) fn part(mut sketch: Sketch, widths: &Widths) -> Vec<Item> {
    let (above, below) = (std::mem::take(&mut sketch.above), std::mem::take(&mut sketch.below));
    let mut items: Vec<Item> = above.into_iter().filter_map(line).collect();
    if !sketch.bounds.is_empty() && sketch.edges.len() > 1 && !sketch.cells.is_empty() {
        items.push(Item::Part(sketch.table(widths)));
    }
    items.extend(below.into_iter().filter_map(line));
    items
}

impl Sketch {
    fn table(mut self, widths: &Widths) -> Part {
        let placed = self.placed();
        let cell = |(lines, place): (Vec<TextLine>, Place)| {
            let area = self.area(place);
            let widest = widths.get(&(place.column, place.column_span)).copied();
            let inner = widest.unwrap_or(area.x1 - area.x0);
            PartCell { row: place.row, row_span: place.row_span, area, inner, lines }
        };
        let mut cells: Vec<PartCell> = placed.into_iter().map(cell).collect();
        cells.sort_by_key(|cell| (cell.row, cell.area.x0));
        let (rows, columns) = (self.bounds.len(), self.edges.len() - 1);
        Part {
            origin: Origin::Aligned,
            area: self.area(Place { row: 0, row_span: rows, column: 0, column_span: columns }),
            frame: (0, self.width),
            spans_known: self.sound,
            rows,
            cells,
        }
    }

    /// The cells on squares of their own, and the empty ones between them.
    fn placed(&mut self) -> Vec<(Vec<TextLine>, Place)> {
        let columns = self.edges.len() - 1;
        let mut squares = Squares { taken: vec![None; self.bounds.len() * columns], columns };
        let mut placed: Vec<(Vec<TextLine>, Place)> = Vec::new();
        self.cells.sort_by_key(|(block, place)| (place.row, block.area.x0, block.area.y0));
        for (block, place) in self.cells.drain(..) {
            squares.put(block, place, &mut placed);
        }
        placed.extend(squares.empty(&self.open_below).into_iter().map(|place| (Vec::new(), place)));
        placed
    }

    fn area(&self, place: Place) -> Rect {
        Rect {
            x0: self.edges[place.column],
            y0: self.bounds[place.row].0,
            x1: self.edges[place.column + place.column_span],
            y1: self.bounds[place.row + place.row_span - 1].1,
        }
    }
}

/// Which cell has which squares of the grid, row by row.
struct Squares {
    taken: Vec<Option<usize>>,
    columns: usize,
}

impl Squares {
    /// Puts a block where it belongs, as far as that is free; on a square that is taken it joins the cell there.
    fn put(&mut self, block: Block, place: Place, placed: &mut Vec<(Vec<TextLine>, Place)>) {
        let rows = self.taken.len() / self.columns;
        let row = place.row.min(rows - 1);
        let column = place.column.min(self.columns - 1);
        let free =
            |column: usize, row: usize| column < self.columns && self.taken[row * self.columns + column].is_none();
        // A block that others crowd out moves to the right, and keeps its order in the row.
        let Some(first) = (column..self.columns).find(|column| free(*column, row)) else {
            if let Some(cell) = self.taken[row * self.columns + column] {
                placed[cell].0.extend(block.lines);
            }
            return;
        };
        let last = (place.column + place.column_span).clamp(first + 1, self.columns);
        let column_span = (first..last).take_while(|column| free(*column, row)).count();
        let clear = |row: &usize| (first..first + column_span).all(|column| free(column, *row));
        let row_span = (row..(row + place.row_span).min(rows)).take_while(clear).count().max(1);
        for row in row..row + row_span {
            self.taken[row * self.columns + first..][..column_span].fill(Some(placed.len()));
        }
        placed.push((block.lines, Place { row, row_span, column: first, column_span }));
    }

    /// The squares that are left, as cells.
    fn empty(&self, open_below: &[bool]) -> Vec<Place> {
        let mut empty: Vec<Place> = Vec::new();
        for column in 0..self.columns {
            let mut open = false;
            for (row, square) in (column..self.taken.len()).step_by(self.columns).enumerate() {
                let free = self.taken[square].is_none();
                match empty.last_mut() {
                    Some(place) if open && free => place.row_span += 1,
                    _ if free => empty.push(Place { row, row_span: 1, column, column_span: 1 }),
                    _ => {}
                }
                open = free && open_below.get(square).copied().unwrap_or(false);
            }
        }
        empty
    }
}
