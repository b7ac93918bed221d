//! What holds for every text.

use jixiao_normalizer::{Kind, Lexicon, Value, explain, parse, render};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// What a value means, whatever the spelling.
fn meaning(value: &Value) -> String {
    let bound = |bound: &Option<Box<jixiao_normalizer::Bound>>| {
        bound.as_ref().map(|bound| (bound.value.to_string(), bound.inclusive))
    };
    let parts: Vec<String> = value.parts.iter().map(meaning).collect();
    let terms: Vec<String> = value.terms.iter().map(ToString::to_string).collect();
    format!(
        "{} {} {:?} {:?} {:?} {terms:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {parts:?}",
        value.kind.as_str(),
        value.comparator.as_str(),
        value.value.map(|number| number.to_string()),
        bound(&value.lower),
        bound(&value.upper),
        value.unit,
        value.date.map(|date| date.to_string()),
        value.edge,
        value.relation,
        value.recurrence,
        value.start.map(|date| date.to_string()),
        value.named,
    )
}

fn without_space(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{ad}'))
        .collect()
}

/// Texts made of what cells are made of, so that rules meet.
fn cell() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "≥",
        "≤",
        "=",
        ">",
        "不低于",
        "不超过",
        "约",
        "近",
        "95",
        "1.5",
        "12",
        "2023",
        "3",
        "0",
        "1,234",
        "12,34",
        "%",
        "％",
        "万",
        "亿",
        "千",
        "元",
        "元/人",
        "个",
        "人次",
        "次",
        "年",
        "月",
        "日",
        "个工作日",
        "季度",
        "每",
        "每年",
        "每月",
        "按",
        "前",
        "内",
        "以上",
        "以下",
        "以内",
        "左右",
        "-",
        "~",
        "至",
        "到",
        "和",
        "、",
        "，",
        "。",
        "；",
        "（",
        "）",
        "含",
        "百分之",
        "五",
        "十",
        "三十",
        "一",
        "半",
        "成",
        "余",
        "多",
        "提高",
        "降低至",
        "同比",
        "较上年",
        "达到",
        "完成",
        "控制在",
        "符合",
        "标准",
        "合同",
        "约定",
        "时间",
        "底",
        "初",
        "第",
        "上半年",
        "全年",
        "后",
        "±",
        ":",
        "/",
        "·",
        " ",
        "PM2.5",
        "O",
        "l",
        "满意度",
        "培训",
        "优",
        "无",
        "*",
        "w",
        "k",
        "㎡",
        "m³",
        "℃",
        "７",
        "④",
        "🎯",
        "\u{200b}",
    ]);
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let value = parse(text);
    prop_assert_eq!(without_space(text.trim()), without_space(&value.text), "the text is kept");
    check_residue(text, &value)?;
    check_digits(text, &value)?;
    let explanation = explain(Lexicon::builtin(), text);
    let pieces: String = explanation.pieces.iter().map(|piece| piece.text.as_str()).collect();
    prop_assert_eq!(without_space(&pieces), without_space(text), "tokens rebuild the text");
    let rendered = render(&value);
    prop_assert_eq!(meaning(&parse(&rendered)), meaning(&value), "{} rendered as {}", text, rendered);
    Ok(())
}

/// Residue stands where it says, and parts and joiners rebuild a compound.
fn check_residue(text: &str, value: &Value) -> Result<(), TestCaseError> {
    let whole = without_space(text);
    let before = without_space(value.before.as_deref().unwrap_or(""));
    let after = without_space(value.after.as_deref().unwrap_or(""));
    let between = without_space(value.between.as_deref().unwrap_or(""));
    prop_assert!(whole.contains(&before), "before {:?} in {:?}", before, whole);
    prop_assert!(whole.ends_with(&after), "after {:?} in {:?}", after, whole);
    prop_assert!(whole.contains(&between), "between {:?} in {:?}", between, whole);
    prop_assert!(before.len() + between.len() + after.len() <= whole.len(), "residue overlaps in {}", text);
    if value.kind == Kind::Compound {
        let mut rest = whole.as_str();
        let mut joiners = value.joiners.iter();
        for part in &value.parts {
            let at = rest.find(&without_space(&part.text));
            prop_assert!(at.is_some(), "part {} of {}", part.text, text);
            rest = rest.get(at.unwrap_or(0) + without_space(&part.text).len()..).unwrap_or("");
            if let Some(joiner) = joiners.next() {
                prop_assert!(rest.starts_with(&without_space(joiner)), "joiner {} of {}", joiner, text);
            }
        }
        for part in &value.parts {
            check_residue(&part.text, part)?;
        }
    }
    Ok(())
}

/// A digit is in a field, or the value says that it is not.
fn check_digits(text: &str, value: &Value) -> Result<(), TestCaseError> {
    let digits = |text: &str| text.chars().filter(|c| c.is_ascii_digit() || ('０'..='９').contains(c)).count();
    if value.kind == Kind::Compound {
        for part in &value.parts {
            check_digits(&part.text, part)?;
        }
        return Ok(());
    }
    let told = value.flags.iter().any(|flag| matches!(flag.as_str(), "digits_in_residue" | "invalid_date"));
    let residue: usize = value.residue().map(digits).sum();
    if value.kind == Kind::Qualitative || value.kind == Kind::Reference {
        let named = value.date.is_some() || value.start.is_some();
        prop_assert!(digits(text) == 0 || told || named, "digits lost in {}", text);
    }
    prop_assert!(residue == 0 || told || value.kind == Kind::Unparsed, "digits in the residue of {}", text);
    Ok(())
}

fn seed() -> RngSeed {
    let chosen = std::env::var("PROPTEST_RNG_SEED").ok().and_then(|seed| seed.parse().ok());
    RngSeed::Fixed(chosen.unwrap_or(2023))
}

/// Found by other seeds: a number without its magnitude may read as something else.
#[test]
fn renderings_that_would_read_as_something_else() {
    for text in ["0万月", "≥0万月", "0万年"] {
        check(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

proptest! {
    // A fixed seed: the same cases on every machine. For other cases, `PROPTEST_RNG_SEED=N`.
    #![proptest_config(ProptestConfig { cases: 20000, failure_persistence: None, rng_seed: seed(), ..ProptestConfig::default() })]

    #[test]
    fn cells_hold(text in cell()) {
        check(&text)?;
    }

    #[test]
    fn any_text_holds(text in "\\PC{0,40}") {
        check(&text)?;
    }

    #[test]
    fn width_and_space_do_not_matter(text in cell()) {
        let wide: String = text.chars().map(|c| match c {
            '0'..='9' | '%' | '~' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
            _ => c,
        }).collect();
        let plain = meaning(&parse(&text)).replace(char::is_whitespace, "");
        prop_assert_eq!(meaning(&parse(&wide)).replace(char::is_whitespace, ""), plain);
    }

    #[test]
    fn synonyms_agree(number in 0u32..100_000, unit in prop::sample::select(vec!["%", "人", "万元", "元/人/年", "个工作日", "平方米"])) {
        let first = meaning(&parse(&format!("≥{number}{unit}")));
        for text in [format!("不低于{number}{unit}"), format!("{number}{unit}以上"), format!(">= {number} {unit}"), format!("至少{number}{unit}")] {
            prop_assert_eq!(meaning(&parse(&text)), first.clone(), "{}", text);
        }
    }

    #[test]
    fn magnitudes_agree(thousands in 1u32..9_999) {
        let texts = [format!("{}元", thousands * 1000), format!("{thousands}千元"), format!("{}.{}万元", thousands / 10, thousands % 10)];
        let [plain, thousand, myriad] = texts.map(|text| meaning(&parse(&text)));
        prop_assert_eq!(&thousand, &plain);
        prop_assert_eq!(&myriad, &plain);
    }

    #[test]
    fn frequencies_agree(times in 1u32..60) {
        let (left, right) = (parse(&format!("每年{times}次")), parse(&format!("{times}次/年")));
        prop_assert_eq!((left.kind, left.unit, left.recurrence), (right.kind, right.unit, right.recurrence));
    }
}

#[test]
fn fixtures_hold() {
    for name in ["values.json", "hard.json", "peer_values.json"] {
        for case in common::fixture(name) {
            let text = common::text_of(&case, "text");
            check(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }
}

#[test]
fn time_is_linear_in_length() {
    // Thirty times the length may take sixty times as long on a busy machine, not nine hundred times.
    for piece in [
        "≥95%，",
        "九千九百",
        "1,",
        "，、且和",
        "每",
        "（",
        "≥",
        "2023年",
        "-",
        "符合",
        "1月",
        "按季度标准",
        "l1",
        "3/",
    ] {
        let time = |bytes: usize| {
            let text = piece.repeat(bytes / piece.len());
            let start = std::time::Instant::now();
            std::hint::black_box(parse(&text));
            start.elapsed().as_secs_f64().max(0.000_5)
        };
        let (short, long) = (time(30_000), time(900_000));
        assert!(long < 0.5 || long / short < 150.0, "{piece}: {short:.4} s for 30 kB, {long:.4} s for 900 kB");
    }
}

mod common;
