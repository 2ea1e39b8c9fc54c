//! What a branch changed: the files that differ from the commit where it began.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ssot_model::{CommitId, Finding, RepoPath};
use ssot_runtime::git::Repository;

use crate::EngineError;

/// A revision from which the work went on.
pub(crate) struct Since {
    pub(crate) repository: Repository,
    pub(crate) base: CommitId,
    /// The scanned directory below the repository's root; empty for the root itself.
    pub(crate) below: PathBuf,
}

impl Since {
    /// Opens the repository of a root; the revision may be anything that git names.
    pub(crate) fn open(root: &Path, revision: &str) -> Result<Self, EngineError> {
        let repository = Repository::open(root).map_err(EngineError::user)?;
        let head = repository.head().map_err(EngineError::user)?;
        let named = repository.resolve(revision).map_err(EngineError::internal)?;
        let named = named.ok_or_else(|| {
            EngineError::user(format!(
                "there is no revision `{revision}` here; in CI, fetch the history first \
                 (fetch-depth: 0)"
            ))
        })?;
        let base = repository.merge_base(&named, &head).map_err(EngineError::internal)?;
        let base = base.ok_or_else(|| {
            EngineError::user(format!(
                "`{revision}` and what is checked out have no commit in common; in CI, fetch the \
                 history first (fetch-depth: 0)"
            ))
        })?;
        let below = ssot_runtime::files::below(repository.root(), root)
            .map_err(|error| EngineError::user(format!("{}: {error}", root.display())))?;
        Ok(Self { repository, base, below })
    }

    /// Keeps the findings with a member in a file that differs from the base, or that is
    /// about to.
    pub(crate) fn retain<'a>(
        &self,
        findings: &mut Vec<Finding>,
        about_to: impl Iterator<Item = &'a RepoPath>,
    ) -> Result<(), EngineError> {
        let mut changed = self.changed_files()?;
        changed.extend(about_to.map(ToString::to_string));
        findings.retain(|finding| {
            finding.members.iter().any(|member| changed.contains(member.path.as_str()))
        });
        Ok(())
    }

    /// Paths below the scanned directory that differ from the base.
    fn changed_files(&self) -> Result<BTreeSet<String>, EngineError> {
        let changed = self.repository.changed_since(&self.base).map_err(EngineError::internal)?;
        let below = |path: &String| {
            let path = Path::new(path).strip_prefix(&self.below).ok()?;
            Some(path.to_string_lossy().into_owned())
        };
        Ok(changed.iter().filter_map(below).collect())
    }
}
