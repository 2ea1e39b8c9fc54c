//! What one run on one bed gave: the figures that are kept, and what in them is unacceptable.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::judge;
use super::list::Bed;
use super::prepare::Prepared;
use super::ssot::{self, Counts, Package, Plan, Report, Scan};
use crate::{machine, sdist};

/// The kept results, relative to the workspace.
const RESULTS: &str = "xtask/beds/results";
/// What `ssot scan` and `ssot run` printed, in the directory of a bed.
const SCAN: &str = "scan.json";
const RUN: &str = "run.json";

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
    /// Packages that were planned and not executed, because the plan alone was judged.
    #[serde(default)]
    pub(crate) planned: u32,
    /// Groups that landed by strategy.
    pub(crate) strategies: BTreeMap<String, u32>,
    /// Packages that did not land by what stopped them: a gate, or where they ended.
    pub(crate) stopped: BTreeMap<String, u32>,
    /// Comparisons of versions by verdict.
    pub(crate) behaviours: BTreeMap<String, u32>,
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
    /// Groups that can be consolidated by verdict and kind: `identical methods`.
    pub(crate) classes: BTreeMap<String, Tally>,
    /// Groups that must stay separate.
    pub(crate) must_stay: u32,
    pub(crate) kept: u32,
    pub(crate) wrong_verdicts: Vec<Wrong>,
    /// Judged to be violations and not reported.
    pub(crate) missed: Vec<Wrong>,
    pub(crate) not_landed: Vec<Wrong>,
    /// Landed although they must stay separate.
    pub(crate) lost: Vec<Wrong>,
    /// In a package that did not land, although they must stay separate.
    pub(crate) planned_lost: Vec<Wrong>,
}

/// Groups that were judged to be consolidatable, and how many of them landed.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) judged: u32,
    /// Those in a package, landed or not.
    pub(crate) planned: u32,
    pub(crate) landed: u32,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.judged += other.judged;
        self.planned += other.planned;
        self.landed += other.landed;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {} of {}", self.landed, self.planned, self.judged)
    }
}

impl Judged {
    /// All that can be consolidated.
    pub(crate) fn consolidatable(&self) -> Tally {
        let mut sum = Tally::default();
        for tally in self.classes.values() {
            sum += *tally;
        }
        sum
    }
}

/// Something named, with its place and what is to be said about it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Wrong {
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) text: String,
}

/// When and where a bed was run.
#[derive(Debug, Serialize, Deserialize)]
struct Circumstances {
    date: String,
    machine: String,
    ssot: String,
    scan_seconds: f64,
}

impl Circumstances {
    /// Those of a scan that has just ended.
    fn now(started: Instant) -> Result<Self> {
        Ok(Self {
            date: machine::today()?,
            machine: machine::description(),
            ssot: machine::ssot_version()?,
            scan_seconds: (started.elapsed().as_secs_f64() * 100.0).round() / 100.0,
        })
    }
}

/// The file that keeps them beside what ssot printed.
const CIRCUMSTANCES: &str = "circumstances.json";

/// Scans and consolidates a prepared bed.
pub(crate) fn measure(bed: &Bed, root: &Path, prepared: &Prepared) -> Result<Outcome> {
    let config = prepared.config.to_string_lossy();
    let call = ["--config", &*config, "--format", "json"];
    eprintln!("{}: scanning", bed.name);
    let started = Instant::now();
    let scan: Scan = ssot::call(
        &[&["scan", "."], &call[..]].concat(),
        &prepared.repo,
        &prepared.directory.join(SCAN),
    )?;
    let circumstances = Circumstances::now(started)?;
    let text = serde_json::to_string(&circumstances)?;
    std::fs::write(prepared.directory.join(CIRCUMSTANCES), text)?;
    eprintln!("{}: running", bed.name);
    let report: Report = ssot::call(
        &[&["run", ".", "--agents", "2"], &call[..]].concat(),
        &prepared.repo,
        &prepared.directory.join(RUN),
    )?;
    judged(bed, root, prepared, (&scan, &report, circumstances))
}

/// Scans a prepared bed and judges the plan: no package is executed, no test runs.
pub(crate) fn measure_plan(bed: &Bed, root: &Path, prepared: &Prepared) -> Result<Outcome> {
    let config = prepared.config.to_string_lossy();
    let call = [".", "--config", &*config, "--format", "json"];
    let started = Instant::now();
    let raw = prepared.directory.join("plan-scan.json");
    let scan: Scan = ssot::call(&[&["scan"], &call[..]].concat(), &prepared.repo, &raw)?;
    let circumstances = Circumstances::now(started)?;
    let raw = prepared.directory.join("plan.json");
    let plan: Plan = ssot::call(&[&["plan"], &call[..]].concat(), &prepared.repo, &raw)?;
    judged(bed, root, prepared, (&scan, &plan.into_report(), circumstances))
}

/// Judges what the last run left in the bed; nothing runs.
pub(crate) fn judge_again(bed: &Bed, root: &Path, prepared: &Prepared) -> Result<Outcome> {
    let read = |name: &str| {
        let path = prepared.directory.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
    };
    let scan: Scan = serde_json::from_str(&read(SCAN)?)?;
    let report: Report = serde_json::from_str(&read(RUN)?)?;
    let circumstances = serde_json::from_str(&read(CIRCUMSTANCES)?)?;
    judged(bed, root, prepared, (&scan, &report, circumstances))
}

fn judged(
    bed: &Bed,
    root: &Path,
    prepared: &Prepared,
    (scan, report, circumstances): (&Scan, &Report, Circumstances),
) -> Result<Outcome> {
    let mut outcome = Outcome {
        bed: bed.name.clone(),
        version: bed.version.clone(),
        notes: notes(bed, report),
        judged: judge::compare(&judge::of_bed(root, &bed.name)?, scan, report),
        ..figures(scan, report, circumstances, &prepared.repo)?
    };
    outcome.breaches = breaches(bed, scan, report, &outcome);
    Ok(outcome)
}

/// Runs the demonstration, whose groups `demo/EXPECTED.toml` judges elsewhere.
pub(crate) fn demo(working: &Path) -> Result<Outcome> {
    let directory = working.join("demo");
    sdist::remove(&directory)?;
    std::fs::create_dir_all(&directory)?;
    let repo = directory.join("repo").to_string_lossy().into_owned();
    eprintln!("demo: running");
    let demo = ["demo", "--directory", &repo, "--agents", "2", "--format", "json"];
    let report: Report = ssot::call(&demo, &directory, &directory.join(RUN))?;
    // The branch of the first commit is still checked out: this is the tree before the run.
    let started = Instant::now();
    let scan = ["scan", &repo, "--format", "json"];
    let scan: Scan = ssot::call(&scan, &directory, &directory.join(SCAN))?;
    let circumstances = Circumstances::now(started)?;
    let mut outcome = figures(&scan, &report, circumstances, Path::new(&repo))?;
    outcome.breaches = tests(&report);
    Ok(outcome)
}

/// What can be read off a scan and the report of a run.
fn figures(
    scan: &Scan,
    report: &Report,
    circumstances: Circumstances,
    repo: &Path,
) -> Result<Outcome> {
    let Circumstances { date, machine, ssot: version, scan_seconds } = circumstances;
    let count = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    let ended = report.packages.iter().filter(|package| !package.is_planned());
    let (landed, refused): (Vec<&Package>, Vec<&Package>) =
        ended.partition(|package| package.has_landed());
    Ok(Outcome {
        bed: "demo".to_owned(),
        version: version.clone(),
        date,
        machine,
        ssot: version,
        files: scan.files,
        lines: scan.lines,
        scan_seconds,
        run_seconds: report.seconds,
        landed: count(landed.len()),
        planned: count(report.packages.iter().filter(|it| it.is_planned()).count()),
        strategies: tally(
            landed.iter().flat_map(|p| &p.groups).map(|group| group.strategy.clone()),
        ),
        stopped: tally(refused.iter().map(|package| package.stopped_by())),
        behaviours: tally(ssot::behaviours(repo)?.iter().map(ssot::Behaviour::in_words)),
        breaches: Vec::new(),
        notes: Vec::new(),
        tests_before: report.tests_before.as_ref().map(|suite| suite.count),
        tests_after: report.tests_after.as_ref().map(|suite| suite.count),
        verdicts: tally(scan.findings.iter().map(|finding| finding.verdict.clone())),
        judged: Judged::default(),
        refused: refused.into_iter().map(refusal).collect(),
    })
}

fn tally(words: impl Iterator<Item = String>) -> BTreeMap<String, u32> {
    let mut tally = BTreeMap::new();
    for word in words {
        *tally.entry(word).or_default() += 1;
    }
    tally
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
    let mut breaches = tests(report);
    for lost in outcome.judged.lost.iter().chain(&outcome.judged.planned_lost) {
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

/// What is wrong with the tests before and after, in words.
fn tests(report: &Report) -> Vec<String> {
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
        (None, None) if report.packages.iter().all(Package::is_planned) => {}
        _ => breaches.push("the tests did not run before and after".to_owned()),
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
