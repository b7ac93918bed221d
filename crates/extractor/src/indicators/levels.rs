//! Which group (一级指标, 二级指标) each row of a table belongs to, decided for all rows together.
//!
//! The best path through rows × groups is found by dynamic programming (Viterbi, in the min-sum semiring), where
//! a path pays for every departure from what was printed: a label that stands some rows away from the first row of its
//! group, a label that was not printed, a printed label that explains nothing, groups out of their legal order.
//! What other tables say of a row comes in as a cost per group.
//! Min-marginals of the same lattice say how much worse the best other reading of a row is.

use super::read::DataRow;
use crate::layouts::{Group, Hierarchy};
use rustc_hash::FxHashSet;

/// What departures from the printed labels of a level cost.
struct Prices {
    /// A label one, two, three rows away from the first row of its group.
    displaced: [i32; 4],
    /// The same for a label on the first row of a page, above its group: renderings put labels there by mistake.
    page_top: [i32; 4],
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
const BACKWARD: i32 = 16;
/// Cost of beginning a group.
const BEGIN: i32 = 1;
/// Cost of a row against the label whose cell covers it: the cell's rules are facts.
const UNCOVERED: i32 = 60;
/// A table with fewer labels out of order is damaged, not unordered.
const FEWEST_BACKWARD: usize = 2;
/// How far from its group's first row a label is looked for.
const REACH: usize = 3;
/// Longer groups need no finer count of rows since their first.
const AGES: usize = REACH + 1;

const INFINITE: i32 = i32::MAX / 4;

/// A group that rows may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// Index of the label in [`Labels`], per level; `None` where the table has no such level.
    pub(crate) labels: [Option<usize>; 2],
    order: i32,
    /// The group of the hierarchy, where it is one.
    pub(crate) group: Option<usize>,
}

/// The distinct labels of a level: their spellings (folded) and how this table prints them.
#[derive(Debug, Clone)]
pub(crate) struct LevelLabel {
    pub(crate) spellings: Vec<String>,
    pub(crate) printed: Option<String>,
}

/// The labels that the tables of a booklet print, folded, per level.
pub(crate) type Printed<'a> = [FxHashSet<&'a str>; 2];

/// What a row offers.
#[derive(Debug, Clone, Default)]
struct RowEvidence {
    /// Labels printed on the row, per level.
    tokens: [Vec<usize>; 2],
    /// Labels whose cell covers the row, per level.
    covers: [Option<usize>; 2],
    page_top: bool,
}

impl RowEvidence {
    /// No label speaks of the row.
    fn is_quiet(&self) -> bool {
        self.tokens.iter().all(Vec::is_empty) && self.covers.iter().all(Option::is_none)
    }
}

/// A table ready for decoding.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lattice {
    pub(crate) labels: [Vec<LevelLabel>; 2],
    pub(crate) states: Vec<State>,
    rows: Vec<RowEvidence>,
    /// The printed order of the groups is not the legal one.
    unordered: bool,
    /// Per row, state and age of the state before: what the labels cost when the state begins there, lower and upper
    /// level.
    entries: Vec<Vec<[[i32; 2]; AGES]>>,
    /// Per row and state: the age of the group before does not matter for the entry.
    uniform: Vec<Vec<bool>>,
    /// Per row, state and age: what the row's own labels cost.
    emissions: Vec<Vec<i32>>,
}

/// The best path and how sure each of its rows is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path {
    /// Index of the state of each row.
    pub(crate) states: Vec<usize>,
    pub(crate) cost: i32,
    /// Per row: how much more the best path through another state costs.
    pub(crate) margins: Vec<i32>,
}

impl Lattice {
    /// Gathers the labels, groups and evidence of a table.
    ///
    /// Only groups whose lower label some table of the booklet prints are considered.
    pub(crate) fn new(rows: &[DataRow], hierarchy: &Hierarchy, printed: &Printed<'_>) -> Self {
        let mut lattice = Self { labels: [Vec::new(), Vec::new()], ..Self::default() };
        let occurs = |group: &Group| group.level2.iter().any(|s| printed[1].contains(s.as_str()));
        for (at, group) in hierarchy.groups.iter().enumerate().filter(|(_, g)| occurs(g)) {
            lattice.add_group(at, group);
        }
        lattice.rows = rows.iter().map(|row| lattice.evidence(row)).collect();
        lattice.cover_rows(rows);
        lattice.add_printed_groups(rows, printed);
        lattice.unordered = lattice.is_unordered();
        lattice.price();
        lattice
    }

    /// True for a table that prints its lower labels in no order: then their order says nothing.
    fn is_unordered(&self) -> bool {
        let order = |label: usize| self.states.iter().filter(|s| s.labels[1] == Some(label)).map(|s| s.order).min();
        let printed: Vec<i32> = self.rows.iter().flat_map(|row| &row.tokens[1]).filter_map(|l| order(*l)).collect();
        let changes = printed.windows(2).filter(|w| w[0] != w[1]).count();
        let backward = printed.windows(2).filter(|w| w[0] > w[1]).count();
        backward >= FEWEST_BACKWARD && backward * 4 >= changes
    }

    /// Works out once what the printed labels cost for every row and state.
    fn price(&mut self) {
        let states = 0..self.states.len();
        let quiet = vec![0; self.states.len() * AGES];
        self.entries = (0..self.rows.len()).map(|r| states.clone().map(|s| self.entry(r, s)).collect()).collect();
        let cells = || states.clone().flat_map(|s| (0..AGES).map(move |age| (s, age)));
        let same = |entry: &[[i32; 2]; AGES]| entry.iter().all(|e| e == &entry[0]);
        self.uniform = self.entries.iter().map(|row| row.iter().map(same).collect()).collect();
        let row_costs = |r: usize| {
            if self.rows[r].is_quiet() {
                quiet.clone()
            } else {
                cells().map(|(s, age)| self.emission(r, s, age)).collect()
            }
        };
        self.emissions = (0..self.rows.len()).map(row_costs).collect();
    }

    fn entry(&self, row: usize, s: usize) -> [[i32; 2]; AGES] {
        let [upper, lower] = self.states[s].labels;
        let costs = |age: usize| {
            let lower = lower.map_or(0, |l| self.label_cost(row, 1, l, age + 1));
            let upper = upper.map_or(0, |l| self.label_cost(row, 0, l, age + 1));
            [lower, upper]
        };
        if self.is_quiet_above(row) { [costs(0); AGES] } else { std::array::from_fn(costs) }
    }

    /// True where no label above can have been charged: then the age of the group before does not matter.
    fn is_quiet_above(&self, row: usize) -> bool {
        let above = &self.rows[row.saturating_sub(REACH)..row];
        above.iter().all(|e| e.tokens.iter().all(Vec::is_empty))
    }

    fn add_group(&mut self, at: usize, group: &Group) {
        let one = self.intern(0, &group.level1);
        let two = self.intern(1, &group.level2);
        self.states.push(State { labels: [Some(one), Some(two)], order: at as i32 * 100, group: Some(at) });
    }

    fn intern(&mut self, level: usize, spellings: &[String]) -> usize {
        let known = self.labels[level].iter().position(|l| l.spellings.first() == spellings.first());
        known.unwrap_or_else(|| {
            self.labels[level].push(LevelLabel { spellings: spellings.to_vec(), printed: None });
            self.labels[level].len() - 1
        })
    }

    /// The label of a spelling; one that no hierarchy knows is a label of its own.
    fn label(&mut self, level: usize, key: &str, printed: &str) -> usize {
        let known = self.labels[level].iter().position(|l| l.spellings.iter().any(|s| s == key));
        let at = known.unwrap_or_else(|| self.intern(level, &[key.to_owned()]));
        self.labels[level][at].printed.get_or_insert_with(|| printed.to_owned());
        at
    }

    fn evidence(&mut self, row: &DataRow) -> RowEvidence {
        let mut evidence = RowEvidence { page_top: row.page_top, ..RowEvidence::default() };
        for token in row.tokens.iter().filter(|t| t.covers.is_none()) {
            let level = usize::from(token.level - 1);
            let label = self.label(level, &token.key, &token.text);
            evidence.tokens[level].push(label);
        }
        evidence
    }

    fn cover_rows(&mut self, rows: &[DataRow]) {
        for token in rows.iter().flat_map(|r| &r.tokens) {
            let Some((table, range)) = &token.covers else { continue };
            let level = usize::from(token.level - 1);
            let label = self.label(level, &token.key, &token.text);
            for (row, evidence) in rows.iter().zip(&mut self.rows) {
                if row.source.0 == *table && range.contains(&row.source.1) {
                    evidence.covers[level] = Some(label);
                }
            }
        }
    }

    /// Groups that the table prints though the hierarchy does not have them: pairs of covering labels, labels under
    /// the upper label printed last that no hierarchy knows or whose legal upper label is printed nowhere, and upper
    /// labels where there are no lower ones.
    fn add_printed_groups(&mut self, rows: &[DataRow], printed: &Printed<'_>) {
        let mut upper = None;
        let mut order = 0;
        let flat = self.rows.iter().all(|r| r.tokens[1].is_empty() && r.covers[1].is_none());
        for at in 0..rows.len() {
            let evidence = self.rows[at].clone();
            upper = evidence.tokens[0].first().copied().or(evidence.covers[0]).or(upper);
            let lower = evidence.tokens[1].first().copied().or(evidence.covers[1]);
            let covered = evidence.covers.iter().any(Option::is_some);
            let pair = if covered { [evidence.covers[0].or(upper), evidence.covers[1]] } else { [upper, lower] };
            let wanted = covered || flat || pair[1].is_some_and(|l| self.is_without_group(l, printed));
            order = self.add_pair(pair, wanted, order);
        }
    }

    /// True for a lower label that belongs to no group, or only to groups whose upper label no table prints.
    fn is_without_group(&self, lower: usize, printed: &Printed<'_>) -> bool {
        let groups = self.states.iter().filter(|s| s.group.is_some() && s.labels[1] == Some(lower));
        let mut uppers = groups.filter_map(|s| self.labels[0].get(s.labels[0]?));
        uppers.all(|upper| !upper.spellings.iter().any(|s| printed[0].contains(s.as_str())))
    }

    fn add_pair(&mut self, pair: [Option<usize>; 2], wanted: bool, order: i32) -> i32 {
        let anything = pair.iter().any(Option::is_some);
        if let Some(known) = self.states.iter().find(|s| s.labels == pair) {
            return known.order;
        }
        if anything && wanted {
            self.states.push(State { labels: pair, order: order + 1, group: None });
            return order + 1;
        }
        order
    }

    /// The best path, given a cost per row and state from outside this table.
    pub(crate) fn decode(&self, outside: &[Vec<i32>]) -> Path {
        let width = self.states.len() * AGES;
        if self.rows.is_empty() || width == 0 {
            return Path::default();
        }
        let forward = self.forward(outside);
        let backward = self.backward(outside);
        let mut path = Path::default();
        for row in 0..self.rows.len() {
            let total = |s: usize| (0..AGES).map(|k| forward[row][s * AGES + k] + backward[row][s * AGES + k]).min();
            let costs: Vec<i32> = (0..self.states.len()).map(|s| total(s).unwrap_or(INFINITE)).collect();
            let best = (0..costs.len()).min_by_key(|s| costs[*s]).unwrap_or(0);
            let second = (0..costs.len()).filter(|s| *s != best).map(|s| costs[s]).min().unwrap_or(INFINITE);
            path.margins.push(second.saturating_sub(costs[best]).min(INFINITE));
            path.cost = costs[best];
        }
        path.states = self.trace(&forward, outside);
        path
    }

    /// The cost of a given path.
    pub(crate) fn cost_of(&self, states: &[usize], outside: &[Vec<i32>]) -> i32 {
        let mut age = 0;
        let mut before = None;
        let mut cost = 0;
        for (row, &s) in states.iter().enumerate() {
            if before == Some(s) {
                age = (age + 1).min(AGES - 1);
            } else {
                cost = add(cost, self.begin(row, s, before.map(|b| (b, age))));
                age = 0;
            }
            cost = add(cost, self.own(outside, row, s, age));
            before = Some(s);
        }
        cost
    }

    /// Cost of the cheapest path from the first row to each (state, age) of each row.
    fn forward(&self, outside: &[Vec<i32>]) -> Vec<Vec<i32>> {
        let mut all: Vec<Vec<i32>> = Vec::with_capacity(self.rows.len());
        for row in 0..self.rows.len() {
            let mut here = vec![INFINITE; self.states.len() * AGES];
            for s in 0..self.states.len() {
                let enter = match all.last() {
                    None => self.begin(row, s, None),
                    Some(before) => self.enter_from(before, row, s).0,
                };
                here[s * AGES] = add(enter, self.own(outside, row, s, 0));
                let Some(before) = all.last() else { continue };
                for age in 0..AGES {
                    let next = (age + 1).min(AGES - 1);
                    let cost = add(before[s * AGES + age], self.own(outside, row, s, next));
                    here[s * AGES + next] = here[s * AGES + next].min(cost);
                }
            }
            all.push(here);
        }
        all
    }

    /// The cheapest way into state `s` at `row`, and the (state, age) before.
    fn enter_from(&self, before: &[i32], row: usize, s: usize) -> (i32, usize) {
        if self.uniform[row][s] {
            return self.enter_from_any(before, row, s);
        }
        let ways = (0..before.len()).filter(|at| at / AGES != s && before[*at] < INFINITE);
        let cost = |at: usize| (add(before[at], self.begin(row, s, Some((at / AGES, at % AGES)))), at);
        ways.map(cost).min().unwrap_or((INFINITE, 0))
    }

    /// The same where ages do not matter: the cheapest age of each state is enough.
    fn enter_from_any(&self, before: &[i32], row: usize, s: usize) -> (i32, usize) {
        let mut best = (INFINITE, 0);
        for (from, ages) in before.chunks_exact(AGES).enumerate().filter(|(from, _)| *from != s) {
            let (cost, age) = ages.iter().zip(0..).min().map_or((INFINITE, 0), |(cost, age)| (*cost, age));
            best = best.min((add(cost, self.begin(row, s, Some((from, age)))), from * AGES + age));
        }
        best
    }

    /// Cost of the cheapest path from each (state, age) of each row to the last row, that row's own cost left out.
    fn backward(&self, outside: &[Vec<i32>]) -> Vec<Vec<i32>> {
        let count = self.rows.len();
        let mut all = vec![vec![0; self.states.len() * AGES]; count];
        for row in (0..count.saturating_sub(1)).rev() {
            let next = row + 1;
            let entered: Vec<i32> =
                (0..self.states.len()).map(|s| add(self.own(outside, next, s, 0), all[next][s * AGES])).collect();
            let (plain, aged): (Vec<usize>, Vec<usize>) =
                (0..self.states.len()).partition(|to| self.uniform[next][*to]);
            for s in 0..self.states.len() {
                let cheapest = |tos: &[usize], age| {
                    let ways = tos.iter().filter(|to| **to != s);
                    ways.map(|&to| add(self.begin(next, to, Some((s, age))), entered[to])).min().unwrap_or(INFINITE)
                };
                let leave = cheapest(&plain, 0);
                for age in 0..AGES {
                    let older = (age + 1).min(AGES - 1);
                    let stay = add(self.own(outside, next, s, older), all[next][s * AGES + older]);
                    all[row][s * AGES + age] = stay.min(leave).min(cheapest(&aged, age));
                }
            }
        }
        all
    }

    fn trace(&self, forward: &[Vec<i32>], outside: &[Vec<i32>]) -> Vec<usize> {
        let mut states = vec![0; self.rows.len()];
        let Some(last) = forward.last() else { return states };
        let mut at = (0..last.len()).min_by_key(|i| last[*i]).unwrap_or(0);
        for row in (0..self.rows.len()).rev() {
            let (s, age) = (at / AGES, at % AGES);
            states[row] = s;
            if row == 0 {
                break;
            }
            let before = &forward[row - 1];
            at = if age == 0 {
                self.enter_from(before, row, s).1
            } else {
                let own = self.own(outside, row, s, age);
                let younger = s * AGES + age - 1;
                if add(before[younger], own) == forward[row][at] { younger } else { s * AGES + AGES - 1 }
            };
        }
        states
    }

    /// Cost of a row in a state, from its own labels and from outside the table.
    fn own(&self, outside: &[Vec<i32>], row: usize, s: usize, age: usize) -> i32 {
        self.emissions[row][s * AGES + age] + outside.get(row).and_then(|costs| costs.get(s)).copied().unwrap_or(0)
    }

    /// Cost of beginning state `s` at `row` after a state of some age.
    fn begin(&self, row: usize, s: usize, from: Option<(usize, usize)>) -> i32 {
        let entry = &self.entries[row][s];
        let Some((from, age)) = from else { return BEGIN + entry[0][0] + entry[0][1] };
        let [lower, upper] = entry[age];
        let (from, state) = (&self.states[from], &self.states[s]);
        let upper_changes = from.labels[0] != state.labels[0];
        let backward = state.order < from.order && !self.unordered;
        BEGIN + lower + if upper_changes { upper } else { 0 } + if backward { BACKWARD } else { 0 }
    }

    /// Cost of the distance between a group's first row and its label.
    ///
    /// The nearest label counts; more of them above the row are spurious but like the group's, so they cost as
    /// repetitions. A label above the row was charged as spurious on its own row, if the path was in another group
    /// there — that is known for the `reach` rows that the group before covers; the charge is taken back here.
    fn label_cost(&self, row: usize, level: usize, label: usize, reach: usize) -> i32 {
        if self.rows[row].covers[level].is_some() {
            return 0;
        }
        let prices = &PRICES[level];
        let near = row.saturating_sub(REACH)..(row + REACH + 1).min(self.rows.len());
        if self.rows[near].iter().all(|e| e.tokens[level].is_empty()) {
            return prices.missing;
        }
        let printed = |r: usize| self.rows.get(r).is_some_and(|e| e.tokens[level].contains(&label));
        let above: Vec<usize> = (1..=REACH.min(reach)).filter(|d| row.checked_sub(*d).is_some_and(printed)).collect();
        let price_above =
            |d: &usize| if self.rows[row - d].page_top { prices.page_top[*d] } else { prices.displaced[*d] };
        let own = if printed(row) { Some(0) } else { None };
        let below = (1..=REACH).filter(|d| printed(row + d)).map(|d| prices.displaced[d]).min();
        let best_above = above.iter().map(price_above).min();
        let best = [own, below, best_above].into_iter().flatten().min();
        let used_above = if best == best_above { best_above.unwrap_or(0) } else { 0 };
        let more = above.iter().map(price_above).sum::<i32>() - used_above;
        best.unwrap_or(prices.missing) + more - above.len() as i32 * prices.spurious
    }

    /// Cost of a row's own labels, when it is the `age`-th row of state `s`.
    fn emission(&self, row: usize, s: usize, age: usize) -> i32 {
        let evidence = &self.rows[row];
        let state = &self.states[s];
        let mut cost = 0;
        for (level, prices) in PRICES.iter().enumerate() {
            let own = state.labels[level];
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
    fn printed_since(&self, row: usize, age: usize, label: usize) -> bool {
        let first = row.saturating_sub(age);
        age >= AGES - 1 || self.rows[first..row].iter().any(|e| e.tokens[1].contains(&label))
    }

    /// What filling the printed labels down the rows would give: labels per level.
    pub(crate) fn filled_down(&self) -> Vec<[Option<usize>; 2]> {
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

    /// Rows on which a label of a level is printed, as a distance from `row`, nearest first.
    pub(crate) fn distance_to_label(&self, row: usize, level: usize, label: usize) -> Option<i64> {
        let printed = |r: usize| self.rows.get(r).is_some_and(|e| e.tokens[level].contains(&label));
        (0..self.rows.len()).filter(|r| printed(*r)).map(|r| r as i64 - row as i64).min_by_key(|d| d.abs())
    }
}

fn add(a: i32, b: i32) -> i32 {
    a.saturating_add(b).min(INFINITE)
}
