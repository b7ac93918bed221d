//! Gives every cell of a table a place of its own.
//!
//! Cells of one page never overlap. Where pages are joined, edges of columns that lie close together become one, and cells
//! that go on from page to page grow: two cells can then claim one place. No text is lost here; what gives way is a span.

use jixiao_model::{Cell, Row};

/// A cell that still covers a column.
#[derive(Debug, Clone, Copy)]
struct Cover {
    /// Where it begins.
    row: usize,
    index: usize,
    /// First row that it leaves free.
    end: usize,
}

/// Settles all claims from top to bottom and from left to right. Cells are ordered by column, before and after.
pub(crate) fn settle(rows: &mut [Row], columns: u16) {
    let columns = usize::from(columns).max(1);
    let mut covers: Vec<Option<Cover>> = vec![None; columns];
    for row in 0..rows.len() {
        let below = (rows.len() - row).min(usize::from(u16::MAX)) as u16;
        let mut settled: Vec<Cell> = Vec::new();
        for mut cell in std::mem::take(&mut rows[row].cells) {
            cell.row_span = cell.row_span.min(below);
            let first = usize::from(cell.column).min(columns - 1);
            let claim = first..(first + usize::from(cell.column_span.max(1))).min(columns);
            let free = |column: &usize| covers[*column].is_none_or(|cover| cover.end <= row);
            let Some(first) = claim.clone().find(free) else {
                make_room(rows, &mut settled, &mut covers, (row, claim.start), cell);
                continue;
            };
            let last = (first..claim.end).take_while(free).last().unwrap_or(first);
            (cell.column, cell.column_span) = (first as u16, (last + 1 - first) as u16);
            let end = row + usize::from(cell.row_span);
            covers[first..=last].fill(Some(Cover { row, index: settled.len(), end }));
            settled.push(cell);
        }
        rows[row].cells = settled;
    }
    for row in rows {
        row.cells.sort_by_key(|cell| cell.column);
    }
}

/// The whole claim of a cell is covered. A cell from above ends here; one of the same row takes the text in.
fn make_room(
    rows: &mut [Row],
    settled: &mut Vec<Cell>,
    covers: &mut [Option<Cover>],
    (row, column): (usize, usize),
    mut cell: Cell,
) {
    let Some(cover) = covers[column] else { return };
    if cover.row == row {
        let taker = &mut settled[cover.index];
        taker.lines.append(&mut cell.lines);
        taker.parts.append(&mut cell.parts);
        return;
    }
    let upper = &mut rows[cover.row].cells[cover.index];
    upper.row_span = (row - cover.row) as u16;
    let freed = usize::from(upper.column)..usize::from(upper.column) + usize::from(upper.column_span);
    covers[freed].fill(None);
    (cell.column, cell.column_span) = (column as u16, 1);
    let end = row + usize::from(cell.row_span);
    covers[column] = Some(Cover { row, index: settled.len(), end });
    settled.push(cell);
}

#[cfg(test)]
mod tests {
    use jixiao_model::Line;

    use super::*;

    fn cell(column: u16, column_span: u16, row_span: u16) -> Cell {
        let line = Line { text: format!("{column}"), ..Line::default() };
        Cell { column, column_span, row_span, lines: vec![line], parts: Vec::new() }
    }

    /// Column, column span, row span and number of lines of every cell after settling.
    fn settled(rows: &[&[Cell]], columns: u16) -> Vec<Vec<(u16, u16, u16, usize)>> {
        let mut rows: Vec<Row> = rows.iter().map(|cells| Row { cells: cells.to_vec(), ..Row::default() }).collect();
        settle(&mut rows, columns);
        let shape = |c: &Cell| (c.column, c.column_span, c.row_span, c.lines.len());
        rows.iter().map(|row| row.cells.iter().map(shape).collect()).collect()
    }

    #[test]
    fn cells_with_places_of_their_own_stay() {
        let rows = [&[cell(0, 1, 2), cell(1, 2, 1)][..], &[cell(1, 1, 1), cell(2, 1, 1)]];
        assert_eq!(settled(&rows, 3), [vec![(0, 1, 2, 1), (1, 2, 1, 1)], vec![(1, 1, 1, 1), (2, 1, 1, 1)]]);
    }

    #[test]
    fn a_cell_takes_the_free_part_of_its_claim() {
        let rows = [&[cell(0, 2, 2)][..], &[cell(1, 2, 1)]];
        assert_eq!(settled(&rows, 3), [vec![(0, 2, 2, 1)], vec![(2, 1, 1, 1)]]);
    }

    #[test]
    fn a_cell_from_above_ends_where_another_has_no_place() {
        let rows = [&[cell(0, 2, 3)][..], &[cell(0, 1, 1)], &[]];
        assert_eq!(settled(&rows, 2), [vec![(0, 2, 1, 1)], vec![(0, 1, 1, 1)], vec![]]);
    }

    #[test]
    fn two_cells_at_one_place_become_one() {
        let rows = [&[cell(0, 1, 1), cell(0, 1, 1)][..]];
        assert_eq!(settled(&rows, 1), [vec![(0, 1, 1, 2)]]);
    }

    #[test]
    fn spans_end_inside_the_table() {
        assert_eq!(settled(&[&[cell(0, 1, 9)][..]], 1), [vec![(0, 1, 1, 1)]]);
    }
}
