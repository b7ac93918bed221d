//! 总体绩效指标 against 年度绩效指标.

use jixiao_model::Scope;
use jixiao_names::{fold, pair_up};

use crate::note::{Notes, Row, scope_name};
use crate::period::Period;
use crate::rules::{Code, Rule};

pub(crate) fn check(notes: &mut Notes<'_>) {
    let [overall, annual] = [Scope::Overall, Scope::Annual].map(|scope| notes.table(scope));
    if overall.is_empty() || annual.is_empty() {
        return;
    }
    // Over several years the goal of one year may well be another than the goal of all.
    let one_year = Period::of(notes.form).is_none_or(Period::is_one_year);
    let alike = notes.rule(Code::TwinNameDiffers).and_then(|rule| rule.similarity).unwrap_or(100);
    let names = |rows: &[Row<'_>]| rows.iter().map(|row| fold(row.name())).collect::<Vec<String>>();
    let pairs = pair_up(&names(&overall), &names(&annual), alike);
    for pair in &pairs {
        let twins = Twins { overall: overall[pair.left], annual: annual[pair.right], one_year };
        if pair.similarity == 100 { twins.values(notes) } else { twins.names(notes) }
    }
    if one_year {
        let left = |position: usize| pairs.iter().any(|pair| pair.left == position);
        let right = |position: usize| pairs.iter().any(|pair| pair.right == position);
        unpaired(notes, &overall, left, Scope::Annual);
        unpaired(notes, &annual, right, Scope::Overall);
    }
}

/// The same indicator in both tables.
struct Twins<'a> {
    overall: Row<'a>,
    annual: Row<'a>,
    one_year: bool,
}

impl Twins<'_> {
    /// A value that one of them lost is a finding of its own.
    fn agree(&self) -> bool {
        match (self.overall.value(), self.annual.value()) {
            (Some(a), Some(b)) => a.agrees_with(b),
            _ => true,
        }
    }

    fn values(&self, notes: &mut Notes<'_>) {
        let Some(rule) = notes.rule(Code::TwinValueDiffers) else { return };
        if self.one_year && !self.agree() {
            let [overall, annual] = [self.overall, self.annual].map(|row| row.printed());
            let message = format!("{}: 总体 says {overall}, 年度 says {annual}", self.annual.name());
            notes.add_row(rule, self.annual, message);
        }
    }

    fn names(&self, notes: &mut Notes<'_>) {
        let Some(rule) = notes.rule(Code::TwinNameDiffers) else { return };
        if !self.one_year && !self.agree() {
            return;
        }
        let side = |row: Row<'_>| format!("{} ({})", row.name(), row.indicator.value.as_deref().unwrap_or("no value"));
        let message =
            format!("总体 has {}, 年度 has {}: one indicator, two names", side(self.overall), side(self.annual));
        notes.add_row(rule, self.annual, message);
    }
}

/// Indicators of one table that the other does not have.
fn unpaired(notes: &mut Notes<'_>, rows: &[Row<'_>], is_paired: impl Fn(usize) -> bool, other: Scope) {
    let Some(rule): Option<&Rule> = notes.rule(Code::TwinMissing) else { return };
    for (_, row) in rows.iter().enumerate().filter(|(at, row)| !is_paired(*at) && !row.name().is_empty()) {
        let message = format!("{} stands in {} only, not in {}", row.name(), row.table(), scope_name(Some(other)));
        notes.add_row(rule, *row, message);
    }
}
