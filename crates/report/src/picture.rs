//! Pictures of pages, small enough to be carried along.

use std::collections::BTreeMap;

use jixiao_inspect::Plain;

/// Steps of each colour. Text on paper needs few, and fewer compress better; 6 × 6 × 6 colours fit a palette.
const STEPS: u32 = 6;

/// A page as PNG with a palette; `None` where it has no pixels.
pub(crate) fn png(page: &Plain) -> Option<Vec<u8>> {
    let colours: Vec<[u8; 3]> = page.rgb.chunks_exact(3).map(|rgb| [0, 1, 2].map(|at| step(rgb[at]))).collect();
    let mut palette: BTreeMap<[u8; 3], u8> = colours.iter().map(|colour| (*colour, 0)).collect();
    palette.values_mut().zip(0..).for_each(|(index, number)| *index = number);
    let depth = depth(palette.len());
    let rows = colours.chunks(page.width.max(1) as usize);
    let data: Vec<u8> = rows.flat_map(|row| pack(row.iter().map(|colour| palette[colour]), depth as u8)).collect();
    let values = palette.keys().flat_map(|colour| colour.map(|step| (u32::from(step) * 255 / (STEPS - 1)) as u8));
    encode(page, depth, values.collect(), &data).ok()
}

fn step(value: u8) -> u8 {
    ((u32::from(value) * (STEPS - 1) + 127) / 255) as u8
}

/// The fewest bits that can number so many colours.
fn depth(colours: usize) -> png::BitDepth {
    match colours {
        0..=2 => png::BitDepth::One,
        3..=4 => png::BitDepth::Two,
        5..=16 => png::BitDepth::Four,
        _ => png::BitDepth::Eight,
    }
}

/// A row of numbers with `bits` bits each, from the high end of each byte; the last byte is filled up with zeros.
fn pack(numbers: impl Iterator<Item = u8>, bits: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut free = 0;
    for number in numbers {
        if free == 0 {
            bytes.push(0);
            free = 8;
        }
        free -= bits;
        if let Some(byte) = bytes.last_mut() {
            *byte |= number << free;
        }
    }
    bytes
}

fn encode(page: &Plain, depth: png::BitDepth, palette: Vec<u8>, data: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, page.width, page.height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(depth);
    encoder.set_palette(palette);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(data)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(rgb: &[u8], width: u32) -> Vec<u8> {
        let page = Plain { width, height: rgb.len() as u32 / 3 / width, rgb: rgb.to_vec(), blank_text: false };
        let bytes = png(&page).unwrap();
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut out = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut out).unwrap();
        out
    }

    #[test]
    fn colours_come_back_to_the_nearest_step() {
        for (given, want) in [
            (vec![0, 0, 0, 255, 255, 255, 255, 255, 255], vec![0, 0, 0, 255, 255, 255, 255, 255, 255]),
            (vec![20, 30, 100, 250, 128, 0, 60, 60, 60], vec![0, 51, 102, 255, 153, 0, 51, 51, 51]),
        ] {
            assert_eq!(decoded(&given, 3), want);
        }
        let many: Vec<u8> = (0..216).flat_map(|n| [n % 6 * 51, n / 6 % 6 * 51, n / 36 * 51]).collect();
        assert_eq!(decoded(&many, 36), many);
    }

    #[test]
    fn rows_end_at_whole_bytes() {
        assert_eq!(pack([1, 0, 1, 1, 0, 0, 0, 1, 1].into_iter(), 1), [0b1011_0001, 0b1000_0000]);
        assert_eq!(pack([1, 2, 3].into_iter(), 4), [0x12, 0x30]);
    }
}
