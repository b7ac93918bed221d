//! From files to a dataset: one document ([`process_one`]) or many ([`Ingest`]).
//!
//! One document never costs more than itself: whatever its bytes are, the result is a set of records, at worst with
//! status `failed` and a message. Many documents are read on several threads; the dataset does not depend on how many.
//! What has been read is kept in the output folder (see `store`), so that a second run reads only what is new.

mod document;
mod held;
mod ingest;
mod inputs;
mod load;
mod look;
mod pages;
mod publish;
mod status;
mod store;
mod threads;

pub use jixiao_extractor::Layouts;

pub use document::{ReadOptions, Source, process_alone, process_one, read_blocks};
pub use ingest::{Ingest, IngestError, IngestOptions, Outcome, Progress, RUN_RECORD, Summary};
pub use inputs::{EXPECTATION, InputError, Inputs, Name, Shard, expand};
pub use load::{LoadError, load};
pub use pages::PageRange;
pub use status::Status;
pub use store::StoreError;
pub use threads::{ThreadsError, map_side_by_side, use_threads};
