//! A project from nothing to a git repository and an environment in which its tests run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::list::Bed;
use crate::python::{self, Venv};
use crate::sdist;
use crate::shell::Run;

/// Rises when a prepared bed of an older layout must be made again.
const LAYOUT: &str = "1";
/// One fixed moment, so that a bed has the same commit id everywhere.
const MOMENT: &str = "2026-01-01T00:00:00Z";

/// A bed that is ready.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// Its directory.
    pub(crate) directory: PathBuf,
    /// A fresh clone of the untouched sources.
    pub(crate) repo: PathBuf,
    /// The `ssot.toml`, outside the repository.
    pub(crate) config: PathBuf,
}

impl Prepared {
    /// Where a bed lies below `working`, ready or not.
    pub(crate) fn of(bed: &Bed, working: &Path) -> Self {
        let directory = working.join(&bed.name);
        Self { repo: directory.join("repo"), config: directory.join("ssot.toml"), directory }
    }
}

/// Makes a bed ready below `working`; what a former run made is used again, but the
/// repository is always a fresh clone.
pub(crate) fn prepare(bed: &Bed, root: &Path, working: &Path) -> Result<Prepared> {
    let prepared = Prepared::of(bed, working);
    let directory = prepared.directory.clone();
    let stamp = stamp(bed, root)?;
    let kept = directory.join("stamp");
    let venv = directory.join("venv");
    if fs::read_to_string(&kept).is_ok_and(|old| old == stamp) {
        clone(&directory, &prepared.repo)?;
    } else {
        eprintln!("{}: preparing", bed.name);
        sdist::remove(&directory)?;
        fs::create_dir_all(&directory)
            .with_context(|| format!("creating {}", directory.display()))?;
        let archives = working.join("archives");
        fs::create_dir_all(&archives)
            .with_context(|| format!("creating {}", archives.display()))?;
        let archive = bed.release().archive(&archives, &python::tools(working)?)?;
        commit_sources(bed, &archive, &directory.join("sources"))?;
        clone(&directory, &prepared.repo)?;
        install(bed, root, &venv, &prepared.repo)?;
        // The installation writes into the sources; the run starts from untouched ones.
        clone(&directory, &prepared.repo)?;
        fs::write(&kept, stamp).with_context(|| format!("writing {}", kept.display()))?;
    }
    write_config(bed, &venv, &prepared.config)?;
    Ok(prepared)
}

/// Everything a prepared bed was made from.
fn stamp(bed: &Bed, root: &Path) -> Result<String> {
    let lock = bed.lock(root);
    let lock = fs::read(&lock).with_context(|| format!("reading {}", lock.display()))?;
    let mut hash = Sha256::new();
    let copies: Vec<String> = bed.copies.iter().map(|c| format!("{}>{}", c.from, c.to)).collect();
    let (major, minor) = python::version().context("python3 does not answer")?;
    let parts = [LAYOUT.to_owned(), bed.release().sha256, copies.join(" ")];
    for part in parts.iter().chain([&format!("{major}.{minor}")]) {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(&lock);
    Ok(sdist::hex(&hash.finalize()))
}

fn commit_sources(bed: &Bed, archive: &Path, sources: &Path) -> Result<()> {
    let files = sdist::unpack(archive, sources, |_| true)?;
    for copy in &bed.copies {
        fs::copy(sources.join(&copy.from), sources.join(&copy.to))
            .with_context(|| format!("copying {} to {}", copy.from, copy.to))?;
    }
    let git = |args: &[&str]| -> Result<()> {
        Run::new("git")
            .args(["-c", "user.name=beds", "-c", "user.email=beds@localhost"])
            .args(["-c", "core.autocrlf=false", "-c", "commit.gpgsign=false"])
            .args(args)
            .env("GIT_AUTHOR_DATE", MOMENT)
            .env("GIT_COMMITTER_DATE", MOMENT)
            .directory(sources)
            .output()
            .map(drop)
    };
    git(&["init", "--quiet", "--initial-branch=main"])?;
    // What the project ignores in development is part of what it released.
    git(&["add", "--all", "--force"])?;
    let message = format!("Import {} {}", bed.name, bed.version);
    git(&["commit", "--quiet", "--no-verify", "--message", &message])?;
    eprintln!("{}: {files} files", bed.name);
    Ok(())
}

fn clone(directory: &Path, repo: &Path) -> Result<()> {
    sdist::remove(repo)?;
    Run::new("git")
        .args(["clone", "--quiet", "--no-hardlinks", "sources"])
        .arg(repo)
        .directory(directory)
        .output()
        .map(drop)
}

fn install(bed: &Bed, root: &Path, venv: &Path, repo: &Path) -> Result<()> {
    eprintln!("{}: installing what its tests need", bed.name);
    let venv = Venv::ensure(venv)?;
    venv.pip(repo).args(["install", "--quiet", "--requirement"]).arg(bed.lock(root)).output()?;
    venv.pip(repo).args(["install", "--quiet", "--no-deps", "--editable", "."]).output()?;
    Ok(())
}

#[derive(Serialize)]
struct Config<'a> {
    test: Test<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Test<'a> {
    command: String,
    path: [PathBuf; 1],
    readable: [&'a Path; 1],
    timeout_seconds: u64,
    env: &'a BTreeMap<String, String>,
}

fn write_config(bed: &Bed, venv: &Path, config: &Path) -> Result<()> {
    let suite = Test {
        command: bed.test_command(),
        path: [venv.join("bin")],
        readable: [venv],
        timeout_seconds: bed.timeout_seconds,
        env: &bed.env,
    };
    let text = toml::to_string(&Config { test: suite })?;
    fs::write(config, text).with_context(|| format!("writing {}", config.display()))
}
