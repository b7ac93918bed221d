//! How far a file could be read.

use serde::{Deserialize, Serialize};

/// How far a file could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All of it.
    Ok,
    /// A part could not be read.
    Partial,
    /// Nothing could be read; the dataset has a row that says why.
    Failed,
    /// Its bytes could not be had; the dataset has no row of it.
    Unreadable,
}

impl Status {
    /// The name, as in the table `documents`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Unreadable => "unreadable",
        }
    }

    /// The status that a row of `documents` tells.
    pub(crate) fn of_row(name: &str) -> Self {
        match name {
            "ok" => Self::Ok,
            "partial" => Self::Partial,
            _ => Self::Failed,
        }
    }
}
