//! Plain pages are read as the library's interpreter reads them.
#![allow(clippy::unwrap_used, reason = "a test that cannot read its fixture must fail")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Barrier;
use std::thread;

use jixiao_model::{Limits, ReadError};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::backend::{Reader, Screened, Source};
use crate::page::Page;

#[path = "../../../tests/support/mod.rs"]
mod support;

use support::{Draw, Encoding, Laid, Made, PLAIN, Style, lay_out};

fn open(bytes: &[u8], limits: &Limits) -> Result<Source, ReadError> {
    Source::open(Screened::new(bytes, limits)?, None)
}

/// Pages of a file, and how many of them were plain; every page is compared with what the library's way gives.
fn compare(bytes: &[u8], what: &str) -> (Vec<Page>, usize) {
    let read = |plainly: bool| {
        let source = open(bytes, &Limits::default()).ok()?;
        let mut reader = Reader::with(&source, plainly);
        let pages: Result<Vec<Page>, _> = (0..source.len()).map(|index| reader.page(index)).collect();
        Some((pages.ok()?, reader.plain.map_or(0, |plain| plain.pages)))
    };
    let (Some((pages, plain)), Some((expected, none))) = (read(true), read(false)) else {
        assert!(read(true).is_none() && read(false).is_none(), "{what}: read one way alone");
        return (Vec::new(), 0);
    };
    assert_eq!(none, 0);
    assert_eq!(pages.len(), expected.len());
    for (page, expected) in pages.iter().zip(&expected) {
        assert_same(page, expected, what);
    }
    (pages, plain)
}

/// Says what differs without printing whole pages.
fn assert_same(page: &Page, expected: &Page, what: &str) {
    let number = page.number;
    for (i, pair) in page.glyphs.iter().zip(&expected.glyphs).enumerate() {
        assert_eq!(pair.0, pair.1, "{what}: glyph {i} of page {number}");
    }
    assert_eq!(page.rules, expected.rules, "{what}: rules of page {number}");
    assert!(page == expected, "{what}: page {number} differs");
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "pdf") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(files.len() > 5, "fixtures are missing");
    files.into_iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn fixtures_are_plain_and_read_the_same() {
    let (mut all, mut plain) = (0, 0);
    for (name, bytes) in fixtures() {
        let (pages, read) = compare(&bytes, &name);
        (all, plain) = (all + pages.len(), plain + read);
    }
    assert!(all > 20 && plain * 100 >= all * 90, "{plain} of {all} pages are plain");
}

#[test]
fn made_files_read_the_same() {
    let rows = [("数量指标", "审计单位个数", "≥7个"), ("", "绿化养护管理面积", "≥251"), ("质量指标", "合格率", "100%")];
    let rows = rows.map(|(label, text, value)| Laid { label, text, value });
    for page in [230, 300, 700] {
        for style in [PLAIN, Style { again: true, ..PLAIN }, Style { header: true, ..PLAIN }] {
            let (_, plain) = compare(&lay_out(&rows, Style { page, ..style }).bytes(), "a table");
            assert!(plain > 0, "{page}");
        }
    }
    for encoding in [Encoding::UniGb, Encoding::UniGbUtf16, Encoding::GbEuc, Encoding::Gbk, Encoding::Kangxi] {
        for draw in [Draw::Stroke, Draw::Thin, Draw::Dotted, Draw::Pieces, Draw::Squares, Draw::Double, Draw::Clip] {
            for rotate in [0, 90, 180, 270] {
                let mut made = Made { encoding, rotate, draw, ..Made::new(300, 200) };
                // Not every encoding here has other characters.
                made.text(20.0, 30.0, 12.0, "产出指标");
                made.rule(20.0, 40.0, 120.0, 40.0);
                made.rule(20.0, 40.0, 20.0, 90.0);
                let (pages, plain) = compare(&made.bytes(), "a rule");
                let name = encoding as u8;
                assert_eq!((pages[0].glyphs.is_empty(), plain), (false, 1), "encoding {name}, {draw:?}, {rotate}");
            }
        }
    }
}

/// Readers that take pages in turns tell each other what they learned of the fonts; none of it may change a page.
#[test]
fn readers_side_by_side_read_the_same() {
    const READERS: usize = 4;
    for (name, bytes) in fixtures() {
        let Ok(source) = open(&bytes, &Limits::default()) else { continue };
        let mut alone = Reader::new(&source);
        let expected: Vec<Page> = (0..source.len()).filter_map(|index| alone.page(index).ok()).collect();
        for _ in 0..3 {
            let source = open(&bytes, &Limits::default()).unwrap();
            let together = Barrier::new(READERS);
            let read = |first| {
                let mut reader = Reader::new(&source);
                together.wait();
                (first..source.len()).step_by(READERS).filter_map(|index| reader.page(index).ok()).collect::<Vec<_>>()
            };
            let pages = thread::scope(|scope| {
                let readers: Vec<_> = (0..READERS).map(|first| scope.spawn(move || read(first))).collect();
                readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect::<Vec<Page>>()
            });
            assert_eq!(pages.len(), expected.len(), "{name}");
            for page in &pages {
                assert_same(page, &expected[page.number as usize - 1], &name);
            }
        }
    }
}

/// Bytes are changed in turn by a simple generator: the same ones every time.
#[test]
fn damaged_files_read_the_same() {
    let mut random = 2023_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let mut plain = 0;
    for (name, bytes) in fixtures().into_iter().filter(|(_, bytes)| bytes.len() < 200_000) {
        for round in 0..4 {
            let mut damaged = bytes.clone();
            for _ in 0..[1, 5, 20, 100][round] {
                let at = next(damaged.len());
                damaged[at] = next(256) as u8;
            }
            plain += compare(&damaged, &name).1;
        }
    }
    assert!(plain > 0);
}

/// A file of one page with fonts of all kinds, colour spaces, graphics states, an image and an annotation.
fn file(content: &str) -> Vec<u8> {
    let stream = |head: &str, data: &str| format!("<<{head}/Length {}>>\nstream\n{data}\nendstream", data.len());
    let to_unicode = "begincmap 1 begincodespacerange <00> <FF> endcodespacerange 3 beginbfchar \
        <41> <4E00> <42> <00660066> <43> <2F00> endbfchar endcmap";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]/Contents 4 0 R/Annots[11 0 R]/Resources<<\
         /Font<</F1 5 0 R/F2 7 0 R/F3 8 0 R/F4 9 0 R/F5<</Type/Font/Subtype/Type1/BaseFont/Courier>>/F6 99 0 R>>\
         /ExtGState<</G0<</ca 0/CA 0.5>>/G1<</LW 3/BM/Multiply/SMask/None>>/G2<</ca 1/CA 1/LW 0.2>>>>\
         /ColorSpace<</C0[/CalGray<</WhitePoint[0.95 1 1.09]>>]/C1 13 0 R/C2[/Indexed/DeviceRGB 1<FFFFFF000000>]>>\
         /XObject<</I0 10 0 R/X0 12 0 R>>>>>>"
            .to_owned(),
        stream("", content),
        "<</Type/Font/Subtype/Type0/BaseFont/STSong/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>".to_owned(),
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)\
         /Supplement 4>>/W[0[500 600 700] 800 900 500]/DW 1000>>"
            .to_owned(),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[0.002 0 0 0.001 0 0]/CharProcs<</a 12 0 R>>/FirstChar 65\
         /LastChar 67/Widths[500 250 300]/Encoding<</Differences[65/a/b/c]>>/ToUnicode 14 0 R>>"
            .to_owned(),
        "<</Type/Font/Subtype/TrueType/BaseFont/Arial/FirstChar 32/LastChar 68/Encoding/WinAnsiEncoding/Widths[300 \
         300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 300 \
         300 300 300 300 300 900 850 800 700]>>"
            .to_owned(),
        stream("/Type/XObject/Subtype/Image/Width 2/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", "ab"),
        "<</Type/Annot/Subtype/Stamp/Rect[10 10 60 30]/AP<</N 12 0 R>>>>".to_owned(),
        stream("/Type/XObject/Subtype/Form/BBox[0 0 50 20]", "0 0 40 1 re f"),
        "[/Separation/None/DeviceGray<</FunctionType 2/Domain[0 1]/C0[1]/C1[0]/N 1>>]".to_owned(),
        stream("", to_unicode),
    ];
    let mut out = String::from("%PDF-1.5\n");
    let mut table = String::new();
    for (i, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", out.len());
        let _ = write!(out, "{} 0 obj\n{object}\nendobj\n", i + 1);
    }
    let (start, count) = (out.len(), objects.len() + 1);
    let _ = write!(out, "xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<</Size {count}/Root 1 0 R>>\n");
    let _ = write!(out, "startxref\n{start}\n%%EOF\n");
    out.into_bytes()
}

/// Operators in an order that shows each at work; what is expected is the library's way.
#[test]
fn every_family_of_operators_is_plain() {
    let contents = [
        "1 0 0 RG 0.5 w 10 10 m 100 10 l 100 10.2 l S q 2 0 0 2 5 5 cm 10 10 m 10 90 l s Q",
        "20 20 100 1 re f 20 30 1 40 re f* 20 80 80 20 re 21 81 78 18 re f* 0 0 0 0 re f 5 5 m 90 5 l f",
        "10 10 80 80 re W n 0 0 300 1 re f q 50 50 5 5 re W* n 0 52 300 1 re f Q 0 60 300 1 re f",
        "0 0 400 300 re W n 10 10 m 20 20 l 30 5 l h W n 0 12 300 1 re f",
        "10 10 m 20 20 30 40 50 60 c 5 5 6 6 v 7 7 9 9 y b* 10 50 m 30 50 l B",
        "0 g 10 10 200 100 re f 1 g 20 20 100 1 re f 1 1 1 rg 20 30 100 1 re f 0.99 g 20 40 100 1 re f",
        "0 0 0 0 k 10 10 100 1 re f 0 0 0 1 k 10 20 100 1 re f /C0 cs 10 30 90 1 re f 1 sc 10 40 90 1 re f",
        "/C1 cs 1 scn 10 40 90 1 re f /DeviceRGB cs 1 1 1 sc 5 5 50 1 re f /C2 CS 0 SC 5 9 m 50 9 l S",
        "/G0 gs 10 10 100 1 re f 10 20 m 90 20 l S /G1 gs 10 30 m 90 30 l S /G2 gs 10 40 100 1 re f /G9 gs",
        "q 60 0 0 30 20 100 cm /I0 Do Q q 100 0 0 1 20 200 cm /I0 Do Q",
        "BT /F1 12 Tf 20 200 Td <4E004E8C> Tj 0 -20 TD [<4E09> -500 <56DB>] TJ T* <4E94> Tj ET",
        "BT /F2 12 Tf 1 0 0 1 20 100 Tm 2 Tc 5 Tw (a b) Tj 80 Tz 14 TL (c d) ' 3 Ts (e\\051\\n\\\\) Tj ET",
        "BT /F4 10 Tf 20 100 Td (ABCD) Tj 2 Tr (AB) Tj 3 Tr (CD) Tj ET BT /F3 10 Tf 9 9 Td [(AB) 20 (CA)] TJ ET",
        "/P <</MCID 0>> BDC BT /F2 9 Tf 9 9 Td /Span<</ActualText<FEFF4E8C>>>BDC (ab) Tj EMC (c) Tj ET EMC /Artifact BMC EMC",
        "0 1 -1 0 200 0 cm BT /F2 9 Tf 9 9 Td (turned) Tj ET 1 0.2 0 1 0 0 cm BT /F2 9 Tf 9 9 Td (slanted) Tj ET",
        "% a note\n[3 2] 0 d 1 J 1 j 10 M /Perceptual ri 1 i 10 10 m 50 10 l S q q",
    ];
    for content in contents {
        let (pages, plain) = compare(&file(content), content);
        assert_eq!((pages.len(), plain), (1, 1), "{content}");
    }
}

#[test]
fn what_is_not_plain_is_left_to_the_library() {
    let contents = [
        "/X0 Do",
        "BT /F5 9 Tf 9 9 Td (direct) Tj ET",
        "BT /F6 9 Tf 9 9 Td (missing) Tj ET",
        "BT /F2 9 Tf 7 Tr 9 9 Td (clips) Tj ET",
        "BT (no font) Tj ET",
        "Q 10 10 100 1 re f",
        "1 2 3 re 10 10 100 1 re f",
        "10 10 100 1 re f xyz",
        "10 10 100 1 re f (open",
        "1..2 10 100 1 re f",
        "/Pattern cs /P0 scn 10 10 100 1 re f",
        "/OC /Layer BDC 10 10 100 1 re f EMC",
        "BI /W 1 /H 1 /BPC 8 /CS /G ID a EI 10 10 100 1 re f",
        "BT /F1 9 Tf 9 9 Td <4E00 4E8C> Tj <4E> Tj ET",
        "1000000000000000 0 0 1000000000000000 0 0 cm 1e9 0 0 1 0 0 cm",
    ];
    for content in contents {
        assert_eq!(compare(&file(content), content).1, 0, "{content}");
    }
    assert_eq!(compare(&file(&"/I0 Do ".repeat(200)), "200 images").1, 1);
    assert_eq!(compare(&file(&"/I0 Do ".repeat(201)), "201 images").1, 0);
}

/// Glyphs of a page that is given up are not counted twice.
#[test]
fn a_page_that_is_read_again_costs_once() {
    let bytes = file("BT /F2 9 Tf 9 9 Td (five5) Tj ET /X0 Do BT /F2 9 Tf 9 30 Td (five5) Tj ET");
    let read = |glyphs| {
        let source = open(&bytes, &Limits { glyphs, ..Limits::default() }).unwrap();
        Reader::new(&source).page(0).map(|page| page.glyphs.len())
    };
    assert_eq!(read(10).unwrap(), 10);
    assert!(read(9).is_err());
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        40 => (-20..400_i32).prop_map(|n| n.to_string()),
        40 => (-2_000..40_000_i32).prop_map(|n| format!("{}", f64::from(n) / 100.0)),
        20 => prop::sample::select(vec!["0", "1", "-1", "-0", "+1", ".5", "-.5", "4.", "0.0001", "1000", "-0.0"])
            .prop_map(str::to_owned),
        1 => prop::sample::select(vec!["123456789012345", "1e5", "--3", "5-3", ".", "99999999999999999999"])
            .prop_map(str::to_owned),
    ]
}

fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(
            prop::sample::select(vec!["A", "B", "C", " ", "\\101", "\\n", "\\(", "()", "\n", "x"]),
            0..6
        )
        .prop_map(|parts| format!("({})", parts.concat())),
        prop::collection::vec(prop::sample::select(vec!["4E00", "4e8c", "0041", "20", "8080", "00", "4142"]), 0..6)
            .prop_map(|parts| format!("<{}>", parts.concat())),
    ]
}

/// An operator with operands that suit it.
fn operator() -> impl Strategy<Value = String> {
    let plain = vec![
        "q",
        "Q",
        "h",
        "S",
        "s",
        "f",
        "f*",
        "B",
        "b*",
        "n",
        "W n",
        "W* n",
        "BT",
        "ET",
        "T*",
        "EMC",
        "/P BMC",
        "/G0 gs",
        "/G1 gs",
        "/G2 gs",
        "/C0 cs",
        "/C1 CS",
        "/C2 cs",
        "/DeviceGray cs",
        "0 J",
        "[1 2] 0 d",
        "/I0 Do",
        "0 Tr",
        "2 Tr",
        "3 Tr",
        "/P<</MCID 1>>BDC",
        "/Span<</ActualText(ab)>>BDC",
        "/Span<</ActualText<FEFF4E00>/Lang(zh)>> BDC",
    ];
    let odd =
        vec!["7 Tr", "/X0 Do", "f f", "1 f", "/OC/L BDC", "BX", "xyz", "[", ")", "(a) f", "<zz> n", "% note\n", "true"];
    let numbers = prop::sample::select(vec![
        ("w", 1),
        ("m", 2),
        ("l", 2),
        ("c", 6),
        ("v", 4),
        ("y", 4),
        ("re", 4),
        ("g", 1),
        ("G", 1),
        ("rg", 3),
        ("RG", 3),
        ("k", 4),
        ("sc", 1),
        ("scn", 3),
        ("Tc", 1),
        ("Tw", 1),
        ("Tz", 1),
        ("TL", 1),
        ("Ts", 1),
        ("Td", 2),
        ("TD", 2),
    ]);
    let counted = (numbers, prop::collection::vec(number(), 6))
        .prop_map(|((operator, count), numbers)| format!("{} {operator}", numbers[..count].join(" ")));
    let matrix = (prop::sample::select(vec!["cm", "Tm"]), prop::collection::vec(-3..4_i32, 4), number(), number())
        .prop_map(|(operator, m, x, y)| format!("{} {} {} {} {x} {y} {operator}", m[0], m[1], m[2], m[3]));
    let font = (1..5, number()).prop_map(|(font, size)| format!("/F{font} {size} Tf"));
    let show =
        (string(), prop::sample::select(vec!["Tj", "'"])).prop_map(|(text, operator)| format!("{text} {operator}"));
    let array =
        prop::collection::vec(prop_oneof![string(), number()], 0..5).prop_map(|all| format!("[{}] TJ", all.join(" ")));
    prop_oneof![
        80 => prop::sample::select(plain).prop_map(str::to_owned),
        1 => prop::sample::select(odd).prop_map(str::to_owned),
        80 => counted,
        10 => matrix,
        30 => font,
        30 => show,
        20 => array,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(2023), ..ProptestConfig::with_cases(1_500) })]

    #[test]
    fn any_content_reads_the_same(operators in prop::collection::vec(operator(), 0..40)) {
        let content = format!("0.9 0 0 0.9 1 2 cm /F2 9 Tf q q q {}", operators.join("\n"));
        compare(&file(&content), &content);
    }
}
