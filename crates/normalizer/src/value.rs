//! What a cell says, as typed fields.

use serde_json::{Map, Value as Json};
use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::date::IsoDate;
use crate::exact::Exact;

/// Short text; up to 23 bytes are kept without an allocation.
pub type Text = SmolStr;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in the output.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The variant that is written as `word`.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// What kind of statement the cell makes.
    Kind {
        /// One number, perhaps with a unit and a bound.
        Quantity = "quantity",
        /// Two bounds.
        Range = "range",
        /// A deviation to both sides.
        Tolerance = "tolerance",
        /// A proportion such as 1:3.
        Ratio = "ratio",
        /// A point in time.
        Date = "date",
        /// A latest point in time, absolute or after an event.
        Deadline = "deadline",
        /// A span of time.
        Period = "period",
        /// Events per time.
        Frequency = "frequency",
        /// Several statements.
        Compound = "compound",
        /// Words without a number.
        Qualitative = "qualitative",
        /// Defers to a document or to another figure.
        Reference = "reference",
        /// A filler: nothing is stated.
        NotApplicable = "not_applicable",
        /// Not understood.
        Unparsed = "unparsed",
    }
}

words! {
    /// How the actual figure is to compare with the stated one.
    Comparator {
        /// Equal.
        Eq = "eq",
        /// At least.
        Ge = "ge",
        /// At most.
        Le = "le",
        /// More than.
        Gt = "gt",
        /// Less than.
        Lt = "lt",
        /// About.
        Approx = "approx",
        /// Nothing to compare with, or contradictory signs.
        None = "none",
    }
}

words! {
    /// Where the comparator comes from.
    ComparatorSource {
        /// It stands in the text.
        Written = "written",
        /// A bare figure means equality.
        Implied = "implied",
        /// It stands at the head of the list.
        Distributed = "distributed",
    }
}

words! {
    /// The dimension of a unit's numerator.
    Dimension {
        /// Counted things.
        Count = "count",
        /// Money.
        Money = "money",
        /// Shares, percentages.
        Ratio = "ratio",
        /// Durations.
        Time = "time",
        /// Lengths.
        Length = "length",
        /// Areas.
        Area = "area",
        /// Volumes.
        Volume = "volume",
        /// Masses.
        Mass = "mass",
        /// Energies.
        Energy = "energy",
        /// Powers.
        Power = "power",
        /// Temperatures.
        Temperature = "temperature",
        /// Sound levels.
        Sound = "sound",
        /// Data volumes.
        Data = "data",
        /// Concentrations.
        Concentration = "concentration",
        /// Speeds and rates.
        Rate = "rate",
        /// Points given.
        Score = "score",
        /// Ranks and grades.
        Grade = "grade",
        /// Pressures, voltages and other physical dimensions.
        Physical = "physical",
    }
}

words! {
    /// How a deadline relates to its date or event.
    Relation {
        /// Up to the end of the written date.
        Before = "before",
        /// Inside the written span.
        Within = "within",
        /// Not later than the written date.
        NotLaterThan = "not_later_than",
        /// From the written date on.
        After = "after",
    }
}

words! {
    /// The part of a date that is meant.
    Edge {
        /// 底, 末
        End = "end",
        /// 初
        Start = "start",
        /// 中
        Middle = "middle",
        /// 上旬
        FirstTenDays = "first_ten_days",
        /// 中旬
        MiddleTenDays = "middle_ten_days",
        /// 下旬
        LastTenDays = "last_ten_days",
    }
}

words! {
    /// On which side of its event a deadline lies.
    AnchorSide {
        /// The event comes first.
        After = "after",
        /// The deadline comes first.
        Before = "before",
    }
}

words! {
    /// Whether a figure is to rise or to fall.
    Direction {
        /// Rises.
        Increase = "increase",
        /// Falls.
        Decrease = "decrease",
    }
}

words! {
    /// Whether the figure is the change or the level reached.
    ChangeMode {
        /// 降低5%
        By = "by",
        /// 降低至5%
        To = "to",
    }
}

words! {
    /// An advisory reading of words without a number.
    Class {
        /// A state that is to hold.
        State = "state",
        /// Something gets better.
        Improve = "improve",
        /// Something gets less.
        Reduce = "reduce",
        /// Something is kept.
        Maintain = "maintain",
        /// In time.
        Timely = "timely",
        /// Done or not.
        Done = "done",
        /// Absent.
        Absent = "absent",
        /// Of long duration.
        LongTerm = "long_term",
        /// Reaches all.
        Coverage = "coverage",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// What a reader of the value should know about how it was read.
    Flag {
        /// 450余万: more than the figure.
        ApproxOver = "approx_over",
        /// 力争: aimed at.
        Aspirational = "aspirational",
        /// 达到: the figure is to be reached.
        Attain = "attain",
        /// 无: none exists, or no target.
        AmbiguousNone = "ambiguous_none",
        /// 12,34: not a number.
        BadGrouping = "bad_grouping",
        /// 20241231 read as a date.
        CompactDate = "compact_date",
        /// Two comparators that disagree.
        ComparatorConflict = "comparator_conflict",
        /// The comparator stands away from its number.
        DetachedComparator = "detached_comparator",
        /// Digits that no field explains.
        DigitsInResidue = "digits_in_residue",
        /// Two comparators that agree.
        DuplicateComparator = "duplicate_comparator",
        /// A grade, not an amount.
        Grade = "grade",
        /// White space inside a number.
        InnerSpace = "inner_space",
        /// No such date.
        InvalidDate = "invalid_date",
        /// The magnitude at the end also serves the lower bound.
        MagnitudeDistributed = "magnitude_distributed",
        /// 30w
        MagnitudeLatin = "magnitude_latin",
        /// 近: just below.
        NearBelow = "near_below",
        /// A letter was read as a digit.
        OcrDigit = "ocr_digit",
        /// The form's placeholder, not a value.
        Placeholder = "placeholder",
        /// A place in a ranking.
        Rank = "rank",
        /// 平 for 平方米.
        UnitAbbreviated = "unit_abbreviated",
        /// The unit column contradicts the value.
        UnitConflict = "unit_conflict",
        /// 九成 given as 90 %.
        UnitConverted = "unit_converted",
        /// No unit is written.
        UnitMissing = "unit_missing",
        /// The unit is not in the lexicon.
        UnitUnknown = "unit_unknown",
        /// 数百: no figure.
        VagueNumber = "vague_number",
    }
}

/// A set of [`Flag`]s, iterated in alphabetical order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u32);

impl Flags {
    /// No flag.
    pub const NONE: Self = Self(0);

    /// Adds one.
    pub fn insert(&mut self, flag: Flag) {
        self.0 |= 1 << flag as u32;
    }

    /// Removes one.
    pub fn remove(&mut self, flag: Flag) {
        self.0 &= !(1 << flag as u32);
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether `flag` is in the set.
    pub fn contains(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u32) != 0
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The flags by name.
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        let mut flags: SmallVec<[Flag; 4]> = Flag::ALL.iter().copied().filter(|&flag| self.contains(flag)).collect();
        flags.sort_unstable_by_key(|flag| flag.as_str());
        flags.into_iter()
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        let mut set = Self::NONE;
        for flag in flags {
            set.insert(flag);
        }
        set
    }
}

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

    /// The residue texts, in the order before, between, after.
    pub fn residue(&self) -> impl Iterator<Item = &str> {
        [&self.before, &self.between, &self.after].into_iter().flatten().map(SmolStr::as_str)
    }

    /// The JSON object with the keys of the schema, in its order; absent keys are left out.
    pub fn to_json(&self) -> Json {
        let mut object = Object(Map::new());
        self.write_number(&mut object);
        self.write_unit(&mut object);
        self.write_time(&mut object);
        self.write_words(&mut object);
        Json::Object(object.0)
    }

    fn write_number(&self, object: &mut Object) {
        object.word("kind", self.kind.as_str());
        object.word("comparator", self.comparator.as_str());
        object.opt("comparator_source", self.comparator_source.map(ComparatorSource::as_str));
        object.text("comparator_text", self.comparator_text.as_ref());
        object.shown("value", self.value);
        object.text("value_as_written", self.value_as_written.as_ref());
        object.text("magnitude", self.magnitude.as_ref());
        object.bound("lower", self.lower.as_deref());
        object.bound("upper", self.upper.as_deref());
        object.text("separator", self.separator.as_ref());
        object.list("terms", self.terms.iter().map(ToString::to_string));
    }

    fn write_unit(&self, object: &mut Object) {
        object.text("unit_text", self.unit_text.as_ref());
        object.text("unit", self.unit.as_ref());
        object.opt("dimension", self.dimension.map(Dimension::as_str));
        object.list("per", self.per.iter().map(ToString::to_string));
        object.text("currency", self.currency.as_ref());
    }

    fn write_time(&self, object: &mut Object) {
        object.shown("date", self.date);
        object.opt("edge", self.edge.map(Edge::as_str));
        object.opt("relation", self.relation.map(Relation::as_str));
        object.text("anchor", self.anchor.as_ref());
        object.opt("anchor_side", self.anchor_side.map(AnchorSide::as_str));
        object.shown("start", self.start);
        object.shown("end", self.end);
        object.text("named", self.named.as_ref());
        object.text("recurrence", self.recurrence.as_ref());
        object.text("recurrence_text", self.recurrence_text.as_ref());
        if let Some(change) = &self.change {
            object.0.insert("change".to_owned(), change.to_json());
        }
    }

    fn write_words(&self, object: &mut Object) {
        object.text("refers_to", self.refers_to.as_ref());
        if !self.parts.is_empty() {
            let parts = self.parts.iter().map(Self::to_part_json).collect();
            object.0.insert("parts".to_owned(), parts);
        }
        object.list("joiners", self.joiners.iter().map(ToString::to_string));
        object.text("before", self.before.as_ref());
        object.text("after", self.after.as_ref());
        object.text("between", self.between.as_ref());
        object.text("per_text", self.per_text.as_ref());
        object.text("approx_text", self.approx_text.as_ref());
        object.list("flags", self.flags.iter().map(|flag| flag.as_str().to_owned()));
        object.text("repaired", self.repaired.as_ref());
        object.opt("class", self.class.map(Class::as_str));
    }

    fn to_part_json(&self) -> Json {
        let mut map = Map::new();
        map.insert("text".to_owned(), Json::from(self.text.as_str()));
        if let Json::Object(rest) = self.to_json() {
            map.extend(rest);
        }
        Json::Object(map)
    }
}

impl Change {
    fn to_json(&self) -> Json {
        let mut object = Object(Map::new());
        object.word("direction", self.direction.as_str());
        object.word("mode", self.mode.as_str());
        object.text("basis", self.basis.as_ref());
        Json::Object(object.0)
    }
}

/// A JSON object that leaves out what is absent.
struct Object(Map<String, Json>);

impl Object {
    fn word(&mut self, key: &str, word: &str) {
        self.0.insert(key.to_owned(), Json::from(word));
    }

    fn opt(&mut self, key: &str, word: Option<&str>) {
        if let Some(word) = word {
            self.word(key, word);
        }
    }

    fn text(&mut self, key: &str, text: Option<&Text>) {
        self.opt(key, text.map(SmolStr::as_str));
    }

    fn shown(&mut self, key: &str, item: Option<impl ToString>) {
        if let Some(item) = item {
            self.word(key, &item.to_string());
        }
    }

    fn list(&mut self, key: &str, items: impl Iterator<Item = String>) {
        let items: Vec<Json> = items.map(Json::from).collect();
        if !items.is_empty() {
            self.0.insert(key.to_owned(), Json::from(items));
        }
    }

    fn bound(&mut self, key: &str, bound: Option<&Bound>) {
        let Some(bound) = bound else { return };
        let mut object = Self(Map::new());
        object.word("value", &bound.value.to_string());
        object.0.insert("inclusive".to_owned(), Json::from(bound.inclusive));
        object.text("as_written", bound.as_written.as_ref());
        object.text("magnitude", bound.magnitude.as_ref());
        self.0.insert(key.to_owned(), Json::Object(object.0));
    }
}
