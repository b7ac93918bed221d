//! Content streams: decoded within the limits, and looked through before they are interpreted.

use std::borrow::Cow;

use hayro_interpret::hayro_syntax::Filter as PdfFilter;
use hayro_interpret::hayro_syntax::content::UntypedIter;
use hayro_interpret::hayro_syntax::object::{Array, MaybeRef, Object, Stream};
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use jixiao_model::ReadError;
use memchr::memmem;

use super::budget::Budget;
use super::guard::Refusal;
use super::sizes::{self, Filter};

/// What a stream holds.
pub(super) struct Decoded<'a> {
    pub(super) data: Cow<'a, [u8]>,
    /// False where a part of it cannot be decoded.
    pub(super) whole: bool,
}

/// The content of a page, its streams joined.
///
/// # Errors
///
/// [`ReadError::OverLimit`].
pub(super) fn of_page<'a>(page: &PdfPage<'a>, budget: &Budget) -> Result<Decoded<'a>, ReadError> {
    let contents = page.raw().get::<Object<'_>>(b"Contents");
    let pieces = match contents {
        Some(Object::Stream(stream)) => return decode(&stream, budget),
        Some(Object::Array(streams)) => streams_of(page, &streams),
        // A page may have no content; a content that is not there is another matter.
        _ => return Ok(Decoded { data: Cow::Borrowed(&[]), whole: !page.raw().contains_key(b"Contents") }),
    };
    let mut joined = Decoded { data: Cow::Owned(Vec::new()), whole: true };
    for piece in pieces {
        let Some(stream) = piece else {
            joined.whole = false;
            continue;
        };
        let decoded = decode(&stream, budget)?;
        joined.whole &= decoded.whole;
        // What stands in two streams is separated.
        joined.data.to_mut().extend_from_slice(&decoded.data);
        joined.data.to_mut().push(b' ');
        if joined.data.len() > budget.max_stream() {
            return Err(budget.stream_too_big());
        }
    }
    Ok(joined)
}

fn streams_of<'a>(page: &PdfPage<'a>, streams: &Array<'a>) -> Vec<Option<Stream<'a>>> {
    let resolve = |item| match item {
        MaybeRef::Ref(id) => page.xref().get::<Stream<'_>>(id.into()),
        MaybeRef::NotRef(object) => Object::into_stream(object),
    };
    streams.raw_iter().map(resolve).collect()
}

/// Decodes a stream.
///
/// # Errors
///
/// [`ReadError::OverLimit`].
pub(super) fn decode<'a>(stream: &Stream<'a>, budget: &Budget) -> Result<Decoded<'a>, ReadError> {
    let decoded = decoded(stream, budget)?;
    budget.spend_decompressed(decoded.data.len())?;
    Ok(decoded)
}

fn decoded<'a>(stream: &Stream<'a>, budget: &Budget) -> Result<Decoded<'a>, ReadError> {
    let raw = stream.raw_data();
    match stream.filters()[..] {
        [] => Ok(Decoded { data: raw, whole: true }),
        [PdfFilter::FlateDecode] if !stream.dict().contains_key(b"DecodeParms") => {
            let inflated = sizes::inflate(&raw, budget.max_stream()).ok_or_else(|| budget.stream_too_big())?;
            let whole = inflated.whole;
            // The library makes out data without the head or with an odd one; of damaged data it keeps less.
            let data =
                if inflated.data.is_empty() { stream.decoded_data().unwrap_or_default() } else { inflated.data.into() };
            Ok(Decoded { data, whole })
        }
        _ if !fits(stream, budget) => Err(budget.stream_too_big()),
        _ => {
            let data = stream.decoded_data();
            Ok(Decoded { whole: data.is_ok(), data: data.unwrap_or_default() })
        }
    }
}

/// True where a stream is not larger than a stream may be when it is decoded.
pub(super) fn fits(stream: &Stream<'_>, budget: &Budget) -> bool {
    let filters: Vec<Filter> = stream.filters().iter().filter_map(|filter| known(*filter)).collect();
    sizes::fits(&filters, &stream.raw_data(), budget.max_stream())
}

/// Filters of pictures end in an error wherever text is read.
fn known(filter: PdfFilter) -> Option<Filter> {
    match filter {
        PdfFilter::FlateDecode => Some(Filter::Flate),
        PdfFilter::LzwDecode => Some(Filter::Lzw),
        PdfFilter::RunLengthDecode => Some(Filter::RunLength),
        PdfFilter::Ascii85Decode => Some(Filter::Ascii85),
        PdfFilter::AsciiHexDecode => Some(Filter::AsciiHex),
        _ => None,
    }
}

/// Content that is so short is interpreted in no time, whatever it holds.
const SHORT: usize = 1 << 20;

/// Glyphs of one text operator; the library holds them all at once.
const MAX_RUN: usize = 200_000;

/// The end of a picture inside a content is looked for from every place where it may be: the number of these places
/// times the size of the content.
const MAX_SEARCH: usize = 1 << 31;

const BAD_RUN: &str = "a single line of it holds more glyphs than a page can have";
const BAD_PICTURES: &str = "it holds more pictures between its text than can be told apart";

/// Looks for what makes the library run long or hold much while it interprets a content.
pub(super) fn look_through(content: &[u8]) -> Result<(), Refusal> {
    let marks = || memmem::find_iter(content, b"BI").chain(memmem::find_iter(content, b"EI")).count();
    if memmem::find(content, b"ID").is_some() && marks().saturating_mul(content.len()) > MAX_SEARCH {
        return Err(Refusal::Fault(BAD_PICTURES));
    }
    if content.len() > SHORT && longest_run(content) > MAX_RUN {
        return Err(Refusal::Fault(BAD_RUN));
    }
    Ok(())
}

/// Bytes of the longest text that one operator shows.
fn longest_run(content: &[u8]) -> usize {
    let mut operators = UntypedIter::new(content);
    let mut longest = 0;
    while let Some(operator) = operators.next() {
        let bytes = operator.operands().map(|operand| match operand {
            Object::String(text) => text.as_bytes().len(),
            Object::Array(texts) => texts.data().len(),
            _ => 0,
        });
        longest = longest.max(bytes.sum());
    }
    longest
}
