//! The one door to the outside world: files, processes, git, clock, sandbox, event log.
//!
//! No other crate touches the file system, the environment, processes or the
//! clock. Nothing here is ambient: time, randomness and the environment are values that
//! are handed down, and whose work something is says an
//! [`identity::UserExecutionContext`]. Nothing here knows what a finding, a package or a
//! plan is for.
#![expect(clippy::disallowed_methods, reason = "this crate is the door that the ban points to")]

pub mod cache;
pub mod child;
pub mod clock;
pub mod coverage;
pub mod drivers;
pub mod environment;
pub mod files;
pub mod git;
pub mod identity;
pub mod ids;
pub mod llm;
pub mod log;
pub mod net;
pub mod process;
pub mod program;
pub mod registry;
pub mod runner;
pub mod sandbox;
pub mod secret;
pub mod signal;
mod sqlite;
pub mod store;
pub mod tools;
pub mod usage;

pub use sqlite::DatabaseError;
