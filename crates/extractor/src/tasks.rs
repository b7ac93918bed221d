//! 年度主要任务: function, task, project and three amounts; cut and shifted rows, and the 合计 row.

use jixiao_model::{Repair, Task, Use};

use crate::align::{Loose, Takes, align};
use crate::ledger::Ledger;
use crate::money::{fen, is_amount_like};
use crate::segment::Item;
use crate::tail::{Tail, join_tail};

/// The rows of 年度主要任务 while they are read.
#[derive(Debug, Default)]
pub(crate) struct TaskTable {
    headings: Vec<(u16, usize)>,
    rows: Vec<Task>,
    repairs: Vec<Repair>,
}

/// Names of the columns, in order; those from [`FIRST_AMOUNT`] on hold money.
const COLUMNS: [&str; 6] = ["function", "task", "project", "budget", "fiscal", "other"];
const FIRST_AMOUNT: usize = 3;

impl TaskTable {
    /// Notes a heading by the name of its column.
    pub(crate) fn heading(&mut self, name: &str, column: u16) {
        if let Some(at) = COLUMNS.iter().position(|c| *c == name) {
            self.headings.retain(|(_, a)| *a != at);
            self.headings.push((column, at));
        }
    }

    /// Reads a row of data: a task, the tail of one, amounts that were printed below theirs, or the total.
    pub(crate) fn row(&mut self, items: &[&Item], after_page_break: bool, ledger: &mut Ledger) {
        let total = items.iter().position(|i| is_total(&i.text));
        if let Some(at) = total {
            return self.total(items, at, ledger);
        }
        let numbers = items.iter().filter(|i| is_amount_like(&i.text)).count();
        let texts = items.len() - numbers;
        let unfinished = self.rows.last().is_some_and(|t| t.budget.is_none() && !t.is_total);
        let has_rows = self.rows.last().is_some_and(|t| !t.is_total);
        let is_tail =
            has_rows && ((numbers == 0 && after_page_break) || texts == 0 || (after_page_break && unfinished));
        if !is_tail {
            let place = items.first().map(|i| i.place).unwrap_or_default();
            self.rows.push(Task { place, ..Task::default() });
        }
        for (item, at) in items.iter().zip(self.places(items)) {
            let Some(at) = at else { continue };
            ledger.mark(item.id, Use::Field);
            self.fill(at, item, is_tail, ledger);
        }
    }

    fn fill(&mut self, at: usize, item: &Item, is_tail: bool, ledger: &mut Ledger) {
        let Some(slot) = self.rows.last_mut().and_then(|row| column(row, at)) else { return };
        let Some(text) = slot else {
            *slot = Some(item.text.clone());
            return;
        };
        if !is_tail {
            text.push_str(&item.text);
            return;
        }
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
                ledger.mark(item.id, Use::Duplicate);
                "duplicate_dropped"
            }
        };
        let evidence = "first row of a page without amounts of its own: it goes on with the task before".to_owned();
        self.repairs.push(Repair { kind, field: "tasks", from: Some(item.text.clone()), to: None, evidence });
    }

    /// 合计 and its amounts. A total row is often shifted, so the sums of the columns tell which amount is which.
    fn total(&mut self, items: &[&Item], label: usize, ledger: &mut Ledger) {
        let mut total = Task { is_total: true, place: items[label].place, ..Task::default() };
        ledger.mark(items[label].id, Use::Field);
        total.function = Some(items[label].text.clone());
        let amounts: Vec<&Item> = items.iter().skip(label + 1).copied().collect();
        let places = self.total_places(&amounts);
        for (item, at) in amounts.iter().zip(places) {
            let Some(at) = at else { continue };
            if let Some(slot) = column(&mut total, at) {
                *slot = Some(item.text.clone());
                ledger.mark(item.id, Use::Field);
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
        let amounts: Vec<i128> = self.rows.iter().filter_map(|t| fen(amount(t, at)?, Some("万元"))).collect();
        (!amounts.is_empty()).then(|| amounts.iter().sum())
    }

    fn places(&self, items: &[&Item]) -> Vec<Option<usize>> {
        let cells: Vec<_> = items.iter().map(|i| Loose { column: i.column, number: is_amount_like(&i.text) }).collect();
        align(&cells, &self.columns())
    }

    /// The columns of the headings; where one was not printed, the column after its neighbour's.
    fn columns(&self) -> Vec<(u16, Takes)> {
        let takes = |at| if at < FIRST_AMOUNT { Takes::Text } else { Takes::Number };
        let mut columns = Vec::with_capacity(COLUMNS.len());
        let mut next = 1;
        for at in 0..COLUMNS.len() {
            let column = self.headings.iter().find(|(_, a)| *a == at).map_or(next, |(c, _)| *c).max(next);
            columns.push((column, takes(at)));
            next = column + 1;
        }
        columns
    }

    /// The rows; repairs go to the form's.
    pub(crate) fn finish(self, repairs: &mut Vec<Repair>) -> Vec<Task> {
        repairs.extend(self.repairs);
        self.rows
    }
}

fn is_total(text: &str) -> bool {
    matches!(&*jixiao_model::without_space(text), "合计" | "总计" | "共计")
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

fn amount(task: &Task, at: usize) -> Option<&str> {
    match at {
        3 => task.budget.as_deref(),
        4 => task.fiscal.as_deref(),
        5 => task.other.as_deref(),
        _ => None,
    }
}
