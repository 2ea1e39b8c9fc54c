//! Workflow commands of GitHub Actions: one annotation a finding.

use ssot_model::{ScanReport, Severity};

use super::{Setting, sentence, told};
use crate::text;

/// One line a finding, the worst first, since only the first of a job are shown; the
/// headline last, for the reader of the job's log.
pub(crate) fn annotations(report: &ScanReport, setting: &Setting<'_>) -> String {
    let mut lines = String::new();
    for finding in told(report, setting) {
        let Some(first) = finding.members.first() else { continue };
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let title = match finding.verdict {
            Some(verdict) => format!("{}: {} {}", finding.rule, verdict.as_str(), finding.id),
            None => format!("{}: {}", finding.rule, finding.id),
        };
        text::add(
            &mut lines,
            format!(
                "::{command} file={},line={},endLine={},title={}::{}\n",
                property(&setting.path(first)),
                first.span.start,
                first.span.end,
                property(&title),
                data(&sentence(finding, setting)),
            ),
        );
    }
    lines + &setting.headline(report) + "\n"
}

/// A message: what would end the line or be read as an escape is escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property: what would end it is escaped too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn nothing_leaves_its_command() {
        assert_eq!(data("100%\r\n::error::x"), "100%25%0D%0A::error::x");
        assert_eq!(property("a%0A,line=1::b\n"), "a%250A%2Cline=1%3A%3Ab%0A");
    }
}
