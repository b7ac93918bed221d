//! What a document says: contents, forms, amounts, indicators, tasks, staffing.
//!
//! Names and meanings are those of the data dictionary (`docs/data-dictionary.md`); the exporter turns these types
//! into columns.

use crate::{Diagnostic, Place};

/// A text with its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field<T> {
    /// The value.
    pub value: T,
    /// Where it (its first part) stands.
    pub place: Place,
}

impl<T> Field<T> {
    /// A value at a place.
    pub fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

/// The value of a named column of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// One text.
    Text(String),
    /// A list of texts: one per row, or the names of a list.
    List(Vec<String>),
    /// A count.
    Count(i64),
}

/// Kind of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FormKind {
    /// 项目绩效目标申报表 and its like: one project.
    Project,
    /// 部门（单位）整体支出绩效目标申报表: one department.
    Department,
    /// 绩效自评表: what was reached.
    SelfEvaluation,
    /// 转移支付 / 专项资金区域绩效目标表.
    Transfer,
}

impl FormKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Project, Self::Department, Self::SelfEvaluation, Self::Transfer];

    /// The name in the dataset.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Department => "department",
            Self::SelfEvaluation => "self_evaluation",
            Self::Transfer => "transfer",
        }
    }
}

/// Which table of a form an indicator stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// 总体绩效指标.
    Overall,
    /// 年度绩效指标.
    Annual,
}

impl Scope {
    /// The name in the dataset.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overall => "overall",
            Self::Annual => "annual",
        }
    }
}

/// How far the reading of an indicator is what was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Status {
    /// The row's own cells say all of it.
    #[default]
    AsPrinted,
    /// Something was joined, moved or carried over; the repairs say what.
    Repaired,
    /// The evidence does not decide; the most likely reading is given.
    Uncertain,
}

impl Status {
    /// The name in the dataset.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AsPrinted => "as_printed",
            Self::Repaired => "repaired",
            Self::Uncertain => "uncertain",
        }
    }
}

/// One departure from what was printed, with what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Stable kind, `snake_case`: `joined_across_page`, `column_shift`, `label_moved`, …
    pub kind: &'static str,
    /// The column of the dataset that was repaired.
    pub field: &'static str,
    /// What was printed; `None` where nothing was.
    pub from: Option<String>,
    /// What it became; `None` where it was dropped.
    pub to: Option<String>,
    /// What speaks for it, in words.
    pub evidence: String,
}

/// An entry of the booklet's own 目录.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// 1-based section.
    pub section: Option<i64>,
    /// Title of the section.
    pub section_title: Option<String>,
    /// The entry without leader dots and page number.
    pub entry: String,
    /// The unit it names.
    pub unit: Option<String>,
    /// The project it names.
    pub project: Option<String>,
    /// The printed page number.
    pub printed_page: Option<i64>,
    /// Position of the matched form in [`Document::forms`].
    pub form: Option<usize>,
    /// Where the entry stands.
    pub place: Place,
}

/// An amount of money of a form's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// Stable name of the item: `total`, `fiscal`, …
    pub item: String,
    /// The label as printed.
    pub label: String,
    /// The amount as printed; `None` for an empty cell.
    pub raw: Option<String>,
    /// The unit as printed (万元, 元).
    pub unit: Option<String>,
    /// The amount in fen (1/100 yuan); `None` where the text is not a number.
    pub fen: Option<i128>,
    /// Where it stands.
    pub place: Place,
}

/// One indicator row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indicator {
    /// Which table it stands in; `None` where the form has only one.
    pub scope: Option<Scope>,
    /// 一级指标.
    pub level1: Option<String>,
    /// 二级指标.
    pub level2: Option<String>,
    /// 三级指标.
    pub level3: Option<String>,
    /// 指标值 as printed.
    pub value: Option<String>,
    /// A value found in the twin table where this row lost its own.
    pub value_suggested: Option<String>,
    /// Comparator printed in a column of its own (指标性质, 计算符号, …).
    pub comparator_cell: Option<String>,
    /// Unit printed in a column of its own (度量单位, …).
    pub unit_cell: Option<String>,
    /// Further columns that some layouts print, by their name in the dataset (`weight`, `score`, …).
    pub extra: Vec<(&'static str, String)>,
    /// How far this is what was printed.
    pub status: Status,
    /// Departures from the row as printed.
    pub repairs: Vec<Repair>,
    /// Where the row stands.
    pub place: Place,
}

/// A row of 年度主要任务.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Task {
    /// 职能.
    pub function: Option<String>,
    /// 政策或重点任务.
    pub task: Option<String>,
    /// 对应的拟安排项目.
    pub project: Option<String>,
    /// 预算资金 as printed.
    pub budget: Option<String>,
    /// 财政拨款 as printed.
    pub fiscal: Option<String>,
    /// 其他资金 as printed.
    pub other: Option<String>,
    /// The 合计 row.
    pub is_total: bool,
    /// Where the row stands.
    pub place: Place,
}

/// A row of 人员情况.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Staffing {
    /// What is counted.
    pub item: String,
    /// 上年 as printed.
    pub previous: Option<String>,
    /// 当年 as printed.
    pub current: Option<String>,
    /// Where the row stands.
    pub place: Place,
}

/// One form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Kind.
    pub kind: FormKind,
    /// Id of the layout that read it.
    pub layout: String,
    /// The title as printed.
    pub title: String,
    /// The year that the form is for.
    pub fiscal_year: Option<i16>,
    /// First page, or `None`.
    pub page_first: Option<u32>,
    /// Last page, or `None`.
    pub page_last: Option<u32>,
    /// The named columns of the contract, in the order they were met: name of the column, value.
    pub fields: Vec<(&'static str, Field<FieldValue>)>,
    /// Departures from the form's head as printed.
    pub repairs: Vec<Repair>,
    /// Labelled cells that no column is planned for: label, text.
    pub other_fields: Vec<(String, Field<String>)>,
    /// Money of the head.
    pub amounts: Vec<Amount>,
    /// Indicators.
    pub indicators: Vec<Indicator>,
    /// 年度主要任务.
    pub tasks: Vec<Task>,
    /// 人员情况.
    pub staffing: Vec<Staffing>,
    /// Where the title stands.
    pub place: Place,
}

impl Form {
    /// The value of a named column.
    pub fn field(&self, name: &str) -> Option<&FieldValue> {
        self.fields.iter().find(|(n, _)| *n == name).map(|(_, f)| &f.value)
    }

    /// The text of a named column; `None` for lists and counts.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.field(name) {
            Some(FieldValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The unit and the project by which a 目录 names the form: a department form is named by its department alone.
    pub fn unit_and_project(&self) -> (Option<&str>, Option<&str>) {
        match self.kind {
            FormKind::Department => (self.text("department"), None),
            _ => (self.text("implementing_unit").or_else(|| self.text("department")), self.text("project_name")),
        }
    }
}

/// Where a piece of the source went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// Into a field of the output.
    Field,
    /// It is a known label, heading or markup of the form.
    Label,
    /// Running head, page number or other furniture.
    Furniture,
    /// Printed twice; dropped and recorded as a repair.
    Duplicate,
    /// Nowhere: listed in `unplaced`.
    Unplaced,
}

/// One piece of the source's text and where it went. All pieces together are the whole source, white space apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// Where it went.
    pub used: Use,
}

/// Everything that was read out of one document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Number of pages; `None` where the format has none.
    pub pages: Option<u32>,
    /// Title of the booklet.
    pub title: Option<String>,
    /// Year of the booklet.
    pub fiscal_year: Option<i16>,
    /// Paragraphs before the contents and the forms.
    pub preface: Vec<Field<String>>,
    /// 目录.
    pub contents: Vec<Contents>,
    /// Forms in order.
    pub forms: Vec<Form>,
    /// How it went, and what is inconsistent in the document itself.
    pub diagnostics: Vec<Diagnostic>,
    /// Where every piece of the source went.
    pub ledger: Vec<LedgerEntry>,
    /// Some part of the file could not be read.
    pub partial: bool,
}

impl Document {
    /// The pieces that went nowhere.
    pub fn unplaced(&self) -> impl Iterator<Item = &LedgerEntry> {
        self.ledger.iter().filter(|entry| entry.used == Use::Unplaced)
    }
}
