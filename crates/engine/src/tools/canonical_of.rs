//! `canonical_of`: which of several definitions is the one to use.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};

use super::{LATER, Workshop, failure};
use crate::canonical::{self, Canonical};

/// The tool.
pub(super) struct CanonicalOf(pub(super) Workshop);

/// What is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// A definition by its dotted name (`shop.text.slugify`) or its bare name (`slugify`).
    definition: String,
}

impl Tool for CanonicalOf {
    type Input = Question;
    type Output = Canonical;
    const NAME: &'static str = "canonical_of";
    const DESCRIPTION: &'static str = "Which definition of a concept to use when there are several: \
        the canonical one with the points that speak for it, and what is to become of the others. \
        Import the canonical one, never a copy.";
    const TIMEOUT: Duration = LATER;
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = Permission::Read;
    const CACHE: CachePolicy = CachePolicy::PerUser;

    fn generation(&self) -> Option<String> {
        self.0.generation()
    }

    fn call(
        &self,
        _: &UserExecutionContext,
        Question { definition }: Question,
    ) -> Result<Canonical, ToolFailure> {
        canonical::canonical_of(&self.0.options, &definition).map_err(failure)
    }
}
