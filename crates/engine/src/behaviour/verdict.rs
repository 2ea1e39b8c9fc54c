//! From what calls came to, to a verdict. Pure: the same outcomes, the same verdict.

use std::collections::BTreeSet;

use ssot_model::{
    Behaviour, BehaviourVerdict, InputCounts, Obstacle, Origin, Reach, Untestable, Witness,
};
use ssot_runtime::runner::{CallOutcome, Calls, Input};

use super::Pair;
use super::outcome::{Compared, Twice, compare, essence, in_words};

/// Fewest inputs that must be compared where more than one is possible, not counting
/// those that both sides refuse.
const FEWEST: u32 = 5;
/// Runs of lines that are named as never reached.
const NAMED_RUNS: usize = 4;

/// What is judged.
pub(super) struct Trial<'a> {
    pub(super) pair: &'a Pair,
    pub(super) inputs: &'a [Input],
    /// Whether the inputs are all there are.
    pub(super) only: bool,
    /// Smallest share of lines that must be reached, in percent.
    pub(super) reach: u32,
}

/// Two executions of both sides.
#[derive(Debug)]
pub(super) struct Observation {
    left: [Calls; 2],
    right: [Calls; 2],
}

impl Observation {
    /// From two executions of the left side and the right side, each with one outcome for
    /// each input.
    pub(super) fn new([left, right]: [Calls; 2], [left_again, right_again]: [Calls; 2]) -> Self {
        Self { left: [left, left_again], right: [right, right_again] }
    }

    fn twice(side: &[Calls; 2], index: usize) -> Twice<'_> {
        [&side[0].outcomes[index], &side[1].outcomes[index]]
    }

    fn left(&self, index: usize) -> &CallOutcome {
        &self.left[0].outcomes[index]
    }

    fn right(&self, index: usize) -> &CallOutcome {
        &self.right[0].outcomes[index]
    }

    fn compare(&self, index: usize) -> Compared {
        compare(Self::twice(&self.left, index), Self::twice(&self.right, index))
    }

    fn count(&self) -> usize {
        self.left[0].outcomes.len()
    }

    /// The same with one input alone.
    pub(super) fn of(&self, index: usize) -> Self {
        let one = |calls: &Calls| Calls {
            lines: calls.lines.clone(),
            outcomes: vec![calls.outcomes[index].clone()],
        };
        Self { left: self.left.each_ref().map(one), right: self.right.each_ref().map(one) }
    }

    /// The first outcome with an obstacle of a kind, in words.
    fn because(&self, obstacle: Obstacle) -> String {
        let outcomes = self.left.iter().chain(&self.right).flat_map(|calls| &calls.outcomes);
        let found = outcomes.into_iter().find(|outcome| outcome.obstacle == Some(obstacle));
        found.map(|outcome| outcome.because.clone()).unwrap_or_default()
    }
}

/// The verdict about a pair that could not be called at all.
pub(super) fn untestable(pair: &Pair, why: Untestable) -> Behaviour {
    Behaviour {
        left: pair.left.dotted(),
        right: pair.right.dotted(),
        verdict: BehaviourVerdict::Untestable,
        untestable: Some(why),
        witness: None,
        inputs: InputCounts::default(),
        left_reach: Reach::default(),
        right_reach: Reach::default(),
        notes: Vec::new(),
    }
}

/// The verdict about a pair that was called, without its witness.
pub(super) fn judge(trial: &Trial<'_>, seen: &Observation) -> Behaviour {
    let compared: Vec<Compared> = (0..seen.count()).map(|index| seen.compare(index)).collect();
    let tally = Tally::of(trial, seen, &compared);
    let differs = tally.counts.differing > 0;
    let why = interference(seen).or_else(|| if differs { None } else { tally.doubt(trial, seen) });
    let verdict = match why {
        Some(_) => BehaviourVerdict::Untestable,
        None if differs => BehaviourVerdict::Different,
        None => BehaviourVerdict::Equal,
    };
    Behaviour {
        verdict,
        untestable: why.clone(),
        inputs: tally.counts,
        left_reach: tally.left,
        right_reach: tally.right,
        ..untestable(
            trial.pair,
            Untestable { obstacle: Obstacle::NoInputs, because: String::new() },
        )
    }
}

/// The smallest input on which the sides differ; none when something interfered.
pub(super) fn smallest(inputs: &[Input], seen: &Observation) -> Option<usize> {
    let differing = (0..inputs.len()).filter(|i| matches!(seen.compare(*i), Compared::Differ(_)));
    let interferes = !seen.because(Obstacle::Interference).is_empty();
    differing.min_by_key(|index| (inputs[*index].size, *index)).filter(|_| !interferes)
}

/// The difference that the first outcome of an observation shows.
pub(super) fn witness(input: &Input, seen: &Observation) -> Option<Witness> {
    let Compared::Differ(aspect) = seen.compare(0) else { return None };
    let (left, right) = in_words(aspect, seen.left(0), seen.right(0));
    Some(Witness { call: input.call.clone(), origin: input.origin, aspect, left, right })
}

/// Nothing can be believed once the observation was meddled with.
fn interference(seen: &Observation) -> Option<Untestable> {
    let obstacle = Obstacle::Interference;
    let because = seen.because(obstacle);
    (!because.is_empty()).then_some(Untestable { obstacle, because })
}

/// Inputs counted by what became of them.
struct Tally {
    counts: InputCounts,
    /// Compared inputs that were not refused by both sides and that can be looked at.
    telling: u32,
    /// Compared inputs whose result cannot be looked at.
    opaque: u32,
    one_sided: Option<Obstacle>,
    left: Reach,
    right: Reach,
}

impl Tally {
    fn of(trial: &Trial<'_>, seen: &Observation, compared: &[Compared]) -> Self {
        let mut counts = InputCounts::default();
        let (mut telling, mut opaque, mut one_sided) = (0, 0, None);
        let mut outcomes = BTreeSet::new();
        let (mut left, mut right) = (BTreeSet::new(), BTreeSet::new());
        for (index, found) in compared.iter().enumerate() {
            match found {
                Compared::Dropped(obstacle) => *counts.dropped.entry(*obstacle).or_default() += 1,
                Compared::OneSided(obstacle) => {
                    *counts.dropped.entry(*obstacle).or_default() += 1;
                    one_sided.get_or_insert(*obstacle);
                }
                Compared::Same | Compared::Differ(_) => {
                    match trial.inputs[index].origin {
                        Origin::Observed => counts.observed += 1,
                        Origin::Generated => counts.generated += 1,
                    }
                    counts.differing += u32::from(*found != Compared::Same);
                    let (mine, its) = (seen.left(index), seen.right(index));
                    left.extend(mine.lines.iter().copied());
                    right.extend(its.lines.iter().copied());
                    let refused = mine.refused && its.refused;
                    opaque += u32::from(mine.opaque && !refused);
                    telling += u32::from(!mine.opaque && !refused);
                    outcomes.insert(essence(mine));
                }
            }
        }
        counts.outcomes = outcomes.len() as u32;
        let left = reach(&seen.left[0].lines, &left);
        let right = reach(&seen.right[0].lines, &right);
        Self { counts, telling, opaque, one_sided, left, right }
    }

    /// Why equal outcomes prove nothing.
    fn doubt(&self, trial: &Trial<'_>, seen: &Observation) -> Option<Untestable> {
        let say = |obstacle, because: String| Some(Untestable { obstacle, because });
        if let Some(obstacle) = self.one_sided {
            let because = match obstacle {
                Obstacle::Nondeterministic => "outcomes change from call to call".to_owned(),
                obstacle => seen.because(obstacle),
            };
            return say(obstacle, format!("{because}, on one side only"));
        }
        if self.counts.dropped.contains_key(&Obstacle::Exits) {
            return say(Obstacle::Exits, seen.because(Obstacle::Exits));
        }
        let compared = self.counts.compared();
        let watched = self.counts.dropped.iter().filter(|(why, _)| **why != Obstacle::NoInputs);
        let dropped: u32 = watched.map(|(_, count)| count).sum();
        if compared == 0 || dropped >= compared || self.telling == 0 && compared < FEWEST {
            return Some(self.dropped(seen));
        }
        if self.telling == 0 {
            return match self.opaque {
                0 => say(Obstacle::Refused, format!("both sides refuse all {compared} inputs")),
                _ => say(Obstacle::Opaque, "what it returns cannot be looked at".to_owned()),
            };
        }
        if !trial.only && self.telling < FEWEST {
            let because = format!("only {} inputs say anything, at least {FEWEST}", self.telling);
            let none_dropped = self.counts.dropped.is_empty();
            return if none_dropped {
                say(Obstacle::TooFewOutcomes, because)
            } else {
                Some(self.dropped(seen))
            };
        }
        if !trial.only && self.counts.outcomes < 2 {
            let because = format!("all {compared} inputs have one outcome");
            return say(Obstacle::TooFewOutcomes, because);
        }
        self.unreached(trial)
    }

    /// The most frequent reason why inputs were dropped.
    fn dropped(&self, seen: &Observation) -> Untestable {
        let most = self.counts.dropped.iter().max_by_key(|(_, count)| **count);
        let Some((obstacle, count)) = most else {
            let because = "no input could be made".to_owned();
            return Untestable { obstacle: Obstacle::NoInputs, because };
        };
        let because = match obstacle {
            Obstacle::Nondeterministic => {
                format!("{count} inputs give another outcome each time")
            }
            obstacle => seen.because(*obstacle),
        };
        Untestable { obstacle: *obstacle, because }
    }

    fn unreached(&self, trial: &Trial<'_>) -> Option<Untestable> {
        let short = |reach: &Reach| reach.percent() < trial.reach;
        let sides = [("left", &self.left), ("right", &self.right)];
        let missed: Vec<String> = sides
            .into_iter()
            .filter(|(_, reach)| short(reach))
            .map(|(side, reach)| {
                let Reach { lines, reached, missed } = reach;
                format!("{reached} of {lines} lines on the {side}, not {}", runs(missed))
            })
            .collect();
        (!missed.is_empty()).then(|| Untestable {
            obstacle: Obstacle::Unreached,
            because: format!("the inputs reach {}", missed.join(", and ")),
        })
    }
}

/// Lines as people write them.
fn runs(missed: &[(u32, u32)]) -> String {
    let shown: Vec<String> = missed
        .iter()
        .take(NAMED_RUNS)
        .map(
            |(first, last)| {
                if first == last { first.to_string() } else { format!("{first}-{last}") }
            },
        )
        .collect();
    let more = if missed.len() > NAMED_RUNS { " and others" } else { "" };
    format!("{}{more}", shown.join(", "))
}

fn reach(lines: &[u32], reached: &BTreeSet<u32>) -> Reach {
    let mut missed: Vec<(u32, u32)> = Vec::new();
    let mut open = false;
    for line in lines {
        let hit = reached.contains(line);
        match missed.last_mut().filter(|_| open && !hit) {
            Some(run) => run.1 = *line,
            None if !hit => missed.push((*line, *line)),
            None => {}
        }
        open = !hit;
    }
    let hits = lines.iter().filter(|line| reached.contains(line)).count();
    Reach { lines: lines.len() as u32, reached: hits as u32, missed }
}
