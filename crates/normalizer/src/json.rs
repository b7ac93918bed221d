//! A value as a JSON object: the keys of the schema in its order, absent ones left out.

use std::fmt::Display;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use smol_str::SmolStr;

use crate::enrich::{Enriched, Enrichment, InferredUnit, Resolved};
use crate::value::{AnchorSide, Bound, Change, Class, ComparatorSource, Dimension, Edge, Flag, Relation, Text, Value};

impl Value {
    /// The JSON object with the keys of the schema, in its order; absent keys are left out.
    pub fn to_json(&self) -> Json {
        tree(self)
    }
}

impl Enrichment {
    /// The JSON object with the keys `inferred_unit` and `resolved`; absent keys are left out.
    pub fn to_json(&self) -> Json {
        tree(self)
    }
}

fn tree(object: &impl Serialize) -> Json {
    // Objects of texts with texts for keys: nothing can fail.
    serde_json::to_value(object).unwrap_or_default()
}

/// What is written as an object that leaves out what is absent.
trait Keyed {
    fn write<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error>;
}

macro_rules! objects {
    ($($type:ty),*) => { $(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut object = Object(serializer.serialize_map(None)?);
                self.write(&mut object)?;
                object.0.end()
            }
        }
    )* };
}

objects!(Value, Enrichment, Enriched, Part<'_>, Bound, Change, InferredUnit, Resolved);

/// A JSON object that is being written.
struct Object<M>(M);

impl<M: SerializeMap> Object<M> {
    fn word(&mut self, key: &'static str, word: &str) -> Result<(), M::Error> {
        self.0.serialize_entry(key, word)
    }

    fn opt(&mut self, key: &'static str, word: Option<&str>) -> Result<(), M::Error> {
        word.map_or(Ok(()), |word| self.word(key, word))
    }

    fn text(&mut self, key: &'static str, text: Option<&Text>) -> Result<(), M::Error> {
        self.opt(key, text.map(SmolStr::as_str))
    }

    fn shown(&mut self, key: &'static str, item: Option<impl Display>) -> Result<(), M::Error> {
        item.map_or(Ok(()), |item| self.0.serialize_entry(key, &Shown(item)))
    }

    fn list(&mut self, key: &'static str, items: &[impl Display]) -> Result<(), M::Error> {
        if items.is_empty() { Ok(()) } else { self.0.serialize_entry(key, &List(items)) }
    }

    fn nested(&mut self, key: &'static str, object: Option<&impl Serialize>) -> Result<(), M::Error> {
        object.map_or(Ok(()), |object| self.0.serialize_entry(key, object))
    }
}

/// A text that is what something prints as.
struct Shown<T>(T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A list of such texts.
struct List<'a, T>(&'a [T]);

impl<T: Display> Serialize for List<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Shown))
    }
}

impl Keyed for Value {
    fn write<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        self.write_number(object)?;
        self.write_unit(object)?;
        self.write_time(object)?;
        self.write_words(object)
    }
}

impl Value {
    fn write_number<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.word("kind", self.kind.as_str())?;
        object.word("comparator", self.comparator.as_str())?;
        object.opt("comparator_source", self.comparator_source.map(ComparatorSource::as_str))?;
        object.text("comparator_text", self.comparator_text.as_ref())?;
        object.shown("value", self.value)?;
        object.text("value_as_written", self.value_as_written.as_ref())?;
        object.text("magnitude", self.magnitude.as_ref())?;
        object.nested("lower", self.lower.as_deref())?;
        object.nested("upper", self.upper.as_deref())?;
        object.text("separator", self.separator.as_ref())?;
        object.list("terms", &self.terms)
    }

    fn write_unit<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.text("unit_text", self.unit_text.as_ref())?;
        object.text("unit", self.unit.as_ref())?;
        object.opt("dimension", self.dimension.map(Dimension::as_str))?;
        object.list("per", &self.per)?;
        object.text("currency", self.currency.as_ref())
    }

    fn write_time<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.shown("date", self.date)?;
        object.opt("edge", self.edge.map(Edge::as_str))?;
        object.opt("relation", self.relation.map(Relation::as_str))?;
        object.text("anchor", self.anchor.as_ref())?;
        object.opt("anchor_side", self.anchor_side.map(AnchorSide::as_str))?;
        object.shown("start", self.start)?;
        object.shown("end", self.end)?;
        object.text("named", self.named.as_ref())?;
        object.text("recurrence", self.recurrence.as_ref())?;
        object.text("recurrence_text", self.recurrence_text.as_ref())?;
        object.nested("change", self.change.as_deref())
    }

    fn write_words<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.text("refers_to", self.refers_to.as_ref())?;
        let parts: Vec<Part<'_>> = self.parts.iter().map(Part).collect();
        object.nested("parts", Some(&parts).filter(|parts| !parts.is_empty()))?;
        object.list("joiners", &self.joiners)?;
        object.text("before", self.before.as_ref())?;
        object.text("after", self.after.as_ref())?;
        object.text("between", self.between.as_ref())?;
        object.text("per_text", self.per_text.as_ref())?;
        object.text("approx_text", self.approx_text.as_ref())?;
        let flags: Vec<&str> = self.flags.iter().map(Flag::as_str).collect();
        object.list("flags", &flags)?;
        object.text("repaired", self.repaired.as_ref())?;
        object.opt("class", self.class.map(Class::as_str))
    }
}

/// A part of a compound: a value with its text.
struct Part<'a>(&'a Value);

impl Keyed for Part<'_> {
    fn write<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.word("text", &self.0.text)?;
        self.0.write(object)
    }
}

impl Keyed for Bound {
    fn write<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.shown("value", Some(self.value))?;
        object.0.serialize_entry("inclusive", &self.inclusive)?;
        object.text("as_written", self.as_written.as_ref())?;
        object.text("magnitude", self.magnitude.as_ref())
    }
}

impl Keyed for Change {
    fn write<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.word("direction", self.direction.as_str())?;
        object.word("mode", self.mode.as_str())?;
        object.text("basis", self.basis.as_ref())
    }
}

impl Keyed for Enriched {
    /// The keys of the value and of what the form adds to it never meet.
    fn write<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        self.value.write(object)?;
        self.enrichment.write(object)
    }
}

impl Keyed for Enrichment {
    fn write<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.nested("inferred_unit", self.inferred_unit.as_ref())?;
        object.nested("resolved", self.resolved.as_ref())
    }
}

impl Keyed for InferredUnit {
    fn write<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.word("unit", &self.unit)?;
        object.shown("factor", self.factor)?;
        object.shown("value", self.value)?;
        object.word("evidence", &self.evidence)
    }
}

impl Keyed for Resolved {
    fn write<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.shown("date", self.date)?;
        object.shown("start", self.start)?;
        object.shown("end", self.end)?;
        object.word("evidence", &self.evidence)
    }
}
