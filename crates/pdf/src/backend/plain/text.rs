//! Text that is shown with plain fonts.

use hayro_interpret::kurbo::{Affine, Vec2};

use super::ask::Known;
use super::fonts::{Code, Font, Fonts};
use super::learned::Asked;
use super::tokens::{Operand, decode};
use super::{NotPlain, Plainly};
use crate::backend::recorder::{Mode, Placed, Recorder};

/// The parameters of text, part of the graphics state.
#[derive(Clone, Copy)]
pub(super) struct TextState<'c> {
    pub(super) character_spacing: f32,
    pub(super) word_spacing: f32,
    /// Percent.
    pub(super) scaling: f32,
    pub(super) leading: f32,
    /// The font's number, and its name on the page.
    pub(super) font: Option<(usize, &'c [u8])>,
    pub(super) size: f32,
    pub(super) rise: f32,
    pub(super) mode: RenderingMode,
    pub(super) matrix: Affine,
    pub(super) line: Affine,
}

/// How glyphs are painted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RenderingMode {
    Once,
    /// Filled and stroked.
    Twice,
    Never,
}

impl RenderingMode {
    pub(super) fn new(number: f64) -> Plainly<Self> {
        match number as i64 {
            2 => Ok(Self::Twice),
            3 => Ok(Self::Never),
            4..=7 => Err(NotPlain),
            _ => Ok(Self::Once),
        }
    }
}

/// What the library divides glyph space by.
const UNITS_PER_EM: f32 = 1000.0;

/// Numbers beyond this may overflow when they are multiplied, which is not followed here.
const MAX_NUMBER: f64 = 1e30;

impl TextState<'_> {
    pub(super) fn new() -> Self {
        Self {
            character_spacing: 0.0,
            word_spacing: 0.0,
            scaling: 100.0,
            leading: 0.0,
            font: None,
            size: 1.0,
            rise: 0.0,
            mode: RenderingMode::Once,
            matrix: Affine::IDENTITY,
            line: Affine::IDENTITY,
        }
    }

    pub(super) fn set_matrix(&mut self, matrix: Affine) {
        (self.matrix, self.line) = (matrix, matrix);
    }

    pub(super) fn next_line(&mut self, x: f64, y: f64) {
        self.set_matrix(self.line * Affine::translate((x, y)));
    }

    pub(super) fn next_line_by_leading(&mut self) {
        self.next_line(0.0, f64::from(-self.leading));
    }

    fn scale(&self) -> f32 {
        self.scaling / 100.0
    }

    /// From glyph space to the user's, but for the stretch of a glyph and the place of the text.
    fn glyph_matrix(&self) -> Affine {
        let size = f64::from(self.size);
        let scale = Affine::new([size * f64::from(self.scale()), 0.0, 0.0, size, 0.0, f64::from(self.rise)]);
        self.matrix * scale * Affine::scale(1.0 / f64::from(UNITS_PER_EM))
    }
}

/// A glyph of the run that is being read.
struct Waiting {
    code: Code,
    /// Where the text matrix stands when it is shown.
    at: Vec2,
}

/// Shows text; keeps its memory from one run to the next.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    codes: Vec<Code>,
    run: Vec<Waiting>,
}

impl Writer {
    /// Shows strings, with numbers between them, as one run.
    pub(super) fn show(
        &mut self,
        operands: &[Operand<'_>],
        text: &mut TextState<'_>,
        ctm: Affine,
        fonts: &mut Fonts,
        asked: &mut Asked<'_, '_>,
        recorder: &mut Recorder<'_>,
    ) -> Plainly {
        let (font, name) = text.font.ok_or(NotPlain)?;
        self.run.clear();
        for operand in operands {
            if let Operand::Number(adjustment) = operand {
                text.adjust(*adjustment as f32);
                continue;
            }
            self.bytes.clear();
            self.codes.clear();
            decode(*operand, &mut self.bytes)?;
            fonts.read(font, name, &self.bytes, &mut self.codes, asked)?;
            let font = fonts.get(font);
            for code in &self.codes {
                let at = text.matrix.translation();
                self.run.push(Waiting { code: *code, at });
                text.advance(font.known(*code).advance, code.space);
            }
        }
        // Everything that counts follows from these.
        let numbers =
            text.matrix.as_coeffs().into_iter().chain(ctm.as_coeffs()).chain([text.size, text.rise].map(f64::from));
        if !numbers.chain([f64::from(text.scaling)]).all(|number| number.abs() < MAX_NUMBER) {
            return Err(NotPlain);
        }
        self.record(*text, ctm, fonts.get(font), recorder);
        Ok(())
    }

    #[allow(clippy::float_cmp, reason = "a factor of exactly one changes nothing")]
    fn record(&self, text: TextState<'_>, ctm: Affine, font: &Font, recorder: &mut Recorder<'_>) {
        if self.run.is_empty() {
            return;
        }
        let base = text.glyph_matrix();
        let [_, _, c, d, ..] = text.matrix.as_coeffs();
        let rise = Vec2::new(c * f64::from(text.rise), d * f64::from(text.rise));
        let even = ctm * base;
        let place = |Waiting { code, at }: &Waiting| {
            let Known { text, extra, reach, stretch, .. } = font.known(*code);
            let matrix = if *stretch == 1.0 { even } else { ctm * (base * Affine::scale_non_uniform(*stretch, 1.0)) };
            let origin = ctm * (rise + *at).to_point();
            Placed {
                matrix: matrix.with_translation(origin.to_vec2()),
                advance: *reach,
                text: text.clone(),
                extra: *extra,
            }
        };
        let mode = Mode { vertical: false, invisible: text.mode == RenderingMode::Never };
        for _ in 0..if text.mode == RenderingMode::Twice { 2 } else { 1 } {
            recorder.run(self.run.iter().map(place), mode);
        }
    }
}

impl TextState<'_> {
    /// Moves by a number between strings.
    fn adjust(&mut self, adjustment: f32) {
        self.step(-adjustment / UNITS_PER_EM * self.size * self.scale());
    }

    /// Moves on by a glyph.
    fn advance(&mut self, advance: f32, space: bool) {
        let word_spacing = if space { self.word_spacing } else { 0.0 };
        self.step((advance / UNITS_PER_EM * self.size + self.character_spacing + word_spacing) * self.scale());
    }

    fn step(&mut self, along: f32) {
        let [a, b, _, _, e, f] = self.matrix.as_coeffs();
        let along = f64::from(along);
        self.matrix = self.matrix.with_translation(Vec2::new(a * along + e, b * along + f));
    }
}
