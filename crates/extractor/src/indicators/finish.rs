//! Decoded tables → indicators, each departure from the printed row recorded with its evidence.

use jixiao_model::{Field, Indicator, Repair, Status, without_space};

use super::joint::TableState;
use super::read::{Content, DataRow, RawTable};
use crate::layouts::ColumnRole;

/// A row whose best other reading is closer than this is uncertain.
const CLEAR: i32 = 3;
const LEVELS: [&str; 2] = ["level1", "level2"];

/// What a form gets from its tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Finished {
    pub(crate) indicators: Vec<Indicator>,
    /// Cells of columns that the dataset does not have, called `heading/indicator`.
    pub(crate) other_fields: Vec<(String, Field<String>)>,
}

/// Adds the indicators of one table to those of its form.
pub(crate) fn finish(tables: &[TableState], at: usize, raw: &RawTable<'_>, form: &mut Finished) {
    let table = &tables[at];
    let twin = table.twin.and_then(|t| tables.get(t));
    let filled = table.lattice.filled_down();
    for (row, filled) in filled.iter().enumerate() {
        let finisher = Finisher { tables, table, twin, raw, row };
        let indicator = finisher.indicator(filled);
        form.other_fields.extend(finisher.other_fields(&indicator));
        form.indicators.push(indicator);
    }
}

struct Finisher<'a> {
    tables: &'a [TableState],
    table: &'a TableState,
    twin: Option<&'a TableState>,
    raw: &'a RawTable<'a>,
    row: usize,
}

impl Finisher<'_> {
    fn indicator(&self, filled: &[Option<usize>; 2]) -> Indicator {
        let data = &self.table.rows[self.row];
        let mut indicator = Indicator {
            scope: self.raw.scope,
            level1: self.label(0),
            level2: self.label(1),
            level3: data.name.as_ref().map(|t| t.text.clone()),
            value: data.value.as_ref().map(|t| t.text.clone()),
            repairs: data.repairs.clone(),
            place: data.place,
            ..Indicator::default()
        };
        take_others(data, &mut indicator);
        self.note_levels(filled, &mut indicator.repairs);
        self.suggest(&mut indicator);
        self.grade(&mut indicator);
        indicator
    }

    /// The cells without a column: each belongs to the nearest label or name left of it.
    fn other_fields(&self, indicator: &Indicator) -> Vec<(String, Field<String>)> {
        let data = &self.table.rows[self.row];
        let field = |label: String, text: &Content| (label, Field::new(text.text.clone(), text.place));
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

    /// The label of a level: as this table prints it, as another table does, or as the hierarchy spells it.
    fn label(&self, level: usize) -> Option<String> {
        let state = self.table.lattice.states.get(*self.table.path.states.get(self.row)?)?;
        let label = self.table.lattice.labels[level].get(state.labels[level]?)?;
        let first = label.spellings.first();
        let printed_elsewhere = || {
            let labels = self.tables.iter().flat_map(|t| &t.lattice.labels[level]);
            labels.filter(|l| l.spellings.first() == first).find_map(|l| l.printed.clone())
        };
        label.printed.clone().or_else(printed_elsewhere).or_else(|| first.cloned())
    }

    fn own_labels(&self) -> [Option<usize>; 2] {
        let state = self.table.path.states.get(self.row).and_then(|s| self.table.lattice.states.get(*s));
        state.map_or([None, None], |s| s.labels)
    }

    /// Records where the levels are not what filling the printed labels down would give.
    fn note_levels(&self, filled: &[Option<usize>; 2], repairs: &mut Vec<Repair>) {
        let own = self.own_labels();
        for (level, field) in LEVELS.iter().enumerate() {
            if own[level] != filled[level] {
                let name = |label: Option<usize>| {
                    let label = self.table.lattice.labels[level].get(label?)?;
                    label.printed.clone().or_else(|| label.spellings.first().cloned())
                };
                let (kind, evidence) = self.level_evidence(level, own[level]);
                repairs.push(Repair { kind, field, from: name(filled[level]), to: self.label(level), evidence });
            }
        }
    }

    /// What speaks for the group of the row, strongest first.
    fn level_evidence(&self, level: usize, label: Option<usize>) -> (&'static str, String) {
        let mut reasons = Vec::new();
        let first_row = self.first_row_of_group();
        let distance = label.and_then(|l| self.table.lattice.distance_to_label(first_row, level, l));
        let moved = match distance {
            Some(d @ 1..=3) => Some(format!("its label is printed {d} row(s) below the first row of its group")),
            Some(d @ -3..=-1) => Some(format!("its label is printed {} row(s) above the first row of its group", -d)),
            _ => None,
        };
        let twin = self.twin_agrees().then(|| "the twin table has the same 三级指标 in this group".to_owned());
        let votes = self
            .votes_agree()
            .map(|n| format!("{n} other form(s) of the booklet have the same 三级指标 in this group"));
        let kind = match (&moved, &twin, &votes) {
            (Some(_), _, _) => "label_moved",
            (_, Some(_), _) => "level_from_twin",
            (_, _, Some(_)) => "level_from_siblings",
            _ => "level_from_hierarchy",
        };
        reasons.extend(moved);
        reasons.extend(twin);
        reasons.extend(votes);
        reasons.push("order and pairs of the legal hierarchy".to_owned());
        (kind, reasons.join("; "))
    }

    fn first_row_of_group(&self) -> usize {
        let states = &self.table.path.states;
        let own = states.get(self.row);
        (0..self.row).rev().take_while(|r| states.get(*r) == own).last().unwrap_or(self.row)
    }

    fn twin_agrees(&self) -> bool {
        let twin_row = self.table.twin_rows.get(self.row).copied().flatten();
        let group = self.twin.zip(twin_row).and_then(|(twin, row)| twin.row_group(row));
        group.is_some() && group == self.table.row_group(self.row)
    }

    fn votes_agree(&self) -> Option<usize> {
        let (votes, group) = self.table.votes.get(self.row)?.as_ref()?;
        (Some(group) == self.table.row_group(self.row).as_ref()).then_some(*votes)
    }

    /// Offers the twin's value where the row lost its own.
    fn suggest(&self, indicator: &mut Indicator) {
        if indicator.value.is_some() {
            return;
        }
        let same_name = |r: &&DataRow| match (&r.name, &indicator.level3) {
            (Some(a), Some(b)) => without_space(&a.text) == without_space(b),
            _ => false,
        };
        let aligned = self.table.twin_rows.get(self.row).copied().flatten();
        let row = self.twin.and_then(|t| aligned.and_then(|r| t.rows.get(r)).or_else(|| t.rows.iter().find(same_name)));
        indicator.value_suggested = row.and_then(|r| r.value.as_ref()).map(|v| v.text.clone());
    }

    fn grade(&self, indicator: &mut Indicator) {
        let margin = self.table.path.margins.get(self.row).copied().unwrap_or(0);
        let contested = self.table.contested.get(self.row).copied().unwrap_or(false);
        let open = self.table.rows[self.row].uncertain || contested || margin < CLEAR || indicator.level3.is_none();
        indicator.status = if open {
            Status::Uncertain
        } else if indicator.repairs.is_empty() {
            Status::AsPrinted
        } else {
            Status::Repaired
        };
    }
}

fn take_others(data: &DataRow, indicator: &mut Indicator) {
    for (role, text) in &data.others {
        match role {
            ColumnRole::Comparator => indicator.comparator_cell = Some(text.clone()),
            ColumnRole::Unit => indicator.unit_cell = Some(text.clone()),
            role => indicator.extra.extend(role.extra_name().map(|name| (name, text.clone()))),
        }
    }
}
