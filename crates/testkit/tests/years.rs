//! The booklet of the next year: the changes that were planted are found, and no others.

use jixiao_diff::compare;
use jixiao_exporter::schema::ChangeRow;
use jixiao_exporter::{DocumentRecords, SourceInfo, ValueReader};
use jixiao_testkit::{NextYear, Planted, Random, Seed, assemble_text, next_year};

const SEED: &str = include_str!("../../../seeds/jinan-shizhong-2023.txt");
/// Changes inside forms, of each derived booklet.
const CHANGES: usize = 25;

fn records(text: &str) -> DocumentRecords {
    let source = SourceInfo {
        file_name: "booklet.txt".to_owned(),
        source_path: "booklet.txt".to_owned(),
        sha256: format!("{:064x}", text.len()),
        bytes: text.len() as u64,
        format: Some("text"),
    };
    let document = assemble_text(text);
    let values = ValueReader::default().read(&document);
    DocumentRecords::new(&source, document, values)
}

fn found(changes: &[ChangeRow]) -> Vec<(String, [Option<String>; 5])> {
    let texts = |c: &ChangeRow| [&c.project_name, &c.scope, &c.name, &c.before, &c.after].map(Clone::clone);
    let mut found: Vec<_> = changes.iter().map(|change| (change.kind.clone(), texts(change))).collect();
    found.sort();
    found
}

fn planted(planted: &[Planted]) -> Vec<(String, [Option<String>; 5])> {
    let texts = |p: &Planted| {
        [p.project.clone(), p.scope.map(str::to_owned), Some(p.name.clone()), p.before.clone(), p.after.clone()]
    };
    let mut all: Vec<_> = planted.iter().map(|p| (p.kind.to_owned(), texts(p))).collect();
    all.sort();
    all
}

#[track_caller]
fn assert_found(random_seed: u64) -> usize {
    let seed = Seed::new(SEED);
    let NextYear { text, planted: changes } = next_year(&seed, CHANGES, &mut Random::new(random_seed));
    let got = compare(&[records(SEED)], &[records(&text)], false);
    let (want, got) = (planted(&changes), found(&got));
    let missing = want.iter().filter(|change| !got.contains(change)).map(|change| format!("missing {change:?}"));
    let wrong = got.iter().filter(|change| !want.contains(change)).map(|change| format!("wrong {change:?}"));
    let problems: Vec<String> = missing.chain(wrong).collect();
    assert!(problems.is_empty(), "seed {random_seed}:\n{}", problems.join("\n"));
    assert_eq!(got.len(), want.len());
    got.len()
}

#[test]
fn exactly_the_planted_changes_are_found() {
    let changes: usize = (1..=12).map(assert_found).sum();
    assert!(changes >= 12 * 20, "only {changes} changes were planted");
}

#[test]
fn a_booklet_does_not_differ_from_itself() {
    let one = [records(SEED)];
    assert_eq!(compare(&one, &one, false), []);
    let all = compare(&one, &one, true);
    assert!(all.iter().all(|row| row.kind == "same" && row.matched.as_deref() == Some("exact")));
    assert!(all.iter().filter(|row| row.indicator_id_after.is_some()).count() == 1004);
}

#[test]
fn the_way_back_is_the_opposite() {
    let text = next_year(&Seed::new(SEED), CHANGES, &mut Random::new(5)).text;
    let (one, two) = ([records(SEED)], [records(&text)]);
    let (there, back) = (compare(&one, &two, false), compare(&two, &one, false));
    let mut texts: Vec<_> = there.iter().map(|c| (c.before.clone(), c.after.clone())).collect();
    let mut opposite: Vec<_> = back.iter().map(|c| (c.after.clone(), c.before.clone())).collect();
    texts.sort();
    opposite.sort();
    assert_eq!(texts, opposite);
}

/// Two districts whose departments and projects have the same names, and one that leaves in the second year.
#[test]
fn districts_are_not_mixed_up() {
    let other = SEED.replace("市中区", "历下区");
    let later = next_year(&Seed::new(SEED), 0, &mut Random::new(3));
    let before = [records(&other), records(SEED)];
    let back = compare(&before, &[records(&later.text), records(&other)], false);
    assert_eq!(found(&back), planted(&later.planted));
    let left = compare(&before, &[records(&later.text)], false);
    let removed = left.iter().filter(|change| change.kind == "form_removed");
    assert_eq!(removed.filter(|change| change.publisher.as_deref() == Some("济南市历下区")).count(), 24);
}
