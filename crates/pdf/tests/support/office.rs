//! Lays tables out on pages as office programs do: cells filled from the top, rows cut between their lines where a page
//! ends, merged labels printed once, header rows printed again, and a border around every cell made of thin filled boxes.
#![allow(dead_code, unreachable_pub, reason = "every test binary uses a part of it")]

use super::{Draw, Made};

const SIZE: f64 = 10.0;
const LEADING: f64 = 14.0;
const PAD: f64 = 5.4;
const MARGIN: f64 = 72.0;

/// A cell: row, column, rows, columns, text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub row: usize,
    pub column: usize,
    pub rows: usize,
    pub columns: usize,
    pub text: String,
}

/// A table as its author means it.
pub struct Table {
    /// Edges of the columns.
    pub xs: Vec<f64>,
    pub cells: Vec<Cell>,
    /// Rows at the top that are printed again on each page.
    pub header: usize,
}

impl Table {
    pub fn new(xs: &[f64]) -> Self {
        Self { xs: xs.to_vec(), cells: Vec::new(), header: 0 }
    }

    pub fn cell(&mut self, row: usize, column: usize, (rows, columns): (usize, usize), text: &str) {
        self.cells.push(Cell { row, column, rows, columns, text: text.to_owned() });
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.cells.iter().map(|cell| cell.row + cell.rows).max().unwrap_or(0)
    }

    fn width(&self, cell: &Cell) -> f64 {
        self.xs[cell.column + cell.columns] - self.xs[cell.column]
    }

    fn lines(&self, cell: &Cell) -> Vec<String> {
        let room = ((self.width(cell) - 2.0 * PAD) / SIZE) as usize;
        cell.text.chars().collect::<Vec<char>>().chunks(room.max(1)).map(|line| line.iter().collect()).collect()
    }

    /// Lines of the highest cell that begins and ends in a row.
    fn height(&self, row: usize) -> usize {
        let inside = self.cells.iter().filter(|cell| cell.row == row && cell.rows == 1);
        inside.map(|cell| self.lines(cell).len()).max().unwrap_or(1).max(1)
    }
}

/// The part of a row that stands on one page: row, first line, lines.
type Piece = (usize, usize, usize);

/// Draws a table from the top of a new page on. Gives how many rows were cut.
pub fn draw(made: &mut Made, table: &Table) -> usize {
    made.draw = Draw::Thin;
    let pages = paginate(table, f64::from(made.height));
    let cut = pages.iter().flatten().filter(|(row, first, _)| *first > 0 && *row >= table.header).count();
    let mut printed = vec![0; table.cells.len()];
    for pieces in pages {
        if !made.page().is_empty() {
            made.pages.push(String::new());
        }
        draw_page(made, table, &pieces, &mut printed);
    }
    cut
}

fn paginate(table: &Table, height: f64) -> Vec<Vec<Piece>> {
    let header: Vec<Piece> = (0..table.header).map(|row| (row, 0, table.height(row))).collect();
    let mut pages = vec![header.clone()];
    let mut y = MARGIN + pieces_height(&header);
    for row in table.header..table.rows() {
        let (mut first, total) = (0, table.height(row));
        while first < total {
            let room = ((height - MARGIN - y - 2.0 * PAD) / LEADING).floor() as usize;
            if room == 0 || height - MARGIN - y < 2.0 * PAD + LEADING {
                pages.push(header.clone());
                y = MARGIN + pieces_height(&header);
                continue;
            }
            let count = (total - first).min(room);
            pages.last_mut().expect("a page was begun").push((row, first, count));
            y += count as f64 * LEADING + 2.0 * PAD;
            first += count;
        }
    }
    pages
}

fn pieces_height(pieces: &[Piece]) -> f64 {
    pieces.iter().map(|piece| piece.2 as f64 * LEADING + 2.0 * PAD).sum()
}

/// Draws the pieces of one page. `printed` counts the lines of every cell that stand on the pages before.
fn draw_page(made: &mut Made, table: &Table, pieces: &[Piece], printed: &mut [usize]) {
    let mut tops = vec![MARGIN];
    for i in 0..pieces.len() {
        tops.push(tops[i] + pieces_height(&pieces[i..=i]));
    }
    for (cell, printed) in table.cells.iter().zip(printed) {
        let here: Vec<usize> =
            (0..pieces.len()).filter(|i| (cell.row..cell.row + cell.rows).contains(&pieces[*i].0)).collect();
        let (Some(top), Some(bottom)) = (here.first(), here.last()) else { continue };
        let (x0, x1) = (table.xs[cell.column], table.xs[cell.column + cell.columns]);
        let (y0, y1) = (tops[*top], tops[bottom + 1]);
        for (a, b) in [((x0, y0), (x1, y0)), ((x0, y1), (x1, y1)), ((x0, y0), (x0, y1)), ((x1, y0), (x1, y1))] {
            made.rule(a.0, a.1, b.0, b.1);
        }
        if cell.row < table.header {
            *printed = 0;
        }
        let room = ((y1 - y0 - 2.0 * PAD) / LEADING).round() as usize;
        for (i, line) in table.lines(cell).iter().skip(*printed).take(room).enumerate() {
            made.text(x0 + PAD, y0 + PAD + SIZE + i as f64 * LEADING, SIZE, line);
        }
        *printed += room;
    }
}
