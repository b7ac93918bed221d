//! Paths: built, painted and clipped with as the library does it.

use hayro_interpret::FillRule;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect as Box2, Shape as _, Vec2};

use crate::backend::device::is_box;
use crate::backend::recorder::Recorder;

/// What the library takes for zero.
const NEARLY: f64 = 1.0 / 256.0;

/// The curves that make a rectangle's outline are none: the accuracy does not matter.
const ACCURACY: f64 = 0.1;

/// The path under construction.
#[derive(Default)]
pub(super) struct Path {
    elements: BezPath,
    start: Point,
    last: Point,
    /// It is to be clipped with when it ends.
    clips: bool,
}

impl Path {
    pub(super) fn rectangle(&mut self, [x, y, width, height]: [f64; 4]) {
        self.elements.extend(Box2::new(x, y, x + width, y + height).path_elements(ACCURACY));
        self.begin(Point::new(x, y));
    }

    fn begin(&mut self, p: Point) {
        (self.start, self.last) = (p, p);
    }

    pub(super) fn move_to(&mut self, p: Point) {
        self.begin(p);
        self.elements.move_to(p);
    }

    /// Nothing is drawn from nowhere.
    fn is_begun(&self) -> bool {
        !self.elements.elements().is_empty()
    }

    pub(super) fn line_to(&mut self, mut p: Point) {
        if self.is_begun() {
            let last = std::mem::replace(&mut self.last, p);
            // The library makes lines without length visible.
            p.x += if last == p { 0.0001 } else { 0.0 };
            self.elements.line_to(p);
        }
    }

    /// A curve from the last point; without a first control point, that is the last point.
    pub(super) fn curve_to(&mut self, first: Option<Point>, second: Point, end: Point) {
        if self.is_begun() {
            let first = first.unwrap_or(self.last);
            self.last = end;
            self.elements.curve_to(first, second, end);
        }
    }

    pub(super) fn close(&mut self) {
        if !self.elements.is_empty() && self.elements.elements().last() != Some(&PathEl::ClosePath) {
            self.elements.close_path();
            self.last = self.start;
        }
    }

    pub(super) fn clip(&mut self) {
        self.clips = true;
    }

    /// Fills with paint that is white or not, or that cannot be seen.
    pub(super) fn fill(&self, rule: FillRule, ctm: Affine, white: Option<bool>, recorder: &mut Recorder<'_>) {
        recorder.tick();
        let Some(white) = white else { return };
        let bounds = bounds(&self.elements);
        let [right_x, right_y, up_x, up_y, ..] = ctm.as_coeffs();
        let (across, along) = (Vec2::new(right_x, right_y).length(), Vec2::new(up_x, up_y).length());
        let is_nothing = |length: f64| (length as f32).abs() <= NEARLY as f32;
        if is_nothing(bounds.width() * across) || is_nothing(bounds.height() * along) {
            let scale = across.max(along) as f32;
            let mut line = BezPath::new();
            line.move_to((bounds.x0, bounds.y0));
            line.line_to((bounds.x1, bounds.y1));
            recorder.stroke(&line, ctm, if scale > 0.0 { 1.0 / scale } else { 0.001 }, white);
        } else if is_upright(&self.elements) {
            recorder.paint_box(ctm.transform_rect_bbox(bounds), white);
        } else {
            recorder.fill(&self.elements, ctm, rule, white);
        }
    }

    pub(super) fn stroke(&self, width: f32, ctm: Affine, white: Option<bool>, recorder: &mut Recorder<'_>) {
        recorder.tick();
        let Some(white) = white else { return };
        if is_upright(&self.elements) {
            recorder.stroke(&bounds(&self.elements).to_path(ACCURACY), ctm, width, white);
        } else {
            recorder.stroke(&self.elements, ctm, width, white);
        }
    }

    /// Ends the path; gives the area that it clips to.
    pub(super) fn end(&mut self, ctm: Affine, clips: &mut Clips, recorder: &mut Recorder<'_>) {
        if std::mem::take(&mut self.clips) && self.is_begun() {
            self.elements.apply_affine(ctm);
            clips.push(&self.elements, recorder);
        }
        self.elements.truncate(0);
    }
}

/// The clips of the page.
pub(super) struct Clips {
    /// What is left of the page inside them.
    bounds: Vec<Box2>,
    /// Whether each was recorded: those that hide nothing are not.
    recorded: Vec<bool>,
}

impl Clips {
    pub(super) fn new(page: Box2) -> Self {
        Self { bounds: vec![page], recorded: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.recorded.len()
    }

    fn push(&mut self, path: &BezPath, recorder: &mut Recorder<'_>) {
        let page = self.bounds.last().copied().unwrap_or_default();
        let upright = is_upright(path);
        let area = if upright { bounds(path) } else { path.bounding_box() };
        let below = |a: f64, b: f64| (a - b).abs() <= NEARLY || a < b;
        let hides = !(upright
            && below(area.min_x(), page.min_x())
            && below(area.min_y(), page.min_y())
            && below(page.max_x(), area.max_x())
            && below(page.max_y(), area.max_y()));
        self.recorded.push(hides);
        if hides {
            recorder.push_clip(area, !upright && is_box(path));
            self.bounds.push(page.intersect(area));
        }
    }

    /// Leaves the clips beyond the first `count`.
    pub(super) fn restore(&mut self, count: usize, recorder: &mut Recorder<'_>) {
        for recorded in self.recorded.drain(count.min(self.recorded.len())..).rev() {
            if recorded {
                recorder.pop_clip();
                self.bounds.pop();
            }
        }
    }
}

/// The box of all points, also of those that curves are drawn towards.
fn bounds(path: &BezPath) -> Box2 {
    let mut bounds = Box2::new(f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
    let mut include = |p: Point| {
        bounds.x0 = bounds.x0.min(p.x);
        bounds.y0 = bounds.y0.min(p.y);
        bounds.x1 = bounds.x1.max(p.x);
        bounds.y1 = bounds.y1.max(p.y);
    };
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(p) | PathEl::LineTo(p) => include(p),
            PathEl::QuadTo(p, q) => [p, q].into_iter().for_each(&mut include),
            PathEl::CurveTo(p, q, r) => [p, q, r].into_iter().for_each(&mut include),
            PathEl::ClosePath => {}
        }
    }
    if bounds.x0 > bounds.x1 { Box2::ZERO } else { bounds }
}

/// A single rectangle with upright sides, to which the library has a way of its own.
fn is_upright(path: &BezPath) -> bool {
    use PathEl::{ClosePath, LineTo, MoveTo};
    let near = |a: f64, b: f64| (a - b).abs() <= NEARLY;
    let [MoveTo(first), LineTo(second), LineTo(third), LineTo(fourth), end] = *path.elements() else { return false };
    let last = match end {
        ClosePath => first,
        LineTo(last) if near(first.x, last.x) && near(first.y, last.y) => last,
        _ => return false,
    };
    let points = [first, second, third, fourth, last];
    let mut before = None;
    points.windows(2).all(|edge| {
        let (same_x, same_y) = (near(edge[0].x, edge[1].x), near(edge[0].y, edge[1].y));
        let turns = same_x != same_y && before != Some(same_x);
        before = Some(same_x);
        turns
    })
}
