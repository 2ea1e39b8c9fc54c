//! `cargo xtask measure`: one command in a process of its own, so that what the kernel
//! accounts to its children is this command's alone.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};

use crate::shell::Run;

/// What `cargo xtask measure` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The command and its arguments.
    #[arg(last = true, required = true)]
    command: Vec<String>,
}

/// What a command and its descendants cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// User and system time, in seconds.
    pub(crate) cpu_seconds: f64,
    /// Wall time, in seconds.
    pub(crate) wall_seconds: f64,
    /// Largest resident size of any one process, in MiB.
    pub(crate) peak_mib: f64,
    /// Its exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
}

/// Runs the command and prints its cost as JSON; its own output is dropped.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (program, args) = options.command.split_first().context("a command is needed")?;
    let started = Instant::now();
    let captured = Run::new(program).args(args).silent()?;
    let wall_seconds = started.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1024.0 * 1024.0 } else { 1024.0 };
    let cost = Cost {
        cpu_seconds: cpu as f64 / 1e6,
        wall_seconds,
        peak_mib: usage.max_rss() as f64 / unit,
        code: captured.code,
    };
    println!("{}", serde_json::to_string(&cost)?);
    Ok(())
}

/// The cost of a command, measured in a fresh process.
pub(crate) fn of(command: &[String], directory: &std::path::Path) -> Result<Cost> {
    let measured = Run::new(std::env::current_exe()?)
        .args(["measure", "--"])
        .args(command)
        .directory(directory)
        .output()?;
    let cost: Cost = serde_json::from_str(&measured).context("the measurement is unreadable")?;
    // Every tool here exits with one when it has findings.
    if !matches!(cost.code, Some(0 | 1)) {
        bail!("`{}` ended with exit code {:?}", command.join(" "), cost.code);
    }
    Ok(cost)
}
