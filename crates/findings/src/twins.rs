//! 总体绩效指标 against 年度绩效指标.

use jixiao_model::Scope;
use jixiao_names::{Likeness, Pair, closeness, pair};

use crate::note::{Notes, Row, scope_name};
use crate::period::Period;
use crate::rules::Code;

pub(crate) fn check(notes: &mut Notes<'_>) {
    let named = |scope| notes.table(scope).into_iter().filter(|row| !row.name().is_empty()).collect::<Vec<Row<'_>>>();
    let [overall, annual] = [Scope::Overall, Scope::Annual].map(named);
    if overall.is_empty() || annual.is_empty() {
        return;
    }
    // Over several years the goal of one year may well be another than the goal of all.
    let one_year = Period::of(notes.form).is_some_and(Period::is_one_year);
    for pair in pairs(notes, &overall, &annual) {
        match (pair.members(&overall, &annual), pair) {
            ((Some(overall), Some(annual)), Pair::Fuzzy(..)) => Twins { overall, annual, one_year }.names(notes),
            ((Some(overall), Some(annual)), _) => Twins { overall, annual, one_year }.values(notes),
            ((Some(row), None), _) if one_year => alone(notes, *row, Scope::Annual),
            ((None, Some(row)), _) if one_year => alone(notes, *row, Scope::Overall),
            _ => {}
        }
    }
}

fn pairs(notes: &Notes<'_>, overall: &[Row<'_>], annual: &[Row<'_>]) -> Vec<Pair> {
    let [left, right] = [overall, annual].map(|rows| rows.iter().map(|row| row.folded).collect::<Vec<&str>>());
    let similarity = notes.rule(Code::TwinNameDiffers).and_then(|rule| rule.similarity);
    let likeness = |l: usize, r: usize| Likeness {
        score: closeness(left[l], right[r]),
        favour: f64::from(u8::from(overall[l].indicator.level2 == annual[r].indicator.level2)),
    };
    // Nothing is closer than 1: without the rule only equal names are twins.
    pair(&left, &right, similarity.map_or(2.0, |percent| f64::from(percent) / 100.0), likeness)
}

/// The same indicator in both tables.
struct Twins<'t, 'a> {
    overall: &'t Row<'a>,
    annual: &'t Row<'a>,
    one_year: bool,
}

impl Twins<'_, '_> {
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
            let [overall, annual] = [self.overall.printed(), self.annual.printed()];
            let message = format!("{}: 总体 says {overall}, 年度 says {annual}", self.annual.name());
            notes.add_row(rule, *self.annual, message);
        }
    }

    fn names(&self, notes: &mut Notes<'_>) {
        let Some(rule) = notes.rule(Code::TwinNameDiffers) else { return };
        if !self.one_year && !self.agree() {
            return;
        }
        let side = |row: &Row<'_>| format!("{} ({})", row.name(), row.indicator.value.as_deref().unwrap_or("no value"));
        let message =
            format!("总体 has {}, 年度 has {}: one indicator, two names", side(self.overall), side(self.annual));
        notes.add_row(rule, *self.annual, message);
    }
}

/// An indicator of one table that the other does not have.
fn alone(notes: &mut Notes<'_>, row: Row<'_>, other: Scope) {
    let Some(rule) = notes.rule(Code::TwinMissing) else { return };
    let message = format!("{} stands in {} only, not in {}", row.name(), row.table(), scope_name(Some(other)));
    notes.add_row(rule, row, message);
}
