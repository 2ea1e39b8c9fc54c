//! What agents may ask ssot, each a function of this crate behind the dispatcher.

mod audit;
mod canonical_of;
mod check_change;
mod explain_finding;
mod explain_rule;
mod find_existing;
mod generation;
mod plan;
mod run_status;
mod worktree;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ssot_model::{Finding, RepoPath};
use ssot_runtime::clock::Clock;
use ssot_runtime::registry::DuplicateKey;
use ssot_runtime::tools::{
    DispatcherConfig, Permission, ToolCache, ToolDispatcher, ToolFailure, ToolMetrics, Toolset,
};

pub(crate) use worktree::Bench;

use crate::existing::{Alike, Finder};
use crate::{EngineError, ScanOptions, ratchet};

/// Largest answer of a tool, in bytes of JSON: about ten thousand words.
pub const LARGEST_ANSWER: usize = 64 * 1024;

/// Bytes of answers that are kept for each repository.
const KEPT: usize = 16 * 1024 * 1024;

/// How long a question may take that is answered from memory, and one that reads all.
const SOON: Duration = Duration::from_secs(30);
const LATER: Duration = Duration::from_mins(5);

/// What the tools of one repository share.
#[derive(Clone)]
pub struct Workshop {
    options: ScanOptions,
    /// None until it was first asked for.
    finder: Arc<Mutex<Option<Finder>>>,
    /// Answers outlive the conversation in which they were given.
    cache: ToolCache,
    metrics: ToolMetrics,
    clock: Clock,
}

impl Workshop {
    /// The workshop of a repository. Nothing is read yet.
    pub fn new(options: ScanOptions) -> Self {
        Self::counting(options, ToolMetrics::default())
    }

    /// The same, with calls counted together with those of others.
    pub fn counting(options: ScanOptions, metrics: ToolMetrics) -> Self {
        let (finder, cache) = (Arc::new(Mutex::new(None)), ToolCache::new(KEPT));
        Self { options, finder, cache, metrics, clock: Clock::system() }
    }

    /// Reads the repository, so that the first question need not wait for it.
    pub fn warm_up(&self) -> Result<(), EngineError> {
        self.with_finder(|_| Ok(()))
    }

    /// What is like the definitions of a file as it would be.
    pub fn alike(&self, path: &RepoPath, text: &str) -> Result<Vec<Alike>, EngineError> {
        self.with_finder(|finder| finder.alike(path, text))
    }

    /// The findings that files as they would be bring.
    pub fn check(&self, files: &BTreeMap<RepoPath, Vec<u8>>) -> Result<Vec<Finding>, EngineError> {
        let report = ratchet::check_change(&self.options, files)?;
        let is_new = |finding: &Finding| report.new.iter().any(|new| new.id == finding.id);
        Ok(report.scan.findings.iter().filter(|it| is_new(it)).cloned().collect())
    }

    /// Every tool that asks, behind a dispatcher for somebody who may look and no more.
    pub fn tools(&self) -> Result<ToolDispatcher, EngineError> {
        Ok(self.toolset()?.dispatcher(self.conditions(&[Permission::Read])))
    }

    /// What a dispatcher may do for somebody.
    fn conditions(&self, granted: &'static [Permission]) -> DispatcherConfig {
        let (cache, metrics) = (self.cache.clone(), self.metrics.clone());
        DispatcherConfig { largest: LARGEST_ANSWER, granted, cache, metrics }
    }

    /// What every answer about the repository is made from right now, if that can be told.
    fn generation(&self) -> Option<String> {
        generation::of(&self.options, &self.clock)
    }

    /// Every tool that asks.
    fn toolset(&self) -> Result<Toolset, EngineError> {
        let all = || -> Result<Toolset, DuplicateKey> {
            Toolset::new()
                .with(find_existing::FindExisting(self.clone()))?
                .with(explain_finding::ExplainFinding(self.clone()))?
                .with(explain_rule::ExplainRule)?
                .with(canonical_of::CanonicalOf(self.clone()))?
                .with(audit::AuditGroup(self.clone()))?
                .with(plan::MakePlan(self.clone()))?
                .with(check_change::CheckChange(self.clone()))?
                .with(run_status::RunStatus(self.clone()))
        };
        all().map_err(EngineError::internal)
    }

    fn with_finder<T>(
        &self,
        work: impl FnOnce(&mut Finder) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut finder = lock(&self.finder);
        if finder.is_none() {
            *finder = Some(Finder::open(&self.options)?);
        }
        let finder = finder.as_mut().expect("it was just opened");
        work(finder)
    }
}

/// A call that broke leaves a finder that is read anew file by file; nothing is half there.
fn lock(finder: &Mutex<Option<Finder>>) -> MutexGuard<'_, Option<Finder>> {
    finder.lock().unwrap_or_else(|poisoned| {
        let mut finder = PoisonError::into_inner(poisoned);
        *finder = None;
        finder
    })
}

/// An error of the engine as an agent reads it.
fn failure(error: impl std::fmt::Display) -> ToolFailure {
    ToolFailure(error.to_string())
}

#[cfg(test)]
mod tests;
