//! Names of indicators as numbers: what is compared often is compared quickly.

use jixiao_model::without_space;
use rustc_hash::FxHashMap;

/// Number of a name; white space does not count.
pub(crate) type NameId = u32;

/// The names of a booklet.
#[derive(Debug, Default)]
pub(crate) struct Names(FxHashMap<Box<str>, NameId>);

impl Names {
    /// The number of a name, which is the same for the same name.
    pub(crate) fn number(&mut self, name: &str) -> NameId {
        let key = without_space(name);
        if let Some(known) = self.0.get(&*key) {
            return *known;
        }
        let number = self.0.len() as NameId;
        self.0.insert(key.into(), number);
        number
    }
}

/// The longest common subsequence of the names of two tables: for each row of both the row of the other.
pub(crate) fn align(a: &[Option<NameId>], b: &[Option<NameId>]) -> [Vec<Option<usize>>; 2] {
    let width = b.len() + 1;
    let mut length = vec![0u32; (a.len() + 1) * width];
    let same = |i: usize, j: usize| a[i].is_some() && a[i] == b[j];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            length[i * width + j] = if same(i, j) {
                length[(i + 1) * width + j + 1] + 1
            } else {
                length[(i + 1) * width + j].max(length[i * width + j + 1])
            };
        }
    }
    let mut pairs = [vec![None; a.len()], vec![None; b.len()]];
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if same(i, j) {
            (pairs[0][i], pairs[1][j]) = (Some(j), Some(i));
            (i, j) = (i + 1, j + 1);
        } else if length[(i + 1) * width + j] >= length[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_name_are_aligned() {
        let mut names = Names::default();
        let mut ids = |texts: &[&str]| texts.iter().map(|t| Some(names.number(t))).collect::<Vec<_>>();
        let (a, b) = (ids(&["甲", "乙 丙", "丁"]), ids(&["甲", "戊", "乙丙"]));
        assert_eq!(align(&a, &b), [vec![Some(0), Some(2), None], vec![Some(0), None, Some(1)]]);
    }
}
