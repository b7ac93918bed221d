//! Putting the cells of a shifted row back under their headings.

/// What a column takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Any text.
    Text,
    /// A number, a dash, or (rarely) a word in its place.
    Number,
}

/// A cell to be placed: its column as printed, and whether it reads as a number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loose {
    pub(crate) column: u16,
    pub(crate) number: bool,
}

/// Cost of one column between a cell and its heading, of a cell of the wrong type, of leaving a cell out, and of one
/// column of shift of the whole row.
/// A row shifted as a whole must be cheaper than its cells misplaced one by one.
const PER_COLUMN: i32 = 3;
const WRONG_TYPE: i32 = 7;
const LEFT_OUT: i32 = 40;
const PER_SHIFT: i32 = 2;
/// Rows are shifted by few columns.
const MAX_SHIFT: i32 = 3;

/// For each cell the index of the heading it belongs under; order is kept, a heading takes at most one cell.
pub(crate) fn align(cells: &[Loose], headings: &[(u16, Takes)]) -> Vec<Option<usize>> {
    let (mut least, mut best) = align_with(cells, headings, 0);
    for shift in (1..=MAX_SHIFT).flat_map(|s| [-s, s]) {
        // Most rows are not shifted: what the shift alone costs is too much for them.
        if shift.abs() * PER_SHIFT < least {
            let (cost, places) = align_with(cells, headings, shift);
            if cost < least {
                (least, best) = (cost, places);
            }
        }
    }
    best
}

fn align_with(cells: &[Loose], headings: &[(u16, Takes)], shift: i32) -> (i32, Vec<Option<usize>>) {
    let width = headings.len() + 1;
    let at = |c: usize, h: usize| c * width + h;
    // cost[c][h]: cells from c on, headings from h on.
    let mut cost = vec![0; (cells.len() + 1) * width];
    for c in (0..cells.len()).rev() {
        for h in (0..width).rev() {
            let mut best = LEFT_OUT + cost[at(c + 1, h)];
            if let Some(heading) = headings.get(h) {
                best = best.min(cost[at(c, h + 1)]).min(place_cost(cells[c], *heading, shift) + cost[at(c + 1, h + 1)]);
            }
            cost[at(c, h)] = best;
        }
    }
    let mut places = Vec::with_capacity(cells.len());
    let (mut c, mut h) = (0, 0);
    while c < cells.len() {
        let here = cost[at(c, h)];
        match headings.get(h) {
            Some(heading) if here == place_cost(cells[c], *heading, shift) + cost[at(c + 1, h + 1)] => {
                places.push(Some(h));
                (c, h) = (c + 1, h + 1);
            }
            Some(_) if here == cost[at(c, h + 1)] => h += 1,
            _ => {
                places.push(None);
                c += 1;
            }
        }
    }
    (cost[0] + shift.abs() * PER_SHIFT, places)
}

fn place_cost(cell: Loose, (column, takes): (u16, Takes), shift: i32) -> i32 {
    let distance = (i32::from(cell.column) + shift - i32::from(column)).abs();
    let wrong = cell.number != (takes == Takes::Number);
    distance * PER_COLUMN + if wrong { WRONG_TYPE } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADINGS: [(u16, Takes); 6] = [
        (1, Takes::Text),
        (2, Takes::Text),
        (3, Takes::Text),
        (4, Takes::Number),
        (5, Takes::Number),
        (6, Takes::Number),
    ];

    fn check(cells: &[(u16, bool)], expected: &[usize]) {
        let cells: Vec<_> = cells.iter().map(|&(column, number)| Loose { column, number }).collect();
        let expected: Vec<_> = expected.iter().map(|&h| Some(h)).collect();
        assert_eq!(align(&cells, &HEADINGS), expected);
    }

    #[test]
    fn rows_in_place_and_shifted() {
        check(&[(1, false), (2, false), (3, false), (4, true), (5, true)], &[0, 1, 2, 3, 4]);
        check(&[(0, false), (1, false), (2, false), (3, true), (4, true)], &[0, 1, 2, 3, 4]);
        check(&[(2, false)], &[1]);
        check(&[(4, true), (6, true)], &[3, 5]);
        check(&[(1, false), (2, false), (3, false), (4, true), (5, true), (6, false)], &[0, 1, 2, 3, 4, 5]);
    }
}
