//! Answers, made from what is known.

use ssot_audit::Audit;
use ssot_model::audit::AtomState;
use ssot_model::{Finding, GroupId, PackageId, Plan, Reference, RunId, Subject, Verdict};

use super::{Action, Intent, Known, Reply};
use crate::Snapshot;

/// Findings named in an answer.
const NAMED: usize = 5;
/// Places named of one finding.
const PLACES: usize = 6;

const HELP: &str = "Ask how the repository stands (`overview`), about a concept by its name \
    (`slugify`, `shop.text.slugify`, `g-1a2b3c4d`), why a definition was chosen (`why slugify`), \
    which fixes did not reach every copy (`missed fixes`), what would be done (`plan`), or what a \
    rule is about (`explain exact-clone`). Say `run`, `run slugify`, `status`, `approve`, `stop`, \
    `undo p03-slugify` or `scan` to have it done.";

/// Answers an intent.
pub(super) fn answer(intent: &Intent, known: &Known<'_>) -> Reply {
    match intent {
        Intent::Help => Reply::say(HELP),
        Intent::Scan => Reply::say("The repository is read again.").and(Action::Scan),
        Intent::Rule(name) => rule(name),
        Intent::Status => status(known),
        Intent::Approve => latest(known, "is approved as far as it waits", Action::Approve),
        Intent::Cancel => latest(known, "is asked to stop in good order", Action::Cancel),
        Intent::RollBack(package) => roll_back(known, package.as_deref()),
        Intent::Overview => with(known, overview),
        Intent::Concept(name) => with(known, |snapshot| concept(snapshot, name)),
        Intent::Why(name) => with(known, |snapshot| why(snapshot, name)),
        Intent::MissedFixes => with(known, missed),
        Intent::Plan => with(known, plan),
        Intent::Run(name) => with(known, |snapshot| run(snapshot, name.as_deref())),
    }
}

fn with(known: &Known<'_>, tell: impl FnOnce(&Snapshot) -> Reply) -> Reply {
    match known.snapshot {
        Some(snapshot) => tell(snapshot),
        None => Reply::say("The repository has not been read yet; ask again in a moment.")
            .and(Action::Scan),
    }
}

fn overview(snapshot: &Snapshot) -> Reply {
    let report = &snapshot.report;
    let count = report.violations().count();
    if count == 0 {
        let text = format!(
            "Nothing has more than one source of truth in {} files and {} lines.",
            report.files, report.lines
        );
        return Reply::say(text).resting_on([everything("")]);
    }
    let open = report.findings.iter().filter(|it| it.verdict == Some(Verdict::Unsure)).count();
    let mut worst: Vec<&Finding> = report.violations().collect();
    worst.sort_by_key(|finding| std::cmp::Reverse(finding.cost));
    worst.truncate(NAMED);
    let names: Vec<String> = worst.iter().map(|it| format!("`{}`", it.name)).collect();
    let text = format!(
        "{count} findings need something done in {} files and {} lines; consolidating would remove \
         {} lines. {open} groups are undecided. The worst are {}.",
        report.files,
        report.lines,
        report.removable_lines(),
        names.join(", ")
    );
    Reply::say(text).resting_on(worst.into_iter().map(group)).resting_on([everything("")])
}

fn concept(snapshot: &Snapshot, name: &str) -> Reply {
    let found = about(snapshot, name);
    let Some(first) = found.first() else {
        let text = format!(
            "Nothing that was found is about `{name}`: it has one source of truth, or none."
        );
        return Reply::say(text).resting_on([everything(name)]);
    };
    let places: Vec<String> = first
        .members
        .iter()
        .take(PLACES)
        .map(|member| format!("`{}:{}`", member.path, member.span.start))
        .collect();
    let hidden = first.members.len().saturating_sub(PLACES);
    let more = if hidden > 0 { format!(" and {hidden} more places") } else { String::new() };
    let verdict = first.verdict.map_or(String::new(), |verdict| {
        format!(" Verdict: {}, {} % sure.", verdict.as_str(), first.confidence)
    });
    let audit = snapshot.audits.get(&first.id).map(decision).unwrap_or_default();
    let text = format!("{}. It is at {}{more}.{verdict}{audit}", first.summary, places.join(", "));
    Reply::say(text).resting_on(found.into_iter().take(NAMED).map(group))
}

/// What is to become of a group.
fn decision(audit: &Audit) -> String {
    let open = audit.ledger.entries.iter().flat_map(|entry| &entry.atoms);
    let open = open.filter(|atom| atom.state == AtomState::Open).count();
    let open = match open {
        0 => String::new(),
        open => format!(" {open} pieces of behaviour would be lost and are still open."),
    };
    let way = audit.advice.as_ref().map(|advice| format!(" The way: {}.", advice.way.as_str()));
    format!(" {}.{}{open}", audit.reason.trim_end_matches('.'), way.unwrap_or_default())
}

fn why(snapshot: &Snapshot, name: &str) -> Reply {
    let audit = about(snapshot, name).into_iter().find_map(|it| snapshot.audits.get(&it.id));
    let Some(audit) = audit else { return concept(snapshot, name) };
    let mut ranked: Vec<_> = audit.candidates.iter().collect();
    ranked.sort_by_key(|candidate| std::cmp::Reverse(candidate.points()));
    let Some(best) = ranked.first() else { return concept(snapshot, name) };
    let points: Vec<String> = best
        .criteria
        .iter()
        .filter(|it| it.points != 0)
        .map(|it| format!("{} ({}, {:+})", it.name, it.figure, it.points))
        .collect();
    let contest = audit.contest.as_ref().map(|contest| {
        format!(" Next is `{}`, {} points behind.", contest.runner_up, contest.behind)
    });
    let text = format!(
        "`{}` leads with {} points: {}.{} {}.",
        best.dotted,
        best.points(),
        points.join(", "),
        contest.unwrap_or_default(),
        audit.reason.trim_end_matches('.')
    );
    Reply::say(text).resting_on([group(&audit.finding)])
}

fn missed(snapshot: &Snapshot) -> Reply {
    let is_diverged = |audit: &&Audit| audit.finding.verdict == Some(Verdict::Variant);
    let mut diverged: Vec<&Audit> = snapshot.audits.values().filter(is_diverged).collect();
    diverged.sort_by_key(|audit| std::cmp::Reverse(audit.finding.cost));
    if diverged.is_empty() {
        return Reply::say("No concept has implementations that went apart, so no fix can be missing in one of them.")
            .resting_on([everything("")]);
    }
    let text = format!(
        "{} concepts have implementations that went apart; the page of each reads its history and \
         shows the fixes that reached one copy and not the other.",
        diverged.len()
    );
    Reply::say(text).resting_on(diverged.into_iter().take(NAMED).map(|it| group(&it.finding)))
}

fn plan(snapshot: &Snapshot) -> Reply {
    match &snapshot.plan {
        Err(reason) => Reply::say(format!("There is no plan: {reason}")),
        Ok((plan, schedule)) => {
            let enabled = plan.packages.iter().filter(|it| it.enabled).count();
            let text = format!(
                "{enabled} packages, no two of which write one file at once; about {} s in all on the \
                 workers of this server. {} groups are left alone, each with its reason.",
                schedule.makespan / 1000,
                plan.left_alone.len()
            );
            let reference = Reference { label: "the plan".to_owned(), subject: Subject::Plan };
            Reply::say(text).resting_on([reference])
        }
    }
}

fn run(snapshot: &Snapshot, name: Option<&str>) -> Reply {
    let plan = match &snapshot.plan {
        Err(reason) => return Reply::say(format!("Nothing can be run: {reason}")),
        Ok((plan, _)) => plan,
    };
    let reference = || Reference { label: "the plan".to_owned(), subject: Subject::Plan };
    let Some(name) = name.filter(|name| !matches!(*name, "plan" | "everything")) else {
        let text = format!("A run of all {} packages is started.", plan.packages.len());
        return Reply::say(text).and(Action::Run(Vec::new())).resting_on([reference()]);
    };
    let found = about(snapshot, name);
    let planned: Vec<&Finding> =
        found.iter().copied().filter(|it| is_planned(plan, &it.id)).collect();
    if planned.is_empty() {
        let left =
            found.iter().find_map(|it| plan.left_alone.iter().find(|left| left.group == it.id));
        let text = match left {
            Some(left) => format!("`{name}` is left alone: {}.", left.reason.trim_end_matches('.')),
            None => format!("No package of the plan is about `{name}`."),
        };
        return Reply::say(text).resting_on(found.into_iter().take(NAMED).map(group));
    }
    let groups = planned.iter().map(|it| it.id.clone()).collect();
    let names: Vec<String> = planned.iter().map(|it| format!("`{}`", it.name)).collect();
    Reply::say(format!("A run of {} is started.", names.join(", ")))
        .and(Action::Run(groups))
        .resting_on(planned.into_iter().take(NAMED).map(group))
}

fn is_planned(plan: &Plan, id: &GroupId) -> bool {
    plan.packages.iter().any(|package| {
        package.groups.iter().any(|it| it.group == *id)
            || package.places.iter().any(|it| it.finding == *id)
    })
}

fn rule(name: &str) -> Reply {
    let Some(rule) = ssot_rules::rule(name) else {
        let names: Vec<&str> = ssot_rules::RULES.iter().map(|rule| rule.name).collect();
        return Reply::say(format!("There is no rule `{name}`; there are {}.", names.join(", ")));
    };
    // The page begins with a heading; what follows says what it finds.
    let text = rule.page.split("\n\n").find(|part| !part.starts_with('#')).unwrap_or(rule.page);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let subject = Subject::Rule { rule: rule.name.to_owned() };
    Reply::say(text).resting_on([Reference { label: rule.name.to_owned(), subject }])
}

fn status(known: &Known<'_>) -> Reply {
    let Some(latest) = known.runs.first() else {
        return Reply::say("There has been no run in this repository; say `run` to start one.");
    };
    let state = match latest.outcome {
        Some(outcome) => format!("ended: {}", word(outcome)),
        None => "goes on, or waits for somebody".to_owned(),
    };
    let text = format!("The latest run {state}; {} events are in its log.", latest.events);
    Reply::say(text).resting_on([of_run(&latest.run)])
}

fn word(outcome: ssot_model::RunOutcome) -> &'static str {
    use ssot_model::RunOutcome::{Cancelled, Complete, Failed, Partial};
    match outcome {
        Complete => "every package landed",
        Partial => "some packages did not land",
        Failed => "it could not go on",
        Cancelled => "it was told to stop",
    }
}

fn latest(known: &Known<'_>, what: &str, action: impl FnOnce(RunId) -> Action) -> Reply {
    match known.runs.first() {
        None => Reply::say("There has been no run in this repository."),
        Some(latest) => Reply::say(format!("The latest run {what}."))
            .and(action(latest.run.clone()))
            .resting_on([of_run(&latest.run)]),
    }
}

fn roll_back(known: &Known<'_>, package: Option<&str>) -> Reply {
    match (known.runs.first(), package) {
        (None, _) => Reply::say("There has been no run in this repository: nothing can be undone."),
        (Some(latest), package) => {
            let what =
                package.map_or("everything that it landed".to_owned(), |it| format!("`{it}`"));
            Reply::say(format!("Of the latest run, {what} is undone, and what builds on it."))
                .and(Action::RollBack(package.map(PackageId::new)))
                .resting_on([of_run(&latest.run)])
        }
    }
}

/// The findings that are about something: those of that name or id first, then those whose
/// name or members contain it or, failing that, one of its words.
pub(super) fn about<'a>(snapshot: &'a Snapshot, name: &str) -> Vec<&'a Finding> {
    let all = || snapshot.report.findings.iter();
    let mut found: Vec<&Finding> = all().filter(|it| crate::survey::is_called(it, name)).collect();
    if found.is_empty() {
        found = all().filter(|it| it.is_about(name)).collect();
    }
    if found.is_empty() {
        found = all().filter(|it| name.split(' ').any(|word| it.is_about(word))).collect();
    }
    found.sort_by_key(|it| (!it.is_violation(), std::cmp::Reverse(it.cost)));
    found
}

pub(super) fn group(finding: &Finding) -> Reference {
    let subject = Subject::Group { group: finding.id.clone() };
    Reference { label: finding.name.clone(), subject }
}

fn everything(text: &str) -> Reference {
    let subject = Subject::Findings { text: text.to_owned() };
    Reference { label: "the findings".to_owned(), subject }
}

fn of_run(run: &RunId) -> Reference {
    Reference { label: run.to_string(), subject: Subject::Run { run: run.clone() } }
}
