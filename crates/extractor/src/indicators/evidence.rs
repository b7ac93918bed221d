//! What the name and the value of an indicator say, weakly, about its group.

use jixiao_model::without_space;

use super::levels::Lattice;
use super::read::DataRow;
use crate::layouts::{Group, Hierarchy};

/// The strongest that words may speak: enough to choose between readings that are even otherwise, never enough to
/// move a row against a printed label.
const STRONGEST: i32 = 2;

/// Cost of a row in each state, from the words of its name and value.
pub(crate) fn name_costs(row: &DataRow, lattice: &Lattice, hierarchy: &Hierarchy) -> Vec<i32> {
    let name = row.name.as_ref().map(|n| without_space(&n.text)).unwrap_or_default();
    let value = row.value.as_ref().map(|v| without_space(&v.text)).unwrap_or_default();
    let strength = |group: Option<usize>| {
        group.and_then(|g| hierarchy.groups.get(g)).map_or(0, |group| hint(group, &name, &value))
    };
    let strengths: Vec<i32> = lattice.states.iter().map(|s| strength(s.group)).collect();
    let best = strengths.iter().copied().max().unwrap_or(0);
    strengths.iter().map(|s| best - s).collect()
}

/// How much a group's words speak for it: an ending of the name, less an ending of the value.
fn hint(group: &Group, name: &str, value: &str) -> i32 {
    if group.names.iter().any(|word| name.ends_with(word.as_str())) {
        STRONGEST
    } else if group.values.iter().any(|word| value.ends_with(word.as_str())) {
        STRONGEST / 2
    } else {
        0
    }
}
