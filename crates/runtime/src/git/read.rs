//! Questions to a repository.

use std::path::PathBuf;

use ssot_model::{CommitId, PackageId, RepoPath, RunId, TreeId};

use super::{GitError, Repository, command::Answer};

const RUN_TRAILER: &str = "Ssot-Run: ";
const PACKAGE_TRAILER: &str = "Ssot-Package: ";
const UNDONE_TRAILER: &str = "Ssot-Undone: ";

/// A branch that some worktree has checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedOut {
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// The worktree.
    pub worktree: PathBuf,
}

/// A worktree of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTree {
    /// Where it is.
    pub path: PathBuf,
    /// The branch that it has checked out, without `refs/heads/`; none for a detached head.
    pub branch: Option<String>,
}

/// One path that differs from the last commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirt {
    /// The two letters of `git status`, for example ` M` or `??`.
    pub status: String,
    /// The path as git names it.
    pub path: String,
}

/// A commit with what ssot wrote into its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCommit {
    /// The commit.
    pub id: CommitId,
    /// Its tree.
    pub tree: TreeId,
    /// Its first parent.
    pub parent: Option<CommitId>,
    /// The run that made it.
    pub run: Option<RunId>,
    /// The package that it lands.
    pub package: Option<PackageId>,
    /// The package that it undoes.
    pub undone: Option<PackageId>,
}

/// The message of a commit that lands (or undoes) a package of a run.
pub(super) fn with_trailers(
    message: &str,
    run: &RunId,
    package: &PackageId,
    undone: bool,
) -> String {
    let trailer = if undone { UNDONE_TRAILER } else { PACKAGE_TRAILER };
    format!("{}\n\n{RUN_TRAILER}{run}\n{trailer}{package}\n", message.trim())
}

impl Repository {
    /// The commit that is checked out.
    pub fn head(&self) -> Result<CommitId, GitError> {
        self.git(&["rev-parse", "--verify", "HEAD^{commit}"]).line().map(CommitId::new)
    }

    /// Where every reference stands, and which of them is checked out: what git tells of the
    /// past is the same while this text is.
    pub fn references(&self) -> Result<String, GitError> {
        let format = "--format=%(HEAD)%(objectname) %(refname)";
        let all = self.git(&["for-each-ref", format]).succeed()?;
        Ok(format!("{} {}", self.head()?, all.text()))
    }

    /// The address of the remote `origin`; none where there is none.
    pub fn origin(&self) -> Option<String> {
        self.git(&["remote", "get-url", "origin"]).line().ok()
    }

    /// The commit that a revision names; none when there is no such thing.
    pub fn resolve(&self, revision: &str) -> Result<Option<CommitId>, GitError> {
        let question = format!("{revision}^{{commit}}");
        let answer =
            self.git(&["rev-parse", "--verify", "-q", "--end-of-options", &question]).run()?;
        optional(answer)?.map(|answer| answer.line().map(CommitId::new)).transpose()
    }

    /// The commit from which two commits went apart; none when they have nothing in common.
    pub fn merge_base(&self, a: &CommitId, b: &CommitId) -> Result<Option<CommitId>, GitError> {
        let answer = self.git(&["merge-base", a.as_str(), b.as_str()]).run()?;
        optional(answer)?.map(|answer| answer.line().map(CommitId::new)).transpose()
    }

    /// The head of a branch; none when there is no such branch.
    pub fn branch_head(&self, branch: &str) -> Result<Option<CommitId>, GitError> {
        self.resolve(&format!("refs/heads/{branch}"))
    }

    /// The branch that is checked out; none for a detached head.
    pub fn current_branch(&self) -> Result<Option<String>, GitError> {
        let answer = self.git(&["symbolic-ref", "-q", "--short", "HEAD"]).run()?;
        optional(answer)?.map(Answer::line).transpose()
    }

    /// Every worktree of the repository, the main one first; one whose directory is gone
    /// counts until git forgets it.
    pub fn trees(&self) -> Result<Vec<KnownTree>, GitError> {
        let answer = self.git(&["worktree", "list", "--porcelain"]).succeed()?;
        let mut found: Vec<KnownTree> = Vec::new();
        for line in answer.text().lines() {
            if let Some(path) = line.strip_prefix("worktree ") {
                found.push(KnownTree { path: PathBuf::from(path), branch: None });
            } else if let Some(branch) = line.strip_prefix("branch refs/heads/")
                && let Some(tree) = found.last_mut()
            {
                tree.branch = Some(branch.to_owned());
            }
        }
        Ok(found)
    }

    /// Every branch that any worktree of the repository has checked out.
    pub fn checked_out(&self) -> Result<Vec<CheckedOut>, GitError> {
        let of = |tree: KnownTree| Some(CheckedOut { branch: tree.branch?, worktree: tree.path });
        Ok(self.trees()?.into_iter().filter_map(of).collect())
    }

    /// What differs from the last commit in the checkout; files that are not
    /// tracked and not ignored count.
    pub fn dirt(&self) -> Result<Vec<Dirt>, GitError> {
        let question = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"];
        Ok(status_entries(&self.git(&question).succeed()?))
    }

    /// The tree of a commit.
    pub fn tree_of(&self, commit: &CommitId) -> Result<TreeId, GitError> {
        let question = format!("{commit}^{{tree}}");
        self.git(&["rev-parse", "--verify", &question]).line().map(TreeId::new)
    }

    /// The content of a file at a commit or tree; none when there is no such file.
    pub fn content_at(&self, tree: &str, path: &RepoPath) -> Result<Option<Vec<u8>>, GitError> {
        let Some(entry) = self.entry_at(tree, path)? else {
            return Ok(None);
        };
        self.git(&["cat-file", "blob", entry.blob.as_str()])
            .succeed()
            .map(|answer| Some(answer.bytes()))
    }

    /// The commits of `head` that `base` has not, newest first.
    pub fn log(&self, base: &CommitId, head: &CommitId) -> Result<Vec<LoggedCommit>, GitError> {
        let range = format!("{base}..{head}");
        let format = "--format=tformat:%H%n%T%n%P%n%B";
        let answer = self.git(&["log", "-z", "--topo-order", format, &range, "--"]).succeed()?;
        answer.pieces().map(|record| logged(&record).ok_or_else(|| answer.unexpected())).collect()
    }
}

/// Exit code 1 without a word is git's way to say "no".
fn optional(answer: Answer) -> Result<Option<Answer>, GitError> {
    match answer.code() {
        Some(0) => Ok(Some(answer)),
        Some(1) if answer.stderr.is_empty() => Ok(None),
        _ => Err(answer.failed()),
    }
}

pub(super) fn status_entries(answer: &Answer) -> Vec<Dirt> {
    let entry = |piece: std::borrow::Cow<'_, str>| {
        let (status, path) = piece.split_at_checked(3)?;
        Some(Dirt { status: status[..2].to_owned(), path: path.to_owned() })
    };
    answer.pieces().filter_map(entry).collect()
}

fn logged(record: &str) -> Option<LoggedCommit> {
    let mut lines = record.splitn(4, '\n');
    let id = CommitId::new(lines.next()?);
    let tree = TreeId::new(lines.next()?);
    let parent = lines.next()?.split(' ').next().filter(|id| !id.is_empty()).map(CommitId::new);
    let message = lines.next().unwrap_or_default().trim_end();
    // Trailers are the last paragraph; the words elsewhere mean nothing.
    let last = message.rsplit("\n\n").next().unwrap_or_default();
    let trailer = |name: &str| last.lines().find_map(|line| line.strip_prefix(name));
    Some(LoggedCommit {
        id,
        tree,
        parent,
        run: trailer(RUN_TRAILER).map(RunId::new),
        package: trailer(PACKAGE_TRAILER).map(PackageId::new),
        undone: trailer(UNDONE_TRAILER).map(PackageId::new),
    })
}
