//! Which total an amount is a part of: blocks of amounts stand below and beside each other.

use jixiao_model::Amount;

use crate::fold::unit_of;
use crate::layouts::Label;
use crate::segment::Item;

/// A total with the column of its label: the parts below it belong to it.
#[derive(Debug, Clone)]
struct Block {
    column: u16,
    /// The item of the total; `None` where the dataset has none for the block.
    total: Option<String>,
    /// The unit of money that its label names.
    unit: Option<&'static str>,
}

/// The totals met so far, from left to right.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    all: Vec<Block>,
    /// Number of the table, and of the row in it, that the last total stood on.
    row: Option<(usize, usize)>,
}

impl Blocks {
    /// The item that an amount's label stands for; `None` where the dataset has none.
    ///
    /// A total opens a block; totals of one row stand beside each other, one on a later row ends those above it.
    pub(crate) fn item(
        &mut self,
        label: &Label,
        item: &Item,
        at: (usize, usize),
        amounts: &[Amount],
    ) -> Option<String> {
        if label.part {
            return self.part(label.item.as_deref()?, item, amounts);
        }
        let is_total = label.item.as_deref().is_none_or(|name| name.contains(TOTAL));
        if is_total {
            if self.row != Some(at) {
                self.all.clear();
            }
            self.row = Some(at);
            self.all.push(Block { column: item.column, total: label.item.clone(), unit: unit_of(&item.text) });
        }
        label.item.clone()
    }

    /// The part of the nearest total, or of the next one where that has this part already.
    fn part(&self, part: &str, item: &Item, amounts: &[Amount]) -> Option<String> {
        let mut near: Vec<&Block> = self.all.iter().collect();
        near.sort_by_key(|b| b.column.abs_diff(item.column));
        let Some(nearest) = near.first() else { return Some(part.to_owned()) };
        let name = |block: &Block| block.total.as_ref().map(|total| total.replace(TOTAL, part));
        let taken = |block: &Block| amounts.iter().any(|a| Some(&a.item) == name(block).as_ref());
        name(near.iter().find(|b| !taken(b)).unwrap_or(nearest))
    }
}

impl Blocks {
    /// The unit of money that a total names for its parts.
    pub(crate) fn unit(&self) -> Option<&'static str> {
        self.all.iter().find_map(|b| b.unit)
    }
}

/// Items of totals hold this word; their parts have another in its place.
const TOTAL: &str = "total";

#[cfg(test)]
mod tests {
    use jixiao_model::{FormKind, Place};

    use super::*;
    use crate::fold::label_key;
    use crate::layouts::Layouts;

    fn cell(column: u16, text: &str) -> Item {
        let place = Place::default();
        Item {
            id: 0,
            column,
            column_span: 1,
            row_span: 1,
            text: text.to_owned(),
            key: label_key(text),
            heading: None,
            is_named: true,
            place,
            over_pages: false,
        }
    }

    fn amount(item: &str) -> Amount {
        let place = Place::default();
        Amount { item: item.to_owned(), label: String::new(), raw: None, unit: None, fen: None, place }
    }

    fn items(rows: &[&[(u16, &str)]]) -> Vec<Vec<Option<String>>> {
        let mut blocks = Blocks::default();
        let mut amounts: Vec<Amount> = Vec::new();
        let mut item = |row: usize, column: u16, text: &str| {
            let label = Layouts::builtin().label(FormKind::Project, None, &label_key(text)).unwrap();
            let cell = cell(column, text);
            let found = blocks.item(label, &cell, (0, row), &amounts);
            amounts.extend(found.iter().map(|name| amount(name)));
            found
        };
        rows.iter().enumerate().map(|(at, row)| row.iter().map(|(c, t)| item(at, *c, t)).collect()).collect()
    }

    fn check(rows: &[&[(u16, &str)]], expected: &[&[&str]]) {
        let expected: Vec<Vec<Option<String>>> =
            expected.iter().map(|row| row.iter().map(|e| (!e.is_empty()).then(|| (*e).to_owned())).collect()).collect();
        assert_eq!(items(rows), expected, "{rows:?}");
    }

    #[test]
    fn parts_follow_their_total() {
        check(
            &[
                &[(1, "项目资金总额"), (3, "年度资金申请总额")],
                &[(1, "其中：财政资金"), (3, "其中：当年财政拨款")],
                &[(1, "其他资金"), (3, "上年结转资金")],
                &[(3, "其他资金")],
            ],
            &[
                &["total", "annual_total"],
                &["fiscal", "annual_fiscal"],
                &["other", "annual_carryover"],
                &["annual_other"],
            ],
        );
        check(
            &[&[(2, "中期资金总额："), (5, "年度资金总额：")], &[(2, "其中：财政拨款"), (5, "其中：财政拨款")]],
            &[&["total", "annual_total"], &["fiscal", "annual_fiscal"]],
        );
        check(&[&[(2, "年度资金总额：")], &[(2, "其中：财政拨款")]], &[&["annual_total"], &["annual_fiscal"]]);
        check(&[&[(0, "财政拨款")]], &[&["fiscal"]]);
        check(
            &[&[(0, "预算数"), (3, "到位数"), (6, "执行数")], &[(0, "其他"), (3, "其他"), (6, "其他")]],
            &[&["annual_total", "", "annual_total_executed"], &["annual_other", "", "annual_other_executed"]],
        );
    }
}
