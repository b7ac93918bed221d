//! Rows cut by a page break, and rows that lost their value: which text is a name, a value, or the tail of one.
//!
//! Evidence: the names of the twin table, the names of the other forms, what the row before lacks, the columns.

use jixiao_model::{Repair, without_space};
use rustc_hash::FxHashMap;

use super::read::{Content, DataRow, push_other};

/// Names (without white space) that other tables print, and their values.
#[derive(Debug)]
pub(crate) struct Vocabulary<'a> {
    /// Number of the form whose table is read.
    pub(crate) form: usize,
    /// Of the twin table of the same form.
    pub(crate) twin: FxHashMap<&'a str, Option<&'a str>>,
    /// Names of the whole booklet and the forms that have them.
    pub(crate) booklet: &'a FxHashMap<&'a str, Vec<usize>>,
}

impl Vocabulary<'_> {
    fn twin_value(&self, name: &str) -> Option<&str> {
        self.twin.get(&*without_space(name)).copied().flatten()
    }

    /// How strongly other tables speak for a name.
    fn knows(&self, name: &str) -> i32 {
        let key = without_space(name);
        if self.twin.contains_key(&*key) {
            TWIN
        } else if self.booklet.get(&*key).is_some_and(|forms| forms.iter().any(|f| *f != self.form)) {
            SIBLING
        } else {
            0
        }
    }

    fn confirms_value(&self, name: &str, value: &str) -> i32 {
        let same = self.twin_value(name).is_some_and(|v| without_space(v) == without_space(value));
        if same { TWIN } else { 0 }
    }
}

/// Weights of the evidence; only their order of size matters.
const TWIN: i32 = 20;
const SIBLING: i32 = 10;
const PAGE_BREAK: i32 = 4;
const COLUMN: i32 = 2;
/// Readings closer than this are not decided.
const CLEAR: i32 = 2;

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// A row of its own.
    Own,
    /// Its first text is the tail of the name before (the second, if any, of the value before).
    NameTail,
    /// Its text is the tail of the value before, or the value that the row before lacks.
    ValueTail,
}

/// Puts the contents of all rows in their columns, joins tails, and hands labels beside a tail to the row below.
pub(crate) fn resolve(rows: Vec<DataRow>, expected_column: u16, vocabulary: &Vocabulary<'_>) -> Vec<DataRow> {
    let mut out: Vec<DataRow> = Vec::with_capacity(rows.len());
    // What rows without an indicator leave to the row after them.
    let mut rest = DataRow::default();
    for mut row in rows {
        if let Some(before) = out.last_mut() {
            restore_cut_label(before, &row, vocabulary);
        }
        if row.contents.is_empty() && row.name.is_none() && row.value.is_none() {
            rest.tokens.append(&mut row.tokens);
            rest.strays.append(&mut row.strays);
            join_others(out.last_mut().unwrap_or(&mut rest), &mut row);
            continue;
        }
        let (reading, clear) = read_row(&row, out.last(), vocabulary);
        match out.last_mut() {
            Some(before) if reading != Reading::Own => {
                join(before, &row, reading, clear);
                join_others(before, &mut row);
                rest.tokens.append(&mut row.tokens);
            }
            _ => {
                place(&mut row, expected_column);
                row.uncertain |= !clear;
                take_rest(&mut row, &mut rest);
                out.push(row);
            }
        }
    }
    finish_rest(rest, &mut out);
    out
}

fn take_rest(row: &mut DataRow, rest: &mut DataRow) {
    // A row with its own lower label shows that the group of the label above it is empty.
    if row.tokens.iter().any(|t| t.level == 2) {
        rest.tokens.retain(|t| t.level != 2 || t.covers.is_some());
    }
    rest.tokens.append(&mut row.tokens);
    row.tokens = std::mem::take(&mut rest.tokens);
    row.strays.append(&mut rest.strays);
    join_others(row, rest);
}

/// What is left below the last indicator stays with it; in a table without indicators it is a row by itself.
fn finish_rest(mut rest: DataRow, out: &mut Vec<DataRow>) {
    match out.last_mut() {
        Some(last) => last.strays.append(&mut rest.strays),
        None if !(rest.others.is_empty() && rest.unplanned.is_empty() && rest.strays.is_empty()) => {
            rest.uncertain = true;
            out.push(rest);
        }
        None => {}
    }
}

/// The tail of a row goes on with the cells of its further columns too.
fn join_others(before: &mut DataRow, tail: &mut DataRow) {
    for (role, text) in tail.others.drain(..) {
        push_other(&mut before.others, role, text);
    }
    for (heading, text) in tail.unplanned.drain(..) {
        match before.unplanned.iter_mut().find(|(h, _)| *h == heading) {
            Some((_, whole)) => whole.text.push_str(&text.text),
            None => before.unplanned.push((heading, text)),
        }
    }
}

/// The first part of a cut name may read like a label: 资产管理 of 资产管理制度健全性.
fn restore_cut_label(before: &mut DataRow, row: &DataRow, vocabulary: &Vocabulary<'_>) {
    let (Some(tail), None) = texts(row) else { return };
    let Some(token) = before.tokens.last() else { return };
    if before.name.is_some() && before.value.is_some() {
        return;
    }
    if vocabulary.knows(&format!("{}{}", token.text, tail.text)) == 0 {
        return;
    }
    let text = token.text.clone();
    before.tokens.pop();
    before.value = before.value.take().or(before.name.take());
    before.repairs.retain(|r| r.kind != "value_missing" && r.kind != "column_shift");
    before.name = Some(Content { text, column: tail.column, place: before.place, over_pages: false });
}

fn read_row(row: &DataRow, before: Option<&DataRow>, vocabulary: &Vocabulary<'_>) -> (Reading, bool) {
    let Some(before) = before else { return (Reading::Own, true) };
    let (first, second) = texts(row);
    let Some(first) = first else { return (Reading::Own, true) };
    if second.is_some() && !row.after_page_break && before.value.is_some() {
        return (Reading::Own, true);
    }
    let candidates = match second {
        None => [
            (own_without_value(row, first, vocabulary), Reading::Own),
            (name_tail(row, before, first, vocabulary), Reading::NameTail),
            (value_tail(row, before, first, vocabulary), Reading::ValueTail),
        ],
        Some(second) => [
            (6 + vocabulary.knows(&first.text), Reading::Own),
            (both_tails(row, before, first, second, vocabulary), Reading::NameTail),
            (i32::MIN, Reading::ValueTail),
        ],
    };
    let mut ranked = candidates;
    ranked.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    (ranked[0].1, ranked[0].0 >= ranked[1].0.saturating_add(CLEAR))
}

/// The texts of a row: unplaced contents, or name and value where columns were facts.
fn texts(row: &DataRow) -> (Option<&Content>, Option<&Content>) {
    if row.contents.is_empty() {
        match (&row.name, &row.value) {
            (None, Some(value)) => (Some(value), None),
            (name, value) => (name.as_ref(), value.as_ref()),
        }
    } else {
        (row.contents.first(), row.contents.get(1))
    }
}

fn own_without_value(row: &DataRow, text: &Content, vocabulary: &Vocabulary<'_>) -> i32 {
    let base = if row.after_page_break { 1 } else { 5 };
    base + vocabulary.knows(&text.text) - if looks_like_value(&text.text) { 6 } else { 0 }
}

fn name_tail(row: &DataRow, before: &DataRow, text: &Content, vocabulary: &Vocabulary<'_>) -> i32 {
    let Some(name) = &before.name else { return i32::MIN };
    let whole = format!("{}{}", name.text, text.text);
    let complete_before = vocabulary.knows(&name.text) / 2;
    page_break(row) + vocabulary.knows(&whole) - complete_before + column(text, name)
        - if looks_like_value(&text.text) { 4 } else { 0 }
}

fn value_tail(row: &DataRow, before: &DataRow, text: &Content, vocabulary: &Vocabulary<'_>) -> i32 {
    let Some(name) = &before.name else { return i32::MIN };
    let own = if looks_like_value(&text.text) { 3 } else { 0 };
    match &before.value {
        None => page_break(row) - 1 + own + vocabulary.confirms_value(&name.text, &text.text),
        Some(value) => {
            let whole = format!("{}{}", value.text, text.text);
            page_break(row) - 3 + vocabulary.confirms_value(&name.text, &whole) + column(text, value)
        }
    }
}

fn both_tails(row: &DataRow, before: &DataRow, first: &Content, second: &Content, vocabulary: &Vocabulary<'_>) -> i32 {
    let Some(name) = &before.name else { return i32::MIN };
    let whole = format!("{}{}", name.text, first.text);
    let known = vocabulary.knows(&whole);
    match &before.value {
        None => page_break(row) + known - vocabulary.knows(&name.text) / 2,
        Some(value) if known > 0 => {
            let value = format!("{}{}", value.text, second.text);
            page_break(row) + known - TWIN + vocabulary.confirms_value(&whole, &value)
        }
        Some(_) => i32::MIN,
    }
}

fn page_break(row: &DataRow) -> i32 {
    if row.after_page_break { PAGE_BREAK } else { 0 }
}

fn column(text: &Content, other: &Content) -> i32 {
    if text.column == other.column { COLUMN } else { 0 }
}

/// Begins with a comparator or a digit, as names of indicators seldom do.
pub(crate) fn looks_like_value(text: &str) -> bool {
    text.starts_with(['≥', '≤', '=', '＝', '>', '<', '＞', '＜', '±', '≧', '≦'])
        || (text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().count() <= 12)
}

fn join(before: &mut DataRow, row: &DataRow, reading: Reading, clear: bool) {
    let (first, second) = texts(row);
    let Some(first) = first else { return };
    if reading == Reading::NameTail {
        append(&mut before.name, first, "level3", &mut before.repairs);
        if let Some(second) = second {
            append(&mut before.value, second, "value_raw", &mut before.repairs);
        }
    } else {
        append(&mut before.value, first, "value_raw", &mut before.repairs);
    }
    before.uncertain |= !clear;
}

fn append(slot: &mut Option<Content>, tail: &Content, field: &'static str, repairs: &mut Vec<Repair>) {
    let from = slot.as_ref().map(|t| t.text.clone());
    match slot {
        Some(text) => text.text.push_str(&tail.text),
        None => *slot = Some(tail.clone()),
    }
    let to = slot.as_ref().map(|t| t.text.clone());
    let place = tail.place;
    let at = match (place.line, place.page) {
        (Some(line), _) => format!("line {line}"),
        (None, Some(page)) => format!("page {page}"),
        (None, None) => "the next page".to_owned(),
    };
    let evidence = format!("the page ended inside the cell; its tail “{}” stands on {at}", tail.text);
    repairs.push(Repair { kind: "joined_across_page", field, from, to, evidence });
}

/// Name and value of a row of its own; a row in other columns than the heading's is shifted.
fn place(row: &mut DataRow, expected_column: u16) {
    if row.contents.is_empty() {
        return;
    }
    let mut contents = std::mem::take(&mut row.contents).into_iter();
    let first = contents.next();
    let second = contents.next();
    let shifted = first.as_ref().filter(|f| f.column != expected_column).map(|f| f.column);
    match (first, second) {
        (Some(only), None) if looks_like_value(&only.text) => row.value = Some(only),
        (first, second) => (row.name, row.value) = (first, second),
    }
    for more in contents {
        // More texts than columns: the reading is open, and nothing is dropped.
        row.uncertain = true;
        if let Some(value) = &mut row.value {
            value.text.push_str(&more.text);
        }
    }
    note_shift(row, shifted, expected_column);
    if row.value.is_none() {
        let evidence = "no cell of the row is left for it".to_owned();
        row.repairs.push(Repair { kind: "value_missing", field: "value_raw", from: None, to: None, evidence });
    }
}

fn note_shift(row: &mut DataRow, from: Option<u16>, expected_column: u16) {
    let Some(from) = from else { return };
    row.repairs.push(Repair {
        kind: "column_shift",
        field: "level3",
        from: Some(format!("column {}", from + 1)),
        to: Some(format!("column {}", expected_column + 1)),
        evidence: "the cells keep their order; the heading stands in another column".to_owned(),
    });
}
