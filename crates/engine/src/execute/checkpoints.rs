//! Whether enough has landed by the times that `ssot.toml` names.

use std::collections::BTreeSet;

use ssot_model::{Checkpoint, CheckpointResult, EventKind, PackageId, Timestamp};

use super::Job;
use super::journal::Stop;

const MINUTE_MILLIS: i64 = 60_000;

/// The checkpoints whose time has not come, with the packages that count.
pub(super) struct Checkpoints(Vec<(Checkpoint, BTreeSet<PackageId>)>);

impl Checkpoints {
    pub(super) fn new(job: &Job) -> Self {
        let counting = |checkpoint: &Checkpoint| {
            let packages = job.works.iter().map(|work| &work.package);
            let counts = |it: &&ssot_model::Package| {
                checkpoint.priority.is_none_or(|priority| it.priority == priority)
            };
            packages.filter(counts).map(|package| package.id.clone()).collect()
        };
        Self(job.control.checkpoints.iter().map(|it| (it.clone(), counting(it))).collect())
    }

    /// Records the checkpoints that were met, and those whose time has come.
    pub(super) async fn look(
        &mut self,
        job: &Job,
        landed: &BTreeSet<PackageId>,
    ) -> Result<(), Stop> {
        let now = (job.journal.clock)();
        let mut later = Vec::new();
        for (checkpoint, packages) in self.0.drain(..) {
            let result = result(&checkpoint, &packages, landed);
            if !result.is_met() && !is_due(&checkpoint, job.started, now) {
                later.push((checkpoint, packages));
                continue;
            }
            let step =
                format!("checkpoint/{}/{}/{}", result.of, result.wanted, result.after_minutes);
            job.journal.emit(step, EventKind::CheckpointReached { checkpoint: result }).await?;
        }
        self.0 = later;
        Ok(())
    }
}

fn is_due(checkpoint: &Checkpoint, started: Timestamp, now: Timestamp) -> bool {
    now.0 - started.0 >= i64::from(checkpoint.after_minutes) * MINUTE_MILLIS
}

fn result(
    checkpoint: &Checkpoint,
    packages: &BTreeSet<PackageId>,
    landed: &BTreeSet<PackageId>,
) -> CheckpointResult {
    CheckpointResult {
        of: checkpoint.priority.map_or_else(|| "all".to_owned(), |it| format!("{it:?}")),
        after_minutes: checkpoint.after_minutes,
        wanted: checkpoint.percent,
        landed: packages.intersection(landed).count() as u32,
        packages: packages.len() as u32,
    }
}
