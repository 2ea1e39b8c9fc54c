//! `cargo xtask bench`: ssot next to other tools, on one corpus, in one run.

mod audit;
pub(crate) mod corpus;
mod growth;
mod history;
pub(crate) mod measure;
mod pages;
mod serve;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::python::{self, Venv};
use crate::shell::Run;
use crate::{machine, markers, workspace};
use corpus::{Corpus, List};
use measure::Cost;
use table::{Measured, Table};

/// The page that shows the last recorded measurement, relative to the workspace.
const PAGE: &str = "docs/bench.md";
/// Fewest lines for which the figures mean anything.
const LINES: usize = 1_500_000;

/// What `cargo xtask bench` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What is measured.
    what: What,
    /// How often each tool runs.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Write the table to docs/bench.md.
    #[arg(long)]
    record: bool,
    /// Measure only what is installed from PyPI, for trying the bench itself.
    #[arg(long, conflicts_with = "record")]
    others_only: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// `ssot scan` next to ruff and jscpd.
    Scan,
    /// `ssot scan` on ten times the corpus, many equal functions, one long file.
    Growth,
    /// `ssot audit` of every group, and `ssot plan`, on beds.
    Audit,
    /// `ssot audit` of every group in a repository of 10,000 commits.
    History,
    /// What each page of the dashboard costs on the corpus.
    Pages,
    /// `ssot serve` under load, next to what others use.
    Serve,
}

/// Measures and prints the table.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let working = workspace::working("SSOT_CORPUS_DIR", ".corpus");
    let (marks, text) = match options.what {
        What::Scan => ("scan", on_corpus(root, options, &working)?),
        What::Growth => ("growth", on_corpus(root, options, &working)?),
        What::Pages => ("pages", on_corpus(root, options, &working)?),
        What::Audit => ("audit", alone(root, options, &working, audit::table)?),
        What::History => ("history", alone(root, options, &working, history::table)?),
        What::Serve => {
            let table = |working: &Path, rounds| serve::table(root, working, rounds);
            ("serve", alone(root, options, &working, table)?)
        }
    };
    println!("{text}");
    if options.record {
        markers::write(&root.join(PAGE), marks, &text)?;
    }
    Ok(())
}

/// A table that needs neither other tools nor the corpus.
fn alone(
    root: &Path,
    options: &Options,
    working: &Path,
    table: impl Fn(&Path, u32) -> Result<String>,
) -> Result<String> {
    build(root)?;
    let text = table(working, options.rounds)?;
    dated(&text, options.rounds)
}

/// A table with what it was measured on.
fn dated(table: &str, rounds: u32) -> Result<String> {
    let (date, machine) = (machine::today()?, machine::description());
    Ok(format!("{table}\nMedians of {rounds} rounds; {machine}; {date}.\n"))
}

/// What is measured on the corpus, next to other tools.
fn on_corpus(root: &Path, options: &Options, working: &Path) -> Result<String> {
    let list = corpus::list(root)?;
    let tools = python::tools(working)?;
    install(&list, &tools, working)?;
    let corpus = corpus::ensure(&list, working, &tools)?;
    eprintln!("corpus: {} files, {} lines", corpus.files, corpus.lines);
    if corpus.lines < LINES {
        bail!("the corpus has {} lines, at least {LINES} are needed", corpus.lines);
    }
    if !options.others_only {
        build(root)?;
    }
    match options.what {
        What::Growth => dated(&growth::table(&corpus, working, options.rounds)?, options.rounds),
        What::Pages => dated(&pages::table(&corpus, working, options.rounds)?, options.rounds),
        _ => scan(options, &list, &tools, &corpus),
    }
}

fn scan(options: &Options, list: &List, tools: &Venv, corpus: &Corpus) -> Result<String> {
    let contestants = contestants(list, tools, corpus, options.others_only);
    let measured = interleave(&contestants, &corpus.directory, options.rounds)?;
    let table = Table {
        corpus,
        rounds: options.rounds,
        date: machine::today()?,
        machine: machine::description(),
        measured,
    };
    Ok(table.render())
}

fn install(list: &List, tools: &Venv, working: &Path) -> Result<()> {
    tools
        .pip(working)
        .args(["install", "--quiet", "--no-deps"])
        .args([format!("ruff=={}", list.ruff), format!("jscpd=={}", list.jscpd)])
        .output()
        .map(drop)
}

fn build(root: &Path) -> Result<()> {
    Run::cargo().args(["build", "--release", "--package", "ssot"]).directory(root).check()
}

/// One way of running one tool.
struct Contestant {
    name: String,
    command: Vec<String>,
    /// A file that is changed before each run.
    touched: Option<PathBuf>,
}

impl Contestant {
    fn touch(&self, text: &str) -> Result<()> {
        let Some(path) = &self.touched else {
            return Ok(());
        };
        let source = format!("def touched() -> str:\n    return {text:?}\n");
        std::fs::write(path, source).with_context(|| format!("writing {}", path.display()))
    }
}

fn contestants(list: &List, tools: &Venv, corpus: &Corpus, others_only: bool) -> Vec<Contestant> {
    let words = |program: PathBuf, args: &str| -> Vec<String> {
        let program = program.to_string_lossy().into_owned();
        std::iter::once(program).chain(args.split(' ').map(str::to_owned)).collect()
    };
    let of = |name: String, command| Contestant { name, command, touched: None };
    let ruff = "check --select E9,F --no-cache --isolated --no-respect-gitignore --quiet --config exclude=[] .";
    let jscpd = "--format python --reporters silent --max-size 100mb --no-gitignore .";
    let mut all = vec![
        of(format!("ruff {} E9,F", list.ruff), words(tools.program("ruff"), ruff)),
        of(format!("jscpd {}", list.jscpd), words(tools.program("jscpd"), jscpd)),
    ];
    if !others_only {
        let ssot = |args: &str| words(workspace::ssot(), args);
        all.push(of("ssot scan, cold".to_owned(), ssot("scan . --no-cache --format json")));
        all.push(of("ssot scan, nothing changed".to_owned(), ssot("scan . --format json")));
        let mut changed =
            of("ssot scan, one file changed".to_owned(), ssot("scan . --format json"));
        changed.touched = Some(corpus.directory.join("touched.py"));
        all.push(changed);
    }
    all
}

/// Runs every contestant once without counting it, then in turns.
fn interleave(all: &[Contestant], directory: &Path, rounds: u32) -> Result<Vec<Measured>> {
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); all.len()];
    // The file is there from the first run to the last, so that nothing else changes.
    all.iter().try_for_each(|contestant| contestant.touch("first"))?;
    for round in 0..=rounds {
        for (contestant, costs) in all.iter().zip(&mut costs) {
            contestant.touch(&format!("round {round}"))?;
            let cost = measure::of(&contestant.command, directory)?;
            eprintln!(
                "round {round}: {}: {:.2} cpu s, {:.2} s, {:.0} MiB",
                contestant.name, cost.cpu_seconds, cost.wall_seconds, cost.peak_mib
            );
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    for path in all.iter().filter_map(|contestant| contestant.touched.as_ref()) {
        std::fs::remove_file(path)?;
    }
    let measured = |(contestant, costs): (&Contestant, Vec<Cost>)| Measured {
        name: contestant.name.clone(),
        costs,
    };
    Ok(all.iter().zip(costs).map(measured).collect())
}
