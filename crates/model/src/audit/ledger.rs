//! What a definition that would go contains, and what becomes of it.

use serde::{Deserialize, Serialize};

/// What an atom of behaviour is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AtomKind {
    /// A condition that chooses between two ways on.
    Branch,
    /// A condition under which the way ends: it raises, returns or leaves a loop.
    Guard,
    /// A value that is returned or yielded.
    Result,
    /// An error that is raised.
    Raise,
    /// Errors that are caught, and what is done then.
    Handler,
    /// Something that is tried again.
    Retry,
    /// How long something may take.
    Timeout,
    /// An event that others are told of.
    Event,
    /// A key of the configuration, with its default.
    Configuration,
    /// A message to the log.
    Log,
    /// A figure that is measured.
    Metric,
    /// What is remembered: attributes and module-level names that are written.
    State,
    /// A method, an attribute or an inner class.
    Member,
    /// A parameter, with its default.
    Parameter,
    /// A decorator.
    Decorator,
    /// What must be awaited.
    Async,
    /// What happens when the module is imported.
    ImportEffect,
    /// One entry of a constant.
    Entry,
    /// A fix that the definition that would stay has missed.
    Fix,
}

impl AtomKind {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Branch => "branch",
            Self::Guard => "guard",
            Self::Result => "result",
            Self::Raise => "raise",
            Self::Handler => "handler",
            Self::Retry => "retry",
            Self::Timeout => "timeout",
            Self::Event => "event",
            Self::Configuration => "configuration",
            Self::Log => "log",
            Self::Metric => "metric",
            Self::State => "state",
            Self::Member => "member",
            Self::Parameter => "parameter",
            Self::Decorator => "decorator",
            Self::Async => "async",
            Self::ImportEffect => "import-effect",
            Self::Entry => "entry",
            Self::Fix => "fix",
        }
    }

    /// Every kind, in the order of output.
    pub const ALL: [Self; 19] = [
        Self::Branch,
        Self::Guard,
        Self::Result,
        Self::Raise,
        Self::Handler,
        Self::Retry,
        Self::Timeout,
        Self::Event,
        Self::Configuration,
        Self::Log,
        Self::Metric,
        Self::State,
        Self::Member,
        Self::Parameter,
        Self::Decorator,
        Self::Async,
        Self::ImportEffect,
        Self::Entry,
        Self::Fix,
    ];
}

/// The accounting of every definition of a group that would go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// One entry for each definition that would go.
    pub entries: Vec<LedgerEntry>,
}

/// What one definition that would go contains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Its dotted name.
    pub definition: String,
    /// `path:line` of it.
    pub place: String,
    /// The dotted name of what would stay.
    pub canonical: String,
    /// Whether that was chosen; otherwise it is the best candidate.
    pub chosen: bool,
    /// Whether one of the two could not be taken apart, so that what would be lost is
    /// not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
    /// Its behaviour, in order of kind and line.
    pub atoms: Vec<Atom>,
    /// Public names that others use of it.
    pub names_used: Vec<NameUse>,
    /// `path:line` of the tests that name it.
    pub tests: Vec<String>,
}

/// One piece of behaviour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Atom {
    /// What it is.
    pub kind: AtomKind,
    /// It as written, on one line.
    pub text: String,
    /// `path:line` of it.
    pub place: String,
    /// The method it belongs to; empty in a function.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub within: String,
    /// What stands for it in the definition that would stay.
    pub counterpart: Counterpart,
    /// What becomes of it.
    pub state: AtomState,
}

/// What stands for an atom in the definition that would stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Counterpart {
    /// The same.
    Same {
        /// `path:line` of it.
        place: String,
    },
    /// The same in other words.
    Equivalent {
        /// `path:line` of it.
        place: String,
        /// It as written.
        text: String,
        /// Why it counts as the same.
        why: String,
    },
    /// Nothing.
    Missing {
        /// What comes nearest to it, for the eye.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nearest: Option<Nearest>,
    },
}

/// What resembles a missing atom without standing for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nearest {
    /// `path:line` of it.
    pub place: String,
    /// It as written.
    pub text: String,
    /// Why it does not count, when the words are the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// What becomes of an atom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum AtomState {
    /// The definition that would stay has it.
    Preserved,
    /// Something else takes care of it.
    Covered {
        /// What.
        by: String,
        /// Who said so; empty when it follows from the code.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        person: String,
        /// Why.
        reason: String,
    },
    /// Somebody said that it may be lost.
    Waived {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// Nobody has answered for it.
    Open,
}

/// A public name that others use of a definition that would go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameUse {
    /// The name: the definition's own, a method or an attribute.
    pub name: String,
    /// `path:line` of each use.
    pub places: Vec<String>,
    /// Whether what would stay has a name like it.
    pub available: bool,
}

impl Ledger {
    /// What nobody has answered for: the entry, and an atom of it.
    pub fn open(&self) -> impl Iterator<Item = (&LedgerEntry, &Atom)> {
        let open = |entry| LedgerEntry::open(entry).map(move |atom| (entry, atom));
        self.entries.iter().flat_map(open)
    }
}

impl Atom {
    /// It as it is named in `ssot.toml`: the kind and the text.
    pub fn named(&self) -> String {
        format!("{} {}", self.kind.as_str(), self.text)
    }

    /// The same with the method that it belongs to, when it belongs to one.
    pub fn named_within(&self) -> String {
        match self.within.as_str() {
            "" => self.named(),
            within => format!("{} in {within}", self.named()),
        }
    }
}

impl LedgerEntry {
    /// The atoms that nobody has answered for.
    pub fn open(&self) -> impl Iterator<Item = &Atom> {
        self.atoms.iter().filter(|atom| atom.state == AtomState::Open)
    }
}
