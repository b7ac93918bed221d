//! What does not matter when names and words of two years are compared.

use jixiao_names::fold as fold_writing;

/// A text for comparing: letters, digits, ideographs and signs that mean something, half-width and lower-case.
///
/// With a year, years are told from it: a plan for 2023年6月 in a form of 2023 is the same as one for 2024年6月 in a form
/// of 2024.
pub(crate) fn fold(text: &str, fiscal_year: Option<i16>) -> String {
    let text = fold_writing(text);
    let text = fiscal_year.map_or(text.clone(), |year| relative_years(&text, year));
    let mut before = None;
    let mut keeps = |c: &char| {
        let in_number = *c == '.' && before.is_some_and(|before: char| before.is_ascii_digit());
        before = Some(*c);
        c.is_alphanumeric() || SIGNS.contains(c) || in_number
    };
    text.chars().filter(&mut keeps).collect()
}

/// A name for comparing: folded, without the years that it names (2023年老旧小区改造, 2024年度老旧小区改造).
pub(crate) fn fold_name(text: &str) -> String {
    let text = fold_writing(text);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, digits, after)) = next_number(rest) {
        out.push_str(before);
        rest = match after.strip_prefix('年') {
            Some(after) if is_year(digits) => after.strip_prefix('度').unwrap_or(after),
            _ => {
                out.push_str(digits);
                after
            }
        };
    }
    fold(&(out + rest), None)
}

/// Signs that mean something; all others are ways of writing.
const SIGNS: [char; 9] = [RELATIVE, '%', '‰', '<', '>', '=', '≥', '≤', '±'];

/// Stands before the distance of a year from the year of the form; private use, so no text has it.
const RELATIVE: char = '\u{E000}';

/// How far from the year of the form a number is still taken for a year where no 年 says so: in 2024-06, 2024.6.30.
const NEAR: i32 = 5;

/// The years of a text as their distance from the year of the form.
pub(crate) fn relative_years(text: &str, fiscal_year: i16) -> String {
    let fiscal_year = i32::from(fiscal_year);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, digits, after)) = next_number(rest) {
        out.push_str(before);
        match year(digits, after, fiscal_year) {
            Some(year) if year < fiscal_year => out.extend([RELATIVE.to_string(), format!("b{}", fiscal_year - year)]),
            Some(year) => out.extend([RELATIVE.to_string(), format!("a{}", year - fiscal_year)]),
            None => out.push_str(digits),
        }
        rest = after;
    }
    out + rest
}

/// What stands before the next run of digits, the run, and what follows.
fn next_number(text: &str) -> Option<(&str, &str, &str)> {
    let (before, from) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
    let length = from.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, after) = from.split_at(length);
    Some((before, digits, after))
}

fn is_year(digits: &str) -> bool {
    digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
}

/// The year that a run of digits is, if it is one.
fn year(digits: &str, after: &str, fiscal_year: i32) -> Option<i32> {
    let year: i32 = Some(digits).filter(|digits| digits.len() == 4)?.parse().ok()?;
    let named = after.starts_with('年') && is_year(digits);
    let dated = after.starts_with(['-', '/', '.', '至', '—', '~']) && (year - fiscal_year).abs() <= NEAR;
    (named || dated).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_widths_do_not_count() {
        assert_eq!(fold("扶持（补助）人才资格 符合率", None), fold("扶持(补助)人才资格符合率", None));
        assert_eq!(fold("ＨＰＶ疫苗、接种", None), "hpv疫苗接种");
        assert_ne!(fold("≥95%", None), fold("95%", None));
    }

    #[test]
    fn years_are_told_from_the_year_of_the_form() {
        assert_eq!(fold("2023年6月", Some(2023)), fold("2024 年 6 月", Some(2024)));
        assert_eq!(fold("截至2022-12-31", Some(2023)), fold("截至2023-12-31", Some(2024)));
        assert_ne!(fold("2023年6月", Some(2023)), fold("2023年6月", Some(2024)));
        assert_ne!(fold("2022年", Some(2023)), fold("2024年", Some(2023)));
        for number in ["2000元", "≥2023人", "12023年", "20230年", "补助2000.5元", "1000-2000元"] {
            assert_eq!(relative_years(number, 2023), number);
        }
        assert_eq!(fold("2023年", None), "2023年");
    }

    #[test]
    fn years_do_not_count_in_names() {
        assert_eq!(fold_name("2023年老旧小区改造满意度"), fold_name("2024 年度老旧小区改造满意度"));
        assert_eq!(fold_name("2000元补助"), "2000元补助");
    }
}
