//! PDFs made for one difficulty each.
#![allow(clippy::unwrap_used, reason = "a test that cannot read its fixture must fail")]

mod support;

use jixiao_model::{Block, JoinKind, Limits, Origin, ReadError, Reading, Table, join_lines};
use jixiao_pdf::{pages, read_pdf};
use support::{Draw, Encoding, Laid, Made, PLAIN, Style, lay_out};

fn read(made: &Made) -> Reading {
    read_pdf(&made.bytes(), None, &Limits::default()).unwrap()
}

fn tables(reading: &Reading) -> Vec<&Table> {
    let mut tables = Vec::new();
    for block in &reading.blocks {
        if let Block::Table(table) = block {
            tables.push(table);
        }
    }
    tables
}

/// Texts and spans of a table.
type Shape = Vec<Vec<(u16, u16, u16, String)>>;

fn shape(table: &Table) -> Shape {
    let row = |row: &jixiao_model::Row| {
        row.cells.iter().map(|c| (c.column, c.column_span, c.row_span, join_lines(&c.lines))).collect()
    };
    table.rows.iter().map(row).collect()
}

const fn row(label: &'static str, text: &'static str, value: &'static str) -> Laid {
    Laid { label, text, value }
}

fn rows() -> [Laid; 12] {
    [
        row("数量指标", "开展预算执行审计单位个数", "≥7个"),
        row("", "线上媒体客户端正常使用率达到规定的标准", "100%"),
        row("", "绿化养护管理面积", "≥251万平方米"),
        row("质量指标", "验收合格率", "100%"),
        row("", "线路巡查管理覆盖率", "符合规定"),
        row("时效指标", "资金发放时间", "6月前"),
        row("", "组织开展业务培训活动以及宣传推广工作的及时程度", "及时"),
        row("", "项目完成时间", "12月底"),
        row("成本指标", "购买服务成本控制在批复的预算以内", "≤200万元"),
        row("", "补助标准", ""),
        row("社会效益指标", "服务对象知晓率", "≥90%"),
        row("满意度指标", "群众满意度", "≥95%"),
    ]
}

/// A label that is merged over several rows begins in the first of them, and does not make it higher.
#[test]
fn rows_stand_below_each_other() {
    let reading = read(&lay_out(&rows(), PLAIN));
    let areas: Vec<_> = tables(&reading)[0].rows.iter().map(|row| row.place.area.unwrap()).collect();
    assert!(tables(&reading)[0].rows[1].cells[0].row_span > 1);
    for pair in areas.windows(2) {
        assert!(pair[0].y1 <= pair[1].y0 && pair[0].y1 > pair[0].y0, "{pair:?}");
    }
    assert!(areas[1].x0 <= areas[2].x0 && areas[1].x1 == areas[2].x1);
}

/// The same table gives the same cells wherever the page ends, however the producer treats the break.
#[test]
fn a_table_reads_the_same_at_any_page_height() {
    let expected = shape(tables(&read(&lay_out(&rows(), PLAIN)))[0]);
    assert_eq!(expected.len(), 13);
    let mut wrong = Vec::new();
    for page in 230..700 {
        for style in [
            Style { page, ..PLAIN },
            Style { page, close: false, ..PLAIN },
            Style { page, again: true, ..PLAIN },
            Style { page, header: true, ..PLAIN },
            Style { page, middle: true, ..PLAIN },
        ] {
            let reading = read(&lay_out(&rows(), style));
            let found: Vec<Shape> = tables(&reading).into_iter().map(shape).collect();
            if found.as_slice() != std::slice::from_ref(&expected) {
                wrong.push((style, found));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong, first: {:#?}", wrong.len(), wrong.first());
}

/// Whatever a rule is made of, it is a rule.
#[test]
fn rules_of_every_making() {
    let expected = shape(tables(&read(&lay_out(&rows(), PLAIN)))[0]);
    for draw in [Draw::Thin, Draw::Dotted, Draw::Pieces, Draw::Squares, Draw::Double, Draw::Clip, Draw::Twice] {
        for page in [2000, 300, 444] {
            let reading = read(&lay_out(&rows(), Style { page, draw, ..PLAIN }));
            let found: Vec<Shape> = tables(&reading).into_iter().map(shape).collect();
            assert_eq!(found, std::slice::from_ref(&expected), "{draw:?} {page}");
        }
    }
}

/// A box around every cell, with room between the boxes.
#[test]
fn a_box_per_cell() {
    let mut made = Made::new(400, 400);
    for (i, text) in ["指标名称", "目标值", "审计单位个数", "≥7个", "合格率", "100%"].into_iter().enumerate()
    {
        let (x, y) = (60.0 + (i % 2) as f64 * 101.5, 100.0 + (i / 2) as f64 * 21.5);
        made.rule(x, y, x + 100.0, y);
        made.rule(x, y + 20.0, x + 100.0, y + 20.0);
        made.rule(x, y, x, y + 20.0);
        made.rule(x + 100.0, y, x + 100.0, y + 20.0);
        made.text(x + 5.0, y + 14.0, 10.0, text);
    }
    let reading = read(&made);
    let texts: Vec<Vec<String>> =
        shape(tables(&reading)[0]).into_iter().map(|row| row.into_iter().map(|cell| cell.3).collect()).collect();
    assert_eq!(texts, [["指标名称", "目标值"], ["审计单位个数", "≥7个"], ["合格率", "100%"]]);
}

/// White lines between shaded cells are rules, also those around the table, which have a shade on one side only.
#[test]
fn white_lines_between_shaded_cells() {
    let mut made = Made::new(400, 400);
    made.page().push_str("0.9 g 60 240 200 60 re f 0 g 1 G\n");
    for (i, text) in ["指标名称", "目标值", "审计单位个数", "≥7个", "合格率", "100%"].into_iter().enumerate()
    {
        let (x, y) = (60.0 + (i % 2) as f64 * 100.0, 100.0 + (i / 2) as f64 * 20.0);
        made.rule(x, y, x + 100.0, y);
        made.rule(x, y + 20.0, x + 100.0, y + 20.0);
        made.rule(x - 0.5, y, x - 0.5, y + 20.0);
        made.rule(x + 100.5, y, x + 100.5, y + 20.0);
        made.text(x + 5.0, y + 14.0, 10.0, text);
    }
    let reading = read(&made);
    let table = tables(&reading)[0];
    assert_eq!(table.origin, Origin::Ruled);
    assert_eq!(texts(table), [["指标名称", "目标值"], ["审计单位个数", "≥7个"], ["合格率", "100%"]]);
}

/// Horizontal rules alone give the same cells: columns from the text, heights of labels from the rules.
#[test]
fn horizontal_rules_alone() {
    let expected = shape(tables(&read(&lay_out(&rows(), PLAIN)))[0]);
    let reading = read(&lay_out(&rows(), Style { sides: false, ..PLAIN }));
    let table = tables(&reading)[0];
    assert_eq!(table.origin, Origin::Aligned);
    assert_eq!(shape(table), expected);
    for page in [300, 420, 555] {
        let reading = read(&lay_out(&rows(), Style { page, sides: false, ..PLAIN }));
        let found: Vec<Shape> = tables(&reading).into_iter().map(shape).collect();
        assert_eq!(found.len(), 1, "{page}");
        for (row, expected) in found[0].iter().zip(&expected) {
            assert_eq!(row, expected, "{page}");
        }
        assert_eq!(found[0].len(), expected.len(), "{page}");
    }
}

/// Without any rule the texts alone give the same cells, and say how many rows the labels cover.
#[test]
fn no_rules_at_all() {
    let expected = shape(tables(&read(&lay_out(&rows(), PLAIN)))[0]);
    for page in [2000, 300, 420, 555] {
        let reading = read(&lay_out(&rows(), Style { page, draw: Draw::Nothing, ..PLAIN }));
        let found: Vec<Shape> = tables(&reading).into_iter().map(shape).collect();
        assert_eq!(found, std::slice::from_ref(&expected), "{page}");
    }
}

#[test]
fn joins_are_recorded() {
    let style = Style { page: 300, again: true, header: true, ..PLAIN };
    let reading = read(&lay_out(&rows(), style));
    let joins = &tables(&reading)[0].joins;
    for kind in [JoinKind::RepeatedHeader, JoinKind::RepeatedLabel] {
        assert!(joins.iter().any(|join| join.kind == kind && !join.dropped.is_empty()), "{kind:?}");
    }
}

/// A cell to draw: row, column, rows, columns, text.
type Drawn = (usize, usize, usize, usize, &'static str);

/// Draws a table with the top of its first row at `y` and rows of 20 pt.
fn draw(made: &mut Made, xs: &[f64], y: f64, cells: &[Drawn]) {
    for (row, column, rows, columns, text) in cells {
        let (x0, x1) = (xs[*column], xs[column + columns]);
        let (y0, y1) = (y + *row as f64 * 20.0, y + (row + rows) as f64 * 20.0);
        made.rule(x0, y0, x1, y0);
        made.rule(x0, y1, x1, y1);
        made.rule(x0, y0, x0, y1);
        made.rule(x1, y0, x1, y1);
        for (line, text) in text.split('\n').enumerate() {
            made.text(x0 + 4.0, y0 + 14.0 + line as f64 * 12.0, 10.0, text);
        }
    }
}

fn texts(table: &Table) -> Vec<Vec<String>> {
    shape(table).into_iter().map(|row| row.into_iter().map(|cell| cell.3).collect()).collect()
}

/// Headings are merged over two rows, and the amounts of two projects are the same on both sides of a page break.
#[test]
fn equal_values_are_no_labels() {
    let mut made = Made::new(400, 400);
    let xs = [50.0, 120.0, 200.0, 280.0];
    let head = [(0, 0, 1, 1, "项目"), (1, 0, 1, 1, "科目"), (0, 1, 2, 1, "合计"), (0, 2, 2, 1, "支出")];
    let rows = [(2, 0, 1, 1, "住房保障"), (2, 1, 1, 1, "461.08"), (2, 2, 1, 1, "461.08")];
    draw(&mut made, &xs, 270.0, &[&head[..], &rows[..]].concat());
    made.pages.push(String::new());
    let rest = [(0, 0, 1, 1, "住房改革"), (0, 1, 1, 1, "461.08"), (0, 2, 1, 1, "")];
    draw(&mut made, &xs, 60.0, &rest);
    let reading = read(&made);
    let tables = tables(&reading);
    assert_eq!(tables.len(), 1);
    let rows = texts(tables[0]);
    assert_eq!(rows[2..], [["住房保障", "461.08", "461.08"], ["住房改革", "461.08", ""]]);
}

/// Cells without text that are merged make no column of labels: what stands in the last row of a page is not the label
/// of the row without it on the next page.
#[test]
fn merged_cells_without_text_make_no_labels() {
    let mut made = Made::new(400, 400);
    let xs = [50.0, 150.0, 280.0, 340.0];
    let first = [
        (0, 0, 1, 1, "专项名称"),
        (0, 1, 1, 1, "物品"),
        (0, 2, 1, 1, "总计"),
        (1, 0, 1, 1, "业务费"),
        (1, 1, 1, 1, ""),
        (1, 2, 1, 1, "30"),
        (2, 0, 2, 1, ""),
        (2, 1, 1, 1, "服务器"),
        (2, 2, 1, 1, "12"),
        (3, 1, 1, 1, "打印机"),
        (3, 2, 1, 1, "18"),
        (4, 0, 1, 1, "会议费"),
        (4, 1, 1, 1, ""),
        (4, 2, 1, 1, "87"),
    ];
    draw(&mut made, &xs, 230.0, &first);
    made.pages.push(String::new());
    draw(&mut made, &xs, 60.0, &[(0, 0, 1, 1, ""), (0, 1, 1, 1, "会议服务"), (0, 2, 1, 1, "87")]);
    let reading = read(&made);
    let spans: Vec<u16> = shape(tables(&reading)[0])[4..].iter().map(|row| row[0].2).collect();
    assert_eq!(spans, [1, 1]);
}

/// A table of figures with rules between groups of rows only.
#[test]
fn rows_without_rules_between_them() {
    let mut made = Made::new(500, 400);
    let xs = [50.0, 120.0, 190.0, 230.0, 300.0, 400.0];
    let mut cells = Vec::new();
    for (column, text) in ["行业名称", "指标名称", "单位", "大型", "中型"].into_iter().enumerate() {
        cells.push((0, column, 1, 1, text));
    }
    draw(&mut made, &xs, 80.0, &cells);
    for (group, label) in ["工业", "批发业"].into_iter().enumerate() {
        let y = 100.0 + group as f64 * 48.0;
        for x in xs {
            made.rule(x, y, x, y + 48.0);
        }
        made.rule(xs[0], y + 48.0, xs[5], y + 48.0);
        made.text(xs[0] + 4.0, y + 28.0, 10.0, label);
        for (line, texts) in [["从业人员", "人", "≥1000", "300～1000"], ["营业收入", "万元", "≥40000", "2000～40000"]]
            .into_iter()
            .enumerate()
        {
            for (column, text) in texts.into_iter().enumerate() {
                made.text(xs[column + 1] + 4.0, y + 16.0 + line as f64 * 24.0, 10.0, text);
            }
        }
    }
    let reading = read(&made);
    let read = shape(tables(&reading)[0]);
    assert_eq!(read.len(), 5);
    assert_eq!(read[1][0], (0, 1, 2, "工业".to_owned()));
    assert_eq!(texts(tables(&reading)[0])[2], ["营业收入", "万元", "≥40000", "2000～40000"]);
    assert_eq!(texts(tables(&reading)[0])[3], ["批发业", "从业人员", "人", "≥1000", "300～1000"]);
}

/// Headings on two lines, as far apart as rows, are headings.
#[test]
fn headings_on_two_lines_are_one_row() {
    let mut made = Made::new(500, 400);
    let xs = [50.0, 120.0, 190.0, 260.0, 330.0, 400.0];
    for y in [80.0, 128.0, 148.0] {
        made.rule(xs[0], y, xs[5], y);
    }
    for (i, x) in xs.into_iter().enumerate() {
        made.rule(x, 80.0, x, 148.0);
        if i < 5 {
            made.text(x + 4.0, 96.0, 10.0, ["一级", "二级", "三级", "指标", "备注"][i]);
            made.text(x + 4.0, 120.0, 10.0, ["指标", "指标", "指标", "值2", "说明"][i]);
            made.text(x + 4.0, 142.0, 10.0, "12");
        }
    }
    assert_eq!(texts(tables(&read(&made))[0])[0], ["一级指标", "二级指标", "三级指标", "指标值2", "备注说明"]);
}

/// The first line of a cell is indented, the page ends after it, and the other cells are empty.
#[test]
fn an_indented_line_goes_on_over_the_page() {
    let mut made = Made::new(400, 400);
    let xs = [50.0, 154.0, 250.0, 350.0];
    draw(&mut made, &xs, 340.0, &[(0, 0, 1, 1, "项目"), (0, 1, 1, 1, "本期"), (0, 2, 1, 1, "上期")]);
    draw(&mut made, &xs, 360.0, &[(0, 0, 1, 1, "　　　　重新计量设定"), (0, 1, 1, 1, ""), (0, 2, 1, 1, "")]);
    made.pages.push(String::new());
    draw(&mut made, &xs, 40.0, &[(0, 0, 1, 1, "受益计划的变动"), (0, 1, 1, 1, ""), (0, 2, 1, 1, "")]);
    draw(&mut made, &xs, 60.0, &[(0, 0, 1, 1, "　　　　其他"), (0, 1, 1, 1, "1.00"), (0, 2, 1, 1, "2.00")]);
    let reading = read(&made);
    let read = texts(tables(&reading)[0]);
    assert_eq!(read[1..], [["重新计量设定受益计划的变动", "", ""], ["其他", "1.00", "2.00"]]);
}

/// Amounts below each other in one cell are not one amount; one that is cut for want of room is.
#[test]
fn amounts_below_each_other_stay_apart() {
    let mut made = Made::new(400, 400);
    let xs = [50.0, 150.0, 250.0, 300.0];
    let cells = [(0, 0, 2, 1, "话费\n折扣"), (0, 1, 2, 1, "218.00\n-43.40"), (0, 2, 2, 1, "1234\n.56")];
    draw(&mut made, &xs, 60.0, &cells);
    draw(&mut made, &xs, 100.0, &[(0, 0, 1, 1, "合计"), (0, 1, 1, 1, "174.60"), (0, 2, 1, 1, "9")]);
    assert_eq!(texts(tables(&read(&made))[0])[0][1..], ["218.00\n-43.40", "1234.56"]);
}

/// Nothing is drawn around the labels at the left of a page, since they began on the page before: what stands beside
/// them goes on with the table all the same.
#[test]
fn labels_that_are_not_drawn_again() {
    let mut made = Made::new(400, 400);
    let xs = [50.0, 110.0, 170.0, 280.0, 340.0];
    let first = [
        (0, 0, 3, 1, "绩效指标"),
        (0, 1, 1, 1, "一级指标"),
        (0, 2, 1, 1, "三级指标"),
        (0, 3, 1, 1, "指标值"),
        (1, 1, 2, 1, "产出指标"),
        (1, 2, 1, 1, "审计单位个数"),
        (1, 3, 1, 1, "≥7个"),
        (2, 2, 1, 1, "完成时间"),
        (2, 3, 1, 1, "12月底"),
    ];
    draw(&mut made, &xs, 270.0, &first);
    made.pages.push(String::new());
    let rest = [(0, 2, 1, 1, "合格率"), (0, 3, 1, 1, "100%"), (1, 2, 1, 1, "成本"), (1, 3, 1, 1, "≤2万元")];
    draw(&mut made, &xs, 60.0, &rest);
    let reading = read(&made);
    let tables = tables(&reading);
    assert_eq!(tables.len(), 1);
    let spans: Vec<(u16, String)> = shape(tables[0]).into_iter().flatten().map(|cell| (cell.2, cell.3)).collect();
    assert_eq!((spans[0].0, spans[4].0), (5, 4));
    assert_eq!(spans[9], (1, "合格率".to_owned()));
}

/// A label is printed on the first of two pages, and another one on the third, where a row goes on: neither is the rest of
/// the other, though their lines are full.
#[test]
fn a_label_on_a_later_page_is_another() {
    let mut made = Made::new(400, 400);
    let xs = [50.0, 98.0, 250.0, 330.0];
    let budget = [(0, 0, 2, 1, "预算情况\n（万元）"), (0, 1, 1, 1, "基本支出"), (0, 2, 1, 1, "12")];
    draw(&mut made, &xs, 60.0, &[&budget[..], &[(1, 1, 1, 1, "项目支出"), (1, 2, 1, 1, "20")]].concat());
    made.pages.push(String::new());
    let tasks = [(0, 0, 2, 1, ""), (0, 1, 1, 1, "职能"), (0, 2, 1, 1, "金额")];
    let cut = [(1, 1, 1, 1, "对承担国家免疫规划接种任务的"), (1, 2, 1, 1, "105")];
    draw(&mut made, &xs, 60.0, &[&tasks[..], &cut].concat());
    made.pages.push(String::new());
    let rest = [(0, 0, 2, 1, "年度主要\n任务"), (0, 1, 1, 1, "单位进行补助"), (0, 2, 1, 1, "")];
    draw(&mut made, &xs, 60.0, &[&rest[..], &[(1, 1, 1, 1, "其他"), (1, 2, 1, 1, "3")]].concat());
    let reading = read(&made);
    let read = texts(tables(&reading)[0]);
    assert_eq!(read[0], ["预算情况（万元）", "基本支出", "12"]);
    assert_eq!(read[3], ["年度主要任务", "对承担国家免疫规划接种任务的单位进行补助", "105"]);
    assert_eq!(read.len(), 5);
}

/// A bracket that a label leaves open at the end of a page is closed on the next one.
#[test]
fn a_label_that_is_cut_in_a_bracket_is_one_label() {
    let mut made = Made::new(400, 400);
    let xs = [50.0, 108.0, 200.0, 280.0];
    let first = [(0, 0, 1, 1, "人员"), (0, 1, 1, 1, "编制数"), (0, 2, 1, 1, "38")];
    let cut = [(1, 0, 1, 1, "预算情况（"), (1, 1, 1, 1, "按支出类型分"), (1, 2, 1, 1, "预算金额")];
    draw(&mut made, &xs, 290.0, &[first, cut].concat());
    made.pages.push(String::new());
    let rest = [
        (0, 0, 2, 1, "\n万元）"),
        (0, 1, 1, 1, "基本支出"),
        (0, 2, 1, 1, "867.67"),
        (1, 1, 1, 1, "项目支出"),
        (1, 2, 1, 1, "230.00"),
    ];
    draw(&mut made, &xs, 60.0, &rest);
    let read = shape(tables(&read(&made))[0]);
    assert_eq!(read[1][0], (0, 1, 3, "预算情况（万元）".to_owned()));
}

/// A line that wraps is one line, also where it is indented.
#[test]
fn an_indented_line_that_wraps_is_one_line() {
    let mut made = Made::new(400, 400);
    let cells = [
        (0, 0, 1, 1, "流动资产"),
        (0, 1, 1, 1, "1"),
        (1, 0, 2, 1, "　　以公允价值计量且其\n变动计入"),
        (1, 1, 2, 1, "2"),
    ];
    draw(&mut made, &[50.0, 170.0, 300.0], 100.0, &cells);
    assert_eq!(texts(tables(&read(&made))[0])[1][0], "以公允价值计量且其变动计入");
}

fn one_line(encoding: Encoding, text: &str) -> String {
    let mut made = Made::new(400, 400);
    made.encoding = encoding;
    made.text(50.0, 200.0, 10.0, text);
    match &read(&made).blocks[..] {
        [Block::Paragraph(lines)] => join_lines(lines),
        blocks => panic!("{blocks:?}"),
    }
}

#[test]
fn predefined_cmaps_without_to_unicode() {
    assert_eq!(one_line(Encoding::Gbk, "产出指标29"), "产出指标29");
    assert_eq!(one_line(Encoding::GbEuc, "产出指标29"), "产出指标29");
    assert_eq!(one_line(Encoding::UniGb, "产出指标≥29%"), "产出指标≥29%");
    assert_eq!(one_line(Encoding::UniGbUtf16, "产出指标≥29%"), "产出指标≥29%");
}

#[test]
fn radicals_become_ideographs() {
    let mut made = Made::new(400, 400);
    made.encoding = Encoding::Kangxi;
    made.text(50.0, 200.0, 10.0, "一二");
    let read = pages(&made.bytes(), None, &Limits::default()).unwrap();
    let texts: Vec<char> = read[0].glyphs.iter().map(|glyph| glyph.text.first()).collect();
    assert_eq!(texts, ['一', '二']);
}

#[test]
fn fake_bold_is_read_once() {
    let mut made = Made::new(400, 400);
    made.text(50.0, 200.0, 10.0, "绩效目标");
    made.text(50.3, 200.0, 10.0, "绩效目标");
    made.text(50.0, 200.2, 10.0, "绩效目标");
    match &read(&made).blocks[..] {
        [Block::Paragraph(lines)] => assert_eq!(join_lines(lines), "绩效目标"),
        blocks => panic!("{blocks:?}"),
    }
}

/// Three forms on one page, each with its title.
#[test]
fn several_forms_on_a_page() {
    let mut made = Made::new(400, 600);
    for form in 0..3 {
        let top = 60.0 + f64::from(form) * 170.0;
        made.text(150.0, top, 14.0, "绩效目标表");
        for line in 0..4 {
            made.rule(60.0, top + 20.0 + f64::from(line) * 20.0, 320.0, top + 20.0 + f64::from(line) * 20.0);
        }
        for x in [60.0, 150.0, 320.0] {
            made.rule(x, top + 20.0, x, top + 80.0);
        }
        for (line, text) in ["数量指标", "质量指标", "时效指标"].into_iter().enumerate() {
            made.text(65.0, top + 34.0 + line as f64 * 20.0, 10.0, text);
            made.text(155.0, top + 34.0 + line as f64 * 20.0, 10.0, "内容");
        }
    }
    let reading = read(&made);
    let kinds: Vec<&str> = reading
        .blocks
        .iter()
        .map(|block| match block {
            Block::Table(_) => "table",
            Block::Paragraph(_) => "title",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["title", "table", "title", "table", "title", "table"]);
}

/// Most pages begin a form; over all of them stands a running head, which on the one page where a form goes on stands
/// right over the table.
#[test]
fn a_running_head_over_titles() {
    let xs = [50.0, 130.0, 300.0];
    let mut made = Made::new(400, 600);
    for (page, name) in ["道路养护", "校舍整修", "", "老年食堂"].into_iter().enumerate() {
        if page > 0 {
            made.pages.push(String::new());
        }
        made.text(90.0, 30.0, 10.0, "某区2023年项目支出绩效目标");
        if name.is_empty() {
            draw(&mut made, &xs, 60.0, &[(0, 0, 1, 1, "年度目标"), (0, 1, 1, 1, "完成全部工程")]);
            continue;
        }
        made.text(130.0, 60.0, 16.0, "项目绩效目标表");
        draw(&mut made, &xs, 80.0, &[(0, 0, 1, 1, "项目名称"), (0, 1, 1, 1, name), (1, 0, 1, 1, "金额")]);
    }
    let reading = read(&made);
    let line = |block| if let Block::Furniture(line) = block { Some(line) } else { None };
    let heads: Vec<jixiao_model::Line> = reading.blocks.clone().into_iter().filter_map(line).collect();
    assert!(heads.iter().all(|head| head.text.contains("2023")));
    let titles = reading.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count();
    assert_eq!((titles, heads.len()), (3, 4));
}

/// All lines above and below a page break are full, but a value does not go on with another one.
#[test]
fn two_values_are_two_rows() {
    for (one, other) in [("=100%", "=100%"), ("≥95%", "≤3次"), ("98%", "98%")] {
        let mut made = Made::new(400, 400);
        let xs = [50.0, 110.0, 198.0, 256.0];
        let first = [(0, 0, 2, 1, "质量指标"), (0, 1, 1, 1, "资格符合率"), (0, 2, 1, 1, "=100%")];
        draw(&mut made, &xs, 340.0, &[&first[..], &[(1, 1, 1, 1, "预评审项目通过率"), (1, 2, 1, 1, one)]].concat());
        made.pages.push(String::new());
        let rest = [(0, 0, 1, 1, ""), (0, 1, 1, 1, "赛区承办的达标率"), (0, 2, 1, 1, other)];
        draw(&mut made, &xs, 60.0, &rest);
        let read = texts(tables(&read(&made))[0]);
        assert_eq!(read[1..], [["预评审项目通过率", one], ["赛区承办的达标率", other]]);
    }
}

/// Two labels, each in the middle of its own two rows, stand near the page break, and their lines are full.
#[test]
fn labels_in_the_middle_of_their_rows_are_two() {
    let mut made = Made::new(400, 400);
    for (y, label, names) in
        [(374.0, "经济效益指标", ["营商环境", "财政收入"]), (60.0, "社会效益指标", ["审判水平", "司法公信"])]
    {
        if y < 100.0 {
            made.pages.push(String::new());
        }
        for x in [50.0, 120.0, 220.0, 280.0] {
            made.rule(x, y, x, y + 26.0);
        }
        for (x, line) in [(50.0, 0.0), (120.0, 13.0), (50.0, 26.0)] {
            made.rule(x, y + line, 280.0, y + line);
        }
        made.text(55.0, y + 16.8, 10.0, label);
        for (row, name) in names.into_iter().enumerate() {
            made.text(124.0, y + 10.0 + 13.0 * row as f64, 10.0, name);
            made.text(224.0, y + 10.0 + 13.0 * row as f64, 10.0, "提高");
        }
    }
    let read = shape(tables(&read(&made))[0]);
    let labels: Vec<_> = read.iter().flatten().filter(|cell| cell.0 == 0).map(|cell| (cell.2, &*cell.3)).collect();
    assert_eq!(labels, [(2, "经济效益指标"), (2, "社会效益指标")]);
}

/// All cells of a row go on, each in the middle of its part: that one of them ends with a comma tells that it was cut.
#[test]
fn a_row_that_is_cut_within_a_sentence() {
    let mut made = Made::new(400, 400);
    let xs = [50.0, 128.0, 206.0, 284.0];
    let cut = [(0, 0, 1, 1, "为辖区困难群众"), (0, 1, 1, 1, "发放各项补助，"), (0, 2, 1, 1, "提高生活的水平")];
    draw(&mut made, &xs, 340.0, &cut);
    made.pages.push(String::new());
    let rest = [
        (0, 0, 2, 1, "提供法律援助和\n心理疏导服务。"),
        (0, 1, 2, 1, "\n并做好登记工作"),
        (0, 2, 2, 1, "\n扩大就业的渠道"),
    ];
    draw(&mut made, &xs, 60.0, &rest);
    draw(&mut made, &xs, 100.0, &[(0, 0, 1, 1, "其他"), (0, 1, 1, 1, "无"), (0, 2, 1, 1, "无")]);
    let read = texts(tables(&read(&made))[0]);
    assert_eq!(read[0][1], "发放各项补助，并做好登记工作");
    assert_eq!(read.len(), 2);
}

/// A text for which its column is too narrow stays in its cell, whatever it runs over.
#[test]
fn texts_that_run_over_borders_stay_whole() {
    let xs = [60.0, 130.0, 200.0];
    let read_with = |x: f64, text: &str| {
        let mut made = Made::new(400, 400);
        draw(&mut made, &xs, 100.0, &[(0, 0, 1, 1, "指标"), (0, 1, 1, 1, "值"), (1, 0, 1, 1, ""), (1, 1, 1, 1, "")]);
        made.text(x, 128.0, 10.0, text);
        let reading = read(&made);
        assert!(reading.blocks.iter().all(|block| matches!(block, Block::Table(_))), "{text} at {x}");
        texts(tables(&reading)[0])[1].clone()
    };
    assert_eq!(read_with(134.0, "12345678"), ["", "12345678"], "over the right border of the table");
    assert_eq!(read_with(134.0, "123456"), ["", "123456"], "up to it");
    assert_eq!(read_with(41.0, "12345678"), ["12345678", ""], "over the left one");
    assert_eq!(read_with(65.0, "12345678"), ["12345678", ""], "into the next cell");
    assert_eq!(read_with(105.0, "12345678"), ["", "12345678"], "into the cell before");
}

/// Texts of two cells that touch are two, and a frame around a word of a sentence does not take the sentence in.
#[test]
fn texts_that_touch_stay_apart() {
    let mut made = Made::new(400, 400);
    let xs = [60.0, 90.0, 160.0];
    draw(&mut made, &xs, 100.0, &[(0, 0, 1, 1, ""), (0, 1, 1, 1, ""), (1, 0, 1, 1, "数量"), (1, 1, 1, 1, "≥7个")]);
    made.text(60.0, 110.0, 10.0, "指标值");
    made.text(90.0, 110.0, 10.0, "目标值为合格");
    assert_eq!(texts(tables(&read(&made))[0])[0], ["指标值", "目标值为合格"]);
    let mut made = Made::new(400, 400);
    draw(&mut made, &[90.0, 180.0], 100.0, &[(0, 0, 1, 1, ""), (1, 0, 1, 1, "")]);
    made.text(50.0, 110.0, 10.0, "项目应当在二〇二三年十二月底以前全部完成并且验收");
    assert!(texts(tables(&read(&made))[0]).iter().flatten().all(|text| !text.contains("项目应当")));
}

/// The same page turned: shown sideways by /Rotate.
#[test]
fn turned_pages_read_the_same() {
    let style = Style { page: 500, ..PLAIN };
    let mut made = lay_out(&rows(), style);
    let upright: Vec<Shape> = tables(&read(&made)).into_iter().map(shape).collect();
    for rotate in [90, 180, 270] {
        made.rotate = rotate;
        let turned: Vec<Shape> = tables(&read(&made)).into_iter().map(shape).collect();
        assert_eq!(turned, upright, "/Rotate {rotate}");
    }
}

#[test]
fn a_page_without_text_is_reported() {
    let mut made = Made::new(400, 400);
    made.text(50.0, 200.0, 10.0, "绩效目标");
    made.pages.push("/Im0 Do q 400 0 0 400 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u{1} EI Q".to_owned());
    let reading = read(&made);
    assert!(reading.partial);
    assert_eq!(reading.diagnostics[0].code, "page_without_text");
    assert_eq!(reading.diagnostics[0].place.page, Some(2));
}

#[test]
fn nothing_to_read_is_an_error() {
    let empty = Made::new(400, 400);
    let error = read_pdf(&empty.bytes(), None, &Limits::default()).unwrap_err();
    assert!(matches!(error, ReadError::NotReadable(_)), "{error:?}");
    let error = read_pdf(b"no PDF at all", None, &Limits::default()).unwrap_err();
    assert!(matches!(error, ReadError::NotReadable(_)), "{error:?}");
}

#[test]
fn limits_are_enforced() {
    let bytes = lay_out(&rows(), Style { page: 300, ..PLAIN }).bytes();
    let limits = [
        Limits { bytes: 10, ..Limits::default() },
        Limits { pages: 1, ..Limits::default() },
        Limits { objects: 3, ..Limits::default() },
        Limits { glyphs: 20, ..Limits::default() },
        Limits { decompressed: 100, ..Limits::default() },
        Limits { time: std::time::Duration::ZERO, ..Limits::default() },
    ];
    for limit in limits {
        let result = read_pdf(&bytes, None, &limit);
        assert!(matches!(result, Err(ReadError::OverLimit { .. })), "{limit:?}");
    }
}
