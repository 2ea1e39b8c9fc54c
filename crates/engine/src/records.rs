//! The runs of one repository, for whoever watches them while others write.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ssot_model::{
    BudgetLimits, CommitId, Event, PackageId, PendingApproval, Plan, RunId, RunReport, RunStatus,
    Schedule,
};
use ssot_runtime::files;
use ssot_runtime::git::Repository;
use ssot_runtime::log::{RunEntry, Subscription, VerifyReport};

use crate::request::RunFolder;
use crate::site::Site;
use crate::wishes::Wish;
use crate::{EngineError, Forge};

/// How often the log is asked whether another process has written.
const LOOK: Duration = Duration::from_millis(25);

/// The record of everything that has been run in a repository. Clones share it.
#[derive(Clone)]
pub struct Records(Site);

impl Records {
    /// Opens the record and follows what other processes write to it.
    pub async fn open(root: &Path) -> Result<Self, EngineError> {
        let site = Site::open(root).await?;
        site.log().follow_others(LOOK);
        Ok(Self(site))
    }

    /// The root of the repository, which may be above what was opened.
    pub fn root(&self) -> &Path {
        self.0.root()
    }

    /// All runs, the latest first.
    pub async fn runs(&self) -> Result<Vec<RunEntry>, EngineError> {
        self.0.log().runs().await.map_err(EngineError::internal)
    }

    /// The number of the last event of a run; zero of one that there is not.
    pub async fn head(&self, run: &RunId) -> Result<u64, EngineError> {
        self.0.log().head(run).await.map_err(EngineError::internal)
    }

    /// Up to `limit` events of a run after a position.
    pub async fn events(
        &self,
        run: &RunId,
        after_seq: u64,
        limit: u32,
    ) -> Result<Vec<Event>, EngineError> {
        self.0.log().read(run, after_seq, limit).await.map_err(EngineError::internal)
    }

    /// A cursor over the events of a run.
    pub fn subscribe(&self, run: &RunId, after_seq: u64) -> Subscription {
        self.0.log().subscribe(run, after_seq)
    }

    /// The report of a run that has a plan.
    pub async fn report(&self, run: &RunId) -> Result<RunReport, EngineError> {
        self.0.report(Some(run)).await
    }

    /// A run at a glance.
    pub async fn status(&self, run: &RunId) -> Result<RunStatus, EngineError> {
        self.0.status(Some(run)).await
    }

    /// The plan of a run and what was expected of it; none before there is one.
    pub fn plan(&self, run: &RunId) -> Result<Option<(Plan, Option<Schedule>)>, EngineError> {
        let folder = RunFolder::new(self.0.state(), run);
        Ok(folder.plan()?.map(|plan| (plan, folder.schedule())))
    }

    /// What a run may use up in all, as it was when it began.
    pub fn limits(&self, run: &RunId) -> Result<BudgetLimits, EngineError> {
        let request = RunFolder::new(self.0.state(), run).begun()?;
        Ok(request.map_or_else(BudgetLimits::default, |it| it.config.budget.total))
    }

    /// Whether the log of a run is whole, and how far.
    pub async fn verify(&self, run: &RunId) -> Result<VerifyReport, EngineError> {
        self.0.log().verify(run).await.map_err(EngineError::internal)
    }

    /// Approves what a run waits for.
    pub async fn approve(
        &self,
        run: &RunId,
        package: Option<&PackageId>,
        by: &str,
    ) -> Result<Vec<PendingApproval>, EngineError> {
        self.0.approve(Some(run), package, by).await
    }

    /// Tells a run to pause, to go on or to stop.
    pub async fn steer(&self, run: &RunId, wish: Wish, by: &str) -> Result<RunId, EngineError> {
        self.0.steer(Some(run), wish, by).await
    }

    /// Where the repository is hosted, as far as its remote tells it.
    pub fn forge(&self) -> Option<Forge> {
        Forge::of(&self.0.repository().origin()?)
    }

    /// What a commit changed, as a unified diff.
    pub fn diff(&self, previous: &CommitId, commit: &CommitId) -> Result<String, EngineError> {
        let diff = self.0.repository().diff(previous.as_str(), commit.as_str());
        Ok(String::from_utf8_lossy(&diff.map_err(EngineError::internal)?).into_owned())
    }
}

/// The root of the repository that a path is in, links resolved.
pub fn repository_root(path: &Path) -> Result<PathBuf, EngineError> {
    let repository = Repository::open(path).map_err(EngineError::user)?;
    files::real(repository.root()).map_err(EngineError::user)
}

/// The commit that is checked out; none where there is none.
pub fn head(path: &Path) -> Option<CommitId> {
    Repository::open(path).ok()?.head().ok()
}
