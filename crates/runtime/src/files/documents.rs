//! Files of a repository that are written for people.

use std::path::Path;

use ssot_model::RepoPath;

use super::walk::{WalkError, builder, excluded};

/// The endings of their names.
const ENDINGS: [&str; 4] = ["md", "rst", "txt", "adoc"];

/// Every Markdown, reStructuredText and plain text file below `root`, but for what a scan
/// leaves out and for files larger than `max_file_bytes`; sorted. What cannot be looked at
/// is left out.
pub fn documents(
    root: &Path,
    exclude: &[String],
    max_file_bytes: u64,
) -> Result<Vec<RepoPath>, WalkError> {
    let unreadable = |source| WalkError::Root { root: root.to_owned(), source };
    let root = &root.canonicalize().map_err(unreadable)?;
    let mut found = Vec::new();
    for entry in builder(root, excluded(root, exclude)?).build().filter_map(Result::ok) {
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        let is_small = || entry.metadata().is_ok_and(|it| it.len() <= max_file_bytes);
        if is_file && is_document(entry.path()) && is_small() {
            let path = entry.path().strip_prefix(root).ok().and_then(Path::to_str);
            found.extend(path.and_then(|path| RepoPath::new(path).ok()));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Whether the name of a file says that it is one of them.
pub fn is_document(path: &Path) -> bool {
    let ending = path.extension().and_then(std::ffi::OsStr::to_str);
    ending.is_some_and(|ending| ENDINGS.contains(&ending))
}
