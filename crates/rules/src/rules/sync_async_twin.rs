//! A synchronous and an asynchronous face with the same body.

use ssot_facts::DefinitionId;
use ssot_model::{DefinitionKind, Finding, Verdict};

use crate::concepts::{self, Question};
use crate::relation::kinship;
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "sync-async-twin",
    summary: "A concept is written twice, once with `async` and once without.",
    page: include_str!("sync_async_twin.md"),
    level: concepts::LEVEL,
    check,
};

const QUESTION: Question = Question {
    verdicts: &[Verdict::Twin],
    concerns,
    counts: is_own,
    key: concepts::face_key,
    least: 82,
};

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    concepts::findings(scene, &RULE, &QUESTION)
}

/// Abstract pairs declare an interface and are no second source of truth.
fn concerns(scene: &Scene<'_>, id: DefinitionId) -> bool {
    let definition = scene.index.definition(id);
    definition.kind != DefinitionKind::Constant
        && !definition.flags.stub
        && definition.forwards.is_empty()
}

/// Who extends an interface has to have both faces.
fn is_own(scene: &Scene<'_>, id: DefinitionId) -> bool {
    let owner = scene.index.definition(id).owner;
    !owner.is_some_and(|owner| {
        kinship::extends_an_interface(scene.index, DefinitionId { index: owner, ..id })
    })
}
