//! Which group (一级指标, 二级指标) each row of a table belongs to, decided for all rows together.
//!
//! The best path through rows × groups is found by dynamic programming (Viterbi, in the min-sum semiring), where
//! a path pays for every departure from what was printed ([`Lattice`] says what it costs).
//! What other tables say of a row comes in as a cost per group.
//! Min-marginals of the same lattice say how much worse the best other reading of a row is.

use super::groups::{GroupId, LabelId};
use super::lattice::{AGES, INFINITE, Lattice, Step, StepCosts};

/// A group that the rows of a table may belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) group: GroupId,
    /// The labels of the group, per level; `None` where the table has no such level.
    pub(crate) labels: [Option<LabelId>; 2],
    pub(crate) order: i32,
    /// Its position in the hierarchy, where it is legal.
    pub(crate) legal: Option<usize>,
}

/// The best path and how sure each of its rows is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path {
    /// Index of the state of each row.
    pub(crate) states: Vec<usize>,
    /// Per row: how much more the best path through another state costs.
    pub(crate) margins: Vec<i32>,
}

impl Lattice<'_> {
    /// The best path, given a cost per row and state from outside this table.
    pub(crate) fn decode(&self, outside: &[i32]) -> Path {
        if self.is_empty() {
            return Path::default();
        }
        let forward = self.forward(outside);
        let backward = self.backward(outside);
        Path { states: self.trace(&forward, outside), margins: self.margins(&forward, &backward) }
    }

    /// The states of the best path alone, which cost half.
    pub(crate) fn best_states(&self, outside: &[i32]) -> Vec<usize> {
        if self.is_empty() { Vec::new() } else { self.trace(&self.forward(outside), outside) }
    }

    fn is_empty(&self) -> bool {
        self.rows() == 0 || self.states.is_empty()
    }

    /// The cost of a given path; what the words of neighbouring rows say of its groups is left out on demand.
    pub(crate) fn cost_of(&self, path: &[usize], outside: &[i32], with_words: bool) -> i32 {
        let mut age = 0;
        let mut cost = 0;
        for (row, &s) in path.iter().enumerate() {
            match row.checked_sub(1).map(|above| path[above]) {
                Some(before) if before == s => age = (age + 1).min(AGES - 1),
                Some(before) => {
                    let words = if with_words { 0 } else { self.seam(row) };
                    cost = add(cost, self.leave(row - 1, before, age) + self.step(row, before, s) - words);
                    age = 0;
                }
                None => cost = first(&self.begins(0)[s]),
            }
            cost = add(cost, self.own(outside, row, s, age));
        }
        cost
    }

    /// Cost of the cheapest path from the first row to each age and state of each row.
    fn forward(&self, outside: &[i32]) -> Vec<i32> {
        let count = self.states.len();
        let mut all = vec![INFINITE; self.layers(self.rows()).start];
        all.iter_mut().zip(self.begins(0)).for_each(|(cost, costs)| *cost = first(costs));
        self.pay(&mut all[self.layers(0)], 0, outside);
        let mut left = Vec::with_capacity(count);
        for row in 1..self.rows() {
            let (above, here) = all.split_at_mut(self.layers(row).start);
            let (before, here) = (&above[self.layers(row - 1)], &mut here[..AGES * count]);
            self.leave_all(before, row - 1, &mut left);
            for ((cost, costs), steps) in here.iter_mut().zip(self.begins(row)).zip(self.steps()) {
                *cost = enter(&left, costs, steps);
            }
            for (age, before) in before.chunks_exact(count).enumerate() {
                lower(&mut here[older(age) * count..][..count], before);
            }
            self.pay(here, row, outside);
        }
        all
    }

    /// Adds the cost of a row in each age and state, from its own labels and from outside the table.
    fn pay(&self, costs: &mut [i32], row: usize, outside: &[i32]) {
        let count = self.states.len();
        let outside = &outside[row * count..(row + 1) * count];
        let emissions = self.emissions(row).chunks_exact(count);
        for (costs, emissions) in costs.chunks_exact_mut(count).zip(emissions) {
            for ((cost, emission), outside) in costs.iter_mut().zip(emissions).zip(outside) {
                *cost = (*cost + emission + outside).min(INFINITE);
            }
        }
    }

    /// The cheapest way out of each state after a row, whatever its age.
    fn leave_all(&self, costs: &[i32], row: usize, left: &mut Vec<i32>) {
        let count = self.states.len();
        left.clear();
        left.resize(count, INFINITE);
        for (costs, exits) in costs.chunks_exact(count).zip(self.exits(row).chunks_exact(count)) {
            for ((left, cost), exit) in left.iter_mut().zip(costs).zip(exits) {
                *left = (cost + exit).min(*left);
            }
        }
    }

    /// Cost of the cheapest path from each age and state of each row to the last row, that row's own cost left out.
    fn backward(&self, outside: &[i32]) -> Vec<i32> {
        let count = self.states.len();
        let mut all = vec![0; self.layers(self.rows()).start];
        let mut paid = Vec::with_capacity(AGES * count);
        let mut on = Vec::with_capacity(count);
        for row in (0..self.rows() - 1).rev() {
            let (here, below) = all.split_at_mut(self.layers(row + 1).start);
            paid.clear();
            paid.extend_from_slice(&below[..AGES * count]);
            self.pay(&mut paid, row + 1, outside);
            self.go_on_all(&paid[..count], row + 1, &mut on);
            let layers = here[self.layers(row)].chunks_exact_mut(count).zip(self.exits(row).chunks_exact(count));
            for (age, (here, exits)) in layers.enumerate() {
                here.copy_from_slice(&paid[older(age) * count..][..count]);
                for ((cost, exit), on) in here.iter_mut().zip(exits).zip(&on) {
                    *cost = (on + exit).min(*cost);
                }
            }
        }
        all
    }

    /// The cheapest way on from each state to another that begins at `row`, given what each costs from there.
    fn go_on_all(&self, entered: &[i32], row: usize, on: &mut Vec<i32>) {
        on.clear();
        on.resize(self.states.len(), INFINITE);
        for ((entered, costs), steps) in entered.iter().zip(self.begins(row)).zip(self.steps()) {
            let costs = costs.map(|step| entered + step);
            for (on, step) in on.iter_mut().zip(steps) {
                *on = costs[*step as usize].min(*on);
            }
        }
    }

    /// The cheapest path, from the last row up; of equal ones that with the first states, then with the lowest ages.
    fn trace(&self, forward: &[i32], outside: &[i32]) -> Vec<usize> {
        let count = self.states.len();
        let mut path = vec![0; self.rows()];
        let last = &forward[self.layers(self.rows() - 1)];
        let (mut age, mut s) = (0, 0);
        if let Some((_, state, at)) = (0..last.len()).map(|at| (last[at], at % count, at / count)).min() {
            (s, age) = (state, at);
        }
        let mut left = Vec::with_capacity(count);
        for row in (0..self.rows()).rev() {
            path[row] = s;
            if row == 0 {
                break;
            }
            let before = &forward[self.layers(row - 1)];
            if age == 0 {
                self.leave_all(before, row - 1, &mut left);
                s = self.entered_from(&left, row, s);
                age = self.left_at(before, row - 1, s);
            } else {
                let own = self.own(outside, row, s, age);
                let is_younger = add(before[(age - 1) * count + s], own) == forward[self.layers(row)][age * count + s];
                age = if is_younger { age - 1 } else { AGES - 1 };
            }
        }
        path
    }

    /// The state from which state `s` is entered at `row` most cheaply.
    fn entered_from(&self, left: &[i32], row: usize, s: usize) -> usize {
        let ways = left.iter().enumerate().filter(|(from, _)| *from != s);
        ways.map(|(from, left)| (left + self.step(row, from, s), from)).min().map_or(0, |(_, from)| from)
    }

    /// The age at which a state is left most cheaply after a row.
    fn left_at(&self, costs: &[i32], row: usize, s: usize) -> usize {
        let count = self.states.len();
        let cost = |age: &usize| costs[age * count + s] + self.leave(row, s, *age);
        (0..AGES).min_by_key(cost).unwrap_or(0)
    }

    /// Per row: how much more the best path through another state costs than the best of all.
    fn margins(&self, forward: &[i32], backward: &[i32]) -> Vec<i32> {
        let mut whole = vec![INFINITE; self.states.len()];
        let margin = |row: usize| {
            let (forward, backward) = (&forward[self.layers(row)], &backward[self.layers(row)]);
            whole.fill(INFINITE);
            for (forward, backward) in forward.chunks_exact(whole.len()).zip(backward.chunks_exact(whole.len())) {
                for ((whole, forward), backward) in whole.iter_mut().zip(forward).zip(backward) {
                    *whole = (forward + backward).min(*whole);
                }
            }
            gap(&whole)
        };
        (0..self.rows()).map(margin).collect()
    }

    /// Cost of a row in a state, from its own labels and from outside the table.
    fn own(&self, outside: &[i32], row: usize, s: usize, age: usize) -> i32 {
        let count = self.states.len();
        self.emissions(row)[age * count + s] + outside[row * count + s]
    }

    /// What it costs (or gives back) that a state ends with a row, when it is its `age`-th.
    fn leave(&self, row: usize, s: usize, age: usize) -> i32 {
        self.exits(row)[age * self.states.len() + s]
    }

    /// Cost of beginning state `s` at `row` after another state.
    fn step(&self, row: usize, from: usize, s: usize) -> i32 {
        self.begins(row)[s][self.step_kind(from, s) as usize]
    }
}

/// Cost of beginning a state at the first row.
fn first(costs: &StepCosts) -> i32 {
    costs[Step::AheadUnderOther as usize]
}

/// The cheapest way into a state from those that were left.
fn enter(left: &[i32], costs: &StepCosts, steps: &[Step]) -> i32 {
    left.iter().zip(steps).fold(INFINITE, |best, (left, step)| best.min(left + costs[*step as usize]))
}

/// The age of a group one row on.
fn older(age: usize) -> usize {
    (age + 1).min(AGES - 1)
}

/// Takes the lower of two costs, one by one.
fn lower(costs: &mut [i32], others: &[i32]) {
    costs.iter_mut().zip(others).for_each(|(cost, other)| *cost = (*other).min(*cost));
}

/// How far the second of some costs is above the lowest.
fn gap(costs: &[i32]) -> i32 {
    let (mut best, mut second) = (INFINITE, INFINITE);
    for cost in costs {
        second = second.min(best.max(*cost));
        best = best.min(*cost);
    }
    (second - best).min(INFINITE)
}

fn add(a: i32, b: i32) -> i32 {
    a.saturating_add(b).min(INFINITE)
}
