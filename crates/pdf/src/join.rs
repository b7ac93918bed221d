//! Parts of tables on pages → logical tables over pages.

use std::collections::BTreeSet;

use jixiao_model::{
    Block, Cell, Join, JoinKind, Line, Origin, Place, Rect, Row, Table, begins_with_comparator, without_space,
};

use crate::grid::{cluster, nearest};
use crate::head::{HeadCell, by_row, closes, head_cell, head_rows, is_list, same_row, text};
use crate::layout::{Part, PartCell};
use crate::lines::{TextLine, is_closing, percent};
use crate::page::Direction;
use crate::reading::OnPage;
use crate::settle::settle;
use crate::wrap::{PROSE, ROOM, model_lines};

/// Edges of one column on two pages differ by no more than this (1/1000 pt) plus rounding of the producer.
const SAME_EDGE: i32 = 4_000;

/// Cells without drawn edges stand in one column where they share this much of the wider one (percent).
const SHARED: i64 = 60;

/// Tables of one width on two pages differ by no more than this (1/1000 pt).
const SAME_WIDTH: i32 = 6_000;

/// A table that is drawn in two pieces on one page leaves no more than this between them (1/1000 pt).
const TOUCHING: i32 = 4_000;

/// The first line of a paragraph begins no more than this (percent of the em) to the right or left of the others.
const INDENT: i32 = 250;

/// How much a line may fall short (percent of the em) and still count as full: rounding, and the padding that is only
/// estimated.
const SHORT: i32 = 35;

/// A cell of the table under construction. Rows count from the top of the logical table.
#[derive(Debug)]
struct Open {
    x0: i32,
    x1: i32,
    row: usize,
    row_span: usize,
    lines: Vec<Line>,
    parts: Vec<Place>,
    tail: Tail,
}

/// The end of a cell on the page where it ended last.
#[derive(Debug, Clone)]
struct Tail {
    /// The last line of its text; `None` where the page shows the cell without text.
    last: Option<TextLine>,
    area: Rect,
    /// Width that the text of the cell can have.
    inner: i32,
    /// Rows that it covers on that page.
    rows: usize,
}

impl Open {
    fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn end(&self) -> usize {
        self.row + self.row_span
    }

    /// Its text ended on a page before the one where it ended last: what follows is another text.
    fn is_over(&self) -> bool {
        !self.is_empty() && self.tail.last.is_none()
    }

    fn text(&self) -> String {
        self.lines.iter().map(|line| without_space(&line.text)).collect()
    }
}

/// A row of the table under construction.
#[derive(Debug, Clone, Copy)]
struct OpenRow {
    place: Place,
    after_page_break: bool,
    spans_known: bool,
}

/// A cell of the part that is joined on.
struct Incoming {
    x0: i32,
    x1: i32,
    cell: PartCell,
}

impl Incoming {
    fn is_empty(&self) -> bool {
        self.cell.lines.is_empty()
    }

    fn text(&self) -> String {
        text(&self.cell)
    }
}

/// What is known of the area of a row: as wide as all its cells, and as high as those that cover the fewest rows. A label
/// that is merged over several rows begins in the first of them, and is no measure of its height.
#[derive(Clone, Copy)]
struct RowArea {
    area: Rect,
    /// Rows covered by the cells that gave the height.
    rows: usize,
}

impl RowArea {
    fn with(self, cell: Self) -> Self {
        let (low, high) = if cell.rows < self.rows { (cell, self) } else { (self, cell) };
        let whole = low.area.union(high.area);
        if low.rows == high.rows {
            return Self { area: whole, rows: low.rows };
        }
        Self { area: Rect { y0: low.area.y0, y1: low.area.y1, ..whole }, rows: low.rows }
    }
}

/// A cell with text over several rows is a label, in the first row of a table a heading.
fn is_label(row: usize, row_span: usize, empty: bool) -> bool {
    row > 0 && row_span > 1 && !empty
}

/// What becomes of a cell at the top of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It begins here.
    New,
    /// It goes on from the page before; its text (if any) follows.
    Goes(usize),
    /// It goes on, and its text is the label printed again.
    Again(usize),
}

/// Whether a label that is printed at the top of a page begins there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Restart {
    #[default]
    No,
    /// It may have begun on the page before: only labels of several rows beside it tell that groups go on.
    Unsure,
    Yes,
}

impl Restart {
    /// A cell to the right of the label may go on from the page before.
    fn lets_go_on(self, cell: &Incoming) -> bool {
        self == Self::No || (self == Self::Unsure && cell.cell.row_span > 1)
    }
}

/// What became of the cells to the left of a cell at the top of a page.
#[derive(Debug, Clone, Copy, Default)]
struct Before {
    /// A label begins anew.
    restart: Restart,
    /// Something begins anew.
    other: bool,
    /// A label goes on and is not printed again.
    once: bool,
}

/// A logical table under construction.
pub(crate) struct Builder {
    origin: Origin,
    cells: Vec<Open>,
    rows: Vec<OpenRow>,
    joins: Vec<Join>,
    /// Edges of labels: cells with text over several rows, other than those of the header.
    merged: BTreeSet<(i32, i32)>,
    /// Positions of the cells that reach the bottom of the last part.
    bottom: Vec<usize>,
    last_page: u32,
    last_area: Rect,
    last_frame: (i32, i32),
    /// Shape of the first rows of the first part, to know them again.
    head: Vec<Vec<HeadCell>>,
}

/// Cells looked back at for the one above: those of the last page or two.
const NEARBY: usize = 2_000;

/// Rows kept for knowing repeated headers again.
const HEAD_ROWS: usize = 8;

impl Builder {
    pub(crate) fn new(part: Part, on_page: OnPage) -> Self {
        let mut builder = Self {
            origin: part.origin,
            cells: Vec::new(),
            rows: Vec::new(),
            joins: Vec::new(),
            merged: BTreeSet::new(),
            bottom: Vec::new(),
            last_page: on_page.number,
            last_area: part.area,
            last_frame: part.frame,
            head: head_rows(&part, HEAD_ROWS),
        };
        let (area, rows, spans_known) = (part.area, part.rows, part.spans_known);
        let incoming = incoming(part);
        builder.append(incoming, rows, 0, on_page, area);
        builder.know_spans(0, spans_known);
        builder
    }

    /// The part is the rest of this table.
    pub(crate) fn goes_on(&self, part: &Part, on_page: OnPage) -> bool {
        let width = |frame: (i32, i32)| frame.1 - frame.0;
        let same_width = (width(part.frame) - width(self.last_frame)).abs() <= SAME_WIDTH;
        let left = (part.frame.0 - self.last_frame.0).abs() <= SAME_EDGE;
        if on_page.number == self.last_page {
            let gap = part.area.y0 - self.last_area.y1;
            return same_width && left && (-TOUCHING..=TOUCHING).contains(&gap) && part.origin == self.origin;
        }
        same_width && part.origin == self.origin && !self.starts_again(part)
    }

    /// The part with cells for the labels at its left that go on from the page before, where nothing is drawn around
    /// them on this one.
    pub(crate) fn with_labels(&self, mut part: Part, on_page: OnPage) -> Part {
        let left = part.area.x0 - self.last_frame.0;
        let ends = (part.area.x1 - self.last_frame.1).abs() <= SAME_EDGE;
        let ruled = part.origin == Origin::Ruled && self.origin == Origin::Ruled;
        if !(ruled && ends && left > SAME_EDGE && on_page.number == self.last_page + 1) {
            return part;
        }
        let beside = |open: &&Open| open.x1 <= left + SAME_EDGE;
        let labels: Vec<&Open> = self.bottom.iter().map(|at| &self.cells[*at]).filter(beside).collect();
        let width: i32 = labels.iter().map(|open| open.x1 - open.x0).sum();
        if (width - left).abs() > SAME_EDGE || labels.iter().any(|open| open.row_span < 2) {
            return part;
        }
        let (x, y0, y1) = (self.last_frame.0, part.area.y0, part.area.y1);
        let cell = |open: &&Open| {
            let area = Rect { x0: open.x0 + x, y0, x1: open.x1 + x, y1 };
            PartCell { row: 0, row_span: part.rows, area, inner: open.tail.inner, lines: Vec::new() }
        };
        let cells: Vec<PartCell> = labels.iter().map(cell).collect();
        part.cells.extend(cells);
        part.cells.sort_by_key(|cell| (cell.row, cell.area.x0));
        (part.area.x0, part.frame.0) = (x, x);
        part
    }

    /// The part begins with the same labels as this table but goes on with other values: another form of one kind.
    fn starts_again(&self, part: &Part) -> bool {
        let rows = head_rows(part, HEAD_ROWS);
        let labelled = |a: &Vec<HeadCell>, b: &Vec<HeadCell>| match (a.first(), b.first()) {
            (Some(a), Some(b)) => !a.text.is_empty() && a.text == b.text && a.row_span == 1 && b.row_span == 1,
            _ => false,
        };
        let header = self.head.iter().zip(&rows).take_while(|(a, b)| same_row(a, b)).count();
        if header > 0 && is_list(&rows[header..]) {
            return false;
        }
        let same_shape = |a: &Vec<HeadCell>, b: &Vec<HeadCell>| a.len() == b.len();
        let pairs = || self.head.iter().zip(&rows).filter(|(a, b)| same_shape(a, b));
        let same = pairs().filter(|(a, b)| labelled(a, b)).count();
        let differ = pairs().filter(|(a, b)| labelled(a, b) && a != b).count();
        same >= 3 && differ >= 1
    }

    /// Joins the part on.
    pub(crate) fn join(&mut self, part: Part, on_page: OnPage) {
        let new_page = on_page.number != self.last_page;
        let (area, rows, frame) = (part.area, part.rows, part.frame);
        let spans_known = part.spans_known;
        let mut top = incoming(part);
        let mut skipped = 0;
        if new_page {
            skipped = self.drop_header(&mut top, on_page);
        }
        if skipped < rows {
            let next = self.rows.len();
            self.join_rows(top, rows - skipped, on_page, area, new_page);
            self.know_spans(next, spans_known);
            if let Some(row) = self.rows.get_mut(next) {
                row.after_page_break = new_page;
            }
        }
        self.last_page = on_page.number;
        (self.last_area, self.last_frame) = (area, frame);
    }

    /// Notes of the rows from one on whether what their cells cover is known.
    fn know_spans(&mut self, from: usize, known: bool) {
        for row in self.rows.iter_mut().skip(from) {
            row.spans_known = known;
        }
    }

    /// Leaves out the header rows that the producer printed again; gives their number.
    fn drop_header(&mut self, cells: &mut Vec<Incoming>, on_page: OnPage) -> usize {
        let rows = head_of(cells, HEAD_ROWS);
        let mut count = self.head.iter().zip(&rows).take_while(|(a, b)| same_row(a, b)).count();
        let texts = |row: &Vec<HeadCell>| row.iter().filter(|cell| !cell.text.is_empty()).count();
        // The rows must close together: a cell that reaches beyond them belongs to what follows.
        while count > 0 && !closes(&rows[..count]) {
            count -= 1;
        }
        if count == 0 || !rows[..count].iter().any(|row| texts(row) >= 2) {
            return 0;
        }
        let (header, rest): (Vec<Incoming>, Vec<Incoming>) =
            std::mem::take(cells).into_iter().partition(|cell| cell.cell.row < count);
        let area = header.iter().map(|cell| cell.cell.area).reduce(Rect::union).unwrap_or_default();
        let dropped = header.iter().map(Incoming::text).collect();
        self.joins.push(Join {
            kind: JoinKind::RepeatedHeader,
            row: self.rows.len(),
            column: None,
            place: on_page.place(area),
            dropped,
        });
        *cells = rest;
        for cell in cells {
            cell.cell.row -= count;
        }
        count
    }

    fn join_rows(&mut self, top: Vec<Incoming>, rows: usize, on_page: OnPage, area: Rect, new_page: bool) {
        let first: Vec<usize> = (0..top.len()).filter(|i| top[*i].cell.row == 0).collect();
        let cut = new_page && self.is_cut(&top, &first);
        let fates = if new_page { self.fates(&top, &first, cut) } else { vec![Fate::New; first.len()] };
        let base = self.rows.len() - usize::from(cut);
        if cut {
            let place = first.iter().map(|i| top[*i].cell.area).reduce(Rect::union).unwrap_or(area);
            let place = on_page.place(place);
            self.joins.push(Join { kind: JoinKind::CutRow, row: base, column: None, place, dropped: String::new() });
        }
        let mut rest = Vec::with_capacity(top.len());
        let mut reach = Vec::new();
        for (i, cell) in top.into_iter().enumerate() {
            match first.iter().position(|f| *f == i).map_or(Fate::New, |at| fates[at]) {
                Fate::New => rest.push(cell),
                Fate::Goes(a) => self.carry(a, cell, false, cut, rows, on_page, &mut reach),
                Fate::Again(a) => self.carry(a, cell, true, cut, rows, on_page, &mut reach),
            }
        }
        self.append(rest, rows - usize::from(cut), usize::from(cut), on_page, area);
        self.bottom.extend(reach);
    }

    /// Puts a cell's continuation to the cell.
    #[expect(clippy::too_many_arguments, reason = "the facts of one join, used once")]
    fn carry(
        &mut self,
        at: usize,
        cell: Incoming,
        again: bool,
        cut: bool,
        rows: usize,
        on_page: OnPage,
        reach: &mut Vec<usize>,
    ) {
        let place = on_page.place(cell.cell.area);
        let open = &mut self.cells[at];
        open.row_span += cell.cell.row_span - usize::from(cut);
        open.parts.push(place);
        if is_label(open.row, open.row_span, open.is_empty()) {
            self.merged.insert((open.x0, open.x1));
        }
        let whole_row = cut && cell.cell.row_span == 1 && open.tail.rows == 1;
        let kind = if again { JoinKind::RepeatedLabel } else { JoinKind::MergedCell };
        if again || !whole_row {
            let dropped = if again { cell.text() } else { String::new() };
            self.joins.push(Join { kind, row: open.row, column: None, place, dropped });
            // The column is not known before all parts are; `finish` puts it in by the cell's left edge.
            if let Some(join) = self.joins.last_mut() {
                join.column = Some(at.min(usize::from(u16::MAX)) as u16);
            }
        }
        if cell.cell.row + cell.cell.row_span == rows {
            reach.push(at);
        }
        let cell = cell.cell;
        let (area, inner, rows) = (cell.area, cell.inner, cell.row_span);
        let before = open.tail.last.take();
        let last = if again { before.clone() } else { cell.lines.last().cloned() };
        if !again {
            open.lines.extend(model_lines(cell.lines, inner, before.as_ref(), on_page));
        }
        open.tail = Tail { last, area, inner, rows };
    }

    /// Appends cells as rows of their own, `skip` rows less than their numbers say.
    fn append(&mut self, cells: Vec<Incoming>, rows: usize, skip: usize, on_page: OnPage, area: Rect) {
        let base = self.rows.len();
        let bottom = rows + skip;
        let row = OpenRow { place: on_page.place(area), after_page_break: false, spans_known: true };
        self.rows.extend(std::iter::repeat_n(row, rows));
        let mut areas: Vec<Option<RowArea>> = vec![None; rows];
        let skipped = |row: usize| row.checked_sub(skip);
        self.bottom.clear();
        for Incoming { x0, x1, cell } in cells {
            let inner = cell.inner;
            // What stands in the row that was cut belongs to the row before.
            let row = (base + cell.row).saturating_sub(skip);
            if cell.row + cell.row_span >= bottom {
                self.bottom.push(self.cells.len());
            }
            if let Some(area) = skipped(cell.row).and_then(|row| areas.get_mut(row)) {
                let own = RowArea { area: cell.area, rows: cell.row_span };
                *area = Some(area.map_or(own, |row| row.with(own)));
            }
            let tail = Tail { last: cell.lines.last().cloned(), area: cell.area, inner, rows: cell.row_span };
            let lines = model_lines(cell.lines, inner, None, on_page);
            let parts = vec![on_page.place(cell.area)];
            if is_label(base + row, cell.row_span, lines.is_empty()) {
                self.merged.insert((x0, x1));
            }
            self.cells.push(Open { x0, x1, row, row_span: cell.row_span, lines, parts, tail });
        }
        for (row, area) in areas.into_iter().enumerate() {
            if let Some(RowArea { area, .. }) = area {
                self.rows[base + row].place = on_page.place(area);
            }
        }
    }

    /// The open cell that stands over a cell at the top of the page.
    fn above(&self, cell: &Incoming) -> Option<usize> {
        if self.origin == Origin::Ruled {
            let same = |i: &usize| self.same_column((self.cells[*i].x0, self.cells[*i].x1), (cell.x0, cell.x1));
            return self.bottom.iter().copied().find(same);
        }
        let shared = |i: &usize| self.cells[*i].x1.min(cell.x1) - self.cells[*i].x0.max(cell.x0);
        let best = self.bottom.iter().copied().max_by_key(|i| (shared(i), std::cmp::Reverse(*i)))?;
        let narrower = (cell.x1 - cell.x0).min(self.cells[best].x1 - self.cells[best].x0);
        (i64::from(shared(&best)) * 100 >= i64::from(narrower) * SHARED).then_some(best)
    }

    /// Both stand in one column. Drawn edges say so exactly; how many columns a text covers differs from page to page
    /// with what is printed there.
    fn same_column(&self, a: (i32, i32), b: (i32, i32)) -> bool {
        if self.origin == Origin::Ruled {
            return (a.0 - b.0).abs() <= SAME_EDGE && (a.1 - b.1).abs() <= SAME_EDGE;
        }
        let shared = i64::from(a.1.min(b.1)) - i64::from(a.0.max(b.0));
        shared * 100 >= i64::from((a.1 - a.0).max(b.1 - b.0)) * SHARED
    }

    /// Cells of this width are merged over rows somewhere in the table: it is a column of labels.
    fn is_label_column(&self, cell: &Incoming, top: &[Incoming]) -> bool {
        let same = |x0: i32, x1: i32| self.same_column((x0, x1), (cell.x0, cell.x1));
        self.merged.iter().any(|column| same(column.0, column.1))
            || top.iter().any(|other| other.cell.row_span > 1 && same(other.x0, other.x1))
    }

    /// The last row was cut between its lines and goes on in the first row of the part.
    fn is_cut(&self, top: &[Incoming], first: &[usize]) -> bool {
        let Some(pairs) = self.pairs(top, first) else { return false };
        if self.origin == Origin::Ruled && self.is_sliver(&pairs) {
            return true;
        }
        if self.is_title(&pairs) {
            return false;
        }
        let text_below = |a: usize| pairs.iter().any(|(other, b)| *other == a && !b.is_empty());
        let strict = !self.bottom.iter().any(|a| {
            let open = &self.cells[*a];
            !open.is_empty() && open.tail.rows == 1 && !text_below(*a) && !self.goes_below(*a, &pairs)
        });
        let mut goes_on = 0;
        for (a, b) in &pairs {
            let open = &self.cells[*a];
            if b.is_empty() {
                continue;
            }
            let label = b.cell.row_span > 1 || open.tail.rows > 1;
            if label && (open.is_empty() || open.is_over() || open.text() == b.text()) {
                continue;
            }
            let short = if strict { -ROOM } else { SHORT };
            if open.is_empty() || !continues(open, b, short) {
                return self.is_cut_between_paragraphs(&pairs);
            }
            goes_on += 1;
        }
        let within = |(a, b): &(usize, &Incoming)| !b.is_empty() && ends_within(&self.cells[*a].text());
        goes_on > 0 && (!strict || level(&pairs) || pairs.iter().any(within))
    }

    /// The cells at the bottom of a page with the cells under them; `None` where the two rows have not the same cells.
    /// Of a table without column lines only cells with text tell.
    fn pairs<'i>(&self, top: &'i [Incoming], first: &[usize]) -> Option<Vec<(usize, &'i Incoming)>> {
        let ruled = self.origin == Origin::Ruled;
        let cells = first.iter().map(|i| &top[*i]).filter(|cell| ruled || !cell.is_empty());
        let above = |cell| self.above(cell).filter(|a| self.under(*a, cell)).map(|a| (a, cell));
        let pairs: Vec<(usize, &Incoming)> = cells.map(above).collect::<Option<_>>()?;
        (!pairs.is_empty() && (!ruled || pairs.len() == self.bottom.len())).then_some(pairs)
    }

    /// The cell under a cell covers several rows: it is a label.
    fn goes_below(&self, a: usize, pairs: &[(usize, &Incoming)]) -> bool {
        pairs.iter().any(|(other, b)| *other == a && !self.is_leaf(a, b))
    }

    fn is_leaf(&self, a: usize, b: &Incoming) -> bool {
        self.cells[a].tail.rows == 1 && b.cell.row_span == 1
    }

    /// The only text at the top of a page stands far from where the lines above it begin. Without column lines, a title
    /// over all columns comes to stand under any of them.
    fn is_title(&self, pairs: &[(usize, &Incoming)]) -> bool {
        let Some((a, b)) = only_text(pairs) else { return false };
        self.origin != Origin::Ruled && self.cells[*a].lines.len() > 2 && !begins_flush(&self.cells[*a], b)
    }

    /// A row of which nothing is printed on one of the two pages: its border alone fell on the other side.
    fn is_sliver(&self, pairs: &[(usize, &Incoming)]) -> bool {
        let leaf = |(a, b): &&(usize, &Incoming)| self.is_leaf(*a, b);
        let leaves: Vec<_> = pairs.iter().filter(leaf).collect();
        let low = |area: Rect, line: Option<&TextLine>| {
            line.is_some_and(|line| area.y1 - area.y0 < percent(line.area.y1 - line.area.y0, 90))
        };
        let above = leaves.iter().all(|(a, b)| {
            self.cells[*a].is_empty() && (b.is_empty() || low(self.cells[*a].tail.area, b.cell.lines.first()))
        });
        let below = leaves.iter().all(|(a, b)| {
            let open = &self.cells[*a];
            b.is_empty() && (open.is_empty() || low(b.cell.area, open.tail.last.as_ref()))
        });
        let text = |(a, b): &(usize, &Incoming)| !self.cells[*a].is_empty() || !b.is_empty();
        leaves.iter().any(|pair| text(pair)) && (above || below)
    }

    /// A long text that ends a paragraph exactly at the break: its row goes on where nothing else of the row is printed
    /// again.
    fn is_cut_between_paragraphs(&self, pairs: &[(usize, &Incoming)]) -> bool {
        let Some((a, b)) = only_text(pairs) else { return false };
        let open = &self.cells[*a];
        let prose = |line: Option<&TextLine>| line.is_some_and(|line| open.tail.inner > percent(line.size, PROSE) * 2);
        // Labels merged over several rows go on in any case and tell nothing.
        let mut leaves = pairs.iter().filter(|(other, b)| other != a && self.is_leaf(*other, b));
        let labelled = leaves.any(|(other, _)| !self.cells[*other].is_empty());
        prose(open.tail.last.as_ref()) && open.lines.len() > 2 && b.cell.row_span == 1 && labelled
    }

    /// What becomes of the cells of the first row.
    fn fates(&self, top: &[Incoming], first: &[usize], cut: bool) -> Vec<Fate> {
        let leaf_text = first.iter().any(|i| !top[*i].is_empty());
        let parted = !cut && self.is_cut_heading(top, first);
        let mut before = Before::default();
        let mut fates = Vec::with_capacity(first.len());
        for i in first {
            let cell = &top[*i];
            let above = self.above(cell);
            let fate = match above {
                Some(a) if cut => self.fate_in_cut_row(a, cell),
                Some(a) if parted && self.under(a, cell) => Fate::Goes(a),
                Some(a) if leaf_text && before.restart.lets_go_on(cell) => self.fate(a, cell, top, before),
                _ => Fate::New,
            };
            let label = cell.cell.row_span > 1 || self.is_label_column(cell, top);
            if fate == Fate::New && label && !cell.is_empty() {
                // A label whose text is over may have ended anywhere on the page before.
                let over = above.is_some_and(|a| self.cells[a].is_over());
                before.restart = before.restart.max(if over { Restart::Unsure } else { Restart::Yes });
            }
            before.other |= fate == Fate::New && !cell.is_empty();
            before.once |= matches!(fate, Fate::Goes(a) if cell.is_empty() && !self.cells[a].is_empty());
            fates.push(fate);
        }
        fates
    }

    /// A heading of two rows that the page break parts: under one of its cells stand several, under the others nothing
    /// or the rest of their text.
    fn is_cut_heading(&self, top: &[Incoming], first: &[usize]) -> bool {
        let cells = || first.iter().map(|i| &top[*i]);
        let mut nothing = 0;
        for cell in cells() {
            let Some(a) = self.above(cell).filter(|a| self.under(*a, cell)) else { continue };
            let open = &self.cells[a];
            if !cell.is_empty() && (open.is_empty() || !continues(open, cell, SHORT)) {
                return false;
            }
            nothing += usize::from(cell.is_empty() && !open.is_empty());
        }
        let several = |a: &usize| {
            let within = |cell: &&Incoming| self.within(*a, cell) && !cell.is_empty();
            !self.cells[*a].is_empty() && cells().filter(within).count() > 1
        };
        nothing > 0 && self.bottom.iter().filter(|a| several(a)).count() == 1
    }

    /// The cell stands under the whole of an open one.
    fn under(&self, a: usize, cell: &Incoming) -> bool {
        self.same_column((self.cells[a].x0, self.cells[a].x1), (cell.x0, cell.x1))
    }

    /// The cell stands under a part of an open one.
    fn within(&self, a: usize, cell: &Incoming) -> bool {
        let open = &self.cells[a];
        cell.x0 >= open.x0 - SAME_EDGE && cell.x1 <= open.x1 + SAME_EDGE && !self.under(a, cell)
    }

    fn fate_in_cut_row(&self, a: usize, cell: &Incoming) -> Fate {
        let open = &self.cells[a];
        let label = cell.cell.row_span > 1 || open.tail.rows > 1;
        if label && !open.is_empty() && open.text() == cell.text() {
            return Fate::Again(a);
        }
        if open.is_over() && !cell.is_empty() { Fate::New } else { Fate::Goes(a) }
    }

    fn fate(&self, a: usize, cell: &Incoming, top: &[Incoming], before: Before) -> Fate {
        let open = &self.cells[a];
        // Where both are one row high, that they read the same says little: the row may have begun anew, or the
        // producer prints labels once.
        let alone = open.row_span == 1 && cell.cell.row_span == 1;
        let again = !alone || !(before.other || before.once);
        let merged = cell.cell.row_span > 1 || open.row_span > 1;
        let value = |text: &str| text.contains(|c: char| c.is_ascii_digit());
        let label = merged || (!value(&open.text()) && self.is_label_column(cell, top));
        match (open.is_empty(), cell.is_empty()) {
            (_, true) | (true, false) if label => Fate::Goes(a),
            (false, false) if label && again && open.text() == cell.text() && !self.repeats_in_rows(a) => {
                Fate::Again(a)
            }
            (false, false) if merged && cut_label(open, cell) => Fate::Goes(a),
            _ => Fate::New,
        }
    }

    /// The column prints its text in every row: the cell above this one reads the same.
    fn repeats_in_rows(&self, a: usize) -> bool {
        let open = &self.cells[a];
        let before = |other: &&Open| other.end() == open.row && other.x0 == open.x0 && other.x1 == open.x1;
        self.cells.iter().rev().take(NEARBY).find(before).is_some_and(|other| other.text() == open.text())
    }

    /// The finished table; the lines of a single box, which is no table.
    pub(crate) fn finish(self) -> Block {
        if self.cells.len() == 1 && self.rows.len() == 1 && self.origin == Origin::Ruled {
            return Block::Paragraph(self.cells.into_iter().flat_map(|cell| cell.lines).collect());
        }
        let (columns, count) = self.columns();
        let mut joins = self.joins;
        let last = self.rows.len().saturating_sub(1);
        for join in &mut joins {
            // A header that was printed again at the very end of the table belongs to its last row.
            join.row = join.row.min(last);
            join.column = join.column.and_then(|cell| columns.get(usize::from(cell))).map(|column| column.0);
        }
        let row = |row: OpenRow| Row {
            cells: Vec::new(),
            after_page_break: row.after_page_break,
            spans_known: row.spans_known,
            place: row.place,
        };
        let mut rows: Vec<Row> = self.rows.into_iter().map(row).collect();
        for (cell, (column, column_span)) in self.cells.into_iter().zip(columns) {
            let Open { row, row_span, lines, parts, .. } = cell;
            let row_span = row_span.min(usize::from(u16::MAX)) as u16;
            rows[row].cells.push(Cell { column, column_span, row_span, lines, parts });
        }
        for row in &mut rows {
            row.cells.sort_by_key(|cell| cell.column);
        }
        settle(&mut rows, count);
        Block::Table(Table { origin: self.origin, columns: count, rows, joins })
    }

    /// First column and number of columns of every cell, and the number of columns of the table.
    fn columns(&self) -> (Vec<(u16, u16)>, u16) {
        let edges = cluster(self.cells.iter().flat_map(|cell| [cell.x0, cell.x1]).collect());
        let columns = self.cells.iter().map(|cell| columns(cell, &edges)).collect();
        (columns, edges.len().saturating_sub(1) as u16)
    }
}

fn columns(cell: &Open, edges: &[i32]) -> (u16, u16) {
    let (first, last) = (nearest(edges, cell.x0), nearest(edges, cell.x1));
    (first as u16, last.saturating_sub(first).max(1) as u16)
}

fn incoming(part: Part) -> Vec<Incoming> {
    let x = part.frame.0;
    part.cells.into_iter().map(|cell| Incoming { x0: cell.area.x0 - x, x1: cell.area.x1 - x, cell }).collect()
}

/// The pair whose cell at the top of the page has text, where no other has.
fn only_text<'p, 'i>(pairs: &'p [(usize, &'i Incoming)]) -> Option<&'p (usize, &'i Incoming)> {
    let mut texts = pairs.iter().filter(|(_, b)| !b.is_empty());
    texts.next().filter(|_| texts.next().is_none())
}

/// The text at the top of a page begins where the lines of the open cell do, or is indented as a paragraph is.
fn begins_flush(open: &Open, cell: &Incoming) -> bool {
    let (Some(last), Some(next)) = (&open.tail.last, cell.cell.lines.first()) else { return false };
    let (above, below) = (last.area.x0 - open.tail.area.x0 + open.x0, next.area.x0 - cell.cell.area.x0 + cell.x0);
    (above - below).abs() <= percent(next.size, INDENT)
}

/// A text that ends within a sentence: more of it follows.
fn ends_within(text: &str) -> bool {
    text.ends_with(['，', '、', '（', '《', '“', '〔'])
}

/// The texts at the top of a page begin at one height, or are so wide that centring does not tell.
fn level(pairs: &[(usize, &Incoming)]) -> bool {
    let tops = || pairs.iter().filter_map(|(_, b)| Some((b, b.cell.lines.first()?)));
    let wide = tops().all(|(b, line)| b.cell.inner > percent(line.size, PROSE) * 2);
    let top = |(b, line): (&&Incoming, &TextLine)| line.area.y0 - b.cell.area.y0;
    let spread = tops().map(top).max().unwrap_or(0) - tops().map(top).min().unwrap_or(0);
    wide || tops().all(|(_, line)| spread <= percent(line.size, 30))
}

/// The text of a cell at the top of a page goes on where the open cell's text ended. `short` is how much (percent of
/// the em) the last line may fall short; below zero, how little room may be left on it whatever follows.
fn continues(open: &Open, cell: &Incoming, short: i32) -> bool {
    let (Some(last), Some(next)) = (&open.tail.last, cell.cell.lines.first()) else { return false };
    if last.direction != Direction::Right || next.direction != Direction::Right {
        return false;
    }
    let room = room(open, last, cell, next);
    let full = short >= 0 || room < percent(last.size, -short);
    let follows = full && room < next.lead + percent(last.size, SHORT);
    (follows || next.text.starts_with(is_closing)) && !are_two_values(&open.text(), &cell.text())
}

/// Two texts that cannot be one: each begins with a comparator (=100%, ≥95%), or both are the same number.
fn are_two_values(text: &str, next: &str) -> bool {
    (begins_with_comparator(text) && begins_with_comparator(next))
        || (text == next && text.starts_with(|c: char| c.is_ascii_digit()))
}

/// The room on the last line of an open cell. Before a first line that is indented there is none.
fn room(open: &Open, last: &TextLine, cell: &Incoming, next: &TextLine) -> i32 {
    let (before, after) = (last.area.x0 - open.tail.area.x0, open.tail.area.x1 - last.area.x1);
    let indented = before > after + percent(last.size, ROOM) && open.lines.len() == 1;
    if indented && next.area.x0 - cell.cell.area.x0 < percent(next.size, ROOM) {
        let padding = (open.tail.area.x1 - open.tail.area.x0 - open.tail.inner) / 2;
        return after - padding;
    }
    open.tail.inner - (last.area.x1 - last.area.x0)
}

/// A label whose lines fall on both sides of the break: they stand at the very end and at the very beginning.
fn cut_label(open: &Open, cell: &Incoming) -> bool {
    let (Some(last), Some(next)) = (&open.tail.last, cell.cell.lines.first()) else { return false };
    let line = last.area.y1 - last.area.y0;
    let below = open.tail.area.y1 - last.area.y1;
    let above = next.area.y0 - cell.cell.area.y0;
    let single = open.lines.len() == 1 && cell.cell.lines.len() == 1;
    let two = single && is_half_way_down(last, open.tail.area) && is_half_way_down(next, cell.cell.area);
    let ends = open.tail.rows > 1 && below < line && above < line && !two;
    let cut = ends || closes_bracket(&open.text(), &cell.text());
    cut && cell.cell.row_span > 1 && continues(open, cell, SHORT)
}

/// A line with as much room above as below it.
fn is_half_way_down(line: &TextLine, area: Rect) -> bool {
    let (above, below) = (line.area.y0 - area.y0, area.y1 - line.area.y1);
    (above - below).abs() <= percent(line.area.y1 - line.area.y0, 30)
}

/// The second text closes a bracket that the first one leaves open.
fn closes_bracket(text: &str, next: &str) -> bool {
    let left = |text: &str| text.chars().filter(|c| matches!(c, '（' | '(')).count();
    let right = |text: &str| text.chars().filter(|c| matches!(c, '）' | ')')).count();
    left(text) > right(text) && right(next) > left(next)
}

fn head_of(cells: &[Incoming], count: usize) -> Vec<Vec<HeadCell>> {
    by_row(cells.iter().map(|cell| (cell.cell.row, head_cell(&cell.cell, cell.x0, cell.x1))), count)
}
