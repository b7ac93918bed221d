//! Tables without column lines: columns from the alignment of text, rows from its distances and from whatever rules
//! there are.

use std::collections::BTreeMap;

use jixiao_model::{Origin, Rect};

use crate::grid::{self, GridCell};
use crate::layout::{Item, Part, PartCell, line};
use crate::lines::{TextLine, percent};
use crate::page::{Rule, mean, middle};

/// A line larger than the text of the page by this share (percent) is a title and ends a table.
const TITLE: i32 = 120;

/// A distance between lines beyond this share of the em (percent) ends a table.
const APART: i32 = 600;

/// Rows with more than one piece that a table must have.
const MIN_ROWS: usize = 3;

/// Lines of one cell are no further apart than this share (percent) of the smallest distance between lines ...
const LEADING: i32 = 118;

/// ... where the distances of at least this share of the lines (percent) are clearly larger, ...
const LARGER: usize = 20;

/// ... that is by this share (percent): otherwise every line is a row of its own.
const CLEARLY: i32 = 130;

/// Pieces whose middles differ by less than this share of the em (percent) stand in one row.
const SAME_ROW: i32 = 40;

/// A piece nearer to a row than this share (percent) of the usual distance of rows belongs to it: the label of a group,
/// centred between two of its rows.
const NEAR_ROW: i32 = 80;

/// Rules for this share (percent) of the rows: the rules tell the rows.
const RULED_ROWS: usize = 60;

/// Pieces of text that form a cell.
#[derive(Debug, Clone)]
struct Block {
    lines: Vec<TextLine>,
    area: Rect,
}

impl Block {
    fn middle(&self) -> i32 {
        middle(self.area).1
    }

    fn size(&self) -> i32 {
        self.lines.first().map_or(0, |line| line.size)
    }
}

/// Lines outside ruled tables, with aligned tables found among them.
pub(crate) fn items(rows: Vec<Vec<TextLine>>, loose: &[Rule], (width, height): (i32, i32)) -> Vec<Item> {
    let usual = usual_size(&rows);
    let mut items = Vec::new();
    let mut region: Vec<Vec<TextLine>> = Vec::new();
    for row in rows {
        let title = row.iter().any(|piece| piece.size * 100 > usual * TITLE);
        let far = region.last().is_some_and(|last| top(&row) - top(last) > percent(usual, APART));
        let edge = region.last().is_some_and(|last| zone(last, height) != zone(&row, height));
        if title || far || edge {
            items.extend(table_or_lines(std::mem::take(&mut region), loose, width));
        }
        if title {
            items.extend(line(row));
        } else {
            region.push(row);
        }
    }
    items.extend(table_or_lines(region, loose, width));
    items
}

/// Heads and feet of pages never belong to a table: 0 for the head, 1 for the body, 2 for the foot.
fn zone(row: &[TextLine], height: i32) -> u8 {
    let (top, edge) = (top(row), percent(height, EDGE).min(MAX_EDGE));
    if top < edge { 0 } else { 1 + u8::from(top > height - edge) }
}

/// The share of the page's height (percent) that is head and foot: 2 cm of an A4 page.
const EDGE: i32 = 7;

/// The same for large pages, in 1/1000 pt.
const MAX_EDGE: i32 = 57_000;

fn top(row: &[TextLine]) -> i32 {
    row.iter().map(|piece| piece.area.y0).min().unwrap_or(0)
}

fn usual_size(rows: &[Vec<TextLine>]) -> i32 {
    let mut sizes: Vec<i32> = rows.iter().flatten().map(|piece| piece.size).collect();
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied().unwrap_or(0)
}

fn table_or_lines(region: Vec<Vec<TextLine>>, loose: &[Rule], width: i32) -> Vec<Item> {
    let ruled = Ruled::of(&region, loose);
    let needed = if ruled.is_table() { 1 } else { MIN_ROWS };
    let multi = region.iter().filter(|row| if ruled.is_table() { row.len() > 1 } else { is_parted(row) }).count();
    if multi < needed || is_contents(&region) || is_scattered(&region) || (!ruled.is_table() && is_prose(&region)) {
        return region.into_iter().filter_map(line).collect();
    }
    let mut rows = rows(blocks(region, loose));
    let mut items = Vec::new();
    let lead = rows.iter().take_while(|row| !ruled.holds(row) && is_caption(row, &rows)).count();
    let notes = rows.iter().rev().take_while(|row| !ruled.holds(row) && is_note(row, &rows)).count();
    let after = rows.split_off(rows.len() - notes.min(rows.len() - lead));
    items.extend(rows.drain(..lead).flatten().flat_map(|block| block.lines).map(Item::Line));
    if rows.iter().filter(|row| row.len() > 1).count() >= needed {
        items.push(Item::Part(part(rows, loose, width)));
    } else {
        items.extend(rows.into_iter().flatten().flat_map(|block| block.lines).map(Item::Line));
    }
    items.extend(after.into_iter().flatten().flat_map(|block| block.lines).map(Item::Line));
    items
}

/// The rules around and between the lines of a region.
struct Ruled {
    levels: Vec<i32>,
}

/// Levels of rules that make a table, whatever stands between them: its top, its bottom and one between.
const TABLE_LEVELS: usize = 3;

impl Ruled {
    fn of(region: &[Vec<TextLine>], loose: &[Rule]) -> Self {
        let area = region.iter().flatten().map(|piece| piece.area).reduce(Rect::union).unwrap_or_default();
        // Underlines and strokes of drawings are shorter than half of the text's width.
        let wide = |rule: &&Rule| (rule.to - rule.from) * 2 > area.x1 - area.x0;
        let near = |rule: &&Rule| rule.at >= area.y0 - SLACK && rule.at <= area.y1 + SLACK;
        let levels = loose.iter().filter(near).filter(wide).map(|rule| rule.at).collect();
        Self { levels: grid::cluster(levels) }
    }

    fn is_table(&self) -> bool {
        self.levels.len() >= TABLE_LEVELS
    }

    /// The row stands between the first and the last rule.
    fn holds(&self, row: &[Block]) -> bool {
        let (Some(first), Some(last)) = (self.levels.first(), self.levels.last()) else { return false };
        self.is_table() && row.iter().all(|block| *first <= block.middle() && block.middle() <= *last)
    }
}

/// A table of contents: entries that run with dots to the number of a page.
fn is_contents(region: &[Vec<TextLine>]) -> bool {
    let dots = |text: &str| text.contains("....") || text.contains("……") || text.contains("····");
    let leads = |row: &&Vec<TextLine>| row.iter().any(|piece| dots(&piece.text));
    region.iter().filter(leads).count() * 2 > region.len()
}

/// Mostly single characters: vertical writing, or a drawing with letters in it.
fn is_scattered(region: &[Vec<TextLine>]) -> bool {
    let single = |piece: &&TextLine| piece.text.chars().nth(1).is_none();
    let pieces = || region.iter().flatten();
    pieces().filter(single).count() * 5 > pieces().count() * 3
}

/// A single block over a table that stands neither under nor over one of its columns: a title, or the unit of the
/// amounts.
fn is_caption(row: &[Block], rows: &[Vec<Block>]) -> bool {
    let [block] = row else { return false };
    let near = |a: i32, b: i32| (a - b).abs() <= block.size() / 2;
    let aligned =
        |other: &Block| near(other.area.x0, block.area.x0) || near(middle(other.area).0, middle(block.area).0);
    let columns = rows.iter().filter(|row| row.len() > 1).flatten().filter(|other| aligned(other)).count();
    columns < 2 || is_wide(block, rows)
}

/// A wide single block under a table.
fn is_note(row: &[Block], rows: &[Vec<Block>]) -> bool {
    matches!(row, [block] if is_wide(block, rows))
}

fn is_wide(block: &Block, rows: &[Vec<Block>]) -> bool {
    let left = rows.iter().flatten().map(|block| block.area.x0).min().unwrap_or(0);
    let right = rows.iter().flatten().map(|block| block.area.x1).max().unwrap_or(0);
    i64::from(block.area.x1 - block.area.x0) * 2 > i64::from(right - left)
}

/// The pieces of a line stand clearly apart. Gaps around the numbers of justified Chinese prose stay below an em.
fn is_parted(row: &[TextLine]) -> bool {
    row.windows(2).any(|pair| pair[1].area.x0 - pair[0].area.x1 >= pair[0].size.min(pair[1].size))
}

/// Prose set with wide gaps: lines of one piece outnumber those of several, and most reach over the whole width.
fn is_prose(region: &[Vec<TextLine>]) -> bool {
    let left = region.iter().flatten().map(|piece| piece.area.x0).min().unwrap_or(0);
    let right = region.iter().flatten().map(|piece| piece.area.x1).max().unwrap_or(0);
    let wide = |row: &&Vec<TextLine>| {
        row.iter().any(|piece| i64::from(piece.area.x1 - piece.area.x0) * 10 > i64::from(right - left) * 7)
    };
    let multi = region.iter().filter(|row| is_parted(row)).count();
    region.iter().filter(wide).count() * 2 > region.len() && multi * 6 < region.len() && !has_label_column(region)
}

/// Text that begins at one edge, with labels to the left of it. Prose has nothing left of where its lines begin.
fn has_label_column(region: &[Vec<TextLine>]) -> bool {
    let mut starts: BTreeMap<i32, usize> = BTreeMap::new();
    for piece in region.iter().flatten() {
        *starts.entry(piece.area.x0 / 2_000).or_default() += 1;
    }
    let Some((edge, _)) = starts.into_iter().max_by_key(|(edge, count)| (*count, -edge)) else { return false };
    let is_left = |piece: &&TextLine| piece.area.x1 <= edge * 2_000 && piece.area.x1 > piece.area.x0;
    region.iter().flatten().filter(is_left).count() >= MIN_ROWS
}

fn part(rows: Vec<Vec<Block>>, loose: &[Rule], width: i32) -> Part {
    let area = rows.iter().flatten().map(|block| block.area).reduce(Rect::union).unwrap_or_default();
    let between = |rule: &&Rule| rule.at >= area.y0 - SLACK && rule.at <= area.y1 + SLACK;
    let rules: Vec<Rule> = loose.iter().filter(between).copied().collect();
    let levels = grid::cluster(rules.iter().map(|rule| rule.at).collect()).len();
    if levels * 100 > rows.len() * RULED_ROWS
        && let Some(part) = ruled_part(&rows, rules, width)
    {
        return part;
    }
    let count = rows.len();
    let mut cells = Vec::new();
    for (row, blocks) in rows.into_iter().enumerate() {
        cells.extend(blocks.into_iter().map(|block| PartCell {
            row,
            row_span: 1,
            area: block.area,
            lines: block.lines,
        }));
    }
    Part { origin: Origin::Aligned, area, frame: (0, width), bounded: false, rows: count, cells }
}

/// How far (1/1000 pt) the rules of a table stand outside its text.
const SLACK: i32 = 15_000;

/// Lines → cells: lines of one cell stand under each other, closer than rows do.
fn blocks(region: Vec<Vec<TextLine>>, loose: &[Rule]) -> Vec<Block> {
    let pieces: Vec<TextLine> = region.into_iter().flatten().collect();
    let leading = leading(&pieces);
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for piece in pieces {
        // Pieces of one printed line differ a little in height, so that a block is closed only one line later.
        open.retain(|i| piece.area.y0 - last_top(&blocks[*i]) <= leading.saturating_add(piece.size));
        let over: Vec<usize> = open.iter().copied().filter(|i| overlap(blocks[*i].area, piece.area)).collect();
        let fits = |i: &usize| {
            let last = last_top(&blocks[*i]);
            let step = piece.area.y0 - last;
            step > percent(piece.size, SAME_ROW) && step <= leading && !parted(loose, last, &piece)
        };
        match over.as_slice() {
            [i] if fits(i) => {
                blocks[*i].area = blocks[*i].area.union(piece.area);
                blocks[*i].lines.push(piece);
            }
            _ => {
                open.retain(|i| !over.contains(i));
                open.push(blocks.len());
                blocks.push(Block { area: piece.area, lines: vec![piece] });
            }
        }
    }
    blocks
}

fn last_top(block: &Block) -> i32 {
    block.lines.last().map_or(block.area.y0, |line| line.area.y0)
}

/// One stands over the other: they share a good part of the narrower one's width.
fn overlap(a: Rect, b: Rect) -> bool {
    let shared = a.x1.min(b.x1) - a.x0.max(b.x0);
    shared > (a.x1 - a.x0).min(b.x1 - b.x0) / 4
}

/// A rule runs between a line and the piece under it.
fn parted(loose: &[Rule], above: i32, piece: &TextLine) -> bool {
    let (x, y) = middle(piece.area);
    let first = loose.partition_point(|rule| rule.at <= above);
    loose[first..].iter().take_while(|rule| rule.at < y).any(|rule| rule.from <= x && x <= rule.to)
}

/// The largest distance of lines in one cell; 0 where every line is a row.
fn leading(pieces: &[TextLine]) -> i32 {
    let mut distances: Vec<i32> = Vec::new();
    let mut last: Vec<&TextLine> = Vec::new();
    for piece in pieces {
        if let Some(i) = last.iter().position(|above| overlap(above.area, piece.area)) {
            let distance = piece.area.y0 - last[i].area.y0;
            if distance > percent(piece.size, SAME_ROW) && distance < piece.size * 4 {
                distances.push(distance);
            }
        }
        last.retain(|above| !overlap(above.area, piece.area));
        last.push(piece);
    }
    let Some(usual) = most_common(&distances, pieces) else { return 0 };
    let larger = distances.iter().filter(|distance| **distance > percent(usual, CLEARLY)).count();
    if larger * 100 >= distances.len() * LARGER { percent(usual, LEADING) } else { 0 }
}

/// The most common distance among those that lines of one cell can have.
fn most_common(distances: &[i32], pieces: &[TextLine]) -> Option<i32> {
    let size = pieces.iter().map(|piece| piece.size).max()?;
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for distance in distances.iter().filter(|distance| **distance <= percent(size, CELL_LINES)) {
        *counts.entry(distance / 500).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(distance, count)| (*count, -distance)).map(|(distance, _)| distance * 500 + 250)
}

/// Lines of one cell are no further apart than this share of the em (percent).
const CELL_LINES: i32 = 180;

/// Cells → rows.
fn rows(mut blocks: Vec<Block>) -> Vec<Vec<Block>> {
    blocks.sort_by_key(|block| (block.middle(), block.area.x0));
    let mut rows: Vec<Vec<Block>> = Vec::new();
    for block in blocks {
        match rows.last_mut() {
            Some(row)
                if block.middle() - row[0].middle() <= percent(block.size(), SAME_ROW)
                    && !row.iter().any(|other| overlap(other.area, block.area)) =>
            {
                row.push(block);
            }
            _ => rows.push(vec![block]),
        }
    }
    let mut rows = attach_labels(rows);
    for row in &mut rows {
        row.sort_by_key(|block| block.area.x0);
    }
    rows
}

/// Labels that stand between two rows go to the nearer one.
fn attach_labels(rows: Vec<Vec<Block>>) -> Vec<Vec<Block>> {
    let mut steps: Vec<i32> = Vec::new();
    let full: Vec<i32> = rows.iter().filter(|row| row.len() > 1).map(|row| row[0].middle()).collect();
    steps.extend(full.windows(2).map(|pair| pair[1] - pair[0]));
    steps.sort_unstable();
    let near = steps.get(steps.len() / 10).map_or(0, |step| percent(*step, NEAR_ROW));
    let mut kept: Vec<Vec<Block>> = Vec::new();
    let mut waiting: Vec<Block> = Vec::new();
    for row in rows {
        if row.len() > 1 {
            let middle = row[0].middle();
            kept.push(row);
            for label in waiting.drain(..) {
                let last = kept.len() - 1;
                let above = last.checked_sub(1).map_or(i32::MAX, |i| label.middle() - kept[i][0].middle());
                let to = if above <= middle - label.middle() { last - 1 } else { last };
                kept[to].push(label);
            }
            continue;
        }
        let label = row[0].clone();
        let close = kept.last().is_some_and(|last| {
            let free = !last.iter().any(|block| overlap(block.area, label.area));
            last.len() > 1 && label.middle() - last[0].middle() < near && free
        });
        if close { waiting.push(label) } else { kept.push(row) }
    }
    if let Some(last) = kept.last_mut() {
        last.extend(waiting);
    }
    kept
}

/// Rules in one direction tell rows and the heights of labels; column lines are drawn where text leaves room.
fn ruled_part(rows: &[Vec<Block>], across: Vec<Rule>, width: i32) -> Option<Part> {
    let blocks: Vec<&Block> = rows.iter().flatten().collect();
    let spans: Vec<(usize, i32, i32)> =
        rows.iter().enumerate().flat_map(|(i, row)| row.iter().map(move |b| (i, b.area.x0, b.area.x1))).collect();
    let mut edges: Vec<i32> = across.iter().flat_map(|rule| [rule.from, rule.to]).collect();
    edges = grid::cluster(edges);
    for gap in gaps(&spans) {
        if !edges.iter().any(|edge| gap.0 - grid::SNAP <= *edge && *edge <= gap.1 + grid::SNAP) {
            edges.push(mean(gap.0, gap.1));
        }
    }
    edges.sort_unstable();
    let levels = grid::cluster(across.iter().map(|rule| rule.at).collect());
    let mut rules = across;
    for pair in levels.windows(2) {
        for edge in &edges {
            let crosses = |block: &&&Block| {
                block.area.x0 < *edge && *edge < block.area.x1 && pair[0] < block.area.y1 && block.area.y0 < pair[1]
            };
            if !blocks.iter().any(|block| crosses(&block)) {
                rules.push(Rule { horizontal: false, at: *edge, from: pair[0], to: pair[1] });
            }
        }
    }
    let grid = grid::find(&rules).grids.pop()?;
    let mut cells: Vec<PartCell> = grid.cells.iter().map(empty).collect();
    for block in blocks {
        let cell = grid.cell_at(middle(block.area).0, block.middle())?;
        cells[cell].lines.extend(block.lines.iter().cloned());
    }
    Some(Part {
        origin: Origin::Aligned,
        area: grid.area,
        frame: (0, width),
        bounded: true,
        rows: grid.ys.len() - 1,
        cells,
    })
}

fn empty(cell: &GridCell) -> PartCell {
    PartCell { row: cell.row, row_span: cell.row_span, area: cell.area, lines: Vec::new() }
}

/// The room between neighbouring columns.
fn gaps(blocks: &[(usize, i32, i32)]) -> Vec<(i32, i32)> {
    let columns = column_extents(blocks);
    columns.windows(2).filter(|pair| pair[0].1 < pair[1].0).map(|pair| (pair[0].1, pair[1].0)).collect()
}

/// Extents of the columns of text blocks (row, left, right): narrow blocks make columns, wide ones that lie over several
/// are spans. A column needs two rows unless it is the first or the last.
fn column_extents(blocks: &[(usize, i32, i32)]) -> Vec<(i32, i32)> {
    let mut order: Vec<(usize, i32, i32)> = blocks.to_vec();
    order.sort_unstable_by_key(|(row, x0, x1)| (x1 - x0, *x0, *row));
    let mut columns: Vec<(i32, i32, usize)> = Vec::new();
    for (_, x0, x1) in order {
        let (first, last) = covered(columns.iter().map(|column| (column.0, column.1)), x0, x1);
        // Columns never lap over each other: what little a block reaches into the next column is cut off.
        let left = first.checked_sub(1).map_or(i32::MIN, |i| columns[i].1);
        let right = columns.get(last).map_or(i32::MAX, |column| column.0);
        let (x0, x1) = (x0.max(left), x1.min(right));
        match last - first {
            0 if x0 < x1 => columns.insert(first, (x0, x1, 1)),
            1 => {
                let column = &mut columns[first];
                *column = (column.0.min(x0), column.1.max(x1), column.2 + 1);
            }
            _ => {}
        }
    }
    let count = columns.len();
    let mut i = 0;
    columns.retain(|column| {
        i += 1;
        column.2 > 1 || i == 1 || i == count
    });
    columns.into_iter().map(|column| (column.0, column.1)).collect()
}

/// The columns that an extent covers, but for a little at its ends: the first, and the one after the last.
fn covered(columns: impl Iterator<Item = (i32, i32)>, x0: i32, x1: i32) -> (usize, usize) {
    let slack = ((x1 - x0) / 6).min(MAX_SLACK);
    let (mut first, mut last) = (0, 0);
    for (i, column) in columns.enumerate() {
        if column.1 <= x0 + slack {
            first = i + 1;
        }
        if column.0 < x1 - slack {
            last = i + 1;
        }
    }
    (first, last.max(first))
}

/// How far (1/1000 pt) a block may reach into a column without standing in it.
const MAX_SLACK: i32 = 8_000;

/// First column and number of columns of every block (row, left, right), and the number of columns in all.
pub(crate) fn columns(blocks: &[(usize, i32, i32)]) -> (Vec<(u16, u16)>, u16) {
    let extents = column_extents(blocks);
    let place = |x0: i32, x1: i32| {
        let (first, last) = covered(extents.iter().copied(), x0, x1);
        if last > first {
            return (first, last - first);
        }
        // Between two columns: the nearer one.
        let before = first.checked_sub(1).map_or(i32::MAX, |i| x0 - extents[i].1);
        let after = extents.get(first).map_or(i32::MAX, |column| column.0 - x1);
        (if before <= after { first.saturating_sub(1) } else { first }, 1)
    };
    let mut places: Vec<(usize, usize)> = blocks.iter().map(|(_, x0, x1)| place(*x0, *x1)).collect();
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_unstable_by_key(|i| (blocks[*i].0, blocks[*i].1));
    for pair in order.windows(2).filter(|pair| blocks[pair[0]].0 == blocks[pair[1]].0) {
        let (left, right) = (places[pair[0]], places[pair[1]]);
        // Two blocks of a row never share a column: the left one gives way, then the right one.
        places[pair[0]].1 = left.1.min(right.0.saturating_sub(left.0)).max(1);
        places[pair[1]].0 = right.0.max(left.0 + places[pair[0]].1);
    }
    let count = places.iter().map(|(first, count)| first + count).max().unwrap_or(0).max(extents.len());
    (places.into_iter().map(|(first, count)| (first as u16, count as u16)).collect(), count as u16)
}
