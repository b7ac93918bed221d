//! Where forms begin: at a title, where a form without title repeats the labels of the one before, or at the headings
//! of an indicator table that no title introduces.

use jixiao_model::FormKind;

use crate::indicators::headings::{Heading, read_headings};
use crate::layouts::{ColumnRole, FormDef, Label, LabelRole, Layouts};
use crate::list::unlisted;
use crate::segment::{FormPieces, FormRow, Item, Piece, Segments};

/// Cuts the pieces into front matter and forms: a form begins with its title, and labels of its head follow soon.
pub(crate) fn segment(pieces: Vec<Piece>, layouts: &Layouts) -> Segments<'_> {
    let look = |at: usize| (form_start(&pieces, at, layouts), headings_of(&pieces[at], layouts));
    let looks: Vec<(Option<&FormDef>, Option<Vec<Heading>>)> = (0..pieces.len()).map(look).collect();
    let mut cutter = Cutter { layouts, front: Vec::new(), forms: Vec::new(), headed: false };
    for (piece, (start, headings)) in pieces.into_iter().zip(looks) {
        match (start, piece.single()) {
            (Some(def), Some(title)) => cutter.begin(def, title.clone()),
            _ => cutter.add(piece, headings.as_deref()),
        }
    }
    let forms = cutter.forms.into_iter().flat_map(|form| unlisted(form, layouts)).collect();
    Segments { front: cutter.front, forms }
}

fn headings_of(piece: &Piece, layouts: &Layouts) -> Option<Vec<Heading>> {
    match piece {
        Piece::Row(row) if row.may_head_table() => read_headings(row, layouts),
        _ => None,
    }
}

struct Cutter<'a> {
    layouts: &'a Layouts,
    front: Vec<Piece>,
    forms: Vec<FormPieces<'a>>,
    /// The headings of an indicator table have been seen in the form that is open.
    headed: bool,
}

impl<'a> Cutter<'a> {
    fn begin(&mut self, def: &'a FormDef, title: Item) {
        let pieces = self.lines_above();
        self.forms.push(FormPieces { def, title, pieces });
        self.headed = false;
    }

    /// Lines right above a title that belong to its form: the number of the annex or report.
    fn lines_above(&mut self) -> Vec<Piece> {
        let layouts = self.layouts;
        let is_front = self.forms.is_empty();
        let before = self.forms.last_mut().map_or(&mut self.front, |form| &mut form.pieces);
        let belongs = |piece: &Piece| match piece {
            Piece::Paragraph(item) => layouts.is_caption(&item.key) || (is_front && is_numbered(&item.text)),
            Piece::Row(_) => false,
        };
        let count = before.iter().rev().take_while(|p| belongs(p)).count();
        before.split_off(before.len() - count)
    }

    fn add(&mut self, piece: Piece, headings: Option<&[Heading]>) {
        let Piece::Row(row) = &piece else { return self.push(piece) };
        match (self.forms.last(), headings) {
            (Some(open), None) if self.headed && begins_form(row, open.def.kind, self.layouts) => {
                let (def, title) = (open.def, open.title.clone());
                let pieces = self.lines_of_next();
                self.forms.push(FormPieces { def, title, pieces });
                self.headed = false;
            }
            (None, Some(headings)) if is_unmistakable(headings) => self.begin_unknown(row.table, headings),
            _ => {}
        }
        self.headed |= headings.is_some();
        self.push(piece);
    }

    fn push(&mut self, piece: Piece) {
        self.forms.last_mut().map_or(&mut self.front, |form| &mut form.pieces).push(piece);
    }

    /// Lines below the last row of a form whose next form has no title.
    fn lines_of_next(&mut self) -> Vec<Piece> {
        let Some(form) = self.forms.last_mut() else { return Vec::new() };
        let count = form.pieces.iter().rev().take_while(|p| matches!(p, Piece::Paragraph(_))).count();
        form.pieces.split_off(form.pieces.len() - count)
    }

    /// A form that no title introduces: the rows of its table so far, and a short line above them for a title.
    fn begin_unknown(&mut self, table: usize, headings: &[Heading]) {
        let has = |role| headings.iter().any(|h| h.role() == role);
        let evaluated = has(ColumnRole::ActualValueRaw) || has(ColumnRole::Score);
        let kind = if evaluated { FormKind::SelfEvaluation } else { FormKind::Project };
        let Some(def) = self.layouts.unknown_form(kind) else { return };
        let rows = self.front.iter().rev().take_while(|p| matches!(p, Piece::Row(row) if row.table == table)).count();
        let rows = self.front.split_off(self.front.len() - rows);
        let title = self.title_above();
        let mut pieces = self.lines_above();
        pieces.extend(rows);
        self.forms.push(FormPieces { def, title, pieces });
    }

    fn title_above(&mut self) -> Item {
        let is_title = |item: &Item| item.text.chars().count() <= LONGEST_TITLE && !item.text.contains(['。', '；']);
        match self.front.last() {
            Some(Piece::Paragraph(item)) if is_title(item) => {
                let title = item.clone();
                self.front.pop();
                title
            }
            _ => no_title(),
        }
    }
}

/// Longer lines are no titles, in characters.
const LONGEST_TITLE: usize = 40;

fn no_title() -> Item {
    Item { id: usize::MAX, column_span: 1, row_span: 1, ..Item::default() }
}

/// `报表编号：510000_0013zp`.
fn is_numbered(text: &str) -> bool {
    text.split_once([':', '：']).is_some_and(|(label, _)| label.ends_with("编号") || label.ends_with("表号"))
}

/// How many pieces after a title its form's first labels may stand: a year line, a unit line, an attachment number.
const TITLE_REACH: usize = 6;

fn form_start<'a>(pieces: &[Piece], at: usize, layouts: &'a Layouts) -> Option<&'a FormDef> {
    let title = pieces.get(at)?.single()?;
    // 长期绩效目标表 inside a form heads one of its two tables.
    let def = layouts.form_of_title(&title.key).filter(|_| layouts.scope(&title.key).is_none())?;
    let following = pieces.iter().skip(at + 1).take(TITLE_REACH);
    let mut following = following.take_while(|p| p.single().is_none_or(|i| layouts.form_of_title(&i.key).is_none()));
    following.any(|p| is_head_row(p, def, layouts)).then_some(def)
}

fn is_head_row(piece: &Piece, def: &FormDef, layouts: &Layouts) -> bool {
    let Piece::Row(row) = piece else { return false };
    let is_label = |item: &Item| {
        let role = item.label(layouts, def.kind, None).map(|l| l.role);
        role.is_some_and(|role| !matches!(role, LabelRole::Heading | LabelRole::TaskColumn))
    };
    row.items.iter().any(is_label) || row.items.iter().filter(|i| i.heading.is_some()).count() >= 2
}

/// A row that names a project (a department) begins a form, where the one before has its indicators already.
fn begins_form(row: &FormRow, kind: FormKind, layouts: &Layouts) -> bool {
    let name = if kind == FormKind::Department { "department" } else { "project_name" };
    let is_name = |label: &Label| label.role == LabelRole::Value && label.field == Some(name);
    let names_project = |item: &Item| item.wanted_label(layouts, kind, None, is_name).is_some();
    row.items.len() >= 2 && row.items.iter().take(2).any(names_project)
}

/// Headings that only an indicator table has.
fn is_unmistakable(headings: &[Heading]) -> bool {
    let has = |role| headings.iter().any(|h| h.role() == role);
    has(ColumnRole::Level3) && has(ColumnRole::Value) && headings.iter().filter(|h| h.is_known()).count() >= 3
}
