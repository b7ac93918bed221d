//! When two values state the same, however each is written.

use crate::signs::{fold, is_blank};
use crate::value::{Kind, Value};

impl Value {
    /// Whether both state the same of one thing: 1.2万元 and 12000元, ≥95% and 不低于95%, 5 处 and 5处.
    ///
    /// Beyond [`Value::means_the_same`], words count: those around a number, and those without a number.
    /// A unit that only one of them writes is no disagreement.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let around = |value: &Self| value.residue().map(words).collect::<Vec<_>>();
        match self.kind {
            Kind::Qualitative | Kind::Reference | Kind::NotApplicable | Kind::Unparsed => {
                self.kind == other.kind && words(&self.text) == words(&other.text)
            }
            Kind::Compound => {
                self.kind == other.kind
                    && self.parts.len() == other.parts.len()
                    && self.parts.iter().zip(&other.parts).all(|(part, other)| part.agrees_with(other))
            }
            _ => around(self) == around(other) && self.means_the_same_but_for_a_unit(other),
        }
    }

    fn means_the_same_but_for_a_unit(&self, other: &Self) -> bool {
        if self.unit.is_some() == other.unit.is_some() {
            return self.means_the_same(other);
        }
        let without = |value: &Self| Self { unit: None, per: value.per[..0].into(), currency: None, ..value.clone() };
        without(self).means_the_same(&without(other))
    }
}

/// A text for comparing: signs of one width, without white space.
fn words(text: &str) -> String {
    text.chars().filter(|&c| !is_blank(c)).map(fold).collect()
}

#[cfg(test)]
mod tests {
    use crate::parse;

    #[test]
    fn spellings_of_one_fact_agree() {
        for (a, b) in [
            ("≤1.2 万元/人", "≤12000元/人"),
            ("≥95%", "不低于95％"),
            ("5处", "5 处"),
            ("≥50", "≥50家"),
            ("2023 年 6 月", "2023年6月"),
            ("每年4次", "4次/年"),
            ("健全", "健 全"),
            ("20-30人", "20至30人"),
        ] {
            assert!(parse(a).agrees_with(&parse(b)), "{a} and {b}");
            assert!(parse(b).agrees_with(&parse(a)), "{b} and {a}");
        }
    }

    #[test]
    fn different_facts_do_not() {
        for (a, b) in [
            ("2022年12月30日前", "2023年12月30日前"),
            ("≥95%", "=95%"),
            ("≥95%", "≥90%"),
            ("5处", "5家"),
            ("及时", "=100%"),
            ("健全", "不断健全"),
            ("降低5%", "提高5%"),
            ("≥50元/人", "≥50元"),
            ("培训2次，覆盖50人", "培训2次，覆盖60人"),
        ] {
            assert!(!parse(a).agrees_with(&parse(b)), "{a} and {b}");
        }
    }
}
