//! What is known statically about one tree; the gates compare two of them.

use std::collections::{BTreeMap, BTreeSet};

use ssot_model::RepoPath;

/// The static state of one tree. Two inspections of the same tree are equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inspection {
    /// Files that do not parse, `path: message`, without line numbers.
    pub parse_issues: BTreeSet<String>,
    /// Imports and names that resolve to nothing, `path: name`.
    pub unresolved: BTreeSet<String>,
    /// Violations by fingerprint, with their summary.
    pub violations: BTreeMap<String, String>,
    /// Importable modules by dotted name.
    pub modules: BTreeMap<String, RepoPath>,
    /// Directories that must be on the module search path, relative to the
    /// root, the empty string for the root itself; in order of preference.
    pub import_roots: Vec<String>,
}
