//! A reading → front matter and the rows of each form.

use std::mem;

use jixiao_model::{Block, Cell, FormKind, JoinKind, Line, Origin, Place, Reading, Row, Table, Use, join_lines};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::fold::short_key;
use crate::layouts::{ColumnDef, FormDef, Label, LabelRole, Layouts, Section};
use crate::ledger::Ledger;
use crate::threads::both;

/// A cell or paragraph that holds text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    /// Its entry in the ledger.
    pub(crate) id: usize,
    pub(crate) column: u16,
    pub(crate) column_span: u16,
    pub(crate) row_span: u16,
    /// The text by the rules of the dataset.
    pub(crate) text: String,
    /// The text folded for the look-up of labels; empty where it is too long for one.
    pub(crate) key: String,
    /// What a column holds that the text heads.
    pub(crate) heading: Option<ColumnDef>,
    /// A layout names the text, as it is printed or without marks, number and brackets.
    pub(crate) is_named: bool,
    pub(crate) place: Place,
    /// The cell's text stands on more than one page.
    pub(crate) over_pages: bool,
}

impl Item {
    /// The label that the text is in a kind of form; one of the section that is open goes first.
    pub(crate) fn label<'l>(
        &self,
        layouts: &'l Layouts,
        kind: FormKind,
        section: Option<Section>,
    ) -> Option<&'l Label> {
        self.label_by_text(layouts, kind, section).or_else(|| layouts.short_label_of_pattern(kind, &self.key))
    }

    /// The same label, if it is wanted: patterns are only asked where that of a wanted label may fit.
    pub(crate) fn wanted_label<'l>(
        &self,
        layouts: &'l Layouts,
        kind: FormKind,
        section: Option<Section>,
        wanted: impl Fn(&Label) -> bool,
    ) -> Option<&'l Label> {
        let may_fit = || layouts.has_pattern_of(&wanted);
        let by_pattern = || if may_fit() { layouts.short_label_of_pattern(kind, &self.key) } else { None };
        self.label_by_text(layouts, kind, section).or_else(by_pattern).filter(|label| wanted(label))
    }

    /// The label of a role that the text is, whatever the form.
    pub(crate) fn label_of_role<'l>(&self, layouts: &'l Layouts, role: LabelRole) -> Option<&'l Label> {
        let by_text = if self.is_named { layouts.label_of_role(role, &self.key) } else { None };
        by_text.or_else(|| layouts.pattern_of_role(role, &self.key))
    }

    fn label_by_text<'l>(&self, layouts: &'l Layouts, kind: FormKind, section: Option<Section>) -> Option<&'l Label> {
        if self.is_named { layouts.label_by_text(kind, section, &self.key) } else { None }
    }
}

/// A row of a logical table; empty cells are left out.
#[derive(Debug, Clone)]
pub(crate) struct FormRow {
    pub(crate) items: Vec<Item>,
    pub(crate) origin: Origin,
    pub(crate) after_page_break: bool,
    /// The rows that the cells cover are facts.
    pub(crate) spans_known: bool,
    /// The row was put together from parts on two pages by the reader.
    pub(crate) cut_row_joined: bool,
    pub(crate) place: Place,
    /// Number of the table in the document, and of the row in the table.
    pub(crate) table: usize,
    pub(crate) index: usize,
}

impl FormRow {
    /// False for most rows that head no table: one of their cells at least is a known heading.
    pub(crate) fn may_head_table(&self) -> bool {
        self.items.iter().any(|item| item.heading.is_some())
    }
}

/// A paragraph or a row, in reading order.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Paragraph(Item),
    Row(FormRow),
}

impl Piece {
    /// The only text of the piece: a paragraph, or a row with one cell.
    pub(crate) fn single(&self) -> Option<&Item> {
        match self {
            Self::Paragraph(item) => Some(item),
            Self::Row(row) => match row.items.as_slice() {
                [item] => Some(item),
                _ => None,
            },
        }
    }

    fn items_mut(&mut self) -> &mut [Item] {
        match self {
            Self::Paragraph(item) => std::slice::from_mut(item),
            Self::Row(row) => &mut row.items,
        }
    }
}

/// A form: its title and all that follows it.
#[derive(Debug)]
pub(crate) struct FormPieces<'a> {
    pub(crate) def: &'a FormDef,
    pub(crate) title: Item,
    pub(crate) pieces: Vec<Piece>,
}

/// The parts of a booklet.
#[derive(Debug)]
pub(crate) struct Segments<'a> {
    pub(crate) front: Vec<Piece>,
    pub(crate) forms: Vec<FormPieces<'a>>,
}

/// Shares of the blocks for each thread: with more than one, all threads end together.
const SHARES: usize = 2;
/// Rows of a share, at least.
const TOGETHER: usize = 100;

/// Flattens a reading into pieces; every text gets its entry in the ledger.
pub(crate) fn flatten(reading: &Reading, layouts: &Layouts, ledger: &mut Ledger) -> Vec<Piece> {
    let parts = parts(&reading.blocks).into_par_iter();
    let mut shares: Vec<Share> = parts.map(|(first, blocks)| Share::new(first, blocks, layouts)).collect();
    let mut texts = ledger.len();
    for share in &mut shares {
        share.first_id = texts;
        texts += share.ledger.len();
    }
    shares.par_iter_mut().for_each(Share::number);
    // Some of them will be cut in parts.
    ledger.reserve(texts + texts / 8);
    let (ledgers, pieces): (Vec<_>, Vec<_>) = shares.into_iter().map(|share| (share.ledger, share.pieces)).unzip();
    let append = || ledgers.into_iter().for_each(|entries| ledger.append(entries));
    let (pieces, ()) = both(|| joined(pieces), append);
    for line in &reading.markup {
        ledger.add_as(line.text.clone(), line.place, Use::Label);
    }
    pieces
}

/// Parts the blocks into shares with about as many rows each; gives the number of their first block, too.
fn parts(blocks: &[Block]) -> Vec<(usize, &[Block])> {
    let rows = blocks.iter().map(|block| if let Block::Table(table) = block { table.rows.len() } else { 1 });
    let size = rows.clone().sum::<usize>().div_ceil(SHARES * rayon::current_num_threads()).max(TOGETHER);
    let before = rows.scan(0, |sum, rows| Some(mem::replace(sum, *sum + rows)));
    let firsts: Vec<usize> = before.enumerate().fold(Vec::new(), |mut firsts, (number, rows)| {
        firsts.extend((rows >= firsts.len() * size).then_some(number));
        firsts
    });
    let ends = firsts.iter().skip(1).copied().chain([blocks.len()]);
    firsts.iter().zip(ends).map(|(first, end)| (*first, &blocks[*first..end])).collect()
}

fn joined(parts: Vec<Vec<Piece>>) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    for part in parts {
        pieces.extend(part);
    }
    pieces
}

/// Blocks in a row, flattened apart from the others.
struct Share {
    pieces: Vec<Piece>,
    ledger: Ledger,
    /// Number of its first entry in the ledger of the document.
    first_id: usize,
}

impl Share {
    /// Flattens blocks, of which the first has this number in the reading.
    fn new(number: usize, blocks: &[Block], layouts: &Layouts) -> Self {
        let mut ledger = Ledger::default();
        let mut flattener = Flattener { layouts, seen: FxHashMap::default() };
        let numbered = (number..).zip(blocks);
        let pieces = numbered.flat_map(|(number, block)| flattener.block(number, block, &mut ledger)).collect();
        Self { pieces, ledger, first_id: 0 }
    }

    /// Numbers the texts as in the ledger of the document.
    fn number(&mut self) {
        self.pieces.iter_mut().flat_map(Piece::items_mut).for_each(|item| item.id += self.first_id);
    }
}

/// Lines above a table are no prose: the title of a form among them shows that each line stands for itself.
fn stand_apart(lines: &[Line], layouts: &Layouts) -> bool {
    let is_title = |line: &Line| layouts.form_of_title(&short_key(&line.text)).is_some();
    let is_short = |line: &Line| line.text.chars().count() <= LONGEST_APART && !line.text.contains('。');
    (2..=MOST_APART).contains(&lines.len()) && lines.iter().all(is_short) && lines.iter().any(is_title)
}

/// Longer lines, in characters, and longer paragraphs, in lines, are prose.
const LONGEST_APART: usize = 60;
const MOST_APART: usize = 6;

/// Flattens one block after the other.
struct Flattener<'r> {
    layouts: &'r Layouts,
    /// What the short lines say that were cells before: most cells say what others of the booklet say.
    seen: FxHashMap<&'r str, Said>,
}

/// What a cell or paragraph says.
#[derive(Debug, Clone)]
struct Said {
    text: String,
    key: String,
    heading: Option<ColumnDef>,
    is_named: bool,
}

impl Said {
    fn new(text: String, layouts: &Layouts) -> Self {
        let key = short_key(&text);
        let (heading, is_named) = (layouts.column(&key), layouts.is_named(&key));
        Self { text, key, heading, is_named }
    }
}

/// Longer lines, in bytes, hardly stand in a booklet twice.
const LONGEST_SEEN: usize = 60;

impl<'r> Flattener<'r> {
    /// Flattens the block with this number in the reading.
    fn block(&mut self, number: usize, block: &'r Block, ledger: &mut Ledger) -> Vec<Piece> {
        match block {
            Block::Paragraph(lines) => {
                let size = if stand_apart(lines, self.layouts) { 1 } else { lines.len().max(1) };
                lines.chunks(size).filter_map(|l| self.paragraph(l, ledger)).map(Piece::Paragraph).collect()
            }
            Block::Table(table) => self.rows(table, number, ledger),
            Block::Furniture(line) => {
                ledger.add_as(line.text.clone(), line.place, Use::Furniture);
                Vec::new()
            }
            Block::PageBreak => Vec::new(),
        }
    }

    fn paragraph(&mut self, lines: &'r [Line], ledger: &mut Ledger) -> Option<Item> {
        let place = lines.first()?.place;
        self.item(lines, place, ledger)
    }

    /// The text of some lines as an item of one column and row.
    fn item(&mut self, lines: &'r [Line], place: Place, ledger: &mut Ledger) -> Option<Item> {
        let Said { text, key, heading, is_named } = self.said(lines);
        if text.is_empty() {
            return None;
        }
        let id = ledger.add(source_text(lines), place);
        let over_pages = lines.iter().any(|l| l.place.page != lines[0].place.page);
        Some(Item { id, column: 0, column_span: 1, row_span: 1, text, key, heading, is_named, place, over_pages })
    }

    fn said(&mut self, lines: &'r [Line]) -> Said {
        let say = || Said::new(join_lines(lines), self.layouts);
        match lines {
            [only] if only.text.len() <= LONGEST_SEEN => self.seen.entry(&only.text).or_insert_with(say).clone(),
            _ => say(),
        }
    }

    fn rows(&mut self, table: &'r Table, number: usize, ledger: &mut Ledger) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(table.rows.len());
        for join in table.joins.iter().filter(|j| !j.dropped.trim().is_empty()) {
            ledger.add_as(join.dropped.clone(), join.place, Use::Label);
        }
        for (index, row) in table.rows.iter().enumerate() {
            if is_separator(row) {
                mark_separator(row, ledger);
                continue;
            }
            let items: Vec<Item> = row.cells.iter().filter_map(|c| self.cell(c, ledger)).collect();
            let cut_row_joined = table.joins.iter().any(|j| j.row == index && j.kind == JoinKind::CutRow);
            pieces.push(Piece::Row(FormRow {
                items,
                origin: table.origin,
                after_page_break: row.after_page_break,
                spans_known: row.spans_known,
                cut_row_joined,
                place: row.place,
                table: number,
                index,
            }));
        }
        pieces
    }

    fn cell(&mut self, cell: &'r Cell, ledger: &mut Ledger) -> Option<Item> {
        let place = cell.lines.first().map(|l| l.place)?;
        let place = cell.lines.iter().fold(place, |all, l| all.union(l.place));
        let item = self.item(&cell.lines, place, ledger)?;
        Some(Item { column: cell.column, column_span: cell.column_span, row_span: cell.row_span, ..item })
    }
}

fn source_text(lines: &[Line]) -> String {
    match lines {
        [only] => only.text.clone(),
        _ => lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n"),
    }
}

/// A row of dashes that a text rendering draws between the rows of a table.
fn is_separator(row: &Row) -> bool {
    let mut texts = row.cells.iter().flat_map(|c| &c.lines).map(|l| l.text.trim()).filter(|t| !t.is_empty()).peekable();
    texts.peek().is_some() && texts.all(|t| t.bytes().all(|c| matches!(c, b'-' | b':' | b'=' | b'|')) && t.len() > 2)
}

fn mark_separator(row: &Row, ledger: &mut Ledger) {
    for line in row.cells.iter().flat_map(|c| &c.lines) {
        ledger.add_as(line.text.clone(), line.place, Use::Label);
    }
}

/// Labels that a page break cut become whole: `部门基本` ends a page and `信息` begins the next.
pub(crate) fn join_cut_labels(pieces: &mut [Piece], layouts: &Layouts, ledger: &mut Ledger) {
    for at in 1..pieces.len() {
        let (before, after) = pieces.split_at_mut(at);
        if let (Some(Piece::Row(upper)), Some(Piece::Row(lower))) = (before.last_mut(), after.first_mut())
            && lower.after_page_break
        {
            join_cut_label(upper, lower, layouts, ledger);
        }
    }
}

fn join_cut_label(upper: &mut FormRow, lower: &mut FormRow, layouts: &Layouts, ledger: &mut Ledger) {
    // Labels stand left: only the first cells of a row can be one.
    for head in upper.items.iter_mut().take(3) {
        let whole = |tail: &Item| format!("{}{}", head.text, tail.text);
        let head_is_label = layouts.knows(&head.key);
        let is_tail = |tail: &Item| {
            tail.column == head.column && (!head_is_label || tail.key == LABEL_END) && layouts.knows(&whole(tail))
        };
        if let Some(at) = lower.items.iter().take(3).position(is_tail) {
            // Beside nothing but a label the text is the tail of a name: 预算 and 执行率 beside 预算编制.
            if lower.items.len() == 2 && lower.items.iter().any(|other| layouts.knows(&other.key)) {
                return;
            }
            let tail = lower.items.remove(at);
            head.key = whole(&tail);
            head.heading = layouts.column(&head.key);
            head.is_named = layouts.is_named(&head.key);
            head.text.push_str(&tail.text);
            ledger.mark(tail.id, Use::Label);
            return;
        }
    }
}

/// Labels of levels end so, but may be known without it: 数量 is a label, and 数量 with 指标 on the next page too.
const LABEL_END: &str = "指标";

#[cfg(test)]
mod tests {
    use jixiao_model::Limits;

    use super::*;

    fn row(text: &str) -> FormRow {
        let reading = crate::text::read_text(text.as_bytes(), &Limits::default()).unwrap();
        let pieces = flatten(&reading, Layouts::builtin(), &mut Ledger::default());
        pieces.into_iter().find_map(|piece| if let Piece::Row(row) = piece { Some(row) } else { None }).unwrap()
    }

    #[test]
    fn equal_cells_say_the_same_at_their_own_places() {
        let row = row("1.项目名称\t100%\t1.项目名称\n");
        let [first, number, last] = row.items.as_slice() else { panic!("{row:?}") };
        assert_eq!((&first.text, &first.key, first.is_named), (&last.text, &last.key, last.is_named));
        assert_eq!((first.id, first.column, last.id, last.column), (0, 0, 2, 2));
        assert!(first.is_named && !number.is_named && !row.may_head_table());
    }

    #[test]
    fn labels_are_found_if_they_are_wanted() {
        let row = row("项目名称\t年度资金总额\t指标值\n");
        let layouts = Layouts::builtin();
        let role = |item: &Item, wanted| {
            item.wanted_label(layouts, FormKind::Project, None, |label| label.role == wanted).map(|label| label.role)
        };
        assert_eq!(role(&row.items[0], LabelRole::Value), Some(LabelRole::Value));
        assert_eq!(role(&row.items[0], LabelRole::Amount), None);
        assert_eq!(role(&row.items[1], LabelRole::Amount), Some(LabelRole::Amount));
        assert!(row.may_head_table());
    }
}
