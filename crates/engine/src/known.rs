//! The files of a tree that were read before, and what they held.
//!
//! A file whose [`Stamp`] is the same holds the same bytes, so it is not read again. The
//! list is kept in the cache beside the facts, one for each root. It outlives the version
//! that wrote it, and so may name facts of a form that is no longer read.

use std::path::Path;

use serde::{Deserialize, Serialize};
use ssot_facts::SCHEMA_VERSION;
use ssot_model::{RepoPath, Timestamp};
use ssot_runtime::cache::{Cache, Key};
use ssot_runtime::files::{FileEntry, Stamp};

/// The form of [`Known`].
const FORM: u32 = 1;

/// What a root held when it was last read, by path, in order.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known(Vec<(RepoPath, Stamp, Key)>);

impl Known {
    /// Everything that the cache knows of a root.
    pub(crate) fn of(root: &Path, cache: &Cache) -> Self {
        let kept = cache.reader().with(&slot(root), |bytes| postcard::from_bytes(bytes).ok());
        kept.unwrap_or_default()
    }

    /// What a file holds, when it is the file that was read and this version read it.
    pub(crate) fn key(&self, file: &FileEntry) -> Option<Key> {
        let at = self.0.binary_search_by(|(path, ..)| path.cmp(&file.path)).ok()?;
        let (_, stamp, key) = &self.0[at];
        (*stamp == file.stamp && key.schema() == SCHEMA_VERSION).then_some(*key)
    }

    /// Keeps what a reading that began at `began` has seen, in order of path. What was
    /// changed shortly before may change again without another stamp and is left out.
    pub(crate) fn remember<'a>(
        self,
        root: &Path,
        cache: &Cache,
        began: Timestamp,
        seen: impl Iterator<Item = (&'a FileEntry, Key)>,
    ) {
        let settled = seen.filter(|(file, _)| file.stamp.is_settled(began));
        let now = Self(settled.map(|(file, key)| (file.path.clone(), file.stamp, key)).collect());
        if now != self
            && let Ok(bytes) = postcard::to_stdvec(&now)
        {
            // A cache that cannot be written costs time, never a result.
            let _ = cache.put_many([(slot(root), bytes)]);
        }
    }
}

/// The place of the list of a root.
fn slot(root: &Path) -> Key {
    let digest = blake3::hash(format!("known {}", root.display()).as_bytes());
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest.as_bytes()[..16]);
    Key::new(hash, u32::MAX - 1000 - FORM)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the test builds a real tree")]

    use ssot_facts::SCHEMA_VERSION;
    use ssot_model::Timestamp;
    use ssot_runtime::cache::{Cache, Key};
    use ssot_runtime::files;

    use super::Known;

    #[test]
    fn a_file_is_known_until_it_is_written_again() {
        let root = tempfile::tempdir().expect("temporary directory");
        let lay = |path: &str, text: &str| std::fs::write(root.path().join(path), text);
        for path in ["a.py", "b.py", "c.py"] {
            lay(path, "x = 1\n").expect("written");
        }
        let (cache, _) = Cache::open(&root.path().join("facts.redb"));
        let walk = || files::walk(root.path(), &[], &[], 1000).expect("a walk").files;
        let known = || {
            let known = Known::of(root.path(), &cache);
            walk().iter().map(|file| known.key(file).is_some()).collect::<Vec<_>>()
        };
        let remember = |began: Timestamp| {
            let (files, key) = (walk(), Key::new([7; 16], SCHEMA_VERSION));
            let seen = files.iter().map(|file| (file, key));
            Known::of(root.path(), &cache).remember(root.path(), &cache, began, seen);
        };
        assert_eq!(known(), [false, false, false]);
        // All of them were written after the reading began.
        remember(Timestamp(0));
        assert_eq!(known(), [false, false, false]);
        remember(Timestamp(i64::MAX));
        assert_eq!(known(), [true, true, true]);
        lay("b.py", "x = 22\n").expect("written");
        assert_eq!(known(), [true, false, true]);
        // Another file in its place, of the same size.
        lay("d", "x = 2\n").expect("written");
        std::fs::rename(root.path().join("d"), root.path().join("c.py")).expect("renamed");
        assert_eq!(known(), [true, false, false]);
    }
}
