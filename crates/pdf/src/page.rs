//! What stands on a page: glyphs and rules, in 1/1000 pt from the top left of the page as shown.

use jixiao_model::Rect;

/// The text of a glyph: nearly always one character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// One character.
    Char(char),
    /// Several (a ligature, or text that replaces what was drawn).
    Several(Box<str>),
}

/// What stands for a glyph whose character is not known.
pub const UNKNOWN: char = '\u{FFFD}';

impl Text {
    /// The text of a string.
    pub fn new(text: &str) -> Self {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Self::Char(c),
            _ => Self::Several(text.into()),
        }
    }

    /// Appends the text to a string.
    pub fn push_to(&self, out: &mut String) {
        match self {
            Self::Char(c) => out.push(*c),
            Self::Several(text) => out.push_str(text),
        }
    }

    /// The first character.
    pub fn first(&self) -> char {
        match self {
            Self::Char(c) => *c,
            Self::Several(text) => text.chars().next().unwrap_or(' '),
        }
    }

    /// The last character.
    pub fn last(&self) -> char {
        match self {
            Self::Char(c) => *c,
            Self::Several(text) => text.chars().next_back().unwrap_or(' '),
        }
    }

    /// True where nothing but white space is shown.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Char(c) => is_blank(*c),
            Self::Several(text) => text.chars().all(is_blank),
        }
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// The way in which the text of a glyph runs on the page as shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Left to right, glyphs upright: nearly all text.
    Right,
    /// Top to bottom, glyphs turned a quarter clockwise.
    Down,
    /// Right to left, glyphs upside down.
    Left,
    /// Bottom to top, glyphs turned a quarter anticlockwise.
    Up,
    /// Top to bottom, glyphs upright (the vertical writing of Chinese).
    Vertical,
    /// At a slant: a watermark or a stamp.
    Slanted,
}

/// A glyph that is shown on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyph {
    /// What it reads.
    pub text: Text,
    /// Its box: advance width by em height, from `ASCENT` above the baseline to the em below it.
    pub area: Rect,
    /// Font size in 1/1000 pt as shown.
    pub size: i32,
    /// Which way its text runs.
    pub direction: Direction,
    /// Text that is not painted (the text layer of a scan).
    pub invisible: bool,
}

impl Glyph {
    /// The middle of the box.
    pub fn middle(&self) -> (i32, i32) {
        middle(self.area)
    }
}

/// The middle of a box.
pub(crate) fn middle(area: Rect) -> (i32, i32) {
    (mean(area.x0, area.x1), mean(area.y0, area.y1))
}

/// The mean of two coordinates without overflow.
pub(crate) fn mean(a: i32, b: i32) -> i32 {
    i64::midpoint(i64::from(a), i64::from(b)) as i32
}

/// A straight line that is drawn on a page, however it was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// Runs from left to right; otherwise from top to bottom.
    pub horizontal: bool,
    /// Where its middle stands across its direction (y of a horizontal rule).
    pub at: i32,
    /// Where it begins along its direction.
    pub from: i32,
    /// Where it ends along its direction.
    pub to: i32,
}

/// Glyphs that were left out, by the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dropped {
    /// Outside the page box.
    pub off_page: u64,
    /// Hidden by a clip.
    pub clipped: u64,
    /// Replaced by the text that the file gives for what is drawn (ActualText).
    pub replaced: u64,
    /// Drawn again at the same place (fake bold).
    pub duplicate: u64,
    /// Text that is not painted, on a page that also has text that is.
    pub invisible: u64,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// 1-based number.
    pub number: u32,
    /// Width as shown (after `/Rotate`), in 1/1000 pt.
    pub width: i32,
    /// Height as shown, in 1/1000 pt.
    pub height: i32,
    /// Glyphs that can be seen, in the order in which they are drawn.
    pub glyphs: Vec<Glyph>,
    /// Rules as drawn, not yet merged.
    pub rules: Vec<Rule>,
    /// Number of images.
    pub images: u32,
    /// Number of shapes with curves: drawings, or text that was turned into drawings.
    pub drawings: u32,
    /// How much of the page its largest image covers, in percent.
    pub covered: u32,
    /// Glyphs that were left out.
    pub dropped: Dropped,
    /// Glyphs (not blank) whose character is not known; their text is U+FFFD.
    pub unknown: u64,
    /// Why the page could not be read to its end, in words.
    pub fault: Option<&'static str>,
}

/// How far glyph boxes reach above the baseline, in 1/1000 em: the ideographic em box of nearly all fonts.
pub const ASCENT: i32 = 880;
