//! Tables without column lines: what stands in which row and column is told by where the texts stand.
#![allow(clippy::unwrap_used, reason = "a test that cannot read its fixture must fail")]

mod support;

use jixiao_model::{Block, Limits, Table, join_lines};
use jixiao_pdf::read_pdf;
use support::Made;

/// A text: left edge, baseline, lines 13 pt apart.
type Laid<'t> = (f64, f64, &'t str);

fn made(laid: &[Laid<'_>]) -> Made {
    let mut made = Made::new(600, 800);
    write(&mut made, laid);
    made
}

/// Begins a page with some texts.
fn page(made: &mut Made, laid: &[Laid<'_>]) {
    made.pages.push(String::new());
    write(made, laid);
}

fn write(made: &mut Made, laid: &[Laid<'_>]) {
    for (x, y, text) in laid {
        for (i, line) in text.split('\n').enumerate() {
            made.text(*x, *y + 13.0 * i as f64, 10.0, line);
        }
    }
}

fn table(made: &Made) -> Table {
    let reading = read_pdf(&made.bytes(), None, &Limits::default()).unwrap();
    let mut tables = reading.blocks.into_iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    let first = tables.next().unwrap();
    assert!(tables.next().is_none(), "one table");
    first
}

/// First column, number of rows and text of the cells of a row that have text.
fn cells(table: &Table, row: usize) -> Vec<(u16, u16, String)> {
    let cells = table.rows[row].cells.iter().filter(|cell| !cell.lines.is_empty());
    cells.map(|cell| (cell.column, cell.row_span, join_lines(&cell.lines))).collect()
}

fn owned(cells: &[(u16, u16, &str)]) -> Vec<(u16, u16, String)> {
    cells.iter().map(|(column, rows, text)| (*column, *rows, (*text).to_owned())).collect()
}

/// All texts begin at the left edge of their cells, the titles of sections too. A title that stands alone in its row
/// ends what labels above and below it cover.
#[test]
fn titles_of_sections_at_the_left_edge() {
    let xs = [60.0, 120.0, 180.0, 280.0, 440.0];
    let laid = [
        (xs[0], 100.0, "项目名称"),
        (xs[1], 100.0, "整修老旧校舍"),
        (xs[3], 100.0, "项目类别"),
        (xs[4], 100.0, "特定目标"),
        (xs[0], 140.0, "项目资金"),
        (xs[1], 120.0, "资金总额"),
        (xs[2], 120.0, "1106"),
        (xs[3], 120.0, "年度资金总额"),
        (xs[4], 120.0, "1106"),
        (xs[1], 150.0, "其他资金"),
        (xs[2], 150.0, "20"),
        (xs[3], 140.0, "上年结转资金"),
        (xs[4], 140.0, "8"),
        (xs[3], 160.0, "其他资金"),
        (xs[4], 160.0, "12"),
        (xs[0], 209.5, "绩效目标"),
        (xs[1], 180.0, "总体目标"),
        (xs[3], 180.0, "年度目标"),
        (
            xs[1],
            200.0,
            "用于新建教学楼和图书馆以及采购\n图书，购买城域网服务和软件服务\n，保障学校的正常运转，改善办学\n条件，提升教学质量",
        ),
        (
            xs[3],
            206.5,
            "用于新建教学楼和图书馆以及采购图书，购买\n城域网服务和软件服务，保障学校的正常运转\n，改善办学条件，提升教学质量",
        ),
        (xs[0], 259.0, "总体绩效指标"),
        (xs[1], 279.0, "一级指标"),
        (xs[2], 279.0, "二级指标"),
        (xs[3], 279.0, "三级指标"),
        (xs[4], 279.0, "指标值"),
        (xs[1], 329.0, "产出指标"),
        (xs[2], 309.0, "数量指标"),
        (xs[3], 299.0, "图书册数"),
        (xs[4], 299.0, "100册"),
        (xs[3], 319.0, "教学楼面积"),
        (xs[4], 319.0, "170平"),
        (xs[2], 349.0, "质量指标"),
        (xs[3], 339.0, "工程合格率"),
        (xs[4], 339.0, "合格"),
        (xs[3], 359.0, "图书合格率"),
        (xs[4], 359.0, "合格"),
    ];
    let table = table(&made(&laid));
    assert_eq!(cells(&table, 2), owned(&[(1, 2, "其他资金"), (2, 2, "20"), (3, 1, "上年结转资金"), (4, 1, "8")]));
    assert_eq!(cells(&table, 4), owned(&[(0, 2, "绩效目标"), (1, 1, "总体目标"), (3, 1, "年度目标")]));
    let goal =
        "用于新建教学楼和图书馆以及采购图书，购买城域网服务和软件服务，保障学校的正常运转，改善办学条件，提升教学质量";
    assert_eq!(cells(&table, 5), owned(&[(1, 1, goal), (3, 1, goal)]));
    assert_eq!(cells(&table, 6), owned(&[(0, 1, "总体绩效指标")]));
    let head = [(1, 1, "一级指标"), (2, 1, "二级指标"), (3, 1, "三级指标"), (4, 1, "指标值")];
    assert_eq!(cells(&table, 7), owned(&head));
    let first = [(1, 4, "产出指标"), (2, 2, "数量指标"), (3, 1, "图书册数"), (4, 1, "100册")];
    assert_eq!(cells(&table, 8), owned(&first));
    assert_eq!(cells(&table, 10), owned(&[(2, 2, "质量指标"), (3, 1, "工程合格率"), (4, 1, "合格")]));
}

/// Rules part the rows only. The amounts of the second column are all empty, and the heading over the first stands beside
/// two rows, at the height of neither: the headings tell the columns all the same.
#[test]
fn a_column_that_is_empty_keeps_its_place() {
    let (a, b, c, d) = (60.0, 160.0, 240.0, 340.0);
    let mut made = made(&[
        (b, 125.0, "预算资金"),
        (c, 110.0, "其中"),
        (c, 140.0, "财政拨款"),
        (d, 140.0, "其他资金"),
        (a, 170.0, "园林绿化"),
        (b, 170.0, "6879"),
        (d, 170.0, "6879"),
        (a, 200.0, "园林养护"),
        (b, 200.0, "1536"),
        (d, 200.0, "1536"),
        (a, 230.0, "合计"),
        (b, 230.0, "8415"),
        (d, 230.0, "8415"),
    ]);
    for (from, y) in [(a, 90.0), (c, 120.0), (a, 150.0), (a, 180.0), (a, 210.0), (a, 240.0)] {
        made.rule(from, y, 400.0, y);
    }
    let table = table(&made);
    assert_eq!(cells(&table, 1), owned(&[(2, 1, "财政拨款"), (3, 1, "其他资金")]));
    assert_eq!(cells(&table, 2), owned(&[(0, 1, "园林绿化"), (1, 1, "6879"), (3, 1, "6879")]));
}

/// Amounts begin at one edge, and by chance end where lines of texts that wrap in other rows do.
#[test]
fn where_lines_that_wrap_end_is_chance() {
    let (a, b, c, d) = (60.0, 160.0, 260.0, 340.0);
    let mut made = made(&[
        (a, 110.0, "任务"),
        (b, 110.0, "预算"),
        (c, 110.0, "财政拨款"),
        (d, 110.0, "其他资金"),
        (a, 140.0, "园林绿化"),
        (b, 140.0, "6879"),
        (d, 140.0, "6879"),
        (a, 170.0, "绿化美化"),
        (c + 20.0, 170.0, "五组大型立体花卉造型\n和十二组小品"),
        (a, 213.0, "养护管理"),
        (c + 20.0, 213.0, "五十万平方米的开放式\n老旧小区"),
        (a, 256.0, "整形修剪"),
        (c + 20.0, 256.0, "多条道路两旁的行道树\n和绿地"),
    ]);
    for y in [90.0, 120.0, 150.0, 193.0, 236.0, 279.0] {
        made.rule(a, y, 440.0, y);
    }
    let table = table(&made);
    let last = |row: usize| table.rows[row].cells.last().map(|cell| (cell.column, cell.column_span));
    assert_eq!((last(0), last(1)), (Some((3, 1)), Some((3, 1))));
}

/// What stands over a table in the middle of the page is its caption, though a column begins where it does.
#[test]
fn a_caption_that_begins_where_a_column_does() {
    let table = table(&made(&[
        (270.0, 100.0, "二〇二三年度"),
        (60.0, 120.0, "项目名称"),
        (130.0, 120.0, "校舍"),
        (270.0, 120.0, "类别"),
        (440.0, 120.0, "特定"),
        (60.0, 140.0, "主管部门"),
        (130.0, 140.0, "教育"),
        (270.0, 140.0, "编码"),
        (440.0, 140.0, "101"),
        (60.0, 160.0, "项目期限"),
        (130.0, 160.0, "2023"),
        (270.0, 160.0, "至"),
        (440.0, 160.0, "2024"),
    ]));
    assert_eq!(cells(&table, 0), owned(&[(0, 1, "项目名称"), (1, 1, "校舍"), (2, 1, "类别"), (3, 1, "特定")]));
    assert_eq!(table.rows.len(), 3);
}

/// Narrow margins leave the first row of a page where heads of pages stand; the label of the last rows of a page stands
/// in the middle of its group, on the next page.
#[test]
fn rows_at_the_edge_of_a_page() {
    let mut made = made(&[
        (60.0, 676.0, "一级"),
        (160.0, 676.0, "三级指标"),
        (300.0, 676.0, "目标值"),
        (60.0, 698.0, "产出"),
        (160.0, 698.0, "图书册数"),
        (300.0, 698.0, "100册"),
        (160.0, 720.0, "设备采购"),
        (300.0, 720.0, "10台"),
    ]);
    page(
        &mut made,
        &[
            (160.0, 50.0, "合格率"),
            (300.0, 50.0, "100%"),
            (60.0, 72.0, "质量"),
            (160.0, 72.0, "完好率"),
            (300.0, 72.0, "90%"),
            (160.0, 94.0, "及时率"),
            (300.0, 94.0, "80%"),
        ],
    );
    let table = table(&made);
    let names: Vec<String> =
        (0..table.rows.len()).map(|row| cells(&table, row)).map(|row| row[row.len() - 2].2.clone()).collect();
    assert_eq!(names, ["三级指标", "图书册数", "设备采购", "合格率", "完好率", "及时率"]);
    assert_eq!(cells(&table, 2), owned(&[(0, 4, "质量"), (1, 1, "设备采购"), (2, 1, "10台")]));
}

/// Under a head of two rows one column of long texts, with a label beside it: a table that goes on on the next page.
#[test]
fn a_head_of_few_rows_over_long_texts() {
    let long = "制定本单位中长期规划和年度计划，参与编制全区专业规划和详细规划";
    let mut made = made(&[
        (60.0, 100.0, "部门名称"),
        (300.0, 100.0, "绿化中心"),
        (60.0, 120.0, "联系人"),
        (130.0, 120.0, "高斌"),
        (300.0, 120.0, "电话"),
        (440.0, 120.0, "8207"),
        (130.0, 140.0, long),
        (130.0, 160.0, long),
        (60.0, 170.0, "部门职能"),
        (130.0, 180.0, long),
        (130.0, 200.0, long),
    ]);
    page(
        &mut made,
        &[
            (60.0, 80.0, "人员情况"),
            (130.0, 80.0, "编制"),
            (300.0, 80.0, "56"),
            (60.0, 100.0, "预算情况"),
            (130.0, 100.0, "基本支出"),
            (300.0, 100.0, "12"),
            (60.0, 120.0, "其他情况"),
            (130.0, 120.0, "项目支出"),
            (300.0, 120.0, "20"),
        ],
    );
    let table = table(&made);
    assert_eq!(cells(&table, 0), owned(&[(0, 1, "部门名称"), (2, 1, "绿化中心")]));
    assert_eq!(cells(&table, 2)[0].2, "部门职能");
}

/// A page shows long texts of one column alone, with their label between two lines: it goes on with the table.
#[test]
fn a_page_of_long_texts_and_their_label() {
    let long = "制定本单位中长期规划和年度计划，参与编制全区专业规划和详细规划";
    let mut made = made(&[
        (60.0, 110.0, "部门名称"),
        (130.0, 110.0, "绿化中心"),
        (60.0, 130.0, "联系人"),
        (130.0, 130.0, "高斌"),
        (300.0, 130.0, "电话"),
        (440.0, 130.0, "8207"),
    ]);
    for y in [95.0, 115.0, 135.0] {
        made.rule(60.0, y, 500.0, y);
    }
    let goals = [(130.0, 110.0, long), (60.0, 124.0, "战略目标"), (130.0, 135.0, long), (130.0, 148.0, long)];
    page(&mut made, &goals);
    for y in [95.0, 115.0, 155.0] {
        made.rule(if y > 115.0 { 60.0 } else { 130.0 }, y, 500.0, y);
    }
    let rest = [(60.0, 110.0, "人员情况"), (130.0, 110.0, "编制"), (300.0, 110.0, "56")];
    page(&mut made, &rest);
    for y in [95.0, 115.0] {
        made.rule(60.0, y, 500.0, y);
    }
    let table = table(&made);
    assert_eq!(cells(&table, 2), owned(&[(0, 2, "战略目标"), (1, 1, long)]));
    assert_eq!(cells(&table, 4), owned(&[(0, 1, "人员情况"), (1, 1, "编制"), (2, 1, "56")]));
}

/// A row is as high as a page, on which no rule is drawn, and its text reaches further right than that before.
#[test]
fn a_page_without_a_rule() {
    let left = "用于新建教学楼和图书馆以及\n采购图书，购买城域网服务和\n软件服务，保障学校正常运转";
    let right = "用于新建教学楼和图书馆以及采购\n图书，购买城域网服务和软件服务\n，保障学校的正常运转";
    let mut made = made(&[
        (60.0, 110.0, "项目名称"),
        (130.0, 110.0, "校舍"),
        (300.0, 110.0, "项目类别"),
        (60.0, 130.0, "绩效目标"),
        (130.0, 130.0, "总体目标"),
        (300.0, 130.0, "年度目标"),
    ]);
    for y in [95.0, 115.0, 135.0] {
        made.rule(60.0, y, 460.0, y);
    }
    page(&mut made, &[(130.0, 60.0, left), (300.0, 60.0, right)]);
    page(&mut made, &[(60.0, 110.0, "一级指标"), (130.0, 110.0, "二级指标"), (300.0, 110.0, "指标值")]);
    for y in [95.0, 115.0, 135.0] {
        made.rule(60.0, y, 460.0, y);
    }
    let table = table(&made);
    let goals = cells(&table, 2);
    assert_eq!(goals.len(), 2);
    assert!(goals.iter().all(|goal| goal.2.starts_with("用于新建教学楼和图书馆以及采购图书")), "{goals:?}");
}

/// Under a long text that ends with its page stands the title of a section, over all columns: it is no part of the text.
#[test]
fn a_title_under_a_long_text() {
    let text = "对渣土处置工地进行规范管理防止\n扬尘，并且保障城市的环境卫生，\n提高居民的居住环境和生活质量。";
    let mut made = made(&[
        (60.0, 110.0, "项目名称"),
        (130.0, 110.0, "渣土管理"),
        (300.0, 110.0, "项目类别"),
        (60.0, 145.0, "绩效目标"),
        (130.0, 132.0, text),
        (300.0, 132.0, text),
    ]);
    for y in [95.0, 115.0, 175.0] {
        made.rule(60.0, y, 460.0, y);
    }
    let rest = [
        (370.0, 60.0, "总体绩效指标"),
        (60.0, 80.0, "产出指标"),
        (130.0, 80.0, "管理工地"),
        (300.0, 80.0, "≥20个"),
        (130.0, 100.0, "建设平台"),
        (300.0, 100.0, "1个"),
    ];
    page(&mut made, &rest);
    for y in [45.0, 65.0, 85.0, 105.0] {
        made.rule(60.0, y, 460.0, y);
    }
    let table = table(&made);
    assert_eq!(cells(&table, 1).last().unwrap().2, text.replace('\n', ""));
    assert_eq!(cells(&table, 2)[0].2, "总体绩效指标");
}

/// Labels of two lines stand in the middle of their rows, and so begin above the names, which differ from form to form:
/// the line over each of the tables is a title all the same.
#[test]
fn titles_over_labels_of_two_lines() {
    let mut made = Made::new(600, 800);
    for (number, name) in ["渣土管理", "校舍整修", "老年食堂"].into_iter().enumerate() {
        let title = (250.0, 60.0, "项目绩效目标表");
        let laid = [
            title,
            (60.0, 103.5, "项目名\n称"),
            (130.0, 110.0, name),
            (300.0, 110.0, "项目类别"),
            (60.0, 138.5, "主管部\n门"),
            (130.0, 145.0, "民政局"),
            (300.0, 145.0, "部门编码"),
        ];
        if number > 0 {
            made.pages.push(String::new());
        }
        write(&mut made, &laid);
        for y in [90.0, 125.0, 160.0] {
            made.rule(60.0, y, 460.0, y);
        }
    }
    let reading = read_pdf(&made.bytes(), None, &Limits::default()).unwrap();
    let furniture = reading.blocks.iter().filter(|block| matches!(block, Block::Furniture(_))).count();
    let is_title = |block: &&Block| matches!(block, Block::Paragraph(lines) if join_lines(lines) == "项目绩效目标表");
    assert_eq!((reading.blocks.iter().filter(is_title).count(), furniture), (3, 0));
}
