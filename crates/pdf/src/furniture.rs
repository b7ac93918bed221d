//! Running heads and page numbers: what belongs to the pages and not to the text on them.

use std::collections::BTreeMap;

use jixiao_model::without_space;

use crate::layout::{Item, Layout};
use crate::lines::{TextLine, percent};

/// Lines looked at from the top and from the bottom of a page.
const EDGE_LINES: usize = 2;

/// Running heads and page numbers stand in this outer part of the page's height (percent).
const MARGIN: i32 = 16;

/// A repeated line is furniture when it stands on at least this many pages (or on all pages of a shorter document).
const REPEATS: usize = 3;

/// A line larger than the body by this share (percent) is a title.
const TITLE: i32 = 115;

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
    let body = body_size(layouts);
    let edges: Vec<Edges> = layouts.iter().map(Edges::of).collect();
    let repeated = repeated(layouts, &edges, body);
    let marks: Vec<Vec<bool>> = layouts.iter().zip(&edges).map(|(l, e)| marks(l, e, &repeated)).collect();
    layouts.iter_mut().zip(&edges).zip(marks).map(|((layout, edges), marks)| remove(layout, edges, &marks)).collect()
}

/// The lines at the top and at the bottom of a page, as positions of items.
struct Edges {
    head: Vec<usize>,
    foot: Vec<usize>,
}

impl Edges {
    fn of(layout: &Layout) -> Self {
        let margin = percent(layout.height, MARGIN);
        let line = |i: &usize| matches!(layout.items[*i], Item::Line(_));
        let count = layout.items.len();
        let top = |i: &usize| layout.items[*i].area().y1 <= margin;
        let bottom = |i: &usize| layout.items[*i].area().y0 >= layout.height - margin;
        let head: Vec<usize> = (0..count).take(EDGE_LINES).take_while(line).filter(top).collect();
        let foot = (0..count).rev().take(EDGE_LINES).take_while(line).filter(bottom).filter(|i| !head.contains(i));
        Self { foot: foot.collect(), head }
    }

    fn all(&self) -> impl Iterator<Item = usize> + '_ {
        self.head.iter().chain(&self.foot).copied()
    }
}

fn text_line(layout: &Layout, item: usize) -> Option<&TextLine> {
    match layout.items.get(item) {
        Some(Item::Line(line)) => Some(line),
        _ => None,
    }
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
fn body_size(layouts: &[Layout]) -> i32 {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for item in layouts.iter().flat_map(|layout| &layout.items) {
        let lines: Vec<&TextLine> = match item {
            Item::Line(line) => vec![line],
            Item::Part(part) => part.cells.iter().flat_map(|cell| &cell.lines).collect(),
        };
        for line in lines {
            *counts.entry(line.size / 500).or_default() += 1;
        }
    }
    counts.into_iter().max_by_key(|(size, count)| (*count, -size)).map_or(0, |(size, _)| size * 500 + 250)
}

/// One line that several pages have: its pattern and where it stands.
struct Repeated {
    pattern: String,
    at: i32,
}

fn repeated(layouts: &[Layout], edges: &[Edges], body: i32) -> Vec<Repeated> {
    let mut places: BTreeMap<String, Vec<(i32, usize, usize)>> = BTreeMap::new();
    for (page, (layout, edges)) in layouts.iter().zip(edges).enumerate() {
        for item in edges.all() {
            if let Some(line) = text_line(layout, item) {
                places.entry(pattern(&line.text)).or_default().push((line.area.y0, page, item));
            }
        }
    }
    let mut found = Vec::new();
    for (pattern, mut lines) in places {
        lines.sort_unstable();
        let mut rest = lines.as_slice();
        while let Some(first) = rest.first() {
            let count = rest.partition_point(|line| line.0 - first.0 <= SAME_PLACE);
            if is_furniture(layouts, &rest[..count], &pattern, body) {
                found.push(Repeated { pattern: pattern.clone(), at: first.0 });
            }
            rest = &rest[count..];
        }
    }
    found
}

fn is_furniture(layouts: &[Layout], lines: &[(i32, usize, usize)], pattern: &str, body: i32) -> bool {
    let mut pages: Vec<usize> = lines.iter().map(|line| line.1).collect();
    pages.sort_unstable();
    let needed = REPEATS.min(layouts.len()).max(2);
    let numbered = is_number(pattern);
    // Heads of left and right pages alternate.
    let close = pages.windows(needed).any(|run| run[needed - 1] - run[0] <= (needed - 1) * 2);
    let large = |line: &&(i32, usize, usize)| {
        text_line(&layouts[line.1], line.2).is_some_and(|line| line.size > percent(body, TITLE))
    };
    close && (numbered || (lines.iter().filter(large).count() * 2 < lines.len() && !heads_forms(layouts, lines)))
}

/// A line over tables that all begin with the same label but differ in what follows it is the title of forms, not a
/// running head.
fn heads_forms(layouts: &[Layout], lines: &[(i32, usize, usize)]) -> bool {
    let mut labels: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, page, item) in lines {
        let part = layouts[*page].items.iter().skip(*item).find_map(|item| match item {
            Item::Part(part) => Some(part),
            Item::Line(_) => None,
        });
        let mut row = part
            .into_iter()
            .flat_map(|part| &part.cells)
            .filter(|cell| cell.row == 0)
            .map(|cell| cell.lines.iter().map(|line| line.text.as_str()).collect::<String>());
        if let Some(label) = row.next().filter(|label| !label.is_empty()) {
            labels.entry(label).or_default().push(row.collect());
        }
    }
    labels.values().any(|rows| rows.len() * 5 >= lines.len() * 3 && rows.iter().any(|row| *row != rows[0]))
}

/// Page numbers: digits with nothing but what is usual around them.
fn is_number(pattern: &str) -> bool {
    let usual = |c: char| "#-—–―‐－_·•.~/／|()（）[]第页共页码总ofPpage".contains(c);
    pattern.contains('#') && pattern.chars().all(usual)
}

fn marks(layout: &Layout, edges: &Edges, repeated: &[Repeated]) -> Vec<bool> {
    let mark = |item: usize| {
        let Some(line) = text_line(layout, item) else { return false };
        let pattern = pattern(&line.text);
        let near = |r: &Repeated| r.pattern == pattern && (line.area.y0 - r.at).abs() <= SAME_PLACE;
        repeated.iter().any(near) || (is_number(&pattern) && stands_alone(layout, item))
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

fn remove(layout: &mut Layout, edges: &Edges, marks: &[bool]) -> Furniture {
    let mut furniture = Furniture::default();
    let mut marked: Vec<(usize, bool)> =
        edges.all().zip(marks).filter(|(_, mark)| **mark).map(|(item, _)| (item, edges.head.contains(&item))).collect();
    marked.sort_unstable();
    for (item, head) in marked.into_iter().rev() {
        if let Item::Line(line) = layout.items.remove(item) {
            if head { furniture.head.insert(0, line) } else { furniture.foot.insert(0, line) }
        }
    }
    furniture
}
