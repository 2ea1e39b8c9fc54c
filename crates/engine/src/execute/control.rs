//! What holds packages back besides their gates.

use std::collections::BTreeSet;

use ssot_model::{
    ApprovalConfig, ApprovalSubject, BudgetConfig, CanaryConfig, Checkpoint, EventKind, PackageId,
    PendingApproval, Usage,
};

use tokio::sync::watch;

use super::journal::{Journal, Stop};

/// What holds packages back besides their gates.
#[derive(Debug, Clone, Default)]
pub struct Control {
    /// What has to be approved.
    pub approval: ApprovalConfig,
    /// What was approved.
    pub approved: BTreeSet<PendingApproval>,
    /// How much may be used up.
    pub budget: BudgetConfig,
    /// What earlier sittings of the run have used up.
    pub used: Usage,
    /// Landing in steps.
    pub canary: CanaryConfig,
    /// Packages of steps that were found healthy.
    pub healthy: BTreeSet<PackageId>,
    /// How much is to be done by when.
    pub checkpoints: Vec<Checkpoint>,
    /// Whether somebody has paused the run; none where nobody can.
    pub paused: Option<watch::Receiver<bool>>,
}

impl Control {
    /// Whether a package may go on; when it may not, the log says what it waits for.
    pub(super) async fn may(
        &self,
        journal: &Journal,
        subject: ApprovalSubject,
        package: &PackageId,
    ) -> Result<bool, Stop> {
        let asked = match subject {
            ApprovalSubject::Plan => self.approval.plan,
            ApprovalSubject::Package => self.approval.package,
            ApprovalSubject::Landing => self.approval.landing,
        };
        let what = PendingApproval { subject, package: Some(package.clone()) };
        if !asked || self.approved.contains(&what) {
            return Ok(true);
        }
        let PendingApproval { subject, package } = what;
        let step = approval_step(subject, package.as_ref());
        journal.emit(step, EventKind::ApprovalRequested { subject, package }).await?;
        Ok(false)
    }
}

/// The step in which an approval is asked for and given.
pub(crate) fn approval_step(subject: ApprovalSubject, package: Option<&PackageId>) -> String {
    let of = package.map_or("run", PackageId::as_str);
    format!("{of}/approval/{}", subject.as_str())
}
