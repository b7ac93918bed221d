//! Settings of a font that is set already.
//!
//! Office programs set the font before every piece of text, and each time the library looks it up by a hash over the
//! whole dictionary of the font: a third of what it takes to interpret a page. Such settings change nothing, so they are
//! blanked before the content is interpreted.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr2, memmem};

/// Blanks the operators that set the font that is set already.
pub(super) fn blank(content: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let found = repeats(&content);
    if found.is_empty() {
        return content;
    }
    let mut blanked = content.into_owned();
    for repeat in found {
        blanked[repeat].fill(b' ');
    }
    Cow::Owned(blanked)
}

/// Where a font is set that is set already. Looking ends at whatever is not understood.
fn repeats(content: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // The bytes of a picture may look like operators.
    if memmem::find_iter(content, b"Tf").nth(1).is_none() || memmem::find(content, b"BI").is_some() {
        return found;
    }
    // Operands of the last setting, which hold until the graphics state changes.
    let mut set: &[u8] = &[];
    let mut saved: Vec<&[u8]> = Vec::new();
    let mut operands = 0;
    let mut at = 0;
    while let Some(token) = token(content, at) {
        at = token.end;
        match &content[token.clone()] {
            b"Tf" => {
                let font = content[operands..token.start].trim_ascii();
                if font == set && !font.is_empty() {
                    found.push(operands..token.end);
                }
                set = font;
            }
            b"q" => saved.push(set),
            b"Q" => set = saved.pop().unwrap_or_default(),
            b"gs" | b"Do" => set = &[],
            word if is_operand(word[0]) => continue,
            _ => {}
        }
        operands = at;
    }
    found
}

/// The next token from a place on; a string is one token, its delimiters included.
fn token(content: &[u8], from: usize) -> Option<Range<usize>> {
    let start = from + content.get(from..)?.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != 0)?;
    let rest = &content[start..];
    let length = match rest[0] {
        b'(' => literal(rest)?,
        b'<' if rest.get(1) != Some(&b'<') => memchr::memchr(b'>', rest)? + 1,
        b'%' => memchr2(b'\n', b'\r', rest)?,
        b'/' => 1 + rest[1..].iter().position(|byte| ends_word(*byte)).unwrap_or(rest.len() - 1),
        byte if ends_word(byte) => 1,
        _ => rest.iter().position(|byte| ends_word(*byte)).unwrap_or(rest.len()),
    };
    Some(start..start + length)
}

/// True for the first byte of an operand or a comment, and for delimiters.
fn is_operand(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.') || ends_word(byte)
}

fn ends_word(byte: u8) -> bool {
    matches!(
        byte,
        0 | b' ' | b'\n' | b'\r' | b'\t' | 12 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

/// Length of the string in parentheses that begins here.
fn literal(text: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        match text.get(at)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at + 1),
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanked(content: &str) -> String {
        let blanked = blank(Cow::Borrowed(content.as_bytes()));
        assert_eq!(blanked.len(), content.len());
        String::from_utf8_lossy(&blanked).split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_font_that_is_set_already_is_not_set_again() {
        assert_eq!(
            blanked("BT /F1 9 Tf<01>Tj ET BT\n/F1 9 Tf [<02>3(a)]TJ ET"),
            "BT /F1 9 Tf<01>Tj ET BT [<02>3(a)]TJ ET"
        );
        assert_eq!(blanked("/F1 9 Tf (a) ' /F1 9 Tf (b) ' /F1 9 Tf (b) '"), "/F1 9 Tf (a) ' (b) ' (b) '");
        let others = "/F1 9 Tf (a) Tj /F1 8 Tf (b) Tj /F2 8 Tf (c) Tj /F1 9 Tf (d) Tj";
        assert_eq!(blanked(others), others);
    }

    #[test]
    fn a_saved_font_comes_back() {
        assert_eq!(blanked("/A 9 Tf q /B 9 Tf Q /A 9 Tf (x) Tj"), "/A 9 Tf q /B 9 Tf Q (x) Tj");
        let unknown = ["/A 9 Tf Q /A 9 Tf (x) Tj", "q /A 9 Tf Q /A 9 Tf (x) Tj", "/A 9 Tf /G gs /A 9 Tf (x) Tj"];
        for content in unknown {
            assert_eq!(blanked(content), content);
        }
    }

    #[test]
    fn texts_are_not_touched() {
        let texts = [
            "/A 9 Tf (/A 9 Tf) Tj",
            r"/A 9 Tf (\(/A 9 Tf (in\)) /A 9 Tf) Tj",
            "/A 9 Tf (/A 9 Tf",
            "/A 9 Tf % /A 9 Tf\n(x) Tj",
            "/A 9 Tf BI /W 1 ID /A 9 Tf EI /A 9 Tf",
        ];
        for content in texts {
            assert_eq!(blanked(content), content);
        }
    }
}
