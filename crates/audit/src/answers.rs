//! What people have answered about behaviour that would go: it may be lost, or something
//! else takes care of it.

use ssot_facts::Index;
use ssot_model::audit::{Atom, AtomState, Ledger, LedgerEntry};
use ssot_model::{AnsweredAtom, Config, Cover, GroupId, Waiver};

/// The answers of a configuration that hold today.
#[derive(Debug, Clone, Default)]
pub struct Answers<'a> {
    waivers: Vec<(usize, &'a Waiver)>,
    covers: Vec<(usize, &'a Cover)>,
}

/// An entry of the configuration that answers for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedAnswer {
    /// `waiver` or `covered`.
    pub table: &'static str,
    /// Its position among the entries of that table.
    pub at: usize,
    /// The group or definition that it names.
    pub group: String,
    /// The piece of behaviour that it names.
    pub atom: String,
}

impl<'a> Answers<'a> {
    /// The answers that have not expired on a day, and whose counterparts exist.
    pub fn new(index: &Index, config: &'a Config, today: Option<&str>) -> Self {
        let holds = |expires: &Option<String>| match (expires, today) {
            (Some(last), Some(today)) => last.as_str() >= today,
            _ => true,
        };
        let waivers = config.waiver.iter().enumerate().filter(|(_, it)| holds(&it.expires));
        let covers = config.covered.iter().enumerate().filter(|(_, it)| {
            holds(&it.expires) && ssot_rules::names_something(index, &it.counterpart)
        });
        Self { waivers: waivers.collect(), covers: covers.collect() }
    }

    /// Whether nobody has answered anything.
    pub fn is_empty(&self) -> bool {
        self.waivers.is_empty() && self.covers.is_empty()
    }

    /// The answers that are about a ledger of a group, for those who must look into it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        let waivers = self.waivers.iter().map(|(_, it)| it.group.as_str());
        waivers.chain(self.covers.iter().map(|(_, it)| it.group.as_str()))
    }

    /// Gives the open atoms of a ledger the state that was answered.
    pub(crate) fn apply(&self, group: &GroupId, ledger: &mut Ledger) {
        for entry in &mut ledger.entries {
            let (definition, canonical) = (entry.definition.clone(), entry.canonical.clone());
            let about = |name: &str| is_about(name, group, &definition, &canonical);
            for atom in entry.atoms.iter_mut().filter(|it| it.state == AtomState::Open) {
                atom.state = self.state_of(&about, atom);
            }
        }
    }

    fn state_of(&self, about: &dyn Fn(&str) -> bool, atom: &Atom) -> AtomState {
        let cover =
            self.covers.iter().find(|(_, it)| about(&it.group) && names_atom(&it.atom, atom));
        if let Some((_, it)) = cover {
            return AtomState::Covered {
                by: it.counterpart.clone(),
                person: it.by.clone(),
                reason: it.reason.clone(),
            };
        }
        let waiver =
            self.waivers.iter().find(|(_, it)| about(&it.group) && names_atom(&it.atom, atom));
        match waiver {
            Some((_, it)) => AtomState::Waived { by: it.by.clone(), reason: it.reason.clone() },
            None => AtomState::Open,
        }
    }

    /// The answers that are about nothing in any of these ledgers. Fixes are read off the
    /// history, which is not known here: answers about them are not judged.
    pub(crate) fn unused(&self, ledgers: &[(&GroupId, &Ledger)]) -> Vec<UnusedAnswer> {
        let is_used = |name: &str, pattern: &str| {
            let missing = |atom: &Atom| atom.state != AtomState::Preserved;
            pattern.starts_with("fix ")
                || ledgers.iter().any(|(group, ledger)| {
                    ledger.entries.iter().any(|entry| {
                        is_about(name, group, &entry.definition, &entry.canonical)
                            && entry.atoms.iter().any(|it| missing(it) && names_atom(pattern, it))
                    })
                })
        };
        let unused = |table, at, group: &str, atom: &str| UnusedAnswer {
            table,
            at,
            group: group.to_owned(),
            atom: atom.to_owned(),
        };
        let waivers = self.waivers.iter().filter(|(_, it)| !is_used(&it.group, &it.atom));
        let covers = self.covers.iter().filter(|(_, it)| !is_used(&it.group, &it.atom));
        waivers
            .map(|(at, it)| unused("waiver", *at, &it.group, &it.atom))
            .chain(covers.map(|(at, it)| unused("covered", *at, &it.group, &it.atom)))
            .collect()
    }
}

/// Whether an answer speaks of an entry: by the group, by the definition that would go,
/// by the one that would stay, or by the module that both share: one hides the other.
fn is_about(name: &str, group: &GroupId, definition: &str, canonical: &str) -> bool {
    let is_in = |dotted: &str| dotted.rsplit_once('.').is_some_and(|(front, _)| front == name);
    let whole = name == group.as_str() || name == definition || name == canonical;
    whole || is_in(definition) && is_in(canonical)
}

/// Whether a pattern names an atom, with its method or without.
pub fn names_atom(pattern: &str, atom: &Atom) -> bool {
    ssot_rules::fits(pattern, &atom.named()) || ssot_rules::fits(pattern, &atom.named_within())
}

/// The atoms of a ledger that somebody has answered for.
pub fn answered(ledger: &Ledger) -> Vec<AnsweredAtom> {
    let of_entry = |entry: &'_ LedgerEntry| {
        let answered = entry.atoms.iter().filter_map(answer);
        answered.collect::<Vec<_>>()
    };
    ledger.entries.iter().flat_map(of_entry).collect()
}

fn answer(atom: &Atom) -> Option<AnsweredAtom> {
    let (counterpart, by, reason) = match &atom.state {
        AtomState::Waived { by, reason } => (None, by, reason),
        AtomState::Covered { by, person, reason } if !person.is_empty() => {
            (Some(by.clone()), person, reason)
        }
        _ => return None,
    };
    Some(AnsweredAtom {
        atom: atom.named_within(),
        place: atom.place.clone(),
        counterpart,
        by: by.clone(),
        reason: reason.clone(),
    })
}
