//! A page drawn from what was read of it: glyphs and rules, for a browser that has the fonts.
//!
//! Where the font of a text is not in the PDF, a picture of the page would be blank there.

use jixiao_pdf::{ASCENT, Direction, Glyph, Page, Rule, Text};
use serde::Serialize;

/// Glyphs and rules in points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drawing {
    /// x1, y1, x2, y2 of each rule.
    rules: Vec<[f64; 4]>,
    /// Glyphs that follow each other on one line.
    runs: Vec<Run>,
}

/// Font size, angle of the line in degrees, x and y where the line begins, text, and how far from there each character
/// stands along the line.
type Run = (f64, i32, f64, f64, String, Vec<f64>);

impl Drawing {
    pub(crate) fn new(page: &Page) -> Self {
        let glyphs = page.glyphs.iter().filter(|glyph| !glyph.text.is_blank());
        let mut runs: Vec<Run> = Vec::new();
        let mut last: Option<&Glyph> = None;
        for glyph in glyphs {
            if !last.is_some_and(|last| continues(last, glyph)) {
                let (x, y) = origin(glyph);
                runs.push((points(glyph.size), angle(glyph.direction), x, y, String::new(), Vec::new()));
            }
            if let Some(run) = runs.last_mut() {
                append(run, glyph);
            }
            last = Some(glyph);
        }
        Self { rules: page.rules.iter().map(rule).collect(), runs }
    }
}

/// Only lines from left to right have more than one glyph.
fn append((_, _, x, _, text, steps): &mut Run, glyph: &Glyph) {
    glyph.text.push_to(text);
    steps.push(rounded(origin(glyph).0 - *x));
}

/// The next glyph goes on to the right of the last one, on its line and in its size. Other directions begin anew, and so
/// do glyphs of several characters, or of one that is two in UTF-16: which of the positions SVG gives to it is not the
/// same everywhere.
fn continues(last: &Glyph, next: &Glyph) -> bool {
    let same_line = last.area.y0 == next.area.y0 && last.size == next.size && last.direction == next.direction;
    let simple = |glyph: &Glyph| matches!(glyph.text, Text::Char(c) if c.len_utf16() == 1);
    same_line && next.direction == Direction::Right && last.area.x0 < next.area.x0 && simple(last) && simple(next)
}

fn angle(direction: Direction) -> i32 {
    match direction {
        Direction::Right | Direction::Vertical | Direction::Slanted => 0,
        Direction::Down => 90,
        Direction::Left => 180,
        Direction::Up => 270,
    }
}

/// Where a glyph begins on its baseline.
fn origin(glyph: &Glyph) -> (f64, f64) {
    let area = glyph.area;
    let ascent = i64::from(glyph.size) * i64::from(ASCENT) / 1000;
    let ascent = i32::try_from(ascent).unwrap_or(0);
    let (x, y) = match glyph.direction {
        Direction::Down => (area.x1.saturating_sub(ascent), area.y0),
        Direction::Left => (area.x1, area.y1.saturating_sub(ascent)),
        Direction::Up => (area.x0.saturating_add(ascent), area.y1),
        Direction::Right | Direction::Vertical | Direction::Slanted => (area.x0, area.y0.saturating_add(ascent)),
    };
    (points(x), points(y))
}

fn rule(&Rule { horizontal, at, from, to }: &Rule) -> [f64; 4] {
    let (at, from, to) = (points(at), points(from), points(to));
    if horizontal { [from, at, to, at] } else { [at, from, at, to] }
}

/// Points, to a tenth: finer than a screen shows.
fn points(thousandths: i32) -> f64 {
    rounded(f64::from(thousandths) / 1000.0)
}

fn rounded(points: f64) -> f64 {
    (points * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use jixiao_model::Rect;

    fn glyph(text: &str, x: i32, y: i32, direction: Direction) -> Glyph {
        let area = Rect { x0: x, y0: y, x1: x + 10_000, y1: y + 10_000 };
        Glyph { text: Text::new(text), area, size: 10_000, direction, invisible: false }
    }

    #[test]
    fn glyphs_of_a_line_are_one_run() {
        let right = Direction::Right;
        let glyphs = vec![
            glyph("绩", 0, 0, right),
            glyph("效", 10_000, 0, right),
            glyph(" ", 20_000, 0, right),
            glyph("𠮷", 30_000, 0, right),
            glyph("下", 0, 20_000, right),
            glyph("转", 0, 40_000, Direction::Down),
        ];
        let rules = vec![Rule { horizontal: true, at: 5_000, from: 0, to: 9_000 }];
        let drawing = Drawing::new(&Page { glyphs, rules, ..Page::default() });
        let runs = [
            (10.0, 0, 0.0, 8.8, "绩效".to_owned(), vec![0.0, 10.0]),
            (10.0, 0, 30.0, 8.8, "𠮷".to_owned(), vec![0.0]),
            (10.0, 0, 0.0, 28.8, "下".to_owned(), vec![0.0]),
            (10.0, 90, 1.2, 40.0, "转".to_owned(), vec![0.0]),
        ];
        assert_eq!(drawing, Drawing { rules: vec![[0.0, 5.0, 9.0, 5.0]], runs: runs.to_vec() });
    }
}
