//! One group: its places, and what the verdict rests on.

use ssot_model::{Evidence, Finding, Leaning, Severity, Verdict};
use ssot_pages::summary::{acceptor, saving};

use super::{line, place, wrapped};
use crate::formats::{Setting, visible};
use crate::text::figures::thousands;
use crate::text::{style, verdicts};

/// Pieces of evidence shown with a family.
const EVIDENCE: usize = 2;
/// Places shown with a family.
const PLACES: usize = 6;
/// What stands before a line of a family.
const INDENT: &str = "        ";

/// The family as it is shown; `--all` shows all its places and evidence.
pub(super) fn family(number: usize, finding: &Finding, setting: &Setting<'_>) -> String {
    let mut text = format!("\n{}\n", heading(number, finding));
    let most = if setting.all { finding.members.len() } else { PLACES };
    for member in finding.members.iter().take(most) {
        let place = place(setting.argument, &format!("{}:{}", member.path, member.span.start));
        line(&mut text, &format!("{INDENT}{place}"));
    }
    let hidden = finding.members.len().saturating_sub(most);
    if hidden > 0 {
        let said = format!("{INDENT}and {} more", thousands(hidden as u64));
        line(&mut text, &style::faint(&said));
    }
    let most = if setting.all { finding.evidence.len() } else { EVIDENCE };
    for fact in finding.evidence.iter().take(most) {
        let told = evidence(fact);
        let (sign, fact) = told.split_at(2);
        for row in wrapped(&format!("{INDENT}{sign}"), fact) {
            line(&mut text, &style::faint(&row));
        }
    }
    if let Some(question) = &finding.question {
        for row in wrapped(&format!("{INDENT}? "), &visible(question)) {
            line(&mut text, &style::open(&row));
        }
    }
    if let Some(accepted) = &finding.accepted {
        let said = format!("by {}: {}", acceptor(accepted.by), visible(&accepted.reason));
        for row in wrapped(&format!("{INDENT}accepted "), &said) {
            line(&mut text, &style::good(&row));
        }
    }
    text
}

/// Rank, verdict, name and figures.
fn heading(number: usize, finding: &Finding) -> String {
    let verdict = finding.verdict.map_or_else(String::new, verdicts::cell);
    let mut parts = vec![format!(
        "{number:>4}  {verdict} {} {}",
        finding.kind.as_str(),
        style::strong(&visible(&finding.name))
    )];
    parts.extend(saving(finding));
    parts.extend(confidence(finding));
    parts.push(style::faint(finding.id.as_str()));
    parts.join("  ")
}

/// How sure a warning or an open question is; what is proven needs no figure.
pub(super) fn confidence(finding: &Finding) -> Option<String> {
    let open = finding.severity == Severity::Warning || finding.verdict == Some(Verdict::Unsure);
    (open && finding.confidence < 100)
        .then(|| style::open(&format!("{} % sure", finding.confidence)))
}

/// A piece of evidence with the way it points.
pub(crate) fn evidence(fact: &Evidence) -> String {
    let sign = if fact.leaning == Leaning::For { '+' } else { '-' };
    format!("{sign} {}", visible(&fact.text))
}
