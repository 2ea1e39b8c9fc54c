use std::collections::BTreeSet;
use std::sync::Arc;

use ssot_engine::execute::{
    RollBack, RollbackError, Undone, Which, Work, recorded_rollbacks, rollback,
};
use ssot_model::{PackageId, RepoPath, Timestamp};
use tokio::sync::Notify;

use crate::fixture::{GOOD, Platform, TARGET, good};

type Stop = Arc<dyn Fn(usize) -> bool + Send + Sync>;

async fn back_until(
    platform: &Platform,
    works: &[Work],
    which: Which,
    stop: Stop,
) -> Result<Vec<Undone>, RollbackError> {
    let what = RollBack {
        repository: platform.repository.clone(),
        run: platform.run.clone(),
        at: Timestamp(1_700_000_100_000),
        base: platform.base.clone(),
        target: TARGET.to_owned(),
        packages: works.iter().map(|work| work.package.clone()).collect(),
        recorded: recorded(platform),
        journal: platform.events.journal(Arc::clone(&platform.hook), stop),
    };
    rollback(&what, &which).await
}

fn recorded(platform: &Platform) -> BTreeSet<PackageId> {
    recorded_rollbacks(platform.events.all().iter().map(|(_, event)| event))
}

async fn back(
    platform: &Platform,
    works: &[Work],
    which: Which,
) -> Result<Vec<Undone>, RollbackError> {
    back_until(platform, works, which, Arc::new(|_| false)).await
}

fn one(package: &str) -> Which {
    Which::Packages([PackageId::new(package)].into())
}

fn names(undone: &[Undone]) -> Vec<&str> {
    undone.iter().map(|undone| undone.package.as_str()).collect()
}

/// One agent, so that packages land in the order of the plan.
async fn landed(works: &[Work]) -> Platform {
    let mut platform = Platform::new();
    platform.agents = 1;
    platform.run(works.to_vec()).await.unwrap();
    platform
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_goes_after_what_rests_on_it() {
    let mut works = vec![good("b"), good("c"), good("d")];
    works[1].package.depends_on = vec![PackageId::new("p-b")];
    let platform = landed(&works).await;
    let undone = back(&platform, &works, one("p-b")).await.unwrap();
    assert_eq!(names(&undone), ["p-c", "p-b"]);
    assert_eq!(platform.landed("app/b.py").unwrap(), "# dup b\nVALUE = 1\n");
    assert_eq!(platform.landed("app/d.py").unwrap(), GOOD);
    assert_eq!(platform.events.count("package_rolled_back"), 2);
    let again = back(&platform, &works, one("p-b")).await;
    assert!(matches!(again, Err(RollbackError::NotLanded(_))));
    // The rest goes to the original tree, to the byte.
    let rest = back(&platform, &works, Which::Full).await.unwrap();
    assert_eq!(names(&rest), ["p-d"]);
    assert_eq!(rest[0].tree, platform.repository.tree_of(&platform.base).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_package_that_read_the_files_goes_too() {
    let mut works = vec![good("b"), good("c")];
    works[1].package.read_set = vec![RepoPath::new("app/b.py").unwrap()];
    let platform = landed(&works).await;
    let undone = back(&platform, &works, one("p-b")).await.unwrap();
    assert_eq!(names(&undone), ["p-c", "p-b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_else_changed_since_is_not_overwritten() {
    let works = vec![good("b"), good("c")];
    let platform = landed(&works).await;
    Platform::somebody_commits(platform.root(), "app/b.py", "VALUE = 1  # mine\n");
    let refused = back(&platform, &works, one("p-b")).await;
    let changed = RepoPath::new("app/b.py").unwrap();
    assert!(matches!(refused, Err(RollbackError::ChangedSince { path, .. }) if path == changed));
    assert_eq!(platform.landed("app/b.py").unwrap(), "VALUE = 1  # mine\n");
    let fine = back(&platform, &works, one("p-c")).await.unwrap();
    assert_eq!(names(&fine), ["p-c"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollback_that_dies_anywhere_goes_on_when_it_is_asked_for_again() {
    let mut works = vec![good("b"), good("c")];
    works[1].package.depends_on = vec![PackageId::new("p-b")];
    // Two events for each package; with none of them nothing was recorded.
    for events in 0..4 {
        let platform = landed(&works).await;
        let (dead, begun) = (Arc::new(Notify::new()), platform.events.all().len());
        let told = Arc::clone(&dead);
        let stop: Stop = Arc::new(move |count| {
            let stop = count >= begun + events;
            if stop {
                told.notify_one();
            }
            stop
        });
        tokio::select! {
            _ = back_until(&platform, &works, one("p-b"), stop) => panic!("the log stood still"),
            () = dead.notified() => {}
        }
        let undone = back(&platform, &works, one("p-b")).await.unwrap();
        assert_eq!(undone.last().unwrap().package, PackageId::new("p-b"), "{events}");
        assert_eq!(
            undone.last().unwrap().tree,
            platform.repository.tree_of(&platform.base).unwrap()
        );
        assert_eq!(platform.events.count("package_rolled_back"), 2, "{events}");
        let again = back(&platform, &works, one("p-b")).await;
        assert!(matches!(again, Err(RollbackError::NotLanded(_))), "{events}");
        platform.assert_clean();
    }
}
