//! What the definitions that would go contain.

use ssot_engine::audit::{Atom, AtomState, Counterpart, Ledger, LedgerEntry};

use crate::markdown::{cell, code};
use crate::text::add;

pub(super) fn ledger(ledger: &Ledger) -> String {
    if ledger.entries.is_empty() {
        return String::new();
    }
    let mut page = "\n## Ledger\n".to_owned();
    ledger.entries.iter().for_each(|it| page.push_str(&entry(it)));
    page
}

fn entry(entry: &LedgerEntry) -> String {
    let held = if entry.chosen { "" } else { ", the best candidate" };
    let mut page = format!(
        "\n### {} against {}{held}\n\n{} atoms, {} open.\n",
        code(&entry.definition),
        code(&entry.canonical),
        entry.atoms.len(),
        entry.open().count(),
    );
    if entry.unread {
        page.push_str("Its source could not be taken apart.\n");
    }
    if !entry.atoms.is_empty() {
        page.push_str("\n| state | kind | atom | place | counterpart |\n|---|---|---|---|---|\n");
        page.extend(entry.atoms.iter().map(atom));
    }
    for name in &entry.names_used {
        let places: Vec<String> = name.places.iter().map(|place| code(place)).collect();
        let missing = if name.available { "" } else { " (not there under this name)" };
        add(&mut page, format!("\nUses {}{missing}: {}\n", code(&name.name), places.join(", ")));
    }
    if !entry.tests.is_empty() {
        let tests: Vec<String> = entry.tests.iter().map(|place| code(place)).collect();
        add(&mut page, format!("\nReached by tests: {}\n", tests.join(", ")));
    }
    page
}

fn atom(atom: &Atom) -> String {
    let state = match &atom.state {
        AtomState::Preserved => "preserved".to_owned(),
        AtomState::Covered { by, person, reason } if person.is_empty() => {
            format!("covered by {}: {}", code(by), cell(reason))
        }
        AtomState::Covered { by, person, reason } => {
            format!("covered by {}, says {}: {}", code(by), cell(person), cell(reason))
        }
        AtomState::Waived { by, reason } => format!("waived by {}: {}", cell(by), cell(reason)),
        AtomState::Open => "**open**".to_owned(),
    };
    let counterpart = match &atom.counterpart {
        Counterpart::Same { place } => format!("the same, {}", code(place)),
        Counterpart::Equivalent { place, text, why } => {
            format!("{}: {} {}", cell(why), code(text), code(place))
        }
        Counterpart::Missing { nearest: Some(near) } => {
            let why = if near.why.is_empty() { "nearest" } else { &near.why };
            format!("missing; {}: {} {}", cell(why), code(&near.text), code(&near.place))
        }
        Counterpart::Missing { nearest: None } => "missing".to_owned(),
    };
    let (kind, text, place) = (atom.kind.as_str(), code(&atom.text), code(&atom.place));
    format!("| {state} | {kind} | {text} | {place} | {counterpart} |\n")
}
