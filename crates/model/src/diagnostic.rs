//! What a phase has to say beside its result.

use crate::Place;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Something should be looked at.
    Warning,
    /// Something could not be read.
    Error,
}

impl Severity {
    /// The name in the dataset.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One finding, about how the extraction went or about the document itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, `snake_case`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence, with the texts it is about.
    pub message: String,
    /// Where.
    pub place: Place,
    /// 1-based ordinal of the form it is about.
    pub form: Option<usize>,
    /// Position in the form's list of indicators.
    pub indicator: Option<usize>,
}

impl Diagnostic {
    /// A diagnostic about a place, not yet about a form.
    pub fn new(code: &'static str, severity: Severity, message: impl Into<String>, place: Place) -> Self {
        Self { code, severity, message: message.into(), place, form: None, indicator: None }
    }
}
