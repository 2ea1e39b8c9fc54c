//! What one run on one bed gave: the figures that are kept, and what in them is unacceptable.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::judge;
use super::list::Bed;
use super::prepare::Prepared;
use super::ssot::{self, Counts, Package, Report, Scan};
use crate::machine;

/// The kept results, relative to the workspace.
const RESULTS: &str = "xtask/beds/results";

/// The figures of one bed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The bed.
    pub(crate) bed: String,
    /// Its version.
    pub(crate) version: String,
    /// The day of the run.
    pub(crate) date: String,
    /// The machine of the run.
    pub(crate) machine: String,
    /// The version of ssot.
    pub(crate) ssot: String,
    /// Python files read.
    pub(crate) files: u64,
    /// Lines in them.
    pub(crate) lines: u64,
    /// Wall time of the scan, in seconds.
    pub(crate) scan_seconds: f64,
    /// Wall time of the run, in seconds.
    pub(crate) run_seconds: u64,
    /// Packages that landed.
    pub(crate) landed: u32,
    /// What must not be, in words; empty when all is well.
    pub(crate) breaches: Vec<String>,
    /// What is worth knowing, in words.
    pub(crate) notes: Vec<String>,
    /// Tests before the run.
    pub(crate) tests_before: Option<Counts>,
    /// Tests on the target branch after the run.
    pub(crate) tests_after: Option<Counts>,
    /// Groups by verdict.
    pub(crate) verdicts: BTreeMap<String, u32>,
    /// The comparison with what people judged.
    pub(crate) judged: Judged,
    /// Packages that did not land.
    pub(crate) refused: Vec<Wrong>,
}

/// The comparison with what people judged.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Judged {
    pub(crate) groups: u32,
    pub(crate) right: u32,
    pub(crate) wrong: u32,
    pub(crate) unsure: u32,
    /// Groups that no finding holds.
    pub(crate) missing: u32,
    /// Functions, classes and constants that can be consolidated.
    pub(crate) consolidatable: u32,
    pub(crate) landed: u32,
    /// Groups that must stay separate.
    pub(crate) must_stay: u32,
    pub(crate) kept: u32,
    pub(crate) wrong_verdicts: Vec<Wrong>,
    /// Judged to be violations and not reported.
    pub(crate) missed: Vec<Wrong>,
    pub(crate) not_landed: Vec<Wrong>,
    /// Landed although they must stay separate.
    pub(crate) lost: Vec<Wrong>,
}

/// Something named, with its place and what is to be said about it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Wrong {
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) text: String,
}

/// Scans and consolidates a prepared bed.
pub(crate) fn measure(bed: &Bed, root: &Path, prepared: &Prepared) -> Result<Outcome> {
    let config = prepared.config.to_string_lossy();
    let call = ["--config", &*config, "--format", "json"];
    eprintln!("{}: scanning", bed.name);
    let started = Instant::now();
    let scan: Scan = ssot::call(
        &[&["scan", "."], &call[..]].concat(),
        &prepared.repo,
        &prepared.directory.join("scan.json"),
    )?;
    let scan_seconds = (started.elapsed().as_secs_f64() * 100.0).round() / 100.0;
    eprintln!("{}: running", bed.name);
    let report: Report = ssot::call(
        &[&["run", ".", "--agents", "2"], &call[..]].concat(),
        &prepared.repo,
        &prepared.directory.join("run.json"),
    )?;
    let judged = judge::compare(&judge::of_bed(root, &bed.name)?, &scan, &report);
    let mut outcome = Outcome {
        bed: bed.name.clone(),
        version: bed.version.clone(),
        date: machine::today()?,
        machine: machine::description(),
        ssot: machine::ssot_version()?,
        files: scan.files,
        lines: scan.lines,
        scan_seconds,
        run_seconds: report.seconds,
        landed: u32::try_from(report.packages.iter().filter(|p| p.has_landed()).count())?,
        breaches: Vec::new(),
        notes: notes(bed, &report),
        tests_before: report.tests_before.as_ref().map(|suite| suite.count),
        tests_after: report.tests_after.as_ref().map(|suite| suite.count),
        verdicts: by_verdict(&scan),
        judged,
        refused: report.packages.iter().filter(|p| !p.has_landed()).map(refusal).collect(),
    };
    outcome.breaches = breaches(bed, &scan, &report, &outcome);
    Ok(outcome)
}

fn by_verdict(scan: &Scan) -> BTreeMap<String, u32> {
    let mut verdicts = BTreeMap::new();
    for finding in &scan.findings {
        *verdicts.entry(finding.verdict.clone()).or_default() += 1;
    }
    verdicts
}

fn refusal(package: &Package) -> Wrong {
    Wrong {
        name: package.title.clone(),
        place: package.state.clone(),
        text: package.reason.clone().unwrap_or_else(|| "no reason given".to_owned()),
    }
}

/// What differs from the list without being a fault: another Python or another user
/// changes what a suite skips.
fn notes(bed: &Bed, report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    for suite in report.tests_before.iter().chain(&report.tests_after) {
        for flaky in &suite.flaky {
            notes.push(format!("`{flaky}` gave different results in one tree"));
        }
    }
    if let Some(before) = report.tests_before.as_ref().filter(|suite| suite.count != bed.expect) {
        let (count, expected) = (before.count, bed.expect);
        notes.push(format!("the untouched tree gave {count}, the list says {expected}"));
    }
    notes
}

/// What must not be, in words; empty when all is well.
fn breaches(bed: &Bed, scan: &Scan, report: &Report, outcome: &Outcome) -> Vec<String> {
    let mut breaches = Vec::new();
    match (&report.tests_before, &report.tests_after) {
        (Some(before), Some(after)) => {
            // A test that gave two results in one tree says nothing about the change.
            let flaky = u32::try_from(before.flaky.len() + after.flaky.len()).unwrap_or(u32::MAX);
            if after.count.failed > before.count.failed + flaky
                || after.count.passed + flaky < before.count.passed
            {
                breaches.push(format!("tests were {}, are {}", before.count, after.count));
            }
        }
        // Without a package there is nothing to prove, and `ssot` runs no test.
        (None, None) if report.packages.is_empty() => {}
        _ => breaches.push("the tests did not run before and after".to_owned()),
    }
    for lost in &outcome.judged.lost {
        breaches.push(format!("`{}` ({}) {}", lost.name, lost.place, lost.text));
    }
    for refused in outcome.refused.iter().filter(|refused| refused.text.trim().is_empty()) {
        breaches.push(format!("`{}` was refused without a reason", refused.name));
    }
    if bed.control {
        let allowed = |name: &str| bed.allowed.iter().any(|allowed| allowed.name == name);
        for finding in scan.findings.iter().filter(|f| f.is_violation() && !allowed(&f.name)) {
            breaches.push(format!("a control reports `{}` as {}", finding.name, finding.verdict));
        }
    }
    breaches
}

fn path(root: &Path, bed: &str) -> PathBuf {
    root.join(RESULTS).join(format!("{bed}.toml"))
}

/// Keeps the figures in the workspace.
pub(crate) fn keep(root: &Path, outcome: &Outcome) -> Result<()> {
    let path = path(root, &outcome.bed);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(&path, toml::to_string(outcome)?)
        .with_context(|| format!("writing {}", path.display()))
}

/// The kept figures of a bed; none when it was never recorded.
pub(crate) fn kept(root: &Path, bed: &str) -> Result<Option<Outcome>> {
    let path = path(root, bed);
    if !path.is_file() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path)?;
    toml::from_str(&text).map(Some).with_context(|| format!("in {}", path.display()))
}
