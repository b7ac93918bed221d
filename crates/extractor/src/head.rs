//! The head of a form: labelled cells → fields, amounts, tasks, staffing.
//!
//! Rows are read in order.
//! A cell is a known label, begins with one, or is text.
//! A text belongs to the label before it in its row, to the heading above it, to the section that is open, or — first
//! thing on a page — to what the row before left unfinished.

use jixiao_model::{Amount, Field, FieldValue, Form, FormKind, Origin, Place, Repair, Use};

use crate::fold::{fold, split_unit};
use crate::layouts::{Label, LabelRole, Layouts, Section, Side};
use crate::ledger::{Ledger, byte_after};
use crate::money::fen;
use crate::names::split_names;
use crate::segment::{FormRow, Item};
use crate::staffing::StaffingTable;
use crate::tail::{Tail, is_closed, join_tail};
use crate::tasks::TaskTable;

/// What the texts to the right of a label are.
#[derive(Debug, Clone, Copy)]
enum Target {
    Field { name: &'static str, long: bool },
    Period,
    Amount(usize),
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

/// Reads the head of one form, row by row.
pub(crate) struct Head<'a> {
    layouts: &'a Layouts,
    kind: FormKind,
    open: Open,
    /// A label whose value did not stand beside it: the next text is the value.
    pending: Option<&'static str>,
    fields: Vec<(&'static str, Vec<Field<String>>)>,
    counts: Vec<(&'static str, Field<i64>)>,
    other_fields: Vec<(String, Field<String>)>,
    amounts: Vec<Amount>,
    tasks: TaskTable,
    staffing: StaffingTable,
    repairs: Vec<Repair>,
    /// Headings with texts below: column, field.
    columns: Vec<(u16, &'static str)>,
    unit: Option<&'static str>,
    /// Where the texts of the row before went: column, field.
    last: Vec<(u16, &'static str)>,
    /// Texts without label that may belong to the label on the row after them.
    orphans: Vec<Item>,
}

/// Fields that hold one text per row of the form.
const LISTS: &[&str] = &["functions", "annual_goals"];
/// Fields that hold the names of a list in one text.
const NAMES: &[&str] = &["subordinate_units", "internal_departments"];

impl<'a> Head<'a> {
    pub(crate) fn new(layouts: &'a Layouts, kind: FormKind) -> Self {
        Self {
            layouts,
            kind,
            open: Open::default(),
            pending: None,
            fields: Vec::new(),
            counts: Vec::new(),
            other_fields: Vec::new(),
            amounts: Vec::new(),
            tasks: TaskTable::default(),
            staffing: StaffingTable::default(),
            repairs: Vec::new(),
            columns: Vec::new(),
            unit: None,
            last: Vec::new(),
            orphans: Vec::new(),
        }
    }

    /// Notes the unit of money that a line outside the table names (单位：万元); false where it names none.
    pub(crate) fn note_unit(&mut self, text: &str) -> bool {
        let folded = fold(text);
        let unit = ["万元", "亿元", "元"].into_iter().find(|u| folded.ends_with(&format!("单位:{u}")));
        self.unit = unit.or(self.unit);
        unit.is_some()
    }

    /// True when the row begins with a label of the head whose value stands beside it.
    pub(crate) fn begins(&self, row: &FormRow) -> bool {
        let first = row.items.first().and_then(|i| self.layouts.label(self.kind, None, &i.key));
        first.is_some_and(|l| matches!(l.role, LabelRole::Value | LabelRole::Period)) && row.items.len() <= 4
    }

    /// Reads one row.
    pub(crate) fn row(&mut self, row: &FormRow, ledger: &mut Ledger) {
        let before = self.open;
        let last = self.last.clone();
        let pending = self.pending.take();
        self.open_by_headings(row);
        let parts: Vec<Part<'a, '_>> = row.items.iter().map(|item| self.part(item)).collect();
        let mut written = Vec::new();
        let mut target = None;
        let mut texts = Vec::new();
        let mut opened_by_label = None;
        for part in &parts {
            target = match (part, target) {
                (Part::Text(item), Some(to)) => self.beside_label(to, item, &mut written, ledger),
                (Part::Text(item), None) => {
                    texts.push(*item);
                    None
                }
                (Part::Label(label, item), to) => {
                    self.leave(to);
                    let target = self.label(label, item, row, ledger);
                    if label.role == LabelRole::Section {
                        opened_by_label = Some(self.open);
                    }
                    target
                }
                (Part::Known(item), to) => {
                    ledger.mark(item.id, Use::Label);
                    self.unit = bare_unit(&item.text).or(self.unit);
                    to
                }
                (Part::Prefix { label, count, length, item }, to) => {
                    self.leave(to);
                    self.prefix(label, *count, *length, item, &mut written, ledger)
                }
            };
        }
        self.leave(target);
        if !texts.is_empty() {
            let state = RowState { row, before, pending, last };
            self.free_texts(state, &parts, &texts, &mut written, ledger);
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
        if let (Some(field), Some(label)) = (opened.field, row.items.first()) {
            let evidence = "the label stands one row above its cell, beside a row that names its own section";
            self.repair("label_moved", field, Some(label.text.clone()), None, evidence.to_owned());
        }
        self.open = opened;
        self.last.clear();
    }

    fn part<'r>(&self, item: &'r Item) -> Part<'a, 'r> {
        if let Some((label, count, length)) = self.layouts.prefix(self.kind, &item.text) {
            return Part::Prefix { label, count, length, item };
        }
        match self.layouts.label(self.kind, self.open.section, &item.key) {
            Some(label) => Part::Label(label, item),
            None if is_bare_unit(&item.text) || self.is_two_labels(&item.key) => Part::Known(item),
            None => Part::Text(item),
        }
    }

    /// Two labels of neighbouring cells that the source ran together.
    fn is_two_labels(&self, key: &str) -> bool {
        let is_label = |part: &str| self.layouts.label(self.kind, self.open.section, part).is_some();
        key.char_indices().skip(2).any(|(at, _)| is_label(&key[..at]) && is_label(&key[at..]))
    }

    /// Two headings of a small table in one row open its section, wherever its merged label was printed.
    fn open_by_headings(&mut self, row: &FormRow) {
        for section in [Section::Staffing, Section::Tasks, Section::Budget] {
            let is_heading = |item: &&Item| {
                self.layouts.label(self.kind, Some(section), &item.key).is_some_and(|l| {
                    l.section == Some(section) && matches!(l.role, LabelRole::Heading | LabelRole::TaskColumn)
                })
            };
            if row.items.iter().filter(is_heading).count() >= 2 {
                self.open = Open { section: Some(section), field: None };
            }
        }
    }

    /// A label was left without a text beside it: prose may stand on the next row, or stood on the row before.
    fn leave(&mut self, target: Option<Target>) {
        if let Some(Target::Field { name, long: true }) = target {
            self.pending = Some(name);
        }
    }

    fn label(&mut self, label: &Label, item: &Item, row: &FormRow, ledger: &mut Ledger) -> Option<Target> {
        ledger.mark(item.id, Use::Label);
        let folded = fold(&item.text);
        let unit = split_unit(&folded).1;
        match label.role {
            LabelRole::Value => Some(Target::Field { name: label.field?, long: label.long }),
            LabelRole::Period => Some(Target::Period),
            LabelRole::Amount => Some(self.amount(label, item, unit, row)),
            LabelRole::Column => {
                self.heading_of_texts(label.field?, item.column);
                None
            }
            LabelRole::Section => {
                self.unit = unit.or(self.unit);
                self.open_section(label, ledger);
                None
            }
            LabelRole::Heading => {
                if self.open.section == Some(Section::Staffing) {
                    self.staffing.heading(item.column);
                }
                None
            }
            LabelRole::TaskColumn => {
                self.tasks.heading(label.item.as_deref().unwrap_or(""), item.column);
                None
            }
            LabelRole::Prefix => None,
        }
    }

    fn heading_of_texts(&mut self, field: &'static str, column: u16) {
        self.columns.retain(|(_, f)| *f != field);
        self.columns.push((column, field));
        self.columns.sort_unstable();
        self.last.clear();
        self.open = Open { section: Some(Section::Goals), field: None };
    }

    fn open_section(&mut self, label: &Label, ledger: &mut Ledger) {
        if self.open.section == label.section && label.field.is_none() {
            return;
        }
        self.open = Open { section: label.section, field: label.field };
        self.last.clear();
        let orphans = std::mem::take(&mut self.orphans);
        for item in orphans {
            if let Some(field) = label.field {
                self.push(field, &item, item.text.clone());
                ledger.mark(item.id, Use::Field);
                let evidence = "the label of a merged cell stands below the first row of its cell";
                self.repair("label_moved", field, None, Some(item.text), evidence.to_owned());
            }
        }
    }

    fn prefix(
        &mut self,
        label: &Label,
        count: Option<i64>,
        length: usize,
        item: &Item,
        written: &mut Vec<(u16, &'static str)>,
        ledger: &mut Ledger,
    ) -> Option<Target> {
        let field = label.field?;
        self.open = Open { section: label.section.or(self.open.section), field: Some(field) };
        ledger.mark_prefix(item.id, length, Use::Field);
        if let (Some(name), Some(count)) = (label.count, count) {
            self.counts.push((name, Field::new(count, item.place)));
        }
        let rest = item.text[byte_after(&item.text, length)..].trim();
        if rest.is_empty() {
            self.field(field);
            return Some(Target::Field { name: field, long: false });
        }
        self.push(field, item, rest.to_owned());
        written.push((item.column, field));
        None
    }

    fn amount(&mut self, label: &Label, item: &Item, unit: Option<&'static str>, row: &FormRow) -> Target {
        let side = self.side(label, item, row);
        let name =
            if side == Side::Right { label.item_right.as_ref().or(label.item.as_ref()) } else { label.item.as_ref() };
        self.amounts.push(Amount {
            item: name.cloned().unwrap_or_default(),
            label: item.text.clone(),
            raw: None,
            unit: unit.or(self.unit).map(str::to_owned),
            fen: None,
            place: item.place,
        });
        Target::Amount(self.amounts.len() - 1)
    }

    /// The side of the head that an amount stands on: some labels tell; for the others, the order of the row does.
    fn side(&self, label: &Label, item: &Item, row: &FormRow) -> Side {
        if label.item_right.is_none() {
            return label.side;
        }
        let is_amount = |other: &&Item| {
            let label = self.layouts.label(self.kind, self.open.section, &other.key);
            label.is_some_and(|l| l.role == LabelRole::Amount)
        };
        let mut others = row.items.iter().filter(|o| o.id != item.id).filter(is_amount).peekable();
        let any_amount = others.peek().is_some();
        let amount_before = others.any(|o| o.column < item.column);
        match (amount_before, any_amount) {
            (true, _) => Side::Right,
            (false, true) => Side::Left,
            (false, false) => self.side_by_column(item),
        }
    }

    /// A label alone on its row stands in the column of the left labels or of the right ones.
    fn side_by_column(&self, item: &Item) -> Side {
        let right_labels = self.amounts.iter().filter(|a| a.item.starts_with("annual_")).count();
        if right_labels > 0 && item.column >= 3 { Side::Right } else { Side::Left }
    }

    fn beside_label(
        &mut self,
        to: Target,
        item: &Item,
        written: &mut Vec<(u16, &'static str)>,
        ledger: &mut Ledger,
    ) -> Option<Target> {
        ledger.mark(item.id, Use::Field);
        match to {
            Target::Field { name, .. } => {
                self.push(name, item, item.text.clone());
                written.push((item.column, name));
                None
            }
            Target::Period => self.period(item, ledger),
            Target::Amount(at) => {
                if let Some(amount) = self.amounts.get_mut(at) {
                    amount.raw = Some(item.text.clone());
                    amount.place = item.place;
                }
                None
            }
        }
    }

    /// A beginning and an end, in one cell or in two with 至 between.
    fn period(&mut self, item: &Item, ledger: &mut Ledger) -> Option<Target> {
        if fold(&item.text) == "至" {
            ledger.mark(item.id, Use::Label);
            return Some(Target::Period);
        }
        if let Some((start, end)) = split_period(&item.text) {
            self.push("period_start", item, start.to_owned());
            self.push("period_end", item, end.to_owned());
            return None;
        }
        let started = self.fields.iter().any(|(f, texts)| *f == "period_start" && !texts.is_empty());
        self.push(if started { "period_end" } else { "period_start" }, item, item.text.clone());
        (!started).then_some(Target::Period)
    }

    /// Texts that no label of their own row claims.
    fn free_texts(
        &mut self,
        state: RowState<'_>,
        parts: &[Part<'a, '_>],
        texts: &[&Item],
        written: &mut Vec<(u16, &'static str)>,
        ledger: &mut Ledger,
    ) {
        let RowState { row, before, pending, last } = state;
        let opened = self.open;
        let misplaced = opened != before && !Self::fits(opened, parts);
        if misplaced {
            self.note_misplaced(before, parts, texts);
            self.open = before;
            self.last = last;
        }
        if let (Some(field), [item]) = (pending, texts) {
            self.push(field, item, item.text.clone());
            ledger.mark(item.id, Use::Field);
            written.push((item.column, field));
        } else if self.open.section == Some(Section::Staffing) {
            self.staffing.row(texts, row.after_page_break, ledger);
        } else if self.open.section == Some(Section::Tasks) {
            self.tasks.row(texts, row.after_page_break, ledger);
        } else if row.after_page_break && !self.last.is_empty() && self.open.field.is_none_or(|f| self.wrote_last(f)) {
            self.continue_row(texts, written, ledger);
        } else {
            self.texts_of_section(row, texts, written, ledger);
        }
        // The sections that can be misplaced show themselves by their own cells: the label is not needed to open them.
    }

    fn wrote_last(&self, field: &str) -> bool {
        self.last.iter().any(|(_, f)| *f == field)
    }

    /// True when the texts of a row can belong to the section that a label of the same row opened.
    fn fits(open: Open, parts: &[Part<'a, '_>]) -> bool {
        match open.section {
            Some(Section::Basic) => parts.iter().any(|p| matches!(p, Part::Prefix { .. })),
            Some(Section::Budget) => parts
                .iter()
                .any(|p| matches!(p, Part::Label(l, _) if matches!(l.role, LabelRole::Amount | LabelRole::Heading))),
            Some(Section::Staffing | Section::Tasks) => parts.iter().any(
                |p| matches!(p, Part::Label(l, _) if matches!(l.role, LabelRole::Heading | LabelRole::TaskColumn)),
            ),
            _ => true,
        }
    }

    fn note_misplaced(&mut self, before: Open, parts: &[Part<'a, '_>], texts: &[&Item]) {
        let label = parts.iter().find_map(|p| match p {
            Part::Label(l, item) if l.role == LabelRole::Section => Some(item.text.clone()),
            _ => None,
        });
        if let (Some(field), Some(text)) = (before.field, texts.first()) {
            let evidence = format!("a label stands one row above its cell: the row reads as {field}");
            let shown = text.text.chars().take(20).collect();
            self.repair("label_moved", field, label, Some(shown), evidence);
        }
    }

    /// First row of a page without labels of its own: the tails of what the row before left unfinished.
    fn continue_row(&mut self, texts: &[&Item], written: &mut Vec<(u16, &'static str)>, ledger: &mut Ledger) {
        let last = self.last.clone();
        for (at, item) in texts.iter().enumerate() {
            let slot = if texts.len() == last.len() { last.get(at) } else { nearest(&last, item.column) };
            let Some(&(column, field)) = slot else { continue };
            ledger.mark(item.id, Use::Field);
            self.continue_field(field, item, ledger);
            written.push((column, field));
        }
    }

    fn continue_field(&mut self, field: &'static str, item: &Item, ledger: &mut Ledger) {
        let is_list = LISTS.contains(&field);
        let texts = self.field(field);
        let Some(last) = texts.last_mut() else {
            texts.push(Field::new(item.text.clone(), item.place));
            return;
        };
        if is_list && is_closed(&last.value) {
            texts.push(Field::new(item.text.clone(), item.place));
            return;
        }
        let (kind, to, evidence) = match join_tail(&last.value, &item.text) {
            Tail::Joined(whole) => {
                last.value = whole;
                ("joined_across_page", Some(item.text.clone()), "the page ended inside the cell")
            }
            Tail::Overlapped(whole, twice) => {
                last.value = whole;
                let to = Some(item.text[twice.len()..].to_owned());
                ("duplicate_dropped", to, "the beginning of the tail is the end of the text before the page break")
            }
            Tail::Repeated => {
                ledger.mark(item.id, Use::Duplicate);
                ("duplicate_dropped", None, "the tail is the end of the text before the page break, printed twice")
            }
        };
        self.repair(kind, field, Some(item.text.clone()), to, evidence.to_owned());
    }

    fn texts_of_section(
        &mut self,
        row: &FormRow,
        texts: &[&Item],
        written: &mut Vec<(u16, &'static str)>,
        ledger: &mut Ledger,
    ) {
        if self.open.section == Some(Section::Goals) && !self.columns.is_empty() {
            return self.goals(texts, written, ledger);
        }
        let Some(field) = self.open.field else { return self.unknown_pairs(texts, ledger) };
        for item in texts {
            if self.may_belong_below(field, row) {
                self.orphans.push((*item).clone());
                continue;
            }
            ledger.mark(item.id, Use::Field);
            self.push(field, item, item.text.clone());
            written.push((item.column, field));
        }
    }

    /// 部门战略目标 is one row: a second one on the same page waits for the label below it.
    fn may_belong_below(&self, field: &str, row: &FormRow) -> bool {
        let filled = self.fields.iter().any(|(f, texts)| *f == field && !texts.is_empty());
        field == "strategic_goal" && filled && row.origin == Origin::Delimited && !row.after_page_break
    }

    fn goals(&mut self, texts: &[&Item], written: &mut Vec<(u16, &'static str)>, ledger: &mut Ledger) {
        let columns = self.columns.clone();
        for (at, item) in texts.iter().enumerate() {
            let slot = if texts.len() == columns.len() { columns.get(at) } else { nearest(&columns, item.column) };
            let Some(&(column, field)) = slot else { continue };
            ledger.mark(item.id, Use::Field);
            self.push(field, item, item.text.clone());
            written.push((column, field));
        }
    }

    /// Cells that no layout names: a short text and the text after it are a label and its value.
    fn unknown_pairs(&mut self, texts: &[&Item], ledger: &mut Ledger) {
        for pair in texts.chunks(2) {
            if let [label, value] = pair
                && label.text.chars().count() <= LONGEST_LABEL
            {
                ledger.mark(label.id, Use::Field);
                ledger.mark(value.id, Use::Field);
                self.other_fields.push((label.text.clone(), Field::new(value.text.clone(), value.place)));
            }
        }
    }

    fn field(&mut self, name: &'static str) -> &mut Vec<Field<String>> {
        let at = self.fields.iter().position(|(f, _)| *f == name).unwrap_or_else(|| {
            self.fields.push((name, Vec::new()));
            self.fields.len() - 1
        });
        &mut self.fields[at].1
    }

    fn push(&mut self, name: &'static str, item: &Item, text: String) {
        self.field(name).push(Field::new(text, item.place));
        if item.over_pages {
            let shown = item.text.chars().take(20).collect();
            self.repair("joined_across_page", name, None, Some(shown), "the page ended inside the cell".to_owned());
        }
    }

    fn repair(
        &mut self,
        kind: &'static str,
        field: &'static str,
        from: Option<String>,
        to: Option<String>,
        evidence: String,
    ) {
        self.repairs.push(Repair { kind, field, from, to, evidence });
    }

    /// Hands what was read to the form.
    pub(crate) fn finish(mut self, form: &mut Form, ledger: &mut Ledger) {
        for item in std::mem::take(&mut self.orphans) {
            ledger.mark(item.id, Use::Field);
            self.push("strategic_goal", &item, item.text.clone());
        }
        self.settle_units();
        form.fields = self.fields.into_iter().map(|(name, texts)| (name, value_of(name, texts))).collect();
        form.fields.extend(self.counts.into_iter().map(|(n, c)| (n, Field::new(FieldValue::Count(c.value), c.place))));
        form.amounts = self.amounts;
        form.other_fields = self.other_fields;
        form.repairs = self.repairs;
        form.tasks = self.tasks.finish(&mut form.repairs);
        form.staffing = self.staffing.finish();
    }

    /// A unit that was printed after its amounts holds for them too.
    fn settle_units(&mut self) {
        for amount in &mut self.amounts {
            amount.unit = amount.unit.take().or(self.unit.map(str::to_owned));
            amount.fen = amount.raw.as_deref().and_then(|raw| fen(raw, amount.unit.as_deref()));
        }
    }
}

/// What a row found when it began.
struct RowState<'r> {
    row: &'r FormRow,
    before: Open,
    pending: Option<&'static str>,
    last: Vec<(u16, &'static str)>,
}

/// The unit of money that a cell `(万元)` is.
fn bare_unit(text: &str) -> Option<&'static str> {
    let folded = fold(text);
    split_unit(&folded).1.filter(|_| split_unit(&folded).0.is_empty())
}

fn is_bare_unit(text: &str) -> bool {
    bare_unit(text).is_some()
}

/// Longer texts are no labels.
const LONGEST_LABEL: usize = 16;

fn nearest<T: Copy>(slots: &[(u16, T)], column: u16) -> Option<&(u16, T)> {
    slots.iter().min_by_key(|(c, _)| c.abs_diff(column))
}

fn value_of(name: &'static str, texts: Vec<Field<String>>) -> Field<FieldValue> {
    let place = texts.first().map_or_else(Place::default, |t| t.place);
    let texts = texts.into_iter().map(|t| t.value);
    let value = if LISTS.contains(&name) {
        FieldValue::List(texts.flat_map(|t| t.split('\n').map(str::to_owned).collect::<Vec<_>>()).collect())
    } else if NAMES.contains(&name) {
        FieldValue::List(split_names(&texts.collect::<String>()))
    } else {
        FieldValue::Text(texts.collect::<Vec<_>>().join("\n"))
    };
    Field::new(value, place)
}

/// `2023年1月-2023年12月`, `2023至2025`: beginning and end.
fn split_period(text: &str) -> Option<(&str, &str)> {
    let at = text.find(['至', '-', '—', '~', '～', '－'])?;
    let (start, rest) = text.split_at(at);
    let end = rest.trim_start_matches(['至', '-', '—', '~', '～', '－']);
    (!start.trim().is_empty() && !end.trim().is_empty()).then_some((start.trim(), end.trim()))
}
