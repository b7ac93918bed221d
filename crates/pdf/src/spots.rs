//! Where the glyphs of a page stand: in which cell of which grid.

use jixiao_model::Rect;

use crate::grid::Grid;
use crate::lines::percent;
use crate::page::{Direction, Glyph, middle};

/// Where a glyph stands: grid and cell; `None` outside all grids.
pub(crate) type Spot = Option<(u32, u32)>;

/// Where every glyph of a page stands.
pub(crate) fn spots(glyphs: &[Glyph], grids: &[Grid]) -> Vec<Spot> {
    let mut finder = Finder::new(grids);
    let mut spots: Vec<Spot> = glyphs.iter().map(|glyph| finder.find(glyph)).collect();
    keep_runs_whole(&mut spots, glyphs, grids);
    take_in_overflow(&mut spots, glyphs, grids);
    spots
}

/// Gives a text that runs over the border of its cell, or of the table, to the cell in which most of it stands: a number
/// for which the column is too narrow.
fn keep_runs_whole(spots: &mut [Spot], glyphs: &[Glyph], grids: &[Grid]) {
    let mut at = 1;
    while at < spots.len() {
        if spots[at] == spots[at - 1] || !goes_on(&glyphs[at - 1], &glyphs[at]) {
            at += 1;
            continue;
        }
        let together = |i: &usize| goes_on(&glyphs[*i - 1], &glyphs[*i]);
        let begin = (1..at).rev().take_while(together).last().map_or(at - 1, |first| first - 1);
        let end = (at..spots.len()).take_while(together).last().map_or(at, |last| last + 1);
        let (run, of_run) = (&mut spots[begin..end], &glyphs[begin..end]);
        if let Some(most) = most(run).filter(|_| runs_over(run, of_run, grids)) {
            run.fill(Some(most));
        }
        at = end;
    }
}

/// A glyph begins where the one drawn before it ends (percent of the em), as the glyphs of one text do. Between texts of
/// two cells there is the padding of both.
const NEXT: i32 = 10;

/// A glyph goes on with the text of the one drawn before it.
fn goes_on(before: &Glyph, glyph: &Glyph) -> bool {
    let limit = percent(glyph.size, NEXT);
    let near = |one: i32, other: i32| one.abs_diff(other) <= limit.unsigned_abs();
    near(before.area.x1, glyph.area.x0)
        && near(before.area.y1, glyph.area.y1)
        && before.size == glyph.size
        && before.direction == Direction::Right
        && glyph.direction == Direction::Right
        && !before.text.is_blank()
        && !glyph.text.is_blank()
}

/// The cell of more than half of the glyphs.
fn most(run: &[Spot]) -> Option<(u32, u32)> {
    let mut sorted = run.to_vec();
    sorted.sort_unstable();
    let middle = sorted[sorted.len() / 2];
    let count = sorted.iter().filter(|spot| **spot == middle).count();
    middle.filter(|_| count * 2 > sorted.len())
}

/// Wherever a text comes from one cell into another one of the table, a glyph stands on the border.
fn runs_over(run: &[Spot], glyphs: &[Glyph], grids: &[Grid]) -> bool {
    run.windows(2).zip(glyphs.windows(2)).all(|(spots, glyphs)| match (spots[0], spots[1]) {
        (Some((grid, left)), Some((other, right))) if left != right => {
            let border = grids[grid as usize].cells[left as usize].area.x1;
            grid == other && glyphs.iter().any(|glyph| stands_on(glyph, border))
        }
        (one, other) => one == other || one.is_none() || other.is_none(),
    })
}

/// The least of a glyph that is on either side of a border on which it stands (percent of the em).
const OVER: i32 = 10;

fn stands_on(glyph: &Glyph, border: i32) -> bool {
    let least = percent(glyph.size, OVER);
    glyph.area.x0.saturating_add(least) < border && border.saturating_add(least) < glyph.area.x1
}

/// Gives text that runs over the bottom of a grid to the last row, where that is empty: some producers end a table at the
/// end of the page and print its last row below.
fn take_in_overflow(spots: &mut [Spot], glyphs: &[Glyph], grids: &[Grid]) {
    let last: Vec<usize> = grids.iter().map(|grid| grid.ys.len() - 2).collect();
    let mut filled = vec![false; grids.len()];
    for (g, cell) in spots.iter().flatten().map(|(grid, cell)| (*grid as usize, *cell as usize)) {
        filled[g] |= grids[g].cells[cell].row == last[g];
    }
    let mut outside: Vec<usize> = (0..glyphs.len()).filter(|i| spots[*i].is_none()).collect();
    for (g, grid) in grids.iter().enumerate().filter(|(g, _)| !filled[*g]) {
        outside.retain(|i| {
            let area = glyphs[*i].area;
            let over = area.y0 < grid.area.y1 && area.y1 > grid.area.y1;
            let cell = over.then(|| grid.cell_at(middle(area).0, grid.area.y1 - 1)).flatten();
            spots[*i] = cell.filter(|cell| grid.cells[*cell].row == last[g]).map(|cell| (g as u32, cell as u32));
            spots[*i].is_none()
        });
    }
}

/// Finds the grid at a point. The page is cut into bands at the tops and bottoms of grids; each band lists its grids
/// from the smallest to the largest.
struct Finder<'g> {
    grids: &'g [Grid],
    bands: Vec<i32>,
    of_band: Vec<Vec<u32>>,
    /// A box that lies in one cell as a whole, where the last glyph was found: most glyphs stand beside the one before.
    last: Option<(Rect, (u32, u32))>,
}

/// Grids listed in all bands together; a hostile page with thousands of tall grids is cut off here.
const MAX_LISTED: usize = 1_000_000;

impl<'g> Finder<'g> {
    fn new(grids: &'g [Grid]) -> Self {
        let mut bands: Vec<i32> = grids.iter().flat_map(|grid| [grid.area.y0, grid.area.y1]).collect();
        bands.sort_unstable();
        bands.dedup();
        let mut of_band = vec![Vec::new(); bands.len()];
        let mut listed = 0;
        for (i, grid) in grids.iter().enumerate() {
            let first = bands.partition_point(|y| *y < grid.area.y0);
            let last = bands.partition_point(|y| *y < grid.area.y1);
            listed += last - first;
            if listed > MAX_LISTED {
                break;
            }
            of_band[first..last].iter_mut().for_each(|band| band.push(i as u32));
        }
        Self { grids, bands, of_band, last: None }
    }

    fn find(&mut self, glyph: &Glyph) -> Spot {
        if glyph.direction == Direction::Slanted {
            return None;
        }
        let (x, y) = glyph.middle();
        let holds = |area: Rect| area.x0 <= x && x < area.x1 && area.y0 <= y && y < area.y1;
        if let Some((_, spot)) = self.last.filter(|(area, _)| holds(*area)) {
            return Some(spot);
        }
        let band = self.bands.partition_point(|top| *top <= y).checked_sub(1)?;
        let at = |grid: &u32| Some((*grid, self.grids[*grid as usize].cell_at(x, y)? as u32));
        let (grid, cell) = self.of_band[band].iter().find_map(at)?;
        // No smaller grid lies in this band of the cell.
        if self.of_band[band][0] == grid {
            let area = self.grids[grid as usize].cells[cell as usize].area;
            let bottom = self.bands.get(band + 1).map_or(area.y1, |next| area.y1.min(*next));
            self.last = Some((Rect { y0: area.y0.max(self.bands[band]), y1: bottom, ..area }, (grid, cell)));
        }
        Some((grid, cell))
    }
}
