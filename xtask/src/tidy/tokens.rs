//! What one Rust source contains, read from its tokens: comments and strings cannot mislead it.

use std::str::FromStr;

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A function and where it is.
#[derive(Debug)]
pub(super) struct Function {
    /// Its name.
    pub(super) name: String,
    /// The line of `fn`.
    pub(super) line: usize,
    /// Lines from `fn` to the closing brace.
    pub(super) lines: usize,
}

/// Something a check may object to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A path below `std` or `tokio`, written out or imported, segment by segment.
    Path(Vec<String>),
    /// A macro is called.
    Macro(String),
    /// `.unwrap()`.
    Unwrap,
    /// `#[allow(..)]`, also inside `cfg_attr`.
    Allow,
}

/// A sign and its place.
#[derive(Debug)]
pub(super) struct Found {
    /// What was found.
    pub(super) sign: Sign,
    /// Its line.
    pub(super) line: usize,
    /// Whether only tests contain it.
    pub(super) in_test: bool,
}

/// Everything the checks need to know about one source.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// The functions, in no particular order.
    pub(super) functions: Vec<Function>,
    /// The signs, in the order of the text.
    pub(super) found: Vec<Found>,
}

/// Reads one source; `in_test` says that the whole file is test code.
pub(super) fn read(text: &str, in_test: bool) -> Result<Contents> {
    let stream =
        TokenStream::from_str(text).map_err(|error| anyhow!("does not tokenise: {error}"))?;
    let mut contents = Contents::default();
    contents.walk(stream, in_test);
    Ok(contents)
}

impl Contents {
    fn walk(&mut self, stream: TokenStream, in_test: bool) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut in_test = in_test;
        let mut test_until = 0;
        for at in 0..trees.len() {
            if let Some(attribute) = attribute_at(&trees, at) {
                if allows(attribute.group) {
                    let line = line_of(&trees[at]);
                    self.push(Sign::Allow, line, false);
                }
                if marks_test(attribute.group) {
                    if attribute.inner {
                        in_test = true;
                    } else {
                        test_until = test_until.max(end_of_item(&trees, at));
                    }
                }
            }
            self.look_at(&trees, at, in_test || at < test_until);
        }
    }

    fn look_at(&mut self, trees: &[TokenTree], at: usize, in_test: bool) {
        match &trees[at] {
            TokenTree::Group(group) => self.walk(group.stream(), in_test),
            TokenTree::Ident(ident) => {
                let (name, line) = (ident.to_string(), line_of(&trees[at]));
                match name.as_str() {
                    "fn" => self.functions.extend(function_at(trees, at)),
                    // `io` is imported as a module everywhere; the others are flagged where
                    // they are imported.
                    "std" | "tokio" | "io" if !follows_colon(trees, at) => {
                        let mut paths = Vec::new();
                        let mut prefix = Vec::new();
                        if name == "io" {
                            prefix.push("std".to_owned());
                        }
                        collect_paths(trees, at, &mut prefix, &mut paths);
                        for path in paths.into_iter().filter(|path| path.len() > 1) {
                            self.push(Sign::Path(path), line, in_test);
                        }
                    }
                    "unwrap" if is_method_call(trees, at) => {
                        self.push(Sign::Unwrap, line, in_test);
                    }
                    _ if punct(trees, at + 1) == Some('!') && group(trees, at + 2).is_some() => {
                        self.push(Sign::Macro(name), line, in_test);
                    }
                    _ => {}
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }

    fn push(&mut self, sign: Sign, line: usize, in_test: bool) {
        self.found.push(Found { sign, line, in_test });
    }
}

fn line_of(tree: &TokenTree) -> usize {
    tree.span().start().line
}

fn punct(trees: &[TokenTree], at: usize) -> Option<char> {
    match trees.get(at) {
        Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
        _ => None,
    }
}

fn ident(trees: &[TokenTree], at: usize) -> Option<String> {
    match trees.get(at) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    }
}

fn group(trees: &[TokenTree], at: usize) -> Option<&Group> {
    match trees.get(at) {
        Some(TokenTree::Group(group)) => Some(group),
        _ => None,
    }
}

fn is_brace(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// Whether the identifier goes on a path, as the second in `a::b`.
fn follows_colon(trees: &[TokenTree], at: usize) -> bool {
    let colons = at >= 3 && (1..=2).all(|back| punct(trees, at - back) == Some(':'));
    colons && ident(trees, at - 3).is_some_and(|before| before != "use")
}

/// `.name()` without arguments.
fn is_method_call(trees: &[TokenTree], at: usize) -> bool {
    let called = group(trees, at + 1)
        .is_some_and(|g| g.delimiter() == Delimiter::Parenthesis && g.stream().is_empty());
    called && at > 0 && punct(trees, at - 1) == Some('.')
}

/// The function whose `fn` stands at this place, when it has a name and a body.
fn function_at(trees: &[TokenTree], at: usize) -> Option<Function> {
    let name = ident(trees, at + 1)?;
    let rest = &trees[at + 2..];
    let end = rest.iter().position(|tree| is_brace(tree) || is_semicolon(tree))?;
    let body = group(rest, end)?;
    let line = line_of(&trees[at]);
    let lines = body.span_close().end().line - line + 1;
    Some(Function { name, line, lines })
}

fn is_semicolon(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ';')
}

struct Attribute<'a> {
    inner: bool,
    group: &'a Group,
}

/// The attribute whose `#` stands at this place.
fn attribute_at(trees: &[TokenTree], at: usize) -> Option<Attribute<'_>> {
    if punct(trees, at) != Some('#') {
        return None;
    }
    let inner = punct(trees, at + 1) == Some('!');
    let group = group(trees, at + 1 + usize::from(inner))?;
    (group.delimiter() == Delimiter::Bracket).then_some(Attribute { inner, group })
}

/// The index after the item that begins with the attribute at `at`.
fn end_of_item(trees: &[TokenTree], at: usize) -> usize {
    trees[at..]
        .iter()
        .position(|tree| is_brace(tree) || is_semicolon(tree))
        .map_or(trees.len(), |length| at + length + 1)
}

/// `test`, `tokio::test`, `cfg(test)`, but not `cfg(not(test))`.
fn marks_test(attribute: &Group) -> bool {
    let trees: Vec<TokenTree> = attribute.stream().into_iter().collect();
    let head = ident(&trees, 0).unwrap_or_default();
    if head == "cfg" {
        let words = words(attribute.stream());
        return words.iter().any(|word| word == "test") && words.iter().all(|word| word != "not");
    }
    let path_end =
        trees.iter().position(|tree| matches!(tree, TokenTree::Group(_))).unwrap_or(trees.len());
    path_end > 0 && ident(&trees, path_end - 1).is_some_and(|last| last == "test")
}

/// `allow(..)` or `cfg_attr(.., allow(..))`.
fn allows(attribute: &Group) -> bool {
    let trees: Vec<TokenTree> = attribute.stream().into_iter().collect();
    match ident(&trees, 0).as_deref() {
        Some("allow") => true,
        Some("cfg_attr") => words(attribute.stream()).iter().any(|word| word == "allow"),
        _ => false,
    }
}

/// Every identifier in a stream, at any depth.
fn words(stream: TokenStream) -> Vec<String> {
    let mut words = Vec::new();
    for tree in stream {
        match tree {
            TokenTree::Ident(ident) => words.push(ident.to_string()),
            TokenTree::Group(group) => words.extend(self::words(group.stream())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    words
}

/// The paths that begin with the identifier at `at`, an import's braces multiplied out.
fn collect_paths(
    trees: &[TokenTree],
    at: usize,
    prefix: &mut Vec<String>,
    into: &mut Vec<Vec<String>>,
) {
    let depth = prefix.len();
    let mut at = at;
    while let Some(segment) = ident(trees, at) {
        prefix.push(segment);
        if punct(trees, at + 1) != Some(':') || punct(trees, at + 2) != Some(':') {
            break;
        }
        at += 3;
    }
    match trees.get(at) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            for part in
                inner.split(|tree| matches!(tree, TokenTree::Punct(p) if p.as_char() == ','))
            {
                collect_paths(part, 0, prefix, into);
            }
        }
        Some(TokenTree::Punct(star)) if star.as_char() == '*' => {
            into.push(prefix.iter().cloned().chain(["*".to_owned()]).collect());
        }
        Some(_) => into.push(prefix.clone()),
        None => {}
    }
    prefix.truncate(depth);
}
