//! 年度主要任务: function, task, project and three amounts; cut and shifted rows, and the 合计 row.

use jixiao_model::{Field, Repair, Task, Use};

use crate::align::{Loose, Takes, align};
use crate::head::store::Store;
use crate::ledger::Marks;
use crate::money::{fen, is_amount_like};
use crate::segment::Item;
use crate::tail::{Tail, is_closed, join_tail};

/// The rows of 年度主要任务 while they are read.
#[derive(Debug, Default)]
pub(crate) struct TaskTable {
    headings: Vec<(u16, usize)>,
    rows: Vec<Task>,
    repairs: Vec<Repair>,
    /// Where the texts of the row before stood: column, position in [`COLUMNS`].
    last: Vec<(u16, usize)>,
    /// Columns that the dataset does not have, with their headings.
    extra: Vec<(u16, String)>,
    /// Their cells: heading, row, text.
    extra_cells: Vec<(usize, usize, Field<String>)>,
}

/// Names of the columns, in order; those from [`FIRST_AMOUNT`] on hold money.
const COLUMNS: [&str; 6] = ["function", "task", "project", "budget", "fiscal", "other"];
const FIRST_AMOUNT: usize = 3;
/// Characters from which a text is prose, which a page break may cut anywhere.
const LONG: usize = 15;

impl TaskTable {
    /// Notes a heading by the name of its column; `None` for a column that the dataset does not have.
    pub(crate) fn heading(&mut self, name: Option<&str>, item: &Item) {
        match name.and_then(|name| COLUMNS.iter().position(|c| *c == name)) {
            Some(at) => {
                self.headings.retain(|(_, a)| *a != at);
                self.headings.push((item.column, at));
            }
            None if !self.extra.iter().any(|(c, _)| *c == item.column) => {
                self.extra.push((item.column, item.text.clone()));
            }
            None => {}
        }
    }

    /// Reads a row of data: a task, the tail of one, amounts that were printed below theirs, or the total.
    pub(crate) fn row(&mut self, items: &[&Item], after_page_break: bool, marks: &mut Marks<'_>) {
        let is_total = items.iter().any(|i| is_total(&i.text));
        let is_extra = |item: &&&Item| !is_total && self.extra_heading(item).is_some();
        let (extra, items): (Vec<&Item>, Vec<&Item>) = items.iter().partition(is_extra);
        self.own_row(&items, after_page_break, marks);
        for item in extra {
            let (Some(heading), Some(row)) = (self.extra_heading(item), self.rows.len().checked_sub(1)) else {
                continue;
            };
            marks.mark(item.id, Use::Field);
            self.extra_cells.push((heading, row, Field::new(item.text.clone(), item.place)));
        }
    }

    fn extra_heading(&self, item: &Item) -> Option<usize> {
        self.extra.iter().position(|(column, _)| *column == item.column)
    }

    fn own_row(&mut self, items: &[&Item], after_page_break: bool, marks: &mut Marks<'_>) {
        let total = items.iter().position(|i| is_total(&i.text));
        if let Some(at) = total {
            return self.total(items, at, marks);
        }
        let numbers = items.iter().filter(|i| is_amount_like(&i.text)).count();
        let texts = items.len() - numbers;
        let unfinished = self.rows.last().is_some_and(|t| t.budget.is_none() && !t.is_total);
        let has_rows = self.rows.last().is_some_and(|t| !t.is_total);
        let is_tail =
            has_rows && ((numbers == 0 && after_page_break) || texts == 0 || (after_page_break && unfinished));
        if is_tail {
            let places = self.tail_places(items);
            return self.go_on(items, &places, marks);
        }
        let place = items.first().map(|i| i.place).unwrap_or_default();
        self.rows.push(Task { place, ..Task::default() });
        let places = self.places(items);
        self.last = items.iter().zip(&places).filter_map(|(item, at)| Some((item.column, (*at)?))).collect();
        for (item, at) in items.iter().zip(places) {
            let slot = at.zip(self.rows.last_mut()).and_then(|(at, row)| column(row, at));
            if let Some(slot) = slot {
                marks.mark(item.id, Use::Field);
                slot.get_or_insert_default().push_str(&item.text);
            }
        }
    }

    /// Where the texts of a tail go: under their headings, or in the columns of the row that they go on with, whichever
    /// has more cells that the page break may have cut.
    fn tail_places(&self, items: &[&Item]) -> Vec<Option<usize>> {
        let by_heading = self.places(items);
        let same = |item: &&Item| self.last.iter().find(|(c, _)| *c == item.column).map(|(_, at)| *at);
        let by_row: Vec<Option<usize>> = items.iter().map(same).collect();
        let fit = |places: &[Option<usize>]| -> i32 {
            items.iter().zip(places).map(|(item, at)| at.map_or(0, |at| self.fit(item, at))).sum()
        };
        if fit(&by_row) > fit(&by_heading) { by_row } else { by_heading }
    }

    /// How well a text goes on with a cell of the last row.
    fn fit(&self, item: &Item, at: usize) -> i32 {
        let text = self.rows.last().and_then(|row| text(row, at)).unwrap_or_default();
        match join_tail(text, &item.text) {
            _ if at >= FIRST_AMOUNT => 0,
            Tail::Repeated | Tail::Overlapped(..) => 3,
            Tail::Joined(_) if is_closed(text) || text.is_empty() => 0,
            Tail::Joined(_) if text.chars().count() >= LONG => 2,
            Tail::Joined(_) => 1,
        }
    }

    fn go_on(&mut self, items: &[&Item], places: &[Option<usize>], marks: &mut Marks<'_>) {
        for (item, at) in items.iter().zip(places) {
            let Some(at) = *at else { continue };
            marks.mark(item.id, Use::Field);
            self.append(at, item, marks);
        }
    }

    fn append(&mut self, at: usize, item: &Item, marks: &mut Marks<'_>) {
        let Some(row) = self.rows.last_mut() else { return };
        // An amount below its row fills the first cell that still waits for one.
        let waiting = (at..COLUMNS.len()).find(|next| at >= FIRST_AMOUNT && text(row, *next).is_none());
        let Some(slot) = column(row, waiting.unwrap_or(at)) else { return };
        let Some(text) = slot else {
            *slot = Some(item.text.clone());
            return;
        };
        let kind = match join_tail(text, &item.text) {
            Tail::Joined(whole) => {
                *text = whole;
                "joined_across_page"
            }
            Tail::Overlapped(whole, _) => {
                *text = whole;
                "duplicate_dropped"
            }
            Tail::Repeated => {
                marks.mark(item.id, Use::Duplicate);
                "duplicate_dropped"
            }
        };
        let evidence = "first row of a page without amounts of its own: it goes on with the task before".to_owned();
        self.repairs.push(Repair { kind, field: "tasks", from: Some(item.text.clone()), to: None, evidence });
    }

    /// 合计 and its amounts. A total row is often shifted, so the sums of the columns tell which amount is which.
    fn total(&mut self, items: &[&Item], label: usize, marks: &mut Marks<'_>) {
        let mut total = Task { is_total: true, place: items[label].place, ..Task::default() };
        marks.mark(items[label].id, Use::Field);
        total.function = Some(items[label].text.clone());
        let amounts: Vec<&Item> = items.iter().skip(label + 1).copied().collect();
        let places = self.total_places(&amounts);
        for (item, at) in amounts.iter().zip(places) {
            let Some(at) = at else { continue };
            if let Some(slot) = column(&mut total, at) {
                *slot = Some(item.text.clone());
                marks.mark(item.id, Use::Field);
            }
        }
        self.rows.push(total);
    }

    fn total_places(&self, amounts: &[&Item]) -> Vec<Option<usize>> {
        if amounts.len() == COLUMNS.len() - FIRST_AMOUNT {
            return (FIRST_AMOUNT..COLUMNS.len()).map(Some).collect();
        }
        let sums: Vec<Option<i128>> = (FIRST_AMOUNT..COLUMNS.len()).map(|at| self.sum(at)).collect();
        let mut next = 0;
        let by_sum = amounts.iter().map(|item| {
            let value = fen(&item.text, Some("万元"));
            let found = (next..sums.len()).find(|&s| value.is_some() && sums[s] == value)?;
            next = found + 1;
            Some(FIRST_AMOUNT + found)
        });
        let by_sum: Vec<_> = by_sum.collect();
        if by_sum.iter().all(Option::is_some) { by_sum } else { self.amount_places(amounts) }
    }

    fn amount_places(&self, amounts: &[&Item]) -> Vec<Option<usize>> {
        let headings: Vec<_> = self.columns().into_iter().skip(FIRST_AMOUNT).collect();
        let cells: Vec<_> = amounts.iter().map(|i| Loose { column: i.column, number: true }).collect();
        align(&cells, &headings).into_iter().map(|p| p.map(|p| p + FIRST_AMOUNT)).collect()
    }

    fn sum(&self, at: usize) -> Option<i128> {
        let amounts: Vec<i128> = self.rows.iter().filter_map(|t| fen(text(t, at)?, Some("万元"))).collect();
        (!amounts.is_empty()).then(|| amounts.iter().sum())
    }

    fn places(&self, items: &[&Item]) -> Vec<Option<usize>> {
        let cells: Vec<_> = items.iter().map(|i| Loose { column: i.column, number: is_amount_like(&i.text) }).collect();
        align(&cells, &self.columns())
    }

    /// The columns of the headings; where one was not printed, the column after its neighbour's.
    fn columns(&self) -> Vec<(u16, Takes)> {
        let takes = |at| if at < FIRST_AMOUNT { Takes::Text } else { Takes::Number };
        if !self.extra.is_empty() {
            return self.printed_columns(takes);
        }
        let mut columns = Vec::with_capacity(COLUMNS.len());
        let mut next = 1;
        for at in 0..COLUMNS.len() {
            let column = self.headings.iter().find(|(_, a)| *a == at).map_or(next, |(c, _)| *c).max(next);
            columns.push((column, takes(at)));
            next = column + 1;
        }
        columns
    }

    /// Where the layout has columns of its own, the ones it does not print lie out of reach.
    fn printed_columns(&self, takes: impl Fn(usize) -> Takes) -> Vec<(u16, Takes)> {
        let column = |at| self.headings.iter().find(|(_, a)| *a == at).map_or(FAR, |(c, _)| *c);
        (0..COLUMNS.len()).map(|at| (column(at), takes(at))).collect()
    }

    /// The rows; repairs and the cells of further columns go to the form's.
    pub(crate) fn finish(self, repairs: &mut Vec<Repair>, store: &mut Store) -> Vec<Task> {
        repairs.extend(self.repairs);
        for (heading, row, cell) in self.extra_cells {
            let task = self.rows.get(row).and_then(|t| t.task.as_deref().or(t.function.as_deref())).unwrap_or_default();
            store.push_other(&format!("{}/{task}", self.extra[heading].1), cell.value, cell.place);
        }
        self.rows
    }
}

/// No table has as many columns.
const FAR: u16 = 10_000;

fn is_total(text: &str) -> bool {
    matches!(&*jixiao_model::without_space(text), "合计" | "总计" | "共计" | "金额合计")
}

fn column(task: &mut Task, at: usize) -> Option<&mut Option<String>> {
    Some(match at {
        0 => &mut task.function,
        1 => &mut task.task,
        2 => &mut task.project,
        3 => &mut task.budget,
        4 => &mut task.fiscal,
        5 => &mut task.other,
        _ => return None,
    })
}

fn text(task: &Task, at: usize) -> Option<&str> {
    match at {
        0 => task.function.as_deref(),
        1 => task.task.as_deref(),
        2 => task.project.as_deref(),
        3 => task.budget.as_deref(),
        4 => task.fiscal.as_deref(),
        5 => task.other.as_deref(),
        _ => None,
    }
}
