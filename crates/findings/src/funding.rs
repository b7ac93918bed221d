//! Money of a form's head: parts against totals.

use jixiao_model::{Form, FormKind};

use crate::money::{Cell, amount, figure, tolerance, wan};
use crate::note::Notes;
use crate::period::Period;
use crate::rules::{Code, Rule};

/// Totals of a project form, with their parts: 项目资金 on the left, 年度资金申请 on the right.
const BLOCKS: [(&str, &[&str]); 2] =
    [("total", &["fiscal", "other"]), ("annual_total", &["annual_fiscal", "annual_carryover", "annual_other"])];
/// What stands behind the items of a block: nothing for the budget as it began, and in self-evaluations the budget as
/// it was changed and what was spent.
const TIMES: [&str; 3] = ["", "_adjusted", "_executed"];

/// Compares parts with totals, and the views of one budget with each other.
pub(crate) fn check(notes: &mut Notes<'_>) {
    if notes.form.kind == FormKind::Department {
        budget_views(notes);
        expenditure_kinds(notes);
        return;
    }
    for (total, parts) in BLOCKS {
        for time in TIMES {
            funding_parts(notes, total, parts, time);
        }
    }
    annual_above_total(notes);
    one_year_totals(notes);
}

fn funding_parts(notes: &mut Notes<'_>, total: &str, parts: &[&str], time: &str) {
    let form = notes.form;
    let item = |name: &str| format!("{name}{time}");
    let (Some(rule), Some(whole)) = (notes.rule(Code::FundingPartsDiffer), amount(form, &item(total))) else { return };
    let Some(stated) = whole.fen else { return };
    let parts: Vec<String> = parts.iter().map(|name| item(name)).collect();
    let cells: Vec<Cell> = parts.iter().map(|item| Cell::of(form, item)).collect();
    let figures = cells.iter().filter(|cell| cell.is_figure()).count();
    if figures == 0 || cells.contains(&Cell::Words) {
        return;
    }
    let sum: i128 = cells.iter().filter_map(|cell| cell.fen()).sum();
    // A part for which the form has no cell, or a cell that no column is planned for, may be what is missing.
    let may_be_elsewhere = || cells.contains(&Cell::Absent) || has_other_money(form, rule);
    if (sum - stated).abs() <= tolerance(rule, figures) || (sum < stated && may_be_elsewhere()) {
        return;
    }
    let message = format!(
        "{} is {}, its parts come to {}: {}; the difference is {}",
        whole.label,
        wan(stated),
        wan(sum),
        listed(form, &parts),
        wan(sum - stated)
    );
    notes.add(rule, whole.place, message);
}

/// True where the head has a figure under a label of money that no column is planned for (自有资金, 事业收入).
fn has_other_money(form: &Form, rule: &Rule) -> bool {
    let names_money = |label: &str| rule.words.iter().flatten().any(|word| label.contains(word.as_str()));
    form.other_fields.iter().any(|(label, field)| names_money(label) && Cell::of_task(Some(&field.value)).is_figure())
}

/// The parts by their labels: `财政资金 20.00万元, 其他资金 empty`.
fn listed(form: &Form, items: &[impl AsRef<str>]) -> String {
    let shown = |item: &_| {
        let amount = amount(form, AsRef::as_ref(item))?;
        let label = amount.label.strip_prefix("其中").unwrap_or(&amount.label).trim_start_matches(['：', ':', ' ']);
        Some(format!("{label} {}", amount.fen.map_or_else(|| "empty".to_owned(), wan)))
    };
    items.iter().filter_map(shown).collect::<Vec<_>>().join(", ")
}

fn annual_above_total(notes: &mut Notes<'_>) {
    let (form, code) = (notes.form, Code::AnnualAboveTotal);
    let (Some(rule), Some(total), Some(annual)) =
        (notes.rule(code), figure(form, "total"), amount(form, "annual_total"))
    else {
        return;
    };
    if let Some(year) = annual.fen.filter(|year| year - total > tolerance(rule, 1)) {
        let message = format!("{} is {}, more than the total of the project, {}", annual.label, wan(year), wan(total));
        notes.add(rule, annual.place, message);
    }
}

/// A project that lasts one year needs no other money than that of its year.
fn one_year_totals(notes: &mut Notes<'_>) {
    let (form, code) = (notes.form, Code::OneYearTotalsDiffer);
    let (Some(rule), Some(total), Some(annual)) =
        (notes.rule(code), amount(form, "total"), amount(form, "annual_total"))
    else {
        return;
    };
    let (Some(whole), Some(year), Some(period)) = (total.fen, annual.fen, Period::of(form)) else { return };
    // More for the year than in all is a finding of its own.
    if period.is_one_year() && whole - year > tolerance(rule, 1) {
        let message = format!(
            "the project lasts one year ({}), but {} is {} and {} is {}: {} less",
            period.first,
            total.label,
            wan(whole),
            annual.label,
            wan(year),
            wan(whole - year)
        );
        notes.add(rule, annual.place, message);
    }
}

/// What a view of the budget comes to; `None` where it has no figure, or words.
fn view(form: &Form, items: [&str; 2]) -> Option<(i128, usize)> {
    let cells = items.map(|item| Cell::of(form, item));
    let figures = cells.iter().filter(|cell| cell.is_figure()).count();
    let known = figures > 0 && !cells.contains(&Cell::Words) && !cells.contains(&Cell::Absent);
    known.then(|| (cells.iter().filter_map(|cell| cell.fen()).sum(), figures))
}

/// 按支出类型分 and 按来源类型分 are two views of the same money.
fn budget_views(notes: &mut Notes<'_>) {
    let (types, sources) = (["basic", "project"], ["fiscal", "other"]);
    let form = notes.form;
    let (Some(rule), Some(first)) = (notes.rule(Code::BudgetViewsDiffer), amount(form, "basic")) else { return };
    let (Some((by_type, a)), Some((by_source, b))) = (view(form, types), view(form, sources)) else { return };
    if (by_type - by_source).abs() <= tolerance(rule, a + b) {
        return;
    }
    let message = format!(
        "按支出类型分 comes to {} ({}), 按来源类型分 to {} ({})",
        wan(by_type),
        listed(form, &types),
        wan(by_source),
        listed(form, &sources)
    );
    notes.add(rule, first.place, message);
}

/// 按支出性质分 divides either the project spending or all spending; forms are filled in both ways.
fn expenditure_kinds(notes: &mut Notes<'_>) {
    let kinds = ["operating", "special"];
    let form = notes.form;
    let (Some(rule), Some(first)) = (notes.rule(Code::ExpenditureKindsDiffer), amount(form, "operating")) else {
        return;
    };
    let (Some((by_kind, a)), Some((all, b))) = (view(form, kinds), view(form, ["basic", "project"])) else { return };
    let project = Cell::of(form, "project").fen().unwrap_or(0);
    let fits = |whole: i128| (by_kind - whole).abs() <= tolerance(rule, a + b);
    if fits(project) || fits(all) {
        return;
    }
    let message = format!(
        "按支出性质分 comes to {} ({}), which is neither 项目支出 nor all spending ({})",
        wan(by_kind),
        listed(form, &kinds),
        listed(form, &["basic", "project"])
    );
    notes.add(rule, first.place, message);
}
