//! Bytes of a text file → paragraphs and delimited tables.
//!
//! The text is somebody's rendering of printed pages: a tab between cells, a blank line where a page ended, `<p>` tags
//! around the paragraphs of some cells.
//! A page break inside a table does not end it; a line without a tab does.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};
use jixiao_model::{Block, Cell, Limits, Line, Origin, Place, ReadError, Reading, Row, Table, count_bytes};

/// Reads a text (UTF-8 with or without BOM, GB18030, UTF-16 with BOM; LF or CRLF) into paragraphs and delimited tables.
///
/// # Errors
/// [`ReadError::NotReadable`] for an empty file, a binary file or an unknown encoding; [`ReadError::OverLimit`].
pub fn read_text(bytes: &[u8], limits: &Limits) -> Result<Reading, ReadError> {
    check_size("the size of the file in bytes", bytes.len() as u64, limits.bytes, "--limit-bytes")?;
    let text = decode(bytes)?;
    check_size("the number of characters", text.chars().count() as u64, limits.glyphs, "--limit-glyphs")?;
    let mut builder = Builder::default();
    let mut page = text.contains('\u{c}').then_some(1);
    for (number, line) in (1u32..).zip(text.split('\n')) {
        let line = line.trim_end_matches('\r');
        let Some(mut at) = page else {
            builder.line(line, Place::in_text(number, None));
            continue;
        };
        for (part_index, part) in line.split('\u{c}').enumerate() {
            if part_index > 0 {
                at += 1;
                builder.blank();
            }
            builder.line(part, Place::in_text(number, Some(at)));
        }
        page = Some(at);
    }
    let mut reading = builder.finish();
    reading.pages = page;
    if reading.blocks.is_empty() {
        return Err(ReadError::NotReadable("the file holds no text".to_owned()));
    }
    Ok(reading)
}

/// The lines of a text as [`read_text`] numbers them, without their ends.
///
/// # Errors
/// [`ReadError::NotReadable`] for an empty file, a binary file or an unknown encoding.
pub fn source_lines(bytes: &[u8]) -> Result<Vec<String>, ReadError> {
    Ok(decode(bytes)?.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect())
}

fn check_size(what: &'static str, got: u64, limit: u64, flag: &'static str) -> Result<(), ReadError> {
    if got > limit { Err(ReadError::OverLimit { what, got, limit, flag }) } else { Ok(()) }
}

fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::NotReadable("the file is empty".to_owned()));
    }
    // A mark at the beginning names UTF-8 or UTF-16; without one, what is no UTF-8 is GB18030.
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((UTF_8, 0));
    let bytes = &bytes[mark..];
    let (mut text, mut damaged) = encoding.decode_without_bom_handling(bytes);
    if damaged && mark == 0 {
        (text, damaged) = GB18030.decode_without_bom_handling(bytes);
    }
    if damaged || looks_binary(&text) { Err(binary()) } else { Ok(text) }
}

fn binary() -> ReadError {
    ReadError::NotReadable(
        "the file is neither a PDF nor a text in UTF-8, GB18030 or UTF-16 with a byte order mark".to_owned(),
    )
}

/// Control characters other than white space do not occur in a text.
fn looks_binary(text: &str) -> bool {
    let ascii = |byte: u8| byte.is_ascii_control() && !(b'\t'..=b'\r').contains(&byte);
    // U+0080–009F are C2 80–9F in UTF-8, and U+0085 is white space.
    let wide = |pair: &[u8]| pair[0] == 0xC2 && (0x80..=0x9F).contains(&pair[1]) && pair[1] != 0x85;
    let bytes = text.as_bytes();
    // Nearly all texts are read to their end: without a way out before, many bytes are looked at together.
    count_bytes(bytes, ascii) > 0 || bytes.windows(2).fold(0, |found, pair| found | u8::from(wide(pair))) > 0
}

#[derive(Default)]
struct Builder {
    blocks: Vec<Block>,
    table: Vec<Row>,
    after_blank: bool,
    markup: Vec<Line>,
}

impl Builder {
    fn line(&mut self, text: &str, place: Place) {
        if text.chars().all(char::is_whitespace) {
            self.blank();
        } else if text.contains('\t') {
            self.row(text, place);
        } else {
            self.end_table();
            let lines = self.lines(text, place);
            self.blocks.push(Block::Paragraph(lines));
            self.after_blank = false;
        }
    }

    fn blank(&mut self) {
        self.after_blank = true;
    }

    fn row(&mut self, text: &str, place: Place) {
        let has_tag = split_tag(text).is_some();
        let mut cells = Vec::with_capacity(1 + count_bytes(text.as_bytes(), |byte| byte == b'\t'));
        for (column, text) in (0u16..).zip(text.split('\t')) {
            let lines = if has_tag { self.lines(text, place) } else { plain_lines(text, place) };
            cells.push(cell(column, lines, place));
        }
        let after_page_break = self.after_blank && !self.table.is_empty();
        self.table.push(Row { cells, after_page_break, spans_known: false, place });
        self.after_blank = false;
    }

    /// The paragraphs of a cell; tags are set apart as markup.
    fn lines(&mut self, text: &str, place: Place) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut rest = text;
        let mut starts_paragraph = false;
        while let Some((before, tag, after)) = split_tag(rest) {
            lines.extend(line(before, place, starts_paragraph && !lines.is_empty()));
            self.markup.push(Line { text: tag.to_owned(), place, starts_paragraph: false });
            starts_paragraph = true;
            rest = after;
        }
        lines.extend(line(rest, place, starts_paragraph && !lines.is_empty()));
        lines
    }

    fn end_table(&mut self) {
        if self.table.is_empty() {
            return;
        }
        let rows = std::mem::take(&mut self.table);
        let columns = rows.iter().map(|r| r.cells.len()).max().unwrap_or(0) as u16;
        self.blocks.push(Block::Table(Table { origin: Origin::Delimited, columns, rows, joins: Vec::new() }));
    }

    fn finish(mut self) -> Reading {
        self.end_table();
        Reading { blocks: self.blocks, markup: self.markup, ..Reading::default() }
    }
}

fn cell(column: u16, lines: Vec<Line>, place: Place) -> Cell {
    let parts = if lines.is_empty() { Vec::new() } else { vec![place] };
    Cell { column, column_span: 1, row_span: 1, lines, parts }
}

/// The only line of a cell without tags; none of an empty cell.
fn plain_lines(text: &str, place: Place) -> Vec<Line> {
    line(text, place, false).map_or_else(Vec::new, |line| vec![line])
}

fn line(text: &str, place: Place, starts_paragraph: bool) -> Option<Line> {
    let text = text.trim();
    (!text.is_empty()).then(|| Line { text: text.to_owned(), place, starts_paragraph })
}

/// Tags that text renderings of tables put into cells. Anything else in angle brackets is text.
const TAGS: &[&str] = &["<p>", "</p>", "<br>", "<br/>", "<br />"];

/// The text before the first tag, the tag, and the text after it.
fn split_tag(text: &str) -> Option<(&str, &str, &str)> {
    let tag_at = |at: usize| TAGS.iter().find(|tag| text[at..].starts_with(**tag));
    let (at, tag) = text.match_indices('<').find_map(|(at, _)| Some((at, tag_at(at)?)))?;
    let (before, rest) = text.split_at(at);
    let (tag, after) = rest.split_at(tag.len());
    Some((before, tag, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Reading {
        read_text(text.as_bytes(), &Limits::default()).unwrap()
    }

    fn rows(reading: &Reading) -> Vec<Vec<String>> {
        let table = reading.blocks.iter().find_map(|b| if let Block::Table(t) = b { Some(t) } else { None });
        let texts = |r: &Row| r.cells.iter().map(|c| jixiao_model::join_lines(&c.lines)).collect();
        table.unwrap().rows.iter().map(texts).collect()
    }

    #[test]
    fn a_blank_line_inside_a_table_is_a_page_break() {
        let reading = read("标题\n\n甲\t乙\n\n丙\t丁\n");
        let Block::Table(table) = &reading.blocks[1] else { panic!("{reading:?}") };
        assert_eq!(table.rows.iter().map(|r| r.after_page_break).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn encodings_and_line_ends_agree() {
        let text = "项目名称\t人才建设资金\r\n其他\t资金";
        let plain = read(&text.replace('\r', ""));
        let (gb, _, _) = GB18030.encode(text);
        let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
        };
        let little = utf16(u16::to_le_bytes);
        for bytes in [&gb[..], format!("\u{feff}{text}").as_bytes(), &little, &utf16(u16::to_be_bytes)] {
            assert_eq!(plain, read_text(bytes, &Limits::default()).unwrap(), "{bytes:?}");
            assert_eq!(source_lines(bytes).unwrap(), ["项目名称\t人才建设资金", "其他\t资金"]);
        }
        // Half a character, or no mark.
        assert!(read_text(&little[..little.len() - 1], &Limits::default()).is_err());
        assert!(read_text(&little[2..], &Limits::default()).is_err());
    }

    #[test]
    fn paragraphs_of_a_cell_are_kept_apart() {
        let reading = read("甲\t<p>一是 好。</p> <p>二是 快。</p>\n");
        assert_eq!(rows(&reading), [["甲", "一是好。\n二是快。"]]);
        assert_eq!(reading.markup.len(), 4);
    }

    #[test]
    fn other_angle_brackets_are_text() {
        let reading = read("甲<乙 <br/>丙\t≤<p\n");
        assert_eq!(rows(&reading), [["甲<乙\n丙", "≤<p"]]);
        assert_eq!(reading.markup.len(), 1);
    }

    #[test]
    fn only_white_space_among_the_control_characters_is_text() {
        for text in ["甲\t乙\u{b}丙", "°\u{85}·\u{a0}", "甲"] {
            assert!(!looks_binary(text), "{text:?}");
        }
        for text in ["甲\u{0}", "\u{7f}甲", "甲\u{80}", "甲\u{9f}乙", "\u{1b}"] {
            assert!(looks_binary(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&b""[..], b"\x00\x01\x02", b"\n\n \n", b"\xff\xff\xff\xff"] {
            assert!(read_text(bytes, &Limits::default()).is_err(), "{bytes:?}");
        }
    }
}
