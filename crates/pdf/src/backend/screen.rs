//! What the library must not see: looked for in the bytes of a file before it is opened.
//!
//! Opening a file, the library decodes whole streams, keeps a record of every object, and where the file is damaged it
//! looks for objects from every place where one may begin. None of this can be stopped half-way.

use jixiao_model::ReadError;
use memchr::memmem;

use super::budget::{Budget, over};
use super::sizes::{Filter, fits};
use jixiao_model::Limits;

/// Bytes read in search of the ends of objects, as a multiple of the size of the file. Where all objects end, each byte
/// is read twice; where none ends, the work grows with the square of the size.
const MAX_REPAIR: usize = 64;

/// Looks through the bytes of a file.
pub(super) fn screen(bytes: &[u8], limits: &Limits, budget: &Budget) -> Result<(), ReadError> {
    let dictionaries = memmem::find_iter(bytes, b"<<").count() as u64;
    over("the number of objects", dictionaries, limits.objects, "--limit-objects")?;
    let limit = budget.max_stream();
    let fit = || streams(bytes).all(|stream| stream.is_picture() || fits(&stream.filters(), stream.data, limit));
    let (fit, ends) = rayon::join(fit, || ends(bytes, MAX_REPAIR));
    if !ends {
        let reason = "the file is damaged: too many of its objects never end";
        return Err(ReadError::NotReadable(reason.to_owned()));
    }
    if fit { Ok(()) } else { Err(budget.stream_too_big()) }
}

/// A stream as it stands in the file: what comes before it, from the end of the stream before, and its data.
struct RawStream<'a> {
    head: &'a [u8],
    data: &'a [u8],
}

/// All streams of a file. A stream of a damaged file ends where the next end is.
fn streams(bytes: &[u8]) -> impl Iterator<Item = RawStream<'_>> {
    let end = memmem::Finder::new(b"endstream");
    let start = memmem::Finder::new(b"stream");
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + start.find(&bytes[at..])? + b"stream".len();
        let head = &bytes[at..from];
        let length = end.find(&bytes[from..]).unwrap_or(bytes.len() - from);
        at = (from + length + b"endstream".len()).min(bytes.len());
        let data = &bytes[from..from + length];
        let line_end = if data.starts_with(b"\r\n") { 2 } else { 1 };
        Some(RawStream { head, data: data.get(line_end..).unwrap_or_default() })
    })
}

/// Names of filters, long and short.
const FILTERS: [(&[u8], Filter); 7] = [
    (b"FlateDecode", Filter::Flate),
    (b"LZWDecode", Filter::Lzw),
    (b"RunLengthDecode", Filter::RunLength),
    (b"ASCII85Decode", Filter::Ascii85),
    (b"ASCIIHexDecode", Filter::AsciiHex),
    (b"A85", Filter::Ascii85),
    (b"AHx", Filter::AsciiHex),
];

impl RawStream<'_> {
    /// The data of pictures is never decoded.
    fn is_picture(&self) -> bool {
        let has = |name: &[u8]| memmem::find(self.head, name).is_some();
        has(b"/Image") && has(b"/Width") && has(b"/Height")
    }

    /// Filters in the order in which they are named. Where the name stands elsewhere in the file, the data tells.
    fn filters(&self) -> Vec<Filter> {
        let mut found: Vec<(usize, Filter)> = Vec::new();
        for (name, filter) in FILTERS {
            found.extend(memmem::find_iter(self.head, name).map(|at| (at, filter)));
        }
        found.sort_unstable_by_key(|(at, _)| *at);
        if found.is_empty() && self.data.first().is_some_and(|byte| byte & 0x0F == 8) {
            return vec![Filter::Flate];
        }
        found.into_iter().map(|(_, filter)| filter).collect()
    }
}

/// Objects and dictionaries end: reading each from its beginning to its end takes at most `work` times the size.
fn ends(bytes: &[u8], work: usize) -> bool {
    let mut left = bytes.len().saturating_mul(work).saturating_add(1 << 20);
    let mut spend = |from: usize, end: usize| {
        left = left.saturating_sub(end - from);
        left > 0
    };
    let objects = memmem::find_iter(bytes, b" obj").map(|at| at + b" obj".len());
    for at in objects {
        if !spend(at, skip(bytes, at).1) {
            return false;
        }
    }
    let mut next = 0;
    for at in memmem::find_iter(bytes, b"<<") {
        if at < next {
            continue;
        }
        let (closed, end) = skip(bytes, at);
        if !spend(at, end) {
            return false;
        }
        next = if closed { end } else { at + 1 };
    }
    true
}

/// Where brackets stand deeper inside each other, the library takes them for no object.
const MAX_BRACKETS: u32 = 512;

/// Reads one object from where it may begin: whether it is closed, and how far it was read.
fn skip(bytes: &[u8], from: usize) -> (bool, usize) {
    let mut at = from;
    let mut depth = 0_u32;
    while let Some(byte) = bytes.get(at) {
        if depth > 0 && !is_mark(*byte) {
            at += 1;
            continue;
        }
        let next = bytes.get(at + 1).copied();
        at += 1;
        match byte {
            b'(' => at = skip_string(bytes, at),
            b'%' => at = bytes[at..].iter().position(|b| matches!(b, b'\r' | b'\n')).map_or(bytes.len(), |i| at + i),
            b'<' if next == Some(b'<') => {
                at += 1;
                depth += 1;
            }
            b'<' => at = memchr::memchr(b'>', &bytes[at..]).map_or(bytes.len(), |i| at + i + 1),
            b'>' if next == Some(b'>') => {
                at += 1;
                depth = depth.saturating_sub(1);
            }
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ if byte.is_ascii_whitespace() || *byte == 0 => continue,
            // Outside of anything that must be closed, an object is a name, a number or a word.
            _ if depth == 0 => return (true, at),
            _ => {}
        }
        if depth == 0 || depth > MAX_BRACKETS {
            return (depth == 0 && at < bytes.len(), at);
        }
    }
    (false, bytes.len())
}

/// What brackets, strings and notes begin and end with: all that counts inside of brackets.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'(' | b'%' | b'<' | b'>' | b'[' | b']')
}

/// The end of a string whose parenthesis stands before `at`.
fn skip_string(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 1;
    while let Some(mark) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'\\', b'(', b')', rest)) {
        at += mark + 1;
        match bytes[at - 1] {
            b'\\' => at += 1,
            b'(' => depth += 1,
            _ => depth -= 1,
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_that_end_are_cheap() {
        let file = "1 0 obj\n<</A(x\\)y)/B[1 2 <41>]>> % note >>\nendobj\n".repeat(1_000);
        assert!(ends(file.as_bytes(), 3));
    }

    #[test]
    fn objects_that_never_end_are_found() {
        for piece in ["1 0 obj ( ", "1 0 obj << ( ", "<</A( ", "1 0 obj <41 "] {
            assert!(!ends(piece.repeat(20_000).as_bytes(), MAX_REPAIR), "{piece}");
        }
        assert!(ends("[".repeat(100_000).as_bytes(), 3) && ends("<<".repeat(100_000).as_bytes(), 2_000));
    }

    #[test]
    fn streams_are_found_with_their_filters() {
        let file = b"1 0 obj<</Filter[/ASCII85Decode /FlateDecode]>>stream\r\nabc\nendstream endobj \
                     2 0 obj<</Subtype/Image/Width 1/Height 1/Filter/FlateDecode>>stream\nxyz\nendstream \
                     3 0 obj<</Filter 9 0 R>>stream\n\x78\x9cq";
        let streams: Vec<RawStream<'_>> = streams(file).collect();
        assert_eq!(streams[0].data, b"abc\n");
        assert_eq!(streams[0].filters(), [Filter::Ascii85, Filter::Flate]);
        assert!(!streams[0].is_picture() && streams[1].is_picture());
        assert_eq!((streams[2].data, streams[2].filters()), (&b"\x78\x9cq"[..], vec![Filter::Flate]));
    }
}
