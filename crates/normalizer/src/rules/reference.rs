//! Cells that defer to a document, to another figure or to a grade.

use super::phrase::{apply_time, token_text};
use super::{Cost, residue};
use crate::lex::{Cell, Kind};
use crate::lexicon::{Lexicon, Role, Roles};
use crate::value::{Comparator, ComparatorSource, Flag, Kind as ValueKind, Value};

/// A noun phrase longer than this is no name of a figure.
const MAX_FIGURE: usize = 12;

/// Longer texts compare nothing.
const MAX_ALIKE: usize = 64;

/// 合格及以上, 不低于良好
pub(super) fn grade(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
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
    value.kind = ValueKind::Reference;
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
    Some(Cost::of(cell, &[(end, source.len())]))
}

/// 良好等级以上: a noun for the grade belongs to it.
fn ending_unit(cell: &Cell<'_>, at: usize) -> usize {
    ["等级", "等次", "水平", "标准"].iter().find(|word| cell.source().spells(at, word)).map_or(at, |_| at + 2)
}

/// Defers to a document or to another figure.
pub(super) fn reference(cell: &Cell<'_>, value: &mut Value) -> Option<Cost> {
    let source = cell.source();
    if !cell.numbers.is_empty() {
        return None;
    }
    let dated = matches!(cell.kind(0), Some(Kind::Time(_)));
    within_limit(cell, value)
        .or_else(|| bounded_figure(cell, value))
        .or_else(|| decisive(cell, value))
        .or_else(|| named_document(cell, usize::from(dated), value))
        .or_else(|| alike(cell, value))
        .or_else(|| attained(cell, value))
        .or_else(|| figure(cell, value))?;
    let used = dated && value.before.is_none();
    if used && let Some(time) = cell.time_at(0) {
        apply_time(time, value);
    }
    let from = if used { cell.token(0).map_or(0, |token| token.end) } else { 0 };
    let digits = (from..source.len()).filter(|&at| source.at(at).is_ascii_digit()).count();
    let later = cell.tokens.iter().skip(usize::from(used));
    let tokens = later.filter(|token| matches!(token.kind, Kind::Time(_))).count();
    Some(Cost { digits, tokens })
}

/// 合同约定时间内, 控制在预算范围内
fn within_limit(cell: &Cell<'_>, value: &mut Value) -> Option<()> {
    let source = cell.source();
    let (last, limit, within) = (0..cell.tokens.len()).find_map(|index| limit_at(cell, index))?;
    // A clause that begins anew with a verb is not part of the name: 按合同约定在时限内发布.
    let verb = (0..last).rev().find(|&at| is_lead(cell, at));
    let from = verb.and_then(|at| cell.token(at)).map_or(0, |token| token.end);
    let begin = cell.token(last)?.start;
    if from >= limit || from == begin && verb.is_some_and(|at| at > 0) {
        return None;
    }
    value.kind = ValueKind::Reference;
    value.comparator = Comparator::Le;
    value.comparator_source = Some(ComparatorSource::Written);
    value.comparator_text = residue(source, limit, within);
    value.before = residue(source, 0, from);
    value.refers_to = residue(source, from, limit);
    value.after = residue(source, within, source.len());
    Some(())
}

/// The last token of a limit, where its name ends and where 内 behind it ends: 工期|内, 批复|范围|内.
fn limit_at(cell: &Cell<'_>, index: usize) -> Option<(usize, usize, usize)> {
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
fn closes_limit(cell: &Cell<'_>, at: usize) -> bool {
    !matches!(cell.source().at(at), '容' | '部' | '涵' | '外' | '控')
}

/// 在 and 控制在 lead over to the limit; other verbs may be part of its name.
fn is_lead(cell: &Cell<'_>, index: usize) -> bool {
    let Some(token) = cell.token(index) else {
        return false;
    };
    cell.word(index, Role::Verb).is_some() && cell.source().at(token.end - 1) == '在'
        || matches!(cell.mark(index), Some(',' | ';' | '。'))
}

/// 不低于上年水平, ≤预算数
fn bounded_figure(cell: &Cell<'_>, value: &mut Value) -> Option<()> {
    let source = cell.source();
    let entry = cell.word(0, Role::Prefix)?;
    let token = cell.token(0)?;
    let symbol = !source.at(token.start).is_alphabetic();
    let bound = Lexicon::comparator(entry);
    let plain = symbol || source.at(token.start) == '不' || matches!(bound, Comparator::Ge | Comparator::Le);
    if token.end == source.len() || !plain && token.end - token.start < 2 {
        return None;
    }
    value.kind = ValueKind::Reference;
    value.comparator = bound;
    value.comparator_source = Some(ComparatorSource::Written);
    value.comparator_text = token_text(cell, 0);
    value.refers_to = residue(source, token.end, source.len());
    Some(())
}

/// 符合X标准, 按X执行: the words up to the last that names a document.
fn named_document(cell: &Cell<'_>, from: usize, value: &mut Value) -> Option<()> {
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
    value.kind = ValueKind::Reference;
    value.before = residue(source, begin, refer.start);
    value.refers_to = residue(source, refer.end, end);
    value.after = residue(source, end, source.len());
    Some(())
}

/// 以实际发生数为准
fn decisive(cell: &Cell<'_>, value: &mut Value) -> Option<()> {
    let source = cell.source();
    let end = source.len().checked_sub(2).filter(|&end| end > 1 && source.spells(end, "为准"))?;
    let from = usize::from(source.at(0) == '以');
    value.kind = ValueKind::Reference;
    value.refers_to = residue(source, from, end);
    Some(())
}

/// 与上年持平
fn alike(cell: &Cell<'_>, value: &mut Value) -> Option<()> {
    let source = cell.source();
    if !matches!(source.at(0), '与' | '同' | '和') || source.len() > MAX_ALIKE {
        return None;
    }
    let words = ["持平", "一致", "相当", "同步", "相符", "相同", "相适应", "相匹配"];
    let (at, word) =
        (1..source.len()).find_map(|at| words.iter().find(|word| source.spells(at, word)).map(|word| (at, word)))?;
    let to = if matches!(source.at(at - 1), '相' | '保') { at - 1 } else { at };
    value.kind = ValueKind::Reference;
    value.refers_to = residue(source, 1, if source.spells(at - 2, "保持") { at - 2 } else { to });
    value.after = residue(source, at, source.len()).filter(|_| !word.is_empty());
    Some(())
}

/// 达到国家标准
fn attained(cell: &Cell<'_>, value: &mut Value) -> Option<()> {
    let source = cell.source();
    cell.word(0, Role::Attain)?;
    let token = cell.token(0)?;
    let last = cell.tokens.len().checked_sub(1).filter(|&last| last > 0)?;
    if !cell.is_word(last, Roles::of(&[Role::Document])) || source.len() > MAX_FIGURE * 2 {
        return None;
    }
    value.kind = ValueKind::Reference;
    value.flags.insert(Flag::Attain);
    value.before = token_text(cell, 0);
    value.refers_to = residue(source, token.end, source.len());
    Some(())
}

/// 入选人数: the name of a figure and nothing else.
fn figure(cell: &Cell<'_>, value: &mut Value) -> Option<()> {
    let source = cell.source();
    if source.len() > MAX_FIGURE {
        return None;
    }
    // 参照市场价格: the verb that refers is no part of the name.
    let from = cell.token(0).filter(|_| cell.is_word(0, Roles::of(&[Role::Refer]))).map_or(0, |token| token.end);
    let ends_in = |role| (from..source.len()).any(|at| cell.lexicon().exact(source, at, source.len(), role).is_some());
    (ends_in(Role::Figure) && !ends_in(Role::Plain)).then(|| {
        value.kind = ValueKind::Reference;
        value.refers_to = residue(source, from, source.len());
    })
}
