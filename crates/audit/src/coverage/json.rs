//! What `coverage json` writes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::{Damage, FileReading, Readings, test_name};

/// The part of the document that is used.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    files: BTreeMap<String, File<'a>>,
}

#[derive(Deserialize)]
struct File<'a> {
    executed_lines: BTreeSet<u32>,
    missing_lines: BTreeSet<u32>,
    #[serde(borrow, default)]
    contexts: BTreeMap<&'a str, Vec<String>>,
}

pub(super) fn readings(text: &str) -> Result<Readings, Damage> {
    let damage = |line, column, message: String| Damage {
        line,
        column,
        message,
        way_out: "write it again with `coverage json --show-contexts`",
    };
    let document: Document<'_> = serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        // The place is told beside the message.
        let message = said.split(" at line ").next().unwrap_or_default().to_owned();
        damage(error.line(), error.column(), message)
    })?;
    let mut names: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut readings = Readings::default();
    for (path, file) in document.files {
        let mut tests: BTreeMap<u32, BTreeSet<Arc<str>>> = BTreeMap::new();
        for (line, contexts) in file.contexts {
            let number = line.parse().map_err(|_| {
                damage(0, 0, format!("`{line}` among the contexts of {path} is no line"))
            })?;
            for name in contexts.iter().filter_map(|context| test_name(context)) {
                let name = names.get(name).cloned().unwrap_or_else(|| Arc::from(name));
                names.insert(name.clone());
                tests.entry(number).or_default().insert(name);
            }
        }
        let (executed, missed) = (file.executed_lines, Some(file.missing_lines));
        readings.files.insert(path, FileReading { executed, missed, tests });
    }
    Ok(readings)
}
