//! Known documents as regression tests.
//!
//! An [`Expectation`] says what a document must give: the nested JSON of the contract restricted to the columns that
//! are compared, a row a line, beside the document as `NAME.expected.json`. [`compare`] tells row by row and cell by
//! cell what differs, [`verify`] does so for every document of a folder, and [`junit`] reports it to continuous
//! integration.
//!
//! Invariant: nothing here reads a form or prints; what a document gives is what `pipeline` gives.

mod align;
mod columns;
mod compare;
mod expectation;
mod junit;
mod source;
mod suite;
mod text;

pub use columns::Columns;
pub use compare::{Comparison, Difference, Score, TABLES, compare, compare_by};
pub use expectation::{Comparable, Expectation};
pub use junit::junit;
pub use source::Place;
pub use suite::{Case, Report, SuiteError, expectation_path, read_document, read_expectation, verify};
