//! Which row of one list is which of another: an alignment in order that keeps as much alike as possible.

/// Two rows that are one, or one that has no partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A wanted row and the row that it became.
    Both(usize, usize),
    /// A wanted row that is not there.
    Missing(usize),
    /// A row that nobody wanted.
    Extra(usize),
}

/// Larger tables are paired by position where they differ.
const LARGEST: usize = 4_000_000;
/// How much two rows that are one have in common at least.
const HALF: u32 = 50;

/// Aligns `wanted` with `got` rows. `alike` says how much two rows have in common, from 0 to 100; rows with less than
/// half are not paired. What is equal at the ends is taken as it is.
pub(crate) fn align(wanted: usize, got: usize, alike: impl Fn(usize, usize) -> u32) -> Vec<Step> {
    let shorter = wanted.min(got);
    let head = (0..shorter).take_while(|at| alike(*at, *at) == 100).count();
    let equal_end = |back: &usize| alike(wanted - 1 - back, got - 1 - back) == 100;
    let tail = (0..shorter - head).take_while(equal_end).count();
    let mut steps: Vec<Step> = (0..head).map(|at| Step::Both(at, at)).collect();
    let (rows, columns) = (wanted - head - tail, got - head - tail);
    let inner = if rows.saturating_mul(columns) > LARGEST {
        by_position(rows, columns)
    } else {
        best(rows, columns, |row, column| alike(head + row, head + column))
    };
    steps.extend(inner.into_iter().map(|step| match step {
        Step::Both(a, b) => Step::Both(head + a, head + b),
        Step::Missing(a) => Step::Missing(head + a),
        Step::Extra(b) => Step::Extra(head + b),
    }));
    steps.extend((0..tail).map(|at| Step::Both(wanted - tail + at, got - tail + at)));
    steps
}

fn by_position(wanted: usize, got: usize) -> Vec<Step> {
    let both = wanted.min(got);
    let pairs = (0..both).map(|at| Step::Both(at, at));
    pairs.chain((both..wanted).map(Step::Missing)).chain((both..got).map(Step::Extra)).collect()
}

/// The alignment with the largest sum of what pairs have in common (Needleman–Wunsch without a cost for gaps).
fn best(rows: usize, columns: usize, alike: impl Fn(usize, usize) -> u32) -> Vec<Step> {
    let width = columns + 1;
    let common: Vec<u32> =
        (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))).map(|(r, c)| alike(r, c)).collect();
    let pair = |row: usize, column: usize| common[row * columns + column];
    // sums[row][column]: the best for the rows and columns from there on.
    let mut sums = vec![0_u32; (rows + 1) * width];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            let paired = Some(pair(row, column)).filter(|common| *common >= HALF);
            let together = paired.map_or(0, |common| common + sums[(row + 1) * width + column + 1]);
            let apart = sums[(row + 1) * width + column].max(sums[row * width + column + 1]);
            sums[row * width + column] = together.max(apart);
        }
    }
    let (mut row, mut column, mut steps) = (0, 0, Vec::new());
    while row < rows || column < columns {
        let here = sums[row * width + column];
        if row < rows
            && column < columns
            && pair(row, column) >= HALF
            && here == pair(row, column) + sums[(row + 1) * width + column + 1]
        {
            steps.push(Step::Both(row, column));
            (row, column) = (row + 1, column + 1);
        } else if row < rows && (column == columns || here == sums[(row + 1) * width + column]) {
            steps.push(Step::Missing(row));
            row += 1;
        } else {
            steps.push(Step::Extra(column));
            column += 1;
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::Step::{Both, Extra, Missing};
    use super::*;

    /// Words are alike by the letters that they have at the same place.
    fn aligned(wanted: &[&str], got: &[&str]) -> Vec<Step> {
        align(wanted.len(), got.len(), |a, b| {
            let same = wanted[a].chars().zip(got[b].chars()).filter(|(a, b)| a == b).count();
            (same * 100 / wanted[a].len().max(got[b].len())) as u32
        })
    }

    #[test]
    fn equal_lists_pair_by_position() {
        assert_eq!(aligned(&["ab", "cd"], &["ab", "cd"]), [Both(0, 0), Both(1, 1)]);
        assert_eq!(aligned(&[], &[]), []);
    }

    #[test]
    fn a_row_in_between_moves_no_other() {
        assert_eq!(aligned(&["ab", "cd", "ef"], &["ab", "ef"]), [Both(0, 0), Missing(1), Both(2, 1)]);
        assert_eq!(aligned(&["ab", "ef"], &["ab", "cd", "ef"]), [Both(0, 0), Extra(1), Both(1, 2)]);
    }

    #[test]
    fn a_changed_row_stays_one_row_and_another_does_not() {
        assert_eq!(aligned(&["abcd", "efgh"], &["abcx", "efgh"]), [Both(0, 0), Both(1, 1)]);
        assert_eq!(aligned(&["abcd"], &["efgh"]), [Missing(0), Extra(0)]);
    }

    #[test]
    fn tables_that_are_too_large_pair_by_position() {
        let steps = align(3_000, 3_001, |_, _| 0);
        assert_eq!((steps[2_999], steps[3_000]), (Both(2_999, 2_999), Extra(3_000)));
    }
}
