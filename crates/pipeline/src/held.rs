//! Documents just read, in memory until the dataset is written: a small run need not load again what it has kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jixiao_exporter::DocumentRecords;
use jixiao_exporter::files::Digest;

/// Documents that are held at most. A run over many loads nearly all of them, and its memory is bounded.
const MOST: usize = 4;

/// The documents that are held, by the hash of their bytes.
#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<BTreeMap<Digest, DocumentRecords>>);

impl Held {
    /// Holds a document, unless enough are held.
    pub(crate) fn put(&self, sha256: Digest, records: DocumentRecords) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() < MOST {
            held.insert(sha256, records);
        }
    }

    /// Hands a document over; `None` where it is not held.
    pub(crate) fn take(&self, sha256: &Digest) -> Option<DocumentRecords> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(sha256)
    }
}
