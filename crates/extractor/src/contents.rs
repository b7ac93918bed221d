//! Entries of the contents (目录) ↔ forms.

use jixiao_model::{Contents, Form};
use jixiao_names::{closeness, fold};

/// Closeness from which two names may be the same name.
const SIMILAR: f64 = 0.6;

/// Matches entries to forms: equal names first, then similar ones in the order of both.
pub(crate) fn match_contents(contents: &mut [Contents], forms: &[Form]) {
    let names: Vec<Names> = forms.iter().map(|form| Names::new(form.unit_and_project())).collect();
    let mut taken = vec![false; forms.len()];
    for least in [None, Some(SIMILAR)] {
        for entry in contents.iter_mut().filter(|e| e.form.is_none()) {
            let own = Names::new((entry.unit.as_deref(), entry.project.as_deref()));
            entry.form = (0..forms.len()).find(|f| !taken[*f] && own.are_of(&names[*f], least));
            if let Some(form) = entry.form {
                taken[form] = true;
            }
        }
    }
}

/// Unit and project of an entry or a form, folded.
struct Names {
    unit: Option<String>,
    project: Option<String>,
}

impl Names {
    fn new((unit, project): (Option<&str>, Option<&str>)) -> Self {
        Self { unit: unit.map(fold), project: project.map(fold) }
    }

    /// True where they are those of a form: equal, or so close at least.
    fn are_of(&self, form: &Self, least: Option<f64>) -> bool {
        let close = |a: &Option<String>, b: &Option<String>| match (a, b, least) {
            (Some(a), Some(b), Some(least)) => closeness(a, b) >= least,
            (a, b, _) => a == b,
        };
        close(&self.unit, &form.unit) && close(&self.project, &form.project)
    }
}
