//! The TOML form of the lexicon, built-in and of a user.

use std::fmt;

use serde::Deserialize;

/// Why an extension was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconError {
    /// One-based line of the offending entry, where it is known.
    pub line: Option<usize>,
    /// What is wrong, with the key it is about.
    pub message: String,
}

impl fmt::Display for LexiconError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "lexicon, line {line}: {}", self.message),
            None => write!(f, "lexicon: {}", self.message),
        }
    }
}

impl std::error::Error for LexiconError {}

impl File {
    /// Reads a TOML text.
    pub(crate) fn read(text: &str) -> Result<Self, LexiconError> {
        toml::from_str(text).map_err(|error| LexiconError {
            line: error.span().map(|span| line_of(text, span.start)),
            message: error.message().to_owned(),
        })
    }
}

/// One lexicon file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    pub(crate) unit: Vec<UnitEntry>,
    pub(crate) classifier: Vec<ClassifierEntry>,
    pub(crate) comparator: Vec<ComparatorEntry>,
    pub(crate) word: Vec<WordEntry>,
    pub(crate) class: Vec<ClassEntry>,
    pub(crate) name: Vec<NameEntry>,
    pub(crate) numeral: Vec<NumeralEntry>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnitEntry {
    pub(crate) code: toml::Spanned<String>,
    pub(crate) dimension: toml::Spanned<String>,
    pub(crate) text: Vec<String>,
    #[serde(default)]
    pub(crate) fraction: Vec<String>,
    #[serde(default)]
    pub(crate) sign: Vec<String>,
    pub(crate) currency: Option<String>,
    pub(crate) iso: Option<String>,
    pub(crate) flag: Option<toml::Spanned<String>>,
    #[serde(default)]
    pub(crate) event: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClassifierEntry {
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) event: bool,
    #[serde(default)]
    pub(crate) grade: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComparatorEntry {
    pub(crate) op: toml::Spanned<String>,
    pub(crate) side: toml::Spanned<String>,
    /// What stands before each word of `text`; one empty word where nothing is given.
    #[serde(default = "nothing_before")]
    pub(crate) lead: Vec<String>,
    pub(crate) text: Vec<String>,
}

fn nothing_before() -> Vec<String> {
    vec![String::new()]
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordEntry {
    pub(crate) role: toml::Spanned<String>,
    #[serde(default)]
    pub(crate) value: String,
    pub(crate) text: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClassEntry {
    pub(crate) class: toml::Spanned<String>,
    pub(crate) text: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameEntry {
    pub(crate) unit: String,
    pub(crate) text: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NumeralEntry {
    pub(crate) value: Option<u8>,
    pub(crate) power: Option<u8>,
    pub(crate) text: String,
}

/// What the word stands for, or where and what is wrong.
pub(crate) fn known<T>(
    word: &toml::Spanned<String>,
    key: &str,
    text: &str,
    find: impl Fn(&str) -> Option<T>,
) -> Result<T, LexiconError> {
    find(word.get_ref()).ok_or_else(|| LexiconError {
        line: Some(line_of(text, word.span().start)),
        message: format!("`{key}` has no value `{}`", word.get_ref()),
    })
}

/// One-based line of a byte.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}
