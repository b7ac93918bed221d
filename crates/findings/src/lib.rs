//! What is inconsistent in a document itself.
//!
//! [`findings`] is pure and total: any document gives a list of diagnostics, at worst an empty one.
//! A finding states a contradiction between two things that the document prints, or the absence of one that it must
//! print; whether a goal makes sense is not judged.
//! Each rule has a stable code, a severity and parameters; `rules.toml` is the only list of them, and a file of the
//! user's changes it ([`Rules::with_changes`]).
//!
//! Invariants: no input or output beyond the arguments, no findings with severity error, findings in the order of the
//! forms and of their indicators.

mod contents;
mod costs;
mod counts;
mod dates;
#[cfg(test)]
mod examples;
mod funding;
mod measures;
mod money;
mod note;
mod page;
mod period;
mod rules;
mod tasks;
mod twins;
mod values;

use jixiao_model::{Diagnostic, Document};
use jixiao_normalizer::Enriched;
use rayon::prelude::*;

pub use page::{markdown, rules_file};
pub use rules::{Rules, RulesError};

use note::{Notes, folded_names};

/// What the document gets wrong. `values` holds what the indicators of each form say, in the order of the document;
/// `None` is a value that is not there.
pub fn findings(document: &Document, values: &[Vec<Option<Enriched>>], rules: &Rules) -> Vec<Diagnostic> {
    let of_form = |(position, form)| {
        let read = values.get(position).map_or(&[][..], Vec::as_slice);
        of_form(Notes::new(rules, form, position, read, &folded_names(form)))
    };
    let of_forms: Vec<Vec<Diagnostic>> = document.forms.par_iter().enumerate().map(of_form).collect();
    let mut found = contents::check(document, rules);
    found.extend(of_forms.into_iter().flatten());
    found
}

fn of_form(mut notes: Notes<'_>) -> Vec<Diagnostic> {
    for check in [funding::check, tasks::check, counts::check, dates::check, costs::check, twins::check, values::check]
    {
        check(&mut notes);
    }
    // First what is about the form as a whole, then row by row.
    notes.found.sort_by_key(|finding| finding.indicator.map_or(0, |at| at + 1));
    notes.found
}
