//! Definitions in old contents: read once, understood once, remembered by content.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;
use ssot_audit::history::Version;
use ssot_facts::SCHEMA_VERSION;
use ssot_facts::python::{self, Excerpt, LogicalLine};
use ssot_runtime::cache::{Cache, Key, Reader};
use ssot_runtime::git::{BlobId, Repository};

/// Contents that are understood together: few enough to take little memory.
const TOGETHER: usize = 128;

/// What is looked for in a content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wanted {
    /// One definition by its qualified name; the whole file when that is empty.
    Definition(String),
    /// The names of all definitions.
    Names,
}

/// Questions about contents, without repetition.
#[derive(Default)]
pub(super) struct Questions(BTreeMap<BlobId, BTreeSet<Wanted>>);

impl Questions {
    pub(super) fn ask(&mut self, blob: &BlobId, wanted: Wanted) {
        self.0.entry(blob.clone()).or_default().insert(wanted);
    }
}

/// What is known about old contents.
pub(super) struct Excerpts<'a> {
    repository: &'a Repository,
    cache: Option<&'a Cache>,
    limit: u64,
    one: HashMap<(BlobId, String), Option<Arc<Excerpt>>>,
    names: HashMap<BlobId, Arc<Vec<String>>>,
    lines: HashMap<blake3::Hash, Vec<LogicalLine>>,
    /// Contents that git does not have.
    pub(super) missing: BTreeSet<BlobId>,
}

/// What one content answered.
type Answer = (BlobId, Vec<(String, Option<Excerpt>)>, Option<Vec<String>>);

impl<'a> Excerpts<'a> {
    /// `limit` is the size in bytes of the largest content that is read.
    pub(super) fn new(repository: &'a Repository, cache: Option<&'a Cache>, limit: u64) -> Self {
        Self {
            repository,
            cache,
            limit,
            one: HashMap::new(),
            names: HashMap::new(),
            lines: HashMap::new(),
            missing: BTreeSet::new(),
        }
    }

    /// Answers the questions: from memory, from the cache, or by one batch of git's.
    pub(super) fn answer(&mut self, questions: Questions) {
        let reader = self.cache.map(Cache::reader);
        let mut open: BTreeMap<BlobId, BTreeSet<Wanted>> = BTreeMap::new();
        for (blob, wanted) in questions.0 {
            for wanted in wanted {
                if !self.knows(&blob, &wanted, reader.as_ref()) {
                    open.entry(blob.clone()).or_default().insert(wanted);
                }
            }
        }
        let blobs: Vec<BlobId> = open.keys().cloned().collect();
        let mut waiting = Vec::new();
        let (repository, limit) = (self.repository, self.limit);
        let read = repository.read_blobs(&blobs, limit, |blob, bytes| {
            match bytes {
                Some(bytes) => waiting.push((blob.clone(), bytes)),
                None => {
                    self.missing.insert(blob.clone());
                }
            }
            if waiting.len() == TOGETHER {
                self.understand(&std::mem::take(&mut waiting), &open);
            }
        });
        self.understand(&waiting, &open);
        if read.is_err() {
            // What was not answered counts as missing, which a note tells.
            let unread: Vec<BlobId> =
                blobs.into_iter().filter(|blob| !self.is_read(blob)).collect();
            self.missing.extend(unread);
        }
    }

    fn is_read(&self, blob: &BlobId) -> bool {
        self.names.contains_key(blob) || self.one.keys().any(|(read, _)| read == blob)
    }

    fn knows(&mut self, blob: &BlobId, wanted: &Wanted, reader: Option<&Reader>) -> bool {
        let name = match wanted {
            Wanted::Names => return self.knows_names(blob, reader),
            Wanted::Definition(name) => name,
        };
        let entry = (blob.clone(), name.clone());
        if self.one.contains_key(&entry) || self.missing.contains(blob) {
            return true;
        }
        let known = reader.and_then(|reader| reader.get(&key(blob, name)));
        let known: Option<Option<Excerpt>> = known.and_then(|it| postcard::from_bytes(&it).ok());
        match known {
            Some(excerpt) => {
                self.one.insert(entry, excerpt.map(Arc::new));
                true
            }
            None => false,
        }
    }

    fn knows_names(&mut self, blob: &BlobId, reader: Option<&Reader>) -> bool {
        if self.names.contains_key(blob) || self.missing.contains(blob) {
            return true;
        }
        let known = reader.and_then(|reader| reader.get(&names_key(blob)));
        let known: Option<Vec<String>> = known.and_then(|it| postcard::from_bytes(&it).ok());
        let is_known = known.is_some();
        self.names.extend(known.map(|names| (blob.clone(), Arc::new(names))));
        is_known
    }

    fn understand(
        &mut self,
        contents: &[(BlobId, Vec<u8>)],
        open: &BTreeMap<BlobId, BTreeSet<Wanted>>,
    ) {
        let understand = |(blob, bytes): &(BlobId, Vec<u8>)| -> Answer {
            let text = String::from_utf8_lossy(bytes);
            let (mut one, mut names) = (Vec::new(), None);
            for wanted in open.get(blob).into_iter().flatten() {
                match wanted {
                    Wanted::Definition(name) => {
                        one.push((name.clone(), python::excerpt(&text, name)));
                    }
                    Wanted::Names => names = Some(python::qualified_names(&text)),
                }
            }
            (blob.clone(), one, names)
        };
        let answers: Vec<Answer> = contents.par_iter().map(understand).collect();
        let mut fresh = Vec::new();
        for (blob, one, names) in answers {
            for (name, excerpt) in one {
                if self.cache.is_some() {
                    let bytes = postcard::to_stdvec(&excerpt).ok();
                    fresh.extend(bytes.map(|bytes| (key(&blob, &name), bytes)));
                }
                self.one.insert((blob.clone(), name), excerpt.map(Arc::new));
            }
            if let Some(names) = names {
                let bytes = postcard::to_stdvec(&names).ok();
                fresh.extend(bytes.map(|bytes| (names_key(&blob), bytes)));
                self.names.insert(blob, Arc::new(names));
            }
        }
        if let Some(cache) = self.cache {
            // A cache that cannot be written costs time, never a result.
            let _ = cache.put_many(fresh);
        }
    }

    /// The definitions of some names in some contents: position of the content, name,
    /// definition. Made for many contents with few answers.
    pub(super) fn search(&self, blobs: &[BlobId], names: &[&str]) -> Vec<Hit> {
        let key = search_key(blobs, names);
        let known = self.cache.and_then(|cache| cache.reader().get(&key));
        if let Some(hits) = known.and_then(|known| postcard::from_bytes(&known).ok()) {
            return hits;
        }
        let mut hits: Vec<Hit> = Vec::new();
        let mut waiting: Vec<(u32, Vec<u8>)> = Vec::new();
        let mut look = |waiting: &mut Vec<(u32, Vec<u8>)>| {
            let found =
                waiting.par_iter().flat_map_iter(|(at, bytes)| search_one(*at, bytes, names));
            hits.extend(found.collect::<Vec<Hit>>());
            waiting.clear();
        };
        let mut at = 0;
        // What cannot be read has no answer; it was not certain that there is one.
        let _ = self.repository.read_blobs(blobs, self.limit, |_, bytes| {
            waiting.extend(bytes.map(|bytes| (at, bytes)));
            at += 1;
            if waiting.len() == TOGETHER {
                look(&mut waiting);
            }
        });
        look(&mut waiting);
        if let (Some(cache), Ok(bytes)) = (self.cache, postcard::to_stdvec(&hits)) {
            // A cache that cannot be written costs time, never a result.
            let _ = cache.put_many([(key, bytes)]);
        }
        hits
    }

    /// A definition in a content that was asked for.
    pub(super) fn one(&self, blob: &BlobId, name: &str) -> Option<Arc<Excerpt>> {
        self.one.get(&(blob.clone(), name.to_owned())).cloned().flatten()
    }

    /// The names of all definitions in a content that was asked for.
    pub(super) fn names(&self, blob: &BlobId) -> Arc<Vec<String>> {
        self.names.get(blob).cloned().unwrap_or_default()
    }

    /// The definition with its logical lines; equal texts are understood once.
    pub(super) fn version(&mut self, excerpt: &Excerpt) -> Arc<Version> {
        let hash = blake3::hash(excerpt.text.as_bytes());
        let lines = self.lines.entry(hash).or_insert_with(|| python::logical_lines(&excerpt.text));
        let (line, text) = (excerpt.line, excerpt.text.clone());
        Arc::new(Version { line, text, lines: lines.clone() })
    }
}

/// A definition that was searched for: position of the content, name, definition.
pub(super) type Hit = (u32, String, Excerpt);

fn search_one(at: u32, bytes: &[u8], names: &[&str]) -> Vec<Hit> {
    let text = String::from_utf8_lossy(bytes);
    let defined = python::defined_names(&text);
    let last = |name: &str| name.rsplit('.').next().is_some_and(|last| defined.contains(last));
    let there = names.iter().filter(|name| last(name));
    there.filter_map(|name| Some((at, (*name).to_owned(), python::excerpt(&text, name)?))).collect()
}

fn search_key(blobs: &[BlobId], names: &[&str]) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"search\0");
    let words = blobs.iter().map(BlobId::as_str).chain(names.iter().copied());
    words.for_each(|word| {
        hasher.update(word.as_bytes()).update(b"\0");
    });
    finish(&hasher)
}

fn finish(hasher: &blake3::Hasher) -> Key {
    let mut hash = [0; 16];
    hash.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    Key::new(hash, SCHEMA_VERSION)
}

fn names_key(blob: &BlobId) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"names\0").update(blob.as_str().as_bytes());
    finish(&hasher)
}

/// Names a definition in a content, as this version cuts it out.
fn key(blob: &BlobId, name: &str) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"excerpt\0").update(blob.as_str().as_bytes());
    hasher.update(b"\0").update(name.as_bytes());
    finish(&hasher)
}
