//! Indicator tables: rows → names and values → groups of all rows together → indicators.

pub(crate) mod cut;
mod evidence;
mod finish;
pub(crate) mod headings;
mod joint;
mod levels;
pub(crate) mod read;

use jixiao_model::without_space;
use rustc_hash::{FxHashMap, FxHashSet};

use self::cut::Vocabulary;
use self::finish::Finished;
use self::joint::TableState;
use self::read::{Content, DataRow, RawTable};
use crate::layouts::{ColumnRole, Layouts};
use crate::ledger::Ledger;

/// The tables of one form, in order.
pub(crate) struct FormTables<'a> {
    pub(crate) tables: Vec<RawTable<'a>>,
}

/// Reads the tables of all forms of a booklet together; gives what each form gets from its own.
pub(crate) fn read_all(forms: &[FormTables<'_>], layouts: &Layouts, ledger: &mut Ledger) -> Vec<Finished> {
    let raw: Vec<(usize, &RawTable<'_>)> =
        forms.iter().enumerate().flat_map(|(form, f)| f.tables.iter().map(move |t| (form, t))).collect();
    let rows: Vec<Vec<DataRow>> = raw.iter().map(|(_, t)| read::read_rows(t, layouts, ledger)).collect();
    let twins: Vec<Option<usize>> = (0..raw.len()).map(|at| twin_of(&raw, at)).collect();
    let rows = resolve_all(&raw, rows, &twins);
    let seen = [1, 2].map(|level| labels_of(&rows, level));
    let seen = seen.each_ref().map(|keys| keys.iter().map(String::as_str).collect());
    let mut states: Vec<TableState> = rows
        .into_iter()
        .enumerate()
        .map(|(at, rows)| TableState::new(raw[at].0, raw[at].1.hierarchy, rows, twins[at], &seen))
        .collect();
    joint::decode_all(&mut states);
    let mut all = vec![Finished::default(); forms.len()];
    for (at, (form, table)) in raw.iter().enumerate() {
        finish::finish(&states, at, table, &mut all[*form]);
    }
    all
}

/// The labels that are printed of a level.
fn labels_of(tables: &[Vec<DataRow>], level: u8) -> FxHashSet<String> {
    let tokens = tables.iter().flatten().flat_map(|r| &r.tokens);
    tokens.filter(|t| t.level == level).map(|t| t.key.clone()).collect()
}

/// The other of exactly two tables with different scopes in one form.
fn twin_of(raw: &[(usize, &RawTable<'_>)], at: usize) -> Option<usize> {
    let (form, table) = raw[at];
    let mut others = raw.iter().enumerate().filter(|(other, (f, _))| *f == form && *other != at);
    let (other, (_, twin)) = others.next()?;
    (others.next().is_none() && twin.scope != table.scope).then_some(other)
}

/// Resolves cut rows. The first pass knows only names of complete rows; the second, for tables with rows of one text,
/// knows what the first joined.
fn resolve_all(raw: &[(usize, &RawTable<'_>)], rows: Vec<Vec<DataRow>>, twins: &[Option<usize>]) -> Vec<Vec<DataRow>> {
    let again: Vec<Option<Vec<DataRow>>> = rows.iter().map(|rows| has_single(rows).then(|| rows.clone())).collect();
    let known: Vec<Names> = rows.iter().map(|rows| complete_names(rows)).collect();
    let mut first: Vec<_> =
        resolve_pass(raw, rows.into_iter().map(Some), &known, twins).into_iter().flatten().collect();
    let known: Vec<Names> = first.iter().map(|rows| complete_names(rows)).collect();
    let second = resolve_pass(raw, again.into_iter(), &known, twins);
    for (at, rows) in second.into_iter().enumerate() {
        if let Some(rows) = rows {
            first[at] = rows;
        }
    }
    first
}

fn has_single(rows: &[DataRow]) -> bool {
    rows.iter().any(|r| r.contents.len() == 1 || (r.contents.is_empty() && r.value.is_none()))
}

fn resolve_pass(
    raw: &[(usize, &RawTable<'_>)],
    tables: impl Iterator<Item = Option<Vec<DataRow>>>,
    names: &[Names],
    twins: &[Option<usize>],
) -> Vec<Option<Vec<DataRow>>> {
    let mut booklet: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (at, table) in names.iter().enumerate() {
        for (name, _) in table {
            booklet.entry(name).or_default().push(raw[at].0);
        }
    }
    let resolve = |(at, rows): (usize, Option<Vec<DataRow>>)| {
        let rows = rows?;
        let twin_names = twins[at].and_then(|t| names.get(t)).into_iter().flatten();
        let twin = twin_names.map(|(name, value)| (name.as_str(), value.as_deref())).collect();
        let vocabulary = Vocabulary { form: raw[at].0, twin, booklet: &booklet };
        let column = expected_column(raw[at].1, &rows);
        Some(cut::resolve(rows, column, &vocabulary))
    };
    tables.enumerate().map(resolve).collect()
}

/// Names without white space, and values, of the complete rows of a table.
type Names = Vec<(String, Option<String>)>;

fn complete_names(rows: &[DataRow]) -> Names {
    let key = |text: &Content| without_space(&text.text).into_owned();
    rows.iter()
        .filter_map(|row| match (&row.name, row.contents.as_slice()) {
            (Some(name), _) => Some((key(name), row.value.as_ref().map(|v| v.text.clone()))),
            (None, [name, value]) => Some((key(name), Some(value.text.clone()))),
            _ => None,
        })
        .collect()
}

/// The column of 三级指标: the heading's, unless hardly any row stands there because the heading itself is shifted.
fn expected_column(table: &RawTable<'_>, rows: &[DataRow]) -> u16 {
    let heading = table.columns.iter().find(|h| h.role() == ColumnRole::Level3).map_or(0, |h| h.column);
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
