//! The Behaviour gate: versions that a package lets take the place of others are called
//! beside them, the left ones in the untouched tree and the right ones in the package's.

use std::collections::BTreeMap;

use ssot_model::{Behaviour, BehaviourVerdict, TreeId, UntestablePolicy};
use ssot_runtime::git::Worktree;
use ssot_runtime::runner::{Recorded, Runner};
use tokio::sync::watch;

use super::gates::{named, sources};
use super::journal::{Judgement, Stop};
use super::kept::Kept;
use super::{Assignment, Job};
use crate::Inspection;
use crate::behaviour::{Pair, Tree, check, to_record};

/// The untouched tree and the package's, each with what is known about it.
pub(super) type Trees<'a> = ((&'a Worktree, &'a Inspection), (&'a Worktree, &'a Inspection));

/// Compares versions of one job; what was compared once for two trees is not compared
/// again when the job is taken up again.
pub(super) struct Versions<'a> {
    pub(super) job: &'a Job,
    pub(super) runner: &'a Runner,
    pub(super) cancel: &'a watch::Receiver<bool>,
}

impl Versions<'_> {
    /// The calls of all versions that are to go, from one more execution of the tests of
    /// the base; none without tests or versions.
    pub(super) async fn record(
        &self,
        tree: &Worktree,
        (id, inspection): (&TreeId, &Inspection),
    ) -> Result<Recorded, Stop> {
        let works = self.job.works.iter();
        let of_agents = works.clone().flat_map(|work| &work.assignment).flat_map(Assignment::pairs);
        let targets = to_record(works.flat_map(|work| &work.pairs).chain(of_agents));
        if targets.is_empty() || self.job.test.is_none() {
            return Ok(BTreeMap::new());
        }
        let kept = Kept::new(self.job, self.runner, "calls", &format!("{targets:?}"), id)?;
        let work = async {
            let recorded: Recorded = match kept.recall() {
                Some(recorded) => recorded,
                None => self.runner.harvest(tree, sources(inspection), &targets).await?,
            };
            let calls: usize = recorded.values().map(Vec::len).sum();
            Ok((recorded, format!("{calls} different calls recorded")))
        };
        let recorded =
            self.job.journal.tool(("record-calls", "base/calls"), self.cancel, work).await?;
        kept.keep(&recorded).await?;
        Ok(recorded)
    }

    /// Calls both versions of each pair.
    pub(super) async fn compare(
        &self,
        label: &str,
        pairs: &[Pair],
        recorded: &Recorded,
        trees: Trees<'_>,
        id: &TreeId,
    ) -> Result<Judgement, Stop> {
        let found = self.verdicts(label, pairs, recorded, trees, id).await?;
        Ok(judge(&found, self.job.behaviour.untestable))
    }

    /// Calls what an agent changed on purpose, and what it put in the place of what went. Where
    /// these two do not do the same, everything that called the one has to.
    pub(super) async fn compare_replaced(
        &self,
        label: &str,
        assignment: &Assignment,
        recorded: &Recorded,
        trees: Trees<'_>,
        id: &TreeId,
    ) -> Result<Judgement, Stop> {
        let has_changed = |pairs: &[Pair]| changed(pairs, trees.0.1, trees.1.1);
        let stays = has_changed(&assignment.stays);
        let mut all = self.verdicts(&format!("{label}/stays"), &stays, recorded, trees, id).await?;
        for (at, replaced) in assignment.replaced.iter().enumerate() {
            let label = format!("{label}/{at}");
            let direct = self.verdicts(&label, &replaced.direct, recorded, trees, id).await?;
            if direct.iter().all(is_equal) {
                all.extend(direct);
                continue;
            }
            let label = format!("{label}/callers");
            let callers = self.verdicts(&label, &replaced.callers, recorded, trees, id).await?;
            let stand_for_it = !callers.is_empty() && callers.iter().all(is_equal);
            all.extend(if stand_for_it { callers } else { direct });
        }
        if all.is_empty() {
            return Ok(Judgement::skipped("nothing that can be called stands against another"));
        }
        Ok(judge(&all, self.job.behaviour.untestable))
    }

    /// The verdicts stay with the run.
    async fn verdicts<'a>(
        &self,
        label: &str,
        pairs: &[Pair],
        recorded: &Recorded,
        (left, right): Trees<'a>,
        id: &TreeId,
    ) -> Result<Vec<Behaviour>, Stop> {
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
        let config = &self.job.behaviour;
        let step = format!("{label}\n{}\n{config:?}", self.job.base);
        let kept = Kept::new(self.job, self.runner, "behaviour", &step, id)?;
        let tree = |(tree, inspection): (&'a Worktree, &'a Inspection)| Tree {
            root: tree.path(),
            sources: sources(inspection),
        };
        let trees = (tree(left), tree(right));
        let work = async {
            let found: Vec<Behaviour> = match kept.recall() {
                Some(found) => found,
                // On the heap: the state of all its calls is large.
                None => Box::pin(check(self.runner, trees, pairs, recorded, config)).await?,
            };
            let summary = counted(&found);
            Ok((found, summary))
        };
        let found = self.job.journal.tool(("call-versions", label), self.cancel, work).await?;
        kept.keep(&found).await?;
        Ok(found)
    }
}

fn is_equal(it: &Behaviour) -> bool {
    it.verdict == BehaviourVerdict::Equal
}

/// The pairs of one version before and after of which the text has changed.
fn changed(pairs: &[Pair], before: &Inspection, after: &Inspection) -> Vec<Pair> {
    let hash = |inspection: &Inspection, dotted: &str| {
        let index = inspection.index.as_ref()?;
        Some(index.definition(index.definition_named(dotted)?).hash)
    };
    let has_changed =
        |pair: &&Pair| hash(before, &pair.left.dotted()) != hash(after, &pair.right.dotted());
    pairs.iter().filter(has_changed).cloned().collect()
}

/// The verdicts by kind.
fn counted(found: &[Behaviour]) -> String {
    let of = |verdict| found.iter().filter(|it| it.verdict == verdict).count();
    format!(
        "{} equal, {} different, {} untestable",
        of(BehaviourVerdict::Equal),
        of(BehaviourVerdict::Different),
        of(BehaviourVerdict::Untestable)
    )
}

/// A difference stops the package; what cannot be tested needs a policy.
fn judge(found: &[Behaviour], policy: UntestablePolicy) -> Judgement {
    let stops = |it: &&Behaviour| match it.verdict {
        BehaviourVerdict::Equal => false,
        BehaviourVerdict::Different => true,
        BehaviourVerdict::Untestable => policy == UntestablePolicy::Refuse,
    };
    let stopping: Vec<String> = found.iter().filter(stops).map(in_words).collect();
    if stopping.is_empty() {
        let all: Vec<String> = found.iter().map(in_words).collect();
        return Judgement::new(true, format!("{}: {}", counted(found), named(all)));
    }
    Judgement::new(false, format!("{}: {}", counted(found), named(stopping)))
}

/// One verdict in one sentence.
fn in_words(it: &Behaviour) -> String {
    let Behaviour { left, right, inputs, .. } = it;
    match (&it.untestable, &it.witness) {
        (Some(why), _) => format!("{left} and {right} cannot be compared: {}", why.because),
        (None, Some(witness)) => format!(
            "{left} and {right} differ on {} of {} inputs: with {} the one {}, the other {}",
            inputs.differing,
            inputs.compared(),
            witness.call,
            witness.left,
            witness.right
        ),
        (None, None) => format!(
            "{left} and {right} are equal on {} inputs ({} recorded), {} and {} % of their lines \
             reached",
            inputs.compared(),
            inputs.observed,
            it.left_reach.percent(),
            it.right_reach.percent()
        ),
    }
}
