//! What the definitions that would go contain.

use std::collections::BTreeMap;

use ssot_engine::audit::{Atom, AtomKind, AtomState, Counterpart, Ledger, LedgerEntry, NameUse};

use crate::formats::visible;
use crate::text::figures::{add, count, some_of};
use crate::text::style;

/// Places shown of one name.
const PLACES: usize = 4;

pub(super) fn ledger(ledger: &Ledger) -> String {
    ledger.entries.iter().map(entry).collect()
}

fn entry(entry: &LedgerEntry) -> String {
    let held = if entry.chosen { "" } else { ", the best candidate" };
    let mut text = format!(
        "  {}  {}\n    against {}{held}\n",
        style::strong(&entry.definition),
        style::faint(&entry.place),
        entry.canonical
    );
    if entry.unread {
        add(&mut text, format!("    {}\n", style::open("its source could not be taken apart")));
        return text;
    }
    let mut kept: BTreeMap<AtomKind, usize> = BTreeMap::new();
    for atom in &entry.atoms {
        match &atom.counterpart {
            Counterpart::Same { .. } => *kept.entry(atom.kind).or_default() += 1,
            _ => text.push_str(&told(atom)),
        }
    }
    let kept: Vec<String> = kept.iter().map(|(kind, many)| count(*many, kind.as_str())).collect();
    if !kept.is_empty() {
        let kept = format!("the same there: {}", kept.join(", "));
        add(&mut text, format!("    {}\n", style::faint(&kept)));
    }
    entry.names_used.iter().for_each(|name| text.push_str(&name_use(name)));
    if !entry.tests.is_empty() {
        let tests: Vec<&str> = entry.tests.iter().map(String::as_str).collect();
        add(&mut text, format!("    reached by tests: {}\n", some_of(&tests, PLACES)));
    }
    text
}

/// An atom that is not simply there.
fn told(atom: &Atom) -> String {
    let place = style::faint(&atom.place);
    let word = match &atom.state {
        AtomState::Open => style::bad("open     "),
        AtomState::Preserved => style::good("preserved"),
        AtomState::Covered { .. } => style::good("covered  "),
        AtomState::Waived { .. } => style::open("waived   "),
    };
    let within = match atom.within.as_str() {
        "" => String::new(),
        within => format!(" in {within}"),
    };
    let mut text =
        format!("    {word} {:<13} {}{within}  {place}\n", atom.kind.as_str(), visible(&atom.text));
    let below = match &atom.counterpart {
        Counterpart::Equivalent { place, text, why } => format!("{why}: {text}  {place}"),
        Counterpart::Missing { nearest: Some(near) } => {
            let why = if near.why.is_empty() { "nearest" } else { &near.why };
            format!("{why}: {}  {}", near.text, near.place)
        }
        Counterpart::Same { .. } | Counterpart::Missing { nearest: None } => String::new(),
    };
    for below in [below, answer(&atom.state)].iter().filter(|it| !it.is_empty()) {
        add(&mut text, format!("              {}\n", style::faint(&visible(below))));
    }
    text
}

/// Who answered for an atom, and why.
fn answer(state: &AtomState) -> String {
    match state {
        AtomState::Open | AtomState::Preserved => String::new(),
        AtomState::Covered { by, person, reason } if person.is_empty() => {
            format!("covered by {by}: {reason}")
        }
        AtomState::Covered { by, person, reason } => {
            format!("covered by {by}, says {person}: {reason}")
        }
        AtomState::Waived { by, reason } => format!("waived by {by}: {reason}"),
    }
}

fn name_use(name: &NameUse) -> String {
    let places: Vec<&str> = name.places.iter().map(String::as_str).collect();
    let missing = if name.available { "" } else { ", which is not there under this name" };
    format!("    uses `{}`{missing}: {}\n", name.name, some_of(&places, PLACES))
}
