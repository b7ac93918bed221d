//! The report for continuous integration: JUnit XML, a suite for each document and a case for each table.

use std::fmt::Write as _;

use crate::compare::{Difference, Score};
use crate::suite::{Case, Report};

/// The report as JUnit XML. It has no times, so that equal results give equal files.
pub fn junit(report: &Report) -> String {
    let suites: Vec<Suite> =
        report.cases.iter().map(suite).chain(report.orphans.iter().map(|path| orphan(path))).collect();
    let tests: usize = suites.iter().map(|suite| suite.cases.len()).sum();
    let failures: usize = suites.iter().map(Suite::failures).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(out, "<testsuites name=\"jixiao verify\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
    for suite in &suites {
        suite.write(&mut out);
    }
    out.push_str("</testsuites>\n");
    out
}

struct Suite {
    name: String,
    cases: Vec<TestCase>,
}

struct TestCase {
    name: String,
    /// Summary and details of what failed.
    failure: Option<(String, String)>,
}

fn suite(case: &Case) -> Suite {
    let of = |score: &Score| {
        let differences: Vec<&Difference> =
            case.comparison.differences.iter().filter(|difference| difference.table == score.table).collect();
        let summary = format!("right {}, wanted {}, got {}", score.right, score.wanted, score.got);
        let details = || differences.iter().map(|difference| difference.describe()).collect::<Vec<_>>().join("\n\n");
        TestCase { name: score.table.to_owned(), failure: (!differences.is_empty()).then(|| (summary, details())) }
    };
    Suite { name: case.path.clone(), cases: case.comparison.scores.iter().map(of).collect() }
}

fn orphan(path: &str) -> Suite {
    let failure = ("the document of this expectation is not there".to_owned(), path.to_owned());
    Suite { name: path.to_owned(), cases: vec![TestCase { name: "documents".to_owned(), failure: Some(failure) }] }
}

impl Suite {
    fn failures(&self) -> usize {
        self.cases.iter().filter(|case| case.failure.is_some()).count()
    }

    fn write(&self, out: &mut String) {
        let (name, tests, failures) = (escaped(&self.name), self.cases.len(), self.failures());
        let _ = writeln!(out, "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
        for case in &self.cases {
            let table = escaped(&case.name);
            let Some((summary, details)) = &case.failure else {
                let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"{table}\"/>");
                continue;
            };
            let (summary, details) = (escaped(summary), escaped(details));
            let _ = write!(
                out,
                "    <testcase classname=\"{name}\" name=\"{table}\">\n      \
                 <failure type=\"differs\" message=\"{summary}\">{details}</failure>\n    </testcase>\n"
            );
        }
        out.push_str("  </testsuite>\n");
    }
}

/// A text as content or attribute of XML 1.0; characters that XML cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'.. => out.push(c),
            _ => out.push('\u{FFFD}'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_document_holds_is_valid_xml() {
        assert_eq!(escaped("≤5 & \"<b>\"\u{0}\u{b}\u{FFFF}"), "≤5 &amp; &quot;&lt;b&gt;&quot;\u{FFFD}\u{FFFD}\u{FFFD}");
    }
}
