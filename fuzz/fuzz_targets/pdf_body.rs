// The body of the fuzz target as a plain function: a stable test replays the corpus with it.

use std::time::Duration;

use jixiao_model::Limits;
use jixiao_pdf::read_pdf;

use crate::sound;

/// Reads `data` as a PDF.
pub fn run(data: &[u8]) {
    let limits = Limits {
        pages: 50,
        objects: 50_000,
        decompressed: 16 << 20,
        glyphs: 100_000,
        time: Duration::from_secs(10),
        ..Limits::default()
    };
    if let Ok(reading) = read_pdf(data, None, &limits) {
        assert!(!reading.blocks.is_empty(), "success with nothing in it");
        sound::assert_sound(&reading);
    }
}
