//! The rules: each reads the whole cell or declines.
//!
//! A reading that leaves nothing unexplained is taken at once; otherwise the one that leaves least wins,
//! and among equals the earlier rule.

mod change;
mod compound;
mod head;
mod phrase;
mod quantity;
mod range;
mod reference;
mod time;
mod words;

use crate::lex::{Cell, Kind, Scanner};
use crate::lexicon::{Lexicon, Role, Roles};
use crate::source::{FoldedText, Source};
use crate::value::{Flag, Kind as ValueKind, Text, Value};

/// How deep compounds may nest: a list of lists is read, more is not.
const MAX_DEPTH: u8 = 2;

/// Words that count as unexplained when they are left in the residue.
const TELLING: Roles = Roles::of(&[Role::Prefix, Role::Recurrence, Role::Named, Role::YearEdge]);

/// What a reading leaves unexplained; less is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cost {
    /// Digits left in the residue.
    pub(crate) digits: usize,
    /// Recognised tokens left in the residue.
    pub(crate) tokens: usize,
}

impl Cost {
    /// Nothing is left.
    const NONE: Self = Self { digits: 0, tokens: 0 };

    /// What the stretches of residue leave unexplained.
    fn of(cell: &Cell<'_>, stretches: &[(usize, usize)]) -> Self {
        let mut cost = Self::NONE;
        for &(from, to) in stretches.iter().filter(|(from, to)| from < to) {
            let part = unexplained(cell, from, to);
            cost.digits += part.digits;
            cost.tokens += part.tokens;
        }
        cost
    }
}

/// A rule: its name, and how it reads a cell.
///
/// The value is blank when a rule gets it, and a rule that declines has written nothing.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) read: fn(&Cell<'_>, &mut Value, u8) -> Option<Cost>,
}

/// All rules, in the order in which ties are decided.
pub(crate) const RULES: [Rule; 14] = [
    Rule { name: "not_applicable", read: |cell, value, _| words::not_applicable(cell, value) },
    Rule { name: "date", read: |cell, value, _| time::point(cell, value) },
    Rule { name: "recurrence", read: |cell, value, _| time::recurrence(cell, value) },
    Rule { name: "tolerance", read: |cell, value, _| range::tolerance(cell, value) },
    Rule { name: "ratio", read: |cell, value, _| range::ratio(cell, value) },
    Rule { name: "interval", read: |cell, value, _| range::interval(cell, value) },
    Rule { name: "range", read: |cell, value, _| range::range(cell, value) },
    Rule { name: "bounds", read: |cell, value, _| range::bounds(cell, value) },
    Rule { name: "quantity", read: |cell, value, _| quantity::quantity(cell, value) },
    Rule { name: "compound", read: compound::compound },
    Rule { name: "grade", read: |cell, value, _| reference::grade(cell, value) },
    Rule { name: "reference", read: |cell, value, _| reference::reference(cell, value) },
    Rule { name: "qualitative", read: |cell, value, _| words::qualitative(cell, value) },
    Rule { name: "unparsed", read: |cell, value, _| Some(unparsed(cell, value)) },
];

/// Reads one text.
pub(crate) fn read(lexicon: &Lexicon, text: &str, depth: u8) -> Value {
    let mut folded = FoldedText::empty();
    folded.fold(text);
    let mut scanner = Scanner::new(lexicon, folded.source());
    let cell = scanner.scan();
    let mut best = blank(&cell);
    let cost = choose(&cell, depth, &mut best);
    if cost.digits > 0 && !matches!(best.kind, ValueKind::Unparsed | ValueKind::Compound) {
        best.flags.insert(Flag::DigitsInResidue);
    }
    best
}

/// Leaves the best reading in `best` and gives its cost.
fn choose(cell: &Cell<'_>, depth: u8, best: &mut Value) -> Cost {
    let mut known: Option<Cost> = None;
    // Most cells are explained wholly by the first rule that reads them, so a second value is rarely needed.
    let mut other: Option<Value> = None;
    for rule in &RULES {
        let cost = match known {
            None => (rule.read)(cell, best, depth),
            Some(_) => (rule.read)(cell, other.get_or_insert_with(|| blank(cell)), depth),
        };
        let Some(cost) = cost else {
            continue;
        };
        let read = other.take();
        if known.is_some_and(|known| known <= cost) {
            continue;
        }
        if let Some(read) = read {
            *best = read;
        }
        known = Some(cost);
        if cost == Cost::NONE {
            break;
        }
    }
    known.unwrap_or_default()
}

/// Every rule that reads the cell, with its cost, for an explanation.
pub(crate) fn all(cell: &Cell<'_>) -> Vec<(&'static str, Cost)> {
    RULES.iter().filter_map(|rule| (rule.read)(cell, &mut blank(cell), 0).map(|cost| (rule.name, cost))).collect()
}

/// A value that says nothing yet.
#[inline]
fn blank(cell: &Cell<'_>) -> Value {
    let source = cell.source();
    Value::new(ValueKind::Unparsed, source.slice(0, source.len()))
}

fn unparsed(cell: &Cell<'_>, value: &mut Value) -> Cost {
    if cell.numbers.iter().any(crate::number::Number::is_bad) {
        value.flags.insert(Flag::BadGrouping);
    }
    Cost { digits: usize::MAX, tokens: usize::MAX }
}

/// The source text of a stretch, absent where it is empty.
fn residue(source: Source<'_>, from: usize, to: usize) -> Option<Text> {
    (from < to).then(|| Text::new(source.slice(from, to)))
}

/// What a stretch of residue leaves unexplained: digits, and tokens that mean something.
fn unexplained(cell: &Cell<'_>, from: usize, to: usize) -> Cost {
    let source = cell.source();
    let digits = (from..to).filter(|&at| source.at(at).is_ascii_digit()).count();
    let (mut tokens, mut refers) = (0, false);
    for token in cell.tokens.iter().filter(|token| token.start >= from && token.end <= to) {
        let roles = cell.roles(token.kind);
        let telling = match token.kind {
            Kind::Number(_) | Kind::Unit(_) | Kind::Time(_) | Kind::Each(_) | Kind::Per(_) => true,
            // 安排 alone is a verb; behind 根据 it names a document.
            Kind::Word(_) => roles.meets(TELLING) || refers && roles.has(Role::Document),
            Kind::Mark => matches!(source.at(token.start), ',' | ';' | '、') && to - from > 1,
            Kind::Dash | Kind::Text(_) => false,
        };
        refers |= roles.has(Role::Refer);
        // A sign that bounds a figure weighs more than the figure itself: 0-6岁儿童管理率≥90% is no range of ages.
        let sign = roles.has(Role::Prefix) && !source.at(token.start).is_alphabetic();
        tokens += usize::from(telling) + usize::from(sign);
    }
    Cost { digits, tokens }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::READS;

    /// Characters looked at while `text` is read.
    fn work(text: &str) -> usize {
        READS.with(|reads| reads.set(0));
        read(Lexicon::builtin(), text, 0);
        READS.with(std::cell::Cell::get)
    }

    #[test]
    fn work_is_linear_in_length() {
        // Repeated without end, these meet the rules that look ahead.
        let pieces = [
            "≥95%，",
            "九千九百",
            "1,",
            "，、且和",
            "每",
            "（",
            "≥",
            "2023年",
            "-",
            "符合",
            "1月",
            "按季度标准",
            "l1",
            "3/",
            "一年",
            "5年1",
            "（含1",
            "万",
            "1-",
            "±1",
            "1:",
            "元/",
            "一又",
            "同比",
            "[1,",
            "·",
            "前",
            "不",
            "每1",
            "1次/",
        ];
        for piece in pieces {
            let (short, long) = (work(&piece.repeat(1_000)), work(&piece.repeat(10_000)));
            assert!(long <= 11 * short, "{piece}: {short} looks at a thousand, {long} at ten thousand");
        }
    }
}
