//! All tables of a booklet, decoded so that they speak for each other.
//!
//! A twin is decoded together with its table (`twins`); then what the sibling forms say is added (`siblings`), and the
//! tables that it contradicts are decoded again.

use rayon::prelude::*;

use super::TOGETHER;
use super::evidence::Words;
use super::groups::GroupId;
use super::lattice::Lattice;
use super::levels::Path;
use super::names::NameId;
use super::read::DataRow;
use super::siblings::{Closed, Vote, ask_siblings};
use super::twins::decode_pair;

/// How often tables are decoded again with what their siblings say: a sibling may itself have been read wrong at first.
const MOST_ROUNDS: usize = 3;

/// A table with its rows and everything that decoding needs and gives.
#[derive(Debug)]
pub(crate) struct TableState<'a> {
    pub(crate) form: usize,
    /// Index of its hierarchy's groups.
    pub(crate) groups: usize,
    pub(crate) rows: Vec<DataRow<'a>>,
    /// The name of each row as a number.
    pub(crate) names: Vec<Option<NameId>>,
    pub(crate) lattice: Lattice<'a>,
    pub(crate) path: Path,
    /// Index of the twin table.
    pub(crate) twin: Option<usize>,
    /// Per row: the row of the twin table with the same name.
    pub(crate) twin_rows: Vec<Option<usize>>,
    /// Per row: two near-equal readings of the pair put it in different groups.
    pub(crate) contested: Vec<bool>,
    /// Per row: the group that other forms agree on.
    pub(crate) votes: Vec<Option<Vote>>,
    /// Groups that other forms fill with always the same names.
    pub(crate) closed: Vec<Closed>,
    /// Cost per row and state from the words of the row, from what the siblings say, and from both.
    pub(super) words: Vec<i32>,
    pub(super) siblings: Vec<i32>,
    pub(super) costs: Vec<i32>,
}

impl<'a> TableState<'a> {
    /// A table that belongs to a form (a number), not decoded yet; [`TableState::price`] follows. The groups of its
    /// lattice are named by their index.
    pub(crate) fn new(
        form: usize,
        rows: Vec<DataRow<'a>>,
        names: Vec<Option<NameId>>,
        (groups, lattice): (usize, Lattice<'a>),
    ) -> Self {
        let count = rows.len();
        Self {
            form,
            groups,
            names,
            lattice,
            path: Path::default(),
            twin: None,
            twin_rows: vec![None; count],
            contested: vec![false; count],
            votes: vec![None; count],
            closed: Vec::new(),
            words: Vec::new(),
            siblings: Vec::new(),
            costs: Vec::new(),
            rows,
        }
    }

    /// Works out what labels and words cost for every row and state.
    pub(crate) fn price(&mut self, words: &Words<'_>) {
        self.lattice.price(&self.rows);
        self.words.reserve_exact(self.rows.len() * self.lattice.states.len());
        for row in &self.rows {
            words.add_costs(row, &self.lattice.states, &mut self.words);
        }
        self.costs.clone_from(&self.words);
        self.siblings.resize(self.words.len(), 0);
    }

    /// The group of a row.
    pub(crate) fn group(&self, row: usize) -> Option<GroupId> {
        self.path.states.get(row).and_then(|state| self.lattice.states.get(*state)).map(|state| state.group)
    }
}

/// Adds a cost to all states but those of a group; nothing where the table has no such group.
pub(super) fn charge_others(costs: &mut [i32], lattice: &Lattice<'_>, wanted: GroupId, cost: i32) {
    if lattice.states.iter().any(|state| state.group == wanted) {
        for (own, state) in costs.iter_mut().zip(&lattice.states) {
            *own += if state.group == wanted { 0 } else { cost };
        }
    }
}

/// Decodes all tables of a booklet.
pub(crate) fn decode_all(tables: &mut [TableState<'_>]) {
    decode(tables, &vec![true; tables.len()]);
    for _ in 0..MOST_ROUNDS {
        let changed = ask_siblings(tables);
        let before: Vec<Path> = tables.iter().map(|table| table.path.clone()).collect();
        decode(tables, &changed);
        if tables.iter().zip(&before).all(|(table, before)| table.path.states == before.states) {
            break;
        }
    }
}

/// Decodes the tables that are `wanted`, with their twins.
fn decode(tables: &mut [TableState<'_>], wanted: &[bool]) {
    let pairs: Vec<(usize, Option<usize>)> = tables
        .iter()
        .enumerate()
        .map(|(at, table)| (at, table.twin))
        .filter(|(at, twin)| *twin > Some(*at) || twin.is_none())
        .collect();
    let mut tables: Vec<Option<&mut TableState<'_>>> = tables.iter_mut().map(Some).collect();
    let mut take = |at: usize| tables[at].take();
    let wanted = pairs.into_iter().filter(|(at, twin)| wanted[*at] || twin.is_some_and(|twin| wanted[twin]));
    let work: Vec<_> = wanted.map(|(at, twin)| (take(at), twin.and_then(&mut take))).collect();
    work.into_par_iter().with_min_len(TOGETHER).for_each(|tables| match tables {
        (Some(table), Some(twin)) => decode_pair(table, twin),
        (Some(table), None) => table.path = table.lattice.decode(&table.costs),
        (None, _) => {}
    });
}
