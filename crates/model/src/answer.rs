//! What people answer about behaviour that would go.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A piece of behaviour of a definition that would go and may be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Dotted name of the definition that would go, or the id of its group; the name of the
    /// definition that would stay stands for all that would go.
    #[schemars(length(min = 1))]
    pub group: String,
    /// The piece as the ledger prints it, its kind first: `guard if grace < 0: raise ValueError`,
    /// with ` in METHOD` behind it when only that method is meant; `*` stands for any letters.
    #[schemars(length(min = 1), extend("format" = "atom"))]
    pub atom: String,
    /// Who says so: a person.
    #[schemars(length(min = 1))]
    pub by: String,
    /// Why it may be lost.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    #[serde(default)]
    #[schemars(extend("format" = "date"))]
    pub expires: Option<String>,
}

/// A piece of behaviour of a definition that would go and that something else takes care of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// Dotted name of the definition that would go, or the id of its group; the name of the
    /// definition that would stay stands for all that would go.
    #[schemars(length(min = 1))]
    pub group: String,
    /// The piece as the ledger prints it, its kind first; `*` stands for any letters.
    #[schemars(length(min = 1), extend("format" = "atom"))]
    pub atom: String,
    /// Dotted name of what takes care of it.
    #[schemars(length(min = 1))]
    pub counterpart: String,
    /// Who says so: a person.
    #[schemars(length(min = 1))]
    pub by: String,
    /// Why that takes care of it.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    #[serde(default)]
    #[schemars(extend("format" = "date"))]
    pub expires: Option<String>,
}
