// The body of the fuzz target as a plain function: a stable test replays the corpus with it.

use arbitrary::{Result, Unstructured};
use jixiao_model::{Reading, Rect};
use jixiao_pdf::{Direction, Glyph, Page, Rule, Text, read_pages};

use crate::sound;

/// Makes pages out of `data`, and reads them.
pub fn run(data: &[u8]) {
    let Ok(pages) = pages(&mut Unstructured::new(data)) else { return };
    let mut shown = String::new();
    pages.iter().flat_map(|page| &page.glyphs).for_each(|glyph| glyph.text.push_to(&mut shown));
    let Ok(reading) = read_pages(pages) else { return };
    sound::assert_sound(&reading);
    let (shown, read) = (sound::sorted(&shown), sound::characters(&reading));
    assert_eq!(shown.len(), read.len() + drawn_again(&reading), "every glyph ends somewhere, once");
}

/// Glyphs that were drawn again at their place, as the diagnostics count them.
fn drawn_again(reading: &Reading) -> usize {
    let count = |message: &str| message.split("left out: ").nth(1)?.split(' ').next()?.parse::<usize>().ok();
    reading.diagnostics.iter().filter(|d| d.code == "glyphs_left_out").filter_map(|d| count(&d.message)).sum()
}

fn pages(data: &mut Unstructured<'_>) -> Result<Vec<Page>> {
    let count = data.int_in_range(1..=4)?;
    (1..=count).map(|number| page(number, data)).collect()
}

fn page(number: u32, data: &mut Unstructured<'_>) -> Result<Page> {
    let mut page = Page { number, width: 600_000, height: 800_000, ..Page::default() };
    for _ in 0..data.int_in_range(0..=60)? {
        match data.int_in_range(0..=5)? {
            0 => grid(&mut page, data)?,
            1 | 2 => page.rules.push(rule(data)?),
            _ => text(&mut page, data)?,
        }
    }
    Ok(page)
}

/// Coordinates that often meet, and sometimes nearly.
fn at(data: &mut Unstructured<'_>) -> Result<i32> {
    let coarse = data.int_in_range(0..=40)? * 20_000;
    let nudge = if data.ratio(1, 4)? { data.int_in_range(-4..=4)? * 400 } else { 0 };
    Ok(coarse + nudge)
}

fn rule(data: &mut Unstructured<'_>) -> Result<Rule> {
    let from = at(data)?;
    Ok(Rule { horizontal: data.arbitrary()?, at: at(data)?, from, to: from + data.int_in_range(0..=30)? * 20_000 })
}

/// A ruled grid with some of its inner rules missing.
fn grid(page: &mut Page, data: &mut Unstructured<'_>) -> Result<()> {
    let (x, y) = (at(data)?, at(data)?);
    let (columns, rows) = (data.int_in_range(1..=5)?, data.int_in_range(1..=6)?);
    for i in 0..=rows {
        let end = if data.ratio(1, 5)? { columns - 1 } else { columns };
        page.rules.push(Rule { horizontal: true, at: y + i * 20_000, from: x, to: x + end * 60_000 });
    }
    for i in 0..=columns {
        let end = if data.ratio(1, 5)? { rows - 1 } else { rows };
        page.rules.push(Rule { horizontal: false, at: x + i * 60_000, from: y, to: y + end * 20_000 });
    }
    Ok(())
}

const CHARACTERS: [char; 16] =
    ['指', '标', '名', '称', '≥', '9', '5', '%', '。', '（', '1', '、', 'a', '合', '计', ' '];

/// A line of text.
fn text(page: &mut Page, data: &mut Unstructured<'_>) -> Result<()> {
    let (mut x, y) = (at(data)? + 4_000, at(data)? + 4_000);
    let size = data.int_in_range(4..=14)? * 1_000;
    let direction = match data.int_in_range(0..=15)? {
        0 => Direction::Down,
        1 => Direction::Left,
        2 => Direction::Up,
        3 => Direction::Vertical,
        4 => Direction::Slanted,
        _ => Direction::Right,
    };
    for _ in 0..data.int_in_range(1..=12)? {
        let c = *data.choose(&CHARACTERS)?;
        let width = if c.is_ascii() { size / 2 } else { size };
        let area = Rect { x0: x, y0: y, x1: x + width, y1: y + size };
        page.glyphs.push(Glyph { text: Text::Char(c), area, size, direction, invisible: false });
        x += width;
    }
    Ok(())
}
