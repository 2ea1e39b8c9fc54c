//! Python from outside: the interpreter, virtual environments, and pip as the only way to PyPI.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::shell::Run;

/// The interpreter that everything starts from.
pub(crate) const INTERPRETER: &str = "python3";

/// A virtual environment.
#[derive(Debug, Clone)]
pub(crate) struct Venv {
    directory: PathBuf,
}

impl Venv {
    /// The environment in `directory`, created when there is none.
    pub(crate) fn ensure(directory: &Path) -> Result<Self> {
        let venv = Self { directory: directory.to_path_buf() };
        if !venv.pip_works() {
            Run::new(INTERPRETER).args(["-m", "venv", "--clear"]).arg(directory).output()?;
        }
        Ok(venv)
    }

    /// Where its programs are.
    pub(crate) fn bin(&self) -> PathBuf {
        self.directory.join("bin")
    }

    /// One of its programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin().join(name)
    }

    /// `pip` with arguments; it never asks and never looks for a newer self.
    pub(crate) fn pip(&self, directory: &Path) -> Run {
        Run::new(self.program("python"))
            .args(["-m", "pip", "--disable-pip-version-check", "--no-input"])
            .directory(directory)
    }

    fn pip_works(&self) -> bool {
        self.directory.join("pyvenv.cfg").is_file()
            && self
                .pip(&self.directory)
                .arg("--version")
                .silent()
                .is_ok_and(|captured| captured.code == Some(0))
    }
}

/// `(3, 11)` for the interpreter on the path; none when there is no interpreter.
pub(crate) fn version() -> Option<(u32, u32)> {
    let script = "import sys; print(sys.version_info[0], sys.version_info[1])";
    let printed = Run::new(INTERPRETER).args(["-c", script]).output().ok()?;
    let (major, minor) = printed.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Whether the interpreter can create virtual environments with pip in them.
pub(crate) fn has_venv() -> bool {
    Run::new(INTERPRETER)
        .args(["-c", "import venv, ensurepip"])
        .silent()
        .is_ok_and(|captured| captured.code == Some(0))
}

/// The tools' own environment below a working directory.
pub(crate) fn tools(working: &Path) -> Result<Venv> {
    std::fs::create_dir_all(working).with_context(|| format!("creating {}", working.display()))?;
    Venv::ensure(&working.join("tools"))
}

/// An environment of its own below a working directory, with what a file of requirements
/// names, every file of it pinned to the byte.
pub(crate) fn pinned(root: &Path, working: &Path, requirements: &str) -> Result<Venv> {
    let name = requirements.rsplit('/').next().unwrap_or(requirements);
    let environment = Venv::ensure(&working.join(format!("environment-{name}")))?;
    let wanted = std::fs::read_to_string(root.join(requirements))?;
    let mark = working.join(format!("installed-{name}"));
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(environment);
    }
    environment
        .pip(working)
        .args(["install", "--quiet", "--require-hashes", "--only-binary", ":all:"])
        .arg("--requirement")
        .arg(root.join(requirements))
        .output()?;
    std::fs::write(mark, wanted)?;
    Ok(environment)
}
