//! Where every piece of the source went. Nothing may be lost: a piece that nobody claims is unplaced.
//!
//! Readers of different forms work side by side: each notes in its [`Marks`] what became of the pieces it read, and the
//! [`Ledger`] carries the notes out in the order of the forms.

use std::ops::Range;

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

    /// Number of pieces.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Makes room for so many pieces more.
    pub(crate) fn reserve(&mut self, pieces: usize) {
        self.entries.reserve(pieces);
    }

    /// Adds the pieces of another ledger behind its own.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.entries.append(&mut other.entries);
        self.split.append(&mut other.split);
    }

    /// Says where a piece went.
    pub(crate) fn mark(&mut self, id: usize, used: Use) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.used = used;
        }
    }

    /// Carries out what readers noted, in order.
    pub(crate) fn carry_out(&mut self, notes: impl IntoIterator<Item = Note>) {
        for note in notes {
            match note {
                Note::Whole(id, used) => self.mark(id, used),
                Note::Cut { id, length, parts, rest } => self.cut(id, length, &parts, rest),
            }
        }
    }

    /// A piece that forms share (the title above a list of them) is cut once, by the first of them.
    fn cut(&mut self, id: usize, length: usize, parts: &[(Range<usize>, Use)], rest: Option<Use>) {
        let Some(entry) = self.entries.get_mut(id).filter(|entry| entry.text.len() == length) else { return };
        let whole = std::mem::take(&mut entry.text);
        let mut from = 0;
        for (part, used) in parts {
            entry.text.push_str(&whole[from..part.start]);
            self.split.push(LedgerEntry { text: whole[part.clone()].to_owned(), place: entry.place, used: *used });
            from = part.end;
        }
        entry.text.push_str(&whole[from..]);
        entry.used = rest.unwrap_or(entry.used);
    }

    /// All pieces that hold any text.
    pub(crate) fn into_entries(mut self) -> Vec<LedgerEntry> {
        self.entries.append(&mut self.split);
        self.entries.retain(|e| e.text.chars().any(|c| !c.is_whitespace()));
        self.entries
    }
}

/// What became of a piece.
#[derive(Debug)]
pub(crate) enum Note {
    Whole(usize, Use),
    /// Byte ranges of its text, in order, and what became of each; what is between them stays, or went where `rest` says.
    Cut {
        id: usize,
        /// Of the text, in bytes.
        length: usize,
        parts: Vec<(Range<usize>, Use)>,
        rest: Option<Use>,
    },
}

/// Notes of one reader: what became of the pieces that it read.
#[derive(Debug)]
pub(crate) struct Marks<'a> {
    ledger: &'a Ledger,
    notes: Vec<Note>,
}

impl<'a> Marks<'a> {
    pub(crate) fn new(ledger: &'a Ledger) -> Self {
        Self { ledger, notes: Vec::new() }
    }

    pub(crate) fn into_notes(self) -> Vec<Note> {
        self.notes
    }

    /// The text of a piece as the source has it.
    pub(crate) fn text(&self, id: usize) -> &'a str {
        self.ledger.entries.get(id).map_or("", |e| &e.text)
    }

    /// Says where a piece went.
    pub(crate) fn mark(&mut self, id: usize, used: Use) {
        self.notes.push(Note::Whole(id, used));
    }

    /// Says where the part of a piece went that begins at a byte; the part before it stays as it is.
    pub(crate) fn mark_tail(&mut self, id: usize, from: usize, used: Use) {
        let length = self.text(id).len();
        self.notes.push(Note::Cut { id, length, parts: vec![(from..length, used)], rest: None });
    }

    /// Says where parts of a piece went (byte ranges in order); what is between them is label.
    pub(crate) fn mark_parts(&mut self, id: usize, parts: &[Range<usize>], used: Use) {
        let parts = parts.iter().map(|part| (part.clone(), used)).collect();
        self.notes.push(Note::Cut { id, length: self.text(id).len(), parts, rest: Some(Use::Label) });
    }

    /// Says that the first `length` characters (white space apart) of a piece are a label and where the rest went.
    pub(crate) fn mark_prefix(&mut self, id: usize, length: usize, rest: Use) {
        let text = self.text(id);
        let parts = vec![(0..byte_after(text, length), Use::Label)];
        self.notes.push(Note::Cut { id, length: text.len(), parts, rest: Some(rest) });
    }
}

/// The byte offset after `count` characters that are not white space.
pub(crate) fn byte_after(text: &str, count: usize) -> usize {
    text.char_indices().filter(|(_, c)| !c.is_whitespace()).nth(count).map_or(text.len(), |(at, _)| at)
}
