//! The report of a run as a page.

use ssot_model::{Expected, LeftAlone, RunReport, SuiteReport, Timing, UnitState};

use super::{cell, code};
use crate::text::{add, count, short, span};

/// The whole page.
pub(crate) fn report(report: &RunReport, argument: &str) -> String {
    let landed = report.landed().count();
    let mut page = format!(
        "# {landed} of {} landed on {}\n\nRun {}, {} s, from commit {}.\n",
        count(report.packages.len(), "package"),
        code(&report.target),
        code(report.run.as_str()),
        report.seconds,
        code(short(report.base.as_str())),
    );
    page.push_str(&before_and_after(report));
    page.push_str(&packages(report));
    page.extend(report.timing.as_ref().map(timing));
    page.push_str(&left_alone(&report.left_alone));
    if !report.missing_sandbox_layers.is_empty() {
        page.push_str("\n## Layers of the sandbox that the machine lacked\n\n");
        let lines = report.missing_sandbox_layers.iter();
        page.extend(lines.map(|layer| format!("- {layer}\n")));
    }
    if landed > 0 {
        let git = if argument.is_empty() { "git".to_owned() } else { format!("git -C{argument}") };
        let target = &report.target;
        add(
            &mut page,
            format!(
                "\n## Next\n\n```console\n{git} merge --ff-only {target}\nssot rollback{argument} --full\n```\n"
            ),
        );
    }
    page
}

fn before_and_after(report: &RunReport) -> String {
    let figure = |number: Option<u32>| number.map_or("-".to_owned(), |number| number.to_string());
    let mut page = "\n| | before | after |\n|---|---:|---:|\n".to_owned();
    let mut row = |name: &str, before: Option<u32>, after: Option<u32>| {
        add(&mut page, format!("| {name} | {} | {} |\n", figure(before), figure(after)));
    };
    row("violations", Some(report.violations_before), report.violations_after);
    let (before, after) = (report.tests_before.as_ref(), report.tests_after.as_ref());
    let mut tests =
        |name: &str, of: fn(&SuiteReport) -> u32| row(name, before.map(of), after.map(of));
    tests("tests passed", |suite| suite.count.passed);
    tests("tests failed", |suite| suite.count.failed);
    tests("tests skipped", |suite| suite.count.skipped);
    for name in before.into_iter().chain(after).flat_map(|suite| &suite.flaky) {
        add(&mut page, format!("\n- flaky: {}\n", code(name)));
    }
    page
}

/// The run against the schedule that it began with.
fn timing(timing: &Timing) -> String {
    let actual = |time: &Expected| time.actual.map_or_else(|| "-".to_owned(), span);
    let mut page =
        "\n## Expected and actual\n\n| | lane | expected | actual |\n|---|---|---:|---:|\n"
            .to_owned();
    for (what, time) in [
        ("in all", &timing.makespan),
        ("before the first package", &timing.before),
        ("after the last", &timing.after),
    ] {
        add(&mut page, format!("| {what} | | {} | {} |\n", span(time.expected), actual(time)));
    }
    for it in &timing.packages {
        let (id, lane) = (code(it.id.as_str()), cell(&it.lane));
        for (what, time) in [("work", &it.work), ("landed at", &it.end)] {
            let (expected, actual) = (span(time.expected), actual(time));
            add(&mut page, format!("| {id} {what} | {lane} | {expected} | {actual} |\n"));
        }
    }
    for it in &timing.checkpoints {
        let what = it.priority.map_or_else(|| "all".to_owned(), |it| format!("{it:?}"));
        let word = if it.holds() { "reached" } else { "missed" };
        let (asked, by) = (it.percent, span(it.by));
        let (reached, expected) = (it.reached, it.expected);
        add(
            &mut page,
            format!(
                "\n- checkpoint {word}: {asked} % of {what} by {by}; {reached} % had landed, {expected} % expected\n"
            ),
        );
    }
    for (what, lines) in [("alert", &timing.alerts), ("learnt", &timing.learnings)] {
        page.extend(lines.iter().map(|line| format!("\n- {what}: {}\n", cell(line))));
    }
    page
}

fn packages(report: &RunReport) -> String {
    let mut page = String::new();
    if report.landed().next().is_some() {
        page.push_str("\n## Landed\n\n| package | what | commit |\n|---|---|---|\n");
    }
    for package in report.landed() {
        let commit = package.commit.as_ref().map_or(String::new(), |id| code(short(id.as_str())));
        add(&mut page, format!("| {} | {} | {commit} |\n", package.id, cell(&package.title)));
    }
    page.push_str(&answers(report));
    let rest = report.packages.iter().filter(|package| package.state != UnitState::Done);
    for (at, package) in rest.enumerate() {
        if at == 0 {
            page.push_str(
                "\n## Not landed\n\n| package | what | state | why |\n|---|---|---|---|\n",
            );
        }
        let reason = package.reason.as_deref().unwrap_or_default();
        let kept = package.kept.as_ref().map_or(String::new(), |name| format!("; kept: {name}"));
        let why = cell(&format!("{reason}{kept}"));
        let (title, state) = (cell(&package.title), package.state.as_str());
        add(&mut page, format!("| {} | {title} | {state} | {why} |\n", package.id));
    }
    page
}

/// What went with what landed, and who has answered for it.
fn answers(report: &RunReport) -> String {
    let mut page = String::new();
    for package in report.landed() {
        for it in package.groups.iter().flat_map(|group| &group.answered) {
            let (atom, place, answer) = (code(&it.atom), code(&it.place), cell(&it.answer()));
            add(&mut page, format!("| {} | {atom} | {place} | {answer} |\n", package.id));
        }
    }
    if page.is_empty() {
        return page;
    }
    format!(
        "\n## Waived and covered\n\n| package | what went | where it was | answer |\n|---|---|---|---|\n{page}"
    )
}

fn left_alone(left: &[LeftAlone]) -> String {
    if left.is_empty() {
        return String::new();
    }
    let mut page =
        "\n## Left alone\n\n| verdict | name | why | places |\n|---|---|---|---|\n".to_owned();
    for entry in left {
        let places: Vec<String> = entry.places.iter().map(|place| code(place)).collect();
        add(
            &mut page,
            format!(
                "| {} | {} | {} | {} |\n",
                entry.verdict.as_str(),
                code(&entry.name),
                cell(&entry.reason),
                places.join("<br>"),
            ),
        );
    }
    page
}
