//! Running other programs. Standard input is always empty.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// What cargo tells a program about its package. A build script that looks at such a variable
/// would run anew, and everything that rests on it would be built anew, whenever `cargo` and
/// `cargo xtask` take turns.
const OF_A_PACKAGE: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// A program that ended with another exit code than zero.
#[derive(Debug)]
pub(crate) struct Failed {
    /// The command as a reader would type it.
    pub(crate) command: String,
    /// Its exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "`{}` ended with exit code {code}", self.command),
            None => write!(f, "`{}` was ended by a signal", self.command),
        }
    }
}

impl std::error::Error for Failed {}

/// What a captured program printed and how it ended.
#[derive(Debug)]
pub(crate) struct Captured {
    /// Its exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Its standard output.
    pub(crate) stdout: String,
    /// Its standard error.
    pub(crate) stderr: String,
}

/// A program about to run.
#[derive(Debug)]
pub(crate) struct Run {
    program: OsString,
    args: Vec<OsString>,
    directory: Option<PathBuf>,
    env: Vec<(String, OsString)>,
}

impl Run {
    /// A program without arguments.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref().to_owned();
        Self { program, args: Vec::new(), directory: None, env: Vec::new() }
    }

    /// The cargo that runs this chore.
    pub(crate) fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// Adds arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Adds one argument.
    pub(crate) fn arg(self, arg: impl AsRef<OsStr>) -> Self {
        self.args([arg])
    }

    /// Sets the directory in which it runs.
    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.to_path_buf());
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Runs it with its output passed through; fails unless it exits with zero.
    pub(crate) fn check(&self) -> Result<()> {
        let status = self.command().status().with_context(|| self.cannot_start())?;
        if status.success() {
            return Ok(());
        }
        Err(Failed { command: self.to_string(), code: status.code() }.into())
    }

    /// Runs it with its standard error passed through and returns its standard output
    /// and exit code.
    pub(crate) fn captured(&self) -> Result<Captured> {
        self.capture(Stdio::inherit())
    }

    /// Runs it in silence and returns all that it printed, with its exit code.
    pub(crate) fn silent(&self) -> Result<Captured> {
        self.capture(Stdio::piped())
    }

    /// Runs it in silence and returns its standard output; fails, with what it said,
    /// unless it exits with zero.
    pub(crate) fn output(&self) -> Result<String> {
        let captured = self.silent()?;
        if captured.code == Some(0) {
            return Ok(captured.stdout);
        }
        let failed = Failed { command: self.to_string(), code: captured.code };
        bail!("{failed}\n{}{}", captured.stdout, captured.stderr);
    }

    fn capture(&self, stderr: Stdio) -> Result<Captured> {
        let output = self.command().stderr(stderr).output().with_context(|| self.cannot_start())?;
        Ok(Captured {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).stdin(Stdio::null());
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        for name in names.filter(|name| OF_A_PACKAGE.iter().any(|it| name.starts_with(it))) {
            command.env_remove(name);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command
    }

    fn cannot_start(&self) -> String {
        format!("cannot start `{self}`")
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.program.to_string_lossy())?;
        for arg in &self.args {
            write!(f, " {}", shell_words::quote(&arg.to_string_lossy()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Failed, Run};

    #[test]
    fn a_failure_keeps_the_exit_code_and_what_was_said() {
        let run = Run::new("sh").args(["-c", "echo out; echo why >&2; exit 7"]);
        let error = run.check().expect_err("it fails");
        assert_eq!(error.downcast_ref::<Failed>().and_then(|failed| failed.code), Some(7));
        assert!(run.output().expect_err("it fails").to_string().contains("why"));
        let silent = run.silent().expect("it starts");
        assert_eq!((silent.code, silent.stdout.as_str()), (Some(7), "out\n"));
    }

    #[test]
    fn nobody_is_told_of_the_package_of_the_chores() {
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some(), "cargo runs this test");
        let told = Run::new("env").output().expect("it starts");
        let told: Vec<&str> = told.lines().filter(|it| it.contains("xtask")).collect();
        assert!(!told.iter().any(|it| it.starts_with("CARGO_PKG_")), "{told:?}");
        assert!(!told.iter().any(|it| it.starts_with("CARGO_MANIFEST_")), "{told:?}");
    }
}
