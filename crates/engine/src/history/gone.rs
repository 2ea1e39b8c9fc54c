//! Definitions that are no longer there and may be what a copy was made of.

use std::collections::{BTreeSet, HashMap};

use ssot_audit::history::{GoneSource, likeness};
use ssot_facts::python::Excerpt;
use ssot_runtime::git::{BlobId, HistoryLog};

use super::excerpts::Excerpts;
use super::trail::{Paths, Trail};
use super::{Known, commit_ref};

/// Removed files that are looked into, those removed last.
const FILES: usize = 3000;

/// For each trail the definition of the same name that was there when it began, was in a
/// file that is gone now, and is most like it.
pub(super) fn sources(
    trails: &HashMap<Known, Trail<'_>>,
    log: &HistoryLog,
    paths: &Paths<'_>,
    excerpts: &mut Excerpts<'_>,
) -> HashMap<Known, GoneSource> {
    let births = trails.values().filter_map(birth);
    let names: BTreeSet<&str> = births.map(|it| it.1).filter(|it| !it.is_empty()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() {
        return HashMap::new();
    }
    let removed = removed_files(log);
    let blobs: Vec<BlobId> = removed.iter().map(|(_, blob, _)| (*blob).clone()).collect();
    let mut hits: HashMap<String, Vec<(u32, Excerpt)>> = HashMap::new();
    for (at, name, excerpt) in excerpts.search(&blobs, &names) {
        hits.entry(name).or_default().push((at, excerpt));
    }
    let mut found: HashMap<Known, GoneSource> = HashMap::new();
    for (known, trail) in trails {
        let Some((born, name, version)) = birth(trail) else { continue };
        let mut most = 0;
        for (at, excerpt) in hits.get(name).into_iter().flatten() {
            let (commit, _, path) = removed[*at as usize];
            if commit <= born || path == known.0 || !paths.is_before(path, born) {
                continue;
            }
            let gone = excerpts.version(excerpt);
            let alike = likeness(&version, &gone);
            if alike > most {
                most = alike;
                let removed = commit_ref(&log.commits[commit]);
                let (path, name) = (path.to_owned(), name.to_owned());
                found.insert(known.clone(), GoneSource { path, name, version: gone, removed });
            }
        }
    }
    found
}

type Version = std::sync::Arc<ssot_audit::history::Version>;

/// When a trail began, under which name and as what; none when that is not known.
fn birth<'t>(trail: &'t Trail<'_>) -> Option<(usize, &'t str, Version)> {
    let first = trail.changes.first().filter(|first| first.before.is_none())?;
    Some((first.commit, &first.name, first.after.clone()?))
}

/// The commit that removed it, its last content and its path, the last removed first.
fn removed_files(log: &HistoryLog) -> Vec<(usize, &BlobId, &str)> {
    let commits = log.commits.iter().enumerate().rev();
    let removed = commits.flat_map(|(at, commit)| {
        commit.changes.iter().filter(|it| it.new.is_none()).filter_map(move |change| {
            let old = change.old.as_ref()?;
            Some((at, &old.blob, old.path.as_str()))
        })
    });
    removed.take(FILES).collect()
}
