//! Indicator tables: rows → names and values → groups of all rows together → indicators.

pub(crate) mod cut;
mod evidence;
mod finish;
mod joint;
mod levels;
pub(crate) mod read;

use std::collections::HashMap;

use jixiao_model::{Indicator, without_space};

use self::cut::Vocabulary;
use self::joint::TableState;
use self::read::{DataRow, RawTable};
use crate::layouts::{ColumnRole, Layouts};
use crate::ledger::Ledger;

/// The tables of one form, in order.
pub(crate) struct FormTables<'a> {
    pub(crate) tables: Vec<RawTable<'a>>,
}

/// Reads the tables of all forms of a booklet together; gives the indicators of each form.
pub(crate) fn read_all(forms: &[FormTables<'_>], layouts: &Layouts, ledger: &mut Ledger) -> Vec<Vec<Indicator>> {
    let raw: Vec<(usize, &RawTable<'_>)> =
        forms.iter().enumerate().flat_map(|(form, f)| f.tables.iter().map(move |t| (form, t))).collect();
    let rows: Vec<Vec<DataRow>> = raw.iter().map(|(_, t)| read::read_rows(t, layouts, ledger)).collect();
    let twins: Vec<Option<usize>> = (0..raw.len()).map(|at| twin_of(&raw, at)).collect();
    let rows = resolve_all(&raw, rows, &twins);
    let mut states: Vec<TableState<'_>> = rows
        .into_iter()
        .enumerate()
        .map(|(at, rows)| TableState::new(raw[at].0, raw[at].1.hierarchy, rows, twins[at]))
        .collect();
    joint::decode_all(&mut states);
    let mut all = vec![Vec::new(); forms.len()];
    for (at, (form, table)) in raw.iter().enumerate() {
        all[*form].extend(finish::indicators(&states, at, table.scope));
    }
    all
}

/// The other of exactly two tables with different scopes in one form.
fn twin_of(raw: &[(usize, &RawTable<'_>)], at: usize) -> Option<usize> {
    let (form, table) = raw[at];
    let mut others = raw.iter().enumerate().filter(|(other, (f, _))| *f == form && *other != at);
    let (other, (_, twin)) = others.next()?;
    (others.next().is_none() && twin.scope != table.scope).then_some(other)
}

/// Resolves cut rows. The first pass knows only names of complete rows; the second knows what the first joined.
fn resolve_all(raw: &[(usize, &RawTable<'_>)], rows: Vec<Vec<DataRow>>, twins: &[Option<usize>]) -> Vec<Vec<DataRow>> {
    let first = resolve_pass(raw, &rows, &rows, twins);
    resolve_pass(raw, &rows, &first, twins)
}

fn resolve_pass(
    raw: &[(usize, &RawTable<'_>)],
    rows: &[Vec<DataRow>],
    known: &[Vec<DataRow>],
    twins: &[Option<usize>],
) -> Vec<Vec<DataRow>> {
    let names: Vec<Vec<(String, Option<String>)>> = known.iter().map(|rows| complete_names(rows)).collect();
    let mut counts: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, table) in names.iter().enumerate() {
        for (name, _) in table {
            counts.entry(name).or_default().push(raw[at].0);
        }
    }
    (0..rows.len())
        .map(|at| {
            let twin = twins[at].map(|t| names[t].iter().cloned().collect()).unwrap_or_default();
            let elsewhere = |forms: &[usize]| forms.iter().filter(|f| **f != raw[at].0).count();
            let siblings = counts
                .iter()
                .map(|(name, forms)| ((*name).to_owned(), elsewhere(forms)))
                .filter(|(_, n)| *n > 0)
                .collect();
            cut::resolve(rows[at].clone(), expected_column(raw[at].1, &rows[at]), &Vocabulary { twin, siblings })
        })
        .collect()
}

fn complete_names(rows: &[DataRow]) -> Vec<(String, Option<String>)> {
    rows.iter()
        .filter_map(|row| match (&row.name, row.contents.as_slice()) {
            (Some(name), _) => Some((without_space(&name.text), row.value.as_ref().map(|v| v.text.clone()))),
            (None, [name, value]) => Some((without_space(&name.text), Some(value.text.clone()))),
            _ => None,
        })
        .collect()
}

/// The column of 三级指标: the heading's, unless hardly any row stands there because the heading itself is shifted.
fn expected_column(table: &RawTable<'_>, rows: &[DataRow]) -> u16 {
    let heading = table.columns.iter().find(|(_, role)| *role == ColumnRole::Level3).map_or(0, |(c, _)| *c);
    let columns = || rows.iter().filter(|r| r.contents.len() >= 2).map(|r| r.contents[0].column);
    let in_heading = columns().filter(|c| *c == heading).count();
    if in_heading * 5 >= columns().count() {
        return heading;
    }
    let mut count: HashMap<u16, usize> = HashMap::new();
    for column in columns() {
        *count.entry(column).or_default() += 1;
    }
    (0..=u16::from(u8::MAX))
        .max_by_key(|c| (count.get(c).copied().unwrap_or(0), std::cmp::Reverse(*c)))
        .unwrap_or(heading)
}
