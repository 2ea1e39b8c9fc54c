//! The fixes of the definitions that would go.

use ssot_model::Member;
use ssot_model::audit::{
    Atom, AtomKind, AtomState, CommitRef, Counterpart, Fate, Fix, History, Nearest, SourceLine,
};

use crate::Audit;

/// Digits of a commit that are shown.
const SHORT: usize = 10;

/// Adds each fix of a definition that would go, with what became of it in the one that would
/// stay, as far as the history of the group was read.
pub(crate) fn add_fixes(audit: &mut Audit) {
    let Some(history) = &audit.history else { return };
    let names: Vec<String> = audit.finding.members.iter().map(Member::dotted).collect();
    let place = |name: &str| names.iter().position(|it| it == name);
    let path = |at: usize| audit.finding.members.get(at).map_or("", |it| it.path.as_str());
    for entry in &mut audit.ledger.entries {
        let (Some(gone), Some(kept)) = (place(&entry.definition), place(&entry.canonical)) else {
            continue;
        };
        let own = history.fixes.iter().filter(|fix| fix.copy == gone);
        entry.atoms.extend(own.filter_map(|fix| {
            let fate = &fix.fates.iter().find(|it| it.copy == kept)?.fate;
            let (counterpart, state) = answer(history, fix, (kept, path(kept)), fate);
            Some(Atom {
                kind: AtomKind::Fix,
                text: told(&fix.commit),
                place: entry.place.clone(),
                within: String::new(),
                counterpart,
                state,
            })
        }));
    }
}

/// What stands for a fix in the definition that would stay.
fn answer(
    history: &History,
    fix: &Fix,
    (kept, path): (usize, &str),
    fate: &Fate,
) -> (Counterpart, AtomState) {
    let nothing = Counterpart::Missing { nearest: None };
    match fate {
        Fate::AtOnce => (Counterpart::Same { place: path.to_owned() }, AtomState::Preserved),
        Fate::Later { commit } => {
            let (place, text) = (path.to_owned(), told(commit));
            let why = "it came there later".to_owned();
            (Counterpart::Equivalent { place, text, why }, AtomState::Preserved)
        }
        Fate::Missing => {
            (Counterpart::Missing { nearest: unfixed(history, fix, kept, path) }, AtomState::Open)
        }
        Fate::Unneeded => {
            let reason = "nothing is left there of what it replaced".to_owned();
            let (by, person) = (path.to_owned(), String::new());
            (nothing, AtomState::Covered { by, person, reason })
        }
    }
}

/// Where the definition that would stay is as it was before the fix.
fn unfixed(history: &History, fix: &Fix, kept: usize, path: &str) -> Option<Nearest> {
    let mut missed = history.missed_fixes.iter();
    let missed = missed
        .find(|it| it.commit.id == fix.commit.id && it.fixed == fix.copy && it.unfixed == kept)?;
    let SourceLine { line, text } = missed.hunks.first()?.unfixed.first()?;
    Some(Nearest {
        place: format!("{path}:{line}"),
        text: text.trim().to_owned(),
        why: "still as before".to_owned(),
    })
}

fn told(commit: &CommitRef) -> String {
    let id: String = commit.id.as_str().chars().take(SHORT).collect();
    format!("{id} {}", commit.subject)
}
