//! The Tests gate: suites run, kept, and compared test by test.

use std::collections::{BTreeMap, BTreeSet};

use ssot_model::{GateOutcome, SuiteReport, TreeId};
use ssot_runtime::git::Worktree;
use ssot_runtime::runner::{EXIT_CODE_TEST, Runner, SuiteRun, TestOutcome, prove_imports};
use tokio::sync::watch;

use super::Job;
use super::gates::{named, sources};
use super::journal::{Journal, Judgement, Stop};
use super::kept::Kept;
use crate::Inspection;

/// How often a suite with changed outcomes is repeated to tell a flaky test
/// from a broken one.
pub(super) const RERUNS: u32 = 2;

/// Runs suites of one job; what it ran once for a tree it does not run again
/// when the job is taken up again.
pub(super) struct Suites<'a> {
    pub(super) job: &'a Job,
    pub(super) runner: &'a Runner,
    pub(super) cancel: &'a watch::Receiver<bool>,
}

/// One execution and how many imported modules it proves.
pub(super) struct Proved {
    pub(super) run: SuiteRun,
    pub(super) proof: Result<u32, String>,
}

impl Suites<'_> {
    /// The `attempt`-th execution for `label` on `tree`, whose id is `id`.
    pub(super) async fn execute(
        &self,
        (label, attempt): (&str, u32),
        tree: &Worktree,
        id: &TreeId,
        inspection: &Inspection,
    ) -> Result<Proved, Stop> {
        let again = if attempt > 0 { format!("#{}", attempt + 1) } else { String::new() };
        let step = format!("{label}{again}");
        let kept = Kept::new(self.job, self.runner, "suites", &step, id)?;
        let journal: &Journal = &self.job.journal;
        let run = journal
            .tool(("run-tests", &step), self.cancel, async {
                let run = match kept.recall() {
                    Some(run) => run,
                    None => self.runner.run_suite(tree, sources(inspection)).await?,
                };
                let count = run.count();
                let summary = format!(
                    "{} passed, {} failed, {} skipped ({})",
                    count.passed, count.failed, count.skipped, run.ending
                );
                Ok((run, summary))
            })
            .await?;
        kept.keep(&run).await?;
        let proof = prove_imports(&run, &inspection.modules, tree.path());
        Ok(Proved { run, proof: proof.map_err(|why| why.to_string()) })
    }

    /// Executes the suite `at_least` times, more often while tests look worse,
    /// and compares with what is expected.
    pub(super) async fn test(
        &self,
        (label, at_least): (&str, u32),
        expected: &Expected,
        tree: &Worktree,
        (id, inspection): (&TreeId, &Inspection),
    ) -> Result<Judgement, Stop> {
        let limit = at_least.max(1 + RERUNS);
        let mut runs = Vec::new();
        loop {
            let attempt = runs.len() as u32;
            let Proved { run, proof } =
                self.execute((label, attempt), tree, id, inspection).await?;
            if run.timed_out {
                return Ok(Judgement::new(false, format!("the command hangs\n{}", run.tail)));
            }
            let imported = match proof {
                Ok(imported) => imported,
                Err(why) => return Ok(Judgement::new(false, format!("{why}\n{}", run.tail))),
            };
            runs.push(run);
            let comparison = Comparison::of(expected, &runs);
            let settled = attempt + 1 >= at_least && comparison.worse.is_empty();
            if let Some(last) = runs.last().filter(|_| settled || attempt + 1 >= limit) {
                return Ok(judge(expected, &comparison, last, imported));
            }
        }
    }
}

/// What the untouched tree's tests came to.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    /// The outcome of every test that had the same one each time.
    outcomes: BTreeMap<String, TestOutcome>,
    /// Tests whose outcome changed between repetitions.
    pub(super) flaky: BTreeSet<String>,
    /// Whether the command succeeded each time.
    success: bool,
}

impl Expected {
    pub(super) fn of(runs: &[SuiteRun]) -> Self {
        let mut expected = Self { success: runs.iter().all(|run| run.success), ..Self::default() };
        for name in runs.iter().flat_map(|run| run.tests.keys()) {
            let mut outcomes = runs.iter().map(|run| run.tests.get(name).copied());
            let first = outcomes.next().flatten();
            match first.filter(|_| outcomes.all(|outcome| outcome == first)) {
                Some(outcome) => drop(expected.outcomes.insert(name.clone(), outcome)),
                None => drop(expected.flaky.insert(name.clone())),
            }
        }
        expected
    }

    /// The tests that are worse than on the untouched tree, with how.
    fn regressions(&self, run: &SuiteRun) -> BTreeMap<String, String> {
        let mut worse = BTreeMap::new();
        for (name, before) in &self.outcomes {
            let now = run.tests.get(name);
            let how = match (before, now) {
                (TestOutcome::Failed, _)
                | (_, Some(TestOutcome::Passed))
                | (TestOutcome::Skipped, Some(TestOutcome::Skipped)) => continue,
                (_, None) => "is gone",
                (_, Some(TestOutcome::Failed)) => "fails",
                (TestOutcome::Passed, Some(TestOutcome::Skipped)) => "is skipped",
            };
            worse.insert(name.clone(), format!("{name} {how}"));
        }
        let known = |name: &String| self.outcomes.contains_key(name) || self.flaky.contains(name);
        for (name, outcome) in &run.tests {
            if *outcome == TestOutcome::Failed && !known(name) {
                worse.insert(name.clone(), format!("{name} is new and fails"));
            }
        }
        if self.success && !run.success && worse.is_empty() {
            let how = format!("{EXIT_CODE_TEST} was 0, now: {}", run.ending);
            worse.insert(EXIT_CODE_TEST.to_owned(), how);
        }
        worse
    }
}

/// All executions of one tree, and what remains of their regressions.
struct Comparison {
    worse: BTreeMap<String, String>,
    flaky: BTreeSet<String>,
    runs: u32,
}

impl Comparison {
    /// A regression counts when every execution shows it; others are flaky.
    fn of(expected: &Expected, runs: &[SuiteRun]) -> Self {
        let mut each = runs.iter().map(|run| expected.regressions(run));
        let mut worse = each.next().unwrap_or_default();
        let mut flaky = BTreeSet::new();
        for next in each {
            flaky.extend(next.keys().filter(|name| !worse.contains_key(*name)).cloned());
            flaky.extend(worse.keys().filter(|name| !next.contains_key(*name)).cloned());
            worse.retain(|name, _| next.contains_key(name));
        }
        Self { worse, flaky, runs: runs.len() as u32 }
    }
}

/// The judgement over all executions of one tree.
fn judge(
    expected: &Expected,
    comparison: &Comparison,
    last: &SuiteRun,
    imported_modules: u32,
) -> Judgement {
    let flaky: BTreeSet<&String> = expected.flaky.union(&comparison.flaky).collect();
    let count = last.count();
    let suite = SuiteReport {
        count,
        repeats: comparison.runs,
        flaky: flaky.iter().map(|name| (*name).clone()).collect(),
        imported_modules,
    };
    let mut evidence = if comparison.worse.is_empty() {
        format!(
            "no test is worse: {} passed, {} failed as before, {} skipped; \
             {imported_modules} modules imported from this tree",
            count.passed, count.failed, count.skipped
        )
    } else {
        let worse = named(comparison.worse.values());
        format!(
            "{} tests are worse in each of {} executions: {worse}\n{}",
            comparison.worse.len(),
            comparison.runs,
            last.tail
        )
    };
    if !flaky.is_empty() {
        evidence = format!("{evidence}; flaky: {}", named(&flaky));
    }
    let passed = comparison.worse.is_empty();
    let outcome = if passed { GateOutcome::Passed } else { GateOutcome::Failed };
    Judgement { outcome, evidence, suite: Some(suite) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ssot_runtime::runner::{SuiteRun, TestOutcome};

    use super::{Comparison, Expected};

    fn run(tests: &str) -> SuiteRun {
        let outcome = |letter| match letter {
            "p" => TestOutcome::Passed,
            "f" => TestOutcome::Failed,
            _ => TestOutcome::Skipped,
        };
        let tests: BTreeMap<_, _> = tests
            .split_whitespace()
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, letter)| (name.to_owned(), outcome(letter)))
            .collect();
        let success = tests.values().all(|outcome| *outcome != TestOutcome::Failed);
        SuiteRun {
            tests,
            success,
            ending: String::new(),
            timed_out: false,
            probed: true,
            imported: BTreeMap::new(),
            tail: String::new(),
            litter: 0,
        }
    }

    fn worse(before: &[&str], after: &[&str]) -> (Vec<String>, Vec<String>) {
        let runs = |texts: &[&str]| texts.iter().map(|text| run(text)).collect::<Vec<_>>();
        let found = Comparison::of(&Expected::of(&runs(before)), &runs(after));
        (found.worse.into_keys().collect(), found.flaky.into_iter().collect())
    }

    #[test]
    fn outcomes_are_compared_test_by_test() {
        for (before, after, expected) in [
            ("a=p b=p", "a=p b=p", ""),
            ("a=p b=f", "a=p b=f", ""),
            ("a=p b=f", "a=p", ""),
            ("a=p b=f", "a=f b=p", "a"),
            ("a=p", "a=s", "a"),
            ("a=s", "a=s", ""),
            ("a=s", "a=f", "a"),
            ("a=p", "", "a"),
            ("a=p", "a=p c=f", "c"),
            ("a=p", "a=p c=p", ""),
        ] {
            assert_eq!(worse(&[before], &[after]).0.join(" "), expected, "{before} -> {after}");
        }
    }

    #[test]
    fn a_test_that_changes_by_itself_is_flaky_and_not_broken() {
        assert_eq!(worse(&["a=p b=p", "a=f b=p"], &["a=f b=p"]), (vec![], vec![]));
        let after = ["a=f b=f", "a=p b=f", "a=p b=f"];
        assert_eq!(worse(&["a=p b=p"], &after), (vec!["b".to_owned()], vec!["a".to_owned()]));
    }

    #[test]
    fn an_exit_code_that_no_test_explains_counts() {
        let expected = Expected::of(&[run("a=p")]);
        let mut crashed = run("a=p");
        crashed.success = false;
        assert_eq!(expected.regressions(&crashed).len(), 1);
    }
}
