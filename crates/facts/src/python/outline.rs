//! A file as its logical lines and their words: what is left of a text when layout,
//! comments and docstrings are taken away.
//!
//! Two versions of a file are held against each other word by word, without a syntax
//! tree and without anything that the codemods use, so that the one does not repeat the
//! mistakes of the other.

use compact_str::CompactString;
use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{ModModule, PySourceType};
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextRange};
use ssot_model::Span;

use super::depth;
use super::text::LineStarts;

/// One word of a logical line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// A name with the attributes that are asked of it: `a`, `a.b.c`.
    Chain(CompactString),
    /// The content of a string without its quotes, prefix included.
    Quoted(CompactString),
    /// Anything else as it is written.
    Other(CompactString),
}

/// What a logical line begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `import` or `from`.
    Import,
    /// A decorator.
    Decorator,
    /// A function with its name.
    Function(CompactString),
    /// A class with its name.
    Class(CompactString),
    /// A value for one name.
    Value(CompactString),
    /// Any other statement, or the head of one.
    Statement,
}

/// One simple statement or the head of a compound one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineLine {
    /// How deep it is indented, in steps.
    pub depth: u32,
    /// What it begins.
    pub kind: Kind,
    /// Its words.
    pub words: Vec<Word>,
    /// Where it stands, counted from one.
    pub span: Span,
}

/// The logical lines of a file without docstrings and `pass`.
pub fn outline(source: &str) -> Vec<OutlineLine> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let parsed = ruff_python_parser::parse_unchecked_source(source, PySourceType::Python);
    match depth::stack(parsed.tokens()) {
        None => lines_of(source, parsed),
        Some(bytes) => stacker::grow(bytes, || lines_of(source, parsed)),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "dropping a tree goes as deep as walking it")]
fn lines_of(source: &str, parsed: Parsed<ModModule>) -> Vec<OutlineLine> {
    let starts = LineStarts::new(source);
    let (mut lines, mut open, mut depth) = (Vec::new(), Vec::new(), 0);
    for token in parsed.tokens() {
        match token.kind() {
            TokenKind::Comment | TokenKind::NonLogicalNewline => {}
            TokenKind::Indent => depth += 1,
            TokenKind::Dedent => depth -= 1,
            TokenKind::Newline | TokenKind::EndOfFile => {
                lines.extend(line_of(source, &starts, depth, &open));
                open.clear();
            }
            kind => open.push((kind, token.range())),
        }
    }
    lines
}

fn line_of(
    source: &str,
    starts: &LineStarts,
    depth: u32,
    tokens: &[(TokenKind, TextRange)],
) -> Option<OutlineLine> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    let says_nothing = |(kind, _): &(TokenKind, TextRange)| *kind == TokenKind::String;
    if tokens.iter().all(says_nothing) || (first.0 == TokenKind::Pass && tokens.len() == 1) {
        return None;
    }
    let span = Span { start: starts.line(first.1.start()), end: starts.line(last.1.end()) };
    Some(OutlineLine { depth, kind: kind_of(source, tokens), words: words(source, tokens), span })
}

fn kind_of(source: &str, tokens: &[(TokenKind, TextRange)]) -> Kind {
    let kind = |at: usize| tokens.get(at).map(|(kind, _)| *kind);
    let name = |at: usize| CompactString::from(tokens.get(at).map_or("", |(_, at)| &source[*at]));
    match (kind(0), kind(1)) {
        (Some(TokenKind::Import | TokenKind::From), _) => Kind::Import,
        (Some(TokenKind::At), _) => Kind::Decorator,
        (Some(TokenKind::Def), _) => Kind::Function(name(1)),
        (Some(TokenKind::Async), Some(TokenKind::Def)) => Kind::Function(name(2)),
        (Some(TokenKind::Class), _) => Kind::Class(name(1)),
        (Some(TokenKind::Name), Some(TokenKind::Equal | TokenKind::Colon)) => Kind::Value(name(0)),
        _ => Kind::Statement,
    }
}

/// Names are joined with the attributes behind them; a comma before a closing bracket is
/// layout.
fn words(source: &str, tokens: &[(TokenKind, TextRange)]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some((kind, range)) = tokens.get(at) {
        let next = |ahead: usize| tokens.get(at + ahead).map(|(kind, _)| *kind);
        let text = &source[*range];
        let mut taken = 1;
        match kind {
            TokenKind::Comma
                if matches!(
                    next(1),
                    Some(TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace)
                ) && !is_tuple_of_one(tokens, at) => {}
            TokenKind::Name
                if at.checked_sub(1).is_none_or(|it| tokens[it].0 != TokenKind::Dot) =>
            {
                let mut chain = CompactString::from(text);
                while next(taken) == Some(TokenKind::Dot)
                    && next(taken + 1) == Some(TokenKind::Name)
                {
                    chain.push('.');
                    chain.push_str(&source[tokens[at + taken + 1].1]);
                    taken += 2;
                }
                words.push(Word::Chain(chain));
            }
            TokenKind::String => words.push(Word::Quoted(unquoted(text))),
            _ => words.push(Word::Other(text.into())),
        }
        at += taken;
    }
    words
}

/// Whether the comma is the one that makes a tuple: `(a,)`.
fn is_tuple_of_one(tokens: &[(TokenKind, TextRange)], comma: usize) -> bool {
    let mut depth = 0_u32;
    for at in (0..comma).rev() {
        match tokens[at].0 {
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth += 1,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace if depth > 0 => depth -= 1,
            TokenKind::Lpar => {
                let before = at.checked_sub(1).map(|at| tokens[at].0);
                let call = matches!(
                    before,
                    Some(TokenKind::Name | TokenKind::Rpar | TokenKind::Rsqb | TokenKind::String)
                );
                return !call;
            }
            TokenKind::Lsqb | TokenKind::Lbrace => return tokens[at].0 == TokenKind::Lsqb,
            TokenKind::Comma if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

/// A string without its quotes; which ones they are makes no difference when none of
/// them occurs inside.
fn unquoted(text: &str) -> CompactString {
    let prefix = text.find(['"', '\'']).unwrap_or(0);
    let (prefix, rest) = text.split_at(prefix);
    let quotes = if rest.starts_with("\"\"\"") || rest.starts_with("'''") { 3 } else { 1 };
    let inner = rest.get(quotes..rest.len().saturating_sub(quotes)).unwrap_or(rest);
    let prefix = prefix.to_ascii_lowercase();
    if prefix.is_empty() && !inner.contains(['"', '\'', '\\']) {
        return inner.into();
    }
    format!("{prefix}{rest}").into()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Word, outline};

    fn spelled(source: &str) -> Vec<String> {
        let word = |word: &Word| match word {
            Word::Chain(text) | Word::Other(text) => text.to_string(),
            Word::Quoted(text) => format!("<{text}>"),
        };
        outline(source)
            .iter()
            .map(|line| {
                let words: Vec<String> = line.words.iter().map(word).collect();
                format!("{} {}", line.depth, words.join(" "))
            })
            .collect()
    }

    #[test]
    fn layout_comments_and_docstrings_are_left_out() {
        let plain = "@a.b(1)\ndef f(x, y=2):\n    return g('t', x.y)\n";
        let other = "@a.b(1)  # why\ndef f(\n    x,\n    y=2,\n):\n    \"\"\"Doc.\"\"\"\n\n    \
                     return g(\n        \"t\", x.y,\n    )\n";
        assert_eq!(spelled(plain), spelled(other));
        assert_eq!(
            spelled(plain),
            ["0 @ a.b ( 1 )", "0 def f ( x , y = 2 ) :", "1 return g ( <t> , x.y )"]
        );
    }

    #[test]
    fn what_differs_in_meaning_differs_in_words() {
        for (one, other) in [
            ("x = (1,)", "x = (1)"),
            ("x = 'a'", "x = b'a'"),
            ("x = f(1)", "x = f(2)"),
            ("x = a.b", "x = b.a"),
            ("x[1,]", "x[1]"),
            ("if a:\n    b()\n    c()", "if a:\n    b()\nc()"),
        ] {
            assert_ne!(spelled(one), spelled(other), "{one} {other}");
        }
    }

    #[test]
    fn lines_know_what_they_begin() {
        let kinds: Vec<Kind> = outline(
            "import a\nfrom b import c\n@d\nclass E:\n    pass\nasync def f(): ...\nG: int = 1\nh()\n",
        )
        .into_iter()
        .map(|line| line.kind)
        .collect();
        assert_eq!(
            kinds,
            [
                Kind::Import,
                Kind::Import,
                Kind::Decorator,
                Kind::Class("E".into()),
                Kind::Function("f".into()),
                Kind::Value("G".into()),
                Kind::Statement
            ]
        );
    }
}
