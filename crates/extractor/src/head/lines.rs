//! Labels and values in one line or cell.

use jixiao_model::{FormKind, Use};

use super::pairs::{Pair, pairs};
use super::{Head, split_period};
use crate::fold::{fold, label_key};
use crate::layouts::{LabelRole, Layouts};
use crate::ledger::Marks;
use crate::segment::Item;

/// Longer texts behind a label that no layout names are prose, in characters.
const LONGEST_VALUE: usize = 60;

/// Labels in one cell with their values are no longer, in characters.
const LONGEST_LABEL: usize = 16;

fn is_line_label(layouts: &Layouts, kind: FormKind, key: &str) -> bool {
    let role = layouts.label(kind, None, key).map(|l| l.role);
    matches!(role, Some(LabelRole::Value | LabelRole::Period | LabelRole::Amount | LabelRole::Footer | LabelRole::Unit))
}

impl Head<'_> {
    /// Notes the unit of money that a line outside the table ends with (单位：万元); the text before it, if so.
    pub(crate) fn note_unit<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let folded = fold(text);
        let unit = ["万元", "亿元", "元"].into_iter().find(|u| folded.ends_with(&format!("单位:{u}")))?;
        self.store.unit = Some(unit);
        let before = &text[..text.rfind("单位")?];
        Some(["金额", "货币", "计量"].iter().find_map(|w| before.strip_suffix(w)).unwrap_or(before))
    }

    /// Notes the unit of money beside its label; false for another label or text.
    pub(super) fn is_unit(&mut self, label: &Item, value: &Item) -> bool {
        let is_label = label.label(self.layouts, self.kind, None).is_some_and(|l| l.role == LabelRole::Unit);
        is_label && self.note_unit(&format!("单位:{}", value.text)).is_some()
    }

    /// True for a cell that holds a label of this kind of form and its value.
    pub(super) fn is_pair(&self, item: &Item) -> bool {
        // Prose may be long, and its first colon far away.
        let mut start = item.text.char_indices().take(LONGEST_LABEL + 1);
        let Some((colon, mark)) = start.find(|(_, c)| matches!(c, ':' | '：')) else { return false };
        let (label, value) = (&item.text[..colon], &item.text[colon + mark.len_utf8()..]);
        !value.trim().is_empty() && is_line_label(self.layouts, self.kind, &label_key(label))
    }

    /// Reads the labels and values of a line; false for a line that is something else.
    pub(crate) fn line(&mut self, item: &Item, marks: &mut Marks<'_>) -> bool {
        let source = marks.text(item.id).to_owned();
        let (layouts, kind) = (self.layouts, self.kind);
        let Some(found) = pairs(&source, |key| is_line_label(layouts, kind, key)) else { return false };
        let text = |range: &std::ops::Range<usize>| jixiao_model::clean_text(source[range.clone()].trim());
        let read: Vec<(String, String)> =
            found.iter().map(|Pair { label, value }| (text(label), text(value))).collect();
        if !read.iter().all(|(label, value)| self.is_plausible(label, value)) {
            return false;
        }
        let mut values = Vec::new();
        for ((label, value), pair) in read.into_iter().zip(&found) {
            let seal = seal_length(&source[pair.value.clone()]);
            if self.line_pair(item, &label, &value) {
                values.push(pair.value.start + seal..pair.value.end);
            }
        }
        marks.mark_parts(item.id, &values, Use::Field);
        true
    }

    fn is_plausible(&self, label: &str, value: &str) -> bool {
        let known = is_line_label(self.layouts, self.kind, &label_key(label));
        known || (value.chars().count() <= LONGEST_VALUE && !value.contains('。'))
    }

    /// Reads a label and its value; false where the value is nothing, or only the unit of money.
    fn line_pair(&mut self, item: &Item, label: &str, value: &str) -> bool {
        let value = value[seal_length(value)..].trim();
        let key = label_key(label);
        let known = self.layouts.label(self.kind, None, &key);
        let is_cell = known.is_some_and(|l| l.cell);
        let is_unit = known.is_some_and(|l| l.role == LabelRole::Unit);
        if value.is_empty() || (is_unit && self.note_unit(&format!("单位:{value}")).is_some()) {
            return false;
        }
        match known.map(|l| (l.role, l.field)) {
            Some((LabelRole::Value, Some(field))) if !is_cell && !self.store.is_taken(field, &key) => {
                self.store.note_label(field, &key);
                self.store.push(field, item, value.to_owned());
            }
            Some((LabelRole::Period, _)) if !self.store.is_filled("period_start") => {
                let (start, end) = split_period(value).map_or((value, None), |(start, end)| (start, Some(end)));
                self.store.push("period_start", item, start.to_owned());
                if let Some(end) = end {
                    self.store.push("period_end", item, end.to_owned());
                }
            }
            _ => {
                self.store.push_other(label, value.to_owned(), item.place);
            }
        }
        true
    }
}

/// 填报单位：（盖章）某局: the words in brackets are the form's, not the value's; their length in bytes.
fn seal_length(value: &str) -> usize {
    let seals = ["（盖章）", "(盖章)", "（公章）", "（签字）", "(签字)", "（签章）"];
    let rest = value.trim_start();
    let seal = seals.iter().find(|seal| rest.starts_with(**seal));
    seal.map_or(0, |seal| value.len() - rest.len() + seal.len())
}
