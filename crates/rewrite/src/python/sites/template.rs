//! Pieces of code with holes: `$A` stands for an expression, `$$$ARGS` for arguments.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{Expr, ModModule, PySourceType, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

/// How a hole is written where only a name can stand.
const ONE: &str = "ssot_one_";
const REST: &str = "ssot_rest_";

/// What a template is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Code<'a> {
    Expr(&'a Expr),
    Stmt(&'a Stmt),
}

/// One hole of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hole {
    /// The name without its dollars.
    pub(super) name: String,
    /// Position among the tokens.
    pub(super) at: usize,
}

/// A piece of code with holes.
pub(super) struct Template {
    /// The text, in which each hole is a name.
    pub(super) text: String,
    /// Its tokens, line ends left out.
    pub(super) tokens: Vec<(TokenKind, Range<usize>)>,
    pub(super) holes: Vec<Hole>,
    parsed: Parsed<ModModule>,
}

impl Template {
    /// Reads a template; the error says what is wrong with it.
    pub(super) fn parse(written: &str) -> Result<Self, String> {
        let text = with_names(written.trim())?;
        let parsed = ruff_python_parser::parse_unchecked_source(&text, PySourceType::Python);
        if let Some(error) = parsed.errors().first() {
            return Err(format!("`{written}` is no Python: {}", error.error));
        }
        let [_] = parsed.suite()[..] else {
            return Err(format!("`{written}` is not one expression or one statement"));
        };
        let tokens: Vec<(TokenKind, Range<usize>)> = parsed
            .tokens()
            .iter()
            .filter(|token| is_code(token.kind()))
            .map(|token| (token.kind(), token.range().into()))
            .collect();
        let name = |at: usize| &text[tokens[at].1.clone()];
        let hole = |at: usize| {
            let name = name(at).strip_prefix(ONE).or_else(|| name(at).strip_prefix(REST))?;
            Some(Hole { name: name.to_owned(), at })
        };
        let holes = (0..tokens.len()).filter_map(hole).collect();
        Ok(Self { text, tokens, holes, parsed })
    }

    /// The expression or the statement.
    pub(super) fn code(&self) -> Code<'_> {
        match &self.parsed.suite()[..] {
            [Stmt::Expr(only), ..] => Code::Expr(&only.value),
            [other, ..] => Code::Stmt(other),
            [] => unreachable!("a template has one statement"),
        }
    }

    /// The text of a token.
    pub(super) fn token(&self, at: usize) -> &str {
        &self.text[self.tokens[at].1.clone()]
    }

    /// Whether an expression may stand at the hole as it is: between brackets and commas.
    pub(super) fn is_open(&self, hole: &Hole) -> bool {
        use TokenKind::{Colon, Comma, Equal, Lpar, Lsqb, Rpar, Rsqb};
        let before = hole.at.checked_sub(1).map(|at| self.tokens[at].0);
        let after = self.tokens.get(hole.at + 1).map(|token| token.0);
        before.is_none_or(|kind| matches!(kind, Lpar | Comma | Lsqb | Equal))
            && after.is_none_or(|kind| matches!(kind, Rpar | Comma | Rsqb | Colon))
    }

    /// Whether an attribute is taken of what fills the hole.
    pub(super) fn is_followed_by_dot(&self, hole: &Hole) -> bool {
        self.tokens.get(hole.at + 1).is_some_and(|token| token.0 == TokenKind::Dot)
    }

    /// The first names of what the template reads, by position among the tokens.
    pub(super) fn roots(&self) -> Vec<(usize, &str)> {
        let is_root = |at: &usize| {
            let is_name = self.tokens[*at].0 == TokenKind::Name;
            let is_hole = self.holes.iter().any(|hole| hole.at == *at);
            let follows_dot = *at > 0 && self.tokens[at - 1].0 == TokenKind::Dot;
            // `key=` of a call.
            let is_keyword = self.tokens.get(at + 1).is_some_and(|it| it.0 == TokenKind::Equal)
                && *at > 0
                && matches!(self.tokens[at - 1].0, TokenKind::Lpar | TokenKind::Comma);
            is_name && !is_hole && !follows_dot && !is_keyword
        };
        (0..self.tokens.len()).filter(is_root).map(|at| (at, self.token(at))).collect()
    }
}

/// Whether a token is code, and no comment or end of a line.
pub(super) fn is_code(kind: TokenKind) -> bool {
    !kind.is_trivia() && !matches!(kind, TokenKind::Newline | TokenKind::EndOfFile)
}

/// The hole that a name stands for, and whether it takes several arguments.
pub(super) fn hole(name: &str) -> Option<(&str, bool)> {
    let one = name.strip_prefix(ONE).map(|name| (name, false));
    one.or_else(|| name.strip_prefix(REST).map(|name| (name, true)))
}

/// The text with names in place of holes; dollars in strings stay.
fn with_names(written: &str) -> Result<String, String> {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    let mut quote: Option<char> = None;
    while let Some(letter) = rest.chars().next() {
        if quote.is_none() && letter == '$' {
            let (prefix, name) = match rest.strip_prefix("$$$") {
                Some(name) => (REST, name),
                None => (ONE, &rest[1..]),
            };
            if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
                return Err(format!("`{written}` has a `$` without a name behind it"));
            }
            text.push_str(prefix);
            rest = name;
            continue;
        }
        quote = match quote {
            None if matches!(letter, '"' | '\'') => Some(letter),
            Some(open) if open == letter => None,
            other => other,
        };
        text.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    Ok(text)
}
