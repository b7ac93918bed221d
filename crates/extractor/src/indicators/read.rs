//! Rows of an indicator table → labels and contents of each row.

use std::borrow::Cow;
use std::ops::Range;

use jixiao_model::{Origin, Place, Repair, Scope, Use};
use rustc_hash::FxHashSet;

use super::headings::Heading;
use crate::align::{Loose, Takes, align};
use crate::layouts::{ColumnRole, Hierarchy, Layouts};
use crate::ledger::Marks;
use crate::segment::{FormRow, Item};

/// An indicator table as its rows stand in the source.
#[derive(Debug)]
pub(crate) struct RawTable<'a> {
    pub(crate) scope: Option<Scope>,
    /// From left to right.
    pub(crate) columns: Vec<Heading>,
    pub(crate) rows: Vec<FormRow>,
    pub(crate) hierarchy: &'a Hierarchy,
}

impl RawTable<'_> {
    /// True for a cell that stands where no name of an indicator does.
    pub(crate) fn is_left_of_names(&self, item: &Item) -> bool {
        let names = self.columns.iter().find(|h| h.role() == ColumnRole::Level3);
        names.is_none_or(|names| item.column < names.column() || names.column() == 0)
    }

    /// True for a cell that begins left of the lower level and covers it: no label of a level is as wide.
    pub(crate) fn is_too_wide(&self, item: &Item) -> bool {
        let upper = self.columns.iter().find(|h| h.role() == ColumnRole::Level1);
        let lower = self.columns.iter().find(|h| matches!(h.role(), ColumnRole::Level2 | ColumnRole::Level3));
        let (Some(upper), Some(lower)) = (upper, lower) else { return false };
        item.column <= upper.column && item.column + item.column_span > lower.column
    }
}

/// A label of a level (1 or 2) as printed.
#[derive(Debug, Clone)]
pub(crate) struct Token<'a> {
    /// Its entry in the ledger.
    pub(crate) id: usize,
    pub(crate) level: u8,
    /// Folded for look-up.
    pub(crate) key: &'a str,
    /// As printed.
    pub(crate) text: &'a str,
    pub(crate) column: u16,
    /// Rows of the source table that the label's cell covers; `None` where only its own row is known.
    pub(crate) covers: Option<(usize, Range<usize>)>,
}

/// A text with its place and column.
#[derive(Debug, Clone)]
pub(crate) struct Content<'a> {
    /// Its entry in the ledger.
    pub(crate) id: usize,
    pub(crate) text: Cow<'a, str>,
    pub(crate) column: u16,
    pub(crate) place: Place,
    pub(crate) over_pages: bool,
}

/// One row of data.
#[derive(Debug, Clone, Default)]
pub(crate) struct DataRow<'a> {
    pub(crate) tokens: Vec<Token<'a>>,
    /// Texts that are no labels, in order; emptied when they have found their columns.
    pub(crate) contents: Vec<Content<'a>>,
    pub(crate) name: Option<Content<'a>>,
    pub(crate) value: Option<Content<'a>>,
    pub(crate) others: Vec<(ColumnRole, Cow<'a, str>)>,
    /// Cells of columns that the dataset does not have: index of the heading, text.
    pub(crate) unplanned: Vec<(usize, Content<'a>)>,
    /// Cells of a row above this one that has labels but no indicator: what they are called, text.
    pub(crate) strays: Vec<(String, Content<'a>)>,
    pub(crate) after_page_break: bool,
    /// First on a page: a blank line says so, or the label beside the whole table, printed again.
    pub(crate) page_top: bool,
    pub(crate) place: Place,
    /// Number of the source table and of the row in it.
    pub(crate) source: (usize, usize),
    pub(crate) repairs: Vec<Repair>,
    /// Entries in the ledger of texts that were printed twice.
    pub(crate) dropped: Vec<usize>,
    pub(crate) uncertain: bool,
}

impl<'a> From<&'a Item> for Content<'a> {
    fn from(item: &'a Item) -> Self {
        let Item { id, column, place, over_pages, .. } = *item;
        Self { id, text: Cow::Borrowed(&item.text), column, place, over_pages }
    }
}

/// Reads the rows of a table; labels are told from contents by their words, or by their column where columns are facts.
pub(crate) fn read_rows<'a>(table: &'a RawTable<'_>, layouts: &'a Layouts, marks: &mut Marks<'_>) -> Vec<DataRow<'a>> {
    let reader = RowReader::new(table, layouts);
    table.rows.iter().filter(|r| !r.items.is_empty()).map(|row| reader.read(row, marks)).collect()
}

struct RowReader<'a> {
    table: &'a RawTable<'a>,
    layouts: &'a Layouts,
    /// Folded texts of all cells, as levels are named: they tell which level an ambiguous label has.
    seen: FxHashSet<&'a str>,
    /// The headings of contents.
    content_columns: Vec<usize>,
    /// The column of 三级指标.
    names: Option<u16>,
    /// Another table with labels of its own stands beside this one.
    beside: bool,
    /// Per level: its labels are printed with 指标 at their end.
    full_labels: [bool; 2],
}

impl<'a> RowReader<'a> {
    fn new(table: &'a RawTable<'a>, layouts: &'a Layouts) -> Self {
        let keys = table.rows.iter().flat_map(|r| &r.items).map(|i| table.hierarchy.level_key(&i.key));
        let seen: FxHashSet<&str> = keys.collect();
        let is_full =
            |level: u8| seen.iter().any(|key| key.ends_with("指标") && table.hierarchy.names_level(level, key));
        let full_labels = [is_full(1), is_full(2)];
        let names = table.columns.iter().find(|h| h.role() == ColumnRole::Level3).map(Heading::column);
        let beside = table.columns.iter().filter(|h| h.role() == ColumnRole::Elsewhere).count() >= 2;
        let is_content = |at: &usize| match table.columns[*at].role() {
            ColumnRole::Level1 | ColumnRole::Level2 => false,
            ColumnRole::Elsewhere => !beside,
            _ => true,
        };
        let content_columns = (0..table.columns.len()).filter(is_content).collect();
        Self { table, layouts, seen, content_columns, names, beside, full_labels }
    }

    fn read(&self, row: &'a FormRow, marks: &mut Marks<'_>) -> DataRow<'a> {
        let mut data = DataRow {
            after_page_break: row.after_page_break,
            page_top: row.after_page_break,
            place: row.place,
            source: (row.table, row.index),
            // Nothing tells how high the cell of a label is.
            uncertain: row.origin == Origin::Aligned && !row.spans_known,
            ..DataRow::default()
        };
        let mut contents = Vec::new();
        for item in &row.items {
            if self.is_side(item, row) {
                marks.mark(item.id, Use::Label);
                data.page_top = true;
            } else if self.beside && self.is_elsewhere(item) {
                // The twin table, read from the same rows, takes it.
            } else if self.is_heading(item, row) {
                marks.mark(item.id, Use::Label);
            } else if let Some(level) = self.level(item, row) {
                marks.mark(item.id, Use::Label);
                data.tokens.push(token(item, level, row, self.table.hierarchy));
            } else {
                marks.mark(item.id, Use::Field);
                contents.push(item);
            }
        }
        self.give_back_name(row, &mut data, &mut contents);
        self.repair_double_level(&mut data.tokens);
        self.place_contents(&contents, row, &mut data);
        if row.cut_row_joined {
            let field = if data.value.as_ref().is_some_and(|v| v.over_pages) { "value_raw" } else { "level3" };
            let to = data.name.as_ref().map(|n| n.text.clone().into_owned());
            let evidence = "the page ended inside the row".to_owned();
            data.repairs.push(Repair { kind: "joined_across_page", field, from: None, to, evidence });
        }
        data
    }

    /// A label beside the whole table. Where columns are facts it stands left of the first heading.
    fn is_side(&self, item: &Item, row: &FormRow) -> bool {
        let first = self.table.columns.first().map_or(0, |h| h.column);
        if row.origin == Origin::Ruled {
            return item.column < first && item.column + item.column_span <= first.max(1);
        }
        self.layouts.is_side(&item.key) || (item.column < first && self.layouts.is_side_fragment(&item.key))
    }

    /// A cell of the heading that stands on a row of data. Where columns are facts, whole headings only are repeated.
    fn is_heading(&self, item: &Item, row: &FormRow) -> bool {
        let def = if row.origin == Origin::Ruled { None } else { item.heading };
        def.is_some_and(|def| {
            let main =
                matches!(def.role, ColumnRole::Level1 | ColumnRole::Level2 | ColumnRole::Level3 | ColumnRole::Value);
            main && self.table.columns.iter().any(|h| h.role() == def.role)
        })
    }

    fn level(&self, item: &Item, row: &FormRow) -> Option<u8> {
        if row.origin == Origin::Ruled {
            return self.level_of_column(item.column);
        }
        let hierarchy = self.table.hierarchy;
        let key = hierarchy.level_key(&item.key);
        if !key.ends_with("指标") && (row.items.len() == 1 || (self.prints_full_labels(key) && !self.leads(item, row)))
        {
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

    /// True for a cell in the column of a level with a name and a value right of it.
    fn leads(&self, item: &Item, row: &FormRow) -> bool {
        let right = row.items.iter().filter(|o| o.column > item.column).count();
        self.level_of_column(item.column).is_some() && right >= 2
    }

    /// True where the table prints the labels of the level that `key` may name with 指标 at their end.
    fn prints_full_labels(&self, key: &str) -> bool {
        self.full_labels[usize::from(self.table.hierarchy.names_level(2, key))]
    }

    fn level_of_column(&self, column: u16) -> Option<u8> {
        match self.heading_at(column).map(|at| self.table.columns[at].role()) {
            Some(ColumnRole::Level1) => Some(1),
            Some(ColumnRole::Level2) => Some(2),
            _ => None,
        }
    }

    /// True for a cell of the other of two tables that stand beside each other.
    fn is_elsewhere(&self, item: &Item) -> bool {
        self.heading_at(item.column).is_some_and(|at| self.table.columns[at].role() == ColumnRole::Elsewhere)
    }

    /// The heading that a column belongs to: the last one that begins at it or left of it.
    fn heading_at(&self, column: u16) -> Option<usize> {
        self.table.columns.partition_point(|h| h.column <= column).checked_sub(1)
    }

    /// 成本指标 and 满意度指标 name a 一级 as well as a 二级: they are the upper one where their own lower ones occur.
    fn ambiguous_level(&self, key: &str) -> u8 {
        let groups = &self.table.hierarchy.groups;
        let mut lower = groups.iter().filter(|g| g.level1.iter().any(|s| s == key)).flat_map(|g| &g.level2);
        if lower.any(|s| s != key && self.seen.contains(s.as_str())) { 1 } else { 2 }
    }

    /// A label that no hierarchy knows: it ends like one and stands left of the contents, or it stands in the column of
    /// a level while names and values have texts of their own.
    fn unknown_level(&self, item: &Item, key: &str, row: &FormRow) -> Option<u8> {
        let ends_like_label = key.ends_with("指标");
        let short = !key.is_empty() && key.chars().count() <= LONGEST_LABEL;
        if short && self.leads(item, row) && (ends_like_label || self.is_complete(item, row)) {
            self.level_of_column(item.column)
        } else {
            None
        }
    }

    /// True where a cell stands exactly in its column, and cells stand exactly in those of names and values.
    fn is_complete(&self, item: &Item, row: &FormRow) -> bool {
        let stands = |column: u16| row.items.iter().any(|i| i.column == column);
        let filled = |role| self.table.columns.iter().any(|h| h.role() == role && stands(h.column()));
        let own = self.table.columns.iter().any(|h| h.column() == item.column);
        own && filled(ColumnRole::Level3) && filled(ColumnRole::Value)
    }

    /// A name may read like a label: 成本指标 | 社会成本指标 | 100 | %. It stands in the column of names, behind a label,
    /// and no other text does; a row of labels and one text only may as well be shifted.
    fn give_back_name(&self, row: &'a FormRow, data: &mut DataRow<'a>, contents: &mut Vec<&'a Item>) {
        let (Some(names), Some(last)) = (self.names, self.table.columns.last()) else { return };
        let shifted = row.items.last().is_some_and(|i| i.column > last.column());
        let taken = contents.iter().any(|i| i.column <= names);
        if data.tokens.len() < 2 || contents.len() < 2 || shifted || taken || row.origin == Origin::Ruled {
            return;
        }
        if let Some(item) = row.items.iter().find(|i| i.column == names) {
            data.tokens.pop();
            contents.insert(0, item);
            // 成本指标 before it was taken for the upper label of 社会成本指标.
            let label = row.items.iter().rfind(|i| i.column < names);
            if let (Some(token), Some(level)) =
                (data.tokens.last_mut(), label.and_then(|i| self.level_of_column(i.column)))
            {
                token.level = level;
            }
        }
    }

    /// The same label twice in a row (满意度指标, 满意度指标) is the upper level, then the lower.
    fn repair_double_level(&self, tokens: &mut [Token<'_>]) {
        if let [first, second] = tokens
            && first.level == second.level
            && first.key == second.key
            && self.table.hierarchy.names_level(1, first.key)
        {
            first.level = 1;
            second.level = 2;
        }
    }

    fn place_contents(&self, contents: &[&'a Item], row: &FormRow, data: &mut DataRow<'a>) {
        if row.origin == Origin::Ruled {
            let places: Vec<_> = contents.iter().map(|item| (self.heading_at(item.column), *item)).collect();
            self.place_all(&places, data);
        } else if self.content_columns.len() <= 2 {
            data.contents = contents.iter().map(|item| (*item).into()).collect();
        } else {
            self.align_contents(contents, data);
        }
    }

    fn align_contents(&self, contents: &[&'a Item], data: &mut DataRow<'a>) {
        let cells: Vec<_> = contents.iter().map(|i| Loose { column: i.column, number: false }).collect();
        let headings: Vec<_> =
            self.content_columns.iter().map(|at| (self.table.columns[*at].column, Takes::Text)).collect();
        let places = contents.iter().zip(align(&cells, &headings)).map(|(item, at)| {
            // A text without a heading of its own goes to the one that it stands under, so that nothing is lost.
            let heading = at.and_then(|at| self.content_columns.get(at).copied());
            (heading.or_else(|| self.heading_at(item.column)), *item)
        });
        self.place_all(&places.collect::<Vec<_>>(), data);
    }

    /// Cells beside the labels of a group without indicator are no indicator either.
    fn place_all(&self, places: &[(Option<usize>, &'a Item)], data: &mut DataRow<'a>) {
        let is_main = |heading: Option<usize>| {
            heading.is_none_or(|at| matches!(self.table.columns[at].role(), ColumnRole::Level3 | ColumnRole::Value))
        };
        let owner = data.tokens.last().map(|t| t.text);
        match owner.filter(|_| !places.iter().any(|(heading, _)| is_main(*heading))) {
            Some(owner) => {
                let named = |at: usize| format!("{}/{owner}", self.table.columns[at].text);
                data.strays.extend(places.iter().filter_map(|(at, item)| Some((named((*at)?), (*item).into()))));
            }
            None => places.iter().for_each(|(heading, item)| self.place(data, *heading, item)),
        }
    }

    /// Puts a text under a heading; what stands left of all headings is taken for a name.
    fn place(&self, data: &mut DataRow<'a>, heading: Option<usize>, item: &'a Item) {
        let role = heading.map_or(ColumnRole::Level3, |at| self.table.columns[at].role());
        let text = Content::from(item);
        let slot = match role {
            ColumnRole::Level3 => &mut data.name,
            ColumnRole::Value => &mut data.value,
            ColumnRole::Elsewhere => return,
            // A text that is no label under the heading of a level has no column either.
            ColumnRole::Other | ColumnRole::Level1 | ColumnRole::Level2 => {
                return data.unplanned.extend(heading.map(|at| (at, text)));
            }
            role => {
                if role == ColumnRole::Comparator && !self.layouts.is_sign(&item.key) {
                    // 定性, 正向: what stands in the column though it compares nothing.
                    return data.unplanned.extend(heading.map(|at| (at, text)));
                }
                return push_other(&mut data.others, role, text.text);
            }
        };
        match slot {
            Some(before) => before.text.to_mut().push_str(&text.text),
            None => *slot = Some(text),
        }
    }
}

/// Two texts under one heading are one.
pub(super) fn push_other<'a>(others: &mut Vec<(ColumnRole, Cow<'a, str>)>, role: ColumnRole, text: Cow<'a, str>) {
    match others.iter_mut().find(|(known, _)| *known == role) {
        Some((_, before)) => before.to_mut().push_str(&text),
        None => others.push((role, text)),
    }
}

/// Longer texts that end with 指标 are names of indicators.
const LONGEST_LABEL: usize = 12;

fn token<'a>(item: &'a Item, level: u8, row: &FormRow, hierarchy: &Hierarchy) -> Token<'a> {
    let rows = row.index..row.index + usize::from(item.row_span.max(1));
    let covers = row.spans_known.then_some((row.table, rows));
    let key = hierarchy.level_key(&item.key);
    Token { id: item.id, level, key, text: &item.text, column: item.column, covers }
}
