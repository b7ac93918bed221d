//! Indicator tables: rows → names and values → groups of all rows together → indicators.

pub(crate) mod cut;
mod evidence;
mod finish;
mod groups;
pub(crate) mod headings;
mod joint;
mod lattice;
mod levels;
mod names;
pub(crate) mod read;
mod siblings;
mod twins;

use std::borrow::Cow;

use jixiao_model::{Use, without_space};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use self::cut::{Booklet, Columns, Vocabulary};
use self::finish::Finished;
use self::groups::{Groups, Printed};
use self::joint::TableState;
use self::lattice::Lattice;
use self::names::{NameId, Names};
use self::read::{Content, DataRow, RawTable};
use crate::layouts::{ColumnRole, Layouts};
use crate::ledger::{Ledger, Marks};
use crate::threads::both;

/// Tables that one thread takes, at least: to hand the few of a short document over would take longer.
const TOGETHER: usize = 4;

/// The tables of one form, in order.
pub(crate) struct FormTables<'a> {
    pub(crate) tables: Vec<RawTable<'a>>,
}

/// Reads the tables of all forms of a booklet together; gives what each form gets from its own.
pub(crate) fn read_all(forms: &[FormTables<'_>], layouts: &Layouts, ledger: &mut Ledger) -> Vec<Finished> {
    let raw: Vec<(usize, &RawTable<'_>)> =
        forms.iter().enumerate().flat_map(|(form, f)| f.tables.iter().map(move |t| (form, t))).collect();
    let printed = read_tables(&raw, layouts, ledger);
    let twins: Vec<Option<usize>> = (0..raw.len()).map(|at| twin_of(&raw, at)).collect();
    let rows = resolve_all(&raw, &printed, &twins);
    for id in rows.iter().flatten().flat_map(|row| &row.dropped) {
        ledger.mark(*id, Use::Duplicate);
    }
    let ((mut states, groups), ()) = both(|| table_states(&raw, rows), || drop(printed));
    link_twins(&mut states, &twins);
    joint::decode_all(&mut states);
    let finished = finish_all(forms, &states, &groups);
    // There is much of it, and it belongs to all threads.
    states.into_par_iter().with_min_len(TOGETHER).for_each(drop);
    finished
}

fn read_tables<'a>(
    raw: &[(usize, &'a RawTable<'_>)],
    layouts: &'a Layouts,
    ledger: &mut Ledger,
) -> Vec<Vec<DataRow<'a>>> {
    let read = |(_, table): &(usize, &'a RawTable<'_>)| {
        let mut marks = Marks::new(ledger);
        (read::read_rows(table, layouts, &mut marks), marks.into_notes())
    };
    let (rows, notes): (Vec<_>, Vec<_>) = raw.par_iter().with_min_len(TOGETHER).map(read).unzip();
    ledger.carry_out(notes.into_iter().flatten());
    rows
}

/// What each form gets from its tables, which are together those that the states are of.
fn finish_all(forms: &[FormTables<'_>], states: &[TableState<'_>], groups: &[Groups<'_>]) -> Vec<Finished> {
    let mut before = 0;
    let first_of = |form: &FormTables<'_>| {
        before += form.tables.len();
        before - form.tables.len()
    };
    let firsts: Vec<usize> = forms.iter().map(first_of).collect();
    let finish = |(form, first): (&FormTables<'_>, usize)| {
        let tables = form.tables.iter().zip(first..).map(|(table, at)| finish::finish(states, groups, at, table));
        tables.reduce(Finished::and).unwrap_or_default()
    };
    forms.par_iter().zip(firsts).with_min_len(TOGETHER / 2).map(finish).collect()
}

/// The tables ready for decoding, and the groups of each hierarchy that they follow.
fn table_states<'a>(
    raw: &[(usize, &'a RawTable<'a>)],
    rows: Vec<Vec<DataRow<'a>>>,
) -> (Vec<TableState<'a>>, Vec<Groups<'a>>) {
    let ((lattices, groups), names) = both(|| lattices(raw, &rows), || name_numbers(&rows));
    let tables = raw.iter().zip(rows).zip(lattices.into_iter().zip(names));
    let states = tables.map(|((&(form, _), rows), (lattice, names))| TableState::new(form, rows, names, lattice));
    let mut states: Vec<TableState<'a>> = states.collect();
    states.par_iter_mut().with_min_len(TOGETHER).for_each(|table| table.price(&groups[table.groups].words));
    (states, groups)
}

/// The lattice of each table, with the index of the groups that it is made of.
fn lattices<'a>(
    raw: &[(usize, &'a RawTable<'a>)],
    rows: &[Vec<DataRow<'a>>],
) -> (Vec<(usize, Lattice<'a>)>, Vec<Groups<'a>>) {
    let mut printed: Printed<'_> = Printed::default();
    for token in rows.iter().flatten().flat_map(|row| &row.tokens) {
        printed[usize::from(token.level - 1)].insert(token.key);
    }
    let mut groups: Vec<Groups<'_>> = Vec::new();
    let lattice = |((_, table), rows): (&(usize, &'a RawTable<'a>), &Vec<DataRow<'a>>)| {
        let known = groups.iter().position(|groups| std::ptr::eq(groups.hierarchy, table.hierarchy));
        let at = known.unwrap_or_else(|| {
            groups.push(Groups::new(table.hierarchy, &printed));
            groups.len() - 1
        });
        (at, Lattice::gather(rows, &mut groups[at]))
    };
    (raw.iter().zip(rows).map(lattice).collect(), groups)
}

/// The number of each row's name.
fn name_numbers(rows: &[Vec<DataRow<'_>>]) -> Vec<Vec<Option<NameId>>> {
    let mut names = Names::default();
    let mut number = |row: &DataRow<'_>| Some(names.number(&row.name.as_ref()?.text));
    rows.iter().map(|rows| rows.iter().map(&mut number).collect()).collect()
}

/// The other of exactly two tables with different scopes in one form.
fn twin_of(raw: &[(usize, &RawTable<'_>)], at: usize) -> Option<usize> {
    let (form, table) = raw[at];
    let first = raw.partition_point(|(other, _)| *other < form);
    let own = raw.iter().enumerate().skip(first).take_while(|(_, (other, _))| *other == form);
    let mut others = own.filter(|(other, _)| *other != at);
    let (other, (_, twin)) = others.next()?;
    (others.next().is_none() && twin.scope != table.scope).then_some(other)
}

fn link_twins(tables: &mut [TableState<'_>], twins: &[Option<usize>]) {
    for (at, twin) in twins.iter().enumerate().filter_map(|(at, twin)| Some((at, (*twin)?))) {
        tables[at].twin = Some(twin);
        if at < twin {
            let [first, second] = names::align(&tables[at].names, &tables[twin].names);
            tables[at].twin_rows = first;
            tables[twin].twin_rows = second;
        }
    }
}

/// Resolves cut rows. The first pass knows only names of complete rows; the second, for tables with rows that may go on
/// the rows before, knows what the first joined.
fn resolve_all<'a>(
    raw: &[(usize, &RawTable<'_>)],
    rows: &[Vec<DataRow<'a>>],
    twins: &[Option<usize>],
) -> Vec<Vec<DataRow<'a>>> {
    let known = names_of_all(rows);
    let resolver = Resolver { raw, twins, names: &known, booklet: booklet(raw, &known) };
    let all = (0..rows.len()).into_par_iter().with_min_len(TOGETHER);
    let mut first: Vec<_> = all.clone().map(|at| resolver.resolve(at, rows[at].clone())).collect();
    let known = names_of_all(&first);
    let resolver = Resolver { raw, twins, names: &known, booklet: booklet(raw, &known) };
    let again = |at: usize| rows[at].iter().any(may_go_on).then(|| resolver.resolve(at, rows[at].clone()));
    let second: Vec<Option<Vec<DataRow<'a>>>> = all.map(again).collect();
    for (rows, second) in first.iter_mut().zip(second) {
        if let Some(second) = second {
            *rows = second;
        }
    }
    first
}

/// A row that may be the rest of the row before: one of one text, or the first on a page.
fn may_go_on(row: &DataRow<'_>) -> bool {
    is_single(row) || (row.after_page_break && row.contents.len() == 2)
}

/// A row of one text, or of none.
fn is_single(row: &DataRow<'_>) -> bool {
    row.contents.len() == 1 || (row.contents.is_empty() && row.value.is_none())
}

/// What is known of names while rows are put together.
struct Resolver<'n, 't> {
    raw: &'t [(usize, &'t RawTable<'t>)],
    twins: &'t [Option<usize>],
    names: &'n [KnownNames<'n>],
    booklet: Booklet<'n>,
}

impl Resolver<'_, '_> {
    fn resolve<'a>(&self, at: usize, rows: Vec<DataRow<'a>>) -> Vec<DataRow<'a>> {
        let (form, table) = self.raw[at];
        let twin = self.twins[at].and_then(|t| self.names.get(t)).into_iter().flatten();
        let twin = twin.map(|(name, value)| (&**name, *value)).collect();
        let columns = columns(table, &rows);
        cut::resolve(rows, columns, &Vocabulary { form, twin, booklet: &self.booklet })
    }
}

/// Names without white space, and values, of the complete rows of a table.
type KnownNames<'n> = Vec<(Cow<'n, str>, Option<&'n str>)>;

fn names_of_all<'n>(rows: &'n [Vec<DataRow<'_>>]) -> Vec<KnownNames<'n>> {
    rows.par_iter().with_min_len(TOGETHER).map(|rows| complete_names(rows)).collect()
}

fn complete_names<'n>(rows: &'n [DataRow<'_>]) -> KnownNames<'n> {
    let key = |text: &'n Content<'_>| without_space(&text.text);
    let known = |row: &'n DataRow<'_>| match (&row.name, row.contents.as_slice()) {
        (Some(name), _) => Some((key(name), row.value.as_ref().map(|v| &*v.text))),
        (None, [name, value]) => Some((key(name), Some(&*value.text))),
        _ => None,
    };
    // The last row of a page is perhaps not complete where a lonely text begins the next.
    let may_be_cut = |at: usize| rows.get(at + 1).is_some_and(|next| next.after_page_break && is_single(next));
    let whole = rows.iter().enumerate().filter(|(at, _)| !may_be_cut(*at)).filter_map(|(_, row)| known(row));
    whole.filter(|(name, _)| !cut::is_fragment(name)).collect()
}

/// The names of a whole booklet.
fn booklet<'n>(raw: &[(usize, &RawTable<'_>)], names: &'n [KnownNames<'n>]) -> Booklet<'n> {
    let mut booklet = Booklet::default();
    for ((form, _), names) in raw.iter().zip(names) {
        for (name, _) in names {
            booklet.add(name, *form);
        }
    }
    booklet
}

/// The columns of a table: the heading's, unless hardly any row stands there because the heading itself is shifted.
fn columns(table: &RawTable<'_>, rows: &[DataRow<'_>]) -> Columns {
    let heading = |role: ColumnRole| table.columns.iter().find(|h| h.role() == role).map(|h| h.column);
    let printed = heading(ColumnRole::Level3);
    let name = name_column(printed.unwrap_or(0), rows);
    let beside = |role: ColumnRole| (heading(role)? + name).checked_sub(printed?);
    let levels = [beside(ColumnRole::Level1), beside(ColumnRole::Level2)];
    Columns { name, levels, under_heading: printed == Some(name) }
}

fn name_column(heading: u16, rows: &[DataRow<'_>]) -> u16 {
    let columns = || rows.iter().filter(|r| r.contents.len() >= 2).map(|r| r.contents[0].column);
    let in_heading = columns().filter(|c| *c == heading).count();
    if in_heading * 5 >= columns().count() {
        return heading;
    }
    let mut count: FxHashMap<u16, usize> = FxHashMap::default();
    for column in columns() {
        *count.entry(column).or_default() += 1;
    }
    (0..=u16::from(u8::MAX))
        .max_by_key(|c| (count.get(c).copied().unwrap_or(0), std::cmp::Reverse(*c)))
        .unwrap_or(heading)
}
