//! Reads a PDF: bytes → pages (glyphs, rules) → grids → logical tables over pages.

use jixiao_model::{Limits, ReadError, Reading};

/// Reads a PDF into paragraphs and logical tables.
pub fn read_pdf(_bytes: &[u8], _password: Option<&str>, _limits: &Limits) -> Result<Reading, ReadError> {
    Err(ReadError::NotReadable("reading PDF files is not built yet".to_owned()))
}
