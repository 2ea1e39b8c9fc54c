//! Whether something exists already, asked by name, by signature or by text.
//!
//! A catalogue holds of each definition what is needed to recognise it, so that a
//! question is one pass over a few hundred thousand entries. A file can be put in anew
//! at any time; nothing else has to be made again.

mod entry;
mod likeness;
#[cfg(test)]
mod tests;
mod wanted;

use std::collections::BTreeMap;

use compact_str::CompactString;
use rustc_hash::FxHashMap;
use ssot_facts::{FileFacts, Role};
use ssot_model::{DefinitionKind, RepoPath};

pub use entry::Entry;
pub use wanted::{Unreadable, Wanted};

/// One file of one tree: trees of the same repository are told apart by a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The tree; zero is the one in which somebody asks.
    pub tree: u32,
    /// The file in it.
    pub path: RepoPath,
}

/// What a file defines.
#[derive(Debug, Clone)]
struct Shelf {
    module: CompactString,
    role: Role,
    entries: Vec<Entry>,
}

/// Every definition of some trees.
#[derive(Debug, Default)]
pub struct Catalogue {
    shelves: BTreeMap<Place, Shelf>,
}

/// Which definitions may be an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Of one kind alone.
    pub kind: Option<DefinitionKind>,
    /// Also those in tests, scripts, generated and foreign code.
    pub everywhere: bool,
    /// Most answers.
    pub limit: usize,
}

/// A definition that is like what was asked for.
#[derive(Debug)]
pub struct Hit<'a> {
    /// Where it is.
    pub place: &'a Place,
    /// The dotted name of its module.
    pub module: &'a str,
    /// What its file is for.
    pub role: Role,
    /// What it is.
    pub entry: &'a Entry,
    /// How alike, in percent.
    pub likeness: u8,
    /// Why.
    pub reasons: Vec<String>,
}

/// What there is, the most alike first.
#[derive(Debug, Default)]
pub struct Found<'a> {
    /// The answers.
    pub hits: Vec<Hit<'a>>,
    /// Others that are as alike as answers may be and are more than was asked for.
    pub more: usize,
    /// Others that lie outside of what the project ships.
    pub aside: usize,
}

impl Catalogue {
    /// Puts a file in, in the place of what was known of it.
    pub fn put(&mut self, place: Place, module: CompactString, facts: &FileFacts) {
        let role = Role::of(&place.path, facts.flags);
        let entries = Entry::all(facts);
        self.shelves.insert(place, Shelf { module, role, entries });
    }

    /// Takes a file out.
    pub fn remove(&mut self, place: &Place) {
        self.shelves.remove(place);
    }

    /// Keeps the files of which somebody wants to hear.
    pub fn retain(&mut self, keep: impl Fn(&Place) -> bool) {
        self.shelves.retain(|place, _| keep(place));
    }

    /// How many definitions there are.
    pub fn len(&self) -> usize {
        self.shelves.values().map(|shelf| shelf.entries.len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is like the thing that is wanted.
    pub fn find(&self, wanted: &Wanted, scope: Scope) -> Found<'_> {
        let rarity = self.rarity(wanted);
        let mut found = Found::default();
        for (place, shelf) in &self.shelves {
            let is_aside = shelf.role != Role::Production;
            for entry in &shelf.entries {
                if scope.kind.is_some_and(|kind| kind != entry.kind) {
                    continue;
                }
                let Some((likeness, reasons)) = likeness::of(wanted, entry, &rarity) else {
                    continue;
                };
                if is_aside && !scope.everywhere {
                    found.aside += 1;
                } else if place.tree == 0 || !self.is_here(place, entry) {
                    let (module, role) = (shelf.module.as_str(), shelf.role);
                    found.hits.push(Hit { place, module, role, entry, likeness, reasons });
                }
            }
        }
        found.hits.sort_by_key(|hit| {
            let aside = hit.role != Role::Production;
            (std::cmp::Reverse(hit.likeness), aside, hit.place, hit.entry.span.start)
        });
        found.more = found.hits.len().saturating_sub(scope.limit);
        found.hits.truncate(scope.limit);
        found
    }

    /// Whether the tree in which somebody asks has the same definition at the same place.
    fn is_here(&self, place: &Place, entry: &Entry) -> bool {
        let here = Place { tree: 0, path: place.path.clone() };
        let same = |other: &Entry| other.name == entry.name && other.hash == entry.hash;
        self.shelves.get(&here).is_some_and(|shelf| shelf.entries.iter().any(same))
    }

    /// How much it says that a name has a word that was asked for.
    fn rarity(&self, wanted: &Wanted) -> Rarity {
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
        let mut total: u32 = 1;
        for shelf in self.shelves.values() {
            for entry in &shelf.entries {
                total += 1;
                for word in &entry.words {
                    if wanted.asks_for(*word) {
                        *counts.entry(*word).or_default() += 1;
                    }
                }
            }
        }
        let weight = |count: u32| (f64::from(total) / f64::from(count)).ln().max(LEAST_WEIGHT);
        let ordinary = weight((total / ORDINARY_SHARE).max(1));
        let weights = counts.into_iter().map(|(word, count)| (word, weight(count)));
        Rarity { weights: weights.collect(), unknown: weight(1), ordinary }
    }
}

/// What a word weighs that everything has.
const LEAST_WEIGHT: f64 = 0.1;
/// One in so many definitions has a word that nobody asked for; counting them all would
/// take longer than the question.
const ORDINARY_SHARE: u32 = 500;

/// How much words say.
#[derive(Debug)]
struct Rarity {
    weights: FxHashMap<u32, f64>,
    /// Of a word that no name has.
    unknown: f64,
    /// Of a word that was not asked for.
    ordinary: f64,
}

impl Rarity {
    /// The weight of a word that was asked for.
    fn weight(&self, word: u32) -> f64 {
        self.weights.get(&word).copied().unwrap_or(self.unknown)
    }
}
