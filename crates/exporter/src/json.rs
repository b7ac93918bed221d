//! JSON text that is written piece by piece, straight from the cells of rows.
//!
//! Nothing is built before it is written, so a document costs no tree beside its records, and no more room than the
//! text that has not been handed on yet. The text is what `serde_json` prints of the same values.

use std::fmt::Write as _;
use std::io;

use rayon::prelude::*;

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
    fn take(&mut self, text: &str) {
        if self.result.is_ok() {
            self.result = self.writer.write_all(text.as_bytes());
        }
    }
}

/// A row without a value, laid out: what all rows of a table have in common. It is made once and copied in long pieces.
pub(crate) struct BlankRow {
    /// `null` under each key, and a comma before each.
    text: String,
    /// Where the entry of each column ends.
    ends: Vec<usize>,
}

/// What stands for a value that is missing.
const NULL: &str = "null";

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
        sink.take(&self.text);
        sink.result
    }

    /// Writes a newline behind the whole.
    pub fn end_line(&mut self) {
        self.text.push('\n');
    }

    fn hand_on(&mut self) {
        if let Some(sink) = self.sink.as_mut().filter(|_| self.text.len() >= PORTION) {
            sink.take(&self.text);
            self.text.clear();
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
            // Two for each thread keep all of them at work; more would only take more memory.
            let together = TOGETHER.min(2 * rayon::current_num_threads());
            let mut written: Vec<String> = Vec::new();
            for (number, items) in items.chunks(together).enumerate() {
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
            self.item(text);
        }
    }

    /// Adds what is written already. Where there is enough of it, it is handed on from where it is.
    fn item(&mut self, written: &str) {
        if let Some(sink) = self.sink.as_mut().filter(|_| written.len() >= PORTION) {
            sink.take(&self.text);
            sink.take(written);
            self.text.clear();
        } else {
            self.text.push_str(written);
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
        if rows.is_empty() {
            return self.list(rows, |_, _| {});
        }
        let blank = BlankRow::new(table, self.layout, self.depth + 2);
        // Values take up some of the room of the missing ones, and usually half as much again.
        self.text.reserve(rows.len() * blank.text.len() * 3 / 2);
        self.list(rows, |json, row| json.row(&blank, row));
    }

    /// Writes a row as an object.
    pub(crate) fn row(&mut self, blank: &BlankRow, row: &dyn Row) {
        self.object(|json| json.filled(blank, row));
    }

    /// Writes the columns of a row as entries of the object that is open.
    pub fn entries(&mut self, table: &Table, row: &dyn Row) {
        self.filled(&BlankRow::new(table, self.layout, self.depth), row);
    }

    fn filled(&mut self, blank: &BlankRow, row: &dyn Row) {
        let mut filling = FilledRow { json: self, blank, column: 0, copied: 0 };
        row.fill(&mut filling);
        filling.end();
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
            Cell::Null => self.text.push_str(NULL),
            Cell::Text(text) => self.string(text),
            Cell::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Cell::Int(value) => self.text.push_str(itoa::Buffer::new().format(*value)),
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
        while let Some(at) = next_mark(rest.as_bytes()) {
            let (before, from_mark) = rest.split_at(at);
            let (mark, after) = from_mark.split_at(1);
            match mark {
                "}" | "]" => {
                    self.text.push_str(before);
                    self.depth -= 1;
                    self.begin_line();
                    self.text.push_str(mark);
                }
                _ => {
                    self.text.push_str(&rest[..=at]);
                    self.after_mark(mark);
                }
            }
            rest = after;
        }
        self.text.push_str(rest);
    }

    /// Sets apart what comes behind a mark of JSON from it.
    fn after_mark(&mut self, mark: &str) {
        if mark == ":" {
            return self.text.push(' ');
        }
        self.depth += usize::from(mark != ",");
        self.begin_line();
    }

    fn double(&mut self, value: f64) {
        if value.is_finite() {
            self.text.push_str(zmij::Buffer::new().format_finite(value));
        } else {
            self.text.push_str(NULL);
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        if is_plain(text.as_bytes()) {
            self.text.push_str(text);
        } else {
            self.escape(text);
        }
        self.text.push('"');
    }

    fn escape(&mut self, text: &str) {
        let mut rest = text;
        loop {
            let (plain, other) = rest.split_at(plain_length(rest.as_bytes()));
            self.text.push_str(plain);
            let mut chars = other.chars();
            let Some(special) = chars.next() else { break };
            self.escaped(special);
            rest = chars.as_str();
        }
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

/// A row that is being written, cell by cell. What stands between two values that are there is copied together.
pub struct FilledRow<'j, 'w> {
    json: &'j mut JsonText<'w>,
    blank: &'j BlankRow,
    /// The column whose cell comes next.
    column: usize,
    /// So much of the blank row is written.
    copied: usize,
}

impl FilledRow<'_, '_> {
    /// Takes the cell of the next column.
    #[inline]
    pub fn cell(&mut self, cell: Cell<'_>) {
        if !matches!(cell, Cell::Null) {
            self.value(&cell);
        }
        self.column += 1;
    }

    fn value(&mut self, cell: &Cell<'_>) {
        if self.is_sparse() {
            self.copied = self.column.checked_sub(1).map_or(0, |before| self.end_of(before));
        }
        let end = self.end_of(self.column);
        self.copy(end.saturating_sub(NULL.len()));
        self.json.cell(cell);
        self.copied = end;
    }

    fn end(mut self) {
        if !self.is_sparse() {
            self.copy(self.blank.text.len());
        }
    }

    fn copy(&mut self, end: usize) {
        // The first entry has no comma before it.
        let begin = self.copied + usize::from(!self.json.follows);
        self.json.text.push_str(self.blank.text.get(begin..end).unwrap_or_default());
        self.json.follows = true;
    }

    fn end_of(&self, column: usize) -> usize {
        self.blank.ends.get(column).copied().unwrap_or(self.blank.text.len())
    }

    fn is_sparse(&self) -> bool {
        self.json.layout == JsonLayout::Sparse
    }
}

impl BlankRow {
    /// The row of a table as it stands in an object at a depth.
    pub(crate) fn new(table: &Table, layout: JsonLayout, depth: usize) -> Self {
        let mut json = JsonText { depth, follows: true, ..JsonText::new(layout) };
        let end = |Column { name, .. }: &Column| {
            json.name(name);
            json.text.push_str(NULL);
            json.text.len()
        };
        let ends = table.columns.iter().map(end).collect();
        Self { text: json.text, ends }
    }
}

/// Where the next mark of compact JSON stands that another layout sets apart: none in a text, and no empty list.
fn next_mark(json: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match json.get(at..)? {
            [b'"', ..] => at += string_length(&json[at..]),
            [b'{' | b'[', b'}' | b']', ..] => at += 2,
            [b'{' | b'[' | b'}' | b']' | b',' | b':', ..] => return Some(at),
            [_, ..] => at += 1,
            [] => return None,
        }
    }
}

/// Bytes of the JSON string that a text begins with, with its quotation marks.
fn string_length(json: &[u8]) -> usize {
    let mut at = 1;
    loop {
        match json.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return json.len(),
        }
    }
}

/// True where all bytes stand for themselves. Bytes are looked at in blocks; the last may begin in the one before.
fn is_plain(bytes: &[u8]) -> bool {
    if let Some(last) = bytes.last_chunk::<16>() {
        return bytes.as_chunks::<16>().0.iter().all(is_plain_block) && is_plain_block(last);
    }
    match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => is_plain_block(first) && is_plain_block(last),
        _ => bytes.iter().all(|&byte| is_plain_byte(byte)),
    }
}

/// Without a branch for each byte, so that the bytes are compared side by side.
#[inline]
fn is_plain_block<const SIZE: usize>(block: &[u8; SIZE]) -> bool {
    block.iter().fold(0, |found, &byte| found | u8::from(!is_plain_byte(byte))) == 0
}

#[inline]
fn is_plain_byte(byte: u8) -> bool {
    !matches!(byte, ..0x20 | b'"' | b'\\')
}

/// How many bytes at the beginning stand for themselves. What follows them is ASCII.
fn plain_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_plain_byte(**byte)).count()
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
