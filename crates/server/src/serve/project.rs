//! One repository as the server serves it: what was read of it last, its runs, and the run
//! that this server has started.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ssot_engine::audit::Audit;
use ssot_engine::{EngineError, Forge, Records, ScanOptions, Snapshot, Workshop};
use ssot_model::{GroupId, RunId};
use ssot_runtime::child::{Child, Ended, Starter};
use ssot_runtime::store::Project;
use tokio::sync::{Mutex as AsyncMutex, Semaphore, watch};

use super::failure::Failure;
use super::metrics::Metrics;

/// How reading the repository stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// It has not begun.
    Never,
    /// It goes on.
    Running,
    /// It is done.
    Done,
    /// It failed, and why.
    Failed(String),
}

/// A repository that is served.
pub(crate) struct ServedProject {
    /// Who it is.
    pub(super) project: Project,
    /// Its runs.
    pub(super) records: Records,
    /// Where it is hosted, as far as its remote tells it.
    pub(super) forge: Option<Forge>,
    options: ScanOptions,
    /// The tools that read it.
    pub(super) workshop: Workshop,
    snapshot: RwLock<Option<Arc<Snapshot>>>,
    /// Audits whose past was read, of the snapshot that is there.
    histories: Mutex<BTreeMap<GroupId, Arc<Audit>>>,
    reading: watch::Sender<Reading>,
    readings: Arc<Semaphore>,
    metrics: Metrics,
    /// The run at work; the lock is held while one starts, so that only one does.
    child: AsyncMutex<Option<(RunId, Child)>>,
}

impl ServedProject {
    pub(super) async fn open(
        project: Project,
        readings: Arc<Semaphore>,
        metrics: Metrics,
    ) -> Result<Arc<Self>, EngineError> {
        let records = Records::open(&project.root).await?;
        let options = ScanOptions {
            root: records.root().to_owned(),
            config: None,
            cache: true,
            rules: Vec::new(),
        };
        Ok(Arc::new(Self {
            project,
            forge: records.forge(),
            records,
            workshop: Workshop::counting(options.clone(), metrics.tools.clone()),
            options,
            snapshot: RwLock::new(None),
            histories: Mutex::new(BTreeMap::new()),
            reading: watch::channel(Reading::Never).0,
            readings,
            metrics,
            child: AsyncMutex::new(None),
        }))
    }

    /// What a scan of it is asked.
    pub(super) fn options(&self) -> &ScanOptions {
        &self.options
    }

    /// What was read last. The first question begins the reading.
    pub(super) fn snapshot(self: &Arc<Self>) -> Option<Arc<Snapshot>> {
        let known = self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone();
        if known.is_none() && *self.reading.borrow() == Reading::Never {
            self.read();
        }
        known
    }

    /// How reading it stands.
    pub(super) fn reading(&self) -> Reading {
        self.reading.borrow().clone()
    }

    /// Reads it again in the background, unless that goes on already; whether it began.
    pub(super) fn read(self: &Arc<Self>) -> bool {
        let begin = |state: &mut Reading| {
            let idle = *state != Reading::Running;
            *state = Reading::Running;
            idle
        };
        if !self.reading.send_if_modified(begin) {
            return false;
        }
        let this = Arc::clone(self);
        tokio::spawn(async move {
            let state = match this.look().await {
                Ok(()) => Reading::Done,
                Err(error) => Reading::Failed(error.to_string()),
            };
            this.reading.send_replace(state);
        });
        true
    }

    /// Waits until the reading that goes on is over.
    pub(super) async fn read_through(self: &Arc<Self>) -> Result<Arc<Snapshot>, Failure> {
        _ = self.snapshot();
        let mut reading = self.reading.subscribe();
        let over = |state: &Reading| !matches!(state, Reading::Running | Reading::Never);
        // The sender lives as long as this.
        let state = reading.wait_for(over).await.map(|it| it.clone());
        match (self.snapshot(), state) {
            (_, Ok(Reading::Failed(reason))) => Err(Failure::invalid(reason)),
            (Some(snapshot), _) => Ok(snapshot),
            (None, _) => Err(Failure::conflict("reading", "the repository is being read")),
        }
    }

    async fn look(&self) -> Result<(), EngineError> {
        let permit = self.readings.acquire().await.map_err(EngineError::internal)?;
        let known = ssot_engine::experience(&self.options.root).await?;
        let options = self.options.clone();
        let workers = workers();
        let taken =
            tokio::task::spawn_blocking(move || Snapshot::take(&options, &known, workers)).await;
        drop(permit);
        let snapshot = Arc::new(taken.map_err(EngineError::internal)??);
        self.metrics.readings.inc();
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
        self.histories.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }

    /// The audit of a group with its past when that was read; otherwise reading it begins.
    pub(super) fn past_of(self: &Arc<Self>, group: &GroupId) -> Option<Arc<Audit>> {
        let known =
            self.histories.lock().unwrap_or_else(PoisonError::into_inner).get(group).cloned();
        if known.is_none() {
            let (this, group) = (Arc::clone(self), group.clone());
            // Whoever looks again sees it; why it failed is told to who asks for the audit.
            tokio::spawn(async move { this.audit(&group).await.map(drop) });
        }
        known
    }

    /// The audit of a group with its past, which is read when nobody has asked for it yet.
    pub(super) async fn audit(&self, group: &GroupId) -> Result<Option<Arc<Audit>>, EngineError> {
        let known = || self.histories.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(audit) = known().get(group) {
            return Ok(Some(Arc::clone(audit)));
        }
        let permit = self.readings.acquire().await.map_err(EngineError::internal)?;
        let (options, asked) = (self.options.clone(), group.clone());
        let read =
            tokio::task::spawn_blocking(move || Snapshot::with_history(&options, &asked)).await;
        drop(permit);
        let audit = read.map_err(EngineError::internal)??.map(Arc::new);
        if let Some(audit) = &audit {
            known().insert(group.clone(), Arc::clone(audit));
        }
        Ok(audit)
    }

    /// The run that this server has started and that goes on.
    pub(super) async fn at_work(&self) -> Option<RunId> {
        let child = self.child.lock().await;
        child.as_ref().filter(|(_, child)| child.ended().is_none()).map(|(run, _)| run.clone())
    }

    /// Starts the program for a run, unless one is at work, and waits until the log knows the
    /// run or the program has ended.
    pub(super) async fn start(
        &self,
        starter: &Starter,
        run: &RunId,
        words: &[OsString],
        said: PathBuf,
    ) -> Result<(), Failure> {
        let mut place = self.child.lock().await;
        if let Some((run, child)) = place.as_ref()
            && child.ended().is_none()
        {
            let message = format!("run {run} is at work in this repository");
            return Err(Failure::conflict("at-work", message).hinting("wait for it, or stop it"));
        }
        let known = self.records.head(run).await? > 0;
        let started = starter.start(self.records.root(), words, &said);
        let child = started.map_err(|error| {
            Failure::from(EngineError::internal(format!("the run cannot be started: {error}")))
        })?;
        *place = Some((run.clone(), child.clone()));
        drop(place);
        self.metrics.runs.inc();
        // A run that was known before is taken up again, and its log grows sooner or later.
        if known { Ok(()) } else { self.begun(run, child).await }
    }

    async fn begun(&self, run: &RunId, mut child: Child) -> Result<(), Failure> {
        let mut events = self.records.subscribe(run, 0);
        tokio::select! {
            first = events.next() => first.map(|_| ()).map_err(|error| {
                EngineError::internal(error).into()
            }),
            ended = child.wait() => match self.records.head(run).await? {
                0 => Err(refused(ended)),
                _ => Ok(()),
            },
        }
    }

    /// Asks the run at work to end in good order; whether it was this one.
    pub(super) async fn cancel(&self, run: &RunId) -> bool {
        match self.child.lock().await.as_ref() {
            Some((at_work, child)) if at_work == run && child.ended().is_none() => {
                child.interrupt();
                true
            }
            _ => false,
        }
    }

    /// Asks whatever is at work to end in good order.
    pub(super) async fn interrupt(&self) {
        if let Some((_, child)) = self.child.lock().await.as_ref() {
            child.interrupt();
        }
    }
}

/// Why a run did not begin, in the words of the program.
fn refused(ended: Option<Ended>) -> Failure {
    let said = ended.map(|ended| ended.said).unwrap_or_default();
    let said = said.trim().trim_start_matches("error:").trim();
    let message = if said.is_empty() { "the run ended before it began" } else { said };
    Failure::invalid(message)
}

/// How many would work.
pub(super) fn workers() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32)
}
