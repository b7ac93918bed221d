//! Writes small PDFs for the tests, and lays tables out on pages as office programs do.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "every test binary uses a part of it")]
#![allow(
    clippy::struct_excessive_bools,
    clippy::fn_params_excessive_bools,
    clippy::needless_pass_by_value,
    reason = "which sides are drawn is what the tests vary"
)]

pub mod office;

use std::fmt::Write as _;

/// How the text of a made PDF is encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UniGB-UCS2-H, font not embedded, no ToUnicode.
    UniGb,
    /// UniGB-UTF16-H, likewise.
    UniGbUtf16,
    /// GB-EUC-H, likewise. Only for the characters of [`gbk`].
    GbEuc,
    /// GBK-EUC-H, font not embedded, no ToUnicode. Only for the characters of [`gbk`].
    Gbk,
    /// Identity-H with a ToUnicode that names every character by a Kangxi radical where there is one.
    Kangxi,
}

/// How a rule is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Draw {
    /// A stroke.
    Stroke,
    /// A thin filled rectangle.
    Thin,
    /// A stroke with a dash pattern of dots.
    Dotted,
    /// Short strokes with gaps, each drawn by itself.
    Pieces,
    /// Small filled squares, whose sides are equal but for rounding.
    Squares,
    /// Two strokes beside each other.
    Double,
    /// The whole page filled inside a thin clip.
    Clip,
    /// Twice, the second time a little off.
    Twice,
    /// Not at all.
    Nothing,
}

/// A PDF under construction: content streams of its pages.
pub struct Made {
    pub encoding: Encoding,
    pub width: i32,
    pub height: i32,
    pub rotate: i32,
    /// Vertical rules are drawn.
    pub sides: bool,
    pub draw: Draw,
    pub pages: Vec<String>,
}

impl Made {
    pub fn new(width: i32, height: i32) -> Self {
        Self {
            encoding: Encoding::UniGb,
            width,
            height,
            rotate: 0,
            sides: true,
            draw: Draw::Stroke,
            pages: vec![String::new()],
        }
    }

    pub fn page(&mut self) -> &mut String {
        self.pages.last_mut().unwrap()
    }

    /// Text with its baseline at `y` from the top.
    pub fn text(&mut self, x: f64, y: f64, size: f64, text: &str) {
        let codes = encode(self.encoding, text);
        let y = f64::from(self.height) - y;
        let _ = writeln!(self.page(), "BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm <{codes}> Tj ET");
    }

    pub fn rule(&mut self, x0: f64, y0: f64, x1: f64, y1: f64) {
        let h = f64::from(self.height);
        let (y0, y1) = (h - y0, h - y1);
        let line = |x0: f64, y0: f64, x1: f64, y1: f64| format!("0.5 w {x0} {y0} m {x1} {y1} l S\n");
        let (across, down) = if (x1 - x0).abs() < 0.01 { (1.0, 0.0) } else { (0.0, 1.0) };
        let thin = format!("{} {} {} {} re", x0, y1, (x1 - x0).max(0.5), (y0 - y1).max(0.5));
        let drawn = match self.draw {
            Draw::Stroke => line(x0, y0, x1, y1),
            Draw::Thin => format!("{thin} f\n"),
            Draw::Dotted => format!("q [1 2] 0 d {}Q\n", line(x0, y0, x1, y1)),
            Draw::Pieces => pieces(x0, y0, x1, y1),
            Draw::Squares => squares(x0, y0, x1, y1),
            Draw::Double => {
                line(x0, y0, x1, y1) + &line(x0 + across * 1.5, y0 - down * 1.5, x1 + across * 1.5, y1 - down * 1.5)
            }
            Draw::Clip => format!("q {thin} W n 0 0 {} {} re f Q\n", self.width, self.height),
            Draw::Nothing => String::new(),
            Draw::Twice => {
                line(x0, y0, x1, y1) + &line(x0 + across * 0.4, y0 - down * 0.4, x1 + across * 0.4, y1 - down * 0.4)
            }
        };
        self.page().push_str(&drawn);
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut objects: Vec<String> = Vec::new();
        let kids: Vec<String> = (0..self.pages.len()).map(|i| format!("{} 0 R", 10 + i * 2)).collect();
        objects.push("<</Type/Catalog/Pages 2 0 R>>".into());
        objects.push(format!("<</Type/Pages/Count {}/Kids[{}]>>", kids.len(), kids.join(" ")));
        let name = match self.encoding {
            Encoding::UniGb => "UniGB-UCS2-H",
            Encoding::UniGbUtf16 => "UniGB-UTF16-H",
            Encoding::GbEuc => "GB-EUC-H",
            Encoding::Gbk => "GBK-EUC-H",
            Encoding::Kangxi => "Identity-H",
        };
        let to_unicode = if self.encoding == Encoding::Kangxi { "/ToUnicode 6 0 R" } else { "" };
        objects.push(format!(
            "<</Type/Font/Subtype/Type0/BaseFont/STSong/Encoding/{name}{to_unicode}/DescendantFonts[4 0 R]>>"
        ));
        objects.push(
            "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)\
             /Supplement 4>>/FontDescriptor 5 0 R/DW 1000>>"
                .into(),
        );
        objects.push(
            "<</Type/FontDescriptor/FontName/STSong/Flags 6/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880\
             /Descent -120/CapHeight 700/StemV 80>>"
                .into(),
        );
        objects.push(stream(&kangxi_map()));
        while objects.len() < 9 {
            objects.push("null".into());
        }
        for (i, content) in self.pages.iter().enumerate() {
            objects.push(format!(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {} {}]/Rotate {}/Resources<</Font<</F1 3 0 R>>>>/Contents {} 0 R>>",
                self.width,
                self.height,
                self.rotate,
                11 + i * 2
            ));
            objects.push(stream(content));
        }
        file(&objects)
    }
}

/// Dashes of 2 pt with gaps of 1.5 pt.
fn pieces(x0: f64, y0: f64, x1: f64, y1: f64) -> String {
    let length = (x1 - x0).abs() + (y1 - y0).abs();
    let (dx, dy) = ((x1 - x0) / length, (y1 - y0) / length);
    let mut out = String::new();
    let mut at = 0.0;
    while at < length {
        let end = (at + 2.0).min(length);
        let _ = writeln!(out, "0.5 w {} {} m {} {} l S", x0 + dx * at, y0 + dy * at, x0 + dx * end, y0 + dy * end);
        at += 3.5;
    }
    out
}

/// Squares of 0.75 pt with gaps as wide, in turn a little higher and a little wider than that.
fn squares(x0: f64, y0: f64, x1: f64, y1: f64) -> String {
    let length = (x1 - x0).abs() + (y1 - y0).abs();
    let (dx, dy) = ((x1 - x0) / length, (y1 - y0) / length);
    let mut out = String::new();
    let mut at = 0.0;
    let odd = (x0 + y0) as i64 % 2 == 0;
    let (w, h) = if odd { (0.75, 0.750_01) } else { (0.750_01, 0.75) };
    while at < length {
        let _ = writeln!(out, "{} {} {w} {h} re f", x0 + dx * at - 0.375, y0 + dy * at - 0.375);
        at += 1.5;
    }
    out
}

fn stream(content: &str) -> String {
    format!("<</Length {}>>\nstream\n{content}\nendstream", content.len())
}

fn file(objects: &[String]) -> Vec<u8> {
    let mut out = String::from("%PDF-1.5\n");
    let mut offsets = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        let _ = write!(out, "{} 0 obj\n{object}\nendobj\n", i + 1);
    }
    let start = out.len();
    let _ = write!(out, "xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1);
    for offset in &offsets {
        let _ = writeln!(out, "{offset:010} 00000 n ");
    }
    let _ = write!(out, "trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", offsets.len() + 1);
    out.into_bytes()
}

fn encode(encoding: Encoding, text: &str) -> String {
    text.chars()
        .map(|c| match encoding {
            Encoding::UniGb | Encoding::UniGbUtf16 | Encoding::Kangxi => format!("{:04X}", u32::from(c)),
            Encoding::Gbk | Encoding::GbEuc => gbk(c),
        })
        .collect()
}

/// Codes in GBK, and in GB 2312, of the few characters that the tests write.
fn gbk(c: char) -> String {
    let codes = [('产', "B2FA"), ('出', "B3F6"), ('指', "D6B8"), ('标', "B1EA"), ('数', "CAFD"), ('量', "C1BF")];
    match codes.iter().find(|(known, _)| *known == c) {
        Some((_, code)) => (*code).to_owned(),
        None => format!("{:02X}", u32::from(c)),
    }
}

/// 一 and 二 named by their radicals.
fn kangxi_map() -> String {
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 begincodespacerange <0000> <FFFF> \
     endcodespacerange 2 beginbfchar <4E00> <2F00> <4E8C> <2F06> endbfchar endcmap end end"
        .into()
}

/// A row of a table to lay out: label (empty where the one above goes on), text, value.
pub struct Laid {
    pub label: &'static str,
    pub text: &'static str,
    pub value: &'static str,
}

/// How a producer draws a table over pages.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Height of the page in points.
    pub page: i32,
    /// Labels are printed again at the top of the next page.
    pub again: bool,
    /// A rule closes the cells at the bottom of a page.
    pub close: bool,
    /// The header row is printed again.
    pub header: bool,
    /// Vertical rules are drawn.
    pub sides: bool,
    /// Labels stand beside the middle row of their group.
    pub middle: bool,
    pub draw: Draw,
}

/// One page as high as needed, borders all around, labels once at the top of their group.
pub const PLAIN: Style =
    Style { page: 2000, again: false, close: true, header: false, sides: true, middle: false, draw: Draw::Stroke };

const SIZE: f64 = 10.0;
const LEADING: f64 = 13.0;
const PAD: f64 = 4.0;
const MARGIN: f64 = 70.0;
const XS: [f64; 4] = [60.0, 130.0, 252.0, 322.0];

/// Lines of a text in a column.
fn wrapped(text: &str, column: usize) -> Vec<String> {
    let room = ((XS[column + 1] - XS[column] - 2.0 * PAD) / SIZE) as usize;
    text.chars().collect::<Vec<char>>().chunks(room).map(|line| line.iter().collect()).collect()
}

/// Lays the table out with cells filled from the top, as office programs do: a row is cut between lines where the page
/// ends.
pub fn lay_out(rows: &[Laid], style: Style) -> Made {
    let mut made = Made::new(400, style.page);
    made.sides = style.sides;
    made.draw = style.draw;
    let bottom = f64::from(style.page) - MARGIN;
    let mut y = MARGIN;
    let header = ["类别", "指标名称", "目标值"];
    draw_row(&mut made, &mut y, header.map(|text| vec![text.to_owned()]), true);
    let mut label = "";
    for (i, row) in rows.iter().enumerate() {
        let starts = !row.label.is_empty();
        if starts {
            label = row.label;
        }
        let mut cells =
            [if starts { wrapped(row.label, 0) } else { Vec::new() }, wrapped(row.text, 1), wrapped(row.value, 2)];
        let mut first = true;
        while first || cells.iter().any(|lines| !lines.is_empty()) {
            let room = ((bottom - y - 2.0 * PAD) / LEADING).floor();
            let lines = cells[1..].iter().map(Vec::len).max().unwrap_or(0).max(usize::from(first));
            if room < 1.0 {
                end_page(&mut made, &mut y, style, header);
                if !starts && style.again && first {
                    cells[0] = wrapped(label, 0);
                }
                continue;
            }
            let here = lines.min(room as usize);
            let part: [Vec<String>; 3] = std::array::from_fn(|c| {
                let count = cells[c].len().min(if c == 0 { usize::MAX } else { here });
                cells[c].drain(..count).collect()
            });
            let ends_group = rows.get(i + 1).is_none_or(|next| !next.label.is_empty());
            let ends_row = cells[1..].iter().all(Vec::is_empty);
            draw_row_part(&mut made, &mut y, part, here, first, ends_row, starts && first, ends_group && ends_row);
            first = false;
        }
    }
    made
}

/// The row of a group beside which its label is printed.
fn label_row(rows: &[Laid], row: usize, middle: bool) -> usize {
    let first = (0..=row).rev().find(|i| !rows[*i].label.is_empty()).unwrap_or(0);
    let count = 1 + rows[first + 1..].iter().take_while(|row| row.label.is_empty()).count();
    first + if middle { count / 2 } else { 0 }
}

fn end_page(made: &mut Made, y: &mut f64, style: Style, header: [&str; 3]) {
    if style.close {
        made.rule(XS[0], *y, XS[3], *y);
    }
    made.pages.push(String::new());
    *y = MARGIN;
    made.rule(XS[0], *y, XS[3], *y);
    if style.header {
        draw_row(made, y, header.map(|text| vec![text.to_owned()]), true);
    }
}

fn draw_row(made: &mut Made, y: &mut f64, cells: [Vec<String>; 3], closed: bool) {
    draw_row_part(made, y, cells, 1, true, true, closed, closed);
}

#[expect(clippy::too_many_arguments, reason = "which sides of which cells are drawn")]
fn draw_row_part(
    made: &mut Made,
    y: &mut f64,
    cells: [Vec<String>; 3],
    lines: usize,
    first: bool,
    last: bool,
    label_top: bool,
    label_bottom: bool,
) {
    let top = *y;
    let bottom = top + 2.0 * PAD + lines as f64 * LEADING;
    for (c, cell) in cells.iter().enumerate() {
        for (i, line) in cell.iter().enumerate() {
            made.text(XS[c] + PAD, top + PAD + SIZE + i as f64 * LEADING, SIZE, line);
        }
    }
    if first {
        made.rule(XS[usize::from(!label_top)], top, XS[3], top);
    }
    if last {
        made.rule(XS[usize::from(!label_bottom)], bottom, XS[3], bottom);
    }
    let xs = if made.sides { XS.as_slice() } else { &[] };
    for &x in xs {
        made.rule(x, top, x, bottom);
    }
    *y = bottom;
}
