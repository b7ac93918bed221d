//! The expectations say what people said of the booklet: ten of its forms were annotated by hand, apart from this
//! program. White space does not count, nor where the rows of a list are cut.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A text or list as one text without white space; nothing is the empty text.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.split_whitespace().collect(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().concat(),
        other => other.to_string(),
    }
}

/// A number as printed (`1,234.50`) or annotated (1234.5) as hundredths.
fn number(value: &Value) -> Option<i64> {
    let plain = text(value).replace(',', "");
    plain.parse::<f64>().ok().map(|number| (number * 100.0).round() as i64)
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// What a form is known by: unit and project.
type Name = (String, String);

/// The forms of an expectation.
fn expected(path: &Path) -> BTreeMap<Name, Value> {
    let name = |form: &Value| {
        let unit = if form["kind"] == "department" { &form["department"] } else { &form["implementing_unit"] };
        (text(unit), text(&form["project_name"]))
    };
    list(&json(path), "forms").iter().map(|form| (name(form), form.clone())).collect()
}

/// Key of the annotation, column of the dataset.
const PROJECT: [(&str, &str); 11] = [
    ("project_name", "project_name"),
    ("category", "project_category"),
    ("department", "department"),
    ("department_code", "department_code"),
    ("unit", "implementing_unit"),
    ("attribute", "project_attribute"),
    ("schedule", "schedule"),
    ("overall_goal", "overall_goal"),
    ("annual_goal", "annual_goal"),
    ("year", "fiscal_year"),
    ("type", "kind"),
];
const DEPARTMENT: [(&str, &str); 11] = [
    ("department_name", "department"),
    ("contact", "contact"),
    ("phone", "phone"),
    ("basis", "mandate_basis"),
    ("functions", "functions"),
    ("core_functions", "core_functions"),
    ("strategic_goal", "strategic_goal"),
    ("annual_goals", "annual_goals"),
    ("included_in_form", "included_in_form"),
    ("year", "fiscal_year"),
    ("type", "kind"),
];

/// One annotated form beside what is expected of it.
struct Pair<'a> {
    gold: &'a Value,
    form: &'a Value,
    whose: String,
}

impl Pair<'_> {
    fn is_project(&self) -> bool {
        self.gold["type"] == "project"
    }

    fn check(&self) {
        self.fields();
        self.units();
        self.amounts();
        self.indicators();
        self.tasks();
        self.staffing();
    }

    fn fields(&self) {
        for (theirs, ours) in if self.is_project() { PROJECT } else { DEPARTMENT } {
            assert_eq!(text(&self.form[ours]), text(&self.gold[theirs]), "{}: {ours}", self.whose);
        }
        let period = ["period_start", "period_end"].map(|column| text(&self.form[column])).concat();
        assert_eq!(period, text(&self.gold["period"]), "{}", self.whose);
    }

    fn units(&self) {
        for (theirs, count, names) in [
            ("subordinate_units", "subordinate_unit_count", "subordinate_units"),
            ("internal_departments", "internal_department_count", "internal_departments"),
        ] {
            let stated = &self.gold[theirs];
            assert_eq!(self.form[count], stated["count"], "{}: {count}", self.whose);
            assert_eq!(list(self.form, names), list(stated, "names"), "{}: {names}", self.whose);
        }
    }

    fn amounts(&self) {
        let stated = &self.gold[if self.is_project() { "funding" } else { "budget" }];
        let stated =
            stated.as_object().unwrap().iter().filter_map(|(item, value)| Some((item.clone(), number(value)?)));
        let rows = list(self.form, "amounts").iter();
        let got = rows.filter_map(|row| Some((text(&row["item"]), number(&row["amount_raw"])?)));
        let (got, wanted): (BTreeMap<_, _>, BTreeMap<_, _>) = (got.collect(), stated.collect());
        assert_eq!(got, wanted, "{}: amounts", self.whose);
    }

    fn indicators(&self) {
        let tables: &[(&str, &str)] =
            if self.is_project() { &[("overall", "overall"), ("annual", "annual")] } else { &[("indicators", "")] };
        let row = |scope: &str, row: &Value, columns: [&str; 4]| {
            let mut cells = vec![scope.to_owned()];
            cells.extend(columns.map(|column| text(&row[column])));
            cells
        };
        let theirs = |(key, scope): &(&'static str, &'static str)| {
            list(self.gold, key).iter().map(|r| row(scope, r, ["l1", "l2", "l3", "value"])).collect::<Vec<_>>()
        };
        let wanted: Vec<_> = tables.iter().flat_map(theirs).collect();
        let ours = |r: &Value| row(&text(&r["scope"]), r, ["level1", "level2", "level3", "value_raw"]);
        let got: Vec<_> = list(self.form, "indicators").iter().map(ours).collect();
        assert_eq!(got, wanted, "{}: indicators", self.whose);
    }

    fn tasks(&self) {
        let row = |row: &Value, money: [&str; 2]| {
            (["function", "task", "project"].map(|key| text(&row[key])), money.map(|key| number(&row[key])))
        };
        let wanted: Vec<_> = list(self.gold, "tasks").iter().map(|task| row(task, ["budget", "fiscal"])).collect();
        let rows = list(self.form, "tasks").iter().filter(|task| task["is_total"] == false);
        let got: Vec<_> = rows.map(|task| row(task, ["budget_raw", "fiscal_raw"])).collect();
        assert_eq!(got, wanted, "{}: tasks", self.whose);
    }

    fn staffing(&self) {
        let rows = |of: &Value, columns: [&str; 3]| {
            list(of, "staffing").iter().map(|row| columns.map(|key| text(&row[key]))).collect::<Vec<_>>()
        };
        let wanted = rows(self.gold, ["item", "previous", "current"]);
        assert_eq!(rows(self.form, ["item", "previous_raw", "current_raw"]), wanted, "{}: staffing", self.whose);
    }
}

#[test]
fn expectations_say_what_the_annotation_says() {
    let gold = json(&root().join("fixtures/gold/jinan-shizhong-2023.part.json"));
    let folders = ["seeds", "fixtures/booklets"].map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let files = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    let expectations: Vec<PathBuf> = files.filter(|path| path.to_str().unwrap().ends_with(".expected.json")).collect();
    assert_eq!(expectations.len(), 8);
    for path in expectations {
        let forms = expected(&path);
        for annotated in list(&gold, "forms") {
            let unit = if annotated["type"] == "project" { "unit" } else { "department_name" };
            let name = (text(&annotated[unit]), text(&annotated["project_name"]));
            let whose = format!("{}: {name:?}", path.file_name().unwrap().to_string_lossy());
            let form = forms.get(&name).unwrap_or_else(|| panic!("{whose} is missing"));
            Pair { gold: annotated, form, whose }.check();
        }
    }
}
