//! What could not be read, page by page.

use jixiao_model::{Diagnostic, Place, Reading, Severity};

use crate::layout::{Facts, Layout};
use crate::page::Dropped;

/// Shapes with curves on a page without text from which on they are taken for text that was turned into drawings.
const MANY_DRAWINGS: u32 = 20;

/// An image that covers this much of a page (percent) is the page, or the ground of one.
const MOST: u32 = 50;

/// Glyphs that stand over an image of a whole page as a head, a number or a stamp, and not as its text.
const FEW: u64 = 60;

/// Pages that the file names but does not hold.
pub(crate) fn missing(found: u32, announced: Option<u32>, reading: &mut Reading) {
    if let Some(announced) = announced.filter(|announced| *announced > found) {
        let message = format!("the file says that it has {announced} pages, but only {found} of them can be found");
        add(reading, None, "pages_missing", Severity::Error, message);
    }
}

/// What is wrong with a page.
pub(crate) fn page(layout: &Layout, reading: &mut Reading) {
    let Facts { glyphs, unknown, covered, fault, too_much, dropped, .. } = layout.facts;
    let page = layout.number;
    let mut add = |code, severity, message: String| add(reading, Some(page), code, severity, message);
    if let Some(fault) = fault {
        add("page_unreadable", Severity::Error, format!("page {page} cannot be read to its end: {fault}"));
    }
    if let Some(what) = instead_of_text(&layout.facts) {
        let message = format!("page {page} is {what} without a text layer: nothing was read from it");
        add("page_without_text", Severity::Error, message);
    } else if covered >= MOST && (1..FEW).contains(&glyphs) {
        let message = format!("page {page} is a picture with little text over it: what the picture shows is not read");
        add("page_mostly_picture", Severity::Warning, message);
    }
    if unknown > 0 {
        let message = format!("page {page}: the font does not say which characters {unknown} of {glyphs} glyphs are");
        add("glyphs_without_unicode", Severity::Error, message);
    }
    if dropped != Dropped::default() {
        add("glyphs_left_out", Severity::Info, left_out(page, dropped));
    }
    if too_much {
        let message = format!("page {page} has more lines than a table can have: some of its tables may be missing");
        add("page_too_complex", Severity::Error, message);
    }
}

fn add(reading: &mut Reading, page: Option<u32>, code: &'static str, severity: Severity, message: String) {
    reading.partial |= severity == Severity::Error;
    let place = Place { page, line: None, area: None };
    reading.diagnostics.push(Diagnostic::new(code, severity, message, place));
}

fn left_out(page: u32, dropped: Dropped) -> String {
    let Dropped { off_page, clipped, replaced, duplicate, invisible } = dropped;
    format!(
        "page {page}: glyphs left out: {duplicate} drawn again, {invisible} not painted, {clipped} clipped, {off_page} \
         off the page, {replaced} replaced by the text that the file gives"
    )
}

/// What a page without text shows.
fn instead_of_text(facts: &Facts) -> Option<&'static str> {
    match facts {
        Facts { glyphs: 1.., .. } => None,
        Facts { images: 1.., .. } => Some("a picture"),
        Facts { drawings: MANY_DRAWINGS.., .. } => Some("a drawing"),
        _ => None,
    }
}

/// Why nothing was read from any page.
pub(crate) fn nothing_read(layouts: &[Layout]) -> String {
    let all = |what: fn(&Facts) -> bool| layouts.iter().all(|layout| what(&layout.facts));
    let pages = layouts.len();
    if layouts.is_empty() {
        "the PDF has no pages".to_owned()
    } else if all(|facts| facts.fault.is_some()) {
        let fault = layouts[0].facts.fault.unwrap_or_default();
        format!("none of the {pages} pages of the PDF can be read: page 1: {fault}")
    } else if !all(|facts| instead_of_text(facts).is_none()) {
        format!("the PDF has no text layer on any of its {pages} pages: it is a scan, which needs OCR first")
    } else {
        format!("there is no text on any of the {pages} pages of the PDF")
    }
}
