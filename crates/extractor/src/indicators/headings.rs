//! The headings of an indicator table: one row or two, one table or two beside each other.

use jixiao_model::{Origin, Scope};

use crate::layouts::{ColumnDef, ColumnRole, Layouts};
use crate::segment::{FormRow, Item};

/// The heading of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    pub(crate) column: u16,
    /// Number of columns that it covers.
    pub(crate) span: u16,
    /// It stands above headings of its own: it covers several columns and fewer rows than its neighbours.
    spreads: bool,
    def: ColumnDef,
    /// As printed; of two rows as `年度指标值/度量单位`.
    pub(crate) text: String,
}

impl Heading {
    fn new(item: &Item, def: ColumnDef) -> Self {
        Self { column: item.column, span: item.column_span.max(1), spreads: false, def, text: item.text.clone() }
    }

    pub(crate) fn column(&self) -> u16 {
        self.column
    }

    /// The dataset has a column for it, or a layout names it.
    pub(crate) fn is_known(&self) -> bool {
        self.def != OTHER
    }

    /// Its cells name the indicator, not its value.
    pub(crate) fn is_key(&self) -> bool {
        matches!(self.role(), ColumnRole::Level1 | ColumnRole::Level2 | ColumnRole::Level3)
    }

    pub(crate) fn role(&self) -> ColumnRole {
        self.def.role
    }

    fn covers(&self, item: &Item) -> bool {
        (self.column..self.column + self.span).contains(&item.column)
    }
}

/// A heading without a column in the dataset.
const OTHER: ColumnDef = ColumnDef { role: ColumnRole::Other, scope: None, rank: usize::MAX };
/// Longer texts head no column.
const LONGEST: usize = 24;
/// A row with fewer headings heads no table.
const LEAST: usize = 2;

/// The headings of a row below an open table: they are headings of a table only where hardly another cell stands beside
/// them; otherwise they were printed on a row of data.
pub(crate) fn read_headings_again(row: &FormRow, layouts: &Layouts) -> Option<Vec<Heading>> {
    let headings = read_headings(row, layouts)?;
    let known = headings.iter().filter(|h| h.is_known()).count();
    let others = row.items.iter().filter(|i| i.heading.is_none() && !layouts.is_side(&i.key)).count();
    (others * 2 < known).then_some(headings)
}

/// The headings of a row that heads an indicator table: at least two known ones, one of them of names or values.
pub(crate) fn read_headings(row: &FormRow, layouts: &Layouts) -> Option<Vec<Heading>> {
    // Most rows are no headings: a look at their cells tells.
    if row.items.iter().filter(|i| i.heading.is_some() || layouts.is_side(&i.key)).count() < LEAST {
        return None;
    }
    // 绩效指标 may be the heading of the names or the label beside the table: the clear headings go first.
    let (side, clear): (Vec<&Item>, Vec<&Item>) = row.items.iter().partition(|i| layouts.is_side(&i.key));
    let mut headings: Vec<Heading> = Vec::new();
    for item in &clear {
        if let Some(def) = item.heading {
            headings.push(Heading::new(item, def));
        }
    }
    for item in &side {
        if let Some(def) = side_def(item, &headings) {
            headings.push(Heading::new(item, def));
        }
    }
    if !is_enough(&headings) {
        return None;
    }
    let unknown = clear.iter().filter(|i| i.heading.is_none() && i.text.chars().count() <= LONGEST);
    headings.extend(unknown.map(|item| Heading::new(item, layouts.vague_column(&item.key).unwrap_or(OTHER))));
    headings.sort_by_key(|h| h.column);
    mark_spreading(&mut headings, row);
    Some(headings)
}

/// What a label beside the table says as a heading: the names where no other heading does, the upper level where the
/// table prints none and the label is no higher than the row.
fn side_def(item: &Item, headings: &[Heading]) -> Option<ColumnDef> {
    let has = |role| headings.iter().any(|h| h.role() == role);
    let own = item.heading.filter(|def| !has(def.role));
    let upper = ColumnDef { role: ColumnRole::Level1, scope: None, rank: usize::MAX };
    let leads = item.row_span <= 1 && !has(ColumnRole::Level1) && has(ColumnRole::Level3);
    own.or_else(|| leads.then_some(upper))
}

fn is_enough(headings: &[Heading]) -> bool {
    let has = |role| headings.iter().any(|h| h.role() == role);
    let named = has(ColumnRole::Level3) || has(ColumnRole::Value);
    headings.len() >= LEAST && named && (has(ColumnRole::Level1) || has(ColumnRole::Level2) || headings.len() >= 3)
}

fn mark_spreading(headings: &mut [Heading], row: &FormRow) {
    let height = row.items.iter().map(|i| i.row_span).max().unwrap_or(1);
    for heading in headings {
        let item = row.items.iter().find(|i| i.column == heading.column);
        heading.spreads = heading.span > 1 && height > 1 && item.is_some_and(|i| i.row_span < height);
    }
}

/// The headings with those of the row below them, where that row is a second row of headings.
pub(crate) fn with_lower_row(upper: &[Heading], row: &FormRow, layouts: &Layouts) -> Option<Vec<Heading>> {
    if row.items.is_empty() {
        return None;
    }
    let mut pairs: Vec<(&Item, &Heading)> = Vec::with_capacity(row.items.len());
    for item in &row.items {
        // Neighbours without an empty cell between stand under one heading, unless they name another.
        let neighbour =
            pairs.last().filter(|(before, _)| row.origin != Origin::Ruled && before.column + 1 == item.column);
        let neighbour = neighbour.map(|(_, above)| *above);
        pairs.push((item, above(upper, item, neighbour, row.origin, layouts)?));
    }
    let mut headings = Vec::with_capacity(upper.len() + pairs.len());
    // In a text without empty cells for wide headings, what stands right of them stands too far left.
    let mut shift = 0;
    for heading in upper {
        let under: Vec<&Item> =
            pairs.iter().filter(|(_, above)| above.column == heading.column).map(|(item, _)| *item).collect();
        headings.extend(under.iter().map(|item| lower(item, heading, layouts)));
        if let Some(last) = under.iter().map(|item| item.column).max() {
            let next = upper.iter().map(|h| h.column).find(|c| *c > heading.column).unwrap_or(u16::MAX);
            shift = shift.max((last + 1).saturating_sub(next));
        } else {
            headings.push(Heading { column: heading.column + shift, ..heading.clone() });
        }
    }
    headings.sort_by_key(|h| h.column);
    Some(headings)
}

/// The heading of the upper row that an item of the lower one belongs to.
fn above<'h>(
    upper: &'h [Heading],
    item: &Item,
    neighbour: Option<&'h Heading>,
    origin: Origin,
    layouts: &Layouts,
) -> Option<&'h Heading> {
    if origin == Origin::Ruled {
        return upper.iter().find(|h| h.spreads && h.covers(item));
    }
    let joined = |h: &&Heading| layouts.column(&joined_key(h, item)).is_some();
    let at = upper.iter().take_while(|h| h.column <= item.column).last();
    let known = item.heading.is_some();
    upper.iter().find(joined).or_else(|| neighbour.or(at).filter(|_| known))
}

fn joined_key(upper: &Heading, item: &Item) -> String {
    format!("{}/{}", crate::fold::label_key(&upper.text), item.key)
}

fn lower(item: &Item, above: &Heading, layouts: &Layouts) -> Heading {
    let def = layouts.column(&joined_key(above, item)).or(item.heading);
    let def = def.or_else(|| layouts.vague_column(&item.key)).unwrap_or(OTHER);
    Heading { text: format!("{}/{}", above.text, item.text), ..Heading::new(item, def) }
}

/// The tables that the headings stand for: one, or two that share their rows (two columns of values; 中期 beside 年度).
pub(crate) fn tables(headings: &[Heading]) -> Vec<(Option<Scope>, Vec<Heading>)> {
    let sides = sides(headings).or_else(|| two_values(headings));
    let Some([overall, annual]) = sides else { return vec![(None, settled(headings.to_vec()))] };
    let scoped = |scope, own: Vec<bool>| {
        let columns = headings.iter().zip(own).map(|(h, own)| if own { h.clone() } else { elsewhere(h) }).collect();
        (Some(scope), settled(columns))
    };
    vec![scoped(Scope::Overall, overall), scoped(Scope::Annual, annual)]
}

fn elsewhere(heading: &Heading) -> Heading {
    Heading { def: ColumnDef { role: ColumnRole::Elsewhere, ..heading.def }, ..heading.clone() }
}

/// Which headings each of two tables beside each other has: names and values come twice, and what stands before the
/// first heading that comes again serves both.
fn sides(headings: &[Heading]) -> Option<[Vec<bool>; 2]> {
    let places = |role| headings.iter().enumerate().filter(move |(_, h)| h.role() == role).map(|(at, _)| at);
    let (names, values): (Vec<_>, Vec<_>) = (places(ColumnRole::Level3).collect(), places(ColumnRole::Value).collect());
    let ([_, _], [first_value, second_value]) = (names.as_slice(), values.as_slice()) else { return None };
    let middle = (first_value + 1..*second_value).find(|at| headings[*at].is_key())?;
    let starts = headings.iter().position(|h| h.role() == headings[middle].role())?;
    let left = (0..headings.len()).map(|at| at < middle).collect();
    let right = (0..headings.len()).map(|at| at < starts || at >= middle).collect();
    Some([left, right])
}

/// Which headings each of two tables has whose values stand in two columns.
fn two_values(headings: &[Heading]) -> Option<[Vec<bool>; 2]> {
    let has = |scope| headings.iter().any(|h| h.role() == ColumnRole::Value && h.def.scope == Some(scope));
    if !has(Scope::Overall) || !has(Scope::Annual) {
        return None;
    }
    let of = |scope| headings.iter().map(|h| h.role() != ColumnRole::Value || h.def.scope == Some(scope)).collect();
    Some([of(Scope::Overall), of(Scope::Annual)])
}

/// One heading per role: the one that says it most clearly holds it, the others become labelled fields.
///
/// Of two that say it alike, the one behind the names is of the indicator, the one before them of its group.
fn settled(mut headings: Vec<Heading>) -> Vec<Heading> {
    let names = headings.iter().position(|h| h.role() == ColumnRole::Level3).unwrap_or(0);
    for at in 0..headings.len() {
        let (role, rank) = (headings[at].role(), headings[at].def.rank);
        let single = !matches!(role, ColumnRole::Other | ColumnRole::Elsewhere);
        let order = |at: usize, rank: usize| (rank, at < names, at);
        let better = |(other, h): (usize, &Heading)| {
            other != at && h.role() == role && order(other, h.def.rank) < order(at, rank)
        };
        if single && headings.iter().enumerate().any(better) {
            headings[at].def = OTHER;
        }
    }
    headings
}
