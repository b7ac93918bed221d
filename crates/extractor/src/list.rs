//! Lists of projects: one table for all projects of a unit, their heads in columns beside their indicators.
//!
//! ```text
//! 项目名称 | 预算数    | 年度目标 | 一级指标 | 二级指标 | 三级指标 | 指标值
//! 甲       | 3,309,840 | …        | 产出指标 | 数量指标 | …        | 230
//! 乙       | 660,000   | …        | …
//! ```
//!
//! Each project of the list becomes a form of its own: what its columns say is written as a head of labels and values,
//! so that the rest of the extractor knows no lists.

use crate::indicators::headings::{Heading, read_headings};
use crate::layouts::{Label, LabelRole, Layouts};
use crate::segment::{FormPieces, FormRow, Item, Piece};

/// The forms that a list stands for; any other form as it is.
pub(crate) fn unlisted<'a>(form: FormPieces<'a>, layouts: &Layouts) -> Vec<FormPieces<'a>> {
    let headings = form.pieces.iter().enumerate().find_map(|(at, piece)| match piece {
        Piece::Row(row) if row.may_head_table() => Some((at, ListHeadings::of(row, &form, layouts)?)),
        _ => None,
    });
    let Some((at, headings)) = headings else { return vec![form] };
    let mut pieces = form.pieces;
    let rest = pieces.split_off(at);
    let mut list =
        List { headings, above: pieces, projects: Vec::new(), held: Vec::new(), loose: Vec::new(), early: Vec::new() };
    for piece in rest {
        match piece {
            Piece::Row(row) => list.row(&row, layouts),
            Piece::Paragraph(_) => list.push(piece),
        }
    }
    let List { projects, loose, above, early, .. } = list;
    let mut forms: Vec<FormPieces<'a>> =
        projects.into_iter().map(|pieces| FormPieces { def: form.def, title: form.title.clone(), pieces }).collect();
    match forms.last_mut() {
        Some(form) => form.pieces.extend(loose),
        None => forms.push(FormPieces { pieces: above.into_iter().chain(loose).chain(early).collect(), ..form }),
    }
    forms
}

/// The headings of a list.
struct ListHeadings {
    /// The labels over the heads of the projects, from left to right.
    labels: Vec<Item>,
    /// The column of 项目名称.
    project: u16,
    /// The first column of the indicators.
    indicators: u16,
}

impl ListHeadings {
    /// The headings of a row that holds 项目名称 and the headings of an indicator table right of it.
    fn of(row: &FormRow, form: &FormPieces<'_>, layouts: &Layouts) -> Option<Self> {
        let headings = read_headings(row, layouts)?;
        let indicators = headings.iter().find(|h| h.is_key()).map(Heading::column)?;
        let is_name = |label: &Label| label.role == LabelRole::Value && label.field == Some("project_name");
        let names_project = |item: &&Item| item.wanted_label(layouts, form.def.kind, None, is_name).is_some();
        let project = row.items.iter().find(names_project).map(|i| i.column).filter(|c| *c < indicators)?;
        let labels = row.items.iter().filter(|i| i.column < indicators).cloned().collect();
        Some(Self { labels, project, indicators })
    }

    fn label(&self, item: &Item) -> Option<&Item> {
        self.labels.iter().rev().find(|l| l.column <= item.column)
    }
}

struct List {
    headings: ListHeadings,
    /// What stands above the list holds for all its projects.
    above: Vec<Piece>,
    projects: Vec<Vec<Piece>>,
    /// The last cell of each column left of the projects: it may be merged over several.
    held: Vec<Item>,
    /// Subtotals above the next project.
    loose: Vec<Piece>,
    /// Indicators above the first project, whose name stands in the middle of its rows.
    early: Vec<Piece>,
}

impl List {
    fn push(&mut self, piece: Piece) {
        self.projects.last_mut().unwrap_or(&mut self.early).push(piece);
    }

    fn row(&mut self, row: &FormRow, layouts: &Layouts) {
        let (head, rest): (Vec<Item>, Vec<Item>) =
            row.items.iter().cloned().partition(|i| i.column < self.headings.indicators);
        if read_headings(row, layouts).is_some() {
            self.headings_row(&head, FormRow { items: rest, ..row.clone() });
        } else if let Some(at) =
            head.iter().position(|i| i.column == self.headings.project).filter(|at| self.is_new(&head[*at]))
        {
            self.begin(&head, at, row);
            self.push(Piece::Row(FormRow { items: rest, ..row.clone() }));
        } else if rest.is_empty() && !head.is_empty() {
            // A subtotal of a unit: its name and its amount stand for themselves.
            self.loose.push(Piece::Row(FormRow { items: side_by_side(&head), ..row.clone() }));
        } else {
            let more = head.into_iter().filter(|i| !self.held.iter().any(|h| h.column == i.column && h.text == i.text));
            let more: Vec<Item> = more.collect();
            for item in &more {
                self.push_pair(item, row);
            }
            self.push(Piece::Row(FormRow { items: rest, ..row.clone() }));
        }
    }

    fn is_new(&self, project: &Item) -> bool {
        !self.held.iter().any(|h| h.column == project.column && h.text == project.text)
    }

    /// The headings of the indicators; those of the heads are printed in each form as its labels.
    fn headings_row(&mut self, labels: &[Item], row: FormRow) {
        if let Some(project) = self.projects.last_mut() {
            project.push(Piece::Row(row));
            return;
        }
        self.headings.labels = labels.to_vec();
        self.above.push(Piece::Row(row));
    }

    fn begin(&mut self, head: &[Item], project: usize, row: &FormRow) {
        let left = self.held.iter().filter(|h| h.column < self.headings.project);
        let merged: Vec<Item> = left.filter(|h| !head.iter().any(|i| i.column == h.column)).cloned().collect();
        let mut cells = [merged.as_slice(), head].concat();
        cells.sort_by_key(|i| (i.column != head[project].column, i.column));
        self.held.clone_from(&cells);
        // The heading row comes last of what stands above: the head of the project goes before it.
        let mut pieces = self.above.clone();
        let headings = pieces.pop();
        pieces.append(&mut self.loose);
        self.projects.push(pieces);
        for cell in &cells {
            self.push_pair(cell, row);
        }
        let early = std::mem::take(&mut self.early);
        headings.into_iter().chain(early).for_each(|piece| self.push(piece));
    }

    fn push_pair(&mut self, cell: &Item, row: &FormRow) {
        let Some(label) = self.headings.label(cell) else { return };
        let items = side_by_side(&[label.clone(), cell.clone()]);
        self.push(Piece::Row(FormRow { items, cut_row_joined: false, ..row.clone() }));
    }
}

/// Cells as they would stand in the head of a form.
fn side_by_side(items: &[Item]) -> Vec<Item> {
    items.iter().zip(0..).map(|(i, column)| Item { column, column_span: 1, row_span: 1, ..i.clone() }).collect()
}
