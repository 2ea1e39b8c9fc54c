//! How much has to be proved before a run changes something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a run goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunConfig {
    /// How much has to be proved before something is changed.
    pub mode: Mode,
}

/// How much has to be proved before something is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Only equal text is consolidated.
    Careful,
    /// What differs is consolidated when what comes out is proved to do the same.
    #[default]
    Standard,
    /// Also what could not be proved; the plan says so.
    Aggressive,
}

impl Mode {
    /// The word used on the command line and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Careful => "careful",
            Self::Standard => "standard",
            Self::Aggressive => "aggressive",
        }
    }
}
