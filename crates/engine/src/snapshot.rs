//! A repository as it stands at one moment: what was found, what is known about it, and what
//! would be done. Whoever shows it answers many questions from one reading.

use std::collections::{BTreeMap, BTreeSet};

use ssot_audit::Audit;
use ssot_model::{
    CommitId, Experience, Finding, GroupId, Plan, ScanReport, Schedule, Timestamp, TrendPoint,
};
use ssot_rules::{RULES, Territories};
use ssot_runtime::clock::Clock;
use ssot_runtime::files::{self, OWNERS_FILES, Owners};

use crate::survey::{self, Asked, ScanOptions};
use crate::triage::Survey;
use crate::{EngineError, codemod, coverage, forecast, head, record_trend};

/// Largest CODEOWNERS that is read, in bytes.
const LARGEST_OWNERS: u64 = 1024 * 1024;

/// Whose a finding is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Belonging {
    /// The owners of its files.
    pub owners: Vec<String>,
    /// The boundaries that its files lie in.
    pub boundaries: Vec<String>,
}

/// A repository at one moment.
pub struct Snapshot {
    /// When it was taken.
    pub at: Timestamp,
    /// The commit that was checked out; none outside git.
    pub commit: Option<CommitId>,
    /// What was found.
    pub report: ScanReport,
    /// The figures of the commits scanned so far, the oldest first.
    pub trend: Vec<TrendPoint>,
    /// What is known about each group, the past left out.
    pub audits: BTreeMap<GroupId, Audit>,
    /// Whose the findings are, where somebody said so.
    pub belongings: BTreeMap<GroupId, Belonging>,
    /// The teams of the configuration, by name.
    pub teams: Vec<String>,
    /// What would be done, and when; or why nothing can be planned.
    pub plan: Result<(Plan, Schedule), String>,
}

impl Snapshot {
    /// Reads, judges and plans. `known` is what earlier runs took, `workers` how many would
    /// work.
    pub fn take(
        options: &ScanOptions,
        known: &Experience,
        workers: u32,
    ) -> Result<Self, EngineError> {
        let at = Clock::system().now();
        let commit = head(&options.root);
        let survey = survey::take(options)?.measured(&options.root, &[])?;
        let findings = survey.findings(RULES);
        let sources = codemod::sources(&options.root);
        let mut examiner = coverage::examiner(&survey, &sources, &findings);
        let mut audits = examiner.examine_all(&findings);
        let plan = plan(options, &survey, (&findings, &audits), (commit.as_ref(), known, workers));
        for audit in &mut audits {
            examiner.look_into(audit, &sources);
        }
        let belongings = belongings(&survey, &findings);
        let teams = survey.config.team.iter().map(|team| team.name.clone()).collect();
        let report = survey.report(findings);
        let trend = record_trend(options, &report);
        let by_id = |audit: Audit| (audit.finding.id.clone(), audit);
        let audits = audits.into_iter().map(by_id).collect();
        Ok(Self { at, commit, report, trend, audits, belongings, teams, plan })
    }

    /// A finding by its id.
    pub fn finding(&self, group: &str) -> Option<&Finding> {
        self.report.findings.iter().find(|finding| finding.id.as_str() == group)
    }

    /// The audit of a group with its past, read from git anew.
    pub fn with_history(
        options: &ScanOptions,
        group: &GroupId,
    ) -> Result<Option<Audit>, EngineError> {
        let asked = Asked::Groups([group.clone()].into());
        Ok(survey::examine(options, &asked, &[])?.into_iter().next())
    }
}

/// Whose the findings are: by CODEOWNERS and by the boundaries.
fn belongings(survey: &Survey, findings: &[Finding]) -> BTreeMap<GroupId, Belonging> {
    let texts = OWNERS_FILES.iter().map(|name| survey.root.join(name));
    let text = texts.into_iter().find_map(|path| files::read_text(&path, LARGEST_OWNERS).ok());
    let owners = text.map_or_else(Owners::default, |text| Owners::parse(&text));
    let territories = Territories::new(&survey.index, &survey.config);
    let of = |finding: &Finding| {
        let paths = || finding.members.iter().map(|member| &member.path);
        let owned: BTreeSet<&String> = paths().flat_map(|path| owners.of(path)).collect();
        let within: BTreeSet<&str> = paths().filter_map(|it| territories.boundary(it)).collect();
        Belonging {
            owners: owned.into_iter().cloned().collect(),
            boundaries: within.into_iter().map(str::to_owned).collect(),
        }
    };
    let told = findings.iter().map(|finding| (finding.id.clone(), of(finding)));
    told.filter(|(_, belonging)| *belonging != Belonging::default()).collect()
}

/// The plan for a commit with its schedule. Places beside a repository have none.
fn plan(
    options: &ScanOptions,
    survey: &Survey,
    found: (&[Finding], &[Audit]),
    (commit, known, workers): (Option<&CommitId>, &Experience, u32),
) -> Result<(Plan, Schedule), String> {
    let commit =
        commit.ok_or("it is not a git repository with a commit; a plan is made for a commit")?;
    let told = |error: EngineError| error.to_string();
    let plan = survey::optimize(&options.root, survey, found, commit, false).map_err(told)?;
    let expected = forecast::expected(&survey.config, &plan, known, (workers, None));
    Ok((plan, expected.map_err(told)?))
}
