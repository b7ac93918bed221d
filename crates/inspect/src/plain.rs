//! A page as it looks, without anything over it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::Pixmap;
use jixiao_model::ReadError;

use crate::{Canvas, Options, load_error, settings};

/// The pixels of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green and blue of each pixel, row by row, on white.
    pub rgb: Vec<u8>,
    /// Some Chinese text is blank, since its font is not in the PDF and no other was given.
    pub blank_text: bool,
}

/// A PDF whose pages can be drawn, from several threads too.
pub struct Drawer {
    pdf: Pdf,
    options: Options,
}

impl Drawer {
    /// Opens a PDF.
    ///
    /// # Errors
    ///
    /// [`ReadError::Encrypted`] where the password is missing or wrong, [`ReadError::NotReadable`] for what is no PDF.
    pub fn open(bytes: &[u8], options: Options) -> Result<Self, ReadError> {
        let password = options.password.as_deref().unwrap_or_default();
        let pdf = Pdf::new_with_password(bytes.to_vec(), password).map_err(load_error)?;
        Ok(Self { pdf, options })
    }

    /// Draws a page (1-based); `None` for one that is not there, or that cannot be drawn.
    pub fn draw(&self, page: u32) -> Option<Plain> {
        // What breaks the library costs the picture of this page and nothing else.
        catch_unwind(AssertUnwindSafe(|| {
            let page = self.pdf.pages().get((page as usize).checked_sub(1)?)?;
            let blank_text = Arc::new(AtomicBool::new(false));
            let mut canvas = Canvas::new(page, &self.options);
            canvas.page(page, &settings(&self.options, &blank_text));
            let pixels = canvas.pixels();
            let (width, height) = (pixels.width().into(), pixels.height().into());
            Some(Plain { width, height, rgb: opaque(&pixels), blank_text: blank_text.load(Ordering::Relaxed) })
        }))
        .ok()
        .flatten()
    }
}

/// The page is white and so hides nothing: what is left of transparency are colours.
fn opaque(pixels: &Pixmap) -> Vec<u8> {
    pixels.data().iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect()
}

#[cfg(test)]
mod tests {
    use jixiao_model::Limits;

    use super::*;

    fn booklet(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/../../fixtures/booklets/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn a_page_has_ink_on_white() {
        let options = Options { scale: 1.0, ..Options::default() };
        let bytes = booklet("part-writer.pdf");
        let page = Drawer::open(&bytes, options).unwrap().draw(2).unwrap();
        assert_eq!(page.rgb.len(), (3 * page.width * page.height) as usize);
        let dark = page.rgb.iter().filter(|value| **value < 128).count();
        // Text takes some of the paper, not much: a blank page has no ink, a wrong one is full of it.
        let ink = 200..20_000;
        assert!(ink.contains(&(dark * 100_000 / page.rgb.len())), "{dark} of {}", page.rgb.len());
        assert!(!page.blank_text && page.rgb[0] == 255);
        let drawn = jixiao_pdf::pages(&bytes, None, &Limits::default()).unwrap();
        assert_eq!(page.width, (drawn[1].width / 1000) as u32);
    }

    #[test]
    fn what_is_blank_is_said() {
        let drawer = Drawer::open(&booklet("part-canvas-cid.pdf"), Options::default()).unwrap();
        assert!(drawer.draw(1).unwrap().blank_text);
        assert_eq!(drawer.draw(0), None);
        assert_eq!(drawer.draw(1000), None);
    }
}
