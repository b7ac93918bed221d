//! The reference for speed: what the PDF library itself needs for a file. Counts glyphs and painted paths of every page
//! on one thread: `count FILE`. See `scripts/compare_speed.py`.

use std::io::Write as _;

use hayro_interpret::font::GlyphRun;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::kurbo::{Affine, BezPath, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};

#[derive(Default)]
struct Counter {
    glyphs: usize,
    paths: usize,
}

impl<'a> Device<'a> for Counter {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.paths += 1;
    }
    fn draw_rect(&mut self, _: &Rect, _: DrawProps<'a>, _: &DrawMode) {
        self.paths += 1;
    }
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        self.glyphs += run.glyphs().iter().filter(|glyph| glyph.as_unicode().is_some()).count();
    }
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

fn count(bytes: &[u8]) -> Counter {
    let mut counter = Counter::default();
    let Ok(pdf) = Pdf::new(bytes.to_vec()) else { return counter };
    let cache = InterpreterCache::new();
    for page in pdf.pages().iter() {
        let (width, height) = page.render_dimensions();
        let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let transform = Affine::new(page.initial_transform(true).as_coeffs());
        let mut context = Context::new(transform, bounds, &cache, pdf.xref(), InterpreterSettings::default());
        interpret_page(page, &mut context, &mut counter);
    }
    counter
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("usage: count FILE")?;
    let Counter { glyphs, paths } = count(&std::fs::read(file)?);
    writeln!(std::io::stdout(), "{glyphs} glyphs, {paths} paths")?;
    Ok(())
}
