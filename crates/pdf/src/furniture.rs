//! Running heads and page numbers: what belongs to the pages and not to the text on them.

use std::collections::BTreeMap;

use jixiao_model::{Rect, without_space};
use rayon::prelude::*;

use crate::layout::{Item, Layout, PartCell};
use crate::lines::{TextLine, joined, percent};

/// Lines looked at from the top and from the bottom of a page.
const EDGE_LINES: usize = 2;

/// Running heads and page numbers stand in this outer part of the page's height (percent).
const MARGIN: i32 = 16;

/// A repeated line is furniture when it stands on at least this many pages (or on all pages of a shorter document).
const REPEATS: usize = 3;

/// A line larger than the body by this share (percent) is a title.
const TITLE: i32 = 115;

/// Pages that one thread takes, at least: little is to be done for each.
const TOGETHER: usize = 16;

/// The same line on two pages stands within this distance (1/1000 pt).
const SAME_PLACE: i32 = 6_000;

/// Furniture of one page.
#[derive(Debug, Default)]
pub(crate) struct Furniture {
    pub(crate) head: Vec<TextLine>,
    pub(crate) foot: Vec<TextLine>,
}

/// Takes the furniture out of the pages.
pub(crate) fn take(layouts: &mut [Layout]) -> Vec<Furniture> {
    let (sizes, edges): (Vec<_>, Vec<Edges>) =
        layouts.par_iter().with_min_len(TOGETHER).map(|layout| (sizes(layout), Edges::of(layout))).unzip();
    let body = body_size(sizes);
    let repeated = repeated(layouts, &edges, body);
    let remove = |(layout, edges): (&mut Layout, Edges)| {
        let marks = marks(layout, &edges, &repeated);
        remove(layout, edges, &marks)
    };
    layouts.par_iter_mut().zip(edges).with_min_len(TOGETHER).map(remove).collect()
}

/// The lines at the top and at the bottom of a page.
struct Edges {
    head: Vec<Edge>,
    foot: Vec<Edge>,
}

/// A line: an item of its own, or a row of a region.
struct Edge {
    item: usize,
    row: Option<usize>,
    line: TextLine,
}

impl Edges {
    fn of(layout: &Layout) -> Self {
        let margin = percent(layout.height, MARGIN);
        let count = layout.items.len();
        let mut head = first_lines(layout, 0..count, false);
        head.retain(|edge| edge.line.area.y1 <= margin);
        let mut foot = first_lines(layout, (0..count).rev(), true);
        foot.retain(|edge| edge.line.area.y0 >= layout.height - margin);
        foot.retain(|edge| !head.iter().any(|other| other.item == edge.item && other.row == edge.row));
        Self { head, foot }
    }

    fn all(&self) -> impl Iterator<Item = &Edge> {
        self.head.iter().chain(&self.foot)
    }
}

/// The first lines of some items, up to the first table.
fn first_lines(layout: &Layout, items: impl Iterator<Item = usize>, from_below: bool) -> Vec<Edge> {
    let mut edges = Vec::new();
    for item in items {
        match &layout.items[item] {
            Item::Line(line) => edges.push(Edge { item, row: None, line: line.clone() }),
            Item::Region(region) => {
                let count = region.rows.len();
                let rows = (0..count.min(EDGE_LINES)).map(|i| if from_below { count - 1 - i } else { i });
                let edge = |row: usize| Some(Edge { item, row: Some(row), line: joined(region.rows[row].clone())? });
                edges.extend(rows.take_while(|row| is_apart(&region.rows, *row)).filter_map(edge));
            }
            Item::Part(_) => break,
        }
        if edges.len() >= EDGE_LINES {
            break;
        }
    }
    edges.truncate(EDGE_LINES);
    edges
}

/// A row of a region that cannot be one of a table: a single text, or one well apart from the rest.
fn is_apart(rows: &[Vec<TextLine>], row: usize) -> bool {
    let area = |row: &Vec<TextLine>| row.iter().map(|piece| piece.area).reduce(Rect::union);
    let far = |other: &Vec<TextLine>| match (area(&rows[row]), area(other)) {
        (Some(a), Some(b)) => (b.y0 - a.y1).max(a.y0 - b.y1) > rows[row][0].size * 3 / 2,
        _ => true,
    };
    let next = if row * 2 < rows.len() { rows.get(row + 1) } else { row.checked_sub(1).map(|before| &rows[before]) };
    rows[row].len() == 1 || next.is_none_or(far)
}

/// Digits differ from page to page; everything else of a running head stays.
fn pattern(text: &str) -> String {
    let mut out = String::new();
    for c in without_space(text).chars() {
        if c.is_ascii_digit() {
            if !out.ends_with('#') {
                out.push('#');
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// The size of most lines of the document.
fn body_size(sizes: Vec<BTreeMap<i32, usize>>) -> i32 {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for (size, count) in sizes.into_iter().flatten() {
        *counts.entry(size).or_default() += count;
    }
    counts.into_iter().max_by_key(|(size, count)| (*count, -size)).map_or(0, |(size, _)| size * 500 + 250)
}

/// How many lines of a page are of each size, in steps of 500.
fn sizes(layout: &Layout) -> BTreeMap<i32, usize> {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    let mut count = |line: &TextLine| *counts.entry(line.size / 500).or_default() += 1;
    for item in &layout.items {
        match item {
            Item::Line(line) => count(line),
            Item::Part(part) => part.cells.iter().flat_map(|cell| &cell.lines).for_each(&mut count),
            Item::Region(region) => region.rows.iter().flatten().for_each(&mut count),
        }
    }
    counts
}

/// One line that several pages have: its pattern and where it stands.
struct Repeated {
    pattern: String,
    at: i32,
}

/// Lines with one pattern: height, page and item of each, and whether it is as large as a title.
type Same = Vec<(i32, usize, usize, bool)>;

fn repeated(layouts: &[Layout], edges: &[Edges], body: i32) -> Vec<Repeated> {
    let mut places: BTreeMap<String, Same> = BTreeMap::new();
    for (page, edges) in edges.iter().enumerate() {
        for edge in edges.all() {
            let large = edge.line.size > percent(body, TITLE);
            let place = (edge.line.area.y0, page, edge.item, large);
            places.entry(pattern(&edge.line.text)).or_default().push(place);
        }
    }
    let mut found = Vec::new();
    for (pattern, mut lines) in places {
        lines.sort_unstable();
        let mut rest = lines.as_slice();
        while let Some(first) = rest.first() {
            let count = rest.partition_point(|line| line.0 - first.0 <= SAME_PLACE);
            if is_furniture(layouts, &rest[..count], &pattern) {
                found.push(Repeated { pattern: pattern.clone(), at: first.0 });
            }
            rest = &rest[count..];
        }
    }
    found
}

fn is_furniture(layouts: &[Layout], lines: &[(i32, usize, usize, bool)], pattern: &str) -> bool {
    let mut pages: Vec<usize> = lines.iter().map(|line| line.1).collect();
    pages.sort_unstable();
    let needed = REPEATS.min(layouts.len()).max(2);
    // Heads of left and right pages alternate.
    let close = pages.windows(needed).any(|run| run[needed - 1] - run[0] <= (needed - 1) * 2);
    let large = lines.iter().filter(|line| line.3).count() * 2 >= lines.len();
    close && (is_number(pattern) || !heads_forms(layouts, lines, large))
}

/// A line over tables that all begin with the same label but differ in what follows it is the title of forms, not a
/// running head. A line as large as a title is one wherever the tables begin with the same label, and where there are
/// none.
fn heads_forms(layouts: &[Layout], lines: &[(i32, usize, usize, bool)], large: bool) -> bool {
    let under: Vec<Under> =
        lines.iter().map(|(_, page, item, _)| Under::of(&layouts[*page].items[*item..]).unwrap_or_default()).collect();
    let mut labels: BTreeMap<&str, Vec<&[String]>> = BTreeMap::new();
    for Under { row, .. } in &under {
        if let Some((label, rest)) = row.split_first().filter(|(label, _)| !label.is_empty()) {
            labels.entry(label).or_default().push(rest);
        }
    }
    let differ = |rows: &[&[String]]| rows.iter().any(|row| *row != rows[0]);
    let is_title = |rows: &[&[String]]| rows.len() * 5 >= lines.len() * 3 && (large || differ(rows));
    match labels.iter().find(|(_, rows)| is_title(rows)) {
        Some((label, _)) => large || !stands_over_titles(&under, label),
        None => large && labels.values().map(Vec::len).sum::<usize>() * 2 < lines.len(),
    }
}

/// Wherever forms begin, another line stands between this one and the table, and where a table goes on, none does: the
/// other line is the title.
fn stands_over_titles(under: &[Under], label: &str) -> bool {
    let over_tables = under.iter().filter(|under| !under.row.is_empty());
    let (begin, go_on): (Vec<&Under>, Vec<&Under>) = over_tables.partition(|under| under.row[0] == label);
    begin.iter().all(|under| under.between > 0) && go_on.iter().any(|under| under.between == 0)
}

/// What stands under a line: the first row of the next table, and the number of lines between.
#[derive(Default)]
struct Under {
    between: usize,
    row: Vec<String>,
}

impl Under {
    /// `items` begin with the line, or with the region whose first row it is.
    fn of(items: &[Item]) -> Option<Self> {
        let found = |(before, item)| first_row(item).map(|(lines, row)| (before + lines, row));
        let (above, row) = items.iter().enumerate().find_map(found)?;
        Some(Self { between: above.saturating_sub(1), row })
    }
}

/// The texts of the first row of a table, and the number of lines above it that belong to the same item.
fn first_row(item: &Item) -> Option<(usize, Vec<String>)> {
    match item {
        Item::Line(_) => None,
        Item::Part(part) => {
            let text = |cell: &PartCell| cell.lines.iter().map(|line| line.text.as_str()).collect::<String>();
            Some((0, part.cells.iter().filter(|cell| cell.row == 0).map(text).collect()))
        }
        Item::Region(region) => {
            let row = region.rows.iter().position(|row| row.len() > 1)?;
            let (above, pieces) = (row.checked_sub(1).map(|above| &region.rows[above]), &region.rows[row]);
            let label = above.and_then(|above| begins_beside(above, pieces));
            let texts = label.into_iter().chain(pieces).map(|piece| piece.text.clone()).collect();
            Some((row - usize::from(label.is_some()), texts))
        }
    }
}

/// The first line of a label that is centred on the texts to its right, and so begins above them.
fn begins_beside<'r>(above: &'r [TextLine], row: &[TextLine]) -> Option<&'r TextLine> {
    let ([label], Some(next)) = (above, row.first()) else { return None };
    (label.area.x1 <= next.area.x0 && label.area.y1 > next.area.y0).then_some(label)
}

/// Page numbers: digits with nothing but what is usual around them.
fn is_number(pattern: &str) -> bool {
    let usual = |c: char| "#-—–―‐－_·•.~/／|()（）[]第页共页码总ofPpage".contains(c);
    pattern.contains('#') && pattern.chars().all(usual)
}

fn marks(layout: &Layout, edges: &Edges, repeated: &[Repeated]) -> Vec<bool> {
    let mark = |edge: &Edge| {
        let pattern = pattern(&edge.line.text);
        let near = |r: &Repeated| r.pattern == pattern && (edge.line.area.y0 - r.at).abs() <= SAME_PLACE;
        repeated.iter().any(near) || (edge.row.is_none() && is_number(&pattern) && stands_alone(layout, edge.item))
    };
    edges.all().map(mark).collect()
}

/// The last or first line of a page that is well apart from the rest: a page number even where there is no other.
fn stands_alone(layout: &Layout, item: usize) -> bool {
    let area = layout.items[item].area();
    let margin = percent(layout.height, MARGIN / 2 + 2);
    let gap = |other: usize| {
        let other = layout.items[other].area();
        (area.y0 - other.y1).max(other.y0 - area.y1)
    };
    let apart = |other: Option<usize>| other.is_none_or(|other| gap(other) >= area.y1 - area.y0);
    let last = item + 1 == layout.items.len() && area.y0 >= layout.height - margin;
    let first = item == 0 && area.y1 <= margin;
    (last && apart(item.checked_sub(1))) || (first && apart((layout.items.len() > 1).then_some(1)))
}

fn remove(layout: &mut Layout, edges: Edges, marks: &[bool]) -> Furniture {
    let Edges { head, foot } = edges;
    let of_head = head.len();
    let mut marked: Vec<(usize, Edge)> = head.into_iter().chain(foot).enumerate().filter(|(i, _)| marks[*i]).collect();
    marked.sort_by_key(|(_, edge)| (edge.item, edge.row));
    let mut furniture = Furniture::default();
    for (i, edge) in marked.into_iter().rev() {
        match (edge.row, layout.items.get_mut(edge.item)) {
            (Some(row), Some(Item::Region(region))) if region.rows.len() > 1 => drop(region.rows.remove(row)),
            _ => drop(layout.items.remove(edge.item)),
        }
        if i < of_head { furniture.head.insert(0, edge.line) } else { furniture.foot.insert(0, edge.line) }
    }
    furniture
}
