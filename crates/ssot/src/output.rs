//! The terminal: results to standard output, everything else to standard error.
//!
//! Text carries its styles; the streams drop them where nobody sees colours or
//! `NO_COLOR` is set.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::exit::Usage;

/// Columns of what is no terminal.
const COLUMNS: usize = 100;

/// How many columns the result has on standard output.
pub(crate) fn columns() -> usize {
    terminal_size::terminal_size().map_or(COLUMNS, |(width, _)| usize::from(width.0))
}

/// Whether colours are seen on standard output, and wanted.
pub(crate) fn has_colours() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// Prints a result.
pub(crate) fn result(text: &str) -> anyhow::Result<()> {
    let mut stream = anstream::stdout().lock();
    stream.write_all(text.as_bytes())?;
    stream.flush()?;
    Ok(())
}

/// Prints a result, or writes it to a file, whole or not at all and without styles.
pub(crate) fn deliver(file: Option<&Path>, text: &str, quiet: bool) -> anyhow::Result<()> {
    let Some(file) = file else { return result(text) };
    let plain = anstream::adapter::strip_str(text).to_string();
    ssot_runtime::files::write_text(file, &plain)
        .map_err(|error| Usage(format!("`{}` cannot be written: {error}", file.display())))?;
    note(quiet, &format!("written to {}", file.display()));
    Ok(())
}

/// Prints a result for programs.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    result(&text)
}

/// Prints a line that is no result.
pub(crate) fn message(line: &str) {
    // Nobody can be told that standard error is gone.
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Prints a line of progress unless told to be quiet.
pub(crate) fn note(quiet: bool, line: &str) {
    if !quiet {
        message(line);
    }
}
