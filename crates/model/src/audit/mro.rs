//! How attributes of the classes of a group are found, today and after a consolidation.

use serde::{Deserialize, Serialize};

/// The classes of a group and those below them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MroReport {
    /// The members of the group, in their order.
    pub classes: Vec<ClassOrder>,
    /// Dotted name of the class that would stay; empty when none would.
    pub canonical: String,
    /// Whether it was chosen; otherwise it is the best candidate.
    pub chosen: bool,
    /// Classes below the ones that would go, as they would be afterwards.
    pub after: Vec<ClassOrder>,
    /// Who provides what, today.
    pub overrides: Vec<OverrideRow>,
    /// Calls of methods of the classes that would go, and of those below them.
    pub calls: Vec<MethodCall>,
}

/// One class and the order in which its attributes are looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassOrder {
    /// Its dotted name.
    pub class: String,
    /// `path:line` of it.
    pub place: String,
    /// The classes in order, itself first; empty when there is no order.
    pub order: Vec<String>,
    /// Why there is no order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<String>,
    /// Whether a class above it is not known, so that more may be found there.
    pub open: bool,
}

/// One attribute or method and the class that provides it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideRow {
    /// The name.
    pub member: String,
    /// For each class of the group, the dotted names of those that set it, the one that
    /// is found first; empty where nobody does.
    pub providers: Vec<Vec<String>>,
}

/// A call of a method, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodCall {
    /// `path:line` of it.
    pub place: String,
    /// It as written, without arguments.
    pub call: String,
    /// Dotted name of the class of the object.
    pub class: String,
    /// The method that is called today; none when it cannot be told.
    pub today: Option<String>,
    /// The method that would be called; none when there would be none that is known.
    pub after: Option<String>,
    /// What that means.
    pub change: CallChange,
}

/// What a consolidation does to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallChange {
    /// There would be no such method, or no such class.
    Broken,
    /// It would lead to other code.
    Changed,
    /// A class that is not known decides.
    Unknown,
    /// It would lead elsewhere, to equal code.
    Moved,
    /// It would lead where it leads today.
    Same,
}

impl CallChange {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Changed => "changed",
            Self::Unknown => "unknown",
            Self::Moved => "moved",
            Self::Same => "same",
        }
    }
}
