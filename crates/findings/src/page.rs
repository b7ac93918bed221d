//! The rules for people (docs/findings.md), and as a file to change.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::rules::{Rule, Rules};

/// Rules of one's own, as the page shows them.
pub(crate) const SAMPLE: &str = "\
[unit_missing]
enabled = false

[twin_missing]
severity = \"warning\"

[tasks_total_differs]
rounding_yuan = 5000

[rate_above_100]
except = [\"增长\", \"完成率\", \"床位使用率\"]
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Extraction {
    code: Vec<ExtractionCode>,
}

/// A code of the first family.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtractionCode {
    code: String,
    severity: String,
    meaning: String,
    example: String,
}

/// Every code of both families with meaning, severity and example, as Markdown.
pub fn markdown() -> String {
    include_str!("../page.md")
        .replace("{overview}\n", &overview())
        .replace("{rules}", &findings())
        .replace("{sample}", SAMPLE)
        .replace("{extraction}\n", &extraction())
}

fn overview() -> String {
    let mut out = String::from("| code | 中文 | severity |\n| --- | --- | --- |\n");
    for rule in Rules::builtin().iter() {
        let _ = writeln!(out, "| `{}` | {} | {} |", rule.code.as_str(), rule.title, rule.severity.as_str());
    }
    out
}

fn findings() -> String {
    let mut out = String::new();
    for rule in Rules::builtin().iter() {
        let Rule { title, meaning, example, .. } = rule;
        let (code, severity) = (rule.code.as_str(), rule.severity.as_str());
        // Writing to a String cannot fail.
        let _ = write!(out, "### `{code}` {title}\n\n`{severity}`. {}\n\nExample: “{example}”\n\n", sentences(meaning));
        let parameters = parameters(rule);
        if !parameters.is_empty() {
            let listed: Vec<String> = parameters.iter().map(|(name, value)| format!("`{name} = {value}`")).collect();
            let _ = write!(out, "Parameters: {}\n\n", listed.join(", "));
        }
    }
    out
}

/// One sentence a line.
fn sentences(text: &str) -> String {
    text.replace(". ", ".\n")
}

/// The parameters of a rule with their values as TOML.
fn parameters(rule: &Rule) -> Vec<(&'static str, String)> {
    let list = |words: &Vec<String>| {
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        format!("[{}]", quoted.join(", "))
    };
    let all = [
        ("rounding_yuan", rule.rounding_yuan.map(|number| number.to_string())),
        ("similarity", rule.similarity.map(|number| number.to_string())),
        ("above", rule.above.map(|number| number.to_string())),
        ("words", rule.words.as_ref().map(list)),
        ("except", rule.except.as_ref().map(list)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// A file for `--rules` that says what holds without it.
pub fn rules_file() -> String {
    let mut out = String::from("# The rules as they are. Keep what you change, and give the file with --rules.\n");
    for rule in Rules::builtin().iter() {
        let (code, severity) = (rule.code.as_str(), rule.severity.as_str());
        let _ =
            write!(out, "\n# {}: {}\n[{code}]\nenabled = true\nseverity = \"{severity}\"\n", rule.title, rule.meaning);
        for (name, value) in parameters(rule) {
            let _ = writeln!(out, "{name} = {value}");
        }
    }
    out
}

fn extraction() -> String {
    let read = toml::from_str::<Extraction>(include_str!("../extraction.toml"));
    debug_assert!(read.is_ok(), "embedded list of codes: {:?}", read.as_ref().err());
    let mut out = String::from("| code | severity | meaning | example |\n| --- | --- | --- | --- |\n");
    for ExtractionCode { code, severity, meaning, example } in read.into_iter().flat_map(|file| file.code) {
        let _ = writeln!(out, "| `{code}` | {severity} | {meaning} | “{example}” |");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_to_change_says_what_holds() {
        let builtin = Rules::builtin();
        let same = builtin.with_changes(&rules_file()).unwrap();
        assert!(same.iter().eq(builtin.iter()));
        assert!(builtin.with_changes(SAMPLE).unwrap().iter().ne(builtin.iter()));
    }

    #[test]
    fn the_page_in_the_repository_is_this_one() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings.md");
        let known = std::fs::read_to_string(path).unwrap();
        assert!(known == markdown(), "run: cargo run --release -- rules > docs/findings.md");
    }
}
