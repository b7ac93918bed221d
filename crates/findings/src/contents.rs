//! 目录 against forms.

use jixiao_model::{Contents, Diagnostic, Document, Form};
use jixiao_names::fold;

use crate::note::finding;
use crate::rules::{Code, Rules};

pub(crate) fn check(document: &Document, rules: &Rules) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> =
        document.contents.iter().filter_map(|entry| of_entry(entry, &document.forms, rules)).collect();
    if !document.contents.is_empty() {
        let without = (0..document.forms.len()).filter(|at| !document.contents.iter().any(|e| e.form == Some(*at)));
        found.extend(without.filter_map(|at| of_form(at, &document.forms[at], rules)));
    }
    found
}

fn of_entry(entry: &Contents, forms: &[Form], rules: &Rules) -> Option<Diagnostic> {
    let Some((at, form)) = entry.form.and_then(|at| Some((at, forms.get(at)?))) else {
        let message = format!("the contents entry “{}” has no form", entry.entry);
        return Some(finding(rules.get(Code::ContentsWithoutForm)?, entry.place, message));
    };
    let (unit, project) = form.unit_and_project();
    let same = |a: Option<&str>, b: Option<&str>| a.map(fold) == b.map(fold);
    if same(entry.unit.as_deref(), unit) && same(entry.project.as_deref(), project) {
        return None;
    }
    let name = [unit, project].into_iter().flatten().collect::<Vec<_>>().join("-");
    let message = format!("the contents name “{}”, the form is of “{name}”", entry.entry);
    let found = finding(rules.get(Code::ContentsNameDiffers)?, entry.place, message);
    Some(Diagnostic { form: Some(at + 1), ..found })
}

fn of_form(at: usize, form: &Form, rules: &Rules) -> Option<Diagnostic> {
    let (unit, project) = form.unit_and_project();
    let name = project.or(unit).unwrap_or("a form without name");
    let message = format!("the form of “{name}” is not in the contents");
    Some(Diagnostic { form: Some(at + 1), ..finding(rules.get(Code::FormWithoutContents)?, form.place, message) })
}
