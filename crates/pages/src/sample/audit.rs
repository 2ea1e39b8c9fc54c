//! An audit that tests tell.

use ssot_engine::audit::{
    Advice, AtomState, Breakage, Candidate, CauseStep, Cell, Choice, ClassOrder, CommitRef,
    Contest, CopyHistory, Counterpart, Effort, Hands, History, Introduction, Ledger, LedgerEntry,
    Matrix, MemberConsumers, MissedFix, MissedHunk, MroReport, Refusal, SourceLine, Usage, Use,
    Way,
};
use ssot_engine::audit::{Aspect, Atom, AtomKind, Audit, Criterion, MatrixRow};
use ssot_model::{CommitId, Timestamp, Verdict};

use crate::sample;

fn commit(text: &str) -> CommitRef {
    CommitRef {
        id: CommitId::new("0123456789abcdef"),
        at: Timestamp(0),
        date: text.to_owned(),
        author: text.to_owned(),
        subject: text.to_owned(),
    }
}

fn history(text: &str) -> History {
    let line = || vec![SourceLine { line: 3, text: format!("    {text}") }];
    let hunk = MissedHunk {
        path: text.to_owned(),
        before: line(),
        after: line(),
        unfixed: line(),
        renamed: true,
    };
    let copy = CopyHistory {
        path: sample::path("app/a.py"),
        qualified_name: text.to_owned(),
        introduced: Some(Introduction {
            commit: commit(text),
            path: text.to_owned(),
            qualified_name: text.to_owned(),
            source: None,
            at_the_boundary: false,
        }),
        relocations: Vec::new(),
        changes: 1,
        alone: 1,
        lines_added: 1,
        lines_removed: 1,
        authors: Vec::new(),
    };
    History {
        notes: vec![text.to_owned()],
        copies: vec![copy.clone(), copy],
        missed_fixes: vec![MissedFix {
            commit: commit(text),
            fixed: 0,
            unfixed: 1,
            score: 3,
            reasons: vec![text.to_owned()],
            hunks: vec![hunk],
        }],
        root_cause: vec![CauseStep { text: text.to_owned(), commit: commit(text) }],
        ..History::default()
    }
}

fn ledger(text: &str) -> Ledger {
    let atom = Atom {
        kind: AtomKind::Guard,
        text: text.to_owned(),
        place: text.to_owned(),
        within: text.to_owned(),
        counterpart: Counterpart::Missing { nearest: None },
        state: AtomState::Waived { by: text.to_owned(), reason: text.to_owned() },
    };
    Ledger {
        entries: vec![LedgerEntry {
            definition: text.to_owned(),
            place: text.to_owned(),
            canonical: text.to_owned(),
            chosen: false,
            unread: false,
            atoms: vec![atom],
            names_used: Vec::new(),
            tests: vec![text.to_owned()],
        }],
    }
}

fn candidate(text: &str) -> Candidate {
    Candidate {
        definition: ssot_engine::audit::DefinitionId {
            module: ssot_engine::audit::ModuleId(0),
            index: 0,
        },
        dotted: text.to_owned(),
        criteria: vec![Criterion {
            name: "reach",
            figure: text.to_owned(),
            weight: Some(60),
            points: 3,
        }],
        obstacles: vec![(text.to_owned(), text.to_owned())],
        accepts: Vec::new(),
        breaks: vec![Breakage {
            place: text.to_owned(),
            uses: text.to_owned(),
            why: text.to_owned(),
        }],
    }
}

fn order(text: &str) -> ClassOrder {
    ClassOrder {
        class: text.to_owned(),
        place: text.to_owned(),
        order: vec![text.to_owned()],
        conflict: Some(text.to_owned()),
        open: true,
    }
}

/// An audit that has something of everything, with a text in each of its places.
pub fn audit(text: &str) -> Audit {
    let members =
        vec![sample::member("app/a.py", 1, 4, text), sample::member("app/b.py", 1, 4, text)];
    let uses = vec![Use { what: text.to_owned(), lines: vec![7] }];
    let usage = vec![Usage { path: sample::path("app/c.py"), test: false, uses }];
    let consumers = MemberConsumers {
        production: vec![text.to_owned()],
        computed: vec![text.to_owned()],
        usage,
        ..MemberConsumers::default()
    };
    let row = MatrixRow {
        aspect: Aspect::Member,
        name: text.to_owned(),
        cells: vec![Cell::Unique(text.to_owned()), Cell::Absent],
        differences: Vec::new(),
    };
    Audit {
        finding: sample::finding(1, Verdict::Variant, members),
        verdict: Verdict::Variant,
        matrix: Matrix {
            columns: vec![text.to_owned(), text.to_owned()],
            rows: vec![row],
            constructors: Vec::new(),
        },
        ledger: ledger(text),
        mro: Some(MroReport {
            classes: vec![order(text)],
            canonical: text.to_owned(),
            chosen: false,
            after: Vec::new(),
            overrides: Vec::new(),
            calls: Vec::new(),
        }),
        consumers: vec![consumers, MemberConsumers::default()],
        coverage: None,
        candidates: vec![candidate(text)],
        contest: Some(Contest {
            runner_up: text.to_owned(),
            behind: 3,
            ahead: vec![text.to_owned()],
            against: Vec::new(),
            turns: vec![text.to_owned()],
        }),
        choice: Choice::Accept,
        reason: text.to_owned(),
        refusals: vec![Refusal { place: text.to_owned(), reason: text.to_owned() }],
        advice: Some(Advice {
            way: Way::Merge,
            why: text.to_owned(),
            hands: Hands::Agent,
            steps: vec![text.to_owned()],
            risks: vec![text.to_owned()],
            breaking: vec![text.to_owned()],
            effort: Effort::default(),
        }),
        history: Some(history(text)),
    }
}
