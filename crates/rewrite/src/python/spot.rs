//! Where a definition stands: its statement and the comments that belong to it.

use std::ops::Range;

use ruff_python_ast::Stmt;

use super::source::SourceFile;
use crate::Refused;

/// Where a definition stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// The bytes of the statement.
    pub(super) statement: Range<usize>,
    /// The lines that go with it, attached comments included.
    pub(super) lines: Range<usize>,
}

impl Spot {
    /// The spot of a top-level statement.
    pub(super) fn of(file: &SourceFile, stmt: &Stmt, name: &str) -> Result<Self, Refused> {
        let lines = file.lines(stmt);
        if !file.has_own_lines(stmt) {
            return Err(Refused::SharedLine {
                path: file.path.clone(),
                line: lines.start as u32 + 1,
                name: name.to_owned(),
            });
        }
        let start = lines.start - attached_above(file, lines.start);
        Ok(Self { statement: SourceFile::range(stmt), lines: start..Self::end_of(file, stmt) })
    }

    /// The line behind a statement and the comments that close its block.
    pub(super) fn end_of(file: &SourceFile, stmt: &Stmt) -> usize {
        let lines = file.lines(stmt);
        match stmt {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {
                end_of_block(file, lines.end, indent_of(file, lines.start))
            }
            _ => lines.end,
        }
    }
}

/// How many comment lines directly above a line belong to what stands there.
fn attached_above(file: &SourceFile, line: usize) -> usize {
    let indent = indent_of(file, line);
    let comment = |line: usize| file.line_text(line).strip_prefix(indent).unwrap_or_default();
    let is_comment = |line: &usize| comment(*line).starts_with('#');
    let block: Vec<usize> = (0..line).rev().take_while(is_comment).collect();
    let reaches_top = block.last() == Some(&0);
    let any_header = block.iter().any(|line| is_header(comment(*line)));
    if reaches_top || any_header {
        return 0;
    }
    block.iter().take_while(|line| !is_pragma(comment(**line))).count()
}

/// The blanks at the beginning of a line.
fn indent_of(file: &SourceFile, line: usize) -> &str {
    let text = file.line_text(line);
    &text[..text.len() - text.trim_start_matches([' ', '\t']).len()]
}

/// The end of a block with the comments that close it, which are indented further.
fn end_of_block(file: &SourceFile, end: usize, indent: &str) -> usize {
    let mut closed = end;
    for line in end..file.line_count() {
        let text = file.line_text(line);
        let is_inside = text.strip_prefix(indent).is_some_and(|rest| {
            rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('#')
        });
        if is_inside {
            closed = line + 1;
        } else if !file.is_blank(line) {
            break;
        }
    }
    closed
}

/// A comment that heads a section, a licence or a cell: it is about more than
/// the next definition.
fn is_header(comment: &str) -> bool {
    let lower = comment.to_ascii_lowercase();
    let ruled = ["---", "===", "***", "###", "~~~", "___", "# %%", "#%%"];
    let titled = ["copyright", "license", "licence", "spdx", "region"];
    let body = comment.trim_start_matches('#').trim();
    body.is_empty() && comment.len() > 1
        || ruled.iter().any(|rule| comment.contains(rule))
        || titled.iter().any(|title| lower.contains(title))
}

/// A comment that instructs a program.
pub(super) fn is_pragma(comment: &str) -> bool {
    const PROGRAMS: [&str; 16] = [
        "noqa",
        "type:",
        "isort",
        "fmt:",
        "pylint",
        "mypy",
        "ruff",
        "pragma",
        "pyright",
        "yapf",
        "flake8",
        "nosec",
        "noinspection",
        "coding",
        "!",
        "pyre",
    ];
    let text = comment.trim_start_matches(['#', ' ', '\t']).to_ascii_lowercase();
    PROGRAMS.iter().any(|program| text.starts_with(program))
        || text.contains("coding:")
        || text.contains("coding=")
        || text.contains("# type:")
        || text.contains("noqa")
}
