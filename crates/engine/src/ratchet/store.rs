//! The baseline on disk: one line an entry, so that merges and reviews read well.

use std::path::{Path, PathBuf};

use serde::Serialize;
use ssot_model::{Baseline, FileChange, RepoPath, Tombstone};
use ssot_runtime::files;

use crate::EngineError;

/// The name of the baseline at the root of a repository.
pub const BASELINE_FILE: &str = "ssot-baseline.json";

/// Where runs leave tombstones, one file a package; accepting folds them into the baseline.
const TOMBSTONES: &str = "ssot-tombstones";

/// Longest name of a file that every file system takes, in bytes.
const LONGEST_NAME: usize = 200;

/// Largest file that is read, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// The baseline of a root; none when there is no file.
pub(crate) fn load(root: &Path) -> Result<Option<Baseline>, EngineError> {
    let path = root.join(BASELINE_FILE);
    let Some(text) = read(&path)? else { return Ok(None) };
    let baseline: Baseline = parse(&path, &text)?;
    if baseline.schema != Baseline::SCHEMA {
        return Err(EngineError::config(format!(
            "{} is of the form `{}` and this ssot reads `{}`; use the ssot that wrote it",
            path.display(),
            baseline.schema,
            Baseline::SCHEMA
        )));
    }
    Ok(Some(baseline))
}

/// The tombstones that runs left beside the baseline.
pub(crate) fn left_by_runs(root: &Path) -> Result<Vec<Tombstone>, EngineError> {
    let mut tombstones = Vec::new();
    for path in files_of_runs(root)? {
        let text = read(&path)?.unwrap_or_default();
        let found: Vec<Tombstone> = parse(&path, &text)?;
        tombstones.extend(found);
    }
    Ok(tombstones)
}

/// The file that a landing adds for the definitions of one group that it removes;
/// none when it removes none.
pub(crate) fn file_of_a_group(tombstones: &[Tombstone]) -> Option<(RepoPath, FileChange)> {
    let first = tombstones.first()?;
    let name = format!("{}.json", first.definition);
    let name = if name.len() > LONGEST_NAME { format!("{}.json", first.digest) } else { name };
    let path = RepoPath::join(TOMBSTONES, &name).ok()?;
    let text = lines(tombstones).ok()? + "\n";
    Some((path, FileChange::Write(text.into_bytes())))
}

/// Whether a file is such a record: data about code, and no code.
pub(crate) fn is_record(path: &RepoPath) -> bool {
    let is_json = Path::new(path.as_str()).extension().is_some_and(|it| it == "json");
    is_json && path.directory() == TOMBSTONES
}

fn files_of_runs(root: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let directory = root.join(TOMBSTONES);
    let names = files::names_in(&directory)
        .map_err(|error| EngineError::user(format!("{}: {error}", directory.display())))?;
    let json =
        names.into_iter().filter(|name| Path::new(name).extension().is_some_and(|it| it == "json"));
    Ok(json.map(|name| directory.join(name)).collect())
}

/// Writes the baseline of a root and takes away what it has folded in.
pub(crate) fn save(root: &Path, baseline: &Baseline) -> Result<(), EngineError> {
    let path = root.join(BASELINE_FILE);
    let failed = |path: &Path, error: std::io::Error| {
        EngineError::user(format!("{} cannot be written: {error}", path.display()))
    };
    let text = render(baseline).map_err(EngineError::internal)?;
    files::write_text(&path, &text).map_err(|error| failed(&path, error))?;
    for path in files_of_runs(root)? {
        files::remove_file(&path).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}

/// The text of a baseline, which is JSON.
fn render(baseline: &Baseline) -> Result<String, serde_json::Error> {
    let schema = serde_json::to_string(&baseline.schema)?;
    let (entries, tombstones) = (lines(&baseline.entries)?, lines(&baseline.tombstones)?);
    Ok(format!(
        "{{\n\"schema\": {schema},\n\"entries\": {entries},\n\"tombstones\": {tombstones}\n}}\n"
    ))
}

/// A list with one value a line.
fn lines<T: Serialize>(values: &[T]) -> Result<String, serde_json::Error> {
    if values.is_empty() {
        return Ok("[]".to_owned());
    }
    let values: Vec<String> = values.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    Ok(format!("[\n{}\n]", values.join(",\n")))
}

fn read(path: &Path) -> Result<Option<String>, EngineError> {
    match files::read_text(path, LARGEST) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(EngineError::config(format!("{} cannot be read: {error}", path.display())))
        }
    }
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, EngineError> {
    serde_json::from_str(text).map_err(|error| {
        EngineError::config(format!(
            "{}:{}:{}: {error}; after a merge, keep the lines of both sides, each but the last \
             ending in a comma",
            path.display(),
            error.line(),
            error.column()
        ))
    })
}
