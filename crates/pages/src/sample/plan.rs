//! A plan that tests tell.

use ssot_model::{
    Basis, CheckpointForecast, CommitId, Doer, GroupId, Lane, Makespan, Package, PackageGroup,
    PackageId, Plan, PlannedPackage, Priority, RepoPath, Schedule, StageTimes, Strategy, Verdict,
};

/// A name as a hostile repository may have it.
pub const HOSTILE: &str = "x\"]--><script>alert(1)</script>\u{202e}\n::";

fn package(id: &str, before: &[&str], title: &str) -> Package {
    Package {
        id: PackageId::new(id),
        title: title.to_owned(),
        priority: Priority::P1,
        score: 48,
        team: Some(title.to_owned()),
        enabled: id != "p03-c",
        doer: Doer::Codemod,
        depends_on: before.iter().map(|it| PackageId::new(*it)).collect(),
        write_set: vec![RepoPath::new("shop/a.py").expect("plain")],
        read_set: Vec::new(),
        read_symbols: Vec::new(),
        groups: vec![PackageGroup {
            group: GroupId::new("g-1"),
            name: title.to_owned(),
            verdict: Verdict::Identical,
            strategy: Strategy::Redirect,
            canonical: "shop.b.x".to_owned(),
            copies: vec!["shop.a.x".to_owned()],
            why: title.to_owned(),
            shim: None,
            answered: Vec::new(),
        }],
        places: Vec::new(),
    }
}

/// Two packages one after the other, and one that is switched off.
pub fn plan(title: &str) -> (Plan, Schedule) {
    let plan = Plan {
        schema: Plan::SCHEMA.to_owned(),
        base: CommitId::new("c0ffee"),
        rewrite_imports: false,
        packages: vec![
            package("p01-a", &[], title),
            package("p02-b", &["p01-a"], title),
            package("p03-c", &[], title),
        ],
        left_alone: Vec::new(),
        unplanned: Vec::new(),
        left_out: Vec::new(),
    };
    let planned = |id: &str, start: u64| PlannedPackage {
        id: PackageId::new(id),
        priority: Priority::P1,
        lane: 0,
        stages: StageTimes {
            implementation: 1000,
            validation: 4000,
            landing: 1000,
            ..StageTimes::default()
        },
        start,
        end: start + 6000,
        slack: 0,
        critical: true,
    };
    let schedule = Schedule {
        basis: Basis { runs: 0, packages: 0, suite: 0 },
        before: 5000,
        after: 5000,
        lanes: vec![Lane { name: title.to_owned() }],
        packages: vec![planned("p01-a", 0), planned("p02-b", 6000)],
        critical_path: vec![PackageId::new("p01-a"), PackageId::new("p02-b")],
        critical: 12_000,
        makespan: 22_000,
        makespans: vec![Makespan { workers: 1, millis: 22_000 }],
        checkpoints: vec![CheckpointForecast {
            priority: None,
            percent: 50,
            by: 60_000,
            expected_percent: 100,
            expected_at: Some(11_000),
        }],
    };
    (plan, schedule)
}
