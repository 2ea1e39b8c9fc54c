//! What a tool declares of itself, so that whoever calls it need not trust it.

use serde::Serialize;

/// What becomes of a call that is made once more, because nobody knows how the first ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The same as of one call: it is made again.
    Idempotent,
    /// It may be wrong, and looking tells whether it is still to be made.
    Checkable,
    /// It may be wrong, and nothing tells: somebody has to be asked.
    Unsafe,
}

/// What a call needs to be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// It looks, and changes nothing but what is remembered to answer faster.
    Read,
    /// It changes files of the tree that it was given.
    Write,
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
        })
    }
}

/// For whom an answer is kept. Nothing is kept of tools that need more than
/// [`Permission::Read`] or are not [`Effect::Idempotent`], whatever they declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CachePolicy {
    /// For nobody.
    Never,
    /// For the user who asked.
    PerUser,
    /// For everybody: the tool is pure, and nothing that it could answer is a secret.
    Shared,
}
