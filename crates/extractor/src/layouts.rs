//! The domain as data: titles, labels, headings and hierarchies, loaded from TOML.

mod patterns;

use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::OnceLock;

use jixiao_model::{FormKind, Scope};
use serde::Deserialize;

use crate::fold::{bare_key, fold, label_key, unnumbered};
use patterns::{BuiltIn, Check, Pattern, Patterns};

/// The files in `layouts/`, made JSON when the program is built.
const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/layouts.json"));

/// Layouts, labels and hierarchies of the forms that can be read.
#[derive(Debug, Clone, Default)]
pub struct Layouts {
    forms: Vec<FormDef>,
    /// Last characters of their titles; `None` for an empty one, with which every line ends.
    title_ends: FxHashSet<Option<char>>,
    labels: Vec<Label>,
    /// Those of the labels that a cell may begin with, and those that a whole cell may be by a pattern.
    prefixes: Vec<usize>,
    patterned: Vec<usize>,
    label_patterns: Patterns,
    /// What such cells begin with.
    prefix_starts: Vec<char>,
    by_text: FxHashMap<String, Vec<usize>>,
    /// Last characters of what may be a label.
    label_ends: FxHashSet<char>,
    scopes: FxHashMap<String, Scope>,
    sides: Words,
    signs: FxHashSet<String>,
    captions: Patterns,
    columns: FxHashMap<String, ColumnDef>,
    column_patterns: PatternedColumns,
    vague_columns: PatternedColumns,
    hierarchies: Vec<Hierarchy>,
    /// The texts of the files that were added to the built-in ones.
    extensions: String,
}

/// A layout file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the layout file cannot be used: {0}")]
pub struct LayoutError(String);

/// A form that is known by its title.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormDef {
    pub(crate) id: String,
    #[serde(deserialize_with = "form_kind")]
    pub(crate) kind: FormKind,
    pub(crate) hierarchy: String,
    pub(crate) titles: Vec<String>,
}

/// What a label says about the cells around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LabelRole {
    Value,
    Period,
    Amount,
    Column,
    Section,
    Prefix,
    Heading,
    TaskColumn,
    /// The unit of money.
    Unit,
    /// Heading over a column of amounts.
    Money,
    /// First cell of a row of totals below the indicators.
    Total,
    /// Label of what stands below the indicators.
    Footer,
}

/// The parts of a form's head that span several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Section {
    Funding,
    Goals,
    Functions,
    Strategy,
    AnnualGoals,
    Basic,
    Staffing,
    Budget,
    Tasks,
}

/// A label of a form's head.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelEntry {
    kinds: Option<Vec<String>>,
    role: LabelRole,
    field: Option<String>,
    section: Option<Section>,
    item: Option<String>,
    #[serde(default)]
    part: bool,
    #[serde(default)]
    cell: bool,
    #[serde(default)]
    long: bool,
    count: Option<String>,
    pattern: Option<String>,
    #[serde(default)]
    text: Vec<String>,
}

/// A label of a form's head, ready for use.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub(crate) kinds: Vec<FormKind>,
    pub(crate) role: LabelRole,
    pub(crate) field: Option<&'static str>,
    pub(crate) section: Option<Section>,
    pub(crate) item: Option<String>,
    /// It follows what stands above or left of it: a part of a total, a goal of the kind that its merged label names.
    pub(crate) part: bool,
    /// It is the label of a cell, never of a line outside tables.
    pub(crate) cell: bool,
    /// The value is prose and may run on over several rows.
    pub(crate) long: bool,
    pub(crate) count: Option<&'static str>,
    pattern: Option<Pattern>,
    /// What a cell may begin with, where the role is that.
    prefixes: Vec<String>,
    /// First characters of the prefixes, for a quick look.
    starts: Vec<char>,
}

/// What a column of an indicator table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ColumnRole {
    Level1,
    Level2,
    Level3,
    Value,
    Comparator,
    Unit,
    Weight,
    ActualValueRaw,
    Score,
    Explanation,
    DeviationReason,
    Standard,
    /// No column of the dataset is planned for it: its cells become labelled fields of the form.
    Other,
    /// Its cells belong to the twin table that stands in the same rows.
    Elsewhere,
}

/// What the heading of a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ColumnDef {
    pub(crate) role: ColumnRole,
    /// The scope of the values below, where the heading names one.
    pub(crate) scope: Option<Scope>,
    /// Of two headings with one role the one with the lower rank holds it.
    pub(crate) rank: usize,
}

/// Headings that are known by patterns; the first that fits holds.
#[derive(Debug, Clone, Default)]
struct PatternedColumns {
    patterns: Patterns,
    defs: Vec<ColumnDef>,
}

impl PatternedColumns {
    fn find(&self, key: &str) -> Option<ColumnDef> {
        self.patterns.first(key, |_| true).and_then(|number| self.defs.get(number)).copied()
    }

    /// Puts patterns before those that are known.
    fn put_first(&mut self, columns: Vec<(String, ColumnDef)>, check: Check) -> Result<(), LayoutError> {
        columns.iter().try_for_each(|(text, _)| check(text))?;
        let (texts, defs): (Vec<String>, Vec<ColumnDef>) = columns.into_iter().unzip();
        self.patterns.put_first(texts);
        self.defs.splice(0..0, defs);
        Ok(())
    }
}

impl ColumnRole {
    /// The column of the dataset, for the columns that only some layouts print.
    pub(crate) fn extra_name(self) -> Option<&'static str> {
        Some(match self {
            Self::Weight => "weight",
            Self::ActualValueRaw => "actual_value_raw",
            Self::Score => "score",
            Self::Explanation => "explanation",
            Self::DeviationReason => "deviation_reason",
            Self::Standard => "standard",
            _ => return None,
        })
    }
}

/// A legal pair of 一级指标 and 二级指标, with the spellings of both.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) level1: Vec<String>,
    pub(crate) level2: Vec<String>,
    /// Words of indicator names that speak for the group.
    pub(crate) names: Vec<String>,
    /// Endings of values that speak for the group.
    pub(crate) values: Vec<String>,
}

/// The legal pairs of levels of a kind of form, in the order in which they are printed.
#[derive(Debug, Clone)]
pub(crate) struct Hierarchy {
    id: String,
    pub(crate) groups: Vec<Group>,
    /// All spellings of a level, and of either.
    spellings: [Words; 2],
    levels: Words,
}

/// A set of words. Most texts are of a length that no word has, and need not be looked for.
#[derive(Debug, Clone, Default)]
struct Words {
    words: FxHashSet<String>,
    /// A bit for each length of a word in bytes.
    lengths: u64,
}

impl Words {
    fn contains(&self, text: &str) -> bool {
        self.lengths & Self::length(text) != 0 && self.words.contains(text)
    }

    /// The bit of a text's length; long ones share the last.
    fn length(text: &str) -> u64 {
        1 << text.len().min(63)
    }
}

impl Extend<String> for Words {
    fn extend<I: IntoIterator<Item = String>>(&mut self, words: I) {
        for word in words {
            self.lengths |= Self::length(&word);
            self.words.insert(word);
        }
    }
}

impl FromIterator<String> for Words {
    fn from_iter<I: IntoIterator<Item = String>>(words: I) -> Self {
        let mut all = Self::default();
        all.extend(words);
        all
    }
}

impl Hierarchy {
    /// True when the folded text is a spelling of a level (1 or 2) of the hierarchy.
    pub(crate) fn names_level(&self, level: u8, key: &str) -> bool {
        self.spellings[usize::from(level != 1)].contains(key)
    }

    /// The folded label of a level without what forms add to it: `数量指标(必填)`, `产出指标(50分)`, `满意度指标等`.
    pub(crate) fn level_key<'k>(&self, key: &'k str) -> &'k str {
        let bare = bare_key(key);
        let bare = bare.strip_suffix(|c| c == '等').unwrap_or(bare);
        if bare.len() < key.len() && !self.levels.contains(key) && self.levels.contains(bare) { bare } else { key }
    }

    /// Adds groups: spellings of levels that are known, levels under a known 一级 behind its others, others at the end.
    fn merge(&mut self, new: Self) {
        for group in new.groups {
            let shares = |a: &[String], b: &[String]| a.iter().any(|text| b.contains(text));
            let mut last = None;
            let mut known = None;
            for (at, own) in self.groups.iter_mut().enumerate().filter(|(_, own)| shares(&own.level1, &group.level1)) {
                extend_with_new(&mut own.level1, &group.level1);
                last = Some(at);
                known = known.or(shares(&own.level2, &group.level2).then_some(at));
            }
            match known {
                Some(at) => self.groups[at].extend(&group),
                None => self.groups.insert(last.map_or(self.groups.len(), |at| at + 1), group),
            }
        }
        self.collect_spellings();
    }

    fn collect_spellings(&mut self) {
        self.spellings =
            [1, 2].map(|level| self.groups.iter().flat_map(|g| g.spellings(level).iter().cloned()).collect());
        self.levels = self.groups.iter().flat_map(|g| g.level1.iter().chain(&g.level2).cloned()).collect();
    }
}

impl LayoutError {
    fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        Self(format!("line {line}: {}", error.message().trim()))
    }
}

impl Group {
    fn extend(&mut self, more: &Self) {
        extend_with_new(&mut self.level2, &more.level2);
        extend_with_new(&mut self.names, &more.names);
        extend_with_new(&mut self.values, &more.values);
    }

    /// The spellings of a level, 1 or 2.
    pub(crate) fn spellings(&self, level: u8) -> &[String] {
        if level == 1 { &self.level1 } else { &self.level2 }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct LayoutFile {
    form: Vec<FormDef>,
    scope: Vec<ScopeEntry>,
    side: Vec<Texts>,
    sign: Vec<Texts>,
    caption: Vec<PatternEntry>,
    column: Vec<ColumnEntry>,
    label: Vec<LabelEntry>,
    hierarchy: Vec<HierarchyEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeEntry {
    scope: String,
    text: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PatternEntry {
    pattern: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    text: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnEntry {
    role: ColumnRole,
    scope: Option<String>,
    #[serde(default)]
    text: Vec<String>,
    /// Regular expressions over folded headings, for those that name a year or a month.
    #[serde(default)]
    pattern: Vec<String>,
    #[serde(default)]
    vague: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HierarchyEntry {
    id: String,
    #[serde(default)]
    level1: Vec<Level1Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Level1Entry {
    text: Vec<String>,
    #[serde(default)]
    level2: Vec<Level2Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Level2Entry {
    text: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
}

impl Layouts {
    /// The layouts that come with the program.
    ///
    /// # Panics
    /// Never in a released program: a test loads the files that are built in.
    pub fn builtin() -> &'static Self {
        static LAYOUTS: OnceLock<Layouts> = OnceLock::new();
        LAYOUTS.get_or_init(|| Self::read_builtin().unwrap_or_default())
    }

    fn read_builtin() -> Result<Self, LayoutError> {
        let files: Vec<LayoutFile> = serde_json::from_str(BUILTIN).map_err(|error| LayoutError(error.to_string()))?;
        let mut all = Self::default();
        for file in files {
            // The patterns were compiled when the program was built.
            all.add_file(file, |_| Ok(()))?;
        }
        let automata = [patterns::COLUMNS, patterns::VAGUE_COLUMNS, patterns::CAPTIONS, patterns::LABELS];
        for (patterns, automata) in all.patterns().into_iter().zip(automata) {
            patterns.build_in(BuiltIn::new(automata));
        }
        Ok(all)
    }

    /// Patterns of columns, vague ones, of captions and of labels.
    fn patterns(&mut self) -> [&mut Patterns; 4] {
        let [columns, vague] =
            [&mut self.column_patterns, &mut self.vague_columns].map(|columns| &mut columns.patterns);
        [columns, vague, &mut self.captions, &mut self.label_patterns]
    }

    /// These layouts with those of a TOML file added; the file's entries are tried first, and the levels of a hierarchy
    /// that is known already are merged into it.
    ///
    /// # Errors
    /// A text that is no TOML, a key or a name that layouts do not have, a pattern that is none.
    pub fn with_extension(&self, toml_text: &str) -> Result<Self, LayoutError> {
        let file = toml::from_str(toml_text).map_err(|error| LayoutError::of_toml(toml_text, &error))?;
        let mut all = self.clone();
        all.add_file(file, patterns::check)?;
        all.patterns().into_iter().try_for_each(Patterns::compile)?;
        if let Some(form) = all.forms.iter().find(|form| all.hierarchies.iter().all(|h| h.id != form.hierarchy)) {
            return Err(LayoutError(format!(
                "the form `{}` follows the hierarchy `{}`, which is none",
                form.id, form.hierarchy
            )));
        }
        all.extensions.push_str(toml_text);
        Ok(all)
    }

    /// Names the layouts: two with the same name, made from the built-in ones, read alike.
    pub fn fingerprint(&self) -> &str {
        &self.extensions
    }

    fn add_file(&mut self, file: LayoutFile, check: Check) -> Result<(), LayoutError> {
        self.forms.splice(0..0, file.form.into_iter().map(FormDef::folded));
        let titles = self.forms.iter().flat_map(|form| &form.titles);
        self.title_ends = titles.map(|title| title.chars().next_back()).collect();
        self.add_labels(file.label, check)?;
        for entry in file.scope {
            let scope = scope(&entry.scope)?;
            self.scopes.extend(entry.text.iter().map(|t| (label_key(t), scope)));
        }
        self.signs.extend(file.sign.iter().flat_map(|s| &s.text).map(|t| label_key(t)));
        self.sides.extend(file.side.iter().flat_map(|s| &s.text).map(|t| label_key(t)));
        let captions: Vec<String> = file.caption.into_iter().flat_map(|c| c.pattern).collect();
        captions.iter().try_for_each(|text| check(text))?;
        self.captions.put_first(captions);
        self.add_columns(file.column, check)?;
        for entry in file.hierarchy {
            self.add_hierarchy(hierarchy(entry));
        }
        Ok(())
    }

    /// Puts labels before those that are known.
    fn add_labels(&mut self, entries: Vec<LabelEntry>, check: Check) -> Result<(), LayoutError> {
        self.by_text.values_mut().flatten().for_each(|at| *at += entries.len());
        for (at, entry) in entries.iter().enumerate().rev() {
            for text in &entry.text {
                self.by_text.entry(label_key(text)).or_default().insert(0, at);
            }
        }
        self.label_ends = self.by_text.keys().filter_map(|key| key.chars().next_back()).collect();
        self.label_ends.extend(CLOSING_BRACKETS.iter().chain(&PATTERN_ENDS));
        let labels = entries.into_iter().map(|entry| Label::from_entry(entry, check));
        let labels: Vec<Label> = labels.collect::<Result<_, _>>()?;
        let patterned = labels.iter().filter(|label| label.role != LabelRole::Prefix);
        self.label_patterns
            .put_first(patterned.filter_map(|label| Some(label.pattern.as_ref()?.text.clone())).collect());
        self.labels.splice(0..0, labels);
        let numbers = |wanted: fn(&Label) -> bool| {
            self.labels.iter().enumerate().filter(|(_, label)| wanted(label)).map(|(at, _)| at).collect()
        };
        self.prefixes = numbers(|label| label.role == LabelRole::Prefix);
        self.patterned = numbers(|label| label.role != LabelRole::Prefix && label.pattern.is_some());
        self.prefix_starts = distinct(self.labels_at(&self.prefixes).flat_map(|label| label.starts.iter().copied()));
        Ok(())
    }

    fn add_hierarchy(&mut self, new: Hierarchy) {
        match self.hierarchies.iter_mut().find(|known| known.id == new.id) {
            Some(known) => known.merge(new),
            None => self.hierarchies.push(new),
        }
    }

    fn add_columns(&mut self, entries: Vec<ColumnEntry>, check: Check) -> Result<(), LayoutError> {
        let (mut clear, mut vague) = (Vec::new(), Vec::new());
        for entry in entries {
            let scope = entry.scope.as_deref().map(scope).transpose()?;
            let def = |rank| ColumnDef { role: entry.role, scope, rank };
            self.columns.extend(entry.text.iter().enumerate().map(|(rank, text)| (label_key(text), def(rank))));
            let (rank, group) = if entry.vague { (VAGUE_RANK, &mut vague) } else { (entry.text.len(), &mut clear) };
            group.extend(entry.pattern.into_iter().map(|text| (text, def(rank))));
        }
        self.column_patterns.put_first(clear, check)?;
        self.vague_columns.put_first(vague, check)
    }

    /// The label that a whole cell is, for a kind of form; one of the section that is open goes first.
    pub(crate) fn label(&self, kind: FormKind, section: Option<Section>, key: &str) -> Option<&Label> {
        self.label_by_text(kind, section, key).or_else(|| self.short_label_of_pattern(kind, key))
    }

    /// True where a label by a pattern may be a wanted one.
    pub(crate) fn has_pattern_of(&self, wanted: impl FnMut(&Label) -> bool) -> bool {
        self.labels_at(&self.patterned).any(wanted)
    }

    /// True for the text of a label of whatever form, as it is printed or without marks, number and brackets.
    pub(crate) fn is_named(&self, key: &str) -> bool {
        let names = |key: &str| self.by_text.contains_key(key);
        self.may_end_label(key) && (names(key) || names(bare_key(key)) || names(unnumbered(bare_key(key))))
    }

    /// False where no label ends like the text, which is so for most texts.
    pub(crate) fn may_end_label(&self, key: &str) -> bool {
        key.chars().next_back().is_none_or(|last| self.label_ends.contains(&last))
    }

    /// The label that a whole cell is, as it is printed or without marks, number and brackets.
    pub(crate) fn label_by_text(&self, kind: FormKind, section: Option<Section>, key: &str) -> Option<&Label> {
        if !self.may_end_label(key) {
            return None;
        }
        let bare = || Some(unnumbered(bare_key(key))).filter(|bare| bare.len() < key.len());
        self.label_of_key(kind, section, key).or_else(|| self.label_of_key(kind, section, bare()?))
    }

    /// The label of a role that a cell is, with or without the brackets that close it.
    pub(crate) fn label_of_role(&self, role: LabelRole, key: &str) -> Option<&Label> {
        let of = |key: &str| {
            let found = self.by_text.get(key)?;
            self.labels_at(found).find(|l| l.role == role)
        };
        let bare = || Some(bare_key(key)).filter(|bare| bare.len() < key.len());
        of(key).or_else(|| of(bare()?))
    }

    /// The label of a role that a cell is by a pattern.
    pub(crate) fn pattern_of_role(&self, role: LabelRole, key: &str) -> Option<&Label> {
        self.label_of_pattern(key, |l| l.role == role)
    }

    fn label_of_key(&self, kind: FormKind, section: Option<Section>, key: &str) -> Option<&Label> {
        let found = self.by_text.get(key)?;
        let fits = |l: &&Label| l.kinds.contains(&kind) && l.role != LabelRole::Prefix;
        let candidates = || self.labels_at(found).filter(fits);
        candidates().find(|l| l.section.is_some() && l.section == section).or_else(|| candidates().next())
    }

    /// The label that a whole cell is by its pattern.
    pub(crate) fn short_label_of_pattern(&self, kind: FormKind, key: &str) -> Option<&Label> {
        let last = key.chars().next_back()?;
        if !PATTERN_ENDS.contains(&last) || key.chars().nth(LONGEST_PATTERN).is_some() {
            return None;
        }
        self.label_of_pattern(key, |l| l.kinds.contains(&kind))
    }

    /// The first of the wanted labels whose pattern a text matches.
    fn label_of_pattern(&self, key: &str, wanted: impl Fn(&Label) -> bool) -> Option<&Label> {
        let label = |number: usize| self.patterned.get(number).and_then(|at| self.labels.get(*at));
        label(self.label_patterns.first(key, |number| label(number).is_some_and(&wanted))?)
    }

    fn labels_at<'a>(&'a self, numbers: &'a [usize]) -> impl Iterator<Item = &'a Label> {
        numbers.iter().filter_map(|&at| self.labels.get(at))
    }

    /// True for a text that is a label of some form, whatever its kind: of a head, of a level, or beside a table.
    pub(crate) fn knows(&self, key: &str) -> bool {
        let of_level = |h: &Hierarchy| h.levels.contains(key);
        self.by_text.contains_key(key) || self.sides.contains(key) || self.hierarchies.iter().any(of_level)
    }

    /// The label that a cell begins with, the number that it holds, and its length in characters without white space.
    pub(crate) fn prefix(&self, kind: FormKind, text: &str) -> Option<(&Label, Option<i64>, usize)> {
        let first = text.chars().next()?;
        if !self.prefix_starts.contains(&first) {
            return None;
        }
        let labels = || self.labels_at(&self.prefixes).filter(|l| l.kinds.contains(&kind));
        let starts = |l: &Label| l.starts.contains(&first) && l.kinds.contains(&kind);
        if !self.labels_at(&self.prefixes).any(starts) {
            return None;
        }
        // Prefixes are short: the head of a long text is enough.
        let head = text.char_indices().nth(LONGEST_PREFIX).map_or(text, |(end, _)| &text[..end]);
        let folded = fold(head);
        labels().find_map(|l| l.match_prefix(&folded).map(|(count, len)| (l, count, len)))
    }

    /// The form whose title a line is.
    pub(crate) fn form_of_title(&self, key: &str) -> Option<&FormDef> {
        let key = bare_key(key);
        if ![key.chars().next_back(), None].iter().any(|end| self.title_ends.contains(end)) {
            return None;
        }
        let title = |t: &String| key.strip_suffix(t.as_str()).is_some_and(is_title_start);
        self.forms
            .iter()
            .filter(|f| f.titles.iter().any(title))
            .max_by_key(|f| f.titles.iter().filter(|t| title(t)).map(String::len).max())
    }

    /// True for a sign or word that compares: ≥, 大于等于.
    pub(crate) fn is_sign(&self, key: &str) -> bool {
        self.signs.contains(key)
    }

    /// The form of a kind that no title introduces.
    pub(crate) fn unknown_form(&self, kind: FormKind) -> Option<&FormDef> {
        self.forms.iter().find(|f| f.id == UNKNOWN && f.kind == kind)
    }

    /// True for a line that numbers an annex or a table: 附件2-1, 公开14表.
    pub(crate) fn is_caption(&self, key: &str) -> bool {
        let short = !key.is_empty() && key.chars().count() <= LONGEST_CAPTION;
        short && self.captions.first(key, |_| true).is_some()
    }

    /// The scope that a cell opens: 总体绩效指标 or 年度绩效指标.
    pub(crate) fn scope(&self, key: &str) -> Option<Scope> {
        self.scopes.get(key).copied()
    }

    /// True for the label of a level of some hierarchy.
    pub(crate) fn names_level(&self, key: &str) -> bool {
        self.hierarchies.iter().any(|h| h.levels.contains(h.level_key(key)))
    }

    /// True for a label beside the whole indicator table.
    pub(crate) fn is_side(&self, key: &str) -> bool {
        self.sides.contains(key) || (key.ends_with(')') && self.sides.contains(bare_key(key)))
    }

    /// True for one or two characters of a label beside the table that runs down its rows: 绩, 效, 指, 标.
    pub(crate) fn is_side_fragment(&self, key: &str) -> bool {
        (1..=2).contains(&key.chars().count()) && self.sides.words.iter().any(|side| side.contains(key))
    }

    /// What a column holds, by its heading: as it is printed, or without marks before and brackets behind.
    pub(crate) fn column(&self, key: &str) -> Option<ColumnDef> {
        if key.is_empty() {
            return None;
        }
        let exact = |key: &str| self.columns.get(key).copied();
        let bare = || Some(bare_key(key)).filter(|bare| bare.len() < key.len());
        exact(key).or_else(|| exact(bare()?)).or_else(|| self.column_patterns.find(key))
    }

    /// What a column may hold, by a part of its heading; only other headings show that the text is one.
    pub(crate) fn vague_column(&self, key: &str) -> Option<ColumnDef> {
        self.vague_columns.find(key)
    }

    /// The hierarchy of a form; another one where more of the folded texts of its table name lower levels of that.
    pub(crate) fn hierarchy(&self, id: &str, keys: &FxHashSet<&str>) -> Option<&Hierarchy> {
        let named = |h: &Hierarchy| keys.iter().filter(|key| h.names_level(2, h.level_key(key))).count();
        let own = |h: &&Hierarchy| h.id == id;
        let ranked = self.hierarchies.iter().rev().map(|h| ((named(h), own(&h)), h));
        let best = ranked.max_by_key(|(rank, _)| *rank).filter(|((named, _), _)| *named > 0);
        best.map(|(_, h)| h).or_else(|| self.hierarchies.iter().find(own))
    }
}

/// Headings of which only a part is known come after those that are known.
const VAGUE_RANK: usize = 10_000;
/// Id of the layouts of forms that are known by their headings alone.
pub(crate) const UNKNOWN: &str = "unknown";
/// No number of an annex is longer, in characters.
const LONGEST_CAPTION: usize = 12;
/// Labels that patterns describe are short and end with one of few characters; most texts are told from them by that.
const LONGEST_PATTERN: usize = 16;
const PATTERN_ENDS: [char; 15] =
    ['额', '数', '率', '金', '款', '入', '算', '析', '施', '案', '见', '议', '论', '题', '项'];

/// Brackets that may close a label.
const CLOSING_BRACKETS: [char; 3] = [')', ']', '】'];

/// No label at the head of a cell is longer.
const LONGEST_PREFIX: usize = 40;

impl FormDef {
    fn folded(mut self) -> Self {
        self.titles = self.titles.iter().map(|t| label_key(t)).collect();
        self
    }
}

/// A title may begin with a place, a year or a kind, but is no sentence and no numbered entry of a list.
fn is_title_start(before: &str) -> bool {
    before.chars().count() <= 40 && !before.contains(['。', '，', ',', '、', '；']) && !starts_like_entry(before)
}

fn starts_like_entry(before: &str) -> bool {
    let digits = before.chars().take_while(char::is_ascii_digit).count();
    digits > 0 && before[digits..].starts_with(['.', '．', '、'])
}

impl Label {
    fn from_entry(entry: LabelEntry, check: Check) -> Result<Self, LayoutError> {
        let kinds = match &entry.kinds {
            Some(names) => names.iter().map(|k| kind(k)).collect::<Result<_, _>>()?,
            None => FormKind::ALL.to_vec(),
        };
        entry.pattern.as_deref().map_or(Ok(()), check)?;
        let is_prefix = entry.role == LabelRole::Prefix;
        let prefixes: &[String] = if is_prefix { &entry.text } else { &[] };
        let pattern_start = entry.pattern.as_deref().filter(|_| is_prefix).map(|p| p.trim_start_matches('^'));
        let starts = prefixes.iter().map(|t| t.trim_start()).chain(pattern_start).filter_map(|t| t.chars().next());
        Ok(Self {
            starts: starts.collect(),
            kinds,
            role: entry.role,
            field: entry.field.as_deref().map(field_name).transpose()?,
            section: entry.section,
            item: entry.item,
            part: entry.part,
            cell: entry.cell,
            long: entry.long,
            count: entry.count.as_deref().map(field_name).transpose()?,
            prefixes: prefixes.iter().map(|t| fold(t).into_owned()).collect(),
            pattern: entry.pattern.map(Pattern::new),
        })
    }

    /// The number inside the prefix and the prefix' length in characters, when the folded text begins with it.
    fn match_prefix(&self, folded: &str) -> Option<(Option<i64>, usize)> {
        if let Some(found) = self.pattern.as_ref().and_then(|p| p.regex()?.captures(folded)) {
            let whole = found.get(0)?.as_str();
            let count = found.get(1).and_then(|m| m.as_str().parse().ok());
            return Some((count, whole.chars().count()));
        }
        self.prefixes.iter().find(|p| folded.starts_with(p.as_str())).map(|p| (None, p.chars().count()))
    }
}

/// The columns of a form that a label may fill; the names are those of the dataset.
const FIELD_NAMES: &[&str] = &[
    "project_name",
    "project_category",
    "department",
    "department_code",
    "implementing_unit",
    "project_attribute",
    "period_start",
    "period_end",
    "schedule",
    "overall_goal",
    "annual_goal",
    "contact",
    "phone",
    "mandate_basis",
    "functions",
    "core_functions",
    "strategic_goal",
    "annual_goals",
    "subordinate_unit_count",
    "subordinate_units",
    "included_in_form",
    "internal_department_count",
    "internal_departments",
];

fn field_name(name: &str) -> Result<&'static str, LayoutError> {
    let known = FIELD_NAMES.iter().find(|n| **n == name);
    known.copied().ok_or_else(|| LayoutError(format!("`{name}` is no column of the table forms")))
}

fn kind(name: &str) -> Result<FormKind, LayoutError> {
    Ok(match name {
        "project" => FormKind::Project,
        "department" => FormKind::Department,
        "self_evaluation" => FormKind::SelfEvaluation,
        "transfer" => FormKind::Transfer,
        _ => return Err(LayoutError(format!("`{name}` is no kind of form"))),
    })
}

fn form_kind<'de, D: serde::Deserializer<'de>>(from: D) -> Result<FormKind, D::Error> {
    kind(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

fn scope(name: &str) -> Result<Scope, LayoutError> {
    match name {
        "overall" => Ok(Scope::Overall),
        "annual" => Ok(Scope::Annual),
        _ => Err(LayoutError(format!("`{name}` is no scope: use overall or annual"))),
    }
}

fn hierarchy(entry: HierarchyEntry) -> Hierarchy {
    let groups = entry.level1.iter().flat_map(|one| one.level2.iter().map(|two| group(one, two))).collect();
    let mut hierarchy = Hierarchy { id: entry.id, groups, spellings: Default::default(), levels: Words::default() };
    hierarchy.collect_spellings();
    hierarchy
}

fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn extend_with_new(texts: &mut Vec<String>, more: &[String]) {
    for text in more {
        if !texts.contains(text) {
            texts.push(text.clone());
        }
    }
}

fn group(one: &Level1Entry, two: &Level2Entry) -> Group {
    let keys = |texts: &[String]| texts.iter().map(|t| label_key(t)).collect();
    Group { level1: keys(&one.text), level2: keys(&two.text), names: two.names.clone(), values: two.values.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_files_load() {
        let layouts = Layouts::read_builtin().unwrap();
        assert_eq!(layouts.hierarchies.len(), 2);
        assert_eq!(layouts.form_of_title(&label_key("项目绩效目标申报表")).unwrap().id, "project");
        assert_eq!(layouts.form_of_title(&label_key("部门（单位）整体支出绩效目标申报表")).unwrap().id, "department");
        assert!(layouts.form_of_title(&label_key("1. 项目绩效目标申报表")).is_none());
        assert!(layouts.form_of_title(&label_key("2023年项目支出绩效目标申报表")).is_some());
    }

    /// The patterns of a file by group, as they are written.
    fn written(file: LayoutFile) -> [Vec<String>; 4] {
        let (vague, columns): (Vec<_>, Vec<_>) = file.column.into_iter().partition(|column| column.vague);
        let labels = file.label.into_iter().filter(|label| label.role != LabelRole::Prefix);
        [
            columns.into_iter().flat_map(|column| column.pattern).collect(),
            vague.into_iter().flat_map(|column| column.pattern).collect(),
            file.caption.into_iter().flat_map(|caption| caption.pattern).collect(),
            labels.filter_map(|label| label.pattern).collect(),
        ]
    }

    #[test]
    fn what_is_built_in_matches_as_its_patterns_do() {
        let texts = "指标值 指标说明 预期2023年当年实现值 2023年目标值 本年度指标值 1-7月执行情况 7月底前完成值 \
            偏差原因分析 自评得分 全年实际完成值 实际达到 分值 评分标准 计量单位 预期目标 上年度实际实现值 \
            附件2-1 附二: 表3 公开14表 2023年度财政预算金额 年度总金额 其中:1.市级财政拨款 \
            其中:当年一般公共预算拨款 全年预计执行率 未完成原因分析 存在的主要问题 3个问题 \
            其他需要说明的事项 数量x";
        let texts: Vec<&str> = texts.split(' ').chain([""]).collect();
        let files: Vec<LayoutFile> = serde_json::from_str(BUILTIN).unwrap();
        let by_file: Vec<[Vec<String>; 4]> = files.into_iter().map(written).collect();
        for (group, patterns) in Layouts::read_builtin().unwrap().patterns().into_iter().enumerate() {
            let written: Vec<&String> = by_file.iter().flat_map(|groups| &groups[group]).collect();
            for (number, text) in written.iter().enumerate() {
                let regex = regex::Regex::new(text).unwrap();
                for sample in &texts {
                    let found = patterns.first(sample, |wanted| wanted == number).is_some();
                    assert_eq!(found, regex.is_match(sample), "{text} in {sample}");
                }
                assert!(texts.iter().any(|sample| regex.is_match(sample)), "no text for {text}");
            }
            assert!(patterns.first("附件1", |number| number >= written.len()).is_none());
        }
    }

    #[test]
    fn patterns_that_are_added_go_before_those_built_in() {
        let text = "[[label]]\nkinds = [\"project\"]\nrole = \"value\"\nfield = \"phone\"\npattern = '^年度.*金额$'\n\
                    [[caption]]\npattern = ['^续表$']\n[[column]]\nrole = \"unit\"\nvague = true\npattern = ['甲']\n";
        let (builtin, layouts) = (Layouts::builtin(), Layouts::builtin().with_extension(text).unwrap());
        let item = |layouts: &Layouts, kind, key| layouts.label(kind, None, key).map(|l| (l.field, l.item.clone()));
        let (key, project, transfer) = ("年度财政预算金额", FormKind::Project, FormKind::Transfer);
        assert_eq!(item(&layouts, project, key), Some((Some("phone"), None)));
        assert_eq!(item(&layouts, transfer, key), item(builtin, project, key));
        assert!(layouts.is_caption("续表") && layouts.is_caption("附件1") && !builtin.is_caption("续表"));
        assert_eq!(layouts.vague_column("甲得分").unwrap().role, ColumnRole::Unit);
        assert_eq!(layouts.vague_column("得分").unwrap().role, builtin.vague_column("甲得分").unwrap().role);
    }

    #[test]
    fn every_line_may_be_the_form_of_an_empty_title() {
        let text = "[[form]]\nid = \"any\"\nkind = \"project\"\nhierarchy = \"project\"\ntitles = [\"（元）\"]\n";
        let layouts = Layouts::builtin().with_extension(text).unwrap();
        assert_eq!(layouts.form_of_title("甲").unwrap().id, "any");
        assert!(Layouts::builtin().form_of_title("甲").is_none());
    }

    #[test]
    fn words_are_told_by_their_length_first() {
        let long = "长".repeat(30);
        let words: Words = ["指标".to_owned(), long.clone()].into_iter().collect();
        assert!(words.contains("指标") && words.contains(&long));
        assert!(!words.contains("目标") && !words.contains("绩效指标") && !words.contains(&"长".repeat(31)));
    }

    #[test]
    fn an_unknown_column_is_named_in_the_error() {
        let text = "[[label]]\nkinds=[\"project\"]\nrole=\"value\"\nfield=\"colour\"\ntext=[\"颜色\"]\n";
        assert!(Layouts::default().with_extension(text).unwrap_err().to_string().contains("colour"));
    }

    #[test]
    fn what_a_file_may_not_say_is_named_with_its_line() {
        let cases = [
            ("[[column]]\nrole = \"value\"\ncolour = 1\n", "line 3: unknown field `colour`"),
            ("[[hierarchy]]\nid = \"a\"\n[[hierarchy.level1]]\ntext = []\nname = []\n", "line 5: unknown field `name`"),
            ("[[side]]\ntext = [\"甲\"]\n[[sides]]\n", "line 3: unknown field `sides`"),
            ("[[label]]\nrole = \"value\"\npattern = '('\n", "`(` is no regular expression"),
            ("[[form]]\nid = \"a\"\nkind = \"project\"\nhierarchy = \"b\"\ntitles = []\n", "hierarchy `b`"),
        ];
        for (text, said) in cases {
            let error = Layouts::builtin().with_extension(text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn an_extension_goes_before_what_is_built_in() {
        let text = "
            [[label]]
            role = \"value\"
            field = \"department\"
            text = [\"项目名称\"]
            [[column]]
            role = \"unit\"
            pattern = ['^指标值.*$']
            [[column]]
            role = \"value\"
            pattern = ['^指标值.*$']
            [[hierarchy]]
            id = \"project\"
            [[hierarchy.level1]]
            text = [\"产出指标\", \"建设指标\"]
            [[hierarchy.level1.level2]]
            text = [\"数量指标\", \"规模指标\"]
            [[hierarchy.level1.level2]]
            text = [\"安全指标\"]";
        let layouts = Layouts::builtin().with_extension(text).unwrap();
        let label = layouts.label(FormKind::Project, None, "项目名称").unwrap();
        assert_eq!(label.field, Some("department"));
        assert_eq!(layouts.column("指标值12").unwrap().role, ColumnRole::Unit);
        assert_eq!(layouts.label(FormKind::Project, None, "项目类别").unwrap().field, Some("project_category"));
        let project = layouts.hierarchies.iter().find(|h| h.id == "project").unwrap();
        let of_output = project.groups.iter().filter(|g| g.level1.iter().any(|text| text == "建设指标"));
        let first = |g: &Group| g.level2[0].clone();
        assert_eq!(
            of_output.map(first).collect::<Vec<_>>(),
            ["数量指标", "质量指标", "时效指标", "成本指标", "安全指标"]
        );
        assert!(project.names_level(2, "规模指标") && project.groups[0].level2.contains(&"规模指标".to_owned()));
    }
}
