//! Whether two versions of a function do the same when they are called.
//!
//! Inputs are what the repository's tests hand to the left version, and what is made
//! from annotations, use and constants. Each version is called with each input twice,
//! in sandboxed processes; what the calls came to is judged in [`verdict`], which is
//! pure. A difference is then made smaller for as long as it stays one.

mod outcome;
mod pairs;
mod question;
mod verdict;

use std::collections::BTreeMap;
use std::path::Path;

use ssot_model::{Behaviour, BehaviourConfig, Untestable};
use ssot_runtime::runner::{
    Budget, Calls, Input, Inputs, Recorded, Runner, RunnerError, Sources, Subject,
};

use verdict::{Observation, Trial};

pub(crate) use pairs::{between, version};
pub use question::Calls as CallSource;
pub(crate) use question::{ask, sorted};

/// How often a witness is replaced by a smaller one at most.
const SHRINKING_ROUNDS: usize = 6;

/// One version of a function or method.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Version {
    /// Dotted name of its module.
    pub module: String,
    /// Name inside the module, `Class.method` for a method.
    pub definition: String,
    /// Arguments that stand for what this version has as a parameter and the other in
    /// its body: Python literals by the name of the parameter.
    pub fixed: BTreeMap<String, String>,
}

impl Version {
    /// A version without fixed arguments.
    pub fn new(module: impl Into<String>, definition: impl Into<String>) -> Self {
        let (module, definition) = (module.into(), definition.into());
        Self { module, definition, fixed: BTreeMap::new() }
    }

    /// The dotted name.
    pub fn dotted(&self) -> String {
        format!("{}.{}", self.module, self.definition)
    }

    /// The name under which calls are recorded.
    fn key(&self) -> String {
        format!("{}:{}", self.module, self.definition)
    }
}

/// Two versions, the one that goes on the left and the one in its place on the right.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Pair {
    /// Goes; inputs are made for its parameters.
    pub left: Version,
    /// Takes its place.
    pub right: Version,
}

/// A tree on disk in which versions stand.
#[derive(Debug, Clone, Copy)]
pub struct Tree<'a> {
    /// Its root; nothing in it is changed.
    pub root: &'a Path,
    /// What is known about it.
    pub sources: Sources<'a>,
}

/// Compares the versions of each pair, the left ones in `left` and the right ones in
/// `right`, which may be one tree. The same trees and records give the same verdicts.
pub async fn check(
    runner: &Runner,
    (left, right): (Tree<'_>, Tree<'_>),
    pairs: &[Pair],
    recorded: &Recorded,
    config: &BehaviourConfig,
) -> Result<Vec<Behaviour>, RunnerError> {
    let mut found = Vec::new();
    for pair in pairs {
        let observed = recorded.get(&pair.left.key()).map_or(&[][..], Vec::as_slice);
        let stage = Stage {
            runner,
            left: subject(left, &pair.left),
            right: subject(right, &pair.right),
            budget: Budget { inputs: config.inputs, call_seconds: config.call_seconds },
        };
        found.push(stage.compare(pair, observed, config).await?);
    }
    Ok(found)
}

/// The functions of the left versions by module, for [`Runner::harvest`].
pub fn to_record<'a>(pairs: impl IntoIterator<Item = &'a Pair>) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in pairs {
        let names = found.entry(pair.left.module.clone()).or_default();
        if !names.contains(&pair.left.definition) {
            names.push(pair.left.definition.clone());
        }
    }
    found
}

fn subject<'a>(tree: Tree<'a>, version: &'a Version) -> Subject<'a> {
    Subject {
        root: tree.root,
        sources: tree.sources,
        module: &version.module,
        definition: &version.definition,
        fixed: &version.fixed,
    }
}

/// One pair with what it takes to call it.
struct Stage<'a> {
    runner: &'a Runner,
    left: Subject<'a>,
    right: Subject<'a>,
    budget: Budget,
}

impl Stage<'_> {
    async fn compare(
        &self,
        pair: &Pair,
        observed: &[String],
        config: &BehaviourConfig,
    ) -> Result<Behaviour, RunnerError> {
        let making = self.runner.make_inputs(self.left, self.right, observed, self.budget);
        let Inputs { inputs, notes, only } = match making.await? {
            Ok(inputs) => inputs,
            Err(why) => return Ok(verdict::untestable(pair, why)),
        };
        let observation = match self.observe(&inputs).await? {
            Ok(observation) => observation,
            Err(why) => return Ok(verdict::untestable(pair, why)),
        };
        let trial = Trial { pair, inputs: &inputs, only, reach: config.reach };
        let mut behaviour = verdict::judge(&trial, &observation);
        behaviour.notes.extend(notes);
        if let Some(first) = verdict::smallest(&inputs, &observation) {
            let (input, seen) = self.shrink(inputs[first].clone(), observation.of(first)).await?;
            behaviour.witness = verdict::witness(&input, &seen);
        }
        Ok(behaviour)
    }

    /// Calls both sides with all inputs, twice.
    async fn observe(
        &self,
        inputs: &[Input],
    ) -> Result<Result<Observation, Untestable>, RunnerError> {
        let first = match self.once(inputs).await? {
            Ok(first) => first,
            Err(why) => return Ok(Err(why)),
        };
        let second = self.once(inputs).await?;
        Ok(second.map(|second| Observation::new(first, second)))
    }

    /// Calls both sides with all inputs.
    async fn once(&self, inputs: &[Input]) -> Result<Result<[Calls; 2], Untestable>, RunnerError> {
        let (left, right) = tokio::join!(
            self.runner.call(self.left, inputs, self.budget),
            self.runner.call(self.right, inputs, self.budget),
        );
        let (left, right) = (left?, right?);
        Ok(left.and_then(|left| Ok([left, right?])))
    }

    /// The smallest input that can be found near one that shows a difference.
    async fn shrink(
        &self,
        first: Input,
        seen: Observation,
    ) -> Result<(Input, Observation), RunnerError> {
        let mut input = first.clone();
        for _ in 0..SHRINKING_ROUNDS {
            let simpler =
                self.runner.simpler_inputs(self.left, self.right, &input, self.budget).await?;
            let Ok(Inputs { inputs, .. }) = simpler else { break };
            let Ok(calls) = self.once(&inputs).await? else { break };
            let observation = Observation::new(calls.clone(), calls);
            match verdict::smallest(&inputs, &observation) {
                Some(index) if inputs[index].size < input.size => {
                    input = Input { origin: input.origin, ..inputs[index].clone() };
                }
                _ => break,
            }
        }
        // What was seen once on the way has to hold as firmly as the first witness.
        let inputs = [input];
        match self.observe(&inputs).await? {
            Ok(again) if verdict::smallest(&inputs, &again).is_some() => {
                let [input] = inputs;
                Ok((input, again))
            }
            _ => Ok((first, seen)),
        }
    }
}
