//! Real repositories and the real program.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What the program answered.
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    /// Demands an exit code, and shows everything when it is another.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Demands that standard error says all of this.
    #[track_caller]
    pub(crate) fn says(&self, words: &[&str]) {
        for word in words {
            let said = &self.stderr;
            assert!(said.contains(word), "`{word}` is not in:\n{said}");
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error} in:\n{}\n{}", self.stdout, self.stderr);
        })
    }
}

/// The program, not yet started, with nothing of this terminal in it.
pub(crate) fn command(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ssot"));
    command
        .args(args)
        .current_dir(directory)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("GITHUB_REPOSITORY")
        .env_remove("CI_PROJECT_URL")
        .stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(crate) fn ssot(directory: &Path, args: &[&str]) -> Answer {
    let output = command(directory, args).output().unwrap();
    Answer {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What Python prints for a program.
pub(crate) fn python(directory: &Path, code: &str) -> String {
    let output =
        Command::new("python3").args(["-B", "-c", code]).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs git with an identity and without the user's configuration.
pub(crate) fn git(directory: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "init.defaultBranch=main"])
        .args(["-c", "user.name=Ines", "-c", "user.email=ines@harbor.example"])
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", "2025-01-13T09:20:00+00:00")
        .env("GIT_COMMITTER_DATE", "2025-01-13T09:20:00+00:00")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {said}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// A repository in a temporary folder.
pub(crate) struct Repo {
    folder: TempDir,
}

impl Repo {
    /// An initialised one without a commit.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "--quiet"]);
        Self { folder }
    }

    /// One with a commit of these files.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let repo = Self::empty();
        repo.commit(files);
        repo
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn commit(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            self.write(path, text);
        }
        git(self.path(), &["add", "--all"]);
        git(self.path(), &["commit", "--quiet", "--message", "Change"]);
    }

    pub(crate) fn ssot(&self, args: &[&str]) -> Answer {
        ssot(self.path(), args)
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(self.path(), args)
    }

    pub(crate) fn tree(&self, revision: &str) -> String {
        self.git(&["rev-parse", &format!("{revision}^{{tree}}")])
    }

    /// Everything that could be lost.
    pub(crate) fn state(&self) -> State {
        State::of(self.path())
    }
}

/// What a user has in a repository: status, refs and files.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    status: String,
    head: String,
    pub(crate) refs: Vec<String>,
    files: BTreeMap<PathBuf, (u64, Vec<u8>)>,
}

/// Bytes compared of each file.
const COMPARED: usize = 64 * 1024;

impl State {
    pub(crate) fn of(root: &Path) -> Self {
        let refs = git(root, &["for-each-ref", "--format=%(refname) %(objectname)"]);
        let mut files = BTreeMap::new();
        collect(root, &mut files);
        Self {
            status: git(root, &["status", "--porcelain", "--untracked-files=all"]),
            head: fs::read_to_string(root.join(".git/HEAD")).unwrap(),
            refs: refs.lines().map(str::to_owned).collect(),
            files,
        }
    }

    /// Without the branches and references that are ssot's own.
    pub(crate) fn of_the_user(mut self) -> Self {
        self.refs.retain(|line| {
            !["refs/heads/ssot/", "refs/ssot/"].iter().any(|own| line.starts_with(own))
        });
        self
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, (u64, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if entry.file_name() == ".git" || entry.file_name() == ".ssot" {
            continue;
        }
        if kind.is_dir() {
            collect(&path, files);
        } else if kind.is_symlink() {
            let target = fs::read_link(&path).unwrap();
            files.insert(path, (0, target.to_string_lossy().into_owned().into_bytes()));
        } else {
            use std::io::Read;
            let mut head = Vec::new();
            let file = fs::File::open(&path).unwrap();
            file.take(COMPARED as u64).read_to_end(&mut head).unwrap();
            files.insert(path, (entry.metadata().unwrap().len(), head));
        }
    }
}
