//! The one door to the outside world: files, processes, git, clock, sandbox, event log.
#![expect(clippy::disallowed_methods, reason = "this crate is the door that the ban points to")]

pub mod cache;
pub mod clock;
pub mod context;
pub mod environment;
pub mod files;
pub mod git;
pub mod ids;
pub mod process;
pub mod runner;
pub mod sandbox;
