//! One git command, hardened.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::GitError;
use crate::process::Ending;

/// Settings that win over every file: no program is started by git itself.
const SETTINGS: [&str; 18] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.autocrlf=false",
    "core.fileMode=true",
    "core.quotePath=false",
    "core.filesRefLockTimeout=2000",
    "core.pager=cat",
    "diff.external=",
    "log.showSignature=false",
    "commit.gpgSign=false",
    "protocol.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    // What a foreign owner could have configured is switched off here.
    "safe.directory=*",
];

/// The whole environment besides `PATH`.
const ENVIRONMENT: [(&str, &str); 11] = [
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_EDITOR", "false"),
    ("LC_ALL", "C"),
];

/// Where git is, looked up once. A name that is searched for in another `PATH` than our own
/// makes the standard library fork, which copies the page tables of everything in memory; a
/// path is spawned without.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let places = std::env::split_paths(&path).filter(|place| place.is_absolute());
        let is_program = |file: &PathBuf| {
            rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok() && file.is_file()
        };
        places
            .map(|place| place.join("git"))
            .find(is_program)
            .unwrap_or_else(|| PathBuf::from("git"))
    })
}

/// A command in the making.
pub(super) struct GitCommand {
    command: Command,
    shown: String,
    input: Option<Vec<u8>>,
}

/// What a command answered.
pub(super) struct Answer {
    shown: String,
    ending: Ending,
    stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl GitCommand {
    fn new(directory: &Path) -> Self {
        let mut command = Command::new(program());
        command.env_clear().envs(ENVIRONMENT).current_dir(directory);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        Self { command, shown: String::new(), input: None }
    }

    /// Looks for the repository from `directory` upwards.
    pub(super) fn discovering(directory: &Path) -> Self {
        Self::new(directory)
    }

    /// Uses exactly this repository and these files, whatever a `.git` file says.
    pub(super) fn inside(git_dir: &Path, work_tree: &Path) -> Self {
        Self::new(work_tree).env("GIT_DIR", git_dir).env("GIT_WORK_TREE", work_tree)
    }

    pub(super) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(super) fn settings(mut self, settings: &[String]) -> Self {
        for setting in settings {
            self.command.args(["-c", setting]);
        }
        self
    }

    pub(super) fn args<A: AsRef<OsStr>>(mut self, args: &[A]) -> Self {
        for arg in args {
            if !self.shown.is_empty() {
                self.shown.push(' ');
            }
            self.shown.push_str(&arg.as_ref().to_string_lossy());
            self.command.arg(arg);
        }
        self
    }

    pub(super) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    /// Runs it, whatever it answers.
    pub(super) fn run(mut self) -> Result<Answer, GitError> {
        let shown = self.shown;
        let failed = |source| GitError::Run { command: shown.clone(), source };
        let stdin = if self.input.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut child = self
            .command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        // Commands that are given input answer after they have read it all, so
        // writing first cannot block. A closed pipe shows in the exit code.
        if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), self.input) {
            match pipe.write_all(&bytes) {
                Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
                    return Err(failed(source));
                }
                _ => {}
            }
        }
        let output = child.wait_with_output().map_err(failed)?;
        Ok(Answer {
            ending: output.status.into(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            shown,
        })
    }

    /// Runs it and reads its answer while it is still being given, however long it is.
    /// The input is written beside. What `read` leaves is thrown away.
    pub(super) fn read_with<T>(
        mut self,
        read: impl FnOnce(&mut dyn BufRead) -> std::io::Result<T>,
    ) -> Result<T, GitError> {
        let shown = self.shown;
        let failed = |source| GitError::Run { command: shown.clone(), source };
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let input = self.input.unwrap_or_default();
        let result = std::thread::scope(|scope| {
            // A closed pipe shows in what is read.
            let writer = move || stdin.map(|mut pipe| pipe.write_all(&input));
            scope.spawn(writer);
            let stdout = stdout.expect("the pipe was asked for above");
            read(&mut BufReader::new(stdout))
        });
        child.wait().map_err(failed)?;
        result.map_err(failed)
    }

    /// Runs it and demands success.
    pub(super) fn succeed(self) -> Result<Answer, GitError> {
        let answer = self.run()?;
        if answer.success() { Ok(answer) } else { Err(answer.failed()) }
    }

    /// Runs it, demands success and takes its only line.
    pub(super) fn line(self) -> Result<String, GitError> {
        self.succeed()?.line()
    }
}

impl Answer {
    pub(super) fn success(&self) -> bool {
        self.ending.success()
    }

    pub(super) fn code(&self) -> Option<i32> {
        match self.ending {
            Ending::Exited(code) => Some(code),
            _ => None,
        }
    }

    pub(super) fn failed(self) -> GitError {
        GitError::Failed { command: self.shown, ending: self.ending, stderr: self.stderr }
    }

    pub(super) fn unexpected(&self) -> GitError {
        let answer = self.text().chars().take(200).collect();
        GitError::Unexpected { command: self.shown.clone(), answer }
    }

    /// What it answered before it ended, however it ended.
    pub(super) fn so_far(&self) -> &[u8] {
        &self.stdout
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.stdout
    }

    pub(super) fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.stdout)
    }

    /// The only line of a successful answer.
    pub(super) fn line(self) -> Result<String, GitError> {
        if !self.success() {
            return Err(self.failed());
        }
        let text = self.text();
        let line = text.trim_end_matches('\n');
        if line.is_empty() || line.contains('\n') {
            return Err(self.unexpected());
        }
        Ok(line.to_owned())
    }

    /// The pieces between NUL bytes.
    pub(super) fn pieces(&self) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
        self.stdout
            .split(|byte| *byte == 0)
            .filter(|piece| !piece.is_empty())
            .map(String::from_utf8_lossy)
    }
}

/// The arguments of a command as owned words, for lists of paths.
pub(super) fn words<'a>(fixed: &[&'a str], rest: impl Iterator<Item = &'a str>) -> Vec<OsString> {
    fixed.iter().copied().chain(rest).map(OsString::from).collect()
}
