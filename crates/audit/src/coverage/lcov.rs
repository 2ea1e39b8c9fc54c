//! `lcov.info`: records of lines, one a source file.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Damage, FileReading, Readings};

/// Whether a text begins like a tracefile.
pub(super) fn is_one(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with("TN:") || line.starts_with("SF:"))
}

pub(super) fn readings(text: &str) -> Result<Readings, Damage> {
    let mut readings = Readings::default();
    let mut test: Option<Arc<str>> = None;
    let mut open: Option<(String, FileReading)> = None;
    for (at, line) in text.lines().enumerate() {
        let damage = |message: &str| Damage {
            line: at + 1,
            column: 0,
            message: message.to_owned(),
            way_out: "write it again with the tool that measures, for example `coverage lcov`",
        };
        let line = line.trim();
        if let Some(name) = line.strip_prefix("TN:") {
            test = (!name.is_empty()).then(|| Arc::from(name));
        } else if let Some(path) = line.strip_prefix("SF:") {
            if open.is_some() {
                return Err(damage("a record begins before the last one has ended"));
            }
            let missed = Some(BTreeSet::new());
            open = Some((path.to_owned(), FileReading { missed, ..FileReading::default() }));
        } else if let Some(counts) = line.strip_prefix("DA:") {
            let Some((_, reading)) = &mut open else {
                return Err(damage("a count of a line stands in no record"));
            };
            let (number, hits) = count(counts)
                .ok_or_else(|| damage("`DA:` is followed by a line and a count, `DA:12,3`"))?;
            note(reading, number, hits, test.as_ref());
        } else if line == "end_of_record" {
            let (path, reading) = open.take().ok_or_else(|| damage("no record is open here"))?;
            readings.files.entry(path).or_default().join(reading);
        }
    }
    match open {
        None => Ok(readings),
        Some((path, _)) => Err(Damage {
            line: text.lines().count(),
            column: 0,
            message: format!("the record of {path} does not end: the file was cut off"),
            way_out: "write it again with the tool that measures, for example `coverage lcov`",
        }),
    }
}

/// A line and how often it was executed; a checksum may follow.
fn count(text: &str) -> Option<(u32, i64)> {
    let mut parts = text.split(',');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn note(reading: &mut FileReading, line: u32, hits: i64, test: Option<&Arc<str>>) {
    if hits > 0 {
        reading.executed.insert(line);
        if let Some(test) = test {
            reading.tests.entry(line).or_default().insert(test.clone());
        }
    } else {
        reading.missed.get_or_insert_default().insert(line);
    }
}
