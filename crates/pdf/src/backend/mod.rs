//! The only part of the crate that knows the PDF library: bytes of a file → pages.

mod device;
mod fonts;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro_interpret::kurbo::{Affine, Rect as Box2};
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, interpret_page};
use jixiao_model::{Limits, ReadError};

use crate::page::Page;
use device::Recorder;
use fonts::Fonts;

/// An open file.
pub(crate) struct Source {
    pdf: Pdf,
    budget: Budget,
}

/// What is left to spend on a document; shared by the workers.
pub(crate) struct Budget {
    limits: Limits,
    started: Instant,
    glyphs: AtomicU64,
    decompressed: AtomicU64,
}

/// Thrown (by unwinding, not by a panic) out of the library when the budget is spent in the middle of a page.
struct Spent;

impl Budget {
    fn new(limits: Limits) -> Self {
        Self { limits, started: Instant::now(), glyphs: AtomicU64::new(0), decompressed: AtomicU64::new(0) }
    }

    /// An error where a limit is passed.
    pub(crate) fn check(&self) -> Result<(), ReadError> {
        let glyphs = self.glyphs.load(Ordering::Relaxed);
        over("the number of glyphs", glyphs, self.limits.glyphs, "--limit-glyphs")?;
        let bytes = self.decompressed.load(Ordering::Relaxed);
        over("the decompressed size", bytes, self.limits.decompressed, "--limit-decompressed")?;
        let millis = self.started.elapsed().as_millis() as u64;
        over("the time in ms", millis, self.limits.time.as_millis() as u64, "--limit-time")
    }

    fn spend_glyphs(&self, count: u64) -> bool {
        self.glyphs.fetch_add(count, Ordering::Relaxed) + count <= self.limits.glyphs
    }

    fn in_time(&self) -> bool {
        self.started.elapsed() <= self.limits.time
    }
}

fn over(what: &'static str, got: u64, limit: u64, flag: &'static str) -> Result<(), ReadError> {
    if got > limit { Err(ReadError::OverLimit { what, got, limit, flag }) } else { Ok(()) }
}

impl Source {
    /// Opens a file. The empty password is tried where none is given.
    pub(crate) fn open(bytes: &[u8], password: Option<&str>, limits: &Limits) -> Result<Self, ReadError> {
        over("the file's size in bytes", bytes.len() as u64, limits.bytes, "--limit-bytes")?;
        let budget = Budget::new(*limits);
        let data: Arc<Vec<u8>> = Arc::new(bytes.to_vec());
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let pdf = Pdf::new_with_password(data, password.unwrap_or_default())?;
            let pages = pdf.pages().len();
            Ok((pdf, pages))
        }));
        let (pdf, pages) = opened.unwrap_or(Err(LoadPdfError::Invalid)).map_err(load_error)?;
        over("the number of objects", pdf.len() as u64, limits.objects, "--limit-objects")?;
        over("the number of pages", pages as u64, u64::from(limits.pages), "--limit-pages")?;
        Ok(Self { pdf, budget })
    }

    /// Number of pages.
    pub(crate) fn len(&self) -> usize {
        self.pdf.pages().len()
    }

    /// What is left to spend.
    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }
}

fn load_error(error: LoadPdfError) -> ReadError {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => ReadError::Encrypted,
        LoadPdfError::Decryption(_) => {
            ReadError::NotReadable("the file is encrypted in a way that cannot be read".to_owned())
        }
        LoadPdfError::Invalid => {
            ReadError::NotReadable("this is not a PDF file, or it is too damaged to be opened".to_owned())
        }
    }
}

/// Reads pages of one file, one after the other, keeping fonts between them. One per thread.
pub(crate) struct Reader<'a> {
    source: &'a Source,
    cache: InterpreterCache<'a>,
    settings: InterpreterSettings,
    fonts: Fonts,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a Source) -> Self {
        Self {
            source,
            cache: InterpreterCache::new(),
            settings: InterpreterSettings::default(),
            fonts: Fonts::default(),
        }
    }

    /// Reads one page (0-based). A page that breaks the library is marked `broken` and holds what was read of it.
    pub(crate) fn page(&mut self, index: usize) -> Result<Page, ReadError> {
        let budget = &self.source.budget;
        budget.check()?;
        let Some(page) = self.source.pdf.pages().get(index) else { return Ok(broken_page(index)) };
        let mut recorder = Recorder::new(index as u32 + 1, page.render_dimensions(), budget);
        let done = catch_unwind(AssertUnwindSafe(|| self.interpret(page, &mut recorder)));
        budget.check()?;
        if done.is_err() {
            // The library's caches may be half written.
            self.cache = InterpreterCache::new();
            self.fonts = Fonts::default();
        }
        let mut page = recorder.finish();
        page.broken = !matches!(done, Ok(true));
        Ok(page)
    }

    /// False where the page has content that cannot be decoded.
    fn interpret(&mut self, page: &'a PdfPage<'a>, recorder: &mut Recorder<'_>) -> bool {
        let decoded = page.page_stream().map(<[u8]>::len);
        let budget = &self.source.budget;
        budget.decompressed.fetch_add(decoded.unwrap_or(0) as u64, Ordering::Relaxed);
        if budget.check().is_err() {
            return false;
        }
        let transform = Affine::new(page.initial_transform(true).as_coeffs());
        let (width, height) = page.render_dimensions();
        let bounds = Box2::new(0.0, 0.0, f64::from(width), f64::from(height));
        let xref = self.source.pdf.xref();
        let mut context = Context::new(transform, bounds, &self.cache, xref, self.settings.clone());
        recorder.with_fonts(&mut self.fonts, page, |device| interpret_page(page, &mut context, device));
        decoded.is_some() || !page.raw().contains_key(b"Contents")
    }
}

fn broken_page(index: usize) -> Page {
    Page { number: index as u32 + 1, broken: true, ..Page::default() }
}
