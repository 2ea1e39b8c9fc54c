//! The five stages and the execution of a plan: worktrees, gates, landing, rollback.

mod inspection;

pub use inspection::Inspection;
