//! The lexicon: every word the reader knows, compiled from TOML into one trie.
//!
//! The files under `lexicon/` are data; a user's extension has the same format and is read after them.

use std::fmt;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::fold::{Source, fold};
use crate::value::{Class, Comparator, Dimension, Flag, Text};

const BUILTIN: [&str; 5] = [
    include_str!("../lexicon/numerals.toml"),
    include_str!("../lexicon/comparators.toml"),
    include_str!("../lexicon/units.toml"),
    include_str!("../lexicon/classifiers.toml"),
    include_str!("../lexicon/words.toml"),
];

macro_rules! roles {
    ($($variant:ident = $word:literal),+ $(,)?) => {
        /// What a word does; one word may do several things, and its place decides.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Role { $($variant),+ }

        impl Role {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];

            pub(crate) fn all() -> impl Iterator<Item = Self> {
                Self::WORDS.iter().map(|&(_, role)| role)
            }

            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

roles! {
    Unit = "unit", Fraction = "fraction", Sign = "sign", Prefix = "prefix", Suffix = "suffix",
    Attain = "attain", Aspire = "aspire", Verb = "verb",
    Up = "up", UpTo = "up_to", Down = "down", DownTo = "down_to", Basis = "basis",
    Refer = "refer", Document = "document", Limit = "limit", Figure = "figure", Grade = "grade",
    Filler = "filler", Placeholder = "placeholder", None = "none",
    Named = "named", Edge = "edge", YearEdge = "year_edge",
    Before = "before", Within = "within", NotLater = "not_later", Since = "since",
    AnchorAfter = "anchor_after", AnchorBefore = "anchor_before",
    Each = "each", EachTime = "each_time", Recurrence = "recurrence", Mean = "mean",
    Rank = "rank", Ordinal = "ordinal", Over = "over", Vague = "vague",
    Link = "link", And = "and", Span = "span", Included = "included", Plain = "plain",
    Class = "class", Name = "name",
}

/// A set of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Roles(u64);

impl Roles {
    pub(crate) const fn of(roles: &[Role]) -> Self {
        let mut mask = 0;
        let mut index = 0;
        while index < roles.len() {
            mask |= 1 << roles[index] as u64;
            index += 1;
        }
        Self(mask)
    }

    pub(crate) fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u64) != 0
    }

    /// Both sets together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// A unit of measure or a classifier.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) code: Text,
    pub(crate) dimension: Dimension,
    pub(crate) currency: Option<Text>,
    pub(crate) iso: Option<Text>,
    pub(crate) flag: Option<Flag>,
    pub(crate) event: bool,
}

/// What one word means in one of its roles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) role: Role,
    payload: u32,
}

/// A word found in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) end: usize,
    pub(crate) entry: Entry,
}

#[derive(Default)]
struct Node {
    children: Vec<(char, u32)>,
    entries: Vec<Entry>,
    own: Roles,
    below: Roles,
}

/// Codes from here on stand for powers of ten, codes below for digits.
const POWERS: u8 = 32;

/// A character of a Chinese numeral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numeral {
    Digit(u8),
    Power(u8),
}

/// The words that the reader knows.
///
/// The built-in lexicon is compiled once; an extension gives a new one and leaves the old as it is.
pub struct Lexicon {
    files: Vec<File>,
    units: Vec<Unit>,
    values: Vec<Text>,
    nodes: Vec<Node>,
    /// Node of each first character of the basic plane, 0 for none.
    roots: Vec<u32>,
    /// Numeral of each character of the basic plane; 0 for none.
    numerals: Vec<u8>,
}

/// Why an extension was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconError {
    /// One-based line of the offending entry, where it is known.
    pub line: Option<usize>,
    /// What is wrong, with the key it is about.
    pub message: String,
}

impl fmt::Display for LexiconError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "lexicon, line {line}: {}", self.message),
            None => write!(f, "lexicon: {}", self.message),
        }
    }
}

impl std::error::Error for LexiconError {}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    unit: Vec<UnitEntry>,
    classifier: Vec<ClassifierEntry>,
    comparator: Vec<ComparatorEntry>,
    word: Vec<WordEntry>,
    class: Vec<ClassEntry>,
    name: Vec<NameEntry>,
    numeral: Vec<NumeralEntry>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitEntry {
    code: toml::Spanned<String>,
    dimension: toml::Spanned<String>,
    text: Vec<String>,
    #[serde(default)]
    fraction: Vec<String>,
    #[serde(default)]
    sign: Vec<String>,
    currency: Option<String>,
    iso: Option<String>,
    flag: Option<toml::Spanned<String>>,
    #[serde(default)]
    event: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassifierEntry {
    text: String,
    #[serde(default)]
    event: bool,
    #[serde(default)]
    grade: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ComparatorEntry {
    op: toml::Spanned<String>,
    side: toml::Spanned<String>,
    /// What stands before each word of `text`; one empty word where nothing is given.
    #[serde(default = "nothing_before")]
    lead: Vec<String>,
    text: Vec<String>,
}

fn nothing_before() -> Vec<String> {
    vec![String::new()]
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WordEntry {
    role: toml::Spanned<String>,
    #[serde(default)]
    value: String,
    text: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassEntry {
    class: toml::Spanned<String>,
    text: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NameEntry {
    unit: String,
    text: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NumeralEntry {
    value: Option<u8>,
    power: Option<u8>,
    text: String,
}

impl Lexicon {
    /// The lexicon that comes with the program.
    ///
    /// # Panics
    /// Never in a released build: a test reads the embedded files.
    pub fn builtin() -> &'static Self {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON.get_or_init(|| {
            let mut files = Vec::new();
            for text in BUILTIN {
                match toml::from_str(text) {
                    Ok(file) => files.push(file),
                    Err(error) => debug_assert!(false, "embedded lexicon: {error}"),
                }
            }
            Self::compile(files, "").unwrap_or_else(|error| {
                debug_assert!(false, "embedded lexicon: {error}");
                Self::empty()
            })
        })
    }

    /// This lexicon with the entries of `text`, a TOML text in the format of the built-in files.
    ///
    /// A word that is known already gets the new meaning in its role.
    pub fn with_extension(&self, text: &str) -> Result<Self, LexiconError> {
        let file: File = toml::from_str(text).map_err(|error| LexiconError {
            line: error.span().map(|span| line_of(text, span.start)),
            message: error.message().to_owned(),
        })?;
        let mut files = self.files.clone();
        files.push(file);
        Self::compile(files, text)
    }

    fn empty() -> Self {
        Self {
            files: Vec::new(),
            units: Vec::new(),
            values: Vec::new(),
            nodes: vec![Node::default()],
            roots: vec![0; 0x1_0000],
            numerals: vec![0; 0x1_0000],
        }
    }

    fn compile(files: Vec<File>, text: &str) -> Result<Self, LexiconError> {
        let mut lexicon = Self::empty();
        for file in &files {
            lexicon.add_file(file, text)?;
        }
        lexicon.files = files;
        Ok(lexicon)
    }

    fn add_file(&mut self, file: &File, text: &str) -> Result<(), LexiconError> {
        for entry in &file.numeral {
            self.add_numeral(entry);
        }
        for entry in &file.unit {
            self.add_unit(entry, text)?;
        }
        for entry in &file.classifier {
            self.add_classifiers(entry);
        }
        for entry in &file.comparator {
            self.add_comparator(entry, text)?;
        }
        for entry in &file.word {
            let role = known(&entry.role, "role", text, role_named)?;
            let payload = self.intern(&entry.value);
            self.add_all(&entry.text, Entry { role, payload });
        }
        for entry in &file.class {
            let class = known(&entry.class, "class", text, Class::from_word)?;
            self.add_all(&entry.text, Entry { role: Role::Class, payload: class as u32 });
        }
        for entry in &file.name {
            let payload = self.intern(&entry.unit);
            self.add_all(&entry.text, Entry { role: Role::Name, payload });
        }
        Ok(())
    }

    fn add_numeral(&mut self, entry: &NumeralEntry) {
        let code = match (entry.value, entry.power) {
            (Some(value), _) => 1 + value.min(9),
            (None, Some(power)) => POWERS + power.min(16),
            (None, None) => return,
        };
        for c in entry.text.chars() {
            if let Some(slot) = self.numerals.get_mut(fold(c) as usize) {
                *slot = code;
            }
        }
    }

    fn add_unit(&mut self, entry: &UnitEntry, text: &str) -> Result<(), LexiconError> {
        let flag = entry.flag.as_ref().map(|flag| known(flag, "flag", text, Flag::from_word)).transpose()?;
        let unit = Unit {
            code: Text::new(entry.code.get_ref()),
            dimension: known(&entry.dimension, "dimension", text, Dimension::from_word)?,
            currency: entry.currency.as_deref().map(Text::new),
            iso: entry.iso.as_deref().map(Text::new),
            flag,
            event: entry.event,
        };
        let payload = self.push_unit(unit);
        self.add_all(&entry.text, Entry { role: Role::Unit, payload });
        self.add_all(&entry.fraction, Entry { role: Role::Fraction, payload });
        self.add_all(&entry.sign, Entry { role: Role::Sign, payload });
        Ok(())
    }

    fn add_classifiers(&mut self, entry: &ClassifierEntry) {
        for word in entry.text.split_whitespace() {
            let payload = self.push_unit(Unit {
                code: classifier_code(word),
                dimension: if entry.grade { Dimension::Grade } else { Dimension::Count },
                currency: None,
                iso: None,
                flag: entry.grade.then_some(Flag::Grade),
                event: entry.event,
            });
            self.add(word, Entry { role: Role::Unit, payload });
        }
    }

    fn add_comparator(&mut self, entry: &ComparatorEntry, text: &str) -> Result<(), LexiconError> {
        let op = known(&entry.op, "op", text, Comparator::from_word)? as u32;
        let sides = known(&entry.side, "side", text, |side| match side {
            "prefix" => Some(&[Role::Prefix][..]),
            "suffix" => Some(&[Role::Suffix][..]),
            "both" => Some(&[Role::Prefix, Role::Suffix][..]),
            _ => None,
        })?;
        for lead in &entry.lead {
            for word in &entry.text {
                let word = format!("{lead}{word}");
                for &role in sides {
                    self.add(&word, Entry { role, payload: op });
                }
            }
        }
        Ok(())
    }

    fn push_unit(&mut self, unit: Unit) -> u32 {
        self.units.push(unit);
        self.units.len() as u32 - 1
    }

    fn intern(&mut self, value: &str) -> u32 {
        self.values.push(Text::new(value));
        self.values.len() as u32 - 1
    }

    fn add_all(&mut self, words: &[String], entry: Entry) {
        for word in words {
            self.add(word, entry);
        }
    }

    fn add(&mut self, word: &str, entry: Entry) {
        let mask = Roles::of(&[entry.role]);
        let mut node = 0;
        for (depth, c) in word.chars().filter(|c| !c.is_whitespace()).map(fold).enumerate() {
            let child = self.child_or_new(node, depth, c);
            node = child as usize;
            if let Some(node) = self.nodes.get_mut(node) {
                node.below.0 |= mask.0;
            }
        }
        let Some(node) = self.nodes.get_mut(node).filter(|_| node != 0) else {
            return;
        };
        // A later entry for the same role replaces the earlier one.
        node.entries.retain(|known| known.role != entry.role);
        node.entries.push(entry);
        node.own.0 |= mask.0;
    }

    fn child_or_new(&mut self, node: usize, depth: usize, c: char) -> u32 {
        if depth == 0
            && let Some(&root) = self.roots.get(c as usize)
            && root != 0
        {
            return root;
        }
        let known = self.nodes.get(node).and_then(|node| child_of(node, c));
        if let Some(child) = known.filter(|_| depth > 0) {
            return child;
        }
        let child = self.nodes.len() as u32;
        self.nodes.push(Node::default());
        if depth == 0 {
            if let Some(root) = self.roots.get_mut(c as usize) {
                *root = child;
            }
        } else if let Some(parent) = self.nodes.get_mut(node) {
            parent.children.push((c, child));
        }
        child
    }

    /// The longest word at `at` that has one of `roles`.
    pub(crate) fn longest(&self, source: &Source<'_>, at: usize, roles: Roles) -> Option<Hit> {
        let mut index = *self.roots.get(source.at(at) as usize)?;
        let mut end = at + 1;
        let mut best = None;
        while index != 0 {
            let node = self.nodes.get(index as usize)?;
            if !node.below.meets(roles) {
                break;
            }
            if node.own.meets(roles) {
                let entry = node.entries.iter().rev().find(|entry| roles.has(entry.role));
                best = entry.map(|&entry| Hit { end, entry }).or(best);
            }
            index = child_of(node, source.at(end)).unwrap_or(0);
            end += 1;
        }
        best
    }

    /// The meaning of exactly the characters `from..to` in `role`.
    pub(crate) fn exact(&self, source: &Source<'_>, from: usize, to: usize, role: Role) -> Option<Entry> {
        let mut index = *self.roots.get(source.at(from) as usize)?;
        for at in from + 1..to {
            index = child_of(self.nodes.get(index as usize)?, source.at(at))?;
        }
        let node = self.nodes.get(index as usize).filter(|_| index != 0 && from < to)?;
        node.entries.iter().rev().find(|entry| entry.role == role).copied()
    }

    /// All roles of exactly the characters `from..to`.
    pub(crate) fn roles(&self, source: &Source<'_>, from: usize, to: usize) -> Roles {
        let mut index = self.roots.get(source.at(from) as usize).copied().unwrap_or(0);
        for at in from + 1..to {
            let node = self.nodes.get(index as usize);
            index = node.and_then(|node| child_of(node, source.at(at))).unwrap_or(0);
        }
        self.nodes.get(index as usize).filter(|_| index != 0).map_or(Roles::default(), |node| node.own)
    }

    pub(crate) fn unit(&self, entry: Entry) -> Option<&Unit> {
        self.units.get(entry.payload as usize)
    }

    pub(crate) fn value(&self, entry: Entry) -> &str {
        self.values.get(entry.payload as usize).map_or("", Text::as_str)
    }

    pub(crate) fn comparator(entry: Entry) -> Comparator {
        Comparator::ALL.get(entry.payload as usize).copied().unwrap_or(Comparator::None)
    }

    pub(crate) fn class(entry: Entry) -> Class {
        Class::ALL.get(entry.payload as usize).copied().unwrap_or(Class::Other)
    }

    pub(crate) fn numeral(&self, c: char) -> Option<Numeral> {
        // Numerals are ideographs or ○; most characters asked for are not.
        match self.numerals.get(c as usize).copied().filter(|_| c >= '\u{25cb}')? {
            0 => None,
            code if code < POWERS => Some(Numeral::Digit(code - 1)),
            code => Some(Numeral::Power(code - POWERS)),
        }
    }
}

fn child_of(node: &Node, c: char) -> Option<u32> {
    node.children.iter().find(|(known, _)| *known == c).map(|&(_, child)| child)
}

/// The code of a classifier: the word itself, in full-width brackets where it holds brackets.
pub(crate) fn classifier_code(word: &str) -> Text {
    let word = word.replace('(', "（").replace(')', "）");
    smol_str::format_smolstr!("{{{word}}}")
}

fn role_named(word: &str) -> Option<Role> {
    // Units, comparators, classes and names have tables of their own.
    let reserved =
        Roles::of(&[Role::Unit, Role::Fraction, Role::Sign, Role::Prefix, Role::Suffix, Role::Class, Role::Name]);
    let role = Role::WORDS.iter().find(|(name, _)| *name == word).map(|&(_, role)| role);
    role.filter(|&role| !reserved.has(role))
}

fn known<T>(
    word: &toml::Spanned<String>,
    key: &str,
    text: &str,
    find: impl Fn(&str) -> Option<T>,
) -> Result<T, LexiconError> {
    find(word.get_ref()).ok_or_else(|| LexiconError {
        line: Some(line_of(text, word.span().start)),
        message: format!("`{key}` has no value `{}`", word.get_ref()),
    })
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_files_are_sound() {
        for text in BUILTIN {
            let file: File = toml::from_str(text).unwrap();
            Lexicon::compile(vec![file], text).unwrap();
        }
        assert!(Lexicon::builtin().units.len() > 400);
    }

    #[test]
    fn the_longest_word_wins() {
        let source = Source::new("个工作日内");
        let hit = Lexicon::builtin().longest(&source, 0, Roles::of(&[Role::Unit])).unwrap();
        assert_eq!(hit.end, 4);
        assert_eq!(Lexicon::builtin().unit(hit.entry).unwrap().code, "[wd]");
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
