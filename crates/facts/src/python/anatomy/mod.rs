//! A second look at one definition: what it does, atom by atom.
//!
//! The facts of a file say little about what happens inside a definition, because
//! they are kept for every file. An anatomy is taken of the few definitions that an
//! audit compares, from their source text, and is never stored.

mod calls;
mod effects;
mod handlers;
mod normal;
mod parameters;
mod statements;
mod text;
mod walk;

use compact_str::CompactString;
use ruff_python_ast::{ModModule, PySourceType, Stmt};
use ruff_python_parser::Parsed;
use ssot_model::Span;
use ssot_model::audit::AtomKind;

use super::depth;
pub use effects::module_effects;
use text::Text;

/// What a definition consists of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Anatomy {
    /// What it does, in order of the text.
    pub atoms: Vec<Part>,
    /// The function itself, or the methods of the class, in order.
    pub callables: Vec<Callable>,
    /// Names that the class body binds to values or annotates, in order.
    pub fields: Vec<Field>,
    /// The bases and keywords of a class, as written.
    pub bases: Vec<String>,
    /// The decorators, as written.
    pub decorators: Vec<String>,
}

/// One piece of behaviour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: AtomKind,
    /// The line, counted from one in the file.
    pub line: u32,
    /// The method it belongs to; empty in a function or in the body of a class.
    pub within: CompactString,
    /// It as written, on one line.
    pub text: String,
    /// What it is about: an exception, a key, a level, a name. Parts of one kind and
    /// head are about the same thing.
    pub head: String,
    /// Hash of its structure: equal for equal code, whatever the layout.
    pub hash: u64,
    /// Its structure in one form, with local names between [`LOCAL`] and [`END`].
    pub normal: String,
}

/// Opens a local name in [`Part::normal`].
pub const LOCAL: char = '\u{1}';
/// Closes a local name in [`Part::normal`].
pub const END: char = '\u{2}';

/// A function or method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callable {
    /// Its name; empty for the definition itself.
    pub name: CompactString,
    /// The line of its name.
    pub line: u32,
    /// Whether it must be awaited.
    pub asynchronous: bool,
    /// The decorators, as written.
    pub decorators: Vec<String>,
    /// The parameters in order, without the object itself.
    pub parameters: Vec<Parameter>,
    /// The return annotation as written; empty when there is none.
    pub returns: String,
    /// The statements, nested ones included, docstrings left out.
    pub statements: Vec<Statement>,
    /// Parameters and names that the body binds.
    pub locals: Vec<CompactString>,
}

/// How a parameter is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParameterKind {
    /// By position alone.
    PositionOnly,
    /// By position or name.
    Plain,
    /// `*rest`.
    Rest,
    /// By name alone.
    NameOnly,
    /// `**rest`.
    NamedRest,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The name, without stars.
    pub name: CompactString,
    /// The line.
    pub line: u32,
    /// How it is given.
    pub kind: ParameterKind,
    /// The annotation as written; empty when there is none.
    pub annotation: String,
    /// The default as written.
    pub default: Option<String>,
}

/// A simple statement or the head of a compound one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The line.
    pub line: u32,
    /// How deep it stands.
    pub depth: u32,
    /// It as written, on one line.
    pub text: String,
    /// Hash of its structure.
    pub hash: u64,
    /// Its structure in one form, with local names between [`LOCAL`] and [`END`].
    pub normal: String,
    /// The local names that it binds, in order; what its expressions bind is left out.
    pub bound: Vec<CompactString>,
}

/// A name that a class body binds or annotates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: CompactString,
    /// The line.
    pub line: u32,
    /// The annotation as written; empty when there is none.
    pub annotation: String,
    /// The value as written; none when there is none.
    pub value: Option<String>,
}

/// Takes one definition of a file apart; `span` are its lines, decorators included.
/// Nothing when the lines hold no definition that can be read.
pub fn anatomy(source: &str, span: Span) -> Option<Anatomy> {
    let (excerpt, before) = excerpt(source, span)?;
    let parsed = ruff_python_parser::parse_unchecked_source(&excerpt, PySourceType::Python);
    let offset = span.start as i32 - 1 - before;
    match depth::stack(parsed.tokens()) {
        None => taken_apart(&excerpt, parsed, offset),
        Some(bytes) => stacker::grow(bytes, || taken_apart(&excerpt, parsed, offset)),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "dropping a tree goes as deep as walking it")]
fn taken_apart(excerpt: &str, parsed: Parsed<ModModule>, offset: i32) -> Option<Anatomy> {
    let text = Text::new(excerpt, parsed.tokens(), offset);
    let definition = match parsed.suite().first()? {
        // The block around an indented definition is ours.
        Stmt::If(block) if excerpt.starts_with(BLOCK) => block.body.first()?,
        other => other,
    };
    walk::take_apart(&text, definition)
}

/// What is put in front of an indented definition.
const BLOCK: &str = "if 1:\n";

/// The lines of a definition as a text of their own, and how many lines were put in
/// front of them.
fn excerpt(source: &str, span: Span) -> Option<(String, i32)> {
    let first = span.start.checked_sub(1)? as usize;
    let lines: Vec<&str> =
        source.split_inclusive('\n').skip(first).take(span.lines() as usize).collect();
    let indented = lines.first()?.starts_with([' ', '\t']);
    let mut text = if indented { BLOCK.to_owned() } else { String::new() };
    text.extend(lines);
    Some((text, i32::from(indented)))
}
