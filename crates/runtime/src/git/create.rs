//! A repository written from nothing, commit by commit.

use std::io;
use std::path::{Path, PathBuf};

use ssot_model::{CommitId, RepoPath};

use super::GitError;
use super::command::GitCommand;
use crate::files;

/// How many names are tried for a temporary directory.
const NAME_ATTEMPTS: u32 = 100;

/// One entry of the history to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommit {
    /// The author's name.
    pub name: String,
    /// The author's address.
    pub email: String,
    /// When it was made, in a form that git reads.
    pub date: String,
    /// The whole message.
    pub message: String,
}

/// A repository in the making: files go in, commits come out.
#[derive(Debug)]
pub struct NewRepository {
    root: PathBuf,
}

impl NewRepository {
    /// Starts one in `directory`, which must be empty or not exist, on the branch `main`.
    pub fn create(directory: &Path) -> Result<Self, GitError> {
        let io = |source| GitError::io(directory, source);
        std::fs::create_dir_all(directory).map_err(io)?;
        if std::fs::read_dir(directory).map_err(io)?.next().is_some() {
            let words = "is not empty; name a directory that does not exist yet";
            return Err(io(io::Error::new(io::ErrorKind::AlreadyExists, words)));
        }
        let root = directory.canonicalize().map_err(io)?;
        // No template: a fresh repository holds nothing of the user's.
        GitCommand::discovering(&root)
            .args(&["init", "--quiet", "--template=", "--initial-branch=main"])
            .succeed()?;
        Ok(Self { root })
    }

    /// Starts one in a new directory among the system's temporary ones.
    pub fn create_temporary(prefix: &str) -> Result<Self, GitError> {
        let parent = std::env::temp_dir();
        let mut attempt = 0;
        loop {
            let path = parent.join(format!("{prefix}-{}-{attempt}", std::process::id()));
            match std::fs::create_dir(&path) {
                Ok(()) => return Self::create(&path),
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists && attempt < NAME_ATTEMPTS =>
                {
                    attempt += 1;
                }
                Err(error) => return Err(GitError::io(&path, error)),
            }
        }
    }

    /// The top directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Gives a file its content.
    pub fn write(&self, path: &RepoPath, bytes: &[u8]) -> Result<(), GitError> {
        files::write_beneath(&self.root, path, bytes)
            .map_err(|source| GitError::io(&self.root.join(path.as_str()), source))
    }

    /// Removes a file.
    pub fn remove(&self, path: &RepoPath) -> Result<(), GitError> {
        files::remove_beneath(&self.root, path)
            .map_err(|source| GitError::io(&self.root.join(path.as_str()), source))
    }

    /// Commits every file that is not ignored. Author and committer are the same,
    /// so equal histories have equal identities everywhere.
    pub fn commit_all(&self, commit: &NewCommit) -> Result<CommitId, GitError> {
        let git = |args: &[&str]| GitCommand::discovering(&self.root).args(args);
        git(&["add", "--all"]).succeed()?;
        let mut command = git(&["commit", "--quiet", "--no-verify", "--file=-"]);
        for role in ["AUTHOR", "COMMITTER"] {
            command = command
                .env(&format!("GIT_{role}_NAME"), &commit.name)
                .env(&format!("GIT_{role}_EMAIL"), &commit.email)
                .env(&format!("GIT_{role}_DATE"), &commit.date);
        }
        command.input(commit.message.as_bytes()).succeed()?;
        git(&["rev-parse", "--verify", "HEAD"]).line().map(CommitId::new)
    }

    /// Removes the repository with everything in it.
    pub fn delete(self) -> Result<(), GitError> {
        std::fs::remove_dir_all(&self.root).map_err(|source| GitError::io(&self.root, source))
    }
}

#[cfg(test)]
mod tests {
    use super::{NewCommit, NewRepository, RepoPath};
    use crate::git::Repository;

    fn commit(message: &str) -> NewCommit {
        NewCommit {
            name: "Ines".to_owned(),
            email: "ines@harbor.example".to_owned(),
            date: "2025-01-13T09:20:00+00:00".to_owned(),
            message: message.to_owned(),
        }
    }

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a plain path")
    }

    #[test]
    fn the_same_history_has_the_same_identity_everywhere() {
        let mut heads = Vec::new();
        for _ in 0..2 {
            let new = NewRepository::create_temporary("ssot-create-test").expect("created");
            new.write(&path("a/x.py"), b"X = 1\n").expect("written");
            new.commit_all(&commit("One")).expect("committed");
            new.write(&path("b.py"), b"Y = 2\n").expect("written");
            new.remove(&path("a/x.py")).expect("removed");
            heads.push(new.commit_all(&commit("Two")).expect("committed"));
            let repository = Repository::open(new.root()).expect("a repository");
            assert_eq!(repository.current_branch().expect("git"), Some("main".to_owned()));
            assert!(repository.dirt().expect("git").is_empty());
            new.delete().expect("deleted");
        }
        assert_eq!(heads[0], heads[1]);
    }

    #[test]
    fn a_directory_with_files_is_left_alone() {
        let directory = tempfile::tempdir().expect("temporary directory");
        std::fs::write(directory.path().join("mine"), "x").expect("written");
        let error = NewRepository::create(directory.path()).expect_err("not empty");
        assert!(error.to_string().contains("is not empty"), "{error}");
        assert!(!directory.path().join(".git").exists());
    }
}
