//! 成本指标 against the money of the project.

use jixiao_model::{Amount, FormKind, Scope};
use jixiao_names::fold;
use jixiao_normalizer::{Dimension, Kind, Value};

use crate::money::{amount, fen_of_yuan, tolerance, wan};
use crate::note::{Notes, Row};
use crate::rules::Code;

/// 二级指标 of what a project costs in money; 社会成本 and 生态环境成本 are not paid out of it.
const COST_LEVELS: [&str; 4] = ["成本指标", "经济成本指标", "经济成本", "成本"];

pub(crate) fn check(notes: &mut Notes<'_>) {
    if notes.form.kind == FormKind::Department {
        return;
    }
    for scope in [Some(Scope::Overall), Some(Scope::Annual), None] {
        let items: &[&str] = if scope == Some(Scope::Overall) { &["total"] } else { &["annual_total", "total"] };
        let money = items
            .iter()
            .filter_map(|item| amount(notes.form, item))
            .find(|amount| amount.fen.is_some_and(|fen| fen > 0));
        if let Some(money) = money {
            table(notes, scope, money);
        }
    }
}

/// The costs of one table that are given in money, with their fen.
fn costs<'a>(notes: &Notes<'a>, scope: Option<Scope>) -> Vec<(Row<'a>, i128)> {
    let in_scope = notes.rows().into_iter().filter(|row| row.indicator.scope == scope);
    let in_money = in_scope.filter_map(|row| Some((row, cost(row.value()?)?)));
    in_money.filter(|(row, _)| is_cost(*row)).collect()
}

fn is_cost(row: Row<'_>) -> bool {
    row.indicator.level2.as_deref().is_some_and(|level| COST_LEVELS.contains(&fold(level).as_str()))
}

/// The most that a cost may come to, in fen; a price per person or year is no cost of the project.
fn cost(value: &Value) -> Option<i128> {
    let money = value.dimension == Some(Dimension::Money) && value.currency.as_deref() == Some("CNY");
    let whole = money && value.per.is_empty() && value.change.is_none();
    let number = match value.kind {
        Kind::Quantity => value.value,
        Kind::Range => value.upper.as_ref().map(|bound| bound.value),
        _ => None,
    };
    number.filter(|_| whole).and_then(fen_of_yuan)
}

fn table(notes: &mut Notes<'_>, scope: Option<Scope>, money: &Amount) {
    let available = money.fen.unwrap_or(0);
    let costs = costs(notes, scope);
    for (row, cost) in &costs {
        let Some(rule) = notes.rule(Code::CostAboveFunding) else { break };
        if cost - available > tolerance(rule, 1) {
            let message = format!("{} is {}, but {} is {}", row.name(), row.printed(), money.label, wan(available));
            notes.add_row(rule, *row, message);
        }
    }
    sum(notes, &costs, money);
}

/// Costs beside each other must not come to more than the money. A total among them is not counted.
fn sum(notes: &mut Notes<'_>, costs: &[(Row<'_>, i128)], money: &Amount) {
    let Some(rule) = notes.rule(Code::CostSumAboveFunding) else { return };
    let available = money.fen.unwrap_or(0);
    let is_part = |(row, cost): &&(Row<'_>, i128)| *cost < available && !rule.exempts(row.folded);
    let parts: Vec<&(Row<'_>, i128)> = costs.iter().filter(is_part).collect();
    let sum: i128 = parts.iter().map(|(_, cost)| cost).sum();
    let Some((first, _)) = parts.first().filter(|_| parts.len() > 1) else { return };
    if sum - available <= tolerance(rule, parts.len()) {
        return;
    }
    let listed: Vec<String> = parts.iter().map(|(row, _)| format!("{} {}", row.name(), row.printed())).collect();
    let message = format!(
        "{} of {} come to {}, but {} is {}",
        listed.join(", "),
        first.table(),
        wan(sum),
        money.label,
        wan(available)
    );
    notes.add_row(rule, *first, message);
}
