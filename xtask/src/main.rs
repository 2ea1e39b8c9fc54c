//! The project's own chores. One command is one file or folder.
#![expect(clippy::disallowed_methods, reason = "the chores are about files and processes")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the terminal")]

mod beds;
mod bench;
mod browser;
mod coverage;
mod eval;
mod faults;
mod fuzz;
mod machine;
mod markers;
mod mcp;
mod mutants;
mod new_rule;
mod orders;
mod preflight;
mod python;
mod sarif;
mod sdist;
mod server_faults;
mod shell;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's chores.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything CI runs.
    Test(test::Options),
    /// The policies of the house, as checks.
    Tidy,
    /// The two files and the two lines of a rule.
    NewRule(new_rule::Options),
    /// ssot on real projects, downloaded from PyPI.
    Beds(beds::Options),
    /// The packages of a plan in many allowed orders: the same tree each time.
    Orders(orders::Options),
    /// Deliberately wrong consolidations through every gate: which of them are stopped.
    Mutants(mutants::Options),
    /// Runs and rollbacks killed at moments drawn from a seed: the same end each time.
    Faults(faults::Options),
    /// Servers of the dashboard killed under load: every client sees every event once.
    ServerFaults(server_faults::Options),
    /// Random input for whatever reads what others wrote.
    Fuzz(fuzz::Options),
    /// Orders of classes of real projects, held against the interpreter's.
    Mro,
    /// What a scan says as SARIF, held against the published schema.
    Sarif,
    /// What coverage.py writes in each of its forms, as an audit tells it.
    Coverage,
    /// `ssot serve` in a real browser.
    Browser,
    /// The API of `ssot serve`, under requests made from its own document.
    Openapi,
    /// Sign in to the dashboard with a provider of OpenID Connect.
    Oidc,
    /// `ssot mcp`, as the protocol's own SDK for Python sees it.
    Mcp(mcp::Options),
    /// Measurements next to other tools.
    Bench(bench::Options),
    /// How often the product is right, on labelled data.
    Eval(eval::Options),
    /// Runs one command and prints what it cost, for `bench`.
    #[command(hide = true)]
    Measure(bench::measure::Options),
}

fn main() -> ExitCode {
    let root = workspace::root();
    let result = match Cli::parse().command {
        Command::Test(options) => test::run(&root, &options),
        Command::Tidy => tidy::run(&root),
        Command::NewRule(options) => new_rule::run(&root, &options),
        Command::Beds(options) => beds::run(&root, &options),
        Command::Orders(options) => orders::run(&root, &options),
        Command::Mutants(options) => mutants::run(&root, &options),
        Command::Faults(options) => faults::run(&root, &options),
        Command::ServerFaults(options) => server_faults::run(&options),
        Command::Fuzz(options) => fuzz::run(&root, &options),
        Command::Mro => beds::mro::run(&root),
        Command::Sarif => sarif::run(&root),
        Command::Coverage => coverage::run(&root),
        Command::Browser => browser::run(&root),
        Command::Openapi => browser::openapi(&root),
        Command::Oidc => browser::oidc(&root),
        Command::Mcp(options) => mcp::run(&root, &options),
        Command::Bench(options) => bench::run(&root, &options),
        Command::Eval(options) => eval::run(&root, &options),
        Command::Measure(options) => bench::measure::run(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}

/// The exit code of the program that failed, else one.
fn exit_code(error: &anyhow::Error) -> u8 {
    let failed = error.chain().find_map(|cause| cause.downcast_ref::<shell::Failed>());
    failed
        .and_then(|failed| failed.code)
        .and_then(|code| u8::try_from(code).ok())
        .filter(|code| *code != 0)
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use anyhow::Context;
    use clap::CommandFactory;

    use super::{Cli, exit_code, shell};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_failing_program_decides_the_exit_code() {
        let failed = |code| {
            let error = shell::Failed { command: "x".to_owned(), code };
            Err::<(), _>(error).context("step").expect_err("it failed")
        };
        assert_eq!(exit_code(&failed(Some(101))), 101);
        assert_eq!(exit_code(&failed(None)), 1);
        assert_eq!(exit_code(&anyhow::anyhow!("x")), 1);
    }
}
