//! One concept under names that differ in qualifiers.

use ssot_facts::DefinitionId;
use ssot_model::{DefinitionKind, Finding, Verdict};

use crate::concepts::{self, Question};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "concept-variant",
    summary: "One concept has several implementations whose names differ in `V2`, `Unified`, `Legacy` and the like.",
    page: include_str!("concept_variant.md"),
    level: concepts::LEVEL,
    check,
};

const QUESTION: Question = Question {
    verdicts: &[Verdict::Variant, Verdict::Clone],
    concerns,
    counts: |_, _| true,
    key: concepts::core_key,
    least: 82,
};

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    concepts::findings(scene, &RULE, &QUESTION)
}

fn concerns(scene: &Scene<'_>, id: DefinitionId) -> bool {
    let definition = scene.index.definition(id);
    matches!(definition.kind, DefinitionKind::Class | DefinitionKind::Function)
        && definition.owner.is_none()
        && !definition.flags.stub
}
