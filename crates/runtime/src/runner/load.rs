//! Importing modules in fresh interpreters.

use std::collections::BTreeMap;
use std::time::Duration;

use super::scratch::{Scratch, write};
use super::{Place, Runner, RunnerError, Sources, tail};
use crate::git::Worktree;

/// Longest time of one import, in seconds.
const IMPORT_SECONDS: u64 = 120;
/// Time for the interpreter itself.
const START_SECONDS: u64 = 30;
/// Longest reason that is kept.
const REASON_BYTES: u64 = 4096;

impl Runner {
    /// Imports each module as the first one of a fresh interpreter, inside the
    /// sandbox; `Err` holds the reason why a module did not load.
    pub async fn load_modules(
        &self,
        tree: &Worktree,
        sources: Sources<'_>,
        modules: &[String],
    ) -> Result<BTreeMap<String, Result<(), String>>, RunnerError> {
        if modules.is_empty() {
            return Ok(BTreeMap::new());
        }
        let scratch = Scratch::create(&self.mark)?;
        scratch.write_probe(sources.modules)?;
        let names = scratch.path().join("modules.txt");
        write(&names, &modules.join("\n"))?;
        let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
        let words = [
            text(self.python()?),
            text(&scratch.load_script()),
            text(&names),
            text(&scratch.records()),
            text(tree.path()),
            IMPORT_SECONDS.to_string(),
        ];
        let limit = Duration::from_secs(START_SECONDS + IMPORT_SECONDS * modules.len() as u64);
        let line = self.line(&scratch, Place::of(tree), sources, &words, (tree.path(), limit))?;
        let finished = self.execute(&scratch, &line).await;
        let tree = tree.clone();
        let restored = tokio::task::spawn_blocking(move || tree.restore()).await;
        restored.map_err(|e| RunnerError::Sandbox(e.to_string()))??;
        let finished = finished?;
        if !finished.ending.success() {
            return Err(RunnerError::Load { ending: finished.ending, tail: tail(&finished) });
        }
        let results = modules.iter().enumerate().map(|(index, module)| {
            let path = scratch.records().join(index.to_string());
            (module.clone(), outcome(&path))
        });
        Ok(results.collect())
    }
}

/// No result at all is a failure: the import killed its interpreter or never ended.
fn outcome(path: &std::path::Path) -> Result<(), String> {
    let regular = std::fs::symlink_metadata(path)
        .is_ok_and(|meta| meta.is_file() && meta.len() <= REASON_BYTES);
    match regular.then(|| std::fs::read(path)) {
        Some(Ok(reason)) if reason.is_empty() => Ok(()),
        Some(Ok(reason)) => Err(String::from_utf8_lossy(&reason).into_owned()),
        _ => Err("the interpreter died or did not end in time".to_owned()),
    }
}
