//! What was changed when, by whom: one pass over the log, and the contents in one batch.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};

use ssot_model::{CommitId, Timestamp};

use super::{BlobId, GitError, Repository};

/// Commits that are read at most, the newest: a named end for endless histories.
const COMMITS: usize = 300_000;
/// Bytes of a message that are kept.
const MESSAGE: usize = 4096;
/// Pairs that git compares in one commit to find renames.
const RENAMES: &str = "-l1000";

/// A file at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// Where it is, as git names it: from the top of the repository.
    pub path: String,
    /// Its content.
    pub blob: BlobId,
}

/// What a commit did to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathChange {
    /// Before; none when the commit added it.
    pub old: Option<FileVersion>,
    /// After, under another path when it was renamed; none when the commit deleted it.
    pub new: Option<FileVersion>,
}

/// A commit and what it did to the files of interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryCommit {
    /// The commit.
    pub id: CommitId,
    /// The author's name.
    pub author: String,
    /// When it was committed.
    pub at: Timestamp,
    /// The message, cut when it is very long.
    pub message: String,
    /// How many files it changed in all.
    pub files: usize,
    /// What it did to the files of interest.
    pub changes: Vec<PathChange>,
    /// Whether a shallow clone ends here: then what seems to be added may be older.
    pub boundary: bool,
}

/// The history of a checkout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryLog {
    /// The commits that are no merges, the oldest first.
    pub commits: Vec<HistoryCommit>,
    /// What is missing from it and why, in words.
    pub notes: Vec<String>,
}

impl Repository {
    /// Every commit that leads to `HEAD` with what it did to the files for which
    /// `is_wanted` says so. What cannot be read is named in the notes.
    pub fn history(&self, is_wanted: impl Fn(&str) -> bool) -> Result<HistoryLog, GitError> {
        let mut notes = Vec::new();
        let boundary = self.shallow_commits();
        if !boundary.is_empty() {
            notes.push(
                "the clone is shallow: what is older than its oldest commits is not known"
                    .to_owned(),
            );
        }
        let mut answer = self.log_with("--find-renames=50%").run()?;
        if !answer.success() {
            // Likeness needs contents, and one of them is missing; identity needs none.
            answer = self.log_with("--find-renames=100%").run()?;
            let said = "objects are missing: renames are followed only where the content stayed";
            notes.push(said.to_owned());
        }
        if !answer.success() {
            let said = "objects are missing: the log could be read only in part";
            notes.push(said.to_owned());
        }
        let mut commits = commits(answer.so_far(), &is_wanted);
        if commits.len() >= COMMITS {
            notes.push(format!("only the newest {COMMITS} commits were read"));
        }
        for commit in &mut commits {
            commit.boundary = boundary.contains(commit.id.as_str());
        }
        commits.reverse();
        Ok(HistoryLog { commits, notes })
    }

    fn log_with(&self, renames: &str) -> super::command::GitCommand {
        let most = format!("--max-count={COMMITS}");
        self.git(&["-c", "log.showRoot=true", "-c", "diff.renames=true", "log", "-z"]).args(&[
            "--raw",
            "--no-abbrev",
            "--no-merges",
            "--no-color",
            "--encoding=UTF-8",
            "--format=tformat:%H%x00%an%x00%ct%x00%B",
            RENAMES,
            renames,
            &most,
            "HEAD",
            "--",
        ])
    }

    /// The commits at which a shallow clone ends.
    fn shallow_commits(&self) -> BTreeSet<String> {
        let list = std::fs::read_to_string(self.common_dir.join("shallow")).unwrap_or_default();
        list.lines().map(str::to_owned).collect()
    }

    /// Hands over the contents of some blobs in the order asked; none for one that is
    /// missing, is no blob or is larger than `limit` bytes. One process for all.
    pub fn read_blobs(
        &self,
        blobs: &[BlobId],
        limit: u64,
        mut each: impl FnMut(&BlobId, Option<Vec<u8>>),
    ) -> Result<(), GitError> {
        if blobs.is_empty() {
            return Ok(());
        }
        let mut questions = String::new();
        for blob in blobs {
            questions.push_str(blob.as_str());
            questions.push('\n');
        }
        let command = self.git(&["cat-file", "--batch", "--buffer"]).input(questions);
        command.read_with(|answer| {
            for blob in blobs {
                let bytes = read_blob(answer, limit)?;
                each(blob, bytes);
            }
            Ok(())
        })
    }
}

/// One answer of `git cat-file --batch`.
fn read_blob(answer: &mut dyn BufRead, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut head = String::new();
    if answer.read_line(&mut head)? == 0 {
        // Git ended early: nothing of the rest is known.
        return Ok(None);
    }
    let mut words = head.split_whitespace().skip(1);
    let (Some(kind), Some(size)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let Ok(size) = size.parse::<u64>() else { return Ok(None) };
    let mut content = answer.take(size + 1);
    if kind != "blob" || size > limit {
        io::copy(&mut content, &mut io::sink())?;
        return Ok(None);
    }
    let mut bytes = Vec::new();
    content.read_to_end(&mut bytes)?;
    bytes.truncate(size as usize);
    Ok(Some(bytes))
}

/// Reads the log. A message cannot hold the byte that separates the pieces, so that
/// whatever it says cannot be taken for a commit.
fn commits(log: &[u8], is_wanted: &impl Fn(&str) -> bool) -> Vec<HistoryCommit> {
    let mut pieces = log.split(|byte| *byte == 0).peekable();
    let mut commits = Vec::new();
    while let Some(id) = pieces.next() {
        let id = String::from_utf8_lossy(id);
        let id = id.trim();
        if id.is_empty() {
            continue;
        }
        let mut text = || pieces.next().map(|piece| String::from_utf8_lossy(piece).into_owned());
        let (Some(author), Some(seconds), Some(message)) = (text(), text(), text()) else { break };
        let seconds: i64 = seconds.trim().parse().unwrap_or_default();
        let mut commit = HistoryCommit {
            id: CommitId::new(id),
            author,
            at: Timestamp(seconds.saturating_mul(1000)),
            message: cut(message),
            files: 0,
            changes: Vec::new(),
            boundary: false,
        };
        while let Some(piece) = pieces.next_if(|piece| is_change(piece)) {
            let head = String::from_utf8_lossy(piece).trim_start().to_owned();
            let two = matches!(status(&head), 'R' | 'C');
            let Some(first) = pieces.next().map(String::from_utf8_lossy) else { break };
            let second = if two { pieces.next().map(String::from_utf8_lossy) } else { None };
            commit.files += 1;
            let last = second.as_ref().unwrap_or(&first);
            if is_wanted(&first) || is_wanted(last) {
                commit.changes.extend(change(&head, &first, last));
            }
        }
        commits.push(commit);
    }
    commits
}

/// Whether a piece is the head of a change, or the empty piece before the first.
fn is_change(piece: &[u8]) -> bool {
    piece.trim_ascii_start().first() == Some(&b':')
}

fn status(head: &str) -> char {
    head.rsplit(' ').next().and_then(|status| status.chars().next()).unwrap_or('?')
}

/// `:100644 100644 <old> <new> M`; files only, no links and no submodules.
fn change(head: &str, old: &str, new: &str) -> Option<PathChange> {
    let mut words = head.strip_prefix(':')?.split(' ');
    let modes = [words.next()?, words.next()?];
    let ids = [words.next()?, words.next()?];
    let version = |at: usize, path: &str| {
        modes[at]
            .starts_with("100")
            .then(|| FileVersion { path: path.to_owned(), blob: BlobId::of_log(ids[at]) })
    };
    let change = PathChange { old: version(0, old), new: version(1, new) };
    (change.old.is_some() || change.new.is_some()).then_some(change)
}

fn cut(mut message: String) -> String {
    let mut end = message.len().min(MESSAGE);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    message.truncate(end);
    message
}
