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
    /// From the leftmost to the rightmost text of the class.
    pub(super) from: i32,
    pub(super) to: i32,
    count: usize,
}

impl Class {
    /// A block that shares nothing with others.
    pub(super) fn of(area: Rect) -> Self {
        Self { edge: Edge::Left, from: area.x0, to: area.x1, count: 1 }
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

/// Tells every block the class that it shares an edge with.
pub(super) fn classify(pages: &mut [Vec<Block>]) {
    let edges: [fn(Rect) -> i32; 3] = [|area| area.x0, |area| middle(area).0, |area| area.x1];
    let kinds = [Edge::Left, Edge::Centre, Edge::Right];
    let classes: Vec<Vec<Class>> =
        kinds.iter().zip(edges).map(|(kind, edge)| classes(pages.iter().flatten(), *kind, edge)).collect();
    let starts: Vec<Vec<i32>> = edges.iter().map(|edge| starts(pages.iter().flatten(), *edge)).collect();
    for block in pages.iter_mut().flatten() {
        let class = |kind: usize| {
            let at = starts[kind].partition_point(|start| *start <= edges[kind](block.area)).checked_sub(1)?;
            classes[kind].get(at)
        };
        // The most common edge that all lines of the block share; of equally common ones the left, then the middle.
        let shared = |kind: &usize| {
            let at = |line: &TextLine| edges[*kind](line.area);
            let (least, most) = (block.lines.iter().map(at).min(), block.lines.iter().map(at).max());
            least.zip(most).is_some_and(|(least, most)| most - least <= SAME)
        };
        let aligned = (0..kinds.len()).any(|kind| shared(&kind));
        let usable = (0..kinds.len()).filter(|kind| !aligned || shared(kind));
        let best = usable.filter_map(class).max_by_key(|class| (class.count, std::cmp::Reverse(class.edge)));
        block.class = best.copied().unwrap_or(block.class);
    }
}

/// Where the classes of one kind of edge begin.
fn starts<'b>(blocks: impl Iterator<Item = &'b Block>, edge: fn(Rect) -> i32) -> Vec<i32> {
    let mut at: Vec<i32> = blocks.map(|block| edge(block.area)).collect();
    at.sort_unstable();
    let mut starts: Vec<i32> = Vec::new();
    for at in at {
        if starts.last().is_none_or(|start| at - start > SAME) {
            starts.push(at);
        }
    }
    starts
}

fn classes<'b>(blocks: impl Iterator<Item = &'b Block>, kind: Edge, edge: fn(Rect) -> i32) -> Vec<Class> {
    let mut areas: Vec<Rect> = blocks.map(|block| block.area).collect();
    areas.sort_unstable_by_key(|area| edge(*area));
    let mut classes: Vec<(i32, Class)> = Vec::new();
    for area in areas {
        match classes.last_mut() {
            Some((start, class)) if edge(area) - *start <= SAME => {
                class.from = class.from.min(area.x0);
                class.to = class.to.max(area.x1);
                class.count += 1;
            }
            _ => classes.push((edge(area), Class { edge: kind, ..Class::of(area) })),
        }
    }
    classes.into_iter().map(|(_, class)| class).collect()
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
    /// The fewest columns in which no two blocks that stand side by side share one.
    ///
    /// Between two neighbours of a row runs a line of the table.
    /// So every gap between neighbours must hold one, and gaps that have a part in common can share it.
    pub(super) fn of(pages: &[Vec<Block>], page_width: i32) -> Self {
        let mut gaps: Vec<(i32, i32)> = Vec::new();
        for blocks in pages {
            each_beside(blocks, |a, b| {
                let (left, right) = if a.area.x0 <= b.area.x0 { (a, b) } else { (b, a) };
                if left.area.x1 < right.area.x0 {
                    gaps.push((left.ink().1, right.ink().0));
                }
            });
        }
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

/// The fewest positions of which every gap holds one, each in the middle of what its gaps have in common.
fn lines_in(mut gaps: Vec<(i32, i32)>) -> Vec<i32> {
    gaps.sort_unstable_by_key(|gap| (gap.1, gap.0));
    gaps.dedup();
    let mut common: Vec<(i32, i32)> = Vec::new();
    for gap in gaps {
        match common.last_mut() {
            Some(last) if gap.0 < last.1 => last.0 = last.0.max(gap.0),
            _ => common.push(gap),
        }
    }
    common.truncate(MAX_COLUMNS);
    common.into_iter().map(|gap| mean(gap.0, gap.1)).collect()
}
