//! When what of a plan is expected: list scheduling over estimated times.
//!
//! The simulation does what the dispatcher does: packages start in the order of the
//! plan as soon as what they wait for has landed and a worker is free, and land one at a
//! time in the order in which they are ready.

use std::collections::{BTreeSet, VecDeque};

use ssot_model::{
    Checkpoint, CheckpointForecast, Experience, Lane, Makespan, Package, PackageId, Plan,
    PlannedPackage, Priority, Schedule, StageTimes, Team,
};

use crate::estimate::Estimates;
use crate::{PlanError, start_order};

/// Most workers for which a makespan is told.
const MOST_WORKERS: u32 = 16;

/// What a schedule is computed for.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// What earlier runs took.
    pub experience: &'a Experience,
    /// Whether the repository has a test command.
    pub tested: bool,
    /// How often the whole suite runs before the first package, and after the last.
    pub repeat: u32,
    /// Who works on what; with teams their workers are the lanes.
    pub teams: &'a [Team],
    /// Workers when there are no teams, and those for packages without a team.
    pub workers: u32,
    /// Teams that may be at work at the same time; all when missing.
    pub teams_at_once: Option<u32>,
    /// What is to be done by when.
    pub checkpoints: &'a [Checkpoint],
}

/// Computes the schedule of the packages that are switched on.
pub fn schedule(plan: &Plan, setting: &Setting<'_>) -> Result<Schedule, PlanError> {
    let order = start_order(plan)?;
    let find = |id: &PackageId| plan.packages.iter().find(|package| package.id == *id);
    let packages: Vec<&Package> =
        order.iter().filter_map(find).filter(|package| package.enabled).collect();
    let estimates = Estimates::new(setting);
    let stages: Vec<StageTimes> = packages.iter().map(|it| estimates.of(it)).collect();
    let jobs = jobs(&packages, &stages, setting);
    let pools = pools(setting, &jobs);
    let sizes: Vec<u32> = pools.iter().map(|(_, size)| *size).collect();
    let spans = simulate(&jobs, &sizes, setting.teams_at_once);
    let path = Path::of(&jobs);
    let planned: Vec<PlannedPackage> = packages
        .iter()
        .enumerate()
        .map(|(at, package)| PlannedPackage {
            id: package.id.clone(),
            priority: package.priority,
            lane: spans[at].lane,
            stages: stages[at],
            start: spans[at].start,
            end: spans[at].end,
            slack: path.slack[at],
            critical: path.critical.contains(&at),
        })
        .collect();
    let (before, after) = (estimates.before(), estimates.after());
    let whole = |spans: &[Span]| match spans.iter().map(|span| span.end).max() {
        Some(end) => before + end + after,
        None => 0,
    };
    let most = MOST_WORKERS.min(packages.len() as u32);
    let together: Vec<Job> = jobs.iter().map(|job| Job { pool: 0, ..job.clone() }).collect();
    let makespan =
        |workers| Makespan { workers, millis: whole(&simulate(&together, &[workers], None)) };
    Ok(Schedule {
        basis: estimates.basis(),
        before,
        after,
        lanes: lanes(&pools),
        makespan: whole(&spans),
        makespans: (1..=most).map(makespan).collect(),
        critical_path: path.critical.iter().map(|at| packages[*at].id.clone()).collect(),
        critical: path.length,
        checkpoints: checkpoints(setting.checkpoints, &planned, before),
        packages: planned,
    })
}

/// One package as the simulation sees it.
#[derive(Debug, Clone)]
struct Job {
    /// Positions of the jobs that must have landed.
    after: Vec<usize>,
    work: u64,
    landing: u64,
    pool: usize,
}

/// When a job runs, and on which lane.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    lane: usize,
    start: u64,
    end: u64,
}

fn jobs(packages: &[&Package], stages: &[StageTimes], setting: &Setting<'_>) -> Vec<Job> {
    let place = |id: &PackageId| packages.iter().position(|package| package.id == *id);
    packages
        .iter()
        .zip(stages)
        .map(|(package, stages)| Job {
            after: package.depends_on.iter().filter_map(place).collect(),
            work: stages.work(),
            landing: stages.landing,
            pool: setting
                .teams
                .iter()
                .position(|team| package.team.as_deref() == Some(team.name.as_str()))
                .unwrap_or(setting.teams.len()),
        })
        .collect()
}

/// The teams with their workers; last those who take what has no team.
fn pools(setting: &Setting<'_>, jobs: &[Job]) -> Vec<(String, u32)> {
    let mut pools: Vec<(String, u32)> =
        setting.teams.iter().map(|team| (team.name.clone(), team.workers.max(1))).collect();
    if setting.teams.is_empty() {
        pools.push(("worker".to_owned(), setting.workers.max(1)));
    } else if jobs.iter().any(|job| job.pool == pools.len()) {
        pools.push(("no team".to_owned(), setting.workers.max(1)));
    }
    pools
}

fn lanes(pools: &[(String, u32)]) -> Vec<Lane> {
    let mut lanes = Vec::new();
    for (name, size) in pools {
        let number = |nth: u32| if *size == 1 { name.clone() } else { format!("{name} {nth}") };
        lanes.extend((1..=*size).map(|nth| Lane { name: number(nth) }));
    }
    lanes
}

/// Runs the jobs on pools of so many workers, of which so many may be at work at once.
fn simulate(jobs: &[Job], pools: &[u32], at_once: Option<u32>) -> Vec<Span> {
    let mut spans = vec![Span::default(); jobs.len()];
    let mut landed = vec![false; jobs.len()];
    let mut queue: VecDeque<usize> = (0..jobs.len()).collect();
    let mut free: Vec<Vec<usize>> = Vec::new();
    let mut lanes = 0;
    for size in pools {
        let size = *size as usize;
        free.push((lanes..lanes + size).rev().collect());
        lanes += size;
    }
    // Jobs at work with the time at which they are ready, and the one that lands.
    let mut working: Vec<(u64, usize)> = Vec::new();
    let mut landing: Option<usize> = None;
    let mut now = 0;
    loop {
        let mut waiting = VecDeque::new();
        for at in queue.drain(..) {
            let job = &jobs[at];
            let busy: BTreeSet<usize> =
                working.iter().map(|(_, at)| jobs[*at].pool).chain([job.pool]).collect();
            let may = job.after.iter().all(|before| landed[*before])
                && at_once.is_none_or(|most| busy.len() <= most.max(1) as usize);
            match may.then(|| free[job.pool].pop()).flatten() {
                Some(lane) => {
                    spans[at] = Span { lane, start: now, end: 0 };
                    working.push((now + job.work, at));
                }
                None => waiting.push_back(at),
            }
        }
        queue = waiting;
        if landing.is_none() {
            let next = (0..working.len()).min_by_key(|it| working[*it]);
            let Some(next) = next else { return spans };
            let (ready, at) = working.swap_remove(next);
            now = now.max(ready);
            spans[at].end = now + jobs[at].landing;
            landing = Some(at);
        }
        if let Some(at) = landing.take() {
            // Nothing else can free a worker meanwhile: only a landing ends a job.
            now = spans[at].end;
            landed[at] = true;
            let lanes = &mut free[jobs[at].pool];
            lanes.push(spans[at].lane);
            lanes.sort_unstable_by(|a, b| b.cmp(a));
        }
    }
}

/// The longest chain of jobs, and what the others have to spare.
struct Path {
    length: u64,
    critical: Vec<usize>,
    slack: Vec<u64>,
}

impl Path {
    /// Of jobs in an order in which each comes after what it waits for.
    fn of(jobs: &[Job]) -> Self {
        let time = |at: usize| jobs[at].work + jobs[at].landing;
        let mut earliest = vec![0; jobs.len()];
        for (at, job) in jobs.iter().enumerate() {
            let ends = job.after.iter().map(|before| earliest[*before] + time(*before));
            earliest[at] = ends.max().unwrap_or(0);
        }
        let length = (0..jobs.len()).map(|at| earliest[at] + time(at)).max().unwrap_or(0);
        let mut latest: Vec<u64> = (0..jobs.len()).map(|at| length - time(at)).collect();
        for (at, job) in jobs.iter().enumerate().rev() {
            for before in &job.after {
                latest[*before] = latest[*before].min(latest[at] - time(*before));
            }
        }
        let slack: Vec<u64> =
            latest.iter().zip(&earliest).map(|(late, early)| late - early).collect();
        // One chain: from the first job without slack to the one that follows it at once.
        let mut critical: Vec<usize> = Vec::new();
        for at in (0..jobs.len()).filter(|at| slack[*at] == 0) {
            let follows = match critical.last() {
                None => earliest[at] == 0,
                Some(last) => {
                    jobs[at].after.contains(last) && earliest[at] == earliest[*last] + time(*last)
                }
            };
            if follows {
                critical.push(at);
            }
        }
        Self { length, critical, slack }
    }
}

/// What becomes of the checkpoints.
fn checkpoints(
    asked: &[Checkpoint],
    planned: &[PlannedPackage],
    before: u64,
) -> Vec<CheckpointForecast> {
    let forecast = |checkpoint: &Checkpoint| {
        let meant = |priority: Priority| checkpoint.priority.is_none_or(|it| it == priority);
        let mut ends: Vec<u64> = planned
            .iter()
            .filter(|package| meant(package.priority))
            .map(|package| before + package.end)
            .collect();
        ends.sort_unstable();
        let by = u64::from(checkpoint.after_minutes) * 60_000;
        let done = ends.iter().filter(|end| **end <= by).count();
        let wanted = (ends.len() * checkpoint.percent.min(100) as usize).div_ceil(100);
        CheckpointForecast {
            priority: checkpoint.priority,
            percent: checkpoint.percent,
            by,
            expected_percent: (done * 100).checked_div(ends.len()).unwrap_or(100) as u32,
            expected_at: wanted.checked_sub(1).map(|last| ends[last]),
        }
    };
    asked.iter().map(forecast).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Job, Path, simulate};

    fn job(after: &[usize], work: u64, landing: u64) -> Job {
        Job { after: after.to_vec(), work, landing, pool: 0 }
    }

    #[test]
    fn landings_come_one_after_the_other() {
        let jobs = [job(&[], 10, 2), job(&[], 10, 2), job(&[0], 5, 1)];
        let end = |workers| simulate(&jobs, &[workers], None).iter().map(|it| it.end).max();
        // 12 for the first, 14 for the second, and the third begins at 12.
        assert_eq!([end(1), end(2), end(3)], [Some(30), Some(18), Some(18)]);
        let spans = simulate(&jobs, &[2], None);
        assert_eq!(
            spans.iter().map(|it| (it.lane, it.start)).collect::<Vec<_>>(),
            [(0, 0), (1, 0), (0, 12)]
        );
    }

    #[test]
    fn only_so_many_teams_work_at_once() {
        let of = |pool| Job { pool, ..job(&[], 10, 0) };
        let jobs = [of(0), of(1), of(2), of(0)];
        let starts = |at_once| -> Vec<u64> {
            simulate(&jobs, &[1, 1, 1], at_once).iter().map(|it| it.start).collect()
        };
        assert_eq!(starts(None), [0, 0, 0, 10]);
        // The third team begins when one of the others has nothing at work.
        assert_eq!(starts(Some(2)), [0, 0, 10, 10]);
        assert_eq!(starts(Some(1)), [0, 10, 20, 30]);
    }

    #[test]
    fn the_critical_path_is_the_longest_chain() {
        let jobs =
            [job(&[], 3, 1), job(&[], 1, 1), job(&[0], 4, 0), job(&[1], 1, 0), job(&[2], 1, 1)];
        let path = Path::of(&jobs);
        assert_eq!((path.length, path.critical), (10, vec![0, 2, 4]));
        assert_eq!(path.slack, [0, 7, 0, 7, 0]);
    }

    proptest! {
        #[test]
        fn no_worker_does_two_things_and_nothing_starts_early(
            times in prop::collection::vec((1u64..20, 0u64..4, any::<u16>()), 1..20),
            workers in 1u32..6,
        ) {
            let jobs: Vec<Job> = times
                .iter()
                .enumerate()
                .map(|(at, (work, landing, mask))| {
                    let after: Vec<usize> =
                        (0..at.min(16)).filter(|it| mask & (1 << it) != 0).collect();
                    job(&after, *work, *landing)
                })
                .collect();
            let spans = simulate(&jobs, &[workers], None);
            let path = Path::of(&jobs);
            let end = spans.iter().map(|it| it.end).max().unwrap_or(0);
            let sum: u64 = jobs.iter().map(|it| it.work + it.landing).sum();
            prop_assert!(path.length <= end && end <= sum);
            for (at, job) in jobs.iter().enumerate() {
                prop_assert!(spans[at].end >= spans[at].start + job.work + job.landing);
                prop_assert!(job.after.iter().all(|it| spans[*it].end <= spans[at].start));
                for other in &spans[..at] {
                    let apart = other.end <= spans[at].start || spans[at].end <= other.start;
                    prop_assert!(apart || other.lane != spans[at].lane);
                }
            }
        }
    }
}
