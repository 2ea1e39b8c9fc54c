//! The main job as a story: five stages, always in this order.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ssot_audit::Audit;
use ssot_model::{
    Agent, BudgetLimits, CommitId, Config, Event, EventKind, Experience, Finding, LandingMode,
    Mode, PackageId, PendingApproval, Phase, Plan, RunId, RunOutcome, RunReport, RunStatus,
    ScanReport, UnitState,
};
use ssot_rules::RULES;
use ssot_runtime::cache::Cache;
use ssot_runtime::environment::Environment;
use ssot_runtime::runner::AgentPost;
use ssot_runtime::sandbox::{self, Launcher};

use crate::crew::{self, Teams};
use crate::desk::Desk;
use crate::execute::{self, ExecuteError, ExecuteSummary, InspectError, Job};
use crate::experience::experience;
use crate::plan_file::Given;
use crate::request::Request;
use crate::site::Site;
use crate::triage::Survey;
use crate::type_checker;
use crate::work::works;
use crate::{EngineError, Inspection, configuration, coverage, forecast, holds, plan_file, survey};

/// Called for every durable event of a run, in order.
pub type Observer = Box<dyn FnMut(&Event) + Send>;

/// The hidden subcommand by which the program starts itself inside the sandbox.
pub const SANDBOX_SUBCOMMAND: &str = "sandbox-exec";

/// What a run is asked to do.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The repository.
    pub root: PathBuf,
    /// The identity of the run when somebody has given it one; otherwise it is minted.
    pub id: Option<RunId>,
    /// A configuration file to use instead of `ssot.toml` in the root.
    pub config: Option<PathBuf>,
    /// Packages that are worked on at the same time.
    pub agents: usize,
    /// The teams that take part.
    pub teams: Teams,
    /// The branch that landings advance; `ssot/consolidate` when none is named.
    pub target: Option<String>,
    /// Whether importers of a copy are rewritten to the canonical module.
    pub rewrite_imports: bool,
    /// How much has to be proved; what the configuration says when nothing is asked for.
    pub mode: Option<Mode>,
    /// A plan to execute instead of a new one.
    pub plan: Option<PathBuf>,
    /// Whether packages may land without a test command.
    pub allow_untested: bool,
    /// Limits of the whole run that take the place of those of the configuration.
    pub budget: BudgetLimits,
    /// How what has landed is handed over; what the configuration says when nothing is asked for.
    pub landing: Option<LandingMode>,
    /// Steps of landings that take the place of those of the configuration.
    pub canary: Vec<u32>,
    /// Stop after the plan.
    pub dry_run: bool,
    /// The variables of this process, of which agents get those that the configuration names.
    pub environment: Environment,
}

impl RunOptions {
    /// The configuration with what is asked for in its place.
    fn over(&self, mut config: Config) -> Result<Config, EngineError> {
        config.run.mode = self.mode.unwrap_or(config.run.mode);
        config.landing.mode = self.landing.unwrap_or(config.landing.mode);
        let (total, asked) = (&mut config.budget.total, self.budget);
        total.seconds = asked.seconds.or(total.seconds);
        total.cpu_seconds = asked.cpu_seconds.or(total.cpu_seconds);
        total.disk_mib = asked.disk_mib.or(total.disk_mib);
        total.steps = asked.steps.or(total.steps);
        total.kilotokens = asked.kilotokens.or(total.kilotokens);
        total.cents = asked.cents.or(total.cents);
        if !self.canary.is_empty() {
            config.canary.steps.clone_from(&self.canary);
            config.canary.steps.sort_unstable();
        }
        if !config.canary.steps.is_empty() && config.canary.health.is_empty() {
            return Err(EngineError::config(
                "landing in steps needs a command that tells whether what has landed is healthy: \
                 set `health` in the section `canary` of ssot.toml",
            ));
        }
        Ok(config)
    }
}

/// What a run knows before it begins.
struct Brief {
    /// A plan to execute.
    given: Option<Given>,
    /// The teams that take part.
    teams: Teams,
    /// What earlier runs took; none for a run that is taken up again.
    known: Option<Experience>,
}

/// What is rolled back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RollbackScope {
    /// One package and what builds on it.
    Package(PackageId),
    /// The packages that concern a directory, a file, or a definition by its name or dotted
    /// name, and what builds on them.
    Component(String),
    /// The packages of a team, and what builds on them.
    Team(String),
    /// Every package of the run.
    Full,
}

/// Runs all five stages on a repository.
pub async fn run(options: &RunOptions, observer: Observer) -> Result<RunReport, EngineError> {
    let site = Site::open(&options.root).await?.inheriting(options.environment.clone());
    site.check_clean()?;
    let config = configuration::load(site.root(), options.config.as_deref())?.config;
    let config = options.over(config)?;
    if config.test.is_none() && !options.allow_untested && !options.dry_run {
        return Err(EngineError::user(ExecuteError::Untested));
    }
    options.teams.check(&config.team)?;
    let base = site.head()?;
    let given = options.plan.as_deref().map(|path| plan_file::read(path, &base)).transpose()?;
    let known = experience(site.root()).await?;
    if options.dry_run {
        return site.in_tree_of(&base, "dry-run", |tree| {
            dry_run((site.root(), tree), config, options, &base)
        });
    }
    let request = Request {
        started: site.now(),
        agents: options.agents.max(1),
        teams_at_once: options.teams.at_once(),
        target: site.prepare_target(options.target.as_deref(), &base)?,
        rewrite_imports: options.rewrite_imports,
        allow_untested: options.allow_untested,
        config,
    };
    let plan = given.as_ref().map(|given| &given.plan);
    let desk = site.begin(options.id.clone(), &request, &base, plan, observer).await?;
    let brief = Brief { given, teams: options.teams.clone(), known: Some(known) };
    Box::pin(conclude(&site, desk, &request, base, brief)).await
}

/// Takes up a run that was killed; a run that ended is reported again.
pub async fn resume(
    root: &Path,
    environment: Environment,
    observer: Observer,
) -> Result<RunReport, EngineError> {
    let site = Site::open(root).await?.inheriting(environment);
    let (desk, request, base) = site.take_up(observer).await?;
    // The plan and what was expected of it are those of the first attempt.
    let given = desk.folder().plan()?.map(Given::from);
    let brief = Brief { given, teams: Teams::All, known: None };
    Box::pin(conclude(&site, desk, &request, base, brief)).await
}

async fn conclude(
    site: &Site,
    desk: Desk,
    request: &Request,
    base: CommitId,
    brief: Brief,
) -> Result<RunReport, EngineError> {
    let result = stages(site, &desk, request, base, brief).await;
    if let Err(error) = &result {
        desk.fail(error).await?;
    }
    desk.close().await?;
    result
}

/// The five stages. Each takes plain values and gives plain values.
async fn stages(
    site: &Site,
    desk: &Desk,
    request: &Request,
    base: CommitId,
    brief: Brief,
) -> Result<RunReport, EngineError> {
    let tree = site.check_out(&base, desk.run())?;
    let cache = survey::open_cache(site.root());

    let (surveyed, findings) = triage(site, desk, request, tree.path(), &cache).await?;
    let audits = collect(desk, tree.path(), &surveyed, &findings).await?;
    let known = (findings.as_slice(), audits.as_slice());
    let plan = optimize(desk, request, (tree.path(), &surveyed), known, base, brief).await?;
    if request.config.approval.plan && !holds::plan_is_approved(desk).await? {
        tree.remove().map_err(EngineError::internal)?;
        return desk.report(&plan).await;
    }
    let known = (findings.as_slice(), audits.as_slice());
    let summary = act(site, desk, request, &tree, &surveyed, known, &plan).await?;

    let after = site.in_tree_of(&summary.head, "after", |tree| {
        let surveyed = Survey::take(tree, request.config.clone(), Some(&cache))?
            .on(survey::day(request.started));
        Ok(figures(&surveyed.report(surveyed.findings(RULES))))
    })?;
    desk.inspected(Phase::Final, after).await?;
    tree.remove().map_err(EngineError::internal)?;
    if summary.is_waiting() {
        return desk.report(&plan).await;
    }
    let closing = || Ok(((), "the report is a reading of the log".to_owned()));
    desk.stage(Agent::Report, "report", closing).await?;
    let (outcome, tree) = (outcome(&summary), summary.tree);
    site.deliver(desk, request, &plan).await?;
    desk.emit(&desk.step("run/end"), EventKind::RunCompleted { outcome, tree }).await?;
    desk.report(&plan).await
}

/// Violations and files of a tree.
fn figures(report: &ScanReport) -> (u32, u32) {
    (report.violations().count() as u32, report.files as u32)
}

/// The first stage: find and rank.
async fn triage(
    site: &Site,
    desk: &Desk,
    request: &Request,
    tree: &Path,
    cache: &Cache,
) -> Result<(Survey, Vec<Finding>), EngineError> {
    let look = || {
        let surveyed = Survey::take(tree, request.config.clone(), Some(cache))?
            .on(survey::day(request.started))
            .measured(site.root(), &[])?;
        let report = surveyed.report(surveyed.findings(RULES));
        let (violations, files) = figures(&report);
        let thought = format!(
            "{files} files, {} lines, {violations} concepts with more than one source of truth",
            report.lines
        );
        Ok(((surveyed, report), thought))
    };
    let (surveyed, report) = desk.stage(Agent::Triage, "find and rank", look).await?;
    desk.inspected(Phase::Before, figures(&report)).await?;
    Ok((surveyed, report.findings))
}

/// The second stage: collect evidence about every group.
async fn collect(
    desk: &Desk,
    tree: &Path,
    surveyed: &Survey,
    findings: &[Finding],
) -> Result<Vec<Audit>, EngineError> {
    let examine = || {
        let audits = coverage::examine(surveyed, tree, findings);
        let thought = format!("{} groups examined", audits.len());
        Ok((audits, thought))
    };
    desk.stage(Agent::Data, "collect evidence", examine).await
}

/// The third stage: choose and plan, unless a plan was given.
async fn optimize(
    desk: &Desk,
    request: &Request,
    (tree, surveyed): (&Path, &Survey),
    known: (&[Finding], &[Audit]),
    base: CommitId,
    brief: Brief,
) -> Result<Plan, EngineError> {
    let choose = || {
        let mut plan = match brief.given {
            Some(given) => given.complete(known.0)?,
            None => survey::optimize(tree, surveyed, known, &base, request.rewrite_imports)?,
        };
        brief.teams.narrow(&mut plan);
        desk.folder().save_plan(&plan)?;
        if let Some(known) = &brief.known {
            let workers = (request.agents as u32, request.teams_at_once);
            let schedule = forecast::expected(&request.config, &plan, known, workers)?;
            desk.folder().save_schedule(&schedule)?;
        }
        let thought = format!(
            "{} packages, no two of which write one file at once; {} entries left alone",
            plan.packages.len(),
            plan.left_alone.len()
        );
        Ok((plan, thought))
    };
    desk.stage(Agent::Optimize, "choose and plan", choose).await
}

/// The fourth stage: packages in parallel worktrees, gates, landings.
async fn act(
    site: &Site,
    desk: &Desk,
    request: &Request,
    tree: &ssot_runtime::git::Worktree,
    surveyed: &Survey,
    known: (&[Finding], &[Audit]),
    plan: &Plan,
) -> Result<ExecuteSummary, EngineError> {
    let works = works(tree.path(), surveyed, known, plan)?;
    if works.is_empty() {
        return nothing_to_do(site, desk, plan).await;
    }
    let config = request.config.clone();
    let root = site.root().to_owned();
    let inspect = move |tree: &Path| {
        // The cache is opened for each look: another process may hold it meanwhile.
        let cache = survey::open_cache(&root);
        Inspection::of_tree(tree, &config, Some(&cache))
            .map_err(|error| InspectError(error.to_string()))
    };
    let job = Job {
        repository: site.repository().clone(),
        run: desk.run().clone(),
        started: request.started,
        base: plan.base.clone(),
        target: request.target.clone(),
        works,
        crew: crew::crew(request),
        test: request.config.test.clone(),
        services: request.config.services.clone(),
        gates: type_checker::gates(site.root(), &request.config),
        behaviour: request.config.behaviour.clone(),
        agent: request
            .config
            .agent
            .clone()
            .map(|config| AgentPost { config, environment: site.environment().clone() }),
        allow_untested: request.allow_untested,
        control: holds::control(desk, &request.config).await?,
        launcher: Launcher::this_executable(SANDBOX_SUBCOMMAND).map_err(EngineError::internal)?,
        inspect: Arc::new(inspect),
        journal: desk.journal(),
    };
    desk.begin(Agent::Actions, "execute, verify, land").await?;
    let result = Box::pin(execute::run(job, desk.cancelled())).await;
    match &result {
        Ok(summary) => {
            let landed = summary.packages.values().filter(|it| it.state == UnitState::Done).count();
            let text = format!("{landed} of {} packages landed", summary.packages.len());
            desk.complete(Agent::Actions, true, text).await?;
        }
        Err(error) => desk.complete(Agent::Actions, false, error.to_string()).await?,
    }
    result.map_err(sorted)
}

/// Without packages there is nothing to prove: no test is run, no branch is made.
async fn nothing_to_do(
    site: &Site,
    desk: &Desk,
    plan: &Plan,
) -> Result<ExecuteSummary, EngineError> {
    desk.begin(Agent::Actions, "execute, verify, land").await?;
    desk.complete(Agent::Actions, true, "no package to execute".to_owned()).await?;
    Ok(ExecuteSummary {
        packages: std::collections::BTreeMap::new(),
        head: plan.base.clone(),
        tree: site.repository().tree_of(&plan.base).map_err(EngineError::internal)?,
        violations_before: None,
        violations_after: None,
        tests_before: None,
        tests_after: None,
        cancelled: false,
    })
}

/// Sorts the errors of an execution by who must act.
fn sorted(error: ExecuteError) -> EngineError {
    match error {
        ExecuteError::BadTarget(_)
        | ExecuteError::TargetCheckedOut { .. }
        | ExecuteError::TargetDiverged { .. }
        | ExecuteError::Untested
        | ExecuteError::Hanging { .. }
        | ExecuteError::Unproven { .. } => EngineError::user(error),
        ExecuteError::Runner(_) | ExecuteError::Unrunnable(_) => EngineError::config(error),
        other => EngineError::internal(other),
    }
}

fn outcome(summary: &ExecuteSummary) -> RunOutcome {
    if summary.cancelled {
        RunOutcome::Cancelled
    } else if summary.packages.values().all(|package| package.state == UnitState::Done) {
        RunOutcome::Complete
    } else {
        RunOutcome::Partial
    }
}

/// The first three stages alone, without a trace in the log.
fn dry_run(
    (root, tree): (&Path, &Path),
    config: Config,
    options: &RunOptions,
    base: &CommitId,
) -> Result<RunReport, EngineError> {
    let surveyed = Survey::take(tree, config, None)?.on(survey::today()).measured(root, &[])?;
    let findings = surveyed.findings(RULES);
    let violations = findings.iter().filter(|it| it.is_violation()).count();
    let audits = coverage::examine(&surveyed, tree, &findings);
    let known = (findings.as_slice(), audits.as_slice());
    let plan = survey::optimize(tree, &surveyed, known, base, options.rewrite_imports)?;
    let mut report = crate::report::build(&RunId::new("dry-run"), &plan, None, &[]);
    report.violations_before = violations as u32;
    report.missing_sandbox_layers = sandbox::probe_layers().missing();
    Ok(report)
}

/// Undoes landings of the latest run.
pub async fn rollback(root: &Path, scope: RollbackScope) -> Result<RunReport, EngineError> {
    let site = Site::open(root).await?;
    site.roll_back(scope).await
}

/// Approves what a run waits for: everything, or what concerns one package.
pub async fn approve(
    root: &Path,
    run: Option<&RunId>,
    package: Option<&PackageId>,
    by: &str,
) -> Result<Vec<PendingApproval>, EngineError> {
    Site::open(root).await?.approve(run, package, by).await
}

/// Tells a run, the latest one when none is named, to pause, to go on or to stop.
pub async fn steer(
    root: &Path,
    run: Option<&RunId>,
    wish: crate::Wish,
    by: &str,
) -> Result<RunId, EngineError> {
    Site::open(root).await?.steer(run, wish, by).await
}

/// A run at a glance, the latest one when none is named.
pub async fn status(root: &Path, run: Option<&RunId>) -> Result<RunStatus, EngineError> {
    Site::open(root).await?.status(run).await
}

/// The report of a run, the latest one when none is named.
pub async fn report(root: &Path, run: Option<&RunId>) -> Result<RunReport, EngineError> {
    Site::open(root).await?.report(run).await
}

/// Checks that the log of a run is whole.
pub async fn verify(root: &Path, run: Option<&RunId>) -> Result<String, EngineError> {
    Site::open(root).await?.verify(run).await
}
