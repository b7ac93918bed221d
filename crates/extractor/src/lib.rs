//! Reads booklets of text, and assembles forms out of the logical tables of any reader.
//!
//! ```text
//! bytes ─ read_text ─► Reading ─ assemble ─► Document
//!                        │
//!                        ├ segment     cells and paragraphs in order
//!                        ├ starts      front matter, and the rows of each form; list: forms in one wide table
//!                        ├ front       title, preface, contents (目录)
//!                        ├ head        labelled cells → fields, amounts, tasks, staffing
//!                        ├ indicators  rows → names, values, groups (一级指标, 二级指标)
//!                        └ contents    entries of the contents ↔ forms
//! ```
//!
//! Every phase is total: broken input gives a value with diagnostics, never a panic.

mod align;
mod assemble;
mod complete;
mod contents;
mod fold;
mod front;
mod head;
mod indicators;
mod layouts;
mod ledger;
mod list;
mod money;
mod names;
mod segment;
mod staffing;
mod starts;
mod tail;
mod tasks;
mod text;
mod threads;

pub use assemble::assemble;
pub use layouts::{LayoutError, Layouts};
pub use text::{read_text, source_lines};
