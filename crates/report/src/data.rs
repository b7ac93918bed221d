//! The records of a document as the data that the script of a report reads.
//!
//! Keys are left out where nothing is there. Numbers of forms and rows are positions in their lists.

use jixiao_exporter::column::{Cell, RepairRow};
use jixiao_exporter::schema::{AmountRow, DiagnosticRow, FormRow, IndicatorRow, Row, StaffingRow, TaskRow};
use jixiao_exporter::{CompactJson, DocumentRecords, FormObject};
use serde::Serialize;

use crate::view::{PageView, Shown, View};

#[derive(Serialize)]
pub(crate) struct Data<'a> {
    format: &'static str,
    document: DocumentData<'a>,
    forms: Vec<FormData<'a>>,
    findings: Vec<Finding<'a>>,
    unplaced: Vec<UnplacedText<'a>>,
    contents: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pages: Vec<PageData>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    lines: &'a [String],
}

#[derive(Serialize)]
struct DocumentData<'a> {
    title: Option<&'a str>,
    file: &'a str,
    year: Option<i16>,
    status: &'a str,
    message: Option<&'a str>,
    forms: i32,
    indicators: i32,
}

#[derive(Serialize)]
struct FormData<'a> {
    ordinal: i32,
    kind: &'a str,
    name: &'a str,
    unit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    /// Label and text of each cell of the head.
    fields: Vec<(String, String)>,
    #[serde(skip_serializing_if = "<[RepairRow]>::is_empty")]
    repairs: &'a [RepairRow],
    rows: Vec<RowData<'a>>,
}

/// A row of a form, of whatever table.
#[derive(Default, Serialize)]
struct RowData<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level1: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level2: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggested: Option<&'a str>,
    /// What the value says, in short.
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    #[serde(skip_serializing_if = "<[RepairRow]>::is_empty")]
    repairs: &'a [RepairRow],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    flags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    parsed: Option<&'a CompactJson>,
    /// Further cells: label and text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more: Vec<(&'static str, &'a str)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
}

#[derive(Serialize)]
struct UnplacedText<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
}

#[derive(Serialize)]
struct Entry<'a> {
    text: &'a str,
    page: Option<i32>,
    form: Option<usize>,
}

#[derive(Serialize)]
struct PageData {
    number: u32,
    width: f64,
    height: f64,
    mode: &'static str,
}

/// Where a row stands: page, line, and box in points.
#[derive(Serialize)]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    l: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    b: Option<[f64; 4]>,
}

/// The place of any record with columns of provenance.
macro_rules! place {
    ($row:expr) => {
        place_of(($row).page, ($row).line, [($row).x0, ($row).y0, ($row).x1, ($row).y1])
    };
}

fn place_of(page: Option<i32>, line: Option<i32>, edges: [Option<f64>; 4]) -> Option<Place> {
    let tenth = |edge: f64| (edge * 10.0).round() / 10.0;
    let b = match edges {
        [Some(x0), Some(y0), Some(x1), Some(y1)] => Some([x0, y0, x1, y1].map(tenth)),
        _ => None,
    };
    (page.is_some() || line.is_some()).then_some(Place { p: page, l: line, b })
}

/// The data of a report.
pub(crate) fn data<'a>(records: &'a DocumentRecords, view: &'a View) -> Data<'a> {
    let row = &records.document.row;
    let position =
        |id: Option<&String>| id.and_then(|id| records.forms.iter().position(|form| &form.row.form_id == id));
    let entry = |entry: &'a jixiao_exporter::schema::ContentsRow| Entry {
        text: &entry.entry,
        page: entry.printed_page,
        form: position(entry.form_id.as_ref()),
    };
    let (format, pages, lines) = match view {
        View::Pages(pages) => ("pdf", pages.iter().map(page).collect(), &[][..]),
        View::Lines(lines) => ("text", Vec::new(), &lines[..]),
    };
    Data {
        format,
        document: DocumentData {
            title: row.title.as_deref(),
            file: &row.file_name,
            year: row.fiscal_year,
            status: &row.status,
            message: row.message.as_deref(),
            forms: row.form_count,
            indicators: row.indicator_count,
        },
        forms: records.forms.iter().map(form).collect(),
        findings: records.diagnostics.iter().map(|finding| self::finding(finding, records)).collect(),
        unplaced: records.unplaced.iter().map(unplaced).collect(),
        contents: records.contents.iter().map(entry).collect(),
        pages,
        lines,
    }
}

fn page(page: &PageView) -> PageData {
    let mode = match page.shown {
        Shown::Picture(_) => "picture",
        Shown::Drawn(_) => "drawn",
        Shown::Nothing => "none",
    };
    PageData { number: page.number, width: page.width, height: page.height, mode }
}

fn form(form: &FormObject) -> FormData<'_> {
    let row = &form.row;
    let amounts = form.amounts.iter().map(amount);
    let indicators = form.indicators.iter().map(indicator);
    let tasks = form.tasks.iter().map(task);
    let counts = form.staffing.iter().map(staffing);
    let department = row.department.as_deref();
    FormData {
        ordinal: row.ordinal,
        kind: &row.kind,
        name: row.project_name.as_deref().or(department).unwrap_or(&row.title),
        unit: row.project_name.as_ref().and_then(|_| row.implementing_unit.as_deref().or(department)),
        place: place!(row),
        fields: fields(row),
        repairs: &row.repairs,
        rows: indicators.chain(amounts).chain(tasks).chain(counts).collect(),
    }
}

/// Columns of a form that the report tells elsewhere.
const NOT_FIELDS: [&str; 14] = [
    "form_id",
    "document_id",
    "ordinal",
    "kind",
    "layout",
    "page_first",
    "page_last",
    "repairs",
    "page",
    "x0",
    "y0",
    "x1",
    "y1",
    "line",
];

/// The cells of a form's head: label and text.
fn fields(row: &FormRow) -> Vec<(String, String)> {
    let columns = FormRow::TABLE.columns.iter().zip(row.cells());
    let told = columns.filter(|(column, _)| !NOT_FIELDS.contains(&column.name));
    told.flat_map(|(column, cell)| match cell {
        Cell::Labelled(fields) => fields.iter().map(|(label, text)| (label.to_owned(), text.to_owned())).collect(),
        Cell::Texts(texts) => vec![(column.title.to_owned(), texts.join("\n"))],
        cell => cell.flat().map(|text| (column.title.to_owned(), text)).into_iter().collect(),
    })
    .collect()
}

fn amount(row: &AmountRow) -> RowData<'_> {
    let unit = row.unit_raw.as_deref().unwrap_or_default();
    RowData {
        kind: "amount",
        name: Some(&row.label),
        value: row.amount_raw.as_ref().map(|raw| format!("{raw}{unit}")),
        meaning: row.amount_yuan.map(|yuan| format!("{yuan} CNY")),
        place: place!(row),
        ..RowData::default()
    }
}

fn indicator(row: &IndicatorRow) -> RowData<'_> {
    let extra = [
        ("权重", &row.weight),
        ("实际完成值", &row.actual_value_raw),
        ("得分", &row.score),
        ("指标解释", &row.explanation),
        ("偏差原因", &row.deviation_reason),
        ("评分标准", &row.standard),
    ];
    RowData {
        kind: "indicator",
        id: Some(&row.indicator_id),
        scope: row.scope.as_deref(),
        level1: row.level1.as_deref(),
        level2: row.level2.as_deref(),
        name: row.level3.as_deref(),
        value: row.value_raw.clone(),
        suggested: row.value_suggested.as_deref(),
        meaning: meaning(row),
        status: Some(&row.status),
        repairs: &row.repairs,
        flags: &row.flags,
        parsed: row.value_parsed.as_ref(),
        more: extra.into_iter().filter_map(|(label, text)| Some((label, text.as_deref()?))).collect(),
        place: place!(row),
    }
}

/// What a value says in short: `≥ 40000 {篇}`, `20 – 30 {人}`, `≤ 2023-12-31`; nothing for words.
fn meaning(row: &IndicatorRow) -> Option<String> {
    let unit = row.unit.as_deref().or(row.inferred_unit.as_deref()).unwrap_or_default();
    let sign = match row.comparator.as_deref() {
        Some("ge") => "≥",
        Some("le") => "≤",
        Some("gt") => ">",
        Some("lt") => "<",
        Some("eq") => "=",
        Some("approx") => "≈",
        _ => "",
    };
    let date = row.resolved_date.as_ref().or(row.date.as_ref());
    let core = match (&row.value_exact, &row.lower_exact, &row.upper_exact, date) {
        (Some(value), ..) => format!("{sign} {value} {unit}"),
        (None, None, None, Some(date)) => format!("{sign} {date}"),
        (None, None, None, None) => match (&row.period_start, &row.period_end) {
            (None, None) => return None,
            (start, end) => format!("{} – {}", start.as_deref().unwrap_or("…"), end.as_deref().unwrap_or("…")),
        },
        (None, lower, upper, _) => {
            format!("{} – {} {unit}", lower.as_deref().unwrap_or("…"), upper.as_deref().unwrap_or("…"))
        }
    };
    Some(core.trim().to_owned())
}

fn task(row: &TaskRow) -> RowData<'_> {
    let names = [&row.project, &row.task, &row.function].map(Option::as_deref);
    let labels = ["对应的拟安排项目", "政策或重点任务", "职能"];
    let first = names.iter().position(Option::is_some);
    let others = (0..names.len()).filter(|at| Some(*at) != first);
    let money = [("财政拨款", row.fiscal_raw.as_deref()), ("其他资金", row.other_raw.as_deref())];
    let more = others.map(|at| (labels[at], names[at])).chain(money);
    RowData {
        kind: "task",
        name: first.and_then(|at| names[at]),
        value: row.budget_raw.as_ref().map(|raw| format!("{raw}万元")),
        more: more.filter_map(|(label, text)| Some((label, text?))).collect(),
        place: place!(row),
        ..RowData::default()
    }
}

fn staffing(row: &StaffingRow) -> RowData<'_> {
    RowData {
        kind: "staffing",
        name: Some(&row.item),
        value: row.current_raw.clone(),
        more: row.previous_raw.iter().map(|previous| ("上年", previous.as_str())).collect(),
        place: place!(row),
        ..RowData::default()
    }
}

fn finding<'a>(row: &'a DiagnosticRow, records: &'a DocumentRecords) -> Finding<'a> {
    let form = records.forms.iter().position(|form| Some(&form.row.form_id) == row.form_id.as_ref());
    let in_form = |form: usize| {
        let rows = &records.forms[form].indicators;
        rows.iter().position(|indicator| Some(&indicator.indicator_id) == row.indicator_id.as_ref())
    };
    let (code, severity, message) = (&row.code, &row.severity, &row.message);
    Finding { code, severity, message, form, row: form.and_then(in_form), place: place!(row) }
}

fn unplaced(unplaced: &jixiao_exporter::Unplaced) -> UnplacedText<'_> {
    UnplacedText { text: &unplaced.text, place: place_of(unplaced.page, unplaced.line, [None; 4]) }
}
