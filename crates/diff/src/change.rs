//! The rows of the result.

use jixiao_exporter::schema::ChangeRow;
use jixiao_names::Pair;
use jixiao_normalizer::Exact;

use crate::forms::Entry;
use crate::target::{Movement, movement};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    FormAdded,
    FormRemoved,
    FormRenamed,
    MoneyChanged,
    TaskAdded,
    TaskRemoved,
    TaskRenamed,
    IndicatorAdded,
    IndicatorRemoved,
    IndicatorRenamed,
    IndicatorMoved,
    TargetChanged,
    Same,
}

impl Kind {
    /// All of them, in the order in which they are counted for people.
    pub(crate) const ALL: [Self; 13] = [
        Self::FormAdded,
        Self::FormRemoved,
        Self::FormRenamed,
        Self::MoneyChanged,
        Self::TaskAdded,
        Self::TaskRemoved,
        Self::TaskRenamed,
        Self::IndicatorAdded,
        Self::IndicatorRemoved,
        Self::IndicatorRenamed,
        Self::IndicatorMoved,
        Self::TargetChanged,
        Self::Same,
    ];

    /// The name in the table.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::FormAdded => "form_added",
            Self::FormRemoved => "form_removed",
            Self::FormRenamed => "form_renamed",
            Self::MoneyChanged => "money_changed",
            Self::TaskAdded => "task_added",
            Self::TaskRemoved => "task_removed",
            Self::TaskRenamed => "task_renamed",
            Self::IndicatorAdded => "indicator_added",
            Self::IndicatorRemoved => "indicator_removed",
            Self::IndicatorRenamed => "indicator_renamed",
            Self::IndicatorMoved => "indicator_moved",
            Self::TargetChanged => "target_changed",
            Self::Same => "same",
        }
    }

    /// The kind of a change in what is there.
    pub(crate) fn of(pair: Pair, removed: Self, added: Self, renamed: Self) -> Self {
        match pair {
            Pair::Removed(_) => removed,
            Pair::Added(_) => added,
            Pair::Fuzzy(..) => renamed,
            Pair::Exact(..) => Self::Same,
        }
    }
}

/// Where something stands on one side.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct At {
    pub(crate) page: Option<i32>,
    pub(crate) line: Option<i32>,
}

/// The change of a form, with all that its rows have in common with it.
pub(crate) fn form_change(pair: Pair, before: Option<&Entry<'_>>, after: Option<&Entry<'_>>) -> ChangeRow {
    let kind = Kind::of(pair, Kind::FormRemoved, Kind::FormAdded, Kind::FormRenamed);
    let (b, a) = (before.map(|entry| &entry.form.row), after.map(|entry| &entry.form.row));
    let later = a.or(b);
    let names = (before.map(Entry::name), after.map(Entry::name));
    let change = ChangeRow {
        publisher: after.or(before).and_then(|entry| entry.publisher.clone()),
        department: later.and_then(|row| row.department.clone()),
        implementing_unit: later.and_then(|row| row.implementing_unit.clone()),
        project_name: later.and_then(|row| row.project_name.clone()),
        fiscal_year_before: b.and_then(|row| row.fiscal_year),
        fiscal_year_after: a.and_then(|row| row.fiscal_year),
        form_id_before: b.map(|row| row.form_id.clone()),
        form_id_after: a.map(|row| row.form_id.clone()),
        ..ChangeRow::default()
    };
    let at = |row: Option<&jixiao_exporter::schema::FormRow>| {
        row.map_or(At::default(), |row| At { page: row.page.or(row.page_first), line: row.line })
    };
    change.made(kind, pair).named(names.1.clone().or_else(|| names.0.clone())).told(names.0, names.1).at(at(b), at(a))
}

/// A row is made step by step from the row of its form.
pub(crate) trait Change: Sized {
    /// What happened, and how the two sides were matched.
    fn made(self, kind: Kind, pair: Pair) -> Self;
    /// What it is about.
    fn named(self, name: Option<String>) -> Self;
    /// The texts of both sides.
    fn told(self, before: Option<String>, after: Option<String>) -> Self;
    /// The places of both sides.
    fn at(self, before: At, after: At) -> Self;
    /// Numbers and units of both sides; the movement, where the units are the same.
    fn counted(self, numbers: (Option<Exact>, Option<Exact>), units: (Option<&str>, Option<&str>)) -> Self;
}

impl Change for ChangeRow {
    fn made(mut self, kind: Kind, pair: Pair) -> Self {
        kind.as_str().clone_into(&mut self.kind);
        (self.matched, self.score) = match pair {
            Pair::Exact(..) => (Some("exact".to_owned()), None),
            Pair::Fuzzy(_, _, score) => (Some("fuzzy".to_owned()), Some((score * 1000.0).round() / 1000.0)),
            Pair::Removed(_) | Pair::Added(_) => (None, None),
        };
        self
    }

    fn named(self, name: Option<String>) -> Self {
        Self { name, ..self }
    }

    fn told(self, before: Option<String>, after: Option<String>) -> Self {
        Self { before, after, ..self }
    }

    fn at(self, before: At, after: At) -> Self {
        Self {
            page_before: before.page,
            line_before: before.line,
            page_after: after.page,
            line_after: after.line,
            ..self
        }
    }

    fn counted(mut self, numbers: (Option<Exact>, Option<Exact>), units: (Option<&str>, Option<&str>)) -> Self {
        let (before, after) = numbers;
        self.number_before = before.map(Exact::to_f64).filter(|number| number.is_finite());
        self.number_after = after.map(Exact::to_f64).filter(|number| number.is_finite());
        self.number_before_exact = before.map(|number| number.to_string());
        self.number_after_exact = after.map(|number| number.to_string());
        self.unit_before = units.0.map(str::to_owned);
        self.unit_after = units.1.map(str::to_owned);
        let comparable = before.zip(after).filter(|_| units.0 == units.1);
        if let Some(Movement { difference, relative }) = comparable.and_then(|(b, a)| movement(b, a)) {
            self.difference_exact = Some(difference.to_string());
            self.relative_change = relative.map(Exact::to_f64).filter(|number| number.is_finite());
            self.relative_change_exact = relative.map(|relative| relative.to_string());
        }
        self
    }
}
