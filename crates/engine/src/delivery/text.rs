//! The text of a pull request, from the report of the run alone.

use std::fmt::Write;

use ssot_model::{PackageId, PackageReport, PreparedBranch, RunReport, SuiteReport};

/// The text of the pull request of a branch.
pub fn pull_request(report: &RunReport, branch: &PreparedBranch) -> String {
    let of = |ids: &[PackageId]| -> Vec<&PackageReport> {
        ids.iter().filter_map(|id| report.packages.iter().find(|it| it.id == *id)).collect()
    };
    let (own, along) = (of(&branch.packages), of(&branch.along));
    let owner = branch.owner.as_deref().unwrap_or("everybody");
    let groups: usize = own.iter().map(|it| it.groups.len() + it.places.len()).sum();
    let title = match own.as_slice() {
        [only] => only.title.clone(),
        _ => format!("One source of truth for {groups} concepts"),
    };
    let mut text = format!(
        "# {title}\n\nFor {owner}. Branch `{}`, on top of `{}`.\n\n",
        branch.name,
        report.base.as_str().get(..10).unwrap_or(report.base.as_str())
    );
    for package in own {
        add_package(&mut text, package);
    }
    if !along.is_empty() {
        text.push_str("## Comes along\n\nWhat this rests on; others review it:\n\n");
        let lines = along.iter().map(|it| format!("- {} `{}`\n", it.title, it.id));
        text.extend(lines);
        text.push('\n');
    }
    text.push_str("## Proof\n\n");
    line(&mut text, "tests before", report.tests_before.as_ref());
    line(&mut text, "tests after, with everything that has landed", report.tests_after.as_ref());
    text.push_str(
        "- each package passed its gates by itself, and undoing it was rehearsed before it landed\n",
    );
    let _ = write!(text, "\nThe log of run `{}` holds the evidence: `ssot report`.\n", report.run);
    text
}

fn add_package(text: &mut String, package: &PackageReport) {
    let _ = write!(text, "## {}\n\n", package.title);
    for group in &package.groups {
        let copies: Vec<String> = group.copies.iter().map(|copy| format!("`{copy}`")).collect();
        let (stays, copies) = (&group.canonical, copies.join(", "));
        let _ = writeln!(
            text,
            "- {} ({}): {copies} -> `{stays}`: {}",
            group.strategy.as_str(),
            group.verdict.as_str(),
            group.why
        );
        for atom in &group.answered {
            let _ = writeln!(text, "  - `{}` at {}: {}", atom.atom, atom.place, atom.answer());
        }
    }
    for places in &package.places {
        let _ = writeln!(text, "- {}: {}: {}", places.rule, places.places.join(", "), places.why);
    }
    let _ = write!(text, "\nUndo: `ssot rollback --package {}`\n\n", package.id);
}

fn line(text: &mut String, what: &str, suite: Option<&SuiteReport>) {
    let Some(suite) = suite else {
        let _ = writeln!(text, "- {what}: none were run");
        return;
    };
    let count = suite.count;
    let _ = writeln!(
        text,
        "- {what}: {} passed, {} failed, {} skipped",
        count.passed, count.failed, count.skipped
    );
}
