//! Amounts of money for comparing: counted in fen, with the unit in which people read them.

use jixiao_model::{Amount, Form};
use jixiao_normalizer::{Exact, Kind, Value, parse};

use crate::rules::Rule;

/// Fen in a yuan.
const FEN: i128 = 100;
/// Fen in 1 万元.
const FEN_PER_WAN: i128 = 1_000_000;

/// What a cell for money says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    /// The form has no such cell.
    Absent,
    /// Nothing or a dash: none of it.
    Empty,
    /// So many fen.
    Fen(i128),
    /// Words: how much is not said.
    Words,
}

impl Cell {
    /// An amount of a form's head.
    pub(crate) fn of(form: &Form, item: &str) -> Self {
        match amount(form, item) {
            None => Self::Absent,
            Some(Amount { fen: Some(fen), .. }) => Self::Fen(*fen),
            Some(Amount { raw: Some(raw), .. }) if !is_nothing(raw) => Self::Words,
            Some(_) => Self::Empty,
        }
    }

    /// A cell of 年度主要任务, in 万元.
    pub(crate) fn of_task(raw: Option<&str>) -> Self {
        match raw {
            Some(raw) if !is_nothing(raw) => plain_wan(&parse(raw)).map_or(Self::Words, Self::Fen),
            _ => Self::Empty,
        }
    }

    /// The figure; nothing printed counts as none.
    pub(crate) fn fen(self) -> Option<i128> {
        match self {
            Self::Fen(fen) => Some(fen),
            Self::Empty => Some(0),
            Self::Absent | Self::Words => None,
        }
    }

    /// True for a printed figure.
    pub(crate) fn is_figure(self) -> bool {
        matches!(self, Self::Fen(_))
    }
}

/// An amount of a form's head.
pub(crate) fn amount<'a>(form: &'a Form, item: &str) -> Option<&'a Amount> {
    form.amounts.iter().find(|amount| amount.item == item)
}

/// The printed figure of an amount.
pub(crate) fn figure(form: &Form, item: &str) -> Option<i128> {
    amount(form, item).and_then(|amount| amount.fen)
}

/// Blank, or a dash or stroke in place of a figure.
fn is_nothing(raw: &str) -> bool {
    raw.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '—' | '–' | '－' | '/' | '／'))
}

/// A number without words around it, printed under a heading in 万元.
fn plain_wan(value: &Value) -> Option<i128> {
    let plain = value.kind == Kind::Quantity && value.unit.is_none() && value.residue().next().is_none();
    value.value.filter(|_| plain).and_then(|number| number.times_pow10(6)).and_then(Exact::to_integer)
}

/// Yuan as fen.
pub(crate) fn fen_of_yuan(yuan: Exact) -> Option<i128> {
    yuan.times_pow10(2).and_then(Exact::to_integer)
}

/// How far a sum of so many printed figures may be from its total: each of them is rounded, and so is the total.
pub(crate) fn tolerance(rule: &Rule, figures: usize) -> i128 {
    i128::from(rule.rounding_yuan.unwrap_or(0)) * FEN * (figures as i128 + 1)
}

/// An amount in 万元 as forms print it: thousands grouped, two decimals or as many as it has.
pub(crate) fn wan(fen: i128) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.abs();
    let decimals = format!("{:06}", fen % FEN_PER_WAN);
    let decimals = decimals.trim_end_matches('0');
    format!("{sign}{}.{decimals:0<2}万元", grouped(fen / FEN_PER_WAN))
}

fn grouped(whole: i128) -> String {
    let digits = whole.to_string();
    let head = digits.len() % 3;
    let mut out = digits[..head].to_owned();
    for at in (head..digits.len()).step_by(3) {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&digits[at..at + 3]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_as_forms_print_them() {
        for (fen, shown) in [
            (3_058_100_000, "3,058.10万元"),
            (0, "0.00万元"),
            (-5_000_000, "-5.00万元"),
            (1_234_567_123_400, "1,234,567.1234万元"),
            (123_000_000, "123.00万元"),
        ] {
            assert_eq!(wan(fen), shown);
        }
    }

    #[test]
    fn cells_of_tasks_are_figures_nothing_or_words() {
        for (raw, cell) in [
            (Some("2,980.04"), Cell::Fen(2_980_040_000)),
            (Some("7,200.00"), Cell::Fen(7_200_000_000)),
            (Some("-"), Cell::Empty),
            (None, Cell::Empty),
            (Some("资金池预算"), Cell::Words),
            (Some("854万(高标准农田建设400万元)"), Cell::Words),
        ] {
            assert_eq!(Cell::of_task(raw), cell, "{raw:?}");
        }
    }
}
