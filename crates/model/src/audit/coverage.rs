//! What tests do to the members of a group.

use serde::{Deserialize, Serialize};

/// What was measured, and what it says about each member.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// The files that were read, as they were named.
    pub read: Vec<String>,
    /// What they say that could not be used, and why.
    pub notes: Vec<String>,
    /// One entry a member, in the order of the members.
    pub members: Vec<MemberCoverage>,
}

/// What tests do to one member.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MemberCoverage {
    /// Its dotted name.
    pub definition: String,
    /// What was measured; none when no file says anything about it.
    pub measured: Option<Measured>,
    /// Tests that reached a line of it, sorted; empty when the files do not tell tests apart.
    pub tests: Vec<String>,
    /// `path:line` of the tests that name it.
    pub references: Vec<String>,
}

/// How much of a definition was executed. What runs when the module is imported does not
/// count: the head of a function, the body of a class that has methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Measured {
    /// Statements that were executed.
    pub covered: u32,
    /// Statements that can be; never zero.
    pub lines: u32,
}

impl Measured {
    /// The share that was executed, rounded down, from 0 to 100.
    pub fn percent(self) -> u32 {
        self.covered * 100 / self.lines.max(1)
    }
}
