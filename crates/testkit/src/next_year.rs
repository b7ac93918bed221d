//! A booklet of the next year, made of a booklet by changes that are known.

use std::collections::BTreeSet;

use jixiao_model::{Form, FormKind, Indicator, Scope, Status, clean_text};

use crate::random::Random;
use crate::seed::Seed;

/// A change that was planted. Names of kinds and columns are those of the table `changes`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Planted {
    /// What was done.
    pub kind: &'static str,
    /// The project of the form, as the later booklet has it.
    pub project: Option<String>,
    /// `overall`, `annual`, or nothing.
    pub scope: Option<&'static str>,
    /// What it was done to, as the later booklet calls it (an added form by its project).
    pub name: String,
    /// The text before.
    pub before: Option<String>,
    /// The text after.
    pub after: Option<String>,
}

/// A booklet and how it differs from that of the year before.
#[derive(Debug)]
pub struct NextYear {
    /// The text of the booklet.
    pub text: String,
    /// All changes, sorted. That every year is one later is none.
    pub planted: Vec<Planted>,
}

/// Makes the booklet of the next year, with about `count` changes inside forms and one of each kind to whole forms.
pub fn next_year(seed: &Seed, count: usize, random: &mut Random) -> NextYear {
    let mut work = Work::new(seed);
    let forms = &seed.document.forms;
    let mut projects: Vec<usize> = (0..forms.len()).filter(|at| forms[*at].kind == FormKind::Project).collect();
    let mut take = |random: &mut Random| projects.swap_remove(random.below(projects.len()));
    work.remove_form(take(random));
    work.rename_form(take(random));
    work.add_form(take(random));
    for turn in 0..count {
        // A place that does not allow the change is passed over.
        match turn % 5 {
            0 => work.change_target(random),
            1 => work.rename_indicator(random),
            2 => work.remove_indicator(random),
            3 => work.add_indicator(turn, random),
            _ => work.change_money(random),
        };
    }
    work.finish()
}

/// Columns of an undamaged row.
const NAME: usize = 3;
const VALUE: usize = 4;

/// Names of new indicators: like none of each other, and like none of a booklet.
const NEW_NAMES: [&str; 8] = [
    "志愿者培训课时总量",
    "智慧平台模块上线个数",
    "跨部门联席会商频次",
    "无障碍设施巡检覆盖面",
    "外聘专家评议参与人次",
    "档案电子化归集比重",
    "夜间应急响应用时",
    "碳排放监测点位布设",
];

/// The cells of a line.
type Cells = Vec<String>;

/// A line of the booklet.
struct Line {
    /// `None` where it was taken out.
    cells: Option<Cells>,
    /// What was put after it.
    added: Vec<Cells>,
}

struct Work<'a> {
    seed: &'a Seed,
    lines: Vec<Line>,
    /// Forms and rows that were changed already; each is changed once.
    forms: BTreeSet<usize>,
    rows: BTreeSet<usize>,
    planted: Vec<Planted>,
}

impl<'a> Work<'a> {
    fn new(seed: &'a Seed) -> Self {
        let lines = seed.lines.iter().map(|cells| Line { cells: Some(cells.clone()), added: Vec::new() }).collect();
        Self { seed, lines, forms: BTreeSet::new(), rows: BTreeSet::new(), planted: Vec::new() }
    }

    fn finish(mut self) -> NextYear {
        self.planted.sort();
        let lines = self.lines.into_iter().flat_map(|line| line.cells.into_iter().chain(line.added));
        let lines: Vec<Cells> = lines.collect();
        NextYear { text: a_year_later(&Seed::text(&lines)), planted: self.planted }
    }

    fn plant(&mut self, kind: &'static str, form: &Form, name: &str, texts: [Option<&str>; 2]) {
        self.planted.push(Planted {
            kind,
            project: form.text("project_name").map(str::to_owned),
            scope: None,
            name: name.to_owned(),
            before: texts[0].map(str::to_owned),
            after: texts[1].map(str::to_owned),
        });
    }

    fn plant_in(&mut self, indicator: &Indicator) {
        if let Some(planted) = self.planted.last_mut() {
            planted.scope = indicator.scope.map(Scope::as_str);
        }
    }

    /// The lines of a form: from its title to the next title.
    fn block(&self, form: usize) -> std::ops::Range<usize> {
        let forms = &self.seed.document.forms;
        let start = |form: &Form| form.place.line.map_or(0, |line| line as usize - 1);
        start(&forms[form])..forms.get(form + 1).map_or(self.lines.len(), start)
    }

    /// The line of the 目录 that names a form.
    fn contents_line(&self, form: usize) -> Option<usize> {
        let entry = self.seed.document.contents.iter().find(|entry| entry.form == Some(form))?;
        Some(entry.place.line? as usize - 1)
    }

    fn remove_form(&mut self, at: usize) {
        for line in self.block(at).chain(self.contents_line(at)) {
            self.lines[line].cells = None;
        }
        let form = &self.seed.document.forms[at];
        let name = full_name(form);
        self.plant("form_removed", form, &name, [Some(&name), None]);
        self.forms.insert(at);
    }

    fn rename_form(&mut self, at: usize) {
        let form = &self.seed.document.forms[at];
        let old = form.text("project_name").unwrap_or_default();
        let new = format!("{old}及管理");
        let contents = self.contents_line(at);
        for line in self.block(at).chain(contents) {
            let is_contents = Some(line) == contents;
            let cells = self.lines[line].cells.iter_mut().flatten();
            cells.filter(|cell| is_contents || *cell == old).for_each(|cell| *cell = cell.replace(old, &new));
        }
        let names = (full_name(form), full_name(form).replace(old, &new));
        self.plant("form_renamed", form, &names.1, [Some(&names.0), Some(&names.1)]);
        self.planted.iter_mut().last().into_iter().for_each(|planted| planted.project = Some(new.clone()));
        self.forms.insert(at);
    }

    /// A form of a new unit and project, with the indicators of another form.
    fn add_form(&mut self, at: usize) {
        let form = &self.seed.document.forms[at];
        let project = "低空经济试点引导补助";
        let unit = "济南市市中区大数据中心";
        let mut block: Vec<Cells> = self.block(at).filter_map(|line| self.lines[line].cells.clone()).collect();
        for cell in block.iter_mut().flatten() {
            if Some(cell.as_str()) == form.text("project_name") {
                project.clone_into(cell);
            } else if Some(cell.as_str()) == form.text("implementing_unit") {
                unit.clone_into(cell);
            }
        }
        let before = self.block(at).start - 1;
        self.lines[before].added.extend(block);
        let name = format!("{unit} · {project}");
        self.plant("form_added", form, &name, [None, Some(&name)]);
        self.planted.iter_mut().last().into_iter().for_each(|planted| planted.project = Some(project.to_owned()));
        self.forms.insert(at);
    }

    /// A row that is whole on its line, in the middle of a group, and was not changed yet.
    fn pick(&self, random: &mut Random, fits: impl Fn(&Indicator) -> bool) -> Option<(&'a Form, &'a Indicator, usize)> {
        let forms: &'a [Form] = &self.seed.document.forms;
        let unchanged = forms.iter().enumerate().filter(|(at, _)| !self.forms.contains(at));
        let rows = unchanged.flat_map(|(_, form)| form.indicators.iter().map(move |row| (form, row)));
        let placed = rows.filter_map(|(form, row)| Some((form, row, row.place.line? as usize - 1)));
        let sound: Vec<_> = placed.filter(|(form, row, line)| self.is_sound(form, row, *line) && fits(row)).collect();
        random.pick(&sound).copied()
    }

    fn is_sound(&self, form: &Form, row: &Indicator, line: usize) -> bool {
        let cells = &self.seed.lines[line];
        let holds = |column: usize, text: Option<&String>| {
            text.is_some() && cells.get(column).map(|cell| clean_text(cell)).as_ref() == text
        };
        let alone = form.indicators.iter().filter(|other| other.level3 == row.level3 && other.scope == row.scope);
        cells.len() == VALUE + 1
            && cells[..NAME].iter().all(String::is_empty)
            && holds(NAME, row.level3.as_ref())
            && holds(VALUE, row.value.as_ref())
            && is_amid_its_group(form, row)
            && !row.level3.as_ref().is_some_and(|name| name.contains('年'))
            && alone.count() == 1
            && [line - 1, line + 1].iter().all(|beside| !self.seed.is_blank(*beside))
            && (line - 1..=line + 1).all(|line| !self.rows.contains(&line))
    }

    fn change_target(&mut self, random: &mut Random) -> Option<()> {
        let (form, row, line) = self.pick(random, |row| row.value.as_deref().and_then(other_target).is_some())?;
        let cell = self.lines[line].cells.as_mut()?.get_mut(VALUE)?;
        *cell = other_target(cell)?;
        let after = clean_text(cell);
        self.plant("target_changed", form, row.level3.as_deref()?, [row.value.as_deref(), Some(&after)]);
        self.plant_in(row);
        self.rows.insert(line);
        Some(())
    }

    fn rename_indicator(&mut self, random: &mut Random) -> Option<()> {
        let (form, row, line) =
            self.pick(random, |row| row.level3.as_ref().is_some_and(|name| name.chars().count() >= 6))?;
        let name = format!("年内{}", row.level3.as_deref()?);
        self.lines[line].cells.as_mut()?[NAME].clone_from(&name);
        self.plant("indicator_renamed", form, &name, [row.level3.as_deref(), Some(&name)]);
        self.plant_in(row);
        self.rows.insert(line);
        Some(())
    }

    fn remove_indicator(&mut self, random: &mut Random) -> Option<()> {
        let (form, row, line) = self.pick(random, |_| true)?;
        self.lines[line].cells = None;
        self.plant("indicator_removed", form, row.level3.as_deref()?, [row.value.as_deref(), None]);
        self.plant_in(row);
        self.rows.insert(line);
        Some(())
    }

    fn add_indicator(&mut self, turn: usize, random: &mut Random) -> Option<()> {
        let (form, row, line) = self.pick(random, |_| true)?;
        let name = NEW_NAMES[turn % NEW_NAMES.len()];
        let cells = [String::new(), String::new(), String::new(), name.to_owned(), "≥7次".to_owned()];
        self.lines[line].added.push(cells.to_vec());
        self.plant("indicator_added", form, name, [None, Some("≥7次")]);
        self.plant_in(row);
        self.rows.insert(line);
        Some(())
    }

    /// Another amount in the head of a form.
    fn change_money(&mut self, random: &mut Random) -> Option<()> {
        let forms: &'a [Form] = &self.seed.document.forms;
        let unchanged = (0..forms.len()).filter(|at| !self.forms.contains(at)).map(|at| &forms[at]);
        let amounts = unchanged.flat_map(|form| form.amounts.iter().map(move |amount| (form, amount)));
        let placed: Vec<_> = amounts
            .filter_map(|(form, amount)| Some((form, amount, amount.raw.as_deref()?, amount.place.line? as usize - 1)))
            .filter(|(_, _, raw, line)| {
                let same = self.seed.lines[*line].iter().filter(|cell| cell.as_str() == *raw);
                raw.contains('.') && same.count() == 1 && !self.rows.contains(line)
            })
            .collect();
        let (form, amount, raw, line) = *random.pick(&placed)?;
        let more = format!("8{raw}");
        self.lines[line].cells.iter_mut().flatten().filter(|cell| *cell == raw).for_each(|cell| cell.clone_from(&more));
        let unit = amount.unit.as_deref().unwrap_or_default();
        let texts = [format!("{raw}{unit}"), format!("{more}{unit}")];
        self.plant("money_changed", form, &amount.label, [Some(&texts[0]), Some(&texts[1])]);
        self.rows.insert(line);
        Some(())
    }
}

/// The rows above and below belong to the same group, nothing is wrong with any of the three, and no group of the form
/// had to be found by evidence: what the row says is not needed to read another. The part that all department forms share
/// is evidence for each of them.
fn is_amid_its_group(form: &Form, row: &Indicator) -> bool {
    let by_evidence = |kind: &str| kind == "label_moved" || kind.starts_with("level_from");
    let is_shared = row.level1.as_deref() == Some("投入管理指标");
    if is_shared || form.indicators.iter().flat_map(|row| &row.repairs).any(|repair| by_evidence(repair.kind)) {
        return false;
    }
    let around = form.indicators.windows(3).find(|rows| rows[1].place == row.place);
    around.is_some_and(|rows| rows.iter().all(|other| other.status == Status::AsPrinted && other.level2 == row.level2))
}

/// Unit and project, as the table `changes` names a form.
fn full_name(form: &Form) -> String {
    let unit = form.text("implementing_unit").or_else(|| form.text("department"));
    [unit, form.text("project_name")].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A target with another number; `None` for one that does not begin with a comparator and a whole number.
fn other_target(value: &str) -> Option<String> {
    let rest = value.strip_prefix(['=', '≥', '≤'])?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let after = &rest[digits.len()..];
    let number: u64 = digits.parse().ok().filter(|_| !after.starts_with(['.', ',', '-']))?;
    let other = if after.contains('%') { number.checked_sub(7)? } else { number + number / 4 + 1 };
    Some(value.replacen(&digits, &other.to_string(), 1))
}

/// The text with every year raised by one.
fn a_year_later(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        let from = &rest[at..];
        let digits = &from[..from.bytes().take_while(u8::is_ascii_digit).count()];
        let after = &from[digits.len()..];
        let is_year = digits.len() == 4 && digits.starts_with("20") && after.trim_start_matches(' ').starts_with('年');
        let alone = ["2023", "2022"].contains(&digits) && after.starts_with(['\t', '\n']);
        match digits.parse::<u64>() {
            Ok(year) if is_year || alone => out.push_str(&(year + 1).to_string()),
            _ => out.push_str(digits),
        }
        rest = after;
    }
    out + rest
}
