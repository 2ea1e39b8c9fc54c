//! The first stage: from a tree on disk to ranked findings.

use std::collections::BTreeSet;
use std::path::Path;

use compact_str::CompactString;
use rayon::prelude::*;
use ssot_facts::{FileFacts, Index, Missing, SCHEMA_VERSION, Source, python};
use ssot_model::{Config, Finding, Level, ParseIssue, RepoPath, ScanReport};
use ssot_rules::{Circumstances, Rule, Scene};
use ssot_runtime::cache::{Cache, Key};
use ssot_runtime::files::{self, FileEntry};

use crate::{EngineError, configuration};

/// A tree with everything that is known about it.
pub(crate) struct Survey {
    pub(crate) index: Index,
    pub(crate) config: Config,
    /// The day and what was removed before; unknown unless somebody says it.
    pub(crate) circumstances: Circumstances,
    issues: Vec<ParseIssue>,
}

impl Survey {
    /// Reads a tree. What cannot be read is listed among the issues.
    pub(crate) fn take(
        root: &Path,
        config: Config,
        cache: Option<&Cache>,
    ) -> Result<Self, EngineError> {
        let scan = &config.scan;
        let walk = files::walk(root, &scan.include, &scan.exclude, scan.max_file_bytes)
            .map_err(EngineError::user)?;
        let mut issues = walk.issues;
        let (sources, unreadable) = extract(root, &walk.files, &config, cache);
        issues.extend(unreadable);
        let mut index = Index::build(sources);
        let elsewhere = elsewhere(root, &config, &index)?;
        index.set_elsewhere(elsewhere);
        issues.extend(index.issues());
        issues.sort();
        let mut config = config;
        configuration::detect_boundaries(root, &index, &mut config);
        Ok(Self { index, config, circumstances: Circumstances::default(), issues })
    }

    /// The same tree on a day, on which decisions may have expired.
    pub(crate) fn on(mut self, day: String) -> Self {
        self.circumstances.today = Some(day);
        self
    }

    /// What the rules find, ranked.
    pub(crate) fn findings(&self, rules: &[Rule]) -> Vec<Finding> {
        ssot_rules::detect(rules, &self.index, &self.config, &self.circumstances)
    }

    /// The same for rules that were asked for by name: one that is off by default runs.
    pub(crate) fn findings_asked_for(&self, rules: &[Rule]) -> Vec<Finding> {
        let mut config = self.config.clone();
        for rule in rules.iter().filter(|rule| rule.level == Level::Off) {
            config.severity.entry(rule.name.to_owned()).or_insert(Level::Warning);
        }
        ssot_rules::detect(rules, &self.index, &config, &self.circumstances)
    }

    /// What the rules look at.
    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene::new(&self.index, &self.config, &self.circumstances)
    }

    /// The findings with the figures of the scan.
    pub(crate) fn report(&self, findings: Vec<Finding>) -> ScanReport {
        let modules = || self.index.modules().map(|(_, module)| module);
        ScanReport {
            schema: ScanReport::SCHEMA.to_owned(),
            files: modules().count() as u64,
            lines: modules().map(|module| u64::from(module.facts.lines)).sum(),
            definitions: modules().map(|module| module.facts.definitions.len() as u64).sum(),
            issues: self.issues.clone(),
            findings,
            file_lines: modules().map(|module| (module.path.clone(), module.facts.lines)).collect(),
        }
    }
}

/// Modules that the sources miss and the disk or the rules of what is left out know.
fn elsewhere(
    root: &Path,
    config: &Config,
    index: &Index,
) -> Result<Vec<CompactString>, EngineError> {
    let broken = index.broken_imports();
    let missing: BTreeSet<&Missing> = broken.iter().map(|it| &it.missing).collect();
    let mut left_out =
        files::LeftOut::new(root, &config.scan.exclude).map_err(EngineError::user)?;
    let stems = missing.into_iter().filter_map(|missing| index.stems(missing));
    Ok(stems
        .filter(|(_, stems)| stems.iter().any(|stem| left_out.knows(stem)))
        .map(|(dotted, _)| dotted)
        .collect())
}

/// Names the facts of some bytes as this version extracts them.
fn key(bytes: &[u8]) -> Key {
    let mut hash = [0; 16];
    hash.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    Key::new(hash, SCHEMA_VERSION)
}

/// The facts of a file, and the key and bytes to remember when they are new.
struct Extracted {
    source: Source,
    fresh: Option<(Key, Vec<u8>)>,
}

fn extract(
    root: &Path,
    entries: &[FileEntry],
    config: &Config,
    cache: Option<&Cache>,
) -> (Vec<Source>, Vec<ParseIssue>) {
    let reader = cache.map(Cache::reader);
    let results: Vec<Result<Extracted, ParseIssue>> = entries
        .par_iter()
        .map(|entry| {
            let bytes = files::read(root, &entry.path, config.scan.max_file_bytes)
                .map_err(|error| unreadable(&entry.path, &error))?;
            let key = key(&bytes);
            let known = reader.as_ref().and_then(|reader| reader.get(&key));
            let remembered: Option<FileFacts> =
                known.and_then(|blob| postcard::from_bytes(&blob).ok());
            let path = entry.path.clone();
            if let Some(facts) = remembered {
                return Ok(Extracted { source: Source { path, facts }, fresh: None });
            }
            let facts = python::extract(&bytes);
            let blob = reader.as_ref().and_then(|_| postcard::to_stdvec(&facts).ok());
            Ok(Extracted { source: Source { path, facts }, fresh: blob.map(|blob| (key, blob)) })
        })
        .collect();
    drop(reader);
    let mut sources = Vec::with_capacity(results.len());
    let mut issues = Vec::new();
    let mut fresh = Vec::new();
    for result in results {
        match result {
            Ok(extracted) => {
                fresh.extend(extracted.fresh);
                sources.push(extracted.source);
            }
            Err(issue) => issues.push(issue),
        }
    }
    if let Some(cache) = cache {
        // A cache that cannot be written costs time, never a result.
        let _ = cache.put_many(fresh);
    }
    (sources, issues)
}

fn unreadable(path: &RepoPath, error: &std::io::Error) -> ParseIssue {
    ParseIssue { path: path.clone(), line: 0, message: format!("cannot be read: {error}") }
}
