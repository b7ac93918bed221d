//! Draws what was read over a page: glyph boxes, rules, cells and spans. For people who want to see why a table was read
//! as it was.
//!
//! Colours: glyph boxes blue, rules red, cells green, cells with spans filled orange, furniture and text outside tables
//! grey boxes.

mod plain;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::{FontData, FontQuery};
use hayro::hayro_syntax::page::Page as PdfPage;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::kurbo::{Affine, Rect as Box2, Stroke};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::color::{AlphaColor, Srgb};
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};
use jixiao_model::{Block, Cell, Limits, Place, ReadError, Reading, Rect};
use jixiao_pdf::{Page, Rule, pages, read_pdf};

pub use plain::{Drawer, Plain};

/// How a page is drawn.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Password of an encrypted file.
    pub password: Option<String>,
    /// Pixels per point; 0 for twice the size of the page in points.
    pub scale: f32,
    /// A font file (TTF, OTF, TTC) with the number of the face in it, for text whose font is not in the PDF. Without it
    /// such Chinese text stays blank, and only its boxes are seen.
    pub fallback_font: Option<(Vec<u8>, u32)>,
}

/// A drawn page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The bytes of the PNG.
    pub png: Vec<u8>,
    /// Some Chinese text is drawn blank, since its font is not in the PDF and no other was given.
    pub blank_text: bool,
}

/// Pixels per point where none are asked for.
const SCALE: f32 = 2.0;

/// The longest side of a picture in pixels.
const MAX_SIDE: f32 = 8_000.0;

const GLYPH: [u8; 4] = [40, 90, 220, 70];
const RULE: [u8; 4] = [220, 30, 30, 170];
const CELL: [u8; 4] = [10, 150, 60, 200];
const SPAN: [u8; 4] = [250, 150, 0, 60];
const OTHER: [u8; 4] = [90, 90, 90, 140];

/// Draws a page (1-based) with what was read over it.
///
/// # Errors
///
/// As [`read_pdf`]; [`ReadError::NotReadable`] also for a page that the file does not have.
pub fn page_png(bytes: &[u8], page: u32, options: &Options, limits: &Limits) -> Result<Picture, ReadError> {
    let password = options.password.as_deref();
    let reading = read_pdf(bytes, password, limits)?;
    let number = page;
    let drawn = pages(bytes, password, limits)?;
    let pdf = Pdf::new_with_password(bytes.to_vec(), password.unwrap_or_default()).map_err(load_error)?;
    let index = (page as usize).wrapping_sub(1);
    let (Some(page), Some(shown)) = (pdf.pages().get(index), drawn.get(index)) else {
        return Err(ReadError::NotReadable(format!("the PDF has {} pages: there is no page {page}", drawn.len())));
    };
    let mut canvas = Canvas::new(page, options);
    let blank_text = Arc::new(AtomicBool::new(false));
    // What is drawn over a page tells most where the page itself cannot be drawn.
    let _ = catch_unwind(AssertUnwindSafe(|| canvas.page(page, &settings(options, &blank_text))));
    canvas.glyphs(shown);
    canvas.reading(&reading, number);
    canvas.rules(shown);
    let png = canvas.png().ok_or_else(|| ReadError::NotReadable("the picture cannot be written as PNG".to_owned()))?;
    Ok(Picture { png, blank_text: blank_text.load(Ordering::Relaxed) })
}

fn load_error(error: LoadPdfError) -> ReadError {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => ReadError::Encrypted,
        _ => ReadError::NotReadable("the PDF cannot be opened".to_owned()),
    }
}

struct Canvas {
    context: RenderContext,
    scale: f64,
}

impl Canvas {
    fn new(page: &PdfPage<'_>, options: &Options) -> Self {
        let (width, height) = page.render_dimensions();
        let wanted = if options.scale > 0.0 { options.scale } else { SCALE };
        let scale = wanted.min(MAX_SIDE / width.max(height).max(1.0));
        let side = |length: f32| (length * scale).clamp(1.0, MAX_SIDE) as u16;
        Self { context: RenderContext::new(side(width), side(height)), scale: f64::from(scale) }
    }

    fn page(&mut self, page: &PdfPage<'_>, settings: &InterpreterSettings) {
        let transform = Affine::scale(self.scale) * Affine::new(page.initial_transform(true).as_coeffs());
        let cache = RenderCache::new();
        render_into(page, &cache, settings, &RenderSettings::default(), &mut self.context, transform);
        self.context.set_transform(Affine::scale(self.scale));
    }

    fn glyphs(&mut self, page: &Page) {
        for glyph in page.glyphs.iter().filter(|glyph| !glyph.text.is_blank()) {
            self.outline(glyph.area, GLYPH, 0.3);
        }
    }

    fn rules(&mut self, page: &Page) {
        for Rule { horizontal, at, from, to } in &page.rules {
            let (at, from, to) = (*at, *from, *to);
            let area = if *horizontal {
                Rect { x0: from, y0: at, x1: to, y1: at }
            } else {
                Rect { x0: at, y0: from, x1: at, y1: to }
            };
            self.fill(area, RULE, 0.4);
        }
    }

    fn reading(&mut self, reading: &Reading, page: u32) {
        let here = |place: &Place| place.area.filter(|_| place.page == Some(page));
        for block in &reading.blocks {
            match block {
                Block::Table(table) => {
                    table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| self.cell(cell, here));
                }
                Block::Paragraph(lines) => {
                    for area in lines.iter().filter_map(|line| here(&line.place)) {
                        self.outline(area, OTHER, 0.6);
                    }
                }
                Block::Furniture(line) => {
                    if let Some(area) = here(&line.place) {
                        self.fill(area, OTHER, 0.0);
                    }
                }
                Block::PageBreak => {}
            }
        }
    }

    fn cell(&mut self, cell: &Cell, here: impl Fn(&Place) -> Option<Rect>) {
        for area in cell.parts.iter().filter_map(here) {
            if cell.row_span > 1 || cell.column_span > 1 {
                self.fill(area, SPAN, 0.0);
            }
            self.outline(area, CELL, 1.0);
        }
    }

    fn fill(&mut self, area: Rect, colour: [u8; 4], grow: f64) {
        self.context.set_paint(paint(colour));
        self.context.fill_rect(&points(area).inflate(grow, grow));
    }

    fn outline(&mut self, area: Rect, colour: [u8; 4], width: f64) {
        self.context.set_paint(paint(colour));
        self.context.set_stroke(Stroke::new(width));
        self.context.stroke_rect(&points(area));
    }

    fn png(self) -> Option<Vec<u8>> {
        self.pixels().into_png().ok()
    }

    fn pixels(mut self) -> Pixmap {
        self.context.flush();
        let mut pixmap = Pixmap::new(self.context.width(), self.context.height());
        let settings = RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..Default::default() };
        self.context.render_with(&mut pixmap, &mut Resources::default(), settings);
        pixmap
    }
}

fn paint([r, g, b, a]: [u8; 4]) -> AlphaColor<Srgb> {
    AlphaColor::from_rgba8(r, g, b, a)
}

fn points(area: Rect) -> Box2 {
    let point = |v: i32| f64::from(v) / 1000.0;
    Box2::new(point(area.x0), point(area.y0), point(area.x1), point(area.y1))
}

/// The library's own fonts for Latin text, and the given one for everything else that is not in the file. Where none is
/// given, `blank_text` says afterwards whether one was needed.
fn settings(options: &Options, blank_text: &Arc<AtomicBool>) -> InterpreterSettings {
    let mut settings = InterpreterSettings::default();
    let font: Option<(FontData, u32)> =
        options.fallback_font.as_ref().map(|(bytes, index)| (Arc::new(bytes.clone()) as FontData, *index));
    let (own, blank_text) = (settings.font_resolver.clone(), blank_text.clone());
    settings.font_resolver = Arc::new(move |query| match query {
        FontQuery::Fallback(wanted) if wanted.character_collection.is_some() => {
            blank_text.fetch_or(font.is_none(), Ordering::Relaxed);
            font.clone().or_else(|| own(query))
        }
        _ => own(query),
    });
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn booklet() -> Vec<u8> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/booklets/part-canvas-cid.pdf");
        std::fs::read(path).unwrap()
    }

    /// Width and height in the header of a PNG.
    fn size(png: &[u8]) -> (u32, u32) {
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        (number(16), number(20))
    }

    #[test]
    fn a_page_is_drawn_at_its_scale() {
        let draw =
            |scale| page_png(&booklet(), 3, &Options { scale, ..Options::default() }, &Limits::default()).unwrap();
        assert!(draw(1.0).blank_text, "the font of this booklet is not in it");
        let (once, twice) = (size(&draw(1.0).png), size(&draw(2.0).png));
        assert!(once.0 > 500 && once.1 > once.0);
        assert!(twice.0.abs_diff(once.0 * 2) <= 1 && twice.1.abs_diff(once.1 * 2) <= 1);
    }

    #[test]
    fn a_page_that_is_not_there() {
        for page in [0, 1_000] {
            let result = page_png(&booklet(), page, &Options::default(), &Limits::default());
            assert!(matches!(result, Err(ReadError::NotReadable(_))));
        }
    }
}
