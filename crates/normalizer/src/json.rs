//! A value as a JSON object: the keys of the schema in its order, absent ones left out.

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use crate::value::{AnchorSide, Bound, Change, Class, ComparatorSource, Dimension, Edge, Relation, Text, Value};

impl Value {
    /// The JSON object with the keys of the schema, in its order; absent keys are left out.
    pub fn to_json(&self) -> Json {
        let mut object = Object(Map::new());
        self.write_number(&mut object);
        self.write_unit(&mut object);
        self.write_time(&mut object);
        self.write_words(&mut object);
        Json::Object(object.0)
    }

    fn write_number(&self, object: &mut Object) {
        object.word("kind", self.kind.as_str());
        object.word("comparator", self.comparator.as_str());
        object.opt("comparator_source", self.comparator_source.map(ComparatorSource::as_str));
        object.text("comparator_text", self.comparator_text.as_ref());
        object.shown("value", self.value);
        object.text("value_as_written", self.value_as_written.as_ref());
        object.text("magnitude", self.magnitude.as_ref());
        object.bound("lower", self.lower.as_deref());
        object.bound("upper", self.upper.as_deref());
        object.text("separator", self.separator.as_ref());
        object.list("terms", self.terms.iter().map(ToString::to_string));
    }

    fn write_unit(&self, object: &mut Object) {
        object.text("unit_text", self.unit_text.as_ref());
        object.text("unit", self.unit.as_ref());
        object.opt("dimension", self.dimension.map(Dimension::as_str));
        object.list("per", self.per.iter().map(ToString::to_string));
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
        if let Some(change) = &self.change {
            object.0.insert("change".to_owned(), change.to_json());
        }
    }

    fn write_words(&self, object: &mut Object) {
        object.text("refers_to", self.refers_to.as_ref());
        if !self.parts.is_empty() {
            let parts = self.parts.iter().map(Self::to_part_json).collect();
            object.0.insert("parts".to_owned(), parts);
        }
        object.list("joiners", self.joiners.iter().map(ToString::to_string));
        object.text("before", self.before.as_ref());
        object.text("after", self.after.as_ref());
        object.text("between", self.between.as_ref());
        object.text("per_text", self.per_text.as_ref());
        object.text("approx_text", self.approx_text.as_ref());
        object.list("flags", self.flags.iter().map(|flag| flag.as_str().to_owned()));
        object.text("repaired", self.repaired.as_ref());
        object.opt("class", self.class.map(Class::as_str));
    }

    fn to_part_json(&self) -> Json {
        let mut map = Map::new();
        map.insert("text".to_owned(), Json::from(self.text.as_str()));
        if let Json::Object(rest) = self.to_json() {
            map.extend(rest);
        }
        Json::Object(map)
    }
}

impl Change {
    fn to_json(&self) -> Json {
        let mut object = Object(Map::new());
        object.word("direction", self.direction.as_str());
        object.word("mode", self.mode.as_str());
        object.text("basis", self.basis.as_ref());
        Json::Object(object.0)
    }
}

/// A JSON object that leaves out what is absent.
struct Object(Map<String, Json>);

impl Object {
    fn word(&mut self, key: &str, word: &str) {
        self.0.insert(key.to_owned(), Json::from(word));
    }

    fn opt(&mut self, key: &str, word: Option<&str>) {
        if let Some(word) = word {
            self.word(key, word);
        }
    }

    fn text(&mut self, key: &str, text: Option<&Text>) {
        self.opt(key, text.map(SmolStr::as_str));
    }

    fn shown(&mut self, key: &str, item: Option<impl ToString>) {
        if let Some(item) = item {
            self.word(key, &item.to_string());
        }
    }

    fn list(&mut self, key: &str, items: impl Iterator<Item = String>) {
        let items: Vec<Json> = items.map(Json::from).collect();
        if !items.is_empty() {
            self.0.insert(key.to_owned(), Json::from(items));
        }
    }

    fn bound(&mut self, key: &str, bound: Option<&Bound>) {
        let Some(bound) = bound else { return };
        let mut object = Self(Map::new());
        object.word("value", &bound.value.to_string());
        object.0.insert("inclusive".to_owned(), Json::from(bound.inclusive));
        object.text("as_written", bound.as_written.as_ref());
        object.text("magnitude", bound.magnitude.as_ref());
        self.0.insert(key.to_owned(), Json::Object(object.0));
    }
}
