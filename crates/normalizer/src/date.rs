//! Dates at the precision in which they are written.

use std::fmt;

/// What of a date is written below the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatePart {
    /// Nothing: the year alone.
    Year,
    /// A quarter of the year, 1 to 4.
    Quarter(u8),
    /// A half of the year, 1 or 2.
    Half(u8),
    /// A month, 1 to 12.
    Month(u8),
    /// A month and a day.
    MonthDay(u8, u8),
    /// A day of some month.
    Day(u8),
}

/// A calendar date as far as it is written; the year may be missing.
///
/// `Display` gives ISO 8601 (`2023-06-30`), the XSD forms without a year (`--12-31`, `--06`, `---25`)
/// and `2024-Q4`, `--H1` for quarters and halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IsoDate {
    /// The year, where it is written.
    pub year: Option<i16>,
    /// The rest.
    pub part: DatePart,
}

impl IsoDate {
    /// The same date in `year`, where none is written.
    #[must_use]
    pub fn in_year(self, year: i16) -> Self {
        Self { year: self.year.or(Some(year)), ..self }
    }

    /// Whether the calendar has such a date; 29 February stands where no year is written.
    pub fn exists(self) -> bool {
        match self.part {
            DatePart::Year => true,
            DatePart::Quarter(quarter) => (1..=4).contains(&quarter),
            DatePart::Half(half) => (1..=2).contains(&half),
            DatePart::Month(month) => (1..=12).contains(&month),
            DatePart::MonthDay(month, day) => day >= 1 && day <= days_in(month, self.year),
            DatePart::Day(day) => (1..=31).contains(&day),
        }
    }
}

fn days_in(month: u8, year: Option<i16>) -> u8 {
    let leap = year.is_none_or(|y| (y % 4 == 0 && y % 100 != 0) || y % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

impl fmt::Display for IsoDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.year, self.part) {
            (_, DatePart::Day(day)) => return write!(f, "---{day:02}"),
            (Some(year), DatePart::Year) => return write!(f, "{year:04}"),
            (Some(year), _) => write!(f, "{year:04}-")?,
            (None, _) => f.write_str("--")?,
        }
        match self.part {
            DatePart::Year | DatePart::Day(_) => Ok(()),
            DatePart::Quarter(quarter) => write!(f, "Q{quarter}"),
            DatePart::Half(half) => write!(f, "H{half}"),
            DatePart::Month(month) => write!(f, "{month:02}"),
            DatePart::MonthDay(month, day) => write!(f, "{month:02}-{day:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_precision_is_kept() {
        let table = [
            (Some(2023), DatePart::Year, "2023"),
            (Some(2024), DatePart::Quarter(4), "2024-Q4"),
            (None, DatePart::Half(1), "--H1"),
            (None, DatePart::MonthDay(12, 31), "--12-31"),
            (None, DatePart::Day(5), "---05"),
        ];
        for (year, part, want) in table {
            assert_eq!(IsoDate { year, part }.to_string(), want);
        }
    }

    #[test]
    fn the_calendar_decides() {
        let date = |year, month, day| IsoDate { year, part: DatePart::MonthDay(month, day) };
        assert!(date(None, 2, 29).exists());
        assert!(!date(None, 2, 30).exists());
        assert!(!date(Some(2019), 2, 29).exists());
        assert!(date(Some(2020), 2, 29).exists());
        assert!(!date(Some(2020), 13, 1).exists());
    }
}
