//! Which forms of two datasets are about the same project or department.

use std::collections::BTreeSet;

use jixiao_exporter::{DocumentRecords, FormObject};
use jixiao_names::{Likeness, Pair, closeness, pair};

use crate::fold::fold_name;
use crate::publisher::{publisher, same_place};

/// Forms whose likeness is below this are not the same form.
const THRESHOLD: f64 = 0.65;

/// A form with what tells it from others.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) form: &'a FormObject,
    /// Who publishes the booklet.
    pub(crate) publisher: Option<String>,
    /// Folded name of the unit that carries it out, else of the department; without the place.
    unit: String,
    /// Folded name of the project; empty for the form of a department.
    project: String,
    /// Folded names of its indicators.
    indicators: BTreeSet<String>,
}

/// Key of a form: kind, unit, project, place.
type Key<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

impl<'a> Entry<'a> {
    fn new(form: &'a FormObject, publisher: Option<&str>) -> Self {
        let row = &form.row;
        let unit = row.implementing_unit.as_ref().or(row.department.as_ref());
        let folded = |name: Option<&String>| fold_name(name.map_or("", String::as_str));
        let indicators = form.indicators.iter().map(|indicator| folded(indicator.level3.as_ref()));
        Self {
            form,
            publisher: publisher.map(str::to_owned),
            unit: without(&folded(unit), publisher),
            project: folded(row.project_name.as_ref()),
            indicators: indicators.filter(|name| !name.is_empty()).collect(),
        }
    }

    /// What the form is called: unit and project, or the department.
    pub(crate) fn name(&self) -> String {
        let row = &self.form.row;
        let unit = row.implementing_unit.as_ref().or(row.department.as_ref());
        let parts: Vec<&str> = [unit, row.project_name.as_ref()].into_iter().flatten().map(String::as_str).collect();
        if parts.is_empty() { row.title.clone() } else { parts.join(" · ") }
    }

    fn key(&self, places_count: bool) -> Key<'_> {
        let place = self.publisher.as_deref().filter(|_| places_count);
        (&self.form.row.kind, &self.unit, &self.project, place)
    }

    /// Names count as much as what the form is about: a project may get a new name, a department may be merged.
    fn likeness(&self, other: &Self) -> f64 {
        let mut parts = Vec::new();
        if !(self.project.is_empty() && other.project.is_empty()) {
            parts.push(closeness(&self.project, &other.project));
        }
        if !(self.unit.is_empty() && other.unit.is_empty()) {
            parts.push(closeness(&self.unit, &other.unit));
        }
        parts.push(shared(&self.indicators, &other.indicators));
        parts.iter().sum::<f64>() / parts.len() as f64
    }
}

/// A name without the place: what is common to all units says nothing about which unit it is.
fn without(name: &str, place: Option<&str>) -> String {
    place.map_or_else(|| name.to_owned(), |place| name.replace(place, ""))
}

/// Share of names that two forms have in common (Dice): 1 where all are.
fn shared(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let all = one.len() + other.len();
    if all == 0 { 0.0 } else { 2.0 * one.intersection(other).count() as f64 / all as f64 }
}

/// The forms of all documents of one side.
pub(crate) fn entries(documents: &[DocumentRecords]) -> Vec<Entry<'_>> {
    let of_document = |document| {
        let publisher = publisher(document);
        document.forms.iter().map(|form| Entry::new(form, publisher.as_deref())).collect::<Vec<_>>()
    };
    documents.iter().flat_map(of_document).collect()
}

/// Matches the forms of two sides. Places count only where a side has forms of several: whoever compares one booklet
/// with another wants them compared.
pub(crate) fn match_forms(before: &[Entry<'_>], after: &[Entry<'_>]) -> Vec<Pair> {
    let places_count = has_several(before) || has_several(after);
    let keys = [before, after].map(|side| side.iter().map(|entry| entry.key(places_count)).collect::<Vec<_>>());
    let likeness = |b: usize, a: usize| {
        let (b, a) = (&before[b], &after[a]);
        let comparable = b.form.row.kind == a.form.row.kind
            && (!places_count || same_place(b.publisher.as_deref(), a.publisher.as_deref()));
        let score = if comparable { b.likeness(a) } else { 0.0 };
        Likeness { score, favour: 0.0 }
    };
    pair(&keys[0], &keys[1], THRESHOLD, likeness)
}

fn has_several(side: &[Entry<'_>]) -> bool {
    let mut places = side.iter().filter_map(|entry| entry.publisher.as_deref());
    let first = places.next();
    places.any(|place| Some(place) != first)
}
