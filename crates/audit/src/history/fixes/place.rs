//! The place of a copy at which a change of another would apply.

use std::ops::Range;

use ssot_facts::python::LogicalLine;

use crate::history::Version;
use crate::history::difference::Hunk;

/// Lines around a change that are compared on each side.
const CONTEXT: usize = 2;
/// Tokens from which lines are telling by themselves.
const TELLING: u32 = 8;
/// Tokens from which one side of the surroundings is enough.
const CERTAIN: u32 = 14;

/// The lines of `now` that stand as the hunk's old lines did, with the neighbours when
/// the hunk only adds; and whether only the names or literals differ, which is asked for
/// with `blind`. None when no place fits, when two fit equally well, or when what was
/// added is already there.
pub(super) fn counterpart(
    before: &Version,
    hunk: &Hunk,
    added: &[LogicalLine],
    now: &Version,
    blind: bool,
) -> Option<(Range<usize>, bool)> {
    let exact = Matching { before, hunk, now, key: |line| line.exact, blind: false };
    if let Some(place) = exact.only_place() {
        return Some((exact.told(place), false));
    }
    if !blind || hunk.old.is_empty() {
        return None;
    }
    let blind = Matching { key: |line| line.blind, blind: true, ..exact };
    let keys: Vec<u64> = now.lines.iter().map(|line| line.blind).collect();
    // Blind for names, the old and the new lines must still be told apart.
    let is_new = added.iter().any(|line| !keys.contains(&line.blind));
    if !is_new {
        return None;
    }
    blind.only_place().map(|place| (blind.told(place), true))
}

struct Matching<'a> {
    before: &'a Version,
    hunk: &'a Hunk,
    now: &'a Version,
    key: fn(&LogicalLine) -> u64,
    blind: bool,
}

impl Matching<'_> {
    /// The position at which the old lines stand, when there is exactly one good one.
    fn only_place(&self) -> Option<usize> {
        let length = self.hunk.old.len();
        let last = self.now.lines.len().checked_sub(length)?;
        let mut fitting = (0..=last).filter(|at| self.fits(*at));
        let place = fitting.next()?;
        fitting.next().is_none().then_some(place)
    }

    fn fits(&self, at: usize) -> bool {
        let old = &self.before.lines[self.hunk.old.clone()];
        let here = &self.now.lines[at..at + old.len()];
        if old.iter().zip(here).any(|(a, b)| !self.same(a, b)) {
            return false;
        }
        let weight: u32 = old.iter().map(|line| line.tokens).sum();
        let (above, above_weight) = self.above(at);
        let (below, below_weight) = self.below(at + old.len());
        let around = above_weight + below_weight;
        let both = above > 0 && below > 0;
        if old.is_empty() || self.blind {
            return both && above + below > CONTEXT && around + weight >= CERTAIN;
        }
        both && weight + around >= TELLING || above + below > 0 && weight >= CERTAIN
    }

    fn same(&self, a: &LogicalLine, b: &LogicalLine) -> bool {
        (self.key)(a) == (self.key)(b)
    }

    /// How many lines above agree, and their weight. The beginning of the body agrees
    /// with itself, whatever the definition is called.
    fn above(&self, at: usize) -> (usize, u32) {
        let (mut count, mut weight) = (0, 0);
        for distance in 1..=CONTEXT {
            let then = self.hunk.old.start.checked_sub(distance);
            let now = at.checked_sub(distance);
            let heads = (self.before.head(), self.now.head());
            match (then, now) {
                (Some(a), Some(b)) if heads == (Some(a), Some(b)) => {
                    // The head of a class says nothing about where in it something belongs.
                    let is_class = self.before.lines[a].keyword == "class";
                    let count = if is_class { count + 1 } else { CONTEXT };
                    return (count, weight + 4);
                }
                (Some(a), Some(b)) if self.same(&self.before.lines[a], &self.now.lines[b]) => {
                    count += 1;
                    weight += self.before.lines[a].tokens;
                }
                (None, None) => return (CONTEXT, weight),
                _ => break,
            }
        }
        (count, weight)
    }

    fn below(&self, end: usize) -> (usize, u32) {
        let (mut count, mut weight) = (0, 0);
        for distance in 0..CONTEXT {
            let then = self.before.lines.get(self.hunk.old.end + distance);
            let now = self.now.lines.get(end + distance);
            match (then, now) {
                (Some(a), Some(b)) if self.same(a, b) => {
                    count += 1;
                    weight += a.tokens;
                }
                (None, None) => return (CONTEXT, weight + 2),
                _ => break,
            }
        }
        (count, weight)
    }

    /// The lines that are told: the old ones, or the neighbours of what is missing.
    fn told(&self, at: usize) -> Range<usize> {
        let length = self.hunk.old.len();
        if length > 0 {
            return at..at + length;
        }
        at.saturating_sub(1)..(at + 1).min(self.now.lines.len())
    }
}
