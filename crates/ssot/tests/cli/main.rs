//! The program as its users meet it: the real binary, real git, real Python.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::disallowed_methods, reason = "the tests build and look at real repositories")]

mod harbor;
mod mcp;
mod normal;
mod project;
mod support;

mod agent;
mod approve;
mod audit;
mod audit_coverage;
mod audit_demo;
mod audit_history;
mod audit_reduced;
mod bad_disk;
mod bad_input;
mod bad_tests;
mod behaviour;
mod check;
mod check_formats;
mod compare;
mod completions;
mod config;
mod demo;
mod documentation;
mod explain;
mod find;
mod fix;
mod init;
mod landing;
mod learn;
mod lsp;
mod man;
mod map;
mod outputs_page;
mod plan;
mod pull_up;
mod report;
mod resume;
mod rollback;
mod run;
mod run_gates;
mod sandbox_exec;
mod scan;
mod scan_formats;
mod serve;
mod shim;
mod test;
mod waiver;
mod watch;
