//! What packages use up, held against what they may.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ssot_model::{AgentUsage, EventKind, PackageId, Timestamp, Usage};
use ssot_runtime::usage::{Meter, disk_kib};
use tokio::sync::watch;

use super::journal::Stop;
use super::{Job, blocking};

/// Every so many looks disk space is measured: it takes a walk through the worktrees.
const DISK_EVERY: u32 = 4;

/// One unit under watch.
struct Watched {
    since: Timestamp,
    meter: Meter,
    disk_kib: u64,
    /// Tells the unit to stop.
    halt: watch::Sender<bool>,
    /// Why, when it is about this package alone.
    why: watch::Sender<Option<String>>,
}

/// What a unit hears of its watch.
pub(super) struct Leash {
    pub(super) halt: watch::Receiver<bool>,
    pub(super) why: watch::Receiver<Option<String>>,
}

impl Leash {
    /// The leash of a unit without a budget, which hears only of the run.
    pub(super) fn of_run(halt: watch::Receiver<bool>) -> Self {
        let (_, why) = watch::channel(None);
        Self { halt, why }
    }
}

/// All units under watch, and what those before them have used up.
pub(super) struct Spending {
    since: Timestamp,
    units: BTreeMap<PackageId, Watched>,
    /// CPU time of units that have ended, in milliseconds.
    ended_cpu: u64,
    /// What agents of units that have ended have used up.
    ended_agents: AgentUsage,
    disk_kib: u64,
    looks: u32,
}

impl Spending {
    pub(super) fn new(job: &Job) -> Self {
        let since = (job.journal.clock)();
        Self {
            since,
            units: BTreeMap::new(),
            ended_cpu: 0,
            ended_agents: AgentUsage::default(),
            disk_kib: 0,
            looks: 0,
        }
    }

    /// Takes a unit under watch.
    pub(super) fn begin(&mut self, job: &Job, package: &PackageId, meter: Meter) -> Leash {
        let ((halt, halted), (why, reason)) = (watch::channel(false), watch::channel(None));
        let since = (job.journal.clock)();
        let watched = Watched { since, meter, disk_kib: 0, halt, why };
        self.units.insert(package.clone(), watched);
        Leash { halt: halted, why: reason }
    }

    /// Lets a unit go and records what it has used up.
    pub(super) async fn end(&mut self, job: &Job, package: &PackageId) -> Result<(), Stop> {
        let Some(watched) = self.units.remove(package) else { return Ok(()) };
        let usage = watched.usage((job.journal.clock)());
        self.ended_cpu += usage.cpu_millis;
        self.ended_agents += usage.agents;
        // The time it ended makes each attempt one of its own.
        let step = format!("{package}/used/{}", watched.since.0);
        let package = Some(package.clone());
        job.journal.emit(step, EventKind::ResourcesUsed { package, usage }).await
    }

    /// Tells every unit to stop.
    pub(super) fn halt_all(&self) {
        for watched in self.units.values() {
            // A unit that has just ended hears nothing any more.
            let _ = watched.halt.send(true);
        }
    }

    /// What the run has used up, earlier sittings included. `beside` is CPU time of what is
    /// no unit.
    pub(super) fn total(&self, job: &Job, beside: u64) -> Usage {
        let used = job.control.used;
        let running: u64 = self.units.values().map(|watched| watched.meter.millis()).sum();
        let mut agents = used.agents;
        agents += self.ended_agents;
        for watched in self.units.values() {
            agents += watched.meter.agents();
        }
        Usage {
            millis: used.millis + between(self.since, (job.journal.clock)()),
            cpu_millis: used.cpu_millis + self.ended_cpu + running + beside,
            disk_kib: used.disk_kib.max(self.disk_kib),
            agents,
        }
    }

    /// Measures, and stops units that have used up their budget. Gives the reason why the
    /// whole run has to stop, when it has to.
    pub(super) async fn look(&mut self, job: &Job, beside: u64) -> Result<Option<String>, Stop> {
        let budget = job.control.budget;
        let measures = budget.total.disk_mib.is_some() || budget.package.disk_mib.is_some();
        if measures && self.looks.is_multiple_of(DISK_EVERY) {
            self.measure(job).await?;
        }
        self.looks += 1;
        let now = (job.journal.clock)();
        for (package, watched) in &self.units {
            let beyond = watched.usage(now).beyond(budget.package);
            let Some((resource, used, limit)) = beyond.filter(|_| !*watched.halt.borrow()) else {
                continue;
            };
            let why = beyond_text("its budget", resource, used, limit);
            let step = format!("{package}/budget/{}", watched.since.0);
            let package = Some(package.clone());
            let event = EventKind::BudgetExceeded { package, resource, used, limit };
            job.journal.emit(step, event).await?;
            let _ = watched.why.send(Some(why));
            let _ = watched.halt.send(true);
        }
        let Some((resource, used, limit)) = self.total(job, beside).beyond(budget.total) else {
            return Ok(None);
        };
        let event = EventKind::BudgetExceeded { package: None, resource, used, limit };
        job.journal.emit(format!("budget/{}", self.since.0), event).await?;
        Ok(Some(beyond_text("the budget of the run", resource, used, limit)))
    }

    async fn measure(&mut self, job: &Job) -> Result<(), Stop> {
        let root = job.repository.worktrees_dir().join(job.run.as_str());
        let units = self.units.keys().map(|id| root.join("packages").join(id.as_str()));
        let places: Vec<PathBuf> = units.chain([root.clone()]).collect();
        let sizes: Vec<u64> =
            blocking(move || places.iter().map(|place| disk_kib(place)).collect()).await?;
        for (watched, size) in self.units.values_mut().zip(&sizes) {
            watched.disk_kib = watched.disk_kib.max(*size);
        }
        self.disk_kib = self.disk_kib.max(sizes.last().copied().unwrap_or(0));
        Ok(())
    }

    /// Records what this sitting of the run has used up.
    pub(super) async fn close(self, job: &Job, beside: u64) -> Result<(), Stop> {
        let total = self.total(job, beside);
        let used = job.control.used;
        let usage = Usage {
            millis: total.millis - used.millis,
            cpu_millis: total.cpu_millis - used.cpu_millis,
            disk_kib: self.disk_kib,
            agents: total.agents - used.agents,
        };
        let step = format!("used/{}", self.since.0);
        job.journal.emit(step, EventKind::ResourcesUsed { package: None, usage }).await
    }
}

impl Watched {
    fn usage(&self, now: Timestamp) -> Usage {
        Usage {
            millis: between(self.since, now),
            cpu_millis: self.meter.millis(),
            disk_kib: self.disk_kib,
            agents: self.meter.agents(),
        }
    }
}

fn between(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.0 - from.0).unwrap_or(0)
}

fn beyond_text(whose: &str, resource: ssot_model::Resource, used: u64, limit: u64) -> String {
    format!("{whose} is used up: {} of {}", resource.amount(used), resource.amount(limit))
}
