//! A table is added to `ssot.toml` without disturbing what stands there.

use std::path::Path;

use ssot_runtime::files;
use toml::Value;

use crate::{EngineError, configuration, read_config};

/// Adds a table of an array at the end of the file, whose text stays as it is. What would
/// not be a valid configuration any more is refused and nothing is written.
pub(crate) fn append(
    file: &Path,
    table: &str,
    entries: &[(&str, &str)],
) -> Result<(), EngineError> {
    let unusable = |error: std::io::Error| {
        EngineError::config(format!("{} cannot be changed: {error}", file.display()))
    };
    let before = match files::read_text(file, configuration::LARGEST_CONFIG) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.map_err(unusable)?,
    };
    let after = appended(&before, table, entries);
    read_config(&file.to_string_lossy(), &after).map_err(|error| {
        EngineError::config(format!("the {table} cannot be added at the end of the file: {error}"))
    })?;
    files::write_text(file, &after).map_err(unusable)
}

/// The text with the table after it.
pub(crate) fn appended(before: &str, table: &str, entries: &[(&str, &str)]) -> String {
    let newline = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let quoted = |text: &str| Value::String(text.to_owned()).to_string();
    let mut lines = Vec::new();
    if !before.is_empty() {
        // Ends the last line when nobody did, then an empty one.
        lines.push(String::new());
        if !before.ends_with('\n') {
            lines.push(String::new());
        }
    }
    lines.push(format!("[[{table}]]"));
    lines.extend(entries.iter().map(|(key, value)| format!("{key} = {}", quoted(value))));
    lines.push(String::new());
    format!("{before}{}", lines.join(newline))
}
