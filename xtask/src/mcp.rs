//! `cargo xtask mcp`: `ssot mcp` as the protocol's own SDK for Python sees it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use crate::python;
use crate::shell::Run;
use crate::{sdist, workspace};

/// The client, and what it needs.
const CLIENT: &str = "xtask/mcp/client.py";
const REQUIREMENTS: &str = "xtask/mcp.txt";
/// The oldest interpreter for which the requirements are pinned.
const PYTHON: (u32, u32) = (3, 11);

/// What `cargo xtask mcp` is asked to do.
#[derive(Debug, Default, Args)]
pub(crate) struct Options {
    /// Measure how fast questions about this repository are answered, instead of testing
    #[arg(long, value_name = "REPOSITORY")]
    measure: Option<PathBuf>,
}

const SLUGIFY: &str = r#"import re


def slugify(text):
    """A name as part of an address."""
    text = text.lower().strip()
    text = re.sub(r"[^a-z0-9]+", "-", text)
    text = text.strip("-")
    if not text:
        text = "empty"
    return text
"#;

const INVOICE: &str = "def parse_invoice(text, currency):
    lines = [line.strip() for line in text.splitlines()]
    head, *rows = [line for line in lines if line]
    return head, currency, [row.split(\";\") for row in rows]
";

/// Lays a repository with a copy in it and a worktree beside it, and lets the client ask.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    if python::version().is_none_or(|version| version < PYTHON) {
        eprintln!("mcp: left out, the client needs Python {}.{}", PYTHON.0, PYTHON.1);
        return Ok(());
    }
    let working = workspace::working("SSOT_BEDS_DIR", ".beds").join("mcp");
    std::fs::create_dir_all(&working).with_context(|| format!("{}", working.display()))?;
    let client = python::pinned(root, &working, REQUIREMENTS)?.program("python");
    let ask = Run::new(client).arg(root.join(CLIENT)).arg(workspace::ssot());
    match &options.measure {
        Some(repository) => ask.arg(repository).arg("--measure").check(),
        None => ask.arg(lay(&working)?).check(),
    }
}

fn lay(working: &Path) -> Result<PathBuf> {
    let (repository, elsewhere) = (working.join("repository"), working.join("elsewhere"));
    sdist::remove(&elsewhere)?;
    sdist::remove(&repository)?;
    std::fs::create_dir_all(repository.join("shop"))?;
    for (path, text) in [
        ("shop/__init__.py", ""),
        ("shop/text.py", SLUGIFY),
        ("shop/export.py", SLUGIFY),
        ("shop/invoices.py", "def total(rows):\n    return sum(row[1] for row in rows)\n"),
    ] {
        std::fs::write(repository.join(path), text)?;
    }
    let git = |args: &[&str]| {
        Run::new("git")
            .args(["-c", "user.name=Ines", "-c", "user.email=ines@harbor.example"])
            .args(args)
            .directory(&repository)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
    };
    git(&["init", "--quiet"])?;
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "--message", "Begin"])?;
    git(&["worktree", "add", "--quiet", "-b", "elsewhere", "../elsewhere"])?;
    std::fs::write(elsewhere.join("shop/invoices.py"), INVOICE)?;
    Ok(repository)
}
