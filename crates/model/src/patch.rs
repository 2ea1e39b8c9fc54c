//! Changes to files, as values.

use std::collections::BTreeMap;

use crate::RepoPath;

/// What happens to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileChange {
    /// The file gets exactly this content.
    Write(Vec<u8>),
    /// The file goes away.
    Delete,
}

/// A set of changes, at most one a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch {
    /// The changes by path.
    pub files: BTreeMap<RepoPath, FileChange>,
}

impl Patch {
    /// The paths that the patch writes or deletes.
    pub fn write_set(&self) -> impl Iterator<Item = &RepoPath> {
        self.files.keys()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
