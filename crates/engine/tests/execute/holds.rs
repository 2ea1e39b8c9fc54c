//! What holds packages back: approvals, budgets, the canary, checkpoints.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ssot_engine::execute::Control;
use ssot_model::{
    ApprovalConfig, ApprovalSubject, BudgetConfig, BudgetLimits, CanaryConfig, Checkpoint,
    EventKind, PackageId, PendingApproval, UnitState,
};

use tokio::sync::watch;

use crate::fixture::{GOOD, Platform, ended, good, patch};

fn held(control: Control) -> Platform {
    let mut platform = Platform::new();
    platform.control = control;
    // One after the other, in the order of the plan.
    platform.agents = 1;
    platform
}

fn approved(subject: ApprovalSubject, package: &str) -> PendingApproval {
    PendingApproval { subject, package: Some(PackageId::new(package)) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packages_wait_for_their_approval_and_those_behind_them_too() {
    let approval = ApprovalConfig { package: true, ..ApprovalConfig::default() };
    let mut platform = held(Control { approval, ..Control::default() });
    let given = approved(ApprovalSubject::Package, "p-d");
    platform.control.approved.insert(given);
    let works = || {
        let mut behind = good("c");
        behind.package.depends_on = vec![PackageId::new("p-b")];
        vec![good("b"), behind, good("d")]
    };
    let summary = platform.run(works()).await.unwrap();
    assert!(summary.is_waiting());
    let state = |id| ended(&summary, id).0;
    let states = (state("p-b"), state("p-c"), state("p-d"));
    assert_eq!(states, (UnitState::Queued, UnitState::Queued, UnitState::Done));
    // Only what could go on is asked for.
    assert_eq!(platform.events.count("approval_requested"), 1);

    for package in ["p-b", "p-c"] {
        platform.control.approved.insert(approved(ApprovalSubject::Package, package));
    }
    let summary = platform.run(works()).await.unwrap();
    assert!(!summary.is_waiting() && platform.landed("app/c.py").unwrap() == GOOD);
    platform.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passed_its_gates_is_kept_until_its_landing_is_approved() {
    let approval = ApprovalConfig { landing: true, ..ApprovalConfig::default() };
    let mut platform = held(Control { approval, ..Control::default() });
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert!(summary.is_waiting());
    assert_eq!(platform.kept("p-b", "app/b.py"), GOOD);
    assert_ne!(platform.landed("app/b.py").unwrap(), GOOD);
    platform.assert_clean();
    platform.control.approved.insert(approved(ApprovalSubject::Landing, "p-b"));
    let summary = platform.run(vec![good("b")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_that_uses_up_its_budget_is_stopped_and_the_others_go_on() {
    let limits = BudgetLimits { disk_mib: Some(3), ..BudgetLimits::default() };
    let budget = BudgetConfig { package: limits, ..BudgetConfig::default() };
    let control = Control { budget, ..Control::default() };
    // Tests of a tree with p-b fill the disk, and would take a minute to end.
    let greedy = "import time, unittest\nfrom app import b\nclass Greedy(unittest.TestCase):\n    \
                  def test_greedy(self):\n        if hasattr(b, 'GREEDY'):\n            \
                  open('filler', 'wb').write(b'x' * 8_000_000)\n            time.sleep(60)\n";
    let mut platform = Platform::with(&[("tests/test_greedy.py", greedy)]);
    (platform.control, platform.agents) = (control, 1);
    let mut first = good("b");
    let greedy = "from app.a import VALUE\nGREEDY = 1\n".as_bytes().to_vec();
    for change in patch(&mut first).files.values_mut() {
        *change = ssot_model::FileChange::Write(greedy.clone());
    }
    let summary = platform.run(vec![first, good("c")]).await.unwrap();
    let (state, reason) = ended(&summary, "p-b");
    assert_eq!(state, UnitState::Failed, "{reason}");
    assert!(
        reason.starts_with("its budget is used up: ") && reason.contains("of disk"),
        "{reason}"
    );
    assert_eq!(ended(&summary, "p-c").0, UnitState::Done);
    let events = &platform.events;
    assert_eq!(events.count("tool_executing"), events.count("tool_completed"));
    assert_eq!(events.count("budget_exceeded"), 1);
    platform.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cpu_time_is_counted_and_ends_the_run() {
    let limits = BudgetLimits { cpu_seconds: Some(1), ..BudgetLimits::default() };
    let budget = BudgetConfig { total: limits, ..BudgetConfig::default() };
    let mut platform = held(Control { budget, ..Control::default() });
    // Earlier sittings count too.
    platform.control.used.cpu_millis = 60_000;
    let summary = platform.run(vec![good("b"), good("c")]).await.unwrap();
    for package in ["p-b", "p-c"] {
        assert_eq!(
            ended(&summary, package).0,
            UnitState::Cancelled,
            "{:?}",
            ended(&summary, package)
        );
    }
    assert!(!summary.is_waiting());
    let used = platform.events.all().into_iter().find_map(|(_, event)| match event {
        EventKind::ResourcesUsed { package: None, usage } => Some(usage),
        _ => None,
    });
    assert!(used.unwrap().cpu_millis > 0, "{used:?}");
    platform.assert_clean();
}

fn canary(steps: &[u32], health: &str) -> Control {
    let canary =
        CanaryConfig { steps: steps.to_vec(), health: health.to_owned(), timeout_seconds: 60 };
    Control { canary, ..Control::default() }
}

fn checks(platform: &Platform) -> Vec<(usize, bool)> {
    let all = platform.events.all().into_iter();
    all.filter_map(|(_, event)| match event {
        EventKind::CanaryChecked { look } => Some((look.packages.len(), look.healthy)),
        _ => None,
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canary_looks_after_each_step_and_after_the_last() {
    let platform = held(canary(&[1], "python3 -c 'import app.b'"));
    let works = vec![good("b"), good("c"), good("d")];
    let summary = platform.run(works).await.unwrap();
    assert!(summary.packages.values().all(|it| it.state == UnitState::Done));
    assert_eq!(checks(&platform), [(1, true), (2, true)]);
    platform.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_is_not_healthy_is_taken_back_and_nothing_more_lands() {
    let health = "python3 -c 'import sys; sys.exit(\"dup\" not in open(\"app/c.py\").read())'";
    let platform = held(canary(&[1, 2], health));
    let works = vec![good("b"), good("c"), good("d")];
    let summary = platform.run(works).await.unwrap();
    assert_eq!(checks(&platform), [(1, true), (1, false)]);
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done);
    let (state, reason) = ended(&summary, "p-c");
    assert!(state == UnitState::Rejected && reason.contains("health command failed"), "{reason}");
    assert_eq!(ended(&summary, "p-d").0, UnitState::Cancelled);
    assert_eq!(platform.landed("app/c.py").unwrap(), "# dup c\nVALUE = 1\n");
    assert_eq!(platform.landed("app/d.py").unwrap(), "# dup d\nVALUE = 1\n");
    platform.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkpoints_are_told_once_when_they_are_met_or_missed() {
    let checkpoint = |percent, after_minutes| Checkpoint { priority: None, percent, after_minutes };
    let checkpoints = vec![checkpoint(50, 60), checkpoint(100, 0), checkpoint(100, 60_000_000)];
    let platform = held(Control { checkpoints, ..Control::default() });
    platform.run(vec![good("b"), good("c")]).await.unwrap();
    let all = platform.events.all().into_iter();
    let told: Vec<(u32, bool)> = all
        .filter_map(|(_, event)| match event {
            EventKind::CheckpointReached { checkpoint } => {
                Some((checkpoint.wanted, checkpoint.is_met()))
            }
            _ => None,
        })
        .collect();
    assert!(told.contains(&(50, true)), "{told:?}");
    assert_eq!(told.len(), 3, "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_run_starts_nothing_more_until_it_goes_on() {
    let (pause, paused) = watch::channel(false);
    let pause = Arc::new(pause);
    let mut platform = held(Control { paused: Some(paused), ..Control::default() });
    let (hears, events) = (Arc::clone(&pause), platform.events.clone());
    platform.hook = Arc::new(move |_, kind| match kind {
        EventKind::PackageLanded { package, .. } if package.as_str() == "p-b" => {
            hears.send_replace(true);
        }
        // The one that landed has been ended: the next would begin.
        EventKind::PackageChanged { package, state, .. }
            if package.as_str() == "p-c" && *state != UnitState::Queued =>
        {
            assert!(!*hears.borrow(), "it begins in spite of the pause: {:?}", events.steps());
        }
        _ => {}
    });
    let events = platform.events.clone();
    let go_on = tokio::spawn(async move {
        while events.count("resources_used") == 0 {
            tokio::task::yield_now().await;
        }
        assert!(*pause.borrow());
        pause.send_replace(false);
    });
    let summary = platform.run(vec![good("b"), good("c")]).await.unwrap();
    go_on.await.unwrap();
    assert_eq!(ended(&summary, "p-c").0, UnitState::Done, "{:?}", ended(&summary, "p-c"));
    platform.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_whose_pause_changes_all_the_time_still_brings_everything_to_its_end() {
    let (pause, paused) = watch::channel(true);
    let platform = held(Control { paused: Some(paused), ..Control::default() });
    let over = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&over);
    let fidgets = thread::spawn(move || {
        while !seen.load(Ordering::Relaxed) {
            pause.send_modify(|it| *it = !*it);
        }
    });
    let summary = platform.run(vec![good("b"), good("c"), good("d")]).await.unwrap();
    over.store(true, Ordering::Relaxed);
    fidgets.join().unwrap();
    assert!(summary.packages.values().all(|it| it.state == UnitState::Done));
    platform.assert_clean();
}
