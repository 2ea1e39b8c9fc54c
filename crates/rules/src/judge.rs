//! What definitions are to each other, whoever asks: the rules about their
//! candidates, a person or an agent about any definitions they name.

use ssot_facts::DefinitionId;
use ssot_model::{Evidence, Verdict};

use crate::evidence::{self, Judgement};
use crate::{Scene, families, relation};

/// A verdict with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// What the definitions are to each other.
    pub verdict: Verdict,
    /// How sure that is, in percent.
    pub confidence: u8,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// The one question whose answer would settle an unsure verdict.
    pub question: Option<String>,
}

/// Verdicts by how much they say about a whole group when its pairs disagree.
const ORDER: [Verdict; 11] = [
    Verdict::Shadowed,
    Verdict::Identical,
    Verdict::Clone,
    Verdict::Twin,
    Verdict::Variant,
    Verdict::Specialisation,
    Verdict::Layer,
    Verdict::Convention,
    Verdict::Boundary,
    Verdict::Unsure,
    Verdict::Homonym,
];

/// Those of pairs that are no second source of truth, in the same order.
pub(crate) const STRANGERS: &[Verdict] = ORDER.split_at(5).1;

/// Judges some definitions together. `ids` holds at least two.
pub fn judge(scene: &Scene<'_>, ids: &[DefinitionId]) -> Opinion {
    let mut opinions: Vec<Opinion> = Vec::new();
    for (at, a) in ids.iter().enumerate() {
        opinions.extend(ids[at + 1..].iter().map(|b| judge_pair(scene, *a, *b)));
    }
    let place = |opinion: &Opinion| ORDER.iter().position(|it| *it == opinion.verdict);
    let best = opinions.into_iter().min_by_key(place);
    best.unwrap_or_else(|| Opinion {
        verdict: Verdict::Unsure,
        confidence: 0,
        evidence: Vec::new(),
        question: None,
    })
}

/// Judges two definitions.
pub(crate) fn judge_pair(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Opinion {
    let pair = [a, b];
    let equal = families::by_structure(scene.index, pair.into_iter()).len() == 1;
    let judged = equal
        .then(|| {
            let (left, right) = (scene.index.definition(a), scene.index.definition(b));
            let verdict = if left.name == right.name { Verdict::Identical } else { Verdict::Clone };
            let both = |it: &Judgement| it.members.len() == 2;
            evidence::judge_equal(scene, &pair, verdict).into_iter().find(both)
        })
        .flatten();
    if let Some(judgement) = judged {
        return Opinion {
            verdict: judgement.verdict,
            confidence: evidence::confidence(judgement.verdict),
            evidence: judgement.evidence,
            question: None,
        };
    }
    let relation = relation::relate(scene, a, b);
    Opinion {
        verdict: relation.verdict,
        confidence: relation.confidence,
        question: question(scene, a, b, relation.verdict),
        evidence: relation.evidence,
    }
}

/// What somebody who knows the code would have to say.
pub(crate) fn question(
    scene: &Scene<'_>,
    a: DefinitionId,
    b: DefinitionId,
    verdict: Verdict,
) -> Option<String> {
    let index = scene.index;
    (verdict == Verdict::Unsure).then(|| {
        format!(
            "Should a change to `{}` in {} ever be made to `{}` in {} as well? If so they are one \
             concept; either way a [[decision]] in ssot.toml settles it",
            index.qualified_name(a),
            index.module(a.module).path,
            index.qualified_name(b),
            index.module(b.module).path,
        )
    })
}
