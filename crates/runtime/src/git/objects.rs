//! Blobs, trees and commits, made without touching any checkout.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use ssot_model::{CommitId, PackageId, RepoPath, RunId, Timestamp, TreeId};

use super::command::words;
use super::read::with_trailers;
use super::{GitError, Repository};

/// Who our commits are by.
const IDENTITY: (&str, &str) = ("ssot", "ssot@localhost");
/// The mode of a file that is new.
const REGULAR: &str = "100644";
/// Paths in one question, far below the limit of a command line.
const PATHS_PER_COMMAND: usize = 500;

/// The identity of a file's content.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId(String);

impl BlobId {
    /// As the log names it.
    pub(super) fn of_log(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Forty hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A file in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The mode as git writes it, for example `100644`.
    pub mode: String,
    /// The content.
    pub blob: BlobId,
}

impl Entry {
    /// An entry for `blob` that keeps the mode of the file it replaces.
    pub fn replacing(old: Option<&Self>, blob: BlobId) -> Self {
        let mode = old.map_or_else(|| REGULAR.to_owned(), |old| old.mode.clone());
        Self { mode, blob }
    }
}

/// Files of a tree by path; `None` where there is no file.
pub type Entries = BTreeMap<RepoPath, Option<Entry>>;

/// An index of our own that goes away with the value.
struct PrivateIndex(PathBuf);

impl Drop for PrivateIndex {
    fn drop(&mut self) {
        // Both are ours alone; that one is missing is the normal case.
        let _ = std::fs::remove_file(&self.0);
        let _ = std::fs::remove_file(self.0.with_extension("lock"));
    }
}

impl Repository {
    /// One file of a commit or tree.
    pub fn entry_at(&self, tree: &str, path: &RepoPath) -> Result<Option<Entry>, GitError> {
        Ok(self.entries_at(tree, [path])?.into_values().next().flatten())
    }

    /// Some files of a commit or tree.
    pub fn entries_at<'a>(
        &self,
        tree: &str,
        paths: impl IntoIterator<Item = &'a RepoPath>,
    ) -> Result<Entries, GitError> {
        let mut entries: Entries = paths.into_iter().map(|path| (path.clone(), None)).collect();
        let asked: Vec<RepoPath> = entries.keys().cloned().collect();
        for some in asked.chunks(PATHS_PER_COMMAND) {
            let fixed = ["ls-tree", "-z", "--full-tree", tree, "--"];
            let args = words(&fixed, some.iter().map(RepoPath::as_str));
            let answer = self.git(&[]).args(&args).succeed()?;
            for piece in answer.pieces() {
                let (meta, path) = piece.split_once('\t').ok_or_else(|| answer.unexpected())?;
                let mut meta = meta.split(' ');
                let (mode, kind, id) = (meta.next(), meta.next(), meta.next());
                let (Some(mode), Some("blob"), Some(id)) = (mode, kind, id) else {
                    continue;
                };
                let path = RepoPath::new(path).map_err(|_| answer.unexpected())?;
                let entry = Entry { mode: mode.to_owned(), blob: BlobId(id.to_owned()) };
                entries.insert(path, Some(entry));
            }
        }
        Ok(entries)
    }

    /// Stores the content that a file has on disk, as `git add` would.
    pub fn hash_object(&self, path: &RepoPath, bytes: &[u8]) -> Result<BlobId, GitError> {
        let place = format!("--path={path}");
        self.git(&["hash-object", "-w", &place, "--stdin"]).input(bytes).line().map(BlobId)
    }

    /// The tree `from` with `entries` in place of what was there.
    pub fn build_tree(&self, from: &str, entries: &Entries) -> Result<TreeId, GitError> {
        let index = self.private_index()?;
        let git = |args: &[&str]| self.git(args).env("GIT_INDEX_FILE", &index.0);
        git(&["read-tree", from]).succeed()?;
        let zero = super::ZERO;
        // Removals first, so that a directory may take the place of a file.
        let gone = entries.iter().filter(|(_, entry)| entry.is_none());
        let removals = gone.map(|(path, _)| format!("0 {zero}\t{path}\0"));
        let here = entries.iter().filter_map(|(path, entry)| Some((path, entry.as_ref()?)));
        let additions = here.map(|(path, e)| format!("{} {} 0\t{path}\0", e.mode, e.blob.as_str()));
        let info = removals.chain(additions).collect::<Vec<_>>().concat();
        git(&["update-index", "-z", "--index-info"]).input(info).succeed()?;
        git(&["write-tree"]).line().map(TreeId::new)
    }

    fn private_index(&self) -> Result<PrivateIndex, GitError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let directory = self.prepare_state_dir()?.join("tmp");
        std::fs::create_dir_all(&directory).map_err(|e| GitError::io(&directory, e))?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(PrivateIndex(directory.join(format!("index-{}-{number}", std::process::id()))))
    }

    /// A commit of `tree` on top of `parent` that names the run and the package
    /// it lands or, with `undone`, takes back.
    pub fn commit_package(
        &self,
        tree: &TreeId,
        parent: &CommitId,
        message: &str,
        (run, package, undone): (&RunId, &PackageId, bool),
        at: Timestamp,
    ) -> Result<CommitId, GitError> {
        let message = with_trailers(message, run, package, undone);
        let date = format!("@{} +0000", at.0.div_euclid(1000));
        let mut command = self.git(&["commit-tree", tree.as_str(), "-p", parent.as_str()]);
        for role in ["AUTHOR", "COMMITTER"] {
            command = command
                .env(&format!("GIT_{role}_NAME"), IDENTITY.0)
                .env(&format!("GIT_{role}_EMAIL"), IDENTITY.1)
                .env(&format!("GIT_{role}_DATE"), &date);
        }
        command.input(message).line().map(CommitId::new)
    }

    /// The change from one tree to another as a patch that `git apply` takes.
    pub fn diff(&self, from: &str, to: &str) -> Result<Vec<u8>, GitError> {
        let fixed = ["diff-tree", "-p", "--binary", "--full-index", "--no-ext-diff"];
        let args: Vec<&str> = fixed.into_iter().chain(["--no-textconv", from, to, "--"]).collect();
        self.git(&args).succeed().map(super::command::Answer::bytes)
    }

    /// The paths whose files in the checkout differ from a commit; files that are not
    /// tracked and not ignored count.
    pub fn changed_since(&self, commit: &CommitId) -> Result<Vec<String>, GitError> {
        let question =
            ["diff", "-z", "--name-only", "--no-renames", "--no-ext-diff", commit.as_str(), "--"];
        let changed = self.git(&question).succeed()?;
        let question = ["ls-files", "-z", "--others", "--exclude-standard"];
        let untracked = self.git(&question).succeed()?;
        let paths = changed.pieces().chain(untracked.pieces());
        Ok(paths.map(std::borrow::Cow::into_owned).collect())
    }

    /// The paths that differ between two trees or commits.
    pub fn changed_paths(&self, from: &str, to: &str) -> Result<Vec<String>, GitError> {
        let question = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to, "--"];
        let answer = self.git(&question).succeed()?;
        Ok(answer.pieces().map(std::borrow::Cow::into_owned).collect())
    }
}
