//! From files to a dataset: one document ([`process_one`]) or many ([`ingest`]).
//!
//! One document never costs more than itself: whatever its bytes are, the result is a set of records, at worst with
//! status `failed` and a message. Many documents are read on several threads; the dataset does not depend on how many.
//! What has been read is kept in the output folder (see [`store`]), so that a second run reads only what is new.

mod document;
mod ingest;
mod inputs;
mod load;
mod pages;
pub mod store;

pub use document::{ReadOptions, Source, process_one, read_blocks};
pub use ingest::{IngestError, IngestOptions, Outcome, Progress, Summary, ingest, workers};
pub use inputs::{EXPECTATION, InputError, Inputs, Shard, expand};
pub use load::{LoadError, load};
pub use pages::PageRange;
