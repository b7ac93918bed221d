//! Reading only some pages of a document.

use std::fmt;
use std::str::FromStr;

use jixiao_model::{Block, Line, ReadError, Reading, Table};

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

    /// The rows that begin on these pages. Joins name rows by position, so they move with the rows that stay.
    fn kept_table(self, mut table: Table) -> Option<Block> {
        let kept: Vec<bool> = table.rows.iter().map(|row| self.holds(row.place.page)).collect();
        let dropped_before = kept.iter().take_while(|kept| !**kept).count();
        let count = kept.iter().filter(|kept| **kept).count();
        table.rows.retain(|row| self.holds(row.place.page));
        table.joins.retain(|join| (dropped_before..dropped_before + count).contains(&join.row));
        table.joins.iter_mut().for_each(|join| join.row -= dropped_before);
        (!table.rows.is_empty()).then_some(Block::Table(table))
    }
}

#[cfg(test)]
mod tests {
    use jixiao_model::Place;

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
}
