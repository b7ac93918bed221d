//! The years that a form is about.

use std::ops::Range;

use jixiao_model::Form;

/// First and last year of a project's period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) first: i16,
    pub(crate) last: i16,
}

impl Period {
    /// 项目期限, where both ends are printed.
    pub(crate) fn of(form: &Form) -> Option<Self> {
        let year = |name: &str| form.text(name).and_then(year_in);
        Some(Self { first: year("period_start")?, last: year("period_end")? })
    }

    pub(crate) fn is_one_year(self) -> bool {
        self.first == self.last
    }

    pub(crate) fn holds(self, year: i16) -> bool {
        (self.first..=self.last).contains(&year)
    }
}

/// The years in which plans and deadlines of a form may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Years {
    pub(crate) fiscal: i16,
    pub(crate) period: Option<Period>,
}

impl Years {
    /// `None` for a form without a year.
    pub(crate) fn of(form: &Form) -> Option<Self> {
        Some(Self { fiscal: form.fiscal_year?, period: Period::of(form) })
    }

    pub(crate) fn hold(self, year: i16) -> bool {
        year == self.fiscal || self.period.is_some_and(|period| period.holds(year))
    }

    /// `2023`, or `2023 (项目期限 2022–2024)`.
    pub(crate) fn describe(self) -> String {
        match self.period.filter(|period| *period != Period { first: self.fiscal, last: self.fiscal }) {
            Some(Period { first, last }) => format!("{} (项目期限 {first}–{last})", self.fiscal),
            None => self.fiscal.to_string(),
        }
    }
}

/// The first year of four digits in a text.
pub(crate) fn year_in(text: &str) -> Option<i16> {
    years(text).next().map(|(_, year)| year)
}

/// Every run of exactly four digits that is a year, with the byte where it ends.
pub(crate) fn years(text: &str) -> impl Iterator<Item = (usize, i16)> + '_ {
    let runs = digit_runs(text).filter(|run| run.len() == 4);
    runs.filter_map(|run| Some((run.end, text.get(run)?.parse().ok()?)))
        .filter(|(_, year)| (1990..=2100).contains(year))
}

/// The runs of digits of a text, in bytes.
fn digit_runs(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + bytes[from..].iter().position(u8::is_ascii_digit)?;
        from = start + bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        Some(start..from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_runs_of_four_digits() {
        let found: Vec<i16> =
            years("2022年1月至2023.12，12345热线，20221231，3000人，1986年").map(|(_, y)| y).collect();
        assert_eq!(found, [2022, 2023]);
    }
}
