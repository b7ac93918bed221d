//! Arabic digits.

use crate::exact::{Exact, scaled};
use crate::source::Source;

/// Arabic digits with thousands groups and decimals.
pub(super) struct Arabic {
    /// `None` where the groups are wrong or the digits too many.
    pub(super) value: Option<Exact>,
    pub(super) end: usize,
    pub(super) spaced: bool,
}

/// Reads the digits at `at`.
pub(super) fn arabic(source: Source<'_>, at: usize) -> Option<Arabic> {
    let mut read = Digits { mantissa: Some(0), scale: 0, end: at, spaced: false };
    let whole = read.digits(source);
    let grouped = read.groups(source, whole);
    let point = source.at(read.end) == '.' && source.at(read.end + 1).is_ascii_digit();
    if point {
        read.end += 1;
        let before = read.end;
        read.digits(source);
        read.scale = (read.end - before) as u32;
    }
    if read.end == at {
        return None;
    }
    // A second point, or a comma behind decimals, belongs to no number: 1.2.3, 1.5,3.
    let tail = matches!(source.at(read.end), '.' | ',')
        && source.at(read.end + 1).is_ascii_digit()
        && !source.gap(read.end + 1);
    let sound = grouped && !tail;
    if !sound {
        read.rest(source);
    }
    let value = read.mantissa.filter(|_| sound).and_then(|mantissa| Exact::decimal(mantissa, read.scale));
    Some(Arabic { value, end: read.end, spaced: read.spaced })
}

/// Digits that fit a machine word: they are added up there, not in the wide mantissa.
const RUN: u32 = 18;

struct Digits {
    mantissa: Option<i128>,
    scale: u32,
    end: usize,
    spaced: bool,
}

impl Digits {
    /// Reads a run of digits; gives its length.
    fn digits(&mut self, source: Source<'_>) -> usize {
        let start = self.end;
        let (mut run, mut count) = (0_u64, 0);
        for folded in source.chars.get(start..).unwrap_or(&[]) {
            let Some(digit) = folded.c.to_digit(10) else {
                break;
            };
            self.spaced |= self.end > start && folded.gap;
            if count == RUN {
                self.append(run, count);
                (run, count) = (0, 0);
            }
            run = run * 10 + u64::from(digit);
            count += 1;
            self.end += 1;
        }
        self.append(run, count);
        self.end - start
    }

    /// Appends `count` digits to the mantissa; too many make no number.
    fn append(&mut self, run: u64, count: u32) {
        let raised = self.mantissa.and_then(|mantissa| scaled(mantissa, count));
        self.mantissa = raised.and_then(|mantissa| mantissa.checked_add(run.into()));
    }

    /// Reads thousands groups; whether they are well formed.
    fn groups(&mut self, source: Source<'_>, first: usize) -> bool {
        let mut sound = true;
        while source.at(self.end) == ',' && source.at(self.end + 1).is_ascii_digit() && !source.gap(self.end + 1) {
            self.end += 1;
            let length = self.digits(source);
            sound &= length == 3 && (1..=3).contains(&first);
        }
        sound
    }

    /// Takes in whatever digits, points and commas follow a broken number.
    fn rest(&mut self, source: Source<'_>) {
        while source.at(self.end).is_ascii_digit()
            || (matches!(source.at(self.end), '.' | ',') && source.at(self.end + 1).is_ascii_digit())
        {
            self.end += 1;
        }
    }
}
