//! What the words of names and values say, weakly, about groups: which group a row belongs to, and where one begins.

use jixiao_model::without_space;

use super::levels::State;
use super::read::{Content, DataRow};
use crate::layouts::{Group, Hierarchy};

/// The strongest that words may speak: enough to choose between readings that are even otherwise, never enough to
/// move a row against a printed label.
const STRONGEST: i32 = 2;
/// Cost of beginning a group between two names with the same ending: `高血压患者规范管理率`, `糖尿病患者规范管理率`.
const LIKE_NAMES: i32 = 2;
/// Cost of beginning a group between two values of one kind, such as two amounts of money.
const LIKE_VALUES: i32 = 1;
/// Characters of a common ending from which names are alike; 率 or 数 alone says nothing.
const LIKE_ENDING: usize = 2;

/// Cost of a row in each state, from the words of its name and value, appended to `costs`.
pub(crate) fn word_costs(row: &DataRow<'_>, states: &[State], hierarchy: &Hierarchy, costs: &mut Vec<i32>) {
    let name = without_space(text(row.name.as_ref()));
    let value = without_space(text(row.value.as_ref()));
    let first = costs.len();
    costs.extend(states.iter().map(|state| {
        let group = state.legal.and_then(|at| hierarchy.groups.get(at));
        group.map_or(0, |group| strength(group, &name, &value))
    }));
    let best = costs[first..].iter().copied().max().unwrap_or(0);
    costs[first..].iter_mut().for_each(|cost| *cost = best - *cost);
}

/// How much a group's words speak for it: an ending of the name, less an ending of the value.
fn strength(group: &Group, name: &str, value: &str) -> i32 {
    if group.names.iter().any(|word| name.ends_with(word.as_str())) {
        STRONGEST
    } else if group.values.iter().any(|word| value.ends_with(word.as_str())) {
        STRONGEST / 2
    } else {
        0
    }
}

/// Cost of beginning a group between two neighbouring rows.
pub(crate) fn seam_cost(above: &DataRow<'_>, below: &DataRow<'_>) -> i32 {
    let names = [above, below].map(|row| text(row.name.as_ref()));
    let values = [above, below].map(|row| text(row.value.as_ref()));
    let like_names = if common_ending(names) >= LIKE_ENDING { LIKE_NAMES } else { 0 };
    let like_values = if kind(values[0]) == kind(values[1]) { LIKE_VALUES } else { 0 };
    like_names + like_values
}

fn text<'t>(content: Option<&'t Content<'_>>) -> &'t str {
    content.map_or("", |content| &content.text)
}

/// Number of characters that two texts end with in common.
fn common_ending([a, b]: [&str; 2]) -> usize {
    a.chars().rev().zip(b.chars().rev()).take_while(|(x, y)| x == y).count()
}

/// Kinds of values, as far as their characters show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Words,
    Date,
    Money,
    Percent,
    Number,
}

fn kind(value: &str) -> Kind {
    let digits = value.bytes().any(|b| b.is_ascii_digit());
    if digits && value.contains(['月', '日']) {
        Kind::Date
    } else if digits && value.contains('元') {
        Kind::Money
    } else if digits && value.contains(['%', '％']) {
        Kind::Percent
    } else if digits {
        Kind::Number
    } else {
        Kind::Words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_and_kinds() {
        assert_eq!(common_ending(["高血压患者规范管理率", "糖尿病患者规范管理率"]), 7);
        assert_eq!(common_ending(["资金拨付率", "糖尿病患者规范管理率"]), 1);
        for (a, b, same) in [("≤100万元", "8000元/人/年", true), ("≥90%", "1月-12月", false), ("健全", "", true)]
        {
            assert_eq!(kind(a) == kind(b), same, "{a} {b}");
        }
    }
}
