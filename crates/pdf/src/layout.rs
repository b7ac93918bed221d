//! One page: glyphs and rules → lines of text and pieces of tables, in reading order.

use jixiao_model::{Origin, Rect};

use crate::aligned::{self, Region};
use crate::grid::{self, Grid, GridCell};
use crate::lines::{TextLine, joined, lines, percent, segments};
use crate::page::{Direction, Dropped, Glyph, Page, Rule};
use crate::spots::{Spot, spots};
use crate::stacked;

/// What a page is made of.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) number: u32,
    /// Height in the upright frame.
    pub(crate) height: i32,
    pub(crate) turn: Turn,
    /// From top to bottom.
    pub(crate) items: Vec<Item>,
    /// Horizontal rules that belong to no grid, from top to bottom.
    pub(crate) loose: Vec<Rule>,
    /// Slanted text: watermarks and stamps.
    pub(crate) stamps: Vec<TextLine>,
    pub(crate) facts: Facts,
}

/// What the diagnostics need to know of a page.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Facts {
    pub(crate) glyphs: u64,
    pub(crate) unknown: u64,
    pub(crate) images: u32,
    pub(crate) drawings: u32,
    pub(crate) covered: u32,
    pub(crate) fault: Option<&'static str>,
    pub(crate) too_much: bool,
    pub(crate) dropped: Dropped,
}

/// A piece of a page.
#[derive(Debug)]
pub(crate) enum Item {
    /// A line outside tables.
    Line(TextLine),
    /// A table, or the part of one that stands on this page.
    Part(Part),
    /// Text that may be a table without column lines; what it is, all pages together tell.
    Region(Region),
}

impl Item {
    pub(crate) fn area(&self) -> Rect {
        match self {
            Self::Line(line) => line.area,
            Self::Part(part) => part.area,
            Self::Region(region) => region.area(),
        }
    }
}

/// The part of a table that stands on one page.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) origin: Origin,
    pub(crate) area: Rect,
    /// Left and right edge by which parts of one table are known: the page's own where no border is drawn.
    pub(crate) frame: (i32, i32),
    /// The rows that cells cover are facts.
    pub(crate) spans_known: bool,
    /// Number of rows.
    pub(crate) rows: usize,
    /// Cells by row and position.
    pub(crate) cells: Vec<PartCell>,
}

/// A cell of a part.
#[derive(Debug, Clone)]
pub(crate) struct PartCell {
    pub(crate) row: usize,
    pub(crate) row_span: usize,
    pub(crate) area: Rect,
    /// Width that its text can have.
    pub(crate) inner: i32,
    pub(crate) lines: Vec<TextLine>,
}

/// How a page whose text runs sideways is turned upright; boxes are turned back before they leave the crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Which way most of the text runs.
    from: Direction,
    width: i32,
    height: i32,
}

impl Turn {
    fn of(page: &Page) -> Self {
        let mut counts = [0_usize; 4];
        for glyph in &page.glyphs {
            match glyph.direction {
                Direction::Right | Direction::Vertical | Direction::Slanted => counts[0] += 1,
                Direction::Down => counts[1] += 1,
                Direction::Left => counts[2] += 1,
                Direction::Up => counts[3] += 1,
            }
        }
        let ways = [Direction::Right, Direction::Down, Direction::Left, Direction::Up];
        let most = (0..4).max_by_key(|i| (counts[*i], 4 - i)).unwrap_or(0);
        Self { from: ways[most], width: page.width, height: page.height }
    }

    fn height(self) -> i32 {
        if matches!(self.from, Direction::Down | Direction::Up) { self.width } else { self.height }
    }

    fn width(self) -> i32 {
        if matches!(self.from, Direction::Down | Direction::Up) { self.height } else { self.width }
    }

    /// A point of the page as shown, in the upright frame.
    fn point(self, (x, y): (i32, i32)) -> (i32, i32) {
        match self.from {
            Direction::Down => (y, self.width - x),
            Direction::Left => (self.width - x, self.height - y),
            Direction::Up => (self.height - y, x),
            _ => (x, y),
        }
    }

    fn back(self, (x, y): (i32, i32)) -> (i32, i32) {
        match self.from {
            Direction::Down => (self.width - y, x),
            Direction::Left => (self.width - x, self.height - y),
            Direction::Up => (y, self.height - x),
            _ => (x, y),
        }
    }

    fn direction(self, direction: Direction) -> Direction {
        let quarter = |direction| match direction {
            Direction::Right => 0,
            Direction::Down => 1,
            Direction::Left => 2,
            _ => 3,
        };
        match direction {
            Direction::Slanted | Direction::Vertical => direction,
            _ => {
                let ways = [Direction::Right, Direction::Down, Direction::Left, Direction::Up];
                ways[(quarter(direction) + 4 - quarter(self.from)) % 4]
            }
        }
    }

    fn apply(self, page: &mut Page) {
        if self.from == Direction::Right {
            return;
        }
        for glyph in &mut page.glyphs {
            glyph.area = turned(glyph.area, |p| self.point(p));
            glyph.direction = self.direction(glyph.direction);
        }
        for rule in &mut page.rules {
            *rule = self.rule(*rule);
        }
    }

    fn rule(self, rule: Rule) -> Rule {
        let Rule { horizontal, at, from, to } = rule;
        let area = if horizontal {
            Rect { x0: from, y0: at, x1: to, y1: at }
        } else {
            Rect { x0: at, y0: from, x1: at, y1: to }
        };
        let Rect { x0, y0, x1, y1 } = turned(area, |p| self.point(p));
        let horizontal = horizontal != matches!(self.from, Direction::Down | Direction::Up);
        if horizontal {
            Rule { horizontal, at: y0, from: x0, to: x1 }
        } else {
            Rule { horizontal, at: x0, from: y0, to: y1 }
        }
    }

    /// A box of the upright frame, on the page as shown.
    pub(crate) fn shown(self, area: Rect) -> Rect {
        turned(area, |p| self.back(p))
    }
}

fn turned(area: Rect, point: impl Fn((i32, i32)) -> (i32, i32)) -> Rect {
    let (ax, ay) = point((area.x0, area.y0));
    let (bx, by) = point((area.x1, area.y1));
    Rect { x0: ax.min(bx), y0: ay.min(by), x1: ax.max(bx), y1: ay.max(by) }
}

/// Lays out a page.
pub(crate) fn lay_out(mut page: Page) -> Layout {
    let turn = Turn::of(&page);
    turn.apply(&mut page);
    let found = grid::find(&page.rules);
    let mut dropped = page.dropped;
    let sorted = Sorted::new(&page.glyphs, &found.grids);
    let mut items: Vec<Item> = Vec::new();
    for (i, grid) in found.grids.iter().enumerate() {
        if let Some(part) = part(grid, |cell| sorted.of_cell(i, cell), &mut dropped) {
            items.push(Item::Part(stacked::split(part)));
        }
    }
    drop_pieces(&mut items);
    let (stamps, outside): (Vec<&Glyph>, Vec<&Glyph>) =
        sorted.outside().iter().partition(|glyph| glyph.direction == Direction::Slanted);
    let (outside, turned): (Vec<&Glyph>, Vec<&Glyph>) =
        outside.into_iter().partition(|glyph| glyph.direction == Direction::Right);
    items.extend(lines(&turned, &mut dropped.duplicate).into_iter().map(Item::Line));
    let rows = segments(&outside, &mut dropped.duplicate);
    items.extend(aligned::regions(rows, &found.loose, (turn.width(), turn.height())));
    sort(&mut items);
    Layout {
        number: page.number,
        height: turn.height(),
        turn,
        items: items.into_iter().flat_map(unframed).collect(),
        loose: found.loose,
        stamps: lines(&stamps, &mut dropped.duplicate),
        facts: Facts {
            glyphs: page.glyphs.len() as u64,
            unknown: page.unknown,
            images: page.images,
            drawings: page.drawings,
            covered: page.covered,
            fault: page.fault,
            too_much: found.too_much,
            dropped,
        },
    }
}

/// Drops empty grids with another one to their right: what is drawn of labels that come from the page before, where
/// nothing closes them.
fn drop_pieces(parts: &mut Vec<Item>) {
    let areas: Vec<Rect> = parts.iter().map(Item::area).collect();
    let beside = |area: Rect| {
        let follows = |other: &Rect| other.x0 >= area.x1 - TOUCHING && other.y0 < area.y1 && other.y1 > area.y0;
        areas.iter().any(follows)
    };
    parts.retain(|item| match item {
        Item::Part(part) => part.cells.iter().any(|cell| !cell.lines.is_empty()) || !beside(part.area),
        _ => true,
    });
}

/// Grids that lap over each other by no more than this (1/1000 pt) stand side by side.
const TOUCHING: i32 = 4_000;

/// From top to bottom, and from left to right where items stand side by side.
fn sort(items: &mut [Item]) {
    items.sort_by_key(|item| (item.area().y0, item.area().x0));
}

/// The glyphs of a page, those of one cell together and in the order in which they are drawn.
struct Sorted<'p> {
    glyphs: Vec<&'p Glyph>,
    /// Where the glyphs of each cell begin, the cells of all grids one after the other, and last those outside.
    starts: Vec<usize>,
    /// Cells of the grids before each grid, and at the end those of all.
    before: Vec<usize>,
}

impl<'p> Sorted<'p> {
    fn new(glyphs: &'p [Glyph], grids: &[Grid]) -> Self {
        let mut before = vec![0];
        for grid in grids {
            before.push(before[before.len() - 1] + grid.cells.len());
        }
        let spots = spots(glyphs, grids);
        let outside = before[grids.len()];
        let number = |spot: &Spot| spot.map_or(outside, |(grid, cell)| before[grid as usize] + cell as usize);
        let mut starts = vec![0; outside + 2];
        for spot in &spots {
            starts[number(spot) + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut sorted: Vec<&Glyph> = glyphs.iter().collect();
        for (glyph, spot) in glyphs.iter().zip(&spots) {
            let at = &mut next[number(spot)];
            sorted[*at] = glyph;
            *at += 1;
        }
        Self { glyphs: sorted, starts, before }
    }

    fn of_cell(&self, grid: usize, cell: usize) -> &[&'p Glyph] {
        self.numbered(self.before[grid] + cell)
    }

    fn outside(&self) -> &[&'p Glyph] {
        self.numbered(self.before[self.before.len() - 1])
    }

    fn numbered(&self, cell: usize) -> &[&'p Glyph] {
        &self.glyphs[self.starts[cell]..self.starts[cell + 1]]
    }
}

fn part<'s>(grid: &Grid, glyphs: impl Fn(usize) -> &'s [&'s Glyph], dropped: &mut Dropped) -> Option<Part> {
    let cell = |(i, cell): (usize, &GridCell)| {
        let lines = lines(glyphs(i), &mut dropped.duplicate);
        PartCell { row: cell.row, row_span: cell.row_span, area: cell.area, inner: 0, lines }
    };
    let mut cells: Vec<PartCell> = grid.cells.iter().enumerate().map(cell).collect();
    set_inner(&mut cells);
    let empty = cells.iter().all(|cell| cell.lines.is_empty());
    let part = Part {
        origin: Origin::Ruled,
        area: grid.area,
        spans_known: true,
        frame: (grid.area.x0, grid.area.x1),
        rows: grid.ys.len() - 1,
        cells,
    };
    // An empty box is a drawing; an empty grid may be the end of a form.
    (!(empty && part.cells.len() == 1)).then_some(part)
}

/// Tells cells how wide their text can be: all cells of a table have one padding.
fn set_inner(cells: &mut [PartCell]) {
    let mut pads = (i32::MAX, i32::MAX);
    for cell in cells.iter() {
        for line in &cell.lines {
            let limit = percent(line.size, MAX_PAD);
            pads.0 = pads.0.min((line.area.x0 - cell.area.x0).clamp(0, limit));
            pads.1 = pads.1.min((cell.area.x1 - line.area.x1).clamp(0, limit));
        }
    }
    let (left, right) = if pads.0 == i32::MAX { (0, 0) } else { pads };
    for cell in cells {
        cell.inner = cell.area.x1 - cell.area.x0 - left - right;
    }
}

/// Padding beyond this share of the em (percent) is alignment, not padding.
const MAX_PAD: i32 = 60;

/// A box with a single cell that holds several lines and does not look like the row of a table is framed prose; what
/// it is depends on the neighbours, so that it stays a part here unless it is narrow.
fn unframed(item: Item) -> Vec<Item> {
    match item {
        Item::Part(part) if part.cells.len() == 1 && part.origin == Origin::Ruled && is_stamp(&part) => {
            part.cells.into_iter().flat_map(|cell| cell.lines).map(Item::Line).collect()
        }
        item => vec![item],
    }
}

/// A single box lower or narrower than this (1/1000 pt) is a tick box or a frame around a word.
const SMALL_BOX: i32 = 60_000;

fn is_stamp(part: &Part) -> bool {
    part.area.x1 - part.area.x0 < SMALL_BOX
}

/// The line of pieces that are no table.
pub(crate) fn line(pieces: Vec<TextLine>) -> Option<Item> {
    joined(pieces).map(Item::Line)
}
