//! Reading only some pages of a document.

use std::fmt;
use std::str::FromStr;

use jixiao_model::{Block, Cell, Line, ReadError, Reading, Row, Severity, Table};

/// Pages from the first to the last, both included, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRange {
    first: u32,
    last: u32,
}

impl FromStr for PageRange {
    type Err = String;

    /// `3`, `3-8`, `3-` or `-8`.
    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || format!("{text:?} is not a range of pages such as 3-8, 3-, -8 or 3");
        let number = |text: &str| text.trim().parse::<u32>().ok().filter(|page| *page > 0).ok_or_else(problem);
        let (first, last) = match text.split_once('-') {
            None => (number(text)?, number(text)?),
            Some(("", "")) => return Err(problem()),
            Some((first, last)) => (
                if first.is_empty() { 1 } else { number(first)? },
                if last.is_empty() { u32::MAX } else { number(last)? },
            ),
        };
        if first <= last { Ok(Self { first, last }) } else { Err(problem()) }
    }
}

impl fmt::Display for PageRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl PageRange {
    fn holds(self, page: Option<u32>) -> bool {
        page.is_some_and(|page| (self.first..=self.last).contains(&page))
    }

    /// Leaves only what stands on these pages.
    pub(crate) fn keep(self, reading: &mut Reading) -> Result<(), ReadError> {
        let Some(pages) = reading.pages else {
            let message = "--pages was given, but this text has no pages (no form feeds): leave --pages out";
            return Err(ReadError::NotReadable(message.to_owned()));
        };
        if self.first > pages {
            let message = format!("--pages begins at page {}, but the document has {pages}", self.first);
            return Err(ReadError::NotReadable(message));
        }
        let blocks = std::mem::take(&mut reading.blocks);
        reading.blocks = blocks.into_iter().filter_map(|block| self.kept_block(block)).collect();
        reading.diagnostics.retain(|finding| finding.place.page.is_none() || self.holds(finding.place.page));
        reading.partial &= reading.diagnostics.iter().any(|finding| finding.severity == Severity::Error);
        Ok(())
    }

    fn kept_block(self, block: Block) -> Option<Block> {
        match block {
            Block::Paragraph(lines) => {
                let lines: Vec<Line> = lines.into_iter().filter(|line| self.holds(line.place.page)).collect();
                (!lines.is_empty()).then_some(Block::Paragraph(lines))
            }
            Block::Table(table) => self.kept_table(table),
            Block::Furniture(line) => self.holds(line.place.page).then_some(Block::Furniture(line)),
            Block::PageBreak => Some(Block::PageBreak),
        }
    }

    /// The rows that begin on these pages. A merged cell that begins before them goes on in the first of them, with its
    /// text; what joins name moves with the rows.
    fn kept_table(self, mut table: Table) -> Option<Block> {
        let first = table.rows.iter().position(|row| self.holds(row.place.page))?;
        let count = table.rows[first..].iter().take_while(|row| self.holds(row.place.page)).count();
        let carried = carried(&table.rows[..first]);
        table.rows.truncate(first + count);
        table.rows.drain(..first);
        table.rows[0].cells.extend(carried);
        table.rows[0].cells.sort_by_key(|cell| cell.column);
        for (i, row) in table.rows.iter_mut().enumerate() {
            let below = u16::try_from(count - i).unwrap_or(u16::MAX);
            row.cells.iter_mut().for_each(|cell| cell.row_span = cell.row_span.min(below));
        }
        table.joins.retain(|join| (first..first + count).contains(&join.row));
        table.joins.iter_mut().for_each(|join| join.row -= first);
        Some(Block::Table(table))
    }
}

/// The cells that reach below the last of these rows, with what is left of their spans.
fn carried(rows: &[Row]) -> Vec<Cell> {
    let rest = |(above, cell): (usize, &Cell)| {
        let row_span = usize::from(cell.row_span).checked_sub(above).filter(|rest| *rest > 0)?;
        Some(Cell { row_span: row_span as u16, ..cell.clone() })
    };
    let above = |(i, row): (usize, &'_ Row)| -> Vec<Cell> {
        row.cells.iter().filter_map(|cell| rest((rows.len() - i, cell))).collect()
    };
    rows.iter().enumerate().flat_map(above).collect()
}

#[cfg(test)]
mod tests {
    use jixiao_model::{Diagnostic, Origin, Place};

    use super::*;

    fn paragraph(page: u32) -> Block {
        let line = Line { text: page.to_string(), place: Place::in_text(page, Some(page)), starts_paragraph: false };
        Block::Paragraph(vec![line])
    }

    #[test]
    fn ranges_are_read() {
        for (text, range) in [("3-8", "3-8"), ("4", "4-4"), ("-8", "1-8"), ("3-", "3-4294967295")] {
            assert_eq!(text.parse::<PageRange>().unwrap().to_string(), range);
        }
        for text in ["", "-", "0", "8-3", "a", "1-2-3", "0-4"] {
            assert!(text.parse::<PageRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_the_pages_asked_for_stay() {
        let blocks = (1..=4).map(paragraph).collect();
        let mut reading = Reading { pages: Some(4), blocks, ..Reading::default() };
        "2-3".parse::<PageRange>().unwrap().keep(&mut reading).unwrap();
        assert_eq!(reading.blocks, vec![paragraph(2), paragraph(3)]);
        assert!("5-9".parse::<PageRange>().unwrap().keep(&mut reading).is_err());
    }

    fn cell(column: u16, row_span: u16, page: u32) -> Cell {
        let place = Place { page: Some(page), ..Place::default() };
        let lines = vec![Line { text: format!("{column} on {page}"), place, starts_paragraph: false }];
        Cell { column, column_span: 1, row_span, lines, parts: vec![place] }
    }

    /// A label over all three rows, of which each stands on its own page.
    #[test]
    fn a_merged_cell_goes_on_in_the_rows_that_stay() {
        let row = |page: u32, cells: Vec<Cell>| Row {
            cells,
            place: Place { page: Some(page), ..Place::default() },
            after_page_break: page > 1,
            spans_known: true,
        };
        let rows =
            vec![row(1, vec![cell(0, 3, 1), cell(1, 1, 1)]), row(2, vec![cell(1, 1, 2)]), row(3, vec![cell(1, 1, 3)])];
        let table = Table { origin: Origin::Ruled, columns: 2, rows, joins: Vec::new() };
        let mut reading = Reading { pages: Some(3), blocks: vec![Block::Table(table)], ..Reading::default() };
        "2".parse::<PageRange>().unwrap().keep(&mut reading).unwrap();
        let Block::Table(table) = &reading.blocks[0] else { panic!("{reading:?}") };
        assert_eq!(table.rows.len(), 1);
        assert_eq!(table.rows[0].cells, [cell(0, 1, 1), cell(1, 1, 2)]);
    }

    #[test]
    fn what_is_wrong_on_other_pages_does_not_count() {
        let wrong = |page| {
            let place = Place { page: Some(page), ..Place::default() };
            Diagnostic::new("page_without_text", Severity::Error, "", place)
        };
        let blocks = (1..=2).map(paragraph).collect();
        let mut reading =
            Reading { pages: Some(2), blocks, diagnostics: vec![wrong(2)], partial: true, ..Reading::default() };
        "1".parse::<PageRange>().unwrap().keep(&mut reading).unwrap();
        assert!(!reading.partial && reading.diagnostics.is_empty());
    }
}
