//! Makes the rules and the measures JSON, which is read faster than TOML at the start of every run.

use std::path::{Path, PathBuf};
use std::{env, fs};

use toml::Table;

fn main() {
    let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for name in ["rules", "measures"] {
        let source = Path::new(name).with_extension("toml");
        println!("cargo::rerun-if-changed={}", source.display());
        let text = fs::read_to_string(&source).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
        let table: Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", source.display()));
        let json = serde_json::to_vec(&table).expect("rules are plain data");
        let target = target.join(name).with_extension("json");
        fs::write(&target, json).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
    }
}
