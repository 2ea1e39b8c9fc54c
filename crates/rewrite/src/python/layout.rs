//! Blank lines around what is taken out or put in.
//!
//! A run of blank lines never grows. Runs that meet because what stood between
//! them is gone become one. An import that lands among imports joins them.

use std::ops::Range;

use ruff_python_ast::Stmt;

use super::source::SourceFile;
use crate::edit::Edit;

/// Whole lines of the module that change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// The lines that go.
    pub(super) lines: Range<usize>,
    /// The line that comes instead, without its newline.
    pub(super) line: Option<String>,
}

/// What stands at the edge of a run of blank lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Neighbour {
    /// The beginning or the end of the file.
    Edge,
    /// A line that was put in: an import of this repository.
    Placed,
    /// An import that was there, of this repository or of something else.
    Import { internal: bool },
    /// The text at the head of the file.
    Docstring,
    /// A statement that is neither an import nor a definition.
    Plain,
    /// Anything else.
    Other,
}

/// The edits for the blocks, which must be in order and must not overlap.
pub(super) fn edits(
    file: &SourceFile,
    blocks: &[Block],
    is_internal: &dyn Fn(&Stmt) -> bool,
) -> Vec<Edit> {
    let mut edits: Vec<Edit> = blocks.iter().map(|block| replacement(file, block)).collect();
    let mut at = 0;
    while at < blocks.len() {
        let mut run = blank_before(file, blocks[at].lines.start);
        let mut left = neighbour_above(file, run.start, is_internal);
        let mut runs = vec![run];
        loop {
            let block = &blocks[at];
            run = blank_after(file, block.lines.end);
            if block.line.is_some() {
                close(file, left, &runs, Neighbour::Placed, &mut edits);
                left = Neighbour::Placed;
                runs.clear();
            }
            runs.push(run.clone());
            at += 1;
            if blocks.get(at).is_none_or(|next| next.lines.start != run.end) {
                break;
            }
        }
        let right = neighbour_below(file, run.end, is_internal);
        close(file, left, &runs, right, &mut edits);
    }
    edits
}

fn replacement(file: &SourceFile, block: &Block) -> Edit {
    let range = file.line_range(block.lines.clone());
    match &block.line {
        Some(line) => {
            Edit::replace(range, format!("{line}{}", file.newline_of(block.lines.end - 1)))
        }
        None => Edit::delete(range),
    }
}

/// Shortens the blank lines between two neighbours.
fn close(
    file: &SourceFile,
    left: Neighbour,
    runs: &[Range<usize>],
    right: Neighbour,
    edits: &mut Vec<Edit>,
) {
    let longest = runs.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
    let length = match (left, right) {
        (Neighbour::Edge, _) | (_, Neighbour::Edge) if runs.len() > 1 => 0,
        (Neighbour::Placed, Neighbour::Placed | Neighbour::Import { internal: true })
        | (Neighbour::Import { internal: true }, Neighbour::Placed) => 0,
        // What was set off by two lines because of what is gone.
        (Neighbour::Import { .. }, Neighbour::Plain) if runs.len() > 1 => longest.min(1),
        (Neighbour::Placed, Neighbour::Import { internal: false })
        | (Neighbour::Docstring | Neighbour::Import { internal: false }, Neighbour::Placed) => {
            longest.min(1)
        }
        _ => longest,
    };
    let mut kept = false;
    for run in runs {
        let keeps = !kept && run.len() == longest;
        kept |= keeps;
        let from = run.start + if keeps { length } else { 0 };
        if from < run.end {
            edits.push(Edit::delete(file.line_range(from..run.end)));
        }
    }
}

/// The blank lines directly above a line.
fn blank_before(file: &SourceFile, line: usize) -> Range<usize> {
    let count = (0..line).rev().take_while(|line| file.is_blank(*line)).count();
    line - count..line
}

/// The blank lines from a line on.
fn blank_after(file: &SourceFile, line: usize) -> Range<usize> {
    let count = (line..file.line_count()).take_while(|line| file.is_blank(*line)).count();
    line..line + count
}

fn neighbour_above(
    file: &SourceFile,
    line: usize,
    is_internal: &dyn Fn(&Stmt) -> bool,
) -> Neighbour {
    if line == 0 {
        return Neighbour::Edge;
    }
    let above = file.suite().iter().find(|stmt| file.lines(*stmt).end == line);
    let first = file
        .suite()
        .first()
        .filter(|stmt| matches!(stmt, Stmt::Expr(text) if text.value.is_string_literal_expr()));
    match (above, first) {
        (Some(above), Some(first)) if std::ptr::eq(above, first) => Neighbour::Docstring,
        _ => kind_of(above, is_internal),
    }
}

fn neighbour_below(
    file: &SourceFile,
    line: usize,
    is_internal: &dyn Fn(&Stmt) -> bool,
) -> Neighbour {
    if line >= file.line_count() {
        return Neighbour::Edge;
    }
    let below = file.suite().iter().find(|stmt| file.lines(*stmt).start == line);
    kind_of(below, is_internal)
}

fn kind_of(stmt: Option<&Stmt>, is_internal: &dyn Fn(&Stmt) -> bool) -> Neighbour {
    match stmt {
        Some(stmt @ (Stmt::Import(_) | Stmt::ImportFrom(_))) => {
            Neighbour::Import { internal: is_internal(stmt) }
        }
        None | Some(Stmt::FunctionDef(_) | Stmt::ClassDef(_)) => Neighbour::Other,
        Some(_) => Neighbour::Plain,
    }
}
