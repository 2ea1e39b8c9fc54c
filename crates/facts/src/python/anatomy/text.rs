//! Source text without its layout.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::xxh3_64;

use super::{END, LOCAL};
use crate::python::text::LineStarts;

/// Longest text that is shown, in characters.
const LONGEST: usize = 160;

/// A piece of source with its tokens.
pub(super) struct Text<'a> {
    source: &'a str,
    tokens: &'a Tokens,
    lines: LineStarts,
    /// What is added to a line of the piece to get the line of the file.
    offset: i32,
}

impl<'a> Text<'a> {
    pub(super) fn new(source: &'a str, tokens: &'a Tokens, offset: i32) -> Self {
        Self { source, tokens, lines: LineStarts::new(source), offset }
    }

    /// The line of the file on which something stands.
    pub(super) fn line(&self, at: &impl Ranged) -> u32 {
        self.lines.line(at.start()).saturating_add_signed(self.offset)
    }

    /// Tokens that are no layout; of a comma before a closing bracket only the bracket.
    fn tokens(&self, range: TextRange) -> impl Iterator<Item = (TokenKind, TextRange)> {
        let plain = |kind: TokenKind| {
            !matches!(
                kind,
                TokenKind::Comment
                    | TokenKind::NonLogicalNewline
                    | TokenKind::Newline
                    | TokenKind::Indent
                    | TokenKind::Dedent
            )
        };
        let tokens = self.tokens.in_range(range).iter().filter(move |it| plain(it.kind()));
        let mut tokens = tokens.map(|token| (token.kind(), token.range())).peekable();
        std::iter::from_fn(move || {
            let (kind, range) = tokens.next()?;
            let closes = |(next, _): &(TokenKind, TextRange)| {
                matches!(next, TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace)
            };
            if kind == TokenKind::Comma && tokens.peek().is_some_and(closes) {
                return tokens.next();
            }
            Some((kind, range))
        })
    }

    /// As written, on one line and not too long.
    pub(super) fn shown(&self, range: TextRange) -> String {
        let mut text = String::new();
        let mut end: Option<TextSize> = None;
        for (kind, token) in self.tokens(range) {
            let opens = text.ends_with(['(', '[', '{']);
            let closes = matches!(kind, TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace);
            if end.is_some_and(|end| end < token.start()) && !opens && !closes {
                text.push(' ');
            }
            let written = &self.source[token];
            if written.contains('\n') {
                text.push_str(&written.split_whitespace().collect::<Vec<_>>().join(" "));
            } else {
                text.push_str(written);
            }
            end = Some(token.end());
        }
        shortened(text)
    }

    /// The structure in one form; names that begin at one of `locals` are marked.
    pub(super) fn normal(&self, range: TextRange, locals: &FxHashSet<TextSize>) -> String {
        let mut text = String::new();
        for (kind, token) in self.tokens(range) {
            if !text.is_empty() {
                text.push(' ');
            }
            let written = &self.source[token];
            match kind {
                TokenKind::Name if locals.contains(&token.start()) => {
                    text.push(LOCAL);
                    text.push_str(written);
                    text.push(END);
                }
                TokenKind::String => push_string(written, &mut text),
                _ => text.push_str(written),
            }
        }
        text
    }

    /// Hash of the structure.
    pub(super) fn hash(&self, range: TextRange) -> u64 {
        xxh3_64(self.normal(range, &FxHashSet::default()).as_bytes())
    }
}

/// A string in double quotes when nothing in it depends on its own.
fn push_string(written: &str, text: &mut String) {
    let quotes = ["\"\"\"", "'''", "\"", "'"];
    let inner = quotes
        .into_iter()
        .find_map(|quote| written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)));
    match inner {
        Some(inner) if !inner.contains(['"', '\'', '\\']) => {
            text.push('"');
            text.push_str(inner);
            text.push('"');
        }
        _ => text.push_str(written),
    }
}

/// A text that fits on a line.
pub(super) fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
