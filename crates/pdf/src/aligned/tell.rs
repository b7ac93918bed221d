//! What is a table and what is prose, and which lines around a table belong to it.

use std::collections::BTreeMap;

use jixiao_model::Rect;

use super::cells::Block;
use super::ruled::Levels;
use crate::lines::TextLine;
use crate::page::{Rule, mean, middle};

/// Rows with more than one piece that a table must have.
pub(super) const MIN_ROWS: usize = 3;

/// Pieces of text of one table on a page; dense tables have some hundred.
const MAX_PIECES: usize = 4_000;

/// The text by itself looks like a table.
pub(super) fn is_table(rows: &[Vec<TextLine>], rules: &[Rule]) -> bool {
    let is_ruled = Levels::of(rows, rules).is_table();
    let beside = |i: usize| is_parted(&rows[i]) || rows.get(i + 1).is_some_and(|next| stand_beside(&rows[i], next));
    let multi = (0..rows.len()).filter(|i| if is_ruled { rows[*i].len() > 1 } else { beside(*i) }).count();
    let scattered = rows.iter().map(Vec::len).sum::<usize>() > MAX_PIECES || is_scattered(rows);
    // A form may begin with few rows of several cells, and go on with long texts that have labels to their left.
    let few = if has_label_column(rows) { MIN_ROWS - 1 } else { MIN_ROWS };
    multi >= if is_ruled { 1 } else { few } && !scattered && !is_contents(rows) && (is_ruled || !is_prose(rows))
}

/// A table of contents: entries that run with dots to the number of a page.
fn is_contents(rows: &[Vec<TextLine>]) -> bool {
    let dots = |text: &str| text.contains("....") || text.contains("……") || text.contains("····");
    let leads = |row: &&Vec<TextLine>| row.iter().any(|piece| dots(&piece.text));
    rows.iter().filter(leads).count() * 2 > rows.len()
}

/// Mostly single characters: vertical writing, or a drawing with letters in it.
fn is_scattered(rows: &[Vec<TextLine>]) -> bool {
    let single = |piece: &&TextLine| piece.text.chars().nth(1).is_none();
    let pieces = || rows.iter().flatten();
    pieces().filter(single).count() * 5 > pieces().count() * 3
}

/// The pieces of a line stand clearly apart. Gaps around the numbers of justified Chinese prose stay below an em.
fn is_parted(row: &[TextLine]) -> bool {
    row.windows(2).any(|pair| pair[1].area.x0 - pair[0].area.x1 >= pair[0].size.min(pair[1].size))
}

/// A piece of one line stands beside one of the next, as labels do that are centred between lines.
fn stand_beside(row: &[TextLine], next: &[TextLine]) -> bool {
    let beside = |a: &TextLine, b: &TextLine| {
        let size = a.size.min(b.size);
        let apart = (b.area.x0 - a.area.x1).max(a.area.x0 - b.area.x1);
        apart >= size && a.area.y1 - b.area.y0 > size / 4
    };
    row.iter().any(|a| next.iter().any(|b| beside(a, b)))
}

/// Prose set with wide gaps: lines of one piece outnumber those of several, and most reach over the whole width.
fn is_prose(rows: &[Vec<TextLine>]) -> bool {
    let left = rows.iter().flatten().map(|piece| piece.area.x0).min().unwrap_or(0);
    let right = rows.iter().flatten().map(|piece| piece.area.x1).max().unwrap_or(0);
    let wide = |row: &&Vec<TextLine>| {
        row.iter().any(|piece| i64::from(piece.area.x1 - piece.area.x0) * 10 > i64::from(right - left) * 7)
    };
    let multi = rows.iter().filter(|row| is_parted(row)).count();
    rows.iter().filter(wide).count() * 2 > rows.len() && multi * 6 < rows.len() && !has_label_column(rows)
}

/// Text that begins at one edge, with labels to the left of it. Prose has nothing left of where its lines begin.
fn has_label_column(rows: &[Vec<TextLine>]) -> bool {
    let mut starts: BTreeMap<i32, usize> = BTreeMap::new();
    for piece in rows.iter().flatten() {
        *starts.entry(piece.area.x0 / 2_000).or_default() += 1;
    }
    let Some((edge, _)) = starts.into_iter().max_by_key(|(edge, count)| (*count, -edge)) else { return false };
    let is_left = |piece: &&TextLine| piece.area.x1 <= edge * 2_000 && piece.area.x1 > piece.area.x0;
    rows.iter().flatten().filter(is_left).count() >= MIN_ROWS
}

/// Most lines are parted at one place, and none runs over it: a row of a table as high as the page.
pub(super) fn stands_in_columns(rows: &[Vec<TextLine>]) -> bool {
    let mut starts: BTreeMap<i32, usize> = BTreeMap::new();
    for piece in rows.iter().filter_map(|row| row.get(1)) {
        *starts.entry(piece.area.x0).or_default() += 1;
    }
    let Some((start, count)) = starts.into_iter().max_by_key(|(_, count)| *count) else { return false };
    let runs_over = |piece: &TextLine| piece.area.x0 < start - piece.size && piece.area.x1 > start + piece.size;
    count * 2 > rows.len() && !rows.iter().flatten().any(runs_over)
}

/// A single block over a table that belongs to no column: a title, which is centred, or the unit of the amounts at the
/// right edge.
pub(super) fn is_caption(row: &[&Block], rows: &[Vec<&Block>], page_middle: i32) -> bool {
    let [block] = row else { return false };
    let (at, size) = (middle(block.area).0, block.size());
    let near = |a: i32, b: i32| (a - b).abs() <= size / 2;
    // What stands in the very middle of the page begins at the edge of a column by chance.
    let in_the_middle = (at - page_middle).abs() <= size / 10;
    let begins = |other: &Block| !in_the_middle && near(other.area.x0, block.area.x0);
    let aligned = |other: &Block| begins(other) || near(middle(other.area).0, at);
    let columns = rows.iter().filter(|row| row.len() > 1).flatten().filter(|other| aligned(other)).count();
    let (left, right) = sides(rows);
    let central = (at - mean(left, right)).abs() <= size * 2;
    columns < 2 && (in_the_middle || central || near(block.area.x1, right)) || is_note(row, rows)
}

/// A wide single block that begins at the left edge: a sentence before or after a table.
pub(super) fn is_note(row: &[&Block], rows: &[Vec<&Block>]) -> bool {
    matches!(row, [block] if is_wide(block.area, rows) && block.area.x0 - sides(rows).0 <= block.size() * 2)
}

/// Left and right edge of the text.
fn sides(rows: &[Vec<&Block>]) -> (i32, i32) {
    let left = rows.iter().flatten().map(|block| block.area.x0).min().unwrap_or(0);
    (left, rows.iter().flatten().map(|block| block.area.x1).max().unwrap_or(0))
}

fn is_wide(area: Rect, rows: &[Vec<&Block>]) -> bool {
    let (left, right) = sides(rows);
    i64::from(area.x1 - area.x0) * 2 > i64::from(right - left)
}
