//! Folding of labels: what does not matter when a printed label is compared with a known one.

use std::borrow::Cow;

use jixiao_model::count_bytes;

/// White space dropped, full-width brackets and colons made half-width.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    // First bytes of what is dropped or changed, in UTF-8: most texts have none of them.
    let may_change = |byte: u8| byte <= b' ' || byte == 0xC2 || (0xE1..=0xE3).contains(&byte) || byte == 0xEF;
    if count_bytes(text.as_bytes(), may_change) == 0 {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    let mut kept = 0;
    for (at, c) in text.char_indices() {
        let half = half_width(c);
        if half != c || c.is_whitespace() {
            folded.push_str(&text[kept..at]);
            folded.extend((!c.is_whitespace()).then_some(half));
            kept = at + c.len_utf8();
        }
    }
    folded.push_str(&text[kept..]);
    Cow::Owned(folded)
}

fn half_width(c: char) -> char {
    match c {
        '（' | '﹙' => '(',
        '）' | '﹚' => ')',
        '：' | '﹕' | '∶' => ':',
        '／' => '/',
        '＊' => '*',
        '，' => ',',
        '０'..='９' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// A folded label without the unit of money that may close it, and that unit: `项目资金(万元)` → `项目资金`, `万元`.
pub(crate) fn split_unit(folded: &str) -> (&str, Option<&'static str>) {
    let Some(inner) = folded.strip_suffix(")") else { return (folded, None) };
    let split = |unit: &'static str| Some((inner.strip_suffix(unit)?.strip_suffix("(")?, Some(unit)));
    ["万元", "亿元", "元"].into_iter().find_map(split).unwrap_or((folded, None))
}

/// The unit of money that a label names in brackets: `预算执行情况（万元）（20分）`.
pub(crate) fn unit_of(label: &str) -> Option<&'static str> {
    if !label.contains('元') {
        return None;
    }
    let folded = fold(label);
    let named = [("(万元)", "万元"), ("(亿元)", "亿元"), ("(元)", "元")];
    named.into_iter().find(|(bracketed, _)| folded.contains(bracketed)).map(|(_, unit)| unit)
}

/// A label for look-up: folded, without unit and without a closing colon.
pub(crate) fn label_key(text: &str) -> String {
    let folded = fold(text);
    let (rest, _) = split_unit(&folded);
    let length = rest.strip_suffix(":").unwrap_or(rest).len();
    let mut key = folded.into_owned();
    key.truncate(length);
    key
}

/// A folded label without marks before it (`*`, `★`) and without the brackets that close it: `*指标值`,
/// `项目支出绩效目标表(2023年)(打捆项目)`.
pub(crate) fn bare_key(key: &str) -> &str {
    // First bytes of the marks and last bytes of the brackets in UTF-8: most keys have neither.
    if let [first, .., last] = key.as_bytes()
        && !matches!(first, b'*' | 0xE2)
        && !matches!(last, b')' | b']' | 0x91)
    {
        return key;
    }
    let mut bare = key.trim_start_matches(['*', '★', '☆']);
    while let Some(open) = closing_bracket(bare) {
        bare = bare[..open].trim_end_matches(':');
    }
    bare
}

/// A label without the number before it: `1.项目名称`, `2、市级资金`, `一、基本情况`, `(三)绩效目标`.
pub(crate) fn unnumbered(key: &str) -> &str {
    let is_numeral = |c: char| c.is_ascii_digit() || is_chinese_numeral(c);
    if !key.starts_with(|c| c == '(' || is_numeral(c)) {
        return key;
    }
    let plain = key.strip_prefix('(').unwrap_or(key);
    let rest = plain.trim_start_matches(is_numeral);
    let marks: &[char] = if plain.len() == key.len() { &['.', '、', '．'] } else { &[')'] };
    match rest.strip_prefix(marks) {
        Some(label) if rest.len() < plain.len() => label,
        _ => key,
    }
}

/// 一 to 十.
pub(crate) fn is_chinese_numeral(c: char) -> bool {
    matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十')
}

/// Where the bracket opens that closes a text; `None` where there is none, or nothing stands before it.
fn closing_bracket(text: &str) -> Option<usize> {
    if !text.ends_with([')', ']', '】']) {
        return None;
    }
    let mut depth = 0;
    for (at, c) in text.char_indices().rev() {
        match c {
            ')' | ']' | '】' => depth += 1,
            '(' | '[' | '【' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (at > 0).then_some(at);
        }
    }
    None
}

/// No label is longer, in bytes; most cells of prose are told from labels by this alone.
const LONGEST_LABEL: usize = 150;

/// The key of a text that may be a label; empty for a longer one.
pub(crate) fn short_key(text: &str) -> String {
    if text.len() > LONGEST_LABEL { String::new() } else { label_key(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_what_is_no_space_and_not_wide() {
        for (text, expected) in [
            ("项目名称", "项目名称"),
            (" 项目　名称\u{a0}（２０２３ 年）：甲、乙，丙。 ", "项目名称(2023年):甲、乙,丙。"),
            ("“甲”／＊", "“甲”/*"),
            ("\t ", ""),
        ] {
            assert_eq!(fold(text), expected);
        }
    }

    #[test]
    fn units_of_money() {
        assert_eq!(split_unit("项目资金(万元)"), ("项目资金", Some("万元")));
        assert_eq!(split_unit("项目资金(个)"), ("项目资金(个)", None));
        assert_eq!(unit_of("预算执行情况（亿元）（20分）"), Some("亿元"));
        assert_eq!(unit_of("万元"), None);
    }

    #[test]
    fn bare_keys() {
        for (text, expected) in [
            ("*评（扣）分标准", "评(扣)分标准"),
            ("部门预算项目支出绩效自评表（2023年度）", "部门预算项目支出绩效自评表"),
            ("绩效目标申报表（基础设施建设类）（2022年度）", "绩效目标申报表"),
            ("产出指标（50分）", "产出指标"),
            ("（2023年度）", "(2023年度)"),
            ("年度（/项目）指标值", "年度(/项目)指标值"),
            ("）", ")"),
            ("★指标【必填】", "指标"),
            ("", ""),
        ] {
            assert_eq!(bare_key(&label_key(text)), expected, "{text}");
        }
    }

    #[test]
    fn numbers_before_labels() {
        for (text, expected) in [
            ("1.项目名称", "项目名称"),
            ("二、预算执行情况", "预算执行情况"),
            ("（三）绩效目标", "绩效目标"),
            ("2021年金额", "2021年金额"),
            ("一级指标", "一级指标"),
            ("项目名称", "项目名称"),
        ] {
            assert_eq!(unnumbered(&label_key(text)), expected, "{text}");
        }
    }
}
