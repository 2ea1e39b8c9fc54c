//! Calling one function in the sandbox, with inputs that are recorded while the tests
//! run or made from its text, and reading what came of it.

mod signed;

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ssot_model::{Obstacle, Origin, RepoPath, Untestable};

use super::scratch::{Scratch, write};
use super::{Place, Runner, RunnerError, Sources, tail};
use crate::git::Worktree;
use crate::process::{CommandLine, Ending};
use signed::Secret;

/// Everything that runs in the interpreter of the repository.
const PARTS: [(&str, &str); 8] = [
    ("ssot_calls.py", include_str!("ssot_calls.py")),
    ("ssot_harvest.py", include_str!("ssot_harvest.py")),
    ("ssot_inputs.py", include_str!("ssot_inputs.py")),
    ("ssot_observe.py", include_str!("ssot_observe.py")),
    ("ssot_processes.py", include_str!("ssot_processes.py")),
    ("ssot_shapes.py", include_str!("ssot_shapes.py")),
    ("ssot_target.py", include_str!("ssot_target.py")),
    ("ssot_values.py", include_str!("ssot_values.py")),
];
/// Different calls that are recorded of one function.
const RECORDED_CALLS: usize = 200;
/// Longest recorded input, in bytes of its text form.
const RECORDED_BYTES: usize = 64 * 1024;
/// Most bytes that are read of one file.
const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Most files of records that are read: one a process.
const FILES: usize = 10_000;
/// Time for the interpreter, the import of the module and the calls that take none.
const START_SECONDS: u64 = 90;
/// Calls that may use up their time before the others are given up.
const SLOW_CALLS: u64 = 40;

/// One version of a function, as it stands in one tree.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The root of the tree; nothing in it is changed.
    pub root: &'a Path,
    /// What is known about the tree.
    pub sources: Sources<'a>,
    /// Dotted name of the module.
    pub module: &'a str,
    /// Name inside the module, `Class.method` for a method.
    pub definition: &'a str,
    /// Arguments that every call is given by name, as Python literals.
    pub fixed: &'a BTreeMap<String, String>,
}

/// An input that can be handed to either side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The arguments, in a form that only the sandboxed interpreter reads.
    pub data: String,
    /// Where it came from.
    pub origin: Origin,
    /// How the call is written, without the name of the function.
    pub call: String,
    /// A measure of how much is in it.
    pub size: u64,
}

/// The inputs of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Inputs {
    /// The inputs, the simplest of each origin first.
    pub inputs: Vec<Input>,
    /// What they cannot show, one sentence each.
    pub notes: Vec<String>,
    /// Whether there is only one way to call it.
    pub only: bool,
}

/// What the calls of one side came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Calls {
    /// The lines of the body that can be executed.
    pub lines: Vec<u32>,
    /// One for each input, in their order.
    pub outcomes: Vec<CallOutcome>,
}

/// What one call came to, in a form that is equal exactly when the behaviour is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct CallOutcome {
    /// Why the call cannot be compared.
    pub obstacle: Option<Obstacle>,
    /// The same in words.
    pub because: String,
    /// The exception that ended it; empty when it returned.
    pub exception: String,
    /// What it returned or yielded; empty when it raised.
    pub result: String,
    /// The arguments afterwards.
    pub arguments: BTreeMap<String, String>,
    /// What was done to stand-ins.
    pub calls: Vec<String>,
    /// What was written to standard output and standard error.
    pub output: Vec<String>,
    /// What was logged or warned about.
    pub log: Vec<String>,
    /// Files written and the environment changed.
    pub effects: Vec<String>,
    /// The lines of the body that were executed.
    pub lines: Vec<u32>,
    /// Whether the interpreter refused the arguments: `TypeError` and the like.
    pub refused: bool,
    /// Whether the result holds something that cannot be looked at.
    pub opaque: bool,
}

/// Inputs recorded while tests ran, by `module:definition`.
pub type Recorded = BTreeMap<String, Vec<String>>;

/// A line of the records.
#[derive(Deserialize)]
struct Record {
    target: String,
    data: String,
}

/// What the interpreter is asked to do.
#[derive(Serialize)]
struct Job<'a> {
    mode: &'static str,
    secret: String,
    result: &'a Path,
    work: &'a Path,
    module: &'a str,
    definition: &'a str,
    file: &'a Path,
    fixed: &'a BTreeMap<String, String>,
    seconds: u32,
    limit: u32,
    inputs: &'a [&'a str],
    observed: &'a [String],
    simpler: Option<&'a str>,
    other_file: &'a Path,
    other_definition: &'a str,
}

/// The answer: what was asked for, or why there is none.
#[derive(Deserialize)]
struct Reply<T> {
    obstacle: Option<Obstacle>,
    #[serde(default)]
    because: String,
    #[serde(flatten)]
    rest: T,
}

/// How many inputs, and how long a call of one may take.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Most inputs.
    pub inputs: u32,
    /// Seconds of one call.
    pub call_seconds: u32,
}

impl Runner {
    /// Runs the suite once more and records how the functions of `targets`, names by
    /// module, are called. What the tests come to does not matter here.
    pub async fn harvest(
        &self,
        tree: &Worktree,
        sources: Sources<'_>,
        targets: &BTreeMap<String, Vec<String>>,
    ) -> Result<Recorded, RunnerError> {
        let config = self.config.as_ref().ok_or(RunnerError::NoCommand)?;
        let scratch = prepared(&self.mark)?;
        scratch.write_probe(sources.modules)?;
        let job = scratch.behaviour().join("harvest.json");
        let asked = serde_json::json!({
            "modules": targets,
            "records": scratch.records(),
            "count": RECORDED_CALLS,
            "bytes": RECORDED_BYTES,
        });
        write(&job, &asked.to_string())?;
        let directory = tree.path().join(&config.directory);
        let limit = Duration::from_secs(config.timeout_seconds);
        let harvest = [("SSOT_HARVEST", job.to_string_lossy().into_owned())];
        let place = Place { extra: &harvest, ..Place::of(tree) };
        let words = self.among_services(&scratch, self.words.to_vec())?;
        let line = self.line(&scratch, place, sources, &words, (&directory, limit))?;
        let finished = self.execute(&scratch, &line).await;
        let tree = tree.clone();
        let restored = tokio::task::spawn_blocking(move || tree.restore()).await;
        restored.map_err(|e| RunnerError::Sandbox(e.to_string()))??;
        finished?;
        self.demand_services(&scratch)?;
        Ok(recorded(&scratch.records()))
    }

    /// Makes inputs for `left`, with the constants of both bodies in mind. `observed` are
    /// inputs from [`Runner::harvest`]; they come first.
    pub async fn make_inputs(
        &self,
        left: Subject<'_>,
        right: Subject<'_>,
        observed: &[String],
        budget: Budget,
    ) -> Result<Result<Inputs, Untestable>, RunnerError> {
        self.ask(left, right, budget, ("inputs", &[], observed, None)).await
    }

    /// Inputs with less in them than `input` has, the smallest first.
    pub async fn simpler_inputs(
        &self,
        left: Subject<'_>,
        right: Subject<'_>,
        input: &Input,
        budget: Budget,
    ) -> Result<Result<Inputs, Untestable>, RunnerError> {
        self.ask(left, right, budget, ("inputs", &[], &[], Some(&input.data))).await
    }

    /// Calls `subject` with each input, each in a process of its own.
    pub async fn call(
        &self,
        subject: Subject<'_>,
        inputs: &[Input],
        budget: Budget,
    ) -> Result<Result<Calls, Untestable>, RunnerError> {
        let data: Vec<&str> = inputs.iter().map(|input| input.data.as_str()).collect();
        let reply: Result<Calls, Untestable> =
            self.ask(subject, subject, budget, ("calls", &data, &[], None)).await?;
        Ok(reply.and_then(|calls| {
            let whole = calls.outcomes.len() == inputs.len();
            if whole { Ok(calls) } else { Err(untrusted()) }
        }))
    }

    async fn ask<T: for<'de> Deserialize<'de>>(
        &self,
        subject: Subject<'_>,
        other: Subject<'_>,
        budget: Budget,
        (mode, inputs, observed, simpler): (&'static str, &[&str], &[String], Option<&str>),
    ) -> Result<Result<T, Untestable>, RunnerError> {
        let (Some(file), Some(other_file)) = (file_of(subject), file_of(other)) else {
            let because = format!("`{}` is no module that can be imported", subject.module);
            return Ok(Err(Untestable { obstacle: Obstacle::NotLoadable, because }));
        };
        let python = self.python()?.to_string_lossy().into_owned();
        let scratch = prepared(&self.mark)?;
        scratch.write_probe(subject.sources.modules)?;
        let secret = Secret::new()?;
        let (result, work) = (scratch.records().join("result"), scratch.path().join("work"));
        create_directory(&work)?;
        let job = Job {
            mode,
            secret: secret.hex(),
            result: &result,
            work: &work,
            module: subject.module,
            definition: subject.definition,
            file: &subject.root.join(file.as_str()),
            fixed: subject.fixed,
            seconds: budget.call_seconds,
            limit: budget.inputs,
            inputs,
            observed,
            simpler,
            other_file: &other.root.join(other_file.as_str()),
            other_definition: other.definition,
        };
        let path = scratch.behaviour().join("job.json");
        write(&path, &serde_json::to_string(&job)?)?;
        let line = self.calling(&scratch, (subject, other.root), &python, &path, budget)?;
        let finished = self.execute(&scratch, &line).await?;
        let reply = read(&result).and_then(|bytes| secret.open(bytes));
        Ok(match reply.and_then(|body| serde_json::from_slice::<Reply<T>>(&body).ok()) {
            Some(Reply { obstacle: None, rest, .. }) => Ok(rest),
            Some(Reply { obstacle: Some(obstacle), because, .. }) => {
                Err(Untestable { obstacle, because })
            }
            None => Err(unanswered(finished.ending, &tail(&finished))),
        })
    }

    fn calling(
        &self,
        scratch: &Scratch,
        (subject, other): (Subject<'_>, &Path),
        python: &str,
        job: &Path,
        budget: Budget,
    ) -> Result<CommandLine, RunnerError> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let script = text(&scratch.behaviour().join("ssot_calls.py"));
        let words = [python.to_owned(), script, text(job)];
        let seconds = START_SECONDS
            + SLOW_CALLS * u64::from(budget.call_seconds)
            + u64::from(budget.inputs) / 2;
        let beside = Some(other);
        let place = Place { root: subject.root, writable: false, beside, extra: &[] };
        let within = (&*scratch.tmp(), Duration::from_secs(seconds));
        self.line(scratch, place, subject.sources, &words, within)
    }
}

fn file_of(subject: Subject<'_>) -> Option<&RepoPath> {
    subject.sources.modules.get(subject.module)
}

/// A private directory with everything that runs in the interpreter.
fn prepared(mark: &str) -> Result<Scratch, RunnerError> {
    let scratch = Scratch::create(mark)?;
    create_directory(&scratch.behaviour())?;
    for (name, text) in PARTS {
        write(&scratch.behaviour().join(name), text)?;
    }
    Ok(scratch)
}

fn create_directory(path: &Path) -> Result<(), RunnerError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.mode(0o700).create(path).map_err(|error| RunnerError::io(path, error))
}

/// Without an answer that can be trusted there is only the way the interpreter ended.
fn unanswered(ending: Ending, said: &str) -> Untestable {
    let last = said.lines().last().unwrap_or_default().trim();
    let said = if last.is_empty() { String::new() } else { format!(": {last}") };
    match ending {
        Ending::TimedOut => Untestable {
            obstacle: Obstacle::Hangs,
            because: format!("importing the module or the calls did not end in time{said}"),
        },
        Ending::Exited(0) => untrusted(),
        ending => Untestable {
            obstacle: Obstacle::Exits,
            because: format!("the interpreter ended before it answered ({ending}){said}"),
        },
    }
}

fn untrusted() -> Untestable {
    Untestable {
        obstacle: Obstacle::Interference,
        because: "the interpreter ended without an answer that can be trusted".to_owned(),
    }
}

/// A regular file of bounded size; the code under test could have left a pipe there.
fn read(path: &Path) -> Option<Vec<u8>> {
    let regular = std::fs::symlink_metadata(path)
        .is_ok_and(|meta| meta.is_file() && meta.len() <= FILE_BYTES);
    regular.then(|| std::fs::File::open(path).ok()).flatten().and_then(|file| {
        let mut bytes = Vec::new();
        file.take(FILE_BYTES).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    })
}

/// The recorded inputs, each once, in an order that does not depend on processes.
fn recorded(directory: &Path) -> Recorded {
    let mut found = Recorded::new();
    let Ok(entries) = std::fs::read_dir(directory) else {
        return found;
    };
    let calls = entries.flatten().filter(|entry| {
        entry.file_name().to_string_lossy().starts_with("calls-")
            && entry.file_type().is_ok_and(|kind| kind.is_file())
    });
    for bytes in calls.take(FILES).filter_map(|entry| read(&entry.path())) {
        let text = String::from_utf8_lossy(&bytes);
        // A line that was cut off or written over is no record.
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Record>(line).ok());
        for Record { target, data } in lines {
            found.entry(target).or_default().push(data);
        }
    }
    for inputs in found.values_mut() {
        inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        inputs.dedup();
        inputs.truncate(RECORDED_CALLS);
    }
    found
}
