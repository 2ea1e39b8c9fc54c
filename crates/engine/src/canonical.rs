//! Which of several definitions of a concept is the one to use.

use serde::Serialize;
use ssot_audit::{Audit, Candidate};
use ssot_model::{GroupId, Verdict};

use crate::document::choice;
use crate::{EngineError, ScanOptions, codemod, coverage, survey};

/// What is known of the definitions that a name stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Canonical {
    /// The groups that they belong to; empty when each is the only one of its concept.
    pub(crate) groups: Vec<CanonicalGroup>,
    /// Definitions of the name that belong to no group, dotted, with their place.
    pub(crate) alone: Vec<String>,
}

/// A group with the one to use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CanonicalGroup {
    /// The group.
    pub(crate) group: GroupId,
    /// What its members are to each other.
    pub(crate) verdict: Verdict,
    /// The one to use; none where they are different things and each has its use.
    pub(crate) canonical: Option<String>,
    /// What is to be done with the group: `redirect`, `merge`, `leave` and so on.
    pub(crate) choice: &'static str,
    /// What that does to whom.
    pub(crate) target: String,
    /// Why.
    pub(crate) reason: String,
    /// The members, the best first, with what speaks for each.
    pub(crate) members: Vec<CanonicalMember>,
}

/// A member of a group as a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CanonicalMember {
    /// Its dotted name.
    pub(crate) dotted: String,
    /// Its place, `path:line`.
    pub(crate) place: String,
    /// The sum of what speaks for it.
    pub(crate) points: i64,
    /// What that is, in words.
    pub(crate) figures: Vec<String>,
}

/// The canonical definition of a concept, asked by the dotted or bare name of any of its
/// definitions.
pub(crate) fn canonical_of(options: &ScanOptions, name: &str) -> Result<Canonical, EngineError> {
    let mut findings = survey::scan(options)?.findings;
    findings.retain(|it| it.verdict.is_some() && survey::is_called(it, name));
    let survey = survey::take(options)?;
    let sources = codemod::sources(&options.root);
    let audits = coverage::examiner(&survey, &sources, &findings).examine_all(&findings);
    let groups: Vec<CanonicalGroup> = audits.iter().map(group).collect();
    let index = &survey.index;
    let is_meant = |id: &ssot_facts::DefinitionId| {
        index.definition(*id).name == name || index.dotted(*id) == name
    };
    let in_group = |dotted: &str| {
        groups.iter().any(|group| group.members.iter().any(|member| member.dotted == dotted))
    };
    let meant = index.definitions().map(|(id, ..)| id).filter(is_meant);
    let alone: Vec<String> = meant
        .map(|id| (index.dotted(id), index.member(id)))
        .filter(|(dotted, _)| !in_group(dotted))
        .map(|(dotted, member)| format!("{dotted} at {}:{}", member.path, member.span.start))
        .collect();
    if groups.is_empty() && alone.is_empty() {
        return Err(EngineError::user(format!(
            "no definition is called `{name}`; ask find_existing for what there is"
        )));
    }
    Ok(Canonical { groups, alone })
}

fn group(audit: &Audit) -> CanonicalGroup {
    let (word, target) = choice(audit);
    let best = audit.candidates.first().map(|it| it.dotted.clone());
    let place = |dotted: &str| {
        let member = audit.finding.members.iter().find(|it| it.dotted() == dotted);
        member.map_or_else(String::new, |it| format!("{}:{}", it.path, it.span.start))
    };
    let member = |it: &Candidate| CanonicalMember {
        dotted: it.dotted.clone(),
        place: place(&it.dotted),
        points: it.points(),
        figures: it
            .criteria
            .iter()
            .filter(|criterion| criterion.points != 0)
            .map(|criterion| format!("{} ({:+})", criterion.figure, criterion.points))
            .collect(),
    };
    CanonicalGroup {
        group: audit.finding.id.clone(),
        verdict: audit.verdict,
        canonical: best.filter(|_| audit.verdict.is_violation()),
        choice: word,
        target,
        reason: audit.reason.clone(),
        members: audit.candidates.iter().map(member).collect(),
    }
}
