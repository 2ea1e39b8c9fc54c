//! `explain_rule`: what a rule finds.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ssot_rules::{RULES, Rule};
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};

use super::{SOON, failure};

/// The tool. It knows no repository.
pub(super) struct ExplainRule;

/// What is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The name of a rule, `exact-clone`.
    rule: String,
}

/// What a rule says of itself.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    rule: &'static str,
    page: &'static str,
}

impl Page {
    pub(super) fn of(rule: &Rule) -> Self {
        Self { rule: rule.name, page: rule.page }
    }
}

impl Tool for ExplainRule {
    type Input = Question;
    type Output = Page;
    const NAME: &'static str = "explain_rule";
    const DESCRIPTION: &'static str = "The page of a rule: what it finds, why it costs, examples, \
        how it is remediated, when it stays silent.";
    const TIMEOUT: Duration = SOON;
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = Permission::Read;
    const CACHE: CachePolicy = CachePolicy::Shared;

    /// Pages are part of the program: they are the same as long as it runs.
    fn generation(&self) -> Option<String> {
        Some(String::new())
    }

    fn call(&self, _: &UserExecutionContext, asked: Question) -> Result<Page, ToolFailure> {
        ssot_rules::rule(&asked.rule).map(Page::of).ok_or_else(|| {
            let known: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
            failure(format!("no rule is called `{}`; there are {}", asked.rule, known.join(", ")))
        })
    }
}
