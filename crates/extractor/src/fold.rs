//! Folding of labels: what does not matter when a printed label is compared with a known one.

/// White space dropped, full-width brackets and colons made half-width.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    // Nearly all characters stay as they are: they are taken a run at a time.
    loop {
        let (plain, others) = rest.split_at(plain_length(rest));
        folded.push_str(plain);
        let mut others = others.chars();
        let Some(other) = others.next() else { return folded };
        if !other.is_whitespace() {
            folded.push(half_width(other));
        }
        rest = others.as_str();
    }
}

/// How far a text begins with what folding never changes, in bytes: ideographs from U+4E00 to U+9FFF, which are three
/// bytes from E4 B8 80 to E9 BF BF, and the signs, digits and letters of ASCII.
fn plain_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        match bytes.get(at) {
            Some(b'!'..=b'~') => at += 1,
            Some(0xE5..=0xE9) => at += 3,
            Some(0xE4) if bytes.get(at + 1) >= Some(&0xB8) => at += 3,
            _ => return at,
        }
    }
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
    let Some(inner) = folded.strip_suffix("元)") else { return (folded, None) };
    for (head, unit) in [("(万", "万元"), ("(亿", "亿元"), ("(", "元")] {
        if let Some(rest) = inner.strip_suffix(head) {
            return (rest, Some(unit));
        }
    }
    (folded, None)
}

/// The unit of money that a folded label names in brackets: `预算执行情况(万元)(20分)`.
pub(crate) fn unit_of(folded: &str) -> Option<&'static str> {
    // Most labels have no brackets.
    let from_bracket = &folded[folded.find('(')?..];
    [("(万元)", "万元"), ("(亿元)", "亿元"), ("(元)", "元")]
        .into_iter()
        .find(|(b, _)| from_bracket.contains(b))
        .map(|(_, u)| u)
}

/// A label for look-up: folded, without unit and without a closing colon.
pub(crate) fn label_key(text: &str) -> String {
    let mut folded = fold(text);
    let (rest, _) = split_unit(&folded);
    let length = rest.strip_suffix(":").unwrap_or(rest).len();
    folded.truncate(length);
    folded
}

/// A folded label without marks before it (`*`, `★`) and without the brackets that close it: `*指标值`,
/// `项目支出绩效目标表(2023年)(打捆项目)`.
pub(crate) fn bare_key(key: &str) -> &str {
    // Most keys are bare: their first and last bytes tell. 0xE2 begins both stars, 0x91 ends 】.
    let bytes = key.as_bytes();
    if !matches!(bytes.first(), Some(b'*' | 0xE2)) && !matches!(bytes.last(), Some(b')' | b']' | 0x91)) {
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
    if !key.starts_with(|c| c == '(' || is_numeral(c)) {
        return key;
    }
    let plain = key.strip_prefix("(").unwrap_or(key);
    let rest = plain.trim_start_matches(is_numeral);
    if rest.len() == plain.len() {
        return key;
    }
    let marks: &[char] = if plain.len() == key.len() { &['.', '、', '．'] } else { &[')'] };
    rest.strip_prefix(marks).unwrap_or(key)
}

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十')
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
    fn folding_changes_brackets_and_space_only() {
        assert_eq!(fold(" 项目\u{3000}资金（万元）：Ａ３／a-1㐀 "), "项目资金(万元):Ａ3/a-1㐀");
        assert_eq!(fold("项目资金"), "项目资金");
        assert_eq!(["一鿿~!", "䷿", "ꀀ", " a", ""].map(plain_length), [8, 0, 0, 0, 0]);
    }

    #[test]
    fn units_of_money_are_split_off() {
        for (text, rest, unit) in [
            ("金额(万元)", "金额", Some("万元")),
            ("金额(亿元)", "金额", Some("亿元")),
            ("金额(元)", "金额", Some("元")),
            ("金额(美元)", "金额(美元)", None),
            ("金额(万元", "金额(万元", None),
        ] {
            assert_eq!(split_unit(text), (rest, unit), "{text}");
        }
        assert_eq!(unit_of("执行情况(20分)(万元)(10分)"), Some("万元"));
        assert_eq!(unit_of("执行情况"), None);
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
