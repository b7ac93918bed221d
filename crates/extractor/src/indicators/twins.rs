//! The twin tables of a form (总体, 年度), decoded together: rows of one name should stand in one group.
//!
//! The best pair of readings is looked for from both sides, since a damaged table must not drag an intact one along;
//! where the two sides end nearly even, the rows that they read differently are contested.

use std::ops::Range;

use super::joint::{TableState, charge_others};
use super::levels::Path;

/// Cost of a row whose twin stands in another group.
pub(super) const TWIN: i32 = 12;
/// How far boundaries between groups are moved in search of a better pair of readings, and how often.
const FARTHEST: usize = 3;
const MOST_MOVES: usize = 16;
/// Two readings of a part of a pair of tables closer than this are not decided: one label, one row away, is too little.
const CLEAR: i32 = 7;

/// Decodes two twins from either side, and takes from each side the parts that make the better pair.
pub(super) fn decode_pair<'a>(a: &mut TableState<'a>, b: &mut TableState<'a>) {
    let alone_a = a.lattice.decode(&a.costs);
    let alone_b = b.lattice.decode(&b.costs);
    let nothing_to_compare = alone_a.states.is_empty() || alone_b.states.is_empty();
    if nothing_to_compare || mismatches(a, &alone_a.states, b, &alone_b.states) == 0 {
        // Coupling cannot change readings that agree; it makes the rows with a twin surer.
        for (table, alone) in [(a, alone_a), (b, alone_b)] {
            table.path = supported(table, alone);
            table.contested.fill(false);
        }
        return;
    }
    let mut search = Search { first: a, second: b, contested: Marks::new(a, b) };
    let from_first = search.following_first(alone_a.states);
    let from_second = search.following_second(alone_b.states);
    let best = search.crossed(&from_first, &from_second);
    let best = search.refined(best);
    let marks = search.contested;
    let path_a = coupled(a, b, &best.second);
    let path_b = coupled(b, a, &path_a.states);
    (a.path, a.contested) = (path_a, marks.first);
    (b.path, b.contested) = (path_b, marks.second);
}

/// The readings of two twins: the state of each row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Readings {
    first: Vec<usize>,
    second: Vec<usize>,
}

/// Rows of both tables between two places where readings agree.
#[derive(Debug, Clone)]
struct Span {
    first: Range<usize>,
    second: Range<usize>,
}

impl Readings {
    /// These readings with the rows of others in a span.
    fn with_span_of(&self, other: &Self, span: &Span) -> Self {
        let mut mixed = self.clone();
        mixed.first[span.first.clone()].copy_from_slice(&other.first[span.first.clone()]);
        mixed.second[span.second.clone()].copy_from_slice(&other.second[span.second.clone()]);
        mixed
    }
}

/// A mark per row of two twins.
#[derive(Debug)]
struct Marks {
    first: Vec<bool>,
    second: Vec<bool>,
}

impl Marks {
    fn new(first: &TableState<'_>, second: &TableState<'_>) -> Self {
        Self { first: vec![false; first.rows.len()], second: vec![false; second.rows.len()] }
    }

    /// Marks the rows of a span on which two readings differ.
    fn add(&mut self, a: &Readings, b: &Readings, span: &Span) {
        mark_differing(&mut self.first, &a.first, &b.first, &span.first);
        mark_differing(&mut self.second, &a.second, &b.second, &span.second);
    }
}

fn mark_differing(marks: &mut [bool], a: &[usize], b: &[usize], rows: &Range<usize>) {
    for row in rows.clone().filter(|r| a[*r] != b[*r]) {
        marks[row] = true;
    }
}

/// The search for the best pair of readings of two twins.
struct Search<'t, 'a> {
    first: &'t TableState<'a>,
    second: &'t TableState<'a>,
    /// Rows that two nearly even pairs of readings put in different groups.
    contested: Marks,
}

impl Search<'_, '_> {
    /// The readings that follow from reading the first table alone.
    fn following_first(&self, alone: Vec<usize>) -> Readings {
        let followed = coupled_states(self.second, self.first, &alone);
        if mismatches(self.first, &alone, self.second, &followed) == 0 {
            return Readings { first: alone, second: followed };
        }
        Readings { first: coupled_states(self.first, self.second, &followed), second: followed }
    }

    /// The readings that follow from reading the second table alone.
    fn following_second(&self, alone: Vec<usize>) -> Readings {
        let followed = coupled_states(self.first, self.second, &alone);
        if mismatches(self.first, &followed, self.second, &alone) == 0 {
            return Readings { first: followed, second: alone };
        }
        Readings { second: coupled_states(self.second, self.first, &followed), first: followed }
    }

    fn cost(&self, readings: &Readings) -> i32 {
        self.first.lattice.cost_of(&readings.first, &self.first.costs, true)
            + self.second.lattice.cost_of(&readings.second, &self.second.costs, true)
            + self.cost_of_mismatches(readings)
    }

    /// The cost without what words say: they choose between readings, but they do not make a choice sure.
    fn cost_without_words(&self, readings: &Readings) -> i32 {
        self.first.lattice.cost_of(&readings.first, &self.first.siblings, false)
            + self.second.lattice.cost_of(&readings.second, &self.second.siblings, false)
            + self.cost_of_mismatches(readings)
    }

    fn cost_of_mismatches(&self, readings: &Readings) -> i32 {
        TWIN * mismatches(self.first, &readings.first, self.second, &readings.second) as i32
    }

    /// Part by part the better of two pairs of readings; the parts that are nearly even are contested.
    fn crossed(&mut self, a: &Readings, b: &Readings) -> Readings {
        let mut best = if self.cost(a) <= self.cost(b) { a.clone() } else { b.clone() };
        for span in self.differing_spans(a, b) {
            let (with_a, with_b) = (best.with_span_of(a, &span), best.with_span_of(b, &span));
            let difference = self.cost_without_words(&with_a) - self.cost_without_words(&with_b);
            if difference.abs() < CLEAR {
                self.contested.add(a, b, &span);
            }
            best = if self.cost(&with_a) <= self.cost(&with_b) { with_a } else { with_b };
        }
        best
    }

    /// Moves the boundaries between groups by a few rows in both tables at once, as long as that makes the pair better;
    /// then marks the rows of moves that make it hardly worse.
    fn refined(&mut self, start: Readings) -> Readings {
        let mut best_cost = self.cost(&start);
        let mut best = start;
        for _ in 0..MOST_MOVES {
            let moves = self.boundary_moves(&best).into_iter().map(|other| (self.cost(&other), other));
            match moves.min_by_key(|(cost, _)| *cost) {
                Some((cost, other)) if cost < best_cost => (best_cost, best) = (cost, other),
                _ => break,
            }
        }
        let everything = Span { first: 0..best.first.len(), second: 0..best.second.len() };
        let sure_cost = self.cost_without_words(&best) + CLEAR;
        for other in self.boundary_moves(&best) {
            if self.cost_without_words(&other) < sure_cost {
                self.contested.add(&best, &other, &everything);
            }
        }
        best
    }

    /// All pairs of readings in which one boundary of the first table, and its counterpart in the second, is moved by up
    /// to [`FARTHEST`] rows.
    fn boundary_moves(&self, readings: &Readings) -> Vec<Readings> {
        let count = readings.first.len();
        let boundaries = (1..count).filter(|r| readings.first[*r] != readings.first[r - 1]);
        let ranges = boundaries.flat_map(|r| {
            let later = (1..=FARTHEST).map(move |k| (r - 1, r..(r + k).min(count)));
            let earlier = (1..=FARTHEST).map(move |k| (r, r.saturating_sub(k)..r));
            later.chain(earlier)
        });
        ranges.filter_map(|(from, rows)| self.with_rows_like(readings, from, rows)).collect()
    }

    /// The readings with `rows` of the first table, and their twins, in the group of row `from` and its twin.
    fn with_rows_like(&self, readings: &Readings, from: usize, rows: Range<usize>) -> Option<Readings> {
        let twin = |row: usize| self.first.twin_rows.get(row).copied().flatten();
        let twin_state = *readings.second.get(twin(from)?)?;
        let mut moved = readings.clone();
        for row in rows {
            moved.first[row] = readings.first[from];
            *moved.second.get_mut(twin(row)?)? = twin_state;
        }
        Some(moved)
    }

    /// Cuts both tables at the rows with a twin on which two readings agree, in both tables; gives the parts between
    /// that differ.
    fn differing_spans(&self, a: &Readings, b: &Readings) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut open = Span { first: 0..0, second: 0..0 };
        let mut differs = false;
        for row in 0..=a.first.len() {
            let twin = self.first.twin_rows.get(row).copied().flatten();
            let same = |x: &[usize], y: &[usize], r: usize| x.get(r) == y.get(r);
            let agreed = twin.is_some_and(|t| same(&a.first, &b.first, row) && same(&a.second, &b.second, t));
            if agreed || row == a.first.len() {
                let end = twin.unwrap_or(a.second.len());
                open.first.end = row;
                open.second.end = end.max(open.second.start);
                differs |= open.second.clone().any(|r| a.second[r] != b.second[r]);
                if differs {
                    spans.push(open.clone());
                }
                open = Span { first: row..row, second: end..end };
                differs = false;
            } else {
                differs |= !same(&a.first, &b.first, row);
            }
        }
        spans
    }
}

/// A reading whose twin agrees: another group for a row would cost at least the twin's weight more.
fn supported(table: &TableState<'_>, mut path: Path) -> Path {
    for (margin, _) in path.margins.iter_mut().zip(&table.twin_rows).filter(|(_, twin)| twin.is_some()) {
        *margin += TWIN;
    }
    path
}

/// Rows of one name that two readings put in different groups.
fn mismatches(a: &TableState<'_>, states_a: &[usize], b: &TableState<'_>, states_b: &[usize]) -> usize {
    let differs = |(row, twin): (usize, &Option<usize>)| {
        twin.is_some_and(|twin| a.lattice.states[states_a[row]].group != b.lattice.states[states_b[twin]].group)
    };
    a.twin_rows.iter().enumerate().filter(|pair| differs(*pair)).count()
}

/// Decodes a table with a reading of its twin as evidence.
fn coupled(table: &TableState<'_>, twin: &TableState<'_>, twin_states: &[usize]) -> Path {
    table.lattice.decode(&costs_beside(table, twin, twin_states))
}

/// The states alone.
fn coupled_states(table: &TableState<'_>, twin: &TableState<'_>, twin_states: &[usize]) -> Vec<usize> {
    table.lattice.best_states(&costs_beside(table, twin, twin_states))
}

/// The costs of a table with a reading of its twin as evidence.
fn costs_beside(table: &TableState<'_>, twin: &TableState<'_>, twin_states: &[usize]) -> Vec<i32> {
    let mut costs = table.costs.clone();
    for (own, twin_row) in costs.chunks_exact_mut(table.lattice.states.len().max(1)).zip(&table.twin_rows) {
        if let Some(twin_row) = twin_row {
            charge_others(own, &table.lattice, twin.lattice.states[twin_states[*twin_row]].group, TWIN);
        }
    }
    costs
}
