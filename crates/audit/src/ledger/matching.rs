//! Each part of one definition and its counterpart in another.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use ssot_facts::python::anatomy::{Callable, Part};
use ssot_model::audit::{AtomKind, Counterpart, Nearest};

use super::renaming::Renaming;
use crate::dissect::Specimen;

/// Share of words from which a text resembles another.
const ALIKE: f64 = 0.5;

/// The counterparts of the parts of `gone`, in their order.
pub(super) fn counterparts(
    gone: &Specimen,
    kept: &Specimen,
    above: &[Specimen],
) -> Vec<Counterpart> {
    let mut pairing = Pairing { gone, kept, taken: BTreeSet::new(), renamings: BTreeMap::new() };
    let parts = &gone.anatomy.atoms;
    let mut found: Vec<Option<Counterpart>> = vec![None; parts.len()];
    // What is surest is paired first, so that nothing else takes its counterpart.
    for pass in [Pairing::exact, Pairing::renamed, Pairing::elsewhere] {
        for (part, found) in parts.iter().zip(&mut found) {
            if found.is_none() {
                *found = pass(&mut pairing, part);
            }
        }
    }
    parts
        .iter()
        .zip(found)
        .map(|(part, found)| {
            found
                .or_else(|| inherited(part, above))
                .unwrap_or_else(|| Counterpart::Missing { nearest: pairing.nearest(part) })
        })
        .collect()
}

struct Pairing<'a> {
    gone: &'a Specimen,
    kept: &'a Specimen,
    /// Parts of `kept` that stand for one of `gone` already.
    taken: BTreeSet<usize>,
    renamings: BTreeMap<CompactString, Renaming<'a>>,
}

impl<'a> Pairing<'a> {
    fn candidates(&self, part: &Part) -> impl Iterator<Item = (usize, &'a Part)> + use<'a> {
        let free: Vec<(usize, &'a Part)> = self
            .kept
            .anatomy
            .atoms
            .iter()
            .enumerate()
            .filter(|(at, it)| {
                it.kind == part.kind && !(self.taken.contains(at) && is_counted(part.kind))
            })
            .collect();
        free.into_iter()
    }

    /// The same structure in the same method.
    fn exact(&mut self, part: &Part) -> Option<Counterpart> {
        let (at, found) = self.candidates(part).find(|(_, it)| {
            it.within == part.within && (it.hash == part.hash || may_be_left_out(part, it))
        })?;
        self.taken.insert(at);
        let place = self.kept.place(found.line);
        if spelling(&found.text) == spelling(&part.text) {
            return Some(Counterpart::Same { place });
        }
        let why = if found.hash == part.hash {
            "the same in other words"
        } else {
            "it may be left out there"
        };
        Some(Counterpart::Equivalent { place, text: found.text.clone(), why: why.to_owned() })
    }

    /// The same structure in the same method under other local names.
    fn renamed(&mut self, part: &Part) -> Option<Counterpart> {
        let (gone, kept) = (self.gone, self.kept);
        let candidates: Vec<(usize, &Part)> =
            self.candidates(part).filter(|(_, it)| it.within == part.within).collect();
        let renaming = self.renamings.entry(part.within.clone()).or_insert_with(|| {
            Renaming::between(callable(gone, &part.within), callable(kept, &part.within))
        });
        let (at, found, names) = candidates
            .into_iter()
            .find_map(|(at, it)| Some((at, it, renaming.try_on(&part.normal, &it.normal)?)))?;
        self.taken.insert(at);
        let names: Vec<String> =
            names.iter().map(|(one, other)| format!("`{one}` is `{other}`")).collect();
        Some(Counterpart::Equivalent {
            place: kept.place(found.line),
            text: found.text.clone(),
            why: format!("equal when {}", names.join(", ")),
        })
    }

    /// The same structure in another method.
    fn elsewhere(&mut self, part: &Part) -> Option<Counterpart> {
        if !tells_itself(part) {
            return None;
        }
        let (at, found) = self.candidates(part).find(|(_, it)| it.hash == part.hash)?;
        self.taken.insert(at);
        Some(Counterpart::Equivalent {
            place: self.kept.place(found.line),
            text: found.text.clone(),
            why: format!("it stands in `{}`", found.within),
        })
    }

    /// What the eye should look at: the same subject, or a text of similar words.
    fn nearest(&self, part: &Part) -> Option<Nearest> {
        let free = || self.candidates(part).filter(|(at, _)| !self.taken.contains(at));
        let same = |it: &Part| !part.head.is_empty() && it.head == part.head;
        let subject = free().find(|(_, it)| same(it) && it.within == part.within);
        let by_words = || {
            let alike = free().map(|(_, it)| (likeness(&part.text, &it.text), it));
            alike.filter(|(likeness, _)| *likeness >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0))
        };
        let found = subject.map(|(_, it)| it).or_else(|| by_words().map(|(_, it)| it))?;
        Some(Nearest {
            place: self.kept.place(found.line),
            text: found.text.clone(),
            why: String::new(),
        })
    }
}

/// The same part of a class above.
fn inherited(part: &Part, above: &[Specimen]) -> Option<Counterpart> {
    above.iter().find_map(|class| {
        let same =
            |it: &&Part| it.kind == part.kind && it.within == part.within && it.hash == part.hash;
        let found = class.anatomy.atoms.iter().find(same)?;
        Some(Counterpart::Equivalent {
            place: class.place(found.line),
            text: found.text.clone(),
            why: format!("inherited from {}", class.dotted),
        })
    })
}

fn callable<'a>(specimen: &'a Specimen, within: &str) -> Option<&'a Callable> {
    specimen.anatomy.callables.iter().find(|it| it.name == within)
}

/// Whether it matters how often something is there.
fn is_counted(kind: AtomKind) -> bool {
    matches!(
        kind,
        AtomKind::Branch | AtomKind::Guard | AtomKind::Raise | AtomKind::Handler | AtomKind::Retry
    )
}

/// Whether something is the same in whatever method it stands: what has a name or a
/// message. A condition or a handler is nothing without what it is about.
fn tells_itself(part: &Part) -> bool {
    match part.kind {
        AtomKind::State
        | AtomKind::Configuration
        | AtomKind::Event
        | AtomKind::Log
        | AtomKind::Metric => true,
        AtomKind::Raise => part.normal.contains(['"', '\'']),
        _ => false,
    }
}

/// A parameter that must be given, and one of that name that may be.
fn may_be_left_out(gone: &Part, kept: &Part) -> bool {
    gone.kind == AtomKind::Parameter
        && gone.head == kept.head
        && gone.text == gone.head
        && kept.text.starts_with(&format!("{}=", kept.head))
}

/// A text without the choice of words and quotes that make no difference.
fn spelling(text: &str) -> String {
    // `elif` asks what `if` asks.
    let text = if text.starts_with("elif ") { &text[2..] } else { text };
    text.replace('\'', "\"")
}

/// The share of words that two texts have in common.
fn likeness(one: &str, other: &str) -> f64 {
    let words = |text: &str| -> BTreeSet<String> {
        let parts = text.split(|it: char| !it.is_alphanumeric() && it != '_');
        parts.filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    let common = one.intersection(&other).count();
    let all = one.union(&other).count();
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}
