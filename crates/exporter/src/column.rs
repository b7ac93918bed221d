//! The types that a column can have, and one cell of a row in a form that every writer understands.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::compact::CompactJson;
use crate::json::{JsonLayout, JsonText};

/// Type of a column, independent of the file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// True or false.
    Bool,
    /// 16-bit whole number.
    Int16,
    /// 32-bit whole number.
    Int32,
    /// 64-bit whole number.
    Int64,
    /// 64-bit floating point number.
    Double,
    /// Exact amount in yuan with two decimals: decimal(18,2).
    Yuan,
    /// List of texts.
    Texts,
    /// List of repairs: struct of `kind`, `field`, `from`, `to`, `evidence`.
    Repairs,
    /// Map from label to text, in the order of the source.
    Labelled,
    /// A JSON value: nested in JSON, JSON text elsewhere.
    Json,
}

impl Kind {
    /// The name of the type in the data dictionary.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Bool => "boolean",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Double => "double",
            Self::Yuan => "decimal(18,2)",
            Self::Texts => "list<text>",
            Self::Repairs => "list<struct<kind,field,from,to,evidence>>",
            Self::Labelled => "map<text,text>",
            Self::Json => "json",
        }
    }
}

/// One value of one row, borrowed from its record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Missing.
    Null,
    /// See [`Kind::Text`].
    Text(&'a str),
    /// See [`Kind::Bool`].
    Bool(bool),
    /// See [`Kind::Int16`], [`Kind::Int32`] and [`Kind::Int64`].
    Int(i64),
    /// See [`Kind::Double`].
    Double(f64),
    /// See [`Kind::Yuan`].
    Yuan(Yuan),
    /// See [`Kind::Texts`].
    Texts(&'a [String]),
    /// See [`Kind::Repairs`].
    Repairs(&'a [RepairRow]),
    /// See [`Kind::Labelled`].
    Labelled(&'a Labelled),
    /// See [`Kind::Json`].
    Json(&'a CompactJson),
}

impl Cell<'_> {
    /// The cell as one text, for formats without nesting: lists, maps and JSON become compact JSON text.
    /// `None` for a missing value.
    pub fn flat(&self) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Text(text) => (*text).to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Double(value) => value.to_string(),
            Self::Yuan(value) => value.to_string(),
            Self::Json(value) => value.as_str().to_owned(),
            Self::Texts(_) | Self::Repairs(_) | Self::Labelled(_) => self.compact_json(),
        })
    }

    fn compact_json(&self) -> String {
        JsonText::printed(JsonLayout::Compact, |json| json.cell(self))
    }

    /// Roughly the bytes that the cell takes in memory: the same everywhere, so that what depends on it is, too.
    pub(crate) fn weight(&self) -> usize {
        const NUMBER: usize = 8;
        match self {
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Double(_) | Self::Yuan(_) => NUMBER,
            Self::Text(text) => text.len(),
            Self::Texts(all) => all.iter().map(String::len).sum(),
            Self::Repairs(repairs) => repairs.iter().map(RepairRow::weight).sum(),
            Self::Labelled(fields) => fields.iter().map(|(label, text)| label.len() + text.len()).sum(),
            Self::Json(value) => value.as_str().len(),
        }
    }
}

/// A Rust type that can stand in a column.
pub trait ColumnType {
    /// Type of the column.
    const KIND: Kind;
    /// Whether a value can be missing.
    const NULLABLE: bool = false;
    /// The value as a cell.
    fn cell(&self) -> Cell<'_>;
}

impl<T: ColumnType> ColumnType for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;

    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, T::cell)
    }
}

macro_rules! column_types {
    ($($type:ty, $kind:ident, $self:ident => $cell:expr;)*) => { $(
        impl ColumnType for $type {
            const KIND: Kind = Kind::$kind;

            fn cell(&$self) -> Cell<'_> {
                $cell
            }
        }
    )* };
}

column_types! {
    String, Text, self => Cell::Text(self);
    bool, Bool, self => Cell::Bool(*self);
    i16, Int16, self => Cell::Int((*self).into());
    i32, Int32, self => Cell::Int((*self).into());
    i64, Int64, self => Cell::Int(*self);
    f64, Double, self => Cell::Double(*self);
    Yuan, Yuan, self => Cell::Yuan(*self);
    Vec<String>, Texts, self => Cell::Texts(self);
    Vec<RepairRow>, Repairs, self => Cell::Repairs(self);
    Labelled, Labelled, self => Cell::Labelled(self);
    CompactJson, Json, self => Cell::Json(self);
}

/// An exact amount: yuan with two decimals, at most 18 digits in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Yuan(i64);

impl Yuan {
    /// Digits in all.
    pub const PRECISION: u8 = 18;
    /// Digits after the point.
    pub const SCALE: i8 = 2;

    /// An amount in fen; `None` where it has more than 18 digits.
    pub fn from_fen(fen: i128) -> Option<Self> {
        let fen = i64::try_from(fen).ok()?;
        (fen.unsigned_abs() < 10_u64.pow(Self::PRECISION.into())).then_some(Self(fen))
    }

    /// The amount in fen.
    pub fn fen(self) -> i64 {
        self.0
    }

    /// The amount in 万元, as the nearest double.
    pub fn wan(self) -> f64 {
        self.0 as f64 / 1e6
    }

    fn parse(text: &str) -> Option<Self> {
        let (whole, cents) = text.split_once('.')?;
        if cents.len() != 2 || !cents.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Self::from_fen(format!("{whole}{cents}").parse().ok()?)
    }
}

impl fmt::Display for Yuan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

impl Serialize for Yuan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Yuan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("{text:?} is not an amount with two decimals")))
    }
}

/// One departure from what was printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairRow {
    /// What was done.
    pub kind: String,
    /// The column that was repaired.
    pub field: String,
    /// What was printed.
    pub from: Option<String>,
    /// What it became.
    pub to: Option<String>,
    /// What speaks for it.
    pub evidence: String,
}

impl RepairRow {
    fn weight(&self) -> usize {
        let Self { kind, field, from, to, evidence } = self;
        let texts = [Some(kind), Some(field), from.as_ref(), to.as_ref(), Some(evidence)];
        texts.into_iter().flatten().map(String::len).sum()
    }
}

/// Texts by their label, in the order of the source; labels are made unique.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labelled(Vec<(String, String)>);

impl Labelled {
    /// Collects labels and texts. A label that comes again gets a number: `备注`, `备注 (2)`.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (label, text) in pairs {
            let taken = |name: &str| fields.iter().any(|(known, _)| known == name);
            let mut name = label.to_owned();
            let mut again = 2;
            while taken(&name) {
                name = format!("{label} ({again})");
                again += 1;
            }
            fields.push((name, text.to_owned()));
        }
        Self(fields)
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Labels and texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(label, text)| (label.as_str(), text.as_str()))
    }
}

impl Serialize for Labelled {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (label, text) in &self.0 {
            map.serialize_entry(label, text)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Labelled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Labelled;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from label to text")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labelled, A::Error> {
                let mut fields = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    fields.push(pair);
                }
                Ok(Labelled(fields))
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_prints_and_parses_back() {
        for (fen, text) in [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (-12_345, "-123.45"),
            (999_999_999_999_999_999, "9999999999999999.99"),
        ] {
            let yuan = Yuan::from_fen(fen).unwrap();
            assert_eq!(yuan.to_string(), text);
            assert_eq!(serde_json::from_value::<Yuan>(text.into()).unwrap(), yuan);
        }
    }

    #[test]
    fn yuan_refuses_what_the_column_cannot_hold() {
        assert_eq!(Yuan::from_fen(1_000_000_000_000_000_000), None);
        assert_eq!(Yuan::from_fen(i128::MAX), None);
        for text in ["1", "1.2", "1.234", "a.00", "1.-2", "99999999999999999.00"] {
            assert!(serde_json::from_value::<Yuan>(text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn labels_stay_unique_and_in_order() {
        let fields = Labelled::new([("备注", "一"), ("联系人", "甲"), ("备注", "二"), ("备注", "三")]);
        let json = serde_json::to_string(&fields).unwrap();
        assert_eq!(json, r#"{"备注":"一","联系人":"甲","备注 (2)":"二","备注 (3)":"三"}"#);
        assert_eq!(serde_json::from_str::<Labelled>(&json).unwrap(), fields);
    }
}
