//! The verdict about definitions that somebody names.

use serde::{Deserialize, Serialize};
use ssot_audit::{Criterion, Examiner};
use ssot_facts::DefinitionId;
use ssot_model::{Evidence, Verdict};
use ssot_rules::{Likeness, Scene};

use crate::EngineError;
use crate::survey::{ScanOptions, take};

/// A definition as a question names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The file, relative to the root.
    pub path: String,
    /// The name inside the file, `Class.method` for a method.
    pub definition: String,
}

/// The answer about some definitions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The definitions that were asked about.
    pub members: Vec<Named>,
    /// What they are to each other; none when one of them does not exist.
    pub verdict: Option<Verdict>,
    /// How sure the verdict is, in percent.
    pub confidence: u8,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// The one question whose answer would settle an unsure verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// How alike the first two are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likeness: Option<Likeness>,
    /// The definitions as candidates for the canonical one, the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub canonical: Vec<Ranked>,
    /// Definitions that are not there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Named>,
}

/// A definition and how well it would serve as the canonical one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranked {
    /// The definition.
    #[serde(flatten)]
    pub named: Named,
    /// The sum of the points.
    pub points: i64,
    /// What they are given for.
    pub criteria: Vec<Criterion>,
}

/// Judges groups of definitions of one tree, each on its own.
pub fn compare(options: &ScanOptions, groups: Vec<Vec<Named>>) -> Result<Vec<Answer>, EngineError> {
    let survey = take(options)?;
    let scene = survey.scene();
    let examiner = Examiner::new(scene.index, scene.config);
    Ok(groups.into_iter().map(|members| answer(&scene, &examiner, members)).collect())
}

fn answer(scene: &Scene<'_>, examiner: &Examiner<'_>, members: Vec<Named>) -> Answer {
    let find = |named: &Named| find(scene, named);
    let ids: Vec<DefinitionId> = members.iter().filter_map(find).collect();
    let missing: Vec<Named> =
        members.iter().filter(|named| find(named).is_none()).cloned().collect();
    if ids.len() < 2 || !missing.is_empty() {
        let (confidence, evidence) = (0, Vec::new());
        return Answer {
            members,
            verdict: None,
            confidence,
            evidence,
            question: None,
            likeness: None,
            canonical: Vec::new(),
            missing,
        };
    }
    let opinion = ssot_rules::judge(scene, &ids);
    Answer {
        members,
        verdict: Some(opinion.verdict),
        confidence: opinion.confidence,
        evidence: opinion.evidence,
        question: opinion.question,
        likeness: Some(scene.likeness(ids[0], ids[1])),
        canonical: rank(examiner, scene, &ids),
        missing,
    }
}

fn rank(examiner: &Examiner<'_>, scene: &Scene<'_>, ids: &[DefinitionId]) -> Vec<Ranked> {
    let candidates = examiner.rank(ids).into_iter();
    candidates
        .map(|candidate| Ranked {
            named: Named {
                path: scene.index.module(candidate.definition.module).path.to_string(),
                definition: scene.index.qualified_name(candidate.definition),
            },
            points: candidate.points(),
            criteria: candidate.criteria,
        })
        .collect()
}

fn find(scene: &Scene<'_>, named: &Named) -> Option<DefinitionId> {
    let path = ssot_model::RepoPath::new(&named.path).ok()?;
    let module = scene.index.module_at(&path)?;
    let definitions = &scene.index.module(module).facts.definitions;
    let position = (0..definitions.len() as u32).find(|index| {
        scene.index.qualified_name(DefinitionId { module, index: *index }) == named.definition
    })?;
    Some(DefinitionId { module, index: position })
}
