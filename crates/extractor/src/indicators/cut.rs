//! Rows cut by a page break, and rows that lost their value: which text is a name, a value, or the tail of one.
//!
//! Evidence: the names of the twin table, the names of the other forms, what the row before lacks, the columns.

use jixiao_model::{Repair, begins_with_comparator, without_space};
use rustc_hash::FxHashMap;

use super::read::{Content, DataRow, push_other};
use crate::tail::{Tail, join_tail};

/// Names (without white space) of a whole booklet.
#[derive(Debug, Default)]
pub(crate) struct Booklet<'n>(FxHashMap<&'n str, Printed>);

/// Where a name is printed.
#[derive(Debug, Clone, Copy)]
struct Printed {
    form: usize,
    elsewhere: bool,
}

impl<'n> Booklet<'n> {
    pub(crate) fn add(&mut self, name: &'n str, form: usize) {
        let printed = self.0.entry(name).or_insert(Printed { form, elsewhere: false });
        printed.elsewhere |= printed.form != form;
    }

    fn has_in_other_form(&self, name: &str, form: usize) -> bool {
        self.0.get(name).is_some_and(|printed| printed.elsewhere || printed.form != form)
    }
}

/// Names that other tables print, and their values.
#[derive(Debug)]
pub(crate) struct Vocabulary<'n> {
    /// Number of the form whose table is read.
    pub(crate) form: usize,
    /// Of the twin table of the same form.
    pub(crate) twin: FxHashMap<&'n str, Option<&'n str>>,
    pub(crate) booklet: &'n Booklet<'n>,
}

impl Vocabulary<'_> {
    /// How strongly other tables speak for a name.
    fn knows(&self, name: &str) -> i32 {
        let key = without_space(name);
        if self.twin.contains_key(&*key) {
            TWIN
        } else if self.booklet.has_in_other_form(&key, self.form) {
            SIBLING
        } else if self.twin.keys().any(|other| is_nearly(other, &key)) {
            NEARLY_TWIN
        } else {
            0
        }
    }

    fn confirms_value(&self, name: &str, value: &str) -> i32 {
        let known = self.twin.get(&*without_space(name)).copied().flatten();
        let same = known.is_some_and(|known| without_space(known) == without_space(value));
        if same { TWIN } else { 0 }
    }
}

/// Weights of the evidence; only their order of size matters.
const TWIN: i32 = 20;
const NEARLY_TWIN: i32 = 12;
const SIBLING: i32 = 10;
const PAGE_BREAK: i32 = 4;
const COLUMN: i32 = 2;
/// Readings closer than this are not decided.
const CLEAR: i32 = 2;
/// Characters of a name from which one other character (a typo of the source) leaves it the same.
const LONG_NAME: usize = 8;
/// A text of so few characters is no name of its own.
const FRAGMENT: usize = 2;

/// True for a text that is too short for a name.
pub(crate) fn is_fragment(text: &str) -> bool {
    text.chars().count() <= FRAGMENT
}

/// True for long names of which one character differs: 在乡复原…, 在乡复员….
fn is_nearly(a: &str, b: &str) -> bool {
    let (mut rest, mut other) = (a.chars(), b.chars());
    while let (Some(x), Some(y)) = (rest.next(), other.next()) {
        if x != y {
            return rest.as_str() == other.as_str() && a.chars().count() >= LONG_NAME;
        }
    }
    false
}

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

/// The columns of a table in which most of its rows stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    /// Of 三级指标.
    pub(crate) name: u16,
    /// Of 一级指标 and 二级指标.
    pub(crate) levels: [Option<u16>; 2],
    /// The heading stands there too.
    pub(crate) under_heading: bool,
}

/// Puts the contents of all rows in their columns, joins tails, and hands labels beside a tail to the row below.
pub(crate) fn resolve<'a>(rows: Vec<DataRow<'a>>, columns: Columns, vocabulary: &Vocabulary<'_>) -> Vec<DataRow<'a>> {
    let mut out: Vec<DataRow<'a>> = Vec::with_capacity(rows.len());
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
                place(&mut row, columns, vocabulary);
                row.uncertain |= !clear;
                take_rest(&mut row, &mut rest);
                out.push(row);
            }
        }
    }
    finish_rest(rest, &mut out);
    out
}

fn take_rest<'a>(row: &mut DataRow<'a>, rest: &mut DataRow<'a>) {
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
fn finish_rest<'a>(mut rest: DataRow<'a>, out: &mut Vec<DataRow<'a>>) {
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
fn join_others<'a>(before: &mut DataRow<'a>, tail: &mut DataRow<'a>) {
    for (role, text) in tail.others.drain(..) {
        push_other(&mut before.others, role, text);
    }
    for (heading, text) in tail.unplanned.drain(..) {
        match before.unplanned.iter_mut().find(|(h, _)| *h == heading) {
            Some((_, whole)) => whole.text.to_mut().push_str(&text.text),
            None => before.unplanned.push((heading, text)),
        }
    }
}

/// The first part of a cut name may read like a label: 资产管理 of 资产管理制度健全性.
fn restore_cut_label(before: &mut DataRow<'_>, row: &DataRow<'_>, vocabulary: &Vocabulary<'_>) {
    let (Some(tail), None) = texts(row) else { return };
    let Some(token) = before.tokens.last() else { return };
    if before.name.is_some() && before.value.is_some() {
        return;
    }
    if vocabulary.knows(&format!("{}{}", token.text, tail.text)) == 0 {
        return;
    }
    let (id, text, place) = (token.id, token.text.into(), before.place);
    let name = Content { id, text, column: tail.column, place, over_pages: false };
    before.tokens.pop();
    before.value = before.value.take().or(before.name.take());
    before.repairs.retain(|r| r.kind != "value_missing" && r.kind != "column_shift");
    before.name = Some(name);
}

fn read_row(row: &DataRow<'_>, before: Option<&DataRow<'_>>, vocabulary: &Vocabulary<'_>) -> (Reading, bool) {
    let Some(before) = before else { return (Reading::Own, true) };
    let (Some(first), second) = texts(row) else { return (Reading::Own, true) };
    if second.is_some() && !row.after_page_break && before.value.is_some() {
        return (Reading::Own, true);
    }
    let weigher = Weigher { row, before, vocabulary };
    let mut ranked = match second {
        None => [
            (weigher.own_without_value(first), Reading::Own),
            (weigher.name_tail(first), Reading::NameTail),
            (weigher.value_tail(first), Reading::ValueTail),
        ],
        Some(second) => [
            (weigher.own(first), Reading::Own),
            (weigher.both_tails(first, second), Reading::NameTail),
            (i32::MIN, Reading::ValueTail),
        ],
    };
    ranked.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    (ranked[0].1, ranked[0].0 >= ranked[1].0.saturating_add(CLEAR))
}

/// The texts of a row: unplaced contents, or name and value where columns were facts.
fn texts<'r, 'a>(row: &'r DataRow<'a>) -> (Option<&'r Content<'a>>, Option<&'r Content<'a>>) {
    if row.contents.is_empty() {
        match (&row.name, &row.value) {
            (None, Some(value)) => (Some(value), None),
            (name, value) => (name.as_ref(), value.as_ref()),
        }
    } else {
        (row.contents.first(), row.contents.get(1))
    }
}

/// Weighs what the texts of a row may be, given the row before.
struct Weigher<'r> {
    row: &'r DataRow<'r>,
    before: &'r DataRow<'r>,
    vocabulary: &'r Vocabulary<'r>,
}

impl Weigher<'_> {
    fn own(&self, text: &Content<'_>) -> i32 {
        6 + self.vocabulary.knows(&text.text) - if is_fragment(&text.text) { 4 } else { 0 }
    }

    fn own_without_value(&self, text: &Content<'_>) -> i32 {
        let base = if self.row.after_page_break { 1 } else { 5 };
        let known = self.vocabulary.knows(&text.text);
        let no_name = known == 0 && (looks_like_value(&text.text) || is_fragment(&text.text));
        base + known - if no_name { 6 } else { 0 }
    }

    fn name_tail(&self, text: &Content<'_>) -> i32 {
        let Some(name) = &self.before.name else { return i32::MIN };
        let known = self.vocabulary.knows(&name.text);
        if is_printed_twice(&name.text, &text.text, known > 0) {
            return self.page_break() + COLUMN + known;
        }
        let whole = format!("{}{}", name.text, text.text);
        self.page_break() + self.vocabulary.knows(&whole) - known / 2 + column(text, name)
            - if looks_like_value(&text.text) { 4 } else { 0 }
    }

    fn value_tail(&self, text: &Content<'_>) -> i32 {
        let Some(name) = &self.before.name else { return i32::MIN };
        let Some(value) = &self.before.value else {
            let own = if looks_like_value(&text.text) { 3 } else { 0 };
            return self.page_break() - 1 + own + self.vocabulary.confirms_value(&name.text, &text.text);
        };
        let confirmed = self.vocabulary.confirms_value(&name.text, &value.text);
        if is_printed_twice(&value.text, &text.text, confirmed > 0) {
            return self.page_break() + COLUMN + confirmed;
        }
        let whole = format!("{}{}", value.text, text.text);
        self.page_break() - 3
            + self.vocabulary.confirms_value(&name.text, &whole)
            + column(text, value)
            + goes_on(&value.text, &text.text)
    }

    fn both_tails(&self, first: &Content<'_>, second: &Content<'_>) -> i32 {
        let Some(name) = &self.before.name else { return i32::MIN };
        let whole = format!("{}{}", name.text, first.text);
        let known = self.vocabulary.knows(&whole);
        let complete = self.vocabulary.knows(&name.text);
        match &self.before.value {
            None => self.page_break() + known - complete / 2,
            Some(value) if known > 0 => {
                let both = format!("{}{}", value.text, second.text);
                let confirmed = self.vocabulary.confirms_value(&whole, &both);
                self.page_break() + known - complete + confirmed + goes_on(&value.text, &second.text)
            }
            Some(value) if is_fragment(&first.text) && goes_on(&value.text, &second.text) > 0 => {
                self.page_break() + column(first, name) + goes_on(&value.text, &second.text)
            }
            Some(_) => i32::MIN,
        }
    }

    fn page_break(&self) -> i32 {
        if self.row.after_page_break { PAGE_BREAK } else { 0 }
    }
}

/// The tail of a whole text, printed once more.
fn is_printed_twice(text: &str, tail: &str, text_is_known: bool) -> bool {
    match join_tail(text, tail) {
        Tail::Repeated => true,
        Tail::Overlapped(..) => false,
        Tail::Joined(_) => text_is_known && tail.chars().count() >= FRAGMENT && text.ends_with(tail),
    }
}

/// A number that a page break cut goes on with digits or its unit.
fn goes_on(value: &str, tail: &str) -> i32 {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == '.');
    let number = digit(value.chars().next_back());
    let rest = digit(tail.chars().next()) || matches!(tail, "%" | "％") || tail.chars().count() <= FRAGMENT;
    if number && rest { 4 } else { 0 }
}

fn column(text: &Content<'_>, other: &Content<'_>) -> i32 {
    if text.column == other.column { COLUMN } else { 0 }
}

/// Begins with a comparator or a digit, as names of indicators seldom do.
pub(crate) fn looks_like_value(text: &str) -> bool {
    begins_with_comparator(text)
        || text.starts_with('±')
        || (text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().count() <= 12)
}

fn join<'a>(before: &mut DataRow<'a>, row: &DataRow<'a>, reading: Reading, clear: bool) {
    let (Some(first), second) = texts(row) else { return };
    if reading == Reading::NameTail {
        append(before, Slot::Name, first);
        if let Some(second) = second {
            append(before, Slot::Value, second);
        }
    } else {
        append(before, Slot::Value, first);
    }
    before.uncertain |= !clear;
}

#[derive(Debug, Clone, Copy)]
enum Slot {
    Name,
    Value,
}

fn append<'a>(row: &mut DataRow<'a>, slot: Slot, tail: &Content<'a>) {
    let (text, field) = match slot {
        Slot::Name => (&mut row.name, "level3"),
        Slot::Value => (&mut row.value, "value_raw"),
    };
    let from = text.as_ref().map(|t| t.text.clone().into_owned());
    let at = place_in_words(tail);
    let Some(text) = text else {
        *text = Some(tail.clone());
        let evidence = format!("the page ended inside the row; “{}” stands on {at}", tail.text);
        let to = Some(tail.text.clone().into_owned());
        row.repairs.push(Repair { kind: "joined_across_page", field, from, to, evidence });
        return;
    };
    let (kind, evidence) = match join_tail(&text.text, &tail.text) {
        Tail::Joined(_) if text.text.ends_with(&*tail.text) && tail.text.chars().count() >= FRAGMENT => {
            row.dropped.push(tail.id);
            ("duplicate_dropped", format!("“{}” on {at} is the end of the cell, printed twice", tail.text))
        }
        Tail::Repeated => {
            row.dropped.push(tail.id);
            ("duplicate_dropped", format!("“{}” on {at} is the end of the cell, printed twice", tail.text))
        }
        Tail::Joined(whole) => {
            text.text = whole.into();
            ("joined_across_page", format!("the page ended inside the cell; its tail “{}” stands on {at}", tail.text))
        }
        Tail::Overlapped(whole, twice) => {
            text.text = whole.into();
            (
                "duplicate_dropped",
                format!("“{twice}” on {at} is the end of the part before the page break, printed twice"),
            )
        }
    };
    let to = Some(text.text.clone().into_owned());
    row.repairs.push(Repair { kind, field, from, to, evidence });
}

fn place_in_words(content: &Content<'_>) -> String {
    match (content.place.line, content.place.page) {
        (Some(line), _) => format!("line {line}"),
        (None, Some(page)) => format!("page {page}"),
        (None, None) => "the next page".to_owned(),
    }
}

/// Name and value of a row of its own; a row in other columns than most rows of the table is shifted.
fn place(row: &mut DataRow<'_>, columns: Columns, vocabulary: &Vocabulary<'_>) {
    if row.contents.is_empty() {
        return;
    }
    let mut contents = std::mem::take(&mut row.contents).into_iter();
    let first = contents.next();
    let second = contents.next();
    note_shift(row, first.as_ref().map(|f| f.column), columns);
    match (first, second) {
        (Some(only), None) if looks_like_value(&only.text) && vocabulary.knows(&only.text) == 0 => {
            row.value = Some(only);
        }
        (first, second) => (row.name, row.value) = (first, second),
    }
    for more in contents {
        // More texts than columns: the reading is open, and nothing is dropped.
        row.uncertain = true;
        if let Some(value) = &mut row.value {
            value.text.to_mut().push_str(&more.text);
        }
    }
    if row.value.is_none() {
        let evidence = "no cell of the row is left for it".to_owned();
        row.repairs.push(Repair { kind: "value_missing", field: "value_raw", from: None, to: None, evidence });
    }
}

/// Records that the cells of a row, or its labels alone, stand in other columns than those of most rows.
fn note_shift(row: &mut DataRow<'_>, name: Option<u16>, columns: Columns) {
    if name.is_some_and(|column| column != columns.name) {
        let evidence = if columns.under_heading {
            "the cells keep their order; the heading stands in another column"
        } else {
            "the cells keep their order; most rows of the table stand in another column"
        };
        row.repairs.extend(name.map(|from| shift("level3", from, columns.name, evidence)));
        return;
    }
    for token in &row.tokens {
        let field = if token.level == 1 { "level1" } else { "level2" };
        let column = columns.levels[usize::from(token.level - 1)].filter(|column| *column != token.column);
        let evidence = "the words of the label tell its level; the heading of the level stands in another column";
        row.repairs.extend(column.map(|to| shift(field, token.column, to, evidence)));
    }
}

fn shift(field: &'static str, from: u16, to: u16, evidence: &str) -> Repair {
    let name = |column: u16| Some(format!("column {}", column + 1));
    Repair { kind: "column_shift", field, from: name(from), to: name(to), evidence: evidence.to_owned() }
}
