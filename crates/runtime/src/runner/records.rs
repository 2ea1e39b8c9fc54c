//! What the probe recorded, and what it proves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ssot_model::RepoPath;

use super::{SuiteRun, TestOutcome};

/// Everything recorded during one execution.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) tests: BTreeMap<String, TestOutcome>,
    pub(super) imported: BTreeMap<String, Vec<String>>,
    pub(super) probed: bool,
}

/// Adds one file of records.
pub(super) fn add(records: &mut Records, file: &str, text: &str) {
    // A line without its end was cut off by a kill.
    let lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let pairs = lines.filter_map(|line| line.split_once('\t'));
    if file.starts_with("modules-") {
        records.probed = true;
        for (module, path) in pairs {
            let paths = records.imported.entry(unescape(module)).or_default();
            let path = unescape(path);
            if !paths.contains(&path) {
                paths.push(path);
                paths.sort();
            }
        }
    } else if file.starts_with("tests-") {
        for (outcome, test) in pairs {
            let outcome = match outcome {
                "passed" => TestOutcome::Passed,
                "skipped" => TestOutcome::Skipped,
                // An outcome that nobody knows is no success.
                _ => TestOutcome::Failed,
            };
            let worst = records.tests.entry(unescape(test)).or_insert(outcome);
            *worst = outcome.max(*worst);
        }
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('r') => plain.push('\r'),
                Some(other) => plain.push(other),
                None => {}
            },
            (other, false) => plain.push(other),
        }
    }
    plain
}

/// Why a run of the tests does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportProof {
    /// No interpreter told what it imported.
    #[error(
        "unproven: no Python interpreter reported where it imported from. The command must start \
         Python with its environment: without `-I`, `-E` or `-S`, and not through a tool that \
         clears PYTHONPATH (name the interpreter directly, for example `python3 -m unittest`)"
    )]
    NoRecord,
    /// The tests never touched the repository's code.
    #[error(
        "unproven: the tests imported none of the repository's modules, so they say nothing about \
         a change to them; check the section `test` of ssot.toml"
    )]
    NothingImported,
    /// Modules came from somewhere else.
    #[error("the tests did not test this tree: {}", .0.join("; "))]
    Elsewhere(
        /// `module from file`, one each.
        Vec<String>,
    ),
}

/// Proves that every imported module of the repository came from the tree at
/// `root`; returns how many did.
pub fn prove_imports(
    run: &SuiteRun,
    modules: &BTreeMap<String, RepoPath>,
    root: &Path,
) -> Result<u32, ImportProof> {
    if !run.probed {
        return Err(ImportProof::NoRecord);
    }
    // The names of the tree on this machine may lead over links.
    let real = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    let mut proved: BTreeSet<&str> = BTreeSet::new();
    let mut elsewhere = Vec::new();
    for (module, files) in run.imported.iter().filter(|(name, _)| modules.contains_key(*name)) {
        for file in files {
            if Path::new(file).starts_with(root) || Path::new(file).starts_with(&real) {
                proved.insert(module);
            } else {
                elsewhere.push(format!("`{module}` was imported from {file}"));
            }
        }
    }
    if !elsewhere.is_empty() {
        Err(ImportProof::Elsewhere(elsewhere))
    } else if proved.is_empty() {
        Err(ImportProof::NothingImported)
    } else {
        Ok(proved.len() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::{Records, add};
    use crate::runner::TestOutcome;

    #[test]
    fn the_worst_outcome_counts_and_cut_lines_do_not() {
        let mut records = Records::default();
        add(&mut records, "tests-1", "passed\ta\nfailed\tb\\nc\nskipped\td\npassed\tcut o");
        add(&mut records, "tests-2", "failed\ta\npassed\tb\\nc\npassed\td\n");
        let outcomes: Vec<_> = records.tests.iter().map(|(name, o)| (name.as_str(), *o)).collect();
        let expected =
            [("a", TestOutcome::Failed), ("b\nc", TestOutcome::Failed), ("d", TestOutcome::Passed)];
        assert_eq!(outcomes, expected);
        assert!(!records.probed);
    }
}
