//! Cells that no layout names, and small tables of amounts.

use jixiao_model::{Amount, Origin, Use};

use super::matrix::{Matrix, MatrixHeading};
use super::store::label_text;
use super::{Head, Open, Written};
use crate::align::{Loose, Takes, align};
use crate::fold::{bare_key, fold, unit_of, unnumbered};
use crate::indicators::headings::Heading;
use crate::layouts::{ColumnRole, Label, LabelRole, Section};
use crate::ledger::Marks;
use crate::money::is_dash;
use crate::segment::{FormRow, Item};

/// Longer texts are no labels, in characters.
const LONGEST_LABEL: usize = 20;
/// Headings of amounts that make a row the first of a small table.
const FEWEST_HEADINGS: usize = 2;

/// True for a text that reads like a label: short, no number and no sentence.
pub(crate) fn is_label_like(text: &str) -> bool {
    let folded = fold(text);
    let bare = unnumbered(bare_key(&folded));
    bare.chars().count() <= LONGEST_LABEL
        && !bare.contains(['。', '；', ';', '，', ',', '％', '%', '≥', '≤'])
        && (!bare.starts_with(|c: char| c.is_ascii_digit()) || is_coded_name(bare))
        && bare.chars().any(char::is_alphabetic)
}

/// `820-马踏镇部门`
fn is_coded_name(text: &str) -> bool {
    let name = text.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(['-', '－', '—']);
    name.is_some_and(|name| name.starts_with(jixiao_model::is_cjk))
}

/// True for a row that reads as label and value, though no layout names the label.
pub(crate) fn is_pair_row(row: &FormRow, texts: &[&Item]) -> bool {
    let first = texts.first().filter(|t| row.items.first().is_some_and(|i| i.id == t.id));
    !row.after_page_break && texts.len() >= 2 && first.is_some_and(|t| is_label_like(&t.text))
}

/// Merged label, label and cells of a row of a small table.
type Led<'r> = (Option<&'r Item>, &'r Item, Vec<&'r Item>);

impl<'a> Head<'a> {
    /// Cells that no layout names: a short text and the text after it are a label and its value.
    pub(super) fn unknown_pairs(
        &mut self,
        row: &FormRow,
        runs: &[Vec<&Item>],
        written: &mut Written,
        marks: &mut Marks<'_>,
    ) {
        self.open = Open { field: None, ..self.open };
        for run in runs {
            let mut rest = without_side(run, row, marks);
            while let [label, after @ ..] = rest {
                rest = after;
                if !is_label_like(&label.text) {
                    continue;
                }
                match after {
                    [value, after @ ..] if is_value_of(label, value, row) => {
                        rest = after;
                        marks.mark(label.id, Use::Field);
                        marks.mark(value.id, Use::Field);
                        let slot = self.store.push_other(&label.text, value.text.clone(), value.place);
                        written.push((value.column, slot));
                    }
                    _ if is_empty_label(label, row) || self.open.section == Some(Section::Funding) => {
                        marks.mark(label.id, Use::Label);
                    }
                    _ => {}
                }
            }
        }
    }

    fn known(&self, item: &Item) -> Option<&'a Label> {
        item.label(self.layouts, self.kind, self.open.section)
    }

    fn is_money_heading(&self, item: &Item) -> bool {
        item.heading.is_some() || self.money(item).is_some()
    }

    /// The heading of amounts that a cell is, though its text may be a label elsewhere: 执行数.
    fn money(&self, item: &Item) -> Option<&'a Label> {
        item.label_of_role(self.layouts, LabelRole::Money)
    }

    /// Begins a small table where a row holds headings of amounts; false for any other row.
    pub(super) fn matrix_headings(&mut self, row: &FormRow, marks: &mut Marks<'_>) -> bool {
        let in_tables = matches!(self.open.section, Some(Section::Tasks | Section::Staffing | Section::Budget));
        let headings = row.items.iter().filter(|i| self.is_money_heading(i)).count();
        let is_cell = |item: &Item| !self.is_money_heading(item) && !is_label_like(&item.text);
        if in_tables || headings < FEWEST_HEADINGS || row.items.iter().any(is_cell) {
            return false;
        }
        let side = row.items.first().filter(|i| !self.is_money_heading(i));
        let unit = row.items.iter().find_map(|i| unit_of(&i.text));
        self.store.unit = unit.or(self.store.unit);
        let columns = row.items.iter().skip(usize::from(side.is_some()));
        let columns = columns.map(|item| self.matrix_heading(item)).collect();
        let is_section =
            side.is_some_and(|i| self.known(i).is_some_and(|l| l.role == LabelRole::Section) || i.row_span > 1);
        row.items.iter().for_each(|item| marks.mark(item.id, Use::Label));
        self.close();
        self.open = Open { section: Some(Section::Funding), field: None };
        self.matrix = Some(Matrix::new(columns, side.filter(|_| is_section), row));
        true
    }

    fn matrix_heading(&self, item: &Item) -> MatrixHeading {
        let suffix = self.money(item).and_then(|l| l.item.clone());
        MatrixHeading { column: item.column, text: item.text.clone(), suffix }
    }

    /// Reads a row of a small table; false where the table has ended.
    pub(super) fn matrix_row(&mut self, row: &FormRow, marks: &mut Marks<'_>) -> bool {
        let Some(matrix) = self.matrix.take() else { return false };
        let Some((merged, lead, cells)) = self.leading_label(&matrix, row) else { return false };
        if let Some(merged) = merged {
            self.store.unit = unit_of(&merged.text).or(self.store.unit);
            marks.mark(merged.id, Use::Label);
        }
        marks.mark(lead.id, Use::Label);
        let base = self.known(lead).filter(|l| l.role == LabelRole::Amount);
        let base = base.and_then(|l| self.blocks.item(l, lead, (row.table, row.index), &self.store.amounts));
        let headings = matrix.place(&cells, row.origin);
        for (cell, heading) in cells.iter().zip(headings) {
            if is_dash(&cell.text) {
                marks.mark(cell.id, Use::Label);
                continue;
            }
            marks.mark(cell.id, Use::Field);
            self.matrix_cell(lead, base.as_deref(), heading, cell);
        }
        self.matrix = Some(matrix);
        true
    }

    /// The merged label and the label that lead a row of a small table, and the cells after them.
    fn leading_label<'r>(&self, matrix: &Matrix, row: &'r FormRow) -> Option<Led<'r>> {
        let mut items = row.items.iter().peekable();
        if !matrix.reaches(row) {
            return None;
        }
        // The merged label is no label of the row: printed again at the top of a page, or only now, in its middle.
        let merged = |i: &&Item| self.known(i).is_some_and(|l| l.role == LabelRole::Section);
        let may_be_merged = (row.after_page_break || matrix.is_open()) && row.items.len() > 1;
        let merged = if may_be_merged { items.next_if(|i| merged(i)) } else { None };
        let lead = items.next()?;
        let label = self.known(lead);
        // Headings of another kind begin another part of the form.
        let is_other = |i: &Item| self.known(i).is_some_and(|l| matches!(l.role, LabelRole::Column | LabelRole::Value));
        if row.items.iter().any(is_other) {
            return None;
        }
        let is_lead = match label.map(|l| l.role) {
            Some(LabelRole::Amount) => true,
            Some(LabelRole::Heading | LabelRole::Money | LabelRole::Footer) | None => {
                matrix.may_lead(lead, row) && is_label_like(&lead.text)
            }
            _ => false,
        };
        is_lead.then(|| (merged, lead, items.collect()))
    }

    fn matrix_cell(&mut self, lead: &Item, base: Option<&str>, heading: &MatrixHeading, cell: &Item) {
        let label = format!("{}/{}", label_text(&lead.text), heading.text);
        let (Some(base), Some(suffix)) = (base, &heading.suffix) else {
            self.store.push_other(&label, cell.text.clone(), cell.place);
            return;
        };
        let item = if suffix.is_empty() { base.to_owned() } else { format!("{base}_{suffix}") };
        let unit = self.store.unit.map(str::to_owned);
        self.store.amounts.push(Amount {
            item,
            label,
            raw: Some(cell.text.clone()),
            unit,
            fen: None,
            place: cell.place,
        });
    }
}

impl Head<'_> {
    /// Reads a row of totals below the headings of an indicator table.
    pub(crate) fn totals(
        &mut self,
        label: &Item,
        cells: &[Item],
        columns: &[Heading],
        origin: Origin,
        marks: &mut Marks<'_>,
    ) {
        let places = if origin == Origin::Ruled { vec![None; cells.len()] } else { total_places(cells, columns) };
        for (cell, place) in cells.iter().zip(places) {
            let above = columns.partition_point(|h| h.column <= cell.column).saturating_sub(1);
            let heading = columns.get(place.unwrap_or(above)).map_or("", |h| h.text.as_str());
            marks.mark(cell.id, Use::Field);
            self.store.push_other(&format!("{}/{heading}", label_text(&label.text)), cell.text.clone(), cell.place);
        }
    }
}

/// The headings that the cells of a total stand under, in a text: their own, unless numbers would be names.
///
/// A text without empty cells for wide ones has the points right behind the label: the weight, then the score.
fn total_places(cells: &[Item], columns: &[Heading]) -> Vec<Option<usize>> {
    let headings: Vec<_> = columns.iter().map(|h| (h.column, Takes::Text)).collect();
    let loose: Vec<Loose> = cells.iter().map(|c| Loose { column: c.column, number: false }).collect();
    let places = align(&loose, &headings);
    let is_points = |h: &Heading| matches!(h.role(), ColumnRole::Weight | ColumnRole::Score);
    let at_points = |place: &Option<usize>| {
        place.is_some_and(|at| is_points(&columns[at]) || columns[at].role() == ColumnRole::Other)
    };
    let no_points = !columns.iter().any(is_points);
    if no_points || places.first().is_some_and(at_points) {
        return places;
    }
    let points: Vec<usize> = (0..columns.len()).filter(|at| is_points(&columns[*at])).collect();
    let behind = points.last().map_or(0, |last| last + 1)..columns.len();
    let mut order = points.into_iter().chain(behind);
    cells.iter().map(|_| order.next()).collect()
}

/// A run of labels and values without the merged label before them: 项目立项情况 | 依据 | 陕水农发〔2015〕98号.
fn without_side<'r, 'i>(run: &'r [&'i Item], row: &FormRow, marks: &mut Marks<'_>) -> &'r [&'i Item] {
    let [side, label, rest @ ..] = run else { return run };
    let is_higher = row.origin == Origin::Ruled && side.row_span > label.row_span;
    let is_odd = row.origin != Origin::Ruled && rest.len() % 2 == 1 && is_label_like(&label.text);
    if is_label_like(&side.text) && (is_higher || is_odd) {
        marks.mark(side.id, Use::Label);
        return &run[1..];
    }
    run
}

/// True for the text that stands directly beside a label; two labels with a colon follow each other without values.
fn is_value_of(label: &Item, value: &Item, row: &FormRow) -> bool {
    let adjacent = row.origin != Origin::Ruled || value.column == label.column + label.column_span;
    let ends_open = |item: &Item| item.text.ends_with([':', '：']);
    adjacent && !(ends_open(label) && ends_open(value))
}

/// A label without value: merged beside several rows, before a colon, or first in its row.
fn is_empty_label(label: &Item, row: &FormRow) -> bool {
    let first = row.items.first().is_some_and(|i| i.id == label.id) && row.items.len() > 1;
    first || label.text.ends_with([':', '：']) || (row.origin == Origin::Ruled && label.row_span > 1)
}
