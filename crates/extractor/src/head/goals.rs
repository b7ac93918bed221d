//! Headings with prose below them: 总体绩效目标 beside 年度绩效目标, 预期目标 beside 实际完成情况.

use jixiao_model::Use;

use super::small::is_pair_row;
use super::store::{Slot, Store};
use super::{Written, nearest};
use crate::layouts::Label;
use crate::ledger::Marks;
use crate::segment::{FormRow, Item};

/// What the texts below a heading are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Below {
    Field(&'static str),
    Other(String),
}

/// The headings in force.
#[derive(Debug, Default)]
pub(crate) struct Goals {
    /// From left to right.
    columns: Vec<(u16, Below)>,
    /// Table and row of the headings.
    row: (usize, usize),
    /// A text has been read below them.
    used: bool,
    /// It stood in the row of its heading.
    beside: bool,
}

impl Goals {
    pub(crate) fn clear(&mut self) {
        self.columns.clear();
        self.used = false;
    }

    /// Adds a heading; the first of a new row ends those that have their texts.
    pub(crate) fn heading(&mut self, label: &Label, item: &Item, row: &FormRow) {
        let at = (row.table, row.index);
        if self.used && self.row != at {
            self.clear();
        }
        self.row = at;
        let below = self.below(label, item);
        if !label.long {
            // 年度总体目标 beside the headings is only their name: 预期目标 under it takes its place.
            self.columns.retain(|(_, known)| *known != below);
        }
        self.columns.push((item.column, below));
        self.columns.sort_by_key(|(column, _)| *column);
    }

    /// 预期目标 is of the kind that the label left of it names.
    fn below(&mut self, label: &Label, item: &Item) -> Below {
        match label.field {
            Some(field) if label.part => match self.columns.as_slice() {
                [(_, Below::Field(side))] => Below::Field(side),
                _ => Below::Field(field),
            },
            Some(field) => Below::Field(field),
            None => Below::Other(item.text.clone()),
        }
    }

    /// True where the texts of a row stand below the headings.
    pub(crate) fn takes(&self, row: &FormRow, texts: &[&Item]) -> bool {
        let left = |column: u16| texts.first().is_some_and(|t| t.column < column || self.beside);
        let is_pair = is_pair_row(row, texts) && self.columns.first().is_some_and(|(column, _)| left(*column));
        let done = self.used && self.row != (row.table, row.index) && is_pair;
        !self.columns.is_empty() && !done
    }

    /// Reads the texts of a row below the headings.
    pub(crate) fn texts(
        &mut self,
        row: &FormRow,
        texts: &[&Item],
        store: &mut Store,
        written: &mut Written,
        marks: &mut Marks<'_>,
    ) {
        self.used = true;
        self.beside = self.row == (row.table, row.index);
        let places: Vec<(u16, usize)> =
            self.columns.iter().enumerate().map(|(at, (column, _))| (*column, at)).collect();
        for (at, item) in texts.iter().enumerate() {
            let place = if texts.len() == places.len() { places.get(at) } else { nearest(&places, item.column) };
            let Some(&(column, at)) = place else { continue };
            if self.beside && item.column < column {
                // A text left of the headings of its own row is no text below them.
                continue;
            }
            marks.mark(item.id, Use::Field);
            let slot = match &self.columns[at].1 {
                Below::Field(field) => {
                    store.push(field, item, item.text.clone());
                    Slot::Field(field)
                }
                Below::Other(label) => store.push_other(label, item.text.clone(), item.place),
            };
            written.push((column, slot));
        }
    }
}
