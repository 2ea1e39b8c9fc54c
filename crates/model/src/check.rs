//! The result of `ssot check`.

use serde::{Deserialize, Serialize};

use crate::{BaselineEntry, GroupId, ScanReport};

/// What the ratchet says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// `ssot.check/1`; the number changes when a reader would break.
    pub schema: String,
    /// What the findings were compared with.
    pub compared_with: Comparand,
    /// Findings that the comparison does not know, in the order of the scan.
    pub new: Vec<NewFinding>,
    /// Entries of the baseline of which nothing is left.
    pub fixed: Vec<BaselineEntry>,
    /// Whether the baseline was written.
    pub written: bool,
    /// The scan; what is known carries its acceptance.
    pub scan: ScanReport,
}

impl CheckReport {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "ssot.check/1";
}

/// What findings are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparand {
    /// The baseline file.
    Baseline,
    /// The scan of a revision, because there is no baseline.
    Revision(String),
    /// Nothing: there is no baseline, or none counts.
    Nothing,
}

/// A finding that fails the check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFinding {
    /// The finding.
    pub id: GroupId,
    /// Dotted names of the members that are new, with their place `path:line`.
    pub members: Vec<String>,
}
