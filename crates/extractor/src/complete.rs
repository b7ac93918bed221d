//! Forms that stop before their end: a file cut in the middle, a page left out.

use std::collections::BTreeSet;

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
    let scopes = [Scope::Overall, Scope::Annual].map(|s| (s, groups(form, Some(s))));
    if let Some(missing) = missing_table(forms, form, &scopes) {
        return Some(format!("the table {missing} is missing"));
    }
    let own = if form.indicators.iter().all(|i| i.scope.is_none()) { groups(form, None) } else { scopes[1].1.clone() };
    let expected = twin_groups(form).or_else(|| usual_groups(forms, form))?;
    let missing = expected.difference(&own).next()?;
    Some(format!("its last table has no {missing}"))
}

/// 总体绩效指标 promises 年度绩效指标; the other way round only where the other forms have both.
fn missing_table(
    forms: &[Form],
    form: &Form,
    [(_, overall), (_, annual)]: &[(Scope, BTreeSet<String>); 2],
) -> Option<&'static str> {
    let has = |form: &Form, scope| form.indicators.iter().any(|i| i.scope == Some(scope));
    let has_both = |other: &Form| has(other, Scope::Overall) && has(other, Scope::Annual);
    match (form.kind, overall.is_empty(), annual.is_empty()) {
        (FormKind::Project, false, true) => Some("年度绩效指标"),
        (FormKind::Project, true, false) if forms.iter().any(has_both) => Some("总体绩效指标"),
        _ => None,
    }
}

/// 一级指标 of a table.
fn groups(form: &Form, scope: Option<Scope>) -> BTreeSet<String> {
    form.indicators.iter().filter(|i| i.scope == scope).filter_map(|i| i.level1.clone()).collect()
}

/// The groups of 总体绩效指标, where the form has both tables.
fn twin_groups(form: &Form) -> Option<BTreeSet<String>> {
    let overall = groups(form, Some(Scope::Overall));
    (!overall.is_empty()).then_some(overall)
}

/// The groups that nearly all other forms of the kind have.
fn usual_groups(forms: &[Form], form: &Form) -> Option<BTreeSet<String>> {
    let others: Vec<BTreeSet<String>> =
        forms.iter().filter(|o| o.kind == form.kind && o.place != form.place).map(|o| groups(o, None)).collect();
    let all: BTreeSet<&String> = others.iter().flatten().collect();
    let usual = |g: &&&String| others.iter().filter(|o| o.contains(**g)).count() * 100 >= others.len() * USUAL;
    (others.len() >= FEWEST).then(|| all.iter().filter(usual).map(|g| (*g).clone()).collect())
}
