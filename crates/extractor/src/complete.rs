//! Forms that stop before their end: a file cut in the middle, a page left out.

use std::collections::BTreeMap;

use jixiao_model::{Diagnostic, Form, FormKind, Scope, Severity};

/// A group that this share of the other forms of a kind (in percent) closes with is expected in all.
const USUAL: usize = 80;
/// Fewer forms of a kind say nothing about what is usual.
const FEWEST: usize = 3;

/// One diagnostic for each form that lacks a table, or the last group that its twin table or its siblings have.
pub(crate) fn incomplete_forms(forms: &[Form]) -> Vec<Diagnostic> {
    let siblings = Siblings::of(forms);
    forms.iter().enumerate().filter_map(|(at, form)| incomplete_form(&siblings, at, form)).collect()
}

fn incomplete_form(siblings: &Siblings, at: usize, form: &Form) -> Option<Diagnostic> {
    let what = what_is_missing(siblings, at, form)?;
    let name = form.text("project_name").or_else(|| form.text("department")).unwrap_or("a form without name");
    let message =
        format!("the form of “{name}” stops before its end: {what}; look whether the file was cut or a page left out");
    let mut diagnostic = Diagnostic::new("form_incomplete", Severity::Warning, message, form.place);
    diagnostic.form = Some(at + 1);
    Some(diagnostic)
}

fn what_is_missing(siblings: &Siblings, at: usize, form: &Form) -> Option<String> {
    if form.indicators.is_empty() {
        return Some("it has no indicators".to_owned());
    }
    let scopes = [Scope::Overall, Scope::Annual].map(|s| groups(form, Some(s)));
    if let Some(missing) = missing_table(siblings, form, &scopes) {
        return Some(format!("the table {missing} is missing"));
    }
    let [overall, annual] = scopes;
    let own = if form.indicators.iter().all(|i| i.scope.is_none()) { groups(form, None) } else { annual };
    let expected = if overall.is_empty() { siblings.usual_groups(at, form)? } else { overall };
    // A form that stops lacks what would come last; a group left out before that is the author's choice.
    let last = expected.last().filter(|last| !own.contains(last))?;
    Some(format!("its last table has no {last}"))
}

/// 总体绩效指标 promises 年度绩效指标; the other way round only where the other forms have both.
fn missing_table(siblings: &Siblings, form: &Form, [overall, annual]: &[Vec<String>; 2]) -> Option<&'static str> {
    match (form.kind, overall.is_empty(), annual.is_empty()) {
        (FormKind::Project, false, true) => Some("年度绩效指标"),
        (FormKind::Project, true, false) if siblings.have_both => Some("总体绩效指标"),
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

/// What the forms of a booklet show of each other.
struct Siblings {
    /// A form has both tables, 总体绩效指标 and 年度绩效指标.
    have_both: bool,
    /// The groups of each department form, by its position; those with more groups, and later ones, come last. Projects
    /// differ too much to expect anything of one.
    departments: Vec<(usize, Vec<String>)>,
    /// How many department forms have a group.
    counts: BTreeMap<String, usize>,
}

impl Siblings {
    fn of(forms: &[Form]) -> Self {
        let has = |form: &Form, scope| form.indicators.iter().any(|i| i.scope == Some(scope));
        let have_both = forms.iter().any(|form| has(form, Scope::Overall) && has(form, Scope::Annual));
        let departments = forms.iter().enumerate().filter(|(_, form)| form.kind == FormKind::Department);
        let mut departments: Vec<_> = departments.map(|(at, form)| (at, groups(form, None))).collect();
        departments.sort_by_key(|(_, groups)| groups.len());
        let mut counts = BTreeMap::new();
        for group in departments.iter().flat_map(|(_, groups)| groups) {
            *counts.entry(group.clone()).or_default() += 1;
        }
        Self { have_both, departments, counts }
    }

    /// The groups that nearly all departments other than this one have.
    fn usual_groups(&self, own: usize, form: &Form) -> Option<Vec<String>> {
        let own_groups = (form.kind == FormKind::Department).then(|| groups(form, None))?;
        let others = self.departments.len() - 1;
        let (_, fullest) = self.departments.iter().rev().find(|(at, _)| *at != own)?;
        let having = |group: &String| self.counts[group] - usize::from(own_groups.contains(group));
        let usual = |group: &&String| having(group) * 100 >= others * USUAL;
        (others >= FEWEST).then(|| fullest.iter().filter(usual).cloned().collect())
    }
}
