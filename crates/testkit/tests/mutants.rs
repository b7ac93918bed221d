//! Damaged booklets: what survives, per class of damage, against a plain forward fill.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jixiao_model::Form;
use jixiao_testkit::{Comparison, Damage, Mutant, Random, Seed, assemble_text, compare, filled_down, mutate};

const SEED: &str = include_str!("../../../seeds/jinan-shizhong-2023.txt");
const MUTANTS: usize = 200;

#[derive(Default)]
struct Tally {
    mutants: usize,
    exact: usize,
    wrong_rows: usize,
    marked_rows: usize,
    baseline_exact: usize,
    baseline_wrong_rows: usize,
}

fn mutants(seed: &Seed, random_seed: u64, count: usize) -> Vec<Mutant> {
    let mut random = Random::new(random_seed);
    let mut all = Vec::new();
    let classes = Damage::ALL.into_iter().cycle();
    for damage in classes.take(count) {
        let found = (0..2000).find_map(|_| mutate(seed, damage, &mut random));
        all.push(found.unwrap_or_else(|| panic!("no place for {damage:?}")));
    }
    all
}

fn judge(mutant: &Mutant) -> Comparison {
    let document = assemble_text(&mutant.text);
    match document.forms.get(mutant.form) {
        Some(form) => compare(&mutant.wanted, form),
        None => panic!("form {} is gone after {:?}", mutant.form, mutant.damage),
    }
}

fn judge_baseline(mutant: &Mutant) -> Comparison {
    let got = Form { indicators: filled_down(&mutant.text, &mutant.wanted, mutant.form), ..mutant.wanted.clone() };
    compare(&mutant.wanted, &got)
}

fn tally(mutants: &[Mutant]) -> BTreeMap<Damage, Tally> {
    let mut tallies: BTreeMap<Damage, Tally> = BTreeMap::new();
    for mutant in mutants {
        let result = judge(mutant);
        let baseline = judge_baseline(mutant);
        if !result.is_exact() {
            eprintln!("{:?} in form {}:\n  {}", mutant.damage, mutant.form + 1, result.report.join("\n  "));
        }
        let tally = tallies.entry(mutant.damage).or_default();
        tally.mutants += 1;
        tally.exact += usize::from(result.is_exact());
        tally.wrong_rows += result.wrong_rows;
        tally.marked_rows += result.marked_rows;
        tally.baseline_exact += usize::from(baseline.is_exact());
        tally.baseline_wrong_rows += baseline.wrong_rows;
    }
    tallies
}

fn table(tallies: &BTreeMap<Damage, Tally>) -> String {
    let mut out = String::from(
        "| damage | mutants | exact forms | wrong rows | of these marked | forward fill: exact forms | forward fill: wrong rows |\n\
         |---|---|---|---|---|---|---|\n",
    );
    let mut all = Tally::default();
    let mut line = |name: &str, t: &Tally| {
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {} | {} |",
            t.mutants, t.exact, t.wrong_rows, t.marked_rows, t.baseline_exact, t.baseline_wrong_rows
        );
    };
    for (damage, t) in tallies {
        line(damage.describe(), t);
        all.mutants += t.mutants;
        all.exact += t.exact;
        all.wrong_rows += t.wrong_rows;
        all.marked_rows += t.marked_rows;
        all.baseline_exact += t.baseline_exact;
        all.baseline_wrong_rows += t.baseline_wrong_rows;
    }
    line("all", &all);
    out
}

#[test]
fn two_hundred_mutants() {
    let seed = Seed::new(SEED);
    let tallies = tally(&mutants(&seed, 2023, MUTANTS));
    let exact: usize = tallies.values().map(|t| t.exact).sum();
    let wrong: usize = tallies.values().map(|t| t.wrong_rows).sum();
    let marked: usize = tallies.values().map(|t| t.marked_rows).sum();
    let table = table(&tallies);
    println!("{table}");
    assert!(exact >= 190, "{exact} of {MUTANTS} forms are exact\n{table}");
    assert!(marked * 10 >= wrong * 9, "{marked} of {wrong} wrong rows are marked\n{table}");
    let documented = include_str!("../../../docs/repair.md");
    assert!(documented.contains(&table), "docs/repair.md must hold this table:\n{table}");
}

/// More of them, with other random choices; for development: `cargo test -p jixiao-testkit -- --ignored --nocapture`.
#[test]
#[ignore = "a wider look than the normal tests need"]
fn two_thousand_mutants() {
    let seed = Seed::new(SEED);
    let tallies = tally(&mutants(&seed, 7, 10 * MUTANTS));
    println!("{}", table(&tallies));
    let exact: usize = tallies.values().map(|t| t.exact).sum();
    assert!(exact * 100 >= 95 * 10 * MUTANTS);
}
