//! What the past of copies says, on timelines written as texts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::Arc;

use ssot_audit::history::{
    CopyChange, CopyTimeline, GoneSource, Timeline, TimelineCommit, Version, trace,
};
use ssot_facts::python::Excerpt;
use ssot_model::audit::{CommitRef, Fate, History};
use ssot_model::{CommitId, RepoPath, Timestamp};

const DAY: i64 = 24 * 60 * 60 * 1000;

fn version(text: &str) -> Arc<Version> {
    Arc::new(Version::new(Excerpt { line: 1, text: text.to_owned() }))
}

fn commit(number: usize, subject: &str) -> TimelineCommit {
    let commit = CommitRef {
        id: CommitId::new(format!("c{number}")),
        at: Timestamp(number as i64 * DAY),
        date: format!("day {number}"),
        author: "Ines".to_owned(),
        subject: subject.to_owned(),
    };
    TimelineCommit { commit, message: subject.to_owned(), files: 1, tests: false, boundary: false }
}

/// A commit a row: its subject and each copy afterwards.
fn timeline(rows: &[(&str, &[&str])]) -> Timeline {
    let count = rows.iter().map(|(_, copies)| copies.len()).max().unwrap_or(0);
    let copy = |at: usize| {
        let path = format!("{}.py", char::from(b'a' + at as u8));
        let mut changes: Vec<CopyChange> = Vec::new();
        for (number, (_, copies)) in rows.iter().enumerate() {
            let after = copies.get(at).filter(|text| !text.is_empty()).map(|text| version(text));
            let before = changes.last().and_then(|change| change.after.clone());
            if before != after {
                changes.push(CopyChange {
                    commit: number,
                    path: path.clone(),
                    name: "f".to_owned(),
                    moved_from: None,
                    before,
                    after,
                });
            }
        }
        CopyTimeline {
            path: RepoPath::new(&path).unwrap(),
            qualified_name: "f".to_owned(),
            now: changes.last().and_then(|change| change.after.clone()),
            changes,
            gone: None,
        }
    };
    Timeline {
        commits_read: rows.len(),
        notes: Vec::new(),
        commits: rows.iter().enumerate().map(|(at, (subject, _))| commit(at, subject)).collect(),
        copies: (0..count).map(copy).collect(),
    }
}

fn history(rows: &[(&str, &[&str])]) -> History {
    trace(&timeline(rows))
}

const OLD: &str = "def f(row):\n    total = row.get('total')\n    return round(total / 100)\n";
const FIXED: &str = "def f(row):\n    total = row.get('total')\n    if total is None:\n        \
                     return 0\n    return round(total / 100)\n";
const RENAMED: &str = "def f(line):\n    sum = line.get('total')\n    return round(sum / 100)\n";
const LENIENT: &str =
    "def f(row, lenient):\n    total = row.get('total')\n    return round(total / 100)\n";
const SKIPPING: &str = "def f(row, lenient):\n    total = row.get('total')\n    if lenient and total \
                        is None:\n        return 0\n    return round(total / 100)\n";
const OTHER: &str = "def f(row):\n    return load(row, strict=True)\n";
const EXACT: &str =
    "def f(row):\n    total = row.get('total')\n    return Decimal(total) / Decimal(100)\n";

/// What is tried, the commits, and how many fixes are missed.
type Case = (&'static str, &'static [(&'static str, &'static [&'static str])], usize);

const CASES: &[Case] = &[
    (
        "copied before the fix",
        &[("a", &[OLD]), ("b", &[OLD, OLD]), ("Fix a crash", &[FIXED, OLD])],
        1,
    ),
    (
        "copied after the fix",
        &[("a", &[OLD]), ("Fix a crash", &[FIXED]), ("b", &[FIXED, FIXED])],
        0,
    ),
    (
        "copied after it, unfixed",
        &[("a", &[OLD]), ("Fix a crash", &[FIXED]), ("b", &[FIXED, OLD])],
        0,
    ),
    ("never had the lines", &[("b", &[OLD, OTHER]), ("Fix a crash", &[FIXED, OTHER])], 0),
    ("both fixed at once", &[("b", &[OLD, OLD]), ("Fix a crash", &[FIXED, FIXED])], 0),
    (
        "fixed later",
        &[("b", &[OLD, OLD]), ("Fix a crash", &[FIXED, OLD]), ("c", &[FIXED, FIXED])],
        0,
    ),
    (
        "taken back",
        &[("b", &[OLD, OLD]), ("Fix a crash", &[FIXED, OLD]), ("Revert", &[OLD, OLD])],
        0,
    ),
    (
        "had it, went back",
        &[("b", &[OLD, OLD]), ("Fix a crash", &[FIXED, FIXED]), ("c", &[FIXED, OLD])],
        0,
    ),
    ("no fix by its words", &[("b", &[OLD, OLD]), ("Give a default", &[FIXED, OLD])], 0),
    ("a feature", &[("b", &[OLD, OLD]), ("Add a fixed default", &[FIXED, OLD])], 0),
    ("told by a word", &[("b", &[OLD, OLD]), ("Handle a missing total", &[FIXED, OLD])], 1),
    ("replaced", &[("b", &[OLD, OLD]), ("Fix wrong cents", &[EXACT, OLD])], 1),
    (
        "rewritten since",
        &[("b", &[OLD, OLD]), ("Fix wrong cents", &[EXACT, OLD]), ("c", &[EXACT, OTHER])],
        0,
    ),
    ("renamed variables", &[("b", &[OLD, RENAMED]), ("Fix wrong cents", &[EXACT, RENAMED])], 1),
    ("a parameter of its own", &[("b", &[LENIENT, OLD]), ("Fix a crash", &[SKIPPING, OLD])], 0),
    ("two of three", &[("b", &[OLD, OLD, OLD]), ("Fix a crash", &[FIXED, OLD, OLD])], 2),
];

#[test]
fn a_fix_is_missed_only_where_it_would_still_apply() {
    for (what, rows, expected) in CASES {
        let missed = history(rows).missed_fixes;
        assert_eq!(missed.len(), *expected, "{what}: {missed:#?}");
    }
}

#[test]
fn a_missed_fix_is_shown_side_by_side() {
    let rows: [(&str, &[&str]); 2] = [("b", &[OLD, OLD]), ("Fix wrong cents, #12", &[EXACT, OLD])];
    let history = history(&rows);
    let fix = &history.missed_fixes[0];
    assert_eq!((fix.fixed, fix.unfixed, fix.commit.id.as_str()), (0, 1, "c1"));
    let lines = |lines: &[ssot_model::audit::SourceLine]| -> Vec<(u32, String)> {
        lines.iter().map(|line| (line.line, line.text.trim().to_owned())).collect()
    };
    let hunk = &fix.hunks[0];
    assert_eq!(lines(&hunk.before), [(3, "return round(total / 100)".to_owned())]);
    assert_eq!(lines(&hunk.after), [(3, "return Decimal(total) / Decimal(100)".to_owned())]);
    assert_eq!(lines(&hunk.unfixed), lines(&hunk.before));
    assert_eq!(history.cost.missed_fixes, 1);
}

#[test]
fn a_copy_knows_what_it_was_made_of() {
    let rows: [(&str, &[&str]); 3] =
        [("new", &[OLD]), ("copy", &[OLD, OLD]), ("another", &[OLD, OLD, OTHER])];
    let mut timeline = timeline(&rows);
    timeline.copies[2].gone = Some(GoneSource {
        path: "gone.py".to_owned(),
        name: "f".to_owned(),
        version: version(OTHER),
        removed: commit(9, "Remove").commit,
    });
    let copies = trace(&timeline).copies;
    let source = |at: usize| copies[at].introduced.as_ref().unwrap().source.clone();
    assert_eq!(source(0), None);
    let copied = source(1).unwrap();
    assert_eq!((copied.member, copied.likeness), (Some(0), 100));
    let gone = source(2).unwrap();
    assert_eq!((gone.member, gone.path.as_str()), (None, "gone.py"));
    assert!(gone.removed.is_some());
}

#[test]
fn the_price_is_counted_from_the_log() {
    let rows: [(&str, &[&str]); 5] = [
        ("new", &[OLD]),
        ("copy", &[OLD, OLD]),
        ("Fix a crash", &[FIXED, OLD]),
        ("Fix it there too", &[FIXED, FIXED]),
        ("Exact", &[EXACT, EXACT]),
    ];
    let history = history(&rows);
    let cost = &history.cost;
    assert_eq!((cost.commits_alone, cost.commits_together, cost.repeated), (2, 1, 1));
    assert_eq!((cost.lines_twice, cost.longest_delay_days, cost.missed_fixes), (3, 1, 0));
    let repeated = &history.repeated[0];
    assert_eq!((repeated.from, repeated.to, repeated.fix), (0, 1, true));
    let likeness: Vec<u8> = history.divergence.iter().map(|point| point.likeness).collect();
    assert_eq!(likeness, [100, 66, 100, 100]);
    let alone: Vec<usize> = history.copies.iter().map(|copy| copy.alone).collect();
    assert_eq!(alone, [1, 1]);
}

#[test]
fn every_fix_says_what_became_of_it_in_the_other_copy() {
    let fates = |rows: &[(&str, &[&str])]| -> Vec<(usize, String, String)> {
        let history = history(rows);
        let fate = |fate: &Fate| match fate {
            Fate::Later { commit } => format!("later in {}", commit.id),
            other => format!("{other:?}"),
        };
        let told = history.fixes.iter().flat_map(|fix| {
            let told = fix.fates.iter().map(|it| fate(&it.fate));
            told.map(|told| (fix.copy, fix.commit.id.to_string(), told)).collect::<Vec<_>>()
        });
        told.collect()
    };
    let told = |copy: usize, commit: &str, fate: &str| (copy, commit.to_owned(), fate.to_owned());
    let start: [(&str, &[&str]); 2] = [("new", &[OLD]), ("copy", &[OLD, OLD])];
    let with = |rows: &[(&'static str, &'static [&'static str])]| [&start[..], rows].concat();
    let missed = with(&[("Fix a crash", &[FIXED, OLD])]);
    assert_eq!(fates(&missed), [told(0, "c2", "Missing")]);
    let at_once = with(&[("Fix a crash", &[FIXED, FIXED])]);
    assert_eq!(fates(&at_once), [told(0, "c2", "AtOnce"), told(1, "c2", "AtOnce")]);
    let later = with(&[("Fix a crash", &[FIXED, OLD]), ("Catch up", &[FIXED, FIXED])]);
    assert_eq!(fates(&later), [told(0, "c2", "later in c3")]);
    // A fix that is older than the copy is in it already.
    let before: [(&str, &[&str]); 3] =
        [("new", &[OLD]), ("Fix a crash", &[FIXED]), ("copy", &[FIXED, FIXED])];
    assert_eq!(fates(&before), []);
}

#[test]
fn the_cause_is_told_in_five_steps_with_commits() {
    let rows: [(&str, &[&str]); 3] =
        [("new", &[OLD]), ("copy", &[OLD, OLD]), ("Fix a crash", &[FIXED, OLD])];
    let steps = history(&rows).root_cause;
    let told: Vec<(&str, &str)> =
        steps.iter().map(|step| (step.commit.id.as_str(), step.text.as_str())).collect();
    assert_eq!(
        told,
        [
            ("c0", "`f` was introduced in `a.py`"),
            ("c1", "it was copied to `b.py` from `a.py`: 100 % of the statements were equal"),
            ("c2", "they first diverged in `a.py`: from 100 % to 66 %"),
            ("c2", "it was fixed only in `a.py`; `b.py:2` still is as before"),
            (
                "c2",
                "since then 0 commits changed several copies at once, 1 commit changed one only, none \
             was made again later; this is the last"
            ),
        ]
    );
}

#[test]
fn what_begins_at_the_boundary_is_not_called_new() {
    let mut timeline = timeline(&[("old", &[OLD, OLD]), ("Fix a crash", &[FIXED, OLD])]);
    timeline.commits[0].boundary = true;
    let history = trace(&timeline);
    assert!(history.copies.iter().all(|copy| copy.introduced.as_ref().unwrap().at_the_boundary));
    assert!(history.root_cause[0].text.contains("when the known history begins"));
    assert_eq!(history.missed_fixes.len(), 1);
    assert_eq!(trace(&Timeline::default()), History::default());
}
