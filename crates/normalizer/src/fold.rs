//! Folding: one form for every way of writing a sign, with the place of each character in the source.

use smallvec::SmallVec;

/// One character after folding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folded {
    /// The folded character.
    pub(crate) c: char,
    /// Bytes of the source character.
    len: u8,
    /// Whether white space stands before it in the source.
    pub(crate) gap: bool,
    /// Byte offset of the source character.
    start: usize,
}

/// A text without its white space, each character folded.
///
/// White space is dropped here, but every slice is taken from the source, so residue and written forms keep it.
pub(crate) struct Source<'t> {
    text: &'t str,
    pub(crate) chars: SmallVec<[Folded; 32]>,
}

impl<'t> Source<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let mut chars = SmallVec::new();
        let mut gap = false;
        for (start, c) in text.char_indices() {
            if is_blank(c) {
                gap = true;
                continue;
            }
            let len = c.len_utf8() as u8;
            chars.push(Folded { c: fold(c), len, gap: gap && !chars.is_empty(), start });
            gap = false;
        }
        Self { text, chars }
    }

    pub(crate) fn len(&self) -> usize {
        self.chars.len()
    }

    /// The character at `at`; NUL past the end, which no rule expects.
    pub(crate) fn at(&self, at: usize) -> char {
        #[cfg(test)]
        READS.with(|reads| reads.set(reads.get() + 1));
        self.chars.get(at).map_or('\0', |folded| folded.c)
    }

    pub(crate) fn gap(&self, at: usize) -> bool {
        self.chars.get(at).is_some_and(|folded| folded.gap)
    }

    /// The source text of the characters `from..to`.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &'t str {
        let Some(first) = self.chars.get(from) else {
            return "";
        };
        let Some(last) = to.checked_sub(1).and_then(|last| self.chars.get(last)) else {
            return "";
        };
        self.text.get(first.start..last.start + usize::from(last.len)).unwrap_or("")
    }

    /// Whether the folded characters from `at` on spell `word`.
    pub(crate) fn spells(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(index, c)| self.at(at + index) == c)
    }
}

#[cfg(test)]
thread_local! {
    /// How often a character was looked at: a measure of work that does not depend on the machine.
    pub(crate) static READS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

fn is_blank(c: char) -> bool {
    c == ' ' || (c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{ad}'))
}

/// The folded form of one character; always one character, so that offsets stay plain.
pub(crate) fn fold(c: char) -> char {
    if c < '\u{80}' {
        return c;
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
    fn white_space_is_kept_in_slices_only() {
        let source = Source::new(" ≧ ９５ ％ ");
        let folded: String = source.chars.iter().map(|folded| folded.c).collect();
        assert_eq!(folded, "≥95%");
        assert_eq!(source.slice(0, 4), "≧ ９５ ％");
        assert!(source.gap(1) && !source.gap(2) && source.gap(3) && !source.gap(0));
    }

    #[test]
    fn slices_outside_are_empty() {
        let source = Source::new("一");
        assert_eq!((source.slice(0, 0), source.slice(1, 2), source.slice(0, 9)), ("", "", ""));
    }
}
