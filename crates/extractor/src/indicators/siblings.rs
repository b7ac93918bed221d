//! What the other forms of a booklet say of a row: the group of its name, and the names that a group always holds.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::groups::GroupId;
use super::joint::{TableState, charge_others};
use super::names::NameId;
use super::twins::TWIN;

/// Cost of a row against the group of the same name in two, and in three or more other forms; one says nothing.
const SIBLINGS: [i32; 4] = [0, 0, 7, 9];
const FEWEST_VOTES: usize = 2;
/// Cost of a row in a group that other forms fill with the same other names each, and how many forms that takes.
const CLOSED: i32 = 14;
const FEWEST_CLOSED: usize = 3;
/// Share of the other forms that must agree, in percent.
const AGREEMENT: usize = 60;

/// Tables that one thread asks for together, at least: each takes little.
const TOGETHER: usize = 16;

/// A group, of one hierarchy.
type Key = (usize, GroupId);

/// What other forms agree on for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vote {
    /// How many of them.
    pub(crate) forms: usize,
    pub(crate) group: GroupId,
}

/// A group that other forms fill with always the same names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) group: GroupId,
    /// In ascending order.
    pub(crate) names: Vec<NameId>,
    /// How many forms.
    pub(crate) forms: usize,
}

/// Adds what the other forms say to the costs; true for the tables that they contradict or whose rows are unsure.
pub(super) fn ask_siblings(tables: &mut [TableState<'_>]) -> Vec<bool> {
    let ballots = ballots(tables);
    let compositions = compositions(tables);
    let ask = |table: &mut TableState<'_>| {
        table.siblings.fill(0);
        let outvoted = vote_on(table, &ballots);
        let foreign = keep_closed(table, &compositions);
        for ((cost, words), siblings) in table.costs.iter_mut().zip(&table.words).zip(&table.siblings) {
            *cost = words + siblings;
        }
        outvoted || foreign
    };
    tables.par_iter_mut().with_min_len(TOGETHER).map(ask).collect()
}

/// Name → the groups that forms put it in, each with these forms in ascending order.
type Ballots = FxHashMap<NameId, Vec<(Key, Vec<usize>)>>;

fn ballots(tables: &[TableState<'_>]) -> Ballots {
    let mut ballots = Ballots::default();
    for table in tables {
        for (row, name) in table.names.iter().enumerate() {
            if let (Some(name), Some(group)) = (name, table.group(row)) {
                cast(ballots.entry(*name).or_default(), (table.groups, group), table.form);
            }
        }
    }
    ballots
}

/// Adds a form to those of a group; the tables of a form come one after the other.
fn cast(votes: &mut Vec<(Key, Vec<usize>)>, key: Key, form: usize) {
    match votes.iter_mut().find(|(known, _)| *known == key) {
        Some((_, forms)) if forms.last() == Some(&form) => {}
        Some((_, forms)) => forms.push(form),
        None => votes.push((key, vec![form])),
    }
}

/// How many of some forms, in ascending order, are others than this one.
fn others(forms: &[usize], own: usize) -> usize {
    let own = forms.partition_point(|form| *form <= own) - forms.partition_point(|form| *form < own);
    forms.len() - own
}

fn vote_on(table: &mut TableState<'_>, ballots: &Ballots) -> bool {
    let mut changed = false;
    for row in 0..table.rows.len() {
        table.votes[row] = winner(table, row, ballots);
        let Some(vote) = table.votes[row] else { continue };
        let cost = SIBLINGS[vote.forms.min(SIBLINGS.len() - 1)];
        let count = table.lattice.states.len();
        charge_others(&mut table.siblings[row * count..(row + 1) * count], &table.lattice, vote.group, cost);
        let unsure = table.path.margins.get(row).is_some_and(|m| *m < TWIN);
        changed |= unsure || table.group(row) != Some(vote.group);
    }
    changed
}

/// The group that most other forms agree on, where they are not few.
fn winner(table: &TableState<'_>, row: usize, ballots: &Ballots) -> Option<Vote> {
    let votes = ballots.get(&table.names[row]?)?.iter().filter(|(key, _)| key.0 == table.groups);
    let count = votes.map(|((_, group), forms)| (*group, others(forms, table.form)));
    let all: usize = count.clone().map(|(_, votes)| votes).sum();
    let (group, forms) = count.max_by_key(|(group, votes)| (*votes, *group))?;
    (forms >= FEWEST_VOTES && forms * 100 >= all * AGREEMENT).then_some(Vote { forms, group })
}

/// Group → the names that forms have in it, each in ascending order, with these forms in ascending order.
type Compositions = BTreeMap<Key, BTreeMap<Vec<NameId>, Vec<usize>>>;

fn compositions(tables: &[TableState<'_>]) -> Compositions {
    let mut all = Compositions::new();
    for table in tables.iter().filter(|t| t.twin.is_none()) {
        let mut own: BTreeMap<Key, Vec<NameId>> = BTreeMap::new();
        for (row, name) in table.names.iter().enumerate() {
            if let (Some(name), Some(group)) = (name, table.group(row)) {
                own.entry((table.groups, group)).or_default().push(*name);
            }
        }
        for (group, mut names) in own {
            names.sort_unstable();
            names.dedup();
            all.entry(group).or_default().entry(names).or_default().push(table.form);
        }
    }
    all
}

/// A group that all other forms fill with the same names is closed: a row of another name pays for standing in it.
fn keep_closed(table: &mut TableState<'_>, compositions: &Compositions) -> bool {
    let closed = |group| closed_group(compositions.get(&(table.groups, group))?, group, table.form);
    table.closed = table.lattice.states.iter().filter_map(|state| closed(state.group)).collect();
    let count = table.lattice.states.len();
    let mut changed = false;
    for closed in &table.closed {
        let state = table.lattice.states.iter().position(|state| state.group == closed.group);
        let Some(state) = state else { continue };
        for row in (0..table.rows.len()).filter(|row| closed.shuts_out(table.names[*row])) {
            table.siblings[row * count + state] += CLOSED;
            changed |= table.path.states.get(row) == Some(&state);
        }
    }
    changed
}

/// A group with its names, where most other forms (and not few) have exactly the same.
fn closed_group(compositions: &BTreeMap<Vec<NameId>, Vec<usize>>, group: GroupId, own: usize) -> Option<Closed> {
    let count = compositions.iter().map(|(names, forms)| (names, others(forms, own)));
    let all: usize = count.clone().map(|(_, forms)| forms).sum();
    let (names, forms) = count.max_by_key(|(_, forms)| *forms)?;
    let enough = forms >= FEWEST_CLOSED && forms * 100 >= all * AGREEMENT;
    enough.then(|| Closed { group, names: names.clone(), forms })
}

impl Closed {
    /// True for a name that the other forms never have in the group.
    pub(crate) fn shuts_out(&self, name: Option<NameId>) -> bool {
        name.is_some_and(|name| self.names.binary_search(&name).is_err())
    }
}
