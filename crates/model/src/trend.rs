//! How the findings of a repository change from commit to commit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AcceptedBy, ScanReport, Timestamp};

/// The figures of one scan. One line of `.ssot/trend.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendPoint {
    /// When it was scanned.
    pub at: Timestamp,
    /// The commit that was checked out, forty hexadecimal digits.
    pub commit: String,
    /// Identity of the configuration; figures under different ones do not compare.
    pub config: String,
    /// Files read.
    pub files: u64,
    /// Lines in them.
    pub lines: u64,
    /// Lines that a consolidation would remove, every line once.
    pub removable: u64,
    /// Violations by rule.
    pub rules: BTreeMap<String, u32>,
    /// Violations by verdict; those of places have none.
    pub verdicts: BTreeMap<String, u32>,
}

impl TrendPoint {
    /// The figures of a report. What the baseline holds counts: it is there.
    pub fn of(report: &ScanReport, at: Timestamp, commit: String, config: String) -> Self {
        let (mut rules, mut verdicts) = (BTreeMap::new(), BTreeMap::new());
        let mut report = report.clone();
        for finding in &mut report.findings {
            finding.accepted.take_if(|accepted| accepted.by == AcceptedBy::Baseline);
        }
        for finding in report.violations() {
            *rules.entry(finding.rule.clone()).or_default() += 1;
            if let Some(verdict) = finding.verdict {
                *verdicts.entry(verdict.as_str().to_owned()).or_default() += 1;
            }
        }
        Self {
            at,
            commit,
            config,
            files: report.files,
            lines: report.lines,
            removable: report.removable_lines(),
            rules,
            verdicts,
        }
    }

    /// Whether both are about one commit under one configuration.
    pub fn is_same_state(&self, other: &Self) -> bool {
        self.commit == other.commit && self.config == other.config
    }

    /// Concepts with more than one source of truth.
    pub fn concepts(&self) -> u32 {
        self.verdicts.values().sum()
    }

    /// Violations that are about places.
    pub fn places(&self) -> u32 {
        self.rules.values().sum::<u32>().saturating_sub(self.concepts())
    }
}
