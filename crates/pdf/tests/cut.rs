//! A form of 48 indicators and a table of tasks, each over several pages, as Word prints them: borders are thin filled
//! boxes, rows are cut between their lines, merged labels are printed once, the two header rows of the tasks on every page,
//! and a column line exists in the first rows only.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

mod support;

use jixiao_model::{Block, JoinKind, Limits, Table as Read, join_lines};
use jixiao_pdf::read_pdf;
use support::Made;
use support::office::{Cell, Table, draw};

const LEVELS: [(&str, [&str; 4]); 3] = [
    ("产出指标", ["数量指标", "质量指标", "时效指标", "成本指标"]),
    ("效益指标", ["经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"]),
    ("满意度指标", ["服务对象满意度指标", "社会公众满意度指标", "项目单位满意度指标", "主管部门满意度指标"]),
];

const NAMES: [&str; 4] = [
    "组织开展业务培训",
    "定期组织有关单位开展河道清淤、维护管理以及设施设备的巡查检修工作并形成书面记录的次数",
    "补助资金按规定发放的及时程度",
    "为辖区内符合条件的困难群众提供法律援助和心理疏导服务并做好回访登记工作的覆盖率",
];

/// The form: a head with a column line of its own, then four indicators for each of twelve labels.
fn form() -> Table {
    let mut table = Table::new(&[40.0, 105.0, 210.0, 300.0, 465.0, 555.0]);
    for (row, [label, text]) in [["项目名称", "城市河道综合治理"], ["主管部门", "水务局"]].into_iter().enumerate()
    {
        table.cell(row, 0, (1, 2), label);
        table.cell(row, 2, (1, 1), text);
        table.cell(row, 3, (1, 1), "项目负责人");
        table.cell(row, 4, (1, 1), "张三");
    }
    for (column, columns, text) in [(0, 1, "一级指标"), (1, 1, "二级指标"), (2, 2, "三级指标"), (4, 1, "指标值")]
    {
        table.cell(2, column, (1, columns), text);
    }
    let mut row = 3;
    for (level1, level2) in LEVELS {
        table.cell(row, 0, (16, 1), level1);
        for level2 in level2 {
            table.cell(row, 1, (4, 1), level2);
            for name in NAMES {
                table.cell(row, 2, (1, 2), &format!("{name}{}", row - 2));
                table.cell(row, 4, (1, 1), if row % 3 == 0 { "符合有关规定和合同约定的要求" } else { "≥95%" });
                row += 1;
            }
        }
    }
    table
}

/// The tasks, under a header of two rows.
fn tasks() -> Table {
    let mut table = Table::new(&[57.0, 147.0, 297.0, 377.0, 457.0, 537.0]);
    table.header = 2;
    for (column, text) in [(0, "职能"), (1, "年度主要任务")] {
        table.cell(0, column, (2, 1), text);
    }
    table.cell(0, 2, (1, 3), "预算资金（万元）");
    for (column, text) in [(2, "合计"), (3, "财政拨款"), (4, "其他资金")] {
        table.cell(1, column, (1, 1), text);
    }
    for i in 0..40 {
        let row = i + 2;
        table.cell(row, 0, (1, 1), ["综合管理", "行政执法与监督检查", "公共服务"][i % 3]);
        table.cell(row, 1, (1, 1), &format!("{}{i}", NAMES[(i + 1) % 4].repeat(1 + i % 2)));
        for column in 2..5 {
            table.cell(row, column, (1, 1), &format!("{}.{}", i * 10 + column, i % 7));
        }
    }
    table
}

fn read(made: &Made) -> Vec<Read> {
    let reading = read_pdf(&made.bytes(), None, &Limits::default()).unwrap();
    assert!(!reading.partial);
    let table = |block| if let Block::Table(table) = block { Some(table) } else { None };
    reading.blocks.into_iter().filter_map(table).collect()
}

fn cells(table: &Read) -> Vec<Cell> {
    let cell = |(row, cell): (usize, &jixiao_model::Cell)| Cell {
        row,
        column: cell.column.into(),
        rows: cell.row_span.into(),
        columns: cell.column_span.into(),
        text: join_lines(&cell.lines),
    };
    let rows = table.rows.iter().enumerate();
    rows.flat_map(|(i, row)| row.cells.iter().map(move |cell| (i, cell))).map(cell).collect()
}

/// What is printed is read: every cell once, in its place, whole, and with its span over all pages.
#[track_caller]
fn assert_same(table: &Read, printed: &Table) {
    let mut wanted = printed.cells.clone();
    wanted.sort_by_key(|cell| (cell.row, cell.column));
    let found = cells(table);
    let missing: Vec<&Cell> = wanted.iter().filter(|cell| !found.contains(cell)).collect();
    let extra: Vec<&Cell> = found.iter().filter(|cell| !wanted.contains(cell)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "not found: {missing:#?}\nfound instead: {extra:#?}");
}

fn joins(table: &Read, kind: JoinKind) -> usize {
    table.joins.iter().filter(|join| join.kind == kind).count()
}

#[test]
fn a_form_of_48_indicators() {
    let mut cuts = 0;
    for height in (540..=700).step_by(4) {
        let mut made = Made::new(595, height);
        let form = form();
        let cut = draw(&mut made, &form);
        assert!(made.pages.len() >= 4, "{} pages", made.pages.len());
        let tables = read(&made);
        assert_eq!(tables.len(), 1, "height {height}");
        assert_same(&tables[0], &form);
        assert_eq!(joins(&tables[0], JoinKind::CutRow), cut, "height {height}");
        cuts += cut;
    }
    assert!(cuts > 20, "{cuts} rows were cut: too few to tell");
}

#[test]
fn a_table_of_tasks_with_its_header_on_every_page() {
    let mut cuts = 0;
    for height in (540..=700).step_by(4) {
        let mut made = Made::new(595, height);
        let tasks = tasks();
        let cut = draw(&mut made, &tasks);
        let pages = made.pages.len();
        assert!(pages >= 4, "{pages} pages");
        let tables = read(&made);
        assert_eq!(tables.len(), 1, "height {height}");
        assert_same(&tables[0], &tasks);
        assert_eq!(joins(&tables[0], JoinKind::RepeatedHeader), pages - 1, "height {height}");
        cuts += cut;
    }
    assert!(cuts > 20, "{cuts} rows were cut: too few to tell");
}
