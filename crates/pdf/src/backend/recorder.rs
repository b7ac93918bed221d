//! Keeps the glyphs and rules of a page, whoever interprets it.

use hayro_interpret::FillRule;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect as Box2, Shape as _, Vec2};
use jixiao_model::{Rect, fold_radicals};

use super::budget::{Budget, PageGlyphs, stop};
use crate::page::{ASCENT, Direction, Glyph, Page, Rule, Text, UNKNOWN};

/// A filled shape is a rule when it is thinner than this (pt): the thickest table borders of office programs are 3 pt
/// (double lines are drawn as two), and no row of text is that low.
pub(super) const RULE_THICKNESS: f64 = 3.2;

/// A box is a dot when its shorter side is at least this share of the longer one.
const DOT: f64 = 0.9;

/// How far a drawn line may lean (as a ratio) and still count as horizontal or vertical.
const LEAN: f64 = 0.01;

/// How far text may lean (sine) before it counts as slanted: synthetic corrections stay far below, watermarks above.
const SLANT: f64 = 0.1;

/// Rules kept of one page. A dense page of drawn dots has some thousand; more than this is a drawing, not a table.
const MAX_RULES: usize = 200_000;

/// Glyphs kept of one page: a thousand times what a printed page holds.
const MAX_GLYPHS: usize = 2_000_000;

const TOO_MANY_GLYPHS: &str = "it holds more glyphs than a page can have";

/// Marked-content sequences inside each other. Tagged documents have some ten.
const MAX_MARKED: usize = 1_000;

/// White is at least this bright in every component.
pub(super) const WHITE: f32 = 0.995;

/// Records one page.
pub(super) struct Recorder<'b> {
    page: Page,
    bounds: Box2,
    budget: &'b Budget,
    glyphs: PageGlyphs,
    clips: Vec<Clip>,
    /// Form XObjects inside of which something is drawn.
    forms: u32,
    marked: Vec<Marked>,
    /// Marked-content sequences inside of those, beyond what is kept.
    unmarked: u32,
    /// Big painted areas that are not white: a white line can be seen on them.
    shades: Vec<Box2>,
    white: Vec<Rule>,
    /// The size of the last glyph: nearly all glyphs of a line are of one size.
    em: Option<Em>,
}

/// A glyph of a run.
pub(super) struct Placed {
    /// From 1/1000 em to points from the top left of the page as shown.
    pub(super) matrix: Affine,
    /// How far it moves on, in ems.
    pub(super) advance: f64,
    pub(super) text: Text,
    /// Glyphs to spend beyond the glyph itself.
    pub(super) extra: u64,
}

/// How a run is shown.
#[derive(Clone, Copy)]
pub(super) struct Mode {
    pub(super) vertical: bool,
    pub(super) invisible: bool,
}

/// An open clip.
struct Clip {
    area: Box2,
    /// The same in the coordinates of glyphs.
    fixed: Rect,
    /// It is the box of a form XObject.
    form: bool,
}

/// An open marked-content sequence.
struct Marked {
    /// Text that replaces what is drawn inside.
    text: Option<String>,
    /// Glyphs before it.
    start: usize,
}

impl<'b> Recorder<'b> {
    pub(super) fn new(number: u32, (width, height): (f32, f32), budget: &'b Budget) -> Self {
        let bounds = Box2::new(0.0, 0.0, f64::from(width), f64::from(height));
        let page = Page { number, width: fixed(bounds.x1), height: fixed(bounds.y1), ..Page::default() };
        Self::empty(page, bounds, budget)
    }

    fn empty(page: Page, bounds: Box2, budget: &'b Budget) -> Self {
        let (clips, marked, shades, white) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let glyphs = PageGlyphs::new(budget);
        Self { page, bounds, budget, glyphs, clips, forms: 0, marked, unmarked: 0, shades, white, em: None }
    }

    /// Watches the time.
    pub(super) fn tick(&self) {
        self.budget.tick();
    }

    /// Forgets what was recorded, and takes no account of it.
    pub(super) fn start_again(&mut self) {
        let Page { number, width, height, .. } = self.page;
        self.page = Page { number, width, height, ..Page::default() };
        *self = Self::empty(std::mem::take(&mut self.page), self.bounds, self.budget);
    }

    /// Takes what was recorded into account, whether or not it was all that there is.
    pub(super) fn settle(&mut self) {
        self.glyphs.settle(self.budget);
    }

    pub(super) fn finish(mut self) -> Page {
        self.show_white_rules();
        self.drop_invisible();
        self.page
    }

    /// White lines count where something darker is painted behind or beside them.
    fn show_white_rules(&mut self) {
        let beside = RULE_THICKNESS / 2.0;
        let shades: Vec<Rect> = self.shades.iter().map(|shade| fixed_rect(shade.inflate(beside, beside))).collect();
        for rule in &self.white {
            let middle = crate::page::mean(rule.from, rule.to);
            let (x, y) = if rule.horizontal { (middle, rule.at) } else { (rule.at, middle) };
            if shades.iter().any(|shade| contains(*shade, x, y)) {
                self.page.rules.push(*rule);
            }
        }
    }

    /// Text that is not painted counts only where it is the text layer of a scan, that is most of the page.
    fn drop_invisible(&mut self) {
        let invisible = self.page.glyphs.iter().filter(|glyph| glyph.invisible).count();
        if invisible > 0 && invisible * 2 < self.page.glyphs.len() {
            self.page.glyphs.retain(|glyph| !glyph.invisible);
            self.page.dropped.invisible += invisible as u64;
        }
        let unknown = |glyph: &&Glyph| glyph.text == Text::Char(UNKNOWN);
        self.page.unknown = self.page.glyphs.iter().filter(unknown).count() as u64;
    }

    fn clip(&self) -> Box2 {
        self.clips.last().map_or(self.bounds, |clip| clip.area)
    }

    pub(super) fn push_clip(&mut self, area: Box2, form: bool) {
        let area = self.clip().intersect(area);
        self.clips.push(Clip { area, fixed: fixed_rect(area), form });
        if form {
            // A form may draw nothing but forms, which takes time without end.
            self.budget.watch();
            self.forms += 1;
            if !self.budget.nests(self.forms) {
                stop();
            }
        } else {
            self.budget.tick();
        }
    }

    pub(super) fn pop_clip(&mut self) {
        if self.clips.pop().is_some_and(|clip| clip.form) {
            self.forms -= 1;
        }
    }

    /// An upright painted box: a rule where it is thin, otherwise a shade.
    pub(super) fn paint_box(&mut self, area: Box2, white: bool) {
        let clip = self.clip();
        let seen = area.intersect(clip);
        let touches = area.x1 >= clip.x0 && area.x0 <= clip.x1 && area.y1 >= clip.y0 && area.y0 <= clip.y1;
        if !(touches && seen.width().is_finite() && seen.height().is_finite()) {
            return;
        }
        let (horizontal, vertical) = (seen.height() <= RULE_THICKNESS, seen.width() <= RULE_THICKNESS);
        // A dot is a piece of a rule in either direction; which of its sides is longer is a matter of rounding.
        if horizontal && (!vertical || seen.width() >= seen.height() * DOT) {
            self.push_rule(true, seen, white);
        }
        if vertical && (!horizontal || seen.height() >= seen.width() * DOT) {
            self.push_rule(false, seen, white);
        }
        if !horizontal && !vertical && !white && self.shades.len() < MAX_RULES {
            self.shades.push(seen);
        }
    }

    pub(super) fn image(&mut self, area: Box2) {
        self.page.images += 1;
        let seen = area.intersect(self.clip()).intersect(self.bounds);
        let share = seen.width().max(0.0) * seen.height().max(0.0) * 100.0 / self.bounds.area();
        if share.is_finite() {
            self.page.covered = self.page.covered.max(share as u32);
        }
    }

    fn push_rule(&mut self, horizontal: bool, area: Box2, white: bool) {
        let (at, from, to) =
            if horizontal { (area.center().y, area.x0, area.x1) } else { (area.center().x, area.y0, area.y1) };
        let rules = if white { &mut self.white } else { &mut self.page.rules };
        if rules.len() < MAX_RULES {
            rules.push(Rule { horizontal, at: fixed(at), from: fixed(from), to: fixed(to) });
        }
    }

    pub(super) fn stroke(&mut self, path: &BezPath, transform: Affine, width: f32, white: bool) {
        let width = f64::from(width) * transform.determinant().abs().sqrt();
        let mut start = Point::ZERO;
        let mut last = Point::ZERO;
        for element in path.elements() {
            let next = match *element {
                PathEl::MoveTo(p) => {
                    start = transform * p;
                    last = start;
                    continue;
                }
                PathEl::LineTo(p) => transform * p,
                PathEl::ClosePath => start,
                PathEl::QuadTo(_, p) | PathEl::CurveTo(_, _, p) => {
                    last = transform * p;
                    continue;
                }
            };
            self.stroke_line(last, next, width, white);
            last = next;
        }
    }

    fn stroke_line(&mut self, from: Point, to: Point, width: f64, white: bool) {
        let (dx, dy) = ((to.x - from.x).abs(), (to.y - from.y).abs());
        let line = Box2::from_points(from, to);
        if dy <= dx * LEAN {
            self.paint_box(line.inflate(0.0, width / 2.0), white);
        } else if dx <= dy * LEAN {
            self.paint_box(line.inflate(width / 2.0, 0.0), white);
        }
    }

    pub(super) fn fill(&mut self, path: &BezPath, transform: Affine, rule: FillRule, white: bool) {
        let (boxes, curved) = sub_boxes(path, transform);
        self.page.drawings += u32::from(curved);
        if let [outer, inner] = boxes[..]
            && let Some(sides) = frame(outer, inner)
            && (rule == FillRule::EvenOdd || opposite(path))
        {
            for side in sides {
                self.paint_box(side, white);
            }
            return;
        }
        for area in boxes {
            self.paint_box(area, white);
        }
    }

    /// Records glyphs that are shown together: how far one reaches depends on where the next one stands.
    pub(super) fn run(&mut self, placed: impl ExactSizeIterator<Item = Placed>, mode: Mode) {
        self.budget.tick();
        self.glyphs.spend(placed.len() as u64);
        let mut placed = placed.peekable();
        while let Some(Placed { matrix, advance, text, extra }) = placed.next() {
            if extra > 0 {
                self.glyphs.spend(extra);
            }
            let next = placed.peek().map(|next| next.matrix.translation());
            let em = self.em(matrix);
            let area = fixed_rect(em.area(matrix.translation(), next, advance));
            let direction = if mode.vertical { Direction::Vertical } else { em.direction };
            self.push_glyph(Glyph { text, area, size: em.size, direction, invisible: mode.invisible });
        }
    }

    fn em(&mut self, matrix: Affine) -> Em {
        let [a, b, c, d, ..] = matrix.as_coeffs();
        let (along, across) = (Vec2::new(a, b), Vec2::new(c, d));
        match self.em {
            Some(em) if em.along == along && em.across == across => em,
            _ => *self.em.insert(Em::new(along, across)),
        }
    }

    /// Begins marked content; `text` gives the text, as a PDF text string, that replaces what is drawn inside.
    pub(super) fn begin_marked(&mut self, text: impl FnOnce() -> Option<Vec<u8>>) {
        self.budget.tick();
        if self.marked.len() >= MAX_MARKED {
            self.unmarked += 1;
            return;
        }
        let nested = self.marked.iter().any(|open| open.text.is_some());
        let text = if nested { None } else { text().map(|text| decode_text_string(&text)) };
        self.marked.push(Marked { text, start: self.page.glyphs.len() });
    }

    pub(super) fn end_marked(&mut self) {
        if self.unmarked > 0 {
            self.unmarked -= 1;
        } else if let Some(Marked { text: Some(text), start }) = self.marked.pop() {
            self.replace(start, &text);
        }
    }

    fn push_glyph(&mut self, glyph: Glyph) {
        let (x, y) = glyph.middle();
        if x < 0 || y < 0 || x > self.page.width || y > self.page.height {
            self.page.dropped.off_page += 1;
            return;
        }
        if self.clips.last().is_some_and(|clip| !contains(clip.fixed, x, y)) {
            self.page.dropped.clipped += 1;
            return;
        }
        if self.page.glyphs.len() >= MAX_GLYPHS {
            self.page.fault = Some(TOO_MANY_GLYPHS);
            stop();
        }
        self.page.glyphs.push(glyph);
    }

    /// Puts the text that the file gives in place of the glyphs drawn since `start`.
    fn replace(&mut self, start: usize, text: &str) {
        self.glyphs.spend(text.len() as u64 / 3);
        let glyphs = &mut self.page.glyphs;
        let Some(drawn) = glyphs.get_mut(start..).filter(|drawn| !drawn.is_empty()) else { return };
        if text.chars().count() == drawn.len() {
            drawn.iter_mut().zip(text.chars()).for_each(|(glyph, c)| glyph.text = clean(Text::Char(c)));
            return;
        }
        // A text for several lines cannot be laid over them: what is drawn is better evidence.
        let first = drawn[0].area;
        if drawn.iter().any(|glyph| !same_line(first, glyph.area)) || text.contains(UNKNOWN) {
            return;
        }
        drawn[0].area = drawn.iter().fold(first, |area, glyph| area.union(glyph.area));
        drawn[0].text = clean(Text::new(text));
        self.page.dropped.replaced += drawn.len() as u64 - 1;
        glyphs.truncate(start + usize::from(!text.is_empty()));
        self.page.dropped.replaced += u64::from(text.is_empty());
    }
}

fn same_line(a: Rect, b: Rect) -> bool {
    let y = crate::page::middle(b).1;
    a.y0 <= y && y <= a.y1
}

/// The em square of glyphs as it stands on the page.
#[derive(Clone, Copy)]
struct Em {
    /// What a unit of glyph space along the line, and across it, is on the page.
    along: Vec2,
    across: Vec2,
    /// Along the line, of length 1.
    onward: Vec2,
    /// Lengths of the sides.
    width: f64,
    height: f64,
    /// From the baseline to the top and to the bottom.
    top: Vec2,
    bottom: Vec2,
    /// The height in 1/1000 pt.
    size: i32,
    direction: Direction,
}

impl Em {
    fn new(along: Vec2, across: Vec2) -> Self {
        let (width, height) = (along.hypot() * 1000.0, across.hypot() * 1000.0);
        let up = f64::from(ASCENT) / 1000.0;
        let (top, bottom) = (scaled(across, height * up), scaled(across, height * (up - 1.0)));
        Self {
            along,
            across,
            onward: scaled(along, 1.0),
            width,
            height,
            top,
            bottom,
            size: fixed(height),
            direction: direction(along),
        }
    }

    /// The box of a glyph at `origin` that moves on by `advance` ems to the `next` one.
    #[allow(clippy::float_cmp, reason = "where both are the same number, there is nothing to choose")]
    fn area(&self, origin: Vec2, next: Option<Vec2>, advance: f64) -> Box2 {
        // A glyph of a substitute font is stretched to its width, so that the matrix says nothing of the advance.
        let (wide, plain) = (advance * self.width, advance * self.height);
        let nearer = |next: Vec2| {
            let step = (next - origin).hypot();
            (step - plain).abs() < (step - wide).abs()
        };
        let width = if wide != plain && next.is_some_and(nearer) { plain } else { wide };
        let (start, end) = (origin + self.top, origin + self.bottom + self.onward * width);
        Box2::from_points(start.to_point(), end.to_point())
    }
}

/// The vector with another length.
fn scaled(v: Vec2, length: f64) -> Vec2 {
    if v.hypot() > 0.0 { v / v.hypot() * length } else { Vec2::ZERO }
}

fn direction(along: Vec2) -> Direction {
    let lean = |v: f64| v.abs() <= along.hypot() * SLANT;
    match (lean(along.y), lean(along.x)) {
        (true, _) if along.x >= 0.0 => Direction::Right,
        (true, _) => Direction::Left,
        (_, true) if along.y > 0.0 => Direction::Down,
        (_, true) => Direction::Up,
        _ => Direction::Slanted,
    }
}

pub(super) fn clean(text: Text) -> Text {
    match text {
        Text::Char(c @ '\u{2E80}'..='\u{2FD5}') => Text::new(&fold_radicals(c.encode_utf8(&mut [0; 4]))),
        Text::Char(c) if c.is_whitespace() => Text::Char(' '),
        Text::Several(text) => Text::new(&fold_radicals(&text)),
        text @ Text::Char(_) => text,
    }
}

/// The upright boxes of the sub-paths of a filled path, and whether one of these has curves. Sub-paths that are no
/// polygon of few upright sides (curves, drawings) give no box.
fn sub_boxes(path: &BezPath, transform: Affine) -> (Vec<Box2>, bool) {
    let mut boxes = Vec::new();
    let mut current: Option<Box2> = None;
    let mut curved = false;
    let mut drawing = false;
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(p) => {
                boxes.extend(current.filter(|_| !curved));
                let p = transform * p;
                (current, curved) = (Some(Box2::from_points(p, p)), false);
            }
            PathEl::LineTo(p) => current = current.map(|area| area.union_pt(transform * p)),
            PathEl::QuadTo(..) | PathEl::CurveTo(..) => (curved, drawing) = (true, true),
            PathEl::ClosePath => {}
        }
    }
    boxes.extend(current.filter(|_| !curved));
    (boxes, drawing)
}

/// The four sides of a box drawn as one box inside another.
fn frame(a: Box2, b: Box2) -> Option<[Box2; 4]> {
    let (outer, inner) = if a.area() >= b.area() { (a, b) } else { (b, a) };
    let thin = |gap: f64| (0.0..=RULE_THICKNESS).contains(&gap);
    let gaps = [inner.x0 - outer.x0, inner.y0 - outer.y0, outer.x1 - inner.x1, outer.y1 - inner.y1];
    gaps.into_iter().all(thin).then(|| {
        [
            Box2::new(outer.x0, outer.y0, outer.x1, inner.y0),
            Box2::new(outer.x0, inner.y1, outer.x1, outer.y1),
            Box2::new(outer.x0, outer.y0, inner.x0, outer.y1),
            Box2::new(inner.x1, outer.y0, outer.x1, outer.y1),
        ]
    })
}

/// Two sub-paths that run in opposite directions leave a hole under the non-zero rule.
fn opposite(path: &BezPath) -> bool {
    let mut sub = BezPath::new();
    let mut areas = Vec::new();
    for element in path.elements() {
        if matches!(element, PathEl::MoveTo(_)) && !sub.elements().is_empty() {
            areas.push(std::mem::take(&mut sub).area());
        }
        sub.push(*element);
    }
    areas.push(sub.area());
    matches!(areas[..], [a, b] if a * b < 0.0)
}

/// A PDF text string: UTF-16 or UTF-8 with a byte order mark, otherwise one byte a character.
fn decode_text_string(bytes: &[u8]) -> String {
    let units = |bytes: &[u8], join: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| join(*pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFE, 0xFF, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn fixed(points: f64) -> i32 {
    // Rounds half away from zero; `round` is a call into the C library on most targets, and this is the hottest path.
    let fixed = (points * 1000.0).clamp(-MAX_FIXED, MAX_FIXED);
    (fixed + 0.5_f64.copysign(fixed)) as i32
}

/// Coordinates are kept so far from the ends of their type that sums of them cannot overflow.
const MAX_FIXED: f64 = 500_000_000.0;

fn fixed_rect(area: Box2) -> Rect {
    Rect { x0: fixed(area.x0), y0: fixed(area.y0), x1: fixed(area.x1), y1: fixed(area.y1) }
}

fn contains(area: Rect, x: i32, y: i32) -> bool {
    area.x0 <= x && x <= area.x1 && area.y0 <= y && y <= area.y1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_strings() {
        assert_eq!(decode_text_string(&[0xFE, 0xFF, 0x4E, 0x8C]), "二");
        assert_eq!(decode_text_string(&[0xEF, 0xBB, 0xBF, 0xE4, 0xBA, 0x8C]), "二");
        assert_eq!(decode_text_string(b"abc"), "abc");
    }

    #[test]
    fn a_frame_has_four_sides() {
        let outer = Box2::new(0.0, 0.0, 100.0, 50.0);
        assert!(frame(outer, outer.inset(-1.0)).is_some());
        assert!(frame(outer, outer.inset(-10.0)).is_none());
    }
}
