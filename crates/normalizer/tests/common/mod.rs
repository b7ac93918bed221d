//! What the tests share: reading fixtures and showing differences.
#![allow(dead_code, reason = "each test target uses its part")]
#![allow(unreachable_pub, reason = "a module of several test targets")]

use std::path::PathBuf;

use serde_json::{Map, Value as Json};

/// The cases of a file under `fixtures/values`.
pub fn fixture(name: &str) -> Vec<Json> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/values").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The text member of a JSON object.
pub fn text_of<'j>(case: &'j Json, key: &str) -> &'j str {
    case.get(key).and_then(Json::as_str).unwrap_or_else(|| panic!("no `{key}` in {case}"))
}

/// What the case expects.
pub fn expectation(case: &Json) -> &Json {
    case.get("expect").unwrap_or_else(|| panic!("no `expect` in {case}"))
}

/// The object without the advisory keys, white space in units dropped, so that only what counts is compared.
pub fn graded(value: &Json) -> Map<String, Json> {
    let mut map = Map::new();
    for (key, item) in value.as_object().into_iter().flatten() {
        let item = match key.as_str() {
            "class" | "dimension" => continue,
            "unit_text" => Json::from(item.as_str().unwrap_or("").split_whitespace().collect::<String>()),
            "parts" => item.as_array().into_iter().flatten().map(|part| Json::Object(graded(part))).collect(),
            _ => item.clone(),
        };
        map.insert(key.clone(), item);
    }
    map
}

/// One line per key that differs: wanted and got.
pub fn differences(want: &Map<String, Json>, got: &Map<String, Json>, all_keys: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let keys = want.keys().chain(got.keys().filter(|key| all_keys && !want.contains_key(*key)));
    for key in keys {
        let (wanted, found) = (want.get(key), got.get(key));
        if wanted != found {
            lines.push(format!("    {key}: wanted {}, got {}", shown(wanted), shown(found)));
        }
    }
    lines
}

fn shown(value: Option<&Json>) -> String {
    value.map_or_else(|| "nothing".to_owned(), ToString::to_string)
}
