//! Exact numbers: a decimal where the value terminates, a fraction in lowest terms where it does not.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The largest number of decimal places that is kept; 10^38 still fits an `i128`.
const MAX_SCALE: u32 = 38;

/// The powers of ten that fit an `i128`.
const POWERS: [i128; 39] = powers();

/// Powers of ten that a float holds exactly: those below 10^23.
const FLOAT_POWERS: u32 = 23;

/// An exact number.
///
/// No float is inside: `0.1` is one tenth, and a third stays `1/3`.
/// Every operation is checked, so that a number too long for 38 digits is refused and not rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    numerator: i128,
    /// One for a decimal; otherwise the denominator of a fraction in lowest terms.
    denominator: u64,
    /// Places after the point of a decimal; zero for a fraction.
    scale: u8,
    is_fraction: bool,
}

impl Exact {
    /// Nothing at all.
    pub const ZERO: Self = Self::integer(0);
    /// One.
    pub const ONE: Self = Self::integer(1);
    /// One half.
    pub const HALF: Self = Self { numerator: 5, scale: 1, ..Self::ZERO };

    /// A whole number.
    pub const fn integer(value: i128) -> Self {
        Self { numerator: value, denominator: 1, scale: 0, is_fraction: false }
    }

    /// `mantissa` divided by ten to the power of `scale`.
    pub fn decimal(mantissa: i128, scale: u32) -> Option<Self> {
        (scale <= MAX_SCALE).then(|| Self { scale: scale as u8, ..Self::integer(mantissa) }.reduced())
    }

    /// The quotient of two numbers: a decimal where it terminates, a fraction where it does not.
    pub fn quotient(dividend: Self, divisor: Self) -> Option<Self> {
        let (top, bottom) = (dividend.as_fraction()?, divisor.as_fraction()?);
        Self::fraction(top.0.checked_mul(bottom.1)?, top.1.checked_mul(bottom.0)?)
    }

    fn fraction(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let sign = if denominator < 0 { -1 } else { 1 };
        let divisor = gcd(numerator.checked_abs()?, denominator.checked_abs()?).max(1);
        let top = (numerator / divisor).checked_mul(sign)?;
        let bottom = (denominator / divisor).checked_mul(sign)?;
        if let Some(decimal) = terminating(top, bottom) {
            return Some(decimal);
        }
        Some(Self { numerator: top, denominator: bottom.try_into().ok()?, scale: 0, is_fraction: true })
    }

    fn as_fraction(self) -> Option<(i128, i128)> {
        if self.is_fraction {
            Some((self.numerator, self.denominator.into()))
        } else {
            Some((self.numerator, pow10(self.scale.into())?))
        }
    }

    /// The sum, unless it overflows.
    pub fn plus(self, other: Self) -> Option<Self> {
        if self == Self::ZERO {
            return Some(other);
        }
        if other == Self::ZERO {
            return Some(self);
        }
        if !self.is_fraction && !other.is_fraction {
            let scale = self.scale.max(other.scale);
            let left = scaled(self.numerator, (scale - self.scale).into())?;
            let right = scaled(other.numerator, (scale - other.scale).into())?;
            return Self::decimal(left.checked_add(right)?, scale.into());
        }
        let (a, b) = (self.as_fraction()?, other.as_fraction()?);
        let left = a.0.checked_mul(b.1)?;
        let right = b.0.checked_mul(a.1)?;
        Self::fraction(left.checked_add(right)?, a.1.checked_mul(b.1)?)
    }

    /// The number times ten to the power of `power`, unless it overflows.
    pub fn times_pow10(self, power: u32) -> Option<Self> {
        if self.is_fraction {
            return Self::fraction(scaled(self.numerator, power)?, self.denominator.into());
        }
        let taken = power.min(self.scale.into());
        Self::decimal(scaled(self.numerator, power - taken)?, u32::from(self.scale) - taken)
    }

    /// The number with its sign changed.
    #[must_use]
    pub fn negated(self) -> Self {
        // The numerator never is `i128::MIN`: digits are read by checked arithmetic from zero upwards.
        Self { numerator: self.numerator.wrapping_neg(), ..self }
    }

    /// The absolute value.
    #[must_use]
    pub fn abs(self) -> Self {
        if self.numerator < 0 { self.negated() } else { self }
    }

    /// The whole number, where it is one.
    pub fn to_integer(self) -> Option<i128> {
        (!self.is_fraction && self.scale == 0).then_some(self.numerator)
    }

    /// Whether the number is below zero.
    pub fn is_negative(self) -> bool {
        self.numerator < 0
    }

    /// The nearest float, for columns that hold floats.
    pub fn to_f64(self) -> f64 {
        self.short_to_f64().unwrap_or_else(|| self.printed_to_f64())
    }

    /// The nearest float of a decimal of few digits: both numbers are floats themselves, so their quotient is the
    /// nearest one.
    fn short_to_f64(self) -> Option<f64> {
        let whole =
            i64::try_from(self.numerator).ok().filter(|whole| whole.unsigned_abs() < 1 << f64::MANTISSA_DIGITS)?;
        let short = !self.is_fraction && u32::from(self.scale) < FLOAT_POWERS;
        short.then(|| whole as f64 / POWERS[usize::from(self.scale)] as f64)
    }

    fn printed_to_f64(self) -> f64 {
        let plain = self.to_string();
        match plain.split_once('/') {
            Some((top, bottom)) => {
                let top: f64 = top.parse().unwrap_or(f64::NAN);
                top / bottom.parse::<f64>().unwrap_or(f64::NAN)
            }
            None => plain.parse().unwrap_or(f64::NAN),
        }
    }

    fn reduced(mut self) -> Self {
        // Nearly every figure fits a machine word, where division is cheap.
        if let Ok(mut small) = i64::try_from(self.numerator) {
            while self.scale > 0 && small % 10 == 0 {
                small /= 10;
                self.scale -= 1;
            }
            self.numerator = small.into();
            return self;
        }
        while self.scale > 0 && self.numerator % 10 == 0 {
            self.numerator /= 10;
            self.scale -= 1;
        }
        self
    }
}

/// A fraction in lowest terms as a decimal, if its denominator has no other prime factor than 2 and 5.
fn terminating(numerator: i128, denominator: i128) -> Option<Exact> {
    let (mut rest, mut twos, mut fives) = (denominator, 0_u32, 0_u32);
    while rest % 2 == 0 {
        rest /= 2;
        twos += 1;
    }
    while rest % 5 == 0 {
        rest /= 5;
        fives += 1;
    }
    if rest != 1 {
        return None;
    }
    let scale = twos.max(fives);
    let factor = 2_i128.checked_pow(scale - twos)?.checked_mul(5_i128.checked_pow(scale - fives)?)?;
    Exact::decimal(numerator.checked_mul(factor)?, scale)
}

fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn pow10(power: u32) -> Option<i128> {
    POWERS.get(power as usize).copied()
}

const fn powers() -> [i128; 39] {
    let mut powers = [1; 39];
    let mut index = 1;
    while index < powers.len() {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
}

/// `number` times ten to the power of `power`, unless it overflows.
pub(crate) fn scaled(number: i128, power: u32) -> Option<i128> {
    if power == 0 || number == 0 { Some(number) } else { number.checked_mul(pow10(power)?) }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other {
            return Some(Ordering::Equal);
        }
        let difference = self.plus(other.negated())?;
        Some(difference.numerator.cmp(&0))
    }
}

/// A text that is not a number as [`Exact`] prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExactError;

impl fmt::Display for ExactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a decimal such as -0.5 or a fraction such as 2/3")
    }
}

impl std::error::Error for ExactError {}

impl FromStr for Exact {
    type Err = ExactError;

    /// Reads what `Display` prints: `12000`, `-0.5`, `2/3`.
    fn from_str(text: &str) -> Result<Self, ExactError> {
        let number = match text.split_once('/') {
            Some((top, bottom)) => {
                plain_decimal(top).zip(plain_decimal(bottom)).and_then(|(t, b)| Self::quotient(t, b))
            }
            None => plain_decimal(text),
        };
        number.ok_or(ExactError)
    }
}

/// A decimal of ASCII digits, with a sign and a point where needed.
fn plain_decimal(text: &str) -> Option<Exact> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || digits.ends_with('.') || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let number = Exact::decimal(format!("{whole}{part}").parse().ok()?, u32::try_from(part.len()).ok()?)?;
    Some(if text.starts_with('-') { number.negated() } else { number })
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_fraction {
            return write!(f, "{}/{}", self.numerator, self.denominator);
        }
        if self.scale == 0 {
            // Nearly every figure fits a machine word, which is printed faster.
            return match i64::try_from(self.numerator) {
                Ok(small) => small.fmt(f),
                Err(_) => self.numerator.fmt(f),
            };
        }
        let sign = if self.numerator < 0 { "-" } else { "" };
        let digits = self.numerator.unsigned_abs().to_string();
        let places = self.scale as usize;
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, part) = padded.split_at(padded.len() - places);
        write!(f, "{sign}{whole}.{part}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_canonical() {
        for (mantissa, scale, want) in
            [(0, 3, "0"), (1200, 3, "1.2"), (-5, 1, "-0.5"), (4_887_985, 2, "48879.85"), (100, 0, "100")]
        {
            assert_eq!(Exact::decimal(mantissa, scale).unwrap().to_string(), want);
        }
    }

    #[test]
    fn quotients_terminate_or_stay_fractions() {
        for (a, b, want) in [(1, 5, "0.2"), (2, 6, "1/3"), (16, 5, "3.2"), (-3, 2, "-1.5"), (157, 3, "157/3")] {
            let got = Exact::quotient(Exact::integer(a), Exact::integer(b)).unwrap();
            assert_eq!(got.to_string(), want);
        }
        assert!(Exact::quotient(Exact::ONE, Exact::ZERO).is_none());
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for text in ["0", "12000", "-0.5", "48879.85", "2/3", "-157/3"] {
            assert_eq!(text.parse::<Exact>().unwrap().to_string(), text);
        }
        for text in
            ["", "-", ".5", "1.", "1,000", "1e3", "2/0", "2/", "１", "+1", "99999999999999999999999999999999999999999"]
        {
            assert_eq!(text.parse::<Exact>(), Err(ExactError), "{text}");
        }
    }

    #[test]
    fn floats_are_the_nearest() {
        let mantissas =
            [0, 1, -7, 72_001, 4_887_985, (1 << 53) - 1, -(1 << 53), i128::from(i64::MAX), 10_i128.pow(37) + 1];
        for mantissa in mantissas {
            for scale in 0..=MAX_SCALE {
                let number = Exact::decimal(mantissa, scale).unwrap();
                let nearest: f64 = number.to_string().parse().unwrap();
                assert_eq!(number.to_f64().to_bits(), nearest.to_bits(), "{number}");
            }
        }
        assert_eq!("2/3".parse::<Exact>().unwrap().to_f64().to_bits(), (2.0_f64 / 3.0).to_bits());
    }

    #[test]
    fn overflow_is_refused() {
        assert!(Exact::integer(i128::MAX).times_pow10(1).is_none());
        assert!(Exact::integer(i128::MAX).plus(Exact::ONE).is_none());
    }

    #[test]
    fn order_is_by_value() {
        assert!(Exact::decimal(15, 1).unwrap() < Exact::integer(2));
        assert!(Exact::quotient(Exact::ONE, Exact::integer(3)).unwrap() < Exact::HALF);
    }
}
