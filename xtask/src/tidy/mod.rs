//! `cargo xtask tidy`: the policies of the house, as checks.

mod edges;
mod files;
mod sources;
mod tokens;

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::shell::Run;

/// One breach of a policy and its place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Complaint {
    /// The file, relative to the workspace.
    path: String,
    /// The line, from one.
    line: usize,
    /// What is wrong and what to do.
    text: String,
}

impl Complaint {
    fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, text: text.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.text)
    }
}

/// Checks the whole workspace and fails with every complaint.
pub(crate) fn run(root: &Path) -> Result<()> {
    let complaints = check(root)?;
    if complaints.is_empty() {
        eprintln!("tidy: no complaint");
        return Ok(());
    }
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    bail!("tidy: {} complaints", complaints.len());
}

/// Every complaint about the workspace, in order of path and line.
pub(crate) fn check(root: &Path) -> Result<Vec<Complaint>> {
    let metadata = Run::cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .directory(root)
        .output()?;
    let mut complaints = edges::check(&metadata)?;
    let paths = tracked(root)?;
    complaints.extend(files::check_pairs(&paths));
    complaints.extend(files::check_fuzzers(&paths));
    if !paths.iter().any(|path| path == "README.md") {
        complaints.push(Complaint::new("README.md", 1, "is missing"));
    }
    for path in &paths {
        let bytes = std::fs::read(root.join(path)).with_context(|| format!("reading {path}"))?;
        complaints.extend(files::check(path, &bytes));
        if Path::new(path).extension().is_some_and(|extension| extension == "rs") {
            complaints.extend(sources::check(path, &String::from_utf8_lossy(&bytes)));
        }
    }
    complaints.sort();
    complaints.dedup();
    Ok(complaints)
}

/// The files that git tracks or would track, relative to the workspace.
fn tracked(root: &Path) -> Result<Vec<String>> {
    let listed = Run::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .directory(root)
        .output()?;
    let mut paths: Vec<String> = listed
        .split('\0')
        .filter(|path| !path.is_empty() && root.join(path).is_file())
        .map(str::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_workspace_is_tidy() {
        let complaints = super::check(&crate::workspace::root()).expect("git and cargo answer");
        let said: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        assert!(said.is_empty(), "{}", said.join("\n"));
    }
}
