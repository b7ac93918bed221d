//! Which members of two lists go together.
//!
//! Members with equal keys are matched first. What is left is matched by likeness, so that the sum over all pairs is
//! the largest that can be had: where two names compete for one, the better pairing of all of them wins, and not the
//! pair that happens to be looked at first.

use std::collections::BTreeMap;

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

/// How well two members fit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Likeness {
    /// From 0 to 1; below the threshold they are not matched.
    pub score: f64,
    /// What else speaks for the pair, from 0 to 1: it decides between pairs whose scores are near.
    pub favour: f64,
}

/// A member of one list, or of both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pair {
    /// Only in the list before.
    Removed(usize),
    /// Only in the list after.
    Added(usize),
    /// In both, with equal keys.
    Exact(usize, usize),
    /// In both, with keys that are close: their score.
    Fuzzy(usize, usize, f64),
}

impl Pair {
    /// The two members, each where it is there.
    pub fn members<'a, T>(&self, before: &'a [T], after: &'a [T]) -> (Option<&'a T>, Option<&'a T>) {
        match *self {
            Self::Removed(b) => (before.get(b), None),
            Self::Added(a) => (None, after.get(a)),
            Self::Exact(b, a) | Self::Fuzzy(b, a, _) => (before.get(b), after.get(a)),
        }
    }

    /// Position in the list after, then in the list before: the order in which pairs are told.
    fn order(&self) -> (usize, usize) {
        match *self {
            Self::Removed(before) => (usize::MAX, before),
            Self::Added(after) => (after, 0),
            Self::Exact(before, after) | Self::Fuzzy(before, after, _) => (after, before),
        }
    }
}

/// How much the favour of a pair counts beside its score.
const FAVOUR: f64 = 0.2;
/// Largest side of a group for which the best assignment is sought; its cost grows with the cube. In larger groups the
/// pairs are taken from the best one down.
const LARGEST_GROUP: usize = 300;

/// Lists with more pairs than this are matched by equal keys alone, and equal keys by their order.
const MOST_PAIRS: usize = 1_000_000;

/// Matches two lists of keys. `likeness` is asked for positions in them; pairs whose keys are not equal need a score of
/// `threshold`. The pairs are sorted by position in the list after, then in the list before.
pub fn pair<K: Ord>(
    before: &[K],
    after: &[K],
    threshold: f64,
    likeness: impl Fn(usize, usize) -> Likeness,
) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(before.len().max(after.len()));
    let mut left = Unmatched { before: vec![true; before.len()], after: vec![true; after.len()] };
    for (one, two) in equal_keys((before, &by_key(before)), (after, &by_key(after))) {
        let mut exact = |b, a| {
            left.take(b, a);
            pairs.push(Pair::Exact(b, a));
        };
        match (one, two) {
            // Nothing competes: how well they fit need not be asked.
            (&[b], &[a]) => exact(b, a),
            _ => assign(one, two, |b, a| Some(likeness(b, a))).into_iter().for_each(|(b, a)| exact(b, a)),
        }
    }
    let close = |b, a| Some(likeness(b, a)).filter(|likeness| likeness.score >= threshold);
    for (b, a) in assign(&positions(&left.before), &positions(&left.after), close) {
        left.take(b, a);
        pairs.push(Pair::Fuzzy(b, a, likeness(b, a).score));
    }
    pairs.extend(positions(&left.before).into_iter().map(Pair::Removed));
    pairs.extend(positions(&left.after).into_iter().map(Pair::Added));
    pairs.sort_by_key(Pair::order);
    pairs
}

struct Unmatched {
    before: Vec<bool>,
    after: Vec<bool>,
}

impl Unmatched {
    fn take(&mut self, before: usize, after: usize) {
        self.before[before] = false;
        self.after[after] = false;
    }
}

fn positions(marks: &[bool]) -> Vec<usize> {
    (0..marks.len()).filter(|at| marks[*at]).collect()
}

/// The positions of a list, sorted by their keys.
fn by_key<K: Ord>(keys: &[K]) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..keys.len()).collect();
    positions.sort_by(|one, other| keys[*one].cmp(&keys[*other]));
    positions
}

/// The positions of each key that both lists have, out of those sorted by key.
fn equal_keys<'p, K: Ord>(
    (before, in_before): (&[K], &'p [usize]),
    (after, in_after): (&[K], &'p [usize]),
) -> Vec<(&'p [usize], &'p [usize])> {
    let mut groups = Vec::with_capacity(in_before.len().min(in_after.len()));
    let mut others = in_after.chunk_by(|one, other| after[*one] == after[*other]).peekable();
    for group in in_before.chunk_by(|one, other| before[*one] == before[*other]) {
        let key = &before[group[0]];
        while others.next_if(|other| after[other[0]] < *key).is_some() {}
        if let Some(other) = others.next_if(|other| after[other[0]] == *key) {
            groups.push((group, other));
        }
    }
    groups
}

/// A pair that may be matched.
#[derive(Debug, Clone, Copy)]
struct Edge {
    /// Positions in the two lists of the group.
    ends: (usize, usize),
    /// More is better; above 0.
    weight: i64,
}

/// The pairs of members whose weights have the largest sum; pairs without likeness are not made.
fn assign(
    before: &[usize],
    after: &[usize],
    likeness: impl Fn(usize, usize) -> Option<Likeness>,
) -> Vec<(usize, usize)> {
    if before.len().saturating_mul(after.len()) > MOST_PAIRS {
        return before.iter().zip(after).filter(|(b, a)| likeness(**b, **a).is_some()).map(|(b, a)| (*b, *a)).collect();
    }
    let mut edges = Vec::new();
    for (row, b) in before.iter().enumerate() {
        for (column, a) in after.iter().enumerate() {
            if let Some(likeness) = likeness(*b, *a) {
                edges.push(Edge { ends: (row, column), weight: weight(likeness, row.abs_diff(column)) });
            }
        }
    }
    let chosen = groups(edges, before.len()).into_iter().flat_map(|edges| best(&edges));
    let mut pairs: Vec<(usize, usize)> = chosen.map(|(row, column)| (before[row], after[column])).collect();
    pairs.sort_unstable();
    pairs
}

/// A whole number, so that sums are exact. Squared, so that one good pair outweighs two poor ones; of equal pairs the
/// one that stands nearer its place wins.
fn weight(likeness: Likeness, moved: usize) -> i64 {
    let worth = likeness.score + FAVOUR * likeness.favour;
    (worth * worth * 1e6) as i64 * 1000 + 1000 - moved.min(999) as i64
}

/// Edges that share no end do not compete: each connected group is settled for itself.
fn groups(edges: Vec<Edge>, rows: usize) -> Vec<Vec<Edge>> {
    let mut sets = Sets::new(rows);
    let mut first_of_column: BTreeMap<usize, usize> = BTreeMap::new();
    for Edge { ends: (row, column), .. } in &edges {
        let first = *first_of_column.entry(*column).or_insert(*row);
        sets.join(first, *row);
    }
    let mut groups: BTreeMap<usize, Vec<Edge>> = BTreeMap::new();
    for edge in edges {
        groups.entry(sets.find(edge.ends.0)).or_default().push(edge);
    }
    groups.into_values().collect()
}

/// Disjoint sets of positions.
struct Sets(Vec<usize>);

impl Sets {
    fn new(size: usize) -> Self {
        Self((0..size).collect())
    }

    fn find(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.find(one), self.find(other));
        self.0[one.max(other)] = one.min(other);
    }
}

fn best(edges: &[Edge]) -> Vec<(usize, usize)> {
    if let [edge] = edges {
        return vec![edge.ends];
    }
    let rows = distinct(edges.iter().map(|edge| edge.ends.0));
    let columns = distinct(edges.iter().map(|edge| edge.ends.1));
    if rows.len().max(columns.len()) > LARGEST_GROUP {
        return best_first(edges);
    }
    // The algorithm gives every row a column: it wants at least as many columns as rows.
    let flipped = rows.len() > columns.len();
    let (short, long) = if flipped { (&columns, &rows) } else { (&rows, &columns) };
    let mut weights = Matrix::new(short.len(), long.len(), 0);
    for Edge { ends: (row, column), weight } in edges {
        let (one, other) = if flipped { (column, row) } else { (row, column) };
        if let (Ok(one), Ok(other)) = (short.binary_search(one), long.binary_search(other)) {
            weights[(one, other)] = *weight;
        }
    }
    let (_, chosen) = kuhn_munkres(&weights);
    let real = chosen.iter().enumerate().filter(|(one, other)| weights[(*one, **other)] > 0);
    real.map(|(one, other)| if flipped { (long[*other], short[one]) } else { (short[one], long[*other]) }).collect()
}

fn best_first(edges: &[Edge]) -> Vec<(usize, usize)> {
    let mut sorted: Vec<&Edge> = edges.iter().collect();
    sorted.sort_by_key(|edge| (-edge.weight, edge.ends));
    let mut taken = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    let mut chosen = Vec::new();
    for Edge { ends: (row, column), .. } in sorted {
        if !taken.0.contains(row) && !taken.1.contains(column) {
            taken.0.insert(*row);
            taken.1.insert(*column);
            chosen.push((*row, *column));
        }
    }
    chosen
}

fn distinct(positions: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut all: Vec<usize> = positions.collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closeness;

    fn matched(before: &[&str], after: &[&str]) -> Vec<Pair> {
        pair(before, after, 0.5, |b, a| Likeness { score: closeness(before[b], after[a]), favour: 0.0 })
    }

    #[test]
    fn equal_names_come_first_and_in_their_order() {
        assert_eq!(
            matched(&["甲", "乙", "甲"], &["甲", "甲", "丙"]),
            [Pair::Exact(0, 0), Pair::Exact(2, 1), Pair::Added(2), Pair::Removed(1)]
        );
    }

    #[test]
    fn names_that_compete_are_settled_together() {
        // The closest pair of all is 宣传片制作数量 and 宣传片制作总数量; taken first, it would leave the others unmatched.
        let before = ["宣传片制作次数", "宣传片制作数量"];
        let after = ["宣传片制作总数量", "宣传册制作数量"];
        assert!(closeness(before[1], after[0]) > closeness(before[1], after[1]));
        assert_eq!(matched(&before, &after).iter().map(Pair::order).collect::<Vec<_>>(), [(0, 0), (1, 1)]);
    }

    #[test]
    fn the_best_sum_wins_over_the_best_pair() {
        let scores = [[0.9, 0.8], [0.85, 0.0]];
        let pairs = pair(&[1, 2], &[3, 4], 0.5, |b, a| Likeness { score: scores[b][a], favour: 0.0 });
        assert_eq!(pairs, [Pair::Fuzzy(1, 0, 0.85), Pair::Fuzzy(0, 1, 0.8)]);
    }

    #[test]
    fn what_is_not_alike_stays_alone() {
        assert_eq!(matched(&["发稿量"], &["群众满意度"]), [Pair::Added(0), Pair::Removed(0)]);
        assert_eq!(matched(&[], &["甲"]), [Pair::Added(0)]);
        assert_eq!(matched(&["甲"], &[]), [Pair::Removed(0)]);
    }

    #[test]
    fn very_long_lists_cost_little() {
        let many: Vec<String> = (0..5_000).map(|n| format!("甲{n}")).collect();
        let others: Vec<String> = many.iter().map(|name| format!("{name}乙")).rev().collect();
        let likeness = |b: usize, a: usize| Likeness { score: closeness(&many[b], &others[a]), favour: 0.0 };
        assert!(pair(&many, &others, 0.9, likeness).iter().all(|pair| !matches!(pair, Pair::Fuzzy(..))));
        let same = vec!["甲"; 5_000];
        let pairs = pair(&same, &same, 0.9, |_, _| Likeness { score: 1.0, favour: 0.0 });
        assert!(pairs.iter().all(|pair| matches!(pair, Pair::Exact(b, a) if b == a)));
    }

    #[test]
    fn large_groups_are_matched_too() {
        let before: Vec<String> = (0..LARGEST_GROUP + 20).map(|n| format!("第{n:04}项任务完成的数量")).collect();
        let after: Vec<String> = before.iter().map(|name| format!("{name}甲")).collect();
        let likeness = |b: usize, a: usize| Likeness { score: closeness(&before[b], &after[a]), favour: 0.0 };
        let pairs = pair(&before, &after, 0.6, likeness);
        assert!(pairs.iter().all(|pair| matches!(pair, Pair::Fuzzy(b, a, _) if b == a)));
    }
}
