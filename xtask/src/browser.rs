//! `cargo xtask browser`: the dashboard in a real browser, and its API under requests made from
//! its own document.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::python;
use crate::shell::Run;
use crate::{sdist, workspace};

const FLOW: &str = "xtask/browser/flow.py";
const SIGN_IN: &str = "xtask/browser/oidc.py";
const FUZZ: &str = "xtask/browser/openapi.py";
/// The oldest interpreter for which the requirements are pinned.
const PYTHON: (u32, u32) = (3, 11);
/// What the browser is called on various systems.
const BROWSERS: [&str; 4] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/snap/bin/chromium",
];

/// Lays the demo and lets a browser use the server on it.
pub(crate) fn run(root: &Path) -> Result<()> {
    let Some((working, browser)) = prepared()? else { return Ok(()) };
    let python = python::pinned(root, &working, "xtask/browser.txt")?.program("python");
    let repository = demo(&working)?;
    sdist::remove(&working.join("state"))?;
    Run::new(python)
        .arg(root.join(FLOW))
        .arg(workspace::ssot())
        .arg(repository)
        .arg(&working)
        .arg(pages(root, &working)?)
        .arg(browser)
        .check()
}

/// Lets a generator of requests read the document of the API and try everything in it.
pub(crate) fn openapi(root: &Path) -> Result<()> {
    let Some(working) = with_python()? else { return Ok(()) };
    let python = python::pinned(root, &working, "xtask/openapi.txt")?.program("python");
    let repository = demo(&working)?;
    sdist::remove(&working.join("state"))?;
    let fuzz = Run::new(python).arg(root.join(FUZZ)).arg(workspace::ssot());
    fuzz.arg(repository).arg(&working).check()
}

/// Lets a team sign in with a provider of OpenID Connect that others have written.
pub(crate) fn oidc(root: &Path) -> Result<()> {
    let Some(working) = with_python()? else { return Ok(()) };
    let python = python::pinned(root, &working, "xtask/oidc.txt")?.program("python");
    let repository = demo(&working)?;
    sdist::remove(&working.join("state"))?;
    let sign_in = Run::new(python).arg(root.join(SIGN_IN)).arg(workspace::ssot());
    sign_in.arg(repository).arg(&working).check()
}

/// The folder to work in and the browser; nothing where the client cannot be had.
fn prepared() -> Result<Option<(PathBuf, &'static str)>> {
    let Some(working) = with_python()? else { return Ok(None) };
    let Some(browser) = browser() else {
        eprintln!("browser: LEFT OUT, there is none (Debian: apt-get install chromium)");
        return Ok(None);
    };
    Ok(Some((working, browser)))
}

fn with_python() -> Result<Option<PathBuf>> {
    if python::version().is_none_or(|version| version < PYTHON) {
        eprintln!("browser: left out, the driver needs Python {}.{}", PYTHON.0, PYTHON.1);
        return Ok(None);
    }
    let working = workspace::working("SSOT_BEDS_DIR", ".beds").join("browser");
    std::fs::create_dir_all(&working).with_context(|| format!("{}", working.display()))?;
    Ok(Some(working))
}

/// Where the browser is.
pub(crate) fn browser() -> Option<&'static str> {
    BROWSERS.into_iter().find(|path| Path::new(path).exists())
}

/// The demo, with its history, as nobody has run it.
fn demo(working: &Path) -> Result<PathBuf> {
    let (laid, fresh) = (working.join("laid"), working.join("demo"));
    sdist::remove(&fresh)?;
    if !laid.join(".git").exists() {
        sdist::remove(&laid)?;
        let lay = Run::new(workspace::ssot()).args(["demo", "--quiet", "--directory"]);
        lay.arg(&laid).output()?;
    }
    Run::new("git").args(["clone", "--quiet"]).arg(&laid).arg(&fresh).output()?;
    Ok(fresh)
}

/// The folder of sample pages, modules and their tests, which a test of `pages` writes.
fn pages(root: &Path, working: &Path) -> Result<PathBuf> {
    let folder = working.join("pages");
    sdist::remove(&folder)?;
    Run::cargo()
        .args(["test", "--quiet", "--package", "ssot-pages", "--test", "dashboard"])
        .directory(root)
        .env("SSOT_PAGES_DIR", &folder)
        .output()?;
    Ok(folder)
}
