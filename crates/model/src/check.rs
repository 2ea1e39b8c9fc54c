//! The result of `ssot check`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{BaselineEntry, GroupId, Member, ScanReport};

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

    /// The scan with the new members of each finding before its known ones: that is where
    /// a reader of a change has to look.
    pub fn new_first(&self) -> ScanReport {
        let mut scan = self.scan.clone();
        let new: BTreeMap<&GroupId, &[String]> =
            self.new.iter().map(|it| (&it.id, it.members.as_slice())).collect();
        for finding in &mut scan.findings {
            if let Some(new) = new.get(&finding.id) {
                finding.members.sort_by_key(|member| !new.contains(&NewFinding::place(member)));
            }
        }
        scan
    }
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

impl NewFinding {
    /// A member as it is listed: its dotted name and its place.
    pub fn place(member: &Member) -> String {
        format!("{} at {}:{}", member.dotted(), member.path, member.span.start)
    }
}
