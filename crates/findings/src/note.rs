//! Findings while they are collected.

use jixiao_model::{Diagnostic, Form, Indicator, Place, Scope};
use jixiao_names::fold;
use jixiao_normalizer::{Enriched, Value};

use crate::rules::{Code, Rule, Rules};

/// A form with what its cells say, and the findings about it.
pub(crate) struct Notes<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) form: &'a Form,
    /// 1-based.
    ordinal: usize,
    rows: Vec<Row<'a>>,
    pub(crate) found: Vec<Diagnostic>,
}

/// An indicator with what its value says.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    /// Position in the form.
    pub(crate) at: usize,
    pub(crate) indicator: &'a Indicator,
    /// The name, folded.
    pub(crate) folded: &'a str,
    /// `None` where the value is lost.
    pub(crate) read: Option<&'a Enriched>,
}

impl<'a> Row<'a> {
    pub(crate) fn value(&self) -> Option<&'a Value> {
        self.read.map(|read| &*read.value)
    }

    /// The name as printed.
    pub(crate) fn name(&self) -> &'a str {
        self.indicator.level3.as_deref().unwrap_or_default()
    }

    /// The value as printed.
    pub(crate) fn printed(&self) -> &'a str {
        self.indicator.value.as_deref().unwrap_or_default()
    }

    /// `总体 ` or `年度 ` before what is said of one of two tables.
    pub(crate) fn table(&self) -> &'static str {
        scope_name(self.indicator.scope)
    }
}

/// The names of a form's indicators, folded: every rule that asks for names asks for these.
pub(crate) fn folded_names(form: &Form) -> Vec<String> {
    form.indicators.iter().map(|indicator| indicator.level3.as_deref().map(fold).unwrap_or_default()).collect()
}

/// What people call the table of a scope.
pub(crate) fn scope_name(scope: Option<Scope>) -> &'static str {
    match scope {
        Some(Scope::Overall) => "总体",
        Some(Scope::Annual) => "年度",
        None => "",
    }
}

impl<'a> Notes<'a> {
    /// `values` are those of the form's indicators, in their order, and `names` their folded names.
    pub(crate) fn new(
        rules: &'a Rules,
        form: &'a Form,
        position: usize,
        values: &'a [Option<Enriched>],
        names: &'a [String],
    ) -> Self {
        let read = |at: usize| values.get(at).and_then(Option::as_ref);
        let rows = form.indicators.iter().zip(names).enumerate();
        let rows = rows.map(|(at, (indicator, folded))| Row { at, indicator, folded, read: read(at) });
        Self { rules, form, ordinal: position + 1, rows: rows.collect(), found: Vec::new() }
    }

    /// The indicators.
    pub(crate) fn rows(&self) -> Vec<Row<'a>> {
        self.rows.clone()
    }

    /// The indicators of one table.
    pub(crate) fn table(&self, scope: Scope) -> Vec<Row<'a>> {
        self.rows.iter().copied().filter(|row| row.indicator.scope == Some(scope)).collect()
    }

    /// The rule of a code; `None` where it is switched off.
    pub(crate) fn rule(&self, code: Code) -> Option<&'a Rule> {
        self.rules.get(code)
    }

    /// Adds a finding about the form.
    pub(crate) fn add(&mut self, rule: &Rule, place: Place, message: String) {
        let mut finding = finding(rule, place, message);
        finding.form = Some(self.ordinal);
        self.found.push(finding);
    }

    /// Adds a finding about an indicator, unless its name is exempt.
    pub(crate) fn add_row(&mut self, rule: &Rule, row: Row<'_>, message: String) {
        if rule.exempts(row.folded) {
            return;
        }
        self.add(rule, row.indicator.place, message);
        if let Some(finding) = self.found.last_mut() {
            finding.indicator = Some(row.at);
        }
    }
}

/// A finding of a rule, not yet about a form.
pub(crate) fn finding(rule: &Rule, place: Place, message: String) -> Diagnostic {
    Diagnostic::new(rule.code.as_str(), rule.severity, message, place)
}
