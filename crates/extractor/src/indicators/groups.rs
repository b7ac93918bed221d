//! The labels and groups of one kind of form, numbered once for all tables of a booklet.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::evidence::Words;
use super::levels::State;
use super::read::Token;
use crate::layouts::Hierarchy;

/// Number of a label of a level.
pub(crate) type LabelId = u16;
/// Number of a group: a pair of labels.
pub(crate) type GroupId = u16;

/// A label of a level (一级指标 or 二级指标).
#[derive(Debug)]
struct Label<'a> {
    /// Folded; the first is the usual one.
    spellings: Cow<'a, [String]>,
    /// As some table of the booklet prints it.
    printed: Option<&'a str>,
}

/// The labels that the tables of a booklet print, folded, per level.
pub(crate) type Printed<'a> = [FxHashSet<&'a str>; 2];

/// The labels and groups of a hierarchy, and those that tables print beside them.
#[derive(Debug)]
pub(crate) struct Groups<'a> {
    pub(crate) hierarchy: &'a Hierarchy,
    pub(crate) words: Words<'a>,
    labels: [Vec<Label<'a>>; 2],
    pairs: Vec<[Option<LabelId>; 2]>,
    /// The legal groups whose lower label some table of the booklet prints: other groups are not considered.
    legal: Vec<State>,
    /// Lower labels of legal groups whose upper label some table prints.
    placed: Vec<LabelId>,
}

impl<'a> Groups<'a> {
    /// The groups that tables may have which print such labels.
    pub(crate) fn new(hierarchy: &'a Hierarchy, printed: &Printed<'_>) -> Self {
        let mut groups = Self {
            hierarchy,
            words: Words::new(hierarchy),
            labels: [Vec::new(), Vec::new()],
            pairs: Vec::new(),
            legal: Vec::new(),
            placed: Vec::new(),
        };
        let is_printed =
            |level: usize, spellings: &[String]| spellings.iter().any(|s| printed[level].contains(s.as_str()));
        for (at, group) in hierarchy.groups.iter().enumerate().filter(|(_, group)| is_printed(1, &group.level2)) {
            let (upper, lower) = (groups.number(0, &group.level1), groups.number(1, &group.level2));
            let labels = [Some(upper), Some(lower)];
            let number = groups.pair(labels);
            groups.legal.push(State { labels, group: number, order: at as i32 * 100, legal: Some(at) });
            groups.placed.extend(is_printed(0, &group.level1).then_some(lower));
        }
        groups
    }

    /// True for a lower label that belongs to no legal group, or only to groups whose upper label no table prints.
    pub(crate) fn is_without_group(&self, lower: LabelId) -> bool {
        !self.placed.contains(&lower)
    }

    /// The legal groups that a table may hold, in their order.
    pub(crate) fn legal(&self) -> &[State] {
        &self.legal
    }

    /// The number of a pair of labels.
    pub(crate) fn pair(&mut self, labels: [Option<LabelId>; 2]) -> GroupId {
        let known = self.pairs.iter().position(|pair| *pair == labels);
        known.unwrap_or_else(|| {
            self.pairs.push(labels);
            self.pairs.len() - 1
        }) as GroupId
    }

    fn number(&mut self, level: usize, spellings: &'a [String]) -> LabelId {
        let labels = &mut self.labels[level];
        let known = labels.iter().position(|label| label.spellings.first() == spellings.first());
        known.unwrap_or_else(|| {
            labels.push(Label { spellings: Cow::Borrowed(spellings), printed: None });
            labels.len() - 1
        }) as LabelId
    }

    /// The number of a printed label; one that no hierarchy knows is a label of its own.
    pub(crate) fn label(&mut self, token: &Token<'a>) -> LabelId {
        let labels = &mut self.labels[usize::from(token.level - 1)];
        let known = labels.iter().position(|label| label.spellings.iter().any(|s| s == token.key));
        let at = known.unwrap_or_else(|| {
            labels.push(Label { spellings: Cow::Owned(vec![token.key.to_owned()]), printed: None });
            labels.len() - 1
        });
        labels[at].printed.get_or_insert(token.text);
        at as LabelId
    }

    /// A label as some table of the booklet prints it, or as the hierarchy spells it.
    pub(crate) fn text(&self, level: usize, label: LabelId) -> Option<&str> {
        let label = self.labels[level].get(usize::from(label))?;
        label.printed.or_else(|| label.spellings.first().map(String::as_str))
    }
}
