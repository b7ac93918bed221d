//! What stands before the forms: the title of the booklet, its preface and its contents (目录).

use jixiao_model::{Contents, Field, Place, Use};

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
        if let Some((entry, page)) = entry_and_page(text) {
            self.contents.push(self.entry(entry.trim(), page.parse().ok(), place));
            return true;
        }
        let Some((number, title)) = number_and_title(text) else { return false };
        self.contents.push(Contents {
            section: number.parse().ok(),
            section_title: Some(title.trim().to_owned()),
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

fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '０'..='９')
}

/// Marks that lead from an entry to its page.
fn is_leader(c: char) -> bool {
    matches!(c, '.' | '…' | '·' | '．')
}

/// Leaders that take more bytes are those of no line of a page; each may be looked at from each.
const LONGEST_LEADERS: usize = 1000;

/// `甲-乙..... 70`: the entry and its page, with leaders between.
fn entry_and_page(text: &str) -> Option<(&str, &str)> {
    let before = text.trim_end_matches(is_digit);
    let page = &text[before.len()..];
    let name = before.trim_end_matches(|c: char| is_leader(c) || c.is_whitespace());
    if before.len() - name.len() > LONGEST_LEADERS {
        return None;
    }
    // A wide point may belong to the entry, too.
    let points = before[name.len()..].match_indices('．').map(|(at, point)| name.len() + at + point.len());
    let mut ends = std::iter::once(name.len()).filter(|end| *end > 0).chain(points);
    let entry = &before[..ends.find(|end| leads_on(&before[*end..]))?];
    ((1..=4).contains(&page.chars().count()) && !entry.contains('\n')).then_some((entry, page))
}

/// True for two leaders at least, with white space and further ones behind them.
fn leads_on(text: &str) -> bool {
    let leaders = text.trim_start();
    let rest = leaders.trim_start_matches(is_leader);
    let count = leaders[..leaders.len() - rest.len()].chars().count();
    count >= 2 && rest.chars().all(|c| c.is_whitespace() || (is_leader(c) && c != '．'))
}

/// `1. 项目绩效目标申报表`: the number of a section and its title.
fn number_and_title(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let rest = text.trim_start_matches(is_digit);
    let number = &text[..text.len() - rest.len()];
    let title = rest.trim_start().strip_prefix(['.', '、', '．'])?;
    let is_title = !title.is_empty() && !title.starts_with(is_digit) && !title.trim_start().contains('\n');
    ((1..=2).contains(&number.chars().count()) && is_title).then_some((number, title))
}

/// The first year that a text names.
pub(crate) fn year_in(text: &str) -> Option<i16> {
    text.match_indices('年').find_map(|(at, _)| year_before(&text[..at]))?.parse().ok()
}

/// The year of this century or the last that a text ends with.
fn year_before(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let (start, _) = text.char_indices().nth_back(3)?;
    let year = &text[start..];
    let of_century = year.strip_prefix("19").or_else(|| year.strip_prefix("20"))?;
    of_century.chars().all(is_digit).then_some(year)
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
    fn leaders_and_pages() {
        for (text, expected) in [
            ("甲 …… 12", Some(("甲", "12"))),
            ("甲．．．3", Some(("甲", "3"))),
            ("甲.. ．..7", Some(("甲.. ．", "7"))),
            ("甲..\n. １２", Some(("甲", "１２"))),
            ("2023..1", Some(("2023", "1"))),
            ("甲.5", None),
            ("甲..12345", None),
            ("甲\n乙..5", None),
            ("..5", None),
            ("．..5", Some(("．", "5"))),
            ("甲..", None),
        ] {
            assert_eq!(entry_and_page(text), expected, "{text}");
        }
        assert_eq!(entry_and_page(&format!("甲{} ．5", "．".repeat(1_000_000))), None);
        assert_eq!(entry_and_page(&format!("甲{}5", ".".repeat(900))), Some(("甲", "5")));
    }

    #[test]
    fn headings_of_sections() {
        for (text, expected) in [
            (" 1. 甲", Some(("1", " 甲"))),
            ("１２ ．甲", Some(("１２", "甲"))),
            ("1、 2甲", Some(("1", " 2甲"))),
            ("1.2甲", None),
            ("123.甲", None),
            ("1.", None),
            ("1.甲\n乙", None),
            ("甲", None),
        ] {
            assert_eq!(number_and_title(text), expected, "{text}");
        }
    }

    #[test]
    fn years() {
        for (text, expected) in [
            ("(2023 年度)", Some(2023)),
            ("三年内，12021年", Some(2021)),
            ("2100年1999\u{3000}年", Some(1999)),
            ("20２３年2024年", None),
            ("12345", None),
            ("3年", None),
        ] {
            assert_eq!(year_in(text), expected, "{text}");
        }
    }
}
