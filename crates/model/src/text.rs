//! The text rules of the dataset: how the lines of a cell become one string.

use crate::Line;

/// True for ideographs, CJK punctuation and full-width forms: characters between which no space is written.
pub fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{2E80}'..='\u{303F}' | '\u{3041}'..='\u{33FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
        || matches!(c, '“' | '”' | '‘' | '’' | '…' | '—' | '·')
}

/// Drops all white space; for comparing texts.
pub fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Maps Kangxi and CJK radicals (U+2F00–2FD5, U+2E80–2EFF), which some fonts name by mistake, to the unified
/// ideographs they look like (Unicode `Equivalent_Unified_Ideograph`). Other characters stay.
pub fn fold_radicals(text: &str) -> std::borrow::Cow<'_, str> {
    if text.chars().any(|c| matches!(c, '\u{2E80}'..='\u{2FD5}')) {
        text.chars().map(radicals::unified).collect::<String>().into()
    } else {
        text.into()
    }
}

/// White space by the rules of the dataset: ends trimmed, runs made one space, none between two CJK characters or
/// between a CJK character and a digit, letter or symbol; line breaks (`\n`) stay.
pub fn clean_text(text: &str) -> String {
    text.split('\n').map(clean_line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn clean_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut pending = false;
    for c in text.chars() {
        if c.is_whitespace() {
            pending = !out.is_empty();
            continue;
        }
        if pending && keeps_space(out.chars().next_back(), c) {
            out.push(' ');
        }
        pending = false;
        out.push(c);
    }
    out
}

/// A space is kept only between two characters neither of which is CJK.
fn keeps_space(before: Option<char>, after: char) -> bool {
    before.is_some_and(|before| !is_cjk(before)) && !is_cjk(after)
}

/// The text of a cell: lines joined with nothing between (a space between two Latin words), paragraphs with `\n`.
pub fn join_lines<'a>(lines: impl IntoIterator<Item = &'a Line>) -> String {
    let mut out = String::new();
    for line in lines {
        let text = line.text.trim();
        if text.is_empty() {
            continue;
        }
        if line.starts_paragraph && !out.is_empty() {
            out.push('\n');
        } else if latin_words_meet(&out, text) {
            out.push(' ');
        }
        out.push_str(text);
    }
    clean_text(&fold_radicals(&out))
}

fn latin_words_meet(before: &str, after: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    letter(before.chars().next_back()) && letter(after.chars().next())
}

mod radicals;
