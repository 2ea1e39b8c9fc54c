//! The logical lines of one definition, cut out of any version of a file.
//!
//! The history of a definition is read from hundreds of versions of its file, old
//! dialects of the language included. So a definition is cut out by its text, not by
//! a syntax tree, and compared by its tokens: one logical line is one simple statement
//! or the head of a compound one.

use std::collections::HashSet;

use compact_str::CompactString;
use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{ModModule, PySourceType};
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextRange};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::depth;
use super::text::LineStarts;

/// A token: what it is and where.
type Token = (TokenKind, TextRange);

/// One simple statement, or the head of a compound one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogicalLine {
    /// Hash of its tokens; layout, comments and the kind of quotes do not count.
    pub exact: u64,
    /// The same without the names of variables and the contents of literals.
    pub blind: u64,
    /// Its first line, counted from zero at the beginning of the text.
    pub start: u32,
    /// Its last line.
    pub end: u32,
    /// How many tokens it has: short lines say little.
    pub tokens: u32,
    /// The token it begins with when that is a keyword, otherwise empty.
    pub keyword: CompactString,
}

/// A definition cut out of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The line on which it begins, decorators included, counted from one.
    pub line: u32,
    /// The lines of the definition, without the indentation that all of them share.
    pub text: String,
}

/// The logical lines of a text, docstrings left out.
pub fn logical_lines(text: &str) -> Vec<LogicalLine> {
    let parsed = ruff_python_parser::parse_unchecked_source(text, PySourceType::Python);
    match depth::stack(parsed.tokens()) {
        None => lines_of(text, parsed),
        Some(bytes) => stacker::grow(bytes, || lines_of(text, parsed)),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "dropping a tree goes as deep as walking it")]
fn lines_of(text: &str, parsed: Parsed<ModModule>) -> Vec<LogicalLine> {
    let starts = LineStarts::new(text);
    let mut lines = Vec::new();
    let mut open: Vec<Token> = Vec::new();
    for token in parsed.tokens() {
        match token.kind() {
            TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::Indent
            | TokenKind::Dedent => {}
            TokenKind::Newline | TokenKind::EndOfFile => {
                lines.extend(logical_line(text, &starts, &open));
                open.clear();
            }
            kind => open.push((kind, token.range())),
        }
    }
    lines.extend(logical_line(text, &starts, &open));
    lines
}

fn logical_line(text: &str, starts: &LineStarts, tokens: &[Token]) -> Option<LogicalLine> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    if tokens.iter().all(|(kind, _)| *kind == TokenKind::String) {
        return None;
    }
    let (mut exact, mut blind) = (Vec::new(), Vec::new());
    for (at, (kind, range)) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map(|(kind, _)| *kind);
        let closes = matches!(next, Some(TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace));
        let before = at.checked_sub(1).map(|at| tokens[at].0);
        // A comma before a closing bracket is layout.
        if *kind == TokenKind::Comma && closes {
            continue;
        }
        let written = &text[*range];
        let plain = match kind {
            TokenKind::String => written.trim_matches(['"', '\'']),
            _ => written,
        };
        exact.extend_from_slice(plain.as_bytes());
        exact.push(0);
        let deed = before == Some(TokenKind::Dot) || next == Some(TokenKind::Lpar);
        let hidden = match kind {
            TokenKind::Name => !deed,
            kind => is_literal(*kind),
        };
        blind.extend_from_slice(if hidden { b"?" } else { plain.as_bytes() });
        blind.push(0);
    }
    let end = last.1.end().max(first.1.end());
    let keyword = if first.0 == TokenKind::Name { "" } else { &text[first.1] };
    let is_word = keyword.bytes().all(|byte| byte.is_ascii_lowercase());
    Some(LogicalLine {
        exact: xxh3_64(&exact),
        blind: xxh3_64(&blind),
        start: starts.line(first.1.start()) - 1,
        end: starts.line(end) - 1,
        tokens: tokens.len() as u32,
        keyword: if is_word { keyword.into() } else { CompactString::default() },
    })
}

fn is_literal(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
    )
}

/// The qualified names of every class, function and method of a file, in order.
pub fn qualified_names(source: &str) -> Vec<String> {
    let cutter = Cutter::new(source);
    let mut open: Vec<(usize, &str, bool)> = Vec::new();
    let mut found = Vec::new();
    for at in 0..cutter.lines.len() {
        let Some((indent, name, is_class)) = cutter.head(at) else { continue };
        while open.last().is_some_and(|(outer, ..)| *outer >= indent) {
            open.pop();
        }
        if open.iter().all(|(.., is_class)| *is_class) {
            let owners = open.iter().map(|(_, name, _)| *name);
            let qualified: Vec<&str> = owners.chain([name]).collect();
            found.push(qualified.join("."));
        }
        open.push((indent, name, is_class));
    }
    found
}

/// The names of everything that is defined in a file, at any depth; cheap.
pub fn defined_names(source: &str) -> HashSet<&str> {
    let cutter = Cutter::new(source);
    (0..cutter.lines.len()).filter_map(|at| cutter.head(at)).map(|(_, name, _)| name).collect()
}

/// One definition by its qualified name: a class, function or method, a name at module
/// level that is assigned, or with an empty name the whole file. Of several definitions of
/// one name the last counts, as it does when the module is executed, but for the further
/// parts of a property.
pub fn excerpt(source: &str, qualified_name: &str) -> Option<Excerpt> {
    if qualified_name.is_empty() {
        return Some(Excerpt { line: 1, text: source.to_owned() });
    }
    let cutter = Cutter::new(source);
    let mut range = 0..cutter.lines.len();
    let mut parts = qualified_name.split('.').peekable();
    let mut indent = None;
    while let Some(name) = parts.next() {
        let head = cutter.find(range.clone(), name, indent)?;
        if parts.peek().is_none() {
            return Some(cutter.cut(head));
        }
        range = head + 1..cutter.end(head) + 1;
        indent = Some(indentation(cutter.lines[head]));
    }
    None
}

/// A file as lines, of which definitions are cut.
struct Cutter<'a> {
    lines: Vec<&'a str>,
}

impl<'a> Cutter<'a> {
    fn new(source: &'a str) -> Self {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        Self { lines: source.lines().collect() }
    }

    /// Indentation, name, and whether it is a class, when the line begins a definition.
    fn head(&self, at: usize) -> Option<(usize, &'a str, bool)> {
        let line = self.lines[at];
        let text = line.trim_start();
        let (rest, is_class) = if let Some(rest) = text.strip_prefix("class ") {
            (rest, true)
        } else {
            let text = text.strip_prefix("async ").map_or(text, str::trim_start);
            (text.strip_prefix("def ")?, false)
        };
        let rest = rest.trim_start();
        let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
        (end > 0).then_some((indentation(line), &rest[..end], is_class))
    }

    /// The line that begins the definition `name` between some lines, deeper than `outer`.
    fn find(
        &self,
        range: std::ops::Range<usize>,
        name: &str,
        outer: Option<usize>,
    ) -> Option<usize> {
        let mut best: Option<(usize, usize)> = None;
        for at in range.clone() {
            let Some((indent, found, _)) = self.head(at) else { continue };
            if found != name || outer.is_some_and(|outer| indent <= outer) || self.is_part(at) {
                continue;
            }
            if best.is_none_or(|(least, _)| indent <= least) {
                best = Some((indent, at));
            }
        }
        let assigned = |at: &usize| {
            let line = self.lines[*at];
            let line = if outer.is_some() { line.trim_start() } else { line };
            let rest = line.strip_prefix(name).map(str::trim_start);
            rest.is_some_and(|rest| {
                rest.starts_with(':') || rest.starts_with('=') && !rest.starts_with("==")
            })
        };
        best.map(|(_, at)| at).or_else(|| range.clone().find(assigned))
    }

    /// Whether a decorator says that this is a further part of something with the same name.
    fn is_part(&self, head: usize) -> bool {
        let part = |line: &&str| {
            let line = line.trim();
            [".setter", ".getter", ".deleter", "overload"].iter().any(|end| line.ends_with(end))
        };
        self.lines[self.first(head)..head].iter().any(part)
    }

    /// The first of the decorators above a head, or the head.
    fn first(&self, head: usize) -> usize {
        let indent = indentation(self.lines[head]);
        let mut first = head;
        // Only what stands right above belongs to it; the arguments of a decorator may
        // take several lines, which end in its closing bracket.
        let mut at = head;
        let mut closing = false;
        while at > 0 {
            at -= 1;
            let line = self.lines[at];
            let text = line.trim_start();
            if text.is_empty() || indentation(line) < indent {
                break;
            }
            if indentation(line) == indent {
                if text.starts_with('@') {
                    (first, closing) = (at, false);
                } else if text.starts_with(')') && !closing {
                    closing = true;
                } else if !text.starts_with('#') {
                    break;
                }
            } else if !closing {
                break;
            }
        }
        first
    }

    /// The last line of the definition that begins at `head`.
    fn end(&self, head: usize) -> usize {
        let indent = indentation(self.lines[head]);
        let mut scan = Scan::default();
        let mut last = head;
        for (at, line) in self.lines.iter().enumerate().skip(head) {
            let text = line.trim_start();
            if at > head && !scan.is_inside() && !text.is_empty() {
                if indentation(line) <= indent && !text.starts_with('#') {
                    break;
                }
                if indentation(line) <= indent {
                    continue; // A comment of what follows, unless the body goes on.
                }
            }
            scan.line(line);
            if !text.is_empty() {
                last = at;
            }
        }
        last
    }

    fn cut(&self, head: usize) -> Excerpt {
        let first = self.first(head);
        let indent = indentation(self.lines[head]);
        let mut text = String::new();
        for line in &self.lines[first..=self.end(head)] {
            let own = indentation(line).min(indent);
            text.push_str(line.get(own..).unwrap_or(line).trim_end());
            text.push('\n');
        }
        Excerpt { line: first as u32 + 1, text }
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// Whether a line begins inside a bracket, a long string or a continued line.
#[derive(Default)]
struct Scan {
    depth: u32,
    quote: Option<u8>,
    continued: bool,
}

impl Scan {
    fn is_inside(&self) -> bool {
        self.depth > 0 || self.quote.is_some() || self.continued
    }

    fn line(&mut self, line: &str) {
        let bytes = line.as_bytes();
        let long = |at: usize, quote: u8| bytes.get(at..at + 3) == Some(&[quote; 3][..]);
        self.continued = false;
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if let Some(quote) = self.quote {
                match byte {
                    b'\\' => at += 1,
                    _ if long(at, quote) => {
                        self.quote = None;
                        at += 2;
                    }
                    _ => {}
                }
            } else {
                match byte {
                    b'#' => return,
                    b'(' | b'[' | b'{' => self.depth += 1,
                    b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                    b'"' | b'\'' if long(at, byte) => {
                        self.quote = Some(byte);
                        at += 2;
                    }
                    b'"' | b'\'' => at = short_string_end(bytes, at),
                    b'\\' if at + 1 == bytes.len() => self.continued = true,
                    _ => {}
                }
            }
            at += 1;
        }
    }
}

/// The closing quote of a string that begins at `at`, or the end of the line.
fn short_string_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != bytes[at] {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    end
}

#[cfg(test)]
mod tests {
    use super::{excerpt, logical_lines, qualified_names};

    const SOURCE: &str = r#"import os

LIMIT = {
    "a": 1,
}


@decorated(
    1,
)
def first(a,
          b):
    """Text
def not_this():
    """
    if a:
        return (b +
1)

    # a comment inside
    return b


class Box:
    def first(self):
        return 'x'

    @property
    def size(self):
        return 1

    @size.setter
    def size(self, value):
        self._size = value


def last(): print "old", 1
"#;

    #[test]
    fn definitions_are_cut_out_whole() {
        for (name, line, begins, ends) in [
            ("first", 8, "@decorated(", "return b\n"),
            ("Box", 24, "class Box:", "self._size = value\n"),
            ("Box.first", 25, "def first(self):", "return 'x'\n"),
            ("Box.size", 28, "@property", "return 1\n"),
            ("LIMIT", 3, "LIMIT = {", "}\n"),
            ("last", 37, "def last()", "1\n"),
        ] {
            let cut = excerpt(SOURCE, name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(cut.line, line, "{name}");
            assert!(cut.text.starts_with(begins) && cut.text.ends_with(ends), "{}", cut.text);
        }
        for name in ["second", "Box.last", "Box.first.x"] {
            assert_eq!(excerpt(SOURCE, name), None, "{name}");
        }
        let names = qualified_names(SOURCE);
        assert!(names.contains(&"Box.first".to_owned()) && names.contains(&"last".to_owned()));
    }

    #[test]
    fn depth_is_no_danger() {
        let deep = format!("x = {}{}\n", "[".repeat(50_000), "]".repeat(50_000));
        assert_eq!(logical_lines(&deep).len(), 1);
    }

    #[test]
    fn layout_is_no_difference_and_names_are_none_when_blind() {
        let hashes = |text: &str, blind: bool| -> Vec<u64> {
            let lines = logical_lines(text);
            lines.iter().map(|line| if blind { line.blind } else { line.exact }).collect()
        };
        for (a, b, exact, blind) in [
            ("x = 'a'\n", "x = \"a\"  # why\n", true, true),
            ("x = [1,\n 2,\n]\n", "x = [1, 2]\n", true, true),
            ("x = load(1)\n", "y = load(2)\n", false, true),
            ("x = load(1)\n", "x = dump(1)\n", false, false),
            ("def f():\n    \"\"\"A\"\"\"\n    return\n", "def f():\n    return\n", true, true),
        ] {
            assert_eq!(hashes(a, false) == hashes(b, false), exact, "{a}{b}");
            assert_eq!(hashes(a, true) == hashes(b, true), blind, "{a}{b}");
        }
        let lines = logical_lines("if a:\n    b = f(\n        1)\n");
        assert_eq!((lines[1].start, lines[1].end, &*lines[0].keyword), (1, 2, "if"));
    }
}
