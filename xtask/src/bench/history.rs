//! What the evidence of a long history costs: a repository of 10,000 commits in which 100
//! concepts were copied, and the copies changed together, apart, or not at all.
//!
//! The repository is the same each time: every choice comes from one seed.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::measure::{self, Cost};
use crate::shell::Run;
use crate::{sdist, workspace};

/// Commits of the repository.
const COMMITS: u64 = 10_000;
/// Concepts that have a copy.
const CONCEPTS: usize = 100;
/// Modules of the repository.
const MODULES: usize = 400;
/// Functions of a module besides those that have a copy.
const FUNCTIONS: usize = 9;
/// Statements of a function.
const STATEMENTS: usize = 14;
/// Modules that one commit changes, at most.
const CHANGED: u64 = 3;
/// Seconds between two commits.
const PACE: u64 = 20_000;

/// Audits the repository with an empty memory and again, and prints a table.
pub(super) fn table(working: &Path, rounds: u32) -> Result<String> {
    let directory = working.join("history");
    sdist::remove(&directory)?;
    let repository = directory.join("repository");
    std::fs::create_dir_all(&repository)?;
    write(&directory, &repository)?;
    let audit = |memory: bool| -> Result<Cost> {
        if !memory {
            sdist::remove(&repository.join(".ssot"))?;
        }
        measure::of(&command(), &repository)
    };
    let mut costs = [Vec::new(), Vec::new()];
    for round in 0..rounds {
        for (costs, memory) in costs.iter_mut().zip([false, true]) {
            costs.push(audit(memory)?);
            eprintln!("round {round}: {:.2} cpu s", costs[costs.len() - 1].cpu_seconds);
        }
    }
    let told = told(&repository)?;
    let mut text =
        String::from("| all groups audited | CPU s | wall s | peak MiB |\n|---|--:|--:|--:|\n");
    for (name, costs) in ["nothing remembered", "the same again"].iter().zip(&mut costs) {
        costs.sort_by(|a, b| a.cpu_seconds.total_cmp(&b.cpu_seconds));
        let cost = costs[costs.len() / 2];
        let _ = writeln!(
            text,
            "| {name} | {:.2} | {:.2} | {:.0} |",
            cost.cpu_seconds, cost.wall_seconds, cost.peak_mib
        );
    }
    let _ = write!(
        text,
        "\n{COMMITS} commits, {MODULES} files, {} groups with a history; {} copies whose source was \
         found, {} missed fixes.",
        told.groups, told.copied, told.missed
    );
    sdist::remove(&directory)?;
    Ok(text)
}

fn command() -> Vec<String> {
    let program = workspace::ssot().to_string_lossy().into_owned();
    let words = ["audit", "--all", ".", "--quiet", "--format", "json"];
    std::iter::once(program).chain(words.map(str::to_owned)).collect()
}

/// What the audits say.
struct Told {
    groups: usize,
    copied: usize,
    missed: usize,
}

/// Counts what was found, and fails when it is not what was written.
fn told(repository: &Path) -> Result<Told> {
    let [program, words @ ..] = &command()[..] else { bail!("there is no command") };
    let printed = Run::new(program).args(words).directory(repository).output()?;
    let document: Value = serde_json::from_str(&printed)?;
    let audits = document["audits"].as_array().context("there are no audits")?;
    let histories: Vec<&Value> = audits.iter().map(|it| &it["history"]).collect();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let copies = histories.iter().flat_map(|it| list(&it["copies"]));
    let told = Told {
        groups: histories.iter().filter(|it| !list(&it["copies"]).is_empty()).count(),
        copied: copies.filter(|it| it["introduced"]["source"].is_object()).count(),
        missed: histories.iter().map(|it| list(&it["missed_fixes"]).len()).sum(),
    };
    if told.groups < CONCEPTS || told.copied < CONCEPTS / 2 {
        bail!("{} groups and {} copies were found of {CONCEPTS}", told.groups, told.copied);
    }
    Ok(told)
}

/// Makes the repository.
fn write(directory: &Path, repository: &Path) -> Result<()> {
    let stream = directory.join("stream");
    std::fs::write(&stream, History::new().stream())?;
    Run::new("git").args(["init", "--quiet", "-b", "main"]).directory(repository).check()?;
    let import = "git fast-import --quiet < ../stream";
    Run::new("sh").args(["-c", import]).directory(repository).check()?;
    Run::new("git").args(["checkout", "--quiet", "main"]).directory(repository).check()
}

/// A function as the lines of its body.
struct Function {
    name: String,
    lines: Vec<String>,
}

/// All modules on their way through time.
struct History {
    modules: Vec<Vec<Function>>,
    seed: u64,
}

impl History {
    fn new() -> Self {
        let mut history = Self { modules: Vec::new(), seed: 20_261_130 };
        for module in 0..MODULES {
            let functions = (0..FUNCTIONS).map(|at| format!("step_{module}_{at}"));
            let own = (module < CONCEPTS).then(|| format!("concept_{module}"));
            let functions: Vec<Function> =
                functions.chain(own).map(|name| history.function(name)).collect();
            history.modules.push(functions);
        }
        history
    }

    /// The whole history as `git fast-import` reads it.
    fn stream(mut self) -> String {
        let mut text = String::new();
        let all: Vec<usize> = (0..MODULES).collect();
        self.commit(&mut text, 0, "Begin", &all);
        for at in 1..COMMITS {
            let (subject, changed) = self.step(at);
            self.commit(&mut text, at, &subject, &changed);
        }
        text
    }

    /// What one commit does: the subject, and the modules that it changes.
    fn step(&mut self, at: u64) -> (String, Vec<usize>) {
        let each = COMMITS / (CONCEPTS as u64 + 1);
        let concept = (at / each) as usize;
        if at.is_multiple_of(each) && (1..=CONCEPTS).contains(&concept) {
            return self.copy(concept - 1);
        }
        let first = self.below(MODULES as u64) as usize;
        let changed: Vec<usize> =
            (0..=self.below(CHANGED)).map(|next| (first + next as usize * 7) % MODULES).collect();
        for module in &changed {
            self.change(*module);
        }
        let subject = match self.below(4) {
            0 => format!("Fix step {at}: a value was lost"),
            1 => format!("Add a step for {at}"),
            _ => format!("Work on {at}"),
        };
        (subject, changed)
    }

    /// Copies a concept into a module of another part.
    fn copy(&mut self, concept: usize) -> (String, Vec<usize>) {
        let name = format!("concept_{concept}");
        let original = self.modules[concept].iter().find(|it| it.name == name);
        let lines = original.map_or_else(Vec::new, |it| it.lines.clone());
        let to = CONCEPTS + concept * 2;
        self.modules[to].push(Function { name, lines });
        (format!("Take concept {concept} over"), vec![to])
    }

    /// Changes a line of one function, of a concept more often than of others.
    fn change(&mut self, module: usize) {
        let concept = self.modules[module].len() - 1;
        let at = match self.below(2) {
            0 => concept,
            _ => self.below(FUNCTIONS as u64) as usize,
        };
        let statement = self.statement();
        let line = self.below(STATEMENTS as u64) as usize;
        let lines = &mut self.modules[module][at].lines;
        let line = line.min(lines.len() - 1);
        lines[line] = statement;
    }

    fn function(&mut self, name: String) -> Function {
        Function { name, lines: (0..STATEMENTS).map(|_| self.statement()).collect() }
    }

    fn statement(&mut self) -> String {
        let (name, value) = (self.below(40), self.below(1_000_000));
        match self.below(4) {
            0 => format!("if state.get('key_{value}'):\n        items.append({name})"),
            1 => format!("state['field_{name}'] = items.count({value})"),
            2 => format!("log.debug('step {value} of %s', state)"),
            _ => format!("items.extend(load_{name}({value}, state))"),
        }
    }

    fn commit(&self, text: &mut String, at: u64, subject: &str, changed: &[usize]) {
        let time = 1_300_000_000 + at * PACE;
        let author = at % 7;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "commit refs/heads/main\ncommitter Author {author} <a{author}@localhost> {time} +0000\n\
             data {}\n{subject}\n",
            subject.len()
        );
        for module in changed {
            let source = self.source(*module);
            let part = module % 20;
            let _ = write!(
                text,
                "M 100644 inline part_{part}/module_{module}.py\ndata {}\n{source}\n",
                source.len()
            );
        }
    }

    fn source(&self, module: usize) -> String {
        let mut text = String::from("import logging\n\nlog = logging.getLogger(__name__)\n");
        for function in &self.modules[module] {
            let body = function.lines.join("\n    ");
            let name = &function.name;
            let _ = write!(text, "\n\ndef {name}(state, items):\n    {body}\n    return items\n");
        }
        text
    }

    /// A number below another, from the seed (Knuth's linear congruence).
    fn below(&mut self, limit: u64) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % limit
    }
}
