//! One page of HTML for a reviewer: the forms that were read on one side, the page or the text on the other.
//!
//! ```text
//! records ─data→ JSON ┐
//! bytes ─view→ pages or lines ─embed→ template with script and style → one file
//! ```
//!
//! The page works offline and loads nothing. Whatever the document contains reaches it as JSON data, which the script
//! puts into text nodes; a content security policy names the one script and the one style that may run.

mod data;
mod drawn;
mod embed;
mod picture;
mod view;

use jixiao_exporter::DocumentRecords;

pub use view::{PageView, Shown, View};

/// The report of a document. `view` is what [`View::new`] makes of its bytes.
///
/// # Errors
///
/// None that can occur: the data have text keys and finite numbers.
pub fn html(records: &DocumentRecords, view: &View) -> serde_json::Result<String> {
    let title = records.document.row.title.as_deref().unwrap_or(&records.document.row.file_name);
    let mut blocks = vec![embed::json_block("data", &data::data(records, view))?];
    if let View::Pages(pages) = view {
        for page in pages {
            blocks.extend(embed::page_block(page)?);
        }
    }
    Ok(embed::fill(title, &blocks.concat()))
}
