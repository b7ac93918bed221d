//! From files to the table; also run when the program is built, so that nothing is parsed at start-up.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use super::file::{ClassifierEntry, ComparatorEntry, File, LexiconError, NumeralEntry, UnitEntry, known};
use super::role::{Role, Roles};
use super::table::{Entry, Node, PAGE, POWERS, Run, Table, Unit};
use crate::signs::{fold, is_blank};
use crate::vocabulary::{Class, Comparator, Dimension, Flag};

/// The table of `files`, of which later ones win; errors are placed in `text`, the last of them.
pub(crate) fn compile(files: &[File], text: &str) -> Result<Table, LexiconError> {
    let mut builder = Builder::default();
    for file in files {
        builder.add_file(file, text)?;
    }
    Ok(builder.finish())
}

/// The code of a classifier: the word itself, in full-width brackets where it holds brackets.
pub(crate) fn classifier_code(word: &str) -> SmolStr {
    if word.contains(['(', ')']) {
        let word = word.replace('(', "（").replace(')', "）");
        return format_smolstr!("{{{word}}}");
    }
    format_smolstr!("{{{word}}}")
}

/// A node while words are added.
#[derive(Default)]
struct Branch {
    children: BTreeMap<char, Branch>,
    entries: Vec<Entry>,
}

#[derive(Default)]
struct Builder {
    root: Branch,
    numerals: BTreeMap<char, u8>,
    units: Vec<Unit>,
    values: Vec<SmolStr>,
}

impl Builder {
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
        self.numerals.extend(entry.text.chars().map(|c| (fold(c), code)));
    }

    fn add_unit(&mut self, entry: &UnitEntry, text: &str) -> Result<(), LexiconError> {
        let flag = entry.flag.as_ref().map(|flag| known(flag, "flag", text, Flag::from_word)).transpose()?;
        let unit = Unit {
            code: SmolStr::new(entry.code.get_ref()),
            dimension: known(&entry.dimension, "dimension", text, Dimension::from_word)?,
            currency: entry.currency.as_deref().map(SmolStr::new),
            iso: entry.iso.as_deref().map(SmolStr::new),
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
                for &role in sides {
                    self.add(&format!("{lead}{word}"), Entry { role, payload: op });
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
        self.values.push(SmolStr::new(value));
        self.values.len() as u32 - 1
    }

    fn add_all(&mut self, words: &[String], entry: Entry) {
        for word in words {
            self.add(word, entry);
        }
    }

    fn add(&mut self, word: &str, entry: Entry) {
        let mut branch = &mut self.root;
        let mut empty = true;
        for c in word.chars().filter(|&c| !is_blank(c)).map(fold) {
            branch = branch.children.entry(c).or_default();
            empty = false;
        }
        if !empty {
            // A later entry for the same role replaces the earlier one.
            branch.entries.retain(|known| known.role != entry.role);
            branch.entries.push(entry);
        }
    }

    /// Lays the tree out level by level, so that the children of a node stand together.
    fn finish(mut self) -> Table {
        for &c in self.numerals.keys() {
            self.root.children.entry(c).or_default();
        }
        let mut table =
            Table { nodes: vec![Node::default()], units: self.units, values: self.values, ..Table::default() };
        let mut level = vec![(0, &self.root)];
        while !level.is_empty() {
            let mut next = Vec::new();
            for (parent, branch) in level {
                let first = table.nodes.len();
                for (index, (&letter, child)) in branch.children.iter().enumerate() {
                    let entries = Run { first: table.entries.len() as u32, count: child.entries.len() as u32 };
                    table.entries.extend_from_slice(&child.entries);
                    table.nodes.push(Node { letter, own: own(child), below: below(child), entries, ..Node::default() });
                    next.push((first + index, child));
                }
                let children = Run { first: first as u32, count: branch.children.len() as u32 };
                if let Some(parent) = table.nodes.get_mut(parent) {
                    parent.children = children;
                }
            }
            level = next;
        }
        open_roots(&mut table, &self.numerals);
        table
    }
}

fn own(branch: &Branch) -> Roles {
    branch.entries.iter().fold(Roles::default(), |roles, entry| roles.and(Roles::of(&[entry.role])))
}

fn below(branch: &Branch) -> Roles {
    branch.children.values().fold(own(branch), |roles, child| roles.and(below(child)))
}

/// First characters get a table of pages; the first page is the empty one.
fn open_roots(table: &mut Table, numerals: &BTreeMap<char, u8>) {
    let firsts = table.nodes.first().map_or(Run::default(), |root| root.children);
    table.pages = vec![0; PAGE];
    table.roots = vec![0; PAGE];
    for index in firsts.first..firsts.first + firsts.count {
        let Some(node) = table.nodes.get_mut(index as usize) else {
            continue;
        };
        node.numeral = numerals.get(&node.letter).copied().unwrap_or(0);
        let code = node.letter as usize;
        // Words that begin outside of the basic plane are not looked for.
        let Some(page) = table.pages.get_mut(code / PAGE) else {
            continue;
        };
        if *page == 0 {
            *page = (table.roots.len() / PAGE) as u16;
            table.roots.resize(table.roots.len() + PAGE, 0);
        }
        if let Some(root) = table.roots.get_mut(usize::from(*page) * PAGE + code % PAGE) {
            *root = index;
        }
    }
    if let Some(root) = table.nodes.first_mut() {
        root.children = Run::default();
    }
}

fn role_named(word: &str) -> Option<Role> {
    // Units, comparators, classes and names have tables of their own.
    let reserved =
        Roles::of(&[Role::Unit, Role::Fraction, Role::Sign, Role::Prefix, Role::Suffix, Role::Class, Role::Name]);
    Role::ALL.iter().copied().find(|role| role.name() == word && !reserved.has(*role))
}
