//! Entries of the contents (目录) ↔ forms.

use jixiao_model::{Contents, Diagnostic, Form, FormKind, Severity};

use crate::fold::fold;

/// Share of common characters, in percent, from which two names may be the same name.
const SIMILAR: usize = 60;

/// Matches entries to forms: equal names first, then similar ones in the order of both.
pub(crate) fn match_contents(contents: &mut [Contents], forms: &[Form]) -> Vec<Diagnostic> {
    let mut taken = vec![false; forms.len()];
    for pass in [equal as fn(&Contents, &Form) -> bool, similar] {
        for entry in contents.iter_mut().filter(|e| e.form.is_none()) {
            entry.form = (0..forms.len()).find(|f| !taken[*f] && pass(entry, &forms[*f]));
            if let Some(form) = entry.form {
                taken[form] = true;
            }
        }
    }
    let mut diagnostics = Vec::new();
    for entry in contents.iter() {
        diagnostics.extend(entry_diagnostic(entry, forms));
    }
    if !contents.is_empty() {
        let missing = forms.iter().enumerate().filter(|(at, _)| !taken[*at]);
        diagnostics.extend(missing.map(|(at, form)| form_without_entry(at, form)));
    }
    diagnostics
}

fn entry_diagnostic(entry: &Contents, forms: &[Form]) -> Option<Diagnostic> {
    let Some(at) = entry.form else {
        let message = format!("the contents entry “{}” has no form", entry.entry);
        return Some(Diagnostic::new("contents_without_form", Severity::Warning, message, entry.place));
    };
    let form = forms.get(at)?;
    if equal(entry, form) {
        return None;
    }
    let (unit, project) = names(form);
    let form_name = [unit, project].into_iter().flatten().collect::<Vec<_>>().join("-");
    let message = format!("the contents name “{}”, the form is of “{form_name}”", entry.entry);
    let mut diagnostic = Diagnostic::new("contents_name_differs", Severity::Warning, message, entry.place);
    diagnostic.form = Some(at + 1);
    Some(diagnostic)
}

fn form_without_entry(at: usize, form: &Form) -> Diagnostic {
    let (unit, project) = names(form);
    let name = project.or(unit).unwrap_or("a form without name");
    let message = format!("the form of “{name}” is not in the contents");
    let mut diagnostic = Diagnostic::new("form_without_contents", Severity::Warning, message, form.place);
    diagnostic.form = Some(at + 1);
    diagnostic
}

/// Unit and project of a form.
fn names(form: &Form) -> (Option<&str>, Option<&str>) {
    match form.kind {
        FormKind::Department => (form.text("department"), None),
        _ => (form.text("implementing_unit").or_else(|| form.text("department")), form.text("project_name")),
    }
}

fn equal(entry: &Contents, form: &Form) -> bool {
    let (unit, project) = names(form);
    let same = |a: Option<&str>, b: Option<&str>| a.map(fold) == b.map(fold);
    same(entry.unit.as_deref(), unit) && same(entry.project.as_deref(), project)
}

fn similar(entry: &Contents, form: &Form) -> bool {
    let (unit, project) = names(form);
    let close = |a: Option<&str>, b: Option<&str>| match (a, b) {
        (Some(a), Some(b)) => similarity(&fold(a), &fold(b)) >= SIMILAR,
        (None, None) => true,
        _ => false,
    };
    close(entry.unit.as_deref(), unit) && close(entry.project.as_deref(), project)
}

/// Common characters in order (longest common subsequence) in percent of the longer text.
fn similarity(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row = vec![0usize; b.len() + 1];
    for x in &a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    row[b.len()] * 100 / a.len().max(b.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_names() {
        assert!(similarity("济南市市中区发展和改革委员会", "济南市市中区发展和改革局") >= SIMILAR);
        assert!(similarity("老旧小区整治专项资金", "租赁住房补贴") < SIMILAR);
    }
}
