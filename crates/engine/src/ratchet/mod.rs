//! `ssot check`: the findings against the baseline.

pub(crate) mod store;

use std::collections::BTreeSet;
use std::path::Path;

use ssot_model::{Baseline, CheckReport, Comparand, Finding, NewFinding, Tombstone};
use ssot_rules::RULES;
use ssot_rules::ratchet::{self, Note, Standing};
use ssot_runtime::git::Repository;
use ssot_runtime::ids::IdManager;

use crate::reading::Overlay;
use crate::since::Since;
use crate::survey::{self, ScanOptions};
use crate::triage::Survey;
use crate::{EngineError, configuration};

pub use store::BASELINE_FILE;

/// How strict the ratchet is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strictness {
    /// Findings that the baseline does not know fail.
    New,
    /// Every violation fails.
    Any,
    /// Findings that the baseline does not know and that touch what changed since a
    /// revision fail. Without a baseline the scan of the revision takes its place.
    Since(String),
}

/// A baseline update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepting {
    /// Why.
    pub reason: String,
    /// Who.
    pub by: Option<String>,
}

/// Compares the findings of a tree with its baseline.
pub fn check(options: &ScanOptions, strictness: &Strictness) -> Result<CheckReport, EngineError> {
    check_with(options, strictness, &Overlay::new())
}

/// Compares the findings of the working tree, some files of it as they would be, with the
/// baseline; where there is none, with the commit that is checked out.
pub(crate) fn check_change(
    options: &ScanOptions,
    overlay: &Overlay,
) -> Result<CheckReport, EngineError> {
    let is_committed = || Repository::open(&options.root).is_ok();
    let strictness = if !is_held(&options.root) && is_committed() {
        Strictness::Since("HEAD".to_owned())
    } else {
        Strictness::New
    };
    check_with(options, &strictness, overlay)
}

fn check_with(
    options: &ScanOptions,
    strictness: &Strictness,
    overlay: &Overlay,
) -> Result<CheckReport, EngineError> {
    let survey = survey::take_with(options, overlay)?;
    let mut findings = survey.findings(RULES);
    let since = match strictness {
        Strictness::Since(revision) => Some(Since::open(&options.root, revision)?),
        Strictness::New | Strictness::Any => None,
    };
    let (comparand, baseline) = comparand(options, strictness, since.as_ref())?;
    let standing = ratchet::compare(&survey.index, &findings, &baseline);
    ratchet::accept(&mut findings, &baseline, &standing);
    let mut new = new_findings(&findings, &standing);
    if let Some(since) = &since {
        since.retain(&mut findings, overlay.keys())?;
        let left: BTreeSet<_> = findings.iter().map(|finding| finding.id.clone()).collect();
        new.retain(|it| left.contains(&it.id));
    }
    let from_baseline = comparand == Comparand::Baseline;
    Ok(CheckReport {
        schema: CheckReport::SCHEMA.to_owned(),
        compared_with: comparand,
        new,
        fixed: if from_baseline { standing.fixed } else { Vec::new() },
        written: false,
        scan: survey.report(findings),
    })
}

/// Makes every violation part of the baseline and writes it.
pub fn accept(options: &ScanOptions, accepting: &Accepting) -> Result<CheckReport, EngineError> {
    let survey = survey::take(options)?;
    let mut findings = survey.findings(RULES);
    let known = store::load(&options.root)?;
    let mut old = known.clone().unwrap_or_default();
    old.tombstones.extend(store::left_by_runs(&options.root)?);
    let standing = ratchet::compare(&survey.index, &findings, &old);
    let new = new_findings(&findings, &standing);
    let note = Note {
        reason: accepting.reason.clone(),
        since: survey::today(),
        by: accepting.by.clone().unwrap_or_default(),
    };
    let next = ratchet::record(&survey.index, &findings, &old, &note);
    store::save(&options.root, &next)?;
    let standing_now = ratchet::compare(&survey.index, &findings, &next);
    ratchet::accept(&mut findings, &next, &standing_now);
    // What had returned may stay now; its grave is gone.
    findings.retain(|finding| finding.rule != "tombstone-returned");
    Ok(CheckReport {
        schema: CheckReport::SCHEMA.to_owned(),
        compared_with: if known.is_some() { Comparand::Baseline } else { Comparand::Nothing },
        new,
        fixed: standing.fixed,
        written: true,
        scan: survey.report(findings),
    })
}

/// Whether a tree has a baseline.
pub(crate) fn is_held(root: &Path) -> bool {
    ssot_runtime::files::exists(&root.join(BASELINE_FILE))
}

/// Every tombstone of a root.
pub(crate) fn tombstones(root: &Path) -> Result<Vec<Tombstone>, EngineError> {
    let mut tombstones = store::load(root)?.map(|it| it.tombstones).unwrap_or_default();
    tombstones.extend(store::left_by_runs(root)?);
    tombstones.sort();
    tombstones.dedup();
    Ok(tombstones)
}

/// What the findings are compared with.
fn comparand(
    options: &ScanOptions,
    strictness: &Strictness,
    since: Option<&Since>,
) -> Result<(Comparand, Baseline), EngineError> {
    let known = store::load(&options.root)?;
    match (strictness, known, since) {
        (Strictness::Any, ..) => Ok((Comparand::Nothing, Baseline::default())),
        (_, Some(baseline), _) => Ok((Comparand::Baseline, baseline)),
        (Strictness::Since(revision), None, Some(since)) => {
            Ok((Comparand::Revision(revision.clone()), baseline_at(since, options)?))
        }
        _ => Ok((Comparand::Nothing, Baseline::default())),
    }
}

fn new_findings(findings: &[Finding], standing: &Standing) -> Vec<NewFinding> {
    let new = standing.new.iter().map(|(at, members)| {
        let finding = &findings[*at];
        let members = members.iter().map(|at| NewFinding::place(&finding.members[*at])).collect();
        NewFinding { id: finding.id.clone(), members }
    });
    new.collect()
}

/// The violations at the base, as if they had been accepted there.
fn baseline_at(since: &Since, options: &ScanOptions) -> Result<Baseline, EngineError> {
    let run = IdManager::system().run();
    let name = format!("check-{run}");
    let tree = since.repository.add_worktree(&name, &since.base).map_err(EngineError::internal)?;
    let found = violations_in(&tree.path().join(&since.below), options);
    since.repository.remove_worktrees(&name).map_err(EngineError::internal)?;
    found
}

/// The violations of a tree, as a baseline.
fn violations_in(tree: &Path, options: &ScanOptions) -> Result<Baseline, EngineError> {
    if !ssot_runtime::files::exists(tree) {
        return Ok(Baseline::default());
    }
    let config = configuration::load(&options.root, options.config.as_deref())?.config;
    let cache = options.cache.then(|| survey::open_cache(&options.root));
    let survey = Survey::take(tree, config, cache.as_ref())?.on(survey::today());
    let note = Note { reason: String::new(), since: String::new(), by: String::new() };
    let findings = survey.findings(RULES);
    Ok(ratchet::record(&survey.index, &findings, &Baseline::default(), &note))
}
