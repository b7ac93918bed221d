//! What a plain forward fill reads: labels by column, filled down.

use jixiao_model::{Form, Indicator};

/// The indicators of the form whose title is the `ordinal`-th (0-based) of the text, read by column and filled down.
pub fn filled_down(text: &str, form: &Form, ordinal: usize) -> Vec<Indicator> {
    let lines: Vec<Vec<&str>> = text.split('\n').map(|l| l.split('\t').map(str::trim).collect()).collect();
    let title = |cells: &Vec<&str>| {
        cells.len() == 1 && (cells[0] == "项目绩效目标申报表" || cells[0].starts_with("部门（单位）整体支出"))
    };
    let mut titles = 0;
    let mut scope = None;
    let mut in_table = false;
    let mut open: [Option<String>; 2] = [None, None];
    let mut indicators = Vec::new();
    for cells in &lines {
        titles += usize::from(title(cells));
        if titles != ordinal + 1 {
            continue;
        }
        let cell = |at: usize| cells.get(at).filter(|c| !c.is_empty()).map(|c| jixiao_model::clean_text(c));
        if let Some(found) = cells.iter().find_map(|c| scope_of(c, form)) {
            scope = Some(found);
            (in_table, open) = (false, [None, None]);
        } else if cells.contains(&"三级指标") {
            in_table = true;
        } else if in_table && cells.len() > 1 {
            if let Some(upper) = cell(1) {
                open = [Some(upper), None];
            }
            open[1] = cell(2).or(open[1].take());
            let [level1, level2] = open.clone();
            indicators.push(Indicator {
                scope,
                level1,
                level2,
                level3: cell(3),
                value: cell(4),
                ..Indicator::default()
            });
        }
    }
    indicators
}

fn scope_of(cell: &str, form: &Form) -> Option<jixiao_model::Scope> {
    let has_scopes = form.indicators.iter().any(|i| i.scope.is_some());
    match cell {
        "总体绩效指标" if has_scopes => Some(jixiao_model::Scope::Overall),
        "年度绩效指标" if has_scopes => Some(jixiao_model::Scope::Annual),
        _ => None,
    }
}
