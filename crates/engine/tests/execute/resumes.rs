use std::sync::Arc;

use ssot_engine::execute;
use ssot_model::{CommitId, EventKind, UnitState};
use tokio::sync::{Notify, watch};

use crate::fixture::{Events, Platform, ended, good, work};

fn works() -> Vec<execute::Work> {
    vec![good("b"), work("p-c", "app/c.py", "VALUE = 2\n"), good("d")]
}

/// Runs until the log has `events` events, then drops everything.
async fn die_at(platform: &Platform, events: usize) -> bool {
    let dead = Arc::new(Notify::new());
    let told = Arc::clone(&dead);
    let stop = Arc::new(move |count: usize| {
        if count >= events {
            told.notify_one();
        }
        count >= events
    });
    let mut job = platform.job(works());
    job.journal = platform.events.journal(Arc::clone(&platform.hook), stop);
    let (_stop, cancel) = watch::channel(false);
    tokio::select! {
        result = execute::run(job, cancel) => {
            result.unwrap();
            false
        }
        () = dead.notified() => true,
    }
}

fn landings(events: &Events) -> Vec<CommitId> {
    let landed = events.all().into_iter().filter_map(|(_, event)| match event {
        EventKind::PackageLanded { commit, .. } => Some(commit),
        _ => None,
    });
    landed.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_dies_anywhere_ends_like_one_that_was_left_alone() {
    let undisturbed = Platform::new().run(works()).await.unwrap();
    let mut at = 1;
    loop {
        let platform = Platform::new();
        let died = die_at(&platform, at).await;
        platform.events.close_interrupted();
        let summary = platform.run(works()).await.unwrap();
        assert_eq!(summary.tree, undisturbed.tree, "died at event {at}");
        assert_eq!(ended(&summary, "p-b").0, UnitState::Done);
        assert_eq!(ended(&summary, "p-c").0, UnitState::Rejected);
        assert_eq!(landings(&platform.events).len(), 2, "died at event {at}");
        let events = &platform.events;
        assert_eq!(events.count("tool_executing"), events.count("tool_completed"), "at {at}");
        platform.assert_clean();
        if !died {
            break;
        }
        at += 9;
    }
    assert!(at > 50, "{at}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_that_moved_before_a_word_was_recorded_is_believed() {
    let platform = Platform::new();
    let dead = Arc::new(Notify::new());
    let told = Arc::clone(&dead);
    let events = platform.events.clone();
    // The log stands still from the intent of the first landing on.
    let stop = Arc::new(move |_| {
        let landing = events.steps().iter().any(|s| s.contains("/land@"));
        if landing {
            told.notify_one();
        }
        landing
    });
    let mut job = platform.job(vec![good("b")]);
    job.journal = platform.events.journal(Arc::clone(&platform.hook), stop);
    let (_stop, cancel) = watch::channel(false);
    tokio::select! {
        _ = execute::run(job, cancel) => panic!("the log stood still"),
        () = dead.notified() => {}
    }
    assert_eq!(landings(&platform.events).len(), 0);
    let moved = platform.repository.branch_head(crate::fixture::TARGET).unwrap();
    assert_ne!(moved.as_ref(), Some(&platform.base));
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done);
    assert_eq!(
        (landings(&platform.events), summary.head),
        (vec![moved.clone().unwrap()], moved.unwrap())
    );
    assert_eq!(platform.events.count("tool_executing"), platform.events.count("tool_completed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_tested_is_not_tested_again() {
    let platform = Platform::new();
    platform.run(vec![good("b")]).await.unwrap();
    let kept = || std::fs::read_dir(platform.state("runs/r-1/suites")).unwrap().count();
    // Twice before, once for the package, twice at the end.
    assert_eq!(kept(), 5);
    let begun = std::time::Instant::now();
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!((ended(&summary, "p-b").0, kept()), (UnitState::Done, 5));
    assert!(begun.elapsed().as_secs() < 30);
}
