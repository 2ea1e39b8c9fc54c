//! What definitions are to each other, whoever asks: the rules about their
//! candidates, a person or an agent about any definitions they name.

use ssot_facts::DefinitionId;
use ssot_model::{DefinitionKind, Evidence, Verdict};

use crate::evidence::{self, Judgement};
use crate::renamed::{self, renamed};
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
    if let [a, b] = *ids {
        return judge_pair(scene, a, b);
    }
    let mut opinions: Vec<Opinion> = Vec::new();
    for (at, a) in ids.iter().enumerate() {
        opinions.extend(ids[at + 1..].iter().map(|b| judge_pair(scene, *a, *b)));
    }
    let verdict = of_group(scene, ids, &opinions);
    let best = opinions.into_iter().find(|it| it.verdict == verdict);
    best.unwrap_or_else(|| {
        let text = "modules beside each other each define this name".to_owned();
        Opinion {
            verdict,
            confidence: evidence::confidence(verdict),
            evidence: vec![Evidence::supporting("siblings", text)],
            question: None,
        }
    })
}

/// What most pairs of a group are, since a group is one concept only when all of it
/// is. Copies of which one has another name are clones, and modules beside each other
/// that each define the name follow a convention.
fn of_group(scene: &Scene<'_>, ids: &[DefinitionId], opinions: &[Opinion]) -> Verdict {
    let count = |verdict: Verdict| opinions.iter().filter(|it| it.verdict == verdict).count();
    let equal = count(Verdict::Identical) + count(Verdict::Clone);
    if equal == opinions.len() && count(Verdict::Clone) > 0 {
        return Verdict::Clone;
    }
    let place = |verdict: &Verdict| std::cmp::Reverse(ORDER.iter().position(|it| it == verdict));
    let most = ORDER.into_iter().max_by_key(|verdict| (count(*verdict), place(verdict)));
    let most = most.unwrap_or(Verdict::Unsure);
    let is_own = matches!(most, Verdict::Unsure | Verdict::Homonym | Verdict::Specialisation);
    if !is_own || !evidence::are_plug_ins(scene, ids) {
        return most;
    }
    match scene.index.definition(ids[0]).kind {
        DefinitionKind::Class => Verdict::Convention,
        _ => Verdict::Boundary,
    }
}

/// Judges two definitions.
pub(crate) fn judge_pair(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Opinion {
    if let Some(hidden) = relation::hidden(scene, a, b) {
        return opinion(scene, a, b, hidden);
    }
    let pair = [a, b];
    let equal = families::by_structure(scene.index, pair.into_iter()).len() == 1;
    let annotated = !equal && differ_in_annotation(scene, a, b);
    let judged = (equal || annotated)
        .then(|| {
            let (left, right) = (scene.index.definition(a), scene.index.definition(b));
            let verdict = if left.name == right.name { Verdict::Identical } else { Verdict::Clone };
            let both = |it: &Judgement| it.members.len() == 2;
            evidence::judge_equal(scene, &pair, verdict).into_iter().find(both)
        })
        .flatten()
        .filter(|judgement| equal || judgement.verdict != Verdict::Variant);
    if let Some(judgement) = judged {
        return Opinion {
            verdict: judgement.verdict,
            confidence: evidence::confidence(judgement.verdict),
            evidence: judgement.evidence,
            question: None,
        };
    }
    let relation = relation::relate(scene, a, b);
    let may_be_equal = match relation.verdict {
        Verdict::Variant | Verdict::Unsure => true,
        // What is long enough is no accident, whatever the names say.
        Verdict::Homonym => scene.index.definition(a).statements >= TELLING_BODY,
        _ => false,
    };
    if may_be_equal && let Some(renamed) = renamed(scene, a, b) {
        return renamed;
    }
    opinion(scene, a, b, relation)
}

/// A relation as whoever asks is told of it.
fn opinion(
    scene: &Scene<'_>,
    a: DefinitionId,
    b: DefinitionId,
    relation: relation::Relation,
) -> Opinion {
    Opinion {
        verdict: relation.verdict,
        confidence: relation.confidence,
        question: question(scene, a, b, relation.verdict),
        evidence: relation.evidence,
    }
}

/// Whether two functions differ in what their heads say that they return, and in nothing
/// else.
fn differ_in_annotation(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> bool {
    let (left, right) = (scene.index.definition(a), scene.index.definition(b));
    // The statements beside the head are equal, and the head says something else.
    left.kind == right.kind
        && left.returns != right.returns
        && left.statements == right.statements
        && left.leaves.len() == right.leaves.len()
        && left.signature == right.signature
        && left.decorators == right.decorators
        && left.flags.asynchronous == right.flags.asynchronous
        && renamed::differ_in_one_statement(left, right)
}

/// Statements from which a body that was renamed and nothing else is no accident.
pub(crate) const TELLING_BODY: u32 = 5;

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
