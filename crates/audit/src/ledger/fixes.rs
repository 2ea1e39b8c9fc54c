//! Fixes that the definition that would stay has missed.

use ssot_model::Member;
use ssot_model::audit::{Atom, AtomKind, AtomState, Counterpart, MissedFix, Nearest, SourceLine};

use crate::Audit;

/// Digits of a commit that are shown.
const SHORT: usize = 10;

/// Adds each fix of a definition that would go and that still applies to the one that
/// would stay, as far as the history of the group was read.
pub(crate) fn add_fixes(audit: &mut Audit) {
    let Some(history) = &audit.history else { return };
    let names: Vec<String> = audit.finding.members.iter().map(Member::dotted).collect();
    let name = |at: usize| names.get(at).map_or("", String::as_str);
    let paths: Vec<&str> = audit.finding.members.iter().map(|it| it.path.as_str()).collect();
    for entry in &mut audit.ledger.entries {
        let missed = history.missed_fixes.iter().filter(|fix| {
            name(fix.fixed) == entry.definition && name(fix.unfixed) == entry.canonical
        });
        entry.atoms.extend(missed.map(|fix| {
            let unfixed = paths.get(fix.unfixed).copied().unwrap_or_default();
            atom(fix, &entry.place, unfixed)
        }));
    }
}

fn atom(fix: &MissedFix, place: &str, unfixed: &str) -> Atom {
    let id: String = fix.commit.id.as_str().chars().take(SHORT).collect();
    let nearest = fix.hunks.first().and_then(|hunk| hunk.unfixed.first());
    let nearest = nearest.map(|SourceLine { line, text }| Nearest {
        place: format!("{unfixed}:{line}"),
        text: text.trim().to_owned(),
        why: "still as before".to_owned(),
    });
    Atom {
        kind: AtomKind::Fix,
        text: format!("{id} {}", fix.commit.subject),
        place: place.to_owned(),
        within: String::new(),
        counterpart: Counterpart::Missing { nearest },
        state: AtomState::Open,
    }
}
