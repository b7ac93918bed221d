//! What stands before the forms: the title of the booklet, its preface and its contents (目录).

use std::sync::OnceLock;

use jixiao_model::{Contents, Field, Place, Use};
use regex::Regex;

use crate::fold::fold;
use crate::ledger::Ledger;
use crate::segment::{Item, Piece};

/// The front matter of a booklet.
#[derive(Debug, Default)]
pub(crate) struct Front {
    pub(crate) title: Option<String>,
    pub(crate) year: Option<i16>,
    pub(crate) preface: Vec<Field<String>>,
    pub(crate) contents: Vec<Contents>,
}

/// Reads the front matter; what is neither title, preface nor contents stays unplaced.
pub(crate) fn read_front(pieces: &[Piece], ledger: &mut Ledger) -> Front {
    let mut front = Front::default();
    let mut in_contents = false;
    for piece in pieces {
        let items = items(piece);
        let text = items.iter().map(|i| i.text.as_str()).collect::<Vec<_>>().join(" ");
        let Some(first) = items.first() else { continue };
        if fold(&text) == "目录" {
            in_contents = true;
            mark_all(&items, Use::Label, ledger);
        } else if in_contents {
            if front.add_contents(&text, first.place) {
                mark_all(&items, Use::Field, ledger);
            }
        } else if let Piece::Paragraph(item) = piece {
            front.add_paragraph(item);
            ledger.mark(item.id, Use::Field);
        }
    }
    front.year = front.title.as_deref().and_then(year_in);
    front
}

fn items(piece: &Piece) -> Vec<&Item> {
    match piece {
        Piece::Paragraph(item) => vec![item],
        Piece::Row(row) => row.items.iter().collect(),
    }
}

fn mark_all(items: &[&Item], used: Use, ledger: &mut Ledger) {
    for item in items {
        ledger.mark(item.id, used);
    }
}

impl Front {
    fn add_paragraph(&mut self, item: &Item) {
        if self.title.is_none() && self.preface.is_empty() && !item.text.contains(['。', '；', '\n']) {
            self.title = Some(item.text.clone());
        } else {
            self.preface.push(Field::new(item.text.clone(), item.place));
        }
    }

    /// Adds an entry or the heading of a section; false where the text is neither.
    fn add_contents(&mut self, text: &str, place: Place) -> bool {
        if let Some(found) = patterns().entry.captures(text) {
            let page = found[2].parse().ok();
            self.contents.push(self.entry(found[1].trim(), page, place));
            return true;
        }
        let Some(found) = patterns().section.captures(text) else { return false };
        self.contents.push(Contents {
            section: found[1].parse().ok(),
            section_title: Some(found[2].trim().to_owned()),
            place,
            ..Contents::default()
        });
        true
    }

    fn entry(&self, entry: &str, printed_page: Option<i64>, place: Place) -> Contents {
        let section = self.contents.last();
        let (unit, project) = match entry.split_once(['-', '—', '－', '–']) {
            Some((unit, project)) => (unit, Some(project.trim_start_matches(['-', '—']).to_owned())),
            None => (entry, None),
        };
        Contents {
            section: section.and_then(|c| c.section),
            section_title: section.and_then(|c| c.section_title.clone()),
            entry: entry.to_owned(),
            unit: Some(unit.to_owned()),
            project,
            printed_page,
            form: None,
            place,
        }
    }
}

/// Headings of sections carried their number and title to the entries; they are no entries themselves.
pub(crate) fn drop_headings(contents: &mut Vec<Contents>) {
    contents.retain(|c| !c.entry.is_empty());
}

struct Patterns {
    entry: Regex,
    section: Regex,
    year: Regex,
}

fn patterns() -> &'static Patterns {
    static PATTERNS: OnceLock<Patterns> = OnceLock::new();
    // The patterns are constants; a test of this module compiles them.
    #[expect(clippy::unwrap_used, reason = "constant patterns, compiled by the tests")]
    PATTERNS.get_or_init(|| Patterns {
        entry: Regex::new(r"^(.*?[^.…·\s])\s*[.…·．]{2,}[\s.…·]*([0-9０-９]{1,4})$").unwrap(),
        section: Regex::new(r"^\s*([0-9０-９]{1,2})\s*[.、．]\s*([^0-9０-９].*)$").unwrap(),
        year: Regex::new(r"((?:19|20)[0-9０-９][0-9０-９])\s*年").unwrap(),
    })
}

/// The first year that a text names.
pub(crate) fn year_in(text: &str) -> Option<i16> {
    patterns().year.captures(text).and_then(|c| c[1].parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_the_contents() {
        let mut front = Front::default();
        assert!(front.add_contents("1. 项目绩效目标申报表", Place::default()));
        assert!(front.add_contents("济南市市中区医疗保障局-社会保险补助资金（区级补助）..... 70", Place::default()));
        assert!(front.add_contents("济南市市中区投资促进局.....125", Place::default()));
        assert!(!front.add_contents("一段文字", Place::default()));
        drop_headings(&mut front.contents);
        let got: Vec<_> = front
            .contents
            .iter()
            .map(|c| (c.section, c.unit.as_deref(), c.project.as_deref(), c.printed_page))
            .collect();
        let unit = Some("济南市市中区医疗保障局");
        assert_eq!(
            got,
            [
                (Some(1), unit, Some("社会保险补助资金（区级补助）"), Some(70)),
                (Some(1), Some("济南市市中区投资促进局"), None, Some(125)),
            ]
        );
    }

    #[test]
    fn years() {
        assert_eq!(year_in("(2023 年度)"), Some(2023));
        assert_eq!(year_in("12345"), None);
    }
}
