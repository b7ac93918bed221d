//! Which group (一级指标, 二级指标) each row of a table belongs to, decided for all rows together.
//!
//! The best path through rows × groups is found by dynamic programming (Viterbi, in the min-sum semiring), where
//! a path pays for every departure from what was printed ([`Lattice`] says what it costs).
//! What other tables say of a row comes in as a cost per group.
//! Min-marginals of the same lattice say how much worse the best other reading of a row is.

use super::groups::{GroupId, LabelId};
use super::lattice::{AGES, Lattice, STEPS};

const INFINITE: i32 = i32::MAX / 4;

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
        if self.rows() == 0 || self.states.is_empty() {
            return Path::default();
        }
        let forward = self.forward(outside);
        let backward = self.backward(outside);
        let width = self.states.len() * AGES;
        let rows = forward.chunks_exact(width).zip(backward.chunks_exact(width));
        let margins = rows.map(|(forward, backward)| margin(forward, backward)).collect();
        Path { states: self.trace(&forward, outside), margins }
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
                None => cost = self.first(s),
            }
            cost = add(cost, self.own(outside, row, s, age));
        }
        cost
    }

    /// Cost of the cheapest path from the first row to each (state, age) of each row.
    fn forward(&self, outside: &[i32]) -> Vec<i32> {
        let count = self.states.len();
        let width = count * AGES;
        let mut all = vec![INFINITE; self.rows() * width];
        for s in 0..count {
            all[s * AGES] = add(self.first(s), self.own(outside, 0, s, 0));
        }
        let mut left = Vec::with_capacity(count);
        for row in 1..self.rows() {
            let (above, here) = all.split_at_mut(row * width);
            let before = &above[(row - 1) * width..];
            left.clear();
            left.extend((0..count).map(|s| self.cheapest_exit(before, row - 1, s).0));
            for s in 0..count {
                here[s * AGES] = add(self.enter(&left, row, s).0, self.own(outside, row, s, 0));
                for age in 0..AGES {
                    let older = (age + 1).min(AGES - 1);
                    let cost = add(before[s * AGES + age], self.own(outside, row, s, older));
                    here[s * AGES + older] = here[s * AGES + older].min(cost);
                }
            }
        }
        all
    }

    /// The cheapest way out of a state after a row, and the age from which.
    fn cheapest_exit(&self, costs: &[i32], row: usize, s: usize) -> (i32, usize) {
        let ages = costs[s * AGES..(s + 1) * AGES].iter().enumerate();
        ages.map(|(age, cost)| (add(*cost, self.leave(row, s, age)), age)).min().unwrap_or((INFINITE, 0))
    }

    /// The cheapest way into state `s` at `row` from the states that were left, and the state before.
    fn enter(&self, left: &[i32], row: usize, s: usize) -> (i32, usize) {
        let mut best = [(INFINITE, 0); STEPS];
        for (from, (cost, step)) in left.iter().zip(self.steps_to(s)).enumerate() {
            let best = &mut best[usize::from(*step)];
            if *cost < best.0 && from != s {
                *best = (*cost, from);
            }
        }
        let ways = best.into_iter().zip(self.step_costs(row, s));
        ways.map(|((cost, from), step)| (add(cost, step), from)).min().unwrap_or((INFINITE, 0))
    }

    /// Cost of the cheapest path from each (state, age) of each row to the last row, that row's own cost left out.
    fn backward(&self, outside: &[i32]) -> Vec<i32> {
        let count = self.states.len();
        let width = count * AGES;
        let mut all = vec![0; self.rows() * width];
        let mut on = Vec::with_capacity(count);
        for row in (0..self.rows() - 1).rev() {
            let next = row + 1;
            let (head, below) = all.split_at_mut(next * width);
            let here = &mut head[row * width..];
            on.clear();
            on.resize(count, INFINITE);
            for to in 0..count {
                let entered = add(self.own(outside, next, to, 0), below[to * AGES]);
                let costs = self.step_costs(next, to).map(|step| add(entered, step));
                for (from, (on, step)) in on.iter_mut().zip(self.steps_to(to)).enumerate() {
                    if from != to {
                        *on = costs[usize::from(*step)].min(*on);
                    }
                }
            }
            for (s, on) in on.iter().enumerate() {
                for age in 0..AGES {
                    let older = (age + 1).min(AGES - 1);
                    let stay = add(self.own(outside, next, s, older), below[s * AGES + older]);
                    here[s * AGES + age] = stay.min(add(*on, self.leave(row, s, age)));
                }
            }
        }
        all
    }

    fn trace(&self, forward: &[i32], outside: &[i32]) -> Vec<usize> {
        let count = self.states.len();
        let width = count * AGES;
        let mut path = vec![0; self.rows()];
        let costs = |row: usize| &forward[row * width..(row + 1) * width];
        let last = costs(self.rows() - 1);
        let mut at = (0..width).min_by_key(|i| last[*i]).unwrap_or(0);
        for row in (0..self.rows()).rev() {
            let (s, age) = (at / AGES, at % AGES);
            path[row] = s;
            if row == 0 {
                break;
            }
            let before = costs(row - 1);
            at = if age == 0 {
                let left: Vec<i32> = (0..count).map(|s| self.cheapest_exit(before, row - 1, s).0).collect();
                let from = self.enter(&left, row, s).1;
                from * AGES + self.cheapest_exit(before, row - 1, from).1
            } else {
                let younger = s * AGES + age - 1;
                let is_younger = add(before[younger], self.own(outside, row, s, age)) == costs(row)[at];
                if is_younger { younger } else { s * AGES + AGES - 1 }
            };
        }
        path
    }

    /// Cost of a row in a state, from its own labels and from outside the table.
    fn own(&self, outside: &[i32], row: usize, s: usize, age: usize) -> i32 {
        self.emission(row, s, age) + outside[row * self.states.len() + s]
    }

    /// Cost of beginning state `s` at the first row.
    fn first(&self, s: usize) -> i32 {
        let entry = self.entry(0, s);
        entry.lower + entry.upper
    }

    /// Cost of beginning state `s` at `row` after another state.
    fn step(&self, row: usize, from: usize, s: usize) -> i32 {
        self.step_costs(row, s)[usize::from(self.steps_to(s)[from])]
    }
}

/// How much more the best path through another state of a row costs than the best of all.
fn margin(forward: &[i32], backward: &[i32]) -> i32 {
    let (mut best, mut second) = (INFINITE, INFINITE);
    for (forward, backward) in forward.chunks_exact(AGES).zip(backward.chunks_exact(AGES)) {
        let cost = forward.iter().zip(backward).map(|(a, b)| add(*a, *b)).min().unwrap_or(INFINITE);
        if cost < best {
            (best, second) = (cost, best);
        } else {
            second = second.min(cost);
        }
    }
    second.saturating_sub(best).min(INFINITE)
}

fn add(a: i32, b: i32) -> i32 {
    a.saturating_add(b).min(INFINITE)
}
