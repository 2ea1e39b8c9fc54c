//! Git, through its command line, with everything switched off that could run
//! a program of the repository's or the user's choice.

mod command;
mod create;
mod history;
mod objects;
mod read;
mod refs;
mod state;
mod worktree;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use command::GitCommand;

pub use create::{NewCommit, NewRepository};
pub use history::{FileVersion, HistoryCommit, HistoryLog, PathChange};
pub use objects::{BlobId, Entries, Entry};
pub use read::{CheckedOut, Dirt, KnownTree, LoggedCommit};
pub use refs::{KEPT, UpdateRefError, ZERO};
pub use worktree::Worktree;

/// The oldest git whose commands behave as used here.
const OLDEST: (u32, u32) = (2, 30);
/// Everything of ours in a repository lies below this directory of its root.
pub const STATE_DIRECTORY: &str = ".ssot";
/// Our worktrees lie below this directory of the state directory.
pub const WORKTREES: &str = "worktrees";

/// The repository cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No git repository there.
    #[error("`{0}` is not inside a git repository; run `git init` and commit first")]
    NotARepository(PathBuf),
    /// Nothing was ever committed.
    #[error("the repository at `{0}` has no commit yet; commit something first")]
    NoCommits(PathBuf),
    /// A repository without a checkout.
    #[error("`{0}` is a bare repository; work with a clone that has files")]
    Bare(PathBuf),
    /// No git on the search path.
    #[error("git is not installed or not on PATH; version 2.30 or newer is needed")]
    GitMissing,
    /// A git that is too old.
    #[error("git {0} is too old; version 2.30 or newer is needed")]
    GitTooOld(String),
    /// Anything else.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// A git command did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// It could not be started or talked to.
    #[error("cannot run `git {command}`: {source}")]
    Run {
        /// The arguments.
        command: String,
        /// Why.
        source: std::io::Error,
    },
    /// It said no.
    #[error("`git {command}` failed ({ending}): {stderr}")]
    Failed {
        /// The arguments.
        command: String,
        /// How it ended.
        ending: crate::process::Ending,
        /// What it said.
        stderr: String,
    },
    /// It said something that was not expected.
    #[error("`git {command}` answered something unexpected: {answer}")]
    Unexpected {
        /// The arguments.
        command: String,
        /// What it said.
        answer: String,
    },
    /// A file of ours could not be handled.
    #[error("`{path}`: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A path that was about to be deleted is not ours.
    #[error("`{0}` is not below the worktrees of ssot; it was not touched")]
    NotOurs(PathBuf),
    /// A worktree could not be brought back to its tree.
    #[error("`{path}` could not be restored after a run of the tests: {left}")]
    NotRestored {
        /// The worktree.
        path: PathBuf,
        /// What differs.
        left: String,
    },
}

impl GitError {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_path_buf(), source }
    }
}

/// A repository with a checkout and at least one commit.
#[derive(Debug, Clone)]
pub struct Repository {
    root: PathBuf,
    git_dir: PathBuf,
    common_dir: PathBuf,
    /// Settings that switch off the filters of the repository's own configuration.
    filters: Arc<[String]>,
}

impl Repository {
    /// Finds the repository that `path` lies in.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        check_version()?;
        let discover = |question: &[&str]| GitCommand::discovering(path).args(question).run();
        let found = discover(&["rev-parse", "--absolute-git-dir"])?;
        if !found.success() {
            return match found.stderr.to_lowercase() {
                words if words.contains("not a git repository") => {
                    Err(OpenError::NotARepository(path.to_path_buf()))
                }
                _ => Err(found.failed().into()),
            };
        }
        let git_dir = PathBuf::from(found.line()?);
        if discover(&["rev-parse", "--is-bare-repository"])?.line()? == "true" {
            return Err(OpenError::Bare(git_dir));
        }
        let root = canonical(Path::new(&discover(&["rev-parse", "--show-toplevel"])?.line()?))?;
        let common = discover(&["rev-parse", "--git-common-dir"])?.line()?;
        // Relative to the directory in which the question was asked.
        let common_dir = canonical(&path.join(common))?;
        let mut repository = Self { root, git_dir, common_dir, filters: Arc::new([]) };
        if !repository.git(&["rev-parse", "--verify", "-q", "HEAD^{commit}"]).run()?.success() {
            return Err(OpenError::NoCommits(repository.root));
        }
        repository.filters = repository.filter_settings()?;
        Ok(repository)
    }

    /// The top directory of the checkout, without symbolic links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The directory of everything that belongs to ssot in this checkout.
    pub fn state_dir(&self) -> PathBuf {
        self.root.join(STATE_DIRECTORY)
    }

    /// Creates the state directory, invisible to `git status`.
    pub fn prepare_state_dir(&self) -> Result<PathBuf, GitError> {
        let directory = self.state_dir();
        let real = std::fs::symlink_metadata(&directory).map(|meta| meta.is_dir());
        if matches!(real, Ok(false)) {
            let source = std::io::Error::other("in the way, and not a directory");
            return Err(GitError::io(&directory, source));
        }
        std::fs::create_dir_all(&directory).map_err(|e| GitError::io(&directory, e))?;
        let ignore = directory.join(".gitignore");
        if !ignore.exists() {
            std::fs::write(&ignore, "*\n").map_err(|e| GitError::io(&ignore, e))?;
        }
        Ok(directory)
    }

    /// A command on the repository and its checkout.
    fn git(&self, args: &[&str]) -> GitCommand {
        GitCommand::inside(&self.git_dir, &self.root).settings(&self.filters).args(args)
    }

    /// One setting a line for each filter that the repository's configuration defines.
    fn filter_settings(&self) -> Result<Arc<[String]>, GitError> {
        let pattern = r"^filter\..*\.(clean|smudge|process|required)$";
        let found =
            self.git(&["config", "--local", "--name-only", "-z", "--get-regexp", pattern]).run()?;
        let off = |name: &str| {
            let value = if name.ends_with(".required") { "false" } else { "" };
            format!("{name}={value}")
        };
        // Nothing found is exit code 1.
        Ok(found.text().split('\0').filter(|name| !name.is_empty()).map(off).collect())
    }
}

fn canonical(path: &Path) -> Result<PathBuf, GitError> {
    path.canonicalize().map_err(|source| GitError::io(path, source))
}

fn check_version() -> Result<(), OpenError> {
    let answer = match GitCommand::discovering(Path::new("/")).args(&["--version"]).run() {
        Ok(answer) => answer.line()?,
        Err(GitError::Run { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            return Err(OpenError::GitMissing);
        }
        Err(other) => return Err(other.into()),
    };
    let version = answer.split_whitespace().nth(2).unwrap_or_default();
    let mut numbers = version.split('.').map_while(|part| part.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < OLDEST { Err(OpenError::GitTooOld(version.to_owned())) } else { Ok(()) }
}
