//! What was run once for a tree and is not run again when a job is taken up again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use ssot_model::{RepoPath, TreeId};
use ssot_runtime::git::Repository;
use ssot_runtime::runner::Runner;

use super::journal::Stop;
use super::{Job, blocking};

/// The place of one result.
pub(super) struct Kept {
    repository: Repository,
    name: RepoPath,
}

impl Kept {
    /// The place of what `step` came to on the tree `id`. Another command, configuration or
    /// sandbox is another place.
    pub(super) fn new(
        job: &Job,
        runner: &Runner,
        kind: &str,
        step: &str,
        id: &TreeId,
    ) -> Result<Self, Stop> {
        let key = format!("{step}\n{id}\n{}", runner.fingerprint());
        let hash = blake3::hash(key.as_bytes()).to_hex();
        let name = RepoPath::new(&format!("runs/{}/{kind}/{}.json", job.run, &hash[..32]))
            .map_err(|error| Stop::Failed(error.to_string()))?;
        Ok(Self { repository: job.repository.clone(), name })
    }

    /// The result, when there is one that can be read.
    pub(super) fn recall<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.repository.read_state(&self.name)?).ok()
    }

    pub(super) async fn keep<T: Serialize>(self, result: &T) -> Result<(), Stop> {
        let bytes = serde_json::to_vec(result).map_err(|error| Stop::Failed(error.to_string()))?;
        let Self { repository, name } = self;
        blocking(move || repository.write_state(&name, &bytes)).await??;
        Ok(())
    }
}
