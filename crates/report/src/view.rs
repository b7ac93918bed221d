//! What stands on the other side of a report: the pages of a PDF, or the lines of a text.

use std::time::Instant;

use jixiao_inspect::{Drawer, Options};
use jixiao_model::{Limits, ReadError};
use jixiao_pdf::Page;
use rayon::prelude::*;

use crate::drawn::Drawing;
use crate::picture::png;

/// The source of a document, to be looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum View {
    /// The pages of a PDF.
    Pages(Vec<PageView>),
    /// The lines of a text.
    Lines(Vec<String>),
}

/// A page of a PDF.
#[derive(Debug, Clone, PartialEq)]
pub struct PageView {
    /// 1-based number.
    pub number: u32,
    /// Width as shown in points.
    pub width: f64,
    /// Height as shown in points.
    pub height: f64,
    /// What is shown of it.
    pub shown: Shown,
}

/// How a page is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// A picture (PNG).
    Picture(Vec<u8>),
    /// Glyphs and rules, drawn by the browser.
    Drawn(Drawing),
    /// The page could not be read.
    Nothing,
}

/// How large all pictures of a report may be in bytes. In base64 they take a third more, which leaves the report below
/// 20 MB.
const PICTURES: usize = 11 << 20;
/// Pixels per point, from the best to the least that can be read.
const SCALES: [f32; 2] = [2.0, 1.5];
/// Pages whose pictures are made to find out how large all of them would be.
const SAMPLE: usize = 8;

impl View {
    /// Looks at the bytes of a document of which records were made. `format` is that of the records.
    ///
    /// # Errors
    ///
    /// As the reader of the format.
    pub fn new(bytes: &[u8], format: &str, password: Option<&str>, limits: &Limits) -> Result<Self, ReadError> {
        match format {
            "pdf" => Ok(Self::Pages(pages(bytes, password, limits)?)),
            _ => Ok(Self::Lines(jixiao_extractor::source_lines(bytes)?)),
        }
    }
}

fn pages(bytes: &[u8], password: Option<&str>, limits: &Limits) -> Result<Vec<PageView>, ReadError> {
    let started = Instant::now();
    let pages = jixiao_pdf::pages(bytes, password, limits)?;
    // A picture that takes too long is worth less than a page drawn from what was read.
    let in_time = || started.elapsed() < limits.time;
    let drawer =
        |scale| Drawer::open(bytes, Options { password: password.map(str::to_owned), scale, ..Options::default() });
    for scale in SCALES {
        let drawer = drawer(scale)?;
        let picture = |page: &Page| if in_time() { picture(&drawer, page) } else { None };
        if !fits(&pages, picture) {
            continue;
        }
        let pictures: Vec<Option<Vec<u8>>> = pages.par_iter().map(picture).collect();
        return Ok(within_budget(&pages, pictures));
    }
    Ok(pages.iter().map(|page| view(page, None)).collect())
}

/// The picture of a page; `None` where the browser does better: text whose font is not in the file would be blank. (The
/// text layer of a scan is not seen anyway.)
fn picture(drawer: &Drawer, page: &Page) -> Option<Vec<u8>> {
    let plain = drawer.draw(page.number)?;
    let misses_text = plain.blank_text && page.glyphs.iter().any(|glyph| !glyph.invisible);
    if misses_text { None } else { png(&plain) }
}

/// True where the pictures of all pages are likely to be small enough, judged by some of them.
fn fits(pages: &[Page], picture: impl Fn(&Page) -> Option<Vec<u8>> + Sync) -> bool {
    let every = pages.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<&Page> = pages.iter().skip(every / 2).step_by(every).collect();
    let sizes: usize = sample.par_iter().map(|page| picture(page).map_or(0, |png| png.len())).sum();
    sizes * pages.len() <= PICTURES * sample.len().max(1)
}

/// Pictures as long as they fit, the others drawn.
fn within_budget(pages: &[Page], pictures: Vec<Option<Vec<u8>>>) -> Vec<PageView> {
    let mut left = PICTURES;
    let mut take = |picture: Option<Vec<u8>>| {
        let picture = picture.filter(|png| png.len() <= left);
        left -= picture.as_ref().map_or(0, Vec::len);
        picture
    };
    pages.iter().zip(pictures).map(|(page, picture)| view(page, take(picture))).collect()
}

fn view(page: &Page, picture: Option<Vec<u8>>) -> PageView {
    let points = |thousandths: i32| f64::from(thousandths) / 1000.0;
    let shown = match picture {
        Some(png) => Shown::Picture(png),
        None if page.fault.is_some() && page.glyphs.is_empty() => Shown::Nothing,
        None => Shown::Drawn(Drawing::new(page)),
    };
    PageView { number: page.number, width: points(page.width), height: points(page.height), shown }
}
