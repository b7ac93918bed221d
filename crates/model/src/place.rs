//! Where something stands in its source.

/// A rectangle on a page as it is shown (after `/Rotate`): origin top left, y down, in 1/1000 point.
///
/// Fixed-point numbers make equality, ordering and snapshots the same on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rect {
    /// Left edge.
    pub x0: i32,
    /// Top edge.
    pub y0: i32,
    /// Right edge.
    pub x1: i32,
    /// Bottom edge.
    pub y1: i32,
}

impl Rect {
    /// Left, top, right and bottom in points.
    pub fn points(self) -> [f64; 4] {
        [self.x0, self.y0, self.x1, self.y1].map(|edge| f64::from(edge) / 1000.0)
    }

    /// The smallest rectangle that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }
}

/// The place of a piece of text: a source line of a text file, or a page and a box of a PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// 1-based page; `None` for a text without form feeds.
    pub page: Option<u32>,
    /// 1-based source line; `None` for a PDF.
    pub line: Option<u32>,
    /// Box on the page; `None` for a text.
    pub area: Option<Rect>,
}

impl Place {
    /// A place in a text file.
    pub fn in_text(line: u32, page: Option<u32>) -> Self {
        Self { page, line: Some(line), area: None }
    }

    /// A place on a page of a PDF.
    pub fn on_page(page: u32, area: Rect) -> Self {
        Self { page: Some(page), line: None, area: Some(area) }
    }

    /// This place widened to hold `other`, where both stand on the same page; otherwise the first of the two stays.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        match (self.area, other.area) {
            (Some(a), Some(b)) if self.page == other.page => Self { area: Some(a.union(b)), ..self },
            _ => self,
        }
    }
}
