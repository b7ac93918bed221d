//! Joining the tail of a cell that a page break cut.

use jixiao_model::item_follows;

/// Shorter repetitions are ordinary language, not a tail printed twice.
const SHORTEST_REPEAT: usize = 6;

/// What joining made of a tail.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// The whole text.
    Joined(String),
    /// The tail stood at the end already and was dropped.
    Repeated,
    /// A part of the tail stood at the end already; the whole text with that part once, and the part.
    Overlapped(String, String),
}

/// Appends `tail` to `text`, minding that a tail may be printed twice.
pub(crate) fn join_tail(text: &str, tail: &str) -> Tail {
    let repeat = overlap(text, tail);
    if repeat.chars().count() < SHORTEST_REPEAT {
        let between = if item_follows(text, tail) { "\n" } else { "" };
        Tail::Joined(format!("{text}{between}{tail}"))
    } else if repeat.len() == tail.len() {
        Tail::Repeated
    } else {
        Tail::Overlapped(format!("{text}{}", &tail[repeat.len()..]), repeat.to_owned())
    }
}

/// The longest beginning of `tail` that `text` ends with.
fn overlap<'a>(text: &str, tail: &'a str) -> &'a str {
    let starts = tail.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
    starts.map(|end| &tail[..end]).find(|start| text.ends_with(start)).unwrap_or("")
}

/// True when a text ends as a sentence or item ends, so that nothing of it can follow.
pub(crate) fn is_closed(text: &str) -> bool {
    text.ends_with(['。', '；', ';', '！', '？', '!', '?', '：', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails() {
        assert_eq!(join_tail("线上媒体客户端正常使", "用率"), Tail::Joined("线上媒体客户端正常使用率".to_owned()));
        assert_eq!(join_tail("1.甲。", "2.乙。"), Tail::Joined("1.甲。\n2.乙。".to_owned()));
        assert_eq!(join_tail("验完工及时率达到100%。", "工及时率达到100%。"), Tail::Repeated);
        let joined = "甲乙丙丁戊己庚辛".to_owned();
        assert_eq!(join_tail("甲乙丙丁戊己庚", "乙丙丁戊己庚辛"), Tail::Overlapped(joined, "乙丙丁戊己庚".to_owned()));
    }
}
