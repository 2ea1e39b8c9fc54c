//! Small facts about how names are used inside definitions.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// `name = a.b.c` inside a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalAlias {
    /// The local name.
    pub name: CompactString,
    /// The dotted name it stands for.
    pub path: CompactString,
    /// The line, counted from one.
    pub line: u32,
    /// Position of the innermost definition around it, plus one; zero at module level.
    pub inside: u32,
}

/// `global name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalWrite {
    /// The name of the module.
    pub name: CompactString,
    /// Position of the innermost definition around it.
    pub inside: u32,
}

/// `os.getenv("KEY", "value")` and the like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallback {
    /// Position of the callee in [`crate::FileFacts::paths`].
    pub path: u32,
    /// Position of the key in [`crate::FileFacts::texts`].
    pub key: u32,
    /// The default: a string without its quotes, a number or a boolean as written.
    pub default: CompactString,
    /// The line of the call, counted from one.
    pub line: u32,
}

/// A function returns an object that it has made itself: `return Class(...)`, or a local
/// name that was assigned `Class(...)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Make {
    /// The function or method, by its index.
    pub inside: u32,
    /// What is called, by its position in [`crate::FileFacts::paths`].
    pub class: u32,
    /// Arguments of the call, keywords included; `*rest` counts as one.
    pub arguments: u8,
    /// Hash of the arguments' structure.
    pub setup: u64,
    /// The line of the call, counted from one.
    pub line: u32,
}

/// What an expression that mints gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Minted {
    /// A text.
    Text,
    /// A text that other values are put into.
    Filled,
    /// A number, or an object of a type of its own.
    Object,
    /// A callable that gives one of these: `default_factory=uuid4`.
    Callable,
}

/// A name of an id that is given a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mint {
    /// The name: a variable, an attribute, a keyword, a key, or the function that
    /// returns it.
    pub name: CompactString,
    /// The format: literal parts as they are, `{}` for values that are put in, calls
    /// that mint by their last name: `run_{uuid4.hex[:8]}`.
    pub format: CompactString,
    /// The dotted name of the first call that mints, as written.
    pub callee: CompactString,
    /// The bytes of the expression that gives the new id: an alternative, a default, what a
    /// type is put around.
    pub start: u32,
    /// Where these end.
    pub end: u32,
    /// What that expression is.
    pub value: Minted,
    /// The line, counted from one.
    pub line: u32,
    /// Position of the innermost definition around it, plus one; zero at module level.
    pub inside: u32,
}

/// A name that has moved and that a module's `__getattr__` still answers for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shim {
    /// The name.
    pub name: CompactString,
    /// The import of what it stands for, by its index.
    pub import: u32,
    /// The last day on which it is there, `YYYY-MM-DD`; empty when the warning names none.
    pub until: CompactString,
    /// The line of its branch.
    pub line: u32,
}
