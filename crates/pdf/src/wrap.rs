//! Lines of a cell → one text: which of them are full, and where paragraphs begin.

use jixiao_model::Line;

use crate::lines::{TextLine, percent};
use crate::page::Direction;
use crate::reading::OnPage;

/// Room that is left at the end of a line (percent of the em) where a paragraph ends for certain.
pub(crate) const ROOM: i32 = 100;

/// A cell's text is prose with paragraphs where a line of it is at least this wide (percent of the em).
pub(crate) const PROSE: i32 = 800;

/// The line is so full that what follows did not fit on it.
fn is_full(line: &TextLine, next: &TextLine, inner: i32, short: i32) -> bool {
    let width = line.area.x1 - line.area.x0;
    width + next.lead > inner - percent(line.size, short)
}

/// The lines of a cell, with the beginnings of paragraphs marked.
pub(crate) fn model_lines(lines: Vec<TextLine>, inner: i32, before: Option<&TextLine>, on_page: OnPage) -> Vec<Line> {
    let left = lines.iter().map(|line| line.area.x0).min().unwrap_or(0);
    let prose = lines.iter().chain(before).any(|line| line.area.x1 - line.area.x0 >= percent(line.size, PROSE))
        && lines.iter().all(|line| line.area.x0 - left <= percent(line.size, 250))
        && !is_centred(&lines);
    let mut starts = Vec::with_capacity(lines.len());
    for (i, line) in lines.iter().enumerate() {
        let above = if i == 0 { before } else { lines.get(i - 1) };
        let begins = |above| are_figures(above, line, inner) || (prose && begins_paragraph(above, line, left, inner));
        starts.push(above.is_none_or(begins));
    }
    lines.into_iter().zip(starts).map(|(line, starts)| on_page.line(line, starts)).collect()
}

/// Two figures below each other: one that has room is never broken.
fn are_figures(above: &TextLine, below: &TextLine, inner: i32) -> bool {
    let sign = |c: char| matches!(c, '¥' | '￥' | '+' | '-' | '－' | '−' | '.' | ',' | '，' | '%' | '％');
    let figure = |line: &TextLine| {
        line.text.contains(|c: char| c.is_ascii_digit()) && line.text.chars().all(|c| c.is_ascii_digit() || sign(c))
    };
    let upright = above.direction == Direction::Right && below.direction == Direction::Right;
    let room = inner - (above.area.x1 - above.area.x0);
    upright && figure(above) && figure(below) && room > percent(above.size, ROOM)
}

/// Lines about one middle with different beginnings: the room beside them says nothing of paragraphs.
fn is_centred(lines: &[TextLine]) -> bool {
    let Some(first) = lines.first() else { return false };
    let middle = |line: &TextLine| line.area.x0 + line.area.x1;
    let near = |line: &TextLine| (middle(line) - middle(first)).abs() <= percent(line.size, 20);
    let apart = |line: &TextLine| (line.area.x0 - first.area.x0).abs() > percent(line.size, 40);
    lines.iter().all(near) && lines.iter().any(apart)
}

fn begins_paragraph(above: &TextLine, line: &TextLine, left: i32, inner: i32) -> bool {
    let indented = line.area.x0 - left >= percent(line.size, 150) && above.area.x0 - left < percent(line.size, 50);
    // The room before an indented line is not left for text.
    let before = above.area.x0 - left;
    indented || !is_full(above, line, inner - before, ROOM)
}
