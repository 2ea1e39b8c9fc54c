//! The verdict about definitions that somebody names.

use serde::{Deserialize, Serialize};
use ssot_audit::{Criterion, Examiner};
use ssot_facts::DefinitionId;
use ssot_model::{Behaviour, DefinitionKind, Evidence, Verdict};
use ssot_rules::{Likeness, Scene};

use crate::EngineError;
use crate::behaviour::{self, CallSource, Pair};
use crate::survey::{ScanOptions, take};
use crate::triage::Survey;

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
    /// What calls of all but the last one against the last one came to, when that was
    /// asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub behaviour: Vec<Behaviour>,
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
    Ok(answers(&take(options)?, groups))
}

/// The same, and every definition but the last of a group is called beside the last:
/// whether that one could take its place.
pub async fn compare_by_calls(
    options: &ScanOptions,
    groups: Vec<Vec<Named>>,
    calls: CallSource,
) -> Result<Vec<Answer>, EngineError> {
    let survey = take(options)?;
    let mut answers = answers(&survey, groups);
    let pairs: Vec<Vec<Pair>> = answers.iter().map(|it| pairs(&survey.scene(), it)).collect();
    let all: Vec<Pair> = pairs.iter().flatten().cloned().collect();
    let mut found = behaviour::ask(&options.root, &survey, &all, calls).await?.into_iter();
    for (answer, pairs) in answers.iter_mut().zip(pairs) {
        answer.behaviour = found.by_ref().take(pairs.len()).collect();
    }
    Ok(answers)
}

fn answers(survey: &Survey, groups: Vec<Vec<Named>>) -> Vec<Answer> {
    let scene = survey.scene();
    let examiner = Examiner::new(scene.index, scene.config);
    groups.into_iter().map(|members| answer(&scene, &examiner, members)).collect()
}

/// Functions are called whatever their text; of classes, the methods that differ.
fn pairs(scene: &Scene<'_>, answer: &Answer) -> Vec<Pair> {
    let ids: Vec<DefinitionId> = answer.members.iter().filter_map(|it| find(scene, it)).collect();
    let Some((last, others)) = ids.split_last().filter(|_| answer.missing.is_empty()) else {
        return Vec::new();
    };
    let of = |id: &DefinitionId| {
        if scene.index.definition(*id).kind == DefinitionKind::Class {
            return behaviour::between(scene.index, *id, *last);
        }
        let (left, right) =
            (behaviour::version(scene.index, *id), behaviour::version(scene.index, *last));
        vec![Pair { left, right }]
    };
    others.iter().flat_map(of).collect()
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
            behaviour: Vec::new(),
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
        behaviour: Vec::new(),
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
