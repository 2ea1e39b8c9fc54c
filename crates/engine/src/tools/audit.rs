//! `audit`: everything known about one group.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};

use super::{LATER, Workshop, failure};
use crate::{document, survey};

/// The tool.
pub(super) struct AuditGroup(pub(super) Workshop);

/// What is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The group's id (`g-1a2b3c4d`), its name, or the dotted name of a member.
    group: String,
}

impl Tool for AuditGroup {
    type Input = Question;
    type Output = Value;
    const NAME: &'static str = "audit";
    const DESCRIPTION: &'static str = "Everything known about one group of definitions: how they \
        differ, who uses which, their history and missed fixes, the canonical choice with its \
        reasons, the steps of a consolidation, and the ledger of what would be lost.";
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
        Question { group }: Question,
    ) -> Result<Value, ToolFailure> {
        let audits = survey::examine(&self.0.options, &survey::Asked::Called(&group), &[])
            .map_err(failure)?;
        serde_json::to_value(document::audits(&audits)).map_err(failure)
    }
}
