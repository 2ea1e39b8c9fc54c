use ssot_model::{EventKind, PackageId, UnitState};

use crate::fixture::{GOOD, Platform, TARGET, ended, git, good};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packages_land_in_parallel_and_the_checkout_is_not_touched() {
    let platform = Platform::new();
    let summary = platform.run(vec![good("b"), good("c"), good("d")]).await.unwrap();
    for (id, path) in [("p-b", "app/b.py"), ("p-c", "app/c.py"), ("p-d", "app/d.py")] {
        assert_eq!(ended(&summary, id).0, UnitState::Done, "{:?}", ended(&summary, id));
        assert_eq!(platform.landed(path).unwrap(), GOOD);
    }
    assert_eq!((summary.violations_before, summary.violations_after), (Some(3), Some(0)));
    let (before, after) = (summary.tests_before.unwrap(), summary.tests_after.unwrap());
    assert_eq!((before.count.passed, before.repeats, after.count), (4, 2, before.count));
    assert!(before.imported_modules >= 6 && before.flaky.is_empty());
    assert_eq!(platform.repository.branch_head(TARGET).unwrap(), Some(summary.head));
    let subjects = git(platform.root(), &["log", "--format=%an %s", &format!("main..{TARGET}")]);
    assert_eq!(subjects.lines().filter(|line| line.starts_with("ssot Consolidate")).count(), 3);
    platform.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_step_leaves_its_events() {
    let platform = Platform::new();
    platform.run(vec![good("b")]).await.unwrap();
    let events = &platform.events;
    for step in [
        "base/worktree tool_executing",
        "before/gate/tests/before gate_completed",
        "base/tests tool_completed",
        "base/tests#2 tool_completed",
        "p-b/state/queued package_changed",
        "p-b/worktree tool_completed",
        "p-b/apply-edit tool_completed",
        "p-b/gate/parse/after gate_completed",
        "p-b/gate/imports/after gate_completed",
        "p-b/gate/findings/after gate_completed",
        "p-b/gate/proof/after gate_completed",
        "p-b/gate/load/after gate_completed",
        "p-b/gate/tests/after gate_completed",
        "p-b/gate/rollback/landing gate_completed",
        "p-b/rollback/landing rollback_rehearsed",
        "p-b/landed package_landed",
        "p-b/state/landed package_changed",
    ] {
        assert!(events.steps().iter().any(|found| found == step), "{step}: {:#?}", events.steps());
    }
    assert_eq!(events.count("tool_executing"), events.count("tool_completed"));
    assert_eq!(events.count("gate_started"), events.count("gate_completed"));
    let landed = events.all().into_iter().find_map(|(_, event)| match event {
        EventKind::PackageLanded { package, previous, files, .. } => {
            Some((package, previous, files))
        }
        _ => None,
    });
    let (package, previous, files) = landed.unwrap();
    assert_eq!((package, previous), (PackageId::new("p-b"), platform.base.clone()));
    assert_eq!(files.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_agent_and_many_give_the_same_tree() {
    let works = || vec![good("b"), good("c"), good("d")];
    let mut one = Platform::new();
    one.agents = 1;
    let many = Platform::new();
    let (one, many) = (one.run(works()).await.unwrap(), many.run(works()).await.unwrap());
    assert_eq!(one.tree, many.tree);
}
