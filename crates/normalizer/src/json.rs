//! A value as a JSON object: the keys of the schema in its order, absent ones left out.
//!
//! It is written as text, key by key: every value that is read is kept in this form, and a general serializer would
//! cost more than reading the value does.

use std::fmt::{Display, Write as _};

use serde_json::Value as Json;
use smol_str::SmolStr;

use crate::enrich::{Enriched, Enrichment, InferredUnit, Resolved};
use crate::value::{AnchorSide, Bound, Change, Class, ComparatorSource, Dimension, Edge, Flag, Relation, Text, Value};

/// Room for nearly every value as JSON.
const USUAL_LENGTH: usize = 192;

impl Value {
    /// The JSON object with the keys of the schema, in its order; absent keys are left out.
    pub fn to_json(&self) -> Json {
        tree(self)
    }

    /// The same object as compact text.
    pub(crate) fn json_text(&self) -> String {
        text(self)
    }
}

impl Enrichment {
    /// The JSON object with the keys `inferred_unit` and `resolved`; absent keys are left out.
    pub fn to_json(&self) -> Json {
        tree(self)
    }
}

impl Enriched {
    /// The JSON object with the keys of the value and of what the form adds to it, as compact text.
    pub fn json_text(&self) -> String {
        let mut text = self.value.json().to_owned();
        if !self.enrichment.is_empty() {
            // Their keys never meet: the object goes on.
            text.pop();
            let mut object = Object(text);
            self.enrichment.write(&mut object);
            text = object.0;
            text.push('}');
        }
        text
    }
}

fn tree(object: &impl Keyed) -> Json {
    // What was written is an object: nothing can fail.
    serde_json::from_str(&text(object)).unwrap_or_default()
}

fn text(object: &impl Keyed) -> String {
    let mut written = Object(String::with_capacity(USUAL_LENGTH));
    written.object(object);
    written.0
}

/// What is written as an object that leaves out what is absent.
trait Keyed {
    fn write(&self, object: &mut Object);
}

/// The text of a JSON object that is being written.
struct Object(String);

impl Object {
    fn object(&mut self, object: &impl Keyed) {
        self.0.push('{');
        object.write(self);
        self.0.push('}');
    }

    /// Begins an entry of the object that is open.
    fn key(&mut self, key: &'static str) {
        // No value ends like an object that has just been opened.
        let comma = if self.0.ends_with('{') { "\"" } else { ",\"" };
        self.0.push_str(comma);
        self.0.push_str(key);
        self.0.push_str("\":");
    }

    fn string(&mut self, text: &str) {
        if text.bytes().all(|byte| !matches!(byte, ..b' ' | b'"' | b'\\')) {
            self.0.push('"');
            self.0.push_str(text);
            self.0.push('"');
        } else {
            self.0.push_str(&Json::from(text).to_string());
        }
    }

    /// A number or a date: nothing of it has to be escaped.
    fn figure(&mut self, figure: &impl Display) {
        // A string takes everything.
        let _ = write!(self.0, "\"{figure}\"");
    }

    fn word(&mut self, key: &'static str, word: &str) {
        self.key(key);
        self.string(word);
    }

    fn opt(&mut self, key: &'static str, word: Option<&str>) {
        if let Some(word) = word {
            self.word(key, word);
        }
    }

    fn text(&mut self, key: &'static str, text: Option<&Text>) {
        self.opt(key, text.map(SmolStr::as_str));
    }

    fn shown(&mut self, key: &'static str, figure: Option<impl Display>) {
        if let Some(figure) = figure {
            self.key(key);
            self.figure(&figure);
        }
    }

    fn list<T>(&mut self, key: &'static str, items: impl IntoIterator<Item = T>, mut item: impl FnMut(&mut Self, T)) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return;
        }
        self.key(key);
        self.0.push('[');
        while let Some(next) = items.next() {
            item(self, next);
            self.0.push(if items.peek().is_some() { ',' } else { ']' });
        }
    }

    fn nested(&mut self, key: &'static str, object: Option<&impl Keyed>) {
        if let Some(object) = object {
            self.key(key);
            self.object(object);
        }
    }
}

impl Keyed for Value {
    fn write(&self, object: &mut Object) {
        self.write_number(object);
        self.write_unit(object);
        self.write_time(object);
        self.write_words(object);
    }
}

impl Value {
    fn write_number(&self, object: &mut Object) {
        object.word("kind", self.kind.as_str());
        object.word("comparator", self.comparator.as_str());
        object.opt("comparator_source", self.comparator_source.map(ComparatorSource::as_str));
        object.text("comparator_text", self.comparator_text.as_ref());
        object.shown("value", self.value);
        object.text("value_as_written", self.value_as_written.as_ref());
        object.text("magnitude", self.magnitude.as_ref());
        object.nested("lower", self.lower.as_deref());
        object.nested("upper", self.upper.as_deref());
        object.text("separator", self.separator.as_ref());
        object.list("terms", &self.terms, Object::figure);
    }

    fn write_unit(&self, object: &mut Object) {
        object.text("unit_text", self.unit_text.as_ref());
        object.text("unit", self.unit.as_ref());
        object.opt("dimension", self.dimension.map(Dimension::as_str));
        object.list("per", self.per.iter().map(SmolStr::as_str), Object::string);
        object.text("currency", self.currency.as_ref());
    }

    fn write_time(&self, object: &mut Object) {
        object.shown("date", self.date);
        object.opt("edge", self.edge.map(Edge::as_str));
        object.opt("relation", self.relation.map(Relation::as_str));
        object.text("anchor", self.anchor.as_ref());
        object.opt("anchor_side", self.anchor_side.map(AnchorSide::as_str));
        object.shown("start", self.start);
        object.shown("end", self.end);
        object.text("named", self.named.as_ref());
        object.text("recurrence", self.recurrence.as_ref());
        object.text("recurrence_text", self.recurrence_text.as_ref());
        object.nested("change", self.change.as_deref());
    }

    fn write_words(&self, object: &mut Object) {
        object.text("refers_to", self.refers_to.as_ref());
        object.list("parts", self.parts.iter().map(Part), |object, part| object.object(&part));
        object.list("joiners", self.joiners.iter().map(SmolStr::as_str), Object::string);
        object.text("before", self.before.as_ref());
        object.text("after", self.after.as_ref());
        object.text("between", self.between.as_ref());
        object.text("per_text", self.per_text.as_ref());
        object.text("approx_text", self.approx_text.as_ref());
        object.list("flags", self.flags.iter().map(Flag::as_str), Object::string);
        object.text("repaired", self.repaired.as_ref());
        object.opt("class", self.class.map(Class::as_str));
    }
}

/// A part of a compound: a value with its text.
struct Part<'a>(&'a Value);

impl Keyed for Part<'_> {
    fn write(&self, object: &mut Object) {
        object.word("text", &self.0.text);
        self.0.write(object);
    }
}

impl Keyed for Bound {
    fn write(&self, object: &mut Object) {
        object.shown("value", Some(self.value));
        object.key("inclusive");
        object.0.push_str(if self.inclusive { "true" } else { "false" });
        object.text("as_written", self.as_written.as_ref());
        object.text("magnitude", self.magnitude.as_ref());
    }
}

impl Keyed for Change {
    fn write(&self, object: &mut Object) {
        object.word("direction", self.direction.as_str());
        object.word("mode", self.mode.as_str());
        object.text("basis", self.basis.as_ref());
    }
}

impl Keyed for Enrichment {
    fn write(&self, object: &mut Object) {
        object.nested("inferred_unit", self.inferred_unit.as_ref());
        object.nested("resolved", self.resolved.as_ref());
    }
}

impl Keyed for InferredUnit {
    fn write(&self, object: &mut Object) {
        object.word("unit", &self.unit);
        object.shown("factor", self.factor);
        object.shown("value", self.value);
        object.word("evidence", &self.evidence);
    }
}

impl Keyed for Resolved {
    fn write(&self, object: &mut Object) {
        object.shown("date", self.date);
        object.shown("start", self.start);
        object.shown("end", self.end);
        object.word("evidence", &self.evidence);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Context, Enriched, enrich, parse};

    fn written(text: &str) -> String {
        let value = parse(text);
        let enrichment = enrich(&value, &Context { fiscal_year: Some(2023), ..Context::default() });
        Enriched { value: value.into(), enrichment }.json_text()
    }

    #[test]
    fn texts_are_the_compact_json_of_their_tree() {
        for text in
            ["≥95%", "20-30人", "12月31日前", "1:3", "培训2次，参加40人次", "降低5%", "符合\"标准\"\\\n要求", ""]
        {
            let json = written(text);
            assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap().to_string(), json);
        }
    }

    #[test]
    fn keys_come_in_the_order_of_the_schema() {
        let expected = concat!(
            r#"{"kind":"deadline","comparator":"le","comparator_source":"written","comparator_text":"前","#,
            r#""date":"--12-31","relation":"before","#,
            r#""resolved":{"date":"2023-12-31","evidence":"form year (2023年度)"}}"#
        );
        assert_eq!(written("12月31日前"), expected);
        let residue = written("≥95%\u{1}\"");
        assert!(residue.ends_with(r#""after":"\u0001\""}"#), "{residue}");
    }
}
