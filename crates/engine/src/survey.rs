//! The commands that look and change nothing: scan, audit, plan.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ssot_audit::{Audit, Choice};
use ssot_model::{
    CodeMap, CommitId, Config, Finding, GroupId, LeftAlone, Member, Mode, Plan, ScanReport,
    Timestamp,
};
use ssot_plan::Circumstances;
use ssot_rules::{RULES, Rule};
use ssot_runtime::cache::Cache;
use ssot_runtime::clock::{Clock, Utc};
use ssot_runtime::files;
use ssot_runtime::git::Repository;

use crate::codemod::{self, DryRun};
use crate::known::Known;
use crate::map::{self, MapKind};
use crate::patches::Patches;
use crate::reading::{Overlay, Reading};
use crate::recall::Question;
use crate::since::Since;
use crate::triage::Survey;
use crate::{EngineError, agents, configuration, coverage, fixes, history, plan_file, ratchet};

/// What is looked at, and how.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// The directory that is scanned.
    pub root: PathBuf,
    /// A configuration file to use instead of `ssot.toml` in the root.
    pub config: Option<PathBuf>,
    /// Whether facts are remembered under `.ssot/` between scans.
    pub cache: bool,
    /// Names of the rules to run; empty for all.
    pub rules: Vec<String>,
}

impl ScanOptions {
    /// Every rule on a directory, with what is remembered of it.
    pub fn of(root: PathBuf, config: Option<PathBuf>) -> Self {
        Self { root, config, cache: true, rules: Vec::new() }
    }
}

/// Finds and ranks.
pub fn scan(options: &ScanOptions) -> Result<ScanReport, EngineError> {
    look_over(options).map(|(report, _)| report)
}

/// The same as the last thing that a program does: the millions of small pieces that facts
/// are made of are left to the system, which takes them back at once.
pub fn scan_at_last(options: &ScanOptions) -> Result<ScanReport, EngineError> {
    let (report, survey) = look_over(options)?;
    std::mem::forget(survey);
    Ok(report)
}

/// The report, and what it was made of unless it was remembered.
fn look_over(options: &ScanOptions) -> Result<(ScanReport, Option<Survey>), EngineError> {
    let outset = Outset::open(options)?;
    let question = outset.question(&options.rules);
    let known = question.as_ref().zip(outset.cache.as_ref());
    if let Some(report) = known.and_then(|(question, cache)| question.recall(&options.root, cache))
    {
        return Ok((report, None));
    }
    let (survey, cache) = outset.survey(&options.root)?;
    let findings = detect(&survey, &options.rules)?;
    let report = survey.report(findings);
    if let Some((question, cache)) = question.zip(cache) {
        question.remember(&cache, &report, survey.witness());
    }
    Ok((report, Some(survey)))
}

/// Finds and ranks what has a member in a file that was changed since a revision:
/// since the commit at which it and HEAD went apart, uncommitted work included. As the last
/// thing that a program does, too.
pub fn scan_since(options: &ScanOptions, revision: &str) -> Result<ScanReport, EngineError> {
    let since = Since::open(&options.root, revision)?;
    let mut report = scan_at_last(options)?;
    since.retain(&mut report.findings, std::iter::empty())?;
    Ok(report)
}

/// Audits every group, or those of a name, a dotted name or an id, history included.
/// `coverage` are files that say what tests execute, besides those of the configuration.
pub fn examine(
    options: &ScanOptions,
    asked: &Asked<'_>,
    coverage: &[PathBuf],
) -> Result<Vec<Audit>, EngineError> {
    let (survey, cache) = Outset::open(options)?.survey(&options.root)?;
    let survey = survey.measured(&options.root, coverage)?;
    let findings = detect(&survey, &options.rules)?;
    let sources = codemod::sources(&options.root);
    let mut examiner = coverage::examiner(&survey, &sources, &findings);
    let mut audits = examiner.examine_all(&findings);
    audits.retain(|audit| asked.is_about(&audit.finding));
    if let (Asked::Called(group), true) = (asked, audits.is_empty()) {
        return Err(EngineError::user(format!(
            "no group is called `{group}`; `ssot scan --all` lists the names and ids"
        )));
    }
    let limit = survey.config.scan.max_file_bytes;
    history::attach(&mut audits, &options.root, cache.as_ref(), limit);
    for audit in &mut audits {
        examiner.look_into(audit, &sources);
    }
    Ok(audits)
}

/// Draws one of the maps of a tree.
pub fn map(options: &ScanOptions, kind: MapKind) -> Result<CodeMap, EngineError> {
    let survey = take(options)?.measured(&options.root, &[])?;
    let audits = match kind {
        MapKind::Concepts => {
            coverage::examine(&survey, &options.root, &detect(&survey, &options.rules)?)
        }
        _ => Vec::new(),
    };
    Ok(map::draw(&survey, &audits, kind))
}

/// Which groups are audited.
#[derive(Debug, Clone)]
pub enum Asked<'a> {
    /// Every group.
    All,
    /// Those with this id or name, or with a member of this dotted name.
    Called(&'a str),
    /// Those with these ids.
    Groups(BTreeSet<GroupId>),
}

impl Asked<'_> {
    fn is_about(&self, finding: &Finding) -> bool {
        match self {
            Self::All => true,
            Self::Called(text) => is_called(finding, text),
            Self::Groups(ids) => ids.contains(&finding.id),
        }
    }
}

/// Whether somebody who says `text` means this finding: its id, its name, or a member by
/// its dotted name, its name in the module or its last name.
pub(crate) fn is_called(finding: &Finding, text: &str) -> bool {
    let is_member = |member: &Member| {
        let name = member.qualified_name.as_str();
        member.dotted() == text || name == text || name.rsplit('.').next() == Some(text)
    };
    finding.id.as_str() == text || finding.name == text || finding.members.iter().any(is_member)
}

/// Makes a plan for the commit that is checked out, in the mode of the configuration
/// unless another is asked for.
pub fn plan(
    options: &ScanOptions,
    rewrite_imports: bool,
    mode: Option<Mode>,
) -> Result<Plan, EngineError> {
    let repository = Repository::open(&options.root).map_err(EngineError::user)?;
    let base = repository.head().map_err(EngineError::internal)?;
    let root = repository.root().to_owned();
    let survey = take(&ScanOptions { root: root.clone(), ..options.clone() })?
        .in_mode(mode)
        .measured(&root, &[])?;
    let findings = detect(&survey, &options.rules)?;
    let audits = coverage::examine(&survey, &root, &findings);
    optimize(&root, &survey, (&findings, &audits), &base, rewrite_imports)
}

/// Reads a plan that somebody may have edited, for the commit that is checked out. It says
/// of every finding what becomes of it.
pub fn given_plan(options: &ScanOptions, file: &Path) -> Result<Plan, EngineError> {
    let repository = Repository::open(&options.root).map_err(EngineError::user)?;
    let given = plan_file::read(file, &repository.head().map_err(EngineError::user)?)?;
    let root = repository.root().to_owned();
    let survey = take(&ScanOptions { root, ..options.clone() })?;
    given.complete(&detect(&survey, &options.rules)?)
}

/// The plan as an editable file.
pub fn render_plan(plan: &Plan) -> Result<String, EngineError> {
    Ok(ssot_plan::render(plan)?)
}

/// Opens the configuration and the cache, and reads the tree.
pub(crate) fn take(options: &ScanOptions) -> Result<Survey, EngineError> {
    take_with(options, &Overlay::new())
}

/// The same with some files as they would be. One that is left out of the scan is refused:
/// nothing could be said about it.
pub(crate) fn take_with(options: &ScanOptions, overlay: &Overlay) -> Result<Survey, EngineError> {
    let mut outset = Outset::open(options)?;
    let is_left_out = |path: &&ssot_model::RepoPath| {
        !outset.reading.has(path) && files::exists(&options.root.join(path.as_str()))
    };
    if let Some(path) = overlay.keys().find(is_left_out) {
        return Err(EngineError::user(format!(
            "{path} is left out of the scan, by `[scan]` in ssot.toml, by .gitignore or by its kind"
        )));
    }
    outset.reading = outset.reading.with(overlay);
    let (survey, _) = outset.survey(&options.root)?;
    Ok(survey)
}

/// A tree with what the rules find in it; a rule that is asked for by name runs.
pub(crate) fn look(options: &ScanOptions) -> Result<(Survey, Vec<Finding>), EngineError> {
    let survey = take(options)?;
    let findings = detect(&survey, &options.rules)?;
    Ok((survey, findings))
}

/// Everything a survey is made of: the configuration, the memory, the files.
struct Outset {
    config: Config,
    circumstances: ssot_rules::Circumstances,
    cache: Option<Cache>,
    reading: Reading,
}

impl Outset {
    fn open(options: &ScanOptions) -> Result<Self, EngineError> {
        let root = &options.root;
        if !files::exists(root) {
            let path = root.display();
            return Err(EngineError::user(format!(
                "{path} does not exist; name a directory to scan"
            )));
        }
        let loaded = configuration::load(root, options.config.as_deref())?;
        let cache = options.cache.then(|| open_cache(root));
        let circumstances = ssot_rules::Circumstances {
            today: Some(today()),
            lines: loaded.lines,
            tombstones: ratchet::tombstones(root)?,
        };
        let began = Clock::system().now();
        let known = cache.as_ref().map(|cache| Known::of(root, cache)).unwrap_or_default();
        let reading = Reading::take(root, &loaded.config.scan, cache.as_ref(), &known)?;
        if let Some(cache) = &cache {
            known.remember(root, cache, began, reading.contents());
        }
        Ok(Self { config: loaded.config, circumstances, cache, reading })
    }

    /// What a report of these rules would depend on.
    fn question(&self, rules: &[String]) -> Option<Question> {
        Question::new(&self.reading, &self.config, &self.circumstances, rules)
    }

    /// Joins the files; the cache is handed back.
    fn survey(self, root: &Path) -> Result<(Survey, Option<Cache>), EngineError> {
        let mut survey = Survey::join(root, self.reading, self.config, self.cache.as_ref())?;
        survey.circumstances = self.circumstances;
        Ok((survey, self.cache))
    }
}

/// The day of the machine's clock.
pub(crate) fn today() -> String {
    day(Clock::system().now())
}

/// The day of a time, `YYYY-MM-DD` in UTC.
pub(crate) fn day(at: Timestamp) -> String {
    let Utc { year, month, day, .. } = Utc::from(at);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The cache below a root. One that cannot be opened costs time, never a result.
pub(crate) fn open_cache(root: &Path) -> Cache {
    match files::prepare_state_dir(root) {
        Ok(state) => Cache::open(&state.join("facts.redb")).0,
        Err(_) => Cache::disabled(),
    }
}

fn detect(survey: &Survey, names: &[String]) -> Result<Vec<Finding>, EngineError> {
    let unknown = names.iter().find(|name| ssot_rules::rule(name).is_none());
    if let Some(unknown) = unknown {
        let known: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        let known = known.join(", ");
        return Err(EngineError::user(format!("no rule is called `{unknown}`; there are {known}")));
    }
    if names.is_empty() {
        return Ok(survey.findings(RULES));
    }
    let asked: Vec<Rule> =
        RULES.iter().filter(|rule| names.iter().any(|name| name == rule.name)).copied().collect();
    Ok(survey.findings_asked_for(&asked))
}

/// The findings about places that have to wait because their edits of a file depend on
/// those of another package: the later ones, or those before a package of groups.
fn places_that_wait(
    plan: &Plan,
    path: &ssot_model::RepoPath,
    later: &ssot_model::Package,
) -> Vec<GroupId> {
    let writes = |it: &&ssot_model::Package| it.write_set.contains(path);
    let before = plan.packages.iter().filter(|it| later.places.is_empty() && writes(it));
    let waiting = before.chain([later]).flat_map(|package| &package.places);
    waiting.map(|places| places.finding.clone()).collect()
}

/// The third stage: dry runs, write sets, packages.
pub(crate) fn optimize(
    root: &Path,
    survey: &Survey,
    (findings, audits): (&[Finding], &[Audit]),
    base: &CommitId,
    rewrite_imports: bool,
) -> Result<Plan, EngineError> {
    let mut drafts = Vec::new();
    let mut left: Vec<Audit> =
        audits.iter().filter(|audit| audit.choice == Choice::Accept).cloned().collect();
    let mut left_alone: Vec<LeftAlone> = ssot_plan::left_alone(audits);
    for run in codemod::dry_run(root, survey, audits, rewrite_imports) {
        match run {
            DryRun::Written(draft) => drafts.push(draft),
            DryRun::Refused(audit, reason) => {
                let refused = Audit { choice: Choice::Accept, reason, ..audit.clone() };
                left_alone.extend(ssot_plan::left_alone(std::slice::from_ref(&refused)));
                left.push(refused);
            }
        }
    }
    let handed = agents::hand_over(root, survey, findings, left);
    left_alone.retain(|it| !handed.groups().contains(&it.group));
    let (mut whole, mut held) = (BTreeSet::new(), BTreeSet::new());
    let tried = fixes::try_all(root, survey, findings);
    loop {
        let places = tried.drafts(&held);
        let (mut planned, reasons) = tried.accounts(&held);
        let handed_places = agents::handed_places(survey, findings, &planned);
        planned.extend(handed_places.iter().map(|it| it.finding.id.clone()));
        let circumstances = Circumstances {
            base: base.clone(),
            rewrite_imports,
            teams: &survey.config.team,
            left_alone: left_alone.clone(),
            unplanned: ssot_plan::unplanned(findings, &planned, &reasons),
            whole: &whole,
            handed_groups: &handed.drafts(&survey.index),
            handed_places: &handed_places,
        };
        let plan = ssot_plan::build(&survey.index, &drafts, &places, circumstances);
        // Each round makes one file more the matter of a single package.
        let entangled = Patches::new(root, survey, (findings, audits), &plan).entangled();
        if let Some((path, package)) = entangled {
            let before = held.len();
            held.extend(places_that_wait(&plan, &path, package));
            if held.len() > before || whole.insert(path) {
                continue;
            }
        }
        return match ssot_plan::problems(&plan).first() {
            Some(problem) => Err(EngineError::internal(problem)),
            None => Ok(plan),
        };
    }
}
