//! Runs over many documents: repeated, changed, interrupted, and on any number of threads.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use jixiao_exporter::files::Digest;
use tempfile::TempDir;

const SEED: &str = include_str!("../seeds/jinan-shizhong-2023.txt");
const TITLE: &str = "项目绩效目标申报表";

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jixiao"));
    command.args(args).current_dir(folder);
    command
}

fn jixiao(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A run that has to succeed; what it said.
#[track_caller]
fn ingest(folder: &Path, args: &[&str]) -> String {
    let output = jixiao(folder, &[&["ingest"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{}", words(&output));
    words(&output)
}

/// One form of the seed booklet as a document of its own; `number` makes it different from all others.
fn document(number: usize) -> String {
    let forms: Vec<&str> = SEED.split_inclusive('\n').collect();
    let starts: Vec<usize> = (40..forms.len()).filter(|line| forms[*line].trim() == TITLE).collect();
    let start = starts[number % (starts.len() - 1)];
    let end = starts[number % (starts.len() - 1) + 1];
    forms[start..end].concat().replacen("主管部门编码\t101", &format!("主管部门编码\t{number}"), 1)
        + &format!("\n{number}\n")
}

/// A folder with documents `in/000.txt`, …; old enough for their times to be relied on.
fn documents(count: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    for number in 0..count {
        write_old(&folder.path().join(format!("in/{number:03}.txt")), &document(number));
    }
    folder
}

fn write_old(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    let time = SystemTime::now() - Duration::from_secs(60 + text.len() as u64);
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

/// Every file of a dataset that may not depend on anything but the documents.
fn dataset(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for folder in [folder.to_owned(), folder.join("documents")] {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_file() && entry.file_name() != "run.json" {
                files.insert(entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}

#[track_caller]
fn assert_same(one: &Path, two: &Path) {
    let (one, two) = (dataset(one), dataset(two));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(*bytes == two[name], "{name} differs");
    }
}

fn statuses(folder: &Path) -> Vec<String> {
    let mut statuses: Vec<String> = fs::read_to_string(folder.join("documents.jsonl"))
        .unwrap()
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            format!("{} {}", row["file_name"].as_str().unwrap(), row["status"].as_str().unwrap())
        })
        .collect();
    statuses.sort();
    statuses
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let folder = documents(24);
    let formats = "parquet,json,jsonl,csv,xlsx";
    for jobs in ["1", "2", "8"] {
        ingest(folder.path(), &["in", "-o", jobs, "--jobs", jobs, "--to", formats]);
    }
    assert_same(&folder.path().join("1"), &folder.path().join("2"));
    assert_same(&folder.path().join("1"), &folder.path().join("8"));
}

/// It is written while it is kept, all others after that.
#[test]
fn the_first_document_of_a_folder_is_like_any_other() {
    let folder = documents(2);
    let formats = "parquet,json,jsonl,csv,xlsx";
    ingest(folder.path(), &["in", "-o", "both", "--to", formats]);
    ingest(folder.path(), &["in/000.txt", "-o", "both", "--to", formats, "--prune"]);
    for jobs in ["1", "2"] {
        let args = |path| ["-o", jobs, "--jobs", jobs, "--to", formats, path];
        ingest(folder.path(), &args("in/000.txt"));
        assert_same(&folder.path().join("both"), &folder.path().join(jobs));
        let said = ingest(folder.path(), &args("in/000.txt"));
        assert!(said.contains("(0 read, 1 unchanged)") && said.contains("up to date"), "{said}");
        assert!(ingest(folder.path(), &args("in")).contains("(1 read, 1 unchanged)"));
    }
    assert_same(&folder.path().join("1"), &folder.path().join("2"));
}

#[test]
fn checksums_are_those_of_the_files() {
    let folder = documents(2);
    ingest(folder.path(), &["in", "-o", "out", "--to", "parquet,json,csv"]);
    let out = folder.path().join("out");
    let sums = fs::read_to_string(out.join("checksums.sha256")).unwrap();
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(sum, Digest::of(&fs::read(out.join(name)).unwrap()).to_string(), "{name}");
    }
    let listed = sums.lines().count() + 1;
    assert_eq!(listed, dataset(&out).len(), "every file but the list itself");
}

#[test]
fn a_second_run_reads_only_what_is_new_or_changed() {
    let folder = documents(6);
    let path = |name: &str| folder.path().join(name);
    assert!(ingest(folder.path(), &["in", "-o", "out"]).contains("6 files (6 read, 0 unchanged)"));
    let before = dataset(&path("out"));
    let said = ingest(folder.path(), &["in", "-o", "out"]);
    assert!(said.contains("(0 read, 6 unchanged)") && said.contains("up to date"), "{said}");

    write_old(&path("in/000.txt"), &document(100));
    write_old(&path("in/new.txt"), &document(101));
    fs::rename(path("in/001.txt"), path("in/renamed.txt")).unwrap();
    let said = ingest(folder.path(), &["in", "-o", "out", "--prune"]);
    assert!(said.contains("7 files (2 read, 5 unchanged)") && said.contains("7 documents, written"), "{said}");
    assert!(dataset(&path("out")) != before);

    ingest(folder.path(), &["in", "-o", "fresh"]);
    assert_same(&path("out"), &path("fresh"));
}

#[test]
fn a_document_leaves_the_dataset_only_on_request() {
    let folder = documents(3);
    ingest(folder.path(), &["in", "-o", "out"]);
    fs::remove_file(folder.path().join("in/001.txt")).unwrap();
    assert!(ingest(folder.path(), &["in", "-o", "out"]).contains("3 documents"));
    assert!(ingest(folder.path(), &["in", "-o", "out", "--prune"]).contains("2 documents, written"));
    let kept: usize = fs::read_dir(folder.path().join("out/documents")).unwrap().count();
    assert_eq!(kept, 2);
}

#[test]
fn options_that_change_the_result_make_documents_be_read_again() {
    let folder = documents(2);
    fs::write(folder.path().join("words.toml"), "").unwrap();
    ingest(folder.path(), &["in", "-o", "out"]);
    let said = ingest(folder.path(), &["in", "-o", "out", "--lexicon", "words.toml", "--limit-pages", "10"]);
    assert!(said.contains("2 read"), "{said}");
    let said = ingest(folder.path(), &["in", "-o", "out", "--lexicon", "words.toml", "--limit-pages", "10"]);
    assert!(said.contains("0 read"), "{said}");
    fs::write(folder.path().join("jixiao.toml"), "layout = \"forms.toml\"\n").unwrap();
    fs::write(folder.path().join("forms.toml"), "[[side]]\ntext = [\"承诺指标\"]\n").unwrap();
    let said = ingest(folder.path(), &["in", "-o", "out", "--lexicon", "words.toml", "--limit-pages", "10"]);
    assert!(said.contains("2 read"), "{said}");
}

#[test]
fn a_removed_or_damaged_file_comes_back() {
    let folder = documents(3);
    let out = folder.path().join("out");
    ingest(folder.path(), &["in", "-o", "out"]);
    let before = dataset(&out);
    fs::remove_file(out.join("indicators.parquet")).unwrap();
    assert!(ingest(folder.path(), &["in", "-o", "out"]).contains("written"));
    assert!(dataset(&out) == before);

    // A kept result that a broken disk has changed is read again from its source.
    let results = out.join(".jixiao/results-1");
    let mut bytes = fs::read(&results).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&results, bytes).unwrap();
    fs::remove_file(out.join("forms.parquet")).unwrap();
    ingest(folder.path(), &["in", "-o", "out"]);
    assert!(dataset(&out) == before);
    fs::remove_file(out.join("forms.parquet")).unwrap();
    fs::remove_dir_all(folder.path().join("in")).unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    write_old(&folder.path().join("in/new.txt"), &document(9));
    assert!(ingest(folder.path(), &["in", "-o", "out"]).contains("4 documents"), "what is kept needs no source");
}

#[test]
fn the_same_bytes_are_one_document() {
    let folder = documents(1);
    fs::copy(folder.path().join("in/000.txt"), folder.path().join("in/copy.txt")).unwrap();
    let said = ingest(folder.path(), &["in", "-o", "out", "--to", "jsonl"]);
    assert!(said.contains("2 files") && said.contains(": 1 document,"), "{said}");
    let findings = fs::read_to_string(folder.path().join("out/diagnostics.jsonl")).unwrap();
    assert!(findings.contains("duplicate_file") && findings.contains("in/copy.txt"), "{findings}");
}

#[test]
fn shards_are_parts_of_the_whole() {
    let folder = documents(10);
    let mut found = Vec::new();
    for part in ["1/3", "2/3", "3/3"] {
        let out = &part[..1];
        jixiao(folder.path(), &["ingest", "in", "-o", out, "--shard", part, "--to", "jsonl"]);
        found.extend(statuses(&folder.path().join(out)));
    }
    found.sort();
    ingest(folder.path(), &["in", "-o", "all", "--to", "jsonl"]);
    assert_eq!(found, statuses(&folder.path().join("all")));
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let folder = documents(40);
    ingest(folder.path(), &["in", "-o", "whole"]);
    for delay in [5, 20, 40, 80] {
        let mut run = command(folder.path(), &["ingest", "in", "-o", "cut", "--jobs", "2"]);
        let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        run.kill().unwrap();
        run.wait().unwrap();
    }
    ingest(folder.path(), &["in", "-o", "cut"]);
    assert_same(&folder.path().join("whole"), &folder.path().join("cut"));
    assert_eq!(fs::read_dir(folder.path().join("cut/.jixiao/staging")).unwrap().count(), 0);
}

#[test]
fn a_second_process_on_the_same_folder_is_sent_away() {
    let folder = documents(1);
    fs::create_dir_all(folder.path().join("out/.jixiao")).unwrap();
    let lock = fs::File::create(folder.path().join("out/.jixiao/lock")).unwrap();
    lock.try_lock().unwrap();
    let output = jixiao(folder.path(), &["ingest", "in", "-o", "out"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("another jixiao is writing"), "{}", words(&output));
}

#[test]
fn no_text_is_a_formula_in_csv_for_excel() {
    let folder = documents(1);
    ingest(folder.path(), &["in", "-o", "out", "--to", "csv", "--excel"]);
    let csv = fs::read(folder.path().join("out/indicators.csv")).unwrap();
    assert!(csv.starts_with(b"\xEF\xBB\xBFindicator_id,"));
    let mut reader = csv::Reader::from_reader(&csv[..]);
    let mut protected = 0;
    for record in reader.records() {
        for field in &record.unwrap() {
            assert!(!field.starts_with(['=', '+', '@']), "{field}");
            protected += usize::from(field.starts_with("'="));
        }
    }
    assert!(protected > 0, "the document has values such as =29人");
}

#[test]
fn a_folder_holds_one_dataset_and_no_leftovers() {
    let folder = documents(2);
    let out = folder.path().join("out");
    ingest(folder.path(), &["in", "-o", "out", "--to", "csv,json,xlsx", "--cells"]);
    let cells = fs::read_to_string(out.join("cells.csv")).unwrap();
    assert!(cells.lines().count() > 50, "every cell of two forms");
    fs::write(out.join("notes.txt"), "mine").unwrap();
    ingest(folder.path(), &["in", "-o", "out", "--to", "jsonl"]);
    let endings = |ending: &str| dataset(&out).keys().filter(|name| name.ends_with(ending)).count();
    assert_eq!((endings(".csv"), endings(".xlsx"), endings("json"), endings(".jsonl")), (0, 0, 1, 8));
    assert!(out.join("notes.txt").is_file(), "what is not ours stays");
}

#[test]
fn options_of_every_year_stand_in_a_file() {
    let folder = documents(2);
    let config = "paths = [\"in\"]\noutput = \"data\"\nto = [\"csv\"]\njobs = 1\n[limits]\npages = 9\n";
    fs::write(folder.path().join("jixiao.toml"), config).unwrap();
    ingest(folder.path(), &[]);
    assert!(folder.path().join("data/indicators.csv").is_file());
    assert!(!folder.path().join("data/indicators.parquet").exists());
    let run: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("data/run.json")).unwrap()).unwrap();
    let options = &run["options"];
    assert_eq!(
        (&options["jobs"], &options["formats"][0], &options["limits"]["pages"]),
        (&1.into(), &"csv".into(), &9.into())
    );
    assert_eq!((&run["state"], &run["files"]["ok"]), (&"finished".into(), &2.into()));

    fs::write(folder.path().join("jixiao.toml"), "output = \"data\"\npath = \"in\"\n").unwrap();
    let output = jixiao(folder.path(), &["ingest"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("jixiao.toml:2: unknown field `path`"), "{}", words(&output));
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_told_and_leaves_the_last_good_dataset() {
    let folder = documents(3);
    let out = folder.path().join("out");
    ingest(folder.path(), &["in", "-o", "out"]);
    let before = dataset(&out);
    write_old(&folder.path().join("in/more.txt"), &document(7));
    // No file may grow beyond 8 blocks of 512 bytes.
    let program = env!("CARGO_BIN_EXE_jixiao");
    let script = format!("ulimit -f 8; exec '{program}' ingest in -o out");
    let output = Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", words(&output));
    let said = words(&output);
    assert!(said.contains("cannot write") && said.contains("run the same command again"), "{said}");
    assert!(dataset(&out) == before, "the last good dataset is whole");
    ingest(folder.path(), &["in", "-o", "out"]);
    assert!(dataset(&out) != before);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let folder = documents(2);
    std::os::unix::fs::symlink("nowhere.txt", folder.path().join("in/link.txt")).unwrap();
    let output = jixiao(folder.path(), &["ingest", "in", "-o", "out"]);
    assert_eq!(output.status.code(), Some(1));
    let said = words(&output);
    assert!(said.contains("in/link.txt: unreadable: the file cannot be opened"), "{said}");
    assert!(said.contains("2 ok") && said.contains("1 cannot be opened") && said.contains("2 documents"), "{said}");
}
