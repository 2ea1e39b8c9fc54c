//! The order in which a function may do things: its branches, loops, handlers and
//! exits, written down as marks between its calls.

use serde::{Deserialize, Serialize};

/// The marks of one function. A function without marks runs its calls one after the
/// other and has no entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The function or method, by its index.
    pub definition: u32,
    /// In the order of the text. Every block is closed by its own [`FlowKind::End`].
    pub marks: Vec<FlowMark>,
}

/// A place at which control branches, joins or leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowMark {
    /// What happens.
    pub kind: FlowKind,
    /// Calls of the function that stand before it, counted over its call sites.
    pub calls: u32,
    /// The line, counted from one.
    pub line: u32,
}

/// What happens at a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FlowKind {
    /// Opens alternatives, of which exactly one runs; the first begins here.
    Branch,
    /// A [`FlowKind::Branch`] without `else` that asks whether the object is there
    /// through which it then calls, or whether something is switched on:
    /// `if bridge: bridge.send()`, `if self.has_bridge: self.send()`.
    Guard,
    /// Begins the next alternative. One that may be left out ends in an empty one.
    Arm,
    /// Opens a body that runs any number of times, or never.
    Loop,
    /// Opens a body that runs at least once: `for .. in range(..)`.
    Repeat,
    /// Opens a body that only a jump leaves: `while True`.
    Forever,
    /// Opens a guarded body.
    Try,
    /// Begins a handler of some exceptions.
    Except,
    /// Begins a handler of every exception.
    ExceptAll,
    /// Begins what runs after a body that ended normally, of a loop or a `try`.
    Else,
    /// Begins what runs in any case.
    Finally,
    /// Opens a body whose exceptions end with it: `with suppress(..)`.
    Suppress,
    /// Opens what is only defined here and runs later, or never.
    Later,
    /// Closes what was opened last.
    End,
    /// `return`.
    Return,
    /// `raise`.
    Raise,
    /// `break`.
    Break,
    /// `continue`.
    Continue,
}

/// A call that is named like one that tells others of an event, with the texts and
/// names it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emission {
    /// Position in [`crate::FileFacts::sites`].
    pub site: u32,
    /// Positions in [`crate::FileFacts::texts`] of the short strings among its
    /// arguments, one display or call deep.
    pub texts: Vec<u32>,
    /// Positions in [`crate::FileFacts::paths`] of the dotted names among them.
    pub names: Vec<u32>,
}
