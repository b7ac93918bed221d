//! Asks the library what it knows of the glyphs of a font.

use hayro_interpret::font::{Glyph as Shape, GlyphRun};
use hayro_interpret::hayro_cmap::WritingMode;
use hayro_interpret::hayro_syntax::content::TypedIter;
use hayro_interpret::hayro_syntax::object::{Dict, Name};
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::kurbo::{BezPath, Rect as Box2};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask, interpret,
};

use super::announced::is_simple;
use super::{NotPlain, Plainly};
use crate::backend::device::{Reads, advance, reach, reads};
use crate::backend::fonts::Fonts as Decoders;
use crate::page::Text;

/// A code of a font.
#[derive(Clone)]
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

/// How the codes of a font that is written horizontally are read: they are of one or two bytes.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// Codes are of one byte whatever they are.
    pub(super) simple: bool,
    /// Two zeros are one code: where they are not, what is read as zero says nothing of its length.
    pub(super) zeros: bool,
}

/// The library, asked about the fonts of a page.
pub(super) struct Library<'r, 'a> {
    pub(super) page: &'a PdfPage<'a>,
    pub(super) context: &'r mut Context<'a>,
    pub(super) decoders: &'r mut Decoders,
}

impl<'a> Library<'_, 'a> {
    /// The dictionary of a font.
    pub(super) fn font(&self, font: &[u8]) -> Option<Dict<'a>> {
        self.page.resources().get_font(&Name::new_unescaped(font))
    }

    /// How the codes of a font, which has this dictionary, are read; `None` where it is not plain.
    pub(super) fn kind(&mut self, font: &[u8], dict: &Dict<'_>) -> Option<Kind> {
        let simple = is_simple(dict)?;
        // In place of a font that it cannot load, the library shows ASCII alone.
        let read = self.ask(font, b"\x80\x80").ok()?;
        let zeros = !simple && self.ask(font, b"\0\0").ok()?.len() == 1;
        (!read.is_empty()).then_some(Kind { simple, zeros })
    }

    /// The codes that the library reads in a string, with what it knows of them.
    pub(super) fn ask(&mut self, font: &[u8], bytes: &[u8]) -> Plainly<Vec<(u32, Known)>> {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let mut content = [b"/", font, b" 1000 Tf<"].concat();
        content.extend(bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]));
        content.extend_from_slice(b">Tj");
        let Self { page, context, decoders } = self;
        let mut probe = Probe { page, decoders, read: Vec::new(), plain: true };
        interpret(TypedIter::new(&content), page.resources(), context, &mut probe);
        if probe.plain { Ok(probe.read) } else { Err(NotPlain) }
    }
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
