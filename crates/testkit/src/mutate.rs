//! Damages of text tables, as real renderings show them.

use jixiao_model::{Form, FormKind, Indicator, Scope, Status, without_space};

use crate::random::Random;
use crate::seed::Seed;

/// A class of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Damage {
    /// The labels of a group stand one or two rows above its first row.
    LabelsTooHigh,
    /// The labels of a group stand one or two rows below its first row.
    LabelsTooLow,
    /// The labels of a group are printed again at the top of a page.
    LabelsRepeated,
    /// One row is shifted by one or two columns.
    RowShifted,
    /// The rows of a page are shifted by one column.
    PageShifted,
    /// The label columns of a row have one cell more or less.
    LabelColumn,
    /// A cell is cut by a page break and finished alone on the next page.
    CutAlone,
    /// A cell is cut by a page break and finished beside the label of the row below.
    CutBesideLabel,
    /// A value is lost and the cells before it slide into its place.
    ValueLost,
    /// A merged label of the head stands one row too high.
    HeadLabelTooHigh,
    /// Header cells stand on a row of data.
    HeaderOnDataRow,
    /// The total row is shifted by a column.
    TotalShifted,
    /// The tail of an overlong cell is printed twice.
    TailTwice,
}

impl Damage {
    /// All classes.
    pub const ALL: [Self; 13] = [
        Self::LabelsTooHigh,
        Self::LabelsTooLow,
        Self::LabelsRepeated,
        Self::RowShifted,
        Self::PageShifted,
        Self::LabelColumn,
        Self::CutAlone,
        Self::CutBesideLabel,
        Self::ValueLost,
        Self::HeadLabelTooHigh,
        Self::HeaderOnDataRow,
        Self::TotalShifted,
        Self::TailTwice,
    ];

    /// The class in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::LabelsTooHigh => "labels 1–2 rows too high",
            Self::LabelsTooLow => "labels 1–2 rows too low",
            Self::LabelsRepeated => "labels printed again at a page top",
            Self::RowShifted => "a row shifted by 1–2 columns",
            Self::PageShifted => "a page of rows shifted by a column",
            Self::LabelColumn => "a label column more or less",
            Self::CutAlone => "a cell cut by a page break",
            Self::CutBesideLabel => "a cut cell beside another row's label",
            Self::ValueLost => "a value lost, cells slide",
            Self::HeadLabelTooHigh => "a head label one row too high",
            Self::HeaderOnDataRow => "header cells on a data row",
            Self::TotalShifted => "the total row shifted",
            Self::TailTwice => "an overlong cell's tail twice",
        }
    }
}

/// A damaged booklet.
#[derive(Debug)]
pub struct Mutant {
    /// What was done.
    pub damage: Damage,
    /// Position of the damaged form.
    pub form: usize,
    /// The text of the booklet.
    pub text: String,
    /// What the form must say.
    pub wanted: Form,
}

/// Damages one form in one way; `None` where the random choice fell on a place that does not allow it.
pub fn mutate(seed: &Seed, damage: Damage, random: &mut Random) -> Option<Mutant> {
    let form = random.below(seed.document.forms.len());
    let mut work = Work::new(seed, form, random);
    let done = match damage {
        Damage::LabelsTooHigh => work.move_labels(random, true),
        Damage::LabelsTooLow => work.move_labels(random, false),
        Damage::LabelsRepeated => work.repeat_labels(random),
        Damage::RowShifted => work.shift_row(random),
        Damage::PageShifted => work.shift_page(random),
        Damage::LabelColumn => work.label_column(random),
        Damage::CutAlone => work.cut(random, false),
        Damage::CutBesideLabel => work.cut(random, true),
        Damage::ValueLost => work.lose_value(random),
        Damage::HeadLabelTooHigh => work.head_label(random),
        Damage::HeaderOnDataRow => work.header_on_data_row(),
        Damage::TotalShifted => work.shift_total(),
        Damage::TailTwice => work.tail_twice(random),
    };
    done.map(|()| Mutant { damage, form, text: Seed::text(&work.lines), wanted: work.wanted })
}

struct Work<'a> {
    seed: &'a Seed,
    form: &'a Form,
    lines: Vec<Vec<String>>,
    wanted: Form,
    /// Rows of the chosen table: position in the form's indicators, line.
    rows: Vec<(usize, usize)>,
}

/// Columns of an undamaged row.
const LEVEL1: usize = 1;
const LEVEL2: usize = 2;
const NAME: usize = 3;
const VALUE: usize = 4;

impl<'a> Work<'a> {
    fn new(seed: &'a Seed, form: usize, random: &mut Random) -> Self {
        let form = &seed.document.forms[form];
        let scope = match form.kind {
            FormKind::Department => None,
            _ if random.coin() => Some(Scope::Overall),
            _ => Some(Scope::Annual),
        };
        let rows = seed.table(form, scope);
        Self { seed, form, lines: seed.lines.clone(), wanted: form.clone(), rows }
    }

    fn indicator(&self, row: usize) -> Option<&'a Indicator> {
        self.form.indicators.get(self.rows.get(row)?.0)
    }

    /// An undamaged row with a counterpart: in the twin table, or in the part that department forms share.
    fn is_sound(&self, row: usize) -> bool {
        let Some(indicator) = self.indicator(row) else { return false };
        let cells = &self.lines[self.rows[row].1];
        let in_place =
            cells.get(NAME).is_some_and(|c| !c.is_empty()) && cells.get(VALUE).is_some_and(|c| !c.is_empty());
        in_place && indicator.status == Status::AsPrinted && self.has_counterpart(indicator)
    }

    fn has_counterpart(&self, indicator: &Indicator) -> bool {
        if indicator.scope.is_none() {
            return indicator.level1.as_deref() == Some("投入管理指标");
        }
        self.form.indicators.iter().any(|other| {
            other.scope != indicator.scope
                && other.level3 == indicator.level3
                && other.value.as_deref().map(without_space) == indicator.value.as_deref().map(without_space)
                && other.status == Status::AsPrinted
        })
    }

    fn label(&self, row: usize, column: usize) -> &str {
        self.lines[self.rows[row].1].get(column).map_or("", String::as_str)
    }

    fn set(&mut self, row: usize, column: usize, text: String) {
        if let Some(cell) = self.lines[self.rows[row].1].get_mut(column) {
            *cell = text;
        }
    }

    fn pick_row(&self, random: &mut Random, fits: impl Fn(&Self, usize) -> bool) -> Option<usize> {
        let rows: Vec<usize> = (0..self.rows.len()).filter(|r| fits(self, *r)).collect();
        random.pick(&rows).copied()
    }

    /// Moves the labels of a group up or down by one or two rows.
    fn move_labels(&mut self, random: &mut Random, up: bool) -> Option<()> {
        let by = 1 + random.below(2);
        let from = self.pick_row(random, |w, r| w.can_move(r, by, up))?;
        let to = if up { from - by } else { from + by };
        for column in [LEVEL1, LEVEL2] {
            let label = self.label(from, column).to_owned();
            if !label.is_empty() {
                self.set(to, column, label);
                self.set(from, column, String::new());
            }
        }
        Some(())
    }

    fn can_move(&self, row: usize, by: usize, up: bool) -> bool {
        let (first, last) = if up {
            let Some(first) = row.checked_sub(by) else { return false };
            (first, row)
        } else {
            (row, row + by)
        };
        let between = || (first..=last).filter(|r| *r != row);
        row > 0
            && last < self.rows.len()
            && !self.label(row, LEVEL2).is_empty()
            && (first..=last).all(|r| self.is_sound(r))
            && between().all(|r| self.label(r, LEVEL1).is_empty() && self.label(r, LEVEL2).is_empty())
    }

    /// Begins a page at a row and prints the labels of its group again.
    fn repeat_labels(&mut self, random: &mut Random) -> Option<()> {
        let row = self.pick_row(random, |w, r| r > 0 && w.is_sound(r) && w.label(r, LEVEL2).is_empty())?;
        let indicator = self.indicator(row)?;
        let labels = ["绩效指标".to_owned(), indicator.level1.clone()?, indicator.level2.clone()?];
        for (column, label) in labels.into_iter().enumerate() {
            self.set(row, column, label);
        }
        self.break_page(self.rows[row].1);
        Some(())
    }

    fn break_page(&mut self, line: usize) {
        if !self.seed.is_blank(line.wrapping_sub(1)) {
            self.lines.insert(line, vec![String::new()]);
        }
    }

    fn shift_row(&mut self, random: &mut Random) -> Option<()> {
        let row = self.pick_row(random, Self::is_sound)?;
        let by = 1 + random.below(2);
        let left = random.coin();
        shift(&mut self.lines[self.rows[row].1], by, left)
    }

    fn shift_page(&mut self, random: &mut Random) -> Option<()> {
        let first = self.pick_row(random, Self::is_sound)?;
        let left = random.coin();
        self.break_page(self.rows[first].1);
        let moved = self.lines.len() - self.seed.lines.len();
        let mut done = 0;
        for row in first..self.rows.len().min(first + 8) {
            if !self.is_sound(row) || (row > first && self.seed.is_blank(self.rows[row].1 - 1)) {
                break;
            }
            shift(&mut self.lines[self.rows[row].1 + moved], 1, left)?;
            done += 1;
        }
        (done > 0).then_some(())
    }

    /// A label cell more (empty, before the name) or an empty one less.
    fn label_column(&mut self, random: &mut Random) -> Option<()> {
        let row = self.pick_row(random, Self::is_sound)?;
        let cells = &mut self.lines[self.rows[row].1];
        if random.coin() {
            cells.insert(NAME, String::new());
        } else {
            let empty = (0..NAME).rev().find(|c| cells[*c].is_empty())?;
            cells.remove(empty);
        }
        Some(())
    }

    /// Cuts the name (or the value) of a row by a page break.
    fn cut(&mut self, random: &mut Random, beside_label: bool) -> Option<()> {
        let row = self.pick_row(random, |w, r| w.can_cut(r, beside_label))?;
        let line = self.rows[row].1;
        let name: Vec<char> = self.lines[line][NAME].chars().collect();
        let at = 2 + random.below(name.len().saturating_sub(3));
        let mut tail_line = vec![String::new(); 5];
        self.lines[line][NAME] = name[..at].iter().collect();
        tail_line[NAME] = name[at..].iter().collect();
        if beside_label {
            for column in [LEVEL1, LEVEL2] {
                let label = std::mem::take(&mut self.lines[self.rows[row + 1].1][column]);
                tail_line[column] = label;
            }
        }
        self.lines.insert(line + 1, vec![String::new()]);
        self.lines.insert(line + 2, tail_line);
        Some(())
    }

    fn can_cut(&self, row: usize, beside_label: bool) -> bool {
        let long = self.lines[self.rows[row].1].get(NAME).is_some_and(|n| n.chars().count() >= 5);
        let next_line_follows = self.rows.get(row + 1).is_some_and(|n| n.1 == self.rows[row].1 + 1);
        let next =
            !beside_label || (next_line_follows && self.is_sound(row + 1) && !self.label(row + 1, LEVEL2).is_empty());
        self.is_sound(row) && long && next
    }

    /// Drops the value; the cells before it move one column to the right.
    fn lose_value(&mut self, random: &mut Random) -> Option<()> {
        let row = self.pick_row(random, Self::is_sound)?;
        let cells = &mut self.lines[self.rows[row].1];
        cells.remove(VALUE);
        cells.insert(0, String::new());
        self.wanted.indicators[self.rows[row].0].value = None;
        Some(())
    }

    fn form_lines(&self) -> std::ops::Range<usize> {
        let first = self.form.place.line.unwrap_or(1) as usize - 1;
        let last = self.rows.first().map_or(first, |r| r.1);
        first..last
    }

    fn find_line(&self, fits: impl Fn(&[String]) -> bool) -> Option<usize> {
        self.form_lines().find(|l| fits(&self.lines[*l]))
    }

    /// 部门基本信息 or another merged label of the head stands on the row above.
    fn head_label(&mut self, random: &mut Random) -> Option<()> {
        let labels = ["部门基本信息", "人员情况", "部门战略目标"];
        let label = random.pick(&labels)?;
        let line = self.find_line(|cells| cells.first().is_some_and(|c| without_space(c) == *label))?;
        let above = line.checked_sub(1)?;
        // A label that the source itself misplaced is not moved once more.
        let misplaced = self.form.repairs.iter().any(|r| r.kind == "label_moved");
        if misplaced || self.seed.is_blank(above) || self.lines[above].len() < 2 || !self.lines[above][0].is_empty() {
            return None;
        }
        self.lines[above][0] = std::mem::take(&mut self.lines[line][0]);
        Some(())
    }

    /// The second header row of 年度主要任务 is printed on the first row of data, whose amounts follow on a row below.
    fn header_on_data_row(&mut self) -> Option<()> {
        let line = self.find_line(|cells| {
            let header = cells.get(5).is_some_and(|c| without_space(c).starts_with("财政拨款"));
            header && cells.iter().filter(|c| !c.is_empty()).count() == 2
        })?;
        let data = self.lines.get(line + 1)?.clone();
        let header = self.lines[line].clone();
        let (fiscal, other) = (header.get(5)?.clone(), header.get(6)?.clone());
        if data.len() < 6 || data[5].is_empty() || fiscal.is_empty() {
            return None;
        }
        let mut below = vec![String::new(); data.len()];
        below[5].clone_from(&data[5]);
        let mut data = data;
        data[5] = fiscal;
        if data.len() > 6 {
            below[6] = std::mem::replace(&mut data[6], other);
        }
        self.lines[line] = data;
        self.lines[line + 1] = below;
        Some(())
    }

    fn shift_total(&mut self) -> Option<()> {
        let line = self.find_line(|cells| cells.get(1).is_some_and(|c| c == "合计"))?;
        self.lines[line].insert(2, String::new());
        Some(())
    }

    /// The end of a long text that fills a page is printed again on the next one.
    fn tail_twice(&mut self, random: &mut Random) -> Option<()> {
        let lines: Vec<usize> = self
            .form_lines()
            .filter(|l| {
                let cells = &self.lines[*l];
                cells.len() > 2 && cells[0].is_empty() && cells[1].chars().count() > 60 && !cells[1].contains('<')
            })
            .filter(|l| self.is_goal(*l))
            .collect();
        let line = *random.pick(&lines)?;
        let chars: Vec<char> = self.lines[line][1].chars().collect();
        let length = 12 + random.below(20);
        let mut tail = vec![String::new(); self.lines[line].len()];
        tail[1] = chars[chars.len() - length..].iter().collect();
        self.lines.insert(line + 1, vec![String::new()]);
        self.lines.insert(line + 2, tail);
        Some(())
    }

    /// The texts under 总体绩效目标 and 年度绩效目标, whole on one page.
    fn is_goal(&self, line: usize) -> bool {
        let above = &self.lines[line - 1];
        above.iter().any(|c| c == "总体绩效目标") && !self.seed.is_blank(line - 1) && !self.seed.is_blank(line + 1)
    }
}

/// Shifts the cells of a row; `None` where a cell would fall off.
fn shift(cells: &mut Vec<String>, by: usize, left: bool) -> Option<()> {
    for _ in 0..by {
        if left {
            if !cells.first()?.is_empty() {
                return None;
            }
            cells.remove(0);
            cells.push(String::new());
        } else {
            cells.insert(0, String::new());
        }
    }
    Some(())
}
