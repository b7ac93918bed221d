//! Operators and operands of a content stream, as far as they are written plainly.
//!
//! What is read here reads the same to the library. Whatever is written in an odd way is left to it.

use super::{NotPlain, Plainly};

/// The most operands of an operator; the library stops at more.
const MAX_OPERANDS: usize = 33;

/// The most digits of a number: what is longer is rounded in more than one way.
const MAX_DIGITS: usize = 15;

/// An operand, or an element of an array.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operand<'c> {
    Number(f64),
    /// Without the solidus.
    Name(&'c [u8]),
    /// What stands between the parentheses.
    Literal(&'c [u8]),
    /// What stands between the angle brackets.
    Hex(&'c [u8]),
    /// The elements stand apart.
    Array,
    /// A dictionary with its brackets.
    Dict(&'c [u8]),
}

/// Reads a content stream.
pub(super) struct Tokens<'c> {
    content: &'c [u8],
    at: usize,
    operands: Vec<Operand<'c>>,
    /// Elements of the array among the operands.
    elements: Vec<Operand<'c>>,
    /// Where the first operand of the operator begins.
    start: usize,
    /// Where the operator itself begins.
    operator: usize,
}

const POWERS: [f64; MAX_DIGITS + 1] =
    [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

impl<'c> Tokens<'c> {
    pub(super) fn new(content: &'c [u8]) -> Self {
        Self { content, at: 0, operands: Vec::new(), elements: Vec::new(), start: 0, operator: 0 }
    }

    /// The operands of the last operator.
    pub(super) fn operands(&self) -> &[Operand<'c>] {
        &self.operands
    }

    /// The elements of the array among the operands of the last operator.
    pub(super) fn elements(&self) -> &[Operand<'c>] {
        &self.elements
    }

    /// The last operator with its operands, as it stands in the content.
    pub(super) fn written(&self) -> &'c [u8] {
        &self.content[self.start..self.at]
    }

    /// The operands of the last operator, as they stand in the content.
    pub(super) fn written_operands(&self) -> &'c [u8] {
        &self.content[self.start..self.operator]
    }

    /// The next operator, `None` at the end.
    pub(super) fn next(&mut self) -> Plainly<Option<&'c [u8]>> {
        self.operands.clear();
        self.elements.clear();
        self.skip_space();
        self.start = self.at;
        while let Some(first) = self.peek() {
            if first.is_ascii_alphabetic() || matches!(first, b'\'' | b'"') {
                self.operator = self.at;
                return self.word().map(Some);
            }
            let operand = match first {
                b'[' => self.array()?,
                _ => self.operand(first)?,
            };
            if self.operands.len() == MAX_OPERANDS {
                return Err(NotPlain);
            }
            self.operands.push(operand);
            self.skip_space();
        }
        Ok(None)
    }

    fn peek(&self) -> Option<u8> {
        self.content.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' | b'\x0C' | 0 => self.at += 1,
                b'%' => {
                    let rest = &self.content[self.at..];
                    self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    /// Letters and other regular characters.
    fn word(&mut self) -> Plainly<&'c [u8]> {
        let rest = &self.content[self.at..];
        let length = rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len());
        self.at += length;
        let word = &rest[..length];
        if word.contains(&b'#') { Err(NotPlain) } else { Ok(word) }
    }

    fn operand(&mut self, first: u8) -> Plainly<Operand<'c>> {
        match first {
            b'0'..=b'9' | b'.' | b'-' | b'+' => self.number().map(Operand::Number),
            b'/' => {
                self.at += 1;
                self.word().map(Operand::Name)
            }
            b'(' => self.literal().map(Operand::Literal),
            b'<' if self.content.get(self.at + 1) == Some(&b'<') => self.dict().map(Operand::Dict),
            b'<' => self.hex().map(Operand::Hex),
            _ => Err(NotPlain),
        }
    }

    fn number(&mut self) -> Plainly<f64> {
        let rest = &self.content[self.at..];
        let signed = matches!(rest[0], b'-' | b'+');
        let (mut mantissa, mut digits, mut point) = (0_i64, 0, None);
        let mut length = usize::from(signed);
        while let Some(byte) = rest.get(length) {
            match byte {
                b'0'..=b'9' if digits < MAX_DIGITS => {
                    mantissa = mantissa * 10 + i64::from(byte - b'0');
                    digits += 1;
                }
                b'.' if point.is_none() => point = Some(digits),
                byte if is_regular(*byte) => return Err(NotPlain),
                _ => break,
            }
            length += 1;
        }
        if digits == 0 {
            return Err(NotPlain);
        }
        self.at += length;
        let negative = rest[0] == b'-';
        Ok(match point {
            // A whole number has no negative zero.
            None => (if negative { -mantissa } else { mantissa }) as f64,
            Some(point) => {
                let value = mantissa as f64 / POWERS[digits - point];
                if negative { -value } else { value }
            }
        })
    }

    fn literal(&mut self) -> Plainly<&'c [u8]> {
        let start = self.at + 1;
        let (mut depth, mut at) = (1, start);
        while let Some(mark) = self.content.get(at..).and_then(|rest| memchr::memchr3(b'\\', b'(', b')', rest)) {
            at += mark;
            match self.content[at] {
                b'\\' => at += 1,
                b'(' => depth += 1,
                _ => depth -= 1,
            }
            at += 1;
            if depth == 0 {
                self.at = at;
                return Ok(&self.content[start..at - 1]);
            }
        }
        Err(NotPlain)
    }

    fn hex(&mut self) -> Plainly<&'c [u8]> {
        let start = self.at + 1;
        let length = memchr::memchr(b'>', &self.content[start..]).ok_or(NotPlain)?;
        self.at = start + length + 1;
        Ok(&self.content[start..start + length])
    }

    fn array(&mut self) -> Plainly<Operand<'c>> {
        if !self.elements.is_empty() {
            return Err(NotPlain);
        }
        self.at += 1;
        loop {
            self.skip_space();
            match self.peek().ok_or(NotPlain)? {
                b']' => {
                    self.at += 1;
                    return Ok(Operand::Array);
                }
                first @ (b'0'..=b'9' | b'.' | b'-' | b'+' | b'(' | b'<') => {
                    let element = self.operand(first)?;
                    if matches!(element, Operand::Dict(_)) {
                        return Err(NotPlain);
                    }
                    self.elements.push(element);
                }
                _ => return Err(NotPlain),
            }
        }
    }

    /// Where a dictionary ends; what it holds is read by the library.
    fn dict(&mut self) -> Plainly<&'c [u8]> {
        let start = self.at;
        let mut depth = 0_u32;
        while let Some(byte) = self.peek() {
            let doubled = self.content.get(self.at + 1) == Some(&byte);
            match byte {
                b'<' if doubled => depth += 1,
                b'>' if doubled => depth -= 1,
                b'<' => {
                    self.hex()?;
                    continue;
                }
                b'(' => {
                    self.literal()?;
                    continue;
                }
                b'>' | b'%' => return Err(NotPlain),
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return Ok(&self.content[start..self.at]);
            }
        }
        Err(NotPlain)
    }
}

/// Neither white space nor a delimiter.
fn is_regular(byte: u8) -> bool {
    !matches!(byte, 0 | b'\t' | b'\n' | b'\x0C' | b'\r' | b' ' | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}')
        && !matches!(byte, b'/' | b'%')
}

/// A name that stands in a content stream as it reads.
pub(super) fn is_plain_name(name: &[u8]) -> bool {
    name.iter().all(|byte| is_regular(*byte) && *byte != b'#')
}

/// Decodes a string onto the end of `out`.
pub(super) fn decode(operand: Operand<'_>, out: &mut Vec<u8>) -> Plainly {
    match operand {
        Operand::Hex(digits) => decode_hex(digits, out),
        Operand::Literal(text) if memchr::memchr3(b'\\', b'\n', b'\r', text).is_none() => {
            out.extend_from_slice(text);
            Ok(())
        }
        Operand::Literal(text) => decode_literal(text, out),
        _ => Err(NotPlain),
    }
}

fn decode_hex(digits: &[u8], out: &mut Vec<u8>) -> Plainly {
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(NotPlain);
    }
    out.reserve(pairs.len());
    for pair in pairs {
        let [high, low] = pair.map(|digit| HEX[usize::from(digit)]);
        if (high | low) > 0xF {
            return Err(NotPlain);
        }
        out.push((high << 4) | low);
    }
    Ok(())
}

/// Values of hexadecimal digits; 255 is none.
const HEX: [u8; 256] = {
    let mut table = [0xFF; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        table[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    table
};

fn decode_literal(text: &[u8], out: &mut Vec<u8>) -> Plainly {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'\\' => at += decode_escape(&text[at..], out)?,
            // An end of line is a line feed, however it is written.
            b'\r' => {
                at += usize::from(text.get(at) == Some(&b'\n'));
                out.push(b'\n');
            }
            byte => out.push(*byte),
        }
    }
    Ok(())
}

/// Decodes what follows a backslash; gives how many bytes that are.
fn decode_escape(text: &[u8], out: &mut Vec<u8>) -> Plainly<usize> {
    let (first, rest) = text.split_first().ok_or(NotPlain)?;
    match first {
        b'\r' => return Ok(1 + usize::from(rest.first() == Some(&b'\n'))),
        b'\n' => return Ok(1),
        b'0'..=b'7' => {
            let digits = text.iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7'));
            let (count, value) = digits.fold((0, 0), |(n, value), digit| (n + 1, value * 8 + u32::from(digit - b'0')));
            out.push(u8::try_from(value).map_err(|_| NotPlain)?);
            return Ok(count);
        }
        b'n' => out.push(b'\n'),
        b'r' => out.push(b'\r'),
        b't' => out.push(b'\t'),
        b'b' => out.push(8),
        b'f' => out.push(0xC),
        other => out.push(*other),
    }
    Ok(1)
}
