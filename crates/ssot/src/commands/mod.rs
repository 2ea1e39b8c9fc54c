//! One command, one file.

pub(crate) mod approve;
pub(crate) mod audit;
pub(crate) mod brief;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod find;
pub(crate) mod fix;
pub(crate) mod init;
pub(crate) mod man;
pub(crate) mod map;
pub(crate) mod mcp;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod resume;
pub(crate) mod rollback;
pub(crate) mod run;
pub(crate) mod sandbox_exec;
pub(crate) mod scan;
pub(crate) mod serve;
pub(crate) mod status;
pub(crate) mod steer;
pub(crate) mod test;
pub(crate) mod watch;
