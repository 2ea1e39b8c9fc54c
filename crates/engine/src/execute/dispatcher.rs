//! The owner of all state: which package is where, who may start, who may land.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ssot_model::{PackageId, UnitState};
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};

use super::journal::Stop;
use super::recover::Landing;
use super::unit::{Down, End, Unit, Up};
use super::{ExecuteError, Head, PackageResult, Shared};

/// Messages of units that wait to be read; a full queue makes units wait.
const MESSAGES: usize = 64;

/// Where all packages ended.
pub(super) struct Outcome {
    pub(super) packages: BTreeMap<PackageId, PackageResult>,
    /// The packages on the branch, oldest first.
    pub(super) landings: Vec<Landing>,
}

struct Dispatcher {
    shared: Arc<Shared>,
    packages: BTreeMap<PackageId, PackageResult>,
    landings: Vec<Landing>,
    /// Indices of works that have not started, in the order of the plan.
    queue: VecDeque<usize>,
    /// The way to each running unit.
    downs: BTreeMap<PackageId, mpsc::Sender<Down>>,
    ready: VecDeque<PackageId>,
    landing: Option<PackageId>,
    head: Head,
    tasks: JoinSet<(PackageId, End)>,
    names: BTreeMap<Id, PackageId>,
    up: mpsc::Sender<Up>,
}

/// Brings every package to an end.
pub(super) async fn dispatch(
    shared: &Arc<Shared>,
    recovered: Vec<(PackageId, Option<Landing>)>,
    head: Head,
) -> Result<(Outcome, Head), ExecuteError> {
    let (up, mut ups) = mpsc::channel(MESSAGES);
    let mut dispatcher = Dispatcher::new(Arc::clone(shared), recovered, head, up);
    loop {
        dispatcher.start_ready().await?;
        dispatcher.grant_landing();
        // Then nothing waits either: what cannot start has been ended.
        if dispatcher.tasks.is_empty() {
            break;
        }
        tokio::select! {
            Some(up) = ups.recv() => dispatcher.hear(up),
            Some(done) = dispatcher.tasks.join_next_with_id() => dispatcher.ended(done).await?,
        }
    }
    let Dispatcher { packages, landings, head, .. } = dispatcher;
    Ok((Outcome { packages, landings }, head))
}

impl Dispatcher {
    fn new(
        shared: Arc<Shared>,
        recovered: Vec<(PackageId, Option<Landing>)>,
        head: Head,
        up: mpsc::Sender<Up>,
    ) -> Self {
        let landings = recovered.iter().filter_map(|(_, landing)| landing.clone()).collect();
        let mut packages: BTreeMap<PackageId, PackageResult> = recovered
            .into_iter()
            .map(|(package, landing)| (package, PackageResult::recovered(landing)))
            .collect();
        let mut queue = VecDeque::new();
        for (index, work) in shared.job.works.iter().enumerate() {
            let queued = PackageResult { state: UnitState::Queued, reason: None, commit: None };
            let entry = packages.entry(work.package.id.clone()).or_insert(queued);
            if entry.state == UnitState::Queued {
                queue.push_back(index);
            }
        }
        Self {
            shared,
            packages,
            landings,
            queue,
            downs: BTreeMap::new(),
            ready: VecDeque::new(),
            landing: None,
            head,
            tasks: JoinSet::new(),
            names: BTreeMap::new(),
            up,
        }
    }

    /// Starts what may start, and ends what never can.
    async fn start_ready(&mut self) -> Result<(), ExecuteError> {
        let mut waiting = VecDeque::new();
        // An end may decide about a package further up in the queue: dependents
        // stand behind what they depend on in every valid plan, so one pass does.
        while let Some(index) = self.queue.pop_front() {
            let package = self.shared.job.works[index].package.clone();
            if *self.shared.cancel.borrow() {
                self.end(&package.id, UnitState::Cancelled, None).await?;
                continue;
            }
            let state_of = |id: &PackageId| self.packages.get(id).map(|result| result.state);
            let done = |id: &&PackageId| state_of(id) == Some(UnitState::Done);
            let never = |id: &&PackageId| {
                state_of(id).is_none_or(|state| state.is_end() && state != UnitState::Done)
            };
            if let Some(missing) = package.depends_on.iter().find(never) {
                let why = format!("it depends on {missing}, which did not land");
                self.end(&package.id, UnitState::Blocked, Some(why)).await?;
            } else if package.depends_on.iter().all(|id| done(&id))
                && self.tasks.len() < self.shared.job.agents.max(1)
            {
                self.start(index, &package.id);
            } else {
                waiting.push_back(index);
            }
        }
        // Nothing runs and nothing can start: the dependencies go in a circle.
        if self.tasks.is_empty() {
            for index in waiting.drain(..) {
                let id = self.shared.job.works[index].package.id.clone();
                let why = "its dependencies go in a circle".to_owned();
                self.end(&id, UnitState::Blocked, Some(why)).await?;
            }
        }
        self.queue = waiting;
        Ok(())
    }

    fn start(&mut self, index: usize, id: &PackageId) {
        // One message is all a unit ever gets.
        let (down, receiver) = mpsc::channel(1);
        let unit = Unit {
            shared: Arc::clone(&self.shared),
            index,
            start: self.head.clone(),
            up: self.up.clone(),
            down: receiver,
        };
        let name = id.clone();
        let task = self.tasks.spawn(async move { (name, unit.run().await) });
        self.names.insert(task.id(), id.clone());
        self.downs.insert(id.clone(), down);
    }

    /// Lets the next unit land when nobody does.
    fn grant_landing(&mut self) {
        while self.landing.is_none() {
            let Some(id) = self.ready.pop_front() else { return };
            let turn = Down::Land(self.head.clone());
            // A unit that has ended meanwhile has no use for its turn.
            if self.downs.get(&id).is_some_and(|down| down.try_send(turn).is_ok()) {
                self.landing = Some(id);
            }
        }
    }

    fn hear(&mut self, up: Up) {
        match up {
            Up::Moved(id, state) => {
                // A message may be overtaken by the end of its sender.
                if let Some(result) = self.packages.get_mut(&id).filter(|r| !r.state.is_end()) {
                    result.state = state;
                }
            }
            Up::Ready(id) => self.ready.push_back(id),
        }
    }

    async fn ended(
        &mut self,
        done: Result<(Id, (PackageId, End)), JoinError>,
    ) -> Result<(), ExecuteError> {
        let (task, id, end) = match done {
            Ok((task, (id, end))) => (task, Some(id), end),
            // A unit that died says nothing any more: that is a failure.
            Err(error) => {
                let end = End::Stopped(Stop::Failed(format!("internal error: {error}")));
                (error.id(), None, end)
            }
        };
        let name = self.names.remove(&task);
        let died = id.is_none();
        let Some(id) = id.or(name) else { return Ok(()) };
        self.downs.remove(&id);
        if self.landing.as_ref() == Some(&id) {
            self.landing = None;
        }
        let (state, reason, commit) = match end {
            End::Landed(landing, head) => {
                let commit = landing.commit.clone();
                self.landings.push(landing);
                self.head = head;
                (UnitState::Done, None, Some(commit))
            }
            End::Stopped(Stop::Log(why)) => return Err(ExecuteError::Log(why)),
            End::Stopped(Stop::Rejected(why)) => (UnitState::Rejected, Some(why), None),
            End::Stopped(Stop::Failed(why) | Stop::Unrunnable(why)) => {
                (UnitState::Failed, Some(why), None)
            }
            End::Stopped(Stop::Cancelled) => (UnitState::Cancelled, None, None),
        };
        if died {
            return self.end(&id, state, reason).await;
        }
        self.packages.insert(id, PackageResult { state, reason, commit });
        Ok(())
    }

    /// Ends a package that has no unit to say so.
    async fn end(
        &mut self,
        id: &PackageId,
        state: UnitState,
        reason: Option<String>,
    ) -> Result<(), ExecuteError> {
        self.shared.job.journal.moved(id, state, reason.clone()).await?;
        self.packages.insert(id.clone(), PackageResult { state, reason, commit: None });
        Ok(())
    }
}
