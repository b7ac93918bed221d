//! What the head of a form says, while it is read.

use jixiao_model::{Amount, Field, FieldValue, Form, Place, Repair};

use crate::money::{fen, unit_in};
use crate::names::split_names;
use crate::segment::Item;
use crate::tail::{Tail, is_closed, join_tail};

/// Fields that hold one text per row of the form.
const LISTS: &[&str] = &["functions", "annual_goals"];
/// Fields that hold the names of a list in one text.
const NAMES: &[&str] = &["subordinate_units", "internal_departments"];

/// Where a text went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    Field(&'static str),
    /// Index of the labelled field without a column.
    Other(usize),
}

/// Fields, amounts and repairs of one form.
#[derive(Debug, Default)]
pub(crate) struct Store {
    fields: Vec<(&'static str, Vec<Field<String>>)>,
    /// The label that a field was first read beside.
    labels: Vec<(&'static str, String)>,
    counts: Vec<(&'static str, Field<i64>)>,
    other_fields: Vec<(String, Field<String>)>,
    pub(crate) amounts: Vec<Amount>,
    repairs: Vec<Repair>,
    /// The unit of money that holds for amounts without one of their own.
    pub(crate) unit: Option<&'static str>,
}

impl Store {
    pub(crate) fn field(&mut self, name: &'static str) -> &mut Vec<Field<String>> {
        let at = self.fields.iter().position(|(f, _)| *f == name).unwrap_or_else(|| {
            self.fields.push((name, Vec::new()));
            self.fields.len() - 1
        });
        &mut self.fields[at].1
    }

    pub(crate) fn is_filled(&self, name: &str) -> bool {
        self.fields.iter().any(|(f, texts)| *f == name && !texts.is_empty())
    }

    /// True when another label has filled the field: 中央主管部门 and 省级主管部门 are two cells.
    pub(crate) fn is_taken(&self, name: &'static str, label: &str) -> bool {
        self.is_filled(name) && self.labels.iter().any(|(field, other)| *field == name && other != label)
    }

    /// Notes the label that a field is read beside; the first one stays.
    pub(crate) fn note_label(&mut self, name: &'static str, label: &str) {
        if !self.labels.iter().any(|(field, _)| *field == name) {
            self.labels.push((name, label.to_owned()));
        }
    }

    pub(crate) fn push(&mut self, name: &'static str, item: &Item, text: String) {
        self.field(name).push(Field::new(text, item.place));
        if item.over_pages {
            let shown = item.text.chars().take(20).collect();
            self.repair("joined_across_page", name, None, Some(shown), "the page ended inside the cell".to_owned());
        }
    }

    pub(crate) fn push_count(&mut self, name: &'static str, count: i64, place: Place) {
        self.counts.push((name, Field::new(count, place)));
    }

    /// A labelled cell that no column is planned for.
    pub(crate) fn push_other(&mut self, label: &str, text: String, place: Place) -> Slot {
        self.other_fields.push((label_text(label).to_owned(), Field::new(text, place)));
        Slot::Other(self.other_fields.len() - 1)
    }

    /// Goes on with a text whose cell a page break cut; true where the tail was printed twice and is dropped.
    pub(crate) fn continue_slot(&mut self, slot: Slot, item: &Item) -> bool {
        match slot {
            Slot::Field(field) => self.continue_field(field, item),
            Slot::Other(at) => {
                if let Some((_, field)) = self.other_fields.get_mut(at) {
                    field.value.push_str(&item.text);
                }
                false
            }
        }
    }

    pub(crate) fn repair(
        &mut self,
        kind: &'static str,
        field: &'static str,
        from: Option<String>,
        to: Option<String>,
        evidence: String,
    ) {
        self.repairs.push(Repair { kind, field, from, to, evidence });
    }

    /// Goes on with a field whose cell a page break cut; true where the tail was printed twice and is dropped.
    fn continue_field(&mut self, field: &'static str, item: &Item) -> bool {
        let is_list = LISTS.contains(&field);
        let texts = self.field(field);
        let Some(last) = texts.last_mut() else {
            texts.push(Field::new(item.text.clone(), item.place));
            return false;
        };
        if is_list && is_closed(&last.value) {
            texts.push(Field::new(item.text.clone(), item.place));
            return false;
        }
        let (kind, to, evidence) = match join_tail(&last.value, &item.text) {
            Tail::Joined(whole) => {
                last.value = whole;
                ("joined_across_page", Some(item.text.clone()), "the page ended inside the cell")
            }
            Tail::Overlapped(whole, twice) => {
                last.value = whole;
                let to = Some(item.text[twice.len()..].to_owned());
                ("duplicate_dropped", to, "the beginning of the tail is the end of the text before the page break")
            }
            Tail::Repeated => {
                ("duplicate_dropped", None, "the tail is the end of the text before the page break, printed twice")
            }
        };
        let repeated = to.is_none();
        self.repair(kind, field, Some(item.text.clone()), to, evidence.to_owned());
        repeated
    }

    /// Hands what was read to the form.
    pub(crate) fn finish(mut self, form: &mut Form) {
        self.settle_units();
        form.fields = self.fields.into_iter().filter(says_something).map(field_value).collect();
        form.fields.extend(self.counts.into_iter().map(|(n, c)| (n, Field::new(FieldValue::Count(c.value), c.place))));
        form.amounts = self.amounts;
        form.other_fields = self.other_fields;
        form.repairs = self.repairs;
    }

    /// A unit that was printed after its amounts holds for them too.
    fn settle_units(&mut self) {
        for amount in &mut self.amounts {
            let own = amount.raw.as_deref().and_then(unit_in).map(str::to_owned);
            amount.unit = amount.unit.take().or(self.unit.map(str::to_owned)).or(own);
            amount.fen = amount.raw.as_deref().and_then(|raw| fen(raw, amount.unit.as_deref()));
        }
    }
}

/// An empty list is a statement, an empty text is none.
fn says_something((name, texts): &(&'static str, Vec<Field<String>>)) -> bool {
    !texts.is_empty() || LISTS.contains(name) || NAMES.contains(name)
}

/// A label as printed, without the colon that only leads to its value.
pub(crate) fn label_text(label: &str) -> &str {
    label.trim_end().trim_end_matches([':', '：'])
}

fn field_value((name, texts): (&'static str, Vec<Field<String>>)) -> (&'static str, Field<FieldValue>) {
    let place = texts.first().map_or_else(Place::default, |t| t.place);
    let texts = texts.into_iter().map(|t| t.value);
    let value = if LISTS.contains(&name) {
        FieldValue::List(texts.flat_map(|t| t.split('\n').map(str::to_owned).collect::<Vec<_>>()).collect())
    } else if NAMES.contains(&name) {
        FieldValue::List(split_names(&texts.collect::<String>()))
    } else {
        FieldValue::Text(texts.collect::<Vec<_>>().join("\n"))
    };
    (name, Field::new(value, place))
}
