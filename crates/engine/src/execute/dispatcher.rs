//! The owner of all state: which package is where, who may start, who may land.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use ssot_model::{ApprovalSubject, CanaryStep, Doer, PackageId, UnitState};
use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::MissedTickBehavior;

use super::canary::{self, Canary};
use super::checkpoints::Checkpoints;
use super::crew::Lane;
use super::journal::Stop;
use super::recover::Landing;
use super::rollback::{RollBack, take_back};
use super::spending::Spending;
use super::unit::{Down, End, Unit, Up};
use super::{ExecuteError, Head, PackageResult, Shared};

/// Messages of units that wait to be read; a full queue makes units wait.
const MESSAGES: usize = 64;
/// How often budgets and checkpoints are looked at.
const TICK: Duration = Duration::from_secs(1);

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
    /// Packages that wait for an approval, and those that wait for one of these.
    held: BTreeSet<PackageId>,
    /// The lane of each running unit.
    lanes: BTreeMap<PackageId, Lane>,
    /// The way to each running unit.
    downs: BTreeMap<PackageId, mpsc::Sender<Down>>,
    ready: VecDeque<PackageId>,
    landing: Option<PackageId>,
    head: Head,
    tasks: JoinSet<(PackageId, End)>,
    names: BTreeMap<Id, PackageId>,
    up: mpsc::Sender<Up>,
    canary: Canary,
    /// The look at the health of what has landed; nothing lands meanwhile.
    looks: JoinSet<Result<CanaryStep, Stop>>,
    spending: Spending,
    checkpoints: Checkpoints,
    /// Why nothing more is started.
    stopping: Option<String>,
}

/// Brings every package to an end, or to where somebody has to approve first.
pub(super) async fn dispatch(
    shared: &Arc<Shared>,
    recovered: Vec<(PackageId, Option<Landing>)>,
    head: Head,
    spending: Spending,
) -> Result<(Outcome, Head, Spending), ExecuteError> {
    let (up, mut ups) = mpsc::channel(MESSAGES);
    let mut cancel = shared.cancel.clone();
    let mut paused = shared.job.control.paused.clone();
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut dispatcher = Dispatcher::new(Arc::clone(shared), recovered, (head, spending), up);
    loop {
        // Asked once: a run that goes on while this turn is taken would seem at its end.
        let is_paused = dispatcher.is_paused();
        if !is_paused {
            dispatcher.start_ready().await?;
        }
        dispatcher.look_at_health();
        if !is_paused {
            dispatcher.grant_landing();
        }
        // Then nothing waits either: what cannot start has been ended, unless it is paused.
        let is_idle = dispatcher.tasks.is_empty() && dispatcher.looks.is_empty();
        if is_idle && (dispatcher.queue.is_empty() || !is_paused) {
            break;
        }
        tokio::select! {
            Some(up) = ups.recv() => dispatcher.hear(up),
            Some(done) = dispatcher.tasks.join_next_with_id() => dispatcher.ended(done).await?,
            Some(look) = dispatcher.looks.join_next() => dispatcher.looked(look).await?,
            _ = tick.tick() => dispatcher.tick().await?,
            Ok(()) = cancel.changed() => dispatcher.spending.halt_all(),
            () = turned(&mut paused) => {}
        }
    }
    dispatcher.look_at_checkpoints().await?;
    let Dispatcher { packages, landings, head, spending, .. } = dispatcher;
    Ok((Outcome { packages, landings }, head, spending))
}

/// Waits until the run is paused or goes on; for ever where nobody can say so.
async fn turned(paused: &mut Option<watch::Receiver<bool>>) {
    if let Some(paused) = paused
        && paused.changed().await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}

impl Dispatcher {
    fn new(
        shared: Arc<Shared>,
        recovered: Vec<(PackageId, Option<Landing>)>,
        (head, spending): (Head, Spending),
        up: mpsc::Sender<Up>,
    ) -> Self {
        let landings: Vec<Landing> =
            recovered.iter().filter_map(|(_, landing)| landing.clone()).collect();
        let canary = Canary::after(&landings, &shared.job.control.healthy);
        let checkpoints = Checkpoints::new(&shared.job);
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
            held: BTreeSet::new(),
            lanes: BTreeMap::new(),
            downs: BTreeMap::new(),
            ready: VecDeque::new(),
            landing: None,
            head,
            tasks: JoinSet::new(),
            names: BTreeMap::new(),
            up,
            canary,
            looks: JoinSet::new(),
            spending,
            checkpoints,
            stopping: None,
        }
    }

    /// Whether somebody has paused the run. One that stops does not stay for that.
    fn is_paused(&self) -> bool {
        let paused = self.shared.job.control.paused.as_ref();
        paused.is_some_and(|it| *it.borrow())
            && !*self.shared.cancel.borrow()
            && self.stopping.is_none()
    }

    /// Starts what may start, and ends what never can.
    async fn start_ready(&mut self) -> Result<(), ExecuteError> {
        let mut waiting = VecDeque::new();
        // An end may decide about a package further up in the queue: dependents
        // stand behind what they depend on in every valid plan, so one pass does.
        while let Some(index) = self.queue.pop_front() {
            let package = self.shared.job.works[index].package.clone();
            if *self.shared.cancel.borrow() || self.stopping.is_some() {
                let why = self.stopping.clone();
                self.end(&package.id, UnitState::Cancelled, why).await?;
                continue;
            }
            if package.depends_on.iter().any(|id| self.held.contains(id)) {
                self.held.insert(package.id);
                continue;
            }
            let state_of = |id: &PackageId| self.packages.get(id).map(|result| result.state);
            let done = |id: &&PackageId| state_of(id) == Some(UnitState::Done);
            // An agent builds on nothing that those before it make: it must only not write
            // their files while they do.
            let is_of_agent = package.doer == Doer::Agent;
            let done = |id: &&PackageId| {
                done(id) || is_of_agent && state_of(id).is_some_and(UnitState::is_end)
            };
            let never = |id: &&PackageId| {
                !is_of_agent
                    && state_of(id).is_none_or(|state| state.is_end() && state != UnitState::Done)
            };
            if let Some(missing) = package.depends_on.iter().find(never) {
                let why = format!("it depends on {missing}, which did not land");
                self.end(&package.id, UnitState::Blocked, Some(why)).await?;
            } else if package.depends_on.iter().all(|id| done(&id))
                && self.shared.job.crew.is_free(&package, &self.lanes)
            {
                let job = &self.shared.job;
                let subject = ApprovalSubject::Package;
                if job.control.may(&job.journal, subject, &package.id).await? {
                    self.lanes.insert(package.id.clone(), job.crew.lane(&package));
                    self.start(index, &package.id);
                } else {
                    self.held.insert(package.id);
                }
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
        let (runner, meter) = self.shared.runner.metered();
        let unit = Unit {
            runner,
            leash: self.spending.begin(&self.shared.job, id, meter),
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

    /// Looks at the health of what has landed when a step of the canary is full, or when
    /// nothing more is going to land.
    fn look_at_health(&mut self) {
        let is_over = self.tasks.is_empty() && self.queue.is_empty();
        let steps = &self.shared.job.control.canary.steps;
        if !self.looks.is_empty() || self.landing.is_some() || !self.canary.is_due(steps, is_over) {
            return;
        }
        let (shared, head) = (Arc::clone(&self.shared), self.head.clone());
        self.looks.spawn(canary::look(shared, head, self.canary.packages()));
    }

    /// Keeps a healthy step; takes back one that is not, and stops.
    async fn looked(
        &mut self,
        look: Result<Result<CanaryStep, Stop>, JoinError>,
    ) -> Result<(), ExecuteError> {
        let look = look.map_err(|error| ExecuteError::Internal(error.to_string()))?;
        let step = match look {
            Ok(step) if step.healthy => {
                self.canary.keep();
                return Ok(());
            }
            Ok(step) => step,
            // Looked at again when the run is taken up again.
            Err(Stop::Cancelled) => {
                self.canary.keep();
                return Ok(());
            }
            Err(stop) => return Err(stop.into()),
        };
        let why = format!("the health command failed after it had landed: {}", step.evidence);
        let what = RollBack::of(&self.shared.job);
        for landing in self.canary.give_up() {
            take_back(&what, &landing, &why).await.map_err(ExecuteError::from)?;
            let reason = Some(why.clone());
            let result = PackageResult { state: UnitState::Rejected, reason, commit: None };
            self.packages.insert(landing.package.clone(), result);
            self.landings.retain(|it| it.package != landing.package);
        }
        // The branch is looked at anew by whoever needs it.
        let base = &self.shared.baseline;
        let (commit, tree) = (self.shared.job.base.clone(), base.id.clone());
        self.head = Head { commit, tree, inspection: Arc::clone(&base.inspection) };
        self.stop("the health command failed after a step of landings".to_owned());
        Ok(())
    }

    /// Starts nothing more and tells what runs to stop.
    fn stop(&mut self, why: String) {
        self.stopping.get_or_insert(why);
        self.spending.halt_all();
    }

    /// Looks at budgets and checkpoints.
    async fn tick(&mut self) -> Result<(), ExecuteError> {
        let beside = self.shared.runner.cpu_millis();
        let why = match self.stopping {
            Some(_) => None,
            None => self.spending.look(&self.shared.job, beside).await?,
        };
        if let Some(why) = why {
            self.stop(why);
        }
        self.look_at_checkpoints().await
    }

    async fn look_at_checkpoints(&mut self) -> Result<(), ExecuteError> {
        let landed: BTreeSet<PackageId> =
            self.landings.iter().map(|landing| landing.package.clone()).collect();
        Ok(self.checkpoints.look(&self.shared.job, &landed).await?)
    }

    /// Lets the next unit land when nobody does.
    fn grant_landing(&mut self) {
        while self.landing.is_none() && self.looks.is_empty() {
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
        self.spending.end(&self.shared.job, &id).await?;
        self.lanes.remove(&id);
        if self.landing.as_ref() == Some(&id) {
            self.landing = None;
        }
        let (state, reason, commit) = match end {
            End::Landed(landing, head) => {
                let commit = landing.commit.clone();
                self.canary.note(&landing);
                self.landings.push(landing);
                self.head = head;
                (UnitState::Done, None, Some(commit))
            }
            End::Stopped(Stop::Log(why)) => return Err(ExecuteError::Log(why)),
            End::Stopped(Stop::Rejected(why)) => (UnitState::Rejected, Some(why), None),
            End::Stopped(Stop::Failed(why) | Stop::Unrunnable(why)) => {
                (UnitState::Failed, Some(why), None)
            }
            End::Stopped(Stop::Cancelled) => (UnitState::Cancelled, self.stopping.clone(), None),
            End::Stopped(Stop::Waiting) => {
                self.held.insert(id.clone());
                (UnitState::Queued, None, None)
            }
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
