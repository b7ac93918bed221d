//! The phases of reading the published booklet, and a part of it as a PDF.
//!
//! `cargo bench -p jixiao-bench`

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group};
use jixiao_exporter::JsonLayout;
use jixiao_extractor::{Layouts, assemble, read_text};
use jixiao_model::Limits;
use jixiao_pdf::read_pdf;
use jixiao_pipeline::{ReadOptions, Source, process_one};
use mimalloc::MiMalloc;

/// As in the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn bytes(path: &str) -> Vec<u8> {
    std::fs::read(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The text booklet: 24 forms, 1,004 indicators, 157 kB.
fn text(c: &mut Criterion) {
    let bytes = bytes("seeds/jinan-shizhong-2023.txt");
    let limits = Limits::default();
    let layouts = Layouts::builtin();
    let mut group = c.benchmark_group("text");
    group.bench_function("read: bytes to rows", |b| b.iter(|| read_text(black_box(&bytes), &limits)));
    let reading = read_text(&bytes, &limits).unwrap_or_default();
    group.bench_function("assemble: rows to forms", |b| b.iter(|| assemble(black_box(&reading), layouts)));
    let options = ReadOptions::default();
    let source = Source::new("seeds/jinan-shizhong-2023.txt", bytes.clone());
    group.bench_function("records: all phases with values", |b| b.iter(|| process_one(black_box(&source), &options)));
    let records = process_one(&source, &options);
    let write = || records.write_json(JsonLayout::Indented, std::io::sink());
    group.bench_function("json: records to text", |b| b.iter(write));
    group.bench_function("whole: bytes to json", |b| {
        b.iter(|| process_one(black_box(&source), &options).write_json(JsonLayout::Indented, std::io::sink()));
    });
    group.finish();
}

/// Ten forms as a PDF of ruled tables.
fn pdf(c: &mut Criterion) {
    let bytes = bytes("fixtures/booklets/part-writer.pdf");
    let limits = Limits::default();
    let layouts = Layouts::builtin();
    let mut group = c.benchmark_group("pdf");
    group.sample_size(20);
    group.bench_function("read: bytes to tables", |b| b.iter(|| read_pdf(black_box(&bytes), None, &limits)));
    if let Ok(reading) = read_pdf(&bytes, None, &limits) {
        group.bench_function("assemble: tables to forms", |b| b.iter(|| assemble(black_box(&reading), layouts)));
    }
    group.finish();
}

criterion_group!(benches, text, pdf);

/// As in the program, the thread that reads a document is one of those that share the work.
fn main() -> Result<(), rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().use_current_thread().build_global()?;
    benches();
    Criterion::default().configure_from_args().final_summary();
    Ok(())
}
