//! Names the sources that decide what is read out of a document, so that results kept by an older build are not taken
//! for results of this one. The same sources give the same name on every machine.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The crates whose code and data decide the result.
const CRATES: [&str; 8] = ["model", "pdf", "extractor", "normalizer", "names", "findings", "exporter", "pipeline"];

fn main() -> io::Result<()> {
    let crates = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("..");
    let mut files = Vec::new();
    for name in CRATES {
        collect(&crates.join(name), &mut files)?;
    }
    files.sort();
    let mut hash = 0xCBF2_9CE4_8422_2325;
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        hash = fnv(hash, file.strip_prefix(&crates).unwrap_or(&file).to_string_lossy().as_bytes());
        hash = fnv(hash, &fs::read(&file)?);
    }
    println!("cargo::rustc-env=JIXIAO_SOURCES={hash:016x}");
    Ok(())
}

/// Sources and data files of a crate; its tests are left out.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            let skip = ["tests", "benches", "examples"].iter().any(|name| path.ends_with(name));
            if !skip {
                collect(&path, files)?;
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// FNV-1a: enough to tell builds apart.
fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}
