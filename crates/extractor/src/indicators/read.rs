//! Rows of an indicator table → labels and contents of each row.

use jixiao_model::{Origin, Place, Repair, Scope, Use};
use rustc_hash::FxHashSet;

use crate::align::{Loose, Takes, align};
use crate::layouts::{ColumnRole, Hierarchy, Layouts};
use crate::ledger::Ledger;
use crate::segment::{FormRow, Item};

/// An indicator table as its rows stand in the source.
#[derive(Debug)]
pub(crate) struct RawTable<'a> {
    pub(crate) scope: Option<Scope>,
    /// Column and role of each heading, from left to right.
    pub(crate) columns: Vec<(u16, ColumnRole)>,
    pub(crate) rows: Vec<FormRow>,
    pub(crate) hierarchy: &'a Hierarchy,
}

/// A label of a level (1 or 2) as printed.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) level: u8,
    /// Folded for look-up.
    pub(crate) key: String,
    /// As printed.
    pub(crate) text: String,
    /// Rows of the source table that the label's cell covers; `None` where only its own row is known.
    pub(crate) covers: Option<(usize, std::ops::Range<usize>)>,
}

/// A text with its place and column.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) text: String,
    pub(crate) column: u16,
    pub(crate) place: Place,
    pub(crate) over_pages: bool,
}

/// One row of data.
#[derive(Debug, Clone, Default)]
pub(crate) struct DataRow {
    pub(crate) tokens: Vec<Token>,
    /// Texts that are no labels, in order; emptied when they have found their columns.
    pub(crate) contents: Vec<Content>,
    pub(crate) name: Option<Content>,
    pub(crate) value: Option<Content>,
    pub(crate) others: Vec<(ColumnRole, String)>,
    pub(crate) after_page_break: bool,
    /// First on a page: a blank line says so, or the label beside the whole table, printed again.
    pub(crate) page_top: bool,
    pub(crate) place: Place,
    /// Number of the source table and of the row in it.
    pub(crate) source: (usize, usize),
    pub(crate) repairs: Vec<Repair>,
    pub(crate) uncertain: bool,
}

impl From<&Item> for Content {
    fn from(item: &Item) -> Self {
        Self { text: item.text.clone(), column: item.column, place: item.place, over_pages: item.over_pages }
    }
}

/// The columns of a heading row: at least two known headings, one of them 三级指标 or the value.
pub(crate) fn heading_columns(row: &FormRow, layouts: &Layouts) -> Option<Vec<(u16, ColumnRole)>> {
    let mut columns: Vec<(u16, ColumnRole)> = Vec::new();
    // 绩效指标 may be the heading of the names or the label beside the table: the clear headings go first.
    let (side, clear): (Vec<&Item>, Vec<&Item>) = row.items.iter().partition(|i| layouts.is_side(&i.key));
    for item in clear.into_iter().chain(side) {
        if let Some(role) = layouts.column(&item.key)
            && !columns.iter().any(|(_, r)| *r == role)
        {
            columns.push((item.column, role));
        }
    }
    columns.sort_unstable();
    let has = |role| columns.iter().any(|(_, r)| *r == role);
    let enough = columns.len() >= 2 && (has(ColumnRole::Level3) || has(ColumnRole::Value));
    (enough && (has(ColumnRole::Level1) || has(ColumnRole::Level2) || columns.len() >= 3)).then_some(columns)
}

/// Reads the rows of a table; labels are told from contents by their words, or by their column where columns are facts.
pub(crate) fn read_rows(table: &RawTable<'_>, layouts: &Layouts, ledger: &mut Ledger) -> Vec<DataRow> {
    let reader = RowReader::new(table, layouts);
    table.rows.iter().filter(|r| !r.items.is_empty()).map(|row| reader.read(row, ledger)).collect()
}

struct RowReader<'a> {
    table: &'a RawTable<'a>,
    layouts: &'a Layouts,
    /// Folded texts of all cells: they tell which level an ambiguous label has.
    seen: FxHashSet<&'a str>,
    /// The roles of contents, with their columns.
    content_columns: Vec<(u16, ColumnRole)>,
}

impl<'a> RowReader<'a> {
    fn new(table: &'a RawTable<'a>, layouts: &'a Layouts) -> Self {
        let seen = table.rows.iter().flat_map(|r| &r.items).map(|i| i.key.as_str()).collect();
        let is_content = |role: ColumnRole| !matches!(role, ColumnRole::Level1 | ColumnRole::Level2);
        let content_columns = table.columns.iter().copied().filter(|(_, role)| is_content(*role)).collect();
        Self { table, layouts, seen, content_columns }
    }

    fn read(&self, row: &FormRow, ledger: &mut Ledger) -> DataRow {
        let mut data = DataRow {
            after_page_break: row.after_page_break,
            page_top: row.after_page_break,
            place: row.place,
            source: (row.table, row.index),
            // Without rules nothing tells how high the cell of a label is.
            uncertain: row.origin == Origin::Aligned,
            ..DataRow::default()
        };
        let mut contents = Vec::new();
        for item in &row.items {
            if self.is_side(item, row) {
                ledger.mark(item.id, Use::Label);
                data.page_top = true;
            } else if let Some(level) = self.level(item, row) {
                ledger.mark(item.id, Use::Label);
                data.tokens.push(token(item, level, row));
            } else {
                ledger.mark(item.id, Use::Field);
                contents.push(item);
            }
        }
        self.repair_double_level(&mut data.tokens);
        self.place_contents(&contents, row, &mut data);
        if row.cut_row_joined {
            let field = if data.value.as_ref().is_some_and(|v| v.over_pages) { "value_raw" } else { "level3" };
            let to = data.name.as_ref().map(|n| n.text.clone());
            let evidence = "the page ended inside the row".to_owned();
            data.repairs.push(Repair { kind: "joined_across_page", field, from: None, to, evidence });
        }
        data
    }

    /// A label beside the whole table. Where columns are facts it stands left of the first heading.
    fn is_side(&self, item: &Item, row: &FormRow) -> bool {
        let first = self.table.columns.first().map_or(0, |(c, _)| *c);
        if row.origin == Origin::Ruled {
            return item.column < first && item.column + item.column_span <= first.max(1);
        }
        self.layouts.is_side(&item.key)
    }

    fn level(&self, item: &Item, row: &FormRow) -> Option<u8> {
        if row.origin == Origin::Ruled {
            return match self.role_at(item.column) {
                Some(ColumnRole::Level1) => Some(1),
                Some(ColumnRole::Level2) => Some(2),
                _ => None,
            };
        }
        let key = item.key.as_str();
        let hierarchy = self.table.hierarchy;
        if !key.ends_with("指标") && (row.items.len() == 1 || self.prints_full_labels(key)) {
            // 数量 alone on a row, or where labels read 数量指标, is the tail of a cut name.
            return None;
        }
        match (hierarchy.names_level(1, key), hierarchy.names_level(2, key)) {
            (true, true) => Some(self.ambiguous_level(key)),
            (true, false) => Some(1),
            (false, true) => Some(2),
            (false, false) => self.unknown_level(item, key, row),
        }
    }

    /// True where the table prints the labels of the level that `key` may name with 指标 at their end.
    fn prints_full_labels(&self, key: &str) -> bool {
        let hierarchy = self.table.hierarchy;
        let level = if hierarchy.names_level(2, key) { 2 } else { 1 };
        self.seen.iter().any(|other| other.ends_with("指标") && hierarchy.names_level(level, other))
    }

    /// The heading that a column belongs to: the last one that begins at it or left of it.
    fn role_at(&self, column: u16) -> Option<ColumnRole> {
        self.table.columns.iter().take_while(|(c, _)| *c <= column).last().map(|(_, role)| *role)
    }

    /// 成本指标 and 满意度指标 name a 一级 as well as a 二级: they are the upper one where their own lower ones occur.
    fn ambiguous_level(&self, key: &str) -> u8 {
        let groups = &self.table.hierarchy.groups;
        let mut lower = groups.iter().filter(|g| g.level1.iter().any(|s| s == key)).flat_map(|g| &g.level2);
        if lower.any(|s| s != key && self.seen.contains(s.as_str())) { 1 } else { 2 }
    }

    /// A label that no hierarchy knows: it ends like one, stands left of the contents, and these are complete.
    fn unknown_level(&self, item: &Item, key: &str, row: &FormRow) -> Option<u8> {
        let looks_like_label = key.ends_with("指标") && key.chars().count() <= LONGEST_LABEL;
        let right = row.items.iter().filter(|o| o.column > item.column).count();
        if !looks_like_label || right < 2 {
            return None;
        }
        match self.role_at(item.column) {
            Some(ColumnRole::Level1) => Some(1),
            Some(ColumnRole::Level2) => Some(2),
            _ => None,
        }
    }

    /// The same label twice in a row (满意度指标, 满意度指标) is the upper level, then the lower.
    fn repair_double_level(&self, tokens: &mut [Token]) {
        if let [first, second] = tokens
            && first.level == second.level
            && self.table.hierarchy.names_level(1, &first.key)
        {
            first.level = 1;
            second.level = 2;
        }
    }

    fn place_contents(&self, contents: &[&Item], row: &FormRow, data: &mut DataRow) {
        if row.origin == Origin::Ruled {
            for item in contents {
                let role = self.role_at(item.column).unwrap_or(ColumnRole::Level3);
                place(data, role, (*item).into());
            }
        } else if self.content_columns.len() <= 2 {
            data.contents = contents.iter().map(|item| (*item).into()).collect();
        } else {
            self.align_contents(contents, data);
        }
    }

    fn align_contents(&self, contents: &[&Item], data: &mut DataRow) {
        let cells: Vec<_> = contents.iter().map(|i| Loose { column: i.column, number: false }).collect();
        let headings: Vec<_> = self.content_columns.iter().map(|(c, _)| (*c, Takes::Text)).collect();
        for (item, at) in contents.iter().zip(align(&cells, &headings)) {
            if let Some((_, role)) = at.and_then(|at| self.content_columns.get(at)) {
                place(data, *role, (*item).into());
            }
        }
    }
}

/// Longer texts that end with 指标 are names of indicators.
const LONGEST_LABEL: usize = 12;

fn token(item: &Item, level: u8, row: &FormRow) -> Token {
    let rows = row.index..row.index + usize::from(item.row_span.max(1));
    let covers = (row.origin == Origin::Ruled).then_some((row.table, rows));
    Token { level, key: item.key.clone(), text: item.text.clone(), covers }
}

fn place(data: &mut DataRow, role: ColumnRole, text: Content) {
    let slot = match role {
        ColumnRole::Level3 => &mut data.name,
        ColumnRole::Value => &mut data.value,
        role => {
            data.others.push((role, text.text));
            return;
        }
    };
    match slot {
        Some(before) => before.text.push_str(&text.text),
        None => *slot = Some(text),
    }
}
