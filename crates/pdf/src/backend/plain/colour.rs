//! Colours, as far as it matters: whether paint is white, and whether it can be seen.

use std::collections::BTreeMap;

use hayro_interpret::font::GlyphRun;
use hayro_interpret::hayro_syntax::content::TypedIter;
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::kurbo::{BezPath, Rect as Box2};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask, interpret,
};

use super::{NotPlain, Plainly};
use crate::backend::device::whiteness;
use crate::backend::recorder::WHITE;

/// A colour space.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Space<'c> {
    Gray,
    Rgb,
    Cmyk,
    /// One that the page names.
    Named(&'c [u8]),
}

/// A colour.
#[derive(Clone, Copy)]
enum Colour<'c> {
    White(bool),
    /// The library is asked about it: its components as they are written.
    Written(&'c [u8]),
}

/// What is painted with.
#[derive(Clone, Copy)]
pub(super) struct Paint<'c> {
    space: Space<'c>,
    colour: Colour<'c>,
    pub(super) alpha: f32,
}

impl<'c> Paint<'c> {
    pub(super) fn new() -> Self {
        Self { space: Space::Gray, colour: Colour::White(false), alpha: 1.0 }
    }

    /// Sets the colour space; the colour becomes its first one.
    pub(super) fn set_space(&mut self, name: &'c [u8]) {
        (self.space, self.colour) = match name {
            b"DeviceGray" | b"G" => (Space::Gray, Colour::White(false)),
            b"DeviceRGB" | b"RGB" => (Space::Rgb, Colour::White(false)),
            name => (Space::Named(name), Colour::Written(b"")),
        };
    }

    /// Sets a colour of the space; `written` is how its components stand in the content.
    pub(super) fn set(&mut self, components: &[f64], written: &'c [u8]) -> Plainly {
        self.colour = match (self.space, components.len()) {
            (Space::Gray, 1) | (Space::Rgb, 3) => Colour::White(components.iter().all(|c| is_white(*c as f32))),
            (Space::Gray | Space::Rgb, _) => return Err(NotPlain),
            (Space::Cmyk | Space::Named(_), _) => Colour::Written(written),
        };
        Ok(())
    }

    /// Sets both.
    pub(super) fn set_in(&mut self, space: Space<'c>, components: &[f64], written: &'c [u8]) -> Plainly {
        self.space = space;
        self.set(components, written)
    }
}

/// The library's way from a number to a byte.
fn byte(value: f32) -> u8 {
    (value * 255.0 + 0.5) as u8
}

fn is_white(component: f32) -> bool {
    f32::from(byte(component)) * (1.0 / 255.0) >= WHITE
}

/// What tells a colour space from others.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum SpaceKey {
    Cmyk,
    Object(u32, i32),
    /// It has no number: its name is good for one page.
    OfPage(Vec<u8>),
}

/// Colours that are kept at most.
const MAX_COLOURS: usize = 4_096;

/// What the library says of colours, asked for once.
#[derive(Default)]
pub(super) struct Colours {
    known: BTreeMap<(SpaceKey, Vec<u8>), Option<bool>>,
}

impl Colours {
    pub(super) fn begin_page(&mut self) {
        self.known.retain(|(space, _), _| !matches!(space, SpaceKey::OfPage(_)));
    }

    /// `None` for paint that cannot be seen, otherwise whether it is white.
    pub(super) fn whiteness<'a>(
        &mut self,
        paint: &Paint<'_>,
        page: &'a PdfPage<'a>,
        context: &mut Context<'a>,
    ) -> Plainly<Option<bool>> {
        let seen = byte(paint.alpha) > 0;
        match paint.colour {
            Colour::White(white) => Ok(seen.then_some(white)),
            Colour::Written(components) if seen => self.written(paint.space, components, page, context),
            Colour::Written(_) => Err(NotPlain),
        }
    }

    fn written<'a>(
        &mut self,
        space: Space<'_>,
        components: &[u8],
        page: &'a PdfPage<'a>,
        context: &mut Context<'a>,
    ) -> Plainly<Option<bool>> {
        let space_key = match space {
            Space::Named(name) => match page.resources().color_spaces.get_ref(name) {
                Some(id) => SpaceKey::Object(id.obj_number, id.gen_number),
                None => SpaceKey::OfPage(name.to_vec()),
            },
            _ => SpaceKey::Cmyk,
        };
        let key = (space_key, components.to_vec());
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let set = match space {
            Space::Named(name) if components.is_empty() => [b"/", name, b" cs"].concat(),
            Space::Named(name) => [b"/", name, b" cs ", components, b" sc"].concat(),
            _ => [components, b" k"].concat(),
        };
        let white = ask(&set, page, context)?;
        if self.known.len() >= MAX_COLOURS {
            self.known.clear();
        }
        self.known.insert(key, white);
        Ok(white)
    }
}

/// What the library paints with when a colour is set.
fn ask<'a>(set: &[u8], page: &'a PdfPage<'a>, context: &mut Context<'a>) -> Plainly<Option<bool>> {
    let asked = [set, b" 0 0 100 100 re f"].concat();
    let mut probe = Probe(Err(NotPlain));
    interpret(TypedIter::new(&asked), page.resources(), context, &mut probe);
    probe.0
}

/// Takes the paint of a rectangle.
struct Probe(Plainly<Option<bool>>);

impl<'a> Device<'a> for Probe {
    fn draw_rect(&mut self, _: &Box2, props: DrawProps<'a>, _: &DrawMode) {
        self.0 = Ok(whiteness(&props.paint));
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
