//! When two names of indicators, units or projects are the same, and when they are nearly the same.
//!
//! [`fold`] drops what does not matter (white space, the width of signs, the case of Latin letters).
//! [`similarity`] is an edit measure over folded names: how much of the longer one need not be touched.
//! [`pair_up`] finds for each name of one list its partner in another.

/// Longer names are the same or not; comparing them letter by letter would cost too much.
const LONGEST: usize = 400;
/// Lists with more pairs than this are paired by equality alone.
const MOST_PAIRS: usize = 250_000;

/// A name without what does not matter: white space dropped, full-width signs made half-width, quotation marks made
/// straight, Latin letters made small.
pub fn fold(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).map(plain).flat_map(char::to_lowercase).collect()
}

fn plain(c: char) -> char {
    match c {
        '“' | '”' | '「' | '」' | '＂' => '"',
        '‘' | '’' | '＇' => '\'',
        '—' | '–' | '－' | '‐' => '-',
        '﹙' => '(',
        '﹚' => ')',
        '∶' | '﹕' => ':',
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// How alike two folded names are, in percent: 100 less the edits (Levenshtein) per character of the longer name.
pub fn similarity(a: &str, b: &str) -> u8 {
    if a == b {
        return 100;
    }
    let longer = a.chars().count().max(b.chars().count());
    if longer > LONGEST {
        return 0;
    }
    let edits = strsim::levenshtein(a, b);
    (longer.saturating_sub(edits) * 100 / longer.max(1)) as u8
}

/// True where two folded names are alike to `least` percent; much cheaper than [`similarity`] where they are not.
pub fn alike(a: &str, b: &str, least: u8) -> bool {
    let (a_length, b_length) = (a.chars().count(), b.chars().count());
    // Each character that one has more is an edit.
    let possible = a_length.min(b_length) * 100 / a_length.max(b_length).max(1);
    a == b || (possible >= usize::from(least) && least < 100 && similarity(a, b) >= least)
}

/// Two names that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Position in the first list.
    pub left: usize,
    /// Position in the second list.
    pub right: usize,
    /// How alike they are, in percent; 100 for equal names.
    pub similarity: u8,
}

/// Pairs the names of two lists, each name once: equal names first (the first with the first, the second with the
/// second), then the most alike of those that are left, down to `least` percent. Sorted by position in the first list.
/// Names are compared as they are: fold them before.
pub fn pair_up(left: &[String], right: &[String], least: u8) -> Vec<Pair> {
    let mut pairing = Pairing { left: vec![false; left.len()], right: vec![false; right.len()], pairs: Vec::new() };
    let mut places: std::collections::BTreeMap<&str, Vec<usize>> = std::collections::BTreeMap::new();
    for (at, name) in right.iter().enumerate().rev() {
        places.entry(name).or_default().push(at);
    }
    for (at, name) in left.iter().enumerate() {
        if let Some(partner) = places.get_mut(name.as_str()).and_then(Vec::pop) {
            pairing.take(Pair { left: at, right: partner, similarity: 100 });
        }
    }
    pairing.take_alike(left, right, least);
    pairing.pairs.sort_by_key(|pair| pair.left);
    pairing.pairs
}

struct Pairing {
    left: Vec<bool>,
    right: Vec<bool>,
    pairs: Vec<Pair>,
}

impl Pairing {
    fn take(&mut self, pair: Pair) {
        if !self.left[pair.left] && !self.right[pair.right] {
            self.left[pair.left] = true;
            self.right[pair.right] = true;
            self.pairs.push(pair);
        }
    }

    fn take_alike(&mut self, left: &[String], right: &[String], least: u8) {
        let free = |taken: &[bool]| (0..taken.len()).filter(|at| !taken[*at]).collect::<Vec<usize>>();
        let (open, partners) = (free(&self.left), free(&self.right));
        if open.len().saturating_mul(partners.len()) > MOST_PAIRS {
            return;
        }
        let all = open.iter().flat_map(|left| partners.iter().map(move |right| (*left, *right)));
        let near = all.filter(|(l, r)| alike(&left[*l], &right[*r], least));
        let score = |(l, r): (usize, usize)| Pair { left: l, right: r, similarity: similarity(&left[l], &right[r]) };
        let mut pairs: Vec<Pair> = near.map(score).collect();
        // Among equally alike pairs those that stand at the same place come first.
        pairs.sort_by_key(|pair| (100 - pair.similarity, pair.left.abs_diff(pair.right), pair.left, pair.right));
        for pair in pairs {
            self.take(pair);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(left: &[&str], right: &[&str]) -> Vec<(usize, usize, u8)> {
        let owned = |names: &[&str]| names.iter().map(|name| fold(name)).collect::<Vec<_>>();
        pair_up(&owned(left), &owned(right), 75).iter().map(|p| (p.left, p.right, p.similarity)).collect()
    }

    #[test]
    fn what_does_not_matter_is_dropped() {
        assert_eq!(fold("“两癌” 检查（人）"), fold("\"两癌\"检查(人)"));
        assert_eq!(fold("商河县域ＧＤＰ"), "商河县域gdp");
    }

    #[test]
    fn one_character_of_eight() {
        assert_eq!(similarity("医疗费审核及时率", "医疗费审核及时性"), 87);
        assert_eq!(similarity("市中区发展和改革委员会", "市中区发展和改革局"), 72);
        assert_eq!((similarity("", ""), similarity("", "甲")), (100, 0));
        assert!(alike("审核及时率", "审核及时性", 80) && !alike("审核及时率", "审核及时性", 81));
        assert!(alike("甲", "甲", 100) && !alike("甲", "甲乙", 60));
    }

    #[test]
    fn equal_names_pair_first_and_in_order() {
        assert_eq!(pairs(&["覆盖率", "覆盖率"], &["适配率", "覆盖率", "覆盖率"]), [(0, 1, 100), (1, 2, 100)]);
    }

    #[test]
    fn the_most_alike_pair_next_and_each_name_once() {
        let left = ["进疆义务兵补助人数", "在乡复员军人保障率"];
        let right = ["在乡复原军人保障率", "非进疆义务兵补助人数", "无关"];
        assert_eq!(pairs(&left, &right), [(0, 1, 90), (1, 0, 88)]);
        assert_eq!(pairs(&["发放人数"], &["受理件数"]), []);
    }

    #[test]
    fn very_long_names_and_lists_cost_little() {
        let long = "长".repeat(100_000);
        assert_eq!(similarity(&long, &format!("{long}短")), 0);
        let many: Vec<String> = (0..5_000).map(|n| format!("甲{n}")).collect();
        let others: Vec<String> = (0..5_000).map(|n| format!("甲{n}乙")).collect();
        assert_eq!(pair_up(&many, &others, 50), []);
    }
}
