//! `jixiao.toml`: options that are the same every time. `extract` takes from it how documents are read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jixiao_exporter::Format;
use serde::{Deserialize, Deserializer, de};

use crate::args::LimitOptions;
use crate::term::Failure;

/// The file that is read when none is named.
const USUAL: &str = "jixiao.toml";

/// Options; each is used where the command line says nothing.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    pub(crate) paths: Vec<String>,
    pub(crate) output: Option<PathBuf>,
    #[serde(deserialize_with = "formats")]
    pub(crate) to: Option<Vec<Format>>,
    pub(crate) excel: bool,
    pub(crate) cells: bool,
    pub(crate) jobs: Option<u16>,
    pub(crate) lexicon: Option<PathBuf>,
    pub(crate) layout: Option<PathBuf>,
    pub(crate) rules: Option<PathBuf>,
    pub(crate) password: Option<String>,
    pub(crate) limits: LimitOptions,
}

impl Config {
    /// Reads the file that is named, or the usual one if it is there.
    pub(crate) fn load(named: Option<&Path>) -> Result<Self, Failure> {
        let path = named.unwrap_or(Path::new(USUAL));
        let file = path.display();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failure::Message(format!("{file}: cannot be read: {error}"))),
        };
        let mut config: Self = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            Failure::Message(format!("{file}:{line}: {}", in_plain_words(error.message().trim())))
        })?;
        config.resolve(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// Paths in the file are meant from the folder of the file.
    fn resolve(&mut self, folder: &Path) {
        for path in &mut self.paths {
            *path = folder.join(&*path).to_string_lossy().into_owned();
        }
        for path in [&mut self.output, &mut self.lexicon, &mut self.layout, &mut self.rules].into_iter().flatten() {
            *path = folder.join(&*path);
        }
    }
}

fn formats<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Format>>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    names.iter().map(|name| name.parse().map_err(de::Error::custom)).collect::<Result<_, _>>().map(Some)
}

/// A message without the names that Rust has for types.
fn in_plain_words(message: &str) -> String {
    let names =
        [("u16", "a whole number"), ("u32", "a whole number"), ("u64", "a whole number"), ("a sequence", "a list")];
    names.into_iter().fold(message.to_owned(), |message, (name, plain)| message.replace(name, plain))
}
