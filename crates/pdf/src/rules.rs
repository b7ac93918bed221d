//! Rules as drawn → few long rules: pieces, dashes, dots and repeats become one rule each.

use crate::page::Rule;

/// Rules whose middles differ by no more than this (1/1000 pt) lie on one line. Producers that draw a border once for
/// each of its two cells place them within half a point of each other.
const COLLINEAR: i32 = 1_000;

/// A gap within a line (1/1000 pt) that is never meant: rounding of the ends, and corners left out.
const GAP: i32 = 2_000;

/// A gap between dashes or dots (1/1000 pt), where at least one of the pieces is no longer than [`DASH`].
const DASH_GAP: i32 = 6_500;

/// The longest piece that counts as a dash.
const DASH: i32 = 12_000;

/// What is shorter than this (1/1000 pt) after merging is a dot or a tick, not a rule: less than a line of 5 pt text.
const SHORTEST: i32 = 4_000;

/// Merged rules of one direction, ordered by position and then by start.
pub(crate) fn merge(rules: &[Rule], horizontal: bool) -> Vec<Rule> {
    let mut pieces: Vec<Rule> = rules.iter().filter(|rule| rule.horizontal == horizontal).copied().collect();
    pieces.sort_unstable_by_key(|rule| (rule.at, rule.from, rule.to));
    pieces.dedup();
    let mut merged = Vec::new();
    let mut rest = pieces.as_mut_slice();
    while let Some(first) = rest.first() {
        let count = rest.partition_point(|rule| rule.at - first.at <= COLLINEAR);
        let (line, after) = rest.split_at_mut(count);
        merge_line(line, &mut merged);
        rest = after;
    }
    merged.sort_unstable_by_key(|rule| (rule.at, rule.from, rule.to));
    merged
}

/// Merges the pieces of one line.
fn merge_line(pieces: &mut [Rule], merged: &mut Vec<Rule>) {
    let at = (pieces.iter().map(|rule| i64::from(rule.at)).sum::<i64>() / pieces.len() as i64) as i32;
    pieces.sort_unstable_by_key(|rule| (rule.from, rule.to));
    let mut open: Option<Open> = None;
    for piece in pieces.iter() {
        match &mut open {
            Some(rule) if rule.reaches(piece) => rule.extend(piece),
            _ => {
                merged.extend(open.take().and_then(|rule| rule.close(at)));
                open = Some(Open { horizontal: piece.horizontal, from: piece.from, to: piece.to, last: length(piece) });
            }
        }
    }
    merged.extend(open.and_then(|rule| rule.close(at)));
}

fn length(rule: &Rule) -> i32 {
    rule.to - rule.from
}

/// A rule under construction.
struct Open {
    horizontal: bool,
    from: i32,
    to: i32,
    /// Length of the last piece.
    last: i32,
}

impl Open {
    fn reaches(&self, piece: &Rule) -> bool {
        let gap = piece.from - self.to;
        gap <= GAP || (gap <= DASH_GAP && self.last <= DASH && length(piece) <= DASH)
    }

    fn extend(&mut self, piece: &Rule) {
        self.to = self.to.max(piece.to);
        self.last = length(piece);
    }

    fn close(self, at: i32) -> Option<Rule> {
        let Self { horizontal, from, to, .. } = self;
        (to - from >= SHORTEST).then_some(Rule { horizontal, at, from, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(at: i32, from: i32, to: i32) -> Rule {
        Rule { horizontal: true, at, from, to }
    }

    #[test]
    fn pieces_dashes_and_repeats_become_one() {
        let pieces = [rule(10_000, 0, 50_000), rule(10_400, 50_500, 90_000), rule(10_000, 0, 50_000)];
        assert_eq!(merge(&pieces, true), [rule(10_200, 0, 90_000)]);
        let dashes: Vec<Rule> = (0..10).map(|i| rule(0, i * 6_000, i * 6_000 + 3_000)).collect();
        assert_eq!(merge(&dashes, true), [rule(0, 0, 57_000)]);
    }

    #[test]
    fn a_gap_between_long_pieces_stays() {
        let pieces = [rule(0, 0, 50_000), rule(0, 55_000, 90_000)];
        assert_eq!(merge(&pieces, true).len(), 2);
    }

    #[test]
    fn ticks_are_no_rules() {
        assert!(merge(&[rule(0, 0, 2_000)], true).is_empty());
    }
}
