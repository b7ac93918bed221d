//! The documents that people read first: they name every command and crate, and their links lead somewhere.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};

/// The two editions of the first page.
const READMES: [&str; 2] = ["README.md", "README.zh.md"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names of the entries of a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The commands that `--help` lists, apart from `help` itself.
fn commands() -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_jixiao")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = list.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

/// Targets of the Markdown links of a text, code blocks apart.
fn links(text: &str) -> Vec<&str> {
    let mut code = false;
    let prose = text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    });
    prose.flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split([')', ' ']).next()).collect()
}

/// Every document, with its path from the root.
fn documents() -> Vec<String> {
    let pages = names(&root().join("docs"))
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "md"));
    let first = READMES.into_iter().chain(["ARCHITECTURE.md"]).map(str::to_owned);
    first.chain(pages.map(|name| format!("docs/{name}"))).collect()
}

#[test]
fn every_command_is_in_both_readmes() {
    let commands = commands();
    assert!(commands.contains(&"ingest".to_owned()), "{commands:?}");
    for name in READMES {
        let text = read(&root().join(name));
        for command in &commands {
            assert!(text.contains(&format!("`jixiao {command}")), "{name} does not tell of `jixiao {command}`");
        }
    }
}

#[test]
fn every_link_to_a_file_leads_there() {
    let mut followed = 0;
    for name in documents() {
        let page = root().join(&name);
        for link in links(&read(&page)).into_iter().filter(|link| !link.contains("://")) {
            let file = link.split('#').next().unwrap_or_default();
            assert!(page.parent().unwrap().join(file).exists(), "{name}: {link}");
            followed += 1;
        }
    }
    assert!(followed > 0, "links are not found any more");
}

#[test]
fn the_architecture_names_every_crate() {
    let text = read(&root().join("ARCHITECTURE.md"));
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("### ")).collect();
    for name in names(&root().join("crates")) {
        let title = format!("`{name}`");
        assert!(headings.iter().any(|heading| heading.contains(&title)), "no heading for the crate {name}");
    }
}

/// Every source file of the crates, as one text.
fn sources() -> String {
    fn collect(folder: &Path, out: &mut String) {
        for name in names(folder) {
            let path = folder.join(name);
            match path.extension() {
                _ if path.is_dir() => collect(&path, out),
                Some(ending) if ending == "rs" => out.push_str(&read(&path)),
                _ => {}
            }
        }
    }
    let mut out = String::new();
    let crates = root().join("crates");
    for name in names(&crates) {
        collect(&crates.join(name).join("src"), &mut out);
    }
    out
}

#[test]
fn every_code_that_is_raised_is_explained_and_no_other() {
    let (page, sources) = (read(&root().join("docs/findings.md")), sources());
    let with_severity = sources.split("\", Severity::").filter_map(|before| before.rsplit('"').next());
    let of_failures =
        sources.split("DocumentRecords::failed(source, \"").skip(1).filter_map(|rest| rest.split('"').next());
    let is_code = |code: &&str| code.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase());
    let mut raised = 0;
    for code in with_severity.chain(of_failures).filter(is_code) {
        assert!(page.contains(&format!("| `{code}` |")), "docs/findings.md does not explain {code}");
        raised += 1;
    }
    assert!(raised > 8, "codes are not found any more");
    let explained = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).map(|(code, _)| code);
    let parameters = ["enabled", "severity", "rounding_yuan", "similarity", "above", "words", "except"];
    let severities = ["info", "warning", "error"];
    for code in explained.filter(|code| !parameters.contains(code) && !severities.contains(code)) {
        assert!(sources.contains(&format!("\"{code}\"")), "nothing raises {code}");
    }
}

#[test]
fn both_readmes_have_the_same_examples() {
    let [english, chinese] = READMES.map(|name| read(&root().join(name)));
    let blocks = |text: &str| text.split("\n```").skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(blocks(&english), blocks(&chinese));
}

/// The table `indicators` of the published booklet, by `indicator_id`.
fn indicators() -> BTreeMap<String, Map<String, Value>> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_jixiao"));
    command.arg("ingest").arg(root().join("seeds")).args(["--to", "jsonl", "-o"]).arg(folder.path().join("output"));
    assert!(command.output().unwrap().status.success());
    let lines = read(&folder.path().join("output/indicators.jsonl"));
    let rows = lines.lines().map(|line| serde_json::from_str::<Map<String, Value>>(line).unwrap());
    rows.map(|row| (row["indicator_id"].as_str().unwrap().to_owned(), row)).collect()
}

/// A value as a cell of a Markdown table.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.as_f64().unwrap().to_string(),
    }
}

/// The cells of a row of a Markdown table.
fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn the_rows_that_are_shown_are_the_rows_that_come_out() {
    let indicators = indicators();
    let text = read(&root().join("README.md"));
    let mut columns = Vec::new();
    let mut compared = 0;
    for line in text.lines() {
        if line.starts_with("| indicator_id") {
            columns = cells(line);
        } else if !line.starts_with('|') {
            columns.clear();
        } else if !columns.is_empty() && !line.starts_with("| ---") {
            let cells = cells(line);
            let row = indicators.get(cells[0]).unwrap_or_else(|| panic!("no such row: {line}"));
            let got: Vec<String> = columns.iter().map(|column| shown(&row[*column])).collect();
            assert_eq!(cells, got);
            compared += 1;
        }
    }
    assert_eq!(compared, 10);
}

#[test]
fn the_numbers_that_are_shown_are_the_numbers_that_come_out() {
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let indicators = indicators();
    for row in indicators.values() {
        *counts.entry(("status", shown(&row["status"]))).or_default() += 1;
        for repair in row["repairs"].as_array().unwrap() {
            *counts.entry(("kind", shown(&repair["kind"]))).or_default() += 1;
        }
    }
    let text = read(&root().join("README.md"));
    let words = |line: &str| line.split([' ', '│']).filter(|w| !w.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let lines: Vec<Vec<String>> = text.lines().map(words).collect();
    for ((what, name), count) in counts {
        let shown = lines.iter().any(|line| line.starts_with(&[name.clone(), count.to_string()]));
        assert!(shown, "README.md does not show {count} as the number of rows of {what} {name}");
    }
}

/// True where all that `part` says stands in `whole` too.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| is_part(part, whole)))
        }
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(part, whole)| is_part(part, whole))
        }
        (part, whole) => part == whole,
    }
}

#[test]
fn the_layout_of_ones_own_reads_what_is_shown() {
    let page = read(&root().join("docs/layouts.md"));
    let section = page.split("## Your own layout").nth(1).unwrap();
    let block = |language: &str, nth: usize| {
        let block = section.split(&format!("```{language}\n")).nth(nth).unwrap();
        block.split("\n```").next().unwrap().to_owned() + "\n"
    };
    let folder = tempfile::tempdir().unwrap();
    let extract = |layout: &str| {
        fs::write(folder.path().join("pledge.txt"), block("text", 1)).unwrap();
        fs::write(folder.path().join("our.toml"), layout).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_jixiao"));
        command.args(["extract", "pledge.txt", "--layout", "our.toml"]).current_dir(folder.path()).output().unwrap()
    };
    let shown: Value = serde_json::from_str(&block("json", 1)).unwrap();
    let got: Value = serde_json::from_slice(&extract(&block("toml", 1)).stdout).unwrap();
    assert!(is_part(&shown, &got["forms"][0]), "{got:#}");
    assert_eq!(extract("").status.code(), Some(1));

    let wrong = block("toml", 1).replace("[\"承诺值\"]", "[\"承诺值\"]\ncolour = 1");
    let refused = extract(&wrong);
    assert_eq!((refused.status.code(), String::from_utf8(refused.stderr).unwrap()), (Some(2), block("text", 2)));
}
