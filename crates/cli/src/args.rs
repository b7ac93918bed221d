//! The arguments, as clap reads them.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jixiao_exporter::Format;
use jixiao_model::Limits;
use jixiao_pipeline::{PageRange, Shard};
use serde::Deserialize;

/// Reads booklets of Chinese 绩效目标 forms (project and department performance goals) and makes a dataset of them.
#[derive(Debug, Parser)]
#[command(name = "jixiao", version, after_long_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  jixiao extract booklet.pdf                     the forms of one booklet as JSON
  jixiao ingest booklets/ -o dataset             a folder of booklets as Parquet and JSON
  jixiao tables report.pdf --format html         the tables of any PDF
  jixiao report booklet.pdf -o report.html       what was read beside the pages, to be reviewed
  jixiao diff 2023/ 2024/                        what changed from one year to the next
  jixiao verify booklets                         are known booklets still read as expected?
  jixiao normalize '≥95%' '12月31日前'            what single values say
  jixiao schema                                  what every table and column means
  jixiao rules                                   what is looked for in a booklet, and what each code means

Exit codes:
  0  all good
  1  some documents are partial or failed; the rest is written
  2  the run could not be carried out

Data goes to standard output, words to standard error.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print one document as nested JSON
    Extract(ExtractArgs),
    /// Read documents into a dataset folder; a second run reads only what is new or changed
    Ingest(IngestArgs),
    /// Print the tables of a document, whatever they are about: rows and columns, merged cells, pages and boxes
    Tables(TablesArgs),
    /// Draw a page of a PDF as a picture, with what was read drawn over it
    Inspect(InspectArgs),
    /// Compare two datasets, two documents or two years: forms, indicators, targets and money
    Diff(DiffArgs),
    /// Write a page of HTML for a reviewer: what was read, beside the page or the text it was read from
    Report(ReportArgs),
    /// Read indicator values (指标值), one a line, and print what each says as JSON
    Normalize(NormalizeArgs),
    /// Compare known documents with what is expected of them: regression tests of a folder
    Verify(VerifyArgs),
    /// Write or update what is expected of documents, after showing what changes
    Accept(AcceptArgs),
    /// Print the rules: every code of the table diagnostics, what it means, and what can be tuned
    Rules(RulesArgs),
    /// Print the data dictionary: every table and column
    Schema(SchemaArgs),
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  jixiao extract booklet.pdf
  jixiao extract booklet.txt --compact -o booklet.json
  jixiao extract booklet.pdf | jq '.forms[].indicators[] | [.level3, .value_raw]'
  cat booklet.pdf | jixiao extract -

A document of which nothing could be read prints no JSON, one line on standard error, and exits with 1.")]
pub(crate) struct ExtractArgs {
    /// A PDF or a text; `-` reads standard input
    pub(crate) file: String,
    /// One line instead of indented JSON
    #[arg(long)]
    pub(crate) compact: bool,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  jixiao ingest seeds                            everything below seeds/ into output/
  jixiao ingest 2023/ 2024/*.pdf -o dataset      folders, files and patterns
  find . -name '*.pdf' | jixiao ingest -         a list of paths from standard input
  jixiao ingest booklets --shard 2/8 -o part2    the second of eight parts, for eight machines

The folder holds one Parquet file a table (documents, contents, forms, amounts, indicators, tasks, staffing,
diagnostics) and one JSON file a document (documents/<document_id>.json). What has been read is kept in
<folder>/.jixiao: run the same command again after an interruption (Ctrl-C, a power cut, a full disk), or when
documents were added or changed. A document whose file is gone stays in the dataset until you say --prune.
run.json says how the last run went; it is the only file that tells the time.

Options that are the same every year can stand in jixiao.toml, in the folder where the program is started:
  paths = [\"booklets\"]
  output = \"dataset\"
  to = [\"parquet\", \"csv\", \"xlsx\"]
  excel = true
  cells = false
  jobs = 4
  lexicon = \"our-units.toml\"
  layout = \"our-forms.toml\"
  rules = \"our-rules.toml\"
  password = \"the word\"
  [limits]
  pages = 5000
  time = 600
Paths are meant from the folder of the file. What is said on the command line comes first.")]
pub(crate) struct IngestArgs {
    /// Files, folders or patterns; `-` reads a list of files and folders, one a line, from standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<String>,
    /// Folder of the dataset [default: output]
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Formats to write, with commas between: parquet, json, jsonl, csv, xlsx [default: parquet,json].
    /// Files that an earlier run wrote in other formats are removed
    #[arg(long, value_name = "FORMATS", value_delimiter = ',')]
    pub(crate) to: Option<Vec<Format>>,
    /// CSV for Excel: begins with a byte order mark, and `=100%` stays text
    #[arg(long)]
    pub(crate) excel: bool,
    /// Threads [default: one a processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Only the k-th of n parts of the files
    #[arg(long, value_name = "K/N")]
    pub(crate) shard: Option<Shard>,
    /// Leave documents out of the dataset that are no longer among the paths
    #[arg(long)]
    pub(crate) prune: bool,
    /// Read every document again
    #[arg(long)]
    pub(crate) fresh: bool,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  jixiao tables report.pdf                            all tables as JSON
  jixiao tables report.pdf --page 3 --format html     those of page 3, to look at
  jixiao tables report.pdf --table 2 --format csv --fill > table.csv
  jixiao tables report.pdf | jq -r '.tables[0].rows[][] | select(.row_span > 1) | .text'

A table that runs over pages is one table: rows that a page break cut are joined, headers that are printed again are
left out, and merged cells go on. What was joined is listed as joins.
The JSON has for each table its origin (ruled: lines are drawn; aligned: text stands in columns; delimited: a text with
tabs), its pages, its rows, and for each cell its column (from 1), row_span, column_span, text and parts: the page and
the box [x0, y0, x1, y1] of each part, in points from the top left of the page as shown.
A document in which some page cannot be read prints what could be read, says which pages on standard error, and exits
with 1.")]
pub(crate) struct TablesArgs {
    /// A PDF or a text; `-` reads standard input
    pub(crate) file: String,
    /// Form of the output
    #[arg(short, long, value_enum, default_value_t = TablesFormat::Json)]
    pub(crate) format: TablesFormat,
    /// Only the tables of these pages, for example 3, 3-8, 3- or -8
    #[arg(long, visible_alias = "page", value_name = "A-B", allow_hyphen_values = true)]
    pub(crate) pages: Option<PageRange>,
    /// Only the N-th of the tables (of these pages)
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) table: Option<u32>,
    /// CSV: repeat the text of a merged cell in every place that it covers
    #[arg(long)]
    pub(crate) fill: bool,
    /// CSV for Excel: begins with a byte order mark, and `=100%` stays text
    #[arg(long)]
    pub(crate) excel: bool,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) opening: OpeningArgs,
}

/// Forms of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TablesFormat {
    /// Cells with spans, pages and boxes
    Json,
    /// One line a row, an empty line between tables
    Csv,
    /// A page to look at, with row and column spans
    Html,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  jixiao inspect report.pdf --page 3 -o page3.png
  jixiao inspect report.pdf --page 3 --scale 4 --font NotoSansCJK-Regular.ttc -o page3.png

Colours: a blue box around each glyph, rules red, cells green, merged cells orange, text outside tables grey boxes,
running heads and page numbers grey.
Text whose font is not in the PDF is drawn with --font or with a Chinese font of this system. Without any it stays
blank; its boxes are right all the same.")]
pub(crate) struct InspectArgs {
    /// A PDF; `-` reads standard input
    pub(crate) file: String,
    /// The page, counted from 1
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) page: u32,
    /// The picture (PNG)
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Pixels for one point of the page
    #[arg(long, value_name = "X", default_value_t = 2.0, value_parser = scale)]
    pub(crate) scale: f32,
    /// Font (TTF, OTF, TTC) for text whose font is not in the PDF
    #[arg(long, value_name = "FILE")]
    pub(crate) font: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) opening: OpeningArgs,
}

fn scale(text: &str) -> Result<f32, String> {
    let number = text.parse::<f32>().map_err(|error| error.to_string())?;
    if (0.1..=20.0).contains(&number) { Ok(number) } else { Err("use a number from 0.1 to 20".to_owned()) }
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  jixiao diff booklet-2023.pdf booklet-2024.pdf        two documents
  jixiao diff 2023/ 2024/                              two folders of documents
  jixiao diff old-dataset new-dataset                  two output folders of `jixiao ingest`
  jixiao diff 2023/ 2024/ -o changes.parquet           the table changes, for pandas, polars or DuckDB
  jixiao diff a.json b.json --format json | jq '.changes[] | select(.kind == \"target_changed\")'

Forms are matched by publisher, department, unit and project, indicators by their names. Signs, white space and the
year in a name do not count (2023年6月 in a form of 2023 is 2024年6月 in one of 2024). Names that are close are matched
too, and marked fuzzy with a score. A target has changed where it means something else: ≥95% and 不低于95% do not differ.

Exit codes:
  0  both sides were read and compared, whether they differ or not
  1  some documents are partial or failed, so that changes may be missing or false;
     with --exit-code also: there are changes
  2  the comparison could not be carried out")]
pub(crate) struct DiffArgs {
    /// The earlier side: a dataset folder, a document (PDF, text, or its JSON), or a folder of documents
    pub(crate) before: String,
    /// The later side
    pub(crate) after: String,
    /// Form of the result [default: by the ending of --output, else text]
    #[arg(long, value_enum)]
    pub(crate) format: Option<DiffFormat>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Tell also what is the same: which form and which row was matched with which
    #[arg(long)]
    pub(crate) all: bool,
    /// Exit with 1 if there are changes
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// Threads [default: one a processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  jixiao report booklet.pdf -o report.html       then open report.html in a browser
  jixiao report booklet.pdf --pages 3-8 -o report.html

The forms stand on one side, the pages of the PDF or the lines of the text on the other. Point at an indicator to see its
box or line, click it to keep it and to see its repairs. Rows that were repaired or are uncertain, findings, and text that
was not placed are counted, and stepped through with n and p. The page is one file: it needs no network, and can be sent.
Pages whose Chinese font is not in the PDF, and booklets of several hundred pages, are drawn from what was read.

Exit codes:
  0  all good
  1  the document is partial (the report is written), or it failed (no report is written)
  2  the report could not be made")]
pub(crate) struct ReportArgs {
    /// A PDF or a text; `-` reads standard input
    pub(crate) file: String,
    /// The report [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// Form of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people
    Text,
    /// One object: both sides, counts, and the rows of the table `changes`
    Json,
    /// The table `changes`
    Parquet,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  jixiao normalize '≥95%' '不低于1.2万元/人' '12月31日前'
  cut -f4 indicators.tsv | jixiao normalize > values.jsonl
  jixiao normalize --explain '每季度不少于2次'

Each line of output is one JSON object: the text, then what it says. A key that is absent means that nothing is said.")]
pub(crate) struct NormalizeArgs {
    /// Values (after `--` if one begins with a hyphen); without any, the lines of standard input are read
    #[arg(value_name = "VALUE", allow_negative_numbers = true)]
    pub(crate) values: Vec<String>,
    /// Tell for each value how it was read: its parts, the rule, and the readings that were rejected
    #[arg(long)]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) lexicon: LexiconArgs,
}

/// Words of your own.
#[derive(Debug, Args)]
pub(crate) struct LexiconArgs {
    /// Further units and words for reading values: a TOML file in the form of the built-in lexicon
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub(crate) lexicon: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Form of the dictionary
    #[arg(long, value_enum, default_value_t = DictionaryFormat::Markdown)]
    pub(crate) format: DictionaryFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DictionaryFormat {
    Markdown,
    Json,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  jixiao accept booklets/2023.pdf                what is read now becomes what is expected
  jixiao verify booklets                         is everything still read as expected?
  jixiao verify booklets --junit report.xml      the same, for continuous integration

A document is compared where its expectation stands beside it: booklet.pdf.expected.json beside booklet.pdf.
For each table the report says how many rows are right, wanted and got, and the share of fields that are right. For
each difference it shows what the source says, what is expected, what was read, and the page or line.
docs/verify.md tells what is compared and how an expectation is reviewed.

Exit codes: 0 everything is as expected, 1 something differs or a document is gone, 2 the run could not be carried out.")]
pub(crate) struct VerifyArgs {
    /// Folders (searched to their ends), files or patterns
    #[arg(value_name = "DIR", required = true)]
    pub(crate) paths: Vec<String>,
    /// Write the report as JUnit XML, too: a suite for each document, a case for each table
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Threads [default: one a processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  jixiao accept booklets/2023.pdf                shows what changes, asks, and writes booklets/2023.pdf.expected.json
  jixiao accept booklets/*.pdf --yes             does not ask

What the program reads is not yet what the document says: read the expectation against the document before you rely on
it. A row is a line, so that a reviewer sees what an update changes.
The columns that an expectation names under `columns` are kept when it is updated: leave out what you do not want to
compare, add any column of the data dictionary.

Exit codes: 0 the expectations are there, 1 one was not written, 2 the run could not be carried out.")]
pub(crate) struct AcceptArgs {
    /// Documents
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<String>,
    /// Write without asking
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// A page for people, or a file to change and give with --rules
    #[arg(long, value_enum, default_value_t = RulesFormat::Markdown)]
    pub(crate) format: RulesFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesFormat {
    Markdown,
    Toml,
}

/// How documents are read.
#[derive(Debug, Args)]
pub(crate) struct ReadingArgs {
    #[command(flatten)]
    pub(crate) opening: OpeningArgs,
    #[command(flatten)]
    pub(crate) lexicon: LexiconArgs,
    /// Further titles, labels, headings and levels (一级指标, 二级指标) of forms: a TOML file, as docs/layouts.md tells
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub(crate) layout: Option<PathBuf>,
    /// Rules by which a document is compared with itself: a TOML file that switches them off or tunes them
    /// (`jixiao rules --format toml` prints one)
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub(crate) rules: Option<PathBuf>,
    /// Only these pages, for example 3-8, 3- or -8
    #[arg(long, visible_alias = "page", value_name = "A-B", help_heading = "Reading", allow_hyphen_values = true)]
    pub(crate) pages: Option<PageRange>,
    /// Give every cell of every table, too: the audit trail
    #[arg(long, help_heading = "Reading")]
    pub(crate) cells: bool,
    /// File with options that are the same every time [default: jixiao.toml, if it is there]
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub(crate) config: Option<PathBuf>,
}

/// What opening a document needs, and what it may cost.
#[derive(Debug, Args)]
pub(crate) struct OpeningArgs {
    /// Password of encrypted PDFs
    #[arg(long, value_name = "WORD", help_heading = "Reading")]
    pub(crate) password: Option<String>,
    #[command(flatten)]
    pub(crate) limits: LimitOptions,
}

/// Limits on the command line, and by the same names, without `--limit-`, in the configuration.
#[allow(clippy::struct_field_names, reason = "the fields are the flags")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[command(next_help_heading = "Limits")]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitOptions {
    /// Largest file in bytes [default: 536870912, 512 MiB]
    #[arg(long, value_name = "N")]
    #[serde(rename = "bytes")]
    limit_bytes: Option<u64>,
    /// Most pages of a document [default: 20000]
    #[arg(long, value_name = "N")]
    #[serde(rename = "pages")]
    limit_pages: Option<u32>,
    /// Most objects of a PDF [default: 2000000]
    #[arg(long, value_name = "N")]
    #[serde(rename = "objects")]
    limit_objects: Option<u64>,
    /// Deepest nesting of drawings, colours and functions in a PDF [default: 32]
    #[arg(long, value_name = "N")]
    #[serde(rename = "nesting")]
    limit_nesting: Option<u32>,
    /// Most bytes after decompression; one stream may take a 32nd of them [default: 2147483648, 2 GiB]
    #[arg(long, value_name = "N")]
    #[serde(rename = "decompressed")]
    limit_decompressed: Option<u64>,
    /// Most glyphs or characters of a document [default: 20000000]
    #[arg(long, value_name = "N")]
    #[serde(rename = "glyphs")]
    limit_glyphs: Option<u64>,
    /// Longest time for one document, in seconds [default: 300]
    #[arg(long, value_name = "SECONDS")]
    #[serde(rename = "time")]
    limit_time: Option<u64>,
}

impl LimitOptions {
    /// The limits that are said here, and `usual` for the rest.
    pub(crate) fn over(&self, usual: Limits) -> Limits {
        Limits {
            bytes: self.limit_bytes.unwrap_or(usual.bytes),
            pages: self.limit_pages.unwrap_or(usual.pages),
            objects: self.limit_objects.unwrap_or(usual.objects),
            nesting: self.limit_nesting.unwrap_or(usual.nesting),
            decompressed: self.limit_decompressed.unwrap_or(usual.decompressed),
            glyphs: self.limit_glyphs.unwrap_or(usual.glyphs),
            time: self.limit_time.map_or(usual.time, Duration::from_secs),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// The defaults that the help names are those that hold.
    #[test]
    fn the_help_names_the_limits() {
        let command = Cli::command();
        let tables = command.find_subcommand("tables").unwrap();
        let Limits { bytes, pages, objects, nesting, decompressed, glyphs, time } = Limits::default();
        for (name, value) in [
            ("limit_bytes", bytes),
            ("limit_pages", pages.into()),
            ("limit_objects", objects),
            ("limit_nesting", nesting.into()),
            ("limit_decompressed", decompressed),
            ("limit_glyphs", glyphs),
            ("limit_time", time.as_secs()),
        ] {
            let flag = tables.get_arguments().find(|argument| argument.get_id() == name).unwrap();
            let help = flag.get_help().unwrap().to_string();
            let named = help.split("[default: ").nth(1).and_then(|rest| rest.split([',', ']']).next()).unwrap();
            assert_eq!(named, value.to_string(), "{name}: {help}");
        }
    }
}
