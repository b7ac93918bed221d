//! JSON text that is written piece by piece, straight from the cells of rows.
//!
//! Nothing is built before it is written, so a document costs no tree beside its records, and no more room than the
//! text that has not been handed on yet. The text is what `serde_json` prints of the same values.

use std::fmt::Write as _;
use std::io;

use rayon::prelude::*;
use serde_json::Number;

use crate::column::{Cell, ColumnType, RepairRow};
use crate::schema::{Column, Row, Table};

/// Bytes of text that are handed on together, at least.
const PORTION: usize = 32 << 10;

/// Large items that are held together, at most.
const TOGETHER: usize = 16;

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonLayout {
    /// A line for each key and each item, for people.
    Indented,
    /// One line.
    Compact,
    /// One line, without the keys that have no value: it reads back the same, and takes half the room.
    Sparse,
}

/// JSON that is being written. Keys and items come in the order of the text; commas, lines and indents follow.
pub struct JsonText<'a> {
    /// What has not been handed on.
    text: String,
    sink: Option<Sink<'a>>,
    layout: JsonLayout,
    depth: usize,
    /// Something stands before in the list or object that is open.
    follows: bool,
}

/// Where the text goes, and whether it got there so far.
struct Sink<'a> {
    writer: &'a mut (dyn io::Write + Send),
    result: io::Result<()>,
}

impl Sink<'_> {
    fn take(&mut self, text: &mut String) {
        if self.result.is_ok() {
            self.result = self.writer.write_all(text.as_bytes());
        }
        text.clear();
    }
}

impl<'a> JsonText<'a> {
    /// What `content` writes, held until it is whole.
    pub fn printed(layout: JsonLayout, content: impl FnOnce(&mut JsonText<'_>)) -> String {
        let mut json = JsonText::new(layout);
        content(&mut json);
        json.text
    }

    fn new(layout: JsonLayout) -> Self {
        Self { text: String::new(), sink: None, layout, depth: 0, follows: false }
    }

    /// A text that is handed on to `writer`, object by object.
    pub fn onto(writer: &'a mut (dyn io::Write + Send), layout: JsonLayout) -> Self {
        Self { sink: Some(Sink { writer, result: Ok(()) }), ..Self::new(layout) }
    }

    /// Hands on what is left of the text.
    ///
    /// # Errors
    ///
    /// What writing it gave first.
    pub fn finish(mut self) -> io::Result<()> {
        let Some(mut sink) = self.sink.take() else { return Ok(()) };
        sink.take(&mut self.text);
        sink.result
    }

    /// Writes a newline behind the whole.
    pub fn end_line(&mut self) {
        self.text.push('\n');
    }

    fn hand_on(&mut self) {
        if let Some(sink) = self.sink.as_mut().filter(|_| self.text.len() >= PORTION) {
            sink.take(&mut self.text);
        }
    }

    /// Writes an object whose keys `content` writes.
    pub fn object(&mut self, content: impl FnOnce(&mut Self)) {
        self.nested('{', '}', content);
        self.hand_on();
    }

    /// Writes a list of one item for each of `items`.
    pub fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut item: impl FnMut(&mut Self, T)) {
        self.nested('[', ']', |json| {
            for value in items {
                json.separate();
                item(json, value);
            }
        });
    }

    /// Writes a list of many large items; some of them are written at the same time, and then held.
    pub fn list_side_by_side<T: Sync>(&mut self, items: &[T], item: impl Fn(&mut JsonText<'_>, &T) + Sync) {
        self.nested('[', ']', |json| {
            let (layout, depth) = (json.layout, json.depth);
            let write = |value: &T| {
                let mut apart = JsonText { depth, ..JsonText::new(layout) };
                item(&mut apart, value);
                apart.text
            };
            let mut written: Vec<String> = Vec::new();
            for (number, items) in items.chunks(TOGETHER).enumerate() {
                let write_all = || items.par_iter().map(write).collect();
                written = match number {
                    // Nothing waits yet, and a short list stays on its thread.
                    0 => write_all(),
                    _ => rayon::join(|| json.items(&written), write_all).1,
                };
            }
            json.items(&written);
        });
    }

    fn items(&mut self, written: &[String]) {
        for text in written {
            self.separate();
            self.text.push_str(text);
            self.hand_on();
        }
    }

    /// Begins an entry of the object that is open: its value has to come next.
    pub fn key(&mut self, key: &str) {
        self.separate();
        self.string(key);
        self.text.push_str(if self.is_indented() { ": " } else { ":" });
    }

    /// Begins an entry under a name of the schema, which has nothing to escape.
    fn name(&mut self, name: &str) {
        self.separate();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str(if self.is_indented() { "\": " } else { "\":" });
    }

    /// Writes a list of the rows of a table, under its key.
    pub fn rows(&mut self, key: &str, table: &Table, rows: &[impl Row]) {
        self.key(key);
        self.list(rows, |json, row| json.row(table, row));
    }

    /// Writes a row as an object.
    pub fn row(&mut self, table: &Table, row: &dyn Row) {
        self.object(|json| json.entries(table, row));
    }

    /// Writes the columns of a row as entries of the object that is open.
    pub fn entries(&mut self, table: &Table, row: &dyn Row) {
        for (Column { name, .. }, cell) in table.columns.iter().zip(row.cells()) {
            if self.shows(&cell) {
                self.name(name);
                self.cell(&cell);
            }
        }
    }

    /// Writes an entry of the object that is open.
    pub fn entry(&mut self, key: &str, cell: &Cell<'_>) {
        if self.shows(cell) {
            self.key(key);
            self.cell(cell);
        }
    }

    fn shows(&self, cell: &Cell<'_>) -> bool {
        self.layout != JsonLayout::Sparse || !matches!(cell, Cell::Null)
    }

    /// Writes a value.
    pub fn cell(&mut self, cell: &Cell<'_>) {
        match cell {
            Cell::Null => self.text.push_str("null"),
            Cell::Text(text) => self.string(text),
            Cell::Bool(value) => self.shown(value),
            Cell::Int(value) => self.shown(value),
            Cell::Double(value) => self.double(*value),
            Cell::Yuan(yuan) => {
                // Digits and a point: nothing to escape.
                let _ = write!(self.text, "\"{yuan}\"");
            }
            Cell::Texts(texts) => self.list(*texts, |json, text| json.string(text)),
            Cell::Repairs(repairs) => self.list(*repairs, Self::repair),
            Cell::Labelled(fields) => self.object(|json| {
                for (label, text) in fields.iter() {
                    json.entry(label, &Cell::Text(text));
                }
            }),
            Cell::Json(value) => self.laid_out(value.as_str()),
        }
    }

    fn repair(&mut self, repair: &RepairRow) {
        let RepairRow { kind, field, from, to, evidence } = repair;
        self.object(|json| {
            json.entry("kind", &kind.cell());
            json.entry("field", &field.cell());
            json.entry("from", &from.cell());
            json.entry("to", &to.cell());
            json.entry("evidence", &evidence.cell());
        });
    }

    /// Writes a value of which there is compact text: laid out anew where that is not the layout.
    fn laid_out(&mut self, compact: &str) {
        if !self.is_indented() {
            return self.text.push_str(compact);
        }
        let mut rest = compact;
        while let Some(mark) = rest.chars().next() {
            let length = match mark {
                '"' => string_length(rest),
                '{' | '[' if rest[1..].starts_with(['}', ']']) => 2,
                _ => 1,
            };
            let (piece, after) = rest.split_at(length);
            if matches!(piece, "}" | "]") {
                self.depth -= 1;
                self.begin_line();
            }
            self.text.push_str(piece);
            match piece {
                "{" | "[" => self.depth += 1,
                ":" => self.text.push(' '),
                _ => {}
            }
            if matches!(piece, "{" | "[" | ",") {
                self.begin_line();
            }
            rest = after;
        }
    }

    fn double(&mut self, value: f64) {
        match Number::from_f64(value) {
            Some(number) => self.shown(number),
            None => self.cell(&Cell::Null),
        }
    }

    fn shown(&mut self, value: impl std::fmt::Display) {
        // A string takes everything.
        let _ = write!(self.text, "{value}");
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        let mut rest = text;
        loop {
            let (plain, other) = rest.split_at(plain_length(rest.as_bytes()));
            self.text.push_str(plain);
            let mut chars = other.chars();
            let Some(special) = chars.next() else { break };
            self.escaped(special);
            rest = chars.as_str();
        }
        self.text.push('"');
    }

    fn escaped(&mut self, special: char) {
        match special {
            '"' => self.text.push_str("\\\""),
            '\\' => self.text.push_str("\\\\"),
            '\n' => self.text.push_str("\\n"),
            '\r' => self.text.push_str("\\r"),
            '\t' => self.text.push_str("\\t"),
            '\u{8}' => self.text.push_str("\\b"),
            '\u{c}' => self.text.push_str("\\f"),
            other => _ = write!(self.text, "\\u{:04x}", u32::from(other)),
        }
    }

    fn nested(&mut self, begin: char, end: char, content: impl FnOnce(&mut Self)) {
        self.text.push(begin);
        self.depth += 1;
        self.follows = false;
        content(self);
        self.depth -= 1;
        if self.follows {
            self.begin_line();
        }
        self.text.push(end);
        self.follows = true;
    }

    /// What stands between two entries or items, or before the first.
    fn separate(&mut self) {
        if self.follows {
            self.text.push(',');
        }
        self.begin_line();
        self.follows = true;
    }

    fn begin_line(&mut self) {
        const LINE: &str = "\n                                ";
        if self.is_indented() {
            let indent = 2 * self.depth;
            match LINE.get(..=indent) {
                Some(line) => self.text.push_str(line),
                None => self.text.extend(std::iter::once('\n').chain(std::iter::repeat_n(' ', indent))),
            }
        }
    }

    fn is_indented(&self) -> bool {
        self.layout == JsonLayout::Indented
    }
}

/// Bytes of the JSON string that a text begins with, with its quotation marks.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

/// How many bytes at the beginning stand for themselves. What follows them is ASCII.
fn plain_length(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<WORD>();
    let plain = WORD * words.iter().take_while(|word| is_plain(u64::from_le_bytes(**word))).count();
    plain + bytes[plain..].iter().take_while(|byte| !matches!(byte, ..0x20 | b'"' | b'\\')).count()
}

/// Bytes that are looked at together.
const WORD: usize = size_of::<u64>();

/// True where none of eight bytes has to be escaped.
fn is_plain(word: u64) -> bool {
    let all = |byte: u8| u64::from_ne_bytes([byte; WORD]);
    // The highest bit of a byte is set where the byte is less than `limit`, or where a lower byte is.
    let less = |word: u64, limit: u8| word.wrapping_sub(all(limit)) & !word;
    let found = less(word, 0x20) | less(word ^ all(b'"'), 1) | less(word ^ all(b'\\'), 1);
    found & all(0x80) == 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::CompactJson;

    fn printed(layout: JsonLayout, cell: &Cell<'_>) -> String {
        JsonText::printed(layout, |json| json.cell(cell))
    }

    #[test]
    fn texts_are_escaped_as_serde_does() {
        let mut texts: Vec<String> = (0..0x300_u32).filter_map(char::from_u32).map(String::from).collect();
        texts.extend((0..40).map(|length| "甲".repeat(length) + "\"\\"));
        texts.extend(
            (0..9).flat_map(|at| (0..0x80_u8).map(move |c| "~\u{7f}é".repeat(at) + &char::from(c).to_string() + "甲a")),
        );
        texts.extend((0..40).map(|length| "a".repeat(length) + "\u{1}" + &"b".repeat(40)));
        texts.push(texts.concat());
        for text in &texts {
            let expected = serde_json::to_string(text).unwrap();
            assert_eq!(printed(JsonLayout::Compact, &Cell::Text(text)), expected);
        }
    }

    #[test]
    fn numbers_are_printed_as_serde_does() {
        for number in [0.0, -0.0, 1.0, 0.1, 72.001, 1e15, 1e16, 1e21, 1.5e-7, f64::MAX, f64::MIN_POSITIVE, f64::NAN] {
            assert_eq!(printed(JsonLayout::Compact, &Cell::Double(number)), serde_json::to_string(&number).unwrap());
        }
        for number in [0, -1, i64::MIN, i64::MAX] {
            assert_eq!(printed(JsonLayout::Compact, &Cell::Int(number)), number.to_string());
        }
    }

    #[test]
    fn nesting_is_laid_out_as_serde_does() {
        let mut value =
            json!({"a": [], "b": {}, "c": [1, [null, true], {"d": "e,]}", "f": [[]]}], "g\"\\": {"h": {"甲": -0.5}}});
        for _ in 0..20 {
            value = json!([value, {"k": 1}]);
        }
        let compact = CompactJson::from(value.clone());
        let cell = Cell::Json(&compact);
        assert_eq!(printed(JsonLayout::Compact, &cell), serde_json::to_string(&value).unwrap());
        assert_eq!(printed(JsonLayout::Indented, &cell), serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn keys_without_a_value_can_be_left_out() {
        let printed = JsonText::printed(JsonLayout::Sparse, |json| {
            json.object(|json| {
                json.entry("a", &Cell::Null);
                json.entry("b", &Cell::Int(1));
                json.entry("c", &Cell::Null);
                json.entry("d", &Cell::Texts(&[]));
            });
        });
        assert_eq!(printed, r#"{"b":1,"d":[]}"#);
    }
}
