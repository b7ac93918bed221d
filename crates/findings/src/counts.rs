//! Counts of units against the names that follow them.

use jixiao_model::{Field, FieldValue, Form};

use crate::note::Notes;
use crate::rules::Code;

/// Count, names, and what people call them.
const LISTS: [(&str, &str, &str); 2] = [
    ("subordinate_unit_count", "subordinate_units", "直属单位"),
    ("internal_department_count", "internal_departments", "内设职能部门"),
];

pub(crate) fn check(notes: &mut Notes<'_>) {
    for (count, names, label) in LISTS {
        let (Some(rule), Some(stated)) = (notes.rule(Code::UnitCountDiffers), field(notes.form, count)) else {
            continue;
        };
        let FieldValue::Count(number) = stated.value else { continue };
        let listed = match field(notes.form, names).map(|field| &field.value) {
            Some(FieldValue::List(names)) => names.as_slice(),
            _ => &[],
        };
        // 等 says that there are more.
        let open = listed.last().is_some_and(|name| name.trim_end().ends_with('等'));
        if open || usize::try_from(number) == Ok(listed.len()) {
            continue;
        }
        let message = format!("{label} {number} 个, but {} are named: {}", listed.len(), listed.join("、"));
        notes.add(rule, stated.place, message);
    }
}

fn field<'a>(form: &'a Form, name: &str) -> Option<&'a Field<FieldValue>> {
    form.fields.iter().find(|(known, _)| *known == name).map(|(_, field)| field)
}
