//! Rises and falls: 同比增长, 降低至, 较上年提升.

use crate::lex::Cell;
use crate::lexicon::Role;
use crate::value::{Change, ChangeMode, Direction, Text};

/// What a change is compared with, as written: 同比, 上一年 of 较上一年.
pub(super) fn basis_of(cell: &Cell<'_>, from: usize, to: usize) -> Option<Text> {
    let token =
        (from..to).find(|&index| cell.word(index, Role::Basis).is_some()).and_then(|index| cell.token(index))?;
    let text = cell.source().slice(token.start, token.end);
    let bare = ["相较", "相比", "对比", "较", "比", "与"].iter().find_map(|word| text.strip_prefix(word));
    Some(Text::new(bare.unwrap_or(text).trim_end_matches("相比")))
}

/// A change told in words alone: 较上一年提升.
pub(super) fn change_in_words(cell: &Cell<'_>) -> Option<Change> {
    let count = cell.tokens.len();
    let basis = basis_of(cell, 0, count)?;
    let (direction, mode) = (0..count).find_map(|index| change_at(cell, index))?;
    Some(Change { direction, mode, basis: Some(basis) })
}

/// The change that the word at `index` names.
pub(super) fn change_at(cell: &Cell<'_>, index: usize) -> Option<(Direction, ChangeMode)> {
    let roles = cell.roles(cell.kind(index)?);
    let table = [
        (Role::UpTo, Direction::Increase, ChangeMode::To),
        (Role::DownTo, Direction::Decrease, ChangeMode::To),
        (Role::Up, Direction::Increase, ChangeMode::By),
        (Role::Down, Direction::Decrease, ChangeMode::By),
    ];
    table.iter().find(|(role, ..)| roles.has(*role)).map(|&(_, direction, mode)| (direction, mode))
}

/// 增长率, 下降幅度: the name of a rate, not a verb.
pub(super) fn names_rate(cell: &Cell<'_>, index: usize) -> bool {
    let Some(token) = cell.token(index) else {
        return false;
    };
    matches!(cell.source().at(token.end), '率' | '比' | '量' | '数' | '度' | '值')
}

/// 增长为, 提高了, 增长幅度
pub(super) fn follows_only_copula(cell: &Cell<'_>, index: usize, to: usize) -> bool {
    let (Some(token), Some(core)) = (cell.token(index), cell.token(to)) else {
        return false;
    };
    let between = cell.source().slice(token.end, core.start);
    matches!(between, "了" | "为" | "在" | "幅度" | "幅度为" | "达" | "达到" | "约" | "：" | ":")
}
