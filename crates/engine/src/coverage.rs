//! Which lines tests execute, read from files that other tools have written.

use std::path::{Path, PathBuf};

use ssot_audit::coverage::{CoverageData, Damage, Row, place, readings, readings_of_rows};
use ssot_audit::{Audit, Examiner, Sources};
use ssot_facts::Index;
use ssot_model::{Config, Finding};
use ssot_runtime::coverage::{CoverageFile, read_coverage};

use crate::triage::Survey;
use crate::{EngineError, codemod};

/// Largest coverage file that is read, in bytes.
const LARGEST: u64 = 512 * 1024 * 1024;

/// What was measured of a tree: the files that `ssot.toml` names, relative to the root,
/// and those named beside it. None when nobody names any.
pub(crate) fn read(
    root: &Path,
    config: &Config,
    named: &[PathBuf],
    index: &Index,
) -> Result<Option<CoverageData>, EngineError> {
    let declared = config.test.iter().flat_map(|test| &test.coverage);
    let declared = declared.map(|file| (file.clone(), root.join(file)));
    let named = named.iter().map(|path| (path.display().to_string(), path.clone()));
    let files: Vec<(String, PathBuf)> = declared.chain(named).collect();
    if files.is_empty() {
        return Ok(None);
    }
    let mut understood = Vec::new();
    for (name, path) in files {
        let content = read_coverage(&path, LARGEST)
            .map_err(|error| EngineError::config(format!("{name}: {error}")))?;
        let readings = match content {
            CoverageFile::Text(text) => readings(&text).map_err(|it| damaged(&name, &it))?,
            CoverageFile::Data(rows) => {
                let row = rows.into_iter().map(|it| Row {
                    file: it.file,
                    context: it.context,
                    lines: it.lines,
                });
                readings_of_rows(row.collect())
            }
        };
        understood.push((name, readings));
    }
    Ok(Some(place(understood, index)))
}

/// Audits every group of a tree, with what tests execute of it.
pub(crate) fn examine(survey: &Survey, root: &Path, findings: &[Finding]) -> Vec<Audit> {
    let sources = codemod::sources(root);
    examiner(survey, &sources, findings).examine_all(findings)
}

/// The examiner of a tree, with what tests execute of the members of the findings.
pub(crate) fn examiner<'a>(
    survey: &'a Survey,
    sources: &'a Sources<'a>,
    findings: &[Finding],
) -> Examiner<'a> {
    let today = survey.circumstances.today.as_deref();
    let examiner = Examiner::new(&survey.index, &survey.config).reading(sources).on(today);
    match &survey.coverage {
        Some(data) => examiner.with_coverage(data, findings, sources),
        None => examiner,
    }
}

fn damaged(name: &str, damage: &Damage) -> EngineError {
    let Damage { line, column, message, way_out } = damage;
    let place = match (line, column) {
        (0, _) => name.to_owned(),
        (line, 0) => format!("{name}:{line}"),
        (line, column) => format!("{name}:{line}:{column}"),
    };
    EngineError::config(format!("{place}: {message}; {way_out}"))
}
