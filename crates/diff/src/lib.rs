//! What differs between two datasets, documents or years.
//!
//! ```text
//! records of both sides ─forms→ pairs of forms ─money, indicators→ pairs of rows ─→ ChangeRow
//! ```
//!
//! [`compare`] is pure: two lists of records in, a list of changes out, in the order of the later side.
//! Forms are matched by publisher, department, unit and project, rows by their names; names that are not equal but close
//! are matched too, and marked `fuzzy` with their score. `docs/diff.md` tells the rules.

mod change;
mod fold;
mod forms;
mod indicators;
mod money;
mod output;
mod publisher;
mod target;
mod text;

use jixiao_exporter::DocumentRecords;
use jixiao_exporter::schema::ChangeRow;
use jixiao_names::Pair;

use change::{Kind, form_change};
use forms::{entries, match_forms};

pub use output::{Side, to_json, to_parquet};
pub use text::to_text;

/// Compares two sides. With `all`, what is the same is told, too: which form and row was matched with which.
///
/// The rows of a form that is there on one side only are not told one by one: they came or went with it.
pub fn compare(before: &[DocumentRecords], after: &[DocumentRecords], all: bool) -> Vec<ChangeRow> {
    let (before, after) = (entries(before), entries(after));
    let mut changes = Vec::new();
    for pair in match_forms(&before, &after) {
        let (b, a) = pair.members(&before, &after);
        changes.push(form_change(pair, b, a));
        if let (Some(b), Some(a)) = (b, a) {
            let form = form_change(Pair::Exact(0, 0), Some(b), Some(a));
            money::compare_amounts(&form, &b.form.amounts, &a.form.amounts, &mut changes);
            money::compare_tasks(&form, &b.form.tasks, &a.form.tasks, &mut changes);
            indicators::compare(&form, &b.form.indicators, &a.form.indicators, &mut changes);
        }
    }
    changes.retain(|change| all || change.kind != Kind::Same.as_str());
    for (change, ordinal) in changes.iter_mut().zip(1..) {
        change.ordinal = ordinal;
    }
    changes
}
