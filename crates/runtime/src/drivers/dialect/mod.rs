//! What the lines of agents say, one file an agent. The forms are those that each of them
//! documents; what a line holds beside them is left alone, so that new fields harm nothing.

pub(super) mod claude_code;
pub(super) mod codex;
pub(super) mod gemini;
pub(super) mod opencode;
pub(super) mod plain;

#[cfg(test)]
mod tests;
