//! Folding: one form for every way of writing a sign, with the place of each character in the source.

use smallvec::SmallVec;

use crate::signs::{fold, is_blank};

/// Digits in a row that are counted: one more than the longest date has.
const MAX_RUN: usize = 9;

/// One character after folding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folded {
    /// The folded character.
    pub(crate) c: char,
    /// Bytes of the source character.
    len: u8,
    /// Whether white space stands before it in the source.
    pub(crate) gap: bool,
    /// Byte offset of the source character.
    start: usize,
}

/// A stretch of folded characters.
///
/// Half the size of a range of `usize`: spans are copied a lot, and no cell is near four thousand million characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// Place of the first character.
    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    /// Place after the last character.
    pub(crate) fn end(self) -> usize {
        self.end as usize
    }

    pub(crate) fn len(self) -> usize {
        self.end().saturating_sub(self.start())
    }

    /// The stretch from the start of this one to `end`.
    pub(crate) fn up_to(self, end: usize) -> Self {
        Self { end: end as u32, ..self }
    }

    /// The places of its characters.
    pub(crate) fn places(self) -> std::ops::Range<usize> {
        self.start()..self.end()
    }
}

/// A text without its white space, each character folded.
pub(crate) struct FoldedText<'t> {
    text: &'t str,
    chars: SmallVec<[Folded; 32]>,
}

impl<'t> FoldedText<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let mut folded = Self::empty();
        folded.fold(text);
        folded
    }

    /// For a text that is folded in place: the characters of one cell are half a kilobyte, and moving them costs.
    pub(crate) fn empty() -> Self {
        Self { text: "", chars: SmallVec::new() }
    }

    pub(crate) fn fold(&mut self, text: &'t str) {
        self.text = text;
        let mut gap = false;
        for (start, c) in text.char_indices() {
            if is_blank(c) {
                gap = !self.chars.is_empty();
                continue;
            }
            self.chars.push(Folded { c: fold(c), len: c.len_utf8() as u8, gap, start });
            gap = false;
        }
    }

    /// The text as it is read.
    pub(crate) fn source(&self) -> Source<'_> {
        Source { text: self.text, chars: &self.chars }
    }
}

/// A folded text, as it is read.
///
/// White space is no character here, but every slice is taken from the source, so residue and written forms keep it.
#[derive(Clone, Copy)]
pub(crate) struct Source<'t> {
    text: &'t str,
    pub(crate) chars: &'t [Folded],
}

impl<'t> Source<'t> {
    pub(crate) fn len(&self) -> usize {
        self.chars.len()
    }

    /// The character at `at`; NUL past the end, which no rule expects.
    pub(crate) fn at(&self, at: usize) -> char {
        #[cfg(test)]
        READS.with(|reads| reads.set(reads.get() + 1));
        self.chars.get(at).map_or('\0', |folded| folded.c)
    }

    pub(crate) fn gap(&self, at: usize) -> bool {
        self.chars.get(at).is_some_and(|folded| folded.gap)
    }

    /// The source text of the characters `from..to`.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &'t str {
        let Some(first) = self.chars.get(from) else {
            return "";
        };
        let Some(last) = to.checked_sub(1).and_then(|last| self.chars.get(last)) else {
            return "";
        };
        self.text.get(first.start..last.start + usize::from(last.len)).unwrap_or("")
    }

    /// The source text of a span.
    pub(crate) fn text(&self, span: Span) -> &'t str {
        self.slice(span.start(), span.end())
    }

    /// The digits at `at`, up to a space; of more than a date can have, the first ones.
    pub(crate) fn digit_run(&self, at: usize) -> Span {
        let rest = self.chars.get(at..).unwrap_or(&[]);
        let (mut end, limit) = (at, at + MAX_RUN);
        for folded in rest {
            let spaced = folded.gap && end > at;
            if !folded.c.is_ascii_digit() || spaced || end == limit {
                break;
            }
            end += 1;
        }
        Span::new(at, end)
    }

    /// Whether the folded characters from `at` on spell `word`.
    pub(crate) fn spells(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(index, c)| self.at(at + index) == c)
    }
}

#[cfg(test)]
thread_local! {
    /// How often a character was looked at: a measure of work that does not depend on the machine.
    pub(crate) static READS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_kept_in_slices_only() {
        let folded = FoldedText::new(" ≧ ９５ ％ ");
        let source = folded.source();
        let folded: String = source.chars.iter().map(|folded| folded.c).collect();
        assert_eq!(folded, "≥95%");
        assert_eq!(source.slice(0, 4), "≧ ９５ ％");
        assert!(source.gap(1) && !source.gap(2) && source.gap(3) && !source.gap(0));
    }

    #[test]
    fn slices_outside_are_empty() {
        let folded = FoldedText::new("一");
        let source = folded.source();
        assert_eq!((source.slice(0, 0), source.slice(1, 2), source.slice(0, 9)), ("", "", ""));
    }
}
