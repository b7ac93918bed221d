//! Tables that speak for each other: the twin tables of a form (总体, 年度) and the forms of one booklet.
//!
//! A twin is decoded together with its table: rows of one name should stand in one group.
//! The best pair is looked for from both sides, since a damaged table must not drag an intact one along; where the two
//! sides end nearly even, the rows that they read differently are uncertain.

use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jixiao_model::without_space;

use super::evidence::name_costs;
use super::levels::{Lattice, Path, Printed};
use super::read::DataRow;
use crate::layouts::Hierarchy;

/// Cost of a row whose twin stands in another group.
const TWIN: i32 = 12;
/// Cost of a row against the group of the same name in two, and in three or more other forms; one says nothing.
const SIBLINGS: [i32; 4] = [0, 0, 7, 9];
/// Cost of a row in a group that other forms fill with the same other names each, and how many forms that takes.
const CLOSED: i32 = 14;
const CLOSED_FORMS: usize = 3;
/// How far boundaries between groups are moved in search of a better pair of readings, and how often.
const FARTHEST: usize = 3;
const MOST_MOVES: usize = 16;
/// Share of the other forms that must agree, in percent.
const AGREEMENT: usize = 67;
/// Two readings of a part of a pair of tables closer than this are not decided: less than one label, one row away.
const CLEAR: i32 = 5;

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
        printed: &Printed<'_>,
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
        self.group_labels(state).map(|label| label.map(str::to_owned))
    }

    /// The group of a state, without copying.
    fn group_labels(&self, state: usize) -> [Option<&str>; 2] {
        let Some(state) = self.lattice.states.get(state) else { return [None, None] };
        let key = |level: usize| {
            let label = self.lattice.labels[level].get(state.labels[level]?)?;
            label.spellings.first().map(String::as_str)
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
            Some(twin) if twin > at && twin < tables.len() && (wanted[at] || wanted[twin]) => {
                decode_pair(tables, at, twin);
            }
            None if wanted[at] => tables[at].path = tables[at].lattice.decode(&tables[at].own_costs),
            _ => {}
        }
    }
}

/// Decodes two twins from either side, and takes from each side the parts that make the better pair.
fn decode_pair(tables: &mut [TableState], a: usize, b: usize) {
    let alone_a = tables[a].lattice.decode(&tables[a].own_costs);
    let alone_b = tables[b].lattice.decode(&tables[b].own_costs);
    if mismatches(&tables[a], &alone_a.states, &tables[b], &alone_b.states) == 0 {
        // Coupling cannot change readings that agree; it makes the rows with a twin surer.
        tables[a].path = supported(&tables[a], alone_a);
        tables[b].path = supported(&tables[b], alone_b);
        return;
    }
    let (first, second) = (&tables[a], &tables[b]);
    let from_a = Pair::following(first, second, &alone_a, false);
    let from_b = Pair::following(first, second, &alone_b, true);
    let (best, mut contested) = crossed(first, second, &from_a, &from_b);
    let best = refined(first, second, best, &mut contested);
    let path_a = coupled(first, second, &best.second);
    let path_b = coupled(second, first, &path_a.states);
    for (at, path, contested) in [(a, path_a, contested.first), (b, path_b, contested.second)] {
        tables[at].path = path;
        tables[at].contested = contested.iter().map(|c| *c == 1).collect();
    }
}

/// A reading (states) or a mark per row of two twins.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pair {
    first: Vec<usize>,
    second: Vec<usize>,
}

impl Pair {
    /// The readings that follow from reading one of the twins alone.
    fn following(first: &TableState, second: &TableState, alone: &Path, alone_is_second: bool) -> Self {
        if alone_is_second {
            let followed = coupled(first, second, &alone.states).states;
            if mismatches(first, &followed, second, &alone.states) == 0 {
                return Self { first: followed, second: alone.states.clone() };
            }
            Self { second: coupled(second, first, &followed).states, first: followed }
        } else {
            let followed = coupled(second, first, &alone.states).states;
            if mismatches(first, &alone.states, second, &followed) == 0 {
                return Self { first: alone.states.clone(), second: followed };
            }
            Self { first: coupled(first, second, &followed).states, second: followed }
        }
    }

    fn cost(&self, first: &TableState, second: &TableState) -> i32 {
        first.lattice.cost_of(&self.first, &first.own_costs)
            + second.lattice.cost_of(&self.second, &second.own_costs)
            + TWIN * mismatches(first, &self.first, second, &self.second) as i32
    }

    /// This pair with the rows of `other` in a range of rows of the first table and in their counterparts.
    fn with_rows_of(&self, other: &Self, rows: &Span) -> Self {
        let mut mixed = self.clone();
        mixed.first[rows.first.clone()].copy_from_slice(&other.first[rows.first.clone()]);
        mixed.second[rows.second.clone()].copy_from_slice(&other.second[rows.second.clone()]);
        mixed
    }
}

/// Rows of both tables between two places where readings agree.
#[derive(Debug, Clone)]
struct Span {
    first: Range<usize>,
    second: Range<usize>,
}

/// Part by part the better of two readings; and the rows of the parts that are nearly even.
fn crossed(first: &TableState, second: &TableState, a: &Pair, b: &Pair) -> (Pair, Pair) {
    let mut contested = Pair { first: vec![0; a.first.len()], second: vec![0; a.second.len()] };
    let spans = differing_spans(first, a, b);
    let mut best = if a.cost(first, second) <= b.cost(first, second) { a.clone() } else { b.clone() };
    for span in spans {
        let (with_a, with_b) = (best.with_rows_of(a, &span), best.with_rows_of(b, &span));
        let (cost_a, cost_b) = (with_a.cost(first, second), with_b.cost(first, second));
        if (cost_a - cost_b).abs() < CLEAR {
            mark_differing(&mut contested.first, &a.first, &b.first, &span.first);
            mark_differing(&mut contested.second, &a.second, &b.second, &span.second);
        }
        best = if cost_a <= cost_b { with_a } else { with_b };
    }
    (best, contested)
}

/// Moves the boundaries between groups by a few rows in both tables at once, as long as that makes the pair better;
/// then marks the rows of moves that make it hardly worse.
fn refined(first: &TableState, second: &TableState, start: Pair, contested: &mut Pair) -> Pair {
    let mut best = start;
    let mut best_cost = best.cost(first, second);
    for _ in 0..MOST_MOVES {
        let moves = boundary_moves(first, &best).into_iter().map(|pair| (pair.cost(first, second), pair));
        match moves.min_by_key(|(cost, _)| *cost) {
            Some((cost, pair)) if cost < best_cost => (best_cost, best) = (cost, pair),
            _ => break,
        }
    }
    for pair in boundary_moves(first, &best) {
        if pair.cost(first, second) - best_cost < CLEAR {
            mark_differing(&mut contested.first, &best.first, &pair.first, &(0..best.first.len()));
            mark_differing(&mut contested.second, &best.second, &pair.second, &(0..best.second.len()));
        }
    }
    best
}

/// All pairs in which one boundary of the first table, and its counterpart in the second, is moved by up to [`FARTHEST`]
/// rows.
fn boundary_moves(first: &TableState, pair: &Pair) -> Vec<Pair> {
    let count = pair.first.len();
    let boundaries = (1..count).filter(|r| pair.first[*r] != pair.first[r - 1]);
    let ranges = boundaries.flat_map(|r| {
        let later = (1..=FARTHEST).map(move |k| (r - 1, r..(r + k).min(count)));
        let earlier = (1..=FARTHEST).map(move |k| (r, r.saturating_sub(k)..r));
        later.chain(earlier)
    });
    ranges.filter_map(|(from, rows)| with_rows_like(first, pair, from, rows)).collect()
}

/// The pair with `rows` of the first table, and their twins, in the group of row `from` and its twin.
fn with_rows_like(first: &TableState, pair: &Pair, from: usize, rows: Range<usize>) -> Option<Pair> {
    let twin = |row: usize| first.twin_rows.get(row).copied().flatten();
    let twin_state = *pair.second.get(twin(from)?)?;
    let mut moved = pair.clone();
    for row in rows {
        moved.first[row] = pair.first[from];
        *moved.second.get_mut(twin(row)?)? = twin_state;
    }
    Some(moved)
}

fn mark_differing(marks: &mut [usize], a: &[usize], b: &[usize], rows: &Range<usize>) {
    for row in rows.clone().filter(|r| a[*r] != b[*r]) {
        marks[row] = 1;
    }
}

/// Cuts both tables at the rows with a twin on which the two readings agree, in both tables.
fn differing_spans(first: &TableState, a: &Pair, b: &Pair) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut open = Span { first: 0..0, second: 0..0 };
    let mut differs = false;
    for row in 0..=a.first.len() {
        let twin = first.twin_rows.get(row).copied().flatten();
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

/// A reading whose twin agrees: another group for a row would cost at least the twin's weight more.
fn supported(table: &TableState, mut path: Path) -> Path {
    for (margin, _) in path.margins.iter_mut().zip(&table.twin_rows).filter(|(_, twin)| twin.is_some()) {
        *margin += TWIN;
    }
    path
}

/// Rows of one name that two readings put in different groups.
fn mismatches(a: &TableState, states_a: &[usize], b: &TableState, states_b: &[usize]) -> usize {
    let differs = |(row, twin): (usize, &Option<usize>)| {
        let group_a = states_a.get(row).map(|s| a.group_labels(*s));
        let group_b = twin.and_then(|t| states_b.get(t)).map(|s| b.group_labels(*s));
        group_b.is_some() && group_a != group_b
    };
    a.twin_rows.iter().enumerate().filter(|pair| differs(*pair)).count()
}

/// Decodes a table with a reading of its twin as evidence.
fn coupled(table: &TableState, twin: &TableState, twin_states: &[usize]) -> Path {
    let groups = table.groups();
    let mut costs = table.own_costs.clone();
    for (row, twin_row) in table.twin_rows.iter().enumerate() {
        let Some(wanted) = twin_row.and_then(|t| twin_states.get(t)).map(|s| twin.group(*s)) else { continue };
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
        let Some(winner) = winner(table, row, ballots).filter(|(votes, _)| *votes >= 2) else { continue };
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
