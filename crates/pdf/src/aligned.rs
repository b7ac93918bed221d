//! Tables without column lines: columns from the alignment of text, rows from its distances and from whatever rules
//! there are.

use std::collections::{BTreeMap, VecDeque};

use jixiao_model::{Origin, Rect};

use crate::grid::{self, GridCell};
use crate::labels;
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

/// Rules for this share (percent) of the rows: the rules tell the rows.
const RULED_ROWS: usize = 60;

/// Pieces of text that form a cell.
#[derive(Debug, Clone)]
struct Block {
    lines: Vec<TextLine>,
    area: Rect,
    /// Rows that it stands beside.
    row_span: usize,
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
    let scattered = region.iter().map(Vec::len).sum::<usize>() > MAX_PIECES || is_scattered(&region);
    if multi < needed || scattered || is_contents(&region) || (!ruled.is_table() && is_prose(&region)) {
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

/// Pieces of text of one table on a page; dense tables have some hundred.
const MAX_PIECES: usize = 4_000;

/// Mostly single characters: vertical writing, or a drawing with letters in it.
fn is_scattered(region: &[Vec<TextLine>]) -> bool {
    let single = |piece: &&TextLine| piece.text.chars().nth(1).is_none();
    let pieces = || region.iter().flatten();
    pieces().filter(single).count() * 5 > pieces().count() * 3
}

/// A single block over a table or within it that belongs to no column: a title, which is centred, or the unit of the
/// amounts at the right edge.
fn is_caption(row: &[Block], rows: &[Vec<Block>]) -> bool {
    let [block] = row else { return false };
    let near = |a: i32, b: i32| (a - b).abs() <= block.size() / 2;
    let aligned =
        |other: &Block| near(other.area.x0, block.area.x0) || near(middle(other.area).0, middle(block.area).0);
    let columns = rows.iter().filter(|row| row.len() > 1).flatten().filter(|other| aligned(other)).count();
    let (left, right) = sides(rows);
    let central = (middle(block.area).0 - mean(left, right)).abs() <= block.size() * 2;
    let at_right = near(block.area.x1, right);
    columns < 2 && (central || at_right) || is_note(row, rows)
}

/// A wide single block that begins at the left edge: a sentence before or after a table.
fn is_note(row: &[Block], rows: &[Vec<Block>]) -> bool {
    matches!(row, [block] if is_wide(block, rows) && block.area.x0 - sides(rows).0 <= block.size() * 2)
}

/// Left and right edge of the text.
fn sides(rows: &[Vec<Block>]) -> (i32, i32) {
    let left = rows.iter().flatten().map(|block| block.area.x0).min().unwrap_or(0);
    (left, rows.iter().flatten().map(|block| block.area.x1).max().unwrap_or(0))
}

fn is_wide(block: &Block, rows: &[Vec<Block>]) -> bool {
    let (left, right) = sides(rows);
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
    let rows = spread_labels(rows);
    let count = rows.len();
    let mut cells = Vec::new();
    for (row, blocks) in rows.into_iter().enumerate() {
        cells.extend(blocks.into_iter().map(|block| PartCell {
            row,
            row_span: block.row_span,
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
    let alone: Vec<bool> = region.iter().flat_map(|row| row.iter().map(|_| row.len() == 1)).collect();
    let pieces: Vec<TextLine> = region.into_iter().flatten().collect();
    let leading = leading(&pieces);
    let widths = widths(&pieces);
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for (piece, alone) in pieces.into_iter().zip(alone) {
        // Where the distances do not tell, a line with nothing beside it goes on in the next one if it was full.
        let guess = leading == 0 && alone;
        let leading = if guess { percent(piece.size, CELL_LINES) } else { leading };
        // Pieces of one printed line differ a little in height, so that a block is closed only one line later.
        open.retain(|i| piece.area.y0 - last_top(&blocks[*i]) <= leading.saturating_add(piece.size));
        let over: Vec<usize> = open.iter().copied().filter(|i| overlap(blocks[*i].area, piece.area)).collect();
        let fits = |i: &usize| {
            let last = last_top(&blocks[*i]);
            let step = piece.area.y0 - last;
            let near = step > percent(piece.size, SAME_ROW) && step <= leading && !parted(loose, last, &piece);
            near && (!guess || blocks[*i].lines.last().is_some_and(|line| is_full(line, &piece, &widths)))
        };
        match over.as_slice() {
            [i] if fits(i) => {
                blocks[*i].area = blocks[*i].area.union(piece.area);
                blocks[*i].lines.push(piece);
            }
            _ => {
                open.retain(|i| !over.contains(i));
                open.push(blocks.len());
                blocks.push(Block { area: piece.area, lines: vec![piece], row_span: 1 });
            }
        }
    }
    blocks
}

/// The widest piece that begins at an edge.
fn widths(pieces: &[TextLine]) -> BTreeMap<i32, i32> {
    let mut widths: BTreeMap<i32, i32> = BTreeMap::new();
    for piece in pieces {
        let width = widths.entry(piece.area.x0 / EDGE_STEP).or_default();
        *width = (*width).max(piece.area.x1 - piece.area.x0);
    }
    widths
}

/// Left edges within this distance (1/1000 pt) are one edge.
const EDGE_STEP: i32 = 2_000;

/// The next piece had no room on the line.
fn is_full(line: &TextLine, next: &TextLine, widths: &BTreeMap<i32, i32>) -> bool {
    let room = widths.get(&(line.area.x0 / EDGE_STEP)).copied().unwrap_or(0) - (line.area.x1 - line.area.x0);
    next.lead > room - line.size / 4
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
    for row in &mut rows {
        row.sort_by_key(|block| block.area.x0);
    }
    attach_labels(rows)
}

/// Blocks that have no room for a row of their own between two rows are the labels of groups, centred between them;
/// they go to the nearer row.
fn attach_labels(rows: Vec<Vec<Block>>) -> Vec<Vec<Block>> {
    let mut kept: Vec<Vec<Block>> = Vec::new();
    let mut waiting: Vec<Vec<Block>> = Vec::new();
    let mut rest = VecDeque::from(rows);
    while let Some(row) = rest.pop_front() {
        let below = rest.iter().take(NEXT_ROWS).find(|next| right_of(next, &row).next().is_some());
        let above = kept.last();
        let beside =
            below.is_some_and(|below| laps_under(&row, below)) || above.is_some_and(|above| laps_over(above, &row));
        let own = above.zip(below).is_some_and(|(above, below)| space(above, below, &row) >= room(&row[0]));
        if (row.len() < 2 && !own) || beside {
            waiting.push(row);
            continue;
        }
        let above = kept.last();
        let no_room = |label: &Vec<Block>| above.is_some_and(|above| space(above, &row, label) < room(&label[0]));
        let (labels, others): (Vec<_>, Vec<_>) = waiting.drain(..).partition(no_room);
        let upper = kept.len().saturating_sub(1);
        kept.extend(others);
        kept.push(row);
        let lower = kept.len() - 1;
        for label in labels.into_iter().flatten() {
            let far = |row: usize| (label.middle() - last(&kept[row]).middle()).abs();
            let to = if far(upper) <= far(lower) { upper } else { lower };
            kept[to].push(label);
            kept[to].sort_by_key(|block| block.area.x0);
        }
    }
    kept.extend(waiting);
    kept
}

/// The block of a row that is furthest to the right: a value or a name, never a label of several rows.
fn last(row: &[Block]) -> &Block {
    &row[row.len() - 1]
}

/// The row stands partly beside the one above, left of blocks of it.
fn laps_over(above: &[Block], row: &[Block]) -> bool {
    let end = right_of(above, row).map(|block| block.area.y1).max();
    end.is_some_and(|end| row.iter().all(|block| block.area.y0 < end))
}

/// The row stands partly beside the one below, left of blocks of it.
fn laps_under(row: &[Block], below: &[Block]) -> bool {
    let top = right_of(below, row).map(|block| block.area.y0).min();
    top.is_some_and(|top| row.iter().all(|block| block.area.y1 > top))
}

/// How many rows ahead the one below a label is looked for: other labels may stand between.
const NEXT_ROWS: usize = 3;

/// The blocks of a row that stand to the right of all of a label row.
fn right_of<'r>(row: &'r [Block], labels: &[Block]) -> impl Iterator<Item = &'r Block> {
    let edge = labels.iter().map(|block| block.area.x1).max().unwrap_or(0);
    row.iter().filter(move |block| block.area.x0 >= edge)
}

/// The room between two rows to the right of labels; labels themselves may be higher than their rows.
fn space(above: &[Block], below: &[Block], labels: &[Block]) -> i32 {
    let bottom = right_of(above, labels).map(|block| block.area.y1).max();
    let top = right_of(below, labels).map(|block| block.area.y0).min();
    bottom.zip(top).map_or(i32::MAX, |(bottom, top)| top - bottom)
}

/// The least room that a row of its own takes between two others: its height and a little.
fn room(block: &Block) -> i32 {
    percent(block.area.y1 - block.area.y0, OWN_ROW)
}

/// See [`room`], in percent: text that is set solid leaves nothing, and rows of a table never touch.
const OWN_ROW: i32 = 115;

/// Moves labels that stand in the middle of their rows to the first of these rows.
fn spread_labels(mut rows: Vec<Vec<Block>>) -> Vec<Vec<Block>> {
    let mut start = 0;
    for end in 1..=rows.len() {
        // No label reaches over the title of a section.
        let title = |row: usize| is_caption(&rows[row], &rows);
        if end == rows.len() || title(end) || title(start) {
            spread_section(&mut rows[start..end]);
            start = end;
        }
    }
    rows
}

/// Rows of something else that may stand over the rows with labels (a total, the end of the table before).
const MAX_SKIPPED: usize = 32;

fn spread_section(rows: &mut [Vec<Block>]) {
    let starts = 0..rows.len().min(MAX_SKIPPED);
    let complete =
        starts.clone().find_map(|start| Some((start, Section::of(&rows[start..]).filter(Section::is_complete)?)));
    let part = || starts.clone().take(1).find_map(|start| Some((start, Section::of(&rows[start..])?)));
    if let Some((start, section)) = complete.or_else(part) {
        section.spread(&mut rows[start..]);
    }
}

/// Rows with names, and labels to the left of the names.
struct Section {
    /// Extents of all columns.
    extents: Vec<(i32, i32)>,
    /// The groups of every column of labels: `None` where its labels do not tell, empty where it has none.
    groups: Vec<Option<Vec<(usize, usize)>>>,
}

impl Section {
    fn of(rows: &[Vec<Block>]) -> Option<Self> {
        let spans: Vec<(usize, i32, i32)> =
            rows.iter().enumerate().flat_map(|(i, row)| row.iter().map(move |b| (i, b.area.x0, b.area.x1))).collect();
        // A single label makes a column: its group may fill the page.
        let mut section = Self { extents: column_extents(&spans, 1), groups: Vec::new() };
        let stands = |row: &&Vec<Block>, c: usize| row.iter().any(|block| section.columns(block).contains(&c));
        let count = |c: usize| rows.iter().filter(|row| stands(row, c)).count();
        // The first column that stands in (nearly) every row names the rows.
        let names = (0..section.extents.len()).find(|c| count(*c) * 10 >= rows.len() * 9)?;
        let is_text = |block: &&Block| section.columns(block).start >= names;
        let text = |row: &Vec<Block>| row.iter().filter(is_text).map(|block| block.area).reduce(Rect::union);
        let texts: Vec<(i32, i32)> = rows.iter().filter_map(text).map(|area| (area.y0, area.y1)).collect();
        if names == 0 || texts.len() < rows.len() {
            return None;
        }
        let bands = labels::bands(&texts);
        let groups = |c: usize| {
            let of_column = rows.iter().flatten().filter(|block| section.column(block) == Some(c));
            let middles: Vec<i32> = of_column.map(Block::middle).collect();
            if middles.is_empty() { Some(Vec::new()) } else { labels::groups(&bands, &middles) }
        };
        let groups = (0..names).map(groups).collect();
        section.groups = groups;
        Some(section)
    }

    fn columns(&self, block: &Block) -> std::ops::Range<usize> {
        let (first, last) = covered(self.extents.iter().copied(), block.area.x0, block.area.x1);
        first..last
    }

    /// The one column that a block stands in.
    fn column(&self, block: &Block) -> Option<usize> {
        let columns = self.columns(block);
        (columns.len() == 1).then_some(columns.start)
    }

    fn is_complete(&self) -> bool {
        self.groups.iter().all(Option::is_some)
    }

    fn spread(&self, rows: &mut [Vec<Block>]) {
        let mut moved: Vec<(usize, Block)> = Vec::new();
        let mut next = vec![0; self.groups.len()];
        for row in rows.iter_mut() {
            for block in std::mem::take(row) {
                let group = self.column(&block).filter(|c| *c < next.len()).and_then(|c| {
                    next[c] += 1;
                    self.groups[c].as_ref()?.get(next[c] - 1).copied()
                });
                match group {
                    Some((first, row_span)) => moved.push((first, Block { row_span, ..block })),
                    None => row.push(block),
                }
            }
        }
        for (row, block) in moved {
            rows[row].push(block);
            rows[row].sort_by_key(|block| block.area.x0);
        }
    }
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
    let columns = column_extents(blocks, COLUMN_BLOCKS);
    columns.windows(2).filter(|pair| pair[0].1 < pair[1].0).map(|pair| (pair[0].1, pair[1].0)).collect()
}

/// Columns of a table; what looks like more is no table, and this bounds the work on it.
const MAX_COLUMNS: usize = 256;

/// Blocks that a column of a table has at least: a single one is centred in a cell over several columns.
const COLUMN_BLOCKS: usize = 2;

/// Extents of the columns of text blocks (row, left, right): narrow blocks make columns, wide ones that lie over several
/// are spans. A column needs `minimum` blocks unless it is the first or the last.
fn column_extents(blocks: &[(usize, i32, i32)], minimum: usize) -> Vec<(i32, i32)> {
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
            0 if x0 < x1 && columns.len() < MAX_COLUMNS => columns.insert(first, (x0, x1, 1)),
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
        column.2 >= minimum || i == 1 || i == count
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
    let extents = column_extents(blocks, COLUMN_BLOCKS);
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
