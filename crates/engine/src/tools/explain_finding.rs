//! `explain_finding`: what a finding or a rule means.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ssot_model::Finding;
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};

use super::explain_rule::Page;
use super::{LATER, Workshop, failure};
use crate::survey;

/// The tool.
pub(super) struct ExplainFinding(pub(super) Workshop);

/// What is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// A finding by its id (`g-1a2b3c4d`), its name or the dotted name of a member.
    finding: String,
}

/// The findings that are meant, and the page of each of their rules.
#[derive(Debug, Serialize)]
pub(super) struct Explanation {
    findings: Vec<Finding>,
    rules: Vec<Page>,
}

impl Tool for ExplainFinding {
    type Input = Question;
    type Output = Explanation;
    const NAME: &'static str = "explain_finding";
    const DESCRIPTION: &'static str = "What a finding is about, with its evidence and the page of \
        its rule: why it costs, how it is remediated, when the rule stays silent. For a rule alone \
        ask `explain_rule`.";
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
        Question { finding }: Question,
    ) -> Result<Explanation, ToolFailure> {
        if ssot_rules::rule(&finding).is_some() {
            return Err(failure(format!("`{finding}` is a rule; ask `explain_rule` about it")));
        }
        let mut findings = survey::scan(&self.0.options).map_err(failure)?.findings;
        findings.retain(|it| survey::is_called(it, &finding));
        if findings.is_empty() {
            return Err(failure(format!("nothing is found about `{finding}`")));
        }
        let mut rules: Vec<&str> = findings.iter().map(|it| it.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        let pages = rules.into_iter().filter_map(ssot_rules::rule);
        let rules = pages.map(Page::of).collect();
        Ok(Explanation { findings, rules })
    }
}
