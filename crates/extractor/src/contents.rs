//! Entries of the contents (目录) ↔ forms.

use jixiao_model::{Contents, Form};
use jixiao_names::{closeness, fold};

/// Closeness from which two names may be the same name.
const SIMILAR: f64 = 0.6;

/// Matches entries to forms: equal names first, then similar ones in the order of both.
pub(crate) fn match_contents(contents: &mut [Contents], forms: &[Form]) {
    let mut taken = vec![false; forms.len()];
    for least in [None, Some(SIMILAR)] {
        for entry in contents.iter_mut().filter(|e| e.form.is_none()) {
            entry.form = (0..forms.len()).find(|f| !taken[*f] && is_of(entry, &forms[*f], least));
            if let Some(form) = entry.form {
                taken[form] = true;
            }
        }
    }
}

/// True where unit and project of an entry are those of a form: equal, or so close at least.
fn is_of(entry: &Contents, form: &Form, least: Option<f64>) -> bool {
    let (unit, project) = form.unit_and_project();
    let close = |a: Option<&str>, b: Option<&str>| match (a.map(fold), b.map(fold), least) {
        (Some(a), Some(b), Some(least)) => closeness(&a, &b) >= least,
        (a, b, _) => a == b,
    };
    close(entry.unit.as_deref(), unit) && close(entry.project.as_deref(), project)
}
