//! Glyphs → lines of text in reading order.

use jixiao_model::{Rect, is_cjk};

use crate::page::{ASCENT, Direction, Glyph, middle};

/// Glyphs whose baselines differ by less than this share of the em (in percent) stand on one line: raised and lowered
/// characters reach 40 %, and lines of text never come closer than 60 %.
const LINE: i32 = 45;

/// Between Latin words a gap wider than this share of the em (in percent) is a space that was not written.
const WORD_GAP: i32 = 25;

/// Where a CJK character is on one side, only a gap wider than this (percent of the em) is a space.
const WIDE_GAP: i32 = 100;

/// A gap wider than this (percent of the em) between CJK characters may be the border of a column: characters of one
/// text follow each other without gap, and justified ones with far less.
const COLUMN_GAP: i32 = 35;

/// Pieces that must begin at one place for it to be the left edge of a column, whatever room is before it.
const STARTS: usize = 3;

/// The room (percent of the em) before a place at which any other piece begins for a column to begin there.
const ROOM: i32 = 20;

/// Left edges within this distance (1/1000 pt) are one.
const SAME_START: i32 = 250;

/// The least room (percent of the em) between closing punctuation and the column after it.
const CLOSED: i32 = 3;

/// Punctuation follows the text before it without gap, and is set no closer than this share of the em (percent).
const TRIMMED: i32 = 8;

/// The same glyph drawn again within this share of its width (percent) is fake bold.
const DOUBLE: i32 = 30;

/// A line of text with what later phases ask of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextLine {
    /// The characters; ends trimmed.
    pub(crate) text: String,
    /// Box of the visible glyphs.
    pub(crate) area: Rect,
    /// Font size of the largest glyph, 1/1000 pt.
    pub(crate) size: i32,
    /// Length of what cannot be parted from the first character: a Latin word, or a character and the closing
    /// punctuation after it.
    pub(crate) lead: i32,
    /// Which way it runs.
    pub(crate) direction: Direction,
}

/// A glyph in the frame of its own direction.
#[derive(Clone, Copy)]
struct Placed<'g> {
    glyph: &'g Glyph,
    from: i32,
    to: i32,
    /// Where its line stands; grows from line to line.
    across: i32,
}

impl<'g> Placed<'g> {
    fn new(glyph: &'g Glyph) -> Self {
        let Rect { x0, y0, x1, y1 } = glyph.area;
        let below = i32::try_from(i64::from(glyph.size) * i64::from(1000 - ASCENT) / 1000).unwrap_or(0);
        let (from, to, across) = match glyph.direction {
            Direction::Right | Direction::Slanted => (x0, x1, y1 - below),
            Direction::Left => (-x1, -x0, -(y0 + below)),
            Direction::Down => (y0, y1, -(x0 + below)),
            Direction::Up => (-y1, -y0, x1 - below),
            Direction::Vertical => (y0, y1, -middle(glyph.area).0),
        };
        Self { glyph, from, to, across }
    }

    fn width(&self) -> i32 {
        self.to - self.from
    }

    /// `glyph` is this one drawn again.
    fn repeats(&self, before: &Self) -> bool {
        let near = (self.from - before.from).abs() <= percent(self.width().max(0), DOUBLE);
        near && self.glyph.text == before.glyph.text && !self.glyph.text.is_blank()
    }
}

pub(crate) fn percent(value: i32, share: i32) -> i32 {
    (i64::from(value) * i64::from(share) / 100) as i32
}

/// Lines of a cell, or of anything that is read as a whole. Counts the glyphs that were drawn twice.
pub(crate) fn lines(glyphs: &[&Glyph], duplicates: &mut u64) -> Vec<TextLine> {
    Rows::new(glyphs, duplicates).iter().filter_map(text_line).collect()
}

/// The pieces of lines that may stand in columns of their own, line by line.
pub(crate) fn segments(glyphs: &[&Glyph], duplicates: &mut u64) -> Vec<Vec<TextLine>> {
    let rows = Rows::new(glyphs, duplicates);
    let starts = column_starts(&rows);
    let parts = |row| pieces(row, &starts).into_iter().filter_map(text_line).collect::<Vec<_>>();
    rows.iter().map(parts).filter(|row| !row.is_empty()).collect()
}

/// Where pieces begin after a gap, from left to right.
fn column_starts(rows: &Rows<'_>) -> Vec<i32> {
    let mut at: Vec<i32> = Vec::new();
    for row in rows.iter() {
        at.extend(pieces(row, &[]).iter().skip(1).filter_map(|piece| piece.first()).map(|placed| placed.from));
    }
    at.sort_unstable();
    at
}

/// Glyphs in reading order, without those drawn again.
struct Rows<'g> {
    glyphs: Vec<Placed<'g>>,
    /// Where each line ends.
    ends: Vec<usize>,
}

impl<'g> Rows<'g> {
    fn new(glyphs: &[&'g Glyph], duplicates: &mut u64) -> Self {
        let mut placed: Vec<Placed<'g>> = glyphs.iter().map(|glyph| Placed::new(glyph)).collect();
        placed.sort_by_key(|p| (p.glyph.direction, p.across));
        let mut rows = Self { glyphs: Vec::with_capacity(placed.len()), ends: Vec::new() };
        let mut rest = placed.as_mut_slice();
        while let Some(first) = rest.first() {
            let together = |p: &Placed<'_>| {
                p.glyph.direction == first.glyph.direction
                    && p.across - first.across <= percent(p.glyph.size.max(first.glyph.size), LINE)
            };
            let count = rest.iter().position(|p| !together(p)).unwrap_or(rest.len());
            let (row, after) = rest.split_at_mut(count);
            row.sort_by_key(|p| p.from);
            *duplicates += rows.push(row);
            rest = after;
        }
        rows
    }

    /// Adds a line; gives the number of glyphs in it that were drawn again.
    fn push(&mut self, row: &[Placed<'g>]) -> u64 {
        let start = self.glyphs.len();
        for placed in row {
            if !self.glyphs[start..].iter().rev().take(2).any(|before| placed.repeats(before)) {
                self.glyphs.push(*placed);
            }
        }
        self.ends.push(self.glyphs.len());
        (start + row.len() - self.glyphs.len()) as u64
    }

    fn iter(&self) -> impl Iterator<Item = &[Placed<'g>]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.glyphs[start..*end])
    }
}

/// Cuts a line where a column may end. Where others begin, at `starts`, less room will do.
fn pieces<'r, 'g>(row: &'r [Placed<'g>], starts: &[i32]) -> Vec<&'r [Placed<'g>]> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut last: Option<usize> = None;
    for (i, placed) in row.iter().enumerate().filter(|(_, p)| !p.glyph.text.is_blank()) {
        if let Some(last) = last
            && (is_column_gap(&row[last], placed, i - last > 1) || is_start(&row[last], placed, starts))
        {
            pieces.push(&row[start..=last]);
            start = i;
        }
        last = Some(i);
    }
    pieces.push(&row[start..]);
    pieces
}

fn is_column_gap(before: &Placed<'_>, after: &Placed<'_>, blanks: bool) -> bool {
    let (gap, size) = (after.from - before.to, before.glyph.size.min(after.glyph.size));
    let share = if blanks { WIDE_GAP + WORD_GAP } else { COLUMN_GAP };
    gap > percent(size, share) || (!blanks && is_trimmed(before, after, gap))
}

/// A column is known to begin here. Closing punctuation before it may be set with half of its width; figures and letters
/// tell nothing, since some producers leave a quarter of an em before them.
fn is_start(before: &Placed<'_>, after: &Placed<'_>, starts: &[i32]) -> bool {
    let (gap, size) = (after.from - before.to, before.glyph.size.min(after.glyph.size));
    let (last, first) = (before.glyph.text.last(), after.glyph.text.first());
    let closed = is_closing(last) && last > '\u{7F}';
    let room = if closed { CLOSED } else { TRIMMED };
    if gap <= percent(size, room) || !(closed || is_cjk(last) && is_cjk(first)) {
        return false;
    }
    let near = |start: &&i32| **start <= after.from + SAME_START;
    let begin = starts.partition_point(|start| *start < after.from - SAME_START);
    let needed = if gap > percent(size, ROOM) { 1 } else { STARTS };
    starts[begin..].iter().take(needed).filter(near).count() == needed
}

/// Where punctuation begins or ends a line, its empty half may hang out of the cell, into the next column.
fn is_trimmed(before: &Placed<'_>, after: &Placed<'_>, gap: i32) -> bool {
    let (last, first) = (before.glyph.text.last(), after.glyph.text.first());
    let room = percent(before.glyph.size.min(after.glyph.size), TRIMMED);
    let mark = |c: char| is_opening(c) || is_closing(c);
    (is_opening(first) && !mark(last) && gap > room)
        || (is_closing(last) && last > '\u{7F}' && is_cjk(first) && !mark(first) && gap < -room)
}

/// The text of the glyphs of a line; `None` where nothing is visible.
fn text_line(row: &[Placed<'_>]) -> Option<TextLine> {
    let visible = |p: &&Placed<'_>| !p.glyph.text.is_blank();
    let first = row.iter().find(visible)?;
    let mut text = String::with_capacity(row.len() * 3);
    let mut area = first.glyph.area;
    let mut size = 0;
    let mut last: Option<&Placed<'_>> = None;
    let mut blank = false;
    for placed in row {
        if placed.glyph.text.is_blank() {
            blank = true;
            continue;
        }
        if last.is_some_and(|before| blank || is_space(before, placed)) {
            text.push(' ');
        }
        placed.glyph.text.push_to(&mut text);
        area = area.union(placed.glyph.area);
        size = size.max(placed.glyph.size);
        (last, blank) = (Some(placed), false);
    }
    // Nearly all lines are trimmed as they are.
    let text = if text.trim().len() < text.len() { text.trim().to_owned() } else { text };
    Some(TextLine { text, area, size, lead: lead(row), direction: first.glyph.direction })
}

fn is_space(before: &Placed<'_>, after: &Placed<'_>) -> bool {
    let (gap, size) = (after.from - before.to, before.glyph.size.min(after.glyph.size));
    let cjk = || is_cjk(before.glyph.text.last()) || is_cjk(after.glyph.text.first());
    gap > percent(size, WORD_GAP) && (gap > percent(size, WIDE_GAP) || !cjk())
}

/// See [`TextLine::lead`].
fn lead(row: &[Placed<'_>]) -> i32 {
    let mut glyphs = row.iter().skip_while(|p| p.glyph.text.is_blank());
    let Some(first) = glyphs.next() else { return 0 };
    let word = !is_cjk(first.glyph.text.first());
    let goes_on = |p: &&Placed<'_>| {
        let c = p.glyph.text.first();
        is_closing(c) || (word && !is_cjk(c) && !p.glyph.text.is_blank())
    };
    glyphs.take_while(goes_on).last().map_or(first.to, |last| last.to) - first.from
}

/// Full-width punctuation that may not end a line.
pub(crate) fn is_opening(c: char) -> bool {
    matches!(c, '（' | '《' | '〈' | '【' | '〔' | '「' | '『' | '“' | '‘')
}

/// Punctuation that may not begin a line.
pub(crate) fn is_closing(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '、'
            | '；'
            | '：'
            | '！'
            | '？'
            | '）'
            | '》'
            | '〉'
            | '】'
            | '〕'
            | '」'
            | '』'
            | '”'
            | '’'
            | '％'
            | '…'
            | ','
            | '.'
            | ';'
            | ':'
            | '!'
            | '?'
            | ')'
            | ']'
            | '}'
            | '%'
    )
}

/// Puts the pieces of a line together again.
pub(crate) fn joined(pieces: Vec<TextLine>) -> Option<TextLine> {
    let mut pieces = pieces.into_iter();
    let mut line = pieces.next()?;
    for piece in pieces {
        let gap = piece.area.x0 - line.area.x1;
        let cjk = line.text.chars().next_back().is_some_and(is_cjk) || piece.text.chars().next().is_some_and(is_cjk);
        if gap > percent(line.size.min(piece.size), if cjk { WIDE_GAP } else { WORD_GAP }) {
            line.text.push(' ');
        }
        line.text.push_str(&piece.text);
        line.area = line.area.union(piece.area);
        line.size = line.size.max(piece.size);
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Text;

    fn glyphs(text: &str, x: i32, y: i32) -> Vec<Glyph> {
        let mut at = x;
        let mut out = Vec::new();
        for c in text.chars() {
            let width = if is_cjk(c) { 10_000 } else { 5_000 };
            let area = Rect { x0: at, y0: y, x1: at + width, y1: y + 10_000 };
            out.push(Glyph { text: Text::Char(c), area, size: 10_000, direction: Direction::Right, invisible: false });
            at += width;
        }
        out
    }

    fn texts(glyphs: &[Glyph]) -> (Vec<String>, u64) {
        let mut duplicates = 0;
        let refs: Vec<&Glyph> = glyphs.iter().collect();
        (lines(&refs, &mut duplicates).into_iter().map(|line| line.text).collect(), duplicates)
    }

    #[test]
    fn lines_in_reading_order_without_invented_spaces() {
        let drawn = [glyphs("第二行", 0, 14_000), glyphs("第一", 0, 0), glyphs("行A", 20_500, 300)].concat();
        assert_eq!(texts(&drawn).0, ["第一行A", "第二行"]);
    }

    #[test]
    fn latin_words_keep_their_space() {
        let drawn = [glyphs("two", 0, 0), glyphs("words", 18_000, 0)].concat();
        assert_eq!(texts(&drawn).0, ["two words"]);
        assert_eq!(texts(&glyphs("two words", 0, 0)).0, ["two words"]);
    }

    #[test]
    fn glyphs_drawn_again_are_dropped_and_twins_stay() {
        let drawn = [glyphs("粗体11", 0, 0), glyphs("粗体11", 300, 0)].concat();
        assert_eq!(texts(&drawn), (vec!["粗体11".to_owned()], 4));
    }

    #[test]
    fn a_narrow_gap_parts_columns_where_another_piece_begins() {
        let parts = |glyphs: &[Glyph]| {
            let rows = segments(&glyphs.iter().collect::<Vec<_>>(), &mut 0);
            rows.into_iter().map(|row| row.into_iter().map(|piece| piece.text).collect()).collect::<Vec<Vec<String>>>()
        };
        let close = [glyphs("公益岗。", 0, 0), glyphs("巩固脱贫", 42_500, 0)].concat();
        assert_eq!(parts(&close), [["公益岗。巩固脱贫"]]);
        let below = [glyphs("享受", 0, 14_000), glyphs("成果", 42_500, 14_000)].concat();
        assert_eq!(parts(&[close, below].concat()), [["公益岗。", "巩固脱贫"], ["享受", "成果"]]);
    }

    #[test]
    fn vertical_writing_runs_down_and_then_left() {
        let mut drawn = Vec::new();
        for (i, c) in "甲乙丙丁".chars().enumerate() {
            let (column, row) = (i as i32 / 2, i as i32 % 2);
            let area = Rect {
                x0: 40_000 - column * 14_000,
                y0: row * 10_000,
                x1: 50_000 - column * 14_000,
                y1: row * 10_000 + 10_000,
            };
            drawn.push(Glyph {
                text: Text::Char(c),
                area,
                size: 10_000,
                direction: Direction::Vertical,
                invisible: false,
            });
        }
        assert_eq!(texts(&drawn).0, ["甲乙", "丙丁"]);
    }
}
