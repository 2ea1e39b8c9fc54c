//! Whether two versions of a function or method do the same, as far as calls can show.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What calls of two versions came to. The *left* version is the one that goes: inputs
/// are made for its parameters. The *right* one takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behaviour {
    /// Dotted name of the version that goes.
    pub left: String,
    /// Dotted name of the version that takes its place.
    pub right: String,
    /// What it came to.
    pub verdict: BehaviourVerdict,
    /// Why nothing can be said; only with [`BehaviourVerdict::Untestable`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untestable: Option<Untestable>,
    /// A smallest call that shows the difference; only with [`BehaviourVerdict::Different`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// The inputs.
    pub inputs: InputCounts,
    /// Which lines of the left body the compared inputs reached.
    pub left_reach: Reach,
    /// Which lines of the right body the compared inputs reached.
    pub right_reach: Reach,
    /// What the calls cannot show and a reader should know, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What calls of two versions came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BehaviourVerdict {
    /// Every compared input gave the same on both sides.
    Equal,
    /// At least one input did not.
    Different,
    /// The inputs that could be made prove nothing.
    Untestable,
}

impl BehaviourVerdict {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Different => "different",
            Self::Untestable => "untestable",
        }
    }
}

/// Why nothing can be said about two versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untestable {
    /// The kind of obstacle.
    pub obstacle: Obstacle,
    /// What it was, in words.
    pub because: String,
}

/// Kinds of obstacles to a comparison by calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// A side cannot be imported or found.
    NotLoadable,
    /// A side is not called like a function: a class, a constant, a property.
    NotCallable,
    /// No input could be made, or none that says anything.
    NoInputs,
    /// Too few inputs, or all with one outcome.
    TooFewOutcomes,
    /// Every input is refused with a `TypeError` or the like on both sides.
    Refused,
    /// The inputs leave too much of a body out.
    Unreached,
    /// Two executions of the same call differ.
    Nondeterministic,
    /// It wants the network.
    Network,
    /// It starts or signals processes.
    Processes,
    /// It writes files outside of its own directory.
    Files,
    /// It does not return in time.
    Hangs,
    /// It ends or kills its interpreter.
    Exits,
    /// It wants more memory than it may have.
    Memory,
    /// It meddles with what the observation rests on, or what came back cannot be trusted.
    Interference,
    /// What it gives back cannot be looked at.
    Opaque,
}

impl Obstacle {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotLoadable => "not-loadable",
            Self::NotCallable => "not-callable",
            Self::NoInputs => "no-inputs",
            Self::TooFewOutcomes => "too-few-outcomes",
            Self::Refused => "refused",
            Self::Unreached => "unreached",
            Self::Nondeterministic => "nondeterministic",
            Self::Network => "network",
            Self::Processes => "processes",
            Self::Files => "files",
            Self::Hangs => "hangs",
            Self::Exits => "exits",
            Self::Memory => "memory",
            Self::Interference => "interference",
            Self::Opaque => "opaque",
        }
    }
}

/// A smallest call that was found to tell two versions apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// The call as it would be written, without the name of the function: `(0, sep=',')`.
    pub call: String,
    /// Where the input came from.
    pub origin: Origin,
    /// In what the two sides differ.
    pub aspect: Aspect,
    /// What the left side did.
    pub left: String,
    /// What the right side did.
    pub right: String,
}

/// Where an input came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A call that was recorded while the repository's own tests ran.
    Observed,
    /// Made from annotations, defaults, and constants in the bodies.
    Generated,
}

impl Origin {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Generated => "generated",
        }
    }
}

/// In what two calls differ; the order is the order in which they are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// One returns, the other raises; or they raise different things.
    Exception,
    /// The returned value, what a generator yields included.
    Result,
    /// What became of the arguments.
    Arguments,
    /// Calls of, and writes to, the objects that were handed in.
    Calls,
    /// What was written to standard output or standard error.
    Output,
    /// What was logged or warned about.
    Log,
    /// Files that were written, processes and connections that were asked for.
    Effects,
}

impl Aspect {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exception => "exception",
            Self::Result => "result",
            Self::Arguments => "arguments",
            Self::Calls => "calls",
            Self::Output => "output",
            Self::Log => "log",
            Self::Effects => "effects",
        }
    }
}

/// How many inputs there were, and what became of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InputCounts {
    /// Compared inputs that were recorded while the tests ran.
    pub observed: u32,
    /// Compared inputs that were made.
    pub generated: u32,
    /// Compared inputs on which the two sides differ.
    pub differing: u32,
    /// Different outcomes among them, on the left side.
    pub outcomes: u32,
    /// Inputs that could not be compared, by the kind of obstacle.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dropped: BTreeMap<Obstacle, u32>,
}

impl InputCounts {
    /// The inputs that were compared.
    pub fn compared(&self) -> u32 {
        self.observed + self.generated
    }
}

/// Which lines of a body the compared inputs reached.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reach {
    /// Lines that can be executed.
    pub lines: u32,
    /// Lines that were.
    pub reached: u32,
    /// The others, as first and last line of runs without a reached one between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<(u32, u32)>,
}

impl Reach {
    /// The share that was reached, in percent, rounded down; 100 without any line.
    pub fn percent(&self) -> u32 {
        (self.reached * 100).checked_div(self.lines).unwrap_or(100)
    }
}
