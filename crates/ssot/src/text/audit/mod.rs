//! What `ssot audit` says.

use ssot_engine::audit::{Audit, choice};
use ssot_model::{Evidence, Leaning};

use super::figures::{add, letter};
use super::{style, verdicts};

mod advice;
mod candidates;
mod consumers;
mod coverage;
mod history;
mod ledger;
mod matrix;
mod mro;

/// The whole text, one group after the other.
pub(crate) fn audits(audits: &[Audit]) -> String {
    audits.iter().map(audit).collect::<Vec<_>>().join("\n")
}

fn audit(audit: &Audit) -> String {
    let finding = &audit.finding;
    let (verdict, kind) = (verdicts::cell(audit.verdict), finding.kind.as_str());
    let (name, id) = (style::strong(&finding.name), style::faint(finding.id.as_str()));
    let mut text = format!("{verdict} {kind} {name}  {id}\n  {}\n", finding.summary);
    text.push_str(&decision(audit));
    let advice = audit.advice.as_ref().map(advice::advice).unwrap_or_default();
    text.push_str(&section("Strategy", &advice));
    let members = finding.members.iter().enumerate().map(|(at, member)| {
        let (place, dotted) = (format!("{}:{}", member.path, member.span.start), member.dotted());
        format!("  {}  {place}  {}\n", letter(at), style::faint(&dotted))
    });
    text.push_str(&section("Implementations", &members.collect::<String>()));
    text.push_str(&section("Evidence", &evidence(&finding.evidence)));
    text.push_str(&section("Comparison", &matrix::matrix(&audit.matrix)));
    text.push_str(&section("Differences", &matrix::differences(&audit.matrix)));
    let constructors = matrix::constructors(&audit.matrix.constructors);
    text.push_str(&section("Constructors", &constructors));
    let orders = audit.mro.as_ref().map(mro::mro).unwrap_or_default();
    text.push_str(&section("Order of classes", &orders));
    text.push_str(&section("Ledger", &ledger::ledger(&audit.ledger)));
    text.push_str(&section("Consumers", &consumers::consumers(audit)));
    let coverage = audit.coverage.as_ref().map(coverage::coverage).unwrap_or_default();
    text.push_str(&section("Tests and coverage", &coverage));
    let candidates: String = audit.candidates.iter().map(candidates::candidate).collect();
    text.push_str(&section("Candidates, the best first", &candidates));
    let contest = audit.contest.as_ref().map(candidates::contest).unwrap_or_default();
    text.push_str(&section("Runner-up", &contest));
    text.extend(audit.history.as_ref().map(history::history));
    text
}

/// What is to be done, why, and what stays all the same.
fn decision(audit: &Audit) -> String {
    let (verb, what) = choice(audit);
    let mut text = format!("  {} {what}\n  {}\n", style::strong(verb), audit.reason);
    for refusal in &audit.refusals {
        let stays = style::open(&format!("{} stays", refusal.place));
        add(&mut text, format!("  {stays}: {}\n", refusal.reason));
    }
    section("Decision", &text)
}

fn evidence(facts: &[Evidence]) -> String {
    let line = |fact: &Evidence| {
        let sign = match fact.leaning {
            Leaning::For => style::good("+"),
            Leaning::Against => style::open("-"),
        };
        format!("  {sign} {}  {}\n", fact.text, style::faint(&fact.signal))
    };
    facts.iter().map(line).collect()
}

fn section(title: &str, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    format!("\n{}\n{body}", style::strong(title))
}
