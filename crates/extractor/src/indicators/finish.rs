//! Decoded tables → indicators, each departure from the printed row recorded with its evidence.

use jixiao_model::{Field, Indicator, Repair, Status};

use super::groups::{Groups, LabelId};
use super::joint::TableState;
use super::read::{Content, DataRow, RawTable};
use super::siblings::Closed;
use crate::layouts::ColumnRole;

/// A row whose best other reading is closer than this is uncertain.
const CLEAR: i32 = 3;
const LEVELS: [&str; 2] = ["level1", "level2"];

/// What a form gets from its tables.
#[derive(Debug, Default)]
pub(crate) struct Finished {
    pub(crate) indicators: Vec<Indicator>,
    /// Cells of columns that the dataset does not have, called `heading/indicator`.
    pub(crate) other_fields: Vec<(String, Field<String>)>,
}

impl Finished {
    /// What this table gives, and then another one.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.indicators.extend(other.indicators);
        self.other_fields.extend(other.other_fields);
        self
    }
}

/// The indicators of one table.
pub(crate) fn finish(tables: &[TableState<'_>], groups: &[Groups<'_>], at: usize, raw: &RawTable<'_>) -> Finished {
    let mut of_table = Finished::default();
    let table = &tables[at];
    let twin = table.twin.and_then(|t| tables.get(t));
    let groups = &groups[table.groups];
    for (row, filled) in table.lattice.filled_down().into_iter().enumerate() {
        let finisher = Finisher { groups, table, twin, raw, row, filled };
        let indicator = finisher.indicator();
        of_table.other_fields.extend(finisher.other_fields(&indicator));
        of_table.indicators.push(indicator);
    }
    of_table
}

/// Labels of a row per level.
type Labels = [Option<LabelId>; 2];

struct Finisher<'t, 'a> {
    groups: &'t Groups<'a>,
    table: &'t TableState<'a>,
    twin: Option<&'t TableState<'a>>,
    raw: &'t RawTable<'t>,
    row: usize,
    /// What filling the printed labels down would give.
    filled: Labels,
}

impl<'a> Finisher<'_, 'a> {
    fn indicator(&self) -> Indicator {
        let data = self.data();
        let labels = self.labels();
        let text = |level: usize| labels[level].and_then(|label| self.label(level, label)).map(str::to_owned);
        let mut indicator = Indicator {
            scope: self.raw.scope,
            level1: text(0),
            level2: text(1),
            level3: data.name.as_ref().map(|t| t.text.clone().into_owned()),
            value: data.value.as_ref().map(|t| t.text.clone().into_owned()),
            repairs: data.repairs.clone(),
            place: data.place,
            ..Indicator::default()
        };
        take_others(data, &mut indicator);
        self.note_levels(labels, &mut indicator.repairs);
        if indicator.value.is_none() {
            indicator.value_suggested = self.suggestion().map(str::to_owned);
        }
        indicator.status = self.status(&indicator);
        indicator
    }

    /// The cells without a column: each belongs to the nearest label or name left of it.
    fn other_fields(&self, indicator: &Indicator) -> Vec<(String, Field<String>)> {
        let data = self.data();
        let field = |label: String, text: &Content<'_>| (label, Field::new(text.text.clone().into_owned(), text.place));
        let named = |at: usize| match self.owner(at, indicator) {
            Some(owner) => format!("{}/{owner}", self.raw.columns[at].text),
            None => self.raw.columns[at].text.clone(),
        };
        let strays = data.strays.iter().map(|(label, text)| field(label.clone(), text));
        strays.chain(data.unplanned.iter().map(|(at, text)| field(named(*at), text))).collect()
    }

    fn owner<'i>(&self, heading: usize, indicator: &'i Indicator) -> Option<&'i str> {
        let label = |role| match role {
            ColumnRole::Level1 => indicator.level1.as_deref(),
            ColumnRole::Level2 => indicator.level2.as_deref(),
            ColumnRole::Level3 => indicator.level3.as_deref(),
            _ => None,
        };
        self.raw.columns[..heading].iter().rev().find_map(|h| label(h.role()))
    }

    fn data(&self) -> &DataRow<'a> {
        &self.table.rows[self.row]
    }

    fn labels(&self) -> Labels {
        let state = self.table.path.states.get(self.row).and_then(|s| self.table.lattice.states.get(*s));
        state.map_or([None, None], |s| s.labels)
    }

    /// A label as this table prints it, as another table does, or as the hierarchy spells it.
    fn label(&self, level: usize, label: LabelId) -> Option<&str> {
        self.table.lattice.printed(level, label).or_else(|| self.groups.text(level, label))
    }

    /// Records where the levels are not what filling the printed labels down would give.
    fn note_levels(&self, labels: Labels, repairs: &mut Vec<Repair>) {
        for (level, field) in LEVELS.iter().enumerate().filter(|(level, _)| labels[*level] != self.filled[*level]) {
            let text = |label: Option<LabelId>| label.and_then(|l| self.label(level, l)).map(str::to_owned);
            let (kind, evidence) = self.level_evidence(level, labels[level]);
            repairs.push(Repair { kind, field, from: text(self.filled[level]), to: text(labels[level]), evidence });
        }
    }

    /// What speaks for the group of the row, strongest first.
    fn level_evidence(&self, level: usize, label: Option<LabelId>) -> (&'static str, String) {
        let distance = label.and_then(|l| self.table.lattice.distance_to_label(self.first_row_of_group(), level, l));
        let moved = match distance {
            Some(d @ 1..=3) => Some(format!("its label is printed {d} row(s) below the first row of its group")),
            Some(d @ -3..=-1) => Some(format!("its label is printed {} row(s) above the first row of its group", -d)),
            _ => None,
        };
        let twin = self.twin_agrees().then(|| "the twin table has the same 三级指标 in this group".to_owned());
        let votes = self
            .votes_agree()
            .map(|n| format!("{n} other form(s) of the booklet have the same 三级指标 in this group"));
        let closed = self.shut_out().and_then(|closed| self.closed_in_words(closed));
        let kind = match (&moved, &twin, votes.as_ref().or(closed.as_ref())) {
            (Some(_), _, _) => "label_moved",
            (_, Some(_), _) => "level_from_twin",
            (_, _, Some(_)) => "level_from_siblings",
            _ => "level_from_hierarchy",
        };
        let last = "order and pairs of the legal hierarchy".to_owned();
        let reasons: Vec<String> = [moved, twin, votes, closed, Some(last)].into_iter().flatten().collect();
        (kind, reasons.join("; "))
    }

    fn first_row_of_group(&self) -> usize {
        let states = &self.table.path.states;
        let own = states.get(self.row);
        (0..self.row).rev().take_while(|r| states.get(*r) == own).last().unwrap_or(self.row)
    }

    fn twin_agrees(&self) -> bool {
        let twin_row = self.table.twin_rows.get(self.row).copied().flatten();
        let group = self.twin.zip(twin_row).and_then(|(twin, row)| twin.group(row));
        group.is_some() && group == self.table.group(self.row)
    }

    /// Number of other forms that agree on the group of the row.
    fn votes_agree(&self) -> Option<usize> {
        let vote = self.table.votes[self.row]?;
        (Some(vote.group) == self.table.group(self.row)).then_some(vote.forms)
    }

    /// The group that the printed labels give the row, where other forms fill it with other names only.
    fn shut_out(&self) -> Option<&Closed> {
        let printed = self.table.lattice.states.iter().find(|state| state.labels == self.filled)?;
        let closed = self.table.closed.iter().find(|closed| closed.group == printed.group)?;
        closed.shuts_out(self.table.names[self.row]).then_some(closed)
    }

    fn closed_in_words(&self, closed: &Closed) -> Option<String> {
        let label = self.label(1, self.filled[1]?)?;
        let (forms, names) = (closed.forms, closed.names.len());
        Some(format!("{label} holds the same {names} other 三级指标 in {forms} other form(s) of the booklet"))
    }

    /// The twin's value, where the row lost its own.
    fn suggestion(&self) -> Option<&str> {
        let twin = self.twin?;
        let aligned = self.table.twin_rows.get(self.row).copied().flatten();
        let name = self.table.names[self.row];
        let row = aligned.or_else(|| twin.names.iter().position(|other| name.is_some() && *other == name))?;
        twin.rows.get(row)?.value.as_ref().map(|value| &*value.text)
    }

    fn status(&self, indicator: &Indicator) -> Status {
        let margin = self.table.path.margins.get(self.row).copied().unwrap_or(0);
        let contested = self.table.contested.get(self.row).copied().unwrap_or(false);
        let open = self.data().uncertain || contested || margin < CLEAR || indicator.level3.is_none();
        if open {
            Status::Uncertain
        } else if indicator.repairs.is_empty() {
            Status::AsPrinted
        } else {
            Status::Repaired
        }
    }
}

fn take_others(data: &DataRow<'_>, indicator: &mut Indicator) {
    for (role, text) in &data.others {
        let text = text.clone().into_owned();
        match role {
            ColumnRole::Comparator => indicator.comparator_cell = Some(text),
            ColumnRole::Unit => indicator.unit_cell = Some(text),
            role => indicator.extra.extend(role.extra_name().map(|name| (name, text))),
        }
    }
}
