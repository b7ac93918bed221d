//! Patterns of labels: those of added files are compiled when they are read, those built in when the program is built.

use std::sync::OnceLock;

use regex::{Regex, RegexSet};
use regex_automata::Input;
use regex_automata::dfa::Automaton as _;
use regex_automata::dfa::dense::DFA;
use regex_automata::util::primitives::StateID;

use super::LayoutError;

/// Says what is wrong with a pattern.
pub(super) type Check = fn(&str) -> Result<(), LayoutError>;

/// The check for patterns that nobody has compiled before.
pub(super) fn check(text: &str) -> Result<(), LayoutError> {
    Regex::new(text).map(drop).map_err(|_| LayoutError(format!("`{text}` is no regular expression")))
}

/// Patterns that are looked for together. They are numbered in the order of the added files, the last one first, and
/// those built in come after them.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns {
    added: Vec<String>,
    /// All the added at once: most texts match none, and one look tells.
    set: Option<RegexSet>,
    built_in: Option<BuiltIn>,
}

impl Patterns {
    /// Puts patterns before those that are known; they wait to be compiled.
    pub(super) fn put_first(&mut self, texts: Vec<String>) {
        self.added.splice(0..0, texts);
    }

    pub(super) fn compile(&mut self) -> Result<(), LayoutError> {
        if !self.added.is_empty() {
            self.set = Some(RegexSet::new(&self.added).map_err(|error| LayoutError(error.to_string()))?);
        }
        Ok(())
    }

    /// Takes the automata that were made of the patterns when the program was built.
    pub(super) fn build_in(&mut self, automata: BuiltIn) {
        self.added.clear();
        self.built_in = Some(automata);
    }

    /// The first of the wanted patterns that a text matches.
    pub(super) fn first(&self, text: &str, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let added = self.set.as_ref().and_then(|set| set.matches(text).iter().find(|number| wanted(*number)));
        added.or_else(|| {
            let before = self.added.len();
            let found = self.built_in.as_ref()?.first(text, |number| wanted(before + number))?;
            Some(before + found)
        })
    }
}

/// Patterns that were compiled when the program was built; they are read when a text is first compared with them.
#[derive(Debug, Clone)]
pub(super) struct BuiltIn {
    bytes: &'static [u8],
    automata: OnceLock<Vec<Automaton>>,
}

impl BuiltIn {
    pub(super) fn new(Aligned(bytes): &'static Aligned<[u8]>) -> Self {
        Self { bytes, automata: OnceLock::new() }
    }

    fn automata(&self) -> &[Automaton] {
        self.automata.get_or_init(|| {
            let (mut automata, mut rest) = (Vec::new(), self.bytes);
            while let Ok((automaton, length)) = DFA::from_bytes(rest) {
                automata.push(Automaton(automaton));
                rest = &rest[length..];
            }
            debug_assert!(rest.is_empty(), "embedded patterns, {} bytes from their end", rest.len());
            automata
        })
    }

    fn first(&self, text: &str, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let mut before = 0;
        for automaton in self.automata() {
            let count = automaton.0.pattern_len();
            if (before..before + count).any(&wanted)
                && let Some(found) = automaton.first(text, |number| wanted(before + number))
            {
                return Some(before + found);
            }
            before += count;
        }
        None
    }
}

/// The automaton of one or several patterns.
#[derive(Debug, Clone)]
struct Automaton(DFA<&'static [u32]>);

impl Automaton {
    /// The first of the wanted patterns that a text matches.
    fn first(&self, text: &str, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let mut state = self.0.start_state_forward(&Input::new(text)).ok()?;
        let mut first = None;
        for byte in text.bytes() {
            state = self.0.next_state(state, byte);
            if self.0.is_dead_state(state) {
                return first;
            }
            if self.0.is_match_state(state) {
                first = self.matched(state, &wanted).chain(first).min();
            }
        }
        state = self.0.next_eoi_state(state);
        if self.0.is_match_state(state) { self.matched(state, &wanted).chain(first).min() } else { first }
    }

    /// The wanted patterns that a text matches which leads to a state.
    fn matched(&self, state: StateID, wanted: impl Fn(usize) -> bool) -> impl Iterator<Item = usize> {
        let patterns = (0..self.0.match_len(state)).map(move |at| self.0.match_pattern(state, at).as_usize());
        patterns.filter(move |number| wanted(*number))
    }
}

/// A pattern that is compiled when it is first asked.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pub(super) text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(super) fn new(text: String) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    pub(super) fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.text).ok()).as_ref()
    }
}

/// Bytes at a place where automata can be read from them.
#[repr(C, align(4))]
pub(super) struct Aligned<Bytes: ?Sized>(Bytes);

/// The automata of a group of patterns.
macro_rules! automata {
    ($group:literal) => {
        &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/", $group, ".dfa")))
    };
}

pub(super) static COLUMNS: &Aligned<[u8]> = automata!("columns");
pub(super) static VAGUE_COLUMNS: &Aligned<[u8]> = automata!("vague_columns");
pub(super) static CAPTIONS: &Aligned<[u8]> = automata!("captions");
pub(super) static LABELS: &Aligned<[u8]> = automata!("labels");
