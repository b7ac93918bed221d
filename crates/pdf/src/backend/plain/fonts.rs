//! The fonts of a document as one reader knows them: how bytes of a string read, without asking the library.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::ask::{Kind, Known, Library};
use super::learned::{Asked, Bytes, FontId, Notes, lock};
use super::{NotPlain, Plainly};

/// A font that is written horizontally, with codes of one or two bytes.
pub(super) struct Font {
    notes: Arc<Mutex<Notes>>,
    /// How many codes were taken from the notes.
    taken: usize,
    kind: Kind,
    known: Vec<Known>,
    /// By their byte, where codes of one byte stand in `known`.
    single: [u32; 256],
    /// By their first and second byte, where codes of two bytes stand in `known`.
    double: Vec<Option<Box<[u32; 256]>>>,
}

/// Where nothing is known yet.
const UNSEEN: u32 = u32::MAX;

/// Codes of one byte that are asked for at once: to ask costs more than the answer.
const BLOCK: u8 = 64;

/// A code that was read, as its number among the known ones.
#[derive(Clone, Copy)]
pub(super) struct Code {
    pub(super) known: u32,
    /// A space that word spacing applies to.
    pub(super) space: bool,
}

impl Font {
    fn new(notes: Arc<Mutex<Notes>>, kind: Kind) -> Self {
        let double = if kind.simple { Vec::new() } else { vec![None; 256] };
        Self { notes, taken: 0, kind, known: Vec::new(), single: [UNSEEN; 256], double }
    }

    pub(super) fn known(&self, code: Code) -> &Known {
        &self.known[code.known as usize]
    }

    /// Reads the codes of a string; false, and nothing read, where one of them is not known yet.
    fn read(&self, bytes: &[u8], codes: &mut Vec<Code>) -> bool {
        let start = codes.len();
        let mut rest = bytes;
        while let [first, after @ ..] = rest {
            let mut known = self.single[usize::from(*first)];
            let space = known != UNSEEN && *first == b' ';
            rest = after;
            if let (UNSEEN, false, [second, after @ ..]) = (known, self.kind.simple, after) {
                known = self.double[usize::from(*first)].as_ref().map_or(UNSEEN, |row| row[usize::from(*second)]);
                rest = after;
            }
            if known == UNSEEN {
                codes.truncate(start);
                return false;
            }
            codes.push(Code { known, space });
        }
        true
    }

    /// Takes what was noted since the last time.
    fn take(&mut self, notes: &Notes) {
        let Notes::Plain(_, codes) = notes else { return };
        for (bytes, known) in &codes[self.taken..] {
            self.add(*bytes, known);
        }
        self.taken = codes.len();
    }

    /// False where the code is known already.
    fn add(&mut self, (first, second): Bytes, known: &Known) -> bool {
        let number = self.known.len() as u32;
        let first = usize::from(first);
        let place = match second {
            None => &mut self.single[first],
            Some(second) => &mut self.double[first].get_or_insert_with(|| Box::new([UNSEEN; 256]))[usize::from(second)],
        };
        let new = *place == UNSEEN;
        if new {
            *place = number;
            self.known.push(known.clone());
        }
        new
    }

    /// Asks for the codes of a string. Nobody waits meanwhile: that two ask for the same is rare, and does no harm.
    fn learn(&mut self, name: &[u8], bytes: &[u8], library: &mut Library<'_, '_>) -> Plainly {
        if !self.kind.simple {
            return self.note(bytes, library.ask(name, bytes)?);
        }
        // Those around them are asked for, too.
        for byte in bytes {
            if self.single[usize::from(*byte)] == UNSEEN {
                let first = byte - byte % BLOCK;
                let block: Vec<u8> = (first..=first + (BLOCK - 1)).collect();
                self.note(&block, library.ask(name, &block)?)?;
            }
        }
        Ok(())
    }

    /// Keeps what the library read of a string.
    fn note(&mut self, bytes: &[u8], read: Vec<(u32, Known)>) -> Plainly {
        let notes = Arc::clone(&self.notes);
        let mut notes = lock(&notes);
        self.take(&notes);
        let mut rest = bytes;
        for (code, known) in read {
            let bytes = self.bytes(code, rest)?;
            rest = &rest[1 + usize::from(bytes.1.is_some())..];
            if self.add(bytes, &known)
                && let Notes::Plain(_, codes) = &mut *notes
            {
                codes.push((bytes, known));
            }
        }
        if rest.is_empty() { Ok(()) } else { Err(NotPlain) }
    }

    /// The bytes at the beginning of a string that the library read as a code.
    fn bytes(&self, code: u32, string: &[u8]) -> Plainly<Bytes> {
        let [first, after @ ..] = string else { return Err(NotPlain) };
        if code == u32::from(*first) && (self.kind.simple || *first != 0) {
            return Ok((*first, None));
        }
        let [second, ..] = after else { return Err(NotPlain) };
        let expected = (u32::from(*first) << 8) | u32::from(*second);
        let known = self.single[usize::from(*first)] != UNSEEN;
        if self.kind.simple || code != expected || (code == 0 && !self.kind.zeros) || known {
            return Err(NotPlain);
        }
        Ok((*first, Some(*second)))
    }
}

/// Fonts of a document by the number of their object; `None` where a font is not plain.
#[derive(Default)]
pub(super) struct Fonts {
    numbers: BTreeMap<FontId, Option<usize>>,
    fonts: Vec<Font>,
}

impl Fonts {
    pub(super) fn get(&self, font: usize) -> &Font {
        &self.fonts[font]
    }

    /// The number of a font of a page.
    pub(super) fn find(&mut self, name: &[u8], asked: &mut Asked<'_, '_>) -> Plainly<usize> {
        let id = asked.library.page.resources().fonts.get_ref(name).ok_or(NotPlain)?;
        let key = (id.obj_number, id.gen_number);
        if let Some(known) = self.numbers.get(&key) {
            return known.ok_or(NotPlain);
        }
        let number = load(name, asked, &asked.learned.of(key)).map(|font| {
            self.fonts.push(font);
            self.fonts.len() - 1
        });
        self.numbers.insert(key, number);
        number.ok_or(NotPlain)
    }

    /// The codes of a string that is shown with a font.
    pub(super) fn read(
        &mut self,
        font: usize,
        name: &[u8],
        bytes: &[u8],
        codes: &mut Vec<Code>,
        asked: &mut Asked<'_, '_>,
    ) -> Plainly {
        let font = &mut self.fonts[font];
        if font.read(bytes, codes) {
            return Ok(());
        }
        let notes = Arc::clone(&font.notes);
        font.take(&lock(&notes));
        if font.read(bytes, codes) {
            return Ok(());
        }
        font.learn(name, bytes, &mut asked.library)?;
        if font.read(bytes, codes) { Ok(()) } else { Err(NotPlain) }
    }
}

/// A font with what is known of it.
fn load(name: &[u8], asked: &mut Asked<'_, '_>, notes: &Arc<Mutex<Notes>>) -> Option<Font> {
    let known = asked.notes(name, notes);
    let Notes::Plain(kind, _) = *known else { return None };
    let mut font = Font::new(Arc::clone(notes), kind);
    font.take(&known);
    Some(font)
}
