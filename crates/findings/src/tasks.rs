//! 年度主要任务: rows against their parts, against 合计, and 合计 against the department's budget.

use jixiao_model::{Task, without_space};

use crate::money::{Cell, amount, figure, tolerance, wan};
use crate::note::Notes;
use crate::rules::Code;

/// The text of one column of a task.
type Column = fn(&Task) -> Option<&str>;

/// The column that every task fills.
const BUDGET: &str = "预算资金";
/// The columns of money of a task.
const COLUMNS: [(&str, Column); 3] = [
    (BUDGET, |task| task.budget.as_deref()),
    ("财政拨款", |task| task.fiscal.as_deref()),
    ("其他资金", |task| task.other.as_deref()),
];

pub(crate) fn check(notes: &mut Notes<'_>) {
    let rows: Vec<Money<'_>> = notes.form.tasks.iter().map(Money::of).collect();
    for row in &rows {
        parts(notes, row);
    }
    let Some(total) = rows.iter().find(|row| row.task.is_total) else { return };
    for (column, (name, _)) in COLUMNS.iter().enumerate() {
        column_total(notes, &rows, total, name, column);
    }
    if let Cell::Fen(stated) = total.cells[0] {
        against_budget(notes, total.task, stated);
    }
}

/// A task with what its cells for money say, in the order of the columns.
struct Money<'a> {
    task: &'a Task,
    cells: [Cell; 3],
}

impl<'a> Money<'a> {
    fn of(task: &'a Task) -> Self {
        Self { task, cells: COLUMNS.map(|(_, column)| Cell::of_task(column(task))) }
    }
}

/// 预算资金 of a row is 财政拨款 and 其他资金 together.
fn parts(notes: &mut Notes<'_>, row: &Money<'_>) {
    let Money { task, cells: [budget, fiscal, other] } = *row;
    let (Some(rule), Cell::Fen(stated)) = (notes.rule(Code::TaskPartsDiffer), budget) else { return };
    let (Some(a), Some(b)) = (fiscal.fen(), other.fen()) else { return };
    let figures = usize::from(fiscal.is_figure()) + usize::from(other.is_figure());
    if figures == 0 || (a + b - stated).abs() <= tolerance(rule, figures) {
        return;
    }
    let shown = |cell: Cell| cell.fen().filter(|_| cell.is_figure()).map_or_else(|| "empty".to_owned(), wan);
    let message = format!(
        "{}: 预算资金 is {}, but 财政拨款 is {} and 其他资金 {}: {} are not covered",
        name(task),
        wan(stated),
        shown(fiscal),
        shown(other),
        wan(stated - a - b)
    );
    notes.add(rule, task.place, message);
}

fn name(task: &Task) -> String {
    let text = if task.is_total { None } else { task.project.as_deref().or(task.function.as_deref()) };
    without_space(text.unwrap_or("合计")).into_owned()
}

fn column_total(notes: &mut Notes<'_>, rows: &[Money<'_>], total: &Money<'_>, name: &str, column: usize) {
    let (Some(rule), Cell::Fen(stated)) = (notes.rule(Code::TasksTotalDiffers), total.cells[column]) else { return };
    let parts = rows.iter().filter(|row| !row.task.is_total);
    let cells: Vec<Cell> = parts.map(|row| row.cells[column]).collect();
    let sum: i128 = cells.iter().filter_map(|cell| cell.fen()).sum();
    let figures = cells.iter().filter(|cell| cell.is_figure()).count();
    // Words, and a task without a budget, may stand for what is missing, never for less than nothing.
    let unknown = |cell: &Cell| *cell == Cell::Words || (*cell == Cell::Empty && name == BUDGET);
    let may_be_unknown = sum < stated && cells.iter().any(unknown);
    if figures == 0 || may_be_unknown || (sum - stated).abs() <= tolerance(rule, figures) {
        return;
    }
    let message = format!("{name} of the {} tasks comes to {}, 合计 says {}", cells.len(), wan(sum), wan(stated));
    notes.add(rule, total.task.place, message);
}

/// 合计 against what the department has for projects: all of it, or 特定目标类 alone.
fn against_budget(notes: &mut Notes<'_>, total: &Task, stated: i128) {
    let items = ["project", "special"];
    let figures: Vec<i128> = items.iter().filter_map(|item| figure(notes.form, item)).collect();
    let Some(most) = figures.iter().copied().max().filter(|most| *most > 0) else { return };
    let code = if stated > most { Code::TasksAboveBudget } else { Code::TasksBelowBudget };
    let Some(rule) = notes.rule(code) else { return };
    if figures.iter().any(|figure| (figure - stated).abs() <= tolerance(rule, 1)) {
        return;
    }
    let labels = items.iter().filter_map(|item| amount(notes.form, item)).filter(|amount| amount.fen.is_some());
    let budget: Vec<String> = labels.map(|a| format!("{} {}", a.label, wan(a.fen.unwrap_or(0)))).collect();
    let (far, how) = (wan((stated - most).abs()), if stated > most { "more" } else { "less" });
    let message = format!("the tasks come to {}, {far} {how} than the budget: {}", wan(stated), budget.join(", "));
    notes.add(rule, total.place, message);
}
