//! The corpus: pinned releases from PyPI, only their Python files, in one directory.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::python::Venv;
use crate::sdist::{self, Release};
use crate::shell::Run;

/// The list, relative to the workspace.
const LIST: &str = "xtask/bench/corpus.toml";

/// The pinned list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    /// The version of ruff.
    pub(crate) ruff: String,
    /// The version of jscpd.
    pub(crate) jscpd: String,
    /// What the corpus is made of.
    release: Vec<Release>,
}

/// The unpacked corpus.
#[derive(Debug)]
pub(crate) struct Corpus {
    /// The directory that the tools read.
    pub(crate) directory: PathBuf,
    /// Python files in it.
    pub(crate) files: usize,
    /// Lines in them.
    pub(crate) lines: usize,
    /// Bytes in them.
    pub(crate) bytes: usize,
}

/// Reads the list.
pub(crate) fn list(root: &Path) -> Result<List> {
    let text =
        std::fs::read_to_string(root.join(LIST)).with_context(|| format!("reading {LIST}"))?;
    toml::from_str(&text).with_context(|| format!("in {LIST}"))
}

/// Downloads and unpacks what is missing, and counts what is there.
pub(crate) fn ensure(list: &List, working: &Path, tools: &Venv) -> Result<Corpus> {
    let archives = working.join("archives");
    let directory = working.join("python");
    std::fs::create_dir_all(&archives)?;
    let mut corpus = Corpus { directory, files: 0, lines: 0, bytes: 0 };
    let mut kept = Vec::new();
    for release in &list.release {
        let name = format!("{}-{}", release.package, release.version);
        let target = corpus.directory.join(&name);
        if !target.is_dir() {
            let fresh = working.join(format!("{name}.part"));
            sdist::remove(&fresh)?;
            let archive = release.archive(&archives, tools)?;
            sdist::unpack(&archive, &fresh, is_python)?;
            std::fs::create_dir_all(&corpus.directory)?;
            std::fs::rename(&fresh, &target)?;
        }
        corpus.count(&target)?;
        kept.push(name);
    }
    remove_others(&corpus.directory, &kept)?;
    // A repository of its own, so that no ignore file of the surrounding one applies.
    Run::new("git").args(["init", "--quiet"]).directory(&corpus.directory).output()?;
    Ok(corpus)
}

fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

/// Removes releases that are no longer in the list, and what a tool left behind.
fn remove_others(directory: &Path, kept: &[String]) -> Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if kept.iter().any(|name| entry.file_name() == name.as_str()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            sdist::remove(&entry.path())?;
        } else {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

impl Corpus {
    fn count(&mut self, directory: &Path) -> Result<()> {
        for entry in std::fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() {
                self.count(&path)?;
            } else if is_python(&path) {
                let bytes = std::fs::read(&path)?;
                self.files += 1;
                self.bytes += bytes.len();
                self.lines += String::from_utf8_lossy(&bytes).lines().count();
            }
        }
        Ok(())
    }
}
