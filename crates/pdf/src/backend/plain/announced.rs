//! The codes that a font announces: those for which it says how wide they are.

use hayro_interpret::hayro_syntax::object::dict::keys::{
    DESCENDANT_FONTS, ENCODING, FIRST_CHAR, LAST_CHAR, SUBTYPE, W,
};
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Object};

/// Codes of two bytes that are taken for announced at most: a font that was not cut down to what a document shows of it
/// may announce all that it has.
const MOST: usize = 4_096;

/// Whether a font has codes of one byte only; `None` where it is of no known kind.
pub(super) fn is_simple(font: &Dict<'_>) -> Option<bool> {
    match font.get::<Name<'_>>(SUBTYPE)?.as_ref() {
        b"Type1" | b"MMType1" | b"TrueType" | b"OpenType" | b"Type3" => Some(true),
        b"Type0" => Some(false),
        _ => None,
    }
}

/// The announced codes, as a string that shows them all; `None` where that says nothing of what is shown.
pub(super) fn announced(font: &Dict<'_>) -> Option<Vec<u8>> {
    if !is_simple(font)? {
        return Some(pairs(font)?.into_iter().flat_map(u16::to_be_bytes).collect());
    }
    let (first, last) = (font.get::<i32>(FIRST_CHAR)?, font.get::<i32>(LAST_CHAR)?);
    Some((first.clamp(0, 255) as u8..=last.clamp(0, 255) as u8).collect())
}

/// Of fonts with codes of two bytes: where each is the number of its glyph.
fn pairs(font: &Dict<'_>) -> Option<Vec<u16>> {
    let encoding = font.get::<Name<'_>>(ENCODING)?;
    let descendant = font.get::<Array<'_>>(DESCENDANT_FONTS)?.iter::<Dict<'_>>().next()?;
    if encoding.as_ref() != b"Identity-H" {
        return None;
    }
    let mut codes = Vec::new();
    let widths = descendant.get::<Array<'_>>(W)?;
    let mut items = widths.iter::<Object<'_>>();
    // `first [widths]` or `first last width`.
    while let (Some(first), Some(second)) = (items.next(), items.next()) {
        let first = number(first)?;
        let count = match second {
            Object::Array(widths) => widths.iter::<Object<'_>>().take(MOST + 1).count(),
            last => {
                items.next();
                (usize::from(number(last)?) + 1).saturating_sub(first.into())
            }
        };
        if codes.len() + count > MOST {
            return None;
        }
        codes.extend((first..=u16::MAX).take(count));
    }
    // Zero is no code of its own in every font.
    codes.retain(|code| *code != 0);
    Some(codes)
}

fn number(object: Object<'_>) -> Option<u16> {
    let number = object.into_number()?.as_f64();
    (0.0..=f64::from(u16::MAX)).contains(&number).then_some(number as u16)
}
