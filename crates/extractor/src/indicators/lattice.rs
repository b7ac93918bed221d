//! What the printed labels of a table say of its rows, as costs.
//!
//! A group pays where its label stands some rows away from its first row, or is not printed at all.
//! A printed label pays where it explains nothing, and a little where it is printed again inside its group.
//! Costs are small whole numbers: only their order of size matters.

use std::ops::Range;

use super::evidence::seam_cost;
use super::groups::{Groups, LabelId};
use super::levels::State;
use super::read::DataRow;

/// What departures from the printed labels of a level cost.
struct Prices {
    /// A label one, two, three rows away from the first row of its group.
    displaced: [i32; REACH + 1],
    /// The same for a label on the first row of a page, above its group: renderings put labels there by mistake.
    page_top: [i32; REACH + 1],
    /// A group whose label was not printed near its first row.
    missing: i32,
    /// A printed label that is not the row's.
    spurious: i32,
}

/// Upper level, lower level.
const PRICES: [Prices; 2] = [
    Prices { displaced: [0, 3, 4, 5], page_top: [0, 2, 3, 4], missing: 5, spurious: 8 },
    Prices { displaced: [0, 6, 8, 10], page_top: [0, 4, 5, 7], missing: 14, spurious: 14 },
];
/// Cost of a label printed again inside its group, unless it stands first on a page.
const REPEATED: i32 = 6;
/// Cost of a group that stands before an earlier one of the legal order.
const BACKWARD: i32 = 18;
/// Cost of beginning a group.
const BEGIN: i32 = 1;
/// Cost of a row against the label whose cell covers it: the cell's rules are facts.
const UNCOVERED: i32 = 60;
/// A table with fewer labels out of order is damaged, not unordered.
const FEWEST_BACKWARD: usize = 2;
/// How far from its group's first row a label is looked for.
const REACH: usize = 3;
/// Ages of a group: rows since its first. Beyond the reach of labels they need not be told apart.
pub(super) const AGES: usize = REACH + 1;

/// What a row offers.
#[derive(Debug, Clone, Default)]
struct RowEvidence {
    /// Labels printed on the row, per level.
    tokens: [Vec<LabelId>; 2],
    /// Labels whose cell covers the row, per level.
    covers: [Option<LabelId>; 2],
    page_top: bool,
}

impl RowEvidence {
    /// No label speaks of the row.
    fn is_quiet(&self) -> bool {
        self.tokens.iter().all(Vec::is_empty) && self.covers.iter().all(Option::is_none)
    }
}

/// What it costs that a state begins at a row.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    /// For the lower label, and for beginning a group at all.
    lower: i32,
    /// For the upper label, where it changes too.
    upper: i32,
}

/// More than any path costs; two of them can be added.
pub(super) const INFINITE: i32 = i32::MAX / 4;

/// Kinds of steps from a state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Ahead,
    /// To a group with another upper label.
    AheadUnderOther,
    /// Back in the legal order.
    Back,
    BackUnderOther,
    /// None at all: a state does not begin again after itself.
    Stay,
}

/// What a step of each kind costs.
pub(super) type StepCosts = [i32; 5];

/// A table ready for decoding: its groups, its evidence, and what each costs.
#[derive(Debug, Default)]
pub(crate) struct Lattice<'a> {
    pub(crate) states: Vec<State>,
    rows: Vec<RowEvidence>,
    /// The groups stand in no legal order.
    unordered: bool,
    /// Per state and state after it: what kind of step that is.
    steps: Vec<Step>,
    /// How this table prints the labels, per level.
    printed: [Vec<(LabelId, &'a str)>; 2],
    /// Per row: what it costs that a group begins there, from the words of the row and of the row above.
    seams: Vec<i32>,
    /// Per row and state: what it costs that the state begins there.
    begins: Vec<StepCosts>,
    /// Per row, age and state: what the row's own labels cost.
    emissions: Vec<i32>,
    /// Per row, age and state: what is taken back when the state ends there, since its label stands on a row below.
    exits: Vec<i32>,
}

impl<'a> Lattice<'a> {
    /// Gathers the labels and groups of a table, which gives those that are new their numbers; [`Lattice::price`] follows.
    pub(crate) fn gather(rows: &[DataRow<'a>], groups: &mut Groups<'a>) -> Self {
        let mut lattice = Self { states: groups.legal().to_vec(), ..Self::default() };
        lattice.rows = rows.iter().map(|row| lattice.evidence(row, groups)).collect();
        lattice.cover_rows(rows, groups);
        lattice.add_printed_groups(groups);
        lattice.unordered = lattice.is_unordered();
        lattice
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows.len()
    }

    fn evidence(&mut self, row: &DataRow<'a>, groups: &mut Groups<'a>) -> RowEvidence {
        let mut evidence = RowEvidence { page_top: row.page_top, ..RowEvidence::default() };
        for token in &row.tokens {
            let level = usize::from(token.level - 1);
            let label = groups.label(token);
            if !self.printed[level].iter().any(|(known, _)| *known == label) {
                self.printed[level].push((label, token.text));
            }
            if token.covers.is_none() {
                evidence.tokens[level].push(label);
            }
        }
        evidence
    }

    fn cover_rows(&mut self, rows: &[DataRow<'a>], groups: &mut Groups<'a>) {
        for token in rows.iter().flat_map(|r| &r.tokens) {
            let Some((table, range)) = &token.covers else { continue };
            let label = groups.label(token);
            for (row, evidence) in rows.iter().zip(&mut self.rows) {
                if row.source.0 == *table && range.contains(&row.source.1) {
                    evidence.covers[usize::from(token.level - 1)] = Some(label);
                }
            }
        }
    }

    /// Groups that the table prints though the hierarchy does not have them: pairs of covering labels, labels under
    /// the upper label printed last that no hierarchy knows or whose legal upper label is printed nowhere, and upper
    /// labels where there are no lower ones.
    fn add_printed_groups(&mut self, groups: &mut Groups<'a>) {
        let mut upper = None;
        let mut order = 0;
        let flat = self.rows.iter().all(|row| row.tokens[1].is_empty() && row.covers[1].is_none());
        for at in 0..self.rows.len() {
            let row = &self.rows[at];
            let [cover_upper, cover_lower] = row.covers;
            upper = row.tokens[0].first().copied().or(cover_upper).or(upper);
            let lower = row.tokens[1].first().copied().or(cover_lower);
            let covered = cover_upper.is_some() || cover_lower.is_some();
            let pair = if covered { [cover_upper.or(upper), cover_lower] } else { [upper, lower] };
            let wanted = covered || flat || pair[1].is_some_and(|label| groups.is_without_group(label));
            order = self.add_pair(pair, wanted, order, groups);
        }
    }

    fn add_pair(&mut self, labels: [Option<LabelId>; 2], wanted: bool, order: i32, groups: &mut Groups<'a>) -> i32 {
        if let Some(known) = self.states.iter().find(|s| s.labels == labels) {
            return known.order;
        }
        if labels.iter().any(Option::is_some) && wanted {
            self.states.push(State { group: groups.pair(labels), labels, order: order + 1, legal: None });
            return order + 1;
        }
        order
    }

    /// True for a table that prints its lower labels in no order: then their order says nothing.
    fn is_unordered(&self) -> bool {
        let order = |label: LabelId| self.states.iter().filter(|s| s.labels[1] == Some(label)).map(|s| s.order).min();
        let printed: Vec<i32> = self.rows.iter().flat_map(|row| &row.tokens[1]).filter_map(|l| order(*l)).collect();
        let changes = printed.windows(2).filter(|w| w[0] != w[1]).count();
        let backward = printed.windows(2).filter(|w| w[0] > w[1]).count();
        backward >= FEWEST_BACKWARD && backward * 4 >= changes
    }

    /// Works out once what the printed labels cost for every row and state.
    pub(crate) fn price(&mut self, rows: &[DataRow<'a>]) {
        let count = self.states.len();
        self.steps = self.states.iter().flat_map(|to| self.states.iter().map(|from| kind(from, to))).collect();
        self.emissions = vec![0; self.rows.len() * count * AGES];
        self.exits = vec![0; self.rows.len() * count * AGES];
        self.begins = Vec::with_capacity(self.rows.len() * count);
        self.seams = vec![0; self.rows.len()];
        for (seam, pair) in self.seams.iter_mut().skip(1).zip(rows.windows(2)) {
            *seam = seam_cost(&pair[0], &pair[1]);
        }
        for row in 0..self.rows.len() {
            self.price_begins(row);
            if !self.rows[row].is_quiet() {
                for (age, s) in (0..AGES).flat_map(|age| (0..count).map(move |s| (age, s))) {
                    self.emissions[(row * AGES + age) * count + s] = self.price_row(row, s, age);
                }
            }
        }
    }

    /// The labels of a level that are printed near a row.
    fn near(&self, row: usize, level: usize) -> Vec<Near> {
        let rows = row.saturating_sub(REACH)..(row + REACH + 1).min(self.rows.len());
        let labels = rows.flat_map(|at| {
            let distance = at as i32 - row as i32;
            let page_top = self.rows[at].page_top;
            self.rows[at].tokens[level].iter().map(move |&label| Near { label, distance, page_top })
        });
        labels.collect()
    }

    /// What it costs that each state begins at a row. For a state that may have stood above already (one before its
    /// legal order, any where there is none) the labels above are its own of that time, and do not count.
    fn price_begins(&mut self, row: usize) {
        let mut near = [0, 1].map(|level| self.near(row, level));
        let ahead = self.price_entries(row, &near);
        let mut again = None;
        if near.iter().flatten().any(|label| label.distance < 0) {
            for labels in &mut near {
                labels.retain(|label| label.distance >= 0);
            }
            again = Some(self.price_entries(row, &near));
        }
        let again = again.as_ref().unwrap_or(&ahead);
        let (ahead, back) = if self.unordered { (again, 0) } else { (&ahead, BACKWARD) };
        let seam = self.seam(row);
        let costs = ahead.iter().zip(again).map(|(ahead, again)| {
            let (ahead_lower, again_lower) = (ahead.lower + seam, again.lower + seam + back);
            [ahead_lower, ahead_lower + ahead.upper, again_lower, again_lower + again.upper, INFINITE]
        });
        self.begins.extend(costs);
    }

    fn price_entries(&mut self, row: usize, near: &[Vec<Near>; 2]) -> Vec<Entry> {
        let priced = [0, 1].map(|level| price_labels(&near[level], level));
        (0..self.states.len()).map(|s| self.price_entry(row, s, &priced)).collect()
    }

    fn price_entry(&mut self, row: usize, s: usize, near: &[Vec<(LabelId, Priced)>; 2]) -> Entry {
        let labels = self.states[s].labels;
        let known = |level: usize, label: LabelId| near[level].iter().find(|(near, _)| *near == label);
        let price = |level: usize| match labels[level] {
            Some(label) if self.rows[row].covers[level].is_none() => {
                known(level, label).map_or(Priced::missing(level), |(_, priced)| *priced)
            }
            _ => Priced::default(),
        };
        let (upper, lower) = (price(0), price(1));
        if let Some(below) = lower.below.filter(|_| !self.unordered) {
            // A group that ends before its label: the label, charged on a row of another group, is explained.
            let count = self.states.len();
            for age in 0..below.min(self.rows.len() - row) {
                self.exits[((row + age) * AGES + age) * count + s] = -PRICES[1].spurious;
            }
        }
        Entry { lower: BEGIN + lower.cost, upper: upper.cost }
    }

    /// Cost of a row's own labels, when it is the `age`-th row of state `s`.
    fn price_row(&self, row: usize, s: usize, age: usize) -> i32 {
        let evidence = &self.rows[row];
        let mut cost = 0;
        for (level, prices) in PRICES.iter().enumerate() {
            let own = self.states[s].labels[level];
            if evidence.covers[level].is_some_and(|label| own != Some(label)) {
                cost += UNCOVERED;
            }
            for token in &evidence.tokens[level] {
                if own != Some(*token) {
                    cost += prices.spurious;
                } else if level == 1 && age > 0 && !evidence.page_top && self.printed_since(row, age, *token) {
                    cost += REPEATED;
                }
            }
        }
        cost
    }

    /// True when the lower label was printed on one of the `age` rows before.
    fn printed_since(&self, row: usize, age: usize, label: LabelId) -> bool {
        let first = row.saturating_sub(age);
        age >= AGES - 1 || self.rows[first..row].iter().any(|e| e.tokens[1].contains(&label))
    }

    /// The kinds of the steps to each state from all states.
    pub(super) fn steps(&self) -> impl Iterator<Item = &[Step]> {
        self.steps.chunks_exact(self.states.len())
    }

    /// The kind of the step from a state to another.
    pub(super) fn step_kind(&self, from: usize, to: usize) -> Step {
        self.steps[to * self.states.len() + from]
    }

    /// What it costs that each state begins at a row after another one.
    pub(super) fn begins(&self, row: usize) -> &[StepCosts] {
        &self.begins[row * self.states.len()..(row + 1) * self.states.len()]
    }

    /// What the words of a row and of the row above say against a group that begins there.
    pub(super) fn seam(&self, row: usize) -> i32 {
        self.seams[row]
    }

    /// What the labels of a row cost, per age and state.
    pub(super) fn emissions(&self, row: usize) -> &[i32] {
        &self.emissions[self.layers(row)]
    }

    /// What it costs (or gives back) that a state ends with a row, per age and state.
    pub(super) fn exits(&self, row: usize) -> &[i32] {
        &self.exits[self.layers(row)]
    }

    /// Where the figures of a row stand in a list per row, age and state.
    pub(super) fn layers(&self, row: usize) -> Range<usize> {
        let width = AGES * self.states.len();
        row * width..(row + 1) * width
    }

    /// What filling the printed labels down the rows would give: labels per level.
    pub(crate) fn filled_down(&self) -> Vec<[Option<LabelId>; 2]> {
        let mut open = [None, None];
        let mut filled = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let upper = row.covers[0].or(row.tokens[0].last().copied());
            let lower = row.covers[1].or(row.tokens[1].last().copied());
            if upper.is_some() && upper != open[0] {
                open = [upper, None];
            }
            open = [upper.or(open[0]), lower.or(open[1])];
            filled.push(open);
        }
        filled
    }

    /// A label as this table prints it.
    pub(crate) fn printed(&self, level: usize, label: LabelId) -> Option<&'a str> {
        self.printed[level].iter().find(|(known, _)| *known == label).map(|(_, text)| *text)
    }

    /// Rows on which a label of a level is printed, as a distance from `row`, nearest first.
    pub(crate) fn distance_to_label(&self, row: usize, level: usize, label: LabelId) -> Option<i64> {
        let printed = |r: usize| self.rows.get(r).is_some_and(|e| e.tokens[level].contains(&label));
        (0..self.rows.len()).filter(|r| printed(*r)).map(|r| r as i64 - row as i64).min_by_key(|d| d.abs())
    }
}

fn kind(from: &State, to: &State) -> Step {
    match (to.order < from.order, from.labels[0] == to.labels[0]) {
        _ if from == to => Step::Stay,
        (false, true) => Step::Ahead,
        (false, false) => Step::AheadUnderOther,
        (true, true) => Step::Back,
        (true, false) => Step::BackUnderOther,
    }
}

/// A label printed near a row.
#[derive(Debug, Clone, Copy)]
struct Near {
    label: LabelId,
    /// Rows from the row to the label; negative for a label above it.
    distance: i32,
    page_top: bool,
}

impl Near {
    fn price(self, prices: &Prices) -> i32 {
        let rows = self.distance.unsigned_abs() as usize;
        if self.distance < 0 && self.page_top { prices.page_top[rows] } else { prices.displaced[rows] }
    }
}

/// What the distance between a group's first row and its label costs.
#[derive(Debug, Clone, Copy, Default)]
struct Priced {
    cost: i32,
    /// Rows to the label, where it stands below the first row.
    below: Option<usize>,
}

impl Priced {
    /// A label that is not printed near its group's first row.
    fn missing(level: usize) -> Self {
        Self { cost: PRICES[level].missing, below: None }
    }
}

/// The labels of a level that are printed near a row, each with its price.
fn price_labels(near: &[Near], level: usize) -> Vec<(LabelId, Priced)> {
    let is_first = |at: &usize| near[..*at].iter().all(|n| n.label != near[*at].label);
    let labels = (0..near.len()).filter(is_first).map(|at| near[at].label);
    labels.map(|label| (label, price_label(near, level, label))).collect()
}

/// The nearest label counts; more of them above the row are spurious but like the group's, so they cost as
/// repetitions. A label above the row is charged as spurious on its own row, where another group stands; the charge is
/// taken back here.
fn price_label(near: &[Near], level: usize, label: LabelId) -> Priced {
    let prices = &PRICES[level];
    let own = || near.iter().filter(|n| n.label == label);
    let Some(best) = own().min_by_key(|n| n.price(prices)) else { return Priced::missing(level) };
    let mut cost = best.price(prices);
    for above in own().filter(|n| n.distance < 0) {
        cost -= prices.spurious;
        if !std::ptr::eq(above, best) {
            cost += above.price(prices);
        }
    }
    let below = (best.distance > 0).then_some(best.distance as usize);
    Priced { cost, below }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROWS: usize = 4;
    const STATES: usize = 3;

    /// A table of which all costs are given.
    fn lattice(begins: &[i32], emissions: Vec<i32>, exits: Vec<i32>) -> Lattice<'static> {
        let state = |at: u16| {
            let labels = [Some(at / 2), Some(at)];
            State { group: at, labels, order: i32::from(at), legal: None }
        };
        let states: Vec<State> = (0..STATES as u16).map(state).collect();
        let steps = states.iter().flat_map(|to| states.iter().map(|from| kind(from, to))).collect();
        let begins = begins.chunks_exact(4).map(|c| [c[0], c[1], c[2], c[3], INFINITE]).collect();
        let (rows, seams) = (vec![RowEvidence::default(); ROWS], vec![0; ROWS]);
        Lattice { states, rows, steps, seams, begins, emissions, exits, ..Lattice::default() }
    }

    /// Every path there is.
    fn paths() -> impl Iterator<Item = Vec<usize>> {
        let digit = |path: usize, row: usize| path / STATES.pow(row as u32) % STATES;
        (0..STATES.pow(ROWS as u32)).map(move |path| (0..ROWS).map(|row| digit(path, row)).collect())
    }

    proptest! {
        #[test]
        fn the_best_of_all_paths_is_found(
            begins in prop::collection::vec(0..20, ROWS * STATES * 4),
            emissions in prop::collection::vec(0..20, ROWS * STATES * AGES),
            exits in prop::collection::vec(-14..1, ROWS * STATES * AGES),
            outside in prop::collection::vec(0..12, ROWS * STATES),
        ) {
            let lattice = lattice(&begins, emissions, exits);
            let cost = |path: &[usize]| lattice.cost_of(path, &outside, true);
            let least = |wanted: &dyn Fn(&[usize]) -> bool| paths().filter(|path| wanted(path)).map(|path| cost(&path)).min();
            let found = lattice.decode(&outside);
            let best = least(&|_| true).unwrap();
            prop_assert_eq!(cost(&found.states), best);
            prop_assert_eq!(&lattice.best_states(&outside), &found.states);
            for (row, margin) in found.margins.iter().enumerate() {
                let other = least(&|path| path[row] != found.states[row]).unwrap();
                prop_assert_eq!(*margin, other - best, "row {}", row);
            }
        }
    }
}
