//! Packages of remediation and the states they go through.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CommitId, GroupId, PackageId, RepoPath, Verdict};

/// How a group is brought to one source of truth.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Delete the copies and import the canonical definition where they stood.
    Redirect,
    /// Move the definition to a new shared module and import it where the copies stood.
    Extract,
    /// Move equal methods into a class above theirs.
    PullUp,
    /// Give the canonical function parameters and let the copies call it.
    Parameterise,
    /// Let a function call the method that does the same.
    Delegate,
    /// Import the canonical class, which has every member of the copies and more.
    Superset,
    /// Let the canonical class take in what only the copies have, and import it.
    Merge,
    /// Delete what cannot be reached.
    Delete,
    /// Leave it as it is.
    Accept,
}

impl Strategy {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::Extract => "extract",
            Self::PullUp => "pull-up",
            Self::Parameterise => "parameterise",
            Self::Delegate => "delegate",
            Self::Superset => "superset",
            Self::Merge => "merge",
            Self::Delete => "delete",
            Self::Accept => "accept",
        }
    }
}

/// What is done first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Priority {
    /// Before everything else.
    P0,
    /// The normal case.
    P1,
    /// When there is time.
    P2,
}

/// One group inside a package and what is to be done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageGroup {
    /// The group.
    pub group: GroupId,
    /// Its name.
    pub name: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// How it is consolidated.
    pub strategy: Strategy,
    /// The dotted name of the definition that stays.
    pub canonical: String,
    /// The dotted names of the definitions that go.
    pub copies: Vec<String>,
    /// Why this canonical and this strategy.
    pub why: String,
    /// The last day, `YYYY-MM-DD`, on which the old places answer for names that go, with a
    /// warning; where it is missing they re-export them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shim: Option<String>,
    /// Behaviour that goes and that somebody has answered for in `ssot.toml`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answered: Vec<AnsweredAtom>,
}

/// A piece of behaviour that goes, and who has answered for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnsweredAtom {
    /// The piece as the ledger prints it, its kind first.
    pub atom: String,
    /// `path:line` of it.
    pub place: String,
    /// What takes care of it; nothing does when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterpart: Option<String>,
    /// Who says so.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl AnsweredAtom {
    /// Who answered for it and how, without the piece itself.
    pub fn answer(&self) -> String {
        let (by, reason) = (&self.by, &self.reason);
        match &self.counterpart {
            Some(counterpart) => format!("covered by {counterpart}, says {by}: {reason}"),
            None => format!("waived by {by}: {reason}"),
        }
    }
}

/// Places of one finding inside a package and what is to be done with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackagePlaces {
    /// The finding.
    pub finding: GroupId,
    /// Its rule.
    pub rule: String,
    /// Its name.
    pub name: String,
    /// The places that change, `path:line`.
    pub places: Vec<String>,
    /// Why they change in this way.
    pub why: String,
}

/// Who carries out a package.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Doer {
    /// A codemod; its write set is what the dry run wrote.
    #[default]
    Codemod,
    /// The coding agent of the configuration; its write set is where the definitions and
    /// those who use them stand, and it can write nowhere else.
    Agent,
}

impl Doer {
    /// Whether no agent is needed.
    pub fn is_codemod(&self) -> bool {
        *self == Self::Codemod
    }
}

/// A unit of remediation that lands or fails as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The identity inside the plan.
    pub id: PackageId,
    /// One line.
    pub title: String,
    /// What is done first.
    pub priority: Priority,
    /// What the priority rests on: the sum over its groups of severity, cost and reach
    /// multiplied. Zero in a plan that does not say it.
    #[serde(default)]
    pub score: u32,
    /// The team that does it; anybody when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Set to `false` in the plan file to leave the package out.
    #[serde(default = "enabled")]
    pub enabled: bool,
    /// Who carries it out; a codemod when missing.
    #[serde(default, skip_serializing_if = "Doer::is_codemod")]
    pub doer: Doer,
    /// Packages that must have landed before; before an agent's package they need only have
    /// ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<PackageId>,
    /// Files that the dry run wrote, or the only ones that an agent may; disjoint from those
    /// of every package that neither waits for this one nor is waited for.
    pub write_set: Vec<RepoPath>,
    /// Files on which the decision rests beyond the write set.
    pub read_set: Vec<RepoPath>,
    /// Dotted names on which the decision rests: the definitions that stay, what their
    /// bodies read of the repository, and the names that others import from the copies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_symbols: Vec<String>,
    /// The groups it consolidates.
    pub groups: Vec<PackageGroup>,
    /// The findings about places that it closes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<PackagePlaces>,
}

fn enabled() -> bool {
    true
}

/// A group that no package touches, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftAlone {
    /// The group.
    pub group: GroupId,
    /// Its name.
    pub name: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// Where the definitions are, `path:line`.
    pub places: Vec<String>,
    /// The reason, in words a maintainer can check.
    pub reason: String,
    /// Who could go on; nobody when nothing has to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hands: Option<Hands>,
}

/// A finding that somebody has taken out of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// The group or finding.
    pub group: GroupId,
    /// Why it stays as it is.
    pub reason: String,
}

/// Who goes on where no codemod does.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Hands {
    /// The work is clear and the gates would tell whether it was done.
    Agent,
    /// Somebody has to decide first.
    Person,
}

impl Hands {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Person => "person",
        }
    }
}

/// The findings of one rule that no package closes because they are about places, which
/// no codemod changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unplanned {
    /// The rule.
    pub rule: String,
    /// Why there is no package.
    pub reason: String,
    /// Who could go on.
    pub hands: Hands,
    /// The findings, in the order of the scan.
    pub findings: Vec<GroupId>,
}

/// Everything a run will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// `ssot.plan/1`; the number changes when a reader would break.
    pub schema: String,
    /// The commit the plan was made for.
    pub base: CommitId,
    /// Whether importers of a copy are rewritten to the canonical module.
    pub rewrite_imports: bool,
    /// The packages, in the order in which they may start.
    #[serde(default, rename = "package")]
    pub packages: Vec<Package>,
    /// The groups that stay as they are.
    #[serde(default)]
    pub left_alone: Vec<LeftAlone>,
    /// The findings about places, by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unplanned: Vec<Unplanned>,
    /// What somebody has taken out of the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

impl Plan {
    /// The version of the file form.
    pub const SCHEMA: &'static str = "ssot.plan/1";
}

/// Where a package is on its way. The order of the variants is the order of the
/// way; the last five are ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitState {
    /// Waits for a free place or for a dependency.
    Queued,
    /// Gets its own worktree.
    Worktree,
    /// Its patch is written.
    Rewrite,
    /// Its gates run.
    Gates,
    /// It is rebased, re-gated and landed.
    Land,
    /// It has landed.
    Done,
    /// A gate refused it; the target branch never saw it.
    Rejected,
    /// Something broke that is not the package's fault.
    Failed,
    /// A package it depends on did not land.
    Blocked,
    /// The run was stopped first.
    Cancelled,
}

impl UnitState {
    /// Whether nothing more happens to the package.
    pub fn is_end(self) -> bool {
        self >= Self::Done
    }

    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Worktree => "worktree",
            Self::Rewrite => "rewrite",
            Self::Gates => "gates",
            Self::Land => "land",
            Self::Done => "landed",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Cancelled => "cancelled",
        }
    }
}
