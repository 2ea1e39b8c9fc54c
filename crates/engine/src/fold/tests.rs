//! What a log makes of a run, line by line.

use ssot_model::{
    ApprovalSubject, Event, EventKind, PackageId, RunId, RunOutcome, Timestamp, TreeId, UnitState,
};

use super::{Fold, Lanes};

fn after(kinds: Vec<EventKind>) -> Fold {
    let event = |(seq, kind): (u64, EventKind)| Event {
        v: 1,
        epoch: 1,
        run: RunId::new("r1"),
        seq,
        at: Timestamp(1_000_000 + seq.cast_signed() * 1000),
        step: format!("step/{seq}"),
        kind,
    };
    let events: Vec<Event> = (1..).zip(kinds).map(event).collect();
    Fold::of(None, &events)
}

fn by(name: &str) -> String {
    name.to_owned()
}

#[test]
fn a_pause_lasts_until_somebody_lets_the_run_go_on() {
    let paused = || EventKind::RunPaused { by: by("Ada") };
    let ended = EventKind::RunCompleted { outcome: RunOutcome::Partial, tree: TreeId::new("t") };
    for (what, expected) in [
        (vec![paused()], Some("Ada")),
        (vec![paused(), EventKind::RunContinued { by: by("Grace") }], None),
        (vec![paused(), EventKind::RunResumed { after_seq: 1 }], None),
        (vec![paused(), EventKind::RunResumed { after_seq: 1 }, paused()], Some("Ada")),
        (vec![paused(), EventKind::RunCancelled { by: by("Grace") }, ended], None),
    ] {
        let fold = after(what);
        assert_eq!(fold.paused.as_deref(), expected, "{:?}", fold.alerts);
    }
}

#[test]
fn what_waits_is_asked_for_and_not_given() {
    let package = Some(PackageId::new("p01"));
    let subject = ApprovalSubject::Landing;
    let asked = || EventKind::ApprovalRequested { subject, package: package.clone() };
    let given = || EventKind::ApprovalGiven { subject, package: package.clone(), by: by("Ada") };
    for (what, waiting) in
        [(vec![asked()], 1), (vec![asked(), asked()], 1), (vec![asked(), given()], 0)]
    {
        assert_eq!(after(what).waiting.len(), waiting);
    }
}

#[test]
fn what_no_schedule_knows_has_a_lane_of_its_own() {
    let moved = |id: &str| EventKind::PackageChanged {
        package: PackageId::new(id),
        state: UnitState::Worktree,
        reason: None,
    };
    let fold = after(vec![moved("p01-one"), moved("p02-two")]);
    let lanes = Lanes::new(None, &fold, 1_005_000);
    assert_eq!(lanes.names, ["p01", "p02"]);
    assert_eq!(lanes.lane.values().copied().collect::<Vec<_>>(), [0, 1]);
}
