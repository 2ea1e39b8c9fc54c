//! The `ssot` command: from the command line to one call, from its result to text.

mod cli;
mod commands;
mod exit;
mod formats;
mod graph;
mod interrupt;
mod markdown;
mod output;
mod progress;
mod text;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use ssot_engine::Wish;

use cli::{Cli, Command};

/// A scan allocates many small names; this allocator takes a sixth off its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    exit::code(match Cli::parse().command {
        Command::Init(args) => commands::init::run(&args),
        Command::Scan(args) => commands::scan::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Audit(args) => commands::audit::run(&args),
        Command::Map(args) => commands::map::run(&args),
        Command::Fix(args) => commands::fix::run(&args),
        Command::Plan(args) => commands::plan::run(&args),
        Command::Brief(args) => commands::brief::run(&args),
        Command::Run(args) => commands::run::run(&args),
        Command::Resume(args) => commands::resume::run(&args),
        Command::Status(args) => commands::status::run(&args),
        Command::Approve(args) => commands::approve::run(&args),
        Command::Watch(args) => commands::watch::run(&args),
        Command::Pause(args) => commands::steer::run(&args, Wish::Pause),
        Command::Continue(args) => commands::steer::run(&args, Wish::Continue),
        Command::Cancel(args) => commands::steer::run(&args, Wish::Cancel),
        Command::Rollback(args) => commands::rollback::run(&args),
        Command::Test(args) => commands::test::run(&args),
        Command::Report(args) => commands::report::run(&args),
        Command::Find(args) => commands::find::run(&args),
        Command::Lsp(args) => commands::lsp::run(&args),
        Command::Mcp(args) => commands::mcp::run(&args),
        Command::Serve(args) => commands::serve::run(&args),
        Command::Compare(args) => commands::compare::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Config(args) => commands::config::run(&args),
        Command::Demo(args) => commands::demo::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Man => commands::man::run(),
        Command::SandboxExec => commands::sandbox_exec::run(),
    })
}
