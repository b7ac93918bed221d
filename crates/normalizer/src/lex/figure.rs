//! A number with the unit behind it.

use super::scan::WORDS;
use super::{Kind, Scanner};
use crate::exact::Exact;
use crate::number::{Number, Reader};
use crate::source::Span;
use crate::unit::Measure;
use crate::value::{Comparator, Flag};

impl Scanner<'_> {
    /// Adds the number, and the unit behind it; gives where they end.
    pub(super) fn push_number(&mut self, number: Number) -> usize {
        let reader = self.reader;
        let (start, end) = (number.start, number.end);
        let index = self.numbers.len() as u32;
        self.numbers.push(number);
        self.push(Kind::Number(index), start, end);
        let Some(number) = self.numbers.last_mut() else {
            return end;
        };
        let Some(mut measure) = reader.measure_of(number) else {
            return end;
        };
        measure.end = reader.subunits(number, &measure).unwrap_or(measure.end);
        if let Some(span) = number.half.filter(|span| span.end() == measure.span.start()) {
            measure.rest = Some(measure.span);
            measure.span = Span::new(span.start(), span.start() + 1);
        }
        let unit_end = measure.end;
        self.units.push(measure);
        self.push(Kind::Unit(self.units.len() as u32 - 1), end, unit_end)
    }
}

impl<'a> Reader<'a> {
    fn measure_of(&self, number: &mut Number) -> Option<Measure<'a>> {
        if let Some((entry, span)) = number.unit {
            return self.inner_measure(entry, span, number.end);
        }
        if let Some((magnitude, measure)) = self.bracketed(number.end) {
            self.apply_magnitude(number, magnitude);
            return Some(measure);
        }
        let at = number.half.map_or(number.end, Span::end);
        if let Some(measure) = self.measure(at).or_else(|| self.denominators_only(at)) {
            return Some(measure);
        }
        let known = self.lexicon.longest(self.source, at, WORDS).is_some();
        let silent = number.chinese && number.value != Some(Exact::ZERO);
        if silent || known { None } else { self.unknown_measure(at) }
    }

    fn apply_magnitude(&self, number: &mut Number, magnitude: Option<Span>) {
        let Some(span) = magnitude.filter(|_| number.magnitude.is_none()) else {
            return;
        };
        let power = self.power(span);
        if let Some(value) = number.value.and_then(|value| value.times_pow10(power)) {
            number.value = Some(value);
            number.magnitude = Some(span);
        }
    }

    /// 50元6角三分, 三年半: what follows the unit and still belongs to the number.
    fn subunits(&self, number: &mut Number, measure: &Measure<'_>) -> Option<usize> {
        if !measure.per.is_empty() || number.half.is_some() || number.unit.is_some() {
            return None;
        }
        let at = measure.end;
        if matches!(self.source.at(at), '多' | '余') && number.approx.is_none() && !self.is_unit(at + 1) {
            number.approx = Some((Span::new(at, at + 1), Comparator::Gt));
            number.flags.insert(Flag::ApproxOver);
            return Some(at + 1);
        }
        if self.source.at(at) == '半' && number.chinese && !self.is_unit(at + 1) {
            number.value = number.value.and_then(|value| value.plus(Exact::HALF));
            number.half = Some(Span::new(at, at + 1));
            return Some(at + 1);
        }
        measure.currency()?;
        let mut end = at;
        for (names, places) in [("角毛", 1), ("分", 2)] {
            let Some(small) = self.number(end, false) else {
                continue;
            };
            if !names.contains(self.source.at(small.end)) || small.magnitude.is_some() {
                continue;
            }
            let part = small.value.and_then(|value| Exact::quotient(value, Exact::ONE.times_pow10(places)?));
            number.value = number.value.and_then(|value| value.plus(part?));
            end = small.end + 1;
        }
        if end == at {
            return None;
        }
        number.written = number.written.up_to(end);
        Some(end)
    }
}
