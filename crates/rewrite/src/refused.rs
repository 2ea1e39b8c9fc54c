//! Why a decision is not carried out.

use ssot_model::RepoPath;

/// Why a decision is not carried out. Nothing has been changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The file is not there any more.
    #[error("{path}: the file is not there; scan again")]
    Missing {
        /// The file.
        path: RepoPath,
    },
    /// The file is not the one that was scanned.
    #[error("{path}: the file has changed since the scan; scan again")]
    Changed {
        /// The file.
        path: RepoPath,
    },
    /// The file cannot be read as Python.
    #[error("{path}:{line}: the file does not parse ({message}); repair it first")]
    Unreadable {
        /// The file.
        path: RepoPath,
        /// The line.
        line: u32,
        /// What the parser says.
        message: String,
    },
    /// The definition is a method or stands inside another definition.
    #[error("{path}:{line}: `{name}` belongs to a class; only top-level definitions are moved")]
    NotTopLevel {
        /// The file.
        path: RepoPath,
        /// The line.
        line: u32,
        /// The definition.
        name: String,
    },
    /// The definition exists only under a condition.
    #[error("{path}:{line}: `{name}` is defined inside a conditional block of the module")]
    Conditional {
        /// The file.
        path: RepoPath,
        /// The line.
        line: u32,
        /// The definition.
        name: String,
    },
    /// Another statement stands on the same line.
    #[error("{path}:{line}: `{name}` shares a line with another statement")]
    SharedLine {
        /// The file.
        path: RepoPath,
        /// The line.
        line: u32,
        /// The definition.
        name: String,
    },
    /// The name means more than one thing in its module.
    #[error("{path}: `{name}` is bound more than once in its module")]
    BoundTwice {
        /// The file.
        path: RepoPath,
        /// The name.
        name: String,
    },
    /// A module cannot be named in an import statement.
    #[error("{path}: `{module}` cannot be imported by that name")]
    NotImportable {
        /// The file of the module.
        path: RepoPath,
        /// Its dotted name.
        module: String,
    },
    /// Two decisions want different things for one definition.
    #[error("{path}:{line}: two decisions contradict each other about `{name}`")]
    Contradiction {
        /// The file.
        path: RepoPath,
        /// The line.
        line: u32,
        /// The definition.
        name: String,
    },
    /// Two changes meet in one place.
    #[error("{path}:{line}: two changes touch the same text")]
    Overlap {
        /// The file.
        path: RepoPath,
        /// The line.
        line: u32,
    },
    /// A copy is read before its canonical definition exists.
    #[error("{path}:{line}: `{name}` stands before the canonical definition in the same file")]
    TooEarly {
        /// The file.
        path: RepoPath,
        /// The line of the copy.
        line: u32,
        /// The copy.
        name: String,
    },
    /// A moved definition would lose a name that it reads.
    #[error("{path}:{line}: `{definition}` reads `{name}`, {why}")]
    FreeName {
        /// The file.
        path: RepoPath,
        /// The line of the definition.
        line: u32,
        /// The definition.
        definition: String,
        /// The name that it reads.
        name: String,
        /// Why it cannot move along.
        why: &'static str,
    },
    /// A method would not be the same in another class.
    #[error("{path}:{line}: `{name}` {why}")]
    Tied {
        /// The file.
        path: RepoPath,
        /// The line.
        line: u32,
        /// The method.
        name: String,
        /// What ties it to its class.
        why: String,
    },
    /// A definition cannot take the part of its copies, or a copy cannot give way to it.
    #[error("{path}:{line}: `{name}` {why}")]
    Unadaptable {
        /// The file.
        path: RepoPath,
        /// The line.
        line: u32,
        /// The definition.
        name: String,
        /// Why, as the rest of a sentence about it.
        why: String,
    },
    /// There is something already where a new file should be.
    #[error("{path}: there is already a module at this place")]
    Exists {
        /// The file.
        path: RepoPath,
    },
    /// The module to be deleted can be reached.
    #[error("{path}: the module can be reached: {how}")]
    Reachable {
        /// The file.
        path: RepoPath,
        /// By whom and how.
        how: String,
    },
    /// The result would not parse. This is a fault of the rewriting, not of the file.
    #[error("{path}:{line}: the rewritten file would not parse ({message}); please report this")]
    Broken {
        /// The file.
        path: RepoPath,
        /// The line in the result.
        line: u32,
        /// What the parser says.
        message: String,
    },
}
