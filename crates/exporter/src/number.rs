//! Plain numbers of cells that hold nothing else: budgets of tasks, counts of people.

/// A decimal number such as `1,234.50`, `-3` or `１２`. Anything more (a unit, a remark, a bad grouping) is `None`.
pub(crate) fn decimal(text: &str) -> Option<f64> {
    let text = folded(text);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(fraction) || !all_digits(&ungrouped(whole)?) {
        return None;
    }
    text.replace(',', "").parse().ok().filter(|number: &f64| number.is_finite())
}

/// A whole number such as `23` or `1,234`.
pub(crate) fn whole(text: &str) -> Option<i32> {
    let text = folded(text);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let digits = ungrouped(digits).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    let number: i32 = digits.parse().ok()?;
    Some(if text.starts_with('-') { -number } else { number })
}

/// Digits without their thousands separators; `None` where the groups are not of three.
fn ungrouped(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let mut grouped = false;
    let mut digits = first.to_owned();
    for group in groups {
        grouped = true;
        digits.push_str(Some(group).filter(|group| group.len() == 3)?);
    }
    (!grouped || (1..=3).contains(&first.len())).then_some(digits)
}

/// Full-width digits and signs as ASCII, without white space.
fn folded(text: &str) -> String {
    let fold = |c: char| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_decimals_count() {
        for (text, number) in [
            ("24", Some(24.0)),
            ("1,234.50", Some(1234.5)),
            ("-3", Some(-3.0)),
            ("１２．５", Some(12.5)),
            (" 7 ", Some(7.0)),
        ] {
            assert_eq!(decimal(text), number, "{text}");
        }
        for text in ["", "-", "—", "12,34", "1,2345", "1.", ".5", "1e5", "NaN", "inf", "24万元", "3+4", "0x1", "1,"]
        {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

    #[test]
    fn only_plain_whole_numbers_count() {
        for (text, number) in [("23", Some(23)), ("1,234", Some(1234)), ("-2", Some(-2)), ("０", Some(0))] {
            assert_eq!(whole(text), number, "{text}");
        }
        for text in ["", "-", "3.0", "5人", "99999999999", "--1", "+-1"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }
}
