//! Who publishes a booklet: the place that the names of its units begin with.

use std::collections::BTreeMap;

use jixiao_exporter::DocumentRecords;

/// The administrative place (省, 市, 县, 区, …) that most names of a document begin with: its title and its units.
pub(crate) fn publisher(document: &DocumentRecords) -> Option<String> {
    let forms = document.forms.iter().map(|form| &form.row);
    let units = forms.flat_map(|row| [&row.implementing_unit, &row.department]);
    let names = units.chain(document.contents.iter().map(|entry| &entry.unit)).chain([&document.document.row.title]);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for place in names.flatten().filter_map(|name| place(name)) {
        *counts.entry(place).or_default() += 1;
    }
    // Of places named equally often the longest, then the last in order, so that the result is always the same.
    let most = counts.into_iter().max_by_key(|(place, count)| (*count, place.chars().count(), *place));
    most.map(|(place, _)| place.to_owned())
}

/// Party organs name their place after these words.
const BEFORE_PLACES: [&str; 3] = ["中国共产党", "中共", "共青团"];

/// The place that a name begins with: 济南市市中区 of 济南市市中区财政局.
fn place(name: &str) -> Option<&str> {
    let name = BEFORE_PLACES.iter().find_map(|word| name.strip_prefix(word)).unwrap_or(name);
    let mut start = 0;
    for (at, c) in name.char_indices() {
        if closes_place(c, name[start..at].chars().count()) {
            start = at + c.len_utf8();
        }
    }
    (start > 0).then(|| &name[..start])
}

/// Names of places have at least two characters before 市 or 区 (城市, 社区 are none), and one before 县 (单县).
fn closes_place(c: char, before: usize) -> bool {
    match c {
        '省' | '市' | '区' | '州' | '盟' | '旗' => (2..=8).contains(&before),
        '县' => (1..=8).contains(&before),
        _ => false,
    }
}

/// True where two names can mean the same place: one may leave out what is above it (市中区, 济南市市中区).
pub(crate) fn same_place(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.ends_with(other) || other.ends_with(one),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_begin_with_their_place() {
        for (name, want) in [
            ("济南市市中区财政局", Some("济南市市中区")),
            ("中共济南市市中区委组织部", Some("济南市市中区")),
            ("济南市城市更新局", Some("济南市")),
            ("单县市场监督管理局", Some("单县")),
            ("山东省济南市历城区社区服务中心", Some("山东省济南市历城区")),
            ("教育系统", None),
            ("城市管理局", None),
        ] {
            assert_eq!(place(name), want, "{name}");
        }
    }

    #[test]
    fn a_place_may_leave_out_what_is_above_it() {
        assert!(same_place(Some("市中区"), Some("济南市市中区")));
        assert!(!same_place(Some("济南市历下区"), Some("济南市市中区")));
        assert!(same_place(None, Some("济南市市中区")));
    }
}
