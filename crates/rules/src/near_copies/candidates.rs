//! Who is worth comparing with whom.

use rustc_hash::FxHashMap;

use super::fewest_common;

/// Most others that one function is compared with in full; a bound for hostile
/// input, above what families of real code need.
pub(super) const MOST_CANDIDATES: usize = 512;
/// Most others that are looked up under one line.
const MOST_PER_LINE: usize = 2048;

/// A line and how often it stood before in the same function, so that lists with
/// repetition behave like sets.
type Element = (u32, u32);

/// Which lines occur in a function, roughly: one bit may stand for several.
#[derive(Debug, Clone, Copy, Default)]
struct Sketch([u64; 4]);

impl Sketch {
    fn of(lines: &[u32]) -> Self {
        let mut words = [0; 4];
        for line in lines {
            words[(line >> 6) as usize % 4] |= 1 << (line % 64);
        }
        Self(words)
    }

    /// A number of lines of this one that the other certainly lacks.
    fn lacking(self, other: Self) -> u32 {
        let lacking = self.0.iter().zip(other.0).map(|(here, there)| (here & !there).count_ones());
        lacking.sum()
    }
}

/// A function in order of size, with what is asked about it most.
struct Ranked {
    index: usize,
    size: u32,
    sketch: Sketch,
}

/// An inverted index over the rarest lines.
pub(super) struct Candidates<'a> {
    functions: &'a [&'a [u32]],
    ranked: Vec<Ranked>,
    /// In how many functions each line occurs.
    frequency: FxHashMap<u32, u32>,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(functions: &'a [&'a [u32]]) -> Self {
        let mut frequency: FxHashMap<u32, u32> = FxHashMap::default();
        for line in functions.iter().copied().flatten() {
            *frequency.entry(*line).or_default() += 1;
        }
        let rank = |(index, lines): (usize, &&[u32])| Ranked {
            index,
            size: lines.len() as u32,
            sketch: Sketch::of(lines),
        };
        let mut ranked: Vec<Ranked> = functions.iter().enumerate().map(rank).collect();
        ranked.sort_by_key(|ranked| (ranked.size, ranked.index));
        Self { functions, ranked, frequency }
    }

    /// Calls with every function and the shorter ones that it may be near to.
    pub(super) fn each(&self, mut compare: impl FnMut(usize, &[usize])) {
        let mut holders: FxHashMap<Element, Vec<u32>> = FxHashMap::default();
        let mut seen = vec![u32::MAX; self.ranked.len()];
        let mut found: Vec<usize> = Vec::new();
        let mut telling: Vec<(u32, Element)> = Vec::new();
        for (rank, ranked) in (0..).zip(&self.ranked) {
            self.telling(ranked, &mut telling);
            found.clear();
            let smallest = smallest_near(ranked.size);
            for (_, element) in telling.iter().filter(|(frequency, _)| *frequency > 1) {
                let holders = holders.entry(*element).or_default();
                for holder in holders.iter().rev().take(MOST_PER_LINE) {
                    let other = &self.ranked[*holder as usize];
                    if other.size < smallest || found.len() >= MOST_CANDIDATES {
                        break;
                    }
                    let is_new = std::mem::replace(&mut seen[*holder as usize], rank) != rank;
                    if is_new && is_possible(ranked, other) {
                        found.push(other.index);
                    }
                }
                holders.push(rank);
            }
            if !found.is_empty() {
                compare(ranked.index, &found);
            }
        }
    }

    /// The rarest lines of one function, so many that whatever is near shares one of them.
    fn telling(&self, ranked: &Ranked, telling: &mut Vec<(u32, Element)>) {
        let lines = self.functions[ranked.index];
        telling.clear();
        let needed = fewest_common(ranked.size, ranked.size) as usize;
        if needed > lines.len() {
            return;
        }
        telling.extend(lines.iter().map(|line| (self.frequency[line], (*line, 0))));
        telling.sort_unstable();
        for i in 1..telling.len() {
            if telling[i].1.0 == telling[i - 1].1.0 {
                telling[i].1.1 = telling[i - 1].1.1 + 1;
            }
        }
        telling.truncate(lines.len() - needed + 1);
    }
}

/// Size of the smallest function that one of some size may be near to.
fn smallest_near(size: u32) -> u32 {
    (1..size).find(|shorter| fewest_common(*shorter, size) <= *shorter).unwrap_or(size)
}

/// Whether a function and a shorter one may have enough lines in common.
fn is_possible(longer: &Ranked, shorter: &Ranked) -> bool {
    let here = longer.size - longer.sketch.lacking(shorter.sketch);
    let there = shorter.size - shorter.sketch.lacking(longer.sketch);
    here.min(there) >= fewest_common(shorter.size, longer.size)
}
