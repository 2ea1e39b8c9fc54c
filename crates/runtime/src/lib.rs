//! The one door to the outside world: files, processes, git, clock, sandbox, event log.

pub mod cache;
pub mod files;
pub mod git;
pub mod process;
pub mod runner;
pub mod sandbox;
