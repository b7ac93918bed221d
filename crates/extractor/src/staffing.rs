//! 人员情况: item, previous year, this year.

use jixiao_model::{Staffing, Use};

use crate::align::{Loose, Takes, align};
use crate::ledger::Marks;
use crate::segment::Item;

/// The rows of 人员情况 while they are read.
#[derive(Debug, Default)]
pub(crate) struct StaffingTable {
    columns: Vec<u16>,
    rows: Vec<Staffing>,
}

impl StaffingTable {
    /// Notes a heading (内容, 上年, 当年).
    pub(crate) fn heading(&mut self, column: u16) {
        if self.columns.last().is_some_and(|last| *last >= column) {
            self.columns.clear();
        }
        self.columns.push(column);
    }

    /// Reads a row; the first row of a page without an item of its own goes on with the row before.
    pub(crate) fn row(&mut self, items: &[&Item], after_page_break: bool, marks: &mut Marks<'_>) {
        let headings: Vec<_> = self.headings();
        let cells: Vec<_> = items.iter().map(|i| Loose { column: i.column, number: false }).collect();
        let places =
            if items.len() == headings.len() { (0..items.len()).map(Some).collect() } else { align(&cells, &headings) };
        let continues = after_page_break && !self.rows.is_empty() && items.len() < headings.len();
        if !continues {
            let place = items.first().map(|i| i.place).unwrap_or_default();
            self.rows.push(Staffing { place, ..Staffing::default() });
        }
        let Some(row) = self.rows.last_mut() else { return };
        for (item, place) in items.iter().zip(places) {
            let slot = match place {
                Some(0) => &mut row.item,
                Some(1) => row.previous.get_or_insert_default(),
                Some(2) => row.current.get_or_insert_default(),
                _ => continue,
            };
            slot.push_str(&item.text);
            marks.mark(item.id, Use::Field);
        }
    }

    fn headings(&self) -> Vec<(u16, Takes)> {
        let columns: &[u16] = if self.columns.len() == 3 { &self.columns } else { &[1, 3, 4] };
        columns.iter().map(|c| (*c, Takes::Text)).collect()
    }

    /// The rows.
    pub(crate) fn finish(self) -> Vec<Staffing> {
        self.rows
    }
}
