//! Reads one value a line and prints what it says.

use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        writeln!(out, "{line}\t{}", jixiao_normalizer::parse(&line).to_json())?;
    }
    Ok(())
}
