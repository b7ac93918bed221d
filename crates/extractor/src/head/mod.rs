//! The head of a form: labelled cells → fields, amounts, tasks, staffing.
//!
//! Rows are read in order.
//! A cell is a known label, begins with one, or is text.
//! A text belongs to the label before it in its row, to the heading above it, to the section that is open, or — first
//! thing on a page — to what the row before left unfinished.
//! What no layout names is a labelled field of the form: a short text and the text beside it are a label and its value.

mod blocks;
mod goals;
mod lines;
mod matrix;
mod pairs;
mod small;
pub(crate) mod store;

use jixiao_model::{Amount, Form, FormKind, Origin, Use};

use self::blocks::Blocks;
use self::goals::Goals;
use self::matrix::Matrix;
use self::store::{Slot, Store};
use crate::fold::{fold, split_unit, unit_of};
use crate::layouts::{Label, LabelRole, Layouts, Section};
use crate::ledger::{Marks, byte_after};
use crate::money::is_amount_like;
use crate::segment::{FormRow, Item};
use crate::staffing::StaffingTable;
use crate::tasks::TaskTable;

/// What the texts to the right of a label are.
#[derive(Debug, Clone, Copy)]
enum Target<'r> {
    Field {
        name: &'static str,
        long: bool,
    },
    Period,
    Amount(usize),
    /// The value of a label without a column in the dataset.
    Other(&'r Item),
}

/// A cell of a row with what it is.
enum Part<'a, 'r> {
    Label(&'a Label, &'r Item),
    Prefix {
        label: &'a Label,
        count: Option<i64>,
        length: usize,
        item: &'r Item,
    },
    /// Label and value in one cell.
    Pair(&'r Item),
    /// Nothing but a unit of money or two headings in one cell.
    Known(&'r Item),
    Text(&'r Item),
}

/// The section that unlabelled texts belong to, and the field in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Open {
    section: Option<Section>,
    field: Option<&'static str>,
}

/// Where the texts of a row went: column, slot.
type Written = Vec<(u16, Slot)>;

/// Reads the head of one form, row by row.
pub(crate) struct Head<'a> {
    layouts: &'a Layouts,
    kind: FormKind,
    open: Open,
    /// A label whose value did not stand beside it: the next text is the value.
    pending: Option<&'static str>,
    store: Store,
    blocks: Blocks,
    tasks: TaskTable,
    staffing: StaffingTable,
    goals: Goals,
    matrix: Option<Matrix>,
    /// Where the texts of the row before went.
    last: Written,
    /// Texts without label that may belong to the label on the row after them.
    orphans: Vec<Item>,
}

impl<'a> Head<'a> {
    pub(crate) fn new(layouts: &'a Layouts, kind: FormKind) -> Self {
        Self {
            layouts,
            kind,
            open: Open::default(),
            pending: None,
            store: Store::default(),
            blocks: Blocks::default(),
            tasks: TaskTable::default(),
            staffing: StaffingTable::default(),
            goals: Goals::default(),
            matrix: None,
            last: Vec::new(),
            orphans: Vec::new(),
        }
    }

    /// True when the row begins with a label of the head whose value stands beside it.
    pub(crate) fn begins(&self, row: &FormRow) -> bool {
        let has_value = |label: &Label| matches!(label.role, LabelRole::Value | LabelRole::Period);
        let begins = |first: &Item| first.wanted_label(self.layouts, self.kind, None, has_value).is_some();
        row.items.len() <= 4 && row.items.first().is_some_and(begins)
    }

    /// What stood open is closed: rows below a table begin anew.
    pub(crate) fn close(&mut self) {
        self.open = Open::default();
        self.pending = None;
        self.matrix = None;
        self.goals.clear();
        self.last.clear();
    }

    /// Reads one row.
    pub(crate) fn row(&mut self, row: &FormRow, marks: &mut Marks<'_>) {
        if self.matrix_headings(row, marks) || self.matrix_row(row, marks) {
            return;
        }
        let before = self.open;
        let last = self.last.clone();
        let pending = self.pending.take();
        self.open_by_headings(row);
        let parts: Vec<Part<'a, '_>> = row.items.iter().map(|item| self.part(item)).collect();
        let mut written = Vec::new();
        let mut target = None;
        // Texts that no label of the row claims, cut at the labels between them.
        let mut texts: Vec<Vec<&Item>> = vec![Vec::new()];
        let mut opened_by_label = None;
        for (at, part) in parts.iter().enumerate() {
            if !matches!(part, Part::Text(_)) {
                texts.push(Vec::new());
            }
            target = match (part, target) {
                (Part::Text(item), Some(to)) => self.beside_label(to, item, &mut written, marks),
                (Part::Text(item), None) => {
                    texts.last_mut().into_iter().for_each(|run| run.push(item));
                    None
                }
                (Part::Label(label, item), to) => {
                    self.leave(to);
                    let target = self.label(label, item, next_text(&parts, at), row, marks);
                    if label.role == LabelRole::Section {
                        opened_by_label = Some(self.open);
                    }
                    target
                }
                (Part::Known(item), to) => {
                    marks.mark(item.id, Use::Label);
                    self.store.unit = bare_unit(&item.text).or(self.store.unit);
                    to
                }
                (Part::Pair(item), to) => {
                    self.leave(to);
                    self.line(item, marks);
                    None
                }
                (Part::Prefix { label, count, length, item }, to) => {
                    self.leave(to);
                    self.prefix(label, *count, *length, item, &mut written, marks)
                }
            };
        }
        self.leave(target);
        if texts.iter().any(|run| !run.is_empty()) {
            let state = RowState { row, before, pending, last };
            self.free_texts(state, &parts, &texts, &mut written, marks);
        }
        if !written.is_empty() {
            self.last = written;
        }
        self.reopen(opened_by_label, row);
    }

    /// A label of a section that stands one row too high, beside the last row of the section before: that row shows
    /// its own section, the rows below belong to the label.
    fn reopen(&mut self, opened_by_label: Option<Open>, row: &FormRow) {
        let Some(opened) = opened_by_label.filter(|o| o.field.is_some() && o.section != self.open.section) else {
            return;
        };
        if opened.section == Some(Section::Goals) {
            return;
        }
        if let (Some(field), Some(label)) = (opened.field, row.items.first()) {
            let evidence = "the label stands one row above its cell, beside a row that names its own section";
            self.store.repair("label_moved", field, Some(label.text.clone()), None, evidence.to_owned());
        }
        self.open = opened;
        self.last.clear();
    }

    fn part<'r>(&self, item: &'r Item) -> Part<'a, 'r> {
        if let Some((label, count, length)) = self.layouts.prefix(self.kind, &item.text) {
            return Part::Prefix { label, count, length, item };
        }
        match item.label(self.layouts, self.kind, self.open.section) {
            Some(label) if self.is_heard(label) => Part::Label(label, item),
            None if is_bare_unit(&item.text) || self.is_two_labels(&item.key) => Part::Known(item),
            None if self.is_pair(item) => Part::Pair(item),
            _ => Part::Text(item),
        }
    }

    /// The cells of the tables of tasks and staff may read like labels of other parts of a form: 合计.
    fn is_heard(&self, label: &Label) -> bool {
        let in_table = matches!(self.open.section, Some(Section::Tasks | Section::Staffing));
        !in_table || label.section.is_some() || matches!(label.role, LabelRole::Value | LabelRole::Amount)
    }

    /// Two labels of neighbouring cells that the source ran together.
    fn is_two_labels(&self, key: &str) -> bool {
        let label = |part: &str| self.layouts.label(self.kind, self.open.section, part);
        let is_label = |part: &str| label(part).is_some_and(|l| l.role != LabelRole::Money);
        self.layouts.may_end_label(key)
            && key.char_indices().skip(2).any(|(at, _)| is_label(&key[..at]) && is_label(&key[at..]))
    }

    /// Two headings of a small table in one row open its section, wherever its merged label was printed.
    fn open_by_headings(&mut self, row: &FormRow) {
        let is_heading = |label: &Label| matches!(label.role, LabelRole::Heading | LabelRole::TaskColumn);
        if row.items.iter().filter(|item| item.is_named).count() < 2 && !self.layouts.has_pattern_of(is_heading) {
            return;
        }
        for section in [Section::Staffing, Section::Tasks, Section::Budget] {
            let heads = |label: &Label| label.section == Some(section) && is_heading(label);
            let begins = |item: &&Item| item.wanted_label(self.layouts, self.kind, Some(section), heads).is_some();
            if row.items.iter().filter(begins).count() >= 2 {
                self.open = Open { section: Some(section), field: None };
            }
        }
    }

    /// A label was left without a text beside it: prose may stand on the next row, or stood on the row before.
    fn leave(&mut self, target: Option<Target<'_>>) {
        if let Some(Target::Field { name, long: true }) = target {
            self.pending = Some(name);
        }
    }

    /// Reads a label; `next` is the text beside it.
    fn label<'r>(
        &mut self,
        label: &Label,
        item: &'r Item,
        next: Option<&Item>,
        row: &FormRow,
        marks: &mut Marks<'_>,
    ) -> Option<Target<'r>> {
        marks.mark(item.id, Use::Label);
        let unit = unit_of(&item.text);
        match label.role {
            LabelRole::Value => Some(self.value_of(label, item)),
            LabelRole::Period => {
                self.store.note_label("period_start", &item.text);
                Some(Target::Period)
            }
            LabelRole::Amount => Some(self.amount(label, item, unit, row)),
            // 项目实施内容 is a heading of 项目实施进度计划, and a label elsewhere.
            LabelRole::Column if label.long && self.pending != label.field => Some(Target::Other(item)),
            LabelRole::Column => {
                self.last.clear();
                self.open = Open { section: Some(Section::Goals), field: None };
                self.goals.heading(label, item, row);
                None
            }
            LabelRole::Section => {
                self.store.unit = unit.or(self.store.unit);
                self.open_section(label, marks);
                let is_total = label.section == Some(Section::Funding) && next.is_some_and(|n| is_amount_like(&n.text));
                is_total.then(|| self.new_amount("total".to_owned(), item, unit))
            }
            LabelRole::Heading if label.section.is_none() => (!is_group(next, row)).then_some(Target::Other(item)),
            LabelRole::Heading => {
                if self.open.section == Some(Section::Staffing) {
                    self.staffing.heading(item.column);
                }
                None
            }
            LabelRole::TaskColumn => {
                self.tasks.heading(label.item.as_deref(), item);
                None
            }
            LabelRole::Unit | LabelRole::Money | LabelRole::Total | LabelRole::Footer => Some(Target::Other(item)),
            LabelRole::Prefix => None,
        }
    }

    /// A second label of a column that is filled already names a cell of its own.
    fn value_of<'r>(&mut self, label: &Label, item: &'r Item) -> Target<'r> {
        match label.field {
            Some(name) if !self.store.is_taken(name, &item.key) => {
                self.store.note_label(name, &item.key);
                Target::Field { name, long: label.long }
            }
            _ => Target::Other(item),
        }
    }

    fn open_section(&mut self, label: &Label, marks: &mut Marks<'_>) {
        let is_open = self.open.section == label.section;
        if is_open && (label.field.is_none() || label.section == Some(Section::Goals)) {
            return;
        }
        self.open = Open { section: label.section, field: label.field };
        self.goals.clear();
        self.last.clear();
        let orphans = std::mem::take(&mut self.orphans);
        for item in orphans {
            if let Some(field) = label.field {
                self.store.push(field, &item, item.text.clone());
                marks.mark(item.id, Use::Field);
                let evidence = "the label of a merged cell stands below the first row of its cell";
                self.store.repair("label_moved", field, None, Some(item.text), evidence.to_owned());
            }
        }
    }

    fn prefix<'r>(
        &mut self,
        label: &Label,
        count: Option<i64>,
        length: usize,
        item: &Item,
        written: &mut Written,
        marks: &mut Marks<'_>,
    ) -> Option<Target<'r>> {
        let field = label.field?;
        self.open = Open { section: label.section.or(self.open.section), field: Some(field) };
        marks.mark_prefix(item.id, length, Use::Field);
        if let (Some(name), Some(count)) = (label.count, count) {
            self.store.push_count(name, count, item.place);
        }
        let rest = item.text[byte_after(&item.text, length)..].trim();
        if rest.is_empty() {
            self.store.field(field);
            return Some(Target::Field { name: field, long: false });
        }
        self.store.push(field, item, rest.to_owned());
        written.push((item.column, Slot::Field(field)));
        None
    }

    /// An amount without an item in the dataset is a labelled field like others.
    fn amount<'r>(&mut self, label: &Label, item: &'r Item, unit: Option<&'static str>, row: &FormRow) -> Target<'r> {
        let name = self.blocks.item(label, item, (row.table, row.index), &self.store.amounts);
        match name {
            Some(name) => self.new_amount(name, item, unit),
            None => Target::Other(item),
        }
    }

    fn new_amount<'r>(&mut self, name: String, item: &Item, unit: Option<&'static str>) -> Target<'r> {
        self.store.amounts.push(Amount {
            item: name,
            label: item.text.clone(),
            raw: None,
            unit: unit.or(self.blocks.unit()).or(self.store.unit).map(str::to_owned),
            fen: None,
            place: item.place,
        });
        Target::Amount(self.store.amounts.len() - 1)
    }

    fn beside_label<'r>(
        &mut self,
        to: Target<'r>,
        item: &Item,
        written: &mut Written,
        marks: &mut Marks<'_>,
    ) -> Option<Target<'r>> {
        marks.mark(item.id, Use::Field);
        match to {
            Target::Field { name, .. } => {
                self.store.push(name, item, item.text.clone());
                written.push((item.column, Slot::Field(name)));
                None
            }
            Target::Period => self.period(item, marks),
            Target::Amount(at) => {
                if let Some(amount) = self.store.amounts.get_mut(at) {
                    amount.raw = Some(item.text.clone());
                    amount.place = item.place;
                }
                None
            }
            Target::Other(label) if self.is_unit(label, item) => {
                marks.mark(item.id, Use::Label);
                None
            }
            Target::Other(label) => {
                let slot = self.store.push_other(&label.text, item.text.clone(), item.place);
                written.push((item.column, slot));
                None
            }
        }
    }

    /// A beginning and an end, in one cell or in two with 至 between.
    fn period<'r>(&mut self, item: &Item, marks: &mut Marks<'_>) -> Option<Target<'r>> {
        if fold(&item.text) == "至" {
            marks.mark(item.id, Use::Label);
            return Some(Target::Period);
        }
        if let Some((start, end)) = split_period(&item.text) {
            self.store.push("period_start", item, start.to_owned());
            self.store.push("period_end", item, end.to_owned());
            return None;
        }
        let started = self.store.is_filled("period_start");
        self.store.push(if started { "period_end" } else { "period_start" }, item, item.text.clone());
        (!started).then_some(Target::Period)
    }

    /// Texts that no label of their own row claims.
    fn free_texts(
        &mut self,
        state: RowState<'_>,
        parts: &[Part<'a, '_>],
        runs: &[Vec<&Item>],
        written: &mut Written,
        marks: &mut Marks<'_>,
    ) {
        let RowState { row, before, pending, last } = state;
        let texts: Vec<&Item> = runs.iter().flatten().copied().collect();
        let opened = self.open;
        let misplaced = opened != before && !fits(opened, parts);
        if misplaced {
            self.note_misplaced(before, parts, &texts);
            self.open = before;
            self.last = last;
        }
        if let (Some(field), [item]) = (pending, texts.as_slice()) {
            self.store.push(field, item, item.text.clone());
            marks.mark(item.id, Use::Field);
            written.push((item.column, Slot::Field(field)));
        } else if self.open.section == Some(Section::Staffing) {
            self.staffing.row(&texts, row.after_page_break, marks);
        } else if self.open.section == Some(Section::Tasks) {
            self.tasks.row(&texts, row.after_page_break, marks);
        } else if row.after_page_break && !self.last.is_empty() && self.open.field.is_none_or(|f| self.wrote_last(f)) {
            self.continue_row(&texts, written, marks);
        } else {
            self.texts_of_section(row, runs, &texts, written, marks);
        }
        // The sections that can be misplaced show themselves by their own cells: the label is not needed to open them.
    }

    fn wrote_last(&self, field: &'static str) -> bool {
        self.last.iter().any(|(_, slot)| *slot == Slot::Field(field))
    }

    fn note_misplaced(&mut self, before: Open, parts: &[Part<'a, '_>], texts: &[&Item]) {
        let label = parts.iter().find_map(|p| match p {
            Part::Label(l, item) if l.role == LabelRole::Section => Some(item.text.clone()),
            _ => None,
        });
        if let (Some(field), Some(text)) = (before.field, texts.first()) {
            let evidence = format!("a label stands one row above its cell: the row reads as {field}");
            let shown = text.text.chars().take(20).collect();
            self.store.repair("label_moved", field, label, Some(shown), evidence);
        }
    }

    /// First row of a page without labels of its own: the tails of what the row before left unfinished.
    fn continue_row(&mut self, texts: &[&Item], written: &mut Written, marks: &mut Marks<'_>) {
        let last = self.last.clone();
        for (at, item) in texts.iter().enumerate() {
            let slot = if texts.len() == last.len() { last.get(at) } else { nearest(&last, item.column) };
            let Some(&(column, slot)) = slot else { continue };
            let repeated = self.store.continue_slot(slot, item);
            marks.mark(item.id, if repeated { Use::Duplicate } else { Use::Field });
            written.push((column, slot));
        }
    }

    fn texts_of_section(
        &mut self,
        row: &FormRow,
        runs: &[Vec<&Item>],
        texts: &[&Item],
        written: &mut Written,
        marks: &mut Marks<'_>,
    ) {
        if self.open.section == Some(Section::Goals) && self.goals.takes(row, texts) {
            return self.goals.texts(row, texts, &mut self.store, written, marks);
        }
        let field = match self.open.field {
            Some(field) if !small::is_pair_row(row, texts) => field,
            _ => return self.unknown_pairs(row, runs, written, marks),
        };
        for item in texts {
            if self.may_belong_below(field, row) {
                self.orphans.push((*item).clone());
                continue;
            }
            marks.mark(item.id, Use::Field);
            self.store.push(field, item, item.text.clone());
            written.push((item.column, Slot::Field(field)));
        }
    }

    /// 部门战略目标 is one row: a second one on the same page waits for the label below it.
    fn may_belong_below(&self, field: &str, row: &FormRow) -> bool {
        let filled = self.store.is_filled(field);
        field == "strategic_goal" && filled && row.origin == Origin::Delimited && !row.after_page_break
    }

    /// Hands what was read to the form.
    pub(crate) fn finish(mut self, form: &mut Form, marks: &mut Marks<'_>) {
        for item in std::mem::take(&mut self.orphans) {
            marks.mark(item.id, Use::Field);
            self.store.push("strategic_goal", &item, item.text.clone());
        }
        let mut repairs = Vec::new();
        form.tasks = self.tasks.finish(&mut repairs, &mut self.store);
        form.staffing = self.staffing.finish();
        self.store.finish(form);
        form.repairs.append(&mut repairs);
    }
}

/// True when the texts of a row can belong to the section that a label of the same row opened.
fn fits(open: Open, parts: &[Part<'_, '_>]) -> bool {
    let has = |wanted: fn(LabelRole) -> bool| parts.iter().any(|p| matches!(p, Part::Label(l, _) if wanted(l.role)));
    match open.section {
        Some(Section::Basic) => parts.iter().any(|p| matches!(p, Part::Prefix { .. })),
        Some(Section::Budget) => has(|role| matches!(role, LabelRole::Amount | LabelRole::Heading)),
        Some(Section::Staffing | Section::Tasks) => {
            has(|role| matches!(role, LabelRole::Heading | LabelRole::TaskColumn))
        }
        _ => true,
    }
}

/// True where the text beside a label is a label itself: the first one only groups the cells after it.
fn is_group(next: Option<&Item>, row: &FormRow) -> bool {
    let Some(next) = next else { return true };
    small::is_label_like(&next.text) && row.items.last().is_some_and(|last| last.column > next.column)
}

/// The text right after a part.
fn next_text<'r>(parts: &[Part<'_, 'r>], at: usize) -> Option<&'r Item> {
    match parts.get(at + 1) {
        Some(Part::Text(item)) => Some(item),
        _ => None,
    }
}

/// What a row found when it began.
struct RowState<'r> {
    row: &'r FormRow,
    before: Open,
    pending: Option<&'static str>,
    last: Written,
}

/// No cell of a unit alone is longer, in bytes; most cells are told from one by this alone.
const LONGEST_UNIT: usize = 40;

/// The unit of money that a cell `(万元)` is.
fn bare_unit(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST_UNIT {
        return None;
    }
    let folded = fold(text);
    split_unit(&folded).1.filter(|_| split_unit(&folded).0.is_empty())
}

fn is_bare_unit(text: &str) -> bool {
    bare_unit(text).is_some()
}

fn nearest<T: Copy>(slots: &[(u16, T)], column: u16) -> Option<&(u16, T)> {
    slots.iter().min_by_key(|(c, _)| c.abs_diff(column))
}

/// `2023年1月-2023年12月`, `2023至2025`: beginning and end.
fn split_period(text: &str) -> Option<(&str, &str)> {
    let at = text.find(['至', '-', '—', '~', '～', '－'])?;
    let (start, rest) = text.split_at(at);
    let end = rest.trim_start_matches(['至', '-', '—', '~', '～', '－']);
    (!start.trim().is_empty() && !end.trim().is_empty()).then_some((start.trim(), end.trim()))
}
