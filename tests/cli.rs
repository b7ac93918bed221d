//! The program as people meet it: its output, its words and its exit codes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Runs the program in a folder of its own.
fn jixiao(folder: &TempDir, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jixiao")).args(args).current_dir(folder).output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// `extract` of something that cannot be read: exit code 1, one line that names the file, no output of any kind.
#[track_caller]
fn assert_refused(name: &str, bytes: &[u8], why: &str) {
    let folder = folder(&[(name, bytes)]);
    let output = jixiao(&folder, &["extract", name, "-o", "out.json"]);
    let said = words(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with(name) && said.contains(why), "{said}");
    assert!(output.stdout.is_empty());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn what_cannot_be_read_gives_one_line() {
    assert_refused("empty.txt", b"", "empty");
    assert_refused("binary.dat", b"\x7FELF\x00\x01\x02", "neither a PDF nor a text");
    assert_refused("book.docx", b"PK\x03\x04rest", "docx");
    assert_refused("broken.pdf", b"%PDF-1.7\nnothing more", "failed");
    assert_refused("letter.txt", "一封信，没有表。\n".as_bytes(), "failed");
}

#[test]
fn a_file_over_a_limit_names_the_flag() {
    let folder = folder(&[("a.txt", b"0123456789")]);
    let output = jixiao(&folder, &["extract", "a.txt", "--limit-bytes", "5"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("--limit-bytes"), "{}", words(&output));
}

#[test]
fn what_cannot_run_gives_exit_code_2() {
    let folder = folder(&[
        ("notes/a.docx", b"x"),
        ("notes/to.toml", b"to = [\"csv\", \"doc\"]\n"),
        ("notes/jobs.toml", b"\njobs = \"two\"\n"),
    ]);
    for (args, why) in [
        (&["extract", "missing.pdf"][..], "missing.pdf"),
        (&["ingest", "missing"], "missing: no such file"),
        (&["ingest", "notes"], "no file to read in notes"),
        (&["ingest", "*.pdf"], "matches"),
        (&["ingest"], "nothing to read"),
        (&["ingest", "notes", "--config", "no.toml"], "no.toml: cannot be read"),
        (&["ingest", "notes", "--to", "doc"], "use parquet"),
        (&["ingest", "notes", "--config", "notes/to.toml"], "notes/to.toml:1: \"doc\" is not a format: use parquet"),
        (
            &["ingest", "notes", "--config", "notes/jobs.toml"],
            "notes/jobs.toml:2: invalid type: string \"two\", expected a whole number",
        ),
        (&["extract"], "FILE"),
        (&["no-such-command"], "no-such-command"),
    ] {
        let output = jixiao(&folder, args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", words(&output));
        assert!(words(&output).contains(why), "{args:?}: {}", words(&output));
        assert!(output.stdout.is_empty());
    }
    assert!(!folder.path().join("output").exists(), "nothing is written before the inputs are known");
}

#[test]
fn a_folder_with_bad_files_becomes_a_dataset_that_says_so() {
    let folder = folder(&[("in/empty.txt", b""), ("in/sub/broken.pdf", b"%PDF-1.4"), ("in/b.docx", b"x")]);
    let output = jixiao(&folder, &["ingest", "in", "-o", "out"]);
    let said = words(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("in/empty.txt: failed: the file is empty"), "{said}");
    assert!(said.contains("2 failed") && said.contains("1 file in folders passed over"), "{said}");
    let documents = folder.path().join("out/documents");
    assert_eq!(fs::read_dir(documents).unwrap().count(), 2);
    let json = fs::read_to_string(folder.path().join("out/documents/e3b0c44298fc1c14.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["document"]["status"], "failed");
    assert_eq!(json["diagnostics"][0]["severity"], "error");
    assert_eq!(json["document"]["source_path"], "in/empty.txt");
}

#[test]
fn paths_can_come_from_standard_input() {
    let folder = folder(&[("a b.txt", b"x"), ("c.txt", b"y")]);
    fs::write(folder.path().join("list"), "a b.txt\nc.txt\n").unwrap();
    let list = fs::File::open(folder.path().join("list")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_jixiao"));
    let output = command.args(["ingest", "-"]).current_dir(&folder).stdin(list).output().unwrap();
    assert!(words(&output).contains("2 files"), "{}", words(&output));
}

#[test]
fn a_reader_that_stops_is_not_an_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jixiao"));
    let mut child = command.arg("schema").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", words(&output));
    assert_eq!(words(&output), "");
}

#[test]
fn values_are_read_one_a_line() {
    let folder = folder(&[("values", "≥95%\n\n12月31日前\n".as_bytes()), ("bad.toml", b"[[unit]]\nno = 1\n")]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_jixiao"));
    let values = fs::File::open(folder.path().join("values")).unwrap();
    let output = command.arg("normalize").stdin(values).output().unwrap();
    let lines: Vec<serde_json::Value> =
        output.stdout.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!((lines.len(), &lines[0]["value"], &lines[2]["date"]), (3, &"95".into(), &"--12-31".into()));
    assert_eq!(lines[1]["kind"], "not_applicable", "an empty line is an empty value");

    let explained = jixiao(&folder, &["normalize", "--explain", "≥95%"]);
    assert!(String::from_utf8(explained.stdout).unwrap().contains("rule: quantity"));
    let refused = jixiao(&folder, &["normalize", "--lexicon", "bad.toml", "1"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(words(&refused).contains("bad.toml") && words(&refused).contains("line 2"), "{}", words(&refused));
}

#[test]
fn a_form_that_is_cut_gives_whole_json() {
    let text = include_str!("../seeds/jinan-shizhong-2023.txt");
    let cut: String = text.lines().skip(46).take(30).collect::<Vec<_>>().join("\n");
    let folder = folder(&[("cut.txt", cut.as_bytes())]);
    let output = jixiao(&folder, &["extract", "cut.txt", "-o", "cut.json"]);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", words(&output));
    let json: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("cut.json")).unwrap()).unwrap();
    assert_eq!(json["forms"][0]["project_name"], "人才建设资金");
}

/// Codes of the diagnostics that `extract` prints for the published booklet.
fn codes(folder: &TempDir, args: &[&str]) -> Vec<String> {
    let output = jixiao(folder, &[&["extract", "seed.txt", "--compact"], args].concat());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    json["diagnostics"].as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn rules_are_printed_switched_and_refused() {
    let seed = include_bytes!("../seeds/jinan-shizhong-2023.txt");
    let folder = folder(&[
        ("seed.txt", seed),
        ("off.toml", b"[value_lost]\nenabled = false\n"),
        ("bad.toml", b"\n[value_losst]\n"),
    ]);
    let lost = |codes: Vec<String>| codes.iter().filter(|code| *code == "value_lost").count();
    assert_eq!(lost(codes(&folder, &[])), 4);
    assert_eq!(lost(codes(&folder, &["--rules", "off.toml"])), 0);

    let refused = jixiao(&folder, &["extract", "seed.txt", "--rules", "bad.toml"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(words(&refused).contains("bad.toml: rules, line 2: there is no rule value_losst"), "{}", words(&refused));

    let printed = jixiao(&folder, &["rules", "--format", "toml"]).stdout;
    fs::write(folder.path().join("all.toml"), &printed).unwrap();
    assert_eq!(codes(&folder, &["--rules", "all.toml"]), codes(&folder, &[]));

    let config = "paths = [\"seed.txt\"]\nrules = \"off.toml\"\nto = [\"json\"]\n";
    fs::write(folder.path().join("jixiao.toml"), config).unwrap();
    assert_eq!(lost(codes(&folder, &[])), 0, "the configuration names the rules");
    assert_eq!(jixiao(&folder, &["ingest"]).status.code(), Some(0), "the configuration names the paths and the rules");
    let documents = fs::read_dir(folder.path().join("output/documents")).unwrap();
    let json = documents.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).next().unwrap();
    assert!(json.contains("\"unit_missing\"") && !json.contains("\"value_lost\""));
}

/// Says what is expected in a folder: exit code, and words that both streams hold together.
#[track_caller]
fn assert_says(folder: &TempDir, args: &[&str], code: i32, expected: &[&str]) {
    let output = jixiao(folder, args);
    let said = String::from_utf8(output.stdout.clone()).unwrap() + &words(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
    assert!(expected.iter().all(|words| said.contains(words)), "{args:?}: {said}");
}

#[test]
fn what_is_accepted_is_verified_and_what_changes_is_shown() {
    let text = include_str!("../seeds/jinan-shizhong-2023.txt");
    let form: String = text.lines().skip(711).take(37).collect::<Vec<_>>().join("\n");
    let folder = folder(&[("known/form.txt", form.as_bytes()), ("known/empty.txt", b"")]);
    let file = folder.path().join("known/form.txt.expected.json");
    assert_says(&folder, &["verify", "known"], 2, &["no expectation", "jixiao accept FILE"]);
    assert_says(&folder, &["verify", "nowhere"], 2, &["nowhere: no such file"]);
    assert_says(&folder, &["accept", "known/form.txt"], 2, &["a new expectation", "indicators        14", "--yes"]);
    assert!(!file.exists(), "nobody agreed");
    assert_says(&folder, &["accept", "known/empty.txt", "--yes"], 1, &["known/empty.txt: failed: the file is empty"]);
    assert_says(&folder, &["accept", "known/form.txt", "--yes"], 0, &["written; read it before you rely on it"]);
    assert_says(&folder, &["accept", "known/form.txt"], 0, &["nothing changes"]);
    let verified = ["1 document: 1 as expected, 0 not", "without expectation: known/empty.txt", "100.00%"];
    assert_says(&folder, &["verify", "known"], 0, &verified);

    let mut known: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    known["columns"]["indicators"].as_array_mut().unwrap().retain(|column| column != "status");
    for row in known["forms"][0]["indicators"].as_array_mut().unwrap() {
        row.as_object_mut().unwrap().remove("status");
    }
    known["forms"][0]["indicators"][4]["value_raw"] = "≥96%".into();
    fs::write(&file, known.to_string()).unwrap();
    let cell =
        ["政策知晓率, value_raw (line 25)", "source    效益指标 | 社会效益指标 | 政策知晓率 | ≥95%", "expected  ≥96%"];
    assert_says(&folder, &["verify", "known", "--junit", "report.xml"], 1, &cell);
    let report = fs::read_to_string(folder.path().join("report.xml")).unwrap();
    assert!(report.contains("failures=\"1\"") && report.contains("expected  ≥96%"), "{report}");
    assert_says(&folder, &["accept", "known/form.txt", "--yes"], 0, &["expected  ≥96%", "got       ≥95%", "written"]);
    let updated = fs::read_to_string(&file).unwrap();
    assert!(!updated.contains("≥96%") && !updated.contains("as_printed"), "the list of columns is kept");

    fs::remove_file(folder.path().join("known/form.txt")).unwrap();
    assert_says(&folder, &["verify", "known"], 1, &["the document is not there", "1 expectation without a document"]);
    fs::write(&file, "{").unwrap();
    fs::write(folder.path().join("known/form.txt"), form).unwrap();
    assert_says(&folder, &["verify", "known"], 2, &["form.txt.expected.json: EOF"]);
}

#[test]
fn the_schema_is_printed_for_people_and_programs() {
    let folder = tempfile::tempdir().unwrap();
    let markdown = jixiao(&folder, &["schema"]).stdout;
    let known = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/data-dictionary.md")).unwrap();
    assert!(markdown == known);
    let json = jixiao(&folder, &["schema", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["tables"][4]["name"], "indicators");
}
