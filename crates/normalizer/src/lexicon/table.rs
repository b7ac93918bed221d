//! The lexicon as it is searched: one trie in a few flat arrays.

use smol_str::SmolStr;

use super::role::{Role, Roles};
use crate::vocabulary::{Dimension, Flag};

/// Codes of numerals from here on stand for powers of ten, codes below for digits and, with 0, for none.
pub(crate) const POWERS: u8 = 32;

/// The basic plane is cut into pages of this many characters; most hold no word.
pub(crate) const PAGE: usize = 256;

/// A stretch of an array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) first: u32,
    pub(crate) count: u32,
}

impl Run {
    /// The items of the stretch.
    pub(crate) fn of<T>(self, items: &[T]) -> &[T] {
        let first = self.first as usize;
        items.get(first..first + self.count as usize).unwrap_or(&[])
    }
}

/// What has been read of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Node {
    /// The last character read.
    pub(crate) letter: char,
    /// What the characters read so far do as a word.
    pub(crate) own: Roles,
    /// What they or a longer word do.
    pub(crate) below: Roles,
    /// Nodes with one character more, ordered by it.
    pub(crate) children: Run,
    /// The meanings, one for each role.
    pub(crate) entries: Run,
    /// Of a single character: the numeral that it is.
    pub(crate) numeral: u8,
}

/// What one word means in one of its roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) role: Role,
    /// Index of a unit or a value, or a comparator or class by number.
    pub(crate) payload: u32,
}

/// A unit of measure or a classifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) code: SmolStr,
    pub(crate) dimension: Dimension,
    /// ISO 4217.
    pub(crate) currency: Option<SmolStr>,
    /// ISO 8601 duration of a unit of time.
    pub(crate) iso: Option<SmolStr>,
    /// What the unit says about how it is written.
    pub(crate) flag: Option<Flag>,
    /// It happens rather than exists.
    pub(crate) event: bool,
}

/// The whole lexicon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// The first node stands for no word.
    pub(crate) nodes: Vec<Node>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) units: Vec<Unit>,
    pub(crate) values: Vec<SmolStr>,
    /// Which stretch of `roots` holds the page of a character.
    pub(crate) pages: Vec<u16>,
    /// The node of each first character, 0 for none.
    pub(crate) roots: Vec<u32>,
}

impl Table {
    /// The node of a first character; the empty node where no word begins with it.
    pub(crate) fn root(&self, c: char) -> u32 {
        let code = c as usize;
        let page = self.pages.get(code / PAGE).copied().unwrap_or(0);
        self.roots.get(usize::from(page) * PAGE + code % PAGE).copied().unwrap_or(0)
    }

    /// The node `index`.
    pub(crate) fn node(&self, index: u32) -> &Node {
        const NONE: &Node = &Node {
            letter: '\0',
            own: Roles(0),
            below: Roles(0),
            children: Run { first: 0, count: 0 },
            entries: Run { first: 0, count: 0 },
            numeral: 0,
        };
        self.nodes.get(index as usize).unwrap_or(NONE)
    }

    /// The node with `c` behind what `node` has read; 0 for none.
    pub(crate) fn child(&self, node: &Node, c: char) -> u32 {
        let children = node.children.of(&self.nodes);
        // Most nodes have a handful of children; only a few first characters have many.
        let place = if children.len() < 8 {
            children.iter().position(|child| child.letter == c)
        } else {
            children.binary_search_by_key(&c, |child| child.letter).ok()
        };
        place.map_or(0, |place| node.children.first + place as u32)
    }
}
