//! The door to the outside world against the real one: git, processes, sandbox, Python.
#![expect(clippy::disallowed_methods, reason = "the tests build real files and processes")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod drivers;
mod entry;
mod escapes;
mod example;
mod fixture;

mod git_history;
mod git_open;
mod git_trees;
mod git_worktree;
mod probe_pytest;
mod probe_unittest;
mod runner_imports;
mod runner_litter;
mod runner_load;
mod runner_processes;
mod sandbox_files;
mod sandbox_syscalls;
