//! JUnit XML: a suite a rule, a failing test a violation.

use std::collections::BTreeMap;

use ssot_model::{CategoryReport, Finding, Leaning, ScanReport, TestReport, TestVerdict};

use super::{Setting, sentence};
use crate::text::add;

/// The whole document. What was accepted counts as skipped; a report without findings
/// has one test that passes, since services take an empty document for a mistake.
pub(crate) fn suites(report: &ScanReport, setting: &Setting<'_>) -> String {
    let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|it| it.is_violation() || it.accepted.is_some()) {
        rules.entry(&finding.rule).or_default().push(finding);
    }
    let failures = report.violations().count();
    let skipped = rules.values().flatten().count() - failures;
    let tests = (failures + skipped).max(1);
    let mut page = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"ssot\" tests=\"{tests}\" failures=\"{failures}\" \
         skipped=\"{skipped}\" errors=\"0\">\n"
    );
    for (rule, findings) in &rules {
        page.push_str(&suite(rule, findings, setting));
    }
    if rules.is_empty() {
        add(
            &mut page,
            format!(
                "  <testsuite name=\"ssot\" tests=\"1\" failures=\"0\" skipped=\"0\" errors=\"0\">\n    \
                 <testcase classname=\"ssot\" name=\"{}\"/>\n  </testsuite>\n",
                escaped(&setting.headline(report))
            ),
        );
    }
    page + "</testsuites>\n"
}

fn suite(rule: &str, findings: &[&Finding], setting: &Setting<'_>) -> String {
    let failures = findings.iter().filter(|finding| finding.is_violation()).count();
    let (rule, tests) = (escaped(rule), findings.len());
    let mut suite = format!(
        "  <testsuite name=\"{rule}\" tests=\"{tests}\" failures=\"{failures}\" \
         skipped=\"{}\" errors=\"0\">\n",
        tests - failures
    );
    for finding in findings {
        let name = match finding.verdict {
            Some(verdict) => format!("{} {} {}", verdict.as_str(), finding.name, finding.id),
            None => format!("{} {}", finding.name, finding.id),
        };
        let (file, line) = finding
            .members
            .first()
            .map_or((String::new(), 0), |first| (escaped(&setting.path(first)), first.span.start));
        add(
            &mut suite,
            format!(
                "    <testcase classname=\"{rule}\" name=\"{}\" file=\"{file}\" line=\"{line}\">\n{}    \
                 </testcase>\n",
                escaped(&name),
                outcome(finding, setting),
            ),
        );
    }
    suite + "  </testsuite>\n"
}

fn outcome(finding: &Finding, setting: &Setting<'_>) -> String {
    if let Some(accepted) = &finding.accepted {
        return format!("      <skipped message=\"accepted: {}\"/>\n", escaped(&accepted.reason));
    }
    let kind = finding.verdict.map_or("place", |_| finding.verdict_word());
    let message = escaped(&sentence(finding, setting));
    let mut details: Vec<String> =
        finding.members.iter().map(|member| setting.place(member)).collect();
    details.extend(finding.evidence.iter().map(|fact| {
        let sign = if fact.leaning == Leaning::For { '+' } else { '-' };
        format!("{sign} {}", fact.text)
    }));
    let details: Vec<String> = details.iter().map(|line| escaped(line)).collect();
    format!(
        "      <failure type=\"{kind}\" message=\"{message}\">{}</failure>\n",
        details.join("\n")
    )
}

/// The tests of a repository: a suite a category. A flaky test passes with a remark, since
/// the reader has no word for it.
pub(crate) fn tests(report: &TestReport) -> String {
    let total = |verdict| report.categories.iter().map(|it| it.of(verdict).count()).sum::<usize>();
    let tests: usize = report.categories.iter().map(|category| category.tests.len()).sum();
    let errors = report.categories.iter().filter(|category| category.obstacle.is_some()).count();
    let mut page = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"ssot test\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" \
         errors=\"{errors}\">\n",
        tests + errors,
        total(TestVerdict::Failed),
        total(TestVerdict::Skipped)
    );
    page.extend(report.categories.iter().map(category));
    page + "</testsuites>\n"
}

fn category(category: &CategoryReport) -> String {
    let (name, errors) = (escaped(&category.name), usize::from(category.obstacle.is_some()));
    let of = |verdict| category.of(verdict).count();
    let seconds = category.millis as f64 / 1000.0;
    let mut suite = format!(
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" errors=\"{errors}\" \
         time=\"{seconds:.3}\">\n",
        category.tests.len() + errors,
        of(TestVerdict::Failed),
        of(TestVerdict::Skipped)
    );
    let executions = category.executions;
    for (test, tally) in &category.tests {
        let inside = match tally.verdict(executions) {
            TestVerdict::Passed => String::new(),
            TestVerdict::Skipped => "<skipped/>".to_owned(),
            TestVerdict::Failed => {
                format!("<failure message=\"failed in each of {executions} executions\"/>")
            }
            TestVerdict::Flaky => format!(
                "<system-out>flaky: passed {}, failed {}, skipped {} of {executions}</system-out>",
                tally.passed, tally.failed, tally.skipped
            ),
        };
        let test = escaped(test);
        add(
            &mut suite,
            format!("    <testcase classname=\"{name}\" name=\"{test}\">{inside}</testcase>\n"),
        );
    }
    if let Some(obstacle) = &category.obstacle {
        let tail = escaped(category.tail.as_deref().unwrap_or_default());
        let case = format!(
            "    <testcase classname=\"{name}\" name=\"(all)\"><error message=\"{}\">{tail}</error></testcase>\n",
            escaped(obstacle)
        );
        add(&mut suite, case);
    }
    suite + "  </testsuite>\n"
}

/// A text as the content of an element or of an attribute. Letters that XML 1.0 cannot
/// hold are replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\r' | '\t' => out.push(' '),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}');
            }
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn every_text_is_xml() {
        assert_eq!(
            escaped("]]></a b='\"&\u{1b}\0\n"),
            "]]&gt;&lt;/a b=&apos;&quot;&amp;\u{fffd}\u{fffd} "
        );
        assert_eq!(escaped("ü\u{ffff}"), "ü\u{fffd}");
    }
}
