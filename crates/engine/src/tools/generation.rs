//! What answers about a repository are made from.

use std::fmt::Write;
use std::path::PathBuf;

use ssot_runtime::clock::Clock;
use ssot_runtime::files;
use ssot_runtime::git::{OpenError, Repository};

use crate::survey::today;
use crate::{ScanOptions, configuration};

/// A text that is another one whenever an answer about the repository could be: the day, the
/// files, the configuration, what git tells. None when it cannot be told.
pub(super) fn of(options: &ScanOptions, clock: &Clock) -> Option<String> {
    let now = clock.now();
    let repository = match Repository::open(&options.root) {
        Ok(repository) => Some(repository),
        Err(OpenError::NotARepository(_) | OpenError::NoCommits(_)) => None,
        Err(_) => return None,
    };
    let mut text = today();
    let root = files::real(&options.root).ok()?;
    let whole = repository.as_ref().map(|it| it.root().to_owned()).filter(|it| *it != root);
    for tree in std::iter::once(&root).chain(&whole) {
        write!(text, " {:?}", files::fingerprint(tree, now)?).ok()?;
    }
    for file in beside(options)? {
        let stamps = files::stamps(&file);
        if !stamps.iter().all(|stamp| stamp.is_settled(now)) {
            return None;
        }
        write!(text, " {stamps:?}").ok()?;
    }
    let references = repository.map(|it| it.references()).transpose().ok()?;
    write!(text, " {}", references.unwrap_or_default()).ok()?;
    Some(text)
}

/// Files that may lie anywhere: the configuration, and what it says tests execute.
fn beside(options: &ScanOptions) -> Option<Vec<PathBuf>> {
    let config = configuration::load(&options.root, options.config.as_deref()).ok()?.config;
    let measured = config.test.iter().flat_map(|test| &test.coverage);
    let measured = measured.map(|file| options.root.join(file));
    Some(options.config.iter().cloned().chain(measured).collect())
}
