//! Speed over the values of the first booklet, beside a bare regular expression and a numeral library.

use std::hint::black_box;
use std::path::PathBuf;

use chinese_number::{ChineseCountMethod, ChineseToNumber};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jixiao_normalizer::parse;
use regex::Regex;

/// Every cell of the booklet, values as often as they occur.
fn cells() -> Vec<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/values/values.json");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let cases: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let mut cells = Vec::new();
    for case in cases.as_array().into_iter().flatten() {
        let count = case.get("count").and_then(serde_json::Value::as_u64).unwrap_or(1);
        let text = case.get("text").and_then(serde_json::Value::as_str).unwrap_or("");
        cells.extend((0..count).map(|_| text.to_owned()));
    }
    cells
}

fn parse_cells(criterion: &mut Criterion) {
    let cells = cells();
    let mut group = criterion.benchmark_group("cells");
    group.throughput(Throughput::Elements(cells.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| cells.iter().map(|cell| usize::from(parse(black_box(cell)).value.is_some())).sum::<usize>());
    });
    let Ok(pattern) = Regex::new(r"^(?:([≥≤＞＜＝=<>]+)\s*)?([\d,]+(?:\.\d+)?)\s*([十百千万亿]*)\s*(.*)$")
    else {
        return;
    };
    group.bench_function("regex", |bencher| {
        bencher.iter(|| cells.iter().filter_map(|cell| pattern.captures(black_box(cell))).count());
    });
    group.finish();
}

fn numerals(criterion: &mut Criterion) {
    let texts = [
        "一百五十二",
        "四亿五千六百四十二万零一十五",
        "一千零五",
        "九百九十九",
        "二十一万亿",
        "三百万",
        "七十八万五千零六",
        "十五",
    ];
    let mut group = criterion.benchmark_group("numerals");
    group.throughput(Throughput::Elements(texts.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| texts.iter().filter(|text| parse(black_box(text)).value.is_some()).count());
    });
    group.bench_function("chinese-number", |bencher| {
        bencher.iter(|| {
            texts
                .iter()
                .filter(|text| {
                    let number: Result<u64, _> = black_box(text).to_number(ChineseCountMethod::TenThousand);
                    number.is_ok()
                })
                .count()
        });
    });
    group.finish();
}

criterion_group!(benches, parse_cells, numerals);
criterion_main!(benches);
