//! A booklet that reads well, and where its rows stand in the text.

use jixiao_extractor::{Layouts, assemble, read_text};
use jixiao_model::{Document, Form, Limits, Scope};

/// A booklet of text with its reading.
#[derive(Debug)]
pub struct Seed {
    /// Cells of each line; a line without a tab has one.
    pub lines: Vec<Vec<String>>,
    /// What the booklet says.
    pub document: Document,
}

/// Reads a text with the layouts of the program.
///
/// # Panics
/// Where the text cannot be read at all: seeds and mutants can.
pub fn assemble_text(text: &str) -> Document {
    match read_text(text.as_bytes(), &Limits::default()) {
        Ok(reading) => assemble(&reading, Layouts::builtin()),
        Err(error) => panic!("a seed must be readable: {error}"),
    }
}

impl Seed {
    /// Reads a booklet.
    pub fn new(text: &str) -> Self {
        let lines = text.split('\n').map(|line| line.split('\t').map(str::to_owned).collect()).collect();
        Self { lines, document: assemble_text(text) }
    }

    /// Positions (in the form's list) and lines (0-based) of the indicators of one table.
    pub fn table(&self, form: &Form, scope: Option<Scope>) -> Vec<(usize, usize)> {
        let rows = form.indicators.iter().enumerate().filter(|(_, i)| i.scope == scope);
        rows.filter_map(|(at, i)| Some((at, i.place.line? as usize - 1))).collect()
    }

    /// The text of lines.
    pub fn text(lines: &[Vec<String>]) -> String {
        lines.iter().map(|cells| cells.join("\t")).collect::<Vec<_>>().join("\n")
    }

    /// True for a blank line: a page ended there.
    pub fn is_blank(&self, line: usize) -> bool {
        self.lines.get(line).is_none_or(|cells| cells.iter().all(|c| c.trim().is_empty()))
    }
}
