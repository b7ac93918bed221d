//! Pages → the reading: paragraphs, logical tables, page breaks and furniture in order.

use jixiao_model::{Block, Line, Place, ReadError, Reading, Rect};
use rayon::prelude::*;

use crate::aligned;
use crate::diagnose;
use crate::furniture::{self, Furniture};
use crate::join::Builder;
use crate::layout::{Item, Layout, Part, Turn};
use crate::lines::{TextLine, percent};

/// Where the boxes of a page's lines stand on the page as shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnPage {
    pub(crate) number: u32,
    pub(crate) turn: Turn,
}

impl OnPage {
    pub(crate) fn place(&self, area: Rect) -> Place {
        Place::on_page(self.number, self.turn.shown(area))
    }

    pub(crate) fn line(&self, line: TextLine, starts_paragraph: bool) -> Line {
        Line { place: self.place(line.area), text: line.text, starts_paragraph }
    }
}

/// Puts the pages together. `announced` is how many of them the file says that it has.
pub(crate) fn assemble(mut layouts: Vec<Layout>, announced: Option<u32>) -> Result<Reading, ReadError> {
    let mut reading = Reading { pages: Some(layouts.len() as u32), ..Reading::default() };
    diagnose::missing(layouts.len() as u32, announced, &mut reading);
    for layout in &layouts {
        diagnose::page(layout, &mut reading);
    }
    if layouts.iter().all(|layout| layout.facts.glyphs == 0) {
        return Err(ReadError::NotReadable(diagnose::nothing_read(&layouts)));
    }
    let furniture = furniture::take(&mut layouts);
    aligned::resolve(&mut layouts);
    let pages: Vec<(Layout, Furniture)> = layouts.into_iter().zip(furniture).collect();
    let sections = sections(pages).into_par_iter().with_min_len(TOGETHER);
    let blocks: Vec<Vec<Block>> = sections.map(section).collect();
    let blocks = blocks.into_iter().reduce(|mut all, of_section| {
        all.push(Block::PageBreak);
        all.extend(of_section);
        all
    });
    reading.blocks = blocks.unwrap_or_default();
    Ok(reading)
}

/// Sections that one thread puts together, at least.
const TOGETHER: usize = 4;

/// Parts the pages before each that begins with a line: nothing goes on from the page before.
fn sections(pages: Vec<(Layout, Furniture)>) -> Vec<Vec<(Layout, Furniture)>> {
    let mut sections: Vec<Vec<(Layout, Furniture)>> = Vec::new();
    for page in pages {
        let begins = matches!(page.0.items.first(), Some(Item::Line(_)));
        match sections.last_mut().filter(|_| !begins) {
            Some(section) => section.push(page),
            None => sections.push(vec![page]),
        }
    }
    sections
}

fn section(pages: Vec<(Layout, Furniture)>) -> Vec<Block> {
    let mut blocks = Blocks::default();
    for (i, (layout, furniture)) in pages.into_iter().enumerate() {
        if i > 0 {
            blocks.done.push(Block::PageBreak);
        }
        blocks.page(layout, furniture);
    }
    blocks.close();
    blocks.done
}

/// The blocks so far, with the table that may go on.
#[derive(Default)]
struct Blocks {
    done: Vec<Block>,
    open: Option<Open>,
    paragraph: Option<Paragraph>,
}

struct Open {
    /// Its place among the blocks.
    at: usize,
    builder: Builder,
}

struct Paragraph {
    lines: Vec<Line>,
    last: TextLine,
}

impl Blocks {
    fn page(&mut self, layout: Layout, furniture: Furniture) {
        let on_page = OnPage { number: layout.number, turn: layout.turn };
        let margins = Margins::of(&layout.items);
        self.furniture(furniture.head, on_page);
        for item in layout.items {
            match item {
                Item::Line(line) => self.line(line, on_page, &margins),
                Item::Part(part) => self.part(part, on_page),
                Item::Region(region) => {
                    for item in region.into_lines() {
                        if let Item::Line(line) = item {
                            self.line(line, on_page, &margins);
                        }
                    }
                }
            }
        }
        self.end_paragraph();
        self.furniture(furniture.foot, on_page);
        self.furniture(layout.stamps, on_page);
    }

    fn furniture(&mut self, lines: Vec<TextLine>, on_page: OnPage) {
        self.done.extend(lines.into_iter().map(|line| Block::Furniture(on_page.line(line, true))));
    }

    fn line(&mut self, line: TextLine, on_page: OnPage, margins: &Margins) {
        self.close();
        if self.paragraph.as_ref().is_some_and(|paragraph| margins.parts(&paragraph.last, &line)) {
            self.end_paragraph();
        }
        let starts = self.paragraph.is_none();
        let paragraph = self.paragraph.get_or_insert_with(|| Paragraph { lines: Vec::new(), last: line.clone() });
        paragraph.last = line.clone();
        paragraph.lines.push(on_page.line(line, starts));
    }

    fn end_paragraph(&mut self) {
        self.done.extend(self.paragraph.take().map(|paragraph| Block::Paragraph(paragraph.lines)));
    }

    fn part(&mut self, part: Part, on_page: OnPage) {
        self.end_paragraph();
        let part = match &self.open {
            Some(open) => open.builder.with_labels(part, on_page),
            None => part,
        };
        match &mut self.open {
            Some(open) if open.builder.goes_on(&part, on_page) => open.builder.join(part, on_page),
            _ => {
                self.close();
                self.open = Some(Open { at: self.done.len(), builder: Builder::new(part, on_page) });
                // Holds the place; furniture and page breaks may follow before the table is complete.
                self.done.push(Block::PageBreak);
            }
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.done[open.at] = open.builder.finish();
        }
    }
}

/// An entry of a table of contents: dots and the number of a page at its end.
fn is_entry(text: &str) -> bool {
    let rest = text.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_whitespace());
    rest.len() < text.len() && ["...", "……", "···", "．．．"].iter().any(|dots| rest.ends_with(dots))
}

/// How far the lines outside tables reach on a page.
struct Margins {
    left: i32,
    right: i32,
}

/// A line that begins this far right of the margin (percent of the em) is indented.
const INDENT: i32 = 150;

/// Lines further apart than this (percent of the em, from top to top) do not belong to one paragraph. Double spacing is
/// 200 %, with the leading of common fonts up to 240 %.
const PITCH: i32 = 250;

impl Margins {
    fn of(items: &[Item]) -> Self {
        let mut margins = Self { left: i32::MAX, right: i32::MIN };
        for item in items {
            if let Item::Line(line) = item {
                margins.left = margins.left.min(line.area.x0);
                margins.right = margins.right.max(line.area.x1);
            }
        }
        margins
    }

    /// A new paragraph begins between two lines.
    fn parts(&self, above: &TextLine, below: &TextLine) -> bool {
        let size = above.size.min(below.size);
        let resized = (above.size - below.size).abs() > percent(size, 12);
        let apart = below.area.y0 - above.area.y0 > percent(size, PITCH);
        let indented = below.area.x0 > self.left + percent(size, INDENT);
        let room = above.area.x1 + below.lead < self.right - percent(size, 50);
        resized || apart || indented || room || is_entry(&above.text) || above.direction != below.direction
    }
}
