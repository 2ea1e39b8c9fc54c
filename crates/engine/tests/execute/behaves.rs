use ssot_engine::behaviour::{Pair, Version};
use ssot_engine::execute::{self, Work};
use ssot_model::{UnitState, UntestablePolicy};
use tokio::sync::watch;

use crate::fixture::{Platform, ended, work};

const SHARED: &str = "VALUE = 1\n\ndef cut(text, size=3):\n    return text[:size]\n";

/// A package that takes `cut` of `app.a` in the place of the one in `app.b`.
fn merging() -> Work {
    let mut work = work("p-b", "app/b.py", "from app.a import VALUE, cut\n");
    let (left, right) = (Version::new("app.b", "cut"), Version::new("app.a", "cut"));
    work.pairs = vec![Pair { left, right }];
    work
}

fn platform(copy: &str) -> Platform {
    let copy = format!("# dup b\nVALUE = 1\n\n{copy}");
    let test = "import unittest\nfrom app import b\nclass Cut(unittest.TestCase):\n    \
                def test_cut(self):\n        self.assertEqual(b.cut('observed', 2), 'ob')\n";
    Platform::with(&[("app/a.py", SHARED), ("app/b.py", &copy), ("tests/test_cut.py", test)])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_takes_the_place_of_another_only_when_it_does_the_same() {
    for (copy, state, said) in [
        (
            "def cut(text, size=3):\n    short = text[0:size]\n    return short\n",
            UnitState::Done,
            "Passed: 1 equal, 0 different, 0 untestable: app.b.cut and app.a.cut are equal on ",
        ),
        // No test of the repository tells these from each other.
        (
            "def cut(text, size=4):\n    return text[:size]\n",
            UnitState::Rejected,
            "Failed: 0 equal, 1 different, 0 untestable: app.b.cut and app.a.cut differ on ",
        ),
        (
            "import os\n\ndef cut(text: str, size=3):\n    return text[:size] + os.urandom(4).hex()[:99 * (size != 2)]\n",
            UnitState::Rejected,
            "Failed: 0 equal, 0 different, 1 untestable: app.b.cut and app.a.cut cannot be ",
        ),
    ] {
        let platform = platform(copy);
        let summary = platform.run(vec![merging()]).await.unwrap();
        let evidence = platform.events.evidence("p-b/gate/behaviour/after");
        assert!(evidence.starts_with(said), "{evidence}");
        assert_eq!(ended(&summary, "p-b").0, state, "{evidence}");
        platform.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_the_tests_are_recorded_and_come_first() {
    let platform = platform("def cut(text, size=3):\n    short = text[0:size]\n    return short\n");
    platform.run(vec![merging()]).await.unwrap();
    let evidence = platform.events.evidence("p-b/gate/behaviour/after");
    assert!(evidence.contains("(1 recorded)"), "{evidence}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_tested_lands_when_the_policy_allows_it() {
    let copy = "import os\n\ndef cut(text: str, size=3):\n    return text[:size] + os.urandom(4).hex()[:99 * (size != 2)]\n";
    for (policy, state) in [
        (UntestablePolicy::Refuse, UnitState::Rejected),
        (UntestablePolicy::Allow, UnitState::Done),
    ] {
        let platform = platform(copy);
        let mut job = platform.job(vec![merging()]);
        job.behaviour.untestable = policy;
        let (_stop, cancel) = watch::channel(false);
        let summary = execute::run(job, cancel).await.unwrap();
        assert_eq!(ended(&summary, "p-b").0, state);
    }
}
