//! Landing in steps: after each the health of what has landed is looked at, and what is not
//! healthy is taken back.

use std::collections::BTreeSet;
use std::sync::Arc;

use ssot_model::{CanaryStep, EventKind, GateCommand, GateComparison, PackageId};

use super::gates::sources;
use super::journal::Stop;
use super::recover::Landing;
use super::unit::short;
use super::{Head, Shared, blocking};

/// The step that is landing.
#[derive(Default)]
pub(super) struct Canary {
    /// Landings so far, those of earlier sittings included.
    landed: usize,
    /// Landings whose health nobody has looked at, oldest first.
    step: Vec<Landing>,
}

impl Canary {
    /// A canary that goes on after what earlier sittings have landed.
    pub(super) fn after(landings: &[Landing], healthy: &BTreeSet<PackageId>) -> Self {
        let step = landings.iter().filter(|landing| !healthy.contains(&landing.package));
        Self { landed: landings.len(), step: step.cloned().collect() }
    }

    /// Notes a landing.
    pub(super) fn note(&mut self, landing: &Landing) {
        self.landed += 1;
        self.step.push(landing.clone());
    }

    /// Whether a look is due: a step is full, or nothing more will land.
    pub(super) fn is_due(&self, steps: &[u32], is_over: bool) -> bool {
        let full = || steps.iter().any(|step| *step as usize == self.landed);
        !steps.is_empty() && !self.step.is_empty() && (is_over || full())
    }

    /// The packages of the step.
    pub(super) fn packages(&self) -> Vec<PackageId> {
        self.step.iter().map(|landing| landing.package.clone()).collect()
    }

    /// The step was healthy: it stays.
    pub(super) fn keep(&mut self) {
        self.step.clear();
    }

    /// The step was not healthy: what has to be taken back, newest first.
    pub(super) fn give_up(&mut self) -> Vec<Landing> {
        self.landed -= self.step.len();
        self.step.drain(..).rev().collect()
    }
}

/// Runs the health command on the branch, in a worktree of its own and in the sandbox.
pub(super) async fn look(
    shared: Arc<Shared>,
    head: Head,
    packages: Vec<PackageId>,
) -> Result<CanaryStep, Stop> {
    let (job, config) = (&shared.job, &shared.job.control.canary);
    let label = format!("canary@{}", short(head.commit.as_str()));
    let name = format!("{}/{label}", job.run);
    let command = GateCommand {
        name: "canary".to_owned(),
        command: config.health.clone(),
        compare: GateComparison::ExitCode,
        tolerance: 0,
        repeat: 1,
        directory: String::new(),
        timeout_seconds: config.timeout_seconds,
        paths: Vec::new(),
    };
    let check = async {
        let (repository, place, commit) =
            (job.repository.clone(), name.clone(), head.commit.clone());
        let tree = blocking(move || repository.add_worktree(&place, &commit)).await??;
        let run = shared.runner.run_command(&tree, sources(&head.inspection), &command).await;
        blocking(move || tree.remove()).await??;
        let run = run?;
        let said = run.output.unwrap_or_default();
        let evidence = if run.success {
            run.ending.clone()
        } else {
            format!("{}\n{}", run.ending, super::commands::end(&said))
        };
        Ok((CanaryStep { packages, healthy: run.success, evidence }, run.ending))
    };
    let step = job.journal.tool(("canary", &label), &shared.cancel, check).await?;
    job.journal.emit(label, EventKind::CanaryChecked { look: step.clone() }).await?;
    Ok(step)
}
