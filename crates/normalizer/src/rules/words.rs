//! Cells without a number: fillers, references, grades, qualitative words.

use super::phrase::{apply_time, change_in_words, token_text};
use super::{Candidate, residue, unexplained};
use crate::lex::{Cell, Kind};
use crate::lexicon::{Lexicon, Role, Roles};
use crate::unit::is_blank;
use crate::value::{Class, Comparator, ComparatorSource, Flag, Kind as ValueKind, Value};

/// Longer texts are prose; no class is looked for in them.
const MAX_CLASSED: usize = 64;

/// A noun phrase longer than this is no name of a figure.
const MAX_FIGURE: usize = 12;

/// Classes by weight: where several words are found, the first of these wins.
const CLASS_ORDER: [Class; 9] = [
    Class::Coverage,
    Class::LongTerm,
    Class::Timely,
    Class::Reduce,
    Class::Improve,
    Class::Absent,
    Class::State,
    Class::Maintain,
    Class::Done,
];

/// Fillers, placeholders and cells that hold only a unit.
pub(crate) fn not_applicable(cell: &Cell<'_, '_>) -> Option<Candidate> {
    let source = cell.source();
    let whole = source.slice(0, source.len());
    if source.len() == 0 {
        return Some(Candidate::complete(Value::new(ValueKind::NotApplicable, whole)));
    }
    if !cell.numbers.is_empty() || !cell.times.is_empty() || source.len() > MAX_CLASSED {
        return None;
    }
    let is = |role| cell.lexicon().exact(source, 0, source.len(), role).is_some();
    if is(Role::Filler) || only_marks(cell) {
        return Some(Candidate::complete(Value::new(ValueKind::NotApplicable, whole)));
    }
    if is(Role::Placeholder) {
        let mut value = Value::new(ValueKind::Qualitative, whole);
        value.flags.insert(Flag::Placeholder);
        value.class = Some(Class::Other);
        return Some(Candidate::complete(value));
    }
    unit_only(cell)
}

fn only_marks(cell: &Cell<'_, '_>) -> bool {
    cell.source()
        .chars
        .iter()
        .all(|folded| !folded.c.is_alphanumeric() && !matches!(folded.c, '≥' | '≤' | '%' | '‰' | '℃' | '㎡'))
}

/// 公里, ≥ %, ≥**%: a sign or a unit without a figure.
fn unit_only(cell: &Cell<'_, '_>) -> Option<Candidate> {
    let source = cell.source();
    let bound = cell.lexicon().longest(source, 0, Roles::of(&[Role::Prefix]));
    let mut at = bound.map_or(0, |hit| hit.end);
    while is_blank(source.at(at)) || matches!(source.at(at), '(' | ')') {
        at += 1;
    }
    let blank = at > bound.map_or(0, |hit| hit.end);
    let magnitude = cell.reader.magnitude(at);
    let unit = cell.reader.measure(magnitude.map_or(at, |span| span.1));
    let end = unit.as_ref().map_or(at, |unit| unit.end);
    let closes = end == source.len() || source.at(end) == ')' && end + 1 == source.len();
    if !closes || unit.is_none() && !(blank || bound.is_some_and(|hit| hit.end == source.len())) {
        return None;
    }
    let mut value = Value::new(ValueKind::NotApplicable, source.slice(0, source.len()));
    value.flags.insert(Flag::Placeholder);
    if let Some(unit) = &unit {
        super::phrase::apply_unit(cell, unit, &mut value);
        value.magnitude = magnitude.and_then(|(from, to)| residue(source, from, to));
    }
    if let Some(hit) = bound {
        value.comparator = Lexicon::comparator(hit.entry);
        value.comparator_source = Some(ComparatorSource::Written);
        value.comparator_text = residue(source, 0, hit.end);
    }
    Some(Candidate::complete(value))
}

/// 合格及以上, 不低于良好
pub(crate) fn grade(cell: &Cell<'_, '_>) -> Option<Candidate> {
    if !cell.numbers.is_empty() {
        return None;
    }
    let source = cell.source();
    let prefix = cell.word(0, Role::Prefix);
    let attained = cell.word(0, Role::Attain).is_some();
    let from = if prefix.is_some() || attained { cell.token(0)?.end } else { 0 };
    let hit = cell.lexicon().longest(source, from, Roles::of(&[Role::Grade]))?;
    let graded = ending_unit(cell, hit.end);
    let suffix = cell.lexicon().longest(source, graded, Roles::of(&[Role::Suffix]));
    let bound = suffix.map(|hit| hit.entry).or(prefix)?;
    let end = suffix.map_or(graded, |hit| hit.end);
    let mut value = Value::new(ValueKind::Reference, source.slice(0, source.len()));
    value.comparator = Lexicon::comparator(bound);
    value.comparator_source = Some(ComparatorSource::Written);
    value.comparator_text = match suffix {
        Some(hit) => residue(source, graded, hit.end),
        None => residue(source, 0, from),
    };
    value.refers_to = residue(source, from, graded);
    value.flags.insert(Flag::Grade);
    if attained {
        value.flags.insert(Flag::Attain);
        value.before = residue(source, 0, from);
    }
    value.after = residue(source, end, source.len());
    let (digits, tokens) = unexplained(cell, end, source.len());
    Some(Candidate { value, digits, tokens })
}

/// 良好等级以上: a noun for the grade belongs to it.
fn ending_unit(cell: &Cell<'_, '_>, at: usize) -> usize {
    ["等级", "等次", "水平", "标准"].iter().find(|word| cell.source().spells(at, word)).map_or(at, |_| at + 2)
}

/// Defers to a document or to another figure.
pub(crate) fn reference(cell: &Cell<'_, '_>) -> Option<Candidate> {
    let source = cell.source();
    if !cell.numbers.is_empty() {
        return None;
    }
    let dated = matches!(cell.kind(0), Some(Kind::Time(_)));
    let mut candidate = within_limit(cell)
        .or_else(|| bounded_figure(cell))
        .or_else(|| decisive(cell))
        .or_else(|| named_document(cell, usize::from(dated)))
        .or_else(|| alike(cell))
        .or_else(|| attained(cell))
        .or_else(|| figure(cell))?;
    let used = dated && candidate.value.before.is_none();
    if used && let Some(time) = cell.time_at(0) {
        apply_time(time, &mut candidate.value);
    }
    let from = if used { cell.token(0).map_or(0, |token| token.end) } else { 0 };
    candidate.digits = (from..source.len()).filter(|&at| source.at(at).is_ascii_digit()).count();
    let later = cell.tokens.iter().skip(usize::from(used));
    candidate.tokens = later.filter(|token| matches!(token.kind, Kind::Time(_))).count();
    Some(candidate)
}

/// 合同约定时间内, 控制在预算范围内
fn within_limit(cell: &Cell<'_, '_>) -> Option<Candidate> {
    let source = cell.source();
    let (last, limit, within) = (0..cell.tokens.len()).find_map(|index| limit_at(cell, index))?;
    // A clause that begins anew with a verb is not part of the name: 按合同约定在时限内发布.
    let verb = (0..last).rev().find(|&at| is_lead(cell, at));
    let from = verb.and_then(|at| cell.token(at)).map_or(0, |token| token.end);
    let begin = cell.token(last)?.start;
    if from >= limit || from == begin && verb.is_some_and(|at| at > 0) {
        return None;
    }
    let mut value = Value::new(ValueKind::Reference, source.slice(0, source.len()));
    value.comparator = Comparator::Le;
    value.comparator_source = Some(ComparatorSource::Written);
    value.comparator_text = residue(source, limit, within);
    value.before = residue(source, 0, from);
    value.refers_to = residue(source, from, limit);
    value.after = residue(source, within, source.len());
    Some(Candidate::complete(value))
}

/// The last token of a limit, where its name ends and where 内 behind it ends: 工期|内, 批复|范围|内.
fn limit_at(cell: &Cell<'_, '_>, index: usize) -> Option<(usize, usize, usize)> {
    let token = cell.token(index)?;
    let next = cell.token(index + 1).filter(|_| cell.is_word(index + 1, Roles::of(&[Role::Within])));
    let named = Roles::of(&[Role::Limit, Role::Document]);
    if let Some(next) = next.filter(|next| cell.is_word(index, named) && closes_limit(cell, next.end)) {
        return Some((index, token.end, next.end));
    }
    let named = token.end - token.start > 1 && cell.is_word(index, Roles::of(&[Role::Span])) && token.start > 0;
    (named && cell.source().at(token.end - 1) == '内').then_some((index, token.end - 1, token.end))
}

/// 内 of 内容 and 内部 closes no limit.
fn closes_limit(cell: &Cell<'_, '_>, at: usize) -> bool {
    !matches!(cell.source().at(at), '容' | '部' | '涵' | '外' | '控')
}

/// 在 and 控制在 lead over to the limit; other verbs may be part of its name.
fn is_lead(cell: &Cell<'_, '_>, index: usize) -> bool {
    let Some(token) = cell.token(index) else {
        return false;
    };
    cell.word(index, Role::Verb).is_some() && cell.source().at(token.end - 1) == '在'
        || matches!(cell.mark(index), Some(',' | ';' | '。'))
}

/// 不低于上年水平, ≤预算数
fn bounded_figure(cell: &Cell<'_, '_>) -> Option<Candidate> {
    let source = cell.source();
    let entry = cell.word(0, Role::Prefix)?;
    let token = cell.token(0)?;
    let symbol = !source.at(token.start).is_alphabetic();
    let bound = Lexicon::comparator(entry);
    let plain = symbol || source.at(token.start) == '不' || matches!(bound, Comparator::Ge | Comparator::Le);
    if token.end == source.len() || !plain && token.end - token.start < 2 {
        return None;
    }
    let mut value = Value::new(ValueKind::Reference, source.slice(0, source.len()));
    value.comparator = bound;
    value.comparator_source = Some(ComparatorSource::Written);
    value.comparator_text = token_text(cell, 0);
    value.refers_to = residue(source, token.end, source.len());
    Some(Candidate::complete(value))
}

/// 符合X标准, 按X执行: the words up to the last that names a document.
fn named_document(cell: &Cell<'_, '_>, from: usize) -> Option<Candidate> {
    let source = cell.source();
    let index = (from..cell.tokens.len()).find(|&index| cell.is_word(index, Roles::of(&[Role::Refer])))?;
    let refer = cell.token(index)?;
    if refer.start > MAX_FIGURE {
        return None;
    }
    let last = (index + 1..cell.tokens.len())
        .take_while(|&at| !matches!(cell.mark(at), Some(',' | ';' | '。')))
        .filter(|&at| cell.is_word(at, Roles::of(&[Role::Document])))
        .last()?;
    let end = cell.token(last)?.end;
    let begin = cell.token(from).map_or(0, |token| token.start);
    let mut value = Value::new(ValueKind::Reference, source.slice(0, source.len()));
    value.before = residue(source, begin, refer.start);
    value.refers_to = residue(source, refer.end, end);
    value.after = residue(source, end, source.len());
    Some(Candidate::complete(value))
}

/// 以实际发生数为准
fn decisive(cell: &Cell<'_, '_>) -> Option<Candidate> {
    let source = cell.source();
    let end = source.len().checked_sub(2).filter(|&end| end > 1 && source.spells(end, "为准"))?;
    let from = usize::from(source.at(0) == '以');
    let mut value = Value::new(ValueKind::Reference, source.slice(0, source.len()));
    value.refers_to = residue(source, from, end);
    Some(Candidate::complete(value))
}

/// 与上年持平
fn alike(cell: &Cell<'_, '_>) -> Option<Candidate> {
    let source = cell.source();
    if !matches!(source.at(0), '与' | '同' | '和') || source.len() > MAX_CLASSED {
        return None;
    }
    let words = ["持平", "一致", "相当", "同步", "相符", "相同", "相适应", "相匹配"];
    let (at, word) =
        (1..source.len()).find_map(|at| words.iter().find(|word| source.spells(at, word)).map(|word| (at, word)))?;
    let to = if matches!(source.at(at - 1), '相' | '保') { at - 1 } else { at };
    let mut value = Value::new(ValueKind::Reference, source.slice(0, source.len()));
    value.refers_to = residue(source, 1, if source.spells(at - 2, "保持") { at - 2 } else { to });
    value.after = residue(source, at, source.len()).filter(|_| !word.is_empty());
    Some(Candidate::complete(value))
}

/// 达到国家标准
fn attained(cell: &Cell<'_, '_>) -> Option<Candidate> {
    let source = cell.source();
    cell.word(0, Role::Attain)?;
    let token = cell.token(0)?;
    let last = cell.tokens.len().checked_sub(1).filter(|&last| last > 0)?;
    if !cell.is_word(last, Roles::of(&[Role::Document])) || source.len() > MAX_FIGURE * 2 {
        return None;
    }
    let mut value = Value::new(ValueKind::Reference, source.slice(0, source.len()));
    value.flags.insert(Flag::Attain);
    value.before = token_text(cell, 0);
    value.refers_to = residue(source, token.end, source.len());
    Some(Candidate::complete(value))
}

/// 入选人数: the name of a figure and nothing else.
fn figure(cell: &Cell<'_, '_>) -> Option<Candidate> {
    let source = cell.source();
    if source.len() > MAX_FIGURE {
        return None;
    }
    // 参照市场价格: the verb that refers is no part of the name.
    let from = cell.token(0).filter(|_| cell.is_word(0, Roles::of(&[Role::Refer]))).map_or(0, |token| token.end);
    let ends_in = |role| (from..source.len()).any(|at| cell.lexicon().exact(source, at, source.len(), role).is_some());
    (ends_in(Role::Figure) && !ends_in(Role::Plain)).then(|| {
        let mut value = Value::new(ValueKind::Reference, source.slice(0, source.len()));
        value.refers_to = residue(source, from, source.len());
        Candidate::complete(value)
    })
}

/// Words without a digit.
pub(crate) fn qualitative(cell: &Cell<'_, '_>) -> Option<Candidate> {
    let source = cell.source();
    let digits = source.chars.iter().filter(|folded| folded.c.is_ascii_digit()).count();
    let mut value = Value::new(ValueKind::Qualitative, source.slice(0, source.len()));
    value.class = Some(class_of(cell));
    value.change = change_in_words(cell).map(Box::new);
    let lone = cell.lexicon().exact(source, 0, source.len(), Role::None).is_some();
    if lone && source.at(0) == '无' {
        value.flags.insert(Flag::AmbiguousNone);
    }
    let named = cell.numbers.is_empty() && cell.times.is_empty();
    if digits > 0 && !named {
        return None;
    }
    Some(Candidate { value, digits, tokens: usize::from(digits > 0) })
}

/// The advisory class: the whole text, else its end, else the weightiest word in it.
pub(crate) fn class_of(cell: &Cell<'_, '_>) -> Class {
    let source = cell.source();
    if source.len() > MAX_CLASSED {
        return Class::Other;
    }
    if let Some(entry) = cell.lexicon().exact(source, 0, source.len(), Role::Class) {
        return Lexicon::class(entry);
    }
    let mut found = [false; 10];
    let mut at = 0;
    while at < source.len() {
        let hit = cell.lexicon().longest(source, at, Roles::of(&[Role::Class]));
        if let Some(hit) = hit.filter(|hit| hit.end - at > 1)
            && let Some(seen) = found.get_mut(Lexicon::class(hit.entry) as usize)
        {
            *seen = true;
        }
        at = hit.map_or(at + 1, |hit| hit.end);
    }
    let first = CLASS_ORDER.iter().find(|class| found.get(**class as usize) == Some(&true));
    first.copied().unwrap_or(Class::Other)
}

/// Whether the words of a cell are all in the lexicon: 长期公示, 及时足额.
pub(crate) fn is_known(cell: &Cell<'_, '_>) -> bool {
    cell.source().len() <= 8 && class_of(cell) != Class::Other
}
