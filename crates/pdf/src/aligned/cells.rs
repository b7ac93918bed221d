//! Pieces of printed lines → cells: lines of one cell stand under each other at one distance.

use std::collections::BTreeMap;

use jixiao_model::Rect;

use super::Region;
use super::columns::Class;
use crate::lines::{TextLine, is_closing, is_opening, joined, percent};
use crate::page::{Rule, middle};

/// A cell as its text shows it.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// From top to bottom.
    pub(super) lines: Vec<TextLine>,
    /// Box of the text.
    pub(super) area: Rect,
    /// The edge that it shares with other blocks, and how far these reach.
    pub(super) class: Class,
}

impl Block {
    /// A block of some lines.
    pub(super) fn of(lines: Vec<TextLine>) -> Self {
        let area = super::rows::hull(lines.iter().map(|line| line.area));
        Self { area, class: Class::of(area), lines }
    }

    fn push(&mut self, line: TextLine) {
        self.area = self.area.union(line.area);
        self.class = Class::of(self.area);
        self.lines.push(line);
    }

    /// Its middle from top to bottom.
    pub(super) fn middle(&self) -> i32 {
        middle(self.area).1
    }

    /// Where its ink begins and ends: half of full-width punctuation is empty, and some producers let that half hang out of
    /// the cell.
    pub(super) fn ink(&self) -> (i32, i32) {
        let from = |line: &TextLine| line.area.x0 + if line.text.starts_with(is_opening) { line.size / 2 } else { 0 };
        let wide = |c: char| c > '\u{7F}' && is_closing(c);
        let to = |line: &TextLine| line.area.x1 - if line.text.ends_with(wide) { line.size / 2 } else { 0 };
        let ends = (self.lines.iter().map(from).min(), self.lines.iter().map(to).max());
        (ends.0.unwrap_or(self.area.x0), ends.1.unwrap_or(self.area.x1))
    }

    pub(super) fn size(&self) -> i32 {
        self.lines.first().map_or(0, |line| line.size)
    }

    fn last_top(&self) -> i32 {
        self.lines.last().map_or(self.area.y0, |line| line.area.y0)
    }
}

/// How far the lines of one cell are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pitch {
    /// From line to line; 0 where every line is a cell.
    pub(super) line: i32,
    /// How far a distance may be off that.
    off: i32,
    /// Rows may be as close as lines are: only a line that is full goes on in the next one.
    mixed: bool,
    /// Size of the text.
    size: i32,
}

/// Pairs of lines at a distance that must be seen to know it for the distance of lines in a cell.
const MIN_PAIRS: usize = 3;

/// Full lines among those followed at the distance of lines in a cell, at least (percent): all but the ends of paragraphs.
const FULL: usize = 75;

/// Full lines among those followed at a distance that is both that of lines and that of rows, at least (percent).
const SOME_FULL: usize = 35;

/// The nearest and the farthest that lines of one cell are apart (percent of the em).
const NEAREST: i32 = 90;
const FARTHEST: i32 = 220;

/// Distances are counted in steps of this (1/1000 pt).
const STEP: i32 = 500;

/// Lines of one cell differ from their usual distance by no more than this share of it (percent).
const OFF: i32 = 4;

/// The same (1/1000 pt) where a producer puts lines on the pixels of a screen, which are 0.75 pt.
const PIXEL: i32 = 800;

/// Columns narrower than this (percent of the em) wrap too few characters to tell lines from rows.
const NARROW: i32 = 450;

/// Left edges and middles within this distance (1/1000 pt) are one.
const SAME_EDGE: i32 = 2_000;

impl Pitch {
    /// The distance of lines in the cells of some regions that belong to one table: the smallest distance at which lines
    /// go on in the next one because they are full.
    pub(super) fn of(regions: &[Region]) -> Self {
        let pairs = Pairs::of(regions);
        let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
        for pair in &pairs.found {
            *counts.entry(pair.distance / STEP).or_default() += 1;
        }
        let size = regions.first().map_or(0, |region| super::usual_size(&region.rows));
        let mut mixed = Self { size, ..Self::default() };
        for (step, count) in &counts {
            let near = |step: i32| counts.get(&step).copied().unwrap_or(0);
            if *count < near(step - 1) || *count < near(step + 1) {
                continue;
            }
            for reach in [2, 1] {
                let steps = step - reach..=step + reach;
                let found = pairs.full(|distance| steps.contains(&(distance / STEP)));
                let Some((line, told, full)) = found.filter(|found| found.1 >= MIN_PAIRS) else { continue };
                let off = percent(line, OFF).max(if reach > 1 { PIXEL } else { 0 });
                if full * 100 >= told * FULL {
                    return Self { line, off, mixed: false, size };
                }
                if full * 100 >= told * SOME_FULL && mixed.line == 0 && reach == 1 {
                    mixed = Self { line, off, mixed: true, size };
                }
            }
        }
        mixed
    }

    /// The distance of lines is sure.
    pub(super) fn is_known(self) -> bool {
        self.line > 0 && !self.mixed
    }

    /// This one where it is sure; otherwise what other tables of the document with text of this size have.
    pub(super) fn or_of_others(self, others: &[Self]) -> Self {
        let same = |other: &&Self| other.is_known() && (other.size - self.size).abs() <= STEP;
        let mut lines: Vec<(i32, i32)> = others.iter().filter(same).map(|other| (other.line, other.off)).collect();
        lines.sort_unstable();
        match lines.get(lines.len() / 2) {
            Some((line, off)) if !self.is_known() => Self { line: *line, off: *off, mixed: false, ..self },
            _ => self,
        }
    }

    fn is(self, distance: i32) -> bool {
        self.line > 0 && (distance - self.line).abs() <= self.off
    }

    /// Height of a line of a cell, for text of a size.
    pub(super) fn height(self, size: i32) -> i32 {
        if self.line > 0 { self.line } else { percent(size, 120) }
    }
}

/// Pieces that stand under each other with nothing between.
struct Pairs<'r> {
    pieces: Vec<&'r TextLine>,
    /// From top to bottom, region by region.
    found: Vec<Pair>,
}

struct Pair {
    above: usize,
    below: usize,
    distance: i32,
}

impl<'r> Pairs<'r> {
    fn of(regions: &'r [Region]) -> Self {
        let mut pairs = Self { pieces: Vec::new(), found: Vec::new() };
        for region in regions {
            let mut above: Vec<usize> = Vec::new();
            for piece in region.rows.iter().flatten() {
                pairs.add(piece, &mut above);
            }
        }
        pairs
    }

    fn add(&mut self, piece: &'r TextLine, above: &mut Vec<usize>) {
        let below = self.pieces.len();
        self.pieces.push(piece);
        let pieces = &self.pieces;
        let over = |other: &usize| overlap(pieces[*other].area, piece.area);
        if let Some(other) = above.iter().copied().filter(over).max_by_key(|other| pieces[*other].area.y0) {
            let distance = piece.area.y0 - pieces[other].area.y0;
            let size = pieces[other].size.min(piece.size);
            if (percent(size, NEAREST)..=percent(size, FARTHEST)).contains(&distance) {
                self.found.push(Pair { above: other, below, distance });
            }
        }
        above.retain(|other| !over(other));
        above.push(below);
    }

    /// Of the pairs at some distance: the mean distance, the number of those that can tell whether the upper line is
    /// full, and of those where it is. Lines that hang together at this distance are as wide as the widest of them can
    /// be.
    fn full(&self, near: impl Fn(i32) -> bool) -> Option<(i32, usize, usize)> {
        let pairs = || self.found.iter().filter(|pair| near(pair.distance));
        let width = |piece: usize| self.pieces[piece].area.x1 - self.pieces[piece].area.x0;
        let mut chain: Vec<usize> = (0..self.pieces.len()).collect();
        let mut widths: Vec<(i32, i32)> = (0..self.pieces.len()).map(|piece| (width(piece), width(piece))).collect();
        let (mut sum, mut count) = (0, 0);
        for pair in pairs() {
            let root = chain[pair.above];
            chain[pair.below] = root;
            widths[root] = (widths[root].0.min(width(pair.below)), widths[root].1.max(width(pair.below)));
            (sum, count) = (sum + i64::from(pair.distance), count + 1);
        }
        let (mut told, mut full) = (0, 0);
        for pair in pairs() {
            let (least, most) = widths[chain[pair.above]];
            let (line, next) = (self.pieces[pair.above], self.pieces[pair.below]);
            let is_full = next.lead > most - width(pair.above) - line.size / 4;
            let varied = i64::from(least) * 10 < i64::from(most) * 9 && most >= percent(line.size, NARROW);
            if varied && (is_full || !ends_sentence(&line.text)) {
                told += 1;
                full += usize::from(is_full);
            }
        }
        (count > 0).then(|| ((sum / count) as i32, told, full))
    }
}

/// A paragraph may end here.
fn ends_sentence(text: &str) -> bool {
    text.ends_with(['。', '；', ';', '：', ':', '！', '？', '!', '?'])
}

/// One stands over the other: they share a good part of the narrower one's width.
pub(super) fn overlap(a: Rect, b: Rect) -> bool {
    let shared = a.x1.min(b.x1) - a.x0.max(b.x0);
    shared > (a.x1 - a.x0).min(b.x1 - b.x0) / 4
}

/// Calls a function for every two blocks that stand side by side, with their positions.
pub(super) fn each_beside(blocks: &[Block], mut call: impl FnMut(usize, usize)) {
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_unstable_by_key(|i| (blocks[*i].area.y0, blocks[*i].area.x0, *i));
    for (at, a) in order.iter().enumerate() {
        let beside = |b: &&usize| blocks[**b].area.y0 < blocks[*a].area.y1;
        order[at + 1..].iter().take_while(beside).take(MAX_BESIDE).for_each(|b| call(*a, *b));
    }
}

/// Blocks looked at beside one.
pub(super) const MAX_BESIDE: usize = 256;

/// The widest and the narrowest piece that begins at an edge, and that is centred at a place.
struct Widths {
    left: BTreeMap<i32, (i32, i32)>,
    centre: BTreeMap<i32, (i32, i32)>,
}

impl Widths {
    fn of(regions: &[Region]) -> Self {
        let mut widths = Self { left: BTreeMap::new(), centre: BTreeMap::new() };
        for piece in regions.iter().flat_map(|region| &region.rows).flatten() {
            let width = piece.area.x1 - piece.area.x0;
            let (left, centre) = keys(piece);
            for (map, key) in [(&mut widths.left, left), (&mut widths.centre, centre)] {
                let seen = map.entry(key).or_insert((width, width));
                *seen = (seen.0.min(width), seen.1.max(width));
            }
        }
        widths
    }

    /// The room that a piece leaves at the end of its line; `None` where its column tells nothing of it.
    fn room(&self, piece: &TextLine) -> Option<i32> {
        let (left, centre) = keys(piece);
        let (left, centre) = (self.left.get(&left)?, self.centre.get(&centre)?);
        let (least, most) = if left.1 >= centre.1 { left } else { centre };
        let varied = i64::from(*least) * 10 < i64::from(*most) * 9;
        (varied && *most >= percent(piece.size, NARROW)).then_some(most - (piece.area.x1 - piece.area.x0))
    }
}

fn keys(piece: &TextLine) -> (i32, i32) {
    (piece.area.x0 / SAME_EDGE, middle(piece.area).0 / SAME_EDGE)
}

/// The cells of a region.
pub(super) fn blocks(region: &Region, pitch: Pitch, room: &Room) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for row in whole_pieces(region.rows.clone(), pitch) {
        let mut begun = Vec::new();
        for piece in row {
            open.retain(|i| piece.area.y0 - blocks[*i].last_top() <= pitch.line.saturating_add(piece.size));
            let above = |i: &usize| goes_on(&blocks[*i], &piece, pitch, &region.rules, room);
            let mut fits: Vec<usize> = open.iter().copied().filter(above).collect();
            if fits.len() > 1 {
                fits.retain(|i| same_edge(blocks[*i].area, piece.area));
            }
            if let [i] = fits.as_slice() {
                blocks[*i].push(piece);
            } else {
                begun.push(blocks.len());
                blocks.push(Block::of(vec![piece]));
            }
        }
        open.retain(|i| !begun.iter().any(|new| overlap(blocks[*i].area, blocks[*new].area)));
        open.extend(begun);
    }
    blocks
}

/// Whether lines that stand in the same place of their cells are full: only asked where distances do not tell.
pub(super) struct Room(Widths);

impl Room {
    pub(super) fn of(regions: &[Region]) -> Self {
        Self(Widths::of(regions))
    }

    fn is_full(&self, line: &TextLine, next: &TextLine) -> bool {
        self.0.room(line).is_some_and(|room| next.lead > room - line.size / 4)
    }
}

fn goes_on(block: &Block, piece: &TextLine, pitch: Pitch, rules: &[Rule], room: &Room) -> bool {
    let Some(last) = block.lines.last() else { return false };
    overlap(block.area, piece.area)
        && pitch.is(piece.area.y0 - last.area.y0)
        && !parted(rules, last.area.y0, piece)
        && (!pitch.mixed || room.is_full(last, piece))
}

fn same_edge(a: Rect, b: Rect) -> bool {
    let near = |a: i32, b: i32| (a - b).abs() <= SAME_EDGE;
    near(a.x0, b.x0) || near(a.x1, b.x1) || near(middle(a).0, middle(b).0)
}

/// A rule runs between a line and the piece under it.
fn parted(rules: &[Rule], above: i32, piece: &TextLine) -> bool {
    let (x, y) = middle(piece.area);
    let first = rules.partition_point(|rule| rule.at <= above);
    rules[first..].iter().take_while(|rule| rule.at < y).any(|rule| rule.from <= x && x <= rule.to)
}

/// Puts the pieces of a line together between which the next line of the same cell runs on: a wide gap in a sentence.
fn whole_pieces(rows: Vec<Vec<TextLine>>, pitch: Pitch) -> Vec<Vec<TextLine>> {
    if pitch.line == 0 || pitch.mixed {
        return rows;
    }
    let crossed: Vec<Vec<bool>> = (0..rows.len()).map(|i| crossed_gaps(&rows, i, pitch)).collect();
    rows.into_iter().zip(crossed).map(|(row, crossed)| merged(row, &crossed)).collect()
}

/// For every gap between the pieces of a line: the line above or below runs over it.
fn crossed_gaps(rows: &[Vec<TextLine>], i: usize, pitch: Pitch) -> Vec<bool> {
    let near = |other: &&Vec<TextLine>| {
        let (Some(a), Some(b)) = (rows[i].first(), other.first()) else { return false };
        (a.area.y0 - b.area.y0).abs() <= pitch.line + pitch.line / 2
    };
    let others = || rows[..i].iter().rev().take_while(near).chain(rows[i + 1..].iter().take_while(near));
    let crosses = |pair: &[TextLine]| {
        let over = |piece: &TextLine| {
            pitch.is((piece.area.y0 - pair[0].area.y0).abs())
                && piece.area.x0 < pair[0].area.x1
                && piece.area.x1 > pair[1].area.x0
        };
        others().flatten().any(over)
    };
    rows[i].windows(2).map(crosses).collect()
}

fn merged(row: Vec<TextLine>, crossed: &[bool]) -> Vec<TextLine> {
    let mut pieces: Vec<TextLine> = Vec::with_capacity(row.len());
    for (i, piece) in row.into_iter().enumerate() {
        match pieces.pop() {
            Some(before) if crossed[i - 1] => pieces.extend(joined(vec![before, piece])),
            Some(before) => pieces.extend([before, piece]),
            None => pieces.push(piece),
        }
    }
    pieces
}
