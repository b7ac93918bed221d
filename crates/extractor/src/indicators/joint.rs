//! Tables that speak for each other: the twin tables of a form (总体, 年度) and the forms of one booklet.
//!
//! A twin is decoded together with its table: rows of one name should stand in one group.
//! The best pair is looked for from both sides, since a damaged table must not drag an intact one along; where the two
//! sides end nearly even, the rows that they read differently are uncertain.

use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jixiao_model::without_space;

use super::evidence::name_costs;
use super::levels::{Lattice, Path};
use super::read::DataRow;
use crate::layouts::Hierarchy;

/// Cost of a row whose twin stands in another group.
const TWIN: i32 = 12;
/// Cost of a row against the groups of the same name in one, two, three and more other forms.
const SIBLINGS: [i32; 4] = [0, 2, 7, 9];
/// Cost of a row in a group that other forms fill with the same other names each, and how many forms that takes.
const CLOSED: i32 = 14;
const CLOSED_FORMS: usize = 3;
/// Share of the other forms that must agree, in percent.
const AGREEMENT: usize = 67;
/// Two readings of a pair of tables closer than this are not decided.
const CLEAR: i32 = 3;

/// A table with its rows and everything that decoding needs and gives.
#[derive(Debug)]
pub(crate) struct TableState {
    pub(crate) form: usize,
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

impl TableState {
    pub(crate) fn new(
        form: usize,
        hierarchy: &Hierarchy,
        rows: Vec<DataRow>,
        twin: Option<usize>,
        printed: &FxHashSet<&str>,
    ) -> Self {
        let lattice = Lattice::new(&rows, hierarchy, printed);
        let own_costs = rows.iter().map(|row| name_costs(row, &lattice, hierarchy)).collect();
        let count = rows.len();
        Self {
            form,
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
pub(crate) fn decode_all(tables: &mut [TableState]) {
    link_twins(tables);
    decode_pairs(tables, &vec![true; tables.len()]);
    let changed = vote(tables);
    decode_pairs(tables, &changed);
}

fn link_twins(tables: &mut [TableState]) {
    for at in 0..tables.len() {
        let Some(twin) = tables[at].twin.filter(|t| *t != at && *t < tables.len()) else { continue };
        tables[at].twin_rows = align_names(&tables[at].rows, &tables[twin].rows);
    }
}

/// Decodes the tables that are `wanted`, with their twins.
fn decode_pairs(tables: &mut [TableState], wanted: &[bool]) {
    for at in 0..tables.len() {
        match tables[at].twin {
            Some(twin) if twin > at && twin < tables.len() => {
                if wanted[at] || wanted[twin] {
                    decode_pair(tables, at, twin);
                }
            }
            Some(twin) if twin < at => {}
            _ if wanted[at] => tables[at].path = tables[at].lattice.decode(&tables[at].own_costs),
            _ => {}
        }
    }
}

/// Decodes two twins from either side and keeps the better pair of readings.
fn decode_pair(tables: &mut [TableState], a: usize, b: usize) {
    let alone_a = tables[a].lattice.decode(&tables[a].own_costs);
    let alone_b = tables[b].lattice.decode(&tables[b].own_costs);
    if mismatches(&tables[a], &alone_a, &tables[b], &alone_b) == 0 {
        // Coupling cannot change readings that agree; it makes the rows with a twin surer.
        let both = (supported(&tables[a], alone_a), supported(&tables[b], alone_b));
        return settle(tables, a, b, both, None);
    }
    let from_a = follow(&tables[a], &tables[b], alone_a);
    let from_b = follow(&tables[b], &tables[a], alone_b);
    let from_b = (from_b.0, (from_b.1.1, from_b.1.0));
    let (best, other) = if from_a.0 <= from_b.0 { (from_a, from_b) } else { (from_b, from_a) };
    let rival = (other.0 - best.0 < CLEAR).then_some(other.1);
    settle(tables, a, b, best.1, rival);
}

/// The reading of `second` that follows a reading of `first`, then `first` again; cost of the pair.
fn follow(first: &TableState, second: &TableState, alone: Path) -> (i32, (Path, Path)) {
    let followed = coupled(second, first, &alone);
    let again = coupled(first, second, &followed);
    // The coupling is in both costs; it counts once.
    let disagreements = mismatches(first, &again, second, &followed) as i32;
    let cost = again.cost + followed.cost - TWIN * disagreements;
    (cost, (again, followed))
}

fn settle(tables: &mut [TableState], a: usize, b: usize, best: (Path, Path), rival: Option<(Path, Path)>) {
    for (at, path, other) in [(a, best.0, rival.as_ref().map(|r| &r.0)), (b, best.1, rival.as_ref().map(|r| &r.1))] {
        let table = &mut tables[at];
        table.contested = match other {
            Some(other) => path.states.iter().zip(&other.states).map(|(x, y)| x != y).collect(),
            None => vec![false; path.states.len()],
        };
        table.path = path;
    }
}

/// A reading whose twin agrees: another group for a row would cost at least the twin's weight more.
fn supported(table: &TableState, mut path: Path) -> Path {
    for (margin, _) in path.margins.iter_mut().zip(&table.twin_rows).filter(|(_, twin)| twin.is_some()) {
        *margin += TWIN;
    }
    path
}

/// Rows of one name that two readings put in different groups.
fn mismatches(a: &TableState, path_a: &Path, b: &TableState, path_b: &Path) -> usize {
    let differs = |(row, twin): (usize, &Option<usize>)| {
        let group_a = path_a.states.get(row).map(|s| a.group(*s));
        let group_b = twin.and_then(|t| path_b.states.get(t)).map(|s| b.group(*s));
        group_b.is_some() && group_a != group_b
    };
    a.twin_rows.iter().enumerate().filter(|pair| differs(*pair)).count()
}

/// Decodes a table with a reading of its twin as evidence.
fn coupled(table: &TableState, twin: &TableState, twin_path: &Path) -> Path {
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

/// Adds what the same names in other forms say; true for the tables that they contradict or whose rows are unsure.
fn vote(tables: &mut [TableState]) -> Vec<bool> {
    let ballots = ballots(tables);
    let compositions = compositions(tables);
    tables.iter_mut().map(|table| vote_on(table, &ballots) | keep_closed(table, &compositions)).collect()
}

/// Group → forms, and the names that each has in it.
type Compositions = BTreeMap<GroupKey, Vec<(usize, BTreeSet<String>)>>;

fn compositions(tables: &[TableState]) -> Compositions {
    let mut all = Compositions::new();
    for table in tables.iter().filter(|t| t.twin.is_none()) {
        let mut own: BTreeMap<GroupKey, BTreeSet<String>> = BTreeMap::new();
        for (row, data) in table.rows.iter().enumerate() {
            if let (Some(name), Some(group)) = (&data.name, table.row_group(row)) {
                own.entry(group).or_default().insert(without_space(&name.text).into_owned());
            }
        }
        for (group, names) in own {
            all.entry(group).or_default().push((table.form, names));
        }
    }
    all
}

/// A group that all other forms fill with the same names is closed: a row of another name pays for standing in it.
fn keep_closed(table: &mut TableState, compositions: &Compositions) -> bool {
    let mut changed = false;
    for (state, group) in table.groups().iter().enumerate() {
        let Some(names) = closed_names(compositions.get(group), table.form) else { continue };
        for (row, data) in table.rows.iter().enumerate() {
            let foreign = data.name.as_ref().is_some_and(|n| !names.contains(&*without_space(&n.text)));
            if foreign {
                table.own_costs[row][state] += CLOSED;
                changed |= table.path.states.get(row) == Some(&state);
            }
        }
    }
    changed
}

/// The names of a group, where most other forms (and not few) have exactly the same.
fn closed_names(forms: Option<&Vec<(usize, BTreeSet<String>)>>, own: usize) -> Option<&BTreeSet<String>> {
    let others: Vec<_> = forms?.iter().filter(|(form, _)| *form != own).map(|(_, names)| names).collect();
    let same = |names: &&BTreeSet<String>| others.iter().filter(|o| *o == names).count();
    let (names, count) = others.iter().map(|n| (*n, same(n))).max_by_key(|(_, count)| *count)?;
    (count >= CLOSED_FORMS && count * 100 >= others.len() * AGREEMENT).then_some(names)
}

fn vote_on(table: &mut TableState, ballots: &Ballots) -> bool {
    let groups = table.groups();
    let mut changed = false;
    for row in 0..table.rows.len() {
        let Some(winner) = winner(table, row, ballots) else { continue };
        if groups.contains(&winner.1) {
            charge(&mut table.own_costs[row], &groups, &winner.1, SIBLINGS[winner.0.min(SIBLINGS.len() - 1)]);
            let unsure = table.path.margins.get(row).is_some_and(|m| *m < TWIN);
            changed |= unsure || table.row_group(row).as_ref() != Some(&winner.1);
            table.votes[row] = Some(winner);
        }
    }
    changed
}

/// Name → forms and the group they put it in.
type Ballots = FxHashMap<String, Vec<(usize, GroupKey)>>;

fn ballots(tables: &[TableState]) -> Ballots {
    let mut ballots = Ballots::default();
    for table in tables {
        for (row, data) in table.rows.iter().enumerate() {
            if let (Some(name), Some(group)) = (&data.name, table.row_group(row)) {
                let form_votes = ballots.entry(without_space(&name.text).into_owned()).or_default();
                if !form_votes.contains(&(table.form, group.clone())) {
                    form_votes.push((table.form, group));
                }
            }
        }
    }
    ballots
}

/// The group that most other forms agree on, and how many do.
fn winner(table: &TableState, row: usize, ballots: &Ballots) -> Option<(usize, GroupKey)> {
    let name = table.rows[row].name.as_ref()?;
    let votes = ballots.get(&*without_space(&name.text))?;
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
    let (a, b) = (folded_names(rows), folded_names(others));
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

fn folded_names(rows: &[DataRow]) -> Vec<Option<Cow<'_, str>>> {
    rows.iter().map(|r| r.name.as_ref().map(|n| without_space(&n.text))).collect()
}
