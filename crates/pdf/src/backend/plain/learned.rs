//! What the readers of a document tell each other of its fonts: to load a font may take longer than to read a page.
//!
//! What is known of a font does not depend on who asked, nor when. Whoever comes second takes it from the notes; who
//! would have to wait for them looks into another font of the page meanwhile.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::hayro_syntax::xref::XRef;
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings};

use super::announced::announced;
use super::ask::{Kind, Known, Library};
use super::asking_context;
use super::tokens::is_plain_name;
use crate::backend::fonts::Fonts as Decoders;

/// The number and the generation of the object of a font.
pub(super) type FontId = (u32, i32);

/// The bytes of a code: its first one, and its second one if it has two.
pub(super) type Bytes = (u8, Option<u8>);

/// What is known of a font.
#[derive(Default)]
pub(super) enum Notes {
    #[default]
    Nothing,
    NotPlain,
    /// Its codes in the order in which they were learned.
    Plain(Kind, Vec<(Bytes, Known)>),
}

/// The fonts of a document.
#[derive(Default)]
pub(in crate::backend) struct Learned(Mutex<BTreeMap<FontId, Arc<Mutex<Notes>>>>);

impl Learned {
    /// The notes of a font.
    pub(super) fn of(&self, font: FontId) -> Arc<Mutex<Notes>> {
        Arc::clone(lock(&self.0).entry(font).or_default())
    }

    /// The notes of a font that nobody has begun with.
    fn claim(&self, font: FontId) -> Option<Arc<Mutex<Notes>>> {
        match lock(&self.0).entry(font) {
            Entry::Vacant(place) => Some(Arc::clone(place.insert(Arc::default()))),
            Entry::Occupied(_) => None,
        }
    }
}

/// Nothing is noted before the library has answered, so that notes are whole even where it broke off.
pub(super) fn lock<T>(notes: &Mutex<T>) -> MutexGuard<'_, T> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is asked of the fonts of a page: of other readers first, then of the library.
pub(super) struct Asked<'r, 'a> {
    pub(super) library: Library<'r, 'a>,
    pub(super) learned: &'r Learned,
    pub(super) scout: &'r mut Scout<'a>,
}

impl Asked<'_, '_> {
    /// The notes of a font, with what was found out of it.
    pub(super) fn notes<'n>(&mut self, font: &[u8], notes: &'n Mutex<Notes>) -> MutexGuard<'n, Notes> {
        let mut notes = self.wait(notes);
        if let Notes::Nothing = *notes {
            let found = self.scout.look_into(font, self.library.page);
            *notes = found.unwrap_or_else(|| {
                let kind = self.library.font(font).and_then(|dict| self.library.kind(font, &dict));
                kind.map_or(Notes::NotPlain, |kind| Notes::Plain(kind, Vec::new()))
            });
        }
        notes
    }

    /// Waits for the notes of a font, if another reader has them.
    fn wait<'n>(&mut self, notes: &'n Mutex<Notes>) -> MutexGuard<'n, Notes> {
        while let Err(TryLockError::WouldBlock) = notes.try_lock() {
            if !self.scout.look_ahead(self.library.page, self.learned) {
                break;
            }
        }
        lock(notes)
    }
}

/// What the library says of a font, and of all codes that the font announces; nothing where it announces none, or one
/// that is not plain.
fn look_into(font: &[u8], library: &mut Library<'_, '_>) -> Option<Notes> {
    let dict = library.font(font)?;
    let string = announced(&dict)?;
    let Some(kind) = library.kind(font, &dict) else { return Some(Notes::NotPlain) };
    let read = library.ask(font, &string).ok()?;
    let bytes: Vec<Bytes> = if kind.simple {
        string.into_iter().map(|byte| (byte, None)).collect()
    } else {
        string.as_chunks().0.iter().map(|[first, second]| (*first, Some(*second))).collect()
    };
    let code = |(first, second): &Bytes| second.map_or((*first).into(), |second| u16::from_be_bytes([*first, second]));
    let same = read.iter().map(|(code, _)| *code).eq(bytes.iter().map(|bytes| code(bytes).into()));
    let known = read.into_iter().map(|(_, known)| known);
    same.then(|| Notes::Plain(kind, iter::zip(bytes, known).collect()))
}

/// Looks into whole fonts, with caches of its own: what breaks the library there, and may never be shown, breaks nothing
/// else.
pub(super) struct Scout<'a> {
    xref: &'a XRef,
    settings: InterpreterSettings,
    caches: Option<(Context<'a>, Decoders)>,
}

impl<'a> Scout<'a> {
    pub(super) fn new(xref: &'a XRef, settings: InterpreterSettings) -> Self {
        Self { xref, settings, caches: None }
    }

    /// Looks into a font of a page that nobody has begun with; false where there is none.
    fn look_ahead(&mut self, page: &'a PdfPage<'a>, learned: &Learned) -> bool {
        let fonts = &page.resources().fonts;
        let unclaimed = fonts.keys().find_map(|name| {
            let id = fonts.get_ref(&name).filter(|_| is_plain_name(&name))?;
            Some((learned.claim((id.obj_number, id.gen_number))?, name))
        });
        let Some((notes, name)) = unclaimed else { return false };
        let mut notes = lock(&notes);
        if let Notes::Nothing = *notes {
            *notes = self.look_into(&name, page).unwrap_or_default();
        }
        true
    }

    /// Nothing of fonts whose codes are only known when they are met.
    fn look_into(&mut self, font: &[u8], page: &'a PdfPage<'a>) -> Option<Notes> {
        let new = || (asking_context(&InterpreterCache::new(), self.xref, &self.settings), Decoders::default());
        let (mut context, mut decoders) = self.caches.take().unwrap_or_else(new);
        let mut library = Library { page, context: &mut context, decoders: &mut decoders };
        let found = catch_unwind(AssertUnwindSafe(|| look_into(font, &mut library))).ok()?;
        // The library's caches may be half written where it broke off.
        self.caches = Some((context, decoders));
        found
    }
}
