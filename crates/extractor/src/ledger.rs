//! Where every piece of the source went. Nothing may be lost: a piece that nobody claims is unplaced.

use jixiao_model::{LedgerEntry, Place, Use};

/// One entry per cell, paragraph and tag of the source.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Vec<LedgerEntry>,
    /// Parts of pieces whose rest went elsewhere.
    split: Vec<LedgerEntry>,
}

impl Ledger {
    /// Adds a piece, not placed yet.
    pub(crate) fn add(&mut self, text: String, place: Place) -> usize {
        self.add_as(text, place, Use::Unplaced)
    }

    /// Adds a piece whose use is known.
    pub(crate) fn add_as(&mut self, text: String, place: Place, used: Use) -> usize {
        self.entries.push(LedgerEntry { text, place, used });
        self.entries.len() - 1
    }

    /// The text of a piece as the source has it.
    pub(crate) fn text(&self, id: usize) -> &str {
        self.entries.get(id).map_or("", |e| &e.text)
    }

    /// Says where the part of a piece went that begins at a byte; the part before it stays as it is.
    pub(crate) fn mark_tail(&mut self, id: usize, from: usize, used: Use) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        let text = entry.text.split_off(from);
        let place = entry.place;
        self.split.push(LedgerEntry { text, place, used });
    }

    /// Says where parts of a piece went (byte ranges in order); what is between them is label.
    pub(crate) fn mark_parts(&mut self, id: usize, parts: &[std::ops::Range<usize>], used: Use) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        let whole = std::mem::take(&mut entry.text);
        let mut from = 0;
        for part in parts {
            entry.text.push_str(&whole[from..part.start]);
            self.split.push(LedgerEntry { text: whole[part.clone()].to_owned(), place: entry.place, used });
            from = part.end;
        }
        entry.text.push_str(&whole[from..]);
        entry.used = Use::Label;
    }

    /// Says where a piece went.
    pub(crate) fn mark(&mut self, id: usize, used: Use) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.used = used;
        }
    }

    /// Says that the first `length` characters (white space apart) of a piece are a label and where the rest went.
    pub(crate) fn mark_prefix(&mut self, id: usize, length: usize, rest: Use) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        let at = byte_after(&entry.text, length);
        let label = entry.text[..at].to_owned();
        entry.text.drain(..at);
        entry.used = rest;
        let place = entry.place;
        self.split.push(LedgerEntry { text: label, place, used: Use::Label });
    }

    /// All pieces that hold any text.
    pub(crate) fn into_entries(mut self) -> Vec<LedgerEntry> {
        self.entries.append(&mut self.split);
        self.entries.retain(|e| !e.text.trim().is_empty());
        self.entries
    }
}

/// The byte offset after `count` characters that are not white space.
pub(crate) fn byte_after(text: &str, count: usize) -> usize {
    text.char_indices().filter(|(_, c)| !c.is_whitespace()).nth(count).map_or(text.len(), |(at, _)| at)
}
