//! The rules: each reads the whole cell or declines.
//!
//! A candidate that leaves nothing unexplained is taken at once; otherwise the one that leaves least wins,
//! and among equals the earlier rule.

mod compound;
mod phrase;
mod quantity;
mod range;
mod time;
mod words;

use smallvec::SmallVec;

use crate::fold::Source;
use crate::lex::{Cell, Kind, Token};
use crate::lexicon::{Lexicon, Role, Roles};
use crate::value::{Flag, Kind as ValueKind, Text, Value};

/// How deep compounds may nest: a list of lists is read, more is not.
const MAX_DEPTH: u8 = 2;

/// Words that count as unexplained when they are left in the residue.
const TELLING: Roles = Roles::of(&[Role::Prefix, Role::Recurrence, Role::Named, Role::YearEdge]);

/// A reading of the whole cell, with what it leaves unexplained.
pub(crate) struct Candidate {
    pub(crate) value: Value,
    /// Digits left in the residue.
    pub(crate) digits: usize,
    /// Recognised tokens left in the residue.
    pub(crate) tokens: usize,
}

impl Candidate {
    pub(crate) fn complete(value: Value) -> Self {
        Self { value, digits: 0, tokens: 0 }
    }

    fn cost(&self) -> (usize, usize) {
        (self.digits, self.tokens)
    }
}

/// A rule's name and its reading of a cell.
pub(crate) type Rule = (&'static str, fn(&Cell<'_, '_>, u8) -> Option<Candidate>);

/// All rules, in the order in which ties are decided.
pub(crate) const RULES: [Rule; 14] = [
    ("not_applicable", |cell, _| words::not_applicable(cell)),
    ("date", |cell, _| time::point(cell)),
    ("recurrence", |cell, _| time::recurrence(cell)),
    ("tolerance", |cell, _| range::tolerance(cell)),
    ("ratio", |cell, _| range::ratio(cell)),
    ("interval", |cell, _| range::interval(cell)),
    ("range", |cell, _| range::range(cell)),
    ("bounds", |cell, _| range::bounds(cell)),
    ("quantity", |cell, _| quantity::quantity(cell)),
    ("compound", compound::compound),
    ("grade", |cell, _| words::grade(cell)),
    ("reference", |cell, _| words::reference(cell)),
    ("qualitative", |cell, _| words::qualitative(cell)),
    ("unparsed", |cell, _| Some(unparsed(cell))),
];

/// Reads one text.
pub(crate) fn read(lexicon: &Lexicon, text: &str, depth: u8) -> Value {
    let source = Source::new(text);
    let cell = Cell::new(lexicon, &source);
    choose(&cell, depth).value
}

fn choose(cell: &Cell<'_, '_>, depth: u8) -> Candidate {
    let mut best: Option<Candidate> = None;
    for (_, rule) in &RULES {
        let Some(candidate) = rule(cell, depth) else {
            continue;
        };
        if candidate.cost() == (0, 0) && best.is_none() {
            return candidate;
        }
        if best.as_ref().is_none_or(|best| candidate.cost() < best.cost()) {
            best = Some(candidate);
        }
        if best.as_ref().is_some_and(|best| best.cost() == (0, 0)) {
            break;
        }
    }
    let mut best = best.unwrap_or_else(|| unparsed(cell));
    if best.digits > 0 && best.value.kind != ValueKind::Unparsed && best.value.kind != ValueKind::Compound {
        best.value.flags.insert(Flag::DigitsInResidue);
    }
    best
}

/// Every rule's candidate, for an explanation.
pub(crate) fn all(cell: &Cell<'_, '_>) -> SmallVec<[(&'static str, Candidate); 4]> {
    RULES.iter().filter_map(|(name, rule)| rule(cell, 0).map(|candidate| (*name, candidate))).collect()
}

fn unparsed(cell: &Cell<'_, '_>) -> Candidate {
    let source = cell.source();
    let mut value = Value::new(ValueKind::Unparsed, source.slice(0, source.len()));
    for number in &cell.numbers {
        if number.is_bad() {
            value.flags.insert(Flag::BadGrouping);
        }
    }
    Candidate { value, digits: usize::MAX, tokens: usize::MAX }
}

/// The source text of a stretch, absent where it is empty.
pub(crate) fn residue(source: &Source<'_>, from: usize, to: usize) -> Option<Text> {
    (from < to).then(|| Text::new(source.slice(from, to)))
}

/// What the stretches of residue leave unexplained: digits, and tokens that mean something.
pub(crate) fn unexplained(cell: &Cell<'_, '_>, from: usize, to: usize) -> (usize, usize) {
    let source = cell.source();
    let digits = (from..to).filter(|&at| source.at(at).is_ascii_digit()).count();
    let inside = |token: &&Token| token.start >= from && token.end <= to && token.start < token.end;
    let mut tokens = 0;
    let mut refers = false;
    // A sign that bounds a figure weighs more than the figure itself: 0-6岁儿童管理率≥90% is no range of ages.
    let bound = Roles::of(&[Role::Prefix]);
    for token in cell.tokens.iter().filter(inside) {
        let telling = match token.kind {
            Kind::Number(_) | Kind::Unit(_) | Kind::Time(_) | Kind::Each(_) | Kind::Per(_) => true,
            // 安排 alone is a verb; behind 根据 it names a document.
            Kind::Word(roles) => roles.meets(TELLING) || refers && roles.has(Role::Document),
            Kind::Mark => matches!(source.at(token.start), ',' | ';' | '、') && to - from > 1,
            Kind::Dash | Kind::Text(_) => false,
        };
        refers |= matches!(token.kind, Kind::Word(roles) if roles.has(Role::Refer));
        let sign =
            matches!(token.kind, Kind::Word(roles) if roles.meets(bound)) && !source.at(token.start).is_alphabetic();
        tokens += usize::from(telling) + usize::from(sign);
    }
    (digits, tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::READS;

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
