//! The tables and their columns: the only list of columns in the program.
//!
//! Each table is written once, below. From that one list come the record types, the order of the keys in JSON, the
//! Arrow schema with its metadata, the Parquet, CSV and XLSX files and the data dictionary.

#![allow(rustdoc::invalid_html_tags, reason = "meanings show the parts of an identity as <document_id>")]

use jixiao_model::Place;
use serde::{Deserialize, Serialize};

use crate::column::{Cell, ColumnType, Kind, Labelled, RepairRow, Yuan};
use crate::compact::CompactJson;
use crate::json::FilledRow;

/// Version of the schema. A new nullable column leaves it; a renamed column or a changed meaning raises it.
pub const SCHEMA_VERSION: u32 = 1;

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name in every format.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Whether values can be missing.
    pub nullable: bool,
    /// 中文 title.
    pub title: &'static str,
    /// Meaning, in English.
    pub meaning: &'static str,
}

/// A table of the dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Name in every format, and of the file.
    pub name: &'static str,
    /// 中文 title.
    pub title: &'static str,
    /// What one row is.
    pub meaning: &'static str,
    /// Columns that identify a row; empty where nothing does.
    pub key: &'static [&'static str],
    /// Written on request only.
    pub optional: bool,
    /// Columns in order.
    pub columns: &'static [Column],
}

/// A record that is one row of a table.
pub trait Row: Sync {
    /// The cells, in the order of the table's columns.
    fn cells(&self) -> Vec<Cell<'_>>;

    /// Gives the cells, in the same order, to a row of JSON.
    fn fill(&self, row: &mut FilledRow<'_, '_>);
}

/// A record that says where it stands in its source.
pub(crate) trait Located: Sized {
    /// Fills the columns of provenance.
    fn stand_at(&mut self, place: Place);

    /// The record with its columns of provenance filled.
    fn standing_at(mut self, place: Place) -> Self {
        self.stand_at(place);
        self
    }
}

/// Defines a record type and its table. Columns that many tables have are named together: `document;` and `form;` are
/// the identities of what a row belongs to, `place;` stands for the columns of provenance.
macro_rules! table {
    (@columns $head:tt [$($done:tt)*] document; $($rest:tt)*) => {
        table!(@columns $head [$($done)* document_id: String, "文档编号", "The document";] $($rest)*);
    };
    (@columns $head:tt [$($done:tt)*] form; $($rest:tt)*) => {
        table!(@columns $head [$($done)* form_id: String, "表编号", "The form";] document; $($rest)*);
    };
    (@columns {$row:ident $($head:tt)*} [$($done:tt)*] place; $($rest:tt)*) => {
        impl Located for $row {
            fn stand_at(&mut self, place: Place) {
                let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
                self.page = place.page.map(number);
                [self.x0, self.y0, self.x1, self.y1] = place.area.map_or([None; 4], |area| area.points().map(Some));
                self.line = place.line.map(number);
            }
        }

        table!(@columns {$row $($head)*} [$($done)*
            page: Option<i32>, "页码", "1-based page; null for a text without form feeds";
            x0: Option<f64>, "左", "Left edge on the page as shown, in points from the top left; null for text sources";
            y0: Option<f64>, "上", "Top edge, in points";
            x1: Option<f64>, "右", "Right edge, in points";
            y1: Option<f64>, "下", "Bottom edge, in points";
            line: Option<i32>, "行号", "1-based line of the source text; null for PDFs";
        ] $($rest)*);
    };
    (@columns $head:tt [$($done:tt)*] $name:ident: $type:ty, $title:literal, $meaning:literal; $($rest:tt)*) => {
        table!(@columns $head [$($done)* $name: $type, $title, $meaning;] $($rest)*);
    };
    (@columns {$row:ident $table:ident $title:literal $meaning:literal [$($key:literal)*]}
        [$($name:ident: $type:ty, $column_title:literal, $column_meaning:literal;)*]) => {
        #[doc = concat!("A row of `", stringify!($table), "`: ", $meaning, ".")]
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        pub struct $row {
            $(#[doc = $column_meaning] pub $name: $type,)*
        }

        impl $row {
            /// The table of these rows.
            pub const TABLE: Table = Table {
                name: stringify!($table),
                title: $title,
                meaning: $meaning,
                key: &[$($key),*],
                optional: matches!(stringify!($table).as_bytes(), b"cells"),
                columns: &[$(Column {
                    name: stringify!($name),
                    kind: <$type as ColumnType>::KIND,
                    nullable: <$type as ColumnType>::NULLABLE,
                    title: $column_title,
                    meaning: $column_meaning,
                }),*],
            };
        }

        impl Row for $row {
            fn cells(&self) -> Vec<Cell<'_>> {
                vec![$(self.$name.cell()),*]
            }

            fn fill(&self, row: &mut FilledRow<'_, '_>) {
                $(row.cell(self.$name.cell());)*
            }
        }
    };
    ($row:ident, $table:ident, $title:literal, $meaning:literal, key [$($key:literal)*], { $($columns:tt)* }) => {
        table!(@columns {$row $table $title $meaning [$($key)*]} [] $($columns)*);
    };
}

table!(DocumentRow, documents, "文档", "one source file", key ["document_id"], {
    document_id: String, "文档编号", "First 16 hex digits of the SHA-256 of the file's bytes";
    file_name: String, "文件名", "Name of the file without its folder";
    source_path: String, "来源路径", "Path of the file as it was given to the program";
    sha256: String, "SHA-256", "SHA-256 of the file's bytes, in hex";
    bytes: i64, "字节数", "Size of the file in bytes";
    format: Option<String>, "格式", "Kind of file: pdf or text; null where it is neither";
    pages: Option<i32>, "页数", "Number of pages; null where the format has none";
    title: Option<String>, "标题", "Title of the booklet as printed";
    fiscal_year: Option<i16>, "预算年度", "Year of the booklet";
    status: String, "状态", "ok; partial (a part could not be read); failed (no form was read)";
    message: Option<String>, "说明", "Why the document is partial or failed";
    form_count: i32, "表数", "Number of forms read";
    indicator_count: i32, "指标数", "Number of indicators read";
    repaired_count: i32, "修复数", "Number of indicators with status repaired";
    uncertain_count: i32, "存疑数", "Number of indicators with status uncertain";
    diagnostic_count: i32, "诊断数", "Number of rows in diagnostics";
    unplaced_characters: i64, "未归位字符数", "Characters of the source that went into no field (white space not counted)";
    extractor_version: String, "程序版本", "Version of the program that read the document";
});

table!(ContentsRow, contents, "目录", "one entry of the booklet's own 目录", key ["document_id" "ordinal"], {
    document;
    ordinal: i32, "序号", "Position in the 目录, from 1";
    section: Option<i32>, "部分", "Section of the 目录, from 1";
    section_title: Option<String>, "部分标题", "Title of the section";
    entry: String, "条目", "The entry without leader dots and page number";
    unit: Option<String>, "单位", "The unit that the entry names";
    project: Option<String>, "项目", "The project that the entry names";
    printed_page: Option<i32>, "印刷页码", "The page number printed in the 目录";
    form_id: Option<String>, "对应表", "The form that the entry was matched to; null (with a diagnostic) where none was found";
    place;
});

table!(FormRow, forms, "绩效目标表", "one form", key ["form_id"], {
    form_id: String, "表编号", "<document_id>-<NN>: NN is the ordinal of the form, from 01";
    document;
    ordinal: i32, "序号", "Position of the form in the document, from 1";
    kind: String, "表类型", "project, department, self_evaluation or transfer";
    layout: String, "版式", "Id of the layout that read the form";
    title: String, "表名", "Title of the form as printed";
    fiscal_year: Option<i16>, "预算年度", "Year that the form is for";
    page_first: Option<i32>, "起始页", "First page of the form; null for a text without form feeds";
    page_last: Option<i32>, "终止页", "Last page of the form";
    project_name: Option<String>, "项目名称", "Name of the project";
    project_category: Option<String>, "项目类别", "Category of the project";
    department: Option<String>, "主管部门", "Department in charge; for a department form its own name (部门名称)";
    department_code: Option<String>, "主管部门编码", "Code of the department";
    implementing_unit: Option<String>, "项目实施单位", "Unit that carries the project out";
    project_attribute: Option<String>, "项目属性", "Attribute of the project (new, continuing, …) as printed";
    period_start: Option<String>, "项目期限起", "Begin of the project's period as printed";
    period_end: Option<String>, "项目期限止", "End of the project's period as printed";
    schedule: Option<String>, "实施期进度计划", "Plan of progress";
    overall_goal: Option<String>, "总体绩效目标", "Goal over the whole period";
    annual_goal: Option<String>, "年度绩效目标", "Goal of the year";
    contact: Option<String>, "联系人", "Contact person (department form)";
    phone: Option<String>, "联系电话", "Telephone (department form)";
    mandate_basis: Option<String>, "职能依据", "Basis of the department's mandate";
    functions: Option<Vec<String>>, "部门职能", "Functions of the department, one item a row of the form";
    core_functions: Option<String>, "本部门的核心职能", "Core functions: the text after the colon";
    strategic_goal: Option<String>, "部门战略目标", "Strategic goal of the department";
    annual_goals: Option<Vec<String>>, "年度绩效目标", "Goals of the department for the year, one item a row of the form";
    subordinate_unit_count: Option<i32>, "直属单位数", "Number of subordinate units as printed";
    subordinate_units: Option<Vec<String>>, "直属单位", "Names of the subordinate units";
    included_in_form: Option<String>, "直属单位一并纳入", "Whether the subordinate units are included in this form, as printed";
    internal_department_count: Option<i32>, "内设机构数", "Number of internal departments as printed";
    internal_departments: Option<Vec<String>>, "内设机构", "Names of the internal departments";
    repairs: Vec<RepairRow>, "修复", "Departures of the form's head from what was printed; field names the column";
    other_fields: Labelled, "其他栏目", "Every labelled cell that no column is planned for, by its label";
    place;
});

table!(AmountRow, amounts, "资金", "one amount of a form's head", key [], {
    form;
    item: String, "资金项", "Stable name of the item. Project form: total, fiscal, other, annual_total, annual_fiscal, annual_carryover, annual_other. Department form: basic, project, fiscal, other, operating, special, district_special, transfer";
    label: String, "栏目", "The label as printed";
    amount_raw: Option<String>, "金额原文", "The amount as printed; null for an empty cell";
    unit_raw: Option<String>, "单位原文", "The unit as printed (万元, 元)";
    amount_wan: Option<f64>, "金额（万元）", "The amount in 万元 (10 000 yuan), for computing and plotting";
    amount_yuan: Option<Yuan>, "金额（元）", "The amount in yuan, exact";
    place;
});

table!(IndicatorRow, indicators, "绩效指标", "one indicator of a form", key ["indicator_id"], {
    indicator_id: String, "指标编号", "<form_id>-<o|a|x>-<NNN>: o overall, a annual, x neither; NNN is the ordinal in that scope, from 001";
    form;
    fiscal_year: Option<i16>, "预算年度", "Year that the form is for (repeated from forms)";
    department: Option<String>, "主管部门", "Department (repeated from forms)";
    project_name: Option<String>, "项目名称", "Project (repeated from forms)";
    scope: Option<String>, "指标范围", "overall (总体) or annual (年度); null where the form has only one table";
    ordinal: i32, "序号", "Position in its scope, from 1";
    level1: Option<String>, "一级指标", "First level";
    level2: Option<String>, "二级指标", "Second level";
    level3: Option<String>, "三级指标", "Third level: the indicator itself";
    value_raw: Option<String>, "指标值", "The target value as printed; null where the source has none or lost it";
    value_suggested: Option<String>, "建议值", "Where the source lost the value: the value of the same indicator in the twin table";
    status: String, "状态", "as_printed, repaired (see repairs) or uncertain (the evidence does not decide)";
    repairs: Vec<RepairRow>, "修复", "Departures from the row as printed";
    place;
    value_kind: Option<String>, "值类型", "quantity, range, tolerance, ratio, date, deadline, period, frequency, compound, qualitative, reference, not_applicable or unparsed";
    comparator: Option<String>, "比较符", "eq, ge, le, gt, lt, approx or none";
    comparator_source: Option<String>, "比较符来源", "written, implied (a bare 100% is eq) or distributed (from the head of a list)";
    comparator_raw: Option<String>, "比较符原文", "The comparator as written";
    value: Option<f64>, "数值", "The number with its magnitude (万, 亿) multiplied out; 95% is 95 with unit %";
    value_exact: Option<String>, "精确数值", "The number as canonical decimal, or as a fraction in lowest terms";
    magnitude: Option<String>, "量级", "The magnitude as written (万, 亿)";
    lower: Option<f64>, "下限", "Lower bound of a range";
    lower_exact: Option<String>, "精确下限", "Lower bound as canonical decimal";
    lower_inclusive: Option<bool>, "含下限", "Whether the lower bound belongs to the range";
    upper: Option<f64>, "上限", "Upper bound of a range";
    upper_exact: Option<String>, "精确上限", "Upper bound as canonical decimal";
    upper_inclusive: Option<bool>, "含上限", "Whether the upper bound belongs to the range";
    unit_raw: Option<String>, "单位原文", "The unit as written, without the magnitude";
    unit: Option<String>, "单位代码", "Canonical code of the unit (styled after UCUM; money is ISO 4217)";
    dimension: Option<String>, "量纲", "Dimension of the unit's numerator";
    currency: Option<String>, "币种", "ISO 4217 code of money";
    date: Option<String>, "日期", "ISO 8601 date at the written precision; without a year in XSD form (--12-31)";
    date_relation: Option<String>, "时限关系", "Of a deadline: before, within, not_later_than or after";
    period_start: Option<String>, "期间起", "First day, month or year of a period";
    period_end: Option<String>, "期间止", "Last day, month or year of a period";
    recurrence: Option<String>, "周期", "ISO 8601 duration: 每季度 is P3M";
    change_direction: Option<String>, "变化方向", "increase or decrease";
    change_mode: Option<String>, "变化方式", "by (降低5%) or to (降低至5%)";
    change_basis: Option<String>, "变化基准", "What the change is measured against: 同比, 上年, 环比";
    refers_to: Option<String>, "引用", "The words that a reference names";
    qualifier: Vec<String>, "限定语", "Text of the cell beside the value, verbatim";
    flags: Vec<String>, "标记", "What to know about the reading: unit_missing, approx_over, inner_space, …";
    inferred_unit: Option<String>, "推断单位", "A unit that the cell does not print, taken from the indicator's name or twin";
    resolved_date: Option<String>, "推定日期", "The date with the year taken from the form";
    value_parsed: Option<CompactJson>, "解析结果", "The whole parsed value, with the parts of a compound";
    weight: Option<String>, "权重", "Weight as printed, in layouts that print it";
    actual_value_raw: Option<String>, "实际完成值", "Value reached as printed (self-evaluation)";
    score: Option<String>, "得分", "Score as printed (self-evaluation)";
    explanation: Option<String>, "指标解释", "Explanation as printed";
    deviation_reason: Option<String>, "偏差原因", "Reason for a deviation as printed (self-evaluation)";
    standard: Option<String>, "评分标准", "Standard of scoring as printed";
});

table!(TaskRow, tasks, "年度主要任务", "one row of 年度主要任务", key ["form_id" "ordinal"], {
    form;
    ordinal: i32, "序号", "Position in the form, from 1";
    function: Option<String>, "职能", "Function of the department";
    task: Option<String>, "政策或重点任务", "Policy or main task";
    project: Option<String>, "对应的拟安排项目", "Project planned for it";
    budget_raw: Option<String>, "预算资金原文", "Budget as printed";
    budget_wan: Option<f64>, "预算资金（万元）", "Budget in 万元";
    fiscal_raw: Option<String>, "财政拨款原文", "Fiscal appropriation as printed";
    fiscal_wan: Option<f64>, "财政拨款（万元）", "Fiscal appropriation in 万元";
    other_raw: Option<String>, "其他资金原文", "Other funds as printed";
    other_wan: Option<f64>, "其他资金（万元）", "Other funds in 万元";
    is_total: bool, "合计行", "True for the row 合计";
    place;
});

table!(StaffingRow, staffing, "人员情况", "one row of 人员情况", key ["form_id" "ordinal"], {
    form;
    ordinal: i32, "序号", "Position in the form, from 1";
    item: String, "项目", "What is counted";
    previous_raw: Option<String>, "上年原文", "Count of the previous year as printed";
    current_raw: Option<String>, "当年原文", "Count of this year as printed";
    previous: Option<i32>, "上年", "Count of the previous year; null where the text is more than a number";
    current: Option<i32>, "当年", "Count of this year; null where the text is more than a number";
    place;
});

table!(DiagnosticRow, diagnostics, "诊断", "one finding about the reading or about the document itself", key [], {
    document;
    form_id: Option<String>, "表编号", "The form that it is about";
    indicator_id: Option<String>, "指标编号", "The indicator that it is about";
    code: String, "代码", "Stable code of the finding";
    severity: String, "严重程度", "info, warning or error";
    message: String, "说明", "One sentence with the texts that it is about";
    place;
});

table!(CellRow, cells, "单元格", "one cell of a table of the source, as it was found", key ["document_id" "table_ordinal" "row_ordinal" "column_ordinal"], {
    document;
    table_ordinal: i32, "表格序号", "Position of the table in the document, from 1";
    row_ordinal: i32, "行序号", "Row in which the cell begins, from 1; a table that runs over pages is one table";
    column_ordinal: i32, "列序号", "Column in which the cell begins, from 1";
    row_span: i32, "跨行数", "Number of rows that the cell covers";
    column_span: i32, "跨列数", "Number of columns that the cell covers";
    origin: String, "来源", "How the cells are known: ruled (drawn lines), aligned (alignment of text) or delimited (a delimiter in a text)";
    text: Option<String>, "文本", "Text of the cell; null for an empty cell";
    place;
});

table!(ChangeRow, changes, "变化", "one difference between two datasets, documents or years", key ["ordinal"], {
    ordinal: i32, "序号", "Position in the comparison, from 1";
    kind: String, "变化类型", "form_added, form_removed, form_renamed, indicator_added, indicator_removed, indicator_renamed, indicator_moved (another 一级指标 or 二级指标), target_changed, money_changed, task_added, task_removed, task_renamed; with --all also same";
    matched: Option<String>, "匹配方式", "exact (the folded names are equal) or fuzzy (the names are close); null where nothing was matched";
    score: Option<f64>, "匹配分", "How close the names of a fuzzy match are: above 0, below 1";
    publisher: Option<String>, "公开单位", "The place that publishes, as the names of its units say it (省, 市, 县, 区)";
    department: Option<String>, "主管部门", "Department (of the later side, where it is there)";
    implementing_unit: Option<String>, "项目实施单位", "Unit that carries the project out (of the later side, where it is there)";
    project_name: Option<String>, "项目名称", "Project (of the later side, where it is there)";
    scope: Option<String>, "指标范围", "Of an indicator: overall (总体) or annual (年度); null where the form has only one table";
    level1: Option<String>, "一级指标", "Of an indicator: first level (of the later side, where it is there)";
    level2: Option<String>, "二级指标", "Of an indicator: second level (of the later side, where it is there)";
    name: Option<String>, "名称", "What changed: the form, the 三级指标, the amount or the task (of the later side, where it is there)";
    before: Option<String>, "变化前", "What was printed before: the name, the level, the target or the amount; null where it was not there";
    after: Option<String>, "变化后", "What is printed after";
    comparator_before: Option<String>, "变化前比较符", "Comparator of the target before";
    comparator_after: Option<String>, "变化后比较符", "Comparator of the target after";
    number_before: Option<f64>, "变化前数值", "Number of the target, or the amount in yuan, before";
    number_after: Option<f64>, "变化后数值", "The same after";
    number_before_exact: Option<String>, "变化前精确数值", "The number before as canonical decimal, or as a fraction in lowest terms";
    number_after_exact: Option<String>, "变化后精确数值", "The number after, in the same way";
    unit_before: Option<String>, "变化前单位", "Code of the unit before; one that the cell does not print is taken from inferred_unit";
    unit_after: Option<String>, "变化后单位", "Code of the unit after";
    difference_exact: Option<String>, "变化量", "number_after − number_before, exact; null where the units differ or a number is missing";
    relative_change: Option<f64>, "相对变化", "(number_after − number_before) / |number_before|: 0.25 is a quarter more; null where it has no meaning";
    relative_change_exact: Option<String>, "精确相对变化", "The relative change as canonical decimal, or as a fraction in lowest terms";
    value_before: Option<CompactJson>, "变化前解析结果", "The whole parsed target before (value_parsed)";
    value_after: Option<CompactJson>, "变化后解析结果", "The whole parsed target after";
    fiscal_year_before: Option<i16>, "变化前年度", "Year of the form before";
    fiscal_year_after: Option<i16>, "变化后年度", "Year of the form after";
    form_id_before: Option<String>, "变化前表编号", "The form before";
    form_id_after: Option<String>, "变化后表编号", "The form after";
    indicator_id_before: Option<String>, "变化前指标编号", "The indicator before";
    indicator_id_after: Option<String>, "变化后指标编号", "The indicator after";
    page_before: Option<i32>, "变化前页码", "1-based page before";
    line_before: Option<i32>, "变化前行号", "1-based line of the text before";
    page_after: Option<i32>, "变化后页码", "1-based page after";
    line_after: Option<i32>, "变化后行号", "1-based line of the text after";
});

/// Every table of a dataset, in the order in which they are documented and written.
pub const TABLES: [Table; 9] = [
    DocumentRow::TABLE,
    ContentsRow::TABLE,
    FormRow::TABLE,
    AmountRow::TABLE,
    IndicatorRow::TABLE,
    TaskRow::TABLE,
    StaffingRow::TABLE,
    DiagnosticRow::TABLE,
    CellRow::TABLE,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_ascii_snake_case_and_unique() {
        for table in TABLES.into_iter().chain([ChangeRow::TABLE]) {
            let names: BTreeSet<_> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), table.columns.len(), "{}: a column is there twice", table.name);
            let fits = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            assert!(names.iter().all(fits), "{}: {names:?}", table.name);
        }
    }

    #[test]
    fn keys_are_columns_that_are_never_missing() {
        for table in TABLES {
            for key in table.key {
                let column = table.columns.iter().find(|column| column.name == *key);
                assert!(column.is_some_and(|column| !column.nullable), "{}.{key}", table.name);
            }
        }
    }

    #[test]
    fn every_column_says_what_it_means() {
        for column in TABLES.iter().chain([&ChangeRow::TABLE]).flat_map(|table| table.columns) {
            assert!(!column.title.is_ascii() || column.title == "SHA-256", "{}", column.name);
            assert!(column.meaning.len() > 5, "{}", column.name);
        }
    }
}
