//! JUnit XML: a suite a rule, a failing test a violation.

use std::collections::BTreeMap;

use ssot_model::{Finding, Leaning, ScanReport};

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
