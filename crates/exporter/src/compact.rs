//! A JSON value that is kept as its text: it is written far more often than it is looked into.

use jixiao_normalizer::Enriched;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use serde_json::Value;

/// A JSON value as compact text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactJson(Box<str>);

impl CompactJson {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value, to look into.
    pub fn value(&self) -> Value {
        // The text was made of a value.
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl From<&Enriched> for CompactJson {
    fn from(value: &Enriched) -> Self {
        Self(value.json_text().into())
    }
}

impl From<Value> for CompactJson {
    fn from(value: Value) -> Self {
        Self(value.to_string().into())
    }
}

impl Serialize for CompactJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<Value>(&self.0).map_err(ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for CompactJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        for value in [json!(null), json!("甲\"\n"), json!({"b": [1, 0.5, true], "a": {}})] {
            let compact = CompactJson::from(value.clone());
            assert_eq!(compact.value(), value);
            assert_eq!(serde_json::to_value(&compact).unwrap(), value);
            let spaced = serde_json::to_string_pretty(&value).unwrap();
            assert_eq!(serde_json::from_str::<CompactJson>(&spaced).unwrap(), compact);
        }
    }
}
