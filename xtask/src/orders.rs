//! Applies the packages of a plan in many allowed orders and compares the trees.
//!
//! What `ssot plan --dry-run` prints is applied by `git apply`, one package after the
//! other, in a worktree of its own: nothing of the code that lands packages takes part.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::shell::Run;
use crate::workspace;

/// Which repositories, and how often.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Git repositories with a clean checkout
    #[arg(required = true)]
    repositories: Vec<PathBuf>,
    /// Orders that are tried
    #[arg(long, default_value_t = 8)]
    orders: u32,
    /// The program [default: the debug build of this workspace]
    #[arg(long)]
    ssot: Option<PathBuf>,
    /// Rewrite importers of a copy
    #[arg(long)]
    rewrite_imports: bool,
}

/// One package: what it waits for, by position, and what it changes.
struct Package {
    after: Vec<usize>,
    diff: String,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let ssot = if let Some(ssot) = &options.ssot {
        ssot.clone()
    } else {
        Run::cargo().args(["build", "--quiet", "-p", "ssot"]).directory(root).check()?;
        workspace::target().join("debug/ssot")
    };
    for repository in &options.repositories {
        let packages = packages(&ssot, repository, options.rewrite_imports)?;
        let mut trees = BTreeSet::new();
        for seed in 0..options.orders {
            let order = order(&packages, u64::from(seed));
            trees.insert(apply(repository, &packages, &order)?);
        }
        let (place, count) = (repository.display(), packages.len());
        let waiting = packages.iter().filter(|it| !it.after.is_empty()).count();
        if trees.len() != 1 {
            bail!("{place}: {count} packages in {} orders gave {trees:?}", options.orders);
        }
        let tree = trees.into_iter().next().unwrap_or_default();
        println!(
            "{place}: {count} packages, {waiting} of them ordered, {} orders: tree {tree} each time",
            options.orders
        );
    }
    Ok(())
}

/// The packages of a fresh plan with their differences.
fn packages(ssot: &Path, repository: &Path, rewrite_imports: bool) -> Result<Vec<Package>> {
    let mut args = vec!["plan", "--quiet", "--dry-run", "--format", "json"];
    args.extend(rewrite_imports.then_some("--rewrite-imports"));
    let said = Run::new(ssot).args(args).directory(repository).output()?;
    let plan: Value = serde_json::from_str(&said).context("`ssot plan` did not print JSON")?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let diffs = list(&plan["diffs"]);
    let place = |id: &Value| diffs.iter().position(|it| it["package"] == *id);
    let package = |diff: &Value| {
        let planned = list(&plan["package"]).into_iter().find(|it| it["id"] == diff["package"]);
        let before = planned.map_or_else(Vec::new, |it| list(&it["depends_on"]));
        Package {
            after: before.iter().filter_map(place).collect(),
            diff: diff["diff"].as_str().unwrap_or_default().to_owned(),
        }
    };
    Ok(diffs.iter().map(package).collect())
}

/// An allowed order, another one for each seed.
fn order(packages: &[Package], seed: u64) -> Vec<usize> {
    // A linear congruential generator is random enough for an order.
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
    let mut order: Vec<usize> = Vec::new();
    while order.len() < packages.len() {
        let may = |at: &usize| {
            !order.contains(at) && packages[*at].after.iter().all(|it| order.contains(it))
        };
        let free: Vec<usize> = (0..packages.len()).filter(may).collect();
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        match free.len() {
            0 => break,
            many => order.push(free[(state >> 33) as usize % many]),
        }
    }
    order
}

/// The tree that the packages give in this order.
fn apply(repository: &Path, packages: &[Package], order: &[usize]) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let tree = folder.path().join("tree");
    let git = |directory: &Path| Run::new("git").directory(directory);
    git(repository).args(["worktree", "add", "--quiet", "--detach"]).arg(&tree).output()?;
    let applied = (|| {
        let patch = folder.path().join("package.patch");
        for at in order {
            std::fs::write(&patch, &packages[*at].diff)?;
            git(&tree).args(["apply", "--index", "--whitespace=nowarn"]).arg(&patch).output()?;
        }
        git(&tree).arg("write-tree").output()
    })();
    git(repository).args(["worktree", "remove", "--force"]).arg(&tree).output()?;
    Ok(applied?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Package, order};

    #[test]
    fn every_order_is_allowed_and_not_all_are_equal() {
        let package = |after: &[usize]| Package { after: after.to_vec(), diff: String::new() };
        let packages = [package(&[]), package(&[0]), package(&[]), package(&[1, 2]), package(&[])];
        let orders: std::collections::BTreeSet<Vec<usize>> =
            (0..20).map(|seed| order(&packages, seed)).collect();
        assert!(orders.len() > 3, "{orders:?}");
        for order in orders {
            let place = |at: usize| order.iter().position(|it| *it == at).expect("all are there");
            assert!(place(0) < place(1) && place(1) < place(3) && place(2) < place(3));
        }
    }
}
