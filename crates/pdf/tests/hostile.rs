//! Files that were made to harm: each ends with an error that says what to do, or with what could be read of it.
//!
//! A test that fails here may end the test program: an endless recursion cannot be caught.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use jixiao_model::{Block, Limits, ReadError, Reading, join_lines};
use jixiao_pdf::read_pdf;

/// The objects of a file, numbered from 1.
struct Objects(Vec<Vec<u8>>);

/// Numbers of the first objects of [`Objects::page`].
const CONTENT: usize = 4;

impl Objects {
    /// A page with one content stream, and further objects from number 5 on.
    fn page(resources: &str, content: Vec<u8>, more: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let page = format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Contents {CONTENT} 0 R/Resources<</Font<</F<</Type/Font\
             /Subtype/Type1/BaseFont/Helvetica>>>>{resources}>>>>"
        );
        let mut objects = vec![
            b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
            page.into_bytes(),
            content,
        ];
        objects.extend(more);
        Self(objects)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = b"%PDF-1.7\n".to_vec();
        let mut offsets = Vec::new();
        for (i, object) in self.0.iter().enumerate() {
            offsets.push(out.len());
            out.extend(format!("{} 0 obj\n", i + 1).bytes());
            out.extend(object);
            out.extend(b"\nendobj\n");
        }
        let start = out.len();
        out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).bytes());
        for offset in &offsets {
            out.extend(format!("{offset:010} 00000 n \n").bytes());
        }
        let size = offsets.len() + 1;
        out.extend(format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
        out
    }

    fn read(&self, limits: Limits) -> Result<Reading, ReadError> {
        read_pdf(&self.bytes(), None, &limits)
    }
}

fn object(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn stream(keys: &str, data: &[u8]) -> Vec<u8> {
    let mut out = format!("<<{keys}/Length {}>>\nstream\n", data.len()).into_bytes();
    out.extend(data);
    out.extend(b"\nendstream");
    out
}

fn list(numbers: std::ops::Range<usize>, item: impl Fn(usize) -> String) -> String {
    numbers.map(item).collect::<Vec<_>>().concat()
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn deflated(keys: &str, data: &[u8]) -> Vec<u8> {
    stream(&format!("{keys}/Filter/FlateDecode"), &deflate(data))
}

/// A content that shows a word.
const HELLO: &str = "BT /F 12 Tf 50 300 Td (hello) Tj ET ";

fn hello() -> Vec<u8> {
    stream("", HELLO.as_bytes())
}

const MEGABYTE: usize = 1 << 20;

/// One stream may take a megabyte.
fn tight() -> Limits {
    Limits { decompressed: 32 * MEGABYTE as u64, ..Limits::default() }
}

fn short() -> Limits {
    Limits { time: Duration::from_millis(700), ..Limits::default() }
}

#[track_caller]
fn assert_over(result: &Result<Reading, ReadError>, wanted: &str) {
    match result {
        Err(ReadError::OverLimit { flag, .. }) if *flag == wanted => {}
        other => panic!("not over {wanted}: {other:?}"),
    }
}

/// What was read is not all, and a diagnostic says of which page.
#[track_caller]
fn assert_partial(reading: &Reading, code: &str, page: Option<u32>) {
    assert!(reading.partial, "{reading:?}");
    let found = reading.diagnostics.iter().any(|d| d.code == code && d.place.page == page);
    assert!(found, "{code} on {page:?}: {:?}", reading.diagnostics);
}

/// The page cannot be read; there is no other, so that nothing can.
#[track_caller]
fn assert_refused(result: &Result<Reading, ReadError>, why: &str) {
    match result {
        Err(ReadError::NotReadable(message)) => assert!(message.contains(why), "{message}"),
        other => panic!("{other:?}"),
    }
}

fn text(reading: &Reading) -> String {
    let lines = |block: &Block| match block {
        Block::Paragraph(lines) => join_lines(lines),
        _ => String::new(),
    };
    reading.blocks.iter().map(lines).collect()
}

#[test]
fn bombs_in_streams() {
    let spaces = vec![b' '; 2 * MEGABYTE];
    let content = Objects::page("", deflated("", &spaces), []);
    assert_over(&content.read(tight()), "--limit-decompressed");
    let twice = stream("/Filter[/FlateDecode/FlateDecode]", &deflate(&deflate(&spaces)));
    assert_over(&Objects::page("", twice, []).read(tight()), "--limit-decompressed");
    let picture = deflated("/Subtype/Image/Width 1/Height 1", &spaces);
    assert_over(&Objects::page("", picture, []).read(tight()), "--limit-decompressed");
    let runs = stream("/Filter/RunLengthDecode", &[129, b' '].repeat(17_000));
    assert_over(&Objects::page("", runs, []).read(tight()), "--limit-decompressed");

    let form = deflated("/Type/XObject/Subtype/Form/BBox[0 0 400 400]", &spaces);
    let form = Objects::page("/XObject<</X 5 0 R>>", stream("", b"/X Do"), [form]);
    assert_over(&form.read(tight()), "--limit-decompressed");

    let font = "<</Type/Font/Subtype/TrueType/BaseFont/A/FontDescriptor<</Type/FontDescriptor/FontFile2 6 0 R>>>>";
    let font = [object(font), deflated("/Length1 10", &spaces)];
    let font = Objects::page("/ColorSpace<</C 5 0 R>>", hello(), font);
    assert_over(&font.read(tight()), "--limit-decompressed");
}

/// The limits that stand without any flag hold, too.
#[test]
fn a_bomb_against_the_limits_as_they_are() {
    let bomb = Objects::page("", deflated("", &vec![b'0'; 70 * MEGABYTE]), []);
    assert!(bomb.bytes().len() < 100_000);
    assert_over(&bomb.read(Limits::default()), "--limit-decompressed");
}

/// Many contents, none of which is too large by itself.
#[test]
fn a_bomb_in_pieces() {
    let mut objects = Objects::page("", hello(), []);
    let pieces = "5 0 R ".repeat(50);
    objects.0[2] = object(&format!("<</Type/Page/Parent 2 0 R/Contents[{pieces}]>>"));
    objects.0.push(deflated("", &vec![b' '; MEGABYTE - 1]));
    assert_over(&objects.read(tight()), "--limit-decompressed");
}

/// Pages, catalog and all others inside an object stream.
fn with_object_stream(members: &[u8], first: usize, count: usize) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let offset = out.len();
    out.extend(b"9 0 obj\n");
    out.extend(deflated(&format!("/Type/ObjStm/N {count}/First {first}"), members));
    out.extend(b"\nendobj\n");
    let start = out.len();
    let mut entries = Vec::new();
    for i in 0..3_u8 {
        entries.extend([2, 0, 0, 9, i]);
    }
    let [.., high, middle, low] = offset.to_be_bytes();
    entries.extend([1, high, middle, low, 0]);
    out.extend(b"10 0 obj\n");
    out.extend(stream("/Type/XRef/Size 10/W[1 3 1]/Index[1 3 9 1]/Root 1 0 R", &entries));
    out.extend(format!("\nendobj\nstartxref\n{start}\n%%EOF").bytes());
    out
}

#[test]
fn bombs_where_a_file_is_opened() {
    let catalog = "<</Type/Catalog/Pages 2 0 R>>";
    let kids = "<</Type/Pages/Count 1/Kids[3 0 R]>>";
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]>>";
    let head = format!("1 0 2 {} 3 {} ", catalog.len(), catalog.len() + kids.len());
    let mut members = format!("{head}{catalog}{kids}{page}").into_bytes();
    let plain = with_object_stream(&members, head.len(), 3);
    assert_refused(&read_pdf(&plain, None, &tight()), "no text on any of the 1 pages");
    members.resize(2 * MEGABYTE, b' ');
    let bomb = with_object_stream(&members, head.len(), 3);
    assert_over(&read_pdf(&bomb, None, &tight()), "--limit-decompressed");

    let mut xref = b"%PDF-1.7\n1 0 obj\n".to_vec();
    xref.extend(deflated("/Type/XRef/Size 99999999/W[1 3 1]/Root 1 0 R", &vec![0; 2 * MEGABYTE]));
    xref.extend(b"\nendobj\nstartxref\n9\n%%EOF");
    assert_over(&read_pdf(&xref, None, &tight()), "--limit-decompressed");
}

#[test]
fn bombs_of_objects() {
    let limits = Limits { objects: 1_000, ..Limits::default() };
    let many = Objects::page("", hello(), (0..2_000).map(|_| object("null")));
    assert_over(&many.read(limits), "--limit-objects");
    let mut inline = Objects::page("", hello(), []);
    inline.0[1] = object(&format!("<</Type/Pages/Count 1/Kids[{}]>>", "<<>>".repeat(2_000)));
    assert_over(&inline.read(limits), "--limit-objects");
    assert!(Objects::page("", hello(), []).read(limits).is_ok());
}

#[test]
fn too_many_pages() {
    let mut objects = Objects::page("", hello(), []);
    let page = objects.0[2].clone();
    objects.0.extend((0..20).map(|_| page.clone()));
    let kids = list(5..25, |n| format!("{n} 0 R "));
    objects.0[1] = object(&format!("<</Type/Pages/Count 20/Kids[{kids}]>>"));
    assert_eq!(objects.read(Limits::default()).unwrap().pages, Some(20));
    assert_over(&objects.read(Limits { pages: 19, ..Limits::default() }), "--limit-pages");
}

#[test]
fn page_trees_that_go_round() {
    let mut objects = Objects::page("", hello(), []);
    objects.0[1] = object("<</Type/Pages/Count 1/Kids[2 0 R 3 0 R 2 0 R 3 0 R 5 0 R]>>");
    objects.0.push(object("<</Type/Pages/Count 1/Kids[2 0 R 5 0 R]>>"));
    let reading = objects.read(Limits::default()).unwrap();
    assert_eq!((reading.pages, text(&reading).as_str()), (Some(1), "hello"));
    assert!(!reading.partial);
}

#[test]
fn page_trees_that_are_deep() {
    let mut objects = Objects::page("", hello(), []);
    objects.0[1] = object("<</Type/Pages/Count 1/Kids[5 0 R]>>");
    objects.0.extend((6..5_005).map(|next| object(&format!("<</Type/Pages/Count 1/Kids[{next} 0 R]>>"))));
    objects.0.push(object("<</Type/Pages/Count 1/Kids[3 0 R]>>"));
    assert_eq!(text(&objects.read(Limits::default()).unwrap()), "hello");
}

#[test]
fn pages_that_are_not_there() {
    let mut objects = Objects::page("", hello(), []);
    objects.0[1] = object("<</Type/Pages/Count 3/Kids[3 0 R 99 0 R 5 0 R]>>");
    objects.0.push(object(&format!("<</Type/Page/A {}>>", "[".repeat(5_000))));
    let reading = objects.read(Limits::default()).unwrap();
    assert_partial(&reading, "pages_missing", None);
    assert_eq!(text(&reading), "hello");
}

/// Brackets inside each other, in an object that the page needs, in one that it does not need, and in its content.
#[test]
fn deep_brackets() {
    for bracket in ["[", "<</A"] {
        let deep = bracket.repeat(200_000);
        let unneeded = Objects::page("", hello(), [object(&deep)]).read(Limits::default());
        match bracket {
            "[" => assert_eq!(text(&unneeded.unwrap()), "hello"),
            _ => assert_refused(&unneeded, "never end"),
        }
        let content = Objects::page("", deflated("", format!("{HELLO} {deep} Tj").as_bytes()), []);
        assert_eq!(text(&content.read(Limits::default()).unwrap()), "hello");
        let needed = Objects::page(&format!("/Properties {deep}"), hello(), []);
        assert!(needed.read(Limits::default()).is_err());
    }
}

fn form(resources: &str, content: &str) -> Vec<u8> {
    let keys = format!("/Type/XObject/Subtype/Form/BBox[0 0 400 400]/Resources<<{resources}>>");
    stream(&keys, content.as_bytes())
}

/// Forms in forms, each drawn `times` times by the one before.
fn nested_forms(depth: usize, times: usize) -> Objects {
    let calls = "/X Do ".repeat(times);
    let forms = (0..depth).map(|i| form(&format!("/XObject<</X {} 0 R>>", i + 6), &calls));
    let mut objects = Objects::page("/XObject<</X 5 0 R>>", stream("", format!("{HELLO} /X Do").as_bytes()), forms);
    objects.0.push(form("", "0 0 m"));
    objects
}

#[test]
fn forms_inside_each_other() {
    assert_eq!(text(&nested_forms(20, 1).read(Limits::default()).unwrap()), "hello");
    assert_over(&nested_forms(40, 1).read(Limits::default()), "--limit-nesting");
    assert_over(&nested_forms(20, 1).read(Limits { nesting: 10, ..Limits::default() }), "--limit-nesting");
    assert_over(&nested_forms(30, 2).read(short()), "--limit-time");
    // A form that draws itself, and one that draws the form that draws it: the inner one is left out.
    for number in [5, 6] {
        let mut round = nested_forms(1, 2);
        round.0[number - 1] = form("/XObject<</X 5 0 R>>", "/X Do /X Do");
        assert_eq!(text(&round.read(Limits::default()).unwrap()), "hello");
    }
}

/// Producers give the same resources to all forms of a file: a form that could draw itself need not do so.
#[test]
fn forms_with_common_resources_are_not_nested() {
    let names = list(5..105, |n| format!("/X{n} {n} 0 R"));
    let forms = (5..105).map(|_| form(&format!("/XObject<<{names}>>"), "0 0 m"));
    let calls = list(5..105, |n| format!("/X{n} Do "));
    let objects =
        Objects::page(&format!("/XObject<<{names}>>"), stream("", format!("{HELLO} {calls}").as_bytes()), forms);
    let reading = objects.read(Limits::default()).unwrap();
    assert!(!reading.partial && text(&reading) == "hello");
}

/// Hidden forms are decoded, but tell the reader nothing.
#[test]
fn hidden_forms_take_time() {
    let hidden = "<</Type/OCG/Name(x)>>";
    let content = format!("/OC /O BDC {} EMC", "/X Do ".repeat(200_000));
    let big = deflated("/Type/XObject/Subtype/Form/BBox[0 0 4 4]", &vec![b' '; MEGABYTE]);
    let mut objects =
        Objects::page("/XObject<</X 5 0 R>>/Properties<</O 6 0 R>>", deflated("", content.as_bytes()), [big]);
    objects.0.push(object(hidden));
    objects.0[0] = object("<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]>>>>>>");
    assert_over(&objects.read(short()), "--limit-time");
}

const COLOURED: &str = "/C cs /C CS ";

#[test]
fn colours_without_end() {
    let content = || stream("", format!("{COLOURED}{HELLO}").as_bytes());
    let function = "<</FunctionType 2/Domain[0 1]/N 1>>";
    for space in [
        format!("[/Separation/A 5 0 R {function}]"),
        "[/Indexed 5 0 R 1 <00>]".to_owned(),
        "[/Pattern 5 0 R]".to_owned(),
        format!("[/DeviceN[/A] 5 0 R {function}]"),
        "[/Separation/A/DeviceRGB 6 0 R]".to_owned(),
    ] {
        let itself = "<</FunctionType 3/Domain[0 1]/Bounds[]/Encode[0 1]/Functions[6 0 R]>>";
        let objects = Objects::page("/ColorSpace<</C 5 0 R>>", content(), [object(&space), object(itself)]);
        assert_over(&objects.read(Limits::default()), "--limit-nesting");
    }
    let deep = format!("{}/DeviceGray{}", "[/Pattern".repeat(400), "]".repeat(400));
    let objects = Objects::page(&format!("/ColorSpace<</C{deep}>>"), content(), []);
    assert_over(&objects.read(Limits::default()), "--limit-nesting");
}

#[test]
fn functions_that_are_too_much() {
    let wide = |next: usize| {
        let parts = format!("{next} 0 R ").repeat(10);
        format!("<</FunctionType 3/Domain[0 1]/Bounds[]/Encode[0 1]/Functions[{parts}]>>")
    };
    let mut more = vec![object("[/Separation/A/DeviceRGB 6 0 R]")];
    more.extend((7..20).map(|next| object(&wide(next))));
    more.push(object("<</FunctionType 2/Domain[0 1]/N 1>>"));
    let content = stream("", format!("{COLOURED}{HELLO}").as_bytes());
    let objects = Objects::page("/ColorSpace<</C 5 0 R>>", content.clone(), more);
    assert_refused(&objects.read(Limits::default()), "colours");

    let program = stream("/FunctionType 4/Domain[0 1]/Range[0 1]", "{".repeat(500_000).as_bytes());
    let more = [object("[/Separation/A/DeviceGray 6 0 R]"), program];
    assert_refused(&Objects::page("/ColorSpace<</C 5 0 R>>", content, more).read(Limits::default()), "colours");
}

#[test]
fn fonts_with_endless_widths() {
    let more_than_can_be_counted = format!("/W[0 {0} 500 0 {0} 500 0 2 500]", "9".repeat(20));
    let widths = ["/W[0 4294967295 500]", "/W2[0 4294967295 1 1 1]", "/W[1[500] 0 900000 500 0 900000 500]"];
    for widths in widths.into_iter().chain([&*more_than_can_be_counted]) {
        let descendant = format!("<</Type/Font/Subtype/CIDFontType0/BaseFont/A{widths}>>");
        let font = format!("<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[{descendant}]>>");
        let mut objects = Objects::page("", hello(), [object(&font)]);
        objects.0[2] =
            object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>");
        assert_refused(&objects.read(Limits::default()), "widths");
    }
}

#[test]
fn millions_of_glyphs() {
    let line = format!("BT /F 1 Tf 50 300 Td ({}) Tj ET ", "x".repeat(1_000));
    let many = Objects::page("", deflated("", line.repeat(3_000).as_bytes()), []);
    assert_over(&many.read(Limits { glyphs: 1_000_000, ..Limits::default() }), "--limit-glyphs");
    let reading = many.read(Limits::default()).unwrap();
    assert_partial(&reading, "page_unreadable", Some(1));

    let one = format!("BT /F 1 Tf 50 300 Td ({}) Tj ET ", "x".repeat(3_000_000));
    assert_refused(&Objects::page("", deflated("", one.as_bytes()), []).read(Limits::default()), "glyphs");
}

/// A character whose text is as long as a book.
#[test]
fn glyphs_that_stand_for_books() {
    let map = format!(
        "1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <78> <{}> endbfchar",
        "0041".repeat(100_000)
    );
    let font = object("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>");
    let content = format!("BT /B 1 Tf 50 300 Td ({}) Tj ET ", "x".repeat(2_000));
    let mut objects = Objects::page("", stream("", content.as_bytes()), [font, deflated("", map.as_bytes())]);
    objects.0[2] =
        object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Contents 4 0 R/Resources<</Font<</B 5 0 R>>>>>>");
    assert_over(&objects.read(Limits::default()), "--limit-glyphs");
}

#[test]
fn pictures_that_never_end() {
    for piece in ["BI ID ", "BI /W 1 /H 1 ID x EI [ ", "BI ID EI BI ( "] {
        let content = format!("{HELLO} {}", piece.repeat(200_000));
        let result = Objects::page("", deflated("", content.as_bytes()), []).read(Limits::default());
        assert_refused(&result, "pictures");
    }
}

/// Objects that never end: every one is read to the end of the file where the file has to be repaired.
#[test]
fn objects_that_never_end() {
    for piece in ["1 0 obj ( ", "2 0 obj [ ", "3 0 obj <</A( ", "<</A( "] {
        let result = read_pdf(format!("%PDF-1.7\n{}", piece.repeat(100_000)).as_bytes(), None, &Limits::default());
        assert!(matches!(result, Err(ReadError::NotReadable(_))), "{piece}: {result:?}");
    }
}

#[test]
fn odd_page_boxes() {
    let boxes = [
        "[0 0 1e30 1e30]",
        "[0 0 99999999999 99999999999]",
        "[-1e30 -1e30 1e30 1e30]",
        "[400 400 0 0]",
        "[0 0 0 0]",
        "[0 0 400]",
        "[0 0 1e-9 400]",
        "(none)",
        "[nan inf 1 1]",
    ];
    for area in boxes {
        let mut objects = Objects::page("", hello(), []);
        objects.0[2] = object(&format!(
            "<</Type/Page/Parent 2 0 R/MediaBox{area}/Rotate 90/Contents 4 0 R/Resources<</Font<</F<</Type/Font\
             /Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
        ));
        // What matters is that it ends; whether the word stands on such a page is a matter of taste.
        if let Ok(reading) = objects.read(Limits::default()) {
            assert_eq!(reading.pages, Some(1), "{area}");
        }
    }
}

#[test]
fn content_that_is_damaged() {
    let text = list(0..200, |i| format!("BT /F 12 Tf {i} {} Td (hello {i}) Tj ET ", i * 7 % 390));
    let whole = deflate(text.as_bytes());
    let cut = stream("/Filter/FlateDecode", &whole[..whole.len() / 2]);
    assert_partial(&Objects::page("", cut, []).read(Limits::default()).unwrap(), "page_unreadable", Some(1));
    let mut wrong = whole;
    let last = wrong.len() - 1;
    wrong[last] ^= 0x55;
    let wrong = stream("/Filter/FlateDecode", &wrong);
    assert_partial(&Objects::page("", wrong, []).read(Limits::default()).unwrap(), "page_unreadable", Some(1));

    let mut missing = Objects::page("", hello(), []);
    missing.0[2] = object(&String::from_utf8(missing.0[2].clone()).unwrap().replace("4 0 R", "[4 0 R 77 0 R]"));
    assert_partial(&missing.read(Limits::default()).unwrap(), "page_unreadable", Some(1));
    let mut none = Objects::page("", hello(), []);
    none.0[2] = object(&String::from_utf8(none.0[2].clone()).unwrap().replace("4 0 R", "77 0 R"));
    assert_refused(&none.read(Limits::default()), "content is damaged");
}

#[test]
fn a_part_that_is_damaged() {
    let data = deflate(HELLO.repeat(200).as_bytes());
    let keys = "/Type/XObject/Subtype/Form/BBox[0 0 400 400]/Filter/FlateDecode";
    let cut = stream(keys, &data[..data.len() / 2]);
    let content = stream("", format!("{HELLO} /X Do").as_bytes());
    let mut objects = Objects::page("/XObject<</X 5 0 R>>", content, [cut]);
    objects.0.push(objects.0[2].clone());
    objects.0[1] = object("<</Type/Pages/Count 2/Kids[3 0 R 6 0 R]>>");
    let reading = objects.read(Limits::default()).unwrap();
    assert_partial(&reading, "page_unreadable", Some(1));
    assert_partial(&reading, "page_unreadable", Some(2));
}

/// Text that was turned into curves.
#[test]
fn drawings_instead_of_text() {
    let curves = "10 10 m 20 20 30 10 40 10 c f ".repeat(30);
    let mut objects = Objects::page("", hello(), [stream("", curves.as_bytes())]);
    let page = String::from_utf8(objects.0[2].clone()).unwrap();
    objects.0.push(object(&page.replace("4 0 R", "5 0 R")));
    objects.0[1] = object("<</Type/Pages/Count 2/Kids[3 0 R 6 0 R]>>");
    assert_partial(&objects.read(Limits::default()).unwrap(), "page_without_text", Some(2));
}

/// A scan with a printed number on it.
#[test]
fn a_picture_with_little_text() {
    let content = format!("q 400 0 0 400 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u{1} EI Q {HELLO}");
    let reading = Objects::page("", stream("", content.as_bytes()), []).read(Limits::default()).unwrap();
    assert!(!reading.partial);
    assert_eq!(reading.diagnostics[0].code, "page_mostly_picture");
}
