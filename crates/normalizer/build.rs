//! Compiles the lexicon files into the tables that the crate is built with.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "the modules are those of the crate; here only the compiler of the lexicon is used"
)]

use std::path::PathBuf;
use std::{env, fs};

#[path = "src/signs.rs"]
mod signs;
#[path = "src/vocabulary.rs"]
mod vocabulary;
#[path = "src/lexicon"]
mod lexicon {
    pub(crate) mod compile;
    pub(crate) mod file;
    pub(crate) mod role;
    pub(crate) mod table;
}

use lexicon::compile::compile;
use lexicon::file::File;
use lexicon::table::{Entry, Table, Unit};

/// In the order of `src/lexicon/mod.rs`.
const FILES: [&str; 5] = ["numerals", "comparators", "units", "classifiers", "words"];

fn main() {
    println!("cargo::rerun-if-changed=lexicon");
    println!("cargo::rerun-if-changed=src/lexicon");
    println!("cargo::rerun-if-changed=src/signs.rs");
    println!("cargo::rerun-if-changed=src/vocabulary.rs");
    let files: Vec<File> = FILES.iter().map(|name| read(name)).collect();
    let table = compile(&files, "").unwrap_or_else(|error| panic!("lexicon: {error}"));
    let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("lexicon.rs");
    fs::write(&target, source_of(&table)).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
}

fn read(name: &str) -> File {
    let path = PathBuf::from("lexicon").join(name).with_extension("toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    File::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The tables as Rust: `Debug` writes plain records as they are built.
fn source_of(table: &Table) -> String {
    let role = |entry: &Entry| format!("Entry {{ role: Role::{:?}, payload: {} }}", entry.role, entry.payload);
    let mut text = String::new();
    array(&mut text, "NODES: [Node", &table.nodes, |node| format!("{node:?}"));
    array(&mut text, "ENTRIES: [Entry", &table.entries, role);
    array(&mut text, "UNITS: [Unit", &table.units, unit);
    array(&mut text, "VALUES: [&str", &table.values, |value| format!("{value:?}"));
    array(&mut text, "PAGES: [u16", &table.pages, ToString::to_string);
    array(&mut text, "ROOTS: [u32", &table.roots, ToString::to_string);
    text
}

fn array<T>(text: &mut String, head: &str, items: &[T], shown: impl Fn(&T) -> String) {
    let items: Vec<String> = items.iter().map(shown).collect();
    *text += &["pub(super) static ", head, "; ", &items.len().to_string(), "] = [", &items.join(","), "];\n"].concat();
}

fn unit(unit: &Unit) -> String {
    let text = |text: &str| format!("SmolStr::new_static({text:?})");
    let option = |item: Option<String>| item.map_or("None".to_owned(), |item| format!("Some({item})"));
    format!(
        "Unit {{ code: {}, dimension: Dimension::{:?}, currency: {}, iso: {}, flag: {}, event: {} }}",
        text(&unit.code),
        unit.dimension,
        option(unit.currency.as_deref().map(text)),
        option(unit.iso.as_deref().map(text)),
        option(unit.flag.map(|flag| format!("Flag::{flag:?}"))),
        unit.event,
    )
}
