//! The words of the schema: what a key may say.

use std::iter;

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
    /// What a reader of the value should know about how it was read; in alphabetical order.
    Flag {
        /// 无: none exists, or no target.
        AmbiguousNone = "ambiguous_none",
        /// 450余万: more than the figure.
        ApproxOver = "approx_over",
        /// 力争: aimed at.
        Aspirational = "aspirational",
        /// 达到: the figure is to be reached.
        Attain = "attain",
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
        let mut rest = self.0;
        // Most sets are empty: only the bits that are set are looked at.
        iter::from_fn(move || {
            let flag = Flag::ALL.get(rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(*flag)
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_come_by_name() {
        assert!(Flag::ALL.is_sorted_by_key(|flag| flag.as_str()));
        let flags: Flags = [Flag::UnitMissing, Flag::ApproxOver].into_iter().collect();
        assert_eq!(flags.iter().collect::<Vec<_>>(), [Flag::ApproxOver, Flag::UnitMissing]);
        assert!(Flag::ALL.len() <= 32, "the set holds one bit for each");
    }
}
