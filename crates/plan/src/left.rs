//! What no package touches, with the reason.

use std::collections::{BTreeMap, BTreeSet};

use ssot_audit::{Audit, Choice};
use ssot_model::{Finding, GroupId, Hands, LeftAlone, Unplanned, Verdict};

/// Rules whose findings ask for a decision.
const DECISIONS: [&str; 1] = ["stale-decision"];

/// The groups that no package touches, with the reason: verdicts that are no
/// violation, choices to accept, and single members that were refused.
pub fn left_alone(audits: &[Audit]) -> Vec<LeftAlone> {
    let mut left = Vec::new();
    for audit in audits {
        let finding = &audit.finding;
        let entry = |places: Vec<String>, reason: &str| LeftAlone {
            group: finding.id.clone(),
            name: finding.name.clone(),
            verdict: audit.verdict,
            places,
            reason: reason.to_owned(),
            hands: hands(finding),
        };
        if audit.choice == Choice::Accept {
            let place =
                |member: &ssot_model::Member| format!("{}:{}", member.path, member.span.start);
            let reason = if audit.verdict.is_violation() {
                audit.reason.clone()
            } else {
                let facts: Vec<&str> =
                    finding.evidence.iter().map(|evidence| evidence.text.as_str()).collect();
                facts.first().map_or_else(|| audit.reason.clone(), |fact| (*fact).to_owned())
            };
            left.push(entry(finding.members.iter().map(place).collect(), &reason));
        } else {
            let refusals = audit.refusals.iter();
            left.extend(refusals.map(|it| entry(vec![it.place.clone()], &it.reason)));
        }
    }
    left
}

/// Who could go on with a group: an agent where something has to change, a person where
/// the evidence does not decide.
fn hands(finding: &Finding) -> Option<Hands> {
    if finding.is_violation() {
        return Some(Hands::Agent);
    }
    let open = finding.verdict == Some(Verdict::Unsure) && finding.accepted.is_none();
    open.then_some(Hands::Person)
}

/// The violations about places that no package closes, by rule and reason; `reasons` has
/// those that a codemod was tried for.
pub fn unplanned(
    findings: &[Finding],
    planned: &BTreeSet<GroupId>,
    reasons: &BTreeMap<GroupId, String>,
) -> Vec<Unplanned> {
    let mut rules: BTreeMap<(&str, String), Vec<GroupId>> = BTreeMap::new();
    let open = findings.iter().filter(|it| it.verdict.is_none() && it.is_violation());
    for finding in open.filter(|it| !planned.contains(&it.id)) {
        let rule = finding.rule.as_str();
        let reason = reasons.get(&finding.id).cloned().unwrap_or_else(|| {
            format!("no codemod changes what `{rule}` finds; `ssot explain {rule}` says what to do")
        });
        rules.entry((rule, reason)).or_default().push(finding.id.clone());
    }
    let entry = |((rule, reason), findings): ((&str, String), Vec<GroupId>)| Unplanned {
        rule: rule.to_owned(),
        reason,
        hands: if DECISIONS.contains(&rule) { Hands::Person } else { Hands::Agent },
        findings,
    };
    rules.into_iter().map(entry).collect()
}
