//! What a word does.

macro_rules! roles {
    ($($variant:ident = $word:literal),+ $(,)?) => {
        /// What a word does; one word may do several things, and its place decides.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Role { $($variant),+ }

        impl Role {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

roles! {
    Unit = "unit", Fraction = "fraction", Sign = "sign", Prefix = "prefix", Suffix = "suffix",
    Attain = "attain", Aspire = "aspire", Verb = "verb",
    Up = "up", UpTo = "up_to", Down = "down", DownTo = "down_to", Basis = "basis",
    Refer = "refer", Document = "document", Limit = "limit", Figure = "figure", Grade = "grade",
    Filler = "filler", Placeholder = "placeholder", None = "none",
    Named = "named", Edge = "edge", YearEdge = "year_edge",
    Before = "before", Within = "within", NotLater = "not_later", Since = "since",
    AnchorAfter = "anchor_after", AnchorBefore = "anchor_before",
    Each = "each", EachTime = "each_time", Recurrence = "recurrence", Mean = "mean",
    Rank = "rank", Ordinal = "ordinal", Over = "over", Vague = "vague",
    Link = "link", And = "and", Span = "span", Included = "included", Plain = "plain",
    Class = "class", Name = "name",
}

/// A set of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Roles(pub(crate) u64);

impl Roles {
    pub(crate) const fn of(roles: &[Role]) -> Self {
        let mut mask = 0;
        let mut index = 0;
        while index < roles.len() {
            mask |= 1 << roles[index] as u64;
            index += 1;
        }
        Self(mask)
    }

    pub(crate) fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u64) != 0
    }

    /// Both sets together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
