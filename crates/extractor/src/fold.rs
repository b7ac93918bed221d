//! Folding of labels: what does not matter when a printed label is compared with a known one.

/// White space dropped, full-width brackets and colons made half-width.
pub(crate) fn fold(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(half_width).collect()
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
    for unit in ["万元", "亿元", "元"] {
        if let Some(rest) =
            folded.strip_suffix(')').and_then(|s| s.strip_suffix(unit)).and_then(|s| s.strip_suffix('('))
        {
            return (rest, Some(unit));
        }
    }
    (folded, None)
}

/// A label for look-up: folded, without unit and without a closing colon.
pub(crate) fn label_key(text: &str) -> String {
    let mut folded = fold(text);
    let (rest, _) = split_unit(&folded);
    let length = rest.strip_suffix(':').unwrap_or(rest).len();
    folded.truncate(length);
    folded
}

/// No label is longer, in bytes; most cells of prose are told from labels by this alone.
const LONGEST_LABEL: usize = 150;

/// The key of a text that may be a label; empty for a longer one.
pub(crate) fn short_key(text: &str) -> String {
    if text.len() > LONGEST_LABEL { String::new() } else { label_key(text) }
}
