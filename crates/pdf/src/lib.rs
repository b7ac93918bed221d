//! Reads a PDF: bytes → pages (glyphs, rules) → grids → logical tables over pages.
//!
//! ```text
//! bytes ─backend→ Page { glyphs, rules } ─layout→ lines and parts of tables ─furniture, join→ Reading
//! ```
//!
//! * `backend` is the only part that knows the PDF library. It hands out fixed-point coordinates: 1/1000 pt from the
//!   top left of the page as shown, after `/Rotate`.
//! * `rules`, `grid`, `lines` and `aligned` work on one page and know nothing of others.
//! * `furniture` and `join` work on the sequence of pages.
//!
//! What it is not: it draws nothing, reads no scans, and knows nothing of what a form means.

mod aligned;
mod backend;
mod diagnose;
mod furniture;
mod grid;
mod head;
mod join;
mod layout;
mod lines;
mod page;
mod reading;
mod rules;
mod settle;
mod stacked;
mod wrap;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jixiao_model::{Limits, ReadError, Reading};
use rayon::prelude::*;

pub use grid::{Grid, GridCell};
pub use page::{ASCENT, Direction, Dropped, Glyph, Page, Rule, Text, UNKNOWN};

use backend::{Reader, Source};
use layout::Layout;

/// Reads a PDF into paragraphs and logical tables.
///
/// Pages that hold no text or cannot be interpreted make the reading `partial`, with a diagnostic each.
///
/// # Errors
///
/// [`ReadError::NotReadable`] where nothing could be read, [`ReadError::Encrypted`] where the password is missing or
/// wrong, [`ReadError::OverLimit`] where a limit is passed.
pub fn read_pdf(bytes: &[u8], password: Option<&str>, limits: &Limits) -> Result<Reading, ReadError> {
    let source = Source::open(bytes, password, limits)?;
    reading::assemble(each_page(&source, guarded)?, source.announced())
}

/// Puts pages together that were read before (or made): everything that comes after the PDF library.
///
/// # Errors
///
/// [`ReadError::NotReadable`] where no page holds any text.
pub fn read_pages(pages: Vec<Page>) -> Result<Reading, ReadError> {
    reading::assemble(pages.into_iter().map(guarded).collect(), None)
}

/// Lays a page out; one that breaks this is reported as one that cannot be read.
fn guarded(page: Page) -> Layout {
    let number = page.number;
    catch_unwind(AssertUnwindSafe(|| layout::lay_out(page))).unwrap_or_else(|_| {
        let fault = Some("the program failed on it: please report it");
        layout::lay_out(Page { number, fault, ..Page::default() })
    })
}

/// Reads the pages of a PDF: what is drawn, before any table is looked for.
///
/// # Errors
///
/// As [`read_pdf`].
pub fn pages(bytes: &[u8], password: Option<&str>, limits: &Limits) -> Result<Vec<Page>, ReadError> {
    each_page(&Source::open(bytes, password, limits)?, |page| page)
}

/// The ruled grids of a page, from the smallest to the largest.
pub fn grids(page: &Page) -> Vec<Grid> {
    grid::find(&page.rules).grids
}

/// The fewest pages that one worker reads in a row: fonts are loaded once for all of them.
const MIN_CHUNK: usize = 16;

fn each_page<T: Send>(source: &Source, make: impl Fn(Page) -> T + Sync) -> Result<Vec<T>, ReadError> {
    let numbers: Vec<usize> = (0..source.len()).collect();
    let chunk = numbers.len().div_ceil(rayon::current_num_threads()).max(MIN_CHUNK);
    let read = |chunk: &[usize]| {
        let mut reader = Reader::new(source);
        chunk.iter().map(|index| reader.page(*index).map(&make)).collect::<Result<Vec<T>, ReadError>>()
    };
    let chunks: Result<Vec<Vec<T>>, ReadError> = numbers.par_chunks(chunk).map(read).collect();
    source.budget().check()?;
    Ok(chunks?.into_iter().flatten().collect())
}
