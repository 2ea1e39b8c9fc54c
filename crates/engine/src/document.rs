//! The audit for programs. The other results are printed as the model has them;
//! an audit holds positions in the index, which mean nothing outside.

use serde::Serialize;
use ssot_audit::{Audit, Choice};
use ssot_model::Finding;
use ssot_model::audit::{
    Advice, Breakage, Contest, Coverage, History, Ledger, Matrix, MroReport, Usage,
};

const SCHEMA: &str = "ssot.audit/1";

/// What `ssot audit --format json` prints.
#[derive(Debug, Serialize)]
pub struct AuditDocument<'a> {
    schema: &'static str,
    audits: Vec<AuditView<'a>>,
}

#[derive(Debug, Serialize)]
struct AuditView<'a> {
    finding: &'a Finding,
    choice: &'static str,
    target: String,
    reason: &'a str,
    refusals: Vec<PlaceView<'a>>,
    advice: Option<&'a Advice>,
    matrix: &'a Matrix,
    consumers: Vec<ConsumersView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<&'a Coverage>,
    candidates: Vec<CandidateView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contest: Option<&'a Contest>,
    ledger: &'a Ledger,
    #[serde(skip_serializing_if = "Option::is_none")]
    mro: Option<&'a MroReport>,
    history: Option<&'a History>,
}

#[derive(Debug, Serialize)]
struct PlaceView<'a> {
    place: &'a str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct ConsumersView<'a> {
    definition: String,
    production: &'a [String],
    tests: &'a [String],
    strings: &'a [String],
    computed: &'a [String],
    usage: &'a [Usage],
}

#[derive(Debug, Serialize)]
struct CandidateView<'a> {
    definition: &'a str,
    points: i64,
    criteria: Vec<CriterionView<'a>>,
    obstacles: Vec<PlaceView<'a>>,
    breaks: &'a [Breakage],
}

#[derive(Debug, Serialize)]
struct CriterionView<'a> {
    name: &'a str,
    figure: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<i32>,
    points: i64,
}

/// The audits as a document.
pub fn audits(audits: &[Audit]) -> AuditDocument<'_> {
    AuditDocument { schema: SCHEMA, audits: audits.iter().map(view).collect() }
}

fn view(audit: &Audit) -> AuditView<'_> {
    let (choice, target) = choice(audit);
    let refusals = audit.refusals.iter();
    AuditView {
        finding: &audit.finding,
        choice,
        target,
        reason: &audit.reason,
        refusals: refusals.map(|it| PlaceView { place: &it.place, reason: &it.reason }).collect(),
        advice: audit.advice.as_ref(),
        matrix: &audit.matrix,
        consumers: consumers(audit),
        coverage: audit.coverage.as_ref(),
        candidates: candidates(audit),
        contest: audit.contest.as_ref(),
        ledger: &audit.ledger,
        mro: audit.mro.as_ref(),
        history: audit.history.as_ref(),
    }
}

fn consumers(audit: &Audit) -> Vec<ConsumersView<'_>> {
    let members = audit.finding.members.iter().zip(&audit.consumers);
    members
        .map(|(member, used)| ConsumersView {
            definition: member.dotted(),
            production: &used.production,
            tests: &used.tests,
            strings: &used.strings,
            computed: &used.computed,
            usage: &used.usage,
        })
        .collect()
}

fn candidates(audit: &Audit) -> Vec<CandidateView<'_>> {
    audit
        .candidates
        .iter()
        .map(|candidate| CandidateView {
            definition: &candidate.dotted,
            points: candidate.points(),
            criteria: candidate
                .criteria
                .iter()
                .map(|it| CriterionView {
                    name: it.name,
                    figure: &it.figure,
                    weight: it.weight,
                    points: it.points,
                })
                .collect(),
            obstacles: candidate
                .obstacles
                .iter()
                .map(|(place, reason)| PlaceView { place, reason })
                .collect(),
            breaks: &candidate.breaks,
        })
        .collect()
}

/// What is to be done with a group: the verb, and the names it is about.
pub fn choice(audit: &Audit) -> (&'static str, String) {
    let dotted = |at| {
        let mut candidates = audit.candidates.iter();
        candidates.find(|it| it.definition == at).map(|it| it.dotted.as_str())
    };
    match &audit.choice {
        Choice::Redirect { canonical, copies } => {
            let copies: Vec<&str> = copies.iter().filter_map(|copy| dotted(*copy)).collect();
            let canonical = dotted(*canonical).unwrap_or("the canonical definition");
            ("redirect", format!("{} -> {canonical}", copies.join(", ")))
        }
        Choice::Extract { members, module, .. } => {
            let members: Vec<&str> = members.iter().filter_map(|it| dotted(*it)).collect();
            ("extract", format!("{} -> {module}", members.join(", ")))
        }
        Choice::PullUp { members, .. } => {
            let members: Vec<&str> = members.iter().filter_map(|it| dotted(*it)).collect();
            ("pull-up", format!("{} -> a class above", members.join(", ")))
        }
        Choice::NewBase { members, base, .. } => {
            let members: Vec<&str> = members.iter().filter_map(|it| dotted(*it)).collect();
            ("pull-up", format!("{} -> {}, a new class", members.join(", "), base.dotted()))
        }
        Choice::Branch { canonical, copy, flag } => {
            let copy = dotted(*copy).unwrap_or("the copy");
            let canonical = dotted(*canonical).unwrap_or("the canonical definition");
            ("parameterise", format!("{copy} calls {canonical} with `{flag}`"))
        }
        Choice::Parameterise { canonical, copies } => {
            let copies: Vec<&str> = copies.iter().filter_map(|(copy, _)| dotted(*copy)).collect();
            let canonical = dotted(*canonical).unwrap_or("the canonical definition");
            ("parameterise", format!("{} call {canonical}", copies.join(", ")))
        }
        Choice::Delegate { method, copies } => {
            let copies: Vec<&str> = copies.iter().filter_map(|(copy, _)| dotted(*copy)).collect();
            let method = dotted(*method).unwrap_or("the method");
            ("delegate", format!("{} call {method}", copies.join(", ")))
        }
        Choice::Merge { canonical, copies, .. } => {
            let takes = copies.iter().any(|(_, cover)| !cover.missing.is_empty());
            let copies: Vec<&str> = copies.iter().filter_map(|(copy, _)| dotted(*copy)).collect();
            let canonical = dotted(*canonical).unwrap_or("the canonical definition");
            let verb = if takes { "merge" } else { "superset" };
            (verb, format!("{} -> {canonical}", copies.join(", ")))
        }
        Choice::Delete { .. } => {
            let members = &audit.finding.members;
            let hidden = members.iter().find(|it| it.path.file_name() != "__init__.py");
            ("delete", hidden.map_or_else(String::new, |it| it.path.to_string()))
        }
        Choice::Accept => ("leave", "as it is".to_owned()),
    }
}
