//! The lexicon: every word the reader knows.
//!
//! The files under `lexicon/` are data; a user's extension has the same format and is read after them.
//! `build.rs` compiles them into tables, so that the first value costs no parsing.

mod compile;
mod file;
mod role;
mod table;

use std::sync::OnceLock;

use smol_str::SmolStr;

pub(crate) use compile::classifier_code;
use file::File;
pub use file::LexiconError;
pub(crate) use role::{Role, Roles};
pub(crate) use table::{Entry, Unit};
use table::{POWERS, Table};

use crate::source::Source;
use crate::value::{Class, Comparator, Text};

/// The tables of the built-in files.
#[allow(clippy::unreadable_literal, reason = "written by build.rs, for the compiler and not for people")]
mod builtin {
    use smol_str::SmolStr;

    use super::role::{Role, Roles};
    use super::table::{Entry, Node, Run, Unit};
    use crate::vocabulary::{Dimension, Flag};

    include!(concat!(env!("OUT_DIR"), "/lexicon.rs"));
}

/// The built-in files themselves, for lexicons that extend them; in the order of `build.rs`.
const BUILTIN: [&str; 5] = [
    include_str!("../../lexicon/numerals.toml"),
    include_str!("../../lexicon/comparators.toml"),
    include_str!("../../lexicon/units.toml"),
    include_str!("../../lexicon/classifiers.toml"),
    include_str!("../../lexicon/words.toml"),
];

/// A character of a Chinese numeral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numeral {
    Digit(u8),
    Power(u8),
}

/// A word found in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    /// Place after its last character.
    pub(crate) end: usize,
    pub(crate) word: Word,
    /// Its meaning in the role asked for.
    pub(crate) entry: Entry,
}

/// A word of the lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(u32);

/// The words that the reader knows.
///
/// An extension gives a new lexicon and leaves the old as it is.
pub struct Lexicon {
    table: Table,
    /// The extensions, oldest first.
    extensions: Vec<String>,
}

impl Lexicon {
    /// The lexicon that comes with the program.
    pub fn builtin() -> &'static Self {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON.get_or_init(|| Self { table: builtin_table(), extensions: Vec::new() })
    }

    /// This lexicon with the entries of `text`, a TOML text in the format of the built-in files.
    ///
    /// A word that is known already gets the new meaning in its role.
    pub fn with_extension(&self, text: &str) -> Result<Self, LexiconError> {
        let mut extensions = self.extensions.clone();
        extensions.push(text.to_owned());
        let texts = BUILTIN.iter().copied().chain(extensions.iter().map(String::as_str));
        let files = texts.map(File::read).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { table: compile::compile(&files, text)?, extensions })
    }

    /// The longest word at `at` that has one of `roles`.
    pub(crate) fn longest(&self, source: Source<'_>, at: usize, roles: Roles) -> Option<Hit> {
        let mut index = self.table.root(source.at(at));
        let mut end = at + 1;
        let mut best = None;
        while index != 0 {
            let node = self.table.node(index);
            if !node.below.meets(roles) {
                break;
            }
            if node.own.meets(roles) {
                best = Some((end, index));
            }
            index = self.table.child(node, source.at(end));
            end += 1;
        }
        let (end, index) = best?;
        let entry = self.meaning(Word(index), roles)?;
        Some(Hit { end, word: Word(index), entry })
    }

    /// The meaning of exactly the characters `from..to` in `role`.
    pub(crate) fn exact(&self, source: Source<'_>, from: usize, to: usize, role: Role) -> Option<Entry> {
        if from >= to {
            return None;
        }
        let mut index = self.table.root(source.at(from));
        for at in from + 1..to {
            let node = self.table.node(index);
            if !node.below.has(role) {
                return None;
            }
            index = self.table.child(node, source.at(at));
        }
        self.meaning(Word(index), Roles::of(&[role]))
    }

    /// What a word means in one of `roles`.
    pub(crate) fn meaning(&self, word: Word, roles: Roles) -> Option<Entry> {
        let entries = self.table.node(word.0).entries.of(&self.table.entries);
        entries.iter().rev().find(|entry| roles.has(entry.role)).copied()
    }

    /// Everything that a word does.
    pub(crate) fn roles(&self, word: Word) -> Roles {
        self.table.node(word.0).own
    }

    pub(crate) fn unit(&self, entry: Entry) -> Option<&Unit> {
        self.table.units.get(entry.payload as usize)
    }

    pub(crate) fn value(&self, entry: Entry) -> &str {
        self.table.values.get(entry.payload as usize).map_or("", Text::as_str)
    }

    pub(crate) fn comparator(entry: Entry) -> Comparator {
        Comparator::ALL.get(entry.payload as usize).copied().unwrap_or(Comparator::None)
    }

    pub(crate) fn class(entry: Entry) -> Class {
        Class::ALL.get(entry.payload as usize).copied().unwrap_or(Class::Other)
    }

    pub(crate) fn numeral(&self, c: char) -> Option<Numeral> {
        match self.table.node(self.table.root(c)).numeral {
            0 => None,
            code if code < POWERS => Some(Numeral::Digit(code - 1)),
            code => Some(Numeral::Power(code - POWERS)),
        }
    }
}

fn builtin_table() -> Table {
    Table {
        nodes: builtin::NODES.to_vec(),
        entries: builtin::ENTRIES.to_vec(),
        units: builtin::UNITS.to_vec(),
        values: builtin::VALUES.iter().copied().map(SmolStr::new_static).collect(),
        pages: builtin::PAGES.to_vec(),
        roots: builtin::ROOTS.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FoldedText;

    #[test]
    fn the_tables_are_those_of_the_files() {
        let files: Vec<File> = BUILTIN.iter().map(|text| File::read(text).unwrap()).collect();
        assert!(builtin_table() == compile::compile(&files, "").unwrap(), "build.rs compiles other files");
        assert!(Lexicon::builtin().table.units.len() > 400);
    }

    #[test]
    fn the_longest_word_wins() {
        let folded = FoldedText::new("个工作日内");
        let source = folded.source();
        let hit = Lexicon::builtin().longest(source, 0, Roles::of(&[Role::Unit])).unwrap();
        assert_eq!(hit.end, 4);
        assert_eq!(Lexicon::builtin().unit(hit.entry).unwrap().code, "[wd]");
    }

    #[test]
    fn extensions_add_up() {
        let first = Lexicon::builtin().with_extension("[[classifier]]\ntext = \"船次\"\n").unwrap();
        let both = first.with_extension("[[classifier]]\ntext = \"网次\"\n").unwrap();
        for word in ["船次", "网次", "人次"] {
            let folded = FoldedText::new(word);
            let source = folded.source();
            assert!(both.exact(source, 0, 2, Role::Unit).is_some(), "{word}");
        }
        assert!(Lexicon::builtin().exact(FoldedText::new("船次").source(), 0, 2, Role::Unit).is_none());
    }

    #[test]
    fn errors_name_the_line_and_the_key() {
        let builtin = Lexicon::builtin();
        let error = |text: &str| builtin.with_extension(text).err().unwrap().to_string();
        let wrong_side = "[[comparator]]\nop = \"ge\"\nside = \"left\"\ntext = [\"封底\"]\n";
        assert_eq!(error(wrong_side), "lexicon, line 3: `side` has no value `left`");
        let unknown_key = "[[unit]]\ncode = \"x\"\ndimension = \"area\"\ntexts = [\"畦\"]\n";
        assert!(error(unknown_key).contains("texts"), "{}", error(unknown_key));
        assert!(error("[[unit]\n").starts_with("lexicon, line 1"));
    }
}
