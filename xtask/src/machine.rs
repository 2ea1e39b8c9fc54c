//! What a table must say about where and when its figures were measured.

use anyhow::{Context, Result};

use crate::shell::Run;
use crate::workspace;

/// The day in UTC, as `2026-03-01`.
pub(crate) fn today() -> Result<String> {
    Ok(Run::new("date").args(["-u", "+%Y-%m-%d"]).output()?.trim().to_owned())
}

/// Cores, operating system and processor architecture.
pub(crate) fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let system = Run::new("uname")
        .args(["-s", "-m"])
        .output()
        .map_or_else(|_| std::env::consts::OS.to_owned(), |text| text.trim().to_owned());
    format!("{cores} cores, {system}")
}

/// The version that the release binary reports.
pub(crate) fn ssot_version() -> Result<String> {
    let printed = Run::new(workspace::ssot()).arg("--version").output()?;
    let version = printed.split_whitespace().last().context("`ssot --version` printed nothing")?;
    Ok(version.to_owned())
}
