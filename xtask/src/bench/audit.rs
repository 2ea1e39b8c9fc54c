//! What it costs to audit every group of real projects, and to plan.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::measure::{self, Cost};
use crate::shell::Run;
use crate::{sdist, workspace};

/// The beds that are audited; one of them has more than 200 groups.
const BEDS: [&str; 3] = ["langchain-community", "libcloud", "crewai"];

/// Audits and plans each bed and prints a table.
pub(super) fn table(working: &Path, rounds: u32) -> Result<String> {
    let beds = workspace::working("SSOT_BEDS_DIR", ".beds");
    let mut text = String::from(
        "| project | groups | all audited, CPU s | peak MiB | the plan, CPU s | packages |\n\
         |---|--:|--:|--:|--:|--:|\n",
    );
    for bed in BEDS {
        let from = beds.join(bed).join("repo");
        if !from.is_dir() {
            bail!("{} is not there: `cargo xtask beds {bed}` makes it", from.display());
        }
        let repository = working.join("audit").join(bed);
        sdist::remove(&repository)?;
        let clone = ["clone", "--quiet", "--local"];
        Run::new("git").args(clone).arg(&from).arg(&repository).check()?;
        let groups = count(&repository, &["audit", "--all", "."], "audits")?;
        let packages = count(&repository, &["plan", "."], "package")?;
        let audit = median(&repository, &["audit", "--all", "."], rounds)?;
        let plan = median(&repository, &["plan", "."], rounds)?;
        let _ = writeln!(
            text,
            "| {bed} | {groups} | {:.2} | {:.0} | {:.2} | {packages} |",
            audit.cpu_seconds, audit.peak_mib, plan.cpu_seconds
        );
    }
    sdist::remove(&working.join("audit"))?;
    Ok(text)
}

fn command(words: &[&str]) -> Vec<String> {
    let program = workspace::ssot().to_string_lossy().into_owned();
    let words = words.iter().chain(&["--quiet", "--format", "json"]);
    std::iter::once(program).chain(words.map(|it| (*it).to_owned())).collect()
}

/// The median of several runs, each with an empty memory.
fn median(repository: &Path, words: &[&str], rounds: u32) -> Result<Cost> {
    let mut costs = Vec::new();
    for _ in 0..rounds {
        sdist::remove(&repository.join(".ssot"))?;
        costs.push(measure::of(&command(words), repository)?);
    }
    costs.sort_by(|a, b| a.cpu_seconds.total_cmp(&b.cpu_seconds));
    costs.get(costs.len() / 2).copied().context("there was no round")
}

/// How many entries a list of the output has.
fn count(repository: &Path, words: &[&str], list: &str) -> Result<usize> {
    let [program, words @ ..] = &command(words)[..] else { bail!("there is no command") };
    let printed = Run::new(program).args(words).directory(repository).captured()?;
    let document: Value = serde_json::from_str(&printed.stdout)?;
    Ok(document[list].as_array().map_or(0, Vec::len))
}
