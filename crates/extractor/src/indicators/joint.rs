//! Tables that speak for each other: the twin tables of a form (总体, 年度) and the forms of one booklet.
//!
//! A twin is decoded together with its table: rows of one name should stand in one group.
//! The best pair is looked for from both sides, since a damaged table must not drag an intact one along; where the two
//! sides end nearly even, the rows that they read differently are uncertain.

use std::collections::{BTreeMap, HashMap};

use jixiao_model::without_space;

use super::evidence::name_costs;
use super::levels::{Lattice, Path};
use super::read::DataRow;
use crate::layouts::Hierarchy;

/// Cost of a row whose twin stands in another group.
const TWIN: i32 = 12;
/// Cost of a row against the groups of the same name in one, two, three and more other forms.
const SIBLINGS: [i32; 4] = [0, 2, 7, 9];
/// Share of the other forms that must agree, in percent.
const AGREEMENT: usize = 67;
/// Two readings of a pair of tables closer than this are not decided.
const CLEAR: i32 = 3;

/// A table with its rows and everything that decoding needs and gives.
#[derive(Debug)]
pub(crate) struct TableState<'a> {
    pub(crate) form: usize,
    pub(crate) hierarchy: &'a Hierarchy,
    pub(crate) rows: Vec<DataRow>,
    pub(crate) lattice: Lattice,
    pub(crate) path: Path,
    /// Index of the twin table.
    pub(crate) twin: Option<usize>,
    /// Rows that two near-equal readings of the pair put in different groups.
    pub(crate) contested: Vec<bool>,
    /// Per row: number of other forms that agree on a group, and that group.
    pub(crate) votes: Vec<Option<(usize, GroupKey)>>,
    /// Per row: the row of the twin table with the same name.
    pub(crate) twin_rows: Vec<Option<usize>>,
    own_costs: Vec<Vec<i32>>,
}

/// A group by the first spellings of its labels.
pub(crate) type GroupKey = [Option<String>; 2];

impl<'a> TableState<'a> {
    pub(crate) fn new(form: usize, hierarchy: &'a Hierarchy, rows: Vec<DataRow>, twin: Option<usize>) -> Self {
        let lattice = Lattice::new(&rows, hierarchy);
        let own_costs = rows.iter().map(|row| name_costs(row, &lattice, hierarchy)).collect();
        let count = rows.len();
        Self {
            form,
            hierarchy,
            rows,
            lattice,
            path: Path::default(),
            twin,
            contested: vec![false; count],
            votes: vec![None; count],
            twin_rows: vec![None; count],
            own_costs,
        }
    }

    /// The group of a state.
    pub(crate) fn group(&self, state: usize) -> GroupKey {
        let Some(state) = self.lattice.states.get(state) else { return [None, None] };
        let key = |level: usize| {
            let label = self.lattice.labels[level].get(state.labels[level]?)?;
            label.spellings.first().cloned()
        };
        [key(0), key(1)]
    }

    /// The group of a row.
    pub(crate) fn row_group(&self, row: usize) -> Option<GroupKey> {
        self.path.states.get(row).map(|s| self.group(*s))
    }

    fn groups(&self) -> Vec<GroupKey> {
        (0..self.lattice.states.len()).map(|s| self.group(s)).collect()
    }
}

/// Decodes all tables of a booklet.
pub(crate) fn decode_all(tables: &mut [TableState<'_>]) {
    link_twins(tables);
    decode_pairs(tables);
    if vote(tables) {
        decode_pairs(tables);
    }
}

fn link_twins(tables: &mut [TableState<'_>]) {
    for at in 0..tables.len() {
        let Some(twin) = tables[at].twin.filter(|t| *t != at && *t < tables.len()) else { continue };
        tables[at].twin_rows = align_names(&tables[at].rows, &tables[twin].rows);
    }
}

fn decode_pairs(tables: &mut [TableState<'_>]) {
    for at in 0..tables.len() {
        match tables[at].twin {
            Some(twin) if twin > at && twin < tables.len() => decode_pair(tables, at, twin),
            Some(twin) if twin < at => {}
            _ => tables[at].path = tables[at].lattice.decode(&tables[at].own_costs),
        }
    }
}

/// Decodes two twins from either side and keeps the better pair of readings.
fn decode_pair(tables: &mut [TableState<'_>], a: usize, b: usize) {
    let alone_a = tables[a].lattice.decode(&tables[a].own_costs);
    let alone_b = tables[b].lattice.decode(&tables[b].own_costs);
    if agree(&tables[a], &alone_a, &tables[b], &alone_b) {
        let with_b = coupled(&tables[a], &tables[b], &alone_b);
        let with_a = coupled(&tables[b], &tables[a], &alone_a);
        return settle(tables, a, b, (with_b, with_a), None);
    }
    let from_a = follow(&tables[a], &tables[b], alone_a);
    let from_b = follow(&tables[b], &tables[a], alone_b);
    let from_b = (from_b.0, (from_b.1.1, from_b.1.0));
    let (best, other) = if from_a.0 <= from_b.0 { (from_a, from_b) } else { (from_b, from_a) };
    let rival = (other.0 - best.0 < CLEAR).then_some(other.1);
    settle(tables, a, b, best.1, rival);
}

/// The reading of `second` that follows a reading of `first`, then `first` again; cost of the pair.
fn follow(first: &TableState<'_>, second: &TableState<'_>, alone: Path) -> (i32, (Path, Path)) {
    let followed = coupled(second, first, &alone);
    let again = coupled(first, second, &followed);
    // The coupling is in both costs; it counts once.
    let disagreements = mismatches(first, &again, second, &followed) as i32;
    let cost = again.cost + followed.cost - TWIN * disagreements;
    (cost, (again, followed))
}

fn settle(tables: &mut [TableState<'_>], a: usize, b: usize, best: (Path, Path), rival: Option<(Path, Path)>) {
    for (at, path, other) in [(a, best.0, rival.as_ref().map(|r| &r.0)), (b, best.1, rival.as_ref().map(|r| &r.1))] {
        let table = &mut tables[at];
        table.contested = match other {
            Some(other) => path.states.iter().zip(&other.states).map(|(x, y)| x != y).collect(),
            None => vec![false; path.states.len()],
        };
        table.path = path;
    }
}

fn agree(a: &TableState<'_>, path_a: &Path, b: &TableState<'_>, path_b: &Path) -> bool {
    mismatches(a, path_a, b, path_b) == 0
}

/// Rows of one name that two readings put in different groups.
fn mismatches(a: &TableState<'_>, path_a: &Path, b: &TableState<'_>, path_b: &Path) -> usize {
    let differs = |(row, twin): (usize, &Option<usize>)| {
        let group_a = path_a.states.get(row).map(|s| a.group(*s));
        let group_b = twin.and_then(|t| path_b.states.get(t)).map(|s| b.group(*s));
        group_b.is_some() && group_a != group_b
    };
    a.twin_rows.iter().enumerate().filter(|pair| differs(*pair)).count()
}

/// Decodes a table with a reading of its twin as evidence.
fn coupled(table: &TableState<'_>, twin: &TableState<'_>, twin_path: &Path) -> Path {
    let groups = table.groups();
    let mut costs = table.own_costs.clone();
    for (row, twin_row) in table.twin_rows.iter().enumerate() {
        let Some(wanted) = twin_row.and_then(|t| twin_path.states.get(t)).map(|s| twin.group(*s)) else { continue };
        if groups.contains(&wanted) {
            charge(&mut costs[row], &groups, &wanted, TWIN);
        }
    }
    table.lattice.decode(&costs)
}

fn charge(costs: &mut [i32], groups: &[GroupKey], wanted: &GroupKey, cost: i32) {
    for (own, group) in costs.iter_mut().zip(groups) {
        if group != wanted {
            *own += cost;
        }
    }
}

/// Adds what the same names in other forms say; false where nothing was added.
fn vote(tables: &mut [TableState<'_>]) -> bool {
    let ballots = ballots(tables);
    let mut any = false;
    for table in tables.iter_mut() {
        let groups = table.groups();
        for row in 0..table.rows.len() {
            let Some(winner) = winner(table, row, &ballots) else { continue };
            if groups.contains(&winner.1) {
                charge(&mut table.own_costs[row], &groups, &winner.1, SIBLINGS[winner.0.min(SIBLINGS.len() - 1)]);
                table.votes[row] = Some(winner);
                any = true;
            }
        }
    }
    any
}

/// Name → forms and the group they put it in.
type Ballots = HashMap<String, Vec<(usize, GroupKey)>>;

fn ballots(tables: &[TableState<'_>]) -> Ballots {
    let mut ballots = Ballots::new();
    for table in tables {
        for (row, data) in table.rows.iter().enumerate() {
            if let (Some(name), Some(group)) = (&data.name, table.row_group(row)) {
                let form_votes = ballots.entry(without_space(&name.text)).or_default();
                if !form_votes.contains(&(table.form, group.clone())) {
                    form_votes.push((table.form, group));
                }
            }
        }
    }
    ballots
}

/// The group that most other forms agree on, and how many do.
fn winner(table: &TableState<'_>, row: usize, ballots: &Ballots) -> Option<(usize, GroupKey)> {
    let name = table.rows[row].name.as_ref()?;
    let votes = ballots.get(&without_space(&name.text))?;
    let mut count: BTreeMap<&GroupKey, usize> = BTreeMap::new();
    let others = votes.iter().filter(|(form, _)| *form != table.form);
    for (_, group) in others {
        *count.entry(group).or_default() += 1;
    }
    let all: usize = count.values().sum();
    let (group, votes) = count.into_iter().max_by_key(|(_, votes)| *votes)?;
    (votes * 100 >= all * AGREEMENT).then(|| (votes, group.clone()))
}

/// The longest common subsequence of the names of two tables: for each row the row of the other table.
fn align_names(rows: &[DataRow], others: &[DataRow]) -> Vec<Option<usize>> {
    let names = |rows: &[DataRow]| -> Vec<Option<String>> {
        rows.iter().map(|r| r.name.as_ref().map(|n| without_space(&n.text))).collect()
    };
    let (a, b) = (names(rows), names(others));
    let width = b.len() + 1;
    let mut length = vec![0u32; (a.len() + 1) * width];
    let same = |i: usize, j: usize| a[i].is_some() && a[i] == b[j];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            length[i * width + j] = if same(i, j) {
                length[(i + 1) * width + j + 1] + 1
            } else {
                length[(i + 1) * width + j].max(length[i * width + j + 1])
            };
        }
    }
    let mut pairs = vec![None; a.len()];
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if same(i, j) {
            pairs[i] = Some(j);
            (i, j) = (i + 1, j + 1);
        } else if length[(i + 1) * width + j] >= length[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
