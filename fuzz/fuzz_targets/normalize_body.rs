// The body of the fuzz target as a plain function: a stable test replays the corpus with it.

use jixiao_normalizer::{Lexicon, explain, parse, parse_split, render};

/// Reads `data` as text in every way there is.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let value = parse(&text);
    assert!(text.contains(value.text.as_str()), "the text is kept");
    let again = parse(&render(&value));
    assert_eq!(again.kind, value.kind, "a rendered value has the same kind");
    assert_eq!(again.value, value.value, "a rendered value has the same number");
    let _ = value.to_json();
    let _ = explain(Lexicon::builtin(), &text).to_string();
    let mut columns = text.splitn(3, '\t');
    let mut next = || columns.next().unwrap_or("");
    let _ = parse_split(Lexicon::builtin(), next(), next(), next());
}
