//! The example of each rule, and what is near it and no finding.

use jixiao_model::{
    Amount, Contents, Document, Field, FieldValue, Form, FormKind, Indicator, Place, Scope, Staffing, Task,
};
use jixiao_normalizer::{Context, Enriched, enrich, parse, parse_split};

use crate::findings;
use crate::rules::{Code, Rules};

/// A form of one kind for 2023 without anything in it.
fn form(kind: FormKind) -> Form {
    Form {
        kind,
        layout: "test".to_owned(),
        title: "申报表".to_owned(),
        fiscal_year: Some(2023),
        page_first: None,
        page_last: None,
        fields: Vec::new(),
        repairs: Vec::new(),
        other_fields: Vec::new(),
        amounts: Vec::new(),
        indicators: Vec::new(),
        tasks: Vec::new(),
        staffing: Vec::<Staffing>::new(),
        place: Place::default(),
    }
}

/// A project of one year.
fn project() -> Form {
    lasting(2023, 2023)
}

fn lasting(first: u16, last: u16) -> Form {
    let form = form(FormKind::Project);
    text(text(form, "period_start", &first.to_string()), "period_end", &last.to_string())
}

fn department() -> Form {
    form(FormKind::Department)
}

fn with(mut form: Form, name: &'static str, value: FieldValue) -> Form {
    form.fields.push((name, Field::new(value, Place::default())));
    form
}

fn text(form: Form, name: &'static str, value: &str) -> Form {
    with(form, name, FieldValue::Text(value.to_owned()))
}

/// An amount in hundredths of 万元; without a number an empty cell.
fn money(mut form: Form, item: &str, label: &str, hundredths: Option<i128>) -> Form {
    form.amounts.push(Amount {
        item: item.to_owned(),
        label: label.to_owned(),
        raw: hundredths.map(|number| number.to_string()),
        unit: Some("万元".to_owned()),
        fen: hundredths.map(|number| number * 10_000),
        place: Place::default(),
    });
    form
}

fn row(scope: Option<Scope>, level2: &str, name: &str, value: &str) -> Indicator {
    Indicator {
        scope,
        level2: Some(level2.to_owned()),
        level3: Some(name.to_owned()),
        value: Some(value.to_owned()).filter(|value| !value.is_empty()),
        ..Indicator::default()
    }
}

/// A form with indicators of one table, all under 数量指标.
fn rows(mut form: Form, all: &[(&str, &str)]) -> Form {
    form.indicators.extend(all.iter().map(|(name, value)| row(None, "数量指标", name, value)));
    form
}

/// A form with indicators of 总体 and 年度.
fn twins(mut form: Form, overall: &[(&str, &str)], annual: &[(&str, &str)]) -> Form {
    let table = |scope, all: &[(&str, &str)]| {
        all.iter().map(|(name, value)| row(Some(scope), "数量指标", name, value)).collect::<Vec<_>>()
    };
    form.indicators.extend(table(Scope::Overall, overall));
    form.indicators.extend(table(Scope::Annual, annual));
    form
}

fn costs(mut form: Form, scope: Scope, all: &[(&str, &str)]) -> Form {
    form.indicators.extend(all.iter().map(|(name, value)| row(Some(scope), "成本指标", name, value)));
    form
}

fn tasks(mut form: Form, all: &[(&str, [&str; 3])]) -> Form {
    let cell = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    form.tasks.extend(all.iter().map(|(project, [budget, fiscal, other])| Task {
        project: cell(project),
        budget: cell(budget),
        fiscal: cell(fiscal),
        other: cell(other),
        is_total: project.is_empty(),
        ..Task::default()
    }));
    form
}

fn contents(forms: Vec<Form>, unit: &str, project: &str, form: Option<usize>) -> Document {
    let entry = Contents {
        entry: format!("{unit}-{project}"),
        unit: Some(unit.to_owned()),
        project: Some(project.to_owned()),
        form,
        ..Contents::default()
    };
    Document { contents: vec![entry], forms, ..Document::default() }
}

fn one(form: Form) -> Document {
    Document { forms: vec![form], ..Document::default() }
}

fn read(indicator: &Indicator) -> Option<Enriched> {
    let value = indicator.value.as_ref()?;
    let value = match &indicator.unit_cell {
        Some(unit) => parse_split(jixiao_normalizer::Lexicon::builtin(), "", value, unit),
        None => parse(value),
    };
    Some(Enriched { enrichment: enrich(&value, &Context::default()), value: value.into() })
}

/// Codes and messages of all findings.
fn found(document: &Document) -> Vec<(&'static str, String)> {
    found_by(document, Rules::builtin())
}

fn found_by(document: &Document, rules: &Rules) -> Vec<(&'static str, String)> {
    let values: Vec<Vec<_>> = document.forms.iter().map(|form| form.indicators.iter().map(read).collect()).collect();
    findings(document, &values, rules).into_iter().map(|finding| (finding.code, finding.message)).collect()
}

#[track_caller]
fn silent(form: Form) {
    assert_eq!(found(&one(form)), []);
}

#[track_caller]
fn codes(form: Form, expected: &[&str]) {
    let got: Vec<&str> = found(&one(form)).iter().map(|(code, _)| *code).collect();
    assert_eq!(got, expected);
}

/// The right block: total and its three parts.
fn annual(form: Form, amounts: [Option<i128>; 4]) -> Form {
    let labels = ["年度资金申请总额", "其中：当年财政拨款", "上年结转资金", "其他资金"];
    let items = ["annual_total", "annual_fiscal", "annual_carryover", "annual_other"];
    let all = items.iter().zip(labels).zip(amounts);
    all.fold(form, |form, ((item, label), amount)| money(form, item, label, amount))
}

fn total(form: Form, hundredths: i128) -> Form {
    money(form, "total", "项目资金总额", Some(hundredths))
}

fn year_total(form: Form, hundredths: i128) -> Form {
    money(form, "annual_total", "年度资金申请总额", Some(hundredths))
}

/// 基本支出, 项目支出, 财政拨款, 其他资金, 运转类支出, 特定目标类支出.
fn budget(form: Form, amounts: [Option<i128>; 6]) -> Form {
    let labels = ["其中：基本支出", "项目支出", "其中：财政拨款", "其他资金", "运转类支出", "特定目标类支出"];
    let items = ["basic", "project", "fiscal", "other", "operating", "special"];
    let all = items.iter().zip(labels).zip(amounts);
    all.fold(form, |form, ((item, label), amount)| money(form, item, label, amount))
}

fn named(form: Form, unit: &str, project: &str) -> Form {
    text(text(form, "implementing_unit", unit), "project_name", project)
}

/// A document with the example of a rule.
fn example(code: Code) -> Document {
    one(match code {
        Code::FundingPartsDiffer => annual(project(), [Some(198_020), Some(197_020), Some(0), None]),
        Code::AnnualAboveTotal => year_total(total(project(), 10_000), 12_000),
        Code::OneYearTotalsDiffer => year_total(total(project(), 179_700), 5_000),
        Code::BudgetViewsDiffer => {
            budget(department(), [Some(154_171), None, Some(154_171), Some(2_224_369), None, None])
        }
        Code::ExpenditureKindsDiffer => {
            budget(department(), [Some(5_000), Some(11_000), Some(16_000), None, Some(2_000), Some(10_000)])
        }
        Code::TaskPartsDiffer => tasks(department(), &[("", ["4,905.04", "1,925.00", "-"])]),
        Code::TasksTotalDiffers => {
            tasks(department(), &[("甲", ["20.00", "", ""]), ("乙", ["110.00", "", ""]), ("", ["127.00", "", ""])])
        }
        Code::TasksAboveBudget => {
            let form = money(department(), "project", "项目支出", Some(193_580));
            tasks(form, &[("", ["4,905.04", "", ""])])
        }
        Code::TasksBelowBudget => {
            tasks(money(department(), "project", "项目支出", Some(23_000)), &[("", ["200.00", "", ""])])
        }
        Code::TwinValueDiffers => {
            twins(project(), &[("资金上解时间", "2022年12月30日前")], &[("资金上解时间", "2023年12月30日前")])
        }
        Code::TwinMissing => {
            twins(project(), &[("设备采购数量", "5台")], &[("设备采购数量", "5台"), ("设备采购率", "100%")])
        }
        Code::TwinNameDiffers => {
            twins(project(), &[("在乡复员退役人员生活保障率", "100%")], &[("在乡复原退役人员生活保障率", "100%")])
        }
        Code::ValueLost => {
            let mut form = twins(project(), &[("培训人数", "50人"), ("引导企业投资", "")], &[]);
            form.indicators[1].value_suggested = Some("≥1200万元".to_owned());
            form
        }
        Code::RateAboveHundred => rows(project(), &[("验收合格率", "295%")]),
        Code::RateWithoutPercent => rows(department(), &[("预算执行进度率", "≥80")]),
        Code::RateWithoutNumber => rows(project(), &[("付款及时率", "及时")]),
        Code::UnitMissing => rows(department(), &[("走访服务民营企业数", "≥50")]),
        Code::UnitContradictsName => rows(department(), &[("享受检查人数", "=850对")]),
        Code::UnitsDisagree => {
            let mut form = rows(project(), &[("总成本", "28.8万元")]);
            form.indicators[0].unit_cell = Some("%".to_owned());
            form
        }
        Code::CostAboveFunding => costs(total(project(), 10_000), Scope::Overall, &[("设备购置成本", "≤120万元")]),
        Code::CostSumAboveFunding => costs(
            year_total(project(), 10_000),
            Scope::Annual,
            &[("客户端开发成本", "≤80万元"), ("宣传片制作成本", "≤50万元")],
        ),
        Code::PlanOutsideYear => text(
            project(),
            "schedule",
            "本年度计划开始实施日期为2022年1月1日，本年项目结束日期为2022年12月31日，其中：一季度完成25%",
        ),
        Code::DeadlineOutsideYear => twins(project(), &[("资金上解时间", "2022年12月30日前")], &[]),
        Code::PeriodOutsideYear => lasting(2021, 2022),
        Code::UnitCountDiffers => {
            let names = FieldValue::List(vec!["文化馆".to_owned(), "图书馆".to_owned()]);
            with(with(department(), "subordinate_unit_count", FieldValue::Count(3)), "subordinate_units", names)
        }
        Code::ContentsWithoutForm => return contents(Vec::new(), "市审计局", "审计经费", None),
        Code::FormWithoutContents => {
            let (one, other) = (named(project(), "市审计局", "审计经费"), named(project(), "市教育局", "图书采购"));
            return contents(vec![one, other], "市教育局", "图书采购", Some(1));
        }
        Code::ContentsNameDiffers => {
            let form = named(project(), "市发展和改革局", "对口支援资金");
            return contents(vec![form], "市发展和改革委员会", "对口支援资金", Some(0));
        }
    })
}

#[test]
fn every_rule_says_what_its_example_says() {
    for rule in Rules::builtin().iter() {
        let found = found(&example(rule.code));
        let message = found.iter().find(|(code, _)| *code == rule.code.as_str()).map(|(_, message)| message);
        assert_eq!(message, Some(&rule.example), "{}: {found:?}", rule.code.as_str());
    }
}

#[test]
fn a_rule_that_is_switched_off_is_silent() {
    for rule in Rules::builtin().iter() {
        let code = rule.code.as_str();
        let rules = Rules::builtin().with_changes(&format!("[{code}]\nenabled = false\n")).unwrap();
        assert!(found_by(&example(rule.code), &rules).iter().all(|(found, _)| *found != code), "{code}");
    }
}

#[test]
fn parts_may_be_rounded_and_cells_may_be_absent() {
    silent(annual(project(), [Some(198_020), Some(198_019), Some(0), Some(0)]));
    silent(annual(project(), [Some(198_020), None, None, None]));
    let without_other = money(year_total(project(), 10_000), "annual_fiscal", "当年财政拨款", Some(8_000));
    silent(without_other.clone());
    codes(money(without_other, "annual_carryover", "上年结转资金", Some(3_000)), &["funding_parts_differ"]);
}

#[test]
fn money_of_a_project_over_years_may_differ_from_that_of_a_year() {
    silent(year_total(total(lasting(2022, 2024), 179_700), 5_000));
}

#[test]
fn both_ways_of_dividing_the_spending_are_right() {
    let of_projects = [Some(100), Some(50), Some(150), None, Some(20), Some(30)];
    let of_all = [Some(100), Some(50), Some(150), None, Some(120), Some(30)];
    silent(budget(department(), of_projects));
    silent(budget(department(), of_all));
}

#[test]
fn tasks_in_words_decide_nothing() {
    silent(tasks(department(), &[("甲", ["2,980.04", "-", "资金池预算"])]));
    silent(tasks(department(), &[("甲", ["另行安排", "", ""]), ("乙", ["20", "", ""]), ("", ["50", "", ""])]));
    silent(tasks(department(), &[("甲", ["", "", ""]), ("乙", ["20", "", ""]), ("", ["50", "", ""])]));
    let special =
        money(money(department(), "project", "项目支出", Some(13_800)), "special", "特定目标类支出", Some(12_800));
    silent(tasks(special, &[("", ["128.00", "128.00", ""])]));
}

#[test]
fn twins_agree_however_they_are_written() {
    silent(twins(
        project(),
        &[("标准", "≤1.2万元/人"), ("机制", "健 全")],
        &[("标准", "≤12000元/人"), ("机制", "健全")],
    ));
    silent(twins(lasting(2021, 2024), &[("培训人数", "300人"), ("甲", "1个")], &[("培训人数", "100人")]));
    codes(twins(project(), &[("发放及时率", "=100%")], &[("发放及时性", "及时")]), &["twin_name_differs"]);
    let repeated = [("覆盖率", "100%"), ("覆盖率", "95%")];
    silent(twins(project(), &repeated, &repeated));
}

#[test]
fn a_lost_value_is_no_difference_and_a_blank_form_has_lost_nothing() {
    codes(twins(project(), &[("甲量", ""), ("乙", "1个")], &[("甲量", "5个"), ("乙", "1个")]), &["value_lost"]);
    silent(rows(project(), &[("甲", ""), ("乙", "")]));
}

#[test]
fn rates_that_are_in_order() {
    silent(rows(
        project(),
        &[
            ("在职人员控制率", "≤100%"),
            ("年均增长率", "≥111%"),
            ("合格率", "≥0.95"),
            ("覆盖率（%）", "≥95"),
            ("满意度", "≥95分"),
            ("办事效率", "提高"),
            ("成本控制率", "≤110%"),
        ],
    ));
}

#[test]
fn numbers_that_need_no_unit_of_their_own() {
    let mut form = rows(
        project(),
        &[
            ("改造面积（万平方米）", "≥107"),
            ("事故发生数", "0"),
            ("排名", "全省前3名"),
            ("机制", "健全"),
            ("时间", "5月31日前"),
        ],
    );
    silent(form.clone());
    form.indicators =
        vec![Indicator { unit_cell: Some("人".to_owned()), ..row(None, "数量指标", "培训数量", "50") }];
    silent(form);
}

#[test]
fn brackets_after_a_name_and_the_unit_agree() {
    codes(rows(project(), &[("改造面积（亩）", "≥300平方米")]), &["unit_contradicts_name"]);
    silent(rows(project(), &[("投资（万元）", "≥300万元"), ("税收", "增长5%"), ("旅游收入", "同比增长10%")]));
}

#[test]
fn costs_that_are_in_order() {
    let form = || year_total(project(), 10_000);
    silent(costs(
        form(),
        Scope::Annual,
        &[("项目总成本", "≤100万元"), ("设备成本", "≤60万元"), ("人工成本", "≤40万元")],
    ));
    silent(costs(form(), Scope::Annual, &[("补助标准", "≤500万元/人"), ("控制率", "≤100%")]));
    codes(costs(form(), Scope::Annual, &[("设备成本", "≤101万元")]), &["cost_above_funding"]);
}

#[test]
fn plans_that_cite_or_look_back_are_in_order() {
    for schedule in [
        "根据2021年5月印发的办法执行",
        "2020年、2021年高层次人才补贴在审核后发放",
        "截至2022年12月31日已完成80%，2023年6月底前完工",
        "第一季度25%，第二季度50%",
        "按照《2022年1月方案》推进",
    ] {
        silent(text(project(), "schedule", schedule));
    }
    silent(text(lasting(2022, 2024), "schedule", "2022年3月开工，2024年5月竣工"));
    silent(text(project(), "annual_goal", "2023年计划完成107万平方米；到2025年建成体系"));
    codes(text(project(), "annual_goal", "2022年度计划完成107万平方米"), &["plan_outside_year"]);
    let no_period = Form { fields: Vec::new(), ..project() };
    silent(text(no_period.clone(), "schedule", "2022年10月启动，2023年6月完成"));
    codes(text(no_period, "schedule", "2022年10月启动"), &["plan_outside_year"]);
}

#[test]
fn deadlines_that_reach_into_the_year_are_in_order() {
    silent(rows(project(), &[("时间", "12月31日前"), ("进度", "2022年10月-2023年5月"), ("保障", "2021年至2025年")]));
    silent(rows(lasting(2022, 2024), &[("时间", "2024年5月底前")]));
    silent(rows(project(), &[("执行标准", "按2018年文件")]));
}

#[test]
fn lists_of_names_that_are_in_order() {
    let list = |names: &[&str]| FieldValue::List(names.iter().map(|name| (*name).to_owned()).collect());
    let counted = |count, names| {
        with(with(department(), "subordinate_unit_count", FieldValue::Count(count)), "subordinate_units", names)
    };
    silent(counted(2, list(&["文化馆", "图书馆"])));
    silent(counted(0, list(&[])));
    silent(counted(9, list(&["文化馆", "图书馆等"])));
    codes(counted(1, list(&[])), &["unit_count_differs"]);
}

#[test]
fn names_of_the_contents_are_folded() {
    let form = named(project(), "市 教育局", "校舍（维修）");
    assert_eq!(found(&contents(vec![form], "市教育局", "校舍(维修)", Some(0))), []);
}

#[test]
fn names_that_are_exempt_are_left_out() {
    let rules = Rules::builtin().with_changes("[unit_missing]\nexcept = [\"民营企业\"]\n").unwrap();
    let document = one(rows(department(), &[("走访民营企业数", "≥50"), ("走访学校数", "≥5")]));
    let found = found_by(&document, &rules);
    assert_eq!(found, [("unit_missing", "走访学校数: ≥5 has no unit".to_owned())]);
}
