//! Cells without rules → rows, and the rows that labels stand beside.
//!
//! The cells of a row have one middle, or one top.
//! A cell with nothing to its right tells a row; what stands beside several of those, or between them, is a label of
//! several rows.

use jixiao_model::Rect;

use super::Place;
use super::cells::{Block, MAX_BESIDE, Pitch, each_beside, overlap};
use super::columns::{Columns, Gap, gap};
use super::spans::{self, Element, Prices, Stand};
use crate::lines::percent;
use crate::page::{mean, middle};

/// Cells of one row stand at one height within this share of the em (percent).
const SAME_ROW: i32 = 25;

/// What is known of all pages of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    pub(super) pitch: Pitch,
    /// Room between the cells of a column above and below their text: half of what is usual between two texts.
    pad: i32,
    /// Where texts stand in cells that are higher.
    stand: Stand,
}

impl Habits {
    pub(super) fn of(pages: &[Vec<Block>], pitch: Pitch) -> Self {
        let stand = stand(pages);
        Self { pitch, pad: pad(pages, pitch), stand }
    }

    /// What a block takes of the page's height if it covers one row only.
    fn extent(&self, block: &Block) -> (i32, i32) {
        let height = self.height(block);
        (block.middle() - height / 2 - self.pad, block.middle() + height / 2 + self.pad)
    }

    fn height(&self, block: &Block) -> i32 {
        block.area.y1 - block.area.y0 - block.size() + self.pitch.height(block.size())
    }

    fn anchor(&self, block: &Block) -> i32 {
        match self.stand {
            Stand::Middle => block.middle(),
            Stand::Top => block.area.y0,
        }
    }
}

/// Neighbours of different heights share their middle, or their top.
fn stand(pages: &[Vec<Block>]) -> Stand {
    let (mut same_middle, mut same_top) = (0, 0);
    for blocks in pages {
        each_beside(blocks, |a, b| {
            let (a, b) = (&blocks[a], &blocks[b]);
            if a.lines.len() != b.lines.len() {
                let off = percent(a.size().min(b.size()), SAME_ROW);
                same_middle += usize::from((a.middle() - b.middle()).abs() <= off);
                same_top += usize::from((a.area.y0 - b.area.y0).abs() <= off);
            }
        });
    }
    if same_top > same_middle { Stand::Top } else { Stand::Middle }
}

/// Half of the room between texts that is most common.
fn pad(pages: &[Vec<Block>], pitch: Pitch) -> i32 {
    let mut gaps: Vec<i32> = Vec::new();
    for blocks in pages {
        let mut order: Vec<&Block> = blocks.iter().collect();
        order.sort_unstable_by_key(|block| (block.area.y0, block.area.x0));
        let mut above: Vec<&Block> = Vec::new();
        for block in order {
            let over = |other: &&&Block| overlap(other.area, block.area);
            if let Some(other) = above.iter().filter(over).max_by_key(|other| other.area.y1) {
                let leading = pitch.height(block.size()) - block.size();
                gaps.push(block.area.y0 - other.area.y1 - leading);
            }
            above.retain(|other| !overlap(other.area, block.area));
            above.push(block);
        }
    }
    gaps.sort_unstable();
    let gaps = &gaps[gaps.partition_point(|gap| *gap < 0)..];
    let count = |i: usize| gaps[i..].partition_point(|gap| *gap <= gaps[i] + GAP_STEP);
    let usual = (0..gaps.len()).max_by_key(|i| (count(*i), std::cmp::Reverse(*i)));
    usual.map_or(0, |i| gaps[i + count(i) / 2] / 2)
}

/// Gaps between rows that differ by no more than this (1/1000 pt) are one.
const GAP_STEP: i32 = 500;

/// The rows of a page's part of a table and the places of its blocks.
pub(super) struct Rows {
    /// Tops and bottoms.
    pub(super) bounds: Vec<(i32, i32)>,
    /// Of every block.
    pub(super) places: Vec<Place>,
    /// For every square of the grid, row by row: it is part of the column of a label, as is the one below.
    pub(super) open_below: Vec<bool>,
    /// Nothing contradicts what was found.
    pub(super) sound: bool,
}

/// Blocks of a row, as positions.
type Group = Vec<usize>;

/// Finds the rows. `open` tells whether the table goes on from the page before and on the next.
pub(super) fn find(blocks: &[Block], columns: &Columns, habits: &Habits, open: (bool, bool)) -> Rows {
    let groups = groups(blocks, habits);
    let extents: Vec<(i32, i32)> = blocks.iter().map(|block| habits.extent(block)).collect();
    let visible = visible(blocks, &groups, &extents);
    // What is left out are labels between rows.
    let leaves: Vec<Group> = groups.into_iter().filter(|group| group.iter().any(|block| visible[*block])).collect();
    let (bounds, even) = bounds(&leaves, &visible, &extents);
    let mut solver = Solver::new(blocks, columns, habits, bounds);
    for (row, group) in leaves.iter().enumerate() {
        solver.stand_in(row, group, &visible);
    }
    solver.solve(&leaves, open, even)
}

fn groups(blocks: &[Block], habits: &Habits) -> Vec<Group> {
    in_line(blocks, |block| habits.anchor(block))
}

/// Blocks that have one middle, from top to bottom.
pub(super) fn by_middle(blocks: &[Block]) -> Vec<Group> {
    in_line(blocks, Block::middle)
}

fn in_line(blocks: &[Block], anchor: impl Fn(&Block) -> i32) -> Vec<Group> {
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_unstable_by_key(|i| (anchor(&blocks[*i]), blocks[*i].area.x0));
    let mut groups: Vec<Group> = Vec::new();
    for i in order {
        let block = &blocks[i];
        let joins = |group: &Group| {
            let first = &blocks[group[0]];
            anchor(block) - anchor(first) <= percent(block.size().min(first.size()), SAME_ROW)
                && !group.iter().any(|other| overlap(blocks[*other].area, block.area))
        };
        match groups.last_mut().filter(|group| joins(group)) {
            Some(group) => group.push(i),
            None => groups.push(vec![i]),
        }
    }
    groups
}

/// The blocks of every row, from left to right.
fn in_rows(blocks: &[Block], places: &[Place]) -> Vec<Group> {
    let rows = places.iter().map(|place| place.row + place.row_span).max().unwrap_or(0);
    let mut in_rows: Vec<Group> = vec![Vec::new(); rows];
    for (block, place) in places.iter().enumerate() {
        in_rows[place.row..place.row + place.row_span].iter_mut().for_each(|row| row.push(block));
    }
    for row in &mut in_rows {
        row.sort_unstable_by_key(|block| blocks[*block].area.x0);
    }
    in_rows
}

/// The gaps between blocks whose rows are known.
pub(super) fn gaps(blocks: &[Block], places: &[Place]) -> Vec<Gap> {
    let rows = in_rows(blocks, places);
    rows.iter().flat_map(|row| row.windows(2)).filter_map(|pair| gap(&blocks[pair[0]], &blocks[pair[1]])).collect()
}

/// Gives blocks whose rows are known the columns that they have room for: texts of one edge have cells of one width.
pub(super) fn spread(blocks: &[Block], places: &mut [Place], columns: &Columns) {
    let in_row = in_rows(blocks, places);
    let mut room = vec![(i32::MIN, i32::MAX); blocks.len()];
    for row in &in_row {
        for pair in row.windows(2) {
            let (left, right) = (blocks[pair[0]].area, blocks[pair[1]].area);
            room[pair[0]].1 = room[pair[0]].1.min(right.x0);
            room[pair[1]].0 = room[pair[1]].0.max(left.x1);
        }
    }
    let mut spots: Vec<(usize, usize)> =
        blocks.iter().zip(room).map(|(block, room)| spot(block, room, columns)).collect();
    for row in &in_row {
        give_way(row, &mut spots);
    }
    for (place, spot) in places.iter_mut().zip(spots) {
        (place.column, place.column_span) = spot;
    }
}

/// Two blocks of a row never share a column: the left one gives way, then the right one. `row` is from left to right.
fn give_way(row: &[usize], spots: &mut [(usize, usize)]) {
    for pair in row.windows(2) {
        let (left, right) = (spots[pair[0]], spots[pair[1]]);
        spots[pair[0]].1 = left.1.min(right.0.saturating_sub(left.0)).max(1);
        let first = right.0.max(left.0 + spots[pair[0]].1);
        spots[pair[1]] = (first, (right.0 + right.1).saturating_sub(first).max(1));
    }
}

/// First column and number of columns of a block between its neighbours.
fn spot(block: &Block, (left, right): (i32, i32), columns: &Columns) -> (usize, usize) {
    let class = block.class;
    if left == i32::MIN && right == i32::MAX && columns.is_banner(block) {
        return (0, columns.len().max(1));
    }
    if left < class.from && class.to < right {
        return columns.place(class.from, class.to);
    }
    columns.place(block.area.x0, block.area.x1)
}

/// Blocks with no block of another group to their right.
fn visible(blocks: &[Block], groups: &[Group], extents: &[(i32, i32)]) -> Vec<bool> {
    let mut group_of = vec![0; blocks.len()];
    for (g, group) in groups.iter().enumerate() {
        for block in group {
            group_of[*block] = g;
        }
    }
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_unstable_by_key(|i| extents[*i]);
    let mut visible = vec![true; blocks.len()];
    for (at, a) in order.iter().enumerate() {
        for b in order[at + 1..].iter().take_while(|b| extents[**b].0 < extents[*a].1).take(MAX_BESIDE) {
            let lap = extents[*a].1.min(extents[*b].1) - extents[*b].0;
            let least = blocks[*a].size().min(blocks[*b].size()) / LAP;
            if group_of[*a] != group_of[*b] && lap > least {
                let (left, right) = if blocks[*a].area.x1 <= middle(blocks[*b].area).0 { (*a, *b) } else { (*b, *a) };
                if blocks[left].area.x1 <= middle(blocks[right].area).0 {
                    visible[left] = false;
                }
            }
        }
    }
    visible
}

/// Rows of a table lap over each other by less than this share of the em: rounding.
const LAP: i32 = 5;

/// Tops and bottoms of rows; false where they lap over each other.
fn bounds(leaves: &[Group], visible: &[bool], extents: &[(i32, i32)]) -> (Vec<(i32, i32)>, bool) {
    let hull = |group: &Group| {
        let of = |block: &usize| extents[*block];
        let union = |a: (i32, i32), b: (i32, i32)| (a.0.min(b.0), a.1.max(b.1));
        group.iter().filter(|block| visible[**block]).map(of).reduce(union).unwrap_or_default()
    };
    let mut bounds: Vec<(i32, i32)> = leaves.iter().map(hull).collect();
    let mut even = true;
    for row in 1..bounds.len() {
        even &= bounds[row].0 - bounds[row - 1].1 > -MAX_LAP;
        let edge = mean(bounds[row - 1].1, bounds[row].0);
        bounds[row - 1].1 = edge;
        bounds[row].0 = edge.max(bounds[row - 1].0);
    }
    (bounds, even)
}

/// Rows that lap over each other further than this (1/1000 pt) are not understood.
const MAX_LAP: i32 = 3_000;

/// Decides which rows every block covers, column by column.
struct Solver<'b> {
    blocks: &'b [Block],
    columns: &'b Columns,
    habits: &'b Habits,
    bounds: Vec<(i32, i32)>,
    /// Where the text of the page begins.
    top: i32,
    /// The row in whose line a block stands.
    rows: Vec<Option<usize>>,
    /// It covers no other row.
    single: Vec<bool>,
    /// First column and number of columns of every block; nothing else stands in these columns of its row.
    spots: Vec<(usize, usize)>,
    /// It stands alone in its row, at the left edge: no label reaches over that row.
    leads: Vec<bool>,
    /// Top, left edge and row of the blocks that stand in a row, from top to bottom.
    tops: Vec<(i32, i32, usize)>,
}

impl<'b> Solver<'b> {
    fn new(blocks: &'b [Block], columns: &'b Columns, habits: &'b Habits, bounds: Vec<(i32, i32)>) -> Self {
        let spots = blocks.iter().map(|block| columns.place(block.area.x0, block.area.x1)).collect();
        let (rows, single) = (vec![None; blocks.len()], vec![false; blocks.len()]);
        let leads = single.clone();
        let top = blocks.iter().map(|block| block.area.y0).min().unwrap_or(0);
        Self { blocks, columns, habits, bounds, top, rows, single, spots, leads, tops: Vec::new() }
    }

    /// Notes what stands in a row.
    fn stand_in(&mut self, row: usize, group: &Group, visible: &[bool]) {
        let mut order: Vec<usize> = group.clone();
        order.sort_unstable_by_key(|block| self.blocks[*block].area.x0);
        for (i, block) in order.iter().enumerate() {
            let left = i.checked_sub(1).map_or(i32::MIN, |i| self.blocks[order[i]].area.x1);
            let right = order.get(i + 1).map_or(i32::MAX, |next| self.blocks[*next].area.x0);
            self.spots[*block] = spot(&self.blocks[*block], (left, right), self.columns);
            self.rows[*block] = Some(row);
            // Nothing stands to the right of it.
            self.single[*block] = i + 1 == order.len() && visible[*block];
        }
        give_way(&order, &mut self.spots);
        if let [only] = order.as_slice()
            && self.spots[*only].0 == 0
            && self.spots[*only].1 < self.columns.len()
        {
            self.leads[*only] = true;
            self.spots[*only] = (0, self.columns.len());
        }
    }

    fn solve(mut self, leaves: &[Group], open: (bool, bool), even: bool) -> Rows {
        let names = self.names(leaves);
        let finer = self.beside_finer(leaves);
        for (block, finer) in finer.into_iter().enumerate() {
            // Only what stands left of the column that names the rows may cover several.
            self.single[block] |= finer || self.rows[block].is_some_and(|row| self.spots[block].0 >= names[row]);
        }
        self.tops = self.tops();
        let (spans, sound) = self.spans(&names, open);
        let places = (0..self.blocks.len()).map(|block| {
            let (row, row_span) = spans[block].unwrap_or((self.rows[block].unwrap_or(0), 1));
            let Rect { x0, x1, .. } = self.blocks[block].area;
            let own = self.leads[block].then(|| self.columns.place(x0, x1));
            let (column, column_span) = own.unwrap_or(self.spots[block]);
            Place { row, row_span, column, column_span }
        });
        Rows {
            places: places.collect(),
            open_below: self.open_below(&names),
            sound: even && sound,
            bounds: self.bounds,
        }
    }

    /// Blocks with a cell to their left that has cells of the same column in the next rows: labels never get finer to the
    /// left.
    fn beside_finer(&self, leaves: &[Group]) -> Vec<bool> {
        let left = |block: usize, group: &Group| {
            let before = |other: &&usize| self.blocks[**other].area.x1 <= self.blocks[block].area.x0;
            group.iter().filter(before).max_by_key(|other| self.blocks[**other].area.x1).copied()
        };
        let mut finer = vec![false; self.blocks.len()];
        for (row, group) in leaves.iter().enumerate() {
            let around = [row.checked_sub(1), Some(row + 1)];
            let near: Vec<usize> =
                around.into_iter().flatten().filter_map(|row| leaves.get(row)).flatten().copied().collect();
            for block in group {
                let Some(left) = left(*block, group) else { continue };
                finer[*block] = near.iter().any(|other| self.spots[*other] == self.spots[left]);
            }
        }
        finer
    }

    /// First row and number of rows of every block; whether nothing contradicts those of labels.
    fn spans(&self, names: &[usize], open: (bool, bool)) -> (Vec<Option<(usize, usize)>>, bool) {
        let mut spans: Vec<Option<(usize, usize)>> = vec![None; self.blocks.len()];
        let mut sound = true;
        // From the finest column on: what a label covers begins and ends where the cells to its right do.
        let mut edges = vec![true; self.bounds.len() + 1];
        for column in (0..self.columns.len()).rev() {
            let here = self.in_column(column);
            let element = |block: &usize| self.element(*block, spans[*block], open);
            let elements: Vec<Element> = here.iter().map(element).collect();
            let label = names.iter().any(|names| column < *names);
            let decided = spans::decide(&self.bounds, &elements, self.habits.stand, prices(label, open), &edges);
            sound &= !label || (decided.cost < UNSOUND && !decided.doubtful);
            edges = edges_of(&decided.rows, self.bounds.len());
            for (block, rows) in here.into_iter().zip(decided.rows) {
                spans[block] = spans[block].or(Some(rows));
            }
        }
        (spans, sound)
    }

    /// The blocks of a column, from top to bottom.
    fn in_column(&self, column: usize) -> Vec<usize> {
        let stands = |block: &usize| {
            let (first, count) = self.spots[*block];
            (first..first + count).contains(&column)
        };
        let mut here: Vec<usize> = (0..self.blocks.len()).filter(stands).collect();
        here.sort_unstable_by_key(|block| (self.habits.anchor(&self.blocks[*block]), self.blocks[*block].area.x0));
        here
    }

    fn open_below(&self, names: &[usize]) -> Vec<bool> {
        let row = |(row, own): (usize, &usize)| {
            let labels = (*own).min(names.get(row + 1).copied().unwrap_or(0));
            (0..self.columns.len()).map(move |column| column < labels)
        };
        names.iter().enumerate().flat_map(row).collect()
    }

    /// `decided` are its rows in another column, `open` tells whether the table comes from the page before and goes on on
    /// the next.
    fn element(&self, block: usize, decided: Option<(usize, usize)>, open: (bool, bool)) -> Element {
        let row = self.rows[block];
        let fixed = decided.or(row.filter(|_| self.single[block]).map(|row| (row, 1)));
        let at_top = open.0 && row.is_none() && self.blocks[block].area.y0 - self.top <= GAP_STEP;
        let level = if open.1 && row.is_none() { self.level(block) } else { None };
        Element { anchor: self.habits.anchor(&self.blocks[block]), row, fixed, at_top, level }
    }

    fn tops(&self) -> Vec<(i32, i32, usize)> {
        let top = |(block, row): (&Block, &Option<usize>)| row.map(|row| (block.area.y0, block.area.x0, row));
        let mut tops: Vec<(i32, i32, usize)> = self.blocks.iter().zip(&self.rows).filter_map(top).collect();
        tops.sort_unstable();
        tops
    }

    /// The row with a text to the right of a block that begins at its height.
    fn level(&self, block: usize) -> Option<usize> {
        let area = self.blocks[block].area;
        let first = self.tops.partition_point(|top| top.0 < area.y0 - GAP_STEP);
        let near = self.tops[first..].iter().take_while(|top| top.0 <= area.y0 + GAP_STEP).take(MAX_BESIDE);
        near.filter(|top| top.1 > area.x1).map(|top| top.2).min()
    }

    /// For every row the column that names the rows around it: the first that (nearly) as
    /// many rows between two banners have as any.
    fn names(&self, leaves: &[Group]) -> Vec<usize> {
        let banner = |group: &Group| matches!(group.as_slice(), [only] if self.spots[*only].1 >= self.columns.len());
        let mut names = Vec::with_capacity(leaves.len());
        for section in leaves.split_inclusive(banner) {
            let rows = section.len() - usize::from(section.last().is_some_and(banner));
            let stands = |group: &&Group, column: usize| {
                group.iter().any(|block| {
                    let (first, count) = self.spots[*block];
                    (first..first + count).contains(&column)
                })
            };
            let count = |column: usize| section[..rows].iter().filter(|group| stands(group, column)).count();
            let counts: Vec<usize> = (0..self.columns.len()).map(count).collect();
            let most = counts.iter().copied().max().unwrap_or(0);
            let first = counts.iter().position(|count| count * 10 >= most * 9).unwrap_or(0);
            names.extend(std::iter::repeat_n(first, rows));
            names.extend(std::iter::repeat_n(0, section.len() - rows));
        }
        names
    }
}

/// What rows of a column without cell cost; `open` tells whether the table goes on before and after the page.
fn prices(label: bool, open: (bool, bool)) -> Prices {
    Prices {
        before: if open.0 { 1 } else { EMPTY },
        between: if label { EMPTY } else { 1 },
        after: if open.1 { 1 } else { EMPTY },
    }
}

/// Rows at which a cell begins or ends, or that none covers.
fn edges_of(spans: &[(usize, usize)], rows: usize) -> Vec<bool> {
    let mut edges = vec![true; rows + 1];
    for (first, count) in spans {
        edges[first + 1..(first + count).min(rows)].fill(false);
    }
    edges
}

/// A row left empty costs this where it belongs to a label.
const EMPTY: u32 = 10;

/// A reading that costs this leaves a row without label or a label without rows.
const UNSOUND: u32 = EMPTY;

/// The hull of some boxes.
pub(super) fn hull(areas: impl Iterator<Item = Rect>) -> Rect {
    areas.reduce(Rect::union).unwrap_or_default()
}
