// What holds for every reading, whatever it was read from.

use std::collections::BTreeSet;

use jixiao_model::{Block, Line, Reading, Table};

/// Every cell of every table has its own place inside the table.
pub fn assert_sound(reading: &Reading) {
    for block in &reading.blocks {
        if let Block::Table(table) = block {
            assert_table(table);
        }
    }
}

fn assert_table(table: &Table) {
    let mut taken = BTreeSet::new();
    for (i, row) in table.rows.iter().enumerate() {
        assert!(row.cells.is_sorted_by_key(|cell| cell.column), "cells stand in order");
        for cell in &row.cells {
            assert!(cell.column_span > 0 && cell.row_span > 0, "a cell covers something");
            assert!(cell.column + cell.column_span <= table.columns, "columns are counted");
            assert!(i + usize::from(cell.row_span) <= table.rows.len(), "spans end inside the table");
            for r in i..i + usize::from(cell.row_span) {
                for c in cell.column..cell.column + cell.column_span {
                    assert!(taken.insert((r, c)), "two cells at row {r}, column {c}");
                }
            }
        }
    }
    assert!(table.joins.iter().all(|join| join.row < table.rows.len()), "joins name rows");
}

/// The characters of a reading, white space apart, in order of their codes; what joins left out counts too.
pub fn characters(reading: &Reading) -> Vec<char> {
    let mut text = String::new();
    for block in &reading.blocks {
        match block {
            Block::Paragraph(lines) => push(&mut text, lines),
            Block::Furniture(line) => text.push_str(&line.text),
            Block::PageBreak => {}
            Block::Table(table) => {
                table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| push(&mut text, &cell.lines));
                table.joins.iter().for_each(|join| text.push_str(&join.dropped));
            }
        }
    }
    sorted(&text)
}

fn push(text: &mut String, lines: &[Line]) {
    for line in lines {
        text.push_str(&line.text);
    }
}

/// The characters of a text, white space apart, in order of their codes.
pub fn sorted(text: &str) -> Vec<char> {
    let mut chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    chars.sort_unstable();
    chars
}
