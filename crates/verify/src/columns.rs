//! Which columns of which tables an expectation compares.

use std::collections::BTreeMap;

use jixiao_exporter::TABLES;
use serde_json::{Map, Value};

/// Columns by table. Columns that follow from the bytes or the name of the file, places, parsed values (they follow
/// from the raw ones) and wording are not among the usual ones.
const USUAL: [(&str, &[&str]); 9] = [
    ("documents", &["format", "pages", "title", "fiscal_year", "status"]),
    ("contents", &["section", "section_title", "entry", "unit", "project", "printed_page", "form_id"]),
    (
        "forms",
        &[
            "kind",
            "title",
            "fiscal_year",
            "project_name",
            "project_category",
            "department",
            "department_code",
            "implementing_unit",
            "project_attribute",
            "period_start",
            "period_end",
            "schedule",
            "overall_goal",
            "annual_goal",
            "contact",
            "phone",
            "mandate_basis",
            "functions",
            "core_functions",
            "strategic_goal",
            "annual_goals",
            "subordinate_unit_count",
            "subordinate_units",
            "included_in_form",
            "internal_department_count",
            "internal_departments",
            "repairs",
            "other_fields",
        ],
    ),
    ("amounts", &["item", "label", "amount_raw", "unit_raw", "amount_yuan"]),
    (
        "indicators",
        &[
            "scope",
            "level1",
            "level2",
            "level3",
            "value_raw",
            "value_suggested",
            "weight",
            "actual_value_raw",
            "score",
            "explanation",
            "deviation_reason",
            "standard",
            "status",
            "repairs",
        ],
    ),
    ("tasks", &["function", "task", "project", "budget_raw", "fiscal_raw", "other_raw", "is_total"]),
    ("staffing", &["item", "previous_raw", "current_raw"]),
    ("diagnostics", &["form_id", "indicator_id", "code", "severity"]),
    (UNPLACED, &["text"]),
];

/// Key of the columns in an expectation.
pub(crate) const COLUMNS: &str = "columns";

/// Text that went nowhere: no table of the dataset, but a list of the JSON.
const UNPLACED: &str = "unplaced";
/// Its columns.
const UNPLACED_COLUMNS: [&str; 3] = ["page", "line", "text"];

/// Which columns are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns(BTreeMap<String, Vec<String>>);

impl Default for Columns {
    /// The usual ones: what a reader of the dataset relies on.
    fn default() -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self(USUAL.iter().map(|(table, columns)| ((*table).to_owned(), owned(columns))).collect())
    }
}

impl Columns {
    /// These columns but for some of a table.
    #[must_use]
    pub fn without(mut self, table: &str, left_out: &[&str]) -> Self {
        if let Some(columns) = self.0.get_mut(table) {
            columns.retain(|column| !left_out.contains(&column.as_str()));
        }
        self
    }

    /// What the key `columns` of an expectation says; the error is what does not exist.
    pub(crate) fn from_json(json: &Value) -> Result<Self, String> {
        let tables = json.as_object().ok_or("`columns` is no object of tables")?;
        let read = |(table, names): (&String, &Value)| {
            let names: Option<Vec<String>> =
                names.as_array().and_then(|names| names.iter().map(|name| Some(name.as_str()?.to_owned())).collect());
            let names = names.ok_or_else(|| format!("`columns` of {table} is no list of names"))?;
            let known = known_columns(table).ok_or_else(|| format!("there is no table {table}"))?;
            match names.iter().find(|name| !known.contains(&name.as_str())) {
                Some(name) => Err(format!("the table {table} has no column {name}")),
                None => Ok((table.clone(), names)),
            }
        };
        tables.iter().map(read).collect::<Result<_, String>>().map(Self)
    }

    /// The `columns` of an expectation, tables in the order of the dataset.
    pub(crate) fn to_json(&self) -> Value {
        let tables = USUAL.iter().filter_map(|(table, _)| Some((*table, self.of(table)?)));
        tables.map(|(table, columns)| (table.to_owned(), Value::from(columns))).collect::<Map<_, _>>().into()
    }

    /// The columns of a table; `None` where it is not compared.
    pub(crate) fn of(&self, table: &str) -> Option<&[String]> {
        self.0.get(table).map(Vec::as_slice)
    }
}

/// The columns that a table has.
fn known_columns(table: &str) -> Option<Vec<&'static str>> {
    if table == UNPLACED {
        return Some(UNPLACED_COLUMNS.to_vec());
    }
    let table = TABLES.iter().find(|known| known.name == table && !known.optional)?;
    Some(table.columns.iter().map(|column| column.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_columns_exist() {
        let usual = Columns::default();
        assert_eq!(Columns::from_json(&usual.to_json()), Ok(usual));
    }

    #[test]
    fn what_does_not_exist_is_named() {
        let error = |json: &str| Columns::from_json(&serde_json::from_str(json).unwrap()).unwrap_err();
        assert_eq!(error(r#"{"indicator": []}"#), "there is no table indicator");
        assert_eq!(error(r#"{"indicators": ["level4"]}"#), "the table indicators has no column level4");
        assert!(error(r#"{"indicators": "level1"}"#).contains("no list"));
        assert!(error("[]").contains("no object"));
    }
}
