use ssot_model::UnitState;

use crate::fixture::{Platform, ended, work};

const SHARED: &str = "VALUE = 1\n\n\ndef cut(text):\n    return text[:3]\n\n\ndef cut_long(text):\n    \
                      return text[:30]\n";
const COPY: &str =
    "# dup b\nVALUE = 1\n\n\ndef cut(text):\n    return text[:3]\n\n\nprint(cut('x'))\n";

/// No test of the repository calls what the packages change.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_test_notices_does_not_land() {
    for (text, state, said) in [
        (
            "from app.a import VALUE, cut\n\nprint(cut('x'))\n",
            UnitState::Done,
            "Passed: something equal stands for each of 2 definitions: app.b.VALUE; app.b.cut",
        ),
        (
            "from app.a import VALUE, cut_long as cut\n\nprint(cut('x'))\n",
            UnitState::Rejected,
            "app.a.cut_long does not stand for it",
        ),
        ("from app.a import VALUE, cut\n", UnitState::Rejected, "`print ( cut ( 'x' ) )` is gone"),
        (
            "from app.a import cut\n\nVALUE = 1\nprint(cut('x', 2))\n",
            UnitState::Rejected,
            "became `print ( cut ( 'x' , 2 ) )`",
        ),
    ] {
        let mut platform = Platform::with(&[("app/a.py", SHARED), ("app/b.py", COPY)]);
        platform.facts = true;
        let summary = platform.run(vec![work("p-b", "app/b.py", text)]).await.unwrap();
        let evidence = platform.events.evidence("p-b/gate/proof/after");
        assert!(evidence.contains(said), "{evidence}");
        assert_eq!(ended(&summary, "p-b").0, state, "{:?}", ended(&summary, "p-b"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_package_changes_on_purpose_is_left_out_and_nothing_else() {
    const READS: &str = "# dup b\nimport os\n\nVALUE = 1\nHOME = os.environ['HOME']\nUSER = 1\n";
    for (text, state) in [
        ("import os\n\nVALUE = 1\nHOME = os.getenv('HOME', '')\nUSER = 1\n", UnitState::Done),
        ("import os\n\nVALUE = 1\nHOME = os.getenv('HOME', '')\nUSER = 2\n", UnitState::Rejected),
    ] {
        let mut platform = Platform::with(&[("app/b.py", READS)]);
        platform.facts = true;
        let mut work = work("p-b", "app/b.py", text);
        work.package.places = vec![ssot_model::PackagePlaces {
            finding: ssot_model::GroupId::new("g-1"),
            rule: "capability-owner".to_owned(),
            name: "environment".to_owned(),
            places: vec!["app/b.py:5".to_owned()],
            why: String::new(),
        }];
        let summary = platform.run(vec![work]).await.unwrap();
        assert_eq!(ended(&summary, "p-b").0, state, "{:?}", ended(&summary, "p-b"));
    }
}
