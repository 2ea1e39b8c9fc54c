//! An audit as a page.

use ssot_engine::audit::{Audit, choice};
use ssot_model::Leaning;

use super::code;
use crate::text::add;

mod advice;
mod candidates;
mod consumers;
mod coverage;
mod history;
mod ledger;
mod matrix;
mod mro;

/// One page, a chapter a group.
pub(crate) fn audits(audits: &[Audit]) -> String {
    audits.iter().map(audit).collect::<Vec<_>>().join("\n")
}

fn audit(audit: &Audit) -> String {
    let finding = &audit.finding;
    let (verb, what) = choice(audit);
    let mut page = format!(
        "# {}: {} {} ({})\n\n{}\n\n**Decision:** {verb} {what}. {}\n",
        finding.verdict_word(),
        finding.kind.as_str(),
        code(&finding.name),
        finding.id,
        finding.summary,
        audit.reason,
    );
    for refusal in &audit.refusals {
        add(&mut page, format!("\n- {} stays: {}\n", code(&refusal.place), refusal.reason));
    }
    page.push_str(&audit.advice.as_ref().map(advice::advice).unwrap_or_default());
    page.push_str("\n## Evidence\n\n");
    for fact in &finding.evidence {
        let sign = if fact.leaning == Leaning::For { "for" } else { "against" };
        add(&mut page, format!("- {sign}: {} ({})\n", fact.text, fact.signal));
    }
    page.push_str(&matrix::matrix(&audit.matrix));
    page.push_str(&matrix::constructors(&audit.matrix.constructors));
    page.push_str(&audit.mro.as_ref().map(mro::mro).unwrap_or_default());
    page.push_str(&ledger::ledger(&audit.ledger));
    page.push_str(&consumers::consumers(audit));
    page.push_str(&audit.coverage.as_ref().map(coverage::coverage).unwrap_or_default());
    if !audit.candidates.is_empty() {
        page.push_str("\n## Candidates\n\n| points | definition | figures |\n|---:|---|---|\n");
        page.extend(audit.candidates.iter().map(candidates::candidate));
        page.extend(audit.contest.as_ref().map(candidates::contest));
    }
    page.extend(audit.history.as_ref().map(history::history));
    page
}
