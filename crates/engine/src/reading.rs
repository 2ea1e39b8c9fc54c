//! The files of a tree: what is new is read and understood, what is known is looked up
//! when it is needed.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use ssot_facts::{FileFacts, SCHEMA_VERSION, Source, python};
use ssot_model::{ParseIssue, RepoPath, ScanConfig};
use ssot_runtime::cache::{Cache, Key, Reader};
use ssot_runtime::files::{self, FileEntry, Root};

use crate::EngineError;
use crate::known::Known;

/// Files as they would be, in the place of what is on the disk.
pub(crate) type Overlay = BTreeMap<RepoPath, Vec<u8>>;

/// Every file of a tree by its content.
pub(crate) struct Reading {
    files: Vec<FileRead>,
    issues: Vec<ParseIssue>,
}

struct FileRead {
    path: RepoPath,
    /// None for a file of which only the content is known.
    entry: Option<FileEntry>,
    key: Key,
    /// None when the cache has them.
    facts: Option<FileFacts>,
}

impl FileRead {
    fn of(entry: &FileEntry, key: Key, facts: Option<FileFacts>) -> Self {
        Self { path: entry.path.clone(), entry: Some(entry.clone()), key, facts }
    }
}

/// Files that are read before what is new in them is written to the cache: few enough
/// that what waits takes little memory, many enough that writing is rare.
const TOGETHER: usize = 2048;

/// A file that was read, and its facts as the cache keeps them when they are new.
type Read = (FileRead, Option<Vec<u8>>);

impl Reading {
    /// Reads what is not known of a tree. What cannot be read is listed among the issues.
    pub(crate) fn take(
        root: &Path,
        config: &ScanConfig,
        cache: Option<&Cache>,
        known: &Known,
    ) -> Result<Self, EngineError> {
        let walk = files::walk(root, &config.include, &config.exclude, config.max_file_bytes)
            .map_err(EngineError::user)?;
        let reader = cache.map(Cache::reader);
        let tree = Root::open(root).map_err(EngineError::user)?;
        let read = |entry: &FileEntry| match known.key(entry) {
            Some(key) => Ok((FileRead::of(entry, key, None), None)),
            None => read(&tree, entry, config.max_file_bytes, reader.as_ref()),
        };
        let mut reading = Self { files: Vec::with_capacity(walk.files.len()), issues: walk.issues };
        for part in walk.files.chunks(TOGETHER) {
            let results: Vec<_> = part.par_iter().map(read).collect();
            let mut fresh = Vec::new();
            for result in results {
                match result {
                    Ok((file, blob)) => {
                        fresh.extend(blob.map(|blob| (file.key, blob)));
                        reading.files.push(file);
                    }
                    Err(issue) => reading.issues.push(issue),
                }
            }
            if let Some(cache) = cache {
                // A cache that cannot be written costs time, never a result.
                let _ = cache.put_many(fresh);
            }
        }
        Ok(reading)
    }

    /// The same with some files as they would be.
    pub(crate) fn with(mut self, overlay: &Overlay) -> Self {
        for (path, bytes) in overlay {
            let facts = Some(python::extract(bytes));
            let file = FileRead { path: path.clone(), entry: None, key: key(bytes), facts };
            match self.files.binary_search_by(|it| it.path.cmp(path)) {
                Ok(at) => self.files[at] = file,
                Err(at) => self.files.insert(at, file),
            }
        }
        self
    }

    /// Whether a file is looked at.
    pub(crate) fn has(&self, path: &RepoPath) -> bool {
        self.files.binary_search_by(|it| it.path.cmp(path)).is_ok()
    }

    /// What each file of the disk holds, in order of path.
    pub(crate) fn contents(&self) -> impl Iterator<Item = (&FileEntry, Key)> {
        self.files.iter().filter_map(|file| Some((file.entry.as_ref()?, file.key)))
    }

    /// Identity of what was read: every path with its content, and what could not be read.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for file in &self.files {
            hasher.update(file.path.as_str().as_bytes()).update(b"\0");
            hasher.update(file.key.as_bytes());
        }
        hasher.update(format!("{:?}", self.issues).as_bytes());
        hasher.finalize().into()
    }

    /// The facts of every file, and what could not be read.
    pub(crate) fn into_sources(
        self,
        root: &Path,
        config: &ScanConfig,
        cache: Option<&Cache>,
    ) -> (Vec<Source>, Vec<ParseIssue>) {
        let reader = cache.map(Cache::reader);
        let source = |file: FileRead| match file.facts {
            Some(facts) => Ok(Source { path: file.path, facts }),
            None => look_up(root, file, config.max_file_bytes, reader.as_ref()),
        };
        let results: Vec<_> = self.files.into_par_iter().map(source).collect();
        let mut issues = self.issues;
        let mut sources = Vec::with_capacity(results.len());
        for result in results {
            result.map_or_else(|issue| issues.push(issue), |source| sources.push(source));
        }
        (sources, issues)
    }
}

fn read(
    tree: &Root,
    entry: &FileEntry,
    limit: u64,
    reader: Option<&Reader>,
) -> Result<Read, ParseIssue> {
    let bytes = tree.read(&entry.path, limit).map_err(|error| unreadable(&entry.path, &error))?;
    let key = key(&bytes);
    if reader.is_some_and(|reader| reader.contains(&key)) {
        return Ok((FileRead::of(entry, key, None), None));
    }
    let facts = python::extract(&bytes);
    let blob = reader.and_then(|_| postcard::to_stdvec(&facts).ok());
    Ok((FileRead::of(entry, key, Some(facts)), blob))
}

/// The facts that the cache has; when they are damaged the file is read once more.
fn look_up(
    root: &Path,
    file: FileRead,
    limit: u64,
    reader: Option<&Reader>,
) -> Result<Source, ParseIssue> {
    let path = file.path;
    let known = |reader: &Reader| reader.with(&file.key, |blob| postcard::from_bytes(blob).ok());
    if let Some(facts) = reader.and_then(known) {
        return Ok(Source { path, facts });
    }
    let bytes = files::read(root, &path, limit).map_err(|error| unreadable(&path, &error))?;
    Ok(Source { path, facts: python::extract(&bytes) })
}

/// Names the facts of some bytes as this version extracts them.
fn key(bytes: &[u8]) -> Key {
    let mut hash = [0; 16];
    hash.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    Key::new(hash, SCHEMA_VERSION)
}

fn unreadable(path: &RepoPath, error: &std::io::Error) -> ParseIssue {
    ParseIssue { path: path.clone(), line: 0, message: format!("cannot be read: {error}") }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the test builds a real tree")]

    use ssot_facts::{FileFacts, SCHEMA_VERSION};
    use ssot_model::{ScanConfig, Timestamp};
    use ssot_runtime::cache::{Cache, Key};
    use ssot_runtime::files;

    use super::Reading;
    use crate::known::Known;

    #[test]
    fn what_another_version_extracted_is_extracted_anew() {
        let root = tempfile::tempdir().expect("temporary directory");
        let text = "x = 1\n";
        std::fs::write(root.path().join("a.py"), text).expect("written");
        let state = tempfile::tempdir().expect("temporary directory");
        let (cache, _) = Cache::open(&state.path().join("facts.redb"));
        let mut hash = [0; 16];
        hash.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
        let key = Key::new(hash, SCHEMA_VERSION.wrapping_sub(1));
        let stale = FileFacts { lines: 99, ..FileFacts::default() };
        cache.put_many([(key, postcard::to_stdvec(&stale).expect("bytes"))]).expect("stored");
        let walk = files::walk(root.path(), &[], &[], 1000).expect("a walk");
        let seen = walk.files.iter().map(|file| (file, key));
        Known::default().remember(root.path(), &cache, Timestamp(i64::MAX), seen);
        let (config, cache) = (ScanConfig::default(), Some(&cache));
        let lines = || {
            let known = Known::of(root.path(), cache.expect("a cache"));
            let reading = Reading::take(root.path(), &config, cache, &known).expect("a reading");
            let (sources, issues) = reading.into_sources(root.path(), &config, cache);
            assert_eq!(issues, []);
            sources.iter().map(|source| source.facts.lines).collect::<Vec<_>>()
        };
        assert_eq!(lines(), [1]);
    }
}
