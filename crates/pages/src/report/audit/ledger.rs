//! What the definitions that would go contain, and what stands for it.

use ssot_engine::audit::{Atom, AtomState, Counterpart, Ledger, LedgerEntry};

use super::{bar, code, escaped, heads, part as folded, places, prose, table};
use crate::words::{add, count};

/// Atoms of one definition on the page.
const ATOMS: usize = 300;

pub(super) fn part(ledger: &Ledger) -> String {
    let body: String = ledger.entries.iter().map(entry).collect();
    let open = ledger.open().count();
    let atoms: usize = ledger.entries.iter().map(|it| it.atoms.len()).sum();
    let note = format!("{open} open of {}", count(atoms, "piece"));
    folded("Ledger", &note, open > 0, &body)
}

fn entry(entry: &LedgerEntry) -> String {
    let held = if entry.chosen { "" } else { ", the best candidate" };
    let mut body = format!(
        "<h4>{} <small>{} against {}{held}</small></h4>\n{}",
        code(&entry.definition),
        escaped(&entry.place),
        escaped(&entry.canonical),
        meter(entry),
    );
    if entry.unread {
        body.push_str("<p class=\"question\">Its source could not be taken apart.</p>\n");
    }
    let is_same = |atom: &&Atom| matches!(atom.counterpart, Counterpart::Same { .. });
    let (same, mut told): (Vec<&Atom>, Vec<&Atom>) = entry.atoms.iter().partition(is_same);
    told.sort_by_key(|atom| atom.state != AtomState::Open);
    if !told.is_empty() {
        body.push_str(&atoms("Pieces that are not simply there", &told));
    }
    if !same.is_empty() {
        let many = count(same.len(), "piece");
        add(
            &mut body,
            format!(
                "<details class=\"more\"><summary>{many} the same there</summary>{}</details>\n",
                atoms("Pieces that are the same there", &same)
            ),
        );
    }
    for name in &entry.names_used {
        let missing = if name.available { "" } else { ", which is not there under this name" };
        let (name, places) = (code(&name.name), places(&name.places));
        add(&mut body, format!("<div class=\"named\">uses {name}{missing} {places}</div>\n"));
    }
    if !entry.tests.is_empty() {
        add(
            &mut body,
            format!("<div class=\"named\">reached by tests {}</div>\n", places(&entry.tests)),
        );
    }
    body
}

/// How much of it is answered for, as a bar.
fn meter(entry: &LedgerEntry) -> String {
    let of =
        |class: &str| entry.atoms.iter().filter(|atom| self::class(&atom.state) == class).count();
    let parts = [("good", "preserved"), ("done", "answered for"), ("bad", "open")];
    let (mut shares, mut said) = (Vec::new(), Vec::new());
    for (class, word) in parts {
        let number = of(class);
        if number > 0 {
            shares.push((class, number));
            said.push(format!("{number} {word}"));
        }
    }
    if shares.is_empty() {
        return String::new();
    }
    format!("{}<p class=\"facts\">{}</p>\n", bar("meter", &shares), said.join(", "))
}

fn class(state: &AtomState) -> &'static str {
    match state {
        AtomState::Preserved => "good",
        AtomState::Covered { .. } | AtomState::Waived { .. } => "done",
        AtomState::Open => "bad",
    }
}

fn atoms(label: &str, atoms: &[&Atom]) -> String {
    let mut rows: String = atoms.iter().take(ATOMS).map(|it| row(it)).collect();
    if let Some(more) = atoms.len().checked_sub(ATOMS).filter(|more| *more > 0) {
        let more = count(more, "piece");
        add(&mut rows, format!("<tr><td colspan=\"5\">and {more} more</td></tr>\n"));
    }
    table(label, &heads(&["state", "kind", "piece", "place", "what stands for it"]), &rows)
}

fn row(atom: &Atom) -> String {
    let (word, answer) = match &atom.state {
        AtomState::Preserved => ("preserved", String::new()),
        AtomState::Open => ("open", String::new()),
        AtomState::Covered { by, person, reason } => {
            let says = if person.is_empty() { String::new() } else { format!(", says {person}") };
            ("covered", format!("{by}{says}: {reason}"))
        }
        AtomState::Waived { by, reason } => ("waived", format!("{by}: {reason}")),
    };
    let counterpart = match &atom.counterpart {
        Counterpart::Same { place } => format!("the same {}", code(place)),
        Counterpart::Equivalent { place, text, why } => {
            format!("{}: {} {}", prose(why), code(text), code(place))
        }
        Counterpart::Missing { nearest: Some(near) } => {
            let why = if near.why.is_empty() { "nearest" } else { &near.why };
            format!("{}: {} {}", prose(why), code(&near.text), code(&near.place))
        }
        Counterpart::Missing { nearest: None } => "nothing".to_owned(),
    };
    let answer = if answer.is_empty() { answer } else { format!("<br>{}", prose(&answer)) };
    let within = match atom.within.as_str() {
        "" => String::new(),
        within => format!(" <small>in {}</small>", escaped(within)),
    };
    format!(
        "<tr><td><span class=\"state {}\">{word}</span></td><td>{}</td><td>{}{within}</td><td>{}</td>\
         <td>{counterpart}{answer}</td></tr>\n",
        class(&atom.state),
        atom.kind.as_str(),
        code(&atom.text),
        code(&atom.place),
    )
}
