//! A form as read ↔ the form as it must be.

use jixiao_model::{Form, Indicator, Status, without_space};

/// What differs between two forms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Rows of indicators that are wrong or missing.
    pub wrong_rows: usize,
    /// Of these, the ones that are marked repaired or uncertain.
    pub marked_rows: usize,
    /// The head (fields, amounts, tasks, staffing) differs.
    pub head_differs: bool,
    /// The differences in words, for a person.
    pub report: Vec<String>,
}

impl Comparison {
    /// Nothing differs.
    pub fn is_exact(&self) -> bool {
        self.wrong_rows == 0 && !self.head_differs
    }
}

/// Compares all that a form says; white space does not count.
pub fn compare(wanted: &Form, got: &Form) -> Comparison {
    let mut result = Comparison::default();
    let key = |i: &Indicator| {
        let fold = |t: &Option<String>| t.as_ref().map(|t| without_space(t).into_owned());
        (i.scope, fold(&i.level1), fold(&i.level2), fold(&i.level3), fold(&i.value))
    };
    let mut left: Vec<_> = wanted.indicators.iter().map(key).collect();
    for indicator in &got.indicators {
        let row = key(indicator);
        if let Some(at) = left.iter().position(|w| *w == row) {
            left.remove(at);
            continue;
        }
        result.wrong_rows += 1;
        result.marked_rows += usize::from(indicator.status != Status::AsPrinted);
        result.report.push(format!("got    {row:?} {}", indicator.status.as_str()));
    }
    let lost = wanted.indicators.len().saturating_sub(got.indicators.len());
    result.wrong_rows += lost;
    result.report.extend(left.iter().map(|row| format!("wanted {row:?}")));
    compare_heads(wanted, got, &mut result);
    result
}

fn compare_heads(wanted: &Form, got: &Form, result: &mut Comparison) {
    for (what, a, b) in [
        ("fields", fields(wanted), fields(got)),
        ("amounts", amounts(wanted), amounts(got)),
        ("tasks", tasks(wanted), tasks(got)),
        ("staffing", staffing(wanted), staffing(got)),
    ] {
        if a != b {
            result.head_differs = true;
            let differing = a.iter().filter(|x| !b.contains(x)).map(|x| format!("wanted {what}: {x}"));
            result.report.extend(differing);
            result.report.extend(b.iter().filter(|x| !a.contains(x)).map(|x| format!("got    {what}: {x}")));
        }
    }
}

fn fields(form: &Form) -> Vec<String> {
    let mut fields: Vec<String> = form
        .fields
        .iter()
        .map(|(name, f)| without_space(&format!("{name}={:?}", f.value)).replace("\\n", ""))
        .collect();
    // A list is compared as a whole: where its rows are cut is the source's matter.
    for field in &mut fields {
        *field = field.replace("\",\"", "");
    }
    fields.sort();
    fields
}

fn amounts(form: &Form) -> Vec<String> {
    let mut all: Vec<String> = form.amounts.iter().map(|a| format!("{} {:?}", a.item, a.fen)).collect();
    all.sort();
    all
}

fn tasks(form: &Form) -> Vec<String> {
    form.tasks
        .iter()
        .map(|t| {
            let all = [&t.function, &t.task, &t.project, &t.budget, &t.fiscal, &t.other];
            all.iter().map(|x| x.as_deref().map(|x| without_space(x).into_owned()).unwrap_or_default() + "|").collect()
        })
        .collect()
}

fn staffing(form: &Form) -> Vec<String> {
    form.staffing.iter().map(|s| format!("{} {:?} {:?}", s.item, s.previous, s.current)).collect()
}
