use ssot_model::{PackageId, UnitState};

use crate::fixture::{Platform, ended, good, work};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dependents_start_on_what_they_depend_on() {
    let platform = Platform::new();
    let mut second = work("p-c", "app/c.py", "from app.b import NEW as VALUE\n");
    second.package.depends_on = vec![PackageId::new("p-b")];
    let first = work("p-b", "app/b.py", "VALUE = NEW = 1\n");
    let summary = platform.run(vec![first, second]).await.unwrap();
    assert_eq!(ended(&summary, "p-c").0, UnitState::Done, "{:?}", ended(&summary, "p-c"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_depends_on_something_that_did_not_land_is_blocked() {
    let platform = Platform::new();
    let (mut second, mut third) = (good("c"), good("d"));
    second.package.depends_on = vec![PackageId::new("p-b")];
    third.package.depends_on = vec![PackageId::new("p-d")];
    let works = vec![work("p-b", "app/b.py", "VALUE = 2\n"), second, third];
    let summary = platform.run(works).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Rejected);
    assert_eq!(ended(&summary, "p-c").0, UnitState::Blocked);
    let (state, reason) = ended(&summary, "p-d");
    assert!(state == UnitState::Blocked && reason.contains("circle"), "{reason}");
}
