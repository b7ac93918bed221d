//! When two names of indicators, units or projects are the same, and when they are nearly the same.
//!
//! [`fold`] drops what does not matter (white space, the width of signs, the case of Latin letters).
//! [`closeness`] is an edit measure over folded names: how much of the longer one need not be touched.
//! [`pair`] finds which members of two lists go together.

mod matching;

use jixiao_model::fold_radicals;

pub use matching::{Likeness, Pair, pair};

/// Longer names are the same or not; comparing them letter by letter would cost too much.
const LONGEST: usize = 400;

/// A name without what does not matter: white space dropped, full-width signs made half-width, quotation marks made
/// straight, Latin letters made small, radicals made ideographs.
pub fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let name = fold_radicals(name);
    let mut rest: &str = &name;
    // Nearly all characters are ideographs, which stay as they are: they are taken a run at a time.
    while let Some(at) = rest.find(|c| !is_ideograph(c)) {
        folded.push_str(&rest[..at]);
        let mut others = rest[at..].chars();
        let other = others.next().filter(|c| !c.is_whitespace()).map(plain);
        folded.extend(other.into_iter().flat_map(char::to_lowercase));
        rest = others.as_str();
    }
    folded.push_str(rest);
    folded
}

/// The block of the common ideographs: no white space, no signs, no letters with case.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
}

fn plain(c: char) -> char {
    match c {
        '“' | '”' | '「' | '」' | '＂' => '"',
        '‘' | '’' | '＇' => '\'',
        '—' | '–' | '－' | '‐' => '-',
        '﹙' => '(',
        '﹚' => ')',
        '∶' | '﹕' => ':',
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// How close two folded names are, from 0 to 1: one less the edit distance (Levenshtein) by the longer of the two.
/// Nothing is close to an empty name.
pub fn closeness(one: &str, other: &str) -> f64 {
    let equal = one == other;
    if equal || one.is_empty() || other.is_empty() || one.chars().count().max(other.chars().count()) > LONGEST {
        return f64::from(u8::from(equal && !one.is_empty()));
    }
    strsim::normalized_levenshtein(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_is_dropped() {
        assert_eq!(fold("“两癌” 检查（人）"), fold("\"两癌\"检查(人)"));
        assert_eq!(fold("商河县域ＧＤＰ"), "商河县域gdp");
        assert_eq!(fold("⼆级指标"), "二级指标");
        assert_eq!(fold(" Ａ类 İ㐀 ５个\u{3000}"), "a类i\u{307}㐀5个");
    }

    #[test]
    fn closeness_is_one_for_equals_only() {
        for (one, other, close) in [
            ("人才建设资金", "人才队伍建设资金", 0.75),
            ("医疗费审核及时率", "医疗费审核及时性", 0.875),
            ("甲", "甲", 1.0),
            ("", "甲", 0.0),
        ] {
            assert!((closeness(one, other) - close).abs() < 1e-9, "{one} and {other}");
        }
    }

    #[test]
    fn very_long_names_cost_little() {
        let long = "长".repeat(100_000);
        assert!(closeness(&long, &format!("{long}短")) < 0.1 && closeness(&long, &long) > 0.9);
    }
}
