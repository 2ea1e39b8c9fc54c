//! What `ssot run`, `resume`, `report` and `demo` say at the end.

use std::collections::BTreeMap;

use ssot_model::{LeftAlone, PackageReport, RunOutcome, RunReport, SuiteReport, UnitState};

use super::figures::{add, count, short, some_of, thousands};
use super::scan::commands;
use super::{style, verdicts};

/// Names shown in one line.
const NAMES: usize = 8;
/// Places shown with a reason.
const PLACES: usize = 4;
/// Reasons shown for one verdict.
const REASONS: usize = 10;
/// Flaky tests shown.
const FLAKY: usize = 5;

/// Where the commands that are proposed next work.
#[derive(Debug, Clone)]
pub(crate) struct Where {
    /// The repository as an argument; none when it is gone.
    argument: Option<String>,
}

impl Where {
    /// In the repository of this argument.
    pub(crate) fn at(argument: &str) -> Self {
        Self { argument: Some(argument.to_owned()) }
    }

    /// Nowhere: the repository is removed after the report.
    pub(crate) fn gone() -> Self {
        Self { argument: None }
    }
}

/// The whole text.
pub(crate) fn report(report: &RunReport, place: &Where) -> String {
    let mut text = format!("{}\n", headline(report));
    text.push_str(&summary(report));
    if is_dry(report) {
        text.push_str(&planned(report));
    } else {
        text.push_str(&landed(report));
        text.push_str(&not_landed(report));
    }
    text.push_str(&held(report));
    text.push_str(&left_alone(&report.left_alone));
    text.push_str(&branches(report));
    text.push_str(&before_and_after(report));
    let timing = report.timing.as_ref().map(super::timing::timing).unwrap_or_default();
    text.push_str(&section("Expected and actual", &timing));
    text.push_str(&sandbox(&report.missing_sandbox_layers));
    text.push_str(&next(report, place));
    text
}

/// Whether nothing was run: a dry run has no branch to land on.
fn is_dry(report: &RunReport) -> bool {
    report.target.is_empty()
}

/// How a run ended, in one line.
fn headline(report: &RunReport) -> String {
    let landed = report.landed().count();
    let packages = count(report.packages.len(), "package");
    let said = format!("{} of {packages} landed on {}", thousands(landed as u64), report.target);
    let run = format!("  run {}, {} s", report.run, thousands(report.seconds));
    let time = if is_dry(report) { String::new() } else { run };
    let line = match report.outcome {
        _ if is_dry(report) => style::strong(&format!("{packages} planned, nothing was run")),
        Some(RunOutcome::Complete) if report.packages.is_empty() => {
            style::strong("Nothing to consolidate without a decision")
        }
        Some(RunOutcome::Complete) => style::good(&said),
        Some(RunOutcome::Partial) => style::open(&said),
        Some(RunOutcome::Failed) => style::bad(&format!("The run failed; {said}")),
        Some(RunOutcome::Cancelled) => style::open(&format!("The run was stopped; {said}")),
        None if !report.waiting.is_empty() => {
            style::open(&format!("The run waits for an approval; {said}"))
        }
        None => style::open(&format!("The run has not ended; {said}")),
    };
    format!("{line}{}", style::faint(&time))
}

/// Found, decided, landed: three lines.
fn summary(report: &RunReport) -> String {
    let planned: usize =
        report.packages.iter().map(|package| package.groups.len() + package.places.len()).sum();
    let left = report.left_alone.len();
    let violations = count(report.violations_before as usize, "concept");
    let decided = format!(
        "{} for {}; {} left alone",
        count(report.packages.len(), "package"),
        count(planned, "group"),
        count(left, "group"),
    );
    let landed: usize =
        report.landed().map(|package| package.groups.len() + package.places.len()).sum();
    let rows = [
        ("found", format!("{violations} with more than one source of truth")),
        ("decided", decided),
        ("landed", format!("{} of {}", thousands(landed as u64), count(planned, "group"))),
    ];
    let rows = &rows[..if is_dry(report) { 2 } else { 3 }];
    let row = |(word, said): &(&str, String)| {
        format!("  {} {said}\n", style::faint(&format!("{word:<9}")))
    };
    rows.iter().map(row).collect()
}

/// What a run would do.
fn planned(report: &RunReport) -> String {
    let line = |package: &PackageReport| {
        let groups = package.groups.iter();
        let answers: String = groups.map(|it| super::plan::answers(&it.answered)).collect();
        format!("  {}  {}\n{answers}", package.id, package.title)
    };
    section("Planned", &report.packages.iter().map(line).collect::<String>())
}

fn landed(report: &RunReport) -> String {
    let mut text = String::new();
    let packages: Vec<&PackageReport> = report.landed().collect();
    let width = packages.iter().map(|package| package.id.as_str().len()).max().unwrap_or(0);
    for package in packages {
        let commit = package.commit.as_ref().map_or("", |commit| short(commit.as_str()));
        let (id, commit) = (format!("{:<width$}", package.id), style::faint(commit));
        add(&mut text, format!("  {} {id}  {commit}  {}\n", style::good("✓"), package.title));
        text.extend(package.groups.iter().map(|group| super::plan::answers(&group.answered)));
    }
    section("Landed", &text)
}

/// Packages of one state and reason together.
fn not_landed(report: &RunReport) -> String {
    let mut kinds: Vec<(UnitState, &str, Vec<&PackageReport>)> = Vec::new();
    for package in report.packages.iter().filter(|it| it.state != UnitState::Done) {
        let reason = package.reason.as_deref().unwrap_or_default();
        let mut known = kinds.iter_mut();
        match known.find(|(state, why, _)| (*state, *why) == (package.state, reason)) {
            Some((_, _, packages)) => packages.push(package),
            None => kinds.push((package.state, reason, vec![package])),
        }
    }
    let mut text = String::new();
    for (state, reason, packages) in kinds {
        let kept: Vec<&str> = packages.iter().filter_map(|it| it.kept.as_deref()).collect();
        for package in packages {
            let state = style::open(&format!("{:<9}", state.as_str()));
            add(&mut text, format!("  {state} {}  {}\n", package.id, package.title));
        }
        for line in reason.lines() {
            add(&mut text, format!("            {}\n", style::faint(line)));
        }
        for reference in kept {
            add(
                &mut text,
                format!("            {}\n", style::faint(&format!("kept: git show {reference}"))),
            );
        }
    }
    section("Not landed", &text)
}

/// Branches beside the target branch.
fn branches(report: &RunReport) -> String {
    let mut text = String::new();
    for branch in &report.branches {
        let owner = branch.owner.as_ref().map(|owner| format!("  for {owner}"));
        add(&mut text, format!("  {}{}\n", branch.name, owner.unwrap_or_default()));
    }
    section("Branches", &text)
}

/// What the run waits for, who has approved what, and what somebody should know.
fn held(report: &RunReport) -> String {
    let (mut alerts, mut waiting, mut approved) = (String::new(), String::new(), String::new());
    for alert in &report.alerts {
        add(&mut alerts, format!("  {} {alert}\n", style::bad("!")));
    }
    for pending in &report.waiting {
        add(&mut waiting, format!("  {}\n", super::status::waits_for(pending)));
    }
    for approval in &report.approvals {
        let what = super::status::waits_for(&approval.what);
        add(&mut approved, format!("  {what} by {}\n", approval.by));
    }
    let mut text = section("Alerts", &alerts);
    text.push_str(&section("Waits for approval", &waiting));
    text.push_str(&section("Approved", &approved));
    text
}

/// The groups that stay: what needs somebody first, by reason, then what is
/// no second source of truth, by verdict.
fn left_alone(left: &[LeftAlone]) -> String {
    let (mut open, mut settled) = (BTreeMap::new(), BTreeMap::new());
    for entry in left {
        let undecided =
            entry.verdict.is_violation() || entry.verdict == ssot_model::Verdict::Unsure;
        let kind = if undecided { &mut open } else { &mut settled };
        let entries: &mut Vec<&LeftAlone> = kind.entry(entry.verdict).or_default();
        entries.push(entry);
    }
    let mut text = String::new();
    for (verdict, entries) in &open {
        let reasons = by_reason(entries);
        for (reason, entries) in reasons.iter().take(REASONS) {
            add(&mut text, format!("  {} {}\n", verdicts::cell(*verdict), names(entries)));
            add(&mut text, format!("  {:<14} {}\n", "", style::faint(reason)));
            if let [only] = entries.as_slice() {
                let places: Vec<&str> = only.places.iter().map(String::as_str).collect();
                let places = some_of(&places, PLACES);
                add(&mut text, format!("  {:<14} {}\n", "", style::faint(&places)));
            }
        }
        if reasons.len() > REASONS {
            let hidden = thousands((reasons.len() - REASONS) as u64);
            let said = format!("and {hidden} more reasons; `ssot report --format md` has all");
            add(&mut text, format!("  {:<14} {}\n", "", style::faint(&said)));
        }
    }
    let mut text = section("Left alone, for a person to decide", &text);
    let mut silent = String::new();
    for (verdict, entries) in &settled {
        add(&mut silent, format!("  {} {}\n", verdicts::cell(*verdict), names(entries)));
        let meaning = style::faint(verdicts::meaning(*verdict));
        add(&mut silent, format!("  {:<14} {meaning}\n", ""));
    }
    text.push_str(&section("Left alone, no second source of truth", &silent));
    text
}

/// Entries of one reason together, in the order of their first.
pub(crate) fn by_reason<'a>(entries: &[&'a LeftAlone]) -> Vec<(&'a str, Vec<&'a LeftAlone>)> {
    let mut reasons: Vec<(&str, Vec<&LeftAlone>)> = Vec::new();
    for entry in entries {
        match reasons.iter_mut().find(|(reason, _)| *reason == entry.reason) {
            Some((_, entries)) => entries.push(entry),
            None => reasons.push((&entry.reason, vec![entry])),
        }
    }
    reasons
}

fn names(entries: &[&LeftAlone]) -> String {
    let mut names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    names.dedup();
    some_of(&names, NAMES)
}

fn before_and_after(report: &RunReport) -> String {
    let figure = |number: Option<u32>| number.map_or("-".to_owned(), |it| thousands(u64::from(it)));
    let mut text = format!("  {:<16} {:>8} {:>8}\n", "", "before", "after");
    let mut row = |name: &str, before: Option<u32>, after: Option<u32>| {
        add(&mut text, format!("  {name:<16} {:>8} {:>8}\n", figure(before), figure(after)));
    };
    row("violations", Some(report.violations_before), report.violations_after);
    let (before, after) = (report.tests_before.as_ref(), report.tests_after.as_ref());
    if before.is_some() || after.is_some() {
        let pick = |of: fn(&SuiteReport) -> u32| (before.map(of), after.map(of));
        let passed = pick(|suite| suite.count.passed);
        let failed = pick(|suite| suite.count.failed);
        let skipped = pick(|suite| suite.count.skipped);
        row("tests passed", passed.0, passed.1);
        row("tests failed", failed.0, failed.1);
        row("tests skipped", skipped.0, skipped.1);
    } else if !is_dry(report) {
        text.push_str("  no tests were run; what landed rests on the other gates\n");
    }
    let mut flaky: Vec<&str> = before
        .into_iter()
        .chain(after)
        .flat_map(|suite| &suite.flaky)
        .map(String::as_str)
        .collect();
    flaky.sort_unstable();
    flaky.dedup();
    if !flaky.is_empty() {
        let said = format!("  flaky: {}", some_of(&flaky, FLAKY));
        add(&mut text, format!("{}\n", style::open(&said)));
    }
    section("Before and after", &text)
}

fn sandbox(missing: &[String]) -> String {
    let line = |layer: &String| format!("  {}\n", style::open(layer));
    let text: String = missing.iter().map(line).collect();
    section("Layers of the sandbox that this machine lacks", &text)
}

fn next(report: &RunReport, place: &Where) -> String {
    let Some(argument) = &place.argument else {
        return String::new();
    };
    let target = &report.target;
    let git = if argument.is_empty() { "git".to_owned() } else { format!("git -C{argument}") };
    let mut rows = Vec::new();
    if !report.waiting.is_empty() {
        let place = if argument.is_empty() { String::new() } else { format!(" -C{argument}") };
        rows.push((format!("ssot approve {} --by NAME{place}", report.run), "let it go on"));
    }
    let stopped = matches!(report.outcome, None | Some(RunOutcome::Cancelled));
    if stopped && !is_dry(report) {
        rows.push((format!("ssot resume{argument}"), "go on where it stopped"));
    }
    if target.is_empty() {
        rows.push((format!("ssot run{argument}"), "do it, on a branch of its own"));
    } else if let Some(first) = report.landed().next() {
        rows.push((
            format!("{git} log -p {}..{target}", short(report.base.as_str())),
            "read what landed",
        ));
        rows.push((format!("{git} merge --ff-only {target}"), "take it over"));
        let one = format!("ssot rollback{argument} --package {}", first.id);
        rows.push((one, "undo one package"));
        rows.push((format!("ssot rollback{argument} --full"), "undo everything"));
    }
    section("Next", &commands(&rows))
}

fn section(title: &str, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    format!("\n{}\n{body}", style::strong(title))
}

/// What `ssot rollback` says.
pub(crate) fn rollback(report: &RunReport, part: Option<&str>) -> String {
    let what = part.map_or_else(|| format!("run {}", report.run), str::to_owned);
    let tree = report.tree.as_ref().map_or("unknown", |tree| tree.as_str());
    let mut text = format!("{}\n", style::good(&format!("Rolled back {what}")));
    let restored = report.tree.as_ref() == Some(&report.base_tree);
    let said = if restored { ", the tree from before the run" } else { "" };
    add(&mut text, format!("  {} is at tree {tree}{said}\n", report.target));
    let left = report.landed().count();
    if left > 0 {
        let verb = if left == 1 { "stays" } else { "stay" };
        add(&mut text, format!("  {} {verb} landed\n", count(left, "package")));
    }
    text
}

#[cfg(test)]
mod tests {
    use ssot_model::{
        CommitId, GroupId, LeftAlone, PackageGroup, PackageId, PackageReport, RunId, RunOutcome,
        RunReport, Strategy, SuiteCount, SuiteReport, TreeId, UnitState, Verdict,
    };

    use super::{Where, report, rollback};

    fn package(id: &str, state: UnitState, reason: Option<&str>) -> PackageReport {
        let group = PackageGroup {
            group: GroupId::new("g-00000001"),
            name: id.to_owned(),
            verdict: Verdict::Identical,
            strategy: Strategy::Redirect,
            canonical: format!("core.{id}"),
            copies: vec![format!("app.{id}")],
            why: String::new(),
            shim: None,
            answered: Vec::new(),
        };
        PackageReport {
            id: PackageId::new(id),
            title: format!("Take `{id}` from core"),
            state,
            reason: reason.map(str::to_owned),
            kept: None,
            commit: (state == UnitState::Done).then(|| CommitId::new("c".repeat(40))),
            groups: vec![group],
            places: Vec::new(),
        }
    }

    fn left(name: &str, verdict: Verdict, reason: &str) -> LeftAlone {
        LeftAlone {
            group: GroupId::new("g-00000002"),
            name: name.to_owned(),
            verdict,
            places: vec![format!("a/{name}.py:1"), format!("b/{name}.py:2")],
            reason: reason.to_owned(),
            hands: None,
        }
    }

    fn suite(passed: u32, failed: u32, flaky: &[&str]) -> SuiteReport {
        SuiteReport {
            count: SuiteCount { passed, failed, skipped: 1 },
            repeats: 2,
            flaky: flaky.iter().map(|test| (*test).to_owned()).collect(),
            imported_modules: 3,
        }
    }

    fn partial() -> RunReport {
        let variant = "the implementations differ";
        RunReport {
            schema: RunReport::SCHEMA.to_owned(),
            run: RunId::new("r-1"),
            outcome: Some(RunOutcome::Partial),
            target: "ssot/consolidate".to_owned(),
            base: CommitId::new("b".repeat(40)),
            base_tree: TreeId::new("1".repeat(40)),
            tree: Some(TreeId::new("2".repeat(40))),
            violations_before: 1234,
            violations_after: Some(1233),
            tests_before: Some(suite(40, 2, &["tests.test_clock"])),
            tests_after: Some(suite(41, 1, &["tests.test_clock", "tests.test_net"])),
            packages: vec![
                package("p01-slug", UnitState::Done, None),
                package("p02-total", UnitState::Rejected, Some("tests: 1 is worse\ntests.test_a")),
                package("p03-split", UnitState::Blocked, Some("p02-total did not land")),
                package("p04-join", UnitState::Blocked, Some("p02-total did not land")),
            ],
            left_alone: vec![
                left("Outbox", Verdict::Variant, variant),
                left("parse", Verdict::Variant, variant),
                left("logger", Verdict::Identical, "`log` means something else in each"),
                left("Session", Verdict::Homonym, "share 3 %"),
                left("guess", Verdict::Unsure, "the evidence does not decide"),
            ],
            waiting: Vec::new(),
            approvals: Vec::new(),
            alerts: Vec::new(),
            branches: Vec::new(),
            usage: None,
            missing_sandbox_layers: vec!["bubblewrap: the network is shared".to_owned()],
            timing: None,
            seconds: 61,
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn what_did_not_land_is_told_with_its_reason() {
        insta::assert_snapshot!(plain(&report(&partial(), &Where::at(" my/project"))));
    }

    #[test]
    fn every_end_has_its_headline() {
        let headline = |outcome, change: fn(&mut RunReport)| {
            let mut changed = RunReport { outcome, ..partial() };
            change(&mut changed);
            let text = plain(&report(&changed, &Where::gone()));
            text.lines().next().unwrap_or_default().to_owned()
        };
        let landed = "1 of 4 packages landed on ssot/consolidate  run r-1, 61 s";
        for (outcome, expected) in [
            (Some(RunOutcome::Partial), landed.to_owned()),
            (Some(RunOutcome::Failed), format!("The run failed; {landed}")),
            (Some(RunOutcome::Cancelled), format!("The run was stopped; {landed}")),
            (None, format!("The run has not ended; {landed}")),
        ] {
            assert_eq!(headline(outcome, |_| {}), expected);
        }
        let dry = headline(None, |report| report.target.clear());
        assert_eq!(dry, "4 packages planned, nothing was run");
        let nothing = headline(Some(RunOutcome::Complete), |report| report.packages.clear());
        assert_eq!(nothing, "Nothing to consolidate without a decision  run r-1, 61 s");
    }

    #[test]
    fn a_rollback_says_what_is_left() {
        let one = "package p02-total";
        insta::assert_snapshot!(plain(&rollback(&partial(), Some(one))), @r"
        Rolled back package p02-total
          ssot/consolidate is at tree 2222222222222222222222222222222222222222
          1 package stays landed
        ");
    }
}
