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
mod spots;
mod stacked;
mod wrap;

use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

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
    Screened::new(bytes, limits)?.read(password)
}

/// A PDF whose bytes were looked through, so that it can be opened within the limits.
pub struct Screened(backend::Screened);

impl Screened {
    /// The first half of [`read_pdf`]. The pool that this is called in has work for two threads.
    ///
    /// # Errors
    ///
    /// As [`read_pdf`].
    pub fn new(bytes: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        backend::Screened::new(bytes, limits).map(Self)
    }

    /// The second half of [`read_pdf`]. The library opens a file on one thread, which leaves the others of the pool free.
    ///
    /// # Errors
    ///
    /// As [`read_pdf`].
    pub fn read(self, password: Option<&str>) -> Result<Reading, ReadError> {
        let source = Source::open(self.0, password)?;
        reading::assemble(each_page(&source, guarded)?, source.announced())
    }
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
    each_page(&Source::open(backend::Screened::new(bytes, limits)?, password)?, |page| page)
}

/// The ruled grids of a page, from the smallest to the largest.
pub fn grids(page: &Page) -> Vec<Grid> {
    grid::find(&page.rules).grids
}

/// Pages for which another reader is worth its while: each loads the fonts for itself.
const SHARE: usize = 16;

/// Pages that a reader takes at a time: few, so that all readers end together.
const BLOCK: usize = 2;

/// Pages that were read in a row, with the index of the first.
type Block<T> = (usize, Vec<T>);

fn each_page<T: Send>(source: &Source, make: impl Fn(Page) -> T + Sync) -> Result<Vec<T>, ReadError> {
    let count = source.len();
    let next = AtomicUsize::new(0);
    let read_some = |_| {
        let mut reader = Reader::new(source);
        let mut read = |first: usize| {
            let pages = first..count.min(first + BLOCK);
            Ok((first, pages.map(|index| reader.page(index).map(&make)).collect::<Result<_, ReadError>>()?))
        };
        let firsts = iter::from_fn(|| Some(next.fetch_add(BLOCK, Ordering::Relaxed)).filter(|first| *first < count));
        firsts.map(&mut read).collect::<Result<Vec<Block<T>>, ReadError>>()
    };
    let readers = rayon::current_num_threads().min(count.div_ceil(SHARE));
    let read: Result<Vec<Vec<Block<T>>>, ReadError> = (0..readers).into_par_iter().map(read_some).collect();
    source.budget().check()?;
    let mut blocks: Vec<Block<T>> = read?.into_iter().flatten().collect();
    blocks.sort_unstable_by_key(|(first, _)| *first);
    Ok(blocks.into_iter().flat_map(|(_, pages)| pages).collect())
}
