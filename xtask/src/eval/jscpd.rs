//! jscpd on the same pairs: a pair counts when it reports a clone between the two files.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::bcb::{Column, Data, LABELS, Pair};
use crate::bench::corpus;
use crate::python;
use crate::shell::Run;

/// Ways of running it, with their titles.
const MODES: &[(&str, &str)] = &[
    ("jscpd", ""),
    (
        "jscpd, all near-miss options",
        "--ignore-identifiers=blind --ignore-literals --similarity=0.6 --max-gap-lines 5 \
         --min-tokens 30 --min-lines 3",
    ),
];

/// The installed program.
pub(super) struct Tool {
    program: PathBuf,
    version: String,
    working: PathBuf,
}

#[derive(Deserialize)]
struct Report {
    duplicates: Vec<Duplicate>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Duplicate {
    first_file: Side,
    second_file: Side,
}

#[derive(Deserialize)]
struct Side {
    name: String,
}

/// Installs the version that the benchmark pins.
pub(super) fn install(root: &Path, working: &Path) -> Result<Tool> {
    let version = corpus::list(root)?.jscpd;
    let tools = python::tools(working)?;
    let package = format!("jscpd=={version}");
    tools.pip(working).args(["install", "--quiet", "--no-deps", &package]).output()?;
    Ok(Tool { program: tools.program("jscpd"), version, working: working.join("pairs") })
}

/// One column per mode.
pub(super) fn columns(tool: &Tool, data: &Data, every: usize) -> Result<Vec<Column>> {
    let mut counts = [0; LABELS];
    let seen = data.pairs.iter().copied().filter(|pair| {
        counts[pair.label] += 1;
        counts[pair.label] % every == 0
    });
    let pairs: Vec<Pair> = seen.collect();
    let column = |(title, args): &(&str, &str)| -> Result<Column> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let parts: Vec<&[Pair]> = pairs.chunks(pairs.len().div_ceil(threads).max(1)).collect();
        let answers: Vec<Result<Vec<bool>>> = std::thread::scope(|scope| {
            let ask = |(number, part): (usize, &&'_ [Pair])| {
                let (part, args) = (part.to_vec(), *args);
                scope.spawn(move || {
                    part.iter().map(|pair| tool.reports(data, *pair, args, number)).collect()
                })
            };
            let running: Vec<_> = parts.iter().enumerate().map(ask).collect();
            let joined = running.into_iter().map(|it| it.join().expect("a thread panicked"));
            joined.collect()
        });
        let mut column = Column::new(title.replace("jscpd", &format!("jscpd {}", tool.version)));
        let answers: Vec<Vec<bool>> = answers.into_iter().collect::<Result<_>>()?;
        for (pair, found) in pairs.iter().zip(answers.concat()) {
            column.count(*pair, found);
        }
        Ok(column)
    };
    MODES.iter().map(column).collect()
}

impl Tool {
    fn reports(&self, data: &Data, pair: Pair, args: &str, worker: usize) -> Result<bool> {
        let output = self.working.join(worker.to_string());
        let file = output.join("jscpd-report.json");
        // A report of the pair before must not answer for this one.
        if file.exists() {
            std::fs::remove_file(&file)?;
        }
        let path = |id: u32| data.files.get(&id).with_context(|| format!("{id}.java is missing"));
        Run::new(&self.program)
            .args(args.split_whitespace())
            .args(["--format", "java", "--reporters", "json", "--workers", "1", "--no-gitignore"])
            .arg("--output")
            .arg(&output)
            .arg(path(pair.one)?)
            .arg(path(pair.other)?)
            .output()?;
        // Files below its limits leave no report.
        if !file.exists() {
            return Ok(false);
        }
        let report: Report = serde_json::from_str(&std::fs::read_to_string(&file)?)
            .context("jscpd wrote something unexpected")?;
        Ok(report.duplicates.iter().any(|it| it.first_file.name != it.second_file.name))
    }
}
