//! Text and data inside HTML.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::view::{PageView, Shown};

const TEMPLATE: &str = include_str!("../assets/report.html");
const STYLE: &str = include_str!("../assets/report.css");
/// One function of all parts, so that they share their names with each other and with nothing else.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("../assets/script/words.js"),
    include_str!("../assets/script/text.js"),
    include_str!("../assets/script/items.js"),
    include_str!("../assets/script/forms.js"),
    include_str!("../assets/script/source.js"),
    include_str!("../assets/script/steps.js"),
    include_str!("../assets/script/bars.js"),
    include_str!("../assets/script/acts.js"),
    "})();\n",
);

/// The template with everything in its place. Each place is filled once, so that no text of a document is taken for one.
pub(crate) fn fill(title: &str, data: &str) -> String {
    let mut out = String::with_capacity(TEMPLATE.len() + STYLE.len() + SCRIPT.len() + data.len() + 1024);
    let mut rest = TEMPLATE;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(before);
        match name {
            "title" => out.push_str(&escape(title)),
            "version" => out.push_str(env!("CARGO_PKG_VERSION")),
            "style" => out.push_str(STYLE),
            "script" => out.push_str(SCRIPT),
            "style_hash" => out.push_str(&hash(STYLE)),
            "script_hash" => out.push_str(&hash(SCRIPT)),
            "data" => out.push_str(data),
            _ => {}
        }
        rest = after;
    }
    out + rest
}

/// The source expression by which a content security policy allows an inline script or style.
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// Text for an element of HTML. Controls have no meaning there.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A block of data that the script reads. No `<` is left in it, so no text can end the block.
pub(crate) fn json_block(id: &str, value: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(value)?.replace('<', "\\u003c");
    Ok(format!("<script type=\"application/json\" id=\"{id}\">{json}</script>\n"))
}

/// The block of one page; `None` for a page of which nothing is shown.
pub(crate) fn page_block(page: &PageView) -> serde_json::Result<Option<String>> {
    let id = format!("page-{}", page.number);
    match &page.shown {
        Shown::Picture(png) => {
            let text = BASE64_STANDARD.encode(png);
            Ok(Some(format!("<script type=\"text/plain\" id=\"{id}\">{text}</script>\n")))
        }
        Shown::Drawn(drawing) => json_block(&id, drawing).map(Some),
        Shown::Nothing => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_taken_for_a_place() {
        let page = fill("{{script}}", "{{style}}</script>");
        assert_eq!(page.matches("{{script}}</title>").count(), 1);
        assert!(page.contains("{{style}}</script>"));
        assert!(!page.contains("{{title}}") && page.contains(&hash(SCRIPT)));
    }

    #[test]
    fn text_cannot_leave_its_place() {
        assert_eq!(
            escape("</title><script>\"a\" & 'b'\u{0}"),
            "&lt;/title&gt;&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;"
        );
        let block = json_block("data", &"</script><!--<script>\u{2028}").unwrap();
        assert_eq!(block.matches('<').count(), 2);
    }

    #[test]
    fn the_script_and_the_style_can_be_put_into_html() {
        for text in [SCRIPT, STYLE] {
            assert!(!text.contains("</script") && !text.contains("</style") && !text.contains("<!--"));
        }
    }
}
