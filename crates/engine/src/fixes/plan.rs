//! Findings about places on their way into a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ssot_model::{Finding, GroupId, Plan, RepoPath};
use ssot_plan::PlacesDraft;
use ssot_rewrite::Decision;

use super::{Remedies, Remedy};
use crate::fix::applied;
use crate::triage::Survey;

/// A finding with what its codemod would do.
struct Tried<'a> {
    finding: &'a Finding,
    remedy: Remedy,
    /// The places that change, `path:line`.
    places: Vec<String>,
    write_set: Vec<RepoPath>,
}

/// Every finding about places for which there is a codemod.
pub(crate) struct AllTried<'a> {
    written: Vec<Tried<'a>>,
    refused: BTreeMap<GroupId, String>,
}

/// Runs the codemod of every finding about places, one by one.
pub(crate) fn try_all<'a>(root: &Path, survey: &Survey, findings: &'a [Finding]) -> AllTried<'a> {
    let mut all = AllTried { written: Vec::new(), refused: BTreeMap::new() };
    let remedies = Remedies::new(survey);
    for finding in findings.iter().filter(|it| it.verdict.is_none() && it.is_violation()) {
        match remedies.of(finding) {
            Some(Ok(remedy)) => match try_one(root, survey, finding, remedy) {
                Ok(tried) => all.written.push(tried),
                Err(reason) => {
                    all.refused.insert(finding.id.clone(), reason);
                }
            },
            Some(Err(reason)) => {
                all.refused.insert(finding.id.clone(), reason);
            }
            None => {}
        }
    }
    all
}

fn try_one<'a>(
    root: &Path,
    survey: &Survey,
    finding: &'a Finding,
    remedy: Remedy,
) -> Result<Tried<'a>, String> {
    let applied =
        applied(root, survey, &remedy.decisions()).map_err(|refused| refused.to_string())?;
    let mut places: Vec<String> =
        applied.fixed.iter().map(|(path, line)| format!("{path}:{line}")).collect();
    if remedy.fixes.is_empty() {
        places.extend(finding.members.iter().map(|it| format!("{}:{}", it.path, it.span.start)));
        places.sort();
        places.dedup();
    }
    if applied.patch.is_empty() || freed(finding, &places).is_empty() {
        let mut left = remedy.left.iter().chain(&applied.left);
        let nothing = || "the codemod found nothing to change".to_owned();
        return Err(left.next().map_or_else(nothing, |it| it.reason.clone()));
    }
    let write_set = applied.patch.write_set().cloned().collect();
    Ok(Tried { finding, remedy, places, write_set })
}

/// The identities of a finding that are gone when these places, `path:line`, have
/// changed: of the definitions in which no other place stays.
pub(crate) fn freed(finding: &Finding, places: &[String]) -> Vec<String> {
    let keys: Vec<(String, bool)> = ssot_rules::member_keys(finding)
        .zip(&finding.members)
        .map(|(key, it)| (key, places.contains(&format!("{}:{}", it.path, it.span.start))))
        .collect();
    let stays = |key: &String| keys.iter().any(|(other, changes)| other == key && !changes);
    let freed: BTreeSet<String> =
        keys.iter().map(|(key, _)| key.clone()).filter(|key| !stays(key)).collect();
    freed.into_iter().collect()
}

impl AllTried<'_> {
    /// The drafts of those that are not held back.
    pub(crate) fn drafts(&self, held: &BTreeSet<GroupId>) -> Vec<PlacesDraft<'_>> {
        let free = self.written.iter().filter(|it| !it.is_held(held));
        free.map(|tried| PlacesDraft {
            finding: tried.finding,
            owner: &tried.remedy.owner,
            places: tried.places.clone(),
            why: &tried.remedy.why,
            write_set: tried.write_set.clone(),
            read_set: tried.remedy.rests_on.clone(),
        })
        .collect()
    }

    /// The findings that are planned, and the reasons of those that are not.
    pub(crate) fn accounts(
        &self,
        held: &BTreeSet<GroupId>,
    ) -> (BTreeSet<GroupId>, BTreeMap<GroupId, String>) {
        let (mut planned, mut reasons) = (BTreeSet::new(), self.refused.clone());
        for tried in &self.written {
            let id = tried.finding.id.clone();
            if tried.is_held(held) {
                let reason =
                    "another package changes the same lines; plan again when it has landed";
                reasons.insert(id, reason.to_owned());
            } else {
                planned.insert(id);
            }
        }
        (planned, reasons)
    }
}

impl Tried<'_> {
    fn is_held(&self, held: &BTreeSet<GroupId>) -> bool {
        held.contains(&self.finding.id)
    }
}

/// The codemods of the findings about places that a plan closes, by finding.
pub(crate) fn of_plan<'a>(
    survey: &Survey,
    findings: &[Finding],
    plan: &'a Plan,
) -> BTreeMap<&'a str, Vec<Decision>> {
    let planned = || plan.packages.iter().flat_map(|package| &package.places);
    if planned().next().is_none() {
        return BTreeMap::new();
    }
    let remedies = Remedies::new(survey);
    let fixes = planned().filter_map(|places| {
        let finding = findings.iter().find(|it| it.id == places.finding)?;
        Some((places.finding.as_str(), remedies.of(finding)?.ok()?.decisions()))
    });
    fixes.collect()
}
