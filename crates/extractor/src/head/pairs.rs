//! Labels and values that stand in one line: `填报人：王芳 联系电话：0731-58570000`.

use crate::fold::label_key;

/// A label, and the value behind its colon; both as byte ranges of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) label: std::ops::Range<usize>,
    pub(crate) value: std::ops::Range<usize>,
}

/// No label in a line is longer, in characters.
const LONGEST: usize = 16;

/// The pairs of a line; `None` where a part of it belongs to no pair, as in a sentence.
///
/// A label begins at the start of the line, behind white space, or where a text that `is_label` knows ends before a
/// colon.
pub(crate) fn pairs(line: &str, is_label: impl Fn(&str) -> bool) -> Option<Vec<Pair>> {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut from = 0;
    for (colon, c) in line.char_indices().filter(|(_, c)| matches!(c, ':' | '：' | '∶')) {
        if colon < from {
            continue;
        }
        let Some(start) = label_start(&line[from..colon], pairs.is_empty(), &is_label).map(|at| from + at) else {
            continue;
        };
        if let Some(before) = pairs.last_mut() {
            before.value.end = start;
        }
        let behind = colon + c.len_utf8();
        pairs.push(Pair { label: start..colon, value: behind..line.len() });
        from = behind;
    }
    let first = pairs.first()?;
    line[..first.label.start].trim().is_empty().then_some(pairs)
}

/// Where the label begins that a text before a colon ends with: at the last white space, or where a known label does.
fn label_start(text: &str, is_first: bool, is_label: &impl Fn(&str) -> bool) -> Option<usize> {
    let trimmed = text.trim_end();
    let space = trimmed.char_indices().rev().find(|(_, c)| c.is_whitespace());
    let word = space.map_or(0, |(at, c)| at + c.len_utf8());
    let begins_word = is_first || space.is_some();
    if begins_word && is_label(&label_key(&trimmed[word..])) {
        return Some(word);
    }
    // The value before may run into the label; a short word may be the end of a longer label.
    let is_known = |at: &usize| {
        let text = &trimmed[*at..];
        text.chars().count() >= SHORTEST_INSIDE && is_label(&label_key(text))
    };
    let inside = trimmed[word..].char_indices().map(|(at, _)| word + at).skip(1).find(is_known);
    inside.filter(|_| !is_first).or_else(|| (begins_word && looks_like_label(&trimmed[word..])).then_some(word))
}

/// Known labels are found behind a text without white space between only if they are no shorter, in characters.
const SHORTEST_INSIDE: usize = 3;

/// Short, without digits, and no sentence.
fn looks_like_label(text: &str) -> bool {
    let count = text.chars().count();
    (1..=LONGEST).contains(&count)
        && !text.contains(['。', '，', '；', ',', ';', '“', '《'])
        && !text.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&[(&str, &str)]>) {
        let found = pairs(line, |key| matches!(key, "联系电话" | "单位"));
        let texts = |p: &Pair| (line[p.label.clone()].trim().to_owned(), line[p.value.clone()].trim().to_owned());
        let found = found.map(|pairs| pairs.iter().map(texts).collect::<Vec<_>>());
        let expected = expected.map(|e| e.iter().map(|(l, v)| ((*l).to_owned(), (*v).to_owned())).collect::<Vec<_>>());
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn lines() {
        check("填报人：王芳   联系电话：0731-58570000", Some(&[("填报人", "王芳"), ("联系电话", "0731-58570000")]));
        check("填报人：王芳联系电话：0731", Some(&[("填报人", "王芳"), ("联系电话", "0731")]));
        check("填报单位：（盖章）某局     单位：万元", Some(&[("填报单位", "（盖章）某局"), ("单位", "万元")]));
        check("报表编号：510000_0013zp", Some(&[("报表编号", "510000_0013zp")]));
        check("填报时间：2023年2月10日 10:30", Some(&[("填报时间", "2023年2月10日 10:30")]));
        check("填表人：    单位负责人：", Some(&[("填表人", ""), ("单位负责人", "")]));
        check("没有冒号的一句话", None);
        check("本年度工作如下，其中目标：完成任务。", None);
    }
}
