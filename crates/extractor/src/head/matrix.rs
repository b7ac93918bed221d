//! Small tables in the head of a form: headings, and rows of cells below them.
//!
//! ```text
//! 项目资金  |              | 年初预算数 | 全年执行数 | 分值 | 得分
//!           | 年度资金总额 | 90         | 89.974     | 10   | 9.9
//! ```

use jixiao_model::Origin;

use crate::align::{Loose, Takes, align};
use crate::segment::{FormRow, Item};

/// A heading over cells.
#[derive(Debug, Clone)]
pub(crate) struct MatrixHeading {
    pub(crate) column: u16,
    pub(crate) text: String,
    /// What is added to the item of a row of amounts; `None` where the cells are no amounts of the dataset.
    pub(crate) suffix: Option<String>,
}

/// A small table that is being read.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    headings: Vec<MatrixHeading>,
    /// Column of the merged label left of the table; `None` where its first column heads the rows.
    side: Option<u16>,
    /// Table and row from which on the merged label does not reach; `None` where spans are not known.
    end: Option<(usize, usize)>,
}

impl Matrix {
    /// A table below a row of headings. `side` is the merged label that leads the row.
    pub(crate) fn new(mut headings: Vec<MatrixHeading>, side: Option<&Item>, row: &FormRow) -> Self {
        // Without a column for the first plan the adjusted one is all that was planned.
        if !headings.iter().any(|h| h.suffix.as_deref() == Some("")) {
            headings
                .iter_mut()
                .filter(|h| h.suffix.as_deref() == Some("adjusted"))
                .for_each(|h| h.suffix = Some(String::new()));
        }
        let spans = |item: &&Item| row.origin == Origin::Ruled && item.row_span > 1;
        let end = side.filter(spans).map(|item| (row.table, row.index + usize::from(item.row_span)));
        Self { headings, side: side.map(|item| item.column), end }
    }

    /// False for a row that the merged label does not reach any more.
    pub(crate) fn reaches(&self, row: &FormRow) -> bool {
        self.end.is_none_or(|(table, end)| row.table == table && row.index < end)
    }

    /// No merged label has been seen left of the table.
    pub(crate) fn is_open(&self) -> bool {
        self.side.is_none()
    }

    /// True where a label may head a row of the table: right of the merged label, left of the headings.
    pub(crate) fn may_lead(&self, item: &Item, row: &FormRow) -> bool {
        let right_of_side = self.end.is_some() || self.side.is_none_or(|side| item.column > side);
        let left_of_headings = self.headings.first().is_none_or(|h| item.column < h.column);
        right_of_side && (left_of_headings || row.items.len() > self.headings.len())
    }

    /// The heading of each cell.
    pub(crate) fn place<'m>(&'m self, cells: &[&Item], origin: Origin) -> Vec<&'m MatrixHeading> {
        if origin == Origin::Ruled {
            return cells.iter().filter_map(|cell| self.above(cell.column)).collect();
        }
        let loose: Vec<Loose> = cells.iter().map(|c| Loose { column: c.column, number: false }).collect();
        let headings: Vec<_> = self.headings.iter().map(|h| (h.column, Takes::Text)).collect();
        let places = align(&loose, &headings);
        let heading = |(cell, at): (&&Item, Option<usize>)| {
            at.map_or_else(|| self.above(cell.column), |at| self.headings.get(at))
        };
        cells.iter().zip(places).filter_map(heading).collect()
    }

    fn above(&self, column: u16) -> Option<&MatrixHeading> {
        let at = self.headings.partition_point(|h| h.column <= column).saturating_sub(1);
        self.headings.get(at)
    }
}
