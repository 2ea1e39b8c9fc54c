//! What the tests need from the machine; what is missing is installed where that is possible.

use std::path::Path;

use anyhow::{Result, bail};

use crate::shell::Run;
use crate::{browser, python};

/// Oldest Python.
const PYTHON: (u32, u32) = (3, 9);
/// Oldest git.
const GIT: (u32, u32) = (2, 30);

/// One thing the tests need.
struct Need {
    /// What it is, for a person.
    what: &'static str,
    /// The Debian package that brings it.
    package: &'static str,
    /// Whether it is there.
    met: fn() -> bool,
    /// Whether the tests run without it.
    optional: bool,
}

const NEEDS: &[Need] = &[
    Need { what: "git 2.30 or newer", package: "git", met: has_git, optional: false },
    Need { what: "Python 3.9 or newer", package: "python3", met: has_python, optional: false },
    Need {
        what: "Python's venv module with pip",
        package: "python3-venv",
        met: python::has_venv,
        optional: false,
    },
    Need {
        what: "bubblewrap, one more layer of the sandbox",
        package: "bubblewrap",
        met: has_bubblewrap,
        optional: true,
    },
    Need {
        what: "Chromium, in which the dashboard is tested",
        package: "chromium",
        met: || browser::browser().is_some(),
        optional: true,
    },
];

/// Checks every need, installs what is missing, and fails with what still is.
pub(crate) fn run() -> Result<()> {
    let missing = unmet();
    if missing.is_empty() {
        return Ok(());
    }
    if can_install() {
        install(&missing);
    }
    let mut unmet_needs = Vec::new();
    for need in unmet() {
        if need.optional {
            eprintln!("preflight: without {}; the tests run all the same", need.what);
        } else {
            unmet_needs.push(format!("{} (Debian: apt-get install {})", need.what, need.package));
        }
    }
    if !unmet_needs.is_empty() {
        bail!("preflight: missing: {}", unmet_needs.join("; "));
    }
    Ok(())
}

fn unmet() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| !(need.met)()).collect()
}

/// Root on a system with apt.
fn can_install() -> bool {
    let root = Run::new("id").arg("-u").output().is_ok_and(|id| id.trim() == "0");
    root && Path::new("/usr/bin/apt-get").is_file()
}

fn install(missing: &[&Need]) {
    let apt = |args: &[&str]| {
        let run = Run::new("apt-get").args(["-y", "-qq"]).args(args);
        let run = run.env("DEBIAN_FRONTEND", "noninteractive");
        match run.silent() {
            Ok(captured) if captured.code == Some(0) => {}
            Ok(captured) => eprintln!("preflight: `{run}` failed: {}", captured.stderr.trim()),
            Err(error) => eprintln!("preflight: {error}"),
        }
    };
    apt(&["update"]);
    // One by one, so that an optional package which is not to be had costs nothing else.
    for need in missing {
        eprintln!("preflight: installing {}", need.package);
        apt(&["install", "--no-install-recommends", need.package]);
    }
}

fn has_python() -> bool {
    python::version().is_some_and(|version| version >= PYTHON)
}

fn has_git() -> bool {
    Run::new("git")
        .arg("--version")
        .output()
        .is_ok_and(|printed| git_version(&printed).is_some_and(|version| version >= GIT))
}

fn has_bubblewrap() -> bool {
    cfg!(not(target_os = "linux"))
        || Run::new("bwrap").arg("--version").silent().is_ok_and(|c| c.code == Some(0))
}

/// `(2, 47)` of `git version 2.47.3`.
fn git_version(printed: &str) -> Option<(u32, u32)> {
    let mut parts = printed.split_whitespace().nth(2)?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::git_version;

    #[test]
    fn git_says_its_version_in_several_ways() {
        for (printed, expected) in [
            ("git version 2.47.3\n", Some((2, 47))),
            ("git version 2.39.5 (Apple Git-154)", Some((2, 39))),
            ("git version 2.50.0.windows.1", Some((2, 50))),
            ("something else", None),
        ] {
            assert_eq!(git_version(printed), expected, "{printed}");
        }
    }
}
