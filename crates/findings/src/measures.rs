//! What the name of an indicator says it measures, and in which units that can be given.

use std::borrow::Cow;
use std::sync::OnceLock;

use jixiao_normalizer::{Dimension, Value};
use rustc_hash::FxHashMap;
use serde::Deserialize;

/// A kind of measure: names with one of the endings have it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measure {
    /// What it is called in messages.
    pub(crate) name: String,
    /// A share: given in percent.
    #[serde(default)]
    pub(crate) rate: bool,
    endings: Vec<String>,
    /// Longer endings that mean something else.
    #[serde(default)]
    except: Vec<String>,
    /// Dimensions of the units that fit; empty where the units say it.
    #[serde(default)]
    dimensions: Vec<String>,
    /// Parts of the codes of units that fit.
    #[serde(default)]
    units: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    measure: Vec<Measure>,
}

/// All measures, by the endings of names.
struct Measures {
    all: Vec<Measure>,
    endings: FxHashMap<String, Vec<Meaning>>,
    /// Length of the longest ending, in characters.
    longest: usize,
}

/// What an ending says.
#[derive(Clone, Copy)]
struct Meaning {
    /// Position of the measure.
    measure: usize,
    /// The name is not of the measure, for all that a shorter ending says.
    except: bool,
}

impl Measures {
    fn builtin() -> &'static Self {
        static MEASURES: OnceLock<Measures> = OnceLock::new();
        MEASURES.get_or_init(|| {
            let read = serde_json::from_str::<File>(include_str!(concat!(env!("OUT_DIR"), "/measures.json")));
            debug_assert!(read.is_ok(), "embedded measures: {read:?}");
            Self::new(read.unwrap_or_default().measure)
        })
    }

    fn new(all: Vec<Measure>) -> Self {
        let mut endings: FxHashMap<String, Vec<Meaning>> = FxHashMap::default();
        for (measure, Measure { endings: own, except, .. }) in all.iter().enumerate() {
            for (texts, except) in [(own, false), (except, true)] {
                let meaning = Meaning { measure, except };
                for text in texts {
                    endings.entry(text.clone()).or_default().push(meaning);
                }
            }
        }
        let longest = endings.keys().map(|text| text.chars().count()).max().unwrap_or(0);
        Self { all, endings, longest }
    }

    /// What a name without brackets measures; the longest ending decides.
    fn of(&self, name: &str) -> Option<&Measure> {
        let (mut found, mut excepted) = (None, false);
        for (start, _) in name.char_indices().rev().take(self.longest) {
            let Some(meanings) = self.endings.get(&name[start..]) else { continue };
            if let Some(longer) = meanings.iter().rfind(|meaning| !meaning.except) {
                (found, excepted) = (Some(longer.measure), false);
            } else {
                excepted |= meanings.iter().any(|meaning| Some(meaning.measure) == found);
            }
        }
        self.all.get(found?).filter(|_| !excepted)
    }
}

impl Measure {
    /// What a folded name measures. `None` where the name does not say.
    pub(crate) fn of(name: &str) -> Option<&'static Self> {
        Measures::builtin().of(&without_brackets(name))
    }

    /// Whether a value's unit is one of this measure. Without a unit nothing contradicts.
    pub(crate) fn fits(&self, value: &Value) -> bool {
        let (Some(unit), Some(dimension)) = (&value.unit, value.dimension) else { return true };
        let counted = unit.split('/').next().unwrap_or_default();
        self.dimensions.iter().any(|known| Dimension::from_word(known) == Some(dimension))
            || self.units.iter().any(|part| counted.contains(part.as_str()))
    }
}

/// A folded name without what stands in brackets.
fn without_brackets(name: &str) -> Cow<'_, str> {
    if !name.contains(['(', ')']) {
        return name.into();
    }
    let mut depth = 0_usize;
    let mut plain = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use jixiao_names::fold;
    use jixiao_normalizer::parse;

    use super::*;

    #[test]
    fn every_dimension_exists_and_every_measure_can_be_met() {
        for measure in &Measures::builtin().all {
            assert!(measure.dimensions.iter().all(|word| Dimension::from_word(word).is_some()), "{measure:?}");
            assert!(!measure.endings.is_empty() && measure.dimensions.len() + measure.units.len() > 0, "{measure:?}");
        }
    }

    #[test]
    fn the_ending_of_a_name_says_what_it_measures() {
        for (name, measure) in [
            ("预算执行进度率", Some("率")),
            ("服务群众满意度", Some("率")),
            ("机构数量占比", Some("率")),
            ("工程质量达标率（%）", Some("率")),
            ("办事效率", None),
            ("享受免费婚孕检查人数", Some("人数")),
            ("经济责任审计开展次数", Some("次数")),
            ("城域网服务费", Some("金额")),
            ("促进居民消费", None),
            ("村容村貌", None),
        ] {
            assert_eq!(Measure::of(&fold(name)).map(|m| m.name.as_str()), measure, "{name}");
        }
    }

    #[test]
    fn units_fit_or_contradict() {
        for (name, value, fits) in [
            ("检查人数", "=850对", false),
            ("检查人数", "≥60人", true),
            ("检查人数", "≥4万人", true),
            ("检查人数", "100%", false),
            ("开展次数", "≥10个", false),
            ("开展次数", "≥10场次", true),
            ("建造面积", "≥17000平", true),
            ("建造面积", "≥3亩", true),
            ("建造面积", "≥3处", false),
            ("城域网服务费", "0.5年", false),
            ("城域网服务费", "≤5万元", true),
            ("合格率", "≥95%", true),
            ("合格率", "≥95人", false),
            ("满意度", "≥95分", true),
            ("合格率", "≥95", true),
        ] {
            assert_eq!(Measure::of(name).unwrap().fits(&parse(value)), fits, "{name} {value}");
        }
    }
}
