//! Forms that stop before their end: a file cut in the middle, a page left out.

use jixiao_model::{Diagnostic, Form, FormKind, Scope, Severity};

/// A group that this share of the other forms of a kind (in percent) closes with is expected in all.
const USUAL: usize = 80;
/// Fewer forms of a kind say nothing about what is usual.
const FEWEST: usize = 3;

/// One diagnostic for each form that lacks a table, or the last group that its twin table or its siblings have.
pub(crate) fn incomplete_forms(forms: &[Form]) -> Vec<Diagnostic> {
    forms.iter().enumerate().filter_map(|(at, form)| incomplete_form(forms, at, form)).collect()
}

fn incomplete_form(forms: &[Form], at: usize, form: &Form) -> Option<Diagnostic> {
    let what = what_is_missing(forms, form)?;
    let name = form.text("project_name").or_else(|| form.text("department")).unwrap_or("a form without name");
    let message =
        format!("the form of “{name}” stops before its end: {what}; look whether the file was cut or a page left out");
    let mut diagnostic = Diagnostic::new("form_incomplete", Severity::Warning, message, form.place);
    diagnostic.form = Some(at + 1);
    Some(diagnostic)
}

fn what_is_missing(forms: &[Form], form: &Form) -> Option<String> {
    if form.indicators.is_empty() {
        return Some("it has no indicators".to_owned());
    }
    let scopes = [Scope::Overall, Scope::Annual].map(|s| groups(form, Some(s)));
    if let Some(missing) = missing_table(forms, form, &scopes) {
        return Some(format!("the table {missing} is missing"));
    }
    let [overall, annual] = scopes;
    let own = if form.indicators.iter().all(|i| i.scope.is_none()) { groups(form, None) } else { annual };
    let expected = if overall.is_empty() { usual_groups(forms, form)? } else { overall };
    // A form that stops lacks what would come last; a group left out before that is the author's choice.
    let last = expected.last().filter(|last| !own.contains(last))?;
    Some(format!("its last table has no {last}"))
}

/// 总体绩效指标 promises 年度绩效指标; the other way round only where the other forms have both.
fn missing_table(forms: &[Form], form: &Form, [overall, annual]: &[Vec<String>; 2]) -> Option<&'static str> {
    let has = |form: &Form, scope| form.indicators.iter().any(|i| i.scope == Some(scope));
    let has_both = |other: &Form| has(other, Scope::Overall) && has(other, Scope::Annual);
    match (form.kind, overall.is_empty(), annual.is_empty()) {
        (FormKind::Project, false, true) => Some("年度绩效指标"),
        (FormKind::Project, true, false) if forms.iter().any(has_both) => Some("总体绩效指标"),
        _ => None,
    }
}

/// 一级指标 of a table, in the order of its rows.
fn groups(form: &Form, scope: Option<Scope>) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    for level1 in form.indicators.iter().filter(|i| i.scope == scope).filter_map(|i| i.level1.as_ref()) {
        if !groups.contains(level1) {
            groups.push(level1.clone());
        }
    }
    groups
}

/// The groups that nearly all other departments have; projects differ too much to expect anything of one.
fn usual_groups(forms: &[Form], form: &Form) -> Option<Vec<String>> {
    let is_other = |o: &&Form| o.kind == form.kind && o.place != form.place && form.kind == FormKind::Department;
    let others: Vec<Vec<String>> = forms.iter().filter(is_other).map(|o| groups(o, None)).collect();
    let usual = |g: &&String| others.iter().filter(|o| o.contains(g)).count() * 100 >= others.len() * USUAL;
    let fullest = others.iter().max_by_key(|o| o.len())?;
    (others.len() >= FEWEST).then(|| fullest.iter().filter(usual).cloned().collect())
}
