//! Our own worktrees. Nothing outside `.ssot/worktrees/` is ever deleted.

use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ssot_model::{CommitId, RepoPath, TreeId};

use super::command::GitCommand;
use super::read::{Dirt, status_entries};
use super::{GitError, Repository, WORKTREES};

/// Paths named when a tree could not be restored.
const SHOWN: usize = 5;
/// How often git is asked for a worktree: it fails when another process makes
/// or removes one at the same moment.
const ADD_ATTEMPTS: u32 = 5;
/// The pause between two attempts.
const ADD_PAUSE: Duration = Duration::from_millis(50);

/// Held while git's memory of worktrees changes. Git reads all of it whenever
/// it makes a worktree, and trips over one that is half there.
static MEMORY: Mutex<()> = Mutex::new(());

fn memory() -> MutexGuard<'static, ()> {
    // Nothing is protected but the order, so a panic elsewhere spoils nothing.
    MEMORY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A detached worktree of ours.
#[derive(Debug, Clone)]
pub struct Worktree {
    repository: Repository,
    path: PathBuf,
    /// Used explicitly: the `.git` file lies where the repository's code can write.
    git_dir: PathBuf,
}

impl Repository {
    /// The directory of our worktrees.
    pub fn worktrees_dir(&self) -> PathBuf {
        self.state_dir().join(WORKTREES)
    }

    /// A new worktree at `.ssot/worktrees/<name>` with the files of `commit`.
    pub fn add_worktree(&self, name: &str, commit: &CommitId) -> Result<Worktree, GitError> {
        self.prepare_state_dir()?;
        let path = self.own_path(&self.worktrees_dir().join(name))?;
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| GitError::io(parent, e))?;
        }
        self.register(name, &path, commit)?;
        let file = path.join(".git");
        let text = std::fs::read_to_string(&file).map_err(|e| GitError::io(&file, e))?;
        let git_dir = text.trim_end().strip_prefix("gitdir: ").unwrap_or_default();
        let worktree = Worktree { repository: self.clone(), path, git_dir: PathBuf::from(git_dir) };
        if !worktree.git_dir.starts_with(self.common_dir.join("worktrees")) {
            return Err(GitError::NotOurs(worktree.git_dir));
        }
        worktree.check_out(commit.as_str())?;
        Ok(worktree)
    }

    /// Makes git know a worktree without files.
    fn register(&self, name: &str, path: &Path, commit: &CommitId) -> Result<(), GitError> {
        let place = path.to_string_lossy();
        let add = ["worktree", "add", "--detach", "--no-checkout", "-q", &place, commit.as_str()];
        let mut attempt = 1;
        loop {
            let memory = memory();
            let answer = self.git(&add).run()?;
            drop(memory);
            if answer.success() {
                return Ok(());
            }
            if attempt == ADD_ATTEMPTS {
                return Err(answer.failed());
            }
            attempt += 1;
            std::thread::sleep(ADD_PAUSE);
            // A git that outlived a killed ssot may have finished it meanwhile.
            self.remove_worktrees(name)?;
        }
    }

    /// Removes everything below `.ssot/worktrees/<name>`, and what git
    /// remembers of worktrees there, locks included.
    pub fn remove_worktrees(&self, name: &str) -> Result<(), GitError> {
        let path = self.own_path(&self.worktrees_dir().join(name))?;
        remove_directory(&path)?;
        let _memory = memory();
        let Ok(entries) = std::fs::read_dir(self.common_dir.join("worktrees")) else {
            return Ok(());
        };
        for entry in entries.flatten() {
            // The file names the worktree's `.git`; only what we have just removed matches.
            let Ok(link) = std::fs::read_to_string(entry.path().join("gitdir")) else {
                continue;
            };
            if Path::new(link.trim_end()).starts_with(&path) {
                remove_directory(&entry.path())?;
            }
        }
        Ok(())
    }

    /// Makes git forget worktrees of ours whose files are gone, for example with a state
    /// directory that somebody has deleted.
    pub fn forget_missing_worktrees(&self) -> Result<(), GitError> {
        let (ours, _memory) = (self.worktrees_dir(), memory());
        let known = std::fs::read_dir(self.common_dir.join("worktrees"));
        for entry in known.into_iter().flatten().flatten() {
            let Ok(link) = std::fs::read_to_string(entry.path().join("gitdir")) else { continue };
            let link = Path::new(link.trim_end());
            if link.starts_with(&ours) && !link.exists() {
                remove_directory(&entry.path())?;
            }
        }
        Ok(())
    }

    /// The path itself, when it is plainly below our worktrees and no
    /// symbolic link leads it elsewhere.
    fn own_path(&self, path: &Path) -> Result<PathBuf, GitError> {
        let foreign = || GitError::NotOurs(path.to_path_buf());
        let rest = path.strip_prefix(self.worktrees_dir()).map_err(|_| foreign())?;
        let plain = rest.components().all(|part| matches!(part, Component::Normal(_)));
        if !plain || rest.as_os_str().is_empty() {
            return Err(foreign());
        }
        for ancestor in path.ancestors().take_while(|ancestor| *ancestor != self.root()) {
            if ancestor.is_symlink() {
                return Err(foreign());
            }
        }
        Ok(path.to_path_buf())
    }
}

impl Worktree {
    /// Where the files are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory with the history that the worktree belongs to.
    pub fn history(&self) -> PathBuf {
        self.repository.common_dir.clone()
    }

    fn git(&self, args: &[&str]) -> GitCommand {
        GitCommand::inside(&self.git_dir, &self.path).settings(&self.repository.filters).args(args)
    }

    /// Gives the files the content of a tree or commit; `HEAD` stays.
    pub fn check_out(&self, tree: &str) -> Result<(), GitError> {
        self.git(&["read-tree", "--reset", "-u", tree]).succeed().map(drop)
    }

    /// Stores the content of a file as `git add` would in this worktree.
    pub fn hash_object(&self, path: &RepoPath, bytes: &[u8]) -> Result<super::BlobId, GitError> {
        Repository {
            git_dir: self.git_dir.clone(),
            root: self.path.clone(),
            ..self.repository.clone()
        }
        .hash_object(path, bytes)
    }

    /// The tree that the worktree was last given.
    pub fn tree(&self) -> Result<TreeId, GitError> {
        self.git(&["write-tree"]).line().map(TreeId::new)
    }

    /// What differs from the tree that was checked out, ignored files included.
    pub fn litter(&self) -> Result<Vec<Dirt>, GitError> {
        let fixed = ["diff-files", "--name-status", "-z", "--no-renames"];
        let changed = self.git(&fixed).succeed()?;
        let pieces: Vec<_> = changed.pieces().map(std::borrow::Cow::into_owned).collect();
        let mut found: Vec<Dirt> = pieces
            .chunks_exact(2)
            .map(|pair| Dirt { status: format!(" {}", pair[0]), path: pair[1].clone() })
            .collect();
        // `status` would compare with `HEAD`, which is not what was checked out.
        let question =
            ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored=traditional"];
        let answer = self.git(&question).args(&["--no-renames"]).succeed()?;
        let new = |dirt: &Dirt| matches!(dirt.status.as_str(), "??" | "!!");
        found.extend(status_entries(&answer).into_iter().filter(new));
        Ok(found)
    }

    /// The paths that somebody has changed since the tree was checked out. Files that the
    /// repository ignores do not count: they are in no tree.
    pub fn changes(&self) -> Result<Vec<String>, GitError> {
        self.restore_link()?;
        self.git(&["update-index", "-q", "--refresh"]).run()?;
        let changed = self.litter()?.into_iter().filter(|dirt| dirt.status != "!!");
        Ok(changed.map(|dirt| dirt.path).collect())
    }

    /// Brings the files back to the tree that was checked out: what is new
    /// goes, what was changed or deleted comes back. Returns what differed.
    pub fn restore(&self) -> Result<Vec<Dirt>, GitError> {
        self.restore_link()?;
        self.git(&["update-index", "-q", "--refresh"]).run()?;
        let litter = self.litter()?;
        if litter.is_empty() {
            return Ok(litter);
        }
        if !self.git(&["clean", "-ffdxq"]).run()?.success() {
            // Directories without the right to write resist; they are ours to open.
            open_directories(&self.path);
            self.git(&["clean", "-ffdxq"]).succeed()?;
        }
        self.git(&["checkout-index", "--all", "--force", "-u", "-q"]).succeed()?;
        let left = self.litter()?;
        if left.is_empty() {
            return Ok(litter);
        }
        let left: Vec<&str> = left.iter().take(SHOWN).map(|dirt| dirt.path.as_str()).collect();
        Err(GitError::NotRestored { path: self.path.clone(), left: left.join(", ") })
    }

    /// The `.git` file, which repository code may have replaced.
    fn restore_link(&self) -> Result<(), GitError> {
        let link = self.path.join(".git");
        let text = format!("gitdir: {}\n", self.git_dir.display());
        let meta = std::fs::symlink_metadata(&link);
        if meta.as_ref().is_ok_and(std::fs::Metadata::is_file)
            && std::fs::read(&link).is_ok_and(|found| found == text.as_bytes())
        {
            return Ok(());
        }
        match meta {
            Ok(meta) if meta.is_dir() => remove_directory(&link)?,
            Ok(_) => std::fs::remove_file(&link).map_err(|e| GitError::io(&link, e))?,
            Err(_) => {}
        }
        std::fs::write(&link, text).map_err(|e| GitError::io(&link, e))
    }

    /// Removes the worktree.
    pub fn remove(self) -> Result<(), GitError> {
        let below = self.repository.worktrees_dir();
        let name = self.path.strip_prefix(&below);
        let name = name.map_err(|_| GitError::NotOurs(self.path.clone()))?;
        self.repository.remove_worktrees(&name.to_string_lossy())
    }
}

/// Removes a directory and what is in it, without following links; none is fine.
fn remove_directory(path: &Path) -> Result<(), GitError> {
    let gone = |result: std::io::Result<()>| match result {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    if gone(std::fs::remove_dir_all(path)).is_ok() {
        return Ok(());
    }
    open_directories(path);
    gone(std::fs::remove_dir_all(path)).map_err(|source| GitError::io(path, source))
}

/// Gives the owner all rights on every directory below; links are not followed.
fn open_directories(path: &Path) {
    let mut open = vec![path.to_path_buf()];
    while let Some(directory) = open.pop() {
        // What cannot be changed shows when the removal fails again.
        let _ = std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o700));
        let Ok(entries) = std::fs::read_dir(&directory) else {
            continue;
        };
        let directories = entries.flatten().filter(|e| e.file_type().is_ok_and(|t| t.is_dir()));
        open.extend(directories.map(|entry| entry.path()));
    }
}
