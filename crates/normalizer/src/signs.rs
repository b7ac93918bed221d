//! Signs: which characters are blank, and one form for every way of writing a sign.

/// White space, and what is as invisible.
pub(crate) fn is_blank(c: char) -> bool {
    match c {
        ' ' | '\t'..='\r' => true,
        _ if c < '\u{85}' || ('\u{3001}'..'\u{fe00}').contains(&c) => false,
        '\u{85}' | '\u{a0}' | '\u{ad}' | '\u{1680}' | '\u{3000}' | '\u{feff}' | '\u{2000}'..='\u{200f}' => true,
        _ => matches!(c, '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{2060}'),
    }
}

/// The folded form of one character; always one character, so that offsets stay plain.
pub(crate) fn fold(c: char) -> char {
    if c < '\u{80}' {
        return c;
    }
    if ('\u{4e00}'..='\u{9fff}').contains(&c) {
        return simplified(c);
    }
    match c {
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(c as u32 - 0xfee0) {
            Some('~') | None => '~',
            Some(ascii) => ascii,
        },
        '≧' | '⩾' | '≽' | '⪰' => '≥',
        '≦' | '⩽' | '≼' | '⪯' => '≤',
        '﹥' | '〉' | '›' => '>',
        '﹤' | '〈' | '‹' => '<',
        '═' | '﹦' | '〓' => '=',
        '﹪' => '%',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '─' | '━' | '﹣' | '﹘' => '-',
        '〜' | '∼' | '∽' | '˜' => '~',
        '∶' | '﹕' | '︰' => ':',
        '﹐' => ',',
        '﹔' => ';',
        '﹒' => '.',
        '∕' | '⁄' | '╱' => '/',
        '•' | '・' | '⋅' | '∙' | '‧' | '●' => '·',
        '✕' | '╳' | '✖' | '⨯' => '×',
        '﹙' => '(',
        '﹚' => ')',
        '【' | '〔' => '[',
        '】' | '〕' => ']',
        '￥' => '¥',
        '﹩' => '$',
        'µ' => 'μ',
        _ => c,
    }
}

/// The traditional characters that numbers and units are written with.
fn simplified(c: char) -> char {
    match c {
        '萬' => '万',
        '億' => '亿',
        '點' => '点',
        '個' => '个',
        '兩' => '两',
        '時' => '时',
        '鐘' | '鍾' => '钟',
        '幣' => '币',
        '圓' => '圆',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_white_space_is_blank() {
        let white = ('\0'..=char::MAX).filter(|c| c.is_whitespace());
        assert_eq!(white.filter(|&c| !is_blank(c)).collect::<String>(), "");
        assert!(!is_blank('万') && !is_blank('0') && !is_blank('％') && is_blank('\u{200b}'));
    }
}
