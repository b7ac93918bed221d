//! One document: its bytes in, its records out, whatever the bytes are.

use std::any::Any;
use std::fs::File;
use std::io::{self, Read};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::thread::available_parallelism;

use jixiao_exporter::files::{Digest, Fingerprint};
use jixiao_exporter::{DocumentRecords, SourceInfo, ValueReader};
use jixiao_extractor::Layouts;
use jixiao_findings::{Rules, findings};
use jixiao_model::{Limits, ReadError, Reading, count_bytes};

use crate::pages::PageRange;
use crate::threads::{ThreadsError, among_threads, both};

/// How documents are read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// What one document may cost.
    pub limits: Limits,
    /// Password of encrypted PDFs.
    pub password: Option<String>,
    /// Reads the values of indicators.
    pub values: ValueReader,
    /// The built-in layouts of forms with some of the user's own; `None` for the built-in alone.
    pub layouts: Option<Arc<Layouts>>,
    /// What is looked for in the document itself.
    pub rules: Rules,
    /// Only these pages.
    pub pages: Option<PageRange>,
    /// Give every cell of every table, too.
    pub cells: bool,
}

impl ReadOptions {
    fn layouts(&self) -> &Layouts {
        self.layouts.as_deref().unwrap_or_else(|| Layouts::builtin())
    }

    /// Loads the layouts and the lexicon while something else is done, where there are threads for both.
    pub(crate) fn load_aside(&self) {
        if rayon::current_num_threads() > 1 {
            let own = self.clone();
            rayon::spawn(move || _ = (own.layouts(), own.values.lexicon()));
        }
    }
}

/// A file with its identity.
#[derive(Debug, Clone)]
pub struct Source {
    path: String,
    /// Worked out when it is first asked for.
    sha256: OnceLock<Digest>,
    size: u64,
    /// `None` for a file over the limit: it is hashed, but never held in memory.
    bytes: Option<Vec<u8>>,
}

impl Source {
    /// A document that is already in memory. `path` is what it is called.
    pub fn new(path: &str, bytes: Vec<u8>) -> Self {
        Self { path: path.to_owned(), sha256: OnceLock::new(), size: bytes.len() as u64, bytes: Some(bytes) }
    }

    /// Opens a file.
    pub fn open(path: &str, limits: &Limits) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let expected = file.metadata()?.len().min(limits.bytes).saturating_add(1);
        let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
        file.by_ref().take(limits.bytes.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= limits.bytes {
            return Ok(Self::new(path, bytes));
        }
        let Fingerprint { sha256, bytes: size } = Fingerprint::of(bytes.chain(file))?;
        Ok(Self { path: path.to_owned(), sha256: sha256.into(), size, bytes: None })
    }

    /// SHA-256 of the bytes.
    pub fn sha256(&self) -> &Digest {
        self.sha256.get_or_init(|| Digest::of(self.bytes().unwrap_or_default()))
    }

    /// The bytes; `None` for a file over the limit.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.bytes.as_deref()
    }

    fn info(&self, format: Option<Format>) -> SourceInfo {
        SourceInfo {
            file_name: file_name(&self.path).to_owned(),
            source_path: self.path.clone(),
            sha256: self.sha256().to_string(),
            bytes: self.size,
            format: format.map(Format::as_str),
        }
    }
}

/// The name of a file without its folder.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', std::path::MAIN_SEPARATOR]).next().unwrap_or(path)
}

/// Kind of a file, told by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Pdf,
    Text,
}

impl Format {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Text => "text",
        }
    }
}

/// Reads the blocks of one document, and makes no records of them: text and logical tables, forms or not.
///
/// # Errors
///
/// As [`jixiao_pdf::read_pdf`] and [`jixiao_extractor::read_text`]. A defect of the program makes the document not
/// readable, too.
pub fn read_blocks(source: &Source, options: &ReadOptions) -> Result<Reading, ReadError> {
    let bytes = within_limit(source, &options.limits)?;
    let work = || read(detect(bytes)?, bytes, options, || ());
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(ReadError::NotReadable(defect(payload.as_ref()))))
}

/// Reads one document. A file that cannot be read gives records too: their status is `failed`, with a message.
pub fn process_one(source: &Source, options: &ReadOptions) -> DocumentRecords {
    process_beside(source, options, || ())
}

/// As [`process_one`]. What is `aside` is done meanwhile, unless there is nothing to read.
pub(crate) fn process_beside(source: &Source, options: &ReadOptions, aside: impl FnOnce() + Send) -> DocumentRecords {
    let detected = within_limit(source, &options.limits).and_then(|bytes| Ok((detect(bytes)?, bytes)));
    let (format, bytes) = match detected {
        Ok(detected) => detected,
        Err(error) => return failed(&source.info(None), &error),
    };
    let info = || source.info(Some(format));
    let hash_and_aside = || {
        source.sha256();
        aside();
    };
    let work = || match read(format, bytes, options, hash_and_aside) {
        Ok(reading) => records(&info(), reading, options),
        Err(error) => failed(&info(), &error),
    };
    guarded(info, work)
}

/// Reads the only document of a process, with all its processors. They do what comes `then`, too: to start threads
/// once more would cost as much as some of the work does.
pub fn process_alone<T: Send>(
    source: &Source,
    options: &ReadOptions,
    then: impl FnOnce(DocumentRecords) -> T + Send,
) -> Result<T, ThreadsError> {
    among_threads(available_parallelism().map_or(1, NonZero::get), || {
        options.load_aside();
        then(process_one(source, options))
    })
}

fn within_limit<'a>(source: &'a Source, limits: &Limits) -> Result<&'a [u8], ReadError> {
    let (what, flag) = ("the size of the file in bytes", "--limit-bytes");
    let over = || ReadError::OverLimit { what, got: source.size, limit: limits.bytes, flag };
    source.bytes().filter(|bytes| bytes.len() as u64 <= limits.bytes).ok_or_else(over)
}

/// Reads a file, with something `aside` while only one thread has work: a PDF being opened, or a text.
fn read(
    format: Format,
    bytes: &[u8],
    options: &ReadOptions,
    aside: impl FnOnce() + Send,
) -> Result<Reading, ReadError> {
    let ReadOptions { limits, password, .. } = options;
    let (reading, ()) = match format {
        Format::Pdf => {
            let screened = jixiao_pdf::Screened::new(bytes, limits)?;
            both(|| screened.read(password.as_deref()), aside)
        }
        Format::Text => both(|| jixiao_extractor::read_text(bytes, limits), aside),
    };
    let mut reading = reading?;
    if let Some(pages) = options.pages {
        pages.keep(&mut reading)?;
    }
    Ok(reading)
}

fn records(source: &SourceInfo, reading: Reading, options: &ReadOptions) -> DocumentRecords {
    let mut document = jixiao_extractor::assemble(&reading, options.layouts());
    let judge = || {
        let values = options.values.read(&document);
        let found = findings(&document, &values, &options.rules);
        (values, found)
    };
    // Without cells the reading has served: what it held makes room for the records.
    let give_back = || options.cells.then_some(reading);
    let ((values, found), cells) = both(judge, give_back);
    document.diagnostics.extend(found);
    let mut records = DocumentRecords::new(source, document, values);
    if let Some(reading) = &cells {
        records.add_cells(reading);
    }
    records
}

fn failed(source: &SourceInfo, error: &ReadError) -> DocumentRecords {
    let code = match error {
        ReadError::Encrypted => "encrypted",
        ReadError::OverLimit { .. } => "over_limit",
        _ => "not_readable",
    };
    DocumentRecords::failed(source, code, &error.to_string())
}

/// Runs `work`; a defect of the program that makes it panic costs this document only.
fn guarded(info: impl FnOnce() -> SourceInfo, work: impl FnOnce() -> DocumentRecords) -> DocumentRecords {
    // The closure owns nothing that outlives a panic: everything it built is dropped with it.
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|payload| DocumentRecords::failed(&info(), "internal_error", &defect(payload.as_ref())))
}

fn defect(payload: &(dyn Any + Send)) -> String {
    let reason = payload.downcast_ref::<String>().map(String::as_str);
    let reason = reason.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
    format!("the program failed on this file ({reason}): please report it")
}

/// First bytes of kinds of files that people take for a booklet, and what to do with them.
const OTHER_KINDS: [(&[u8], &str); 8] = [
    (b"PK\x03\x04", "a ZIP file (Word .docx, Excel .xlsx or an archive): save the booklet as PDF or as text"),
    (b"\xD0\xCF\x11\xE0", "an old Office file (.doc, .xls): save the booklet as PDF or as text"),
    (b"\x89PNG", "a PNG picture: jixiao reads text, not pictures"),
    (b"\xFF\xD8\xFF", "a JPEG picture: jixiao reads text, not pictures"),
    (b"GIF8", "a GIF picture: jixiao reads text, not pictures"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"7z\xBC\xAF", "a 7z archive: unpack it first"),
    (b"\x1F\x8B", "a gzip file: unpack it first"),
];

/// How far into a file the header of a PDF is looked for, as PDF readers do.
const HEADER_WINDOW: usize = 1024;

fn detect(bytes: &[u8]) -> Result<Format, ReadError> {
    let not_readable = |what: &str| Err(ReadError::NotReadable(what.to_owned()));
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return not_readable("the file is empty");
    }
    let window = &bytes[..bytes.len().min(HEADER_WINDOW)];
    if window.windows(5).any(|header| header == b"%PDF-") {
        return Ok(Format::Pdf);
    }
    if let Some((_, what)) = OTHER_KINDS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return not_readable(&format!("the file is {what}"));
    }
    if is_binary(bytes) {
        return not_readable("the file is neither a PDF nor a text");
    }
    Ok(Format::Text)
}

/// True where a file holds NUL bytes, or more control characters than a stray one here and there.
/// (UTF-16 has NUL bytes, but announces itself by its byte order mark.)
fn is_binary(bytes: &[u8]) -> bool {
    let utf16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    let is_control = |byte: u8| byte.is_ascii_control() && byte != 0x1B && !(0x09..=0x0D).contains(&byte);
    let controls = count_bytes(bytes, is_control);
    // (Where there is a NUL byte, it does not matter that it counts for a control character, too.)
    !utf16 && (bytes.contains(&0) || controls > bytes.len() / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        detect(bytes).unwrap_err().to_string()
    }

    #[test]
    fn first_bytes_tell_the_format() {
        assert_eq!(detect(b"%PDF-1.7\n").unwrap(), Format::Pdf);
        assert_eq!(detect(b"\xEF\xBB\xBFgarbage before\n%PDF-1.4").unwrap(), Format::Pdf);
        assert_eq!(detect("项目绩效目标申报表\n".as_bytes()).unwrap(), Format::Text);
        assert_eq!(detect(b"page 1\x0Cpage 2").unwrap(), Format::Text);
    }

    #[test]
    fn other_kinds_are_named() {
        assert!(message(b"").contains("empty"));
        assert!(message(b" \n\t").contains("empty"));
        assert!(message(b"PK\x03\x04....").contains("docx"));
        assert!(message(b"\x7FELF\0\0").contains("neither"));
    }

    #[test]
    fn a_panic_costs_one_document() {
        let source = Source::new("a/b.pdf", vec![0]);
        let records = guarded(|| source.info(None), || panic!("index out of bounds"));
        let row = &records.document.row;
        assert_eq!((row.status.as_str(), row.file_name.as_str()), ("failed", "b.pdf"));
        assert!(row.message.as_ref().unwrap().contains("index out of bounds"));
        assert_eq!(records.diagnostics[0].code, "internal_error");
    }

    #[test]
    fn a_file_over_the_limit_is_not_read() {
        let limits = Limits { bytes: 3, ..Limits::default() };
        let options = ReadOptions { limits, ..ReadOptions::default() };
        let records = process_one(&Source::new("x.txt", b"four".to_vec()), &options);
        assert_eq!(records.diagnostics[0].code, "over_limit");
        assert!(records.document.row.message.unwrap().contains("--limit-bytes"));
    }

    #[test]
    fn a_file_over_the_limit_has_its_identity_all_the_same() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "four").unwrap();
        let limits = Limits { bytes: 3, ..Limits::default() };
        let source = Source::open(file.path().to_str().unwrap(), &limits).unwrap();
        assert_eq!((source.size, source.bytes.is_some()), (4, false));
        assert_eq!(*source.sha256(), Digest::of(b"four"));
    }
}
