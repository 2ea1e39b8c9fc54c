//! What would be done, by whom and when; what can be left out, and the way to a run.

use std::collections::BTreeSet;

use askama::Template;
use ssot_model::{Package, PackageId, Plan, PlannedPackage, Schedule, Timestamp};

use super::shell::{Shell, segment};
use super::{rendered, since};
use crate::markup::{escaped, prose};
use crate::plan::drawing;
use crate::words::{count, short, span};

/// The plan of a project.
pub struct PlanView<'a> {
    /// What stands around it.
    pub shell: Shell,
    /// The plan and when what of it is expected; none before the first.
    pub plan: Option<(&'a Plan, &'a Schedule)>,
    /// The only packages that are meant; empty for all. The others start switched off.
    pub only: Vec<PackageId>,
    /// The teams that can be chosen.
    pub teams: Vec<String>,
    /// Agents that work at the same time unless somebody says otherwise.
    pub agents: usize,
    /// Whether priority and team of a package can be changed for the run.
    pub editable: bool,
    /// When it was planned.
    pub planned: Option<Timestamp>,
    /// Whether the repository has moved on since.
    pub stale: bool,
    /// The time of the page.
    pub now: Timestamp,
}

/// A package in the table.
struct Row<'a> {
    id: &'a str,
    title: String,
    priority: String,
    team: &'a str,
    enabled: bool,
    critical: bool,
    time: String,
    slack: String,
    waits: Vec<&'a str>,
    groups: Vec<(String, String, &'static str, &'a str)>,
    places: String,
    files: Vec<&'a str>,
    answers: Vec<String>,
}

/// What no package closes.
struct Left {
    what: String,
    href: String,
    who: &'static str,
    why: String,
}

#[derive(Template)]
#[template(path = "plan.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a PlanView<'a>,
    headline: String,
    read: String,
    tiles: Vec<(String, &'static str)>,
    drawing: String,
    makespans: Vec<(u32, String, bool)>,
    checkpoints: Vec<(String, &'static str, &'static str)>,
    rows: Vec<Row<'a>>,
    teams: BTreeSet<&'a str>,
    /// Whether the plan rewrites those who import a copy.
    rewrites: bool,
    left: Vec<Left>,
}

impl Page<'_> {
    /// The part of the project in which it lies.
    const SECTION: &'static str = "plan";
}

/// The page.
pub fn plan(view: &PlanView<'_>) -> String {
    let Some((plan, schedule)) = view.plan else {
        return rendered(&Page::empty(view));
    };
    let groups: usize =
        plan.packages.iter().map(|package| package.groups.len() + package.places.len()).sum();
    let planned = |id: &PackageId| schedule.packages.iter().find(|it| it.id == *id);
    let rows: Vec<Row<'_>> =
        plan.packages.iter().map(|package| row(view, package, planned(&package.id))).collect();
    let own = plan.packages.iter().filter_map(|package| package.team.as_deref());
    let teams: BTreeSet<&str> = own.chain(view.teams.iter().map(String::as_str)).collect();
    rendered(&Page {
        headline: format!(
            "{} for {}",
            count(plan.packages.len(), "package"),
            count(groups, "group")
        ),
        read: basis(plan, schedule),
        tiles: vec![
            (span(schedule.makespan), "in all"),
            (span(schedule.critical), "the longest chain of packages"),
            (plan.left_alone.len().to_string(), "groups stay as they are, each with its reason"),
        ],
        drawing: drawing(plan, schedule),
        makespans: makespans(schedule),
        checkpoints: checkpoints(schedule),
        rows,
        teams,
        rewrites: plan.rewrite_imports,
        left: left(view, plan),
        ..Page::empty(view)
    })
}

impl<'a> Page<'a> {
    fn empty(view: &'a PlanView<'a>) -> Self {
        Self {
            shell: &view.shell,
            view,
            headline: String::new(),
            read: String::new(),
            tiles: Vec::new(),
            drawing: String::new(),
            makespans: Vec::new(),
            checkpoints: Vec::new(),
            rows: Vec::new(),
            teams: BTreeSet::new(),
            rewrites: false,
            left: Vec::new(),
        }
    }

    fn planned(&self) -> String {
        self.view.planned.map_or_else(String::new, |at| since::ago(at, self.view.now))
    }
}

fn basis(plan: &Plan, schedule: &Schedule) -> String {
    let times = match schedule.basis.runs {
        0 => "times are defaults, no run has ended here yet".to_owned(),
        runs => format!("times are medians of {}", count(runs as usize, "earlier run")),
    };
    format!("planned for commit {}; {times}", short(plan.base.as_str()))
}

/// How long it takes so many workers, up to where more of them change nothing.
fn makespans(schedule: &Schedule) -> Vec<(u32, String, bool)> {
    let best = schedule.makespans.last().map_or(0, |it| it.millis);
    let enough = schedule.makespans.iter().position(|it| it.millis == best).unwrap_or(0);
    let shown = schedule.makespans.iter().take(enough + 1);
    shown.map(|it| (it.workers, span(it.millis), it.millis == best)).collect()
}

fn checkpoints(schedule: &Schedule) -> Vec<(String, &'static str, &'static str)> {
    let told = schedule.checkpoints.iter().map(|it| {
        let what = it.priority.map_or_else(|| "all".to_owned(), |it| format!("{it:?}"));
        let said = format!(
            "{what}: {} % after {}, {} % expected",
            it.percent,
            span(it.by),
            it.expected_percent
        );
        if it.holds() { (said, "holds", "good") } else { (said, "missed", "bad") }
    });
    told.collect()
}

fn row<'a>(view: &PlanView<'_>, package: &'a Package, planned: Option<&PlannedPackage>) -> Row<'a> {
    let is_meant = view.only.is_empty() || view.only.contains(&package.id);
    let groups = package.groups.iter().map(|group| {
        let href = format!("{}/concepts/{}", view.shell.base(), segment(group.group.as_str()));
        (group.name.clone(), href, group.strategy.as_str(), group.canonical.as_str())
    });
    let places: usize = package.places.iter().map(|it| it.places.len()).sum();
    let answers = package.groups.iter().flat_map(|group| &group.answered);
    Row {
        id: package.id.as_str(),
        title: prose(&package.title),
        priority: format!("{:?}", package.priority),
        team: package.team.as_deref().unwrap_or(""),
        enabled: package.enabled && is_meant,
        critical: planned.is_some_and(|it| it.critical),
        time: planned.map_or_else(
            || "switched off".to_owned(),
            |it| format!("{} to {}", span(it.start), span(it.end)),
        ),
        slack: planned.map_or_else(String::new, |it| span(it.slack)),
        waits: package.depends_on.iter().map(PackageId::as_str).collect(),
        groups: groups.collect(),
        places: if places > 0 { count(places, "place") } else { String::new() },
        files: package.write_set.iter().map(ssot_model::RepoPath::as_str).collect(),
        answers: answers.map(|it| prose(&format!("{}: {}", it.atom, it.answer()))).collect(),
    }
}

/// What no package closes, by group and by rule.
fn left(view: &PlanView<'_>, plan: &Plan) -> Vec<Left> {
    let concept = |id: &str| format!("{}/concepts/{}", view.shell.base(), segment(id));
    let alone = plan.left_alone.iter().map(|it| Left {
        what: format!("{} <code>{}</code>", it.verdict.as_str(), escaped(&it.name)),
        href: concept(it.group.as_str()),
        who: it.hands.map_or("nobody", ssot_model::Hands::as_str),
        why: prose(&it.reason),
    });
    let places = plan.unplanned.iter().map(|it| Left {
        what: format!("{} of {}", count(it.findings.len(), "finding"), escaped(&it.rule)),
        href: format!("{}/findings?rule={}", view.shell.base(), segment(&it.rule)),
        who: it.hands.as_str(),
        why: prose(&it.reason),
    });
    let out = plan.left_out.iter().map(|it| Left {
        what: format!("left out {}", escaped(it.group.as_str())),
        href: concept(it.group.as_str()),
        who: "person",
        why: prose(&it.reason),
    });
    alone.chain(places).chain(out).collect()
}
