//! Lists of names in one text.

/// The names of `甲、乙（挂丙、丁牌子）；戊。`: cut at 、 and ； outside brackets, without the closing 。
pub(crate) fn split_names(text: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut depth = 0i32;
    for c in text.trim().trim_end_matches(['。', '.']).chars() {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            _ => {}
        }
        match (names.last_mut(), c) {
            (_, '、' | '；' | ';') if depth <= 0 => names.push(String::new()),
            (Some(name), c) if c != '\n' => name.push(c),
            _ => {}
        }
    }
    names.retain(|n| !n.trim().is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(
            split_names("办公室（挂甲、乙牌子）、综合科；财务科。"),
            ["办公室（挂甲、乙牌子）", "综合科", "财务科"]
        );
        assert!(split_names("").is_empty());
    }
}
