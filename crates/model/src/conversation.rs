//! What an answer rests on.

use serde::{Deserialize, Serialize};

use crate::{GroupId, PackageId, RunId};

/// Where what an answer says can be looked up. Whoever shows it makes an address of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "kebab-case")]
pub enum Subject {
    /// Everything that was found.
    Findings {
        /// What they are narrowed to; empty for all.
        text: String,
    },
    /// One group of definitions.
    Group {
        /// The group.
        group: GroupId,
    },
    /// The plan.
    Plan,
    /// A run.
    Run {
        /// The run.
        run: RunId,
    },
    /// A package of a run.
    Package {
        /// The run.
        run: RunId,
        /// The package.
        package: PackageId,
    },
    /// The page of a rule.
    Rule {
        /// Its name.
        rule: String,
    },
}

/// Something that an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// What it is called.
    pub label: String,
    /// What it is.
    #[serde(flatten)]
    pub subject: Subject,
}
