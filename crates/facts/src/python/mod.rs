//! Python: source text to facts.

pub mod anatomy;
mod body;
mod collect;
mod depth;
mod lines;
mod names;
mod outline;
mod parts;
mod reading;
mod scope;
mod structure;
pub mod template;
mod text;

pub use anatomy::{Anatomy, anatomy, module_effects};
use ruff_python_ast::{ModModule, PySourceType};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

use crate::file::{FileFacts, FileFlags};

pub use lines::{Excerpt, LogicalLine, defined_names, excerpt, logical_lines, qualified_names};
pub use outline::{Kind, OutlineLine, Word, outline};
pub use parts::word_hash;
pub use reading::{Reading, Typed, WrittenCall, reading};

/// Extracts the facts of one file. Never fails: what does not parse is listed in
/// [`FileFacts::errors`], and what could be read around it is still there.
pub fn extract(source: &[u8]) -> FileFacts {
    let Ok(source) = std::str::from_utf8(source) else {
        return undecodable(source);
    };
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let parsed = ruff_python_parser::parse_unchecked_source(source, PySourceType::Python);
    match depth::stack(parsed.tokens()) {
        None => facts_of(source, parsed),
        Some(bytes) => stacker::grow(bytes, || facts_of(source, parsed)),
    }
}

/// The facts of a parsed file.
#[expect(clippy::needless_pass_by_value, reason = "dropping a tree goes as deep as walking it")]
fn facts_of(source: &str, parsed: Parsed<ModModule>) -> FileFacts {
    let lines = text::LineStarts::new(source);
    let mut facts = collect::collect(source, &lines, parsed.suite());
    facts.lines = lines.count();
    facts.flags.generated = text::is_generated(source);
    facts.copied_on_purpose = text::deliberate_copies(source, &lines);
    facts.accepts = text::accepts(source, &lines, parsed.tokens());
    facts.errors = parsed
        .errors()
        .iter()
        .take(MAX_ERRORS)
        .map(|error| (lines.line(error.range().start()), error.error.to_string().into()))
        .collect();
    facts
}

/// Errors kept for one file; the first few say enough.
const MAX_ERRORS: usize = 5;

fn undecodable(source: &[u8]) -> FileFacts {
    let valid = std::str::from_utf8(source).map_or_else(|error| error.valid_up_to(), str::len);
    let lines = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').count() as u32;
    let line = lines(&source[..valid]);
    FileFacts {
        lines: lines(source) - 1,
        flags: FileFlags { undecodable: true, ..FileFlags::default() },
        errors: vec![(line, "the text is not UTF-8; convert the file or exclude it".into())],
        ..FileFacts::default()
    }
}
