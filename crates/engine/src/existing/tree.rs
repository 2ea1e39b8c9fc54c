//! The tree in which somebody asks.

use std::collections::BTreeMap;
use std::path::PathBuf;

use compact_str::CompactString;
use rayon::prelude::*;
use ssot_facts::{FileFacts, module_names, python};
use ssot_model::{RepoPath, ScanConfig, Timestamp};
use ssot_rules::catalogue::{Catalogue, Place};
use ssot_runtime::clock::Clock;
use ssot_runtime::files::{self, FileEntry, Root, Stamp};

use crate::known::Known;
use crate::reading::Reading;
use crate::survey::open_cache;
use crate::{EngineError, ScanOptions};

/// What was read of a tree, and when.
pub(super) struct Tree {
    root: PathBuf,
    config: ScanConfig,
    /// The stamp of each file; none while it may change without another one.
    files: BTreeMap<RepoPath, Option<Stamp>>,
    names: BTreeMap<RepoPath, CompactString>,
}

/// The number of this tree in the catalogue.
const HERE: u32 = 0;

impl Tree {
    /// Reads everything, what the cache knows from there.
    pub(super) fn read(
        options: &ScanOptions,
        config: &ScanConfig,
        catalogue: &mut Catalogue,
        clock: &Clock,
    ) -> Result<Self, EngineError> {
        let root = files::real(&options.root)
            .map_err(|error| EngineError::user(format!("{}: {error}", options.root.display())))?;
        let cache = options.cache.then(|| open_cache(&root));
        let began = clock.now();
        let known = cache.as_ref().map(|cache| Known::of(&root, cache)).unwrap_or_default();
        let reading = Reading::take(&root, config, cache.as_ref(), &known)?;
        if let Some(cache) = &cache {
            known.remember(&root, cache, began, reading.contents());
        }
        let entries = reading.contents().map(|(entry, _)| entry.clone()).collect::<Vec<_>>();
        let mut tree =
            Self { root, config: config.clone(), files: BTreeMap::new(), names: BTreeMap::new() };
        tree.note(&entries, began);
        let (sources, _) = reading.into_sources(&tree.root, config, cache.as_ref());
        let sources = sources.into_iter().map(|source| (source.path, source.facts));
        tree.put(catalogue, sources);
        Ok(tree)
    }

    /// The dotted name of each file.
    pub(super) fn names(&self) -> &BTreeMap<RepoPath, CompactString> {
        &self.names
    }

    /// Reads what has changed since.
    pub(super) fn refresh(
        &mut self,
        catalogue: &mut Catalogue,
        clock: &Clock,
    ) -> Result<(), EngineError> {
        let ScanConfig { include, exclude, max_file_bytes, .. } = &self.config;
        let limit = *max_file_bytes;
        let began = clock.now();
        let walk = files::walk(&self.root, include, exclude, limit).map_err(EngineError::user)?;
        let is_new = |entry: &&FileEntry| self.files.get(&entry.path) != Some(&Some(entry.stamp));
        let changed: Vec<&FileEntry> = walk.files.iter().filter(is_new).collect();
        let is_same_set = self.files.len() == walk.files.len()
            && walk.files.iter().all(|entry| self.files.contains_key(&entry.path));
        if changed.is_empty() && is_same_set {
            return Ok(());
        }
        let open = Root::open(&self.root).map_err(EngineError::user)?;
        let read = |entry: &&FileEntry| {
            // What cannot be read any more has no definitions.
            let bytes = open.read(&entry.path, limit).unwrap_or_default();
            (entry.path.clone(), python::extract(&bytes))
        };
        let fresh: Vec<(RepoPath, FileFacts)> = changed.par_iter().map(read).collect();
        if !is_same_set {
            let there =
                |path: &RepoPath| walk.files.binary_search_by(|entry| entry.path.cmp(path)).is_ok();
            catalogue.retain(|place| place.tree != HERE || there(&place.path));
            self.files.clear();
        }
        self.note(&walk.files, began);
        self.put(catalogue, fresh.into_iter());
        Ok(())
    }

    /// Remembers what files looked like, and how they are imported.
    fn note(&mut self, entries: &[FileEntry], began: Timestamp) {
        let is_same_set = self.files.len() == entries.len();
        for entry in entries {
            let stamp = entry.stamp.is_settled(began).then_some(entry.stamp);
            self.files.insert(entry.path.clone(), stamp);
        }
        if !is_same_set {
            let paths: Vec<&RepoPath> = entries.iter().map(|entry| &entry.path).collect();
            let names = module_names(&paths);
            self.names = paths.into_iter().cloned().zip(names).collect();
        }
    }

    fn put(&self, catalogue: &mut Catalogue, sources: impl Iterator<Item = (RepoPath, FileFacts)>) {
        for (path, facts) in sources {
            let module = self.names.get(&path).cloned().unwrap_or_default();
            catalogue.put(Place { tree: HERE, path }, module, &facts);
        }
    }
}
