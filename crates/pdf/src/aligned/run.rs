//! Regions on pages that follow each other → parts of one table.

use std::collections::BTreeSet;

use jixiao_model::Rect;

use super::cells::{self, Block, Pitch, Room};
use super::columns::{self, Columns};
use super::part::{Sketch, Widths, part};
use super::rows::{self, Habits};
use super::ruled::Bands;
use super::{Place, Region, tell};
use crate::layout::{Item, Layout};
use crate::lines::{TextLine, percent};
use crate::page::{Rule, middle};

/// Turns the regions of all pages into tables and lines.
pub(crate) fn resolve(layouts: &mut [Layout]) {
    if !layouts.iter().flat_map(|layout| &layout.items).any(|item| matches!(item, Item::Region(_))) {
        return;
    }
    let mut runs = Runs::default();
    for layout in layouts.iter_mut() {
        runs.page(std::mem::take(&mut layout.items), &layout.loose);
    }
    for (layout, items) in layouts.iter_mut().zip(runs.items()) {
        layout.items = items;
    }
}

/// Tables found so far, and what stands around them on every page.
#[derive(Default)]
struct Runs {
    pages: Vec<Vec<Item>>,
    runs: Vec<Run>,
}

impl Runs {
    /// Goes on with the items of the next page.
    fn page(&mut self, items: Vec<Item>, rules: &[Rule]) {
        self.pages.push(Vec::with_capacity(items.len()));
        let stacked: Vec<bool> = (0..items.len()).map(|i| is_stacked(&items, i)).collect();
        for (item, stacked) in items.into_iter().zip(stacked) {
            self.item(item, stacked, rules);
        }
    }

    fn item(&mut self, item: Item, stacked: bool, rules: &[Rule]) {
        let page = self.pages.len() - 1;
        let at = self.pages[page].len();
        let open = self.runs.last_mut().filter(|run| run.open);
        match (item, open) {
            (Item::Region(region), Some(run)) if run.takes(page, &region) => run.push(page, at, region),
            (Item::Line(line), Some(run)) if run.takes_line(page, &line, stacked) => {
                run.push_line(page, at, line, rules);
            }
            (item, open) => {
                if let Some(run) = open {
                    run.open = false;
                }
                self.begin(page, at, item);
            }
        }
    }

    /// What goes on with no table begins one, or is none.
    fn begin(&mut self, page: usize, at: usize, item: Item) {
        match item {
            Item::Region(region) if region.is_table => {
                let mut run = Run { open: true, ..Run::default() };
                run.push(page, at, region);
                self.runs.push(run);
            }
            Item::Region(region) => self.pages[page].extend(region.into_lines()),
            item => self.pages[page].push(item),
        }
    }

    /// The items of all pages.
    fn items(self) -> Vec<Vec<Item>> {
        let mut pages = self.pages;
        let pitches: Vec<Pitch> = self.runs.iter().map(|run| Pitch::of(&run.regions)).collect();
        // From the end on, so that the places of what comes before stay.
        for (run, pitch) in self.runs.into_iter().zip(&pitches).rev() {
            let found = items(run.regions, pitch.or_of_others(&pitches));
            for ((page, at), items) in run.places.into_iter().zip(found).rev() {
                pages[page].splice(at..at, items);
            }
        }
        pages
    }
}

/// The line stands over or under another one that begins at the same place.
fn is_stacked(items: &[Item], i: usize) -> bool {
    let line = |item: &Item| match item {
        Item::Line(line) => Some((line.area, line.size)),
        _ => None,
    };
    let Some((area, size)) = items.get(i).and_then(line) else { return false };
    let near =
        |(other, _): (Rect, i32)| (other.x0 - area.x0).abs() <= SAME_EDGE && (other.y0 - area.y0).abs() <= 2 * size;
    let others = [i.checked_sub(1), Some(i + 1)].into_iter().flatten().filter_map(|i| items.get(i));
    others.filter_map(line).any(near)
}

/// Labels at the left of a table are at least this wide, and paragraphs indented by less (ems).
const LABEL: i32 = 4;

/// The regions of one table, each on a page of its own.
#[derive(Default)]
struct Run {
    /// More may follow.
    open: bool,
    /// Page of every region, and its place among the items there.
    places: Vec<(usize, usize)>,
    regions: Vec<Region>,
    area: Rect,
    /// Size of most of its text.
    size: i32,
    /// Edges and middles of its text.
    edges: BTreeSet<i32>,
}

/// Edges on two pages within this distance (1/1000 pt) are one.
const SAME_EDGE: i32 = 1_500;

/// The text of one page may reach further than that of another by this much (1/1000 pt).
const WIDER: i32 = 12_000;

impl Run {
    /// The region is the rest of the table on the page before.
    fn takes(&self, page: usize, region: &Region) -> bool {
        if !self.is_before(page) {
            return false;
        }
        let area = region.area();
        let within = |a: Rect, b: Rect| a.x0 >= b.x0 - WIDER && a.x1 <= b.x1 + WIDER;
        let pieces = || region.rows.iter().flatten();
        let known = || pieces().filter(|piece| self.knows(piece)).count() * 2 >= pieces().count();
        if region.is_table {
            return within(area, self.area) || within(self.area, area) || known();
        }
        let inset = || pieces().all(|piece| piece.area.x0 - self.area.x0 > LABEL * piece.size);
        within(area, self.area) && (known() || inset() || tell::stands_in_columns(&region.rows))
    }

    /// The line goes on with a table of the page before: text that begins or is centred where a column of it is, a label
    /// beside such text, or several lines that begin right of where labels and paragraphs do. `stacked` tells that it is
    /// one of several.
    fn takes_line(&self, page: usize, line: &TextLine, stacked: bool) -> bool {
        let same_size = (line.size - self.size).abs() <= percent(self.size, 10);
        let inset = line.area.x0 - self.area.x0;
        self.is_before(page)
            && same_size
            && line.area.x1 <= self.area.x1 + WIDER
            && (self.knows(line) && (inset > line.size || self.is_beside(page, line))
                || stacked && inset > LABEL * line.size)
    }

    /// The line stands left of the last one of the page, less than a line below it.
    fn is_beside(&self, page: usize, line: &TextLine) -> bool {
        let last = self.regions.last().and_then(|region| region.rows.last()?.last());
        let beside = |last: &TextLine| last.area.x0 > line.area.x1 && line.area.y0 - last.area.y1 < line.size;
        self.places.last().is_some_and(|place| place.0 == page) && last.is_some_and(beside)
    }

    /// The table ends on the page before, or single lines of it begin the page.
    fn is_before(&self, page: usize) -> bool {
        let begun = || self.regions.last().is_some_and(|region| !region.is_table);
        self.places.last().is_some_and(|(last, _)| last + 1 == page || (*last == page && begun()))
    }

    fn knows(&self, piece: &TextLine) -> bool {
        let near = |at: i32| self.edges.range(at - SAME_EDGE..=at + SAME_EDGE).next().is_some();
        near(piece.area.x0) || near(middle(piece.area).0)
    }

    fn push(&mut self, page: usize, at: usize, region: Region) {
        let area = region.area();
        if self.places.is_empty() {
            (self.area, self.size) = (area, super::usual_size(&region.rows));
        }
        self.area = self.area.union(area);
        for piece in region.rows.iter().flatten() {
            self.edges.extend([piece.area.x0, middle(piece.area).0]);
        }
        match self.regions.last_mut() {
            Some(begun) if self.places.last().map(|place| place.0) == Some(page) => {
                begun.rows.extend(region.rows);
                begun.is_table |= region.is_table;
            }
            _ => {
                self.places.push((page, at));
                self.regions.push(region);
            }
        }
    }

    fn push_line(&mut self, page: usize, at: usize, line: TextLine, rules: &[Rule]) {
        let width = self.regions.last().map_or(0, |region| region.width);
        self.push(page, at, Region { rows: vec![vec![line]], rules: rules.to_vec(), width, is_table: false });
    }
}

/// The items of the regions of one table.
fn items(regions: Vec<Region>, pitch: Pitch) -> Vec<Vec<Item>> {
    let sketches = if is_ruled(&regions) { by_rules(regions) } else { by_text(&regions, pitch) };
    let widths = widths(&sketches);
    sketches.into_iter().map(|sketch| part(sketch, &widths)).collect()
}

/// The rules part the rows, and not only the head of a table from its body.
fn is_ruled(regions: &[Region]) -> bool {
    let counts = regions.iter().map(|region| Bands::of(region, (false, false)).rows(&region.rows));
    let (parted, left) = counts.fold((0, 0), |all, counts| (all.0 + counts.0, all.1 + counts.1));
    parted >= MIN_BANDS && parted > left
}

/// Rows that rules must part.
const MIN_BANDS: usize = 3;

fn by_rules(regions: Vec<Region>) -> Vec<Sketch> {
    let (last, width) = (regions.len() - 1, regions[0].width);
    let mut pages: Vec<Vec<Block>> = Vec::new();
    let mut rest: Vec<(Sketch, Bands, Vec<Place>)> = Vec::new();
    for (i, region) in regions.into_iter().enumerate() {
        let bands = Bands::of(&region, (i > 0, i < last));
        let (sketch, cells) = between(&bands, region);
        let (blocks, places): (Vec<Block>, Vec<Place>) = cells.into_iter().unzip();
        pages.push(blocks);
        rest.push((sketch, bands, places));
    }
    columns::classify(&mut pages);
    let gaps = pages.iter().zip(&rest).flat_map(|(blocks, (.., places))| rows::gaps(blocks, places)).collect();
    let columns = Columns::of(&pages, gaps, width);
    let sketch = |(blocks, (sketch, bands, mut places)): (Vec<Block>, (Sketch, Bands, Vec<Place>))| {
        rows::spread(&blocks, &mut places, &columns);
        let edges = columns.edges().to_vec();
        let open_below = bands.open_below(&edges);
        Sketch { edges, open_below, cells: blocks.into_iter().zip(places).collect(), ..sketch }
    };
    pages.into_iter().zip(rest).map(sketch).collect()
}

/// The cells between the rules of a region, and its rows with the lines around them.
fn between(bands: &Bands, region: Region) -> (Sketch, Vec<(Block, Place)>) {
    let bounds = bands.bounds();
    let (cells, outside) = bands.cells(region.rows);
    let over = |row: &Vec<TextLine>| {
        bounds.first().is_some_and(|first| row.iter().all(|piece| middle(piece.area).1 < first.0))
    };
    let (above, below) = outside.into_iter().partition(over);
    (Sketch { width: region.width, bounds, above, below, sound: true, ..Sketch::default() }, cells)
}

fn by_text(regions: &[Region], pitch: Pitch) -> Vec<Sketch> {
    let last = regions.len() - 1;
    let room = Room::of(regions);
    let mut pages: Vec<Vec<Block>> = regions.iter().map(|region| cells::blocks(region, pitch, &room)).collect();
    let mut sketches: Vec<Sketch> =
        regions.iter().map(|region| Sketch { width: region.width, ..Sketch::default() }).collect();
    let (lead, notes) = (lead(&pages[0], sketches[0].width), notes(&pages[last]));
    sketches[last].below = take(&mut pages[last], &notes);
    sketches[0].above = take(&mut pages[0], &lead);
    let several = |blocks: &Vec<Block>| rows::by_middle(blocks).iter().filter(|row| row.len() > 1).count();
    if pages.iter().map(several).sum::<usize>() < tell::MIN_ROWS {
        return sketches.into_iter().zip(pages).map(|(sketch, blocks)| sketch.only_lines(blocks)).collect();
    }
    columns::classify(&mut pages);
    let columns = Columns::of(&pages, columns::gaps(&pages), sketches[0].width);
    let habits = Habits::of(&pages, pitch);
    for (i, (sketch, blocks)) in sketches.iter_mut().zip(pages).enumerate() {
        let found = rows::find(&blocks, &columns, &habits, (i > 0, i < last));
        sketch.edges = columns.edges().to_vec();
        sketch.bounds = found.bounds;
        sketch.open_below = found.open_below;
        sketch.sound = found.sound;
        sketch.cells = blocks.into_iter().zip(found.places).collect();
    }
    sketches
}

/// The blocks of captions over a table.
fn lead(blocks: &[Block], page_width: i32) -> Vec<usize> {
    let groups = rows::by_middle(blocks);
    let rows: Vec<Vec<&Block>> = groups.iter().map(|group| group.iter().map(|i| &blocks[*i]).collect()).collect();
    groups
        .iter()
        .zip(&rows)
        .take_while(|(_, row)| tell::is_caption(row, &rows, page_width / 2))
        .flat_map(|(g, _)| g.clone())
        .collect()
}

/// The blocks of notes under a table.
fn notes(blocks: &[Block]) -> Vec<usize> {
    let groups = rows::by_middle(blocks);
    let rows: Vec<Vec<&Block>> = groups.iter().map(|group| group.iter().map(|i| &blocks[*i]).collect()).collect();
    let ends = groups.iter().zip(&rows).rev();
    ends.take_while(|(_, row)| tell::is_note(row, &rows)).flat_map(|(group, _)| group.clone()).collect()
}

/// Takes blocks out, as lines from top to bottom.
fn take(blocks: &mut Vec<Block>, wanted: &[usize]) -> Vec<Vec<TextLine>> {
    let mut lines: Vec<TextLine> = Vec::new();
    let mut kept = Vec::with_capacity(blocks.len());
    for (i, block) in std::mem::take(blocks).into_iter().enumerate() {
        if wanted.contains(&i) { lines.extend(block.lines) } else { kept.push(block) }
    }
    *blocks = kept;
    lines.sort_by_key(|line| (line.area.y0, line.area.x0));
    lines.into_iter().map(|line| vec![line]).collect()
}

/// How wide text can be in cells by first column and number of columns: as wide as the widest line of those that wrap.
fn widths(sketches: &[Sketch]) -> Widths {
    let mut widths = Widths::new();
    for (block, place) in sketches.iter().flat_map(|sketch| &sketch.cells).filter(|(block, _)| block.lines.len() > 1) {
        let widest = block.lines.iter().map(|line| line.area.x1 - line.area.x0).max().unwrap_or(0);
        let width = widths.entry((place.column, place.column_span)).or_default();
        *width = (*width).max(widest);
    }
    widths
}
