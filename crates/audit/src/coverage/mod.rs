//! Which lines tests execute, as other tools have measured it.
//!
//! Reading files is not done here: a text or the rows of a data file become [`Readings`],
//! readings become lines of the files of a repository, and those say how much of a
//! definition is executed.

mod cobertura;
mod json;
mod lcov;
mod measure;
mod placing;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ssot_model::RepoPath;

pub use placing::place;
pub use rows::{Row, readings_of_rows};

pub(crate) use measure::Measurements;

/// What one coverage file says, by the paths that it uses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readings {
    /// One entry a source file.
    pub files: BTreeMap<String, FileReading>,
}

/// What is known about the lines of one source file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileReading {
    /// Lines that were executed.
    pub executed: BTreeSet<u32>,
    /// Lines that could have been and were not; none when the file does not say.
    pub missed: Option<BTreeSet<u32>>,
    /// The tests that executed a line, where they are told apart.
    pub tests: BTreeMap<u32, BTreeSet<Arc<str>>>,
}

/// Why a coverage file cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The line, counted from one; zero when there is none.
    pub line: usize,
    /// The column, counted from one; zero when only the line is known.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub way_out: &'static str,
}

/// What was measured in the files of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CoverageData {
    /// The files that were read, as they were named.
    pub read: Vec<String>,
    /// What they say that could not be used, and why.
    pub notes: Vec<String>,
    /// What they say about the files of the repository.
    pub files: BTreeMap<RepoPath, FileReading>,
}

impl FileReading {
    /// Adds what another run of the tests has measured.
    pub(crate) fn join(&mut self, other: Self) {
        self.executed.extend(other.executed);
        self.missed = match (self.missed.take(), other.missed) {
            (Some(mut one), Some(two)) => {
                one.extend(two);
                Some(one)
            }
            (one, two) => one.or(two),
        };
        for (line, tests) in other.tests {
            self.tests.entry(line).or_default().extend(tests);
        }
    }

    /// The highest line that is spoken of.
    fn last_line(&self) -> u32 {
        let missed = self.missed.as_ref().and_then(BTreeSet::last);
        self.executed.last().max(missed).copied().unwrap_or(0)
    }
}

/// Understands the text of a coverage file, whichever of the known forms it has.
pub fn readings(text: &str) -> Result<Readings, Damage> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.trim_start().chars().next() {
        Some('{') => json::readings(text),
        Some('<') => cobertura::readings(text),
        _ if lcov::is_one(text) => lcov::readings(text),
        _ => Err(Damage {
            line: 0,
            column: 0,
            message: "it is no coverage data that is known here".to_owned(),
            way_out: "give what `coverage json` or `coverage lcov` writes, a `.coverage` file, or \
                      Cobertura XML",
        }),
    }
}

/// The name of a test from that of a context: pytest-cov adds the phase.
fn test_name(context: &str) -> Option<&str> {
    let name = context.rsplit_once('|').map_or(context, |(name, phase)| match phase {
        "run" | "setup" | "teardown" => name,
        _ => context,
    });
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests;
