//! Rules → grids of cells with row and column spans.

use std::collections::BTreeMap;

use jixiao_model::Rect;

use crate::page::Rule;
use crate::rules::merge;

/// Rules that come this close (1/1000 pt) touch; lines this close are one line of the grid. Double borders are 1.5 to
/// 3 pt apart, and no row or column that holds text is narrower.
pub(crate) const SNAP: i32 = 3_000;

/// The share of a side (in percent) that must be drawn for it to separate two cells.
const DRAWN: i64 = 60;

/// Pairs of rules compared on a page, and squares of a grid: far above any table, and a bound on hostile drawings.
const MAX_WORK: usize = 4_000_000;

/// Vertical rules of one grid, after merging. Spreadsheets end far below.
const MAX_COLUMNS: usize = 10_000;

/// A cell of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridCell {
    /// 0-based row and column of its top left square.
    pub row: usize,
    /// See `row`.
    pub column: usize,
    /// Rows that it covers, at least 1.
    pub row_span: usize,
    /// Columns that it covers, at least 1.
    pub column_span: usize,
    /// Its box on the page, in 1/1000 pt.
    pub area: Rect,
}

/// A grid drawn on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// Its box on the page.
    pub area: Rect,
    /// Positions of its column lines, from left to right.
    pub xs: Vec<i32>,
    /// Positions of its row lines, from top to bottom.
    pub ys: Vec<i32>,
    /// Its cells by row and column.
    pub cells: Vec<GridCell>,
    /// For every square (row by row) the position of its cell in `cells`; `u32::MAX` where there is none.
    squares: Vec<u32>,
}

const NO_CELL: u32 = u32::MAX;

impl Grid {
    /// The cell at a point.
    pub fn cell_at(&self, x: i32, y: i32) -> Option<usize> {
        let column = square_at(&self.xs, x)?;
        let row = square_at(&self.ys, y)?;
        let cell = *self.squares.get(row * (self.xs.len() - 1) + column)?;
        (cell != NO_CELL).then_some(cell as usize)
    }
}

/// The interval of a line list that holds a position.
fn square_at(lines: &[i32], at: i32) -> Option<usize> {
    let after = lines.partition_point(|line| *line <= at);
    (after > 0 && after < lines.len()).then(|| after - 1)
}

/// What the rules of a page make.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Grids, ordered from the smallest to the largest, so that a nested one comes before the one around it.
    pub(crate) grids: Vec<Grid>,
    /// Horizontal rules that no vertical rule touches.
    pub(crate) loose: Vec<Rule>,
    /// There was more than can be looked at; what was left out may hold tables.
    pub(crate) too_much: bool,
}

/// Finds the grids among the rules of a page.
pub(crate) fn find(rules: &[Rule]) -> Found {
    let across = merge(rules, true);
    let down = merge(rules, false);
    let mut found = Found::default();
    let (mut groups, too_much) = touching(&across, &down);
    found.too_much = too_much;
    attach_sides(&mut groups);
    for group in groups {
        if group.down.is_empty() {
            found.loose.extend(group.across);
        } else if group.across.len() * group.down.len() > MAX_WORK || group.down.len() > MAX_COLUMNS {
            found.too_much = true;
        } else {
            found.grids.extend(grid(&group.across, &group.down));
        }
    }
    drop_frames(&mut found.grids);
    found.grids.sort_by_key(|grid| (size(grid.area), grid.area));
    found.loose.sort_unstable_by_key(|rule| (rule.at, rule.from, rule.to));
    found
}

fn size(area: Rect) -> i64 {
    i64::from(area.x1 - area.x0) * i64::from(area.y1 - area.y0)
}

/// A single box around other grids is the frame of a page, not a table.
fn drop_frames(grids: &mut Vec<Grid>) {
    let areas: Vec<Rect> = grids.iter().map(|grid| grid.area).collect();
    let holds_one = |outer: Rect| areas.iter().any(|inner| *inner != outer && holds(outer, *inner));
    let mut frames = 0;
    grids.retain(|grid| {
        // Pages have few frames; looking at more would cost time that grows with their square.
        let frame = grid.cells.len() == 1 && frames < 64 && holds_one(grid.area);
        frames += usize::from(frame);
        !frame
    });
}

fn holds(outer: Rect, inner: Rect) -> bool {
    outer.x0 <= inner.x0 && outer.y0 <= inner.y0 && outer.x1 >= inner.x1 && outer.y1 >= inner.y1
}

/// Rules that hang together.
#[derive(Default)]
struct Group {
    across: Vec<Rule>,
    down: Vec<Rule>,
}

fn touching(across: &[Rule], down: &[Rule]) -> (Vec<Group>, bool) {
    let mut sets = Sets::new(across.len() + down.len());
    let mut work = 0;
    for (d, rule) in down.iter().enumerate() {
        let first = across.partition_point(|a| a.at < rule.from - SNAP);
        let last = across.partition_point(|a| a.at <= rule.to + SNAP);
        work += last.saturating_sub(first);
        if work > MAX_WORK {
            break;
        }
        for (a, other) in across.iter().enumerate().take(last).skip(first) {
            if other.from - SNAP <= rule.at && rule.at <= other.to + SNAP {
                sets.join(a, across.len() + d);
            }
        }
    }
    (groups(across, down, &mut sets), work > MAX_WORK)
}

fn groups(across: &[Rule], down: &[Rule], sets: &mut Sets) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places = vec![usize::MAX; across.len() + down.len()];
    for (i, rule) in across.iter().chain(down).enumerate() {
        let root = sets.find(i);
        if places[root] == usize::MAX {
            places[root] = groups.len();
            groups.push(Group::default());
        }
        let group = &mut groups[places[root]];
        if rule.horizontal { group.across.push(*rule) } else { group.down.push(*rule) }
    }
    groups
}

/// Gives vertical rules that touch nothing to the grid beside which they stand, where both are equally high: the borders
/// of merged cells of which the page shows neither top nor bottom.
fn attach_sides(groups: &mut Vec<Group>) {
    let mut heights: BTreeMap<(i32, i32), Vec<usize>> = BTreeMap::new();
    for (i, group) in groups.iter().enumerate().filter(|(_, group)| !group.across.is_empty() && !group.down.is_empty())
    {
        heights.entry(ends(&group.down)).or_default().push(i);
    }
    let mut left = Vec::with_capacity(groups.len());
    let mut given: Vec<(usize, Rule)> = Vec::new();
    for (i, group) in groups.iter().enumerate() {
        let side = group.across.is_empty().then(|| beside(groups, &heights, &group.down[0])).flatten();
        match side {
            Some(to) => given.extend(group.down.iter().map(|rule| (to, *rule))),
            None => left.push(i),
        }
    }
    for (to, rule) in given {
        groups[to].down.push(rule);
    }
    let mut i = 0;
    groups.retain(|_| {
        i += 1;
        left.binary_search(&(i - 1)).is_ok()
    });
    gather_sides(groups);
}

/// Vertical rules of one height that no horizontal one touches are the sides of a row that is higher than the page.
fn gather_sides(groups: &mut Vec<Group>) {
    let mut sides: BTreeMap<(i32, i32), Group> = BTreeMap::new();
    groups.retain(|group| {
        if let ([], [rule]) = (group.across.as_slice(), group.down.as_slice()) {
            let key = sides.range((rule.from - SNAP, i32::MIN)..=(rule.from + SNAP, i32::MAX)).map(|(ends, _)| *ends);
            let key = key.take(MAX_NEIGHBOURS).find(|ends| (ends.1 - rule.to).abs() <= SNAP);
            sides.entry(key.unwrap_or((rule.from, rule.to))).or_default().down.push(*rule);
        }
        !group.across.is_empty()
    });
    groups.extend(sides.into_values().filter(|group| group.down.len() > 2));
}

/// Where the first of some rules begins and the last ends.
fn ends(rules: &[Rule]) -> (i32, i32) {
    let from = rules.iter().map(|rule| rule.from).min().unwrap_or(0);
    (from, rules.iter().map(|rule| rule.to).max().unwrap_or(0))
}

/// The group as high as a vertical rule that stands nearest to it.
fn beside(groups: &[Group], heights: &BTreeMap<(i32, i32), Vec<usize>>, rule: &Rule) -> Option<usize> {
    let near = heights.range((rule.from - SNAP, i32::MIN)..=(rule.from + SNAP, i32::MAX));
    let same = near.filter(|(ends, _)| (ends.1 - rule.to).abs() <= SNAP).flat_map(|(_, groups)| groups);
    same.take(MAX_NEIGHBOURS).copied().min_by_key(|i| {
        let (from, to) = ends(&groups[*i].across);
        ((from - rule.at).max(rule.at - to), *i)
    })
}

/// Grids of one height on a page among which the neighbour of a rule is looked for.
const MAX_NEIGHBOURS: usize = 64;

/// Disjoint sets.
struct Sets(Vec<usize>);

impl Sets {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn find(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    /// Joins two sets; the smaller root stays, so that the result does not depend on the order.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }
}

/// Positions that lie close together become one line.
pub(crate) fn cluster(mut positions: Vec<i32>) -> Vec<i32> {
    positions.sort_unstable();
    let mut lines = Vec::new();
    let mut rest = positions.as_slice();
    while let Some(first) = rest.first() {
        let count = rest.partition_point(|at| at - first <= SNAP);
        let sum: i64 = rest[..count].iter().map(|at| i64::from(*at)).sum();
        lines.push((sum / count as i64) as i32);
        rest = &rest[count..];
    }
    lines
}

/// The lines across one direction, with the ends of the other direction's rules where they reach beyond: tables
/// without left and right (or top and bottom) borders.
fn lines(own: &[Rule], other: &[Rule]) -> Vec<i32> {
    let mut lines = cluster(own.iter().map(|rule| rule.at).collect());
    let (Some(first), Some(last)) = (lines.first().copied(), lines.last().copied()) else { return lines };
    let low = other.iter().map(|rule| rule.from).min().unwrap_or(first);
    let high = other.iter().map(|rule| rule.to).max().unwrap_or(last);
    if high > last + SNAP {
        lines.push(high);
    }
    if low < first - SNAP {
        lines.insert(0, low);
    }
    lines
}

/// The line nearest to a position.
pub(crate) fn nearest(lines: &[i32], at: i32) -> usize {
    let after = lines.partition_point(|line| *line < at);
    match (after.checked_sub(1).map(|i| lines[i]), lines.get(after)) {
        (Some(before), Some(next)) if at - before <= next - at => after - 1,
        (Some(_), None) => after - 1,
        _ => after,
    }
}

/// Which pieces of the grid's lines are drawn: `drawn[line * pieces + piece]` is their length.
struct Drawn {
    pieces: usize,
    lengths: Vec<i32>,
}

impl Drawn {
    fn new(rules: &[Rule], lines: &[i32], cross: &[i32]) -> Self {
        let pieces = cross.len() - 1;
        let mut drawn = Self { pieces, lengths: vec![0; lines.len() * pieces] };
        for rule in rules {
            let line = nearest(lines, rule.at);
            let first = cross.partition_point(|at| *at <= rule.from).saturating_sub(1);
            for (piece, ends) in cross.windows(2).enumerate().skip(first) {
                if ends[0] >= rule.to {
                    break;
                }
                drawn.lengths[line * pieces + piece] += (rule.to.min(ends[1]) - rule.from.max(ends[0])).max(0);
            }
        }
        for (i, length) in drawn.lengths.iter_mut().enumerate() {
            let piece = i % pieces;
            let whole = i64::from(cross[piece + 1] - cross[piece]);
            *length = i32::from(i64::from(*length) * 100 >= whole * DRAWN);
        }
        drawn
    }

    fn is(&self, line: usize, piece: usize) -> bool {
        self.lengths[line * self.pieces + piece] != 0
    }

    fn all(&self, line: usize, pieces: std::ops::Range<usize>) -> bool {
        pieces.into_iter().all(|piece| self.is(line, piece))
    }
}

fn grid(across: &[Rule], down: &[Rule]) -> Option<Grid> {
    let xs = lines(down, across);
    let ys = if across.is_empty() { Vec::from(<[i32; 2]>::from(ends(down))) } else { lines(across, down) };
    if xs.len() < 2 || ys.len() < 2 || xs.len() * ys.len() > MAX_WORK {
        return None;
    }
    let area = Rect { x0: xs[0], y0: ys[0], x1: xs[xs.len() - 1], y1: ys[ys.len() - 1] };
    let rows = Drawn::new(across, &ys, &xs);
    let columns = Drawn::new(down, &xs, &ys);
    let mut cells = cells(&xs, &ys, &rows, &columns);
    cells.retain(|cell| bounded(cell, &rows, &columns));
    cells.sort_unstable_by_key(|cell| (cell.row, cell.column));
    let squares = squares(&cells, xs.len() - 1, ys.len() - 1);
    (!cells.is_empty()).then_some(Grid { area, xs, ys, cells, squares })
}

/// A cell is bounded where its top and its bottom are drawn, or both its sides are; the rest is the ground around a
/// table that is no rectangle.
fn bounded(cell: &GridCell, rows: &Drawn, columns: &Drawn) -> bool {
    let across = cell.column..cell.column + cell.column_span;
    let down = cell.row..cell.row + cell.row_span;
    (rows.all(cell.row, across.clone()) && rows.all(cell.row + cell.row_span, across))
        || (columns.all(cell.column, down.clone()) && columns.all(cell.column + cell.column_span, down))
}

/// Squares between which nothing is drawn are one cell.
fn cells(xs: &[i32], ys: &[i32], rows: &Drawn, columns: &Drawn) -> Vec<GridCell> {
    let (width, height) = (xs.len() - 1, ys.len() - 1);
    let mut sets = Sets::new(width * height);
    for row in 0..height {
        for column in 0..width {
            let here = row * width + column;
            if column + 1 < width && !columns.is(column + 1, row) {
                sets.join(here, here + 1);
            }
            if row + 1 < height && !rows.is(row + 1, column) {
                sets.join(here, here + width);
            }
        }
    }
    let runs = runs(&mut sets, width, height);
    stack(&runs).into_iter().map(|(root, size)| cell(root, size, xs, ys)).collect()
}

/// The squares of one cell that lie side by side in a row: row, column, columns, cell.
type Run = (usize, usize, usize, usize);

fn runs(sets: &mut Sets, width: usize, height: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for row in 0..height {
        for column in 0..width {
            let root = sets.find(row * width + column);
            match runs.last_mut() {
                Some(run) if run.0 == row && run.3 == root && run.1 + run.2 == column => run.2 += 1,
                _ => runs.push((row, column, 1, root)),
            }
        }
    }
    runs
}

/// Puts runs of one cell on each other while they are equally wide: a cell that is no rectangle (a piece of a rule is
/// missing) falls into the fewest rectangles that this gives.
fn stack(runs: &[Run]) -> Vec<((usize, usize), (usize, usize))> {
    let mut order: Vec<&Run> = runs.iter().collect();
    order.sort_unstable_by_key(|run| (run.3, run.1, run.2, run.0));
    let mut cells: Vec<((usize, usize), (usize, usize))> = Vec::new();
    let mut last_root = usize::MAX;
    for &&(row, column, columns, root) in &order {
        match cells.last_mut() {
            Some((at, size)) if root == last_root && at.1 == column && size.1 == columns && at.0 + size.0 == row => {
                size.0 += 1;
            }
            _ => cells.push(((row, column), (1, columns))),
        }
        last_root = root;
    }
    cells
}

fn cell((row, column): (usize, usize), (row_span, column_span): (usize, usize), xs: &[i32], ys: &[i32]) -> GridCell {
    let area = Rect { x0: xs[column], y0: ys[row], x1: xs[column + column_span], y1: ys[row + row_span] };
    GridCell { row, column, row_span, column_span, area }
}

fn squares(cells: &[GridCell], width: usize, height: usize) -> Vec<u32> {
    let mut squares = vec![NO_CELL; width * height];
    for (i, cell) in cells.iter().enumerate() {
        for row in cell.row..cell.row + cell.row_span {
            squares[row * width + cell.column..][..cell.column_span].fill(i as u32);
        }
    }
    squares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn across(at: i32, from: i32, to: i32) -> Rule {
        Rule { horizontal: true, at: at * 1000, from: from * 1000, to: to * 1000 }
    }

    fn down(at: i32, from: i32, to: i32) -> Rule {
        Rule { horizontal: false, ..across(at, from, to) }
    }

    fn spans(rules: &[Rule]) -> Vec<(usize, usize, usize, usize)> {
        let found = find(rules);
        assert_eq!(found.grids.len(), 1);
        found.grids[0].cells.iter().map(|c| (c.row, c.column, c.row_span, c.column_span)).collect()
    }

    #[test]
    fn spans_in_both_directions() {
        let rules = [
            across(0, 0, 90),
            across(20, 30, 90),
            across(40, 0, 90),
            down(0, 0, 40),
            down(30, 0, 40),
            down(60, 20, 40),
            down(90, 0, 40),
        ];
        assert_eq!(spans(&rules), [(0, 0, 2, 1), (0, 1, 1, 2), (1, 1, 1, 1), (1, 2, 1, 1)]);
    }

    #[test]
    fn a_table_without_side_borders() {
        let rules = [across(0, 0, 90), across(20, 0, 90), across(40, 0, 90), down(45, 0, 40)];
        assert_eq!(spans(&rules), [(0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)]);
    }

    #[test]
    fn double_lines_are_one() {
        let rules =
            [across(0, 0, 90), across(2, 2, 88), across(40, 0, 90), down(0, 0, 40), down(2, 2, 40), down(90, 0, 40)];
        assert_eq!(spans(&rules), [(0, 0, 1, 1)]);
    }

    #[test]
    fn the_ground_beside_a_stair_is_no_cell() {
        let rules =
            [across(0, 0, 40), across(20, 0, 90), across(40, 0, 90), down(0, 0, 40), down(40, 0, 40), down(90, 20, 40)];
        assert_eq!(spans(&rules), [(0, 0, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)]);
    }

    #[test]
    fn the_frame_of_a_page_is_no_table() {
        let frame = [across(-50, -50, 200), across(200, -50, 200), down(-50, -50, 200), down(200, -50, 200)];
        let table = [across(0, 0, 90), across(40, 0, 90), down(0, 0, 40), down(45, 0, 40), down(90, 0, 40)];
        let found = find(&[frame.as_slice(), table.as_slice()].concat());
        assert_eq!(found.grids.len(), 1);
        assert_eq!(found.grids[0].cells.len(), 2);
    }
}
