//! What a cell says, as typed fields.

use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::date::IsoDate;
use crate::exact::Exact;
pub use crate::vocabulary::*;

/// Short text; up to 23 bytes are kept without an allocation.
pub type Text = SmolStr;

/// One end of a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The number, multiplied out.
    pub value: Exact,
    /// Whether the number itself belongs to the range.
    pub inclusive: bool,
    /// The digits as they stand in the text.
    pub as_written: Option<Text>,
    /// The magnitude as it stands in the text.
    pub magnitude: Option<Text>,
}

/// A rise or a fall.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Up or down.
    pub direction: Direction,
    /// By or to.
    pub mode: ChangeMode,
    /// What it is compared with: 同比, 上年, 环比.
    pub basis: Option<Text>,
}

/// What one cell says.
///
/// A field that is `None` or empty is absent from the JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The whole text that was read, ends trimmed.
    pub text: Text,
    /// What kind of statement it is.
    pub kind: Kind,
    /// How to compare.
    pub comparator: Comparator,
    /// Where the comparator comes from.
    pub comparator_source: Option<ComparatorSource>,
    /// The comparator as written; `≥…以上` when it stands on both sides.
    pub comparator_text: Option<Text>,
    /// The number, multiplied out.
    pub value: Option<Exact>,
    /// The digits as written.
    pub value_as_written: Option<Text>,
    /// The magnitude as written.
    pub magnitude: Option<Text>,
    /// The lower end of a range.
    pub lower: Option<Box<Bound>>,
    /// The upper end of a range.
    pub upper: Option<Box<Bound>>,
    /// The sign between the ends of a range.
    pub separator: Option<Text>,
    /// The terms of a ratio.
    pub terms: Vec<Exact>,
    /// The unit as written, magnitude taken out.
    pub unit_text: Option<Text>,
    /// The canonical code.
    pub unit: Option<Text>,
    /// The dimension of the numerator.
    pub dimension: Option<Dimension>,
    /// The denominators.
    pub per: SmallVec<[Text; 1]>,
    /// ISO 4217.
    pub currency: Option<Text>,
    /// The date at its written precision.
    pub date: Option<IsoDate>,
    /// The part of the date that is meant.
    pub edge: Option<Edge>,
    /// How a deadline relates to its date or event.
    pub relation: Option<Relation>,
    /// The event that a deadline counts from.
    pub anchor: Option<Text>,
    /// On which side of the event the deadline lies.
    pub anchor_side: Option<AnchorSide>,
    /// First day, month or year of a period.
    pub start: Option<IsoDate>,
    /// Last day, month or year of a period, inclusive.
    pub end: Option<IsoDate>,
    /// A period by name.
    pub named: Option<Text>,
    /// ISO 8601 duration of a recurrence.
    pub recurrence: Option<Text>,
    /// The recurrence as written.
    pub recurrence_text: Option<Text>,
    /// A rise or a fall.
    pub change: Option<Box<Change>>,
    /// The words that a reference names.
    pub refers_to: Option<Text>,
    /// The parts of a compound.
    pub parts: Vec<Value>,
    /// What stands between and after the parts.
    pub joiners: Vec<Text>,
    /// Residue before the core.
    pub before: Option<Text>,
    /// Residue after the core.
    pub after: Option<Text>,
    /// Residue between a comparator and its number.
    pub between: Option<Text>,
    /// A denominator written before the number.
    pub per_text: Option<Text>,
    /// The word that makes the number approximate.
    pub approx_text: Option<Text>,
    /// A number with letters put right.
    pub repaired: Option<Text>,
    /// What the reader should know.
    pub flags: Flags,
    /// An advisory reading of words.
    pub class: Option<Class>,
}

impl Value {
    /// A value of `kind` that says nothing else yet.
    #[inline]
    pub fn new(kind: Kind, text: &str) -> Self {
        Self {
            text: Text::new(text),
            kind,
            comparator: Comparator::None,
            comparator_source: None,
            comparator_text: None,
            value: None,
            value_as_written: None,
            magnitude: None,
            lower: None,
            upper: None,
            separator: None,
            terms: Vec::new(),
            unit_text: None,
            unit: None,
            dimension: None,
            per: SmallVec::new(),
            currency: None,
            date: None,
            edge: None,
            relation: None,
            anchor: None,
            anchor_side: None,
            start: None,
            end: None,
            named: None,
            recurrence: None,
            recurrence_text: None,
            change: None,
            refers_to: None,
            parts: Vec::new(),
            joiners: Vec::new(),
            before: None,
            after: None,
            between: None,
            per_text: None,
            approx_text: None,
            repaired: None,
            flags: Flags::NONE,
            class: None,
        }
    }

    /// Whether two values state the same, however they are spelt.
    ///
    /// What is compared is the typed reading: kind, comparator, numbers, unit, dates, change, what is referred to, parts.
    /// Written forms, residue and flags are not.
    pub fn means_the_same(&self, other: &Self) -> bool {
        let bound = |bound: &Option<Box<Bound>>| bound.as_ref().map(|bound| (bound.value, bound.inclusive));
        (self.kind, self.comparator, self.value, &self.terms)
            == (other.kind, other.comparator, other.value, &other.terms)
            && bound(&self.lower) == bound(&other.lower)
            && bound(&self.upper) == bound(&other.upper)
            && (&self.unit, &self.per, &self.currency) == (&other.unit, &other.per, &other.currency)
            && (self.date, self.edge, self.relation) == (other.date, other.edge, other.relation)
            && (&self.anchor, self.anchor_side) == (&other.anchor, other.anchor_side)
            && (self.start, self.end, &self.named) == (other.start, other.end, &other.named)
            && (&self.recurrence, &self.change) == (&other.recurrence, &other.change)
            && self.refers_to == other.refers_to
            && self.parts.len() == other.parts.len()
            && self.parts.iter().zip(&other.parts).all(|(part, other)| part.means_the_same(other))
    }

    /// Whether it is a figure without a unit: the name, the goal and the twin of the indicator may tell one.
    pub fn lacks_unit(&self) -> bool {
        self.flags.contains(Flag::UnitMissing)
    }

    /// The residue texts, in the order before, between, after.
    pub fn residue(&self) -> impl Iterator<Item = &str> {
        [&self.before, &self.between, &self.after].into_iter().flatten().map(SmolStr::as_str)
    }
}
