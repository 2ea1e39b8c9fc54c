//! What a plan would change, line by line, without changing it.

use std::path::Path;

use serde::Serialize;
use ssot_model::{FileChange, Mode, PackageId, Plan, RepoPath};
use ssot_rules::RULES;
use ssot_runtime::files;
use ssot_runtime::git::Repository;

use crate::patches::{Change, Patches};
use crate::survey::{self, ScanOptions};
use crate::{EngineError, coverage};

/// What a package does to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileDiff {
    /// The file.
    pub path: RepoPath,
    /// Its text before, after the packages that this one waits for; none for a new file.
    pub before: Option<String>,
    /// Its text after; none for a file that goes.
    pub after: Option<String>,
}

/// What a package does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackageDiff {
    /// The package.
    pub package: PackageId,
    /// Its files, in the order of their paths.
    pub files: Vec<FileDiff>,
}

/// Every change of the packages that are switched on, in the order in which they may
/// start. Text that is not UTF-8 is shown with replacement characters.
pub fn preview(
    options: &ScanOptions,
    plan: &Plan,
    mode: Option<Mode>,
) -> Result<Vec<PackageDiff>, EngineError> {
    let repository = Repository::open(&options.root).map_err(EngineError::user)?;
    let root = repository.root().to_owned();
    let surveyed = survey::take(&ScanOptions { root: root.clone(), ..options.clone() })?
        .in_mode(mode)
        .measured(&root, &[])?;
    let findings = surveyed.findings(RULES);
    let audits = coverage::examine(&surveyed, &root, &findings);
    let changes = Patches::new(&root, &surveyed, (&findings, &audits), plan).all()?;
    Ok(changes.iter().map(|change| difference(&root, change)).collect())
}

fn difference(root: &Path, change: &Change<'_>) -> PackageDiff {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let of = |change: &FileChange| match change {
        FileChange::Write(bytes) => Some(text(bytes)),
        FileChange::Delete => None,
    };
    let file = |(path, after): (&RepoPath, &FileChange)| FileDiff {
        path: path.clone(),
        before: match change.before.get(path) {
            Some(written) => of(written),
            None => files::read(root, path, u64::MAX).ok().map(|bytes| text(&bytes)),
        },
        after: of(after),
    };
    let files = change.patch.files.iter().map(file).collect();
    PackageDiff { package: change.package.id.clone(), files }
}
