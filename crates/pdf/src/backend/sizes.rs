//! How large streams are when they are decoded, without holding what they give.

use flate2::{Decompress, FlushDecompress, Status};

/// A filter that matters for the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    Flate,
    Lzw,
    RunLength,
    Ascii85,
    AsciiHex,
}

impl Filter {
    /// How many bytes one byte can become.
    fn ratio(self) -> usize {
        match self {
            // 258 bytes for two bits.
            Self::Flate => 1032,
            // 4096 bytes for twelve bits.
            Self::Lzw => 2731,
            Self::RunLength => 64,
            Self::Ascii85 | Self::AsciiHex => 1,
        }
    }
}

/// True where what the filters make of `length` bytes cannot be larger than `limit`.
pub(super) fn is_small(filters: &[Filter], length: usize, limit: usize) -> bool {
    filters.iter().fold(length, |length, filter| length.saturating_mul(filter.ratio())) <= limit
}

/// True where what the filters make of the data is at most `limit` bytes.
pub(super) fn fits(filters: &[Filter], data: &[u8], limit: usize) -> bool {
    if is_small(filters, data.len(), limit) {
        return true;
    }
    match filters {
        [Filter::Flate] => inflated_size(data, limit) <= limit,
        [Filter::Lzw] => lzw_size(data) <= limit,
        [Filter::RunLength] => run_length_size(data) <= limit,
        [Filter::Ascii85, rest @ ..] => fits(rest, &ascii85(data), limit),
        [Filter::AsciiHex, rest @ ..] => fits(rest, &ascii_hex(data), limit),
        [Filter::Flate, rest @ ..] => inflate(data, limit).is_some_and(|inflated| fits(rest, &inflated.data, limit)),
        // Nobody compresses twice by other means.
        _ => false,
    }
}

/// Inflated data.
pub(super) struct Inflated {
    pub(super) data: Vec<u8>,
    /// It ended where it says that it ends, with the checksum that it says it has.
    pub(super) whole: bool,
}

/// Inflates zlib data; `None` where that is more than `limit` bytes.
pub(super) fn inflate(data: &[u8], limit: usize) -> Option<Inflated> {
    let mut inflater = Decompress::new(true);
    let mut out = Vec::with_capacity(data.len().saturating_mul(4).clamp(256, 1 << 20));
    loop {
        let rest = data.get(inflater.total_in() as usize..).unwrap_or_default();
        let before = inflater.total_out();
        let status = inflater.decompress_vec(rest, &mut out, FlushDecompress::None);
        if out.len() > limit {
            return None;
        }
        match status {
            Ok(Status::StreamEnd) => return Some(Inflated { data: out, whole: true }),
            Ok(_) if out.len() == out.capacity() => out.reserve(out.len()),
            Ok(_) if inflater.total_out() > before && !rest.is_empty() => {}
            _ => return Some(Inflated { data: out, whole: false }),
        }
    }
}

/// Size of inflated zlib data, counted as far as `limit` is passed.
fn inflated_size(data: &[u8], limit: usize) -> usize {
    let mut inflater = Decompress::new(true);
    let mut buffer = vec![0; 1 << 15];
    loop {
        let (before_in, before_out) = (inflater.total_in(), inflater.total_out());
        let rest = data.get(before_in as usize..).unwrap_or_default();
        let status = inflater.decompress(rest, &mut buffer, FlushDecompress::None);
        let stuck = (inflater.total_in(), inflater.total_out()) == (before_in, before_out);
        let size = inflater.total_out() as usize;
        if size > limit || stuck || !matches!(status, Ok(Status::Ok)) {
            return size;
        }
    }
}

/// Size of decoded LZW data: of every code only the length of what it stands for is kept.
fn lzw_size(data: &[u8]) -> usize {
    const CLEAR: usize = 256;
    const END: usize = 257;
    const FIRST: usize = 258;
    let mut lengths: Vec<usize> = Vec::new();
    let (mut size, mut bits, mut held, mut last) = (0, 0_u32, 0_u32, None::<usize>);
    let mut width = 9;
    for byte in data {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        if bits < width {
            continue;
        }
        bits -= width;
        let code = (held >> bits) as usize & ((1 << width) - 1);
        held &= (1 << bits) - 1;
        let length = match code {
            CLEAR => {
                lengths.clear();
                (width, last) = (9, None);
                continue;
            }
            END => return size,
            code if code < CLEAR => 1,
            code => lengths.get(code - FIRST).copied().or(last.map(|last| last + 1)).unwrap_or(1),
        };
        if let Some(last) = last.filter(|_| lengths.len() < 4096 - FIRST) {
            lengths.push(last + 1);
        }
        last = Some(length);
        size += length;
        // The width grows one code early, as it does by default in PDF.
        width = match FIRST + lengths.len() + 1 {
            0..=511 => 9,
            512..=1023 => 10,
            1024..=2047 => 11,
            _ => 12,
        };
    }
    size
}

fn run_length_size(data: &[u8]) -> usize {
    let (mut at, mut size) = (0, 0);
    while let Some(length) = data.get(at).map(|byte| usize::from(*byte)).filter(|length| *length != 128) {
        size += if length < 128 { length + 1 } else { 257 - length };
        at += if length < 128 { length + 2 } else { 2 };
    }
    size
}

fn ascii85(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() / 5 * 4);
    let (mut group, mut count) = (0_u32, 0);
    for byte in data.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            b'z' if count == 0 => out.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
            }
            _ => break,
        }
        if count == 5 {
            out.extend(group.to_be_bytes());
            (group, count) = (0, 0);
        }
    }
    if count > 1 {
        let group = (count..5).fold(group, |group, _| group.wrapping_mul(85).wrapping_add(84));
        out.extend(&group.to_be_bytes()[..count - 1]);
    }
    out
}

fn ascii_hex(data: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = data
        .iter()
        .take_while(|byte| **byte != b'>')
        .filter_map(|byte| char::from(*byte).to_digit(16))
        .map(|d| d as u8)
        .collect();
    digits.chunks(2).map(|pair| (pair[0] << 4) | pair.get(1).unwrap_or(&0)).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn deflate(data: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn inflating_stops_at_the_limit() {
        let bomb = deflate(&vec![b'a'; 1 << 20]);
        assert!(bomb.len() < 2_000);
        assert!(fits(&[Filter::Flate], &bomb, 1 << 20) && !fits(&[Filter::Flate], &bomb, (1 << 20) - 1));
        assert_eq!(inflate(&bomb, 1 << 20).unwrap().data.len(), 1 << 20);
        assert!(inflate(&bomb, (1 << 20) - 1).is_none());
        let twice = deflate(&bomb);
        assert!(fits(&[Filter::Flate, Filter::Flate], &twice, 1 << 20));
        assert!(!fits(&[Filter::Flate, Filter::Flate], &twice, 500_000));
    }

    #[test]
    fn damage_is_seen() {
        let mut data = deflate("指标值".repeat(300).as_bytes());
        assert!(inflate(&data, 1 << 20).unwrap().whole);
        let last = data.len() - 1;
        data[last] ^= 1;
        let checksum = inflate(&data, 1 << 20).unwrap();
        assert!(!checksum.whole && checksum.data.len() == 2_700, "{}", checksum.data.len());
        let cut = inflate(&data[..last / 2], 1 << 20).unwrap();
        assert!(!cut.whole && cut.data.len() < 2_700);
        assert!(!inflate(b"no zlib data", 1 << 20).unwrap().whole);
        assert!(!inflate(b"", 1 << 20).unwrap().whole);
    }

    #[test]
    fn other_filters_are_measured() {
        // Clear, a, then codes for ever longer runs of a, end.
        let lzw = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        assert_eq!(lzw_size(&lzw), 10, "the example of the PDF reference");
        assert_eq!(run_length_size(&[2, 1, 2, 3, 255, 9, 129, 7, 128, 5]), 3 + 2 + 128);
        assert_eq!(ascii85(b"9jqo^BlbD-BleB1DJ+*+F(f,q~>"), b"Man is distinguished");
        assert_eq!(ascii_hex(b"4D 61 6e7>"), b"Manp");
        let text = vec![b' '; 100_000];
        assert!(fits(&[Filter::Ascii85, Filter::Flate], b"GhPO[~>", text.len()));
    }
}
