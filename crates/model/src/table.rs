//! What a reader makes of a file: paragraphs and logical tables in reading order.

use crate::{Diagnostic, Place};

/// One line of text as the source has it, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// The characters of the line; white space as in the source.
    pub text: String,
    /// Where the line stands.
    pub place: Place,
    /// The line begins a paragraph of its own (markup or an indent says so).
    pub starts_paragraph: bool,
}

/// How the columns and spans of a table are known, and so how far they can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Drawn rules bound every cell: columns and spans are facts.
    Ruled,
    /// Columns come from the alignment of text, or from rules in one direction only.
    /// Whether row spans of labels are known, each row says.
    Aligned,
    /// Somebody's text rendering with a delimiter between cells: columns may be shifted, spans are lost.
    Delimited,
}

impl Origin {
    /// The name in the dataset.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ruled => "ruled",
            Self::Aligned => "aligned",
            Self::Delimited => "delimited",
        }
    }
}

/// A cell of a logical table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// 0-based column.
    pub column: u16,
    /// Number of columns that the cell covers, at least 1.
    pub column_span: u16,
    /// Number of rows that the cell covers, at least 1; rows of later pages count.
    pub row_span: u16,
    /// The lines of the cell in reading order; empty for an empty cell.
    pub lines: Vec<Line>,
    /// The box of the cell itself on each page that it stands on, or the line of a text.
    pub parts: Vec<Place>,
}

/// A row of a logical table: the cells that begin in it, from left to right.
///
/// Ruled tables list empty cells too; a column that a cell from a row above covers has no cell here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Cells that begin in this row, ordered by column.
    pub cells: Vec<Cell>,
    /// The row is the first of its table on a page other than the table's first.
    pub after_page_break: bool,
    /// The rows that its cells cover are facts: rules show them, or the positions of the texts allow no other.
    pub spans_known: bool,
    /// Where the row stands.
    pub place: Place,
}

/// What was done to make one logical table of what stands on several pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JoinKind {
    /// A row that a page break cut between its lines is one row again.
    CutRow,
    /// A merged cell goes on after the break; its text is printed once.
    MergedCell,
    /// A merged cell goes on after the break and its text was printed again.
    RepeatedLabel,
    /// A header row that was printed again was left out.
    RepeatedHeader,
}

impl JoinKind {
    /// The name in the output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CutRow => "cut_row",
            Self::MergedCell => "merged_cell",
            Self::RepeatedLabel => "repeated_label",
            Self::RepeatedHeader => "repeated_header",
        }
    }
}

/// A record of one join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// What was done.
    pub kind: JoinKind,
    /// 0-based row of the logical table.
    pub row: usize,
    /// 0-based column; `None` where the whole row is meant.
    pub column: Option<u16>,
    /// Place of the part that was joined on (on the later page).
    pub place: Place,
    /// The text that was left out (a repeated header or label); empty where nothing was.
    pub dropped: String,
}

/// A table as its author meant it, over however many pages it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// How columns and spans are known.
    pub origin: Origin,
    /// Number of columns.
    pub columns: u16,
    /// Rows from top to bottom.
    pub rows: Vec<Row>,
    /// What was joined over page breaks.
    pub joins: Vec<Join>,
}

/// A piece of a document in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph outside tables (its lines as printed).
    Paragraph(Vec<Line>),
    /// A table.
    Table(Table),
    /// A page begins here (not before the first). Text and tables may run on over it.
    PageBreak,
    /// A running head, a page number, or other furniture of the page: recognised and set apart.
    Furniture(Line),
}

/// Everything a reader gets out of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// Number of pages; `None` where the format has none.
    pub pages: Option<u32>,
    /// Paragraphs and tables in reading order.
    pub blocks: Vec<Block>,
    /// Tags and separators of the source that are no text.
    pub markup: Vec<Line>,
    /// How the reading went.
    pub diagnostics: Vec<Diagnostic>,
    /// Some part of the file could not be read; the diagnostics say which.
    pub partial: bool,
}
