//! Blocks of text → columns: texts of one column share an edge or their middle.

use jixiao_model::Rect;

use super::cells::{Block, each_beside};
use crate::lines::TextLine;
use crate::page::{mean, middle};

/// The edge that the blocks of a column share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    Left,
    Centre,
    Right,
}

/// Blocks that share an edge, and the extent of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Class {
    edge: Edge,
    /// From the leftmost to the rightmost text of the class. A text with nothing beside it may reach over several columns
    /// and tells nothing of the width of one.
    pub(super) from: i32,
    pub(super) to: i32,
    count: usize,
}

impl Class {
    /// A block that shares nothing with others.
    pub(super) fn of(area: Rect) -> Self {
        Self { edge: Edge::Left, from: area.x0, to: area.x1, count: 1 }
    }

    /// The class with the extent of one of its blocks.
    fn with(self, area: Rect) -> Self {
        Self { from: self.from.min(area.x0), to: self.to.max(area.x1), ..self }
    }
}

/// Edges within this distance (1/1000 pt) are one.
const SAME: i32 = 1_500;

/// Columns of a table; what looks like more is no table, and this bounds the work on it.
const MAX_COLUMNS: usize = 256;

/// A class with one block for this many of the largest class is that of a column.
const COMMON: usize = 3;

/// How far (1/1000 pt) a block may reach into a column without standing in it.
const MAX_SLACK: i32 = 8_000;

/// Room around the first and the last column (1/1000 pt).
const MARGIN: i32 = 3_000;

/// A kind of edge, and where it stands of a box.
type Kind = (Edge, fn(Rect) -> i32);

const EDGES: [Kind; 3] =
    [(Edge::Left, |area| area.x0), (Edge::Centre, |area| middle(area).0), (Edge::Right, |area| area.x1)];

/// What a block tells of columns.
struct Seen {
    area: Rect,
    /// Which edges all of its lines share; all of them where they share none.
    shared: [bool; EDGES.len()],
    /// Something stands beside it.
    beside: bool,
}

/// Tells every block the class that it shares an edge with: the most common one; of equally common ones the left, then
/// the middle.
pub(super) fn classify(pages: &mut [Vec<Block>]) {
    let seen = seen(pages);
    let classes: Vec<Vec<(i32, Class)>> = (0..EDGES.len()).map(|kind| classes(&seen, kind)).collect();
    for (block, seen) in pages.iter_mut().flatten().zip(&seen) {
        let class = |kind: usize| {
            let at = (EDGES[kind].1)(block.area);
            let after = classes[kind].partition_point(|(start, _)| *start <= at);
            classes[kind][..after].last().map(|(_, class)| class)
        };
        let usable = (0..EDGES.len()).filter(|kind| seen.shared[*kind]);
        let best = usable.filter_map(class).max_by_key(|class| (class.count, std::cmp::Reverse(class.edge)));
        block.class = best.map_or(block.class, |class| class.with(block.area));
    }
}

/// All blocks, page by page.
fn seen(pages: &[Vec<Block>]) -> Vec<Seen> {
    let mut all = Vec::new();
    for blocks in pages {
        let first = all.len();
        all.extend(blocks.iter().map(|block| Seen { area: block.area, shared: shared(block), beside: false }));
        each_beside(blocks, |a, b| (all[first + a].beside, all[first + b].beside) = (true, true));
    }
    all
}

fn shared(block: &Block) -> [bool; EDGES.len()] {
    let shared = EDGES.map(|(_, edge)| {
        let at = |line: &TextLine| edge(line.area);
        let (least, most) = (block.lines.iter().map(at).min(), block.lines.iter().map(at).max());
        least.zip(most).is_some_and(|(least, most)| most - least <= SAME)
    });
    if shared.contains(&true) { shared } else { [true; EDGES.len()] }
}

/// The classes of one kind of edge, with where each begins. A text that wraps fills its cell, so that its box begins and is
/// centred where others of the column are; where its lines end is chance.
fn classes(seen: &[Seen], kind: usize) -> Vec<(i32, Class)> {
    let (edge, at) = EDGES[kind];
    let mut seen: Vec<&Seen> = seen.iter().filter(|seen| edge != Edge::Right || seen.shared[kind]).collect();
    seen.sort_unstable_by_key(|seen| at(seen.area));
    let mut classes: Vec<(i32, Class)> = Vec::new();
    for Seen { area, beside, .. } in seen {
        let (from, to) = if *beside { (area.x0, area.x1) } else { (i32::MAX, i32::MIN) };
        match classes.last_mut() {
            Some((start, class)) if at(*area) - *start <= SAME => {
                *class = Class { from: class.from.min(from), to: class.to.max(to), count: class.count + 1, edge };
            }
            _ => classes.push((at(*area), Class { edge, from, to, count: 1 })),
        }
    }
    classes
}

/// The columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// Positions of the lines between columns and of both ends, from left to right.
    edges: Vec<i32>,
    /// The middle of the page.
    middle: i32,
    /// Blocks of the largest class.
    most: usize,
}

impl Columns {
    /// The fewest columns with a line in every gap. Gaps that have a part in common can share it.
    pub(super) fn of(pages: &[Vec<Block>], gaps: Vec<Gap>, page_width: i32) -> Self {
        let areas = || pages.iter().flatten().map(|block| block.area);
        let left = areas().map(|area| area.x0).min().unwrap_or(0) - MARGIN;
        let right = areas().map(|area| area.x1).max().unwrap_or(0) + MARGIN;
        let mut edges = vec![left];
        edges.extend(lines_in(gaps));
        edges.push(right);
        let most = pages.iter().flatten().map(|block| block.class.count).max().unwrap_or(0);
        Self { edges, middle: page_width / 2, most }
    }

    /// Number of columns.
    pub(super) fn len(&self) -> usize {
        self.edges.len() - 1
    }

    /// First column and number of columns of an extent.
    pub(super) fn place(&self, x0: i32, x1: i32) -> (usize, usize) {
        let slack = ((x1 - x0) / 6).min(MAX_SLACK);
        let first = self.edges.partition_point(|edge| *edge <= x0 + slack).saturating_sub(1).min(self.len() - 1);
        let last = self.edges.partition_point(|edge| *edge < x1 - slack).saturating_sub(1).min(self.len() - 1);
        (first, last.max(first) + 1 - first)
    }

    /// A text alone in its row that is centred in the table and in no column of it: the title of a section.
    pub(super) fn is_banner(&self, block: &Block) -> bool {
        let (Some(first), Some(last)) = (self.edges.first(), self.edges.last()) else { return false };
        let (at, size) = (middle(block.area).0, block.size());
        // The text of the outer columns seldom reaches the borders of the table, but tables stand in the middle of pages.
        let central = (at - self.middle).abs() <= size || (at - mean(*first, *last)).abs() <= size;
        let class = block.class;
        // By chance the title may begin or end at the edge of a column; seldom does a text of a column stand in the very
        // middle of the page.
        let short = i64::from(block.area.x1 - block.area.x0) * 3 <= i64::from(last - first);
        let by_chance = short && class.edge != Edge::Centre && (at - self.middle).abs() <= size / 10;
        let of_column = class.count > 1 && class.count * COMMON >= self.most && !by_chance;
        central && block.area.x0 > first + 2 * size && block.lines.len() == 1 && !of_column
    }

    /// Positions of the lines between columns and of both ends, one more than columns.
    pub(super) fn edges(&self) -> &[i32] {
        &self.edges
    }
}

/// Where the room between two neighbours of a row begins and ends: a line of the table runs there.
pub(super) type Gap = (i32, i32);

/// The gap between two blocks; `None` where they lap over each other.
pub(super) fn gap(a: &Block, b: &Block) -> Option<Gap> {
    let (left, right) = if a.area.x0 <= b.area.x0 { (a, b) } else { (b, a) };
    (left.area.x1 < right.area.x0).then(|| (left.ink().1, right.ink().0))
}

/// The gaps between blocks that stand at one height.
pub(super) fn gaps(pages: &[Vec<Block>]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for blocks in pages {
        each_beside(blocks, |a, b| gaps.extend(gap(&blocks[a], &blocks[b])));
    }
    gaps
}

/// The fewest positions of which every gap holds one, each in the middle of what its gaps have in common.
fn lines_in(mut gaps: Vec<Gap>) -> Vec<i32> {
    gaps.sort_unstable_by_key(|gap| (gap.1, gap.0));
    gaps.dedup();
    let mut common: Vec<Gap> = Vec::new();
    for gap in gaps {
        match common.last_mut() {
            Some(last) if gap.0 < last.1 => last.0 = last.0.max(gap.0),
            _ => common.push(gap),
        }
    }
    common.truncate(MAX_COLUMNS);
    common.into_iter().map(|gap| mean(gap.0, gap.1)).collect()
}
