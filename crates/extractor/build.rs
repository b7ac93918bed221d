//! Turns the layout files into what the crate is built with, so that a run neither reads TOML nor compiles patterns:
//! their entries as JSON, and their patterns as automata of all that are looked for together.

use std::path::{Path, PathBuf};
use std::{env, fs};

use regex_automata::MatchKind;
use regex_automata::dfa::{StartKind, dense};
use toml::{Table, Value};

/// In the order in which they are read.
const FILES: [&str; 3] = ["forms", "labels", "hierarchy"];

/// A group of patterns: its name, the entries that have them, and which of these belong to it.
type Group = (&'static str, &'static str, fn(&Table) -> bool);

const GROUPS: [Group; 4] = [
    ("columns", "column", |entry| !is_vague(entry)),
    ("vague_columns", "column", is_vague),
    ("captions", "caption", |_| true),
    ("labels", "label", |entry| entry.get("role").and_then(Value::as_str) != Some("prefix")),
];

fn main() {
    println!("cargo::rerun-if-changed=layouts");
    let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let files: Vec<Table> = FILES.iter().map(|name| read(name)).collect();
    write(&target.join("layouts.json"), &serde_json::to_vec(&files).expect("layouts are plain data"));
    for (name, entries, belongs) in GROUPS {
        let patterns = patterns(&files, entries, belongs);
        // Labels are asked for by kind and role, few at a time; of the others, all at once.
        let together = if name == "labels" { 1 } else { patterns.len() };
        let automata: Vec<u8> = patterns.chunks(together).flat_map(automaton).collect();
        write(&target.join(name).with_extension("dfa"), &automata);
    }
}

fn read(name: &str) -> Table {
    let path = PathBuf::from("layouts").join(name).with_extension("toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn is_vague(entry: &Table) -> bool {
    entry.get("vague").and_then(Value::as_bool).unwrap_or(false)
}

/// The patterns of a group, in the order of the files: one or a list in each entry.
fn patterns<'f>(files: &'f [Table], entries: &str, belongs: fn(&Table) -> bool) -> Vec<&'f str> {
    let all = files.iter().filter_map(|file| file.get(entries)?.as_array()).flatten().filter_map(Value::as_table);
    let values = all.filter(|entry| belongs(entry)).filter_map(|entry| entry.get("pattern"));
    values
        .flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice))
        .filter_map(Value::as_str)
        .collect()
}

/// An automaton that tells all patterns that a text matches, as bytes in the order of the machine that is built for.
fn automaton(patterns: &[&str]) -> Vec<u8> {
    let settings = dense::Config::new().match_kind(MatchKind::All).start_kind(StartKind::Unanchored).minimize(true);
    let built = dense::Builder::new().configure(settings).build_many(patterns);
    let automaton = built.unwrap_or_else(|error| panic!("{patterns:?}: {error}"));
    let little = env::var("CARGO_CFG_TARGET_ENDIAN").is_ok_and(|endian| endian == "little");
    let (bytes, padding) = if little { automaton.to_bytes_little_endian() } else { automaton.to_bytes_big_endian() };
    bytes[padding..].to_vec()
}
