//! Takes what the interpreter of the library draws, and hands it to the recorder.

use hayro_interpret::font::{Glyph as Shape, GlyphRun};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::hayro_syntax::object::{Dict, String as PdfString};
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Rect as Box2, Shape as _};
use hayro_interpret::{BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint, SoftMask};

use super::fonts::Fonts;
use super::recorder::{Mode, Placed, RULE_THICKNESS, Recorder, WHITE, clean};
use crate::page::{Text, UNKNOWN};

/// The recorder together with what it needs of the page while the library interprets it.
pub(super) struct Recording<'r, 'b, 'p> {
    pub(super) recorder: &'r mut Recorder<'b>,
    pub(super) fonts: &'r mut Fonts,
    pub(super) page: &'p PdfPage<'p>,
}

/// What a glyph reads.
pub(super) struct Reads {
    pub(super) text: Text,
    /// Glyphs to spend beyond the glyph itself.
    pub(super) extra: u64,
}

/// What a glyph reads, by the file or by its font program.
pub(super) fn reads(shape: &Shape<'_>, fonts: &mut Fonts, page: &PdfPage<'_>) -> Reads {
    let known = shape.as_unicode().filter(is_text).or_else(|| match shape {
        Shape::Outline(outline) => fonts.decode(outline, page).filter(is_text),
        Shape::Type3(_) => None,
    });
    match known {
        Some(BfString::Char(c)) => Reads { text: clean(Text::Char(c)), extra: 0 },
        Some(BfString::String(text)) => Reads { extra: text.len() as u64 / 3, text: clean(Text::new(&text)) },
        None => Reads { text: Text::Char(UNKNOWN), extra: 0 },
    }
}

/// How far a glyph moves on, in 1/1000 em, where it announces it.
pub(super) fn advance(shape: &Shape<'_>) -> Option<f32> {
    match shape {
        Shape::Outline(outline) => outline.advance_width(),
        Shape::Type3(drawn) => drawn.advance_width(),
    }
}

/// How far a glyph reaches along its line, in ems, given the advance that it announces.
pub(super) fn reach(advance: Option<f32>) -> f64 {
    const UNANNOUNCED: f32 = 500.0;
    f64::from(advance.unwrap_or(UNANNOUNCED)) / 1000.0
}

impl Recording<'_, '_, '_> {
    fn glyphs(&mut self, run: &GlyphRun<'_, '_>, transform: Affine, invisible: bool) {
        let vertical = run.writing_mode() == WritingMode::Vertical;
        let placed = run.glyphs().iter().map(|glyph| {
            let Reads { text, extra } = reads(glyph, self.fonts, self.page);
            let advance = if vertical { 1.0 } else { reach(advance(glyph)) };
            Placed { matrix: transform * glyph.transform(), advance, text, extra }
        });
        self.recorder.run(placed, Mode { vertical, invisible });
    }
}

/// Codes that map to control characters are those of glyphs whose character is not known.
fn is_text(text: &BfString) -> bool {
    let known = |c: char| (!c.is_control() || c.is_whitespace()) && c != UNKNOWN;
    match text {
        BfString::Char(c) => known(*c),
        BfString::String(text) => !text.is_empty() && text.chars().all(known),
    }
}

/// `None` for paint that cannot be seen at all, otherwise whether it is white.
pub(super) fn whiteness(paint: &Paint<'_>) -> Option<bool> {
    match paint {
        Paint::Color(color) => {
            let [r, g, b, a] = color.to_rgba().components();
            (a > 0.0).then_some(r >= WHITE && g >= WHITE && b >= WHITE)
        }
        Paint::Pattern(_) => Some(false),
    }
}

impl<'a> Device<'a> for Recording<'_, '_, '_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.recorder.tick();
        let Some(white) = whiteness(&props.paint) else { return };
        let recorder = &mut *self.recorder;
        match mode {
            DrawMode::Fill(rule) => recorder.fill(path, props.transform, *rule, white),
            DrawMode::Stroke(stroke) => recorder.stroke(path, props.transform, stroke.line_width, white),
            DrawMode::FillAndStroke(rule, stroke) => {
                recorder.fill(path, props.transform, *rule, white);
                recorder.stroke(path, props.transform, stroke.line_width, white);
            }
            DrawMode::Invisible => {}
        }
    }

    fn draw_rect(&mut self, rect: &Box2, props: DrawProps<'a>, mode: &DrawMode) {
        if matches!(mode, DrawMode::Fill(_)) {
            self.recorder.tick();
            if let Some(white) = whiteness(&props.paint) {
                self.recorder.paint_box(props.transform.transform_rect_bbox(*rect), white);
            }
        } else {
            self.draw_path(&rect.to_path(0.1), props, mode);
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.recorder.push_clip(clip.path.bounding_box(), is_box(&clip.path));
    }

    fn push_clip_rect(&mut self, rect: &Box2) {
        self.recorder.push_clip(*rect, false);
    }

    fn pop_clip(&mut self) {
        self.recorder.pop_clip();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.recorder.tick();
    }

    fn pop_transparency_group(&mut self) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.glyphs(run, props.transform, matches!(mode, DrawMode::Invisible));
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.recorder.tick();
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        let area = props.transform.transform_rect_bbox(Box2::new(0.0, 0.0, width, height));
        self.recorder.image(area);
        if area.width().min(area.height()) <= RULE_THICKNESS {
            self.recorder.paint_box(area, false);
        }
    }

    fn begin_marked_content(&mut self, _: &[u8], properties: Option<&Dict<'_>>) {
        self.recorder.begin_marked(|| actual_text(properties?));
    }

    fn end_marked_content(&mut self) {
        self.recorder.end_marked();
    }
}

/// The text, as a PDF text string, that replaces what is drawn.
pub(super) fn actual_text(properties: &Dict<'_>) -> Option<Vec<u8>> {
    properties.get::<PdfString<'_>>(b"ActualText").map(|text| text.as_bytes().to_vec())
}

/// A clip along a single box, upright or not. The library hands over upright ones as rectangles, so that these are the
/// boxes of forms.
pub(super) fn is_box(path: &BezPath) -> bool {
    use PathEl::{ClosePath, LineTo, MoveTo};
    matches!(path.elements(), [MoveTo(_), LineTo(_), LineTo(_), LineTo(_), ClosePath])
}
