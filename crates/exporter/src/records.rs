//! The records of one document: what was read, as rows of the tables and as one nested JSON object.

use std::iter;
use std::mem::take;

use jixiao_model::{
    self as model, Amount, Block, Contents, Diagnostic, Document, FieldValue, Form, Indicator, LedgerEntry, Place,
    Reading, Repair, Scope, Severity, Staffing, Status, Task, Use, join_lines,
};
use jixiao_normalizer::Enriched;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::column::{Labelled, RepairRow, Yuan};
use crate::number;
use crate::schema::{
    AmountRow, CellRow, ContentsRow, DiagnosticRow, DocumentRow, FormRow, IndicatorRow, Located, Row, SCHEMA_VERSION,
    StaffingRow, Table, TaskRow,
};
use crate::values;

/// What is known of a file before it is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceInfo {
    /// Name without the folder.
    pub file_name: String,
    /// Path as it was given.
    pub source_path: String,
    /// SHA-256 of the bytes, 64 hex digits.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// `pdf`, `text`, or `None`.
    pub format: Option<&'static str>,
}

impl SourceInfo {
    /// The identity of the document: the first 16 hex digits of the hash.
    pub fn document_id(&self) -> &str {
        document_id(&self.sha256)
    }
}

/// The identity of a document whose bytes have this SHA-256.
pub fn document_id(sha256: &str) -> &str {
    sha256.get(..16).unwrap_or(sha256)
}

/// Everything that the dataset says about one document, in the shape of its JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentRecords {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The row of `documents`, and what only the JSON has.
    pub document: DocumentObject,
    /// Rows of `contents`.
    pub contents: Vec<ContentsRow>,
    /// Rows of `forms`, each with what hangs on it.
    pub forms: Vec<FormObject>,
    /// Rows of `diagnostics`.
    pub diagnostics: Vec<DiagnosticRow>,
    /// Text that went nowhere else.
    pub unplaced: Vec<Unplaced>,
    /// Rows of `cells`; left out where nobody asked for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellRow>,
}

/// The row of `documents` with the paragraphs before the forms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentObject {
    /// The row.
    #[serde(flatten)]
    pub row: DocumentRow,
    /// Paragraphs before the 目录 and the forms.
    pub preface: Vec<String>,
}

/// A row of `forms` with the rows that belong to the form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormObject {
    /// The row.
    #[serde(flatten)]
    pub row: FormRow,
    /// Rows of `amounts`.
    pub amounts: Vec<AmountRow>,
    /// Rows of `indicators`.
    pub indicators: Vec<IndicatorRow>,
    /// Rows of `tasks`.
    pub tasks: Vec<TaskRow>,
    /// Rows of `staffing`.
    pub staffing: Vec<StaffingRow>,
}

/// A text that went nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unplaced {
    /// Its page.
    pub page: Option<i32>,
    /// Its line.
    pub line: Option<i32>,
    /// The text.
    pub text: String,
}

impl DocumentRecords {
    /// Gives the memory of the records back, of several forms at a time.
    pub fn give_back(self) {
        self.forms.into_par_iter().for_each(drop);
    }

    /// The records of a document that was read; its texts move into them. `values` is what the indicators of each form
    /// say (see [`crate::ValueReader::read`]).
    pub fn new(source: &SourceInfo, document: Document, mut values: Vec<Vec<Option<Enriched>>>) -> Self {
        let id = source.document_id();
        let Document { pages, title, fiscal_year, preface, contents, forms, diagnostics, ledger, partial } = document;
        values.resize_with(forms.len(), Vec::new);
        let build = |(position, (form, values))| FormBuilder::new(id, position).build(form, values);
        let build_all = || forms.into_par_iter().zip(values).enumerate().map(build).collect::<Vec<_>>();
        // The ledger is a copy of the whole source: freeing it takes as long as building some forms.
        let keep_unplaced =
            move || ledger.into_iter().filter(|entry| entry.used == Use::Unplaced).map(unplaced).collect();
        let (done, unplaced) = rayon::join(build_all, keep_unplaced);
        let (forms, findings): (Vec<FormObject>, Vec<Vec<DiagnosticRow>>) = done.into_iter().unzip();
        let found = diagnostics.into_iter().map(|diagnostic| diagnostic_row(id, diagnostic, &forms));
        let diagnostics = found.chain(findings.into_iter().flatten()).collect();
        let row = DocumentRow { pages: pages.map(i32_of), title, fiscal_year, ..document_row(source) };
        let mut records = Self {
            schema_version: SCHEMA_VERSION,
            document: DocumentObject { row, preface: preface.into_iter().map(|paragraph| paragraph.value).collect() },
            contents: contents.into_iter().zip(1..).map(|(entry, n)| contents_row(id, n, entry)).collect(),
            forms,
            diagnostics,
            unplaced,
            cells: Vec::new(),
        };
        records.describe(partial);
        records
    }

    /// The records of a document that could not be read: its row and one diagnostic, both with the message.
    pub fn failed(source: &SourceInfo, code: &'static str, message: &str) -> Self {
        let finding = Diagnostic::new(code, Severity::Error, message, Place::default());
        let document = Document { diagnostics: vec![finding], ..Document::default() };
        Self::new(source, document, Vec::new())
    }

    /// Adds every cell of every table that was found: the audit trail.
    pub fn add_cells(&mut self, reading: &Reading) {
        let id = &self.document.row.document_id;
        let tables = reading.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        });
        self.cells = tables.zip(1..).flat_map(|(table, n)| cell_rows(id, n, table)).collect();
    }

    /// Adds a finding about the document as a whole.
    pub fn add_finding(&mut self, code: &'static str, severity: Severity, message: &str) {
        let finding = Diagnostic::new(code, severity, message, Place::default());
        let row = diagnostic_row(&self.document.row.document_id, finding, &[]);
        self.diagnostics.push(row);
        self.document.row.diagnostic_count = size(self.diagnostics.len());
    }

    /// Calls `visit` with each row of each table, table by table in the order of the dataset.
    pub fn visit_rows<'a, E>(
        &'a self,
        mut visit: impl FnMut(&'static Table, &'a dyn Row) -> Result<(), E>,
    ) -> Result<(), E> {
        visit(&DocumentRow::TABLE, &self.document.row)?;
        self.contents.iter().try_for_each(|row| visit(&ContentsRow::TABLE, row))?;
        for form in &self.forms {
            visit(&FormRow::TABLE, &form.row)?;
            form.amounts.iter().try_for_each(|row| visit(&AmountRow::TABLE, row))?;
            form.indicators.iter().try_for_each(|row| visit(&IndicatorRow::TABLE, row))?;
            form.tasks.iter().try_for_each(|row| visit(&TaskRow::TABLE, row))?;
            form.staffing.iter().try_for_each(|row| visit(&StaffingRow::TABLE, row))?;
        }
        self.diagnostics.iter().try_for_each(|row| visit(&DiagnosticRow::TABLE, row))?;
        self.cells.iter().try_for_each(|row| visit(&CellRow::TABLE, row))
    }

    /// Fills the columns of `documents` that follow from the rest.
    fn describe(&mut self, partial: bool) {
        let indicators = || self.forms.iter().flat_map(|form| &form.indicators);
        let with_status = |status: Status| size(indicators().filter(|row| row.status == status.as_str()).count());
        let (repaired, uncertain) = (with_status(Status::Repaired), with_status(Status::Uncertain));
        let indicator_count = size(indicators().count());
        let (status, message) = self.outcome(partial);
        let unplaced = self.unplaced.iter().flat_map(|entry| entry.text.chars()).filter(|c| !c.is_whitespace()).count();

        let row = &mut self.document.row;
        status.clone_into(&mut row.status);
        row.message = message;
        row.form_count = size(self.forms.len());
        row.indicator_count = indicator_count;
        row.repaired_count = repaired;
        row.uncertain_count = uncertain;
        row.diagnostic_count = size(self.diagnostics.len());
        row.unplaced_characters = unplaced as i64;
    }

    /// Status and message of the document. The first error speaks for all of them.
    fn outcome(&self, partial: bool) -> (&'static str, Option<String>) {
        let error = self.diagnostics.iter().find(|row| row.severity == Severity::Error.as_str());
        let message = error.map(|row| row.message.clone());
        if self.forms.is_empty() {
            ("failed", message.or_else(|| Some("no 绩效目标 form was found in the document".to_owned())))
        } else if partial || error.is_some() {
            ("partial", message.or_else(|| Some("a part of the document could not be read".to_owned())))
        } else {
            ("ok", None)
        }
    }
}

/// Builds the records of one form.
struct FormBuilder<'a> {
    document_id: &'a str,
    form_id: String,
    position: usize,
    findings: Vec<DiagnosticRow>,
}

impl<'a> FormBuilder<'a> {
    fn new(document_id: &'a str, position: usize) -> Self {
        Self { document_id, form_id: form_id(document_id, position), position, findings: Vec::new() }
    }

    /// The form with what hangs on it, and what is to be said of it.
    fn build(mut self, mut form: Form, values: Vec<Option<Enriched>>) -> (FormObject, Vec<DiagnosticRow>) {
        let (amounts, indicators) = (take(&mut form.amounts), take(&mut form.indicators));
        let (tasks, staffing) = (take(&mut form.tasks), take(&mut form.staffing));
        let object = FormObject {
            amounts: amounts.into_iter().map(|amount| self.amount(amount)).collect(),
            indicators: self.indicators(&form, indicators, values),
            tasks: tasks.into_iter().zip(1..).map(|(task, n)| self.task(n, task)).collect(),
            staffing: staffing.into_iter().zip(1..).map(|(item, n)| self.staffing(n, item)).collect(),
            row: self.row(form),
        };
        (object, self.findings)
    }

    fn row(&self, form: Form) -> FormRow {
        let text = |name: &str| form.text(name).map(str::to_owned);
        FormRow {
            form_id: self.form_id.clone(),
            document_id: self.document_id.to_owned(),
            ordinal: size(self.position + 1),
            kind: form.kind.as_str().to_owned(),
            fiscal_year: form.fiscal_year,
            page_first: form.page_first.map(i32_of),
            page_last: form.page_last.map(i32_of),
            project_name: text("project_name"),
            project_category: text("project_category"),
            department: text("department"),
            department_code: text("department_code"),
            implementing_unit: text("implementing_unit"),
            project_attribute: text("project_attribute"),
            period_start: text("period_start"),
            period_end: text("period_end"),
            schedule: text("schedule"),
            overall_goal: text("overall_goal"),
            annual_goal: text("annual_goal"),
            contact: text("contact"),
            phone: text("phone"),
            mandate_basis: text("mandate_basis"),
            functions: list(&form, "functions"),
            core_functions: text("core_functions"),
            strategic_goal: text("strategic_goal"),
            annual_goals: list(&form, "annual_goals"),
            subordinate_unit_count: count(&form, "subordinate_unit_count"),
            subordinate_units: list(&form, "subordinate_units"),
            included_in_form: text("included_in_form"),
            internal_department_count: count(&form, "internal_department_count"),
            internal_departments: list(&form, "internal_departments"),
            other_fields: other_fields(&form),
            repairs: repairs(form.repairs),
            layout: form.layout,
            title: form.title,
            ..FormRow::default()
        }
        .standing_at(form.place)
    }

    fn amount(&mut self, amount: Amount) -> AmountRow {
        let yuan = amount.fen.and_then(Yuan::from_fen);
        if amount.fen.is_some() && yuan.is_none() {
            self.amount_too_large(&amount);
        }
        AmountRow {
            form_id: self.form_id.clone(),
            document_id: self.document_id.to_owned(),
            item: amount.item,
            label: amount.label,
            amount_raw: amount.raw,
            unit_raw: amount.unit,
            amount_wan: yuan.map(Yuan::wan),
            amount_yuan: yuan,
            ..AmountRow::default()
        }
        .standing_at(amount.place)
    }

    fn amount_too_large(&mut self, amount: &Amount) {
        let raw = amount.raw.as_deref().unwrap_or_default();
        let message = format!("{} {raw} has more than 18 digits; only its text is kept", amount.label);
        let finding = Diagnostic::new("amount_too_large", Severity::Warning, message, amount.place);
        let mut row = diagnostic_row(self.document_id, finding, &[]);
        row.form_id = Some(self.form_id.clone());
        self.findings.push(row);
    }

    fn indicators(&self, form: &Form, indicators: Vec<Indicator>, values: Vec<Option<Enriched>>) -> Vec<IndicatorRow> {
        let (mut overall, mut annual, mut neither) = (0, 0, 0);
        let mut rows = Vec::new();
        // Rows are large: each is filled where it stays.
        rows.resize_with(indicators.len(), IndicatorRow::default);
        let values = values.into_iter().chain(iter::repeat(None));
        for ((row, mut indicator), value) in rows.iter_mut().zip(indicators).zip(values) {
            let ordinal = match indicator.scope {
                Some(Scope::Overall) => &mut overall,
                Some(Scope::Annual) => &mut annual,
                None => &mut neither,
            };
            *ordinal += 1;
            row.ordinal = *ordinal;
            let cells = (indicator.comparator_cell.take(), indicator.unit_cell.take());
            self.identify(row, form, indicator.scope);
            fill(row, indicator);
            if let Some(value) = &value {
                values::write(row, value);
            }
            values::keep_cells(row, cells);
        }
        rows
    }

    /// Fills what an indicator has of its form. Its ordinal is known.
    fn identify(&self, row: &mut IndicatorRow, form: &Form, scope: Option<Scope>) {
        row.indicator_id = indicator_id(&self.form_id, scope, row.ordinal);
        row.form_id.clone_from(&self.form_id);
        self.document_id.clone_into(&mut row.document_id);
        row.fiscal_year = form.fiscal_year;
        row.department = form.text("department").map(str::to_owned);
        row.project_name = form.text("project_name").map(str::to_owned);
        row.scope = scope.map(|scope| scope.as_str().to_owned());
    }

    fn task(&self, ordinal: i32, task: Task) -> TaskRow {
        let wan = |raw: &Option<String>| raw.as_deref().and_then(number::decimal);
        TaskRow {
            form_id: self.form_id.clone(),
            document_id: self.document_id.to_owned(),
            ordinal,
            budget_wan: wan(&task.budget),
            fiscal_wan: wan(&task.fiscal),
            other_wan: wan(&task.other),
            function: task.function,
            task: task.task,
            project: task.project,
            budget_raw: task.budget,
            fiscal_raw: task.fiscal,
            other_raw: task.other,
            is_total: task.is_total,
            ..TaskRow::default()
        }
        .standing_at(task.place)
    }

    fn staffing(&self, ordinal: i32, staffing: Staffing) -> StaffingRow {
        let count = |raw: &Option<String>| raw.as_deref().and_then(number::whole);
        StaffingRow {
            form_id: self.form_id.clone(),
            document_id: self.document_id.to_owned(),
            ordinal,
            previous: count(&staffing.previous),
            current: count(&staffing.current),
            item: staffing.item,
            previous_raw: staffing.previous,
            current_raw: staffing.current,
            ..StaffingRow::default()
        }
        .standing_at(staffing.place)
    }
}

/// Fills what an indicator has of its own, but for its parsed value.
fn fill(row: &mut IndicatorRow, indicator: Indicator) {
    for (name, text) in indicator.extra {
        if let Some(column) = extra_column(row, name) {
            column.get_or_insert(text);
        }
    }
    row.level1 = indicator.level1;
    row.level2 = indicator.level2;
    row.level3 = indicator.level3;
    row.value_raw = indicator.value;
    row.value_suggested = indicator.value_suggested;
    indicator.status.as_str().clone_into(&mut row.status);
    row.repairs = repairs(indicator.repairs);
    row.stand_at(indicator.place);
}

/// The column of its own name that only some layouts print.
fn extra_column<'a>(row: &'a mut IndicatorRow, name: &str) -> Option<&'a mut Option<String>> {
    match name {
        "weight" => Some(&mut row.weight),
        "actual_value_raw" => Some(&mut row.actual_value_raw),
        "score" => Some(&mut row.score),
        "explanation" => Some(&mut row.explanation),
        "deviation_reason" => Some(&mut row.deviation_reason),
        "standard" => Some(&mut row.standard),
        _ => None,
    }
}

fn form_id(document_id: &str, position: usize) -> String {
    format!("{document_id}-{:02}", position + 1)
}

fn indicator_id(form_id: &str, scope: Option<Scope>, ordinal: i32) -> String {
    let letter = match scope {
        Some(Scope::Overall) => "-o-",
        Some(Scope::Annual) => "-a-",
        None => "-x-",
    };
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(ordinal);
    // Three digits at least.
    let zeros = "000".get(digits.len()..).unwrap_or_default();
    let mut id = String::with_capacity(form_id.len() + letter.len() + zeros.len() + digits.len());
    for part in [form_id, letter, zeros, digits] {
        id.push_str(part);
    }
    id
}

/// The row of a document of which nothing has been read yet.
fn document_row(source: &SourceInfo) -> DocumentRow {
    DocumentRow {
        document_id: source.document_id().to_owned(),
        file_name: source.file_name.clone(),
        source_path: source.source_path.clone(),
        sha256: source.sha256.clone(),
        bytes: i64::try_from(source.bytes).unwrap_or(i64::MAX),
        format: source.format.map(str::to_owned),
        extractor_version: env!("CARGO_PKG_VERSION").to_owned(),
        ..DocumentRow::default()
    }
}

fn contents_row(document_id: &str, ordinal: i32, entry: Contents) -> ContentsRow {
    ContentsRow {
        document_id: document_id.to_owned(),
        ordinal,
        section: entry.section.and_then(|n| i32::try_from(n).ok()),
        section_title: entry.section_title,
        entry: entry.entry,
        unit: entry.unit,
        project: entry.project,
        printed_page: entry.printed_page.and_then(|n| i32::try_from(n).ok()),
        form_id: entry.form.map(|position| form_id(document_id, position)),
        ..ContentsRow::default()
    }
    .standing_at(entry.place)
}

fn diagnostic_row(document_id: &str, diagnostic: Diagnostic, forms: &[FormObject]) -> DiagnosticRow {
    let form = diagnostic.form.and_then(|ordinal| forms.get(ordinal.checked_sub(1)?));
    let indicator = form.zip(diagnostic.indicator).and_then(|(form, position)| form.indicators.get(position));
    DiagnosticRow {
        document_id: document_id.to_owned(),
        form_id: form.map(|form| form.row.form_id.clone()),
        indicator_id: indicator.map(|row| row.indicator_id.clone()),
        code: diagnostic.code.to_owned(),
        severity: diagnostic.severity.as_str().to_owned(),
        message: diagnostic.message,
        ..DiagnosticRow::default()
    }
    .standing_at(diagnostic.place)
}

fn cell_rows(document_id: &str, table_ordinal: i32, table: &model::Table) -> Vec<CellRow> {
    let row = |(cell, row_ordinal): (&model::Cell, i32)| {
        let text = join_lines(&cell.lines);
        CellRow {
            document_id: document_id.to_owned(),
            table_ordinal,
            row_ordinal,
            column_ordinal: i32::from(cell.column) + 1,
            row_span: cell.row_span.into(),
            column_span: cell.column_span.into(),
            origin: table.origin.as_str().to_owned(),
            text: Some(text).filter(|text| !text.is_empty()),
            ..CellRow::default()
        }
        .standing_at(cell.parts.first().copied().unwrap_or_default())
    };
    let cells = table.rows.iter().zip(1..).flat_map(|(row, n)| row.cells.iter().map(move |cell| (cell, n)));
    cells.map(row).collect()
}

fn unplaced(LedgerEntry { text, place, .. }: LedgerEntry) -> Unplaced {
    Unplaced { page: place.page.map(i32_of), line: place.line.map(i32_of), text }
}

fn repairs(repairs: Vec<Repair>) -> Vec<RepairRow> {
    let row = |Repair { kind, field, from, to, evidence }| RepairRow {
        kind: kind.to_owned(),
        field: field.to_owned(),
        from,
        to,
        evidence,
    };
    repairs.into_iter().map(row).collect()
}

/// A list column. A text where a list is planned is a list of one.
fn list(form: &Form, name: &str) -> Option<Vec<String>> {
    match form.field(name)? {
        FieldValue::List(texts) => Some(texts.clone()),
        FieldValue::Text(text) => Some(vec![text.clone()]),
        FieldValue::Count(_) => None,
    }
}

fn count(form: &Form, name: &str) -> Option<i32> {
    match form.field(name)? {
        FieldValue::Count(count) => i32::try_from(*count).ok(),
        FieldValue::Text(text) => number::whole(text),
        FieldValue::List(_) => None,
    }
}

/// The labelled cells without a column, and named values whose type does not fit their column: nothing is dropped.
fn other_fields(form: &Form) -> Labelled {
    let others = form.other_fields.iter().map(|(label, field)| (label.as_str(), field.value.as_str()));
    let misfits = form.fields.iter().filter_map(|(name, field)| match &field.value {
        FieldValue::Text(text) if has_no_column(form, name) => Some((*name, text.as_str())),
        _ => None,
    });
    Labelled::new(others.chain(misfits))
}

/// True for a text that is not shown in the column of its name.
fn has_no_column(form: &Form, name: &str) -> bool {
    use crate::column::Kind;
    let column = FormRow::TABLE.columns.iter().find(|column| column.name == name);
    match column.map(|column| column.kind) {
        Some(Kind::Text | Kind::Texts) => false,
        Some(Kind::Int32) => count(form, name).is_none(),
        _ => true,
    }
}

fn i32_of(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn size(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
