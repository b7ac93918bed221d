//! Reads booklets of text, and assembles forms out of the logical tables of any reader.

use jixiao_model::{Document, Limits, ReadError, Reading};

/// Layouts, labels and hierarchies: the domain as data.
#[derive(Debug, Clone, Default)]
pub struct Layouts;

impl Layouts {
    /// The layouts that come with the program.
    pub fn builtin() -> &'static Self {
        &Self
    }
}

/// Reads a text (UTF-8 with or without BOM, GB18030; LF or CRLF) into paragraphs and delimited tables.
pub fn read_text(_bytes: &[u8], _limits: &Limits) -> Result<Reading, ReadError> {
    Err(ReadError::NotReadable("reading text files is not built yet".to_owned()))
}

/// Finds the forms in a reading and decides every field and level of them.
pub fn assemble(_reading: &Reading, _layouts: &Layouts) -> Document {
    Document::default()
}
