//! The changes for people: form by form, columns aligned by the width that characters have on a terminal.

use std::fmt::Write;

use jixiao_exporter::schema::ChangeRow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::change::Kind;
use crate::output::{Side, counts};

/// Columns that are wider than this do not push the others away.
const WIDEST: usize = 44;
/// Texts that are wider than this are cut.
const LONGEST: usize = 60;

/// The comparison as text.
pub fn to_text(before: &Side, after: &Side, changes: &[ChangeRow]) -> String {
    let mut out = heading(before, after);
    for form in changes.chunk_by(|one, other| forms_of(one) == forms_of(other)) {
        out.push('\n');
        out.push_str(&form_text(form));
    }
    out.push('\n');
    out.push_str(&summary(changes));
    out
}

fn heading(before: &Side, after: &Side) -> String {
    let cells = |sign: &str, side: &Side| {
        let years: Vec<String> = side.years.iter().map(ToString::to_string).collect();
        let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let parts = [count(side.documents, "document"), count(side.forms, "form"), count(side.indicators, "indicator")];
        vec![sign.to_owned(), side.name.clone(), years.join(", "), parts.join(", ")]
    };
    table(&[cells("---", before), cells("+++", after)], "")
}

/// The two ids name a form; rows about one form stand together.
fn forms_of(change: &ChangeRow) -> (Option<&str>, Option<&str>) {
    (change.form_id_before.as_deref(), change.form_id_after.as_deref())
}

fn form_text(changes: &[ChangeRow]) -> String {
    let Some(first) = changes.first() else { return String::new() };
    let sign = match (&first.form_id_before, &first.form_id_after) {
        (Some(_), None) => '-',
        (None, Some(_)) => '+',
        _ => '~',
    };
    let (unit, project) = (first.implementing_unit.as_ref().or(first.department.as_ref()), &first.project_name);
    let name: Vec<&str> = [unit, project.as_ref()].into_iter().flatten().map(String::as_str).collect();
    let mut out = format!("{sign} {}{}\n", name.join(" · "), form_note(first));
    let rows: Vec<Vec<String>> = changes.iter().filter(|change| !change.kind.starts_with("form_")).map(cells).collect();
    out.push_str(&table(&rows, "    "));
    out
}

fn form_note(change: &ChangeRow) -> String {
    match change.kind.as_str() {
        "form_added" => "  (form added)".to_owned(),
        "form_removed" => "  (form removed)".to_owned(),
        "form_renamed" => format!("  (was {}, {})", shown(change.before.as_ref()), fuzzy(change)),
        _ => String::new(),
    }
}

/// The cells of a row: what, where, name, texts, movement.
fn cells(change: &ChangeRow) -> Vec<String> {
    let name = shown(change.name.as_ref());
    let arrow = || format!("{} → {}", shown(change.before.as_ref()), shown(change.after.as_ref()));
    let (what, name, texts, movement) = match change.kind.as_str() {
        "money_changed" => ("money", name, arrow(), moved(change)),
        "target_changed" => ("target", name, arrow(), moved(change)),
        "indicator_moved" => ("moved", name, arrow(), String::new()),
        "indicator_added" => ("+ indicator", name, shown(change.after.as_ref()), String::new()),
        "indicator_removed" => ("- indicator", name, shown(change.before.as_ref()), String::new()),
        "task_added" => ("+ task", name, String::new(), String::new()),
        "task_removed" => ("- task", name, String::new(), String::new()),
        "indicator_renamed" | "task_renamed" => {
            ("renamed", shown(change.before.as_ref()), format!("→ {}", shown(change.after.as_ref())), fuzzy(change))
        }
        _ => ("same", name, shown(change.after.as_ref()), fuzzy(change)),
    };
    vec![what.to_owned(), place(change), name, texts, movement]
}

/// Table and level of an indicator.
fn place(change: &ChangeRow) -> String {
    let scope = match change.scope.as_deref() {
        Some("overall") => "总体",
        Some("annual") => "年度",
        _ => "",
    };
    format!("{scope} {}", change.level2.as_deref().unwrap_or_default()).trim().to_owned()
}

/// The relative change in percent, to two places; the difference where the number before is zero.
fn moved(change: &ChangeRow) -> String {
    let difference = change.difference_exact.as_deref().filter(|difference| *difference != "0");
    match (&change.relative_change, difference) {
        (Some(relative), Some(_)) => format!("{:+.2} %", 100.0 * relative),
        (None, Some(difference)) => {
            let sign = if difference.starts_with('-') { "" } else { "+" };
            format!("{sign}{difference} {}", change.unit_after.as_deref().unwrap_or_default()).trim_end().to_owned()
        }
        (_, None) => String::new(),
    }
}

fn fuzzy(change: &ChangeRow) -> String {
    change.score.map(|score| format!("fuzzy {score:.2}")).unwrap_or_default()
}

/// A text on one line, without what a terminal would obey, cut where it is long: the other formats have all of it.
fn shown(text: Option<&String>) -> String {
    let Some(text) = text else { return "(none)".to_owned() };
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.width() <= LONGEST {
        return text;
    }
    let mut width = 0;
    let fits = |c: &char| {
        width += c.width().unwrap_or(0);
        width < LONGEST
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

fn summary(changes: &[ChangeRow]) -> String {
    let counts = counts(changes);
    let told: Vec<String> =
        counts.iter().map(|(kind, count)| format!("{} {count}", kind.as_str().replace('_', " "))).collect();
    let total = changes.iter().filter(|change| change.kind != Kind::Same.as_str()).count();
    let total = match total {
        0 => "no change".to_owned(),
        1 => "1 change".to_owned(),
        _ => format!("{total} changes"),
    };
    if told.is_empty() { format!("{total}\n") } else { format!("{total}: {}\n", told.join(", ")) }
}

/// Rows whose columns begin at the same place. A wide ideograph takes two places.
fn table(rows: &[Vec<String>], indent: &str) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
        cells.filter(|width| *width <= WIDEST).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = indent.to_owned();
        for (cell, width) in row.iter().zip(&widths) {
            // Writing to a String cannot fail.
            let _ = write!(line, "{cell}{}", " ".repeat(width.saturating_sub(cell.width()) + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        let long = "绩".repeat(100);
        assert!((LONGEST - 2..=LONGEST).contains(&shown(Some(&long)).width()));
        assert_eq!(shown(Some(&"甲\n乙".to_owned())), "甲 乙");
    }

    #[test]
    fn columns_are_aligned_by_width() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let text = table(&[row(&["甲乙", "x"]), row(&["ab", "y"]), row(&["", "z"])], " ");
        assert_eq!(text, " 甲乙  x\n ab    y\n       z\n");
    }
}
