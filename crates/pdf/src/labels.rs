//! Labels centred beside the rows of their group: from where a label stands, which rows it stands beside.

/// How far a label may stand off the middle of its rows, as a share of the lowest row's height: one row more or less
/// moves the middle by half a row, so that a quarter is where two readings are equally far.
const OFF: i32 = 4;

/// The groups of rows that labels stand in the middle of: first row and number of rows of each.
///
/// `rows` are tops and bottoms of rows that follow each other without gap, `middles` those of the labels, both from top
/// to bottom. Rows before the first group belong to a label that is printed on the page before. `None` where the labels
/// do not stand in the middle of anything, or more than one reading fits.
pub(crate) fn groups(rows: &[(i32, i32)], middles: &[i32]) -> Option<Vec<(usize, usize)>> {
    if middles.is_empty() || middles.len() > rows.len() {
        return None;
    }
    let off = rows.iter().map(|row| row.1 - row.0).min()? / OFF;
    if let Some(found) = from_row(rows, middles, 0, off) {
        return Some(found);
    }
    let limit = rows.partition_point(|row| row.1 < middles[0]) + 1;
    let mut later = (1..limit.min(rows.len())).filter_map(|first| from_row(rows, middles, first, off));
    match (later.next(), later.next()) {
        (Some(found), None) => Some(found),
        _ => None,
    }
}

/// The groups, where the first begins at a row. Every group is decided by its label alone, so that one wrong start
/// shows at the end: the last group must end with the rows.
fn from_row(rows: &[(i32, i32)], middles: &[i32], first: usize, off: i32) -> Option<Vec<(usize, usize)>> {
    let mut groups = Vec::with_capacity(middles.len());
    let mut start = first;
    for middle in middles {
        let top = i64::from(rows.get(start)?.0);
        // The bottom that puts the label in the middle; bottoms grow from row to row.
        let bottom = 2 * i64::from(*middle) - top;
        let after = rows.partition_point(|row| i64::from(row.1) < bottom).max(start);
        let near = |end: &usize| rows.get(*end).map_or(i64::MAX, |row| (i64::from(row.1) - bottom).abs());
        let end = [after.saturating_sub(1).max(start), after].into_iter().min_by_key(near)?;
        if near(&end) > 2 * i64::from(off) {
            return None;
        }
        groups.push((start, end + 1 - start));
        start = end + 1;
    }
    (start == rows.len()).then_some(groups)
}

/// Rows with the room between them shared out: tops and bottoms of texts → tops and bottoms of rows.
pub(crate) fn bands(texts: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut gaps: Vec<i32> = texts.windows(2).map(|pair| pair[1].0 - pair[0].1).collect();
    gaps.sort_unstable();
    let pad = gaps.get(gaps.len() / 2).copied().unwrap_or(0).max(0) / 2;
    let mut bands: Vec<(i32, i32)> = texts.iter().map(|text| (text.0 - pad, text.1 + pad)).collect();
    for i in 1..bands.len() {
        let edge = crate::page::mean(texts[i - 1].1, texts[i].0);
        bands[i - 1].1 = edge;
        bands[i].0 = edge;
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(heights: &[i32]) -> Vec<(i32, i32)> {
        let mut y = 0;
        heights
            .iter()
            .map(|height| {
                y += height * 1_000;
                (y - height * 1_000, y)
            })
            .collect()
    }

    #[test]
    fn groups_of_different_heights() {
        let rows = rows(&[18, 18, 29, 18, 40, 18]);
        assert_eq!(groups(&rows, &[32_500, 94_000, 132_000]), Some(vec![(0, 3), (3, 2), (5, 1)]));
        // The second label stands beside no middle, or nothing is left for the last rows.
        assert_eq!(groups(&rows, &[32_500, 86_000, 132_000]), None);
        assert_eq!(groups(&rows, &[32_500, 94_000]), None);
    }

    #[test]
    fn rows_of_a_label_that_stands_on_the_page_before() {
        let rows = rows(&[18, 18, 18, 18, 18]);
        assert_eq!(groups(&rows, &[63_000]), Some(vec![(2, 3)]));
        assert_eq!(groups(&rows, &[45_000]), Some(vec![(0, 5)]));
    }

    #[test]
    fn the_room_between_rows_is_shared() {
        assert_eq!(bands(&[(0, 10), (16, 26), (32, 42)]), [(-3, 13), (13, 29), (29, 45)]);
    }
}
