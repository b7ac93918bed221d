//! A reading → a document: segments, heads, indicator tables, contents.

use jixiao_model::{Diagnostic, Document, Form, LedgerEntry, Origin, Place, Reading, Scope, Severity, Use, is_cjk};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::complete::incomplete_forms;
use crate::contents::match_contents;
use crate::fold::{fold, is_chinese_numeral};
use crate::front::{drop_headings, read_front, year_in};
use crate::head::Head;
use crate::indicators::cut::looks_like_value;
use crate::indicators::headings::{Heading, read_headings, read_headings_again, tables, with_lower_row};
use crate::indicators::read::RawTable;
use crate::indicators::{FormTables, read_all};
use crate::layouts::{FormDef, LabelRole, Layouts, UNKNOWN};
use crate::ledger::{Ledger, Marks};
use crate::segment::{FormPieces, FormRow, Item, Piece, flatten, join_cut_labels};
use crate::starts::segment;
use crate::threads::both;

/// Finds the forms in a reading and decides every field and level of them.
pub fn assemble(reading: &Reading, layouts: &Layouts) -> Document {
    let mut ledger = Ledger::default();
    let mut pieces = flatten(reading, layouts, &mut ledger);
    join_cut_labels(&mut pieces, layouts, &mut ledger);
    let segments = segment(pieces, layouts);
    let mut front = read_front(&segments.front, &mut ledger);
    let (mut forms, tables) = read_forms(segments.forms, front.year, layouts, &mut ledger);
    let finished = read_all(&tables, layouts, &mut ledger);
    for (form, finished) in forms.iter_mut().zip(finished) {
        form.indicators = finished.indicators;
        form.other_fields.extend(finished.other_fields);
    }
    drop_headings(&mut front.contents);
    match_contents(&mut front.contents, &forms);
    let mut diagnostics = reading.diagnostics.clone();
    diagnostics.extend(forms.iter().enumerate().filter(|(_, f)| f.layout == UNKNOWN).map(unknown_layout));
    let incomplete = incomplete_forms(&forms);
    let partial = reading.partial || !incomplete.is_empty();
    diagnostics.extend(incomplete);
    let (ledger, ()) = both(|| ledger.into_entries(), || drop(tables));
    diagnostics.extend(ledger.iter().filter(|e| e.used == Use::Furniture).map(furniture));
    let year = front.year.or_else(|| forms.iter().find_map(|f| f.fiscal_year));
    Document {
        pages: reading.pages,
        title: front.title,
        fiscal_year: year,
        preface: front.preface,
        contents: front.contents,
        forms,
        diagnostics,
        ledger,
        partial,
    }
}

/// Reads the pieces of all forms, side by side: heads whole, indicator tables as rows.
fn read_forms<'a>(
    pieces: Vec<FormPieces<'a>>,
    year: Option<i16>,
    layouts: &'a Layouts,
    ledger: &mut Ledger,
) -> (Vec<Form>, Vec<FormTables<'a>>) {
    let read = |pieces: FormPieces<'a>| {
        let mut marks = Marks::new(ledger);
        let mut reader = FormReader::new(pieces.def, pieces.title, layouts);
        reader.read(pieces.pieces, &mut marks);
        (reader.finish(year, &mut marks), marks.into_notes())
    };
    let (forms, notes): (Vec<_>, Vec<_>) = pieces.into_par_iter().map(read).unzip();
    ledger.carry_out(notes.into_iter().flatten());
    forms.into_iter().unzip()
}

fn unknown_layout((at, form): (usize, &Form)) -> Diagnostic {
    let message = "no known title says which form this is: it was read by the headings of its indicators".to_owned();
    let mut diagnostic = Diagnostic::new("layout_unknown", Severity::Warning, message, form.place);
    diagnostic.form = Some(at + 1);
    diagnostic
}

/// A running head or page number, named so that nothing of a page goes without a word.
fn furniture(entry: &LedgerEntry) -> Diagnostic {
    let message = format!("“{}” is a running head or a page number", entry.text.trim());
    Diagnostic::new("page_furniture", Severity::Info, message, entry.place)
}

/// What stands below the indicators of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Footer {
    /// A row of totals under the headings of the table.
    Total,
    /// Labels and texts.
    Remark,
}

/// Reads the pieces of one form: head rows until the first heading of an indicator table, then tables.
struct FormReader<'a> {
    def: &'a FormDef,
    title: Item,
    layouts: &'a Layouts,
    head: Head<'a>,
    tables: Vec<RawTable<'a>>,
    /// How many tables at the end of `tables` take the rows: two where their rows are the same.
    open: usize,
    /// What stands below the indicators has begun.
    below: bool,
    /// The headings of the row before, which a second row of headings may complete.
    upper: Option<Vec<Heading>>,
    /// The scope that a heading opened for the next table.
    scope: Option<Scope>,
    year: Option<i16>,
    pages: Option<(u32, u32)>,
    /// Source line of the row read last.
    last_line: Option<u32>,
}

impl<'a> FormReader<'a> {
    fn new(def: &'a FormDef, title: Item, layouts: &'a Layouts) -> Self {
        Self {
            layouts,
            head: Head::new(layouts, def.kind),
            tables: Vec::new(),
            open: 0,
            below: false,
            upper: None,
            scope: None,
            year: year_in(&title.text),
            pages: title.place.page.map(|p| (p, p)),
            last_line: None,
            def,
            title,
        }
    }

    fn read(&mut self, pieces: Vec<Piece>, marks: &mut Marks<'_>) {
        marks.mark(self.title.id, Use::Field);
        let rows = pieces.iter().filter(|piece| matches!(piece, Piece::Row(_))).count();
        let mut read = 0;
        for piece in pieces {
            match piece {
                Piece::Paragraph(item) if self.paragraph(&item, marks) => {}
                Piece::Paragraph(item) if (1..rows).contains(&read) => self.lonely_line(item, marks),
                Piece::Paragraph(_) => {}
                Piece::Row(row) => {
                    read += 1;
                    self.last_line = row.place.line;
                    self.row(row, marks);
                }
            }
        }
    }

    /// A line of a text between the rows of a form is a cell whose neighbours, and so whose tabs, are lost.
    fn lonely_line(&mut self, item: Item, marks: &mut Marks<'_>) {
        let (Some(line), Some(last)) = (item.place.line, self.last_line) else { return };
        if !item.text.contains(is_cjk) || is_page_number(&item.text) {
            return;
        }
        self.last_line = Some(line);
        let (place, after_page_break) = (item.place, line > last + 1);
        let (origin, cut_row_joined) = (Origin::Delimited, false);
        let row = FormRow {
            items: vec![item],
            origin,
            after_page_break,
            spans_known: false,
            cut_row_joined,
            place,
            table: 0,
            index: 0,
        };
        self.row(row, marks);
    }

    fn see_page(&mut self, place: Place) {
        if let Some(page) = place.page {
            let (first, last) = self.pages.unwrap_or((page, page));
            self.pages = Some((first.min(page), last.max(page)));
        }
    }

    /// A line outside the tables: the year, the unit of money, the heading of a table; false where it is none of them.
    fn paragraph(&mut self, item: &Item, marks: &mut Marks<'_>) -> bool {
        if self.head.line(item, marks) || self.unit_line(item, marks) {
            self.see_page(item.place);
            return true;
        }
        if let Some(scope) = self.layouts.scope(&item.key) {
            self.scope = Some(scope);
        } else if is_year_line(&item.text) {
            self.year = self.year.or(year_in(&item.text));
        } else if !self.layouts.is_caption(&item.key) {
            return false;
        }
        marks.mark(item.id, Use::Label);
        true
    }

    /// A line that ends with the unit of money; what stands before it may be the year.
    fn unit_line(&mut self, item: &Item, marks: &mut Marks<'_>) -> bool {
        let source = marks.text(item.id).to_owned();
        let Some(before) = self.head.note_unit(&source) else { return false };
        if before.trim().is_empty() || is_year_line(before) {
            self.year = self.year.or(year_in(before));
            marks.mark(item.id, Use::Label);
        } else {
            marks.mark_tail(item.id, before.len(), Use::Label);
        }
        true
    }

    fn row(&mut self, row: FormRow, marks: &mut Marks<'_>) {
        let Some(first) = row.items.first() else { return self.table_row(row) };
        self.see_page(first.place);
        if let [only] = row.items.as_slice() {
            if let Some(scope) = self.layouts.scope(&only.key) {
                self.scope = Some(scope);
                return marks.mark(only.id, Use::Label);
            }
            if self.tables.is_empty() && is_year_line(&only.text) {
                self.year = self.year.or(year_in(&only.text));
                return marks.mark(only.id, Use::Label);
            }
            if self.is_part_title(only) {
                self.head.close();
                return marks.mark(only.id, Use::Label);
            }
        }
        if let Some(upper) = self.upper.take()
            && let Some(headings) = with_lower_row(&upper, &row, self.layouts)
        {
            self.complete_headings(&row, &headings, marks);
        } else if let Some(headings) = self.headings(&row) {
            self.begin_table(&row, &headings, marks);
        } else if let Some(footer) = self.footer(&row) {
            self.end_table(&row, footer, marks);
        } else if self.tables.is_empty() || self.scope.is_some() || self.below || self.head.begins(&row) {
            self.head.row(&row, marks);
        } else {
            self.table_row(row);
        }
    }

    fn headings(&self, row: &FormRow) -> Option<Vec<Heading>> {
        if !row.may_head_table() {
            return None;
        }
        let open = !self.tables.is_empty() && self.scope.is_none() && !self.below;
        if open { read_headings_again(row, self.layouts) } else { read_headings(row, self.layouts) }
    }

    /// A row of its own that only names the part of the form below it: 二、预算执行情况, 绩效指标.
    fn is_part_title(&self, only: &Item) -> bool {
        let outside = self.tables.is_empty() || self.below;
        let is_numbered = only.key.chars().count() <= LONGEST_PART && is_chinese_item(&only.key);
        let label = only.label(self.layouts, self.def.kind, None);
        outside && (is_numbered || (self.layouts.is_side(&only.key) && label.is_none()))
    }

    /// Whether a row begins what stands below the indicators: totals, remarks, signatures.
    fn footer(&self, row: &FormRow) -> Option<Footer> {
        let (table, first) = (self.tables.last()?, row.items.first()?);
        if !table.is_left_of_names(first) {
            return None;
        }
        let footer = self.footer_of(row, first, table)?;
        let names_level = |item: &Item| self.layouts.names_level(&item.key);
        (!row.items.iter().any(names_level)).then_some(footer)
    }

    /// What the first cell of a row begins below the indicators.
    fn footer_of(&self, row: &FormRow, first: &Item, table: &RawTable<'_>) -> Option<Footer> {
        let label = first.label(self.layouts, self.def.kind, None);
        match label.map(|l| l.role) {
            Some(LabelRole::Total) if row.items.len() > 1 => Some(Footer::Total),
            _ if self.below || self.scope.is_some() => None,
            // A name may end like the label of a remark: 被审计单位根据审计建议 | ≥1项.
            Some(LabelRole::Footer) if row.items.get(1).is_some_and(|i| looks_like_value(&i.text)) => None,
            Some(LabelRole::Total | LabelRole::Footer) => Some(Footer::Remark),
            Some(LabelRole::Heading) if label.is_some_and(|l| l.section.is_none()) => Some(Footer::Remark),
            _ if row.origin == Origin::Ruled && table.is_too_wide(first) => Some(Footer::Remark),
            _ => None,
        }
    }

    fn end_table(&mut self, row: &FormRow, footer: Footer, marks: &mut Marks<'_>) {
        if let (Footer::Total, Some(table), [label, cells @ ..]) = (footer, self.tables.last(), row.items.as_slice()) {
            marks.mark(label.id, Use::Label);
            self.head.totals(label, cells, &table.columns, row.origin, marks);
            return;
        }
        self.below = true;
        self.head.close();
        self.head.row(row, marks);
    }

    /// Rows of cells that are all empty or covered are kept too: they count for the spans of labels.
    fn table_row(&mut self, row: FormRow) {
        let first = self.tables.len() - self.open;
        let Some((last, others)) = self.tables[first..].split_last_mut() else { return };
        for table in others {
            table.rows.push(row.clone());
        }
        last.rows.push(row);
    }

    fn begin_table(&mut self, row: &FormRow, headings: &[Heading], marks: &mut Marks<'_>) {
        self.below = false;
        for item in &row.items {
            let known = headings.iter().any(|h| h.column == item.column) || self.layouts.is_side(&item.key);
            if known {
                marks.mark(item.id, Use::Label);
            }
        }
        self.upper = Some(headings.to_vec());
        let known = |t: &RawTable<'_>| headings.iter().all(|h| t.columns.iter().any(|known| known.role() == h.role()));
        let repeated = self.scope.is_none() && row.after_page_break && self.tables.last().is_some_and(known);
        if !repeated {
            self.open_tables(headings);
        }
    }

    fn open_tables(&mut self, headings: &[Heading]) {
        // Which hierarchy the table follows is decided when all its rows are known.
        let Some(hierarchy) = self.layouts.hierarchy(&self.def.hierarchy, &FxHashSet::default()) else { return };
        let new = tables(headings);
        self.open = new.len();
        let opened = self.scope.take();
        for (scope, columns) in new {
            let scope = scope.or(opened).or_else(|| self.next_scope());
            self.tables.push(RawTable { scope, columns, rows: Vec::new(), hierarchy });
        }
    }

    /// A second row of headings: the tables that the first one opened, still without rows, are opened anew.
    fn complete_headings(&mut self, row: &FormRow, headings: &[Heading], marks: &mut Marks<'_>) {
        row.items.iter().for_each(|item| marks.mark(item.id, Use::Label));
        let first = self.tables.len() - self.open;
        if self.tables[first..].iter().any(|t| !t.rows.is_empty()) {
            return;
        }
        let scope = self.tables.get(first).and_then(|t| t.scope);
        self.tables.truncate(first);
        self.scope = scope;
        self.open_tables(headings);
    }

    /// A table without heading after the first twin is the second twin.
    fn next_scope(&self) -> Option<Scope> {
        let last = self.tables.last()?;
        (last.scope == Some(Scope::Overall)).then_some(Scope::Annual)
    }

    /// A department may print the levels of projects.
    fn settle_hierarchies(&mut self) {
        for table in &mut self.tables {
            let keys = table.rows.iter().flat_map(|r| &r.items).map(|i| i.key.as_str()).collect();
            table.hierarchy = self.layouts.hierarchy(&self.def.hierarchy, &keys).unwrap_or(table.hierarchy);
        }
    }

    fn finish(mut self, booklet_year: Option<i16>, marks: &mut Marks<'_>) -> (Form, FormTables<'a>) {
        self.settle_hierarchies();
        let def = self.def;
        let mut form = Form {
            kind: def.kind,
            layout: def.id.clone(),
            title: self.title.text,
            fiscal_year: self.year.or(booklet_year),
            page_first: self.pages.map(|p| p.0),
            page_last: self.pages.map(|p| p.1),
            fields: Vec::new(),
            repairs: Vec::new(),
            other_fields: Vec::new(),
            amounts: Vec::new(),
            indicators: Vec::new(),
            tasks: Vec::new(),
            staffing: Vec::new(),
            place: self.title.place,
        };
        self.head.finish(&mut form, marks);
        form.fiscal_year = form.fiscal_year.or_else(|| year_of_amounts(&form));
        (form, FormTables { tables: self.tables })
    }
}

/// The year that the label of a total names: 2021年金额.
fn year_of_amounts(form: &Form) -> Option<i16> {
    form.amounts.iter().filter(|a| a.item == "annual_total").find_map(|a| year_in(&a.label))
}

/// Longer texts name no part of a form, in characters.
const LONGEST_PART: usize = 24;

/// `一、基本情况`
fn is_chinese_item(key: &str) -> bool {
    let rest = key.trim_start_matches(is_chinese_numeral);
    rest.len() < key.len() && rest.starts_with('、')
}

/// No line of a year is longer, in characters, its brackets apart.
const LONGEST_YEAR_LINE: usize = 24;

/// `(2023 年度)`, `（2023年）`, `2023年度`.
fn is_year_line(text: &str) -> bool {
    if text.chars().filter(|c| c.is_alphanumeric()).nth(LONGEST_YEAR_LINE).is_some() {
        return false;
    }
    let folded = fold(text);
    let inner = folded.trim_start_matches('(').trim_end_matches(')');
    let in_brackets = inner.len() + 2 == folded.len();
    let longest = if in_brackets { LONGEST_YEAR_LINE } else { 8 };
    inner.chars().count() <= longest && year_in(inner).is_some()
}

/// `第 3 页`, `第3页 共12页`.
fn is_page_number(text: &str) -> bool {
    text.starts_with('第') && text.ends_with('页')
}
