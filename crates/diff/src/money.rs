//! The money of two forms that were matched: amounts of the head, and tasks with their budgets.

use std::collections::BTreeMap;

use jixiao_exporter::schema::{AmountRow, ChangeRow, TaskRow};
use jixiao_names::{Likeness, Pair, closeness, pair};
use jixiao_normalizer::Exact;

use crate::change::{At, Change, Kind};
use crate::fold::fold_name;

/// Tasks whose closeness is below this are not the same task.
const THRESHOLD: f64 = 0.6;
/// 1 万元 is ten to the power of this in yuan.
const WAN: u32 = 4;

/// An amount of one side.
#[derive(Debug, Default)]
struct Money {
    /// As printed, with its unit.
    text: Option<String>,
    /// In yuan; `None` where the text is not a number.
    yuan: Option<Exact>,
    at: At,
}

impl Money {
    fn of_amount(row: &AmountRow) -> Self {
        let unit = row.unit_raw.as_deref().unwrap_or_default();
        Self {
            text: row.amount_raw.as_ref().map(|raw| format!("{raw}{unit}")),
            yuan: row.amount_yuan.and_then(|yuan| Exact::decimal(yuan.fen().into(), 2)),
            at: At { page: row.page, line: row.line },
        }
    }

    /// A budget of a task, which is printed in 万元.
    fn of_task(row: &TaskRow, raw: Option<&String>) -> Self {
        let plain = |raw: &String| fold_number(raw).parse::<Exact>().ok();
        Self {
            text: raw.map(|raw| format!("{raw}万元")),
            yuan: raw.and_then(plain).and_then(|wan| wan.times_pow10(WAN)),
            at: At { page: row.page, line: row.line },
        }
    }

    /// Nothing printed, a dash, or a zero: no money.
    fn is_none(&self) -> bool {
        match self.yuan {
            Some(yuan) => yuan == Exact::ZERO,
            None => self.text.as_deref().is_none_or(|text| !text.contains(|c: char| c.is_ascii_digit())),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self.yuan, other.yuan) {
            (Some(one), Some(two)) => one == two,
            _ => (self.is_none() && other.is_none()) || self.text == other.text,
        }
    }
}

/// Digits without their separators, half-width.
fn fold_number(raw: &str) -> String {
    let half = |c: char| match c {
        '０'..='９' | '．' | '－' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    raw.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，')).map(half).collect()
}

/// Tells which amounts of the head changed. Amounts meet by their item.
pub(crate) fn compare_amounts(
    form: &ChangeRow,
    before: &[AmountRow],
    after: &[AmountRow],
    changes: &mut Vec<ChangeRow>,
) {
    let (before, after) = (by_item(before), by_item(after));
    let gone = before.iter().filter(|(key, _)| !after.contains_key(*key)).map(|(_, row)| (Some(*row), None));
    let others = after.iter().map(|(key, row)| (before.get(key).copied(), Some(*row)));
    let mut pairs: Vec<(Option<&AmountRow>, Option<&AmountRow>)> = others.chain(gone).collect();
    // In the order of the form, not of the items' names.
    pairs.sort_by_key(|(b, a)| {
        a.or(*b).map(|row| (row.page, row.line, row.y0.map(f64::to_bits), row.x0.map(f64::to_bits)))
    });
    for (b, a) in pairs {
        let money = |row: Option<&AmountRow>| row.map(Money::of_amount).unwrap_or_default();
        let label = a.or(b).map(|row| row.label.clone());
        changes.push(money_change(form, label, &money(b), &money(a)));
    }
}

/// The n-th amount of each item.
fn by_item(rows: &[AmountRow]) -> BTreeMap<(&str, usize), &AmountRow> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut keyed = BTreeMap::new();
    for row in rows {
        let count = counts.entry(&row.item).or_default();
        keyed.insert((row.item.as_str(), *count), row);
        *count += 1;
    }
    keyed
}

fn money_change(form: &ChangeRow, name: Option<String>, before: &Money, after: &Money) -> ChangeRow {
    let kind = if before.is_same(after) { Kind::Same } else { Kind::MoneyChanged };
    let unit = |money: &Money| money.yuan.map(|_| "CNY");
    let change = form.clone().made(kind, Pair::Exact(0, 0)).named(name).at(before.at, after.at);
    change.told(before.text.clone(), after.text.clone()).counted((before.yuan, after.yuan), (unit(before), unit(after)))
}

/// Tells which tasks came, went or were renamed, and which of their budgets changed.
pub(crate) fn compare_tasks(form: &ChangeRow, before: &[TaskRow], after: &[TaskRow], changes: &mut Vec<ChangeRow>) {
    let (b_keys, a_keys) = (task_keys(before), task_keys(after));
    let likeness = |b: usize, a: usize| {
        let (b, a) = (&b_keys[b], &a_keys[a]);
        let both = f64::midpoint(closeness(&b.1, &a.1), closeness(&b.2, &a.2));
        Likeness { score: if b.0 == a.0 { both } else { 0.0 }, favour: 0.0 }
    };
    for pair in pair(&b_keys, &a_keys, THRESHOLD, likeness) {
        let (b, a) = pair.members(before, after);
        changes.push(task_change(form, pair, b, a));
        if let (Some(b), Some(a)) = (b, a) {
            compare_budgets(form, b, a, changes);
        }
    }
}

/// 合计 or not, folded task and project; a row that names one of them only has it twice.
fn task_keys(rows: &[TaskRow]) -> Vec<(bool, String, String)> {
    let key = |row: &TaskRow| {
        let names = [&row.task, &row.project, &row.function];
        let first = |order: [usize; 3]| order.into_iter().find_map(|at| names[at].as_deref()).unwrap_or_default();
        (row.is_total, fold_name(first([0, 1, 2])), fold_name(first([1, 0, 2])))
    };
    rows.iter().map(key).collect()
}

fn task_change(form: &ChangeRow, pair: Pair, before: Option<&TaskRow>, after: Option<&TaskRow>) -> ChangeRow {
    let kind = Kind::of(pair, Kind::TaskRemoved, Kind::TaskAdded, Kind::TaskRenamed);
    let at = |row: Option<&TaskRow>| row.map_or(At::default(), |row| At { page: row.page, line: row.line });
    let told = |row: Option<&TaskRow>| row.map(task_text);
    let change = form.clone().made(kind, pair).named(after.or(before).map(task_name)).at(at(before), at(after));
    change.told(told(before), told(after))
}

fn compare_budgets(form: &ChangeRow, before: &TaskRow, task: &TaskRow, changes: &mut Vec<ChangeRow>) {
    let budgets =
        |row: &TaskRow| [&row.budget_raw, &row.fiscal_raw, &row.other_raw].map(|raw| Money::of_task(row, raw.as_ref()));
    let labels = ["预算资金", "财政拨款", "其他资金"];
    for (label, (before, after)) in labels.into_iter().zip(budgets(before).iter().zip(&budgets(task))) {
        let name = format!("{}：{label}", task_name(task));
        changes.push(money_change(form, Some(name), before, after));
    }
}

/// What a task is called in short: its project, else the task, else the function (合计).
fn task_name(row: &TaskRow) -> String {
    [&row.project, &row.task, &row.function].into_iter().find_map(Clone::clone).unwrap_or_default()
}

fn task_text(row: &TaskRow) -> String {
    let parts: Vec<&str> = [&row.project, &row.task].into_iter().flatten().map(String::as_str).collect();
    if parts.is_empty() { task_name(row) } else { parts.join("：") }
}
