// The body of the fuzz target as a plain function: a stable test replays the corpus with it.

use jixiao_extractor::{Layouts, assemble, read_text};
use jixiao_model::Limits;

use crate::sound;

/// Reads `data` as a text.
pub fn run(data: &[u8]) {
    let Ok(reading) = read_text(data, &Limits::default()) else { return };
    let document = assemble(&reading, Layouts::builtin());
    let accounted: String = document.ledger.iter().map(|entry| entry.text.as_str()).collect();
    let Ok(text) = std::str::from_utf8(data) else { return };
    assert_eq!(
        sound::sorted(&accounted),
        sound::sorted(text.trim_start_matches('\u{feff}')),
        "the ledger is the source"
    );
}
