//! The rules: one table of codes, severities and parameters, which a file of the user's can change.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jixiao_model::Severity;
use serde::Deserialize;
use toml::Spanned;

/// The rules as they come with the program: `rules.toml`, made JSON when it is built.
const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));

macro_rules! codes {
    ($($variant:ident = $code:literal),+ $(,)?) => {
        /// What a rule is called in the dataset.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Code { $($variant),+ }

        impl Code {
            /// All of them, in the order of the documentation.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable code.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }
    };
}

codes! {
    FundingPartsDiffer = "funding_parts_differ",
    AnnualAboveTotal = "annual_above_total",
    OneYearTotalsDiffer = "one_year_totals_differ",
    BudgetViewsDiffer = "budget_views_differ",
    ExpenditureKindsDiffer = "expenditure_kinds_differ",
    TaskPartsDiffer = "task_parts_differ",
    TasksTotalDiffers = "tasks_total_differs",
    TasksAboveBudget = "tasks_above_budget",
    TasksBelowBudget = "tasks_below_budget",
    TwinValueDiffers = "twin_value_differs",
    TwinMissing = "twin_missing",
    TwinNameDiffers = "twin_name_differs",
    ValueLost = "value_lost",
    RateAboveHundred = "rate_above_100",
    RateWithoutPercent = "rate_without_percent",
    RateWithoutNumber = "rate_without_number",
    UnitMissing = "unit_missing",
    UnitContradictsName = "unit_contradicts_name",
    UnitsDisagree = "units_disagree",
    CostAboveFunding = "cost_above_funding",
    CostSumAboveFunding = "cost_sum_above_funding",
    PlanOutsideYear = "plan_outside_year",
    DeadlineOutsideYear = "deadline_outside_year",
    PeriodOutsideYear = "period_outside_year",
    UnitCountDiffers = "unit_count_differs",
    ContentsWithoutForm = "contents_without_form",
    FormWithoutContents = "form_without_contents",
    ContentsNameDiffers = "contents_name_differs",
}

impl Code {
    fn named(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == code)
    }
}

/// What can be said of a rule in a file. Whatever is absent stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Entry {
    enabled: Option<bool>,
    severity: Option<Grade>,
    rounding_yuan: Option<u32>,
    similarity: Option<u8>,
    above: Option<u32>,
    words: Option<Vec<String>>,
    except: Option<Vec<String>>,
    title: Option<String>,
    meaning: Option<String>,
    example: Option<String>,
}

/// Severities that a finding can have; an error is what could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Grade {
    Info,
    Warning,
}

impl From<Grade> for Severity {
    fn from(grade: Grade) -> Self {
        match grade {
            Grade::Info => Self::Info,
            Grade::Warning => Self::Warning,
        }
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub(crate) code: Code,
    pub(crate) enabled: bool,
    pub(crate) severity: Severity,
    pub(crate) title: String,
    pub(crate) meaning: String,
    pub(crate) example: String,
    /// A printed figure may be off by this much; a sum of many by as many times.
    pub(crate) rounding_yuan: Option<u32>,
    /// Percent from which two names are taken for one.
    pub(crate) similarity: Option<u8>,
    /// Numbers above this are meant.
    pub(crate) above: Option<u32>,
    /// Words that a text must hold.
    pub(crate) words: Option<Vec<String>>,
    /// Words that exempt the text that holds them.
    pub(crate) except: Option<Vec<String>>,
}

impl Rule {
    fn new(code: Code, entry: Entry) -> Option<Self> {
        Some(Self {
            code,
            enabled: entry.enabled.unwrap_or(true),
            severity: entry.severity?.into(),
            title: entry.title?,
            meaning: entry.meaning?,
            example: entry.example?,
            rounding_yuan: entry.rounding_yuan,
            similarity: entry.similarity,
            above: entry.above,
            words: entry.words,
            except: entry.except,
        })
    }

    /// Takes over what a file says; the error is what the rule does not have.
    fn change(&mut self, entry: Entry) -> Result<(), &'static str> {
        if entry.title.is_some() || entry.meaning.is_some() || entry.example.is_some() {
            return Err("title, meaning or example of its own");
        }
        replace(&mut self.rounding_yuan, entry.rounding_yuan, "rounding_yuan")?;
        replace(&mut self.similarity, entry.similarity, "similarity")?;
        replace(&mut self.above, entry.above, "above")?;
        replace(&mut self.words, entry.words, "words")?;
        replace(&mut self.except, entry.except, "except")?;
        self.enabled = entry.enabled.unwrap_or(self.enabled);
        self.severity = entry.severity.map_or(self.severity, Severity::from);
        Ok(())
    }

    /// True where the text holds a word that exempts it.
    pub(crate) fn exempts(&self, text: &str) -> bool {
        self.except.iter().flatten().any(|word| text.contains(word.as_str()))
    }
}

/// Only a parameter that the rule has can be given another value.
fn replace<T>(own: &mut Option<T>, new: Option<T>, name: &'static str) -> Result<(), &'static str> {
    match (own.is_some(), new.is_some()) {
        (_, false) => Ok(()),
        (true, true) => {
            *own = new;
            Ok(())
        }
        (false, true) => Err(name),
    }
}

/// Which inconsistencies are looked for, and how closely.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// One for each code, in their order.
    rules: Vec<Rule>,
    changes: String,
}

/// A file of rules that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rules, line {line}: {message}")]
pub struct RulesError {
    /// 1-based line.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self::builtin().clone()
    }
}

impl Rules {
    /// The rules that come with the program, `rules.toml`.
    pub fn builtin() -> &'static Self {
        static RULES: OnceLock<Rules> = OnceLock::new();
        RULES.get_or_init(|| {
            let read = serde_json::from_str::<BTreeMap<String, Entry>>(BUILTIN);
            debug_assert!(read.is_ok(), "embedded rules: {read:?}");
            let mut entries = read.unwrap_or_default();
            let rules = Code::ALL.iter().filter_map(|code| Rule::new(*code, entries.remove(code.as_str())?)).collect();
            Self { rules, changes: String::new() }
        })
    }

    /// These rules, changed by a TOML text: one table a code, with `enabled`, `severity` and the rule's parameters.
    pub fn with_changes(&self, text: &str) -> Result<Self, RulesError> {
        let read = toml::from_str::<BTreeMap<Spanned<String>, Entry>>(text);
        let changes = read.map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            RulesError { line: line_of(text, start), message: error.message().trim().to_owned() }
        })?;
        let mut rules = self.clone();
        for (code, entry) in changes {
            let refuse = |message: String| RulesError { line: line_of(text, code.span().start), message };
            let name = code.get_ref();
            let rule = Code::named(name).and_then(|code| rules.rules.iter_mut().find(|rule| rule.code == code));
            let Some(rule) = rule else { return Err(refuse(unknown(name))) };
            rule.change(entry).map_err(|what| refuse(format!("the rule {name} has no {what}")))?;
        }
        text.clone_into(&mut rules.changes);
        Ok(rules)
    }

    /// Names the rules: two sets with the same name find the same.
    pub fn fingerprint(&self) -> &str {
        &self.changes
    }

    /// The rule of a code; `None` where it is switched off.
    pub(crate) fn get(&self, code: Code) -> Option<&Rule> {
        self.rules.get(code as usize).filter(|rule| rule.code == code && rule.enabled)
    }

    /// Every rule, in the order of the documentation.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }
}

fn unknown(name: &str) -> String {
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    format!("there is no rule {name}; the rules are {}", known.join(", "))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        Rules::builtin().with_changes(text).unwrap_err().to_string()
    }

    #[test]
    fn every_code_has_a_rule_and_every_rule_a_code() {
        let entries: BTreeMap<String, Entry> = serde_json::from_str(BUILTIN).unwrap();
        for name in entries.keys() {
            assert!(Code::named(name).is_some(), "{name} has no code");
        }
        let missing: Vec<_> = Code::ALL.iter().filter(|code| Rules::builtin().get(**code).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn a_file_switches_and_tunes() {
        let changes = "[unit_missing]\nenabled = false\n\n[twin_missing]\nseverity = \"warning\"\n\
                       [tasks_total_differs]\nrounding_yuan = 5000\n";
        let rules = Rules::builtin().with_changes(changes).unwrap();
        assert!(rules.get(Code::UnitMissing).is_none());
        assert_eq!(rules.get(Code::TwinMissing).unwrap().severity, Severity::Warning);
        assert_eq!(rules.get(Code::TasksTotalDiffers).unwrap().rounding_yuan, Some(5000));
        assert_eq!(rules.get(Code::ValueLost), Rules::builtin().get(Code::ValueLost));
        assert_ne!(rules.fingerprint(), Rules::builtin().fingerprint());
    }

    #[test]
    fn what_a_file_cannot_say_is_refused_with_its_line() {
        assert!(
            refusal("\n[value_losst]\n").starts_with("rules, line 2: there is no rule value_losst; the rules are ")
        );
        assert!(refusal("[value_lost]\nenabeld = true\n").starts_with("rules, line 2: unknown field `enabeld`"));
        assert!(refusal("[value_lost]\nseverity = \"error\"\n").contains("line 2: unknown variant `error`"));
        assert_eq!(refusal("[value_lost]\nabove = 3\n"), "rules, line 1: the rule value_lost has no above");
        assert!(refusal("[value_lost]\ntitle = \"x\"\n").contains("of its own"));
        assert!(refusal("[value_lost\n").starts_with("rules, line 1"));
    }
}
