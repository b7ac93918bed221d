//! The only part of the crate that knows the PDF library: bytes of a file → pages.

mod budget;
mod content;
mod device;
mod fonts;
mod guard;
mod plain;
mod recorder;
mod screen;
mod sizes;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hayro_interpret::hayro_syntax::content::TypedIter;
use hayro_interpret::hayro_syntax::object::{Dict, ObjectIdentifier};
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro_interpret::kurbo::{Affine, Rect as Box2};
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, RenderContent, interpret, interpret_page};
use jixiao_model::{Limits, ReadError};
use memchr::memmem;

use crate::page::Page;
use budget::{Budget, Watched, over};
use device::Recording;
use fonts::Fonts;
use guard::{Guard, Refusal};
use plain::{Learned, Plain};
use recorder::Recorder;

/// The bytes of a file in which there is nothing that the library must not see.
pub(crate) struct Screened {
    bytes: Vec<u8>,
    encrypted: bool,
    budget: Arc<Budget>,
}

impl Screened {
    /// Looks through the bytes of a file.
    pub(crate) fn new(bytes: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        over("the file's size in bytes", bytes.len() as u64, limits.bytes, "--limit-bytes")?;
        let budget = Arc::new(Budget::new(*limits));
        let take = || (bytes.to_vec(), memmem::find(bytes, b"/Encrypt").is_some());
        let (screened, (bytes, encrypted)) = rayon::join(|| screen::screen(bytes, limits, &budget), take);
        screened?;
        Ok(Self { bytes, encrypted, budget })
    }
}

/// An open file.
pub(crate) struct Source {
    pdf: Pdf,
    budget: Arc<Budget>,
    /// What its readers know of its fonts.
    learned: Learned,
    encrypted: bool,
}

impl Source {
    /// Opens a file. The empty password is tried where none is given.
    pub(crate) fn open(screened: Screened, password: Option<&str>) -> Result<Self, ReadError> {
        let Screened { bytes, encrypted, budget } = screened;
        let data = Arc::new(Watched::new(bytes, Arc::clone(&budget)));
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let pdf = Pdf::new_with_password(data, password.unwrap_or_default())?;
            let pages = pdf.pages().len();
            Ok((pdf, pages))
        }));
        budget.check()?;
        let (pdf, pages) = opened.unwrap_or(Err(LoadPdfError::Invalid)).map_err(load_error)?;
        let limits = budget.limits();
        over("the number of objects", pdf.len() as u64, limits.objects, "--limit-objects")?;
        over("the number of pages", pages as u64, u64::from(limits.pages), "--limit-pages")?;
        Ok(Self { pdf, budget, learned: Learned::default(), encrypted })
    }

    /// Number of pages.
    pub(crate) fn len(&self) -> usize {
        self.pdf.pages().len()
    }

    /// Number of pages that the file says that it has.
    pub(crate) fn announced(&self) -> Option<u32> {
        let count = || {
            let root: ObjectIdentifier = self.pdf.xref().root_id();
            let catalog = self.pdf.xref().get::<Dict<'_>>(root)?;
            catalog.get::<Dict<'_>>(b"Pages")?.get::<u32>(b"Count")
        };
        catch_unwind(AssertUnwindSafe(count)).unwrap_or_default()
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
    /// Missing where the library is to read every page.
    plain: Option<Plain<'a>>,
    guard: Guard<'a>,
}

const BAD_CONTENT: &str = "its content is damaged: what stands after the damage is lost";
const BROKEN: &str = "it is too damaged to be interpreted";

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a Source) -> Self {
        Self::with(source, true)
    }

    fn with(source: &'a Source, plainly: bool) -> Self {
        // The content of a page is decoded here, within the limits; what is left to the library are the annotations.
        let settings = InterpreterSettings { render_content: RenderContent::ANNOTATIONS, ..Default::default() };
        let (cache, xref) = (InterpreterCache::new(), source.pdf.xref());
        let guard = Guard::new(&source.budget, xref, source.encrypted);
        let plain = plainly.then(|| Plain::new(xref, &source.learned, &cache, &settings));
        Self { source, cache, settings, fonts: Fonts::default(), plain, guard }
    }

    /// Reads one page (0-based). A page that is damaged, or breaks the library, holds what was read of it.
    pub(crate) fn page(&mut self, index: usize) -> Result<Page, ReadError> {
        let budget = &self.source.budget;
        budget.check()?;
        let number = index as u32 + 1;
        let Some(page) = self.source.pdf.pages().get(index) else {
            return Ok(Page { number, fault: Some(BROKEN), ..Page::default() });
        };
        let mut recorder = Recorder::new(number, page.render_dimensions(), budget);
        let done = catch_unwind(AssertUnwindSafe(|| self.interpret(page, &mut recorder)));
        recorder.settle();
        budget.check()?;
        let fault = match done {
            Ok(Ok(fault)) => fault,
            Ok(Err(Refusal::Fault(fault))) => Some(fault),
            Ok(Err(Refusal::Limit(error))) => return Err(error),
            Err(_) => {
                // The library's caches may be half written.
                *self = Self::with(self.source, self.plain.is_some());
                Some(BROKEN)
            }
        };
        let mut page = recorder.finish();
        page.fault = page.fault.or(fault);
        Ok(page)
    }

    /// Interprets a page; gives what of it is damaged, in words.
    fn interpret(
        &mut self,
        page: &'a PdfPage<'a>,
        recorder: &mut Recorder<'_>,
    ) -> Result<Option<&'static str>, Refusal> {
        let damaged = self.guard.page(page)?;
        let drawn = content::of_page(page, &self.source.budget)?;
        content::look_through(&drawn.data)?;
        let transform = Affine::new(page.initial_transform(true).as_coeffs());
        let (width, height) = page.render_dimensions();
        let bounds = Box2::new(0.0, 0.0, f64::from(width), f64::from(height));
        let device = &mut Recording { recorder, fonts: &mut self.fonts, page };
        let read = |plain: &mut Plain<'a>| plain.content(&drawn.data, transform, bounds, device).is_ok();
        let plain = self.plain.as_mut().is_some_and(read);
        if plain && !page.raw().contains_key(b"Annots") {
            return Ok(if drawn.whole { damaged } else { Some(BAD_CONTENT) });
        }
        let mut context = Context::new(transform, bounds, &self.cache, self.source.pdf.xref(), self.settings.clone());
        if !plain {
            device.recorder.start_again();
            interpret(TypedIter::new(&drawn.data), page.resources(), &mut context, device);
        }
        interpret_page(page, &mut context, device);
        Ok(if drawn.whole { damaged } else { Some(BAD_CONTENT) })
    }
}
