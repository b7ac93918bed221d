//! The plain data types that the phases of jixiao hand to each other.
//!
//! ```text
//! bytes -> Reading { blocks: paragraphs and logical tables } -> Document { contents, forms, … }
//! ```
//!
//! A reader (text, PDF) ends in [`Reading`]; everything after it is shared and does not know the kind of file.
//! The types hold no behaviour beyond what keeps them well formed, and nothing here does input or output.

mod diagnostic;
mod document;
mod limits;
mod place;
mod table;
mod text;

pub use diagnostic::{Diagnostic, Severity};
pub use document::{
    Amount, Contents, Document, Field, FieldValue, Form, FormKind, Indicator, LedgerEntry, Repair, Scope, Staffing,
    Status, Task, Use,
};
pub use limits::{Limits, ReadError};
pub use place::{Place, Rect};
pub use table::{Block, Cell, Join, JoinKind, Line, Origin, Reading, Row, Table};
pub use text::{
    begins_with_comparator, clean_text, count_bytes, fold_radicals, is_cjk, item_follows, join_lines, without_space,
};
