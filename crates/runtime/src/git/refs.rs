//! Moving a branch, by compare-and-swap only.

use ssot_model::CommitId;

use super::{GitError, Repository};

/// What a branch that does not exist points at.
pub const ZERO: &str = "0000000000000000000000000000000000000000";

/// Where commits are kept that are on no branch: git shows them to those who ask by name,
/// and neither fetches, pushes nor collects them.
pub const KEPT: &str = "refs/ssot/";

/// The branch was not moved.
#[derive(Debug, thiserror::Error)]
pub enum UpdateRefError {
    /// Somebody else moved it first.
    #[error("the branch is at {} instead", actual.as_ref().map_or("nothing", CommitId::as_str))]
    Moved {
        /// Where it is now; none when it does not exist.
        actual: Option<CommitId>,
    },
    /// Anything else.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl Repository {
    /// Moves a branch from `old` (none: it must not exist) to `new`, or not at all.
    pub fn move_branch(
        &self,
        branch: &str,
        old: Option<&CommitId>,
        new: &CommitId,
    ) -> Result<(), UpdateRefError> {
        let name = format!("refs/heads/{branch}");
        let expected = old.map_or(ZERO, CommitId::as_str);
        let why = "ssot: advance";
        let update = ["update-ref", "-m", why, &name, new.as_str(), expected];
        let answer = self.git(&update).run()?;
        if answer.success() {
            return Ok(());
        }
        let actual = self.branch_head(branch)?;
        if actual.as_ref() == old {
            Err(answer.failed().into())
        } else {
            Err(UpdateRefError::Moved { actual })
        }
    }

    /// Removes a branch as long as it is where it was, and if it is still there.
    pub fn drop_branch(&self, branch: &str, head: &CommitId) -> Result<(), GitError> {
        if self.branch_head(branch)?.as_ref() != Some(head) {
            return Ok(());
        }
        let name = format!("refs/heads/{branch}");
        self.git(&["update-ref", "-m", "ssot: withdraw", "-d", &name, head.as_str()]).succeed()?;
        Ok(())
    }

    /// Keeps a commit under a reference that is neither branch nor tag, whatever it named.
    pub fn keep(&self, reference: &str, commit: &CommitId) -> Result<(), GitError> {
        let name = format!("{KEPT}{reference}");
        self.git(&["update-ref", "-m", "ssot: keep", &name, commit.as_str()]).succeed()?;
        Ok(())
    }

    /// Forgets a commit that was kept, if it was.
    pub fn forget_kept(&self, reference: &str) -> Result<(), GitError> {
        self.git(&["update-ref", "-d", &format!("{KEPT}{reference}")]).succeed().map(drop)
    }

    /// Whether `old` is `new` or one of its ancestors.
    pub fn is_ancestor(&self, old: &CommitId, new: &CommitId) -> Result<bool, GitError> {
        let question = ["merge-base", "--is-ancestor", old.as_str(), new.as_str()];
        let answer = self.git(&question).run()?;
        match answer.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(answer.failed()),
        }
    }

    /// Whether `name` is a name that git takes for a branch.
    pub fn is_branch_name(&self, name: &str) -> Result<bool, GitError> {
        let question = ["check-ref-format", &format!("refs/heads/{name}")];
        Ok(!name.starts_with('-') && self.git(&question).run()?.success())
    }
}
