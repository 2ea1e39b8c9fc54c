//! The text of one Python file with its syntax tree.

use std::ops::Range;

use ruff_python_ast::token::{TokenKind, parenthesized_range};
use ruff_python_ast::{AnyNodeRef, Expr, ExprRef, ModModule, PySourceType, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;
use ssot_facts::{Definition, FileFacts};
use ssot_model::{DefinitionKind, RepoPath};

use crate::Refused;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The text of one file, its lines and its syntax tree. Lines are counted from
/// zero here.
pub(super) struct SourceFile {
    pub(super) path: RepoPath,
    /// Without the byte order mark.
    pub(super) text: String,
    has_mark: bool,
    starts: Vec<usize>,
    parsed: Parsed<ModModule>,
}

impl SourceFile {
    /// Parses the bytes and makes sure that they are those of the facts.
    pub(super) fn open(path: &RepoPath, bytes: &[u8], facts: &FileFacts) -> Result<Self, Refused> {
        if ssot_facts::python::extract(bytes) != *facts {
            return Err(Refused::Changed { path: path.clone() });
        }
        Self::parse(path, bytes)
    }

    /// Parses bytes of whatever file.
    pub(super) fn parse(path: &RepoPath, bytes: &[u8]) -> Result<Self, Refused> {
        let unreadable =
            |line: u32, message: String| Refused::Unreadable { path: path.clone(), line, message };
        let text = std::str::from_utf8(bytes).map_err(|error| unreadable(1, error.to_string()))?;
        let plain = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let newlines = plain.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let file = Self {
            path: path.clone(),
            has_mark: plain.len() < text.len(),
            starts: std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect(),
            parsed: ruff_python_parser::parse_unchecked_source(plain, PySourceType::Python),
            text: plain.to_owned(),
        };
        match file.parsed.errors().first() {
            Some(error) => {
                let line = file.line(error.range().start().to_usize()) as u32 + 1;
                Err(unreadable(line, error.error.to_string()))
            }
            None => Ok(file),
        }
    }

    /// The bytes of the file once its text has become `text`, which must parse.
    pub(super) fn rewritten(&self, text: &str) -> Result<Vec<u8>, Refused> {
        check_syntax(&self.path, text)?;
        let mark = if self.has_mark { BYTE_ORDER_MARK } else { "" };
        Ok([mark.as_bytes(), text.as_bytes()].concat())
    }

    /// The statements of the module.
    pub(super) fn suite(&self) -> &[Stmt] {
        self.parsed.suite()
    }

    /// The bytes that a node covers.
    pub(super) fn range(node: &impl Ranged) -> Range<usize> {
        node.range().into()
    }

    /// The bytes of an expression with the parentheses around it.
    pub(super) fn outer_range(&self, expr: ExprRef<'_>, parent: AnyNodeRef<'_>) -> Range<usize> {
        let outer = parenthesized_range(expr, parent, self.parsed.tokens());
        outer.unwrap_or_else(|| expr.range()).into()
    }

    /// The line of an offset.
    pub(super) fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// The lines that a node touches, the end excluded.
    pub(super) fn lines(&self, node: &impl Ranged) -> Range<usize> {
        let range = Self::range(node);
        self.line(range.start)..self.line(range.end) + 1
    }

    /// How many lines there are; the empty one after a final newline does not count.
    pub(super) fn line_count(&self) -> usize {
        let open = self.starts.last().is_some_and(|start| *start < self.text.len());
        self.starts.len() - usize::from(!open)
    }

    /// The offset at which a line begins; the end of the text for lines past the last.
    pub(super) fn start_of(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The bytes of whole lines, their newlines included.
    pub(super) fn line_range(&self, lines: Range<usize>) -> Range<usize> {
        self.start_of(lines.start)..self.start_of(lines.end)
    }

    /// A line without its newline.
    pub(super) fn line_text(&self, line: usize) -> &str {
        self.text[self.line_range(line..line + 1)].trim_end_matches(['\n', '\r'])
    }

    /// What ends a line; empty for the last line of a file without a final newline.
    pub(super) fn newline_of(&self, line: usize) -> &str {
        let whole = &self.text[self.line_range(line..line + 1)];
        &whole[whole.trim_end_matches(['\n', '\r']).len()..]
    }

    /// What ends the first line that is ended.
    pub(super) fn newline(&self) -> &'static str {
        if self.newline_of(0) == "\r\n" { "\r\n" } else { "\n" }
    }

    /// Whether a line is empty but for blanks. A form feed separates pages and
    /// counts as content.
    pub(super) fn is_blank(&self, line: usize) -> bool {
        self.line_text(line).trim_matches([' ', '\t']).is_empty()
    }

    /// The comments that begin inside a range of bytes.
    pub(super) fn comments(&self, range: Range<usize>) -> impl Iterator<Item = &str> {
        self.tokens(range)
            .filter(|(kind, _)| *kind == TokenKind::Comment)
            .map(|(_, range)| &self.text[range])
    }

    /// The tokens that begin inside a range of bytes.
    pub(super) fn tokens(
        &self,
        range: Range<usize>,
    ) -> impl Iterator<Item = (TokenKind, Range<usize>)> {
        let tokens = self.parsed.tokens();
        let first = tokens.partition_point(|token| token.start().to_usize() < range.start);
        tokens[first..]
            .iter()
            .take_while(move |token| token.start().to_usize() < range.end)
            .map(|token| (token.kind(), token.range().into()))
    }

    /// Whether nothing but the statement and perhaps a comment stands on its lines.
    pub(super) fn has_own_lines(&self, stmt: &Stmt) -> bool {
        let range = Self::range(stmt);
        let before = &self.text[self.start_of(self.line(range.start))..range.start];
        let after = &self.text[range.end..self.start_of(self.line(range.end) + 1)];
        let after = after.trim_end_matches(['\n', '\r']).trim_start();
        before.chars().all(char::is_whitespace)
            && (after.is_empty() || after.starts_with('#'))
            && !after.contains('\r')
    }

    /// The statement of a top-level definition.
    pub(super) fn statement_of(&self, definition: &Definition) -> Result<&Stmt, Refused> {
        let matches = |stmt: &&Stmt| {
            let lines = self.lines(*stmt);
            defined_name(stmt) == Some((definition.kind, definition.name.as_str()))
                && lines.start as u32 + 1 == definition.span.start
                && lines.end as u32 == definition.span.end
        };
        self.suite()
            .iter()
            .find(matches)
            .ok_or_else(|| Refused::Changed { path: self.path.clone() })
    }
}

/// Parses a text that was put together here.
pub(super) fn check_syntax(path: &RepoPath, text: &str) -> Result<(), Refused> {
    let parsed = ruff_python_parser::parse_unchecked_source(text, PySourceType::Python);
    match parsed.errors().first() {
        None => Ok(()),
        Some(error) => {
            let before = &text[..error.range().start().to_usize()];
            Err(Refused::Broken {
                path: path.clone(),
                line: before.matches('\n').count() as u32 + 1,
                message: error.error.to_string(),
            })
        }
    }
}

/// The kind and name of what a statement defines.
fn defined_name(stmt: &Stmt) -> Option<(DefinitionKind, &str)> {
    match stmt {
        Stmt::FunctionDef(def) => Some((DefinitionKind::Function, def.name.as_str())),
        Stmt::ClassDef(def) => Some((DefinitionKind::Class, def.name.as_str())),
        Stmt::Assign(assign) => match &*assign.targets {
            [Expr::Name(name)] => Some((DefinitionKind::Constant, name.id.as_str())),
            _ => None,
        },
        Stmt::AnnAssign(assign) => match &*assign.target {
            Expr::Name(name) => Some((DefinitionKind::Constant, name.id.as_str())),
            _ => None,
        },
        _ => None,
    }
}
