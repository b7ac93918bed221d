//! The text rules of the dataset: how the lines of a cell become one string.

use std::borrow::Cow;

use crate::Line;

/// True for ideographs, CJK punctuation and full-width forms: characters between which no space is written.
pub fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{2E80}'..='\u{303F}' | '\u{3041}'..='\u{33FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
        || matches!(c, '“' | '”' | '‘' | '’' | '…' | '—' | '·')
}

/// True for a text that begins as values of indicators do and other texts seldom: with a comparator.
pub fn begins_with_comparator(text: &str) -> bool {
    text.starts_with(['≥', '≤', '=', '＝', '>', '<', '＞', '＜', '≧', '≦'])
}

/// Number of bytes that are wanted.
///
/// They are counted in blocks that a byte can count, so that the processor looks at many together.
pub fn count_bytes(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> usize {
    let in_block = |block: &[u8]| block.iter().fold(0u8, |count, byte| count + u8::from(wanted(*byte)));
    bytes.chunks(BLOCK).map(|block| usize::from(in_block(block))).sum()
}

const BLOCK: usize = 128;

/// Drops all white space; for comparing texts.
pub fn without_space(text: &str) -> Cow<'_, str> {
    if has_space(text) { words(text).collect::<String>().into() } else { text.into() }
}

fn has_space(text: &str) -> bool {
    may_have_space(text) && text.contains(is_space)
}

fn is_space(c: char) -> bool {
    // Nearly all characters are ideographs, and no white space comes as late as they.
    c <= '\u{3000}' && c.is_whitespace()
}

/// The parts of a text between white space.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

/// False only for a text without white space: a look at bytes, since most cells have none.
fn may_have_space(text: &str) -> bool {
    // First bytes of U+0085, U+00A0, U+1680, U+2000–206F and U+3000 in UTF-8.
    count_bytes(text.as_bytes(), |byte| byte <= b' ' || byte == 0xC2 || (0xE1..=0xE3).contains(&byte)) > 0
}

/// Maps Kangxi and CJK radicals (U+2F00–2FD5, U+2E80–2EFF), which some fonts name by mistake, to the unified
/// ideographs they look like (Unicode `Equivalent_Unified_Ideograph`). Other characters stay.
pub fn fold_radicals(text: &str) -> Cow<'_, str> {
    // E2 BA–BF are the first bytes of U+2E80–2FFF in UTF-8.
    let may_hold_radical = |w: &[u8]| matches!(w, [0xE2, 0xBA..=0xBF]);
    let has_first_byte = count_bytes(text.as_bytes(), |byte| byte == 0xE2) > 0;
    if has_first_byte && text.as_bytes().windows(2).any(may_hold_radical) {
        text.chars().map(radicals::unified).collect::<String>().into()
    } else {
        text.into()
    }
}

/// White space by the rules of the dataset: ends trimmed, runs made one space, none between two CJK characters or
/// between a CJK character and a digit, letter or symbol; line breaks (`\n`) stay, empty lines do not.
pub fn clean_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split('\n') {
        let before = out.len();
        if before > 0 {
            out.push('\n');
        }
        let start = out.len();
        clean_line(line, &mut out);
        if out.len() == start {
            out.truncate(before);
        }
    }
    out
}

fn clean_line(text: &str, out: &mut String) {
    let start = out.len();
    for word in words(text) {
        if out.len() > start && keeps_space(out, word) {
            out.push(' ');
        }
        out.push_str(word);
    }
}

/// A space is kept only between two characters neither of which is CJK.
fn keeps_space(before: &str, after: &str) -> bool {
    let ends = [before.chars().next_back(), after.chars().next()];
    ends.iter().all(|end| end.is_some_and(|c| !is_cjk(c)))
}

/// The text of a cell: lines joined with nothing between (a space between two Latin words), paragraphs with `\n`.
///
/// A numbered item that follows a closed sentence begins a paragraph, whether the source broke the line there or not.
pub fn join_lines<'a>(lines: impl IntoIterator<Item = &'a Line>) -> String {
    let mut lines = lines.into_iter().peekable();
    let mut out = String::new();
    if let Some(first) = lines.next() {
        // Nearly all cells are one line of one word; what has no white space by its bytes holds no radical either.
        if lines.peek().is_none() && !may_have_space(&first.text) {
            return first.text.clone();
        }
        push_with_items(&mut out, &first.text);
    }
    for line in lines {
        let text = line.text.trim();
        if text.is_empty() {
            continue;
        }
        if (line.starts_paragraph && !out.is_empty()) || item_follows(&out, text) {
            out.push('\n');
        } else if latin_words_meet(&out, text) {
            out.push(' ');
        }
        push_with_items(&mut out, text);
    }
    match fold_radicals(&out) {
        Cow::Owned(folded) => folded,
        Cow::Borrowed(_) => out,
    }
}

/// Appends a line, its white space as in [`clean_text`]; that before a numbered item becomes a paragraph break.
fn push_with_items(out: &mut String, text: &str) {
    let mut words = words(text);
    out.push_str(words.next().unwrap_or_default());
    for word in words {
        if item_follows(out, word) {
            out.push('\n');
        } else if keeps_space(out, word) {
            out.push(' ');
        }
        out.push_str(word);
    }
}

/// True when `before` closes a sentence and `after` begins with the number of an item: `2.`, `（三）`, `四、`. Then
/// `after` is a paragraph of its own.
pub fn item_follows(before: &str, after: &str) -> bool {
    before.ends_with(['。', '；', ';', '：', ':']) && starts_with_item_number(after)
}

fn starts_with_item_number(text: &str) -> bool {
    let inner = text.strip_prefix(['（', '(']);
    let number = inner.unwrap_or(text);
    let is_numeral = |c: &char| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c);
    let length: usize = number.chars().take_while(is_numeral).map(char::len_utf8).sum();
    let close = number[length..].chars().next();
    let digit_follows = number[length..].chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    (1..=6).contains(&length)
        && match close {
            Some('）' | ')') => inner.is_some(),
            Some('.' | '．') => !digit_follows,
            Some('、') => true,
            _ => false,
        }
}

fn latin_words_meet(before: &str, after: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    letter(before.chars().next_back()) && letter(after.chars().next())
}

mod radicals;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        Line { text: text.to_owned(), ..Line::default() }
    }

    #[test]
    fn spaces_stay_only_between_latin() {
        for (raw, clean) in [
            ("≤50 万元/人", "≤50万元/人"),
            ("2023 年 6 月", "2023年6月"),
            (" 48879.85 m ² ", "48879.85 m ²"),
            ("HPV  vaccine", "HPV vaccine"),
        ] {
            assert_eq!(clean_text(raw), clean);
        }
    }

    #[test]
    fn wrapped_lines_join_and_items_begin_paragraphs() {
        assert_eq!(join_lines(&[line("线上媒体客户端正常使"), line("用率")]), "线上媒体客户端正常使用率");
        assert_eq!(join_lines(&[line("open"), line("source")]), "open source");
        assert_eq!(join_lines(&[line("1. 甲； 2. 乙。 3.5 倍")]), "1.甲；\n2.乙。3.5倍");
        assert_eq!(join_lines(&[line("（一）甲。"), line("（二）乙")]), "（一）甲。\n（二）乙");
    }

    #[test]
    fn bytes_are_counted_over_many_blocks() {
        assert_eq!(count_bytes(&[b'a'; 1000], |byte| byte == b'a'), 1000);
        assert_eq!(count_bytes("甲\t乙\t".as_bytes(), |byte| byte == b'\t'), 2);
    }

    #[test]
    fn radicals_become_ideographs() {
        assert_eq!(fold_radicals("⼆级⻚"), "二级页");
        assert!(matches!(fold_radicals("二级"), Cow::Borrowed(_)));
    }
}
