//! What the ratchet remembers: findings that may stay, definitions that must not return.

use serde::{Deserialize, Serialize};

use crate::{DefinitionKind, Fingerprint, RepoPath, Verdict};

/// `ssot-baseline.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// `ssot.baseline/1`; the number changes when a reader would break.
    pub schema: String,
    /// Findings that may stay.
    #[serde(default)]
    pub entries: Vec<BaselineEntry>,
    /// Definitions that were removed and must not return.
    #[serde(default)]
    pub tombstones: Vec<Tombstone>,
}

impl Baseline {
    /// The version of the file's form.
    pub const SCHEMA: &'static str = "ssot.baseline/1";
}

impl Default for Baseline {
    fn default() -> Self {
        Self { schema: Self::SCHEMA.to_owned(), entries: Vec::new(), tombstones: Vec::new() }
    }
}

/// A finding that may stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineEntry {
    /// The rule that reported it.
    pub rule: String,
    /// The name the members shared.
    pub name: String,
    /// What kind of definitions they are.
    pub kind: DefinitionKind,
    /// What the group was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The identity of the finding when it was accepted.
    pub fingerprint: Fingerprint,
    /// Why it may stay.
    pub reason: String,
    /// The day on which it was accepted, `YYYY-MM-DD`.
    pub since: String,
    /// Who accepted it; empty when nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// Its members.
    pub members: Vec<BaselineMember>,
}

/// A member of a finding that may stay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineMember {
    /// Its dotted name; for a place, that of the definition around it.
    pub definition: String,
    /// The file.
    pub path: RepoPath,
    /// Hash of its content.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// For a place, the hash of the definition around it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub around: String,
}

/// A definition that was removed because its concept had several sources of truth.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    /// Its dotted name.
    pub definition: String,
    /// What it was.
    pub kind: DefinitionKind,
    /// Hash of its content.
    pub digest: String,
    /// Dotted names of the definitions of equal content that were meant to stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survivors: Vec<String>,
    /// What to use instead; empty when nothing took its place.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instead: String,
    /// The day on which it was buried, `YYYY-MM-DD`.
    pub since: String,
}
