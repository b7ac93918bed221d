//! Nothing is lost: every character of the source is accounted for, whatever was done to the text.

#![allow(clippy::unwrap_used, reason = "a test stops where its files are missing")]

use std::collections::BTreeMap;

use jixiao_model::{Document, FieldValue, Form, LedgerEntry, Use};
use jixiao_testkit::{Damage, Random, Seed, assemble_text, mutate};

const SEED: &str = include_str!("../../../seeds/jinan-shizhong-2023.txt");

/// How often each character occurs, white space apart.
fn characters<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeMap<char, usize> {
    let mut count = BTreeMap::new();
    for c in texts.flat_map(str::chars).filter(|c| !c.is_whitespace()) {
        *count.entry(c).or_default() += 1;
    }
    count
}

/// Separators that the output spells otherwise: between names, before page numbers, between unit and project.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"、；;。.…·-—～:：".contains(*c)).collect()
}

/// Every text of the output, the texts of a list as one.
fn output(document: &Document) -> Vec<String> {
    let mut texts: Vec<String> = document.title.iter().cloned().collect();
    texts.extend(document.preface.iter().map(|p| p.value.clone()));
    for entry in &document.contents {
        let page = entry.printed_page.map(|p| p.to_string()).unwrap_or_default();
        texts.push(format!("{}{page}", entry.entry));
        texts.push(format!(
            "{}{}",
            entry.section.unwrap_or_default(),
            entry.section_title.as_deref().unwrap_or_default()
        ));
    }
    document.forms.iter().for_each(|form| form_texts(form, &mut texts));
    texts.iter().map(|t| bare(t)).collect()
}

fn form_texts(form: &Form, texts: &mut Vec<String>) {
    texts.push(form.title.clone());
    for (_, field) in &form.fields {
        texts.push(match &field.value {
            FieldValue::Text(text) => text.clone(),
            FieldValue::List(items) => items.concat(),
            FieldValue::Count(count) => count.to_string(),
        });
    }
    let text = |name: &str| form.text(name).unwrap_or_default().to_owned();
    texts.push(text("period_start") + &text("period_end"));
    texts.push(text("period_start") + "至" + &text("period_end"));
    texts.extend(form.other_fields.iter().flat_map(|(label, value)| [label.clone(), value.value.clone()]));
    texts.extend(form.amounts.iter().filter_map(|a| a.raw.clone()));
    for i in &form.indicators {
        texts.extend([&i.level3, &i.value, &i.comparator_cell, &i.unit_cell].into_iter().flatten().cloned());
        texts.extend(i.extra.iter().map(|(_, text)| text.clone()));
    }
    for t in &form.tasks {
        texts.extend([&t.function, &t.task, &t.project, &t.budget, &t.fiscal, &t.other].into_iter().flatten().cloned());
    }
    for s in &form.staffing {
        texts.push(s.item.clone());
        texts.extend([&s.previous, &s.current].into_iter().flatten().cloned());
    }
}

/// What is wrong with the account of a text, in words.
fn audit(text: &str) -> Vec<String> {
    let document = assemble_text(text);
    let mut faults = Vec::new();
    let wanted = characters(std::iter::once(text.trim_start_matches('\u{feff}')));
    let got = characters(document.ledger.iter().map(|e| e.text.as_str()));
    if wanted != got {
        faults.push("the pieces of the ledger are not the source".to_owned());
    }
    let output = output(&document);
    let missing = |e: &&LedgerEntry| {
        let text = bare(&jixiao_model::fold_radicals(&e.text));
        e.used == Use::Field && !text.is_empty() && !output.iter().any(|o| o.contains(&text))
    };
    faults.extend(
        document
            .ledger
            .iter()
            .filter(missing)
            .map(|e| format!("line {:?}: not in the output: {}", e.place.line, e.text)),
    );
    faults
}

#[track_caller]
fn check(text: &str, what: &str) {
    let faults = audit(text);
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
}

#[test]
fn the_seed_is_fully_accounted_for() {
    check(SEED, "seed");
    assert_eq!(assemble_text(SEED).unplaced().count(), 0);
}

#[test]
fn damaged_forms_are_fully_accounted_for() {
    let seed = Seed::new(SEED);
    let mut random = Random::new(5);
    for damage in Damage::ALL.into_iter().cycle().take(40) {
        if let Some(mutant) = (0..200).find_map(|_| mutate(&seed, damage, &mut random)) {
            check(&mutant.text, damage.describe());
        }
    }
}

/// Lines dropped, doubled, swapped, shifted, cut and glued anywhere, several at a time.
#[test]
fn scrambled_booklets_are_fully_accounted_for() {
    let mut random = Random::new(11);
    for round in 0..60 {
        let mut lines: Vec<String> = SEED.split('\n').map(str::to_owned).collect();
        for _ in 0..=random.below(30) {
            scramble(&mut lines, &mut random);
        }
        check(&lines.join("\n"), &format!("round {round}"));
    }
}

fn layouts() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/layouts");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut texts: Vec<_> = paths.filter(|path| path.extension().is_some_and(|e| e == "txt")).collect();
    texts.sort();
    let name = |path: &std::path::Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    texts.into_iter().map(|path| (name(&path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Forms of other provinces, as they are and scrambled.
#[test]
fn other_layouts_are_fully_accounted_for() {
    let mut random = Random::new(7);
    let mut faults = Vec::new();
    for (name, text) in layouts() {
        faults.extend(audit(&text).into_iter().map(|fault| format!("{name}: {fault}")));
        for round in 0..6 {
            let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
            for _ in 0..=random.below(5) {
                scramble(&mut lines, &mut random);
            }
            let found = audit(&lines.join("\n"));
            faults.extend(found.into_iter().map(|fault| format!("{name}, round {round}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn scramble(lines: &mut Vec<String>, random: &mut Random) {
    let at = random.below(lines.len());
    let other = random.below(lines.len());
    match random.below(7) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[other].clone()),
        2 => lines.swap(at, other),
        3 => lines[at].insert(0, '\t'),
        4 => lines[at] = lines[at].replacen('\t', "", 1),
        5 => lines.insert(at, String::new()),
        _ => lines[at] = format!("{}\t{}", lines[at], lines[other]),
    }
}
