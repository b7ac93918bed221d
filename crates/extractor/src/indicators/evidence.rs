//! What the words of names and values say, weakly, about groups: which group a row belongs to, and where one begins.

use jixiao_model::without_space;
use rustc_hash::FxHashMap;

use super::levels::State;
use super::read::{Content, DataRow};
use crate::layouts::Hierarchy;

/// The strongest that words may speak: enough to choose between readings that are even otherwise, never enough to
/// move a row against a printed label.
const STRONGEST: i32 = 2;
/// Cost of beginning a group between two names with the same ending: `高血压患者规范管理率`, `糖尿病患者规范管理率`.
const LIKE_NAMES: i32 = 2;
/// Cost of beginning a group between two values of one kind, such as two amounts of money.
const LIKE_VALUES: i32 = 1;
/// Characters of a common ending from which names are alike; 率 or 数 alone says nothing.
const LIKE_ENDING: usize = 2;

/// The words that speak for the groups of a hierarchy, by their last character.
#[derive(Debug, Default)]
pub(crate) struct Words<'a> {
    /// Endings of names, and of values, each with its group.
    names: Endings<'a>,
    values: Endings<'a>,
    groups: usize,
}

type Endings<'a> = FxHashMap<char, Vec<(&'a str, usize)>>;

impl<'a> Words<'a> {
    /// The words of a hierarchy.
    pub(crate) fn new(hierarchy: &'a Hierarchy) -> Self {
        let mut words = Self { groups: hierarchy.groups.len(), ..Self::default() };
        for (at, group) in hierarchy.groups.iter().enumerate() {
            add_endings(&mut words.names, &group.names, at);
            add_endings(&mut words.values, &group.values, at);
        }
        words
    }

    /// Cost of a row in each state, from the words of its name and value, appended to `costs`.
    pub(crate) fn add_costs(&self, row: &DataRow<'_>, states: &[State], costs: &mut Vec<i32>) {
        let strengths = self.strengths(row);
        let strength = |state: &State| state.legal.and_then(|at| strengths.get(at)).copied().unwrap_or(0);
        let best = states.iter().map(strength).max().unwrap_or(0);
        costs.extend(states.iter().map(|state| best - strength(state)));
    }

    /// How much words speak for each group: an ending of the name, less an ending of the value.
    fn strengths(&self, row: &DataRow<'_>) -> Vec<i32> {
        let mut strengths = vec![0; self.groups];
        speak(&mut strengths, &self.values, text(row.value.as_ref()), STRONGEST / 2);
        speak(&mut strengths, &self.names, text(row.name.as_ref()), STRONGEST);
        strengths
    }
}

fn add_endings<'a>(endings: &mut Endings<'a>, words: &'a [String], group: usize) {
    for word in words {
        if let Some(last) = word.chars().next_back() {
            endings.entry(last).or_default().push((word, group));
        }
    }
}

fn speak(strengths: &mut [i32], endings: &Endings<'_>, text: &str, strength: i32) {
    let text = without_space(text);
    let known = text.chars().next_back().and_then(|last| endings.get(&last));
    for (_, group) in known.into_iter().flatten().filter(|(word, _)| text.ends_with(word)) {
        strengths[*group] = strength;
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
