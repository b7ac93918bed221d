//! Plans, deadlines and periods outside the year of the form.

use jixiao_model::{FieldValue, Form, Place, Scope};
use jixiao_normalizer::{Kind, Value};

use crate::note::Notes;
use crate::period::{Period, Years, years};
use crate::rules::{Code, Rule};

pub(crate) fn check(notes: &mut Notes<'_>) {
    let Some(years) = Years::of(notes.form) else { return };
    period(notes, years);
    deadlines(notes, years);
    plans(notes, years);
}

/// 项目期限 that leaves out the form's year.
fn period(notes: &mut Notes<'_>, years: Years) {
    let (Some(rule), Some(period)) = (notes.rule(Code::PeriodOutsideYear), years.period) else { return };
    let Period { first, last } = period;
    let message = if first > last {
        format!("项目期限 ends ({last}) before it begins ({first})")
    } else if period.holds(years.fiscal) {
        return;
    } else {
        format!("项目期限 is {first}–{last}, but the form is for {}", years.fiscal)
    };
    let place = notes.form.fields.iter().find(|(name, _)| *name == "period_start").map(|(_, field)| field.place);
    notes.add(rule, place.unwrap_or_default(), message);
}

/// Dates of indicators that lie outside with their written year.
fn deadlines(notes: &mut Notes<'_>, years: Years) {
    let Some(rule) = notes.rule(Code::DeadlineOutsideYear) else { return };
    for row in notes.rows() {
        let mut named = Vec::new();
        row.value().into_iter().for_each(|value| add_years(value, &mut named));
        if named.is_empty() || rule.exempts(row.printed()) {
            continue;
        }
        // Without a period, 总体 may look further ahead than the year.
        let ahead = row.indicator.scope == Some(Scope::Overall) && years.period.is_none();
        let holds = |year: &i16| years.hold(*year) || (ahead && *year > years.fiscal);
        if !named.iter().any(holds) && !spans(&named, years.fiscal) {
            let form = years.describe();
            let message = format!("{}{}: {} lies outside {form}", row.table(), row.name(), row.printed());
            notes.add_row(rule, row, message);
        }
    }
}

/// Adds the years that a value names as time by which, at which or in which something is due.
fn add_years(value: &Value, years: &mut Vec<i16>) {
    if matches!(value.kind, Kind::Date | Kind::Deadline | Kind::Period) {
        years.extend([value.date, value.start, value.end].into_iter().flatten().filter_map(|date| date.year));
    }
    value.parts.iter().for_each(|part| add_years(part, years));
}

fn spans(named: &[i16], year: i16) -> bool {
    named.iter().min() <= Some(&year) && Some(&year) <= named.iter().max()
}

/// Dates in the plan of progress, and years for which a goal says that it is planned.
fn plans(notes: &mut Notes<'_>, years: Years) {
    let Some(rule) = notes.rule(Code::PlanOutsideYear) else { return };
    for (label, text, place) in plan_texts(notes.form) {
        let plan = Plan { text, rule, goal: label != SCHEDULE };
        let dates = plan.dates();
        let (inside, outside): (Vec<&Dated<'_>>, Vec<_>) = dates.iter().partition(|date| years.hold(date.year));
        // Without a period beside it, a plan that reaches into the year may have begun before.
        if outside.is_empty() || (years.period.is_none() && !inside.is_empty()) {
            continue;
        }
        let listed: Vec<&str> = outside.iter().map(|date| date.text).collect();
        let message = format!("{label} plans for {}, but the form is for {}", listed.join(", "), years.describe());
        notes.add(rule, place, message);
    }
}

const SCHEDULE: &str = "实施期进度计划";

/// The texts that say what is planned: label, text, place.
fn plan_texts(form: &Form) -> Vec<(&'static str, &str, Place)> {
    let columns = [
        ("schedule", SCHEDULE),
        ("overall_goal", "总体绩效目标"),
        ("annual_goal", "年度绩效目标"),
        ("annual_goals", "年度绩效目标"),
    ];
    let mut found = Vec::new();
    for (name, label) in columns {
        for (_, field) in form.fields.iter().filter(|(known, _)| *known == name) {
            match &field.value {
                FieldValue::Text(text) => found.push((label, text.as_str(), field.place)),
                FieldValue::List(texts) => found.extend(texts.iter().map(|text| (label, text.as_str(), field.place))),
                FieldValue::Count(_) => {}
            }
        }
    }
    found
}

/// A date of a plan.
struct Dated<'t> {
    text: &'t str,
    year: i16,
}

/// A text that plans.
struct Plan<'a> {
    text: &'a str,
    rule: &'a Rule,
    /// A goal, which tells of other times too: only what it says is planned counts.
    goal: bool,
}

impl<'a> Plan<'a> {
    fn dates(&self) -> Vec<Dated<'a>> {
        let mut dates = Vec::new();
        for clause in clauses_with_years(self.text).filter(|clause| !self.rule.exempts(clause)) {
            if self.goal { self.years_planned(clause, &mut dates) } else { dates_of(clause, &mut dates) }
        }
        dates
    }

    /// `2022年计划`, `2022年度拟`: a year with a word of planning right behind it.
    fn years_planned(&self, clause: &'a str, dates: &mut Vec<Dated<'a>>) {
        for (end, year) in years(clause) {
            let Some(rest) = clause[end..].strip_prefix('年') else { continue };
            let after = rest.strip_prefix('度').unwrap_or(rest);
            if let Some(word) = self.rule.words.iter().flatten().find(|word| after.starts_with(word.as_str())) {
                let length = clause.len() - after.len() + word.len();
                dates.push(Dated { text: &clause[end - 4..length], year });
            }
        }
    }
}

/// The clauses of a text that name a year.
fn clauses_with_years(text: &str) -> impl Iterator<Item = &str> {
    let ends_clause = |c: char| matches!(c, '，' | ',' | '；' | ';' | '。' | '\n' | '、');
    let mut after = 0;
    years(text).filter_map(move |(year_end, _)| {
        // A second year of the clause.
        if year_end <= after {
            return None;
        }
        let head = text[after..year_end].rsplit(ends_clause).next().unwrap_or_default();
        after = text[year_end..].find(ends_clause).map_or(text.len(), |length| year_end + length);
        Some(&text[year_end - head.len()..after])
    })
}

/// Dates with a month, and ends of years, in a clause.
fn dates_of<'t>(clause: &'t str, dates: &mut Vec<Dated<'t>>) {
    for (end, year) in years(clause) {
        if let Some(length) = rest_of_date(&clause[end..]) {
            dates.push(Dated { text: &clause[end - 4..end + length], year });
        }
    }
}

/// How far a date goes on behind its year, in bytes; `None` where the year stands alone.
fn rest_of_date(rest: &str) -> Option<usize> {
    let sign = rest.chars().next().filter(|c| matches!(c, '年' | '.' | '-' | '/'))?;
    let edge = |text: &str| ["底", "末", "初"].iter().find(|edge| text.starts_with(**edge)).map(|edge| edge.len());
    let after = &rest[sign.len_utf8()..];
    let month = digits(after).filter(|length| (1..=12).contains(&number(&after[..*length])));
    let Some(month) = month else {
        return edge(after).filter(|_| sign == '年').map(|length| sign.len_utf8() + length);
    };
    let mut length = sign.len_utf8() + month;
    let next = rest[length..].chars().next();
    match next {
        Some(c) if c == '月' || c == sign => length += c.len_utf8(),
        _ if sign == '年' => return None,
        _ => return Some(length),
    }
    let day = digits(&rest[length..]).filter(|day| (1..=31).contains(&number(&rest[length..length + day])));
    length += day.unwrap_or(0);
    let closes = day.is_some() && rest[length..].starts_with('日');
    Some(length + if closes { '日'.len_utf8() } else { 0 })
}

/// Length of the one or two digits that a text begins with.
fn digits(text: &str) -> Option<usize> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=2).contains(&count).then_some(count)
}

fn number(digits: &str) -> u32 {
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(clause: &str) -> Vec<&str> {
        let mut found = Vec::new();
        dates_of(clause, &mut found);
        found.iter().map(|date| date.text).collect()
    }

    #[test]
    fn only_clauses_with_years_are_looked_at() {
        let text = "2021年1月，2022年至2023年。其他、20245人；2024年底\n无";
        let found: Vec<&str> = clauses_with_years(text).collect();
        assert_eq!(found, ["2021年1月", "2022年至2023年", "2024年底"]);
        assert_eq!(clauses_with_years("，2021年。").collect::<Vec<_>>(), ["2021年"]);
        assert_eq!(clauses_with_years("没有，12345热线").count(), 0);
    }

    #[test]
    fn dates_in_prose() {
        for (clause, found) in [
            ("计划开始实施日期为2022年1月1日", vec!["2022年1月1日"]),
            ("2023.07-2024.01", vec!["2023.07", "2024.01"]),
            ("2024-01-01至2026-12-31", vec!["2024-01-01", "2026-12-31"]),
            ("2022年底前完成", vec!["2022年底"]),
            ("2020年高层次人才补贴", vec![]),
            ("2022年13月", vec![]),
            ("按2019年3个任务", vec![]),
            ("12345热线", vec![]),
        ] {
            assert_eq!(dates(clause), found, "{clause}");
        }
    }
}
