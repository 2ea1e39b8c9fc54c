//! A package in the hands of a coding agent: what it is told, what is heard of it, and what
//! it leaves in its worktree. Its word counts for nothing; the gates look at the tree.

mod record;
mod seat;

use std::collections::BTreeSet;
use std::sync::Arc;

use ssot_model::{
    Agent, CompletionStatus, EventKind, PackageId, Phase, RepoPath, TreeId, UnitState,
};
use ssot_runtime::files;
use ssot_runtime::git::{Entries, Entry, KEPT, Worktree};

use super::candidate::{self, Candidate};
use super::gates::named;
use super::journal::{Place, Stop};
use super::unit::Unit;
use super::{Assignment, Job, blocking};
use crate::Inspection;
use record::Record;
use seat::Seat;

/// Largest file that an agent may leave, in bytes.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

impl Unit {
    /// Lets the agent try until the gates are content or its tries are used up. `refused` is
    /// why a codemod's work was not taken.
    pub(super) async fn by_agent(
        &self,
        tree: &Worktree,
        assignment: &Assignment,
        mut refused: Option<String>,
    ) -> Result<(Candidate, Arc<Inspection>), Stop> {
        let Some(post) = self.job().agent.as_ref() else {
            return Err(Stop::Rejected("no agent is configured to do it".to_owned()));
        };
        if let Some(candidate) = self.worked_before(tree).await? {
            self.moved_to(UnitState::Gates, "before").await?;
            match self.judge(tree, &candidate, "before").await {
                Err(Stop::Rejected(why)) => refused = Some(why),
                done => return Ok((candidate, done?)),
            }
        }
        let mut seat = Seat::take(self, tree, post)?;
        for attempt in 1..=post.config.attempts {
            let try_ = Try { number: attempt, began: (self.job().journal.clock)().0 };
            self.moved_to(UnitState::Rewrite, &try_.name()).await?;
            let told = told(assignment, refused.as_deref(), seat.is_new());
            let worked = self.one_try(tree, assignment.agent, &mut seat, &try_, told).await;
            let judged = match worked {
                Ok(candidate) => {
                    self.moved_to(UnitState::Gates, &try_.name()).await?;
                    let judged = self.judge(tree, &candidate, &try_.name()).await;
                    judged.map(|inspection| (candidate, inspection))
                }
                Err(stop) => Err(stop),
            };
            match judged {
                Err(Stop::Rejected(why)) if attempt < post.config.attempts => refused = Some(why),
                done => return done,
            }
        }
        Err(Stop::Rejected(refused.unwrap_or_default()))
    }

    /// All gates up to the landing, for one state of the worktree.
    pub(super) async fn judge(
        &self,
        tree: &Worktree,
        candidate: &Candidate,
        try_: &str,
    ) -> Result<Arc<Inspection>, Stop> {
        let ordinary = self.start.commit == self.job().base;
        let place = self.place(Phase::After, &self.start, ordinary);
        let side =
            if try_.is_empty() { place.side.clone() } else { format!("{}#{try_}", place.side) };
        let place = Place { side, ..place };
        let inspection = self.static_gates(tree, &place, &self.start, candidate).await?;
        self.behaviour_gate(tree, &place, candidate, &inspection).await?;
        self.command_gate(tree, &place, candidate, &inspection).await?;
        self.test_gate(tree, &place, candidate, &inspection).await?;
        Ok(inspection)
    }

    /// One turn of the agent, between its two events.
    async fn one_try(
        &self,
        tree: &Worktree,
        agent: Agent,
        seat: &mut Seat<'_>,
        try_: &Try,
        told: String,
    ) -> Result<Candidate, Stop> {
        let journal = &self.job().journal;
        let step = format!("{}/agent/{}", self.id(), try_.name());
        let package = Some(self.id().clone());
        let task = format!("{} (try {})", self.work().package.title, try_.number);
        let begun = EventKind::AgentStarted { agent, package: package.clone(), task };
        journal.emit(&*step, begun).await?;
        let mut record = Record::new(self, agent, step.clone());
        let turn = seat.turn(told, &mut record).await;
        record.close().await?;
        let worked = match turn {
            Ok(()) => self.collect(tree).await,
            Err(stop) => {
                // Whatever it wrote before it failed is not taken.
                let (place, start) = (tree.clone(), self.start.tree.clone());
                blocking(move || {
                    place.restore()?;
                    place.check_out(start.as_str())
                })
                .await??;
                Err(stop)
            }
        };
        let (status, summary) = ending(&worked);
        let done = EventKind::AgentCompleted { agent, package, status, summary };
        journal.emit(step, done).await?;
        worked
    }

    /// What the agent has left in its worktree, when that is inside of the write set; the
    /// worktree is that and nothing else afterwards.
    async fn collect(&self, tree: &Worktree) -> Result<Candidate, Stop> {
        let (shared, index, tree) = (Arc::clone(&self.shared), self.index, tree.clone());
        let start = self.start.clone();
        let collect = move || {
            let (job, package) = (&shared.job, &shared.job.works[index].package);
            let allowed: BTreeSet<RepoPath> = package.write_set.iter().cloned().collect();
            let changed = tree.changes()?;
            let outside: Vec<&String> = changed
                .iter()
                .filter(|path| !RepoPath::new(path).is_ok_and(|path| allowed.contains(&path)))
                .collect();
            let candidate = left_in(job, &tree, &start.tree, &allowed);
            let back = candidate.as_ref().map_or(&start.tree, |candidate| &candidate.tree);
            tree.check_out(back.as_str())?;
            tree.restore()?;
            if !outside.is_empty() {
                let why = format!("the agent wrote outside of its write set: {}", named(outside));
                return Err(Stop::Rejected(why));
            }
            let candidate = candidate?;
            let (repository, work) = (&job.repository, &job.works[index]);
            let what = (&job.run, &package.id, false);
            let (tree, parent, at) = (&candidate.tree, &start.commit, job.started);
            let commit = repository.commit_package(tree, parent, &work.message, what, at)?;
            repository.keep(&worked_name(job, &package.id), &commit)?;
            Ok(candidate)
        };
        blocking(collect).await?
    }

    /// What the agent did before the run was killed, when it fits the branch as it is now.
    async fn worked_before(&self, tree: &Worktree) -> Result<Option<Candidate>, Stop> {
        let (shared, index, tree) = (Arc::clone(&self.shared), self.index, tree.clone());
        let start = self.start.clone();
        let recall = move || {
            let (job, package) = (&shared.job, &shared.job.works[index].package);
            let name = format!("{KEPT}{}", worked_name(job, &package.id));
            let Some(commit) = job.repository.resolve(&name)? else { return Ok(None) };
            let entries = |of: &str| job.repository.entries_at(of, package.write_set.iter());
            let (before, after) = (entries(&format!("{commit}^"))?, entries(commit.as_str())?);
            let (before, after) = changed_entries(before, after);
            let built = candidate::replay(
                &job.repository,
                &start.tree,
                before,
                after,
                candidate::By::Agent,
            );
            let Ok(candidate) = built else { return Ok(None) };
            tree.check_out(candidate.tree.as_str())?;
            Ok::<_, Stop>(Some(candidate))
        };
        blocking(recall).await?
    }

    /// What the agent did needs no reference of its own any more: it is on the branch.
    pub(super) async fn forget_work(&self) -> Result<(), Stop> {
        let (shared, index) = (Arc::clone(&self.shared), self.index);
        let forget = move || {
            let name = worked_name(&shared.job, &shared.job.works[index].package.id);
            shared.job.repository.forget_kept(&name)
        };
        Ok(blocking(forget).await??)
    }
}

/// The reference that keeps what an agent did until its package has landed.
pub(super) fn worked_name(job: &Job, package: &PackageId) -> String {
    format!("worked/{}/{package}", job.run)
}

/// The files of the write set as they are on disk, on top of a tree.
fn left_in(
    job: &Job,
    tree: &Worktree,
    start: &TreeId,
    allowed: &BTreeSet<RepoPath>,
) -> Result<Candidate, Stop> {
    let before = job.repository.entries_at(start.as_str(), allowed.iter())?;
    let mut after = Entries::new();
    for path in allowed {
        let entry = match files::read(tree.path(), path, LARGEST_FILE) {
            Ok(bytes) => {
                let blob = tree.hash_object(path, &bytes)?;
                Some(Entry::replacing(before.get(path).and_then(Option::as_ref), blob))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                let why = format!("`{path}` cannot be read as the agent left it: {error}");
                return Err(Stop::Rejected(why));
            }
        };
        after.insert(path.clone(), entry);
    }
    let (before, after) = changed_entries(before, after);
    if after.is_empty() {
        let why = "the agent says that it is done, and no file has changed";
        return Err(Stop::Rejected(why.to_owned()));
    }
    candidate::replay(&job.repository, start, before, after, candidate::By::Agent)
}

/// Only what differs.
fn changed_entries(mut before: Entries, mut after: Entries) -> (Entries, Entries) {
    let same: Vec<RepoPath> = after
        .iter()
        .filter(|(path, it)| before.get(*path) == Some(*it))
        .map(|it| it.0.clone())
        .collect();
    for path in same {
        before.remove(&path);
        after.remove(&path);
    }
    (before, after)
}

/// What the agent is told in a turn: the briefing when it has not heard it yet, and why its
/// last work, or the codemod's, was refused.
fn told(assignment: &Assignment, refused: Option<&str>, is_new: bool) -> String {
    let mut text = if is_new { assignment.briefing.clone() } else { String::new() };
    if let Some(why) = refused {
        text.push_str(
            "\n## What was tried before was refused\n\nThe files are as described there or as you left \
             them inside of your write set. This is why; put it right:\n\n",
        );
        text.push_str(why);
        text.push('\n');
    }
    text
}

/// One try of an agent.
struct Try {
    number: u32,
    /// When it began: what is tried again after the run was killed is another one.
    began: i64,
}

impl Try {
    fn name(&self) -> String {
        format!("{}@{}", self.number, self.began)
    }
}

/// How a try is told in the log.
fn ending(worked: &Result<Candidate, Stop>) -> (CompletionStatus, String) {
    match worked {
        Ok(candidate) => {
            let files: Vec<&str> = candidate.after.keys().map(RepoPath::as_str).collect();
            (CompletionStatus::Ok, format!("changed {}", named(files)))
        }
        Err(Stop::Cancelled | Stop::Waiting) => {
            (CompletionStatus::Cancelled, "it was told to stop".to_owned())
        }
        Err(Stop::Rejected(why) | Stop::Failed(why) | Stop::Unrunnable(why) | Stop::Log(why)) => {
            (CompletionStatus::Error, why.clone())
        }
    }
}
