//! The execution of packages in real repositories with real test suites.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::disallowed_methods, reason = "the tests build real repositories")]

mod entry;
mod fixture;

mod agents;
mod behaves;
mod cancels;
mod compares;
mod conflicts;
mod depends;
mod faults;
mod final_regression;
mod flaky;
mod hangs;
mod holds;
mod lands;
mod litter;
mod proof;
mod proves;
mod refuses;
mod rejects;
mod resumes;
mod rolls_back;
mod untested;
