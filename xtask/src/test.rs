//! `cargo xtask test`: everything CI runs, in one order, on any machine with Rust, git and Python.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::beds::ssot::Report;
use crate::shell::{Failed, Run};
use crate::{beds, browser, coverage, mcp, preflight, sarif, tidy, workspace};

/// Fewest packages that the demo has to land.
const DEMO_LANDS: usize = 12;

/// What `cargo xtask test` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Leave out the steps of these names.
    #[arg(long = "skip", value_name = "STEP")]
    skip: Vec<String>,
}

/// A step's name and what it does.
type Step = (&'static str, fn(&Path) -> Result<()>);

/// The steps. The last one's output closes with the test runner's own summary.
const STEPS: &[Step] = &[
    ("preflight", |_| preflight::run()),
    ("fmt", |root| cargo(root, &["fmt", "--all", "--check"])),
    ("clippy", clippy),
    ("tidy", tidy::run),
    ("build", |root| cargo(root, &["build", "--release", "--package", "ssot"])),
    ("doc-tests", |root| cargo(root, &["test", "--workspace", "--doc"])),
    ("demo", demo),
    ("sarif", sarif::run),
    ("coverage", coverage::run),
    ("mcp", |root| mcp::run(root, &mcp::Options::default())),
    ("browser", browser::run),
    ("openapi", browser::openapi),
    ("oidc", browser::oidc),
    ("beds", |root| beds::run(root, &beds::Options::default())),
    ("mro", beds::mro::run),
    ("tests", tests),
];

/// Runs the steps up to the first that fails.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let names: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = options.skip.iter().find(|skip| !names.contains(&skip.as_str())) {
        bail!("there is no step `{unknown}`; there are {}", names.join(", "));
    }
    let started = Instant::now();
    for (at, (name, step)) in STEPS.iter().enumerate() {
        let place = format!("[{}/{}] {name}", at + 1, STEPS.len());
        if options.skip.iter().any(|skip| skip == name) {
            eprintln!("==> {place}: left out");
            continue;
        }
        eprintln!("==> {place}, after {} s", started.elapsed().as_secs());
        let begun = Instant::now();
        step(root).with_context(|| format!("step `{name}` failed"))?;
        // Nothing follows the last step's own output.
        if at + 1 < STEPS.len() {
            eprintln!("    {place}: {:.1} s", begun.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

fn cargo(root: &Path, args: &[&str]) -> Result<()> {
    cargo_run(root, args).check()
}

fn cargo_run(root: &Path, args: &[&str]) -> Run {
    Run::cargo().args(args).directory(root)
}

fn clippy(root: &Path) -> Result<()> {
    cargo(root, &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])
}

fn demo(root: &Path) -> Result<()> {
    let run = Run::new(workspace::ssot()).args(["demo", "--format", "json"]).directory(root);
    let captured = run.captured()?;
    if captured.code != Some(0) {
        return Err(Failed { command: run.to_string(), code: captured.code }.into());
    }
    let landed = landed(&captured.stdout)?;
    if landed < DEMO_LANDS {
        bail!("the demo landed {landed} packages, at least {DEMO_LANDS} are expected");
    }
    eprintln!("demo: {landed} packages landed");
    Ok(())
}

/// How many packages a report says have landed; its tests must not have changed.
fn landed(report: &str) -> Result<usize> {
    let report: Report = serde_json::from_str(report).context("the demo printed no report")?;
    match (&report.tests_before, &report.tests_after) {
        (Some(before), Some(after)) if before.count == after.count && after.count.failed == 0 => {}
        _ => bail!("the demo's tests are not the same and green before and after"),
    }
    Ok(report.packages.iter().filter(|package| package.has_landed()).count())
}

fn tests(root: &Path) -> Result<()> {
    let nextest = cargo_run(root, &["nextest", "--version"]).silent();
    if nextest.is_ok_and(|captured| captured.code == Some(0)) {
        return cargo(root, &["nextest", "run", "--workspace"]);
    }
    cargo(root, &["test", "--workspace"])
}

#[cfg(test)]
mod tests {
    use super::landed;

    fn report(before: u32, after: u32, failed: u32) -> String {
        let suite = |passed: u32| serde_json::json!({"passed": passed, "failed": failed, "skipped": 0, "flaky": []});
        let package = |state: &str| serde_json::json!({"title": "x", "state": state, "reason": null, "groups": []});
        serde_json::json!({
            "tests_before": suite(before), "tests_after": suite(after), "left_alone": [], "seconds": 1,
            "packages": [package("done"), package("rejected"), package("done")],
        })
        .to_string()
    }

    #[test]
    fn the_demo_counts_only_with_unchanged_green_tests() {
        assert_eq!(landed(&report(5, 5, 0)).expect("it is green"), 2);
        assert!(landed(&report(5, 4, 0)).is_err());
        assert!(landed(&report(5, 5, 1)).is_err());
        assert!(landed("{}").is_err());
    }
}
