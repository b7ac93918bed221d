//! Reads one indicator value of a 绩效目标 form.
//!
//! [`parse`] is pure and total: any text gives a [`Value`], and nothing of the text is lost.
//! It folds the text (one form for every way of writing a sign), lexes it with a lexicon from data files,
//! lets each rule read the whole cell, and takes the reading that leaves least unexplained.
//! [`enrich`] adds what the form around the cell tells; it never changes a parsed field.
//!
//! ```
//! use jixiao_normalizer::{Comparator, Kind, parse};
//!
//! let value = parse("不低于1.2万元/人");
//! assert_eq!(value.kind, Kind::Quantity);
//! assert_eq!(value.comparator, Comparator::Ge);
//! assert_eq!(value.value.unwrap().to_string(), "12000");
//! assert_eq!(value.unit.unwrap(), "CNY/{人}");
//! ```
//!
//! Invariants: no input or output beyond the arguments, no float inside, no panic on any text,
//! time linear in the length of the text, equal results on every machine.

mod agree;
mod date;
mod enrich;
mod exact;
mod explain;
mod json;
mod lex;
mod lexicon;
mod number;
mod render;
mod rules;
mod signs;
mod source;
mod split;
mod time;
mod unit;
mod value;
mod vocabulary;

pub use date::{DatePart, IsoDate};
pub use enrich::{
    Bracketed, Context, Enriched, Enrichment, InferredUnit, Resolved, SharedValue, bracketed_unit, enrich,
};
pub use exact::{Exact, ExactError};
pub use explain::{Explanation, Piece, Rejected, explain};
pub use lexicon::{Lexicon, LexiconError};
pub use render::render;
pub use split::parse_split;
pub use value::{
    AnchorSide, Bound, Change, ChangeMode, Class, Comparator, ComparatorSource, Dimension, Direction, Edge, Flag,
    Flags, Kind, Relation, Text, Value,
};

/// Reads one text with the built-in lexicon.
pub fn parse(text: &str) -> Value {
    parse_with(Lexicon::builtin(), text)
}

/// Reads one text with a lexicon of your own.
pub fn parse_with(lexicon: &Lexicon, text: &str) -> Value {
    rules::read(lexicon, text, 0)
}
