//! Cells of one column → the rows that each covers, from where their texts stand.
//!
//! A text stands in the middle of its cell, or at its top.
//! The cells of a column lie on each other without gap, but for cells that are empty, so that all of a column are
//! decided together.

/// A cell of a column whose rows are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element {
    /// Middle of its text, or the top of it.
    pub(super) anchor: i32,
    /// The row in whose line its text stands.
    pub(super) row: Option<usize>,
    /// The rows that it is known to cover: first row and number.
    pub(super) fixed: Option<(usize, usize)>,
    /// It stands at the very top of a page beside no row: some producers put the text of a cell there that is higher than
    /// the page.
    pub(super) at_top: bool,
    /// The row at the height of its first line, where the table goes on on the next page: some producers put the text of a
    /// cell that the page break cuts at its top.
    pub(super) level: Option<usize>,
}

/// Where the text of a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stand {
    Middle,
    Top,
}

/// What rows cost that no cell covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Prices {
    /// Before the first cell, between cells, and after the last.
    pub(super) before: u32,
    pub(super) between: u32,
    pub(super) after: u32,
}

/// The rows of a column's cells: first row and number of rows of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) rows: Vec<(usize, usize)>,
    pub(super) cost: u32,
    /// Another reading costs little more.
    pub(super) doubtful: bool,
}

/// How far a text may stand off the middle of its rows, as a share of the lower row's height: one row more or less moves
/// the middle by half a row, so that a quarter is where two readings are equally far.
const OFF: i64 = 4;

/// Cost of a cell of which no reading says where it belongs.
const LOST: u32 = 1_000;

/// Cost of a cell that begins or ends within a row of the column beside it.
const CROSSED: u32 = 5;

/// Cost of a cell whose text stands at the top of the page and not in its middle.
const TOP: u32 = 1;

/// Cost of a cell whose text stands at its top since the page break cuts it: only many rows that no other reading covers
/// tell it from a text in the middle of fewer rows.
const LEVEL: u32 = 5;

/// Cost of rows that are left over on one side of all cells, whatever their number.
const SIDE: u32 = 1;

/// A reading that costs no more than this above the cheapest may be the right one.
const DOUBT: u32 = 4;

/// Cost of the farthest that a text may stand off the middle of its rows.
const FARTHEST: i64 = 4;

/// Decides the rows of the cells of a column. `rows` are tops and bottoms of rows that follow each other; `edges` tells
/// before which of them, and after the last, a cell may begin or end.
pub(super) fn decide(
    rows: &[(i32, i32)],
    elements: &[Element],
    stand: Stand,
    prices: Prices,
    edges: &[bool],
) -> Decided {
    let crossed = |at: usize| u32::from(!edges.get(at).copied().unwrap_or(true)) * CROSSED;
    let candidates: Vec<Vec<Candidate>> = elements
        .iter()
        .map(|element| {
            let found = candidates(rows, *element, stand).into_iter();
            found.map(|(first, count, cost)| (first, count, cost + crossed(first) + crossed(first + count))).collect()
        })
        .collect();
    let mut bests: Vec<Best> = vec![(0..=rows.len()).map(|row| left_over(row, prices.before)).collect()];
    let mut ways: Vec<Ways> = Vec::with_capacity(elements.len());
    for candidates in &candidates {
        let (next, way) = step(&bests[ways.len()], candidates.iter().copied(), prices.between);
        bests.push(next);
        ways.push(way);
    }
    let Some(mut decided) = cheapest(&bests[elements.len()], &ways, prices.after) else { return apart(rows, elements) };
    decided.doubtful = is_doubtful(&candidates, &bests, &decided, prices);
    decided
}

/// First row, number of rows and cost of what an element may cover.
type Candidate = (usize, usize, u32);

/// Some cell may as well cover other rows: another way to settle all rows costs little more.
fn is_doubtful(candidates: &[Vec<Candidate>], bests: &[Best], decided: &Decided, prices: Prices) -> bool {
    let rows = bests[0].len() - 1;
    // What the rows after a row cost at least, with the cells from one on.
    let mut rest: Best = (0..=rows).map(|row| left_over(rows - row, prices.after)).collect();
    for (i, candidates) in candidates.iter().enumerate().rev() {
        let cost = |way: &Candidate| bests[i][way.0].saturating_add(way.2).saturating_add(rest[way.0 + way.1]);
        // What is odd by itself is taken only where nothing else fits, and casts no doubt on what does.
        let other = |way: &&Candidate| (way.0, way.1) != decided.rows[i] && way.2 < LEVEL;
        if candidates.iter().filter(other).any(|way| cost(way) <= decided.cost + DOUBT) {
            return true;
        }
        let mut before = vec![u32::MAX; rows + 1];
        for (first, count, cost) in candidates {
            before[*first] = before[*first].min(rest[first + count].saturating_add(*cost));
        }
        for row in (0..rows).rev() {
            before[row] = before[row].min(before[row + 1].saturating_add(prices.between));
        }
        rest = before;
    }
    false
}

/// What rows before the first or after the last cell cost. That there are some at all weighs more than how many: labels
/// seldom stand on other pages on both sides.
fn left_over(rows: usize, price: u32) -> u32 {
    if rows == 0 { 0 } else { SIDE + rows as u32 * price }
}

/// For every row, what it costs at least to settle all rows before it with the cells so far.
type Best = Vec<u32>;

/// For every row, the rows of the last cell in the cheapest way to settle all rows before it.
type Ways = Vec<Option<(usize, usize)>>;

/// Goes on with the next cell, of which `candidates` are first row, number of rows and cost of what it may cover.
fn step(best: &Best, candidates: impl Iterator<Item = (usize, usize, u32)>, between: u32) -> (Best, Ways) {
    let mut next = vec![u32::MAX; best.len()];
    let mut way = vec![None; best.len()];
    for (first, count, cost) in candidates {
        let (end, cost) = (first + count, best[first].saturating_add(cost));
        if cost < next[end] {
            next[end] = cost;
            way[end] = Some((first, count));
        }
    }
    for row in 1..next.len() {
        let skipped = next[row - 1].saturating_add(between);
        if skipped < next[row] {
            next[row] = skipped;
            way[row] = way[row - 1];
        }
    }
    (next, way)
}

/// The rows of all cells in the cheapest way; `None` where there is none.
fn cheapest(best: &Best, ways: &[Ways], after: u32) -> Option<Decided> {
    let rows = best.len() - 1;
    let cost = |row: usize| best[row].saturating_add(left_over(rows - row, after));
    // Rows left over after the last cell cost what they cost there.
    let ended =
        |row: &usize| ways.last().is_none_or(|way| way[*row].is_some_and(|(first, count)| first + count == *row));
    let end = (0..=rows).filter(ended).min_by_key(|row| cost(*row)).filter(|end| best[*end] < u32::MAX)?;
    let mut decided = Vec::with_capacity(ways.len());
    let mut at = end;
    for way in ways.iter().rev() {
        let (first, count) = way[at]?;
        decided.push((first, count));
        at = first;
    }
    decided.reverse();
    Some(Decided { rows: decided, cost: cost(end), doubtful: false })
}

/// Every cell by itself in the row that it stands in or nearest to.
fn apart(rows: &[(i32, i32)], elements: &[Element]) -> Decided {
    let near = |anchor: i32| {
        let after = rows.partition_point(|row| row.1 <= anchor);
        after.min(rows.len().saturating_sub(1))
    };
    let rows = elements.iter().map(|element| (element.row.unwrap_or_else(|| near(element.anchor)), 1)).collect();
    Decided { rows, cost: LOST * elements.len() as u32, doubtful: true }
}

/// First row, number of rows and cost of what an element may cover.
fn candidates(rows: &[(i32, i32)], element: Element, stand: Stand) -> Vec<(usize, usize, u32)> {
    if let Some((first, count)) = element.fixed {
        return vec![(first, count, 0)];
    }
    let mut found = match stand {
        Stand::Middle => centred(rows, element),
        Stand::Top => below(rows, element),
    };
    if element.at_top {
        found.extend((1..=rows.len()).map(|count| (0, count, TOP)));
    }
    found.extend(element.level.map(|row| (row, rows.len() - row, LEVEL)));
    found
}

/// Rows whose common middle is that of the element.
fn centred(rows: &[(i32, i32)], element: Element) -> Vec<(usize, usize, u32)> {
    let mut found = Vec::new();
    let until = rows.partition_point(|row| row.0 <= element.anchor);
    for first in 0..until {
        let top = i64::from(rows[first].0);
        // The bottom that puts the text in the middle; bottoms grow from row to row.
        let bottom = 2 * i64::from(element.anchor) - top;
        let after = rows.partition_point(|row| i64::from(row.1) < bottom);
        for last in [after.saturating_sub(1), after] {
            let Some(row) = rows.get(last).filter(|_| last >= first) else { continue };
            // Twice how far the text stands off the middle, in shares of what is allowed.
            let off = (i64::from(row.1) - bottom).abs() * OFF;
            let height = 2 * i64::from(row.1 - row.0).min(i64::from(rows[first].1 - rows[first].0)).max(1);
            if off <= height {
                found.push((first, last + 1 - first, (off * FARTHEST / height) as u32));
            }
        }
    }
    found.sort_unstable();
    found.dedup_by_key(|way| (way.0, way.1));
    found
}

/// Rows from that at whose top the element stands.
fn below(rows: &[(i32, i32)], element: Element) -> Vec<(usize, usize, u32)> {
    let at = element.row.unwrap_or_else(|| rows.partition_point(|row| row.1 <= element.anchor));
    (at..rows.len()).map(|last| (at, last + 1 - at, 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Prices = Prices { before: 10, between: 10, after: 10 };
    const GOES_ON: Prices = Prices { before: 1, between: 10, after: 1 };

    fn rows(heights: &[i32]) -> Vec<(i32, i32)> {
        let mut y = 0;
        heights
            .iter()
            .map(|height| {
                y += height * 1_000;
                (y - height * 1_000, y)
            })
            .collect()
    }

    fn decided(rows: &[(i32, i32)], anchors: &[i32], prices: Prices) -> (Vec<(usize, usize)>, bool) {
        let elements: Vec<Element> = anchors
            .iter()
            .map(|anchor| Element { anchor: *anchor, row: None, fixed: None, at_top: false, level: None })
            .collect();
        let found = decide(rows, &elements, Stand::Middle, prices, &[]);
        (found.rows, found.cost < 10)
    }

    #[test]
    fn groups_of_different_heights() {
        let rows = rows(&[18, 18, 29, 18, 40, 18]);
        assert_eq!(decided(&rows, &[32_500, 94_000, 132_000], ALL), (vec![(0, 3), (3, 2), (5, 1)], true));
        // The second text stands in the middle of nothing that leaves no row out.
        assert!(!decided(&rows, &[32_500, 86_000, 132_000], ALL).1);
        assert!(!decided(&rows, &[32_500, 94_000], ALL).1);
    }

    #[test]
    fn rows_of_a_label_that_stands_on_the_page_before() {
        let rows = rows(&[18, 18, 18, 18, 18]);
        assert_eq!(decided(&rows, &[63_000], GOES_ON), (vec![(2, 3)], true));
        assert_eq!(decided(&rows, &[45_000], GOES_ON), (vec![(0, 5)], true));
    }

    #[test]
    fn a_cell_that_is_empty_is_left_out() {
        let rows = rows(&[18, 18, 18]);
        let element = |row: usize| Element {
            anchor: row as i32 * 18_000 + 9_000,
            row: Some(row),
            fixed: Some((row, 1)),
            at_top: false,
            level: None,
        };
        let found = decide(&rows, &[element(0), element(2)], Stand::Middle, Prices { between: 1, ..ALL }, &[]);
        assert_eq!(found.rows, [(0, 1), (2, 1)]);
    }

    #[test]
    fn a_text_at_the_top_of_a_page_belongs_to_all_rows_before_the_next() {
        let rows = rows(&[18, 18, 18, 18, 18, 18]);
        let label = |anchor: i32, at_top: bool| Element { anchor, row: None, fixed: None, at_top, level: None };
        let found = decide(&rows, &[label(14_000, true)], Stand::Middle, GOES_ON, &[]);
        assert_eq!(found.rows, [(0, 6)]);
        let found = decide(&rows, &[label(14_000, true), label(90_000, false)], Stand::Middle, GOES_ON, &[]);
        assert_eq!(found.rows, [(0, 4), (4, 2)]);
    }

    #[test]
    fn two_readings_that_both_fit_are_doubtful() {
        let rows = rows(&[18, 18, 18, 18, 18, 18]);
        let label = |anchor: i32| Element { anchor, row: None, fixed: None, at_top: false, level: None };
        // Rows 1 to 3 and 4 to 5, or all of the first five and the last: the first row may belong to the page before.
        let open = decide(&rows, &[label(45_000), label(90_000)], Stand::Middle, GOES_ON, &[]);
        assert_eq!((open.rows, open.doubtful), (vec![(1, 3), (4, 2)], false));
        let open = decide(&rows, &[label(45_000)], Stand::Middle, GOES_ON, &[]);
        assert_eq!((open.rows, open.doubtful), (vec![(0, 5)], true));
        let whole = decide(&rows, &[label(54_000)], Stand::Middle, ALL, &[]);
        assert_eq!((whole.rows, whole.doubtful), (vec![(0, 6)], false));
    }

    #[test]
    fn labels_stand_on_other_pages_on_one_side_only() {
        let rows = rows(&[18, 18, 18, 18, 18, 18]);
        let label = |anchor: i32| Element { anchor, row: None, fixed: None, at_top: false, level: None };
        // Two rows before the label, or one before and one after.
        let found = decide(&rows, &[label(72_000)], Stand::Middle, GOES_ON, &[]);
        assert_eq!(found.rows, [(2, 4)]);
    }

    #[test]
    fn a_text_at_the_top_of_a_cell_that_the_page_break_cuts() {
        let label = Element { anchor: 27_000, row: None, fixed: None, at_top: false, level: Some(1) };
        let found = decide(&rows(&[18; 12]), &[label], Stand::Middle, GOES_ON, &[]);
        assert_eq!(found.rows, [(1, 11)]);
        // Of few rows the label may as well stand in the middle of the first ones.
        let found = decide(&rows(&[18; 4]), &[label], Stand::Middle, GOES_ON, &[]);
        assert_eq!(found.rows, [(0, 3)]);
    }

    #[test]
    fn a_text_at_the_top_reaches_to_the_next() {
        let rows = rows(&[18, 18, 29, 18]);
        let element =
            |row: usize| Element { anchor: rows[row].0, row: Some(row), fixed: None, at_top: false, level: None };
        let found = decide(&rows, &[element(0), element(2)], Stand::Top, ALL, &[]);
        assert_eq!((found.rows, found.cost), (vec![(0, 2), (2, 2)], 0));
    }
}
