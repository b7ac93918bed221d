//! Reports of whole documents: nothing is lost on the way into the page, and nothing of a document can act there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use jixiao_exporter::schema::{DiagnosticRow, FormRow, IndicatorRow};
use jixiao_exporter::{DocumentObject, DocumentRecords, FormObject, SourceInfo};
use jixiao_model::Limits;
use jixiao_report::{Shown, View, html};
use serde_json::Value;

const HOSTILE: &str = "</script><script>alert(1)</script>'\"&amp;<!-- \u{0}\u{202E}\u{2028} {{script}} ]]> ${x} \\";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../fixtures/booklets/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The text of a block of data.
fn block<'a>(page: &'a str, id: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!(" id=\"{id}\">"))?;
    rest.split_once("</script>").map(|(text, _)| text)
}

fn data(page: &str) -> Value {
    serde_json::from_str(block(page, "data").unwrap()).unwrap()
}

/// Records in which every text is hostile.
fn hostile() -> DocumentRecords {
    let text = || Some(HOSTILE.to_owned());
    let source = SourceInfo {
        file_name: HOSTILE.to_owned(),
        source_path: HOSTILE.to_owned(),
        sha256: "0".repeat(64),
        bytes: 1,
        format: Some("text"),
    };
    let mut records = DocumentRecords::new(&source, jixiao_model::Document::default(), Vec::new());
    let DocumentObject { row, .. } = &mut records.document;
    (row.title, row.message) = (text(), text());
    let indicator = IndicatorRow {
        level1: text(),
        level2: text(),
        level3: text(),
        value_raw: text(),
        value_suggested: text(),
        value_parsed: Some(Value::from(HOSTILE).into()),
        ..IndicatorRow::default()
    };
    let row = FormRow { project_name: text(), department: text(), overall_goal: text(), ..FormRow::default() };
    let form = FormObject { row, amounts: vec![], indicators: vec![indicator], tasks: vec![], staffing: vec![] };
    records.forms.push(form);
    let finding = DiagnosticRow { code: "x".to_owned(), message: HOSTILE.to_owned(), ..DiagnosticRow::default() };
    records.diagnostics.push(finding);
    records
}

#[test]
fn hostile_texts_are_data_and_nothing_else() {
    let lines = View::Lines(vec![HOSTILE.to_owned()]);
    let page = html(&hostile(), &lines).unwrap();
    let plain = html(&hostile_free(), &View::Lines(vec![String::new()])).unwrap();
    for sign in ["<script", "</script", "<!--", "alert(1)</"] {
        assert_eq!(page.matches(sign).count(), plain.matches(sign).count(), "{sign}");
    }
    let data = data(&page);
    assert_eq!(data["lines"][0], HOSTILE);
    for place in ["name", "value", "level1", "suggested", "parsed"] {
        assert_eq!(data["forms"][0]["rows"][0][place], HOSTILE, "{place}");
    }
    assert_eq!((&data["document"]["title"], &data["findings"][0]["message"]), (&HOSTILE.into(), &HOSTILE.into()));
}

/// The same document with harmless texts.
fn hostile_free() -> DocumentRecords {
    let json = serde_json::to_string(&hostile()).unwrap();
    let escaped = serde_json::to_string(HOSTILE).unwrap();
    serde_json::from_str(&json.replace(&escaped, "\"text\"")).unwrap()
}

#[test]
fn the_page_loads_nothing_and_allows_one_script() {
    let page = html(&hostile(), &View::Lines(vec![String::new()])).unwrap();
    for sign in ["http://", "https://", " src=", "@import", "url(", "<link", "<iframe"] {
        let found = page.replace("http://www.w3.org/2000/svg", "").matches(sign).count();
        assert_eq!(found, 0, "{sign}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("script-src 'sha256-"));
    assert!(!page.contains("{{title}}") && !page.contains("{{data}}"));
}

fn view(name: &str, limits: &Limits) -> Vec<jixiao_report::PageView> {
    match View::new(&fixture(name), "pdf", None, limits).unwrap() {
        View::Pages(pages) => pages,
        View::Lines(_) => panic!("a PDF has pages"),
    }
}

#[test]
fn pages_are_pictures_where_their_fonts_are_in_the_file() {
    let pages = view("part-writer.pdf", &Limits::default());
    assert_eq!(pages.len(), 34);
    for page in &pages {
        let Shown::Picture(png) = &page.shown else { panic!("page {} is no picture", page.number) };
        assert!(png.starts_with(b"\x89PNG") && png.len() < 150_000, "page {}: {} bytes", page.number, png.len());
    }
    let records = hostile();
    let page = html(&records, &View::Pages(pages)).unwrap();
    let data = data(&page);
    assert_eq!((&data["pages"][33]["number"], &data["pages"][0]["mode"]), (&34.into(), &"picture".into()));
    assert!(block(&page, "page-34").is_some_and(|text| text.starts_with("iVBORw0KGgo")));
}

#[test]
fn pages_without_their_fonts_are_drawn_from_what_was_read() {
    let pages = view("part-canvas-cid.pdf", &Limits::default());
    assert!(pages.iter().all(|page| matches!(page.shown, Shown::Drawn(_))));
    let page = html(&hostile(), &View::Pages(pages)).unwrap();
    let drawing: Value = serde_json::from_str(block(&page, "page-3").unwrap()).unwrap();
    let texts: Vec<&str> = drawing["runs"].as_array().unwrap().iter().map(|run| run[4].as_str().unwrap()).collect();
    assert!(texts.contains(&"项目绩效目标申报表") && texts.contains(&"经纬领军人才扶持人数=29人"), "{texts:?}");
    assert!(drawing["rules"].as_array().unwrap().len() > 10);
}

#[test]
fn lines_are_numbered_as_the_reader_numbers_them() {
    let text = "一\r\n二\u{c}三\n\n四";
    let view = View::new(text.as_bytes(), "text", None, &Limits::default()).unwrap();
    let reading = jixiao_extractor::read_text(text.as_bytes(), &Limits::default()).unwrap();
    let View::Lines(lines) = view else { panic!("a text has lines") };
    assert_eq!(lines, ["一", "二\u{c}三", "", "四"]);
    assert!(format!("{reading:?}").contains("line: Some(4)"));
}
