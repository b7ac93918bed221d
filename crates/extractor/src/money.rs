//! Amounts of money as printed → fen (1/100 yuan), exactly.

/// True for what a cell of money may hold: a number, a dash, nothing else.
pub(crate) fn is_amount_like(text: &str) -> bool {
    is_dash(text) || decimal(text).is_some()
}

/// A dash or slash that stands for "none".
pub(crate) fn is_dash(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '-' | '—' | '–' | '－' | '/' | '／'))
}

/// The unit that an amount is printed with: `164万元`, `449.8万`.
pub(crate) fn unit_in(text: &str) -> Option<&'static str> {
    let text = text.trim_end();
    ["万元", "亿元", "万", "亿", "元"].into_iter().find(|unit| text.ends_with(unit))
}

/// The amount in fen of a number printed in 元, 万元 or 亿元; `None` where the text is no number or the unit is unknown.
/// A unit in the text itself goes before `unit`, that of the form. Digits beyond the fen are rounded half up.
pub(crate) fn fen(text: &str, unit: Option<&str>) -> Option<i128> {
    let own = unit_in(text);
    let number = own.map_or(text, |own| text.trim_end().trim_end_matches(own));
    let (digits, scale) = decimal(number)?;
    let power = match own.or(unit)? {
        "元" => 2,
        "万元" | "万" => 6,
        "亿元" | "亿" => 10,
        _ => return None,
    };
    if scale <= power {
        return digits.checked_mul(10i128.checked_pow(power - scale)?);
    }
    let divisor = 10i128.checked_pow(scale - power)?;
    Some((digits + digits.signum() * divisor / 2) / divisor)
}

/// Digits and number of decimals of `-1,234.50`.
fn decimal(text: &str) -> Option<(i128, u32)> {
    let belongs = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, ',' | '，' | '.' | '-' | '－');
    if !text.chars().all(belongs) {
        return None;
    }
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，')).collect();
    let (negative, plain) = match plain.strip_prefix(['-', '－']) {
        Some(rest) => (true, rest),
        None => (false, plain.as_str()),
    };
    let (whole, decimals) = plain.split_once('.').unwrap_or((plain, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(decimals) || plain.ends_with('.') {
        return None;
    }
    let digits: i128 = format!("{whole}{decimals}").parse().ok()?;
    Some((if negative { -digits } else { digits }, decimals.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (text, unit, expected) in [
            ("3,058.10", Some("万元"), Some(3_058_100_000)),
            ("0.00", Some("万元"), Some(0)),
            ("12", Some("元"), Some(1200)),
            ("-1.005", Some("元"), Some(-101)),
            ("1.2.3", Some("元"), None),
            ("-", Some("元"), None),
            ("12", None, None),
            ("资金池预算", Some("万元"), None),
            ("164万元", None, Some(164_000_000)),
            ("449.8 万", Some("万元"), Some(449_800_000)),
            ("1,326元", Some("万元"), Some(132_600)),
            ("一般公共预算安排77300万元", Some("万元"), None),
        ] {
            assert_eq!(fen(text, unit), expected, "{text}");
        }
        assert!(is_amount_like("-") && is_amount_like("1,925.00") && !is_amount_like("是"));
    }
}
