//! `check_change`: the ratchet, before anything is saved.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ssot_model::{CheckReport, Comparand, Finding, NewFinding, RepoPath};
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};

use super::{LATER, Workshop, failure};
use crate::ratchet;
use crate::reading::Overlay;

/// The tool.
pub(super) struct CheckChange(pub(super) Workshop);

/// What is checked: the files as they are on the disk, with one of them as it would be
/// when `path` and `content` are given.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// A file, relative to the root of the repository, whose new content is given.
    path: Option<String>,
    /// Its whole content as it would be saved.
    content: Option<String>,
}

/// Whether the change may stay.
#[derive(Debug, Serialize)]
pub(super) struct Judgement {
    /// Nothing new.
    passed: bool,
    /// What the findings were compared with: the baseline, a revision, or nothing.
    compared_with: Comparand,
    /// Findings that the change brings.
    new: Vec<New>,
    /// Findings of the baseline of which nothing is left.
    fixed: usize,
}

/// A finding that is new, and which of its members are.
#[derive(Debug, Serialize)]
struct New {
    new_members: Vec<String>,
    #[serde(flatten)]
    finding: Finding,
}

impl Tool for CheckChange {
    type Input = Question;
    type Output = Judgement;
    const NAME: &'static str = "check_change";
    const DESCRIPTION: &'static str = "Would this change bring a second source of truth? Checks the \
        working tree, or one file as it would be saved, against the baseline, or against the last \
        commit where there is no baseline. Call it before you commit; every finding in `new` has \
        to go, by importing the member that is not new.";
    const TIMEOUT: Duration = LATER;
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = Permission::Read;
    // What it is compared with is not a matter of the tree alone.
    const CACHE: CachePolicy = CachePolicy::Never;

    fn call(&self, _: &UserExecutionContext, asked: Question) -> Result<Judgement, ToolFailure> {
        let overlay = overlay(asked)?;
        let report = ratchet::check_change(&self.0.options, &overlay).map_err(failure)?;
        let only: Vec<&RepoPath> = overlay.keys().collect();
        Ok(judgement(report, &only))
    }
}

fn overlay(asked: Question) -> Result<Overlay, ToolFailure> {
    match (asked.path, asked.content) {
        (None, None) => Ok(Overlay::new()),
        (Some(path), Some(content)) => {
            let path = RepoPath::new(&path).map_err(failure)?;
            Ok(BTreeMap::from([(path, content.into_bytes())]))
        }
        _ => Err(failure("give `path` and `content` together, or neither for the working tree")),
    }
}

/// With a file that was given, only what has a new member in it counts: the rest of the
/// working tree is not the change.
fn judgement(report: CheckReport, only: &[&RepoPath]) -> Judgement {
    let CheckReport { compared_with, new, fixed, scan, .. } = report;
    let mut findings = scan.findings;
    let is_meant = |finding: &Finding, new: &NewFinding| {
        only.is_empty()
            || finding.members.iter().any(|member| {
                only.contains(&&member.path) && new.members.contains(&NewFinding::place(member))
            })
    };
    let told = new.into_iter().filter_map(|new| {
        let at = findings.iter().position(|finding| finding.id == new.id)?;
        is_meant(&findings[at], &new)
            .then(|| New { new_members: new.members, finding: findings.swap_remove(at) })
    });
    let new: Vec<New> = told.collect();
    Judgement { passed: new.is_empty(), compared_with, new, fixed: fixed.len() }
}
