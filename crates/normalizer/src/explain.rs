//! How a text was read: its tokens, the rule chosen, and the readings that lost.

use std::fmt;

use crate::lex::{Cell, Kind, Scanner};
use crate::lexicon::{Lexicon, Role, Roles};
use crate::rules;
use crate::source::FoldedText;
use crate::value::Value;

/// One token of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The source text, white space before it not included.
    pub text: String,
    /// What the lexer took it for.
    pub role: String,
}

/// A reading that was not chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejected {
    /// The rule that gave it.
    pub rule: &'static str,
    /// Digits that it leaves unexplained.
    pub digits: usize,
    /// Recognised tokens that it leaves unexplained.
    pub tokens: usize,
}

/// How a text was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The tokens; together they are the text without its white space.
    pub pieces: Vec<Piece>,
    /// The rule that was chosen.
    pub rule: &'static str,
    /// The other readings.
    pub rejected: Vec<Rejected>,
    /// The value.
    pub value: Value,
}

/// Tells how `text` is read.
pub fn explain(lexicon: &Lexicon, text: &str) -> Explanation {
    let folded = FoldedText::new(text);
    let source = folded.source();
    let mut scanner = Scanner::new(lexicon, source);
    let cell = scanner.scan();
    let mut candidates = rules::all(&cell);
    let value = rules::read(lexicon, text, 0);
    let chosen =
        candidates.iter().enumerate().min_by_key(|(index, (_, cost))| (*cost, *index)).map_or(0, |(index, _)| index);
    let rule = if candidates.is_empty() { "unparsed" } else { candidates.remove(chosen).0 };
    let rejected = candidates
        .into_iter()
        .filter(|(name, _)| *name != "unparsed")
        .map(|(rule, cost)| Rejected { rule, digits: cost.digits, tokens: cost.tokens })
        .collect();
    let pieces = cell
        .tokens
        .iter()
        .filter(|token| token.start < token.end)
        .map(|token| Piece { text: source.slice(token.start, token.end).to_owned(), role: role_of(&cell, token.kind) })
        .collect();
    Explanation { pieces, rule, rejected, value }
}

fn role_of(cell: &Cell<'_>, kind: Kind) -> String {
    match kind {
        Kind::Number(_) => "number".to_owned(),
        Kind::Unit(_) => "unit".to_owned(),
        Kind::Time(_) => "time".to_owned(),
        Kind::Per(_) => "per".to_owned(),
        Kind::Each(_) => "recurrence".to_owned(),
        Kind::Word(_) => role_names(cell.roles(kind)),
        Kind::Dash => "dash".to_owned(),
        Kind::Mark => "mark".to_owned(),
        Kind::Text(_) => "text".to_owned(),
    }
}

fn role_names(roles: Roles) -> String {
    let names: Vec<&str> = Role::ALL.iter().filter(|role| roles.has(**role)).map(|role| role.name()).collect();
    names.join("|")
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            writeln!(f, "  {}\t{}", piece.text, piece.role)?;
        }
        writeln!(f, "rule: {}", self.rule)?;
        for rejected in &self.rejected {
            writeln!(
                f,
                "rejected: {} (digits left {}, tokens left {})",
                rejected.rule, rejected.digits, rejected.tokens
            )?;
        }
        Ok(())
    }
}
