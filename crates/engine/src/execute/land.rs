//! Landing: one package at a time, by compare-and-swap.

use std::sync::Arc;

use ssot_model::{EventKind, GateName, Phase, RepoPath};
use ssot_runtime::git::{Repository, UpdateRefError, Worktree};
use tokio::sync::watch;

use super::baseline::inspect;
use super::candidate::{self, Candidate};
use super::journal::{Judgement, Stop};
use super::recover::{Landing, land_step};
use super::unit::{Unit, demand};
use super::{Head, blocking};
use crate::Inspection;

/// How often a landing starts anew because somebody else moved the branch.
const ATTEMPTS: u32 = 10;

/// A branch that somebody has checked out is not moved under their feet.
fn demand_free(repository: &Repository, target: &str) -> Result<(), Stop> {
    let found = repository.checked_out()?.into_iter().find(|it| it.branch == target);
    found.map_or(Ok(()), |found| {
        let place = found.worktree.display();
        Err(Stop::Failed(format!("the branch `{target}` was checked out at `{place}` meanwhile")))
    })
}

impl Unit {
    /// Brings the candidate onto the target branch, wherever that is by then.
    /// `known` is the branch as the last landing left it.
    pub(super) async fn land(
        &self,
        tree: &Worktree,
        gated: Candidate,
        inspection: Arc<Inspection>,
        known: Head,
    ) -> Result<(Landing, Head), Stop> {
        for _ in 0..ATTEMPTS {
            let onto = self.current(tree, &known).await?;
            let (candidate, inspection) = if onto.tree == self.start.tree {
                // What the gates saw is, to the byte, what will land.
                (gated.clone(), Arc::clone(&inspection))
            } else {
                self.rebase(tree, &gated, &onto).await?
            };
            self.rehearse(&candidate, &onto).await?;
            if let Some(landing) = self.advance(&candidate, &onto).await? {
                let (commit, tree) = (landing.commit.clone(), landing.tree.clone());
                return Ok((landing, Head { commit, tree, inspection }));
            }
        }
        Err(Stop::Failed(format!("the target branch moved {ATTEMPTS} times during the landing")))
    }

    /// The target branch now; looked at anew only when somebody else moved it.
    async fn current(&self, tree: &Worktree, known: &Head) -> Result<Head, Stop> {
        let (repository, target) = (self.job().repository.clone(), self.job().target.clone());
        let gone = || Stop::Failed(format!("the target branch `{}` is gone", self.job().target));
        let (commit, id) = blocking(move || {
            let Some(commit) = repository.branch_head(&target)? else { return Ok(None) };
            let id = repository.tree_of(&commit)?;
            Ok::<_, Stop>(Some((commit, id)))
        })
        .await??
        .ok_or_else(gone)?;
        let inspection = if id == known.tree {
            Arc::clone(&known.inspection)
        } else {
            let (place, wanted) = (tree.clone(), id.clone());
            blocking(move || place.check_out(wanted.as_str())).await??;
            inspect(&self.job().inspect, tree).await?
        };
        Ok(Head { commit, tree: id, inspection })
    }

    /// The package's files on the new head, through the gates that can tell.
    async fn rebase(
        &self,
        tree: &Worktree,
        gated: &Candidate,
        onto: &Head,
    ) -> Result<(Candidate, Arc<Inspection>), Stop> {
        let (repository, place) = (self.job().repository.clone(), tree.clone());
        let (start, target) = (self.start.tree.clone(), onto.tree.clone());
        let (before, after, by) = (gated.before.clone(), gated.after.clone(), gated.by);
        let (candidate, changed) = blocking(move || {
            let candidate = candidate::replay(&repository, &target, before, after, by)?;
            place.check_out(candidate.tree.as_str())?;
            Ok::<_, Stop>((candidate, repository.changed_paths(start.as_str(), target.as_str())?))
        })
        .await??;
        let place = self.place(Phase::Landing, onto, false);
        let inspection = self.static_gates(tree, &place, onto, &candidate).await?;
        let package = &self.work().package;
        let rests_on = |path: &String| {
            let mut files = package.read_set.iter().chain(&package.write_set);
            files.any(|file| file.as_str() == path)
        };
        if changed.iter().any(rests_on) {
            self.behaviour_gate(tree, &place, &candidate, &inspection).await?;
            self.command_gate(tree, &place, &candidate, &inspection).await?;
            self.test_gate(tree, &place, &candidate, &inspection).await?;
        }
        Ok((candidate, inspection))
    }

    /// Builds the reverse on top of the candidate and compares trees.
    async fn rehearse(&self, candidate: &Candidate, onto: &Head) -> Result<(), Stop> {
        let journal = &self.job().journal;
        let place = self.place(Phase::Landing, onto, onto.commit == self.job().base);
        let (repository, candidate) = (self.job().repository.clone(), candidate.clone());
        let wanted = onto.tree.clone();
        let check = async {
            let build = move || repository.build_tree(candidate.tree.as_str(), &candidate.before);
            let back = blocking(build).await??;
            if back != wanted {
                let evidence = format!("undoing gives tree {back} instead of {wanted}");
                return Ok(Judgement::new(false, evidence));
            }
            let (package, tree) = (self.id().clone(), back.clone());
            let step = format!("{}/rollback/{}", place.step, place.side);
            journal.emit(step, EventKind::RollbackRehearsed { package, tree }).await?;
            Ok(Judgement::new(true, format!("undoing gives tree {back} again")))
        };
        let judgement = journal.gate(&place, GateName::Rollback, check).await?;
        demand(GateName::Rollback, &judgement)
    }

    /// Commits and moves the branch; none when somebody else was faster.
    async fn advance(&self, candidate: &Candidate, onto: &Head) -> Result<Option<Landing>, Stop> {
        let shared = Arc::clone(&self.shared);
        let (index, tree, onto) = (self.index, candidate.tree.clone(), onto.clone());
        let step = land_step(self.id(), &onto.commit);
        let advance = async {
            let landing = blocking(move || {
                let (job, work) = (&shared.job, &shared.job.works[index]);
                let what = (&job.run, &work.package.id, false);
                let repository = &job.repository;
                // Since the run began somebody may have checked it out.
                demand_free(repository, &job.target)?;
                let commit = repository.commit_package(
                    &tree,
                    &onto.commit,
                    &work.message,
                    what,
                    job.started,
                )?;
                match repository.move_branch(&job.target, Some(&onto.commit), &commit) {
                    Ok(()) => {}
                    Err(UpdateRefError::Moved { .. }) => return Ok(None),
                    Err(UpdateRefError::Git(error)) => return Err(error.into()),
                }
                let (package, previous) = (work.package.id.clone(), onto.commit);
                Ok::<_, Stop>(Some(Landing { package, commit, previous, tree }))
            })
            .await??;
            let summary = landing.as_ref().map_or_else(
                || "somebody else moved the branch first".to_owned(),
                |landing| format!("commit {}", landing.commit),
            );
            Ok((landing, summary))
        };
        // A landing is not cut off: it is over in an instant, one way or the other.
        let (_, never) = watch::channel(false);
        let landing = self.job().journal.tool(("land", &step), &never, advance).await?;
        if let Some(landing) = &landing {
            let files: Vec<RepoPath> = candidate.after.keys().cloned().collect();
            landing.announce(&self.job().journal, files).await?;
        }
        Ok(landing)
    }
}
