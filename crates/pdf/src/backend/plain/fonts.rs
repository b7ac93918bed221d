//! What the library knows of the glyphs of fonts, asked for once per font and code.

use std::collections::BTreeMap;

use hayro_interpret::font::{Glyph as Shape, GlyphRun};
use hayro_interpret::hayro_cmap::WritingMode;
use hayro_interpret::hayro_syntax::content::TypedIter;
use hayro_interpret::hayro_syntax::object::Name;
use hayro_interpret::hayro_syntax::object::dict::keys::SUBTYPE;
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::kurbo::{BezPath, Rect as Box2};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask, interpret,
};

use super::super::device::{Reads, advance, reach, reads};
use super::super::fonts::Fonts as Decoders;
use super::{NotPlain, Plainly};
use crate::page::Text;

/// A code of a font.
pub(super) struct Known {
    /// What it reads, ready for the page.
    pub(super) text: Text,
    /// Glyphs to spend beyond the glyph itself.
    pub(super) extra: u64,
    /// How far the text moves on, in 1/1000 em.
    pub(super) advance: f32,
    /// How far its glyph reaches, in ems.
    pub(super) reach: f64,
    /// How much its glyph is stretched along the line.
    pub(super) stretch: f64,
}

/// A font that is written horizontally, with codes of one or two bytes.
pub(super) struct Font {
    /// Codes are of one byte whatever they are.
    simple: bool,
    /// Two zeros are one code: where they are not, what is read as zero says nothing of its length.
    zeros: bool,
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
    fn new(simple: bool, zeros: bool) -> Self {
        let double = if simple { Vec::new() } else { vec![None; 256] };
        Self { simple, zeros, known: Vec::new(), single: [UNSEEN; 256], double }
    }

    pub(super) fn known(&self, code: Code) -> &Known {
        &self.known[code.known as usize]
    }

    /// Reads the codes of a string; false where one of them is not known yet.
    fn read(&self, bytes: &[u8], codes: &mut Vec<Code>) -> bool {
        let mut rest = bytes;
        while let [first, after @ ..] = rest {
            let mut known = self.single[usize::from(*first)];
            let space = known != UNSEEN && *first == b' ';
            rest = after;
            if known == UNSEEN && !self.simple {
                let [second, after @ ..] = after else { return false };
                known = self.double[usize::from(*first)].as_ref().map_or(UNSEEN, |row| row[usize::from(*second)]);
                rest = after;
            }
            if known == UNSEEN {
                return false;
            }
            codes.push(Code { known, space });
        }
        true
    }

    /// Asks for the unseen codes of a string, of one byte each, and for those around them.
    fn learn_blocks(&mut self, name: &[u8], bytes: &[u8], asked: &mut Asked<'_, '_>) -> Plainly {
        for byte in bytes {
            if self.single[usize::from(*byte)] == UNSEEN {
                let first = byte - byte % BLOCK;
                let block: Vec<u8> = (first..=first + (BLOCK - 1)).collect();
                self.learn(&block, ask(name, &block, asked)?)?;
            }
        }
        Ok(())
    }

    /// Keeps what the library read of a string.
    fn learn(&mut self, bytes: &[u8], read: Vec<(u32, Known)>) -> Plainly {
        let mut at = 0;
        for (code, known) in read {
            let first = *bytes.get(at).ok_or(NotPlain)?;
            let number = self.known.len() as u32;
            let place = if code == u32::from(first) && (self.simple || first != 0) {
                at += 1;
                &mut self.single[usize::from(first)]
            } else {
                let second = *bytes.get(at + 1).ok_or(NotPlain)?;
                let row = self.double.get_mut(usize::from(first)).ok_or(NotPlain)?;
                let expected = (u32::from(first) << 8) | u32::from(second);
                if code != expected || (code == 0 && !self.zeros) || self.single[usize::from(first)] != UNSEEN {
                    return Err(NotPlain);
                }
                at += 2;
                &mut row.get_or_insert_with(|| Box::new([UNSEEN; 256]))[usize::from(second)]
            };
            if *place == UNSEEN {
                *place = number;
                self.known.push(known);
            }
        }
        if at == bytes.len() { Ok(()) } else { Err(NotPlain) }
    }
}

/// Fonts of a document by the number of their object; `None` where a font is not plain.
#[derive(Default)]
pub(super) struct Fonts {
    numbers: BTreeMap<(u32, i32), Option<usize>>,
    fonts: Vec<Font>,
}

/// What a page is read with.
pub(super) struct Asked<'r, 'a> {
    pub(super) page: &'a PdfPage<'a>,
    pub(super) context: &'r mut Context<'a>,
    pub(super) decoders: &'r mut Decoders,
}

impl Fonts {
    pub(super) fn get(&self, font: usize) -> &Font {
        &self.fonts[font]
    }

    /// The number of a font of a page.
    pub(super) fn find(&mut self, name: &[u8], asked: &mut Asked<'_, '_>) -> Plainly<usize> {
        let id = asked.page.resources().fonts.get_ref(name).ok_or(NotPlain)?;
        let key = (id.obj_number, id.gen_number);
        if let Some(known) = self.numbers.get(&key) {
            return known.ok_or(NotPlain);
        }
        let font = load(name, asked);
        let number = font.map(|font| {
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
        let start = codes.len();
        let font = &mut self.fonts[font];
        if font.read(bytes, codes) {
            return Ok(());
        }
        codes.truncate(start);
        if font.simple {
            font.learn_blocks(name, bytes, asked)?;
        } else {
            font.learn(bytes, ask(name, bytes, asked)?)?;
        }
        if font.read(bytes, codes) { Ok(()) } else { Err(NotPlain) }
    }
}

/// A font of which no code is known yet.
fn load(name: &[u8], asked: &mut Asked<'_, '_>) -> Option<Font> {
    let dict = asked.page.resources().get_font(&Name::new_unescaped(name))?;
    let simple = match dict.get::<Name<'_>>(SUBTYPE)?.as_ref() {
        b"Type1" | b"MMType1" | b"TrueType" | b"OpenType" | b"Type3" => true,
        b"Type0" => false,
        _ => return None,
    };
    // In place of a font that it cannot load, the library shows ASCII alone.
    let read = ask(name, b"\x80\x80", asked).ok()?;
    let zeros = !simple && ask(name, b"\0\0", asked).ok()?.len() == 1;
    (!read.is_empty()).then(|| Font::new(simple, zeros))
}

/// The codes that the library reads in a string, with what it knows of them.
fn ask(name: &[u8], bytes: &[u8], asked: &mut Asked<'_, '_>) -> Plainly<Vec<(u32, Known)>> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut content = [b"/", name, b" 1000 Tf<"].concat();
    content.extend(bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]));
    content.extend_from_slice(b">Tj");
    let mut probe = Probe { page: asked.page, decoders: asked.decoders, read: Vec::new(), plain: true };
    interpret(TypedIter::new(&content), asked.page.resources(), asked.context, &mut probe);
    if probe.plain { Ok(probe.read) } else { Err(NotPlain) }
}

/// Takes glyphs at a size of 1000, so that their matrix tells how they are stretched.
struct Probe<'r, 'a> {
    page: &'r PdfPage<'a>,
    decoders: &'r mut Decoders,
    read: Vec<(u32, Known)>,
    plain: bool,
}

impl Probe<'_, '_> {
    fn glyph(&mut self, shape: &Shape<'_>, stretch: f64) {
        let Reads { text, extra } = reads(shape, self.decoders, self.page);
        let announced = advance(shape);
        let known = Known { text, extra, advance: announced.unwrap_or_default(), reach: reach(announced), stretch };
        self.read.push((shape.char_code(), known));
    }
}

impl<'a> Device<'a> for Probe<'_, '_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        self.plain &= run.writing_mode() == WritingMode::Horizontal;
        for glyph in run.glyphs() {
            let [stretch, b, c, d, ..] = glyph.transform().as_coeffs();
            self.plain &= (b, c, d) == (0.0, 0.0, 1.0) && stretch.is_finite();
            self.glyph(glyph, stretch);
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn draw_rect(&mut self, _: &Box2, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
