//! Which file of a repository a path of a coverage file means.
//!
//! Tests run elsewhere: in a container, in a folder above or below. So a path means the
//! file with which it agrees from the end, and all paths of one coverage file must agree
//! in what is in front of that. Where two files fit, none is taken.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::Index;
use ssot_model::RepoPath;

use super::{CoverageData, Readings};

/// Files named in one note.
const NAMED: usize = 3;

/// What has to be taken off a path and put in front of it to get one of the repository.
type Shift = (String, String);

/// Finds the files of the repository that the readings are about. `readings` are the
/// coverage files by their names, in the order in which they were given.
pub fn place(readings: Vec<(String, Readings)>, index: &Index) -> CoverageData {
    let mut data = CoverageData::default();
    let mut by_name: BTreeMap<&str, Vec<&RepoPath>> = BTreeMap::new();
    for (_, module) in index.modules() {
        by_name.entry(module.path.file_name()).or_default().push(&module.path);
    }
    for (name, readings) in readings {
        place_one(&mut data, &name, readings, index, &by_name);
        data.read.push(name);
    }
    data
}

fn place_one(
    data: &mut CoverageData,
    name: &str,
    readings: Readings,
    index: &Index,
    by_name: &BTreeMap<&str, Vec<&RepoPath>>,
) {
    let total = readings.files.len();
    let known: Vec<_> = readings
        .files
        .into_iter()
        .map(|(path, reading)| {
            let fits = fitting(&path.replace('\\', "/"), by_name);
            (path, reading, fits)
        })
        .collect();
    let sure = known.iter().filter(|(_, _, fits)| fits.len() == 1);
    let shifts: BTreeSet<&Shift> = sure.map(|(_, _, fits)| &fits[0].0).collect();
    let shifts: BTreeSet<Shift> = shifts.into_iter().cloned().collect();
    let (mut unclear, mut older, mut found) = (Vec::new(), Vec::new(), 0);
    for (path, reading, fits) in known {
        let agreeing: Vec<&RepoPath> =
            fits.iter().filter(|(shift, _)| shifts.contains(shift)).map(|it| it.1).collect();
        let file = match (fits.as_slice(), agreeing.as_slice()) {
            ([], _) => continue,
            ([(_, only)], _) | (_, [only]) => *only,
            _ => {
                unclear.push(path);
                continue;
            }
        };
        let lines = index.module_at(file).map_or(0, |id| index.module(id).facts.lines);
        if reading.last_line() > lines {
            older.push(file.to_string());
            continue;
        }
        found += 1;
        data.files.entry(file.clone()).or_default().join(reading);
    }
    let mut note = |text: String| data.notes.push(format!("{name}: {text}"));
    if !unclear.is_empty() {
        note(format!("{} may mean more than one file and are left out", listed(&unclear)));
    }
    if !older.is_empty() {
        note(format!(
            "{} had more lines when the tests ran and are left out: run them again",
            listed(&older)
        ));
    }
    if found == 0 && unclear.is_empty() && older.is_empty() {
        note(format!("none of its {total} files is in this repository"));
    }
}

/// The files with which a path agrees from its end, with what is in front of either.
fn fitting<'a>(
    path: &str,
    by_name: &BTreeMap<&str, Vec<&'a RepoPath>>,
) -> Vec<(Shift, &'a RepoPath)> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or(path);
    let files = by_name.get(last).into_iter().flatten();
    let fit = |file: &&'a RepoPath| {
        let rest = |whole: &str, end: &str| -> Option<String> {
            let front = whole.strip_suffix(end)?;
            (front.is_empty() || front.ends_with('/')).then(|| front.to_owned())
        };
        let text = file.as_str();
        let shift = rest(path, text)
            .map(|taken_off| (taken_off, String::new()))
            .or_else(|| rest(text, path).map(|put_in_front| (String::new(), put_in_front)))?;
        Some((shift, *file))
    };
    let found: Vec<(Shift, &RepoPath)> = files.filter_map(fit).collect();
    // A path that is one of the repository's as it stands needs no guess.
    let exact = found.iter().find(|((off, front), _)| off.is_empty() && front.is_empty());
    exact.cloned().map_or(found, |exact| vec![exact])
}

fn listed(paths: &[String]) -> String {
    let shown = paths.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
