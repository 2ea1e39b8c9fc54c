//! What `ssot test` says.

use ssot_model::{CategoryReport, TestReport, TestTally, TestVerdict};

use super::figures::{add, count, short, some_of, span};
use super::style;

/// Tests named of one kind.
const NAMED: usize = 20;
/// Changed files named.
const FILES: usize = 3;

/// One execution of a category, in one line.
pub(crate) fn execution(category: &CategoryReport, of: u32) -> String {
    let CategoryReport { name, executions, count, .. } = category;
    let (passed, failed, skipped) = (count.passed, count.failed, count.skipped);
    format!("{name} {executions} of {of}: {passed} passed, {failed} failed, {skipped} skipped")
}

/// The whole text.
pub(crate) fn test(report: &TestReport) -> String {
    let mut text = format!("{}\n", headline(report));
    let width = report.categories.iter().map(|it| it.name.chars().count()).max().unwrap_or(0);
    for category in &report.categories {
        add(&mut text, line(category, width));
        add(&mut text, named(category, TestVerdict::Failed));
        add(&mut text, named(category, TestVerdict::Flaky));
        if let Some(obstacle) = &category.obstacle {
            add(&mut text, format!("    {}\n", style::bad(obstacle)));
        }
        for line in category.tail.iter().flat_map(|tail| tail.lines()) {
            add(&mut text, format!("    {}\n", style::faint(line)));
        }
    }
    if !report.services.is_empty() {
        add(&mut text, format!("\n  with {} up\n", report.services.join(", ")));
    }
    if !report.unseen.is_empty() {
        let files: Vec<&str> = report.unseen.iter().map(String::as_str).collect();
        let files = some_of(&files, FILES);
        add(&mut text, format!("\n  not committed and therefore not tested: {files}\n"));
    }
    for layer in &report.missing_sandbox_layers {
        add(&mut text, format!("  {}\n", style::faint(&format!("sandbox without {layer}"))));
    }
    text
}

fn headline(report: &TestReport) -> String {
    let total = |verdict| report.categories.iter().map(|it| it.of(verdict).count()).sum::<usize>();
    let tests: usize = report.categories.iter().map(|it| it.tests.len()).sum();
    let (failed, flaky) = (total(TestVerdict::Failed), total(TestVerdict::Flaky));
    let said = format!("{}, {failed} failed, {flaky} flaky", count(tests, "test"));
    let said = match report.is_sound(false) {
        _ if report.interrupted => style::open(&format!("stopped: {said}")),
        true if flaky == 0 => style::good(&said),
        true => style::open(&said),
        false => style::bad(&said),
    };
    format!("{said}  {}", style::faint(&format!("commit {}", short(report.commit.as_str()))))
}

fn line(category: &CategoryReport, width: usize) -> String {
    let sign = match category.is_sound() {
        true if category.of(TestVerdict::Flaky).next().is_none() => style::good("✓"),
        true => style::open("~"),
        false => style::bad("✗"),
    };
    let critical = if category.critical { ", critical" } else { "" };
    let of = |verdict| category.of(verdict).count();
    format!(
        "  {sign} {:<width$}  {} passed, {} failed, {} skipped, {} flaky  {}\n",
        category.name,
        of(TestVerdict::Passed),
        of(TestVerdict::Failed),
        of(TestVerdict::Skipped),
        of(TestVerdict::Flaky),
        style::faint(&format!(
            "{}{critical}, {}",
            count(category.executions as usize, "execution"),
            span(category.millis)
        ))
    )
}

fn named(category: &CategoryReport, verdict: TestVerdict) -> String {
    let tests: Vec<(&str, TestTally)> = category.of(verdict).collect();
    let mut text = String::new();
    for (test, tally) in tests.iter().take(NAMED) {
        let line = if verdict == TestVerdict::Failed {
            format!("failed  {test}")
        } else {
            let TestTally { passed, failed, skipped } = tally;
            format!("flaky   {test}  ({passed} passed, {failed} failed, {skipped} skipped)")
        };
        add(&mut text, format!("    {line}\n"));
    }
    if tests.len() > NAMED {
        add(&mut text, format!("    and {} more\n", tests.len() - NAMED));
    }
    text
}
