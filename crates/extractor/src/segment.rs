//! A reading → front matter and the rows of each form.

use jixiao_model::{Block, Cell, Line, Origin, Place, Reading, Row, Table, Use, join_lines};

use crate::fold::short_key;
use crate::layouts::{FormDef, LabelRole, Layouts};
use crate::ledger::Ledger;

/// A cell or paragraph that holds text.
#[derive(Debug, Clone)]
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
    pub(crate) place: Place,
    /// The cell's text stands on more than one page.
    pub(crate) over_pages: bool,
}

/// A row of a logical table; empty cells are left out.
#[derive(Debug, Clone)]
pub(crate) struct FormRow {
    pub(crate) items: Vec<Item>,
    pub(crate) origin: Origin,
    pub(crate) after_page_break: bool,
    /// The row was put together from parts on two pages by the reader.
    pub(crate) cut_row_joined: bool,
    pub(crate) place: Place,
    /// Number of the table in the document, and of the row in the table.
    pub(crate) table: usize,
    pub(crate) index: usize,
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

/// Flattens a reading into pieces; every text gets its entry in the ledger.
pub(crate) fn flatten(reading: &Reading, ledger: &mut Ledger) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (number, block) in reading.blocks.iter().enumerate() {
        match block {
            Block::Paragraph(lines) => pieces.extend(paragraph(lines, ledger).map(Piece::Paragraph)),
            Block::Table(table) => rows(table, number, ledger, &mut pieces),
            Block::Furniture(line) => {
                ledger.add_as(line.text.clone(), line.place, Use::Furniture);
            }
            Block::PageBreak => {}
        }
    }
    for line in &reading.markup {
        ledger.add_as(line.text.clone(), line.place, Use::Label);
    }
    pieces
}

fn paragraph(lines: &[Line], ledger: &mut Ledger) -> Option<Item> {
    let place = lines.first()?.place;
    item(lines, 0, 1, 1, place, ledger)
}

fn item(
    lines: &[Line],
    column: u16,
    column_span: u16,
    row_span: u16,
    place: Place,
    ledger: &mut Ledger,
) -> Option<Item> {
    let text = join_lines(lines);
    if text.is_empty() {
        return None;
    }
    let id = ledger.add(source_text(lines), place);
    let over_pages = lines.iter().any(|l| l.place.page != lines[0].place.page);
    let key = short_key(&text);
    Some(Item { id, column, column_span, row_span, text, key, place, over_pages })
}

fn source_text(lines: &[Line]) -> String {
    match lines {
        [only] => only.text.clone(),
        _ => lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n"),
    }
}

fn rows(table: &Table, number: usize, ledger: &mut Ledger, pieces: &mut Vec<Piece>) {
    for join in table.joins.iter().filter(|j| !j.dropped.trim().is_empty()) {
        ledger.add_as(join.dropped.clone(), join.place, Use::Label);
    }
    for (index, row) in table.rows.iter().enumerate() {
        if is_separator(row) {
            mark_separator(row, ledger);
            continue;
        }
        let items: Vec<Item> = row.cells.iter().filter_map(|c| cell_item(c, ledger)).collect();
        let cut_row_joined = table.joins.iter().any(|j| j.row == index && j.kind == jixiao_model::JoinKind::CutRow);
        pieces.push(Piece::Row(FormRow {
            items,
            origin: table.origin,
            after_page_break: row.after_page_break,
            cut_row_joined,
            place: row.place,
            table: number,
            index,
        }));
    }
}

fn cell_item(cell: &Cell, ledger: &mut Ledger) -> Option<Item> {
    let place = cell.lines.first().map(|l| l.place)?;
    let place = cell.lines.iter().fold(place, |all, l| all.union(l.place));
    item(&cell.lines, cell.column, cell.column_span, cell.row_span, place, ledger)
}

/// A row of dashes that a text rendering draws between the rows of a table.
fn is_separator(row: &Row) -> bool {
    let mut texts = row.cells.iter().flat_map(|c| &c.lines).map(|l| l.text.trim()).filter(|t| !t.is_empty()).peekable();
    texts.peek().is_some()
        && texts.all(|t| t.chars().count() > 2 && t.chars().all(|c| matches!(c, '-' | ':' | '=' | '|')))
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
    for head in upper.items.iter_mut().take(3).filter(|i| !layouts.knows(&i.key)) {
        let whole = |tail: &Item| format!("{}{}", head.text, tail.text);
        let found =
            lower.items.iter().take(3).position(|tail| tail.column == head.column && layouts.knows(&whole(tail)));
        if let Some(at) = found {
            let tail = lower.items.remove(at);
            head.key = whole(&tail);
            head.text.push_str(&tail.text);
            ledger.mark(tail.id, Use::Label);
            return;
        }
    }
}

/// Cuts the pieces into front matter and forms: a form begins with its title, and labels of its head follow soon.
pub(crate) fn segment(pieces: Vec<Piece>, layouts: &Layouts) -> Segments<'_> {
    let starts: Vec<Option<&FormDef>> = (0..pieces.len()).map(|at| form_start(&pieces, at, layouts)).collect();
    let mut segments = Segments { front: Vec::new(), forms: Vec::new() };
    for (piece, start) in pieces.into_iter().zip(starts) {
        match (start, piece.single(), segments.forms.last_mut()) {
            (Some(def), Some(title), _) => {
                segments.forms.push(FormPieces { def, title: title.clone(), pieces: Vec::new() });
            }
            (_, _, Some(form)) => form.pieces.push(piece),
            (_, _, None) => segments.front.push(piece),
        }
    }
    segments
}

/// How many pieces after a title its form's first labels may stand: a year line, a unit line, an attachment number.
const TITLE_REACH: usize = 6;

fn form_start<'a>(pieces: &[Piece], at: usize, layouts: &'a Layouts) -> Option<&'a FormDef> {
    let title = pieces.get(at)?.single()?;
    let def = layouts.form_of_title(&title.key)?;
    let following = pieces.iter().skip(at + 1).take(TITLE_REACH);
    let mut following = following.take_while(|p| p.single().is_none_or(|i| layouts.form_of_title(&i.key).is_none()));
    following.any(|p| is_head_row(p, def, layouts)).then_some(def)
}

fn is_head_row(piece: &Piece, def: &FormDef, layouts: &Layouts) -> bool {
    let Piece::Row(row) = piece else { return false };
    let first_label = row.items.iter().take(2).find_map(|i| layouts.label(def.kind, None, &i.key));
    first_label.is_some_and(|l| !matches!(l.role, LabelRole::Heading | LabelRole::TaskColumn))
        || row.items.iter().filter(|i| layouts.column(&i.key).is_some()).count() >= 2
}
