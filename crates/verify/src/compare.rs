//! A document against what is expected of it: row by row, cell by cell.

use serde_json::{Map, Value};

use crate::align::{Step, align};
use crate::expectation::{BESIDE, Comparable, DOCUMENT, Expectation, FORMS, INSIDE, rows, says_nothing};
use crate::source::{Place, place_of_text, source_text};

/// How one table went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Score {
    /// Name of the table.
    pub table: &'static str,
    /// Rows of which every compared cell is right.
    pub right: usize,
    /// Rows that are expected.
    pub wanted: usize,
    /// Rows that were read.
    pub got: usize,
    /// Cells that are right. Cells that say nothing on both sides are not counted.
    pub cells_right: usize,
    /// Cells of all rows, those of missing and surplus rows too.
    pub cells: usize,
}

impl Score {
    /// Everything is right.
    pub fn is_exact(&self) -> bool {
        self.right == self.wanted && self.right == self.got
    }

    /// Share of the cells that are right, in percent; 100 where nothing is expected and nothing was read.
    pub fn accuracy(&self) -> f64 {
        if self.cells == 0 { 100.0 } else { self.cells_right as f64 * 100.0 / self.cells as f64 }
    }

    /// Adds the figures of another document.
    pub fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.wanted += other.wanted;
        self.got += other.got;
        self.cells_right += other.cells_right;
        self.cells += other.cells;
    }
}

/// The tables that are compared, in the order of reports.
pub const TABLES: [&str; 9] =
    ["documents", "contents", "forms", "amounts", "indicators", "tasks", "staffing", "diagnostics", "unplaced"];

/// A cell that differs, or a row that is missing or too many.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Name of the table.
    pub table: &'static str,
    /// The form: its ordinal as it was read (as expected, where it is missing), and its name.
    pub form: Option<String>,
    /// What people call the row: the name of the indicator, the label of the amount, …
    pub row: String,
    /// Position of the row among the rows of the table in its form; `None` for a row that is missing.
    pub position: Option<usize>,
    /// The column; `None` for a whole row.
    pub column: Option<String>,
    /// What is expected: a cell or a row. `None` for a row too many.
    pub expected: Option<Value>,
    /// What was read: a cell or a row. `None` for a missing row.
    pub got: Option<Value>,
    /// Where the row stands; for a missing row, the one before it.
    pub place: Place,
    /// What the source says there, cells with ` | ` between; `None` where no table is, or where nobody looked.
    pub source: Option<String>,
}

impl Difference {
    /// Which cell or row, and where: `indicators, form 3 租赁住房补贴: 发放及时率, level2 (line 535)`.
    pub fn title(&self) -> String {
        let form = self.form.as_ref().map(|form| format!(", form {form}")).unwrap_or_default();
        let row = if self.row.is_empty() { String::new() } else { format!(": {}", self.row) };
        let what = match (&self.column, &self.expected, &self.got) {
            (Some(column), ..) => format!(", {column}"),
            (None, Some(_), _) => ", missing row".to_owned(),
            (None, None, _) => ", row too many".to_owned(),
        };
        let place = self.place.describe();
        let after = if self.position.is_none() && self.got.is_none() { "after " } else { "" };
        let place = if place.is_empty() { place } else { format!(" ({after}{place})") };
        format!("{}{form}{row}{what}{place}", self.table)
    }

    /// The difference in lines: where, what the source says, what is expected, what was read.
    pub fn describe(&self) -> String {
        let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "no such row".to_owned(), shown_value);
        let (expected, got) = excerpts(&shown(&self.expected), &shown(&self.got));
        let source = self.source.as_ref().map(|text| format!("\n  source    {}", excerpts(text, "").0));
        format!("{}{}\n  expected  {expected}\n  got       {got}", self.title(), source.unwrap_or_default())
    }
}

/// Characters of a text that are shown before what differs, and in all.
const BEFORE: usize = 30;
const SHOWN: usize = 120;

/// Two texts from shortly before the first character in which they differ, with … for what is left out.
fn excerpts(one: &str, other: &str) -> (String, String) {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let excerpt = |text: &str| {
        let length = text.chars().count();
        let from = if length > SHOWN { same.saturating_sub(BEFORE) } else { 0 };
        let shown: String = text.chars().skip(from).take(SHOWN).collect();
        let (head, tail) = (if from > 0 { "…" } else { "" }, if from + SHOWN < length { "…" } else { "" });
        format!("{head}{}{tail}", shown.replace('\n', "⏎"))
    };
    (excerpt(one), excerpt(other))
}

/// A text as it is, nothing as `(nothing)`, anything else as JSON.
fn shown_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other if says_nothing(other) => "(nothing)".to_owned(),
        other => other.to_string(),
    }
}

/// How a document compares with its expectation.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// One score for each table that is compared, in the order of [`TABLES`].
    pub scores: Vec<Score>,
    /// All differences, in the order of the document.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// Adds what the source says at each difference, and finds the cells of fields of forms. The document must have been read with its cells.
    #[must_use]
    pub fn with_sources(mut self, document: &Comparable) -> Self {
        for difference in &mut self.differences {
            let text = difference.got.as_ref().and_then(Value::as_str).filter(|_| difference.table == FORMS);
            let place = text.and_then(|text| place_of_text(document, &difference.place, text));
            difference.place = place.unwrap_or(difference.place);
            difference.source = source_text(document, &difference.place);
        }
        self
    }

    /// The score of a table; nothing expected and nothing read where it was not compared.
    pub fn score(&self, table: &str) -> Score {
        self.scores.iter().find(|score| score.table == table).cloned().unwrap_or_default()
    }
}

/// Compares a document with its expectation.
pub fn compare(expectation: &Expectation, document: &Comparable) -> Comparison {
    compare_by(expectation, document, |wanted, got| wanted == got)
}

/// Compares by a notion of one's own of when two cells are the same; two that say nothing always are.
pub fn compare_by(
    expectation: &Expectation,
    document: &Comparable,
    same: impl Fn(&Value, &Value) -> bool,
) -> Comparison {
    let compared = |table: &&&str| expectation.columns.of(table).is_some();
    let scores = TABLES.iter().filter(compared).map(|table| Score { table, ..Score::default() }).collect();
    let result = Comparison { scores, differences: Vec::new() };
    let mut walk = Walk { expectation, same, result };
    walk.document(&expectation.json, &document.0);
    walk.result
}

struct Walk<'a, S> {
    expectation: &'a Expectation,
    same: S,
    result: Comparison,
}

/// The rows of one table, in one form or beside the forms.
struct Lists<'a> {
    table: &'static str,
    columns: &'a [String],
    form: Option<String>,
    wanted: &'a [Value],
    got: &'a [Value],
}

impl<'a, S: Fn(&Value, &Value) -> bool> Walk<'a, S> {
    fn document(&mut self, wanted: &'a Value, got: &'a Value) {
        let slice = |json: &'a Value| json.get(DOCUMENT).map_or(&[][..], std::slice::from_ref);
        self.lists("documents", None, slice(wanted), slice(got));
        self.table(BESIDE[0], None, wanted, got);
        self.forms(wanted, got);
        for table in &BESIDE[1..] {
            self.table(table, None, wanted, got);
        }
    }

    fn table(&mut self, table: &'static str, form: Option<&str>, wanted: &'a Value, got: &'a Value) {
        self.lists(table, form, rows(wanted, table), rows(got, table));
    }

    fn forms(&mut self, wanted: &'a Value, got: &'a Value) {
        let (wanted, got) = (rows(wanted, FORMS), rows(got, FORMS));
        for step in self.lists(FORMS, None, wanted, got) {
            let (ordinal, before, after) = match step {
                Step::Both(a, b) => (b, &wanted[a], &got[b]),
                Step::Missing(a) => (a, &wanted[a], &Value::Null),
                Step::Extra(b) => (b, &Value::Null, &got[b]),
            };
            let name = format!("{} {}", ordinal + 1, name_of(FORMS, if after.is_null() { before } else { after }));
            let whole = matches!(step, Step::Both(..));
            for table in INSIDE {
                let told = self.result.differences.len();
                self.table(table, Some(&name), before, after);
                // That the form is missing, or one too many, says it of its rows.
                self.result.differences.truncate(if whole { usize::MAX } else { told });
            }
        }
    }

    fn lists(&mut self, table: &'static str, form: Option<&str>, wanted: &'a [Value], got: &'a [Value]) -> Vec<Step> {
        let Some(columns) = self.expectation.columns.of(table) else { return Vec::new() };
        let lists = Lists { table, columns, form: form.map(str::to_owned), wanted, got };
        let steps = align(wanted.len(), got.len(), |a, b| self.alike(&lists, a, b));
        let mut score = Score { table, wanted: wanted.len(), got: got.len(), ..Score::default() };
        let mut last = None;
        for step in &steps {
            if let Step::Both(_, at) | Step::Extra(at) = step {
                last = Some(*at);
            }
            self.step(&lists, *step, last, &mut score);
        }
        if let Some(sum) = self.result.scores.iter_mut().find(|sum| sum.table == table) {
            sum.add(&score);
        }
        steps
    }

    /// How much two rows have in common: 100 where nothing differs, less otherwise.
    fn alike(&self, lists: &Lists<'_>, wanted: usize, got: usize) -> u32 {
        let (mut same, mut all) = (0_u32, 0_u32);
        for column in lists.columns {
            let (a, b) = (cell(&lists.wanted[wanted], column), cell(&lists.got[got], column));
            if !(says_nothing(a) && says_nothing(b)) {
                all += 1;
                same += u32::from(self.is_same(a, b));
            }
        }
        match lists.table {
            _ if same == all => 100,
            // Of these, nothing but the whole says which is which; there is one document.
            "diagnostics" | "unplaced" => 0,
            "documents" => 99,
            _ => same * 100 / all,
        }
    }

    fn is_same(&self, wanted: &Value, got: &Value) -> bool {
        (says_nothing(wanted) && says_nothing(got)) || (self.same)(wanted, got)
    }

    fn step(&mut self, lists: &Lists<'_>, step: Step, last: Option<usize>, score: &mut Score) {
        let place = last.map(|at| Place::of(&lists.got[at])).unwrap_or_default();
        let difference = |row: &Value, position| Difference {
            table: lists.table,
            form: lists.form.clone(),
            row: name_of(lists.table, row),
            position,
            column: None,
            expected: None,
            got: None,
            place,
            source: None,
        };
        match step {
            Step::Both(wanted, got) => {
                let (wanted, found) = (&lists.wanted[wanted], &lists.got[got]);
                self.cells(lists.columns, wanted, found, &difference(found, Some(got)), score);
            }
            Step::Missing(at) => {
                let row = shown(&lists.wanted[at], lists.columns);
                score.cells += row.len();
                let missing = difference(&lists.wanted[at], None);
                self.result.differences.push(Difference { expected: Some(row.into()), ..missing });
            }
            Step::Extra(at) => {
                let row = shown(&lists.got[at], lists.columns);
                score.cells += row.len();
                let extra = difference(&lists.got[at], Some(at));
                self.result.differences.push(Difference { got: Some(row.into()), ..extra });
            }
        }
    }

    fn cells(&mut self, columns: &[String], wanted: &Value, got: &Value, row: &Difference, score: &mut Score) {
        let told = self.result.differences.len();
        for column in columns {
            let (expected, found) = (cell(wanted, column), cell(got, column));
            if says_nothing(expected) && says_nothing(found) {
                continue;
            }
            score.cells += 1;
            if self.is_same(expected, found) {
                score.cells_right += 1;
                continue;
            }
            self.result.differences.push(Difference {
                column: Some(column.clone()),
                expected: Some(expected.clone()),
                got: Some(found.clone()),
                ..row.clone()
            });
        }
        score.right += usize::from(self.result.differences.len() == told);
    }
}

fn cell<'v>(row: &'v Value, column: &str) -> &'v Value {
    row.get(column).unwrap_or(&Value::Null)
}

/// The compared cells of a row that say something.
fn shown(row: &Value, columns: &[String]) -> Map<String, Value> {
    let cells = columns.iter().map(|column| (column.clone(), cell(row, column).clone()));
    cells.filter(|(_, value)| !says_nothing(value)).collect()
}

/// What people call a row: the first of the columns that say it.
fn name_of(table: &str, row: &Value) -> String {
    let columns: &[&str] = match table {
        "forms" => &["project_name", "department", "title"],
        "indicators" => &["level3", "level2"],
        "amounts" => &["label", "item"],
        "tasks" => &["project", "task", "function"],
        "staffing" => &["item"],
        "contents" => &["entry"],
        "diagnostics" => &["code"],
        "unplaced" => &["text"],
        _ => &["title"],
    };
    columns.iter().find_map(|column| cell(row, column).as_str()).unwrap_or_default().to_owned()
}
