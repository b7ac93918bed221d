//! Limits on hostile or oversized input, and the few ways in which a file cannot be read at all.

use std::time::Duration;

/// What a reader may spend on one document. Exceeding a limit ends the document with [`ReadError::OverLimit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Pages.
    pub pages: u32,
    /// Objects of a PDF, those with a number and those inside of others (dictionaries).
    pub objects: u64,
    /// Nesting of the drawings (form XObjects), colour spaces and functions of a PDF.
    pub nesting: u32,
    /// Bytes after decompression, over the whole document; a single stream may take a 32nd of them.
    pub decompressed: u64,
    /// Glyphs or characters, over the whole document.
    pub glyphs: u64,
    /// Wall-clock time for one document.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 512 << 20,
            pages: 20_000,
            objects: 2_000_000,
            nesting: 32,
            decompressed: 2 << 30,
            glyphs: 20_000_000,
            time: Duration::from_mins(5),
        }
    }
}

/// Why a file could not be read at all. Everything milder is a value with diagnostics.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The bytes are not of a kind that can be read.
    #[error("{0}")]
    NotReadable(String),
    /// The file is encrypted and the password is missing or wrong.
    #[error("the file is encrypted, and the password is missing or wrong: give the right one with --password")]
    Encrypted,
    /// A limit was reached.
    #[error("{what} is {got}, over the limit of {limit}: raise it with {flag} if you trust the file")]
    OverLimit {
        /// What was counted.
        what: &'static str,
        /// How much there is (or was when reading stopped).
        got: u64,
        /// The limit.
        limit: u64,
        /// The flag that raises it.
        flag: &'static str,
    },
}
